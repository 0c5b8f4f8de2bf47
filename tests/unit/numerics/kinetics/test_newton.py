"""One step of the search: full Newton where it may, damped where it must, ended where it should."""

from __future__ import annotations

import numpy as np
import pytest

from trialwright.numerics.kinetics.newton import FOUND, RETURNED, SEARCHING, STUCK, inverse_diagonal, newton_step

pytestmark = pytest.mark.independent("quadratics, whose minimum is known")

ONE = np.zeros(1, dtype=np.int64)
LIMITS = (2.0, 1e-10, 0.02)


def row(value: float, gradient: list[float], matrix: list[list[float]]) -> np.ndarray:
    size = len(gradient)
    return np.array([[value, *gradient, *(matrix[i][j] for i in range(size) for j in range(i, size))]])


class Search:
    def __init__(self, at: list[float], precision: float = 0.0, free: list[int] | None = None) -> None:
        p = len(at)
        self.tried = np.array([at])
        self.kept = (np.array([at]), np.full((1, 1 + p + p * (p + 1) // 2), np.inf), np.full((1, p), np.nan))
        self.damping, self.status = np.zeros(1), np.zeros(1, dtype=np.int64)
        self.steps, self.left = np.zeros(1, dtype=np.int64), 1
        self.prior = (np.zeros((1, p)), precision * np.eye(p))
        self.free = tuple(free or [1] * p)

    def step(self, found: np.ndarray) -> np.ndarray:
        progress = (self.damping, self.status, self.steps)
        self.left = newton_step(ONE.copy(), self.prior, self.free, LIMITS, (self.tried, found), self.kept, progress)
        return self.tried[0]


def test_a_quadratic_is_solved_in_one_step() -> None:
    matrix = np.array([[4.0, 1.0], [1.0, 3.0]])
    start, middle = np.array([1.0, -1.0]), np.array([0.5, 0.25])
    search = Search(start.tolist())
    gradient = matrix @ (start - middle)
    np.testing.assert_allclose(search.step(row(9.0, gradient.tolist(), matrix.tolist())), middle)
    assert search.status[0] == SEARCHING
    search.step(row(8.0, [0.0, 0.0], matrix.tolist()))
    assert search.status[0] == FOUND


def test_the_prior_pulls_to_the_typical_patient() -> None:
    search = Search([1.0], precision=2.0)
    # likelihood (x − 3)²/2: minimum of the sum at 1
    search.step(row(2.0, [-2.0], [[1.0]]))
    assert search.status[0] == FOUND
    assert search.kept[1][0].tolist() == [3.0, 0.0, 3.0]


def test_long_steps_are_cut() -> None:
    search = Search([0.0, 0.0])
    np.testing.assert_allclose(search.step(row(9.0, [-10.0, -5.0], [[1.0, 0.0], [0.0, 1.0]])), [2.0, 1.0])


def test_a_step_that_does_not_help_is_damped_from_the_best_point() -> None:
    search = Search([0.0])
    assert search.step(row(1.0, [-1.0], [[1.0]]))[0] == pytest.approx(1.0)
    shorter = search.step(row(5.0, [-9.0], [[1.0]]))[0]
    assert 0.9 < shorter < 1.0
    assert search.kept[1][0, 0] == 1.0
    much_shorter = [search.step(row(5.0, [-9.0], [[1.0]]))[0] for _ in range(4)][-1]
    assert 0 < much_shorter < 0.2
    assert search.step(row(0.5, [-0.9], [[1.0]]))[0] > much_shorter
    assert search.kept[1][0, 0] == 0.5


def test_an_infinite_objective_is_never_kept() -> None:
    search = Search([0.0])
    search.step(row(1.0, [-1.0], [[1.0]]))
    search.step(row(np.nan, [np.nan], [[np.nan]]))
    assert search.kept[1][0, 0] == 1.0
    assert search.status[0] == SEARCHING
    lost = Search([0.0])
    lost.step(row(np.inf, [0.0], [[1.0]]))
    assert lost.status[0] == STUCK


def test_a_saddle_is_left_downhill() -> None:
    search = Search([0.0, 0.0])
    step = search.step(row(1.0, [0.5, 0.5], [[1.0, 0.0], [0.0, -1.0]]))
    assert step @ np.array([0.5, 0.5]) < 0
    assert search.damping[0] > 1.0


def test_a_search_that_comes_back_to_a_known_mode_is_given_up() -> None:
    search = Search([0.5, 0.5])
    search.kept[2][0] = [0.51, 0.49]
    search.step(row(1.0, [0.1, 0.1], [[1.0, 0.0], [0.0, 1.0]]))
    assert (search.status[0], search.left) == (RETURNED, 0)
    further = Search([0.5, 0.5])
    further.kept[2][0] = [0.51, 0.47]
    further.step(row(1.0, [0.1, 0.1], [[1.0, 0.0], [0.0, 1.0]]))
    assert (further.status[0], further.left) == (SEARCHING, 1)


def test_a_full_step_back_to_a_known_mode_is_not_taken() -> None:
    search = Search([3.0])
    search.kept[2][0] = [2.0]
    search.step(row(1.0, [0.99], [[1.0]]))
    assert (search.status[0], search.left) == (RETURNED, 0)
    beside = Search([3.0])
    beside.kept[2][0] = [2.03]
    assert beside.step(row(1.0, [1.0], [[1.0]]))[0] == pytest.approx(2.0)
    assert beside.status[0] == SEARCHING
    climbing = Search([3.0])
    climbing.kept[2][0] = [2.0]
    climbing.damping[0] = 100.0
    assert climbing.step(row(1.0, [11.0], [[1.0]]))[0] == pytest.approx(2.0)
    assert climbing.status[0] == SEARCHING


def test_those_who_go_on_stand_in_front() -> None:
    who, size = np.array([3, 0, 2]), 4
    at = np.zeros((size, 1))
    found = np.repeat(row(1.0, [1.0], [[1.0]]), size, axis=0)
    found[0, 1] = 0.0
    kept = (at.copy(), np.full((size, 3), np.inf), np.full((size, 1), np.nan))
    progress = (np.zeros(size), np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64))
    left = newton_step(who, (at, np.zeros((1, 1))), (1,), LIMITS, (at.copy(), found), kept, progress)
    assert (left, who[:left].tolist()) == (2, [3, 2])
    assert progress[1].tolist() == [FOUND, SEARCHING, SEARCHING, SEARCHING]
    assert progress[2].tolist() == [1, 0, 1, 1]


def test_fixed_parameters_stay() -> None:
    search = Search([0.0, 7.0], free=[1, 0])
    step = search.step(row(1.0, [1.0, 5.0], [[2.0, 9.0], [9.0, 0.0]]))
    np.testing.assert_allclose(step, [-0.5, 7.0])


def test_diagonal_of_the_inverse() -> None:
    matrix = np.array([[4.0, 1.0, 0.5], [1.0, 3.0, -0.2], [0.5, -0.2, 2.0]])
    rows = np.vstack([row(0, [0] * 3, matrix.tolist()), row(0, [0] * 3, (-matrix).tolist())])
    out = np.empty((2, 3))
    inverse_diagonal(rows, (1, 1, 1), out)
    np.testing.assert_allclose(out[0], np.diag(np.linalg.inv(matrix)))
    assert np.isnan(out[1]).all()
    inverse_diagonal(rows, (1, 0, 1), out)
    np.testing.assert_allclose(out[0, [0, 2]], np.diag(np.linalg.inv(matrix[np.ix_([0, 2], [0, 2])])))
    assert out[0, 1] == 0.0
