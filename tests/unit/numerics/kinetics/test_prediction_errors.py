"""Prediction distribution errors are standard normal under the truth, values behind a limit included."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import kstest, norm

from trialwright.errors import EstimationError
from trialwright.numerics.kinetics.prediction_errors import prediction_errors
from trialwright.numerics.kinetics.series import ErrorModel, Population, Series
from trialwright.numerics.kinetics.virtual import SamplingPlan, virtual_series

pytestmark = [pytest.mark.independent("the truth the series were invented from, and scipy's tests"), pytest.mark.slow]

DEMO = Population.independent(
    "biexponential", [0.06, 0.04, 6.0, 500.0], [0.45, 0.60, 1.00, 1.20], ErrorModel("log_additive", 0.20)
)


@pytest.mark.parametrize("plan", [SamplingPlan(lower_limit=None), SamplingPlan(lower_limit=20.0, upper_limit=1e3)])
def test_under_the_truth_they_are_standard_normal(plan: SamplingPlan) -> None:
    found = [
        prediction_errors(virtual_series(DEMO, plan, count=150, seed=s).series, DEMO, replicates=500, seed=50 + s)
        for s in range(6)
    ]
    pooled = np.concatenate([each.npde for each in found])
    assert abs(pooled.mean()) < 4 / np.sqrt(pooled.size)
    assert 0.93 < pooled.var() < 1.07
    assert np.median([each.p_global for each in found]) > 0.05
    assert kstest(pooled, norm.cdf).pvalue > 1e-3


def test_a_wrong_population_is_found_out() -> None:
    series = virtual_series(DEMO, SamplingPlan(), count=150, seed=1).series
    slow = replace(DEMO, ln_theta=DEMO.ln_theta + np.array([-0.5, 0, 0, 0]))
    rough = replace(DEMO, error=ErrorModel("log_additive", 0.5))
    assert prediction_errors(series, slow, replicates=300).p_global < 1e-6
    found = prediction_errors(series, rough, replicates=300)
    assert found.variance < 0.8
    assert found.p_variance < 1e-6
    assert found.p_global < 1e-5


def test_the_tests_are_the_known_ones() -> None:
    series = virtual_series(DEMO, SamplingPlan(), count=60, seed=2).series
    found = prediction_errors(series, DEMO, replicates=200)
    assert found.p_normal == pytest.approx(kstest(found.npde, norm.cdf, mode="asymp").pvalue, rel=1e-6)
    assert found.mean == pytest.approx(found.npde.mean())
    assert found.variance == pytest.approx(found.npde.var(ddof=1))
    assert found.p_global == pytest.approx(min(1.0, 3 * min(found.p_mean, found.p_variance, found.p_normal)))


def test_a_value_beyond_all_repetitions_is_kept_off_the_ends() -> None:
    series = Series.of([[(0, 1e9)], [(0, 500.0)]])
    found = prediction_errors(series, DEMO, replicates=100)
    assert found.share[0] == 1 - 0.5 / 100
    assert found.npde[0] == pytest.approx(norm.ppf(0.995))


def test_a_fixed_level_has_no_error() -> None:
    series = virtual_series(DEMO, SamplingPlan(), count=20, seed=3).series
    found = prediction_errors(series, replace(DEMO, start_mode="observed"), replicates=100)
    first = series.offsets[:-1]
    assert np.isnan(found.npde[first]).all()
    assert np.isfinite(np.delete(found.npde, first)).all()


def test_too_few_repetitions_are_refused() -> None:
    with pytest.raises(EstimationError, match="3 repetitions"):
        prediction_errors(Series.of([[(0, 5.0), (21, 4.0)]]), DEMO, replicates=3)
