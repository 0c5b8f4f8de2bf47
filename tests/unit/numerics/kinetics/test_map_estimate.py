"""Most probable parameters: worked examples, a scipy optimiser, two modes, limits, and what cannot be estimated."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy import optimize, stats

from trialwright.errors import NumericsError
from trialwright.numerics.kinetics import map_estimate
from trialwright.numerics.kinetics.map_estimate import map_estimates
from trialwright.numerics.kinetics.series import ErrorModel, Population, Series

LOG = ErrorModel("log_additive", 0.2)
SD = [0.45, 0.6, 1.0, 1.2]
DEMO = Population.independent("biexponential", [0.06, 0.04, 6, 500], SD, LOG)
P2 = [(0, 850.0), (21, 640.0), (42, 470.0), (63, 350.0)]
P4 = [(0, 410.0), (22, 180.0), (44, 90.0)]
P8 = [(5, 2600.0), (26, 1500.0), (47, 800.0), (68, 430.0), (89, 240.0)]
EARLY_RISE = [(0, 681.5), (13, 1322.3), (29, 372.1), (43, 155.6)]
TAIL_BELOW = [(0, 300.0), (14, 40.0), (28, 10.0, -1), (42, 10.0, -1), (63, 10.0, -1), (84, 10.0, -1)]
ABOVE = [(0, 5000.0, 1), (21, 3000.0), (42, 900.0), (63, 300.0)]
HCG = Population.independent(
    "residual_decay", [0.169, 24.7, 14400], [0.35, 1.5, 2.0], ErrorModel("proportional", 0.344)
)
GTN = [(0, 20000.0), (7, 7000.0), (14, 2100.0), (28, 130.0), (42, 30.0)]

independent = pytest.mark.independent("scipy optimiser over the objective written out with scipy.stats")


def written_out(population: Population, rows: list[tuple[float, ...]]):  # type: ignore[no-untyped-def]
    """The objective of one patient, from the textbook."""
    error = population.error

    def curve(t: float, ln_theta: np.ndarray) -> float:
        if population.structure == "residual_decay":
            k, residual, start = np.exp(ln_theta)
            return float(start * np.exp(-k * t) + residual)
        k, rate, production, start = np.exp(ln_theta)
        b = -population.beta_sign * rate
        return float(start * np.exp(-k * t) + production * (np.exp(-b * t) - np.exp(-k * t)) / (k - b))

    def objective(ln_theta: np.ndarray) -> float:
        eta = ln_theta - population.ln_theta
        total = 0.5 * eta @ population.precision @ eta
        for t, value, *code in rows:
            c = curve(t, ln_theta)
            at, centre, sd = np.log(value), np.log(c), error.sigma
            if error.kind == "proportional":
                at, centre, sd = value, c, error.sigma * c
            if error.kind == "combined":
                at, centre, sd = value, c, np.hypot(error.additive, error.sigma * c)
            if code == [-1]:
                total -= stats.norm.logcdf(at, centre, sd)
            elif code == [1]:
                total -= stats.norm.logsf(at, centre, sd)
            else:
                depends = np.log(sd) if error.kind != "log_additive" else 0.0
                total += 0.5 * ((at - centre) / sd) ** 2 + depends
        return float(total)

    return objective


def best_of_many(population: Population, rows: list[tuple[float, ...]], starts: int = 6) -> tuple[float, np.ndarray]:
    objective, rng = written_out(population, rows), np.random.default_rng(5)
    found = []
    for _ in range(starts):
        start = population.ln_theta + 0.7 * rng.normal(size=population.ln_theta.size) * population.sd_ln
        start[population.model.start] = np.log(rows[0][1])
        one = optimize.minimize(objective, start, method="BFGS", options={"gtol": 1e-7})
        found.append((one.fun, tuple(one.x)))
    value, x = min(found)
    return value, np.array(x)


@pytest.mark.independent("two implementations that agree to seven digits; printed in the reference examples")
def test_worked_examples() -> None:
    found = map_estimates(Series.of([P2, P4, P8]), DEMO)
    np.testing.assert_allclose(found.objective, [2.170133, 0.134860, 2.309572], atol=1e-6)
    np.testing.assert_allclose(found.rate_per_day, [0.0349461, 0.0531717, 0.0307198], rtol=1e-5)
    others = [[0.0245821, 22.8351, 843.265], [0.0354079, 7.32983, 407.979], [0.0367326, 7.27156, 3059.66]]
    np.testing.assert_allclose(np.exp(found.ln_theta[:, 1:]), others, rtol=1e-5)
    np.testing.assert_allclose(found.sd_ln_rate, [0.4229, 0.3168, 0.1224], atol=6e-5)
    assert found.converged.all()
    assert found.n_modes.tolist() == [1, 1, 1]


@independent
@pytest.mark.parametrize(
    ("population", "rows"),
    [
        (DEMO, TAIL_BELOW),
        (DEMO, ABOVE),
        (DEMO, EARLY_RISE),
        (DEMO, [(0, 200.0), (100, 20.0, -1)]),
        (Population.independent("biexponential", [0.06, 0.04, 6, 500], SD, ErrorModel("proportional", 0.25)), P8),
        (
            Population.independent("biexponential", [0.06, 0.04, 6, 500], SD, ErrorModel("combined", 0.15, 12.0)),
            TAIL_BELOW,
        ),
        (Population.independent("biexponential", [0.06, 0.005, 2, 500], SD, LOG, beta_sign=1), P4),
        (Population("biexponential", DEMO.ln_theta, np.diag(np.square(SD)) + 0.1, LOG), P8),
        (HCG, GTN),
    ],
    ids=["tail below", "above", "early rise", "two values", "proportional", "combined", "grows", "correlated", "hcg"],
)
def test_no_optimiser_finds_a_better_mode(population: Population, rows: list[tuple[float, ...]]) -> None:
    found = map_estimates(Series.of([rows]), population)
    value, x = best_of_many(population, rows)
    assert written_out(population, rows)(found.ln_theta[0]) == pytest.approx(found.objective[0], abs=1e-9)
    assert found.objective[0] <= value + 1e-7
    if found.objective[0] > value - 1e-6:
        np.testing.assert_allclose(found.ln_theta[0], x, atol=2e-4)


@independent
def test_laplace_sd_is_the_inverse_of_the_second_derivatives() -> None:
    objective = written_out(DEMO, TAIL_BELOW)
    found = map_estimates(Series.of([TAIL_BELOW]), DEMO)
    at, h = found.ln_theta[0], 1e-3
    second = np.empty((4, 4))
    for i in range(4):
        for j in range(4):
            a, b = h * np.eye(4)[i], h * np.eye(4)[j]
            corners = objective(at + a + b) - objective(at + a - b) - objective(at - a + b) + objective(at - a - b)
            second[i, j] = corners / (4 * h * h)
    np.testing.assert_allclose(found.sd_ln[0], np.sqrt(np.diag(np.linalg.inv(second))), rtol=1e-4)


@independent
def test_two_modes_on_opposite_sides_of_a_cut_are_both_reported() -> None:
    found = map_estimates(Series.of([EARLY_RISE, P4]), DEMO)
    assert found.n_modes.tolist() == [2, 1]
    assert found.second_rate_per_day[0] < 0.06 < found.rate_per_day[0]
    assert found.objective[0] < found.second_objective[0]
    objective = written_out(DEMO, EARLY_RISE)
    again = optimize.minimize(objective, found.second_ln_theta[0], method="BFGS", options={"gtol": 1e-7})
    assert again.fun == pytest.approx(found.second_objective[0], abs=1e-8)
    np.testing.assert_allclose(again.x, found.second_ln_theta[0], atol=1e-4)
    assert np.isfinite(found.second_sd_ln[0]).all()
    assert np.isnan([found.second_objective[1], found.second_rate_per_day[1]]).all()


@independent
def test_a_wide_prior_needs_more_than_one_start() -> None:
    wide = Population.independent("biexponential", [0.06, 0.04, 6, 500], [1.125, 1.5, 2.5, 3.0], LOG)
    shoulder = [(0, 2548.8), (4, 2499.9), (11, 2348.9), (22, 623.6)]
    found = map_estimates(Series.of([shoulder]), wide)
    assert found.objective[0] < 3.26  # a search from the typical patient alone ends at 3.456
    assert found.objective[0] <= best_of_many(wide, shoulder, starts=15)[0] + 1e-7


@pytest.mark.independent("the curve is linear in its levels, so the unit of the marker cannot matter")
@pytest.mark.parametrize("factor", [1e-3, 35.0])
def test_the_unit_of_the_marker_does_not_matter(factor: float) -> None:
    scaled = Population.independent("biexponential", [0.06, 0.04, 6 * factor, 500 * factor], SD, LOG)
    rows = [[(day, value * factor, *code) for day, value, *code in patient] for patient in (P2, EARLY_RISE, TAIL_BELOW)]
    plain, other = map_estimates(Series.of([P2, EARLY_RISE, TAIL_BELOW]), DEMO), map_estimates(Series.of(rows), scaled)
    np.testing.assert_allclose(other.rate_per_day, plain.rate_per_day, rtol=1e-8)
    np.testing.assert_allclose(other.objective, plain.objective, rtol=1e-9)


@pytest.mark.unvalidated
def test_figures_do_not_depend_on_companions_or_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    series = Series.of([P2, P4, P8, EARLY_RISE, TAIL_BELOW, ABOVE])
    whole = map_estimates(series, DEMO, threads=1)
    monkeypatch.setattr(map_estimate, "BLOCK", 2)
    split = map_estimates(series, DEMO, threads=3)
    alone = map_estimates(series.subset(np.array([3])), DEMO)
    np.testing.assert_array_equal(split.ln_theta, whole.ln_theta)
    np.testing.assert_array_equal(split.objective, whole.objective)
    np.testing.assert_array_equal(alone.second_ln_theta[0], whole.second_ln_theta[3])


@pytest.mark.unvalidated
def test_without_values_the_typical_patient_is_the_most_probable() -> None:
    found = map_estimates(Series.of([[], P4]), DEMO)
    np.testing.assert_allclose(found.ln_theta[0], DEMO.ln_theta, atol=1e-9)
    np.testing.assert_allclose(found.sd_ln[0], SD, rtol=1e-9)
    assert found.objective[0] == pytest.approx(0.0, abs=1e-12)
    assert map_estimates(Series.of([]), DEMO).objective.size == 0


@independent
def test_start_fixed_to_the_first_value() -> None:
    fixed = Population("biexponential", DEMO.ln_theta, DEMO.omega, LOG, start_mode="observed")
    found = map_estimates(Series.of([P2, [(0, 10.0, -1), (21, 30.0), (42, 20.0)], []]), fixed)
    assert np.exp(found.ln_theta[0, 3]) == pytest.approx(850.0)
    assert found.sd_ln[0, 3] == 0.0
    assert found.n_modes.tolist() == [1, 0, 0]
    assert np.isnan(found.rate_per_day[1:]).all()
    assert found.converged.tolist() == [True, False, False]
    objective = written_out(fixed, P2)
    best = optimize.minimize(lambda x: objective(np.append(x, np.log(850))), DEMO.ln_theta[:3], method="BFGS")
    assert found.objective[0] == pytest.approx(best.fun, abs=1e-7)


@independent
def test_start_without_a_prior() -> None:
    flat = Population("biexponential", DEMO.ln_theta, DEMO.omega, LOG, start_mode="free_flat")
    rows = [(day, value * 40) for day, value in P4]
    found = map_estimates(Series.of([rows]), flat)
    best = optimize.minimize(written_out(flat, rows), np.append(DEMO.ln_theta[:3], np.log(16400)), method="BFGS")
    assert found.objective[0] == pytest.approx(best.fun, abs=1e-7)
    assert best.fun < written_out(DEMO, rows)(best.x)


@independent
def test_covariates_move_the_typical_patient() -> None:
    typical = DEMO.ln_theta + np.array([[0.3, 0, 0, 0], [0.0, 0, 0, 0]])
    found = map_estimates(Series.of([P4, P4]), DEMO, ln_typical=typical)
    moved = Population("biexponential", typical[0], DEMO.omega, LOG)
    np.testing.assert_allclose(found.rate_per_day[0], map_estimates(Series.of([P4]), moved).rate_per_day[0], rtol=1e-12)
    assert found.rate_per_day[0] > found.rate_per_day[1]
    with pytest.raises(NumericsError, match=r"shape \(2, 4\)"):
        map_estimates(Series.of([P4, P4]), DEMO, ln_typical=typical[:1])


def run(root: Path, code: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(root / "src"), "PYTHONDONTWRITEBYTECODE": "1", **environment},
        capture_output=True, text=True, check=False, cwd=root,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


EXAMPLE = (
    "from trialwright.numerics.kinetics.series import *; "
    "from trialwright.numerics.kinetics.map_estimate import map_estimates; "
    "known = Population.independent('residual_decay', [0.1, 20, 900], [0.4, 1, 1], ErrorModel('log_additive', 0.2)); "
    "print(map_estimates(Series.of([[(0, 800.), (14, 160.), (28, 40.)]]), known, threads=1).rate_per_day[0].round(9))"
)


@pytest.mark.slow
@pytest.mark.unvalidated
def test_a_changed_curve_gives_the_new_figure_although_its_callers_are_cached(repository: Path, tmp_path: Path) -> None:
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(repository / "src" / "trialwright", tmp_path / "src" / "trialwright", ignore=ignore)
    cache = str(tmp_path / "cache")
    before = run(tmp_path, EXAMPLE, NUMBA_CACHE_DIR=cache)
    uncompiled = run(repository, EXAMPLE, NUMBA_DISABLE_JIT="1")
    assert float(before) == pytest.approx(float(uncompiled), rel=1e-8)
    place = tmp_path / "src" / "trialwright" / "numerics" / "kinetics" / "residual_decay.py"
    text = place.read_text(encoding="utf-8")
    assert text.count("level = falling + residual") == 1
    place.write_text(text.replace("level = falling + residual", "level = falling + 2.0 * residual"), encoding="utf-8")
    after = run(tmp_path, EXAMPLE, NUMBA_CACHE_DIR=cache)
    assert abs(float(after) / float(before) - 1) > 1e-3
