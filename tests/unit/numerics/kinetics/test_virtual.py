"""Invented series follow their plan and their population, whatever the number of subjects."""

from __future__ import annotations

import numpy as np
import pytest

from trialwright.errors import NumericsError
from trialwright.numerics.kinetics.series import ErrorModel, Population
from trialwright.numerics.kinetics.virtual import SamplingPlan, noisy_ln_values, virtual_series

pytestmark = pytest.mark.unvalidated

DEMO = Population.independent(
    "biexponential", [0.06, 0.04, 6.0, 500.0], [0.45, 0.60, 1.00, 1.20], ErrorModel("log_additive", 0.20)
)


def test_same_seed_same_series_and_more_subjects_change_nobody() -> None:
    few = virtual_series(DEMO, SamplingPlan(), count=30, seed=4)
    many = virtual_series(DEMO, SamplingPlan(), count=50, seed=4)
    np.testing.assert_array_equal(few.ln_theta, many.ln_theta[:30])
    np.testing.assert_array_equal(few.series.ln_value, many.series.ln_value[: few.series.ln_value.size])
    other = virtual_series(DEMO, SamplingPlan(), count=30, seed=5)
    assert not np.array_equal(few.ln_theta, other.ln_theta)


@pytest.mark.slow
def test_samples_follow_the_plan() -> None:
    plan = SamplingPlan(days=(0, 21, 42, 63, 99), max_shift_days=3, missed=0.6, min_samples=3)
    series = virtual_series(DEMO, plan, count=400, seed=1).series
    counts = np.diff(series.offsets)
    assert counts.min() == 3
    assert counts.max() == 5
    first = series.offsets[:-1]
    assert (series.t_days[first] == 0).all()
    assert series.t_days.max() == 100
    later = np.delete(series.t_days, first)
    nearest = np.abs(later[:, None] - np.array([21, 42, 63, 99])).min(axis=1)
    assert sorted(set(nearest)) == [0, 1, 2, 3]
    assert (np.diff(series.t_days)[np.diff(series.owner) == 0] > 0).all()


@pytest.mark.slow
def test_where_few_are_missed_the_share_is_the_plan_s() -> None:
    series = virtual_series(DEMO, SamplingPlan(missed=0.1), count=4_000, seed=1).series
    # 5 samples a subject can be missed; three standard errors of a share of 0.1 in 20,000
    missed = 1 - (np.diff(series.offsets) - 1).sum() / (5 * 4_000)
    assert abs(missed - 0.1) < 3 * np.sqrt(0.09 / 20_000) + 0.001


@pytest.mark.slow
def test_parameters_and_errors_have_the_population_s_moments() -> None:
    found = virtual_series(DEMO, SamplingPlan(lower_limit=None), count=20_000, seed=2)
    apart = found.ln_theta - DEMO.ln_theta
    np.testing.assert_allclose(apart.mean(axis=0), 0, atol=4 * 1.2 / np.sqrt(20_000))
    np.testing.assert_allclose(np.cov(apart.T), DEMO.omega, atol=0.05)
    errors = found.series.ln_value - found.ln_curve
    assert abs(errors.std() - 0.2) < 0.002
    assert abs(errors.mean()) < 0.003


def test_limits_hide_values_and_nothing_else() -> None:
    plain = virtual_series(DEMO, SamplingPlan(lower_limit=None), count=300, seed=3).series
    limited = virtual_series(DEMO, SamplingPlan(lower_limit=5.0, upper_limit=2_000.0), count=300, seed=3).series
    below, above = plain.ln_value < np.log(5.0), plain.ln_value > np.log(2_000.0)
    np.testing.assert_array_equal(limited.censor, np.where(below, -1, np.where(above, 1, 0)))
    np.testing.assert_array_equal(limited.ln_value[limited.censor == 0], plain.ln_value[limited.censor == 0])
    assert set(limited.ln_value[below]) == {np.log(5.0)}
    assert set(limited.ln_value[above]) == {np.log(2_000.0)}


@pytest.mark.slow
def test_about_eight_percent_lie_below_the_limit_and_some_curves_rise_first() -> None:
    found = [virtual_series(DEMO, SamplingPlan(), count=250, seed=seed) for seed in range(1, 21)]
    assert 0.07 < np.mean([each.below_share for each in found]) < 0.095
    rising = np.concatenate([each.early_rise for each in found]).mean()
    assert 0.08 < rising < 0.20
    one = found[0]
    days, theta = np.array([0.0, 7.0]), one.ln_theta[one.early_rise][:1]
    start, week = DEMO.model.curve(days, theta)[0]
    assert week > start


@pytest.mark.slow
def test_virtual_subjects_resemble_published_figures() -> None:
    # baseline median 200 to 350 with three decades, half-life by log-slope 12 to 20 days, favourable share near a half
    like = Population.independent(
        "biexponential", [0.06, 0.04, 6.0, 270.0], [0.45, 0.60, 1.00, 1.50], ErrorModel("log_additive", 0.20)
    )
    found = virtual_series(like, SamplingPlan(days=(0, 21, 42, 63), lower_limit=None), count=2_000, seed=1)
    first = found.series.offsets[:-1]
    baseline = np.exp(found.series.ln_value[first])
    assert 200 < np.median(baseline) < 350
    assert np.log10(baseline.max() / baseline.min()) >= 3
    slopes = []
    for begin, end in zip(found.series.offsets[:-1], found.series.offsets[1:], strict=True):
        slopes.append(np.polyfit(found.series.t_days[begin:end], found.series.ln_value[begin:end], 1)[0])
    assert 12 < np.log(2) / np.median(-np.array(slopes)) < 20
    favourable = (found.ln_theta[:, 0] >= like.ln_theta[0]).mean()
    assert 0.4 < favourable < 0.6


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (ErrorModel("log_additive", 0.2), 100 * np.exp(0.4)),
        (ErrorModel("proportional", 0.2), 140.0),
        (ErrorModel("combined", 0.3, additive=40.0), 200.0),
        (ErrorModel("boxcox_additive", 0.2, exponent=1.0), 100.4),
        (ErrorModel("boxcox_additive", 0.2, exponent=0.0), 100 * np.exp(0.4)),
        (ErrorModel("boxcox_additive", 1.0, exponent=0.5), (10 + 1.0) ** 2),
    ],
)
def test_two_standard_deviations_above_the_curve(error: ErrorModel, expected: float) -> None:
    found = noisy_ln_values(np.log([100.0]), error, np.array([2.0]))
    np.testing.assert_allclose(np.exp(found), expected, rtol=1e-12)


def test_an_error_below_zero_needs_a_limit() -> None:
    rough = Population.independent("residual_decay", [0.1, 1, 100], [0.1, 0.1, 0.1], ErrorModel("proportional", 2.0))
    with pytest.raises(NumericsError, match="give the assay limits"):
        virtual_series(rough, SamplingPlan(lower_limit=None), count=50, seed=1)
    assert virtual_series(rough, SamplingPlan(lower_limit=0.5), count=50, seed=1).below_share > 0.1


@pytest.mark.parametrize(
    "wrong",
    [
        {"days": ()},
        {"days": (-1, 21)},
        {"days": (0, 21, 21)},
        {"days": (0, 21, 120)},
        {"days": (0, 5, 21)},
        {"missed": 1.0},
        {"min_samples": 7},
        {"lower_limit": 0.0},
        {"lower_limit": 10.0, "upper_limit": 5.0},
    ],
)
def test_an_impossible_plan_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(NumericsError):
        SamplingPlan(**wrong)  # type: ignore[arg-type]


def test_a_level_without_a_distribution_cannot_be_invented() -> None:
    observed = Population.independent(
        "residual_decay", [0.1, 1, 1], [1, 1, 1], ErrorModel("log_additive", 0.2), start_mode="observed"
    )
    with pytest.raises(NumericsError, match="no distribution between subjects"):
        virtual_series(observed, SamplingPlan(), count=2, seed=1)
