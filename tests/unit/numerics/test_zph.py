"""The score test of proportional hazards and the traps that come with it."""

from __future__ import annotations

import numpy as np
import pytest

from tests.oracles import OVARIAN, cox_derivatives, cox_rows, drift_statistic, kaplan_meier
from trialwright.errors import NumericsError
from trialwright.numerics.cox import cox_data, fit_cox
from trialwright.numerics.ordering import order_rows
from trialwright.numerics.zph import Transform, drift_test, time_transform

pytestmark = [pytest.mark.independent("score test of the model with the added columns written out; R survival 3.5-3")]


def plain_transform(
    time: np.ndarray, event: np.ndarray, transform: Transform, entry: np.ndarray | None
) -> dict[float, float]:
    times = sorted({float(t) for t in time[event == 1]})
    if transform == "identity":
        return {t: t for t in times}
    if transform == "log":
        return {t: float(np.log(t)) for t in times}
    if transform == "rank":
        return {t: float(np.mean(np.flatnonzero(np.sort(time) == t)) + 1) for t in times}
    curve = kaplan_meier(time, event, entry)
    before = [1.0, *(curve[t] for t in times)]
    return {t: 1 - s for t, s in zip(times, before, strict=False)}


@pytest.mark.parametrize("transform", ["km", "identity", "rank", "log"])
@pytest.mark.parametrize("ties", ["efron", "breslow"])
@pytest.mark.parametrize("late", [False, True])
def test_statistic_is_that_of_the_model_with_added_columns(transform: Transform, ties: str, late: bool) -> None:
    time, event, x, entry = cox_rows(31)
    entry = entry if late else None
    data = cox_data(time, event, x, rows=order_rows(time, entry=entry))
    fit = fit_cox(data, ties=ties)
    test = drift_test(data, fit, transform=transform, ties=ties)
    g = plain_transform(time, event, transform, entry)
    _, score, information = cox_derivatives(time, event, x, fit.coef, ties=ties, entry=entry, g=g)
    for columns in ([0], [1], [0, 1]):
        assert test.statistic(columns) == pytest.approx(drift_statistic(score, information, columns), rel=1e-6)


def test_ranks_count_the_censored_and_ties_share_them() -> None:
    g = time_transform(np.array([1.0, 2.0, 3.0, 3.0, 9.0]), np.array([1, 0, 1, 1, 1]), "rank")
    # Ranks 1, 2, 3.5, 3.5 and 5; their mean over the events is 3.25.
    assert g[[0, 2, 4]].tolist() == pytest.approx([-1.0, 0.25 / 2.25, 1.75 / 2.25])


def test_an_event_at_time_0_has_no_logarithm() -> None:
    time = np.array([0.0, 1.0, 3.0])
    with pytest.raises(NumericsError, match="time 0"):
        time_transform(time, np.array([1, 1, 1]), "log")
    assert np.isfinite(time_transform(time, np.array([0, 1, 1]), "log")).all()


def test_the_curve_behind_km_is_read_just_before_the_event_and_pools_the_strata() -> None:
    g = time_transform(np.array([1.0, 2.0, 3.0, 4.0]), np.array([1, 1, 0, 1]), "km")
    # 1 − S(t−) is 0, 0.25 and 0.5 at the three events; centred, the widest scaled to 1.
    np.testing.assert_allclose(g[[0, 1, 3]], [-1.0, 0.0, 1.0], atol=1e-12)


def test_strata_keep_their_own_risk_sets_under_one_function_of_time() -> None:
    time, event, x, _ = cox_rows(32, 60)
    stratum = np.random.default_rng(3).integers(0, 2, 60)
    data = cox_data(time, event, x, rows=order_rows(time, stratum=stratum, n_strata=2))
    fit = fit_cox(data)
    g = plain_transform(time, event, "km", None)
    parts = [cox_derivatives(time[stratum == s], event[stratum == s], x[stratum == s], fit.coef, g=g) for s in range(2)]
    expected = drift_statistic(sum(p[1] for p in parts), sum(p[2] for p in parts), [0, 1])
    assert drift_test(data, fit, transform="km").statistic([0, 1]) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(
    ("transform", "expected"),
    [
        ("km", [0.223036544224485, 0.777931087166446, 2.67169873160183, 3.93044084366821]),
        ("identity", [0.465422521454758, 0.460650661546425, 2.43857542744136, 3.64938234937631]),
    ],
)
def test_ovarian_figures(transform: Transform, expected: list[float]) -> None:
    data = cox_data(OVARIAN[:, 0], OVARIAN[:, 1].astype(int), OVARIAN[:, [4, 2, 3]])
    test = drift_test(data, fit_cox(data), transform=transform)
    found = [test.statistic(columns) for columns in ([0], [1], [2], [0, 1, 2])]
    assert found == pytest.approx(expected, rel=1e-7)


def test_without_finite_coefficients_there_is_no_test() -> None:
    time, event, arm = np.arange(1.0, 21.0), np.tile([1, 0], 10), np.tile([0.0, 1.0], 10)
    data = cox_data(time, event, arm[:, None])
    with pytest.raises(NumericsError, match="cannot be estimated"):
        drift_test(data, fit_cox(data))


def test_an_unknown_transform_is_refused() -> None:
    with pytest.raises(NumericsError, match="sqrt"):
        time_transform(np.array([1.0]), np.array([1]), "sqrt")  # type: ignore[arg-type]
