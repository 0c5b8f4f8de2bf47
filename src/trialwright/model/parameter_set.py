"""A parameter set: the population values a patient's marker kinetics are estimated under, with their provenance.

The content is immutable: its SHA-256 is part of every result. Who has checked it stands beside the file, so that a
sign-off changes no hash.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final, Literal, TypeAlias

import rfc8785
from pydantic import Field, StringConstraints, model_validator

from trialwright.model.statement import Strict
from trialwright.model.values import Name, StudyDate
from trialwright.numerics.kinetics.series import ErrorKind, StartMode
from trialwright.numerics.kinetics.structure import StructuralModel
from trialwright.numerics.kinetics.structures import STRUCTURES
from trialwright.units import is_known

__all__ = [
    "NOT_FOR_CLINICAL_USE",
    "Correlation",
    "Covariate",
    "Cutoff",
    "ErrorModel",
    "FitReport",
    "ParameterSet",
    "Provenance",
    "SetSignOff",
    "SetStatus",
    "SetUse",
    "Setting",
    "Signature",
    "content_sha256",
    "status_of",
]

SetStatus: TypeAlias = Literal["verified", "transcribed", "local_fit", "demo"]
"""How far a set may be trusted: checked by two people, copied from a source, fitted here, or invented."""

NOT_FOR_CLINICAL_USE: Final = "NOT FOR CLINICAL USE: invented parameter values"

_SIGNERS: Final = 2

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Finite = Annotated[float, Field(allow_inf_nan=False)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=2000)]


class Correlation(Strict):
    """Correlation of two parameters between patients, on the logarithmic scale."""

    between: tuple[Name, Name]
    value: Annotated[float, Field(gt=-1, lt=1)]


class Covariate(Strict):
    """Effect of a covariate on a typical value: ln θ changes by `slope` for each unit above `centre`."""

    name: Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]{0,15}$")]
    on: Name
    slope: Finite
    centre: Finite


class ErrorModel(Strict):
    """How measured and predicted values differ.

    Parameters
    ----------
    type : {"log_additive", "proportional", "combined", "boxcox_additive"}
        Residuals on ln C, in proportion to C, both a constant and a proportion, or on the Box-Cox transform of C.
    sigma : float
        Standard deviation on the transformed scale, or the proportion.
    additive : float, optional
        For ``combined``: the constant part, in the unit of the set.
    exponent : float, optional
        For ``boxcox_additive``: exponent of the transform.

    Examples
    --------
    >>> ErrorModel(type="log_additive", sigma=0.2).additive is None
    True
    """

    type: ErrorKind
    sigma: Positive
    additive: Positive | None = None
    exponent: Finite | None = None

    @model_validator(mode="after")
    def _parts_belong_to_the_type(self) -> ErrorModel:
        for part, owner in (("additive", "combined"), ("exponent", "boxcox_additive")):
            if (getattr(self, part) is not None) != (self.type == owner):
                raise ValueError(f"{part} is given for the error model {owner} and for no other")
        return self


class Cutoff(Strict):
    """The divisor that makes a rate constant a standardised one: at or above it is favourable."""

    value: Positive
    origin: Literal["published", "local_median", "given", "demo"]


class Setting(Strict):
    """Where in the course of the disease, and under which regimen, the values hold."""

    line: Literal["neoadjuvant", "adjuvant", "recurrent", "any"]
    regimen: Text


class Provenance(Strict):
    """Where the values come from and who brought them here."""

    citation: Text
    table: str | None = None
    transcribed_by: str | None = None
    checked_by: str | None = None
    date: StudyDate | None = None


class FitReport(Strict):
    """What a population fit rested on and how well it is known.

    Parameters
    ----------
    subjects, samples : int
        Numbers fitted.
    blq_share : float
        Share of samples below the limit of quantification.
    method : str
        Such as ``SAEM``.
    seed : int
        Seed of the random numbers.
    minus_two_ll, minus_two_ll_mcse : float
        -2 log-likelihood and its Monte-Carlo standard error.
    standard_errors : mapping of str to float
        By quantity: ``kelim``, ``omega kelim``, ``sigma`` ...
    shrinkage : mapping of str to float
        By parameter: 1 - SD of the individual estimates / omega.
    data_sha256 : str
        Hash of the series.
    engine : str
        Program and version.
    """

    subjects: Annotated[int, Field(ge=1)]
    samples: Annotated[int, Field(ge=1)]
    blq_share: Annotated[float, Field(ge=0, le=1)]
    method: Text
    seed: Annotated[int, Field(ge=0)]
    minus_two_ll: Finite
    minus_two_ll_mcse: NotNegative
    standard_errors: dict[str, NotNegative | None] = Field(default_factory=dict)
    shrinkage: dict[str, Finite] = Field(default_factory=dict)
    data_sha256: str | None = Field(default=None, pattern="^[0-9a-f]{64}$")
    engine: str | None = None


class ParameterSet(Strict):
    """Population values of a marker's kinetics, as their file states them.

    Parameters
    ----------
    id, version : str
        Name and version; a changed set gets a new version.
    status : {"verified", "transcribed", "local_fit", "demo"}
        What the file claims; `status_of` says what its sign-offs bear out.
    marker, unit : str
        Analyte code and UCUM unit of the values.
    structural_model : str
        Name of a curve, such as ``biexponential``.
    beta_sign : {-1, 1}
        -1: production decays as exp(-beta t); +1: it grows.
    theta, omega : mapping of str to float
        Typical values, and standard deviations between patients on the logarithmic scale.
    corr : tuple of Correlation
        None means independent.
    error : ErrorModel
        Residual error.
    c0_mode : {"estimated", "observed", "free_flat"}
        Whether the value at the start is a parameter like the others, fixed to the first value, or free.
    window_days, min_n : int
        Last day whose samples count, and fewest samples.
    cutoff : Cutoff or None
        Without one there is no standardised value and no class.
    covariates : tuple of Covariate
        Effects on typical values.
    setting, provenance, fit_report
        Where it holds, where it comes from, how it was fitted.
    sha256 : str or None
        Hash of the content; checked when the file is read.

    Examples
    --------
    >>> ParameterSet.model_validate_json("{}")
    Traceback (most recent call last):
        ...
    pydantic_core._pydantic_core.ValidationError: ...
    """

    id: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]*$")]
    version: Annotated[str, StringConstraints(pattern=r"^[0-9]+\.[0-9]+\.[0-9]+$")]
    status: SetStatus
    marker: Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9]{0,7}$")]
    unit: str
    structural_model: str
    beta_sign: Literal[-1, 1] = -1
    theta: dict[Name, Positive]
    omega: dict[Name, NotNegative]
    corr: tuple[Correlation, ...] = ()
    error: ErrorModel
    c0_mode: StartMode = "estimated"
    window_days: Annotated[int, Field(ge=1)] = 100
    min_n: Annotated[int, Field(ge=2)] = 3
    cutoff: Cutoff | None = None
    covariates: tuple[Covariate, ...] = ()
    setting: Setting
    provenance: Provenance
    fit_report: FitReport | None = None
    sha256: str | None = Field(default=None, pattern="^[0-9a-f]{64}$")

    @model_validator(mode="after")
    def _holds_together(self) -> ParameterSet:
        if self.structural_model not in STRUCTURES:
            raise ValueError(f"no structural model {self.structural_model!r}; there are {', '.join(STRUCTURES)}")
        names = self.parameters
        for block, given in (("theta", self.theta), ("omega", self.omega)):
            if set(given) != set(names):
                raise ValueError(f"{block} names {', '.join(sorted(given)) or 'nothing'}; due are {', '.join(names)}")
        if not is_known(self.unit):
            raise ValueError(f"unit {self.unit!r} is not known")
        for pair in self.corr:
            if set(pair.between) - set(names) or pair.between[0] == pair.between[1]:
                raise ValueError(f"corr is between two of {', '.join(names)}, not {', '.join(pair.between)}")
        if len({frozenset(pair.between) for pair in self.corr}) != len(self.corr):
            raise ValueError("corr states one pair twice")
        for effect in self.covariates:
            if effect.on not in names:
                raise ValueError(f"covariate {effect.name} acts on {effect.on!r}; it can act on {', '.join(names)}")
        if self.status == "local_fit" and self.fit_report is None:
            raise ValueError("a local fit carries its fit_report")
        if (self.status == "demo") != (self.cutoff is not None and self.cutoff.origin == "demo"):
            raise ValueError("a demo set has a demo cutoff, and no other set has one")
        return self

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the parameters in the order of the structural model's vector."""
        return tuple(name.lower() for name in self.structure.parameters)

    @property
    def structure(self) -> StructuralModel:
        """The structural model."""
        return STRUCTURES[self.structural_model]

    def label(self) -> str:
        """Id and version, as results name the set."""
        return f"{self.id} {self.version}"


def content_sha256(parameter_set: ParameterSet) -> str:
    """Hash of a set's content, without the hash that the file states.

    Parameters
    ----------
    parameter_set : ParameterSet
        The set.

    Returns
    -------
    str
        SHA-256 of the canonical JSON, 64 hexadecimal digits; comments and the order of keys do not count.

    References
    ----------
    Rundgren, Jordan, Erdtman, JSON Canonicalization Scheme, RFC 8785, 2020.
    """
    plain = parameter_set.model_dump(mode="json", exclude={"sha256"})
    return hashlib.sha256(rfc8785.dumps(plain)).hexdigest()


class Signature(Strict):
    """One person's statement that a set's values stand in its source.

    Examples
    --------
    >>> Signature(name="A", role="statistician", on="2026-01-05", meaning="compared with table 2").role
    'statistician'
    """

    name: Text
    role: Text
    on: StudyDate
    meaning: Text


class SetSignOff(Strict):
    """Content of ``<file>.signoff.json``: which content is signed, by whom."""

    id: str
    version: str
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    entries: tuple[Signature, ...] = ()


@dataclass(frozen=True, slots=True)
class SetUse:
    """A parameter set as it is used: its content's hash and the status it really has.

    Parameters
    ----------
    content : ParameterSet
        The set.
    sha256 : str
        Hash of its content.
    status : {"verified", "transcribed", "local_fit", "demo"}
        Status that its sign-offs bear out.
    reasons : tuple of str
        Why the status is not a higher one.
    """

    content: ParameterSet
    sha256: str
    status: SetStatus
    reasons: tuple[str, ...] = ()


def status_of(parameter_set: ParameterSet, signed: SetSignOff | None) -> SetUse:
    """Status of a set under its sign-offs.

    Parameters
    ----------
    parameter_set : ParameterSet
        The set.
    signed : SetSignOff or None
        What stands beside its file.

    Returns
    -------
    SetUse
        A transcribed set is verified once two different people have signed this very content; a set that calls itself
        verified without them counts as transcribed. Local fits and demo sets stay what they are.
    """
    digest = content_sha256(parameter_set)
    if parameter_set.status in ("local_fit", "demo"):
        return SetUse(parameter_set, digest, parameter_set.status)
    reasons = tuple(_unverified(parameter_set, digest, signed))
    return SetUse(parameter_set, digest, "transcribed" if reasons else "verified", reasons)


def _unverified(parameter_set: ParameterSet, digest: str, signed: SetSignOff | None) -> Sequence[str]:
    if signed is None:
        return ["nobody has signed that the values stand in the source"]
    if (signed.id, signed.version, signed.sha256) != (parameter_set.id, parameter_set.version, digest):
        return ["the sign-off is one for another content"]
    people = {" ".join(entry.name.casefold().split()) for entry in signed.entries}
    if len(people) < _SIGNERS:
        return [f"{len(people)} of {_SIGNERS} different people have signed"]
    return []
