"""The decay to a residual level against 50-digit arithmetic."""

from __future__ import annotations

import numpy as np
import pytest

from trialwright.numerics.kinetics.residual_decay import RESIDUAL_DECAY

pytestmark = pytest.mark.independent("formula written out; differences of the curve")


def derivatives(ln_theta: np.ndarray, t: float) -> np.ndarray:
    out = np.empty((1, RESIDUAL_DECAY.width))
    RESIDUAL_DECAY.ln_derivatives(np.zeros(1, np.int64), np.array([0, 1]), np.array([t]), ln_theta[None], -1.0, out)
    return out[0]


def test_levels() -> None:
    days = np.array([0.0, 10.0, 50.0])
    found = RESIDUAL_DECAY.curve(days, np.log(np.array([[0.169, 24.7, 14400.0]])))[0]
    np.testing.assert_allclose(found, 14400 * np.exp(-0.169 * days) + 24.7, rtol=1e-13)


@pytest.mark.parametrize("t", [0.0, 3.0, 30.0])
def test_derivatives_agree_with_differences(t: float) -> None:
    at, h = np.log(np.array([0.169, 24.7, 14400.0])), 1e-5
    found = derivatives(at, t)
    steps = [(derivatives(at + h * e, t) - derivatives(at - h * e, t)) / (2 * h) for e in np.eye(3)]
    np.testing.assert_allclose([step[0] for step in steps], found[1:4], rtol=1e-7, atol=1e-9)
    second = [steps[i][1 + j] for i in range(3) for j in range(i, 3)]
    np.testing.assert_allclose(second, found[4:], rtol=1e-7, atol=1e-9)


def test_only_one_set_of_parameters_gives_a_curve() -> None:
    at = np.log(np.array([[0.169, 24.7, 14400.0]]))
    others, admissible, ln_jacobian = RESIDUAL_DECAY.exchanged(at, -1.0)
    np.testing.assert_array_equal(others, at)
    assert (admissible.tolist(), ln_jacobian.tolist()) == ([False], [0.0])
