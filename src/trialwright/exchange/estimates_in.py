"""Estimates of NONMEM or Monolix, given as JSON, turned into a parameter set.

What the two programs print differs in scale: NONMEM reports variances, Monolix standard deviations. The reader takes
each in its own form, so that nobody has to convert by hand.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter, ValidationError

from trialwright.errors import DataError
from trialwright.model.parameter_set import Cutoff, ErrorModel, ParameterSet, Provenance, Setting
from trialwright.model.statement import Strict
from trialwright.numerics.kinetics.series import ErrorKind, StartMode
from trialwright.numerics.kinetics.structures import structure_named

__all__ = ["MonolixEstimates", "NonmemEstimates", "SetIdentity", "set_from_estimates"]


class SetIdentity(Strict):
    """What a parameter set says of itself beside its figures.

    Parameters
    ----------
    id, version, marker, unit, structural_model, beta_sign, c0_mode, window_days, min_n, cutoff, setting, provenance
        As in `ParameterSet`.
    """

    id: str
    version: str
    marker: str
    unit: str
    structural_model: str = "biexponential"
    beta_sign: Literal[-1, 1] = -1
    c0_mode: StartMode = "estimated"
    window_days: int = 100
    min_n: int = 3
    cutoff: Cutoff | None = None
    setting: Setting
    provenance: Provenance


class NonmemEstimates(Strict):
    """Estimates as NONMEM reports them.

    Parameters
    ----------
    program : "NONMEM"
        Which program.
    identity : SetIdentity
        What the set says of itself.
    theta : mapping of str to float
        Typical values by parameter name, on the scale said by `theta_scale`.
    theta_scale : {"natural", "ln"}
        Whether THETA is the typical value or its logarithm.
    omega : mapping of str to float, or matrix
        OMEGA: variances by parameter name, or the whole matrix in the order of `theta`.
    error : {"log_additive", "proportional", "combined"}
        Form of the residual error.
    sigma : float
        SIGMA: variance on ln C or of the proportion.
    sigma_additive : float, optional
        SIGMA of the constant part of a combined error: variance in the unit squared.
    """

    program: Literal["NONMEM"]
    identity: SetIdentity
    theta: dict[str, float]
    theta_scale: Literal["natural", "ln"]
    omega: dict[str, float] | tuple[tuple[float, ...], ...]
    error: Literal["log_additive", "proportional", "combined"]
    sigma: Annotated[float, Field(gt=0)]
    sigma_additive: Annotated[float, Field(gt=0)] | None = None


class MonolixEstimates(Strict):
    """Estimates as Monolix reports them in its table of population parameters.

    Parameters
    ----------
    program : "Monolix"
        Which program.
    identity : SetIdentity
        What the set says of itself.
    parameters : mapping of str to float
        ``KELIM_pop``, ``omega_KELIM`` (standard deviations), ``corr_KELIM_BETA``, and the residual ``a`` and ``b``.
    error : {"constant on ln", "proportional", "combined2"}
        Form of the residual error: ``a`` on ln C, ``b``, or ``a`` and ``b`` with variances added.
    """

    program: Literal["Monolix"]
    identity: SetIdentity
    parameters: dict[str, float]
    error: Literal["constant on ln", "proportional", "combined2"]


_ESTIMATES: TypeAdapter[NonmemEstimates | MonolixEstimates] = TypeAdapter(
    Annotated[NonmemEstimates | MonolixEstimates, Field(discriminator="program")]
)


def set_from_estimates(path: Path) -> ParameterSet:
    """Return the parameter set another program's estimates make.

    Parameters
    ----------
    path : pathlib.Path
        JSON with the keys of `NonmemEstimates` or `MonolixEstimates`.

    Returns
    -------
    ParameterSet
        Of status ``transcribed``: two people have yet to compare it with its source.

    Raises
    ------
    DataError
        If the file is not such estimates, or a parameter of the structural model is missing from them.
    """
    try:
        given = _ESTIMATES.validate_json(path.read_bytes())
    except ValidationError as refused:
        raise DataError(f"these are no estimates: {_faults(refused)}", where=path.name, mend="name the keys so") from (
            refused
        )
    names = structure_named(given.identity.structural_model).parameters
    try:
        figures = _of_nonmem(given, names) if isinstance(given, NonmemEstimates) else _of_monolix(given, names)
        return ParameterSet.model_validate_json(
            json.dumps({**given.identity.model_dump(mode="json"), **figures, "status": "transcribed"})
        )
    except KeyError as absent:
        raise DataError(
            f"the estimates do not hold {absent.args[0]}", where=path.name, mend=f"the model has {', '.join(names)}"
        ) from absent
    except (ValueError, ArithmeticError) as refused:
        said = _faults(refused) if isinstance(refused, ValidationError) else f"a figure is impossible ({refused})"
        raise DataError(
            f"the estimates make no parameter set: {said}", where=path.name, mend="correct the figures"
        ) from refused


def _faults(refused: ValidationError) -> str:
    return "; ".join(
        f"{'.'.join(str(step) for step in error['loc']) or 'file'}: {error['msg'].removeprefix('Value error, ')}"
        for error in refused.errors()
    )


def _of_nonmem(given: NonmemEstimates, names: Sequence[str]) -> dict[str, object]:
    theta = {name.upper(): value for name, value in given.theta.items()}
    order = list(theta)
    variances, corr = _variances(given.omega, order)
    natural = {name: math.exp(theta[name]) if given.theta_scale == "ln" else theta[name] for name in names}
    additive = given.sigma_additive
    error = _error(given.error, math.sqrt(given.sigma), None if additive is None else math.sqrt(additive))
    return {
        "theta": {name.lower(): natural[name] for name in names},
        "omega": {name.lower(): math.sqrt(variances[name]) for name in names},
        "corr": corr,
        "error": error,
    }


def _variances(
    omega: Mapping[str, float] | Sequence[Sequence[float]], order: Sequence[str]
) -> tuple[dict[str, float], list[dict[str, object]]]:
    if isinstance(omega, Mapping):
        return {name.upper(): value for name, value in omega.items()}, []
    if len(omega) != len(order) or any(len(row) not in (i + 1, len(order)) for i, row in enumerate(omega)):
        raise KeyError(f"an OMEGA of {len(order)} rows, whole or its lower triangle")
    variances = {name: omega[i][i] for i, name in enumerate(order)}
    corr: list[dict[str, object]] = []
    for i, row in enumerate(omega):
        for j in range(i):
            if row[j]:
                value = row[j] / math.sqrt(omega[i][i] * omega[j][j])
                corr.append({"between": [order[j].lower(), order[i].lower()], "value": value})
    return variances, corr


def _of_monolix(given: MonolixEstimates, names: Sequence[str]) -> dict[str, object]:
    values = given.parameters
    kinds: dict[str, ErrorKind] = {
        "constant on ln": "log_additive", "proportional": "proportional", "combined2": "combined",
    }  # fmt: skip
    kind = kinds[given.error]
    sigma = values["a"] if kind == "log_additive" else values["b"]
    corr = [
        {"between": [first.lower(), second.lower()], "value": values[f"corr_{first}_{second}"]}
        for first in names
        for second in names
        if f"corr_{first}_{second}" in values
    ]
    return {
        "theta": {name.lower(): values[f"{name}_pop"] for name in names},
        "omega": {name.lower(): values[f"omega_{name}"] for name in names},
        "corr": corr,
        "error": _error(kind, sigma, values["a"] if kind == "combined" else None),
    }


def _error(kind: ErrorKind, sigma: float, additive: float | None) -> dict[str, object]:
    made = ErrorModel(type=kind, sigma=sigma, additive=additive)
    return made.model_dump(mode="json", exclude_none=True)
