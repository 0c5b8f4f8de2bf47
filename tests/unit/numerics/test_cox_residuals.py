"""Score residuals and the robust covariance formed from them."""

from __future__ import annotations

import numpy as np
import pytest

from tests.oracles import cox_rows, weighted_score
from trialwright.numerics.cox import cox_data, fit_cox
from trialwright.numerics.cox_residuals import robust_covariance, score_residuals
from trialwright.numerics.ordering import order_rows

pytestmark = [pytest.mark.independent("numerical derivative of the weighted score; follow-up split into pieces")]


def test_residuals_are_derivatives_of_the_score_in_the_case_weights() -> None:
    time, event, x, _ = cox_rows(21, 30)
    data = cox_data(time, event, x)
    fit = fit_cox(data)
    step = 1e-5
    for i, residual in enumerate(score_residuals(data, fit)):
        up, down = np.ones(30), np.ones(30)
        up[i] += step
        down[i] -= step
        change = weighted_score(time, event, x, fit.coef, up) - weighted_score(time, event, x, fit.coef, down)
        np.testing.assert_allclose(residual, change / (2 * step), atol=1e-6)


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_residuals_sum_to_the_score_which_is_zero(ties: str) -> None:
    time, event, x, entry = cox_rows(22)
    stratum = np.random.default_rng(0).integers(0, 2, time.size)
    data = cox_data(time, event, x, rows=order_rows(time, entry=entry, stratum=stratum, n_strata=2))
    residuals = score_residuals(data, fit_cox(data, ties=ties), ties=ties)
    np.testing.assert_allclose(residuals.sum(axis=0), 0, atol=1e-7)


def test_pieces_of_one_subject_taken_as_a_cluster_give_the_whole_subjects_variance() -> None:
    time, event, x, _ = cox_rows(23)
    whole = cox_data(time, event, x)
    cut, late = 4.5, time > 4.5
    split = cox_data(
        np.concatenate([np.minimum(time, cut), time[late]]),
        np.concatenate([np.where(late, 0, event), event[late]]),
        np.concatenate([x, x[late]]),
        rows=order_rows(
            np.concatenate([np.minimum(time, cut), time[late]]),
            entry=np.concatenate([np.zeros(time.size), np.full(late.sum(), cut)]),
        ),
    )
    subject = np.concatenate([np.arange(time.size), np.flatnonzero(late)])
    np.testing.assert_allclose(
        robust_covariance(split, fit_cox(split), cluster=subject),
        robust_covariance(whole, fit_cox(whole)),
        rtol=1e-7,
    )


def test_no_factor_for_small_samples_is_applied() -> None:
    time, event, x, _ = cox_rows(24)
    data = cox_data(time, event, x)
    fit = fit_cox(data)
    change = score_residuals(data, fit) @ fit.covariance
    np.testing.assert_allclose(robust_covariance(data, fit), change.T @ change, rtol=1e-12)
    each_its_own = robust_covariance(data, fit, cluster=np.arange(50)[::-1].copy())
    np.testing.assert_allclose(each_its_own, change.T @ change, rtol=1e-12)


def test_an_aliased_column_has_no_robust_variance() -> None:
    time, event, x, _ = cox_rows(25)
    data = cox_data(time, event, np.column_stack([x, np.ones(50)]))
    found = robust_covariance(data, fit_cox(data))
    assert np.isnan(found[2]).all()
    assert np.isfinite(found[:2, :2]).all()
