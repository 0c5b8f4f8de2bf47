"""What one more sample adds, against integration over a dense grid."""

from __future__ import annotations

import numpy as np
import pytest

from tests.unit.numerics.kinetics.quadrature import Grid
from trialwright.errors import NumericsError
from trialwright.numerics.kinetics.next_sample import next_sample_value
from trialwright.numerics.kinetics.series import ErrorModel, Population, Series

pytestmark = pytest.mark.slow  # with the compiler switched off a posterior takes minutes

LOG = ErrorModel("log_additive", 0.2)
DEMO = Population.independent("biexponential", [0.06, 0.04, 6, 500], [0.45, 0.6, 1.0, 1.2], LOG)
OBSERVED = Population("biexponential", DEMO.ln_theta, DEMO.omega, LOG, start_mode="observed")
P4 = [(0, 410.0), (22, 180.0), (44, 90.0)]
TWO = [(0, 410.0), (21, 200.0)]


@pytest.mark.independent("integration over a dense grid and over the levels the sample may show")
@pytest.mark.parametrize(("day", "cut"), [(42.0, 0.055), (80.0, 0.055)])
def test_expected_change_agrees_with_a_grid(day: float, cut: float) -> None:
    dense = Grid(OBSERVED, TWO, 410.0)
    reaches = dense.rate >= cut
    now = dense.mean(reaches)
    ln_level = np.log(dense.level(day))
    nodes = np.linspace(ln_level.min() - 0.8, ln_level.max() + 0.8, 161)
    near = nodes[(nodes > np.log(1.0)) & (nodes < np.log(600.0))]
    change = wrong = total = 0.0
    for node in near:
        density = dense.share * np.exp(-0.5 * ((node - ln_level) / 0.2) ** 2)
        after = density[reaches].sum() / density.sum()
        change += density.sum() * abs(after - now)
        wrong += density.sum() * min(after, 1 - after)
        total += density.sum()
    found = next_sample_value(Series.of([TWO]), OBSERVED, np.array([day]), cut_per_day=cut, seed=3)
    assert found.p_now[0] == pytest.approx(dense.at_least(cut), abs=0.02)
    assert found.expected_change[0, 0] == pytest.approx(change / total, abs=4 * found.change_error[0, 0] + 0.003)
    assert found.expected_misclassified[0, 0] == pytest.approx(
        wrong / total, abs=4 * found.misclassified_error[0, 0] + 0.01
    )


@pytest.mark.unvalidated
def test_a_late_sample_adds_more_than_one_soon_after_the_last() -> None:
    found = next_sample_value(Series.of([P4]), DEMO, np.array([55.0, 70.0, 90.0]), cut_per_day=0.06, seed=1)
    assert (np.diff(found.expected_change[0]) > 0).all()
    assert (found.reduction >= 0).all()
    np.testing.assert_allclose(found.reduction, found.misclassified_now[:, None] - found.expected_misclassified)


@pytest.mark.unvalidated
def test_a_sample_that_measures_nothing_changes_nothing() -> None:
    vague = Population("biexponential", DEMO.ln_theta, DEMO.omega, ErrorModel("log_additive", 1e6))
    found = next_sample_value(Series.of([P4]), vague, np.array([70.0]), cut_per_day=0.06, seed=1)
    assert found.expected_change[0, 0] < 1e-4
    below = next_sample_value(Series.of([P4]), DEMO, np.array([70.0]), cut_per_day=0.06, seed=1, lloq=1e6)
    assert below.expected_change[0, 0] < 1e-9


@pytest.mark.unvalidated
def test_figures_follow_from_seed_and_subject() -> None:
    series, days = Series.of([TWO, P4]), np.array([66.0])
    whole = next_sample_value(series, DEMO, days, cut_per_day=0.06, seed=5)
    alone = next_sample_value(
        series.subset(np.array([1])), DEMO, days, cut_per_day=0.06, seed=5, subjects=np.array([1])
    )
    np.testing.assert_array_equal(alone.expected_change[0], whole.expected_change[1])


@pytest.mark.unvalidated
def test_who_cannot_be_estimated_and_what_cannot_be_asked() -> None:
    lost = Series.of([[(0, 10.0, -1), (21, 5.0)]])
    assert np.isnan(next_sample_value(lost, OBSERVED, np.array([42.0]), cut_per_day=0.06, seed=1).expected_change).all()
    with pytest.raises(NumericsError, match="negative"):
        next_sample_value(lost, OBSERVED, np.array([-1.0]), cut_per_day=0.06, seed=1)
    with pytest.raises(NumericsError, match="not above 0"):
        next_sample_value(lost, OBSERVED, np.array([42.0]), cut_per_day=0.0, seed=1)
    coarse = Population("biexponential", DEMO.ln_theta, DEMO.omega, ErrorModel("proportional", 0.9))
    with pytest.raises(NumericsError, match="level of 0"):
        next_sample_value(Series.of([P4]), coarse, np.array([66.0]), cut_per_day=0.06, seed=1)
    given = next_sample_value(Series.of([P4]), coarse, np.array([66.0]), cut_per_day=0.06, seed=1, lloq=5.0)
    assert given.expected_change[0, 0] > 0
