"""Areas under a curve."""

from __future__ import annotations

import numpy as np
import pytest

from tests.oracles import OVARIAN
from trialwright.numerics.rmst import restricted_mean
from trialwright.numerics.survival import survival_curve

pytestmark = [pytest.mark.independent("means of uncensored samples; R survRM2 1.0-4 for the ovarian figures")]


@pytest.mark.parametrize("tau", [0.5, 3.0, 7.25, 50.0])
def test_without_censoring_it_is_the_mean_of_the_truncated_times(tau: float) -> None:
    time = np.random.default_rng(4).integers(1, 20, 30).astype(float)
    mean, variance = restricted_mean(survival_curve(time, np.ones(30, int)), tau)
    truncated = np.minimum(time, tau)
    assert mean == pytest.approx(truncated.mean())
    # Without censoring Greenwood's sum is the plain variance of a mean, divided by n.
    assert variance == pytest.approx(truncated.var() / 30, abs=1e-14)


def test_the_variance_is_that_of_the_mean_not_of_the_times() -> None:
    time = np.random.default_rng(4).exponential(10, 400)
    _, variance = restricted_mean(survival_curve(time, np.ones(400, int)), 12.0)
    assert variance < np.minimum(time, 12).var() / 100


def test_a_time_at_which_everybody_left_has_an_event_adds_no_variance() -> None:
    curve = survival_curve(np.array([1.0, 2.0]), np.array([1, 1]))
    mean, variance = restricted_mean(curve, 5.0)
    assert (mean, variance) == (1.5, pytest.approx(0.5**2 * 1 / (2 * 1)))


def test_an_event_at_the_horizon_adds_nothing() -> None:
    curve = survival_curve(np.array([1.0, 2.0, 3.0]), np.array([1, 1, 0]))
    assert restricted_mean(curve, 2.0) == restricted_mean(
        survival_curve(np.array([1.0, 2.0, 3.0]), np.array([1, 0, 0])), 2.0
    )


def test_ovarian_figures() -> None:
    for arm, mean, se in ((1, 487.630769230769, 71.8962310939636), (2, 608.239316239316, 43.0240285253465)):
        rows = OVARIAN[OVARIAN[:, 2] == arm]
        found, variance = restricted_mean(survival_curve(rows[:, 0], rows[:, 1].astype(int)), 730.0)
        assert found == pytest.approx(mean, abs=1e-10)
        assert np.sqrt(variance) == pytest.approx(se, abs=1e-10)
