"""Logistic regression and the smooth curve."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from statsmodels.nonparametric.smoothers_lowess import lowess

from trialwright.numerics.logistic import fit_logistic, local_line

pytestmark = pytest.mark.independent("statsmodels GLM and lowess")


def rows(seed: int, n: int = 90) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = np.column_stack([np.ones(n), rng.normal(50, 8, n)])
    return (rng.random(n) < 1 / (1 + np.exp(-(x[:, 1] - 48) / 10))).astype(int), x


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("shifted", [False, True])
def test_coefficients_errors_and_likelihood(seed: int, shifted: bool) -> None:
    y, x = rows(seed)
    offset = np.linspace(-1, 1, y.size) if shifted else None
    theirs = sm.GLM(y, x, family=sm.families.Binomial(), offset=offset).fit(tol=1e-12)
    ours = fit_logistic(y, x, offset=offset)
    assert ours.is_estimable
    np.testing.assert_allclose(ours.coef, theirs.params, rtol=1e-8)
    np.testing.assert_allclose(np.sqrt(np.diag(ours.covariance)), theirs.bse, rtol=1e-6)
    assert ours.loglik == pytest.approx(theirs.llf, rel=1e-10)


def test_a_covariate_that_parts_the_outcomes_has_no_finite_coefficient() -> None:
    x = np.column_stack([np.ones(8), np.arange(8.0)])
    fit = fit_logistic((np.arange(8) >= 4).astype(int), x)
    assert not fit.is_estimable
    assert fit.infinite.any()


def test_a_column_given_twice_is_left_out_once() -> None:
    y, x = rows(4)
    fit = fit_logistic(y, np.column_stack([x, x[:, 1]]))
    assert np.isnan(fit.coef).tolist() == [False, False, True]
    np.testing.assert_allclose(fit.coef[:2], fit_logistic(y, x).coef, rtol=1e-9)


@pytest.mark.parametrize("span", [0.5, 0.75])
def test_the_curve_is_that_of_lowess_without_robust_steps(span: float) -> None:
    rng = np.random.default_rng(0)
    x = np.sort(rng.random(80))
    y = (rng.random(80) < x).astype(float)
    theirs = lowess(y, x, frac=span, it=0, delta=0.0, return_sorted=False)
    np.testing.assert_allclose(local_line(x, y, x, span=span), theirs, atol=1e-6)


def test_points_at_one_place_give_their_mean() -> None:
    assert local_line(np.ones(4), np.array([0.0, 1.0, 1.0, 0.0]), np.array([1.0])).tolist() == [0.5]
