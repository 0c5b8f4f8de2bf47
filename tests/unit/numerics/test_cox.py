"""The Cox model's likelihood and fit, and the traps that come with them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize

from tests.oracles import OVARIAN, cox_derivatives, cox_rows
from trialwright.errors import NumericsError
from trialwright.numerics.cox import CoxFit, Ties, cox_data, fit_cox, partial_likelihood
from trialwright.numerics.cox_residuals import score_residuals
from trialwright.numerics.logrank import chi_square, logrank_sums
from trialwright.numerics.ordering import order_rows

pytestmark = [
    pytest.mark.independent("likelihood written from its definition; R survival 3.5-3 for the ovarian figures")
]


def fit(time: np.ndarray, event: np.ndarray, x: np.ndarray, ties: Ties = "efron", **order: object) -> CoxFit:
    return fit_cox(cox_data(time, event, x, rows=order_rows(time, **order)), ties=ties)


@pytest.mark.parametrize("ties", ["efron", "breslow"])
@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_likelihood_score_and_information(seed: int, late: bool, ties: Ties) -> None:
    time, event, x, entry = cox_rows(seed)
    entry = entry if late else None
    data = cox_data(time, event, x, rows=order_rows(time, entry=entry))
    beta = np.array([0.3, -0.01])
    ours = partial_likelihood(data, beta * data.scale, ties=ties)
    theirs = cox_derivatives(time, event, x, beta, ties=ties, entry=entry)
    assert ours[0] == pytest.approx(theirs[0], abs=1e-9)
    np.testing.assert_allclose(ours[1] * data.scale, theirs[1], atol=1e-8)
    np.testing.assert_allclose(ours[2] * np.outer(data.scale, data.scale), theirs[2], atol=1e-6)


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_the_fit_is_where_another_optimiser_ends(ties: Ties) -> None:
    time, event, x, _ = cox_rows(5)
    found = fit(time, event, x, ties)
    other = minimize(lambda b: -cox_derivatives(time, event, x, b, ties=ties)[0], np.zeros(2), method="BFGS", tol=1e-9)
    np.testing.assert_allclose(found.coef, other.x, atol=1e-4)
    assert found.loglik == pytest.approx(-other.fun, abs=1e-7)
    information = cox_derivatives(time, event, x, found.coef, ties=ties)[2]
    np.testing.assert_allclose(found.covariance, np.linalg.inv(information), rtol=1e-6)


def test_ties_matter_and_an_unknown_rule_is_refused() -> None:
    time, event, x, _ = cox_rows(5)
    assert abs(fit(time, event, x).coef[0] - fit(time, event, x, "breslow").coef[0]) > 1e-4
    with pytest.raises(NumericsError, match="exact"):
        fit(time, event, x, "exact")  # type: ignore[arg-type]


def test_strata_add_their_likelihoods() -> None:
    time, event, x, _ = cox_rows(6, 80)
    stratum = np.random.default_rng(2).integers(0, 3, 80)
    found = fit(time, event, x, stratum=stratum, n_strata=3)
    parts = [cox_derivatives(time[stratum == s], event[stratum == s], x[stratum == s], found.coef) for s in range(3)]
    assert found.loglik == pytest.approx(sum(part[0] for part in parts), abs=1e-9)
    np.testing.assert_allclose(sum(part[1] for part in parts), 0, atol=1e-6)


def test_splitting_follow_up_into_pieces_changes_nothing() -> None:
    time, event, x, _ = cox_rows(7)
    cut = 4.5
    late = time > cut
    split_time = np.concatenate([np.minimum(time, cut), time[late]])
    split_entry = np.concatenate([np.zeros(time.size), np.full(late.sum(), cut)])
    split_event = np.concatenate([np.where(late, 0, event), event[late]])
    whole, split = fit(time, event, x), fit(split_time, split_event, np.concatenate([x, x[late]]), entry=split_entry)
    np.testing.assert_allclose(split.coef, whole.coef, rtol=1e-8)
    np.testing.assert_allclose(split.covariance, whole.covariance, rtol=1e-7)
    assert split.score == pytest.approx(whole.score)


def test_score_of_one_binary_covariate_without_ties_is_the_logrank_statistic() -> None:
    rng = np.random.default_rng(8)
    time, event, arm = rng.permutation(np.arange(1.0, 41.0)), rng.integers(0, 2, 40), rng.integers(0, 2, 40)
    statistic, _ = chi_square(logrank_sums(time, event, arm, 2))
    assert fit(time, event, arm[:, None].astype(float)).score == pytest.approx(statistic, rel=1e-10)


def test_an_arm_without_events_has_no_hazard_ratio_but_keeps_score_and_likelihood() -> None:
    time, event, arm = np.arange(1.0, 21.0), np.tile([1, 0], 10), np.tile([0.0, 1.0], 10)
    found = fit(time, event, arm[:, None])
    assert found.infinite.tolist() == [True]
    assert not found.is_estimable
    limit = cox_derivatives(time, event, arm[:, None], np.array([-30.0]))[0]
    assert found.loglik == pytest.approx(limit, abs=1e-6)
    assert found.score > 0
    assert found.loglik > found.loglik_null


def test_separation_in_one_covariate_leaves_the_other_estimated() -> None:
    rng = np.random.default_rng(11)
    time, arm, age = np.arange(1.0, 61.0), np.tile([0.0, 1.0], 30), rng.normal(0, 1, 60)
    event = np.where(arm == 1, 0, 1)
    found = fit(time, event, np.column_stack([arm, age]))
    assert found.infinite.tolist() == [True, False]
    others = arm == 0
    # In the limit the arm without events leaves every risk set.
    assert found.coef[1] == pytest.approx(fit(time[others], event[others], age[others, None]).coef[0], abs=1e-6)


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_a_risk_that_entered_late_leaves_nothing_of_itself_behind(ties: Ties) -> None:
    # Seen backwards in time, a subject of risk e^45 is added and taken off again before the small ones have their turn.
    time, event = np.array([1.0, 1.0, 2.0, 3.0, 9.0]), np.array([1, 1, 1, 1, 1])
    x, entry = np.array([[0.3], [0.1], [0.2], [0.0], [45.0]]), np.array([0.0, 0.0, 0.0, 0.0, 8.0])
    late = cox_data(time, event, x, rows=order_rows(time, entry=entry))
    alone = cox_data(time[:4], event[:4], x[:4], rows=order_rows(time[:4]))
    with_it, without = (partial_likelihood(data, data.scale, ties=ties) for data in (late, alone))
    assert with_it[0] == pytest.approx(without[0], abs=1e-12)
    assert with_it[1] * late.scale == pytest.approx(without[1] * alone.scale, abs=1e-11)
    assert with_it[2] * late.scale**2 == pytest.approx(without[2] * alone.scale**2, abs=1e-10)
    at_1 = CoxFit(np.ones(1), np.eye(1), 0.0, 0.0, 0.0, np.zeros(1, np.bool_), np.zeros(1, np.bool_), True, 1)
    residuals = score_residuals(late, at_1, ties=ties)[:4]
    assert residuals == pytest.approx(score_residuals(alone, at_1, ties=ties), abs=1e-12)


def test_events_told_apart_by_two_covariates_together_estimate_neither() -> None:
    # The one subject that bears on x had the event alone at risk: what z leaves of the likelihood says nothing of x.
    time, event = np.array([5.0, 6.0, 6.0, 7.0, 8.0, 8.0]), np.array([0, 0, 1, 1, 1, 1])
    z, x = np.array([1.3, -0.4, 1.1, -0.5, -2.0, 0.8]), np.array([0.0, 0.0, 0.0, 1.0, 0.0, 0.0])
    stratum, entry = np.array([1, 1, 1, 1, 1, 0]), np.array([3.0, 5.0, 5.0, 1.0, 5.0, 7.0])
    found = fit(time, event, np.column_stack([z, x]), stratum=stratum, n_strata=2, entry=entry)
    assert found.infinite.tolist() == [True, True]


def test_a_large_finite_effect_is_not_called_infinite() -> None:
    time = np.arange(1.0, 41.0)
    x = (np.arange(40) < 20).astype(float)
    x[[0, 25]] = x[[25, 0]]
    found = fit(time, np.ones(40, int), x[:, None])
    assert found.infinite.tolist() == [False]
    assert found.coef[0] > 2


@pytest.mark.parametrize("extra", ["constant", "copy", "sum", "within strata"])
def test_a_column_without_information_of_its_own_is_aliased(extra: str) -> None:
    time, event, x, _ = cox_rows(12)
    stratum = (np.arange(50) % 2).astype(np.int64)
    column = {"constant": np.full(50, 7.3), "copy": x[:, 1] * 2 + 5, "sum": x.sum(axis=1), "within strata": stratum}[
        extra
    ]
    order = {"stratum": stratum, "n_strata": 2} if extra == "within strata" else {}
    found, plain = fit(time, event, np.column_stack([x, column]), **order), fit(time, event, x, **order)
    assert found.aliased.tolist() == [False, False, True]
    np.testing.assert_allclose(found.coef[:2], plain.coef, rtol=1e-7)
    assert np.isnan(found.coef[2])
    assert found.score == pytest.approx(plain.score)


@pytest.mark.parametrize("copies", [3, 300])
@pytest.mark.parametrize("flip", [False, True])
def test_an_arm_that_left_before_the_first_event_is_aliased_in_spite_of_rounding(copies: int, flip: bool) -> None:
    time = np.repeat([0.0, 1.0], [2, copies])
    arm = np.array([1.0, 0.0] + [0.0] * copies)
    found = fit(time, (time > 0).astype(int), (1 - arm if flip else arm)[:, None])
    assert found.aliased.tolist() == [True]
    assert not found.infinite.any()


def test_nothing_but_a_constant_leaves_the_null_model() -> None:
    time, event, _, _ = cox_rows(12)
    found = fit(time, event, np.ones((50, 1)))
    assert found.aliased.all()
    assert found.loglik == found.loglik_null
    assert found.score == 0


def test_covariates_far_from_zero_lose_no_digits() -> None:
    time, event, x, _ = cox_rows(13)
    near, far = fit(time, event, x), fit(time, event, x * [1, 1e-6] + [1e6, 1e3])
    assert far.coef[0] == pytest.approx(near.coef[0], rel=1e-6)
    assert far.coef[1] == pytest.approx(near.coef[1] * 1e6, rel=1e-5)


def test_ovarian_figures() -> None:
    time, event, x = OVARIAN[:, 0], OVARIAN[:, 1].astype(int), OVARIAN[:, [4, 2, 3]]
    found = fit(time, event, x)
    assert found.coef == pytest.approx([0.146989256211902, -0.814584764008128, 0.103179602127612], abs=1e-9)
    assert np.sqrt(np.diag(found.covariance)) == pytest.approx(
        [0.0463020480369044, 0.634161024896107, 0.606377104738059], abs=1e-9
    )
    assert (found.loglik_null, found.loglik) == pytest.approx((-34.9849403711626, -27.0273583257535), abs=1e-9)
    assert found.score == pytest.approx(18.7038086845279, rel=1e-9)
