"""Percentiles and shares below the limit lie in their intervals when the population is right, and only then."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from trialwright.errors import NumericsError
from trialwright.numerics.kinetics.predictive_check import (
    Band,
    default_edges,
    predictive_check,
    simulated_ln_values,
)
from trialwright.numerics.kinetics.series import ErrorModel, Population, Series
from trialwright.numerics.kinetics.virtual import SamplingPlan, virtual_series

pytestmark = [pytest.mark.independent("the truth the series were invented from"), pytest.mark.slow]

DEMO = Population.independent(
    "biexponential", [0.06, 0.04, 6.0, 500.0], [0.45, 0.60, 1.00, 1.20], ErrorModel("log_additive", 0.20)
)
EDGES = np.array([0.0, 10.0, 32.0, 53.0, 74.0, 90.0, 100.0])


def test_figures_of_the_truth_lie_mostly_inside() -> None:
    outside, below = [], []
    for seed in range(12):
        series = virtual_series(DEMO, SamplingPlan(), count=150, seed=seed).series
        found = predictive_check(series, DEMO, edges_days=EDGES, replicates=200, seed=100 + seed)
        outside.append(found.percentiles.outside[:, 1])
        below.append(found.below.outside[4:])
    # medians of different bins are correlated, hence the wide margin about 5 %
    assert np.nanmean(outside) < 0.15
    assert np.nanmean(below) < 0.2


def test_a_wrong_population_shows() -> None:
    series = virtual_series(DEMO, SamplingPlan(), count=250, seed=1).series
    slow = replace(DEMO, ln_theta=DEMO.ln_theta + np.array([-0.7, 0, 0, 0]))
    found = predictive_check(series, slow, edges_days=EDGES, replicates=200)
    assert (found.percentiles.outside[2:, 1] == 1).all()
    assert (found.percentiles.measured < found.percentiles.low)[2:, 1].all()
    assert (found.below.outside[4:] == 1).all()


def test_measured_figures_are_counted_from_the_series() -> None:
    series = Series.of([[(0, 100.0), (20, 50.0), (40, 5.0, -1)], [(0, 200.0), (22, 5.0, -1), (44, 5.0, -1)]])
    found = predictive_check(series, DEMO, edges_days=np.array([0.0, 10.0, 30.0, 50.0]), replicates=20)
    assert found.values.tolist() == [2, 2, 2]
    assert found.middle_days.tolist() == [0, 21, 42]
    assert found.below.measured.tolist() == [0, 0.5, 1]
    assert found.lower_limit == pytest.approx(5.0)
    # the median of two is the lower one; a percentile below the limit is not shown
    np.testing.assert_allclose(found.percentiles.measured[0], np.log([100, 100, 200]))
    assert np.isnan(found.percentiles.measured[1]).tolist() == [True, True, False]
    assert np.isnan(found.percentiles.measured[2]).all()


def test_the_same_seed_gives_the_same_check() -> None:
    series = virtual_series(DEMO, SamplingPlan(), count=40, seed=1).series
    one, two = (predictive_check(series, DEMO, replicates=30, seed=5) for _ in range(2))
    np.testing.assert_array_equal(one.percentiles.low, two.percentiles.low)
    more = simulated_ln_values(series, DEMO, replicates=4, seed=5)
    np.testing.assert_array_equal(more[:2], simulated_ln_values(series, DEMO, replicates=2, seed=5))


def test_simulated_values_have_the_spread_of_the_population() -> None:
    series = Series.of([[(0, 1.0)]])
    found = simulated_ln_values(series, DEMO, replicates=4_000, seed=1)[:, 0]
    assert found.mean() == pytest.approx(np.log(500), abs=4 * 1.22 / np.sqrt(4_000))
    assert found.std() == pytest.approx(np.hypot(1.2, 0.2), rel=0.05)


def test_a_fixed_level_stays_in_simulated_values() -> None:
    series = Series.of([[(0, 77.0), (21, 20.0)]])
    found = simulated_ln_values(series, replace(DEMO, start_mode="observed"), replicates=5, seed=1)
    assert (found[:, 0] == np.log(77.0)).all()
    assert np.unique(found[:, 1]).size == 5
    with pytest.raises(NumericsError, match="no distribution"):
        simulated_ln_values(series, replace(DEMO, start_mode="free_flat"), replicates=5, seed=1)


def test_default_bins_hold_about_equal_numbers_and_none_is_empty() -> None:
    series = virtual_series(DEMO, SamplingPlan(), count=100, seed=1).series
    edges = default_edges(series)
    assert edges[0] == 0
    assert edges[-1] == series.t_days.max()
    found = predictive_check(series, DEMO, replicates=10)
    assert found.values.sum() == series.t_days.size
    assert found.values.min() > 0.5 * found.values.max()
    assert default_edges(Series.of([[(0, 5.0)]])).tolist() == [0, 1]


def test_an_empty_bin_is_refused() -> None:
    series = Series.of([[(0, 100.0), (20, 50.0)]])
    with pytest.raises(NumericsError, match="no value"):
        predictive_check(series, DEMO, edges_days=np.array([0.0, 5.0, 10.0, 30.0]), replicates=5)


def test_outside_is_unknown_where_a_figure_is() -> None:
    nan = np.nan
    band = Band(np.array([1.0, 5.0, nan, 1.0]), np.array([0.0, 0.0, 0.0, nan]), np.zeros(4), np.full(4, 2.0))
    np.testing.assert_array_equal(band.outside, [0, 1, nan, nan])
