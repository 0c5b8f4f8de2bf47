"""Estimates of other programs: variances and standard deviations each in their own form."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path

import pytest

from trialwright.errors import DataError
from trialwright.exchange.estimates_in import set_from_estimates
from trialwright.model.parameter_set import ParameterSet

pytestmark = pytest.mark.unvalidated

IDENTITY: Mapping[str, object] = {
    "id": "own",
    "version": "1.0.0",
    "marker": "CA125",
    "unit": "U/mL",
    "setting": {"line": "recurrent", "regimen": "platinum doublet"},
    "provenance": {"citation": "a fit of our own"},
}
NONMEM: Mapping[str, object] = {
    "program": "NONMEM",
    "identity": IDENTITY,
    "theta": {"KELIM": 0.06, "BETA": 0.04, "KPROD": 6, "CA0": 500},
    "theta_scale": "natural",
    "omega": {"KELIM": 0.2025, "BETA": 0.36, "KPROD": 1.0, "CA0": 1.44},
    "error": "log_additive",
    "sigma": 0.04,
}
MONOLIX: Mapping[str, object] = {
    "program": "Monolix",
    "identity": IDENTITY,
    "parameters": {
        "KELIM_pop": 0.06, "BETA_pop": 0.04, "KPROD_pop": 6, "CA0_pop": 500,
        "omega_KELIM": 0.45, "omega_BETA": 0.6, "omega_KPROD": 1.0, "omega_CA0": 1.2, "a": 0.2,
    },
    "error": "constant on ln",
}  # fmt: skip


def imported(folder: Path, plain: Mapping[str, object], **changes: object) -> ParameterSet:
    path = folder / "estimates.json"
    path.write_text(json.dumps({**plain, **changes}), encoding="utf-8")
    return set_from_estimates(path)


def test_both_programs_give_the_same_set(tmp_path: Path) -> None:
    one, other = imported(tmp_path, NONMEM), imported(tmp_path, MONOLIX)
    assert one.status == other.status == "transcribed"
    assert one.theta == other.theta == {"kelim": 0.06, "beta": 0.04, "kprod": 6.0, "ca0": 500.0}
    for name, sd in {"kelim": 0.45, "beta": 0.6, "kprod": 1.0, "ca0": 1.2}.items():
        assert math.isclose(one.omega[name], sd, rel_tol=1e-14)
        assert other.omega[name] == sd
    assert math.isclose(one.error.sigma, 0.2, rel_tol=1e-14)
    assert other.error.sigma == 0.2


def test_a_theta_on_the_logarithmic_scale_is_taken_back(tmp_path: Path) -> None:
    logs = {"KELIM": math.log(0.06), "BETA": math.log(0.04), "KPROD": math.log(6), "CA0": math.log(500)}
    found = imported(tmp_path, NONMEM, theta=logs, theta_scale="ln")
    assert math.isclose(found.theta["kelim"], 0.06, rel_tol=1e-14)


@pytest.mark.parametrize("whole", [True, False])
def test_a_matrix_gives_correlations(tmp_path: Path, whole: bool) -> None:
    covariance = -0.25 * 0.45 * 0.6
    full = [[0.2025, covariance, 0, 0], [covariance, 0.36, 0, 0], [0, 0, 1.0, 0], [0, 0, 0, 1.44]]
    found = imported(tmp_path, NONMEM, omega=full if whole else [row[: i + 1] for i, row in enumerate(full)])
    assert [pair.between for pair in found.corr] == [("kelim", "beta")]
    assert math.isclose(found.corr[0].value, -0.25, rel_tol=1e-12)


def test_correlations_and_a_combined_error_of_monolix(tmp_path: Path) -> None:
    given = {**dict(MONOLIX["parameters"]), "corr_BETA_KELIM": 0.3, "a": 4.0, "b": 0.15}  # type: ignore[call-overload]  # a mapping
    found = imported(tmp_path, MONOLIX, parameters=given, error="combined2")
    assert (found.corr[0].between, found.corr[0].value) == (("beta", "kelim"), 0.3)
    assert (found.error.type, found.error.sigma, found.error.additive) == ("combined", 0.15, 4.0)


@pytest.mark.parametrize(
    ("plain", "changes", "words"),
    [
        (NONMEM, {"theta": {"KELIM": 0.06}}, "do not hold BETA"),
        (NONMEM, {"omega": [[0.2]]}, "an OMEGA of 4 rows"),
        (NONMEM, {"omega": {"KELIM": -0.2, "BETA": 0.36, "KPROD": 1.0, "CA0": 1.44}}, "a figure is impossible"),
        (NONMEM, {"theta": {"KELIM": -0.06, "BETA": 0.04, "KPROD": 6, "CA0": 500}}, "make no parameter set"),
        (NONMEM, {"error": "combined"}, "additive is given"),
        (NONMEM, {"program": "SAS"}, "these are no estimates"),
        (NONMEM, {"theta_scale": "log10"}, "these are no estimates"),
        (NONMEM, {"theta": {"KELIM": 1e4, "BETA": 1, "KPROD": 1, "CA0": 1}, "theta_scale": "ln"}, "impossible"),
        (MONOLIX, {"parameters": {"KELIM_pop": 0.06}}, "do not hold"),
        (MONOLIX, {"error": "proportional"}, "do not hold b"),
    ],
)
def test_estimates_that_make_no_set_are_refused(
    tmp_path: Path, plain: Mapping[str, object], changes: Mapping[str, object], words: str
) -> None:
    with pytest.raises(DataError, match=words):
        imported(tmp_path, plain, **changes)
