"""The vector of estimated numbers, and derivatives of the distribution between subjects."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from trialwright.errors import NumericsError
from trialwright.numerics.kinetics.hierarchy import Covariates, Hierarchy, Moments
from trialwright.numerics.kinetics.series import ErrorModel, Population

pytestmark = pytest.mark.independent("scipy's multivariate normal density and finite differences")

DECAY = Population.independent("residual_decay", [0.1, 20.0, 900.0], [0.3, 0.5, 1.0], ErrorModel("log_additive", 0.2))
AGE = np.array([[-1.0], [0.5], [2.0]])


def tied() -> tuple[Hierarchy, np.ndarray]:
    omega = DECAY.omega.copy()
    omega[0, 1] = omega[1, 0] = 0.4 * 0.3 * 0.5
    omega[1, 2] = omega[2, 1] = -0.3 * 0.5 * 1.0
    start = replace(DECAY, omega=omega)
    layout = Hierarchy.of(start, 3, Covariates(("AGE",), AGE, (("AGE", "RATE"),)), correlated=True)
    vector = layout.first()
    vector[3] = 0.25
    return layout, vector


def density(layout: Hierarchy, vector: np.ndarray, subject: int, point: np.ndarray) -> float:
    return float(multivariate_normal(layout.means(vector)[subject], layout.omega(vector)).logpdf(point))


def test_names_and_numbers_go_both_ways() -> None:
    layout, vector = tied()
    assert layout.names == (
        "ln RATE", "ln RESIDUAL", "ln START", "AGE on RATE", "ln omega RATE", "ln omega RESIDUAL", "ln omega START",
        "atanh rho RATE RESIDUAL", "atanh rho RATE START", "atanh rho RESIDUAL START", "ln sigma",
    )  # fmt: skip
    assert layout.size == vector.size == 11
    np.testing.assert_allclose(layout.omega(vector), layout.start.omega, rtol=1e-12)
    again = layout.packed(layout.beta(vector), layout.omega(vector), layout.error(vector))
    np.testing.assert_allclose(again, vector, rtol=1e-12)
    np.testing.assert_allclose(layout.population(vector).omega, layout.start.omega, rtol=1e-12)
    np.testing.assert_allclose(layout.means(vector)[:, 0], np.log(0.1) + 0.25 * AGE[:, 0], rtol=1e-12)
    np.testing.assert_allclose(layout.means(vector)[:, 1], np.log(20.0), rtol=1e-12)


def test_scores_are_the_slope_of_the_density() -> None:
    layout, vector = tied()
    points = np.log([[0.12, 30.0, 500.0], [0.07, 9.0, 2_000.0]])
    found, h = layout.scores(vector, 2, points), 1e-5
    for row, point in zip(found, points, strict=True):
        for j, slope in enumerate(row):
            step = h * np.eye(vector.size)[j]
            rise = density(layout, vector + step, 2, point) - density(layout, vector - step, 2, point)
            assert slope == pytest.approx(rise / (2 * h), rel=1e-5, abs=1e-7)


def test_the_expected_score_is_the_sum_of_the_scores_over_draws() -> None:
    layout, vector = tied()
    rng = np.random.default_rng(3)
    draws = layout.means(vector)[:, None] + rng.normal(size=(3, 50, 3)) * 0.4
    moments = Moments(draws.mean(axis=1), np.einsum("nki,nkj->ij", draws, draws) / 50)
    summed = sum(layout.scores(vector, i, draws[i]).mean(axis=0) for i in range(3))
    np.testing.assert_allclose(layout.expected_score(vector, moments), summed, rtol=1e-9, atol=1e-9)


def test_the_best_population_has_no_slope_left() -> None:
    layout, vector = tied()
    rng = np.random.default_rng(4)
    draws = layout.means(vector)[:, None] + rng.normal(size=(3, 50, 3)) * [0.3, 0.5, 0.8]
    moments = Moments(draws.mean(axis=1), np.einsum("nki,nkj->ij", draws, draws) / 50)
    for _ in range(30):
        beta, omega = layout.best(vector, moments)
        vector = layout.packed(beta, omega, layout.error(vector))
    np.testing.assert_allclose(layout.expected_score(vector, moments), 0.0, atol=1e-6)
    curvature = layout.expected_curvature(vector, moments)
    assert np.linalg.eigvalsh(curvature).max() < 0


def test_correlations_that_exclude_one_another_are_no_covariance() -> None:
    layout, vector = tied()
    assert layout.proper(vector)
    vector[7:10] = np.arctanh([0.9, 0.9, -0.9])
    assert not layout.proper(vector)
    vector[7:10] = np.arctanh([0.9, 0.9, 0.9])
    assert layout.proper(vector)


def test_without_correlations_the_covariance_stays_diagonal() -> None:
    layout = Hierarchy.of(DECAY, 4)
    draws = np.random.default_rng(5).normal(size=(4, 3))
    beta, omega = layout.best(layout.first(), Moments(draws, draws.T @ draws))
    np.testing.assert_allclose(beta, draws.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(omega, np.diag(draws.var(axis=0)), rtol=1e-12)


def test_what_a_covariate_cannot_be() -> None:
    with pytest.raises(NumericsError, match="no covariate 'SEX'"):
        Hierarchy.of(DECAY, 3, Covariates(("AGE",), AGE, (("SEX", "RATE"),)))
    with pytest.raises(NumericsError, match="cannot move 'KELIM'"):
        Hierarchy.of(DECAY, 3, Covariates(("AGE",), AGE, (("AGE", "KELIM"),)))
    with pytest.raises(NumericsError, match="missing covariate"):
        Hierarchy.of(DECAY, 3, Covariates(("AGE",), np.array([[1.0], [np.nan], [2.0]]), (("AGE", "RATE"),)))
    with pytest.raises(NumericsError, match="numbers of shape"):
        Hierarchy.of(DECAY, 4, Covariates(("AGE",), AGE, (("AGE", "RATE"),)))


def test_a_combined_error_has_two_parts_and_starts_above_zero() -> None:
    layout = Hierarchy.of(replace(DECAY, error=ErrorModel("combined", 0.2, additive=3.0)), 2)
    assert layout.names[-2:] == ("ln sigma", "ln additive")
    error = layout.error(layout.first())
    assert (error.sigma, error.additive) == (pytest.approx(0.2), pytest.approx(3.0))
    with pytest.raises(NumericsError, match="additive part above 0"):
        Hierarchy.of(replace(DECAY, error=ErrorModel("combined", 0.2)), 2)
