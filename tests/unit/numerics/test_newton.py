"""The search for a maximum, where there is one and where there is none."""

from __future__ import annotations

import numpy as np
import pytest

from trialwright.numerics.newton import aliased_columns, climb, inverse_information

pytestmark = pytest.mark.independent("maxima known in closed form")


def poisson(counts: np.ndarray) -> object:
    def evaluate(beta: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        mean = np.exp(beta[0])
        return (
            float(counts.sum() * beta[0] - counts.size * mean),
            np.array([counts.sum() - counts.size * mean]),
            np.array([[counts.size * mean]]),
        )

    return evaluate


def test_the_maximum_of_a_poisson_likelihood_is_the_mean() -> None:
    evaluate = poisson(np.array([3, 5, 10]))
    end = climb(evaluate, np.array([0]), evaluate(np.zeros(1)))
    assert end.converged
    assert np.exp(end.coef[0]) == pytest.approx(6.0, rel=1e-12)
    assert inverse_information(end.information)[0, 0] == pytest.approx(1 / 18)


def test_a_likelihood_that_rises_for_ever_is_infinite() -> None:
    evaluate = poisson(np.zeros(4))
    end = climb(evaluate, np.array([0]), evaluate(np.zeros(1)))
    assert end.infinite.tolist() == [True]
    assert end.coef[0] < -5


def test_a_coefficient_that_is_not_let_free_stays_0() -> None:
    def evaluate(b: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        return float(-((b - 2) ** 2).sum()), -2 * (b - 2), 2 * np.eye(2)

    end = climb(evaluate, np.array([1]), evaluate(np.zeros(2)))
    assert end.coef.tolist() == [0.0, 2.0]


def test_a_column_that_is_the_sum_of_two_others_is_aliased() -> None:
    x = np.random.default_rng(0).normal(size=(9, 2))
    full = np.column_stack([x, x.sum(axis=1)])
    assert aliased_columns(full.T @ full, np.zeros(3)).tolist() == [False, False, True]


def test_a_singular_information_has_no_inverse() -> None:
    assert np.isnan(inverse_information(np.zeros((2, 2)))).all()
