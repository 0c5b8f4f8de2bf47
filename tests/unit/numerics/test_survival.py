"""Curves, limits and quantiles of one group, and the traps that come with them."""

from __future__ import annotations

import numpy as np
import pytest

from tests.oracles import kaplan_meier
from trialwright.errors import NumericsError
from trialwright.numerics.survival import (
    CONF_TYPES,
    curve_at,
    numbers_at_risk,
    pointwise_limits,
    quantile_times,
    survival_curve,
)

pytestmark = [pytest.mark.double_programmed("R survival 3.5-3, and a plain re-count of risk sets")]

TIME, EVENT = np.arange(1.0, 6.0), np.array([0, 1, 1, 0, 1])


def limits(conf_type: str, at: int) -> tuple[float, float]:
    curve = survival_curve(TIME, EVENT)
    lower, upper = pointwise_limits(curve.surv, curve.log_variance, conf_type=conf_type)
    return float(lower[at]), float(upper[at])


@pytest.mark.parametrize(
    ("conf_type", "at", "expected"),
    [
        ("log-log", 1, (0.1279469, 0.9605486)),
        ("log-log", 2, (0.0578471, 0.8448613)),
        ("plain", 2, (0.0100090, 0.9899910)),
        ("log", 2, (0.1876589, 1.0)),
    ],
)
def test_limits_of_the_five_subject_example(conf_type: str, at: int, expected: tuple[float, float]) -> None:
    assert limits(conf_type, at) == pytest.approx(expected, abs=5e-8)


@pytest.mark.parametrize("conf_type", CONF_TYPES)
def test_where_the_curve_is_1_only_plain_and_log_have_limits(conf_type: str) -> None:
    if conf_type in ("plain", "log"):
        assert limits(conf_type, 0) == (1.0, 1.0)
    else:
        assert np.isnan(limits(conf_type, 0)).all()


@pytest.mark.parametrize("conf_type", CONF_TYPES)
def test_where_the_curve_is_0_there_is_no_error_and_no_limit(conf_type: str) -> None:
    curve = survival_curve(TIME, EVENT)
    assert curve.surv[-1] == 0
    assert np.isnan(curve.se[-1])
    assert np.isnan(limits(conf_type, 4)).all()


def test_an_unknown_confidence_type_is_refused() -> None:
    with pytest.raises(NumericsError, match="log-minus-log"):
        pointwise_limits(np.array([0.5]), np.array([0.1]), conf_type="log-minus-log")  # type: ignore[arg-type]


@pytest.mark.parametrize("conf_type", CONF_TYPES)
def test_limits_enclose_the_curve_and_stay_between_0_and_1(conf_type: str) -> None:
    surv = np.linspace(0.01, 0.99, 50)
    lower, upper = pointwise_limits(surv, np.full(50, 0.3), conf_type=conf_type)
    assert np.all((lower >= 0) & (lower < surv) & (surv < upper) & (upper <= 1))


def test_an_event_comes_before_a_censoring_at_the_same_time() -> None:
    curve = survival_curve(np.array([2.0, 2.0, 3.0]), np.array([0, 1, 1]))
    assert curve.n_risk.tolist() == [3, 1]
    assert curve.surv[0] == pytest.approx(2 / 3)


def test_left_truncation_is_strict_at_entry_and_inclusive_at_exit() -> None:
    time, event, entry = np.array([2.0, 2.0, 5.0, 5.0]), np.array([1, 1, 1, 0]), np.array([0.0, 1.0, 2.0, 1.9])
    curve = survival_curve(time, event, entry)
    # The subject that enters at 2 is not at risk at 2; the one that enters just before is.
    assert curve.n_risk.tolist() == [3, 2]


def test_a_curve_that_has_reached_0_stays_there_after_late_entries() -> None:
    time, event, entry = np.array([1.0, 4.0, 5.0]), np.array([1, 1, 0]), np.array([0.0, 2.0, 2.0])
    assert survival_curve(time, event, entry).surv.tolist() == [0.0, 0.0, 0.0]


def test_a_time_of_zero_counts() -> None:
    curve = survival_curve(np.array([0.0, 1.0]), np.array([1, 0]))
    assert curve.surv.tolist() == [0.5, 0.5]


def test_no_events_leave_the_curve_at_1() -> None:
    curve = survival_curve(np.array([1.0, 2.0]), np.array([0, 0]))
    assert curve.surv.tolist() == [1.0, 1.0]
    assert np.isnan(quantile_times(curve.time, curve.surv, np.array([0.5]))).all()


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("late", [False, True])
def test_curve_equals_a_recount_of_every_risk_set(seed: int, late: bool) -> None:
    rng = np.random.default_rng(seed)
    time, event = rng.integers(1, 15, 40).astype(float), rng.integers(0, 2, 40)
    entry = time - rng.integers(1, 6, 40) if late else None
    curve = survival_curve(time, event, entry)
    ours = dict(zip(curve.time.tolist(), curve.surv.tolist(), strict=True))
    for t, surv in kaplan_meier(time, event, entry).items():
        assert ours[t] == pytest.approx(surv, abs=1e-14)


def test_median_of_a_flat_stretch_is_its_middle() -> None:
    curve = survival_curve(np.array([1.0, 2.0, 3.0, 4.0]), np.ones(4, dtype=int))
    assert quantile_times(curve.time, curve.surv, np.array([0.5])).tolist() == [2.5]


def test_a_stretch_counts_as_flat_at_the_height_in_spite_of_rounding() -> None:
    # 0.9 · 8/9 · 7/8 · … is 0.5 only up to rounding.
    time = np.arange(1.0, 11.0)
    curve = survival_curve(time, np.ones(10, dtype=int))
    for tenths in range(1, 10):
        (median,) = quantile_times(curve.time, curve.surv, np.array([tenths / 10]))
        assert median == tenths + 0.5


def test_a_flat_stretch_that_runs_to_the_end_ends_with_the_last_observation() -> None:
    time, event = np.array([1.0, 2.0, 3.0, 4.0]), np.array([1, 1, 0, 0])
    curve = survival_curve(time, event)
    assert quantile_times(curve.time, curve.surv, np.array([0.5])).tolist() == [3.0]
    unknown = np.array([0.75, 0.5, 0.5, np.nan])
    assert np.isnan(quantile_times(curve.time, unknown, np.array([0.5]))).all()


@pytest.mark.double_programmed("figures of tests/quantile.R of the R package survival")
def test_quantiles_that_r_holds_itself_to() -> None:
    time, event = np.array([9.0, 1.0, 1.0, 6.0, 6.0, 8.0, 10.0]), np.array([1, 1, 0, 1, 1, 0, 0])
    curve = survival_curve(time, event)
    asked = 1 - np.array([13 / 14, 6 / 7, 2 / 3, 0.5, 9 / 35, 0.1])
    found = quantile_times(curve.time, curve.surv, asked)
    assert found == pytest.approx([1, 3.5, 6, 9, 9.5, np.nan], nan_ok=True)
    lower, upper = pointwise_limits(curve.surv, curve.log_variance, conf_type="log", level=0.95)
    assert quantile_times(curve.time, lower, asked).tolist() == [1, 1, 1, 6, 6, 9]
    assert np.isnan(quantile_times(curve.time, upper, asked)).all()


def test_a_height_never_reached_is_not_the_last_time() -> None:
    curve = survival_curve(np.array([1.0, 2.0, 3.0]), np.array([1, 0, 0]))
    assert np.isnan(quantile_times(curve.time, curve.surv, np.array([0.5]))).all()


def test_values_at_given_times_change_at_the_step() -> None:
    curve = survival_curve(TIME, EVENT)
    surv, variance = curve_at(curve, np.array([0.0, 1.999, 2.0, 4.9, 9.0]))
    assert surv.tolist() == [1.0, 1.0, 0.75, 0.5, 0.0]
    assert variance[0] == 0


def test_numbers_at_risk_count_those_who_leave_at_that_time() -> None:
    time, entry = np.array([1.0, 2.0, 2.0, 5.0]), np.array([0.0, 0.0, 1.0, 2.0])
    assert numbers_at_risk(time, np.array([0.0, 1.0, 2.0, 2.5]), entry).tolist() == [0, 2, 2, 1]
    assert numbers_at_risk(time, np.array([0.0, 1.0, 2.0, 2.5])).tolist() == [4, 4, 3, 1]
