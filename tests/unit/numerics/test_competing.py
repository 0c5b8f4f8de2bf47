"""Cumulative incidence of one group, its variances, and the traps that come with them."""

from __future__ import annotations

import numpy as np
import pytest

from tests.competing_oracles import competing_rows, incidence, jackknife_variance
from tests.oracles import kaplan_meier
from trialwright.errors import NumericsError
from trialwright.numerics.competing import cumulative_incidence_curve, incidence_at

pytestmark = pytest.mark.independent("plain sums over event times, and the numerical derivative by each weight")


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("late", [False, True])
def test_incidence_equals_the_plain_sum(seed: int, late: bool) -> None:
    time, cause, *_ = competing_rows(seed)
    entry = time - np.random.default_rng(seed).integers(1, 6, time.size) if late else None
    curve = cumulative_incidence_curve(time, cause, 2, entry=entry)
    for k in (1, 2):
        asked = np.array([0.5, 2.0, 7.0, 13.0, 99.0])
        theirs = [incidence(time, cause, k, t, entry=entry) for t in asked]
        np.testing.assert_allclose(incidence_at(curve, k, asked)[0], theirs, atol=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_greenwoods_variance_is_the_infinitesimal_jackknife(seed: int) -> None:
    time, cause, *_ = competing_rows(seed, n=40)
    curve = cumulative_incidence_curve(time, cause, 2, variance="greenwood")
    for k in (1, 2):
        for t in (2.0, 6.0, 12.0):
            slow = jackknife_variance(lambda w, k=k, t=t: incidence(time, cause, k, t, w), time.size)
            assert incidence_at(curve, k, np.array([t]))[1][0] == pytest.approx(slow[0, 0], rel=1e-5)


@pytest.mark.parametrize("seed", range(3))
def test_aalens_variance_is_the_sum_of_squared_changes(seed: int) -> None:
    time, cause, *_ = competing_rows(seed)
    curve = cumulative_incidence_curve(time, cause, 2)
    for k in (1, 2):
        for t in (3.0, 9.0):
            surv, total = 1.0, 0.0
            for u in sorted(set(time[(cause > 0) & (time <= t)])):
                n, own = (time >= u).sum(), ((time == u) & (cause == k)).sum()
                other = ((time == u) & (cause == 3 - k)).sum()
                ahead = incidence(time, cause, k, t) - incidence(time, cause, k, u)
                lost = ahead / (n - own - other) if n > own + other else 0.0
                total += own * (n - own) / max(n - 1, 1) * (surv / n - lost) ** 2
                total += other * (n - other) / max(n - 1, 1) * lost**2
                surv *= 1 - (own + other) / n
            assert incidence_at(curve, k, np.array([t]))[1][0] == pytest.approx(total, rel=1e-10)


@pytest.mark.parametrize("seed", range(3))
def test_incidences_and_the_survival_of_all_causes_add_up_to_1(seed: int) -> None:
    time, cause, *_ = competing_rows(seed)
    curve = cumulative_incidence_curve(time, cause, 2)
    np.testing.assert_allclose(curve.incidence.sum(axis=0) + curve.surv, 1.0, atol=1e-12)
    for t, surv in kaplan_meier(time, (cause > 0).astype(int)).items():
        assert curve.surv[curve.time == t][0] == pytest.approx(surv)


def test_one_cause_alone_is_one_less_kaplan_meier_with_greenwoods_variance() -> None:
    time, cause, *_ = competing_rows(5)
    event = (cause > 0).astype(int)
    curve = cumulative_incidence_curve(time, event, 1, variance="greenwood")
    np.testing.assert_allclose(curve.incidence[0], 1 - curve.surv, atol=1e-12)
    n, d = curve.n_risk.astype(float), curve.n_event[0].astype(float)
    keep = n > d
    greenwood = curve.surv**2 * np.cumsum(np.where(keep, d / (n * np.where(keep, n - d, 1)), 0))
    np.testing.assert_allclose(curve.variance[0][keep], greenwood[keep], rtol=1e-9)


def test_taking_competing_events_as_censored_overstates_the_incidence() -> None:
    time, cause, *_ = competing_rows(1, n=200)
    naive = 1 - list(kaplan_meier(time, (cause == 1).astype(int)).values())[-1]
    assert cumulative_incidence_curve(time, cause, 2).incidence[0][-1] < naive - 0.05


def test_a_subject_censored_at_an_event_time_is_still_at_risk_there() -> None:
    curve = cumulative_incidence_curve(np.array([1.0, 1.0, 2.0]), np.array([1, 0, 2]), 2)
    assert curve.n_risk.tolist() == [3, 1]
    assert curve.incidence[0].tolist() == pytest.approx([1 / 3, 1 / 3])
    assert curve.incidence[1].tolist() == pytest.approx([0, 2 / 3])


def test_variance_stays_where_everybody_left_has_an_event() -> None:
    curve = cumulative_incidence_curve(np.array([1.0, 2.0, 2.0]), np.array([1, 2, 2]), 2)
    assert np.isfinite(curve.variance).all()
    assert (curve.variance >= 0).all()


def test_a_variance_of_another_name_is_refused() -> None:
    with pytest.raises(NumericsError, match="use one of aalen, greenwood"):
        cumulative_incidence_curve(np.array([1.0]), np.array([1]), 1, variance="delta")
