"""A fitted population gives back the truth it was invented from, and says how sure it is."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from trialwright.errors import EstimationError, NumericsError
from trialwright.numerics.kinetics.hierarchy import Covariates
from trialwright.numerics.kinetics.population_fit import PopulationFit, fit_population
from trialwright.numerics.kinetics.saem import SaemOptions
from trialwright.numerics.kinetics.seed_spread import seed_spread
from trialwright.numerics.kinetics.series import ErrorModel, Population, Series
from trialwright.numerics.kinetics.virtual import SamplingPlan, virtual_series

pytestmark = [pytest.mark.independent("the truth the series were invented from"), pytest.mark.slow]

DEMO = Population.independent(
    "biexponential", [0.06, 0.04, 6.0, 500.0], [0.45, 0.60, 1.00, 1.20], ErrorModel("log_additive", 0.20)
)
START = Population.independent(
    "biexponential", [0.08, 0.03, 9.0, 400.0], [1.0, 1.0, 1.0, 1.0], ErrorModel("log_additive", 0.40)
)
SHORT = SaemOptions(chains=3, burn_in=30, exploration=120, smoothing=120, annealing=60, newton_draws=1_000, draws=2_000)
DECAY = Population.independent(
    "residual_decay", [0.12, 8.0, 3_000.0], [0.4, 0.8, 1.0], ErrorModel("log_additive", 0.25)
)
BRIEF = replace(SHORT, chains=2, exploration=80, smoothing=80, newton_draws=500, draws=1_000)


@cache
def fitted(data_seed: int = 1, seed: int = 1) -> PopulationFit:
    series = virtual_series(DEMO, SamplingPlan(), count=150, seed=data_seed).series
    return fit_population(series, START, options=SHORT, seed=seed)


def truth_of(population: Population) -> np.ndarray:
    return np.concatenate([population.ln_theta, np.log(population.sd_ln), [np.log(population.error.sigma)]])


def test_every_number_comes_back_within_three_standard_errors() -> None:
    fit = fitted()
    z = (fit.estimate - truth_of(DEMO)) / fit.se
    assert np.abs(z).max() < 3
    assert fit.at_maximum
    # as far from the truth as the start is, it could not have
    assert np.abs((truth_of(START) - truth_of(DEMO)) / fit.se).max() > 5


def test_the_population_and_its_figures_are_those_of_the_estimate() -> None:
    fit = fitted()
    assert fit.names[4] == "ln omega KELIM"
    assert fit.natural_names == (
        "KELIM", "BETA", "KPROD", "CA0", "omega KELIM", "omega BETA", "omega KPROD", "omega CA0", "sigma",
    )  # fmt: skip
    natural = [*fit.population.typical, *fit.population.sd_ln, fit.population.error.sigma]
    np.testing.assert_allclose(fit.natural, natural, rtol=1e-12)
    np.testing.assert_allclose(fit.natural_se, fit.natural * fit.se, rtol=1e-12)
    ends = fit.interval(0.95)
    np.testing.assert_allclose(ends[:, 1] / fit.natural, np.exp(1.959963984540054 * fit.se), rtol=1e-9)
    assert fit.aic == pytest.approx(fit.minus_two_ll + 18)
    assert fit.bic == pytest.approx(fit.minus_two_ll + 9 * np.log(150))


def test_counts_and_shapes() -> None:
    series = virtual_series(DEMO, SamplingPlan(), count=150, seed=1).series
    fit = fitted()
    assert (fit.subjects, fit.values, fit.below, fit.above) == (150, series.t_days.size, (series.censor == -1).sum(), 0)
    assert fit.ln_mean.shape == fit.ln_sd.shape == fit.ln_typical.shape == (150, 4)
    assert fit.traces.shape == (240, 9)
    assert fit.exploration == 120


def test_shrinkage_is_one_minus_the_spread_of_conditional_means_over_omega() -> None:
    fit = fitted()
    apart = fit.ln_mean - fit.ln_typical
    np.testing.assert_allclose(fit.shrinkage, 1 - np.sqrt((apart**2).mean(axis=0)) / fit.population.sd_ln, rtol=1e-9)
    # the first value tells the level at day 0; amount and rate of production can hardly be told apart
    assert fit.shrinkage[3] < 0.1 < fit.shrinkage[0] < fit.shrinkage[2]


def test_the_same_seed_gives_the_same_fit_to_the_last_digit() -> None:
    series = virtual_series(DECAY, SamplingPlan(), count=30, seed=2).series
    one, two = (fit_population(series, DECAY, options=BRIEF, seed=3) for _ in range(2))
    np.testing.assert_array_equal(one.estimate, two.estimate)
    np.testing.assert_array_equal(one.traces, two.traces)
    assert one.minus_two_ll == two.minus_two_ll


def test_another_seed_gives_nearly_the_same_fit() -> None:
    spread = seed_spread([fitted(seed=1), fitted(seed=2)])
    assert 0 < spread.in_se[0] < 0.3
    assert spread.minus_two_ll_range < 4 * spread.minus_two_ll_error
    with pytest.raises(NumericsError, match="two or more"):
        seed_spread([fitted()])


def test_values_below_the_limit_count_as_such_and_not_as_half_the_limit() -> None:
    plan = SamplingPlan(lower_limit=20.0)
    made = virtual_series(DECAY, plan, count=120, seed=5)
    series = made.series
    assert 0.25 < made.below_share < 0.5
    halved = np.where(series.censor == -1, series.ln_value - np.log(2), series.ln_value)
    substituted = Series(series.offsets, series.t_days, halved, np.zeros_like(series.censor))
    right = fit_population(series, DECAY, options=BRIEF, seed=1)
    wrong = fit_population(substituted, DECAY, options=BRIEF, seed=1)
    truth = truth_of(DECAY)
    far = np.abs(right.estimate - truth) / right.se
    assert far.max() < 3.5
    # half the limit hides how low the residual level can be and how much it differs
    off = np.abs(wrong.estimate - truth) / wrong.se
    assert off[1] > 5
    assert off[4] > 5


def test_values_above_a_limit_are_taken_into_account() -> None:
    made = virtual_series(DECAY, SamplingPlan(upper_limit=4_000.0), count=100, seed=6)
    assert (made.series.censor == 1).sum() > 20
    fit = fit_population(made.series, DECAY, options=BRIEF, seed=1)
    assert fit.above == (made.series.censor == 1).sum()
    assert (np.abs(fit.estimate - truth_of(DECAY)) / fit.se).max() < 3.5


def test_a_covariate_moves_a_typical_value() -> None:
    rng = np.random.default_rng(1)
    older = rng.integers(0, 2, 120) - 0.5
    groups = [
        virtual_series(
            replace(DECAY, ln_theta=DECAY.ln_theta + np.array([0.6 * side, 0, 0])), SamplingPlan(), count=120, seed=8
        )
        for side in (-0.5, 0.5)
    ]
    subjects = [(groups[int(side > 0)].series, i) for i, side in enumerate(older)]
    parts = [group.subset(np.array([i])) for group, i in subjects]
    offsets = np.concatenate([[0], np.cumsum([part.t_days.size for part in parts])]).astype(np.int64)
    series = Series(
        offsets, *(np.concatenate([getattr(part, name) for part in parts]) for name in ("t_days", "ln_value", "censor"))
    )
    moved = Covariates(("OLDER",), older[:, None], (("OLDER", "RATE"),))
    fit = fit_population(series, DECAY, covariates=moved, options=BRIEF, seed=1)
    place = fit.names.index("OLDER on RATE")
    assert abs(fit.estimate[place] - 0.6) < 3 * fit.se[place]
    assert fit.estimate[place] > 4 * fit.se[place]
    np.testing.assert_allclose(
        fit.ln_typical[:, 0], fit.population.ln_theta[0] + fit.estimate[place] * older, rtol=1e-12
    )
    plain = fit_population(series, DECAY, options=BRIEF, seed=1)
    assert plain.minus_two_ll > fit.minus_two_ll + 10
    assert plain.population.sd_ln[0] > fit.population.sd_ln[0]


def test_correlations_are_estimated_on_request() -> None:
    omega = DECAY.omega.copy()
    omega[0, 1] = omega[1, 0] = 0.6 * 0.4 * 0.8
    tied = replace(DECAY, omega=omega)
    series = virtual_series(tied, SamplingPlan(), count=120, seed=9).series
    fit = fit_population(series, DECAY, options=replace(BRIEF, correlated=True), seed=1)
    place = fit.natural_names.index("rho RATE RESIDUAL")
    low, high = fit.interval(0.999)[place]
    assert 0 < low < 0.6 < high < 1
    correlation = fit.population.omega[0, 1] / np.sqrt(fit.population.omega[0, 0] * fit.population.omega[1, 1])
    assert fit.natural[place] == pytest.approx(correlation)
    assert fit.natural_se[place] == pytest.approx((1 - correlation**2) * fit.se[place])


@pytest.mark.parametrize(
    "error",
    [
        ErrorModel("proportional", 0.25),
        ErrorModel("combined", 0.2, additive=3.0),
        ErrorModel("boxcox_additive", 0.2, exponent=-0.16),
    ],
    ids=lambda error: error.kind,
)
def test_other_errors_come_back_too(error: ErrorModel) -> None:
    truth = replace(DECAY, error=error)
    series = virtual_series(truth, SamplingPlan(lower_limit=1.0), count=120, seed=10).series
    start = replace(truth, error=replace(error, sigma=2 * error.sigma, additive=3 * error.additive))
    fit = fit_population(series, start, options=BRIEF, seed=1)
    expected = truth_of(truth)
    if error.kind == "combined":
        expected = np.append(expected, np.log(error.additive))
        assert fit.names[-2:] == ("ln sigma", "ln additive")
    assert (np.abs(fit.estimate - expected) / fit.se).max() < 3.5
    assert fit.at_maximum


def test_the_right_error_model_has_the_larger_likelihood() -> None:
    truth = replace(DECAY, error=ErrorModel("combined", 0.1, additive=12.0))
    series = virtual_series(truth, SamplingPlan(lower_limit=1.0), count=120, seed=11).series
    right = fit_population(series, truth, options=BRIEF, seed=1)
    wrong = fit_population(series, replace(truth, error=ErrorModel("log_additive", 0.3)), options=BRIEF, seed=1)
    assert right.aic + 20 < wrong.aic


def test_an_omega_near_zero_spoils_no_other_number() -> None:
    alike = replace(DECAY, omega=DECAY.omega * np.array([1.0, 1e-6, 1.0]))
    series = virtual_series(alike, SamplingPlan(), count=40, seed=13).series
    fit = fit_population(series, DECAY, options=BRIEF, seed=1)
    assert np.isfinite(fit.se).all()
    # its interval reaches down to nothing, the others hold the truth
    assert fit.interval()[4][0] < 0.05
    others = [0, 1, 2, 3, 5, 6]
    assert (np.abs(fit.estimate - truth_of(alike)) / fit.se)[others].max() < 3.5
    assert fit.covariance_from == "observed information"


def test_a_level_fixed_by_the_first_value_is_not_estimated() -> None:
    series = virtual_series(DECAY, SamplingPlan(), count=60, seed=12).series
    fit = fit_population(series, replace(DECAY, start_mode="observed"), options=BRIEF, seed=1)
    assert fit.names == ("ln RATE", "ln RESIDUAL", "ln omega RATE", "ln omega RESIDUAL", "ln sigma")
    np.testing.assert_array_equal(fit.ln_mean[:, 2], series.ln_value[series.offsets[:-1]])
    assert np.isnan(fit.shrinkage[2])
    assert (fit.ln_sd[:, 2] == 0).all()
    assert (np.abs(fit.estimate - truth_of(DECAY)[[0, 1, 3, 4, 6]]) / fit.se).max() < 3.5


def test_progress_is_told_to_the_end() -> None:
    told: list[tuple[int, int]] = []
    series = virtual_series(DECAY, SamplingPlan(), count=10, seed=1).series
    options = SaemOptions(burn_in=2, exploration=3, smoothing=3, newton_steps=1, draws=200, newton_draws=200)
    fit_population(series, DECAY, options=options, seed=1, progress=lambda done, all_: told.append((done, all_)))
    assert told == [(done, 10) for done in range(1, 11)]


def test_too_few_subjects_are_refused() -> None:
    series = virtual_series(DECAY, SamplingPlan(), count=7, seed=1).series
    with pytest.raises(EstimationError, match="7 subjects cannot tell 7 numbers"):
        fit_population(series, DECAY)
