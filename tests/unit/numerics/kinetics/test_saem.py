"""The course of the stochastic approximation: cooling, falling weights, and one residual error at a time."""

from __future__ import annotations

import numpy as np
import pytest

from trialwright.errors import NumericsError
from trialwright.numerics.kinetics.hierarchy import Hierarchy
from trialwright.numerics.kinetics.measured import Measured
from trialwright.numerics.kinetics.saem import SaemOptions, SaemResult, saem
from trialwright.numerics.kinetics.series import ErrorModel, Population
from trialwright.numerics.kinetics.virtual import SamplingPlan, virtual_series

pytestmark = [pytest.mark.unvalidated, pytest.mark.slow]

DECAY = Population.independent(
    "residual_decay", [0.12, 8.0, 3_000.0], [0.4, 0.8, 1.0], ErrorModel("log_additive", 0.25)
)
WIDE = Population.independent("residual_decay", [0.12, 8.0, 3_000.0], [2.0, 2.0, 2.0], ErrorModel("log_additive", 2.0))
OPTIONS = SaemOptions(chains=2, burn_in=10, exploration=60, smoothing=60, annealing=40)


def run(start: Population = WIDE, options: SaemOptions = OPTIONS, seed: int = 1) -> SaemResult:
    series = virtual_series(DECAY, SamplingPlan(), count=60, seed=2).series
    return saem(Measured.of(series, start), Hierarchy.of(start, 60), options, seed)


def test_no_variance_falls_by_more_than_five_percent_while_it_cools() -> None:
    traces = run().traces
    spreads = np.vstack([np.log([2.0, 2.0, 2.0, 2.0]), traces[:, 3:7]])
    falls = np.diff(spreads, axis=0)
    assert falls[:40].min() >= 0.5 * np.log(0.95) - 1e-12
    # from so far above some of them do fall as fast as they may, and faster once they may
    assert np.isclose(falls[:40], 0.5 * np.log(0.95)).sum() > 40
    assert falls[40].min() < 0.5 * np.log(0.95)


def test_the_estimate_is_the_mean_over_the_smoothing_phase() -> None:
    found = run()
    np.testing.assert_allclose(found.vector, found.traces[60:].mean(axis=0), rtol=1e-12)
    assert np.isfinite(found.traces).all()


def test_the_traces_calm_down_when_the_weights_fall() -> None:
    steps = np.abs(np.diff(run(DECAY).traces, axis=0)).mean(axis=1)
    assert steps[90:].mean() < 0.5 * steps[40:60].mean()


def test_conditional_moments_are_proper() -> None:
    found = run(DECAY)
    assert found.mean.shape == (60, 3)
    assert np.linalg.eigvalsh(found.covariance).min() > -1e-12
    # values tell the level at day 0 better than the population does
    assert (np.sqrt(found.covariance[:, 2, 2]) < 0.5).all()


def test_the_course_is_a_function_of_the_seed() -> None:
    np.testing.assert_array_equal(run(seed=3).traces, run(seed=3).traces)
    assert not np.array_equal(run(seed=3).traces, run(seed=4).traces)


@pytest.mark.parametrize(
    "wrong",
    [{"chains": 0}, {"smoothing": 0}, {"burn_in": -1}, {"newton_steps": -1}, {"draws": 50}, {"newton_draws": 9}],
)
def test_an_impossible_length_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(NumericsError):
        SaemOptions(**wrong)
