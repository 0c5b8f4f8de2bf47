"""Switches of the response rules: every point on which the literature leaves a choice, each by its name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from math import ceil
from types import MappingProxyType
from typing import Final, Literal

from trialwright.dates import Duration
from trialwright.errors import InputError
from trialwright.model.schedule import AssessmentSeries
from trialwright.numerics.response_sequence import CR_THEN_DISEASE, SequenceRules

__all__ = ["POLICIES", "SWITCHES", "Policy", "policy_of", "switched"]

Value = str | int | bool


@dataclass(frozen=True, slots=True)
class Policy:
    """One choice a switch; the defaults are ours where the source is silent.

    Parameters
    ----------
    pr_carry : {"strict", "eortc"}
        Whether a partial response, once given, is kept in the listing until progression.
    nodal_cr_beats_arithmetic_pd : bool
        Targets all gone or normal nodes are a complete response even where their sum grew by the limits of progression.
    mrecist_abs_5mm : bool
        Whether progression by mRECIST needs 5 mm of growth as well.
    missing_may_prove_pd : bool
        Whether growth of the measured targets alone, the missing ones taken as 0, is progression.
    min_stable_days, min_confirm_days : int
        Days from the origin to stable disease, and between a response and its confirmation.
    max_ne : int
        Most assessments that are not evaluable between a response and its confirmation.
    accept_one_sd : bool
        Whether one stable disease may stand between two partial responses.
    cr_then_disease : {"pd", "downgrade_to_pr", "as_collected"}
        What disease right after a complete response means.
    date_rule : {"evidence", "earliest", "latest", "visit"}
        Which day of its scans dates an assessment; ``visit`` is the day of the verdict that was recorded for it.
    new_therapy_day : {"counts", "excluded"}
        Whether an assessment on the day a new therapy starts counts for the best response.
    confirmation : bool
        Whether a response needs confirming; a partial response is carried only then when it is confirmed.
    marker_days : int
        Most days between an assessment and the sample of the marker that is read with it.
    in_field_margin : str
        Margin around the treated volume within which a new lesion is local; the reader applies it, here it is printed.
    last_assessment : {"adequate", "any"}
        Whether the last assessment is the last adequate one up to progression, or the last there is.
    without_origin : {"omitted", "missing"}
        Whether a subject whose clock never started has no rows, or rows that say that nothing was assessed.
    min_immune_days, max_immune_days : int
        Days within which an unconfirmed progression of iRECIST should be looked at again; a finding otherwise.

    Examples
    --------
    >>> Policy().text
    'default'
    >>> Policy(pr_carry="eortc").text
    'pr_carry=eortc'
    """

    pr_carry: Literal["strict", "eortc"] = "strict"
    nodal_cr_beats_arithmetic_pd: bool = True
    mrecist_abs_5mm: bool = False
    missing_may_prove_pd: bool = True
    min_stable_days: int = 42
    min_confirm_days: int = 28
    max_ne: int = 1
    accept_one_sd: bool = False
    cr_then_disease: Literal["pd", "downgrade_to_pr", "as_collected"] = "pd"
    date_rule: Literal["evidence", "earliest", "latest", "visit"] = "evidence"
    new_therapy_day: Literal["counts", "excluded"] = "counts"
    confirmation: bool = False
    marker_days: int = 14
    in_field_margin: str = "not stated"
    last_assessment: Literal["adequate", "any"] = "adequate"
    without_origin: Literal["omitted", "missing"] = "omitted"
    min_immune_days: int = 28
    max_immune_days: int = 56

    @property
    def text(self) -> str:
        """Switches that are not at their default, or ``default``."""
        plain = Policy()
        named = [
            f"{field.name}={_shown(getattr(self, field.name))}"
            for field in fields(self)
            if getattr(self, field.name) != getattr(plain, field.name)
        ]
        return "; ".join(named) or "default"

    @property
    def sequence(self) -> SequenceRules:
        """Rules for best and confirmed best response."""
        return SequenceRules(
            self.min_stable_days,
            self.min_confirm_days,
            self.max_ne,
            self.accept_one_sd,
            CR_THEN_DISEASE.index(self.cr_then_disease),
        )


ANY_TEXT: Final = ("*",)
"""Stands for a switch that takes any text."""

SWITCHES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "pr_carry": ("strict", "eortc"),
        "nodal_cr_beats_arithmetic_pd": ("true", "false"),
        "mrecist_abs_5mm": ("true", "false"),
        "missing_may_prove_pd": ("true", "false"),
        "min_stable_days": (),
        "min_confirm_days": (),
        "max_ne": (),
        "accept_one_sd": ("true", "false"),
        "cr_then_disease": CR_THEN_DISEASE,
        "date_rule": ("evidence", "earliest", "latest", "visit"),
        "new_therapy_day": ("counts", "excluded"),
        "confirmation": ("true", "false"),
        "marker_days": (),
        "in_field_margin": ANY_TEXT,
        "last_assessment": ("adequate", "any"),
        "without_origin": ("omitted", "missing"),
        "min_immune_days": (),
        "max_immune_days": (),
    }
)
"""Values each switch may have; an empty tuple stands for a whole number, `ANY_TEXT` for any text."""

POLICIES: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "default": {},
        "as-collected": {"cr_then_disease": "as_collected", "last_assessment": "any", "without_origin": "missing"},
        "eortc": {"pr_carry": "eortc", "accept_one_sd": "true"},
        "reread-cr": {"cr_then_disease": "downgrade_to_pr"},
    }
)
"""Sets of switches by name."""


def _shown(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def switched(policy: Policy, switches: Mapping[str, str]) -> Policy:
    """A policy with some switches set.

    Parameters
    ----------
    policy : Policy
        Where the others come from.
    switches : mapping of str to str
        Name to value, as written on the command line or in a study file.

    Returns
    -------
    Policy
        A new object.

    Raises
    ------
    InputError
        If a switch or its value is not known.

    Examples
    --------
    >>> switched(Policy(), {"max_ne": "2", "accept_one_sd": "true"}).text
    'max_ne=2; accept_one_sd=true'
    """
    values: dict[str, Value] = {}
    for name, text in switches.items():
        if name not in SWITCHES:
            raise InputError(f"no switch {name!r}", mend=f"use one of {', '.join(SWITCHES)}")
        allowed = SWITCHES[name]
        if allowed and allowed != ANY_TEXT and text not in allowed:
            raise InputError(f"{name} cannot be {text!r}", mend=f"use one of {', '.join(allowed)}")
        if not allowed and not (text.isascii() and text.isdigit()):
            raise InputError(f"{name} must be a whole number, not {text!r}", mend="write for example 28")
        values[name] = text == "true" if allowed == ("true", "false") else text if allowed else int(text)
    return replace(policy, **values)  # type: ignore[arg-type]  # checked against SWITCHES just above


def policy_of(series: AssessmentSeries, given: Mapping[str, str] | None = None) -> Policy:
    """Switches of a response series as its study file sets them.

    Parameters
    ----------
    series : AssessmentSeries
        The series.
    given : mapping of str to str, optional
        Switches that stand above the study file.

    Returns
    -------
    Policy
        ``stable_from`` and ``confirmation`` of the series are switches too; ``settings`` stand above them.

    Examples
    --------
    >>> baseline = '"baseline": {"last_before": "start", "within": "28 days"}'
    >>> series = AssessmentSeries.model_validate_json(
    ...     '{"id": "scans", "criteria": "recist-1.1", "stable_from": "6 weeks", ' + baseline + "}"
    ... )
    >>> policy_of(series).text
    'default'
    """
    stated: dict[str, str] = {}
    if series.stable_from is not None:
        stated["min_stable_days"] = _whole_days(series.stable_from)
    if series.confirmation is not None:
        stated["min_confirm_days"] = _whole_days(series.confirmation.after)
        stated["confirmation"] = _shown(series.confirmation.needed)
    for name, value in series.settings.items():
        if name in SWITCHES and not isinstance(value, tuple):
            stated[name] = _shown(value)
    return switched(Policy(), {**stated, **(given or {})})


def _whole_days(length: Duration) -> str:
    """Days of a length of time, a started day counted whole."""
    return str(ceil(length.days))
