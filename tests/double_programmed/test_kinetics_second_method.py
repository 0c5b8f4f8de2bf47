"""The most probable kinetics of 200 patients against a differential-equation solver and a brute-force optimiser."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from tests.double_programmed import kinetics_oracle as oracle
from trialwright.numerics.kinetics.estimates import MapEstimates
from trialwright.numerics.kinetics.map_estimate import map_estimates
from trialwright.numerics.kinetics.series import ErrorModel, Population, Series

pytestmark = pytest.mark.independent("scipy solve_ivp, differential evolution and local descents; kinetics_oracle.py")

STORED = Path(__file__).with_name("kinetics_200.csv")
KINDS = {
    "ordinary": 80,
    "early rise": 30,
    "tail below the limit": 25,
    "above the limit": 15,
    "two modes": 30,
    "equal rates": 20,
}


@cache
def stored() -> tuple[dict[str, str], ...]:
    with STORED.open(encoding="utf-8", newline="") as handle:
        return tuple(csv.DictReader(handle))


def column(name: str) -> np.ndarray:
    return np.array([float(row[name] or "nan") for row in stored()])


def kinds() -> np.ndarray:
    return np.array([row["KIND"] for row in stored()])


@cache
def engine() -> MapEstimates:
    patients = [oracle.read(row) for row in stored()]
    series = Series.of([list(zip(p.days, p.values, p.censor, strict=True)) for p in patients])
    error = ErrorModel("log_additive", oracle.SIGMA)
    return map_estimates(series, Population.independent("biexponential", oracle.TYPICAL, oracle.OMEGA_SD, error))


def test_all_kinds_of_patients_are_there() -> None:
    assert {kind: int((kinds() == kind).sum()) for kind in KINDS} == KINDS
    rates = column("LN_KELIM") - column("LN_BETA")
    assert (abs(rates[kinds() == "equal rates"]) < 1e-6).sum() >= 12
    assert (column("N_MODES")[kinds() == "two modes"] == 2).all()


@pytest.mark.parametrize("kind", KINDS)
def test_objective_of_the_best_mode(kind: str) -> None:
    those = kinds() == kind
    assert engine().converged[those].all()
    assert engine().objective[those] == pytest.approx(column("OBJECTIVE")[those], rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_ln_parameters_of_the_best_mode(kind: str) -> None:
    those = kinds() == kind
    for position, name in enumerate(oracle.NAMES):
        assert engine().ln_theta[those, position] == pytest.approx(column(f"LN_{name}")[those], rel=0, abs=1e-5), name


def test_sd_of_ln_kelim() -> None:
    assert engine().sd_ln[:, 0] == pytest.approx(column("SD_LN_KELIM"), rel=1e-4)


def test_number_of_modes_and_the_second_one() -> None:
    assert engine().n_modes.tolist() == column("N_MODES").tolist()
    two = column("N_MODES") == 2
    assert engine().second_objective[two] == pytest.approx(column("SECOND_OBJECTIVE")[two], abs=1e-6)
    assert engine().second_ln_theta[two, 0] == pytest.approx(column("SECOND_LN_KELIM")[two], rel=0, abs=1e-5)


@pytest.mark.parametrize("position", range(0, 200, 20))
def test_stored_answers_hold_when_asked_again(position: int) -> None:
    row = stored()[position]
    patient = oracle.read(row)
    ln_theta = np.array([float(row[f"LN_{name}"]) for name in oracle.NAMES])
    by_equation = oracle.objective_from(oracle.curve_by_ode(ln_theta, np.asarray(patient.days)), ln_theta, patient)
    assert by_equation[0] == pytest.approx(float(row["OBJECTIVE"]), abs=1e-8)
    again = oracle.modes(patient, starts=6, evolve=False)[0]
    assert again.objective == pytest.approx(float(row["OBJECTIVE"]), abs=1e-8)
    assert again.ln_theta == pytest.approx(ln_theta, abs=1e-6)
