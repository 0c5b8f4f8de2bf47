"""Two hundred invented trials of each scenario, walked through the whole path, give back what they were invented with.

The bounds at 200 trials are wide: three Monte-Carlo errors of the mean are about 0.04 on the log hazard ratio, and the
binomial 99.9 % range of 200 intervals is 0.88 to 0.99. ``make bench`` measures 2,000 trials.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from scipy.stats import binom
from statsmodels.duration.hazard_regression import PHReg

from benchmarks.recovery import SCENARIOS, Fits, Scenario, fits, oracle_truth
from tests.e2e.oracle_cohort import cohorts, log_hazard_ratio

TRIALS = 200
COHORTS = 4_000
EXPONENTIAL, EQUAL, STUDY = SCENARIOS

pytestmark = [pytest.mark.independent("numpy cohort written from the words of the scenario"), pytest.mark.slow]


@cache
def found_in(scenario: Scenario) -> Fits:
    return fits(scenario, range(TRIALS))


def of_scenarios(*scenarios: Scenario) -> pytest.MarkDecorator:
    """One group a scenario, so that workers never repeat each other's trials."""
    cases = [pytest.param(s, id=s.name, marks=pytest.mark.xdist_group(f"recovery {s.name}")) for s in scenarios]
    return pytest.mark.parametrize("scenario", cases)


@of_scenarios(*SCENARIOS)
def test_the_mean_estimate_is_the_truth(scenario: Scenario) -> None:
    found, truth = found_in(scenario), oracle_truth(scenario, COHORTS)
    assert abs(found.log_hazard_ratio.mean() - truth.small) <= 3 * np.hypot(found.monte_carlo_error, truth.small_error)


@of_scenarios(EXPONENTIAL, EQUAL)
def test_the_mean_estimate_is_the_hazard_ratio_put_in(scenario: Scenario) -> None:
    found, exact = found_in(scenario), {EXPONENTIAL: np.log(0.6), EQUAL: 0.0}[scenario]
    assert abs(found.log_hazard_ratio.mean() - exact) <= 3 * found.monte_carlo_error


@of_scenarios(*SCENARIOS)
def test_intervals_hold_the_truth_as_often_as_they_say(scenario: Scenario) -> None:
    low, high = binom.interval(0.999, TRIALS, 0.95)
    assert low <= found_in(scenario).covered(oracle_truth(scenario, COHORTS).log_hazard_ratio) <= high


@of_scenarios(EQUAL)
def test_equal_arms_are_told_apart_as_often_as_the_level_says(scenario: Scenario) -> None:
    low, high = binom.interval(0.999, TRIALS, 0.05)
    assert low <= found_in(scenario).rejected <= high


@of_scenarios(STUDY)
def test_as_many_have_an_event_as_in_the_cohort(scenario: Scenario) -> None:
    found, truth = found_in(scenario), oracle_truth(scenario, COHORTS)
    assert truth.events is not None
    assert abs(found.events.mean() - truth.events) <= 3 * found.events.std(ddof=1) / TRIALS**0.5


@of_scenarios(STUDY)
def test_an_operation_that_helps_is_not_lost_on_the_way(scenario: Scenario) -> None:
    """The bounds above can fail: the estimates are far from no effect, and from the factor of R0 alone."""
    found = found_in(scenario)
    for wrong in (0.0, np.log(0.55)):
        assert abs(found.log_hazard_ratio.mean() - wrong) > 6 * found.monte_carlo_error


def test_the_cohorts_own_estimate_is_that_of_statsmodels() -> None:
    time, event, arm = (column[0] for column in cohorts(1, 2_000, np.random.default_rng(3)))
    peer = PHReg(time, arm.astype(float), status=event.astype(int), ties="efron").fit(disp=False)
    assert log_hazard_ratio(time, event, arm) == pytest.approx((peer.params[0], peer.bse[0]), rel=1e-6)
