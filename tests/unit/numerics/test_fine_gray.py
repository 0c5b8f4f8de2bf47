"""The weighted partial likelihood of a subdistribution and its robust variance."""

from __future__ import annotations

import numpy as np
import pytest

from tests.competing_oracles import competing_rows, jackknife_variance, subdistribution_fit
from tests.oracles import cox_rows
from trialwright.numerics.cox import cox_data, fit_cox
from trialwright.numerics.cox_residuals import robust_covariance, sandwich
from trialwright.numerics.fine_gray import (
    fine_gray_data,
    fit_fine_gray,
    subdistribution_likelihood,
    weighted_influence,
)

pytestmark = pytest.mark.independent("plain loops over pairs of subjects, and numerical derivatives by each weight")


def design(arm: np.ndarray, x: np.ndarray) -> np.ndarray:
    return np.column_stack([(arm == 1).astype(float), x])


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("ties", [True, False])
def test_coefficients_equal_those_of_the_plain_loops(seed: int, ties: bool) -> None:
    time, cause, arm, x, _ = competing_rows(seed, n=45, ties=ties)
    fit = fit_fine_gray(fine_gray_data(time, cause, design(arm, x)))
    np.testing.assert_allclose(fit.coef, subdistribution_fit(time, cause, design(arm, x)), atol=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_robust_variance_is_the_infinitesimal_jackknife_weights_of_censoring_included(seed: int) -> None:
    time, cause, arm, x, _ = competing_rows(seed, n=30)
    data = fine_gray_data(time, cause, design(arm, x))
    fit = fit_fine_gray(data)
    slow = jackknife_variance(lambda w: subdistribution_fit(time, cause, design(arm, x), w), time.size)
    np.testing.assert_allclose(sandwich(fit, weighted_influence(data, fit)), slow, rtol=2e-5)


def test_gradient_and_information_are_derivatives_of_the_likelihood() -> None:
    time, cause, arm, x, _ = competing_rows(2)
    data, beta, step = fine_gray_data(time, cause, design(arm, x)), np.array([0.3, -0.2]), 1e-5
    _, gradient, information = subdistribution_likelihood(data, beta)
    for a, way in enumerate(np.eye(2) * step):
        up, down = subdistribution_likelihood(data, beta + way), subdistribution_likelihood(data, beta - way)
        assert gradient[a] == pytest.approx((up[0] - down[0]) / (2 * step), rel=1e-6)
        np.testing.assert_allclose(information[a], (down[1] - up[1]) / (2 * step), rtol=1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_without_competing_events_it_is_coxs_model_with_breslows_ties(seed: int) -> None:
    time, event, x, _ = cox_rows(seed)
    data, ours = fine_gray_data(time, event, x), cox_data(time, event, x)
    fit, cox = fit_fine_gray(data), fit_cox(ours, ties="breslow")
    np.testing.assert_allclose(fit.coef, cox.coef, rtol=1e-9)
    assert (fit.loglik_null, fit.loglik) == pytest.approx((cox.loglik_null, cox.loglik), rel=1e-12)
    np.testing.assert_allclose(
        sandwich(fit, weighted_influence(data, fit)), robust_covariance(ours, cox, ties="breslow"), rtol=1e-8
    )


def test_a_weight_of_2_counts_as_two_rows() -> None:
    time, event, x, _ = cox_rows(4)
    weight = np.random.default_rng(0).integers(1, 4, time.size)
    weighted = fit_fine_gray(fine_gray_data(time, event, x, weight=weight.astype(float)))
    copied = fit_fine_gray(fine_gray_data(*(np.repeat(v, weight, axis=0) for v in (time, event, x))))
    np.testing.assert_allclose(weighted.coef, copied.coef, rtol=1e-9)
    np.testing.assert_allclose(weighted.covariance, copied.covariance, rtol=1e-8)


def test_a_competing_event_keeps_the_subject_in_the_risk_set() -> None:
    # Nobody is censored: each competing event keeps weight 1 to the end, as if it happened at infinity.
    time, cause, arm, x, _ = competing_rows(8, ties=False)
    cause = np.where(cause == 0, 1, cause)
    kept = fit_fine_gray(fine_gray_data(time, cause, design(arm, x)))
    later = np.where(cause == 2, time.max() + 1, time)
    plain = fit_cox(cox_data(later, (cause == 1).astype(int), design(arm, x)))
    np.testing.assert_allclose(kept.coef, plain.coef, rtol=1e-9)


def test_an_arm_without_events_of_the_cause_is_infinite() -> None:
    time, cause = np.arange(1.0, 13), np.array([1, 2, 1, 2, 1, 2, 1, 2, 1, 0, 1, 0])
    fit = fit_fine_gray(fine_gray_data(time, cause, (np.arange(12) % 2).astype(float)[:, None]))
    assert fit.infinite.tolist() == [True]


def test_the_unit_of_a_covariate_does_not_matter() -> None:
    time, cause, arm, x, _ = competing_rows(9)
    one, thousand = (fine_gray_data(time, cause, design(arm, x * s)) for s in (1.0, 1000.0))
    small, large = fit_fine_gray(one), fit_fine_gray(thousand)
    assert large.coef[1] == pytest.approx(small.coef[1] / 1000, rel=1e-9)
    ses = [sandwich(f, weighted_influence(d, f))[1, 1] for f, d in ((small, one), (large, thousand))]
    assert ses[1] == pytest.approx(ses[0] / 1e6, rel=1e-8)
