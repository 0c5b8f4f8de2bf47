"""Importance sampling agrees with adaptive Gauss–Hermite quadrature on a model with two random effects."""

from __future__ import annotations

from functools import cache
from itertools import combinations_with_replacement

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import log_ndtr

from trialwright.errors import EstimationError
from trialwright.numerics.kinetics.hierarchy import Hierarchy
from trialwright.numerics.kinetics.marginal import Centres, Marginal, marginal
from trialwright.numerics.kinetics.measured import Measured
from trialwright.numerics.kinetics.series import ErrorModel, Population, Series

pytestmark = [pytest.mark.independent("adaptive Gauss-Hermite quadrature written for this test"), pytest.mark.slow]

THETA, OMEGA, SIGMA, LIMIT = np.log([0.12, 8.0]), np.array([0.4, 0.8]), 0.25, 4.0
DAYS = np.array([0.0, 7.0, 21.0, 42.0, 63.0])


@cache
def invented() -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Days, ln values and marks of 24 subjects; values after day 0 below 4 are only known to be below."""
    rng = np.random.default_rng(7)
    subjects = []
    for _ in range(24):
        rate, residual = np.exp(THETA + OMEGA * rng.normal(size=2))
        start = np.exp(rng.normal(6.0, 1.0))
        y = np.log(start * np.exp(-rate * DAYS) + residual) + SIGMA * rng.normal(size=5)
        below = (y < np.log(LIMIT)) & (DAYS > 0)
        subjects.append((DAYS, np.where(below, np.log(LIMIT), y), np.where(below, -1, 0)))
    return subjects


def ln_joint(points: np.ndarray, subject: tuple[np.ndarray, np.ndarray, np.ndarray], vector: np.ndarray) -> np.ndarray:
    """Ln density of later values and random effects, given the first value as the level at day 0."""
    days, y, mark = subject
    sd, sigma = np.exp(vector[2:4]), np.exp(vector[4])
    rate, residual = np.exp(points[..., 0]), np.exp(points[..., 1])
    apart = (points - vector[:2]) / sd
    total = -0.5 * (apart**2).sum(axis=-1) - np.log(sd).sum() - np.log(2 * np.pi)
    for t, value, below in zip(days[1:], y[1:], mark[1:], strict=True):
        z = (value - np.log(np.exp(y[0] - rate * t) + residual)) / sigma
        total = total + (log_ndtr(z) if below else -0.5 * z * z - np.log(sigma) - 0.5 * np.log(2 * np.pi))
    return total


@cache
def nodes() -> list[tuple[np.ndarray, np.ndarray]]:
    """Points and ln weights about each subject's mode, at the truth."""
    x, w = np.polynomial.hermite_e.hermegauss(21)
    grid = np.stack(np.meshgrid(x, x, indexing="ij"), axis=-1).reshape(-1, 2)
    ln_w = np.log(np.outer(w, w)).ravel() + 0.5 * (grid**2).sum(axis=1)
    found = []
    for subject in invented():
        mode = minimize(lambda p, one=subject: -float(ln_joint(p, one, TRUE)), TRUE[:2], method="BFGS")
        scale = np.linalg.cholesky(mode.hess_inv)
        found.append((mode.x + grid @ scale.T, ln_w + np.log(np.linalg.det(scale))))
    return found


TRUE = np.concatenate([THETA, np.log(OMEGA), [np.log(SIGMA)]])


def quadrature(vector: np.ndarray) -> float:
    total = 0.0
    for subject, (points, ln_w) in zip(invented(), nodes(), strict=True):
        total += float(np.logaddexp.reduce(ln_joint(points, subject, vector) + ln_w))
    return total


@cache
def sampled() -> tuple[Hierarchy, Marginal]:
    series = Series.of(
        [[(t, float(np.exp(y)), int(m)) for t, y, m in zip(*subject, strict=True)] for subject in invented()]
    )
    known = Population.independent(
        "residual_decay",
        [*np.exp(THETA), 1.0],
        [*OMEGA, 1.0],
        ErrorModel("log_additive", SIGMA),
        start_mode="observed",
    )
    layout = Hierarchy.of(known, series.count)
    measured = Measured.of(series, known)
    wide = Centres(np.tile(THETA, (series.count, 1)), np.tile(np.diag(OMEGA**2), (series.count, 1, 1)))
    near = marginal(measured, layout, layout.first(), wide, draws=2_000, seed=1).centres
    return layout, marginal(measured, layout, layout.first(), near, draws=30_000, seed=2)


def test_the_vector_has_the_order_the_quadrature_assumes() -> None:
    layout, _ = sampled()
    assert layout.names == ("ln RATE", "ln RESIDUAL", "ln omega RATE", "ln omega RESIDUAL", "ln sigma")
    np.testing.assert_allclose(layout.first(), TRUE, rtol=1e-12)


def test_likelihood_agrees_with_quadrature_to_a_tenth() -> None:
    _, found = sampled()
    assert found.minus_two_ll_error < 0.05
    assert abs(found.minus_two_ll + 2.0 * quadrature(TRUE)) < 0.1
    # the reported error is of the size of the difference, not a hundred times it
    assert abs(found.minus_two_ll + 2.0 * quadrature(TRUE)) < 4.0 * found.minus_two_ll_error


def test_scores_are_the_slope_of_the_quadrature() -> None:
    _, found = sampled()
    h = 1e-4
    slope = [(quadrature(TRUE + h * e) - quadrature(TRUE - h * e)) / (2 * h) for e in np.eye(5)]
    sd = np.sqrt(np.diag(found.covariance))
    np.testing.assert_allclose(found.scores.sum(axis=0) * sd, np.array(slope) * sd, atol=0.03)


def test_information_is_the_curvature_of_the_quadrature() -> None:
    _, found = sampled()
    h, unit = 1e-3, np.eye(5)
    curvature = np.empty((5, 5))
    for a, b in combinations_with_replacement(range(5), 2):
        corners = [quadrature(TRUE + h * (s * unit[a] + t * unit[b])) * s * t for s in (1, -1) for t in (1, -1)]
        curvature[a, b] = curvature[b, a] = -sum(corners) / (4 * h * h)
    expected = np.sqrt(np.diag(np.linalg.inv(curvature)))
    np.testing.assert_allclose(np.sqrt(np.diag(found.covariance)), expected, rtol=0.02)


def test_half_the_draws_defend_against_a_centre_far_away() -> None:
    layout, near = sampled()
    series = Series.of(
        [[(t, float(np.exp(y)), int(m)) for t, y, m in zip(*subject, strict=True)] for subject in invented()]
    )
    measured = Measured.of(series, layout.start)
    lost = Centres(np.tile(THETA + 4.0, (series.count, 1)), np.tile(0.01 * np.eye(2), (series.count, 1, 1)))
    found = marginal(measured, layout, layout.first(), lost, draws=20_000, seed=3)
    assert abs(found.minus_two_ll - near.minus_two_ll) < 4 * found.minus_two_ll_error < 2.0


def test_reported_monte_carlo_error_is_the_spread_between_seeds() -> None:
    layout, near = sampled()
    series = Series.of([[(0, 300.0), (7, 150.0), (21, 40.0), (42, 12.0)]])
    one = Hierarchy.of(layout.start, 1)
    centre = Centres(near.centres.mean[:1], near.centres.covariance[:1] * 4)
    measured = Measured.of(series, layout.start)
    runs = [marginal(measured, one, one.first(), centre, draws=400, seed=seed) for seed in range(300)]
    spread = np.std([run.minus_two_ll for run in runs], ddof=1)
    reported = np.sqrt(np.mean([run.minus_two_ll_error**2 for run in runs]))
    # the SD of 300 runs is known to about 4 %
    assert 0.85 < reported / spread < 1.15


def test_without_a_curved_likelihood_the_covariance_comes_from_the_scores() -> None:
    scores = np.array([[1.0, 0.0], [0.0, 2.0], [-1.0, -2.0]])
    centres = Centres(np.zeros((3, 1)), np.ones((3, 1, 1)))

    def found(information: list[list[float]], rows: np.ndarray = scores) -> Marginal:
        return Marginal(np.zeros(3), np.zeros(3), np.ones(3), rows, np.array(information), centres)

    curved = found([[4.0, 0.0], [0.0, 1.0]])
    assert curved.curved
    np.testing.assert_allclose(curved.covariance, [[0.25, 0.0], [0.0, 1.0]])
    saddle = found([[4.0, 0.0], [0.0, -1.0]])
    assert not saddle.curved
    np.testing.assert_allclose(saddle.covariance, np.linalg.inv([[2.0, 2.0], [2.0, 8.0]]))
    assert np.isnan(found([[4.0, 0.0], [0.0, -1.0]], np.ones((3, 2))).covariance).all()


def test_impossible_values_are_refused() -> None:
    known = Population.independent("residual_decay", [0.1, 1, 1], [0.1, 0.1, 0.1], ErrorModel("log_additive", 1e-200))
    layout = Hierarchy.of(known, 1)
    measured = Measured.of(Series.of([[(0, 5.0), (7, 1.0)]]), known)
    centres = Centres(known.ln_theta[None], known.omega[None])
    with pytest.raises(EstimationError, match="subject 0 are impossible"):
        marginal(measured, layout, layout.first(), centres, draws=200, seed=1)
