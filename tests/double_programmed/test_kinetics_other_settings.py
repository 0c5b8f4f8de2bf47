"""Other residual errors, correlated parameters and a growing production against an objective in scipy alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import minimize
from scipy.special import log_ndtr

from trialwright.numerics.kinetics.map_estimate import map_estimates
from trialwright.numerics.kinetics.series import ErrorKind, ErrorModel, Population, Series

pytestmark = pytest.mark.independent(
    "scipy: quadrature of the convolution, complex-step gradients, descents from many starts"
)

LN_TYPICAL = np.log([0.06, 0.04, 6.0, 500.0])
SPREAD = np.array([0.45, 0.60, 1.00, 1.20])
NODES, WEIGHTS = np.polynomial.legendre.leggauss(96)
CORRELATED = np.array([[1, 0.4, -0.2, 0.1], [0.4, 1, 0.5, 0], [-0.2, 0.5, 1, 0.3], [0.1, 0, 0.3, 1.0]])
NUMBER_OF_PATIENTS = 5


@dataclass(frozen=True)
class Setting:
    kind: ErrorKind = "log_additive"
    sigma: float = 0.2
    additive: float = 0.0
    exponent: float = 1.0
    beta_sign: int = -1
    correlation: tuple[tuple[float, ...], ...] = tuple(map(tuple, np.eye(4)))

    @property
    def omega(self) -> np.ndarray:
        return SPREAD[:, None] * np.array(self.correlation) * SPREAD


SETTINGS = {
    "log-additive": Setting(),
    "proportional": Setting(kind="proportional"),
    "combined": Setting(kind="combined", additive=8.0),
    "Box-Cox": Setting(kind="boxcox_additive", sigma=0.165, exponent=-0.16),
    "growing production": Setting(beta_sign=1),
    "correlated parameters": Setting(correlation=tuple(map(tuple, CORRELATED))),
    "correlated and combined": Setting(kind="combined", additive=8.0, correlation=tuple(map(tuple, CORRELATED))),
}


def level(setting: Setting, ln_theta: np.ndarray, days: np.ndarray) -> np.ndarray:
    k, b, p, c0 = np.exp(ln_theta)
    s = 0.5 * days[:, None] * (NODES + 1.0)
    made = (np.exp(-k * (days[:, None] - s) + setting.beta_sign * b * s) * 0.5 * days[:, None] * WEIGHTS).sum(-1)
    return np.asarray(c0 * np.exp(-k * days) + p * made)


def scatter(setting: Setting, c: np.ndarray, value: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Standardised distance of the value from the curve, and the SD that belongs to the curve."""
    if setting.kind == "log_additive":
        return (np.log(value) - np.log(c)) / setting.sigma, np.ones_like(c)
    if setting.kind == "boxcox_additive":
        return (value**setting.exponent - c**setting.exponent) / (setting.exponent * setting.sigma), np.ones_like(c)
    sd = np.sqrt(setting.additive**2 + (setting.sigma * c) ** 2)
    return (value - c) / sd, sd


Measured = tuple[np.ndarray, np.ndarray, np.ndarray]


def objective(setting: Setting, measured: Measured) -> Callable[[np.ndarray], complex]:
    days, value, censor = measured
    precision = np.linalg.inv(setting.omega)

    def function(x: np.ndarray) -> complex:
        z, sd = scatter(setting, level(setting, x, days), value)
        terms = [
            0.5 * z[censor == 0] ** 2 + np.log(sd[censor == 0]),
            -log_ndtr(z[censor < 0]),
            -log_ndtr(-z[censor > 0]),
        ]
        eta = x - LN_TYPICAL
        return complex(0.5 * eta @ precision @ eta + sum(term.sum() for term in terms))

    return function


def value_and_gradient(function: Callable[[np.ndarray], complex]) -> Callable[[np.ndarray], tuple[float, np.ndarray]]:
    def both(x: np.ndarray) -> tuple[float, np.ndarray]:
        with np.errstate(all="ignore"):
            value = function(x).real
            return value, np.array([function(x + 1e-30j * e).imag / 1e-30 for e in np.eye(4)])

    return both


def drawn(setting: Setting, seed: int) -> list[Measured]:
    rng = np.random.default_rng(seed)
    patients = []
    for _ in range(NUMBER_OF_PATIENTS):
        days = np.sort(
            np.concatenate([[0.0], rng.choice(np.arange(7.0, 101.0), size=int(rng.integers(3, 7)), replace=False)])
        )
        ln_theta = LN_TYPICAL + 0.8 * np.linalg.cholesky(setting.omega) @ rng.standard_normal(4)
        ln_theta[1] -= 0.7 * (setting.beta_sign > 0)
        value = level(setting, ln_theta, days) * np.exp(0.2 * rng.standard_normal(days.size))
        censor = np.where(value < 40.0, -1, np.where(value > 1000.0, 1, 0))
        patients.append((days, np.clip(value, 40.0, 1000.0), censor))
    return patients


@pytest.mark.parametrize("name", SETTINGS)
def test_most_probable_parameters(name: str) -> None:
    setting = SETTINGS[name]
    patients = drawn(setting, 7)
    assert any((censor != 0).any() for _, _, censor in patients)
    error = ErrorModel(setting.kind, setting.sigma, setting.additive, setting.exponent)
    population = Population("biexponential", LN_TYPICAL, setting.omega, error, setting.beta_sign)
    found = map_estimates(Series.of([list(zip(*p, strict=True)) for p in patients]), population)
    assert found.converged.all()
    rng = np.random.default_rng(1)
    constants = []
    for number, patient in enumerate(patients):
        both = value_and_gradient(objective(setting, patient))
        starts = [found.ln_theta[number], LN_TYPICAL, *(LN_TYPICAL + SPREAD * rng.standard_normal((6, 4)))]
        ends = [minimize(both, start, jac=True, method="BFGS", options={"gtol": 1e-8}) for start in starts]
        best = min(ends, key=lambda end: float(end.fun))
        assert best.x == pytest.approx(found.ln_theta[number], abs=1e-5)
        assert abs(both(found.ln_theta[number])[1]).max() < 1e-5
        constants.append(found.objective[number] - both(found.ln_theta[number])[0])
    # constants of the density may be left out, but nothing that differs between parameters
    measured = np.array([(censor == 0).sum() for _, _, censor in patients])
    slope = constants[0] / measured[0] if measured[0] else 0.0
    assert constants == pytest.approx(slope * measured, abs=1e-6)


@pytest.mark.parametrize("name", ["log-additive", "growing production"])
def test_quadrature_gives_the_solution_of_the_equation(name: str) -> None:
    days = np.array([0.0, 21.0, 42.0, 100.0])
    k, b, p, c0 = np.exp(LN_TYPICAL)
    sign = SETTINGS[name].beta_sign

    def slope(t: float, c: np.ndarray) -> np.ndarray:
        return np.asarray(p * np.exp(sign * b * t) - k * c)

    equation = solve_ivp(slope, (0, 100), [c0], method="DOP853", t_eval=days, rtol=1e-12, atol=1e-12)
    assert level(SETTINGS[name], LN_TYPICAL, days) == pytest.approx(equation.y[0], rel=1e-10)
