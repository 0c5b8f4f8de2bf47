"""Mixtures of normal and Student t distributions against scipy.stats."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from trialwright.numerics.kinetics.mixture import DEGREES, Component, mixture_ln_density
from trialwright.numerics.sampling import Draws

pytestmark = pytest.mark.independent("scipy.stats.multivariate_normal, multivariate_t and moments")

COVARIANCE = np.array([[0.5, 0.2, 0.0], [0.2, 0.9, -0.3], [0.0, -0.3, 1.4]])
CENTRE = np.array([1.0, -2.0, 0.5])


def component(shift: float, share: float, *, student: bool) -> Component:
    factor = np.linalg.cholesky(COVARIANCE)
    return Component(np.stack([CENTRE + shift, CENTRE]), np.stack([factor, 2 * factor]), share, student=student)


def test_density_of_a_mixture() -> None:
    points = np.random.default_rng(1).normal(size=(2, 5, 3)) * 3
    found = mixture_ln_density([component(0.0, 0.3, student=False), component(1.0, 0.7, student=True)], points)
    for i, (shift, spread) in enumerate([(1.0, 1.0), (0.0, 4.0)]):
        normal = stats.multivariate_normal(CENTRE, spread * COVARIANCE).pdf(points[i])
        student = stats.multivariate_t(CENTRE + shift, spread * COVARIANCE, df=DEGREES).pdf(points[i])
        np.testing.assert_allclose(np.exp(found[i]), 0.3 * normal + 0.7 * student, rtol=1e-12)


@pytest.mark.slow  # with the compiler switched off
@pytest.mark.parametrize("student", [False, True])
def test_points_have_the_moments_of_their_distribution(*, student: bool) -> None:
    uniform = Draws.first(3, 0, 2).grid("points", 40_000 * 6).reshape(2, 40_000, 6)
    points = component(0.0, 1.0, student=student).drawn(uniform)
    inflated = DEGREES / (DEGREES - 2) if student else 1.0
    np.testing.assert_allclose(points[0].mean(axis=0), CENTRE, atol=0.04)
    np.testing.assert_allclose(np.cov(points[0].T), inflated * COVARIANCE, atol=0.1)
    np.testing.assert_allclose(np.cov(points[1].T), 4 * inflated * COVARIANCE, atol=0.4)


@pytest.mark.slow  # with the compiler switched off
def test_student_points_have_its_tails() -> None:
    uniform = Draws.first(3, 0, 1).grid("points", 40_000 * 4).reshape(1, 40_000, 4)
    points = Component(np.zeros((1, 1)), np.ones((1, 1, 1)), 1.0, student=True).drawn(uniform)[0, :, 0]
    assert stats.kstest(points, stats.t(DEGREES).cdf).pvalue > 0.001
