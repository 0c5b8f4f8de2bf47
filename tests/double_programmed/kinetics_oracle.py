"""A second way to the marker kinetics of one patient: no closed form, no Newton, only numpy and scipy.

The curve comes from the differential equation ``dC/dt = KPROD exp(-BETA t) - KELIM C`` by ``solve_ivp``, and, where
many evaluations are needed, from its convolution integral by Gauss-Legendre quadrature. The objective is minimised from
everywhere: differential evolution over six prior standard deviations, then local descents from many starts.

Run as a module it draws the 200 patients of ``kinetics_200.csv`` and stores inputs and answers::

    python -m tests.double_programmed.kinetics_oracle tests/double_programmed/kinetics_200.csv
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import solve_ivp
from scipy.optimize import Bounds, brentq, differential_evolution, minimize, root
from scipy.special import log_ndtr

Vector = NDArray[np.float64]

NAMES = ("KELIM", "BETA", "KPROD", "CA0")
TYPICAL = np.array([0.06, 0.04, 6.0, 500.0])
LN_TYPICAL = np.log(TYPICAL)
OMEGA_SD = np.array([0.45, 0.60, 1.00, 1.20])
SIGMA = 0.20
LOWER_LIMIT, UPPER_LIMIT = 5.0, 10000.0
SIGN = {-1: "<", 0: "", 1: ">"}
COLUMNS = ("PATIENT", "KIND", "DAYS", "VALUES", "N_MODES", "OBJECTIVE", *(f"LN_{n}" for n in NAMES), "SD_LN_KELIM",
           "SECOND_OBJECTIVE", "SECOND_LN_KELIM")  # fmt: skip
NODES, WEIGHTS = np.polynomial.legendre.leggauss(96)


@dataclass(frozen=True, slots=True)
class Patient:
    """Days, values and how each value is known: 0 measured, -1 below the value, +1 above it."""

    kind: str
    days: tuple[float, ...]
    values: tuple[float, ...]
    censor: tuple[int, ...]

    @property
    def texts(self) -> tuple[str, ...]:
        """Values as a laboratory prints them."""
        return tuple(f"{SIGN[c]}{v!r}" for v, c in zip(self.values, self.censor, strict=True))


@dataclass(frozen=True, slots=True)
class Mode:
    """A minimum of the objective."""

    objective: float
    ln_theta: Vector
    sd_ln_kelim: float


def curve_by_quadrature(ln_theta: Vector, days: Vector) -> tuple[Vector, Vector]:
    """Ln C and its gradient by the four ln parameters, shapes (S, n) and (S, n, 4), from the convolution integral."""
    k, b, p, c0 = np.exp(np.atleast_2d(ln_theta)).T[:, :, None]
    t = days[None, :]
    s = 0.5 * t[..., None] * (NODES + 1.0)
    weight = 0.5 * t[..., None] * WEIGHTS
    inside = np.exp(-k[..., None] * (t[..., None] - s) - b[..., None] * s) * weight
    whole = inside.sum(-1)
    start = c0 * np.exp(-k * t)
    c = np.maximum(start + p * whole, 1e-250)
    by_k = -k * (t * start + p * (inside * (t[..., None] - s)).sum(-1))
    by_b = -b * p * (inside * s).sum(-1)
    gradient = np.stack([by_k, by_b, p * whole, start], axis=-1) / c[..., None]
    return np.log(c), gradient


def curve_by_ode(ln_theta: Vector, days: Vector) -> Vector:
    """Ln C at the days by integrating the differential equation of ln C, so that small values keep their digits."""
    k, b, p, c0 = np.exp(ln_theta)

    def slope(t: float, y: Vector) -> Vector:
        return np.asarray(p * np.exp(-b * t - y) - k)

    grid = np.unique(np.concatenate([[0.0], days]))
    if grid.size == 1:
        return np.full(days.shape, np.log(c0))
    solution = solve_ivp(slope, (0.0, grid[-1]), [np.log(c0)], method="DOP853", t_eval=grid, rtol=1e-12, atol=1e-13)
    if not solution.success:
        raise ArithmeticError(solution.message)
    return np.asarray(solution.y[0][np.searchsorted(grid, days)])


def objective_from(ln_c: Vector, ln_theta: Vector, patient: Patient) -> Vector:
    """Minus log posterior without constants for curves of shape (S, n) at parameters (S, 4)."""
    eta = np.atleast_2d(ln_theta) - LN_TYPICAL
    z = (np.log(patient.values) - np.atleast_2d(ln_c)) / SIGMA
    censor = np.asarray(patient.censor)
    terms = np.where(censor == 0, 0.5 * z * z, np.where(censor < 0, -log_ndtr(z), -log_ndtr(-z)))
    return np.asarray(0.5 * ((eta / OMEGA_SD) ** 2).sum(-1) + terms.sum(-1))


def _objective(patient: Patient) -> Callable[[Vector], tuple[float, Vector]]:
    days = np.asarray(patient.days)
    ln_values = np.log(patient.values)
    censor = np.asarray(patient.censor)

    def function(x: Vector) -> tuple[float, Vector]:
        ln_c, by = curve_by_quadrature(x, days)
        z = (ln_values - ln_c[0]) / SIGMA
        mills_low = np.exp(-0.5 * z * z - 0.5 * np.log(2 * np.pi) - log_ndtr(z))
        mills_high = np.exp(-0.5 * z * z - 0.5 * np.log(2 * np.pi) - log_ndtr(-z))
        by_ln_c = np.where(censor == 0, -z, np.where(censor < 0, mills_low, -mills_high)) / SIGMA
        gradient = (x - LN_TYPICAL) / OMEGA_SD**2 + by_ln_c @ by[0]
        return float(objective_from(ln_c, x, patient)[0]), gradient

    return function


def _polish(function: Callable[[Vector], tuple[float, Vector]], start: Vector) -> Mode | None:
    found = minimize(function, start, jac=True, method="BFGS", options={"gtol": 1e-7, "maxiter": 2000})
    flat = root(lambda x: function(x)[1], found.x, method="hybr", options={"xtol": 1e-13})
    x = flat.x if np.linalg.norm(function(flat.x)[1]) < 1e-8 and abs(flat.x - found.x).max() < 1e-2 else found.x
    if not np.linalg.norm(function(x)[1]) < 1e-6:
        return None
    step = 1e-5
    hessian = np.array([(function(x + step * e)[1] - function(x - step * e)[1]) / (2 * step) for e in np.eye(4)])
    hessian = 0.5 * (hessian + hessian.T)
    if np.linalg.eigvalsh(hessian).min() <= 0:
        return None
    return Mode(function(x)[0], x, float(np.sqrt(np.linalg.inv(hessian)[0, 0])))


def modes(patient: Patient, starts: int = 40, seed: int = 1, evolve: bool = True) -> list[Mode]:
    """All minima found, best first: from prior draws of twice the spread, and from differential evolution."""
    rng = np.random.default_rng(seed)
    function = _objective(patient)
    days = np.asarray(patient.days)

    def everywhere(x: Vector) -> Vector:
        return objective_from(curve_by_quadrature(x.T, days)[0], x.T, patient)

    points = [LN_TYPICAL, *(LN_TYPICAL + 2.0 * OMEGA_SD * rng.standard_normal((starts, 4)))]
    if evolve:
        box = Bounds(LN_TYPICAL - 6 * OMEGA_SD, LN_TYPICAL + 6 * OMEGA_SD)
        evolved = differential_evolution(
            everywhere,
            box,
            vectorized=True,
            updating="deferred",
            popsize=20,
            maxiter=250,
            tol=1e-12,
            polish=False,
            rng=seed,
        )
        points.append(evolved.x)
    found: list[Mode] = []
    for point in points:
        mode = _polish(function, point)
        if mode is not None and all(abs(mode.ln_theta - m.ln_theta).max() > 1e-4 for m in found):
            found.append(mode)
    return sorted(found, key=lambda m: m.objective)


def _observe(kind: str, days: Vector, ln_c: Vector) -> Patient:
    """Values as a laboratory with limits 5 and 10000 would print them, four significant digits."""
    values, censor = [], []
    for value in np.exp(ln_c):
        if value < LOWER_LIMIT:
            values.append(LOWER_LIMIT)
            censor.append(-1)
        elif value > UPPER_LIMIT:
            values.append(UPPER_LIMIT)
            censor.append(1)
        else:
            values.append(float(f"{value:.4g}"))
            censor.append(0)
    return Patient(kind, tuple(float(d) for d in days), tuple(values), tuple(censor))


def _days(rng: np.random.Generator, least: int, most: int) -> Vector:
    inner = rng.choice(np.arange(7, 101), size=int(rng.integers(least, most + 1)) - 1, replace=False)
    return np.sort(np.concatenate([[float(rng.integers(0, 4))], inner.astype(float)]))


def _simulated(rng: np.random.Generator, kind: str, ln_theta: Vector, days: Vector, noise: float = SIGMA) -> Patient:
    ln_c = curve_by_quadrature(ln_theta, days)[0][0]
    return _observe(kind, days, ln_c + noise * rng.standard_normal(days.size))


def _equal_rates(rng: np.random.Generator, nudge: float) -> Patient:
    """A patient whose minimum lies at KELIM = BETA, by choosing the residuals, or just beside it.

    There the curve feels only three directions of the four parameters, so the prior must pull at right angles to the
    fourth, (1, -1, KELIM CA0 / KPROD, 0); that fixes KPROD.
    """
    rate = float(rng.uniform(0.07, 0.12))
    ca0 = 500.0 * float(np.exp(rng.normal(0, 0.3)))
    pull = np.log(rate / 0.04) / OMEGA_SD[1] ** 2 - np.log(rate / 0.06) / OMEGA_SD[0] ** 2
    kprod = brentq(lambda p: rate * ca0 / p * np.log(p / 6.0) - pull, 0.5, 15.0, xtol=1e-14)
    ln_theta = np.log([rate, rate, kprod, ca0])
    days = _days(rng, 7, 9)
    ln_c, by = curve_by_quadrature(ln_theta, days)
    residual = np.linalg.lstsq(by[0].T, SIGMA**2 * (ln_theta - LN_TYPICAL) / OMEGA_SD**2, rcond=1e-10)[0]
    values = np.exp(ln_c[0] + residual) * (1.0 + nudge * rng.standard_normal(days.size))
    return Patient("equal rates", tuple(float(d) for d in days), tuple(float(v) for v in values), (0,) * days.size)


def _of_kind(rng: np.random.Generator, kind: str) -> Patient | None:
    """One draw of a kind; None where it did not come out as that kind."""
    eta = OMEGA_SD * rng.standard_normal(4)
    if kind == "ordinary":
        return _simulated(rng, kind, LN_TYPICAL + eta, _days(rng, 3, 7))
    if kind == "early rise":
        ln_theta = LN_TYPICAL + eta * 0.7 + np.array([0.0, -0.3, 1.8, -2.0])
        return _simulated(rng, kind, ln_theta, _days(rng, 4, 8))
    if kind == "tail below the limit":
        ln_theta = LN_TYPICAL + eta * 0.6 + np.array([0.9, 0.6, -2.5, -1.8])
        patient = _simulated(rng, kind, ln_theta, _days(rng, 4, 7))
        first = patient.censor.index(-1) if -1 in patient.censor else 0
        return patient if 1 <= first <= 2 and set(patient.censor[first:]) == {-1} else None
    if kind == "above the limit":
        patient = _simulated(rng, kind, LN_TYPICAL + eta * 0.7 + np.array([0.0, 0.0, 1.5, 3.2]), _days(rng, 3, 6))
        return patient if 1 in patient.censor and 0 in patient.censor else None
    slow, fast = rng.uniform(0.012, 0.03), rng.uniform(0.10, 0.40)
    rise = np.log([slow, fast, np.exp(rng.uniform(2.3, 5.5)), rng.uniform(5.0, 20.0)])
    patient = _simulated(rng, kind, rise, _days(rng, 14, 22), noise=0.05)
    return patient if _two_modes(patient) else None


def _two_modes(patient: Patient) -> bool:
    """Whether descents from the prior mean and from its mode with the two rates exchanged end apart."""
    function = _objective(patient)
    mode = _polish(function, LN_TYPICAL)
    if mode is None:
        return False
    k, b, p, c0 = np.exp(mode.ln_theta)
    if p + c0 * (b - k) <= 0:
        return False
    other = _polish(function, np.log([b, k, p + c0 * (b - k), c0]))
    return other is not None and bool(abs(other.ln_theta - mode.ln_theta).max() > 1e-2)


def patients(seed: int = 20) -> Iterator[tuple[Patient, list[Mode]]]:
    """The 200 patients and their minima."""
    rng = np.random.default_rng(seed)
    wanted = {"ordinary": 80, "early rise": 30, "tail below the limit": 25, "above the limit": 15, "two modes": 30}
    for kind, count in wanted.items():
        left = count
        while left:
            patient = _of_kind(rng, kind)
            if patient is None:
                continue
            left -= 1
            yield patient, modes(patient)
    for nudge in np.repeat([0.0, 1e-12, 1e-9, 1e-6, 1e-3], 4):
        patient = _equal_rates(rng, float(nudge))
        yield patient, modes(patient)


def read(row: Mapping[str, str]) -> Patient:
    """The patient of a stored row."""
    texts = row["VALUES"].split()
    censor = tuple({"<": -1, ">": 1}.get(text[0], 0) for text in texts)
    return Patient(
        row["KIND"], tuple(map(float, row["DAYS"].split())), tuple(float(t.lstrip("<>")) for t in texts), censor
    )


def write(path: Path) -> None:
    """Draw, minimise and store; the objective at the best minimum is checked with the differential equation."""
    with path.open("w", newline="", encoding="utf-8") as handle:
        out = csv.writer(handle, lineterminator="\n")
        out.writerow(COLUMNS)
        for number, (patient, found) in enumerate(patients(), 1):
            best = found[0]
            by_ode = objective_from(curve_by_ode(best.ln_theta, np.asarray(patient.days)), best.ln_theta, patient)[0]
            if abs(by_ode - best.objective) > 1e-8:
                raise ArithmeticError(f"patient {number}: {by_ode!r} by the equation, {best.objective!r} by quadrature")
            second = [f"{found[1].objective:.10f}", f"{found[1].ln_theta[0]:.10f}"] if len(found) > 1 else ["", ""]
            days = " ".join(f"{d:g}" for d in patient.days)
            answers = [f"{best.objective:.10f}", *(f"{x:.10f}" for x in best.ln_theta), f"{best.sd_ln_kelim:.8f}"]
            out.writerow([number, patient.kind, days, " ".join(patient.texts), len(found), *answers, *second])
            handle.flush()


if __name__ == "__main__":
    write(Path(sys.argv[1]))
