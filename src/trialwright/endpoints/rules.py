"""Censoring rules of a definition: its own keys, those of a named set, or a set asked for in their place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

from trialwright.endpoints.rule_set import RuleSet
from trialwright.errors import InputError, NotAllowedError
from trialwright.model.catalogue import Spec
from trialwright.model.derivation import derivation_finding
from trialwright.model.endpoint import Censor, Definition
from trialwright.model.finding import Finding
from trialwright.model.items import item_of, item_place
from trialwright.model.library import discover
from trialwright.model.study import Study

__all__ = ["CATALOGUE", "Rules", "applies", "known_set", "rule_sets", "rules_of", "therapy_item"]

_SUBSEQUENT: Final = "SUBSEQUENT CANCER THERAPY"
_ASSESSED: Final = ("last adequate assessment", "last assessment", "last scan of the zone")
_ALIVE: Final = ("last known alive", "last survival contact")


@dataclass(frozen=True, slots=True)
class Rules:
    """Rules a definition is derived by, complete.

    Parameters
    ----------
    name : str
        Name of the set they come from; empty for the definition's own keys alone.
    at : str
        Where a subject without an event stops counting.
    missed_assessments : int, optional
        Missed assessments that end observation.
    missed_by : {"slots", "elapsed"}
        How they are told.
    therapy : str
        Date item of a new therapy that ends observation; empty when none does.
    treatment_stop : bool
        Whether stopping treatment ends observation.
    clinical : str
        Date item of a progression without a scan that counts as an event; empty when none does.
    progression_on : {"evidence", "next visit"}
        How a documented progression is dated.
    codes : {"by reason", "one"}
        Whether the code of a censored time tells the reason.
    year_of_death : {"held", "midpoint"}
        What a death known to the year only yields.
    findings : tuple of Finding
        What the rules ask for and the study does not have.

    Examples
    --------
    >>> Rules("", "last known alive").therapy
    ''
    """

    name: str
    at: str
    missed_assessments: int | None = None
    missed_by: Literal["slots", "elapsed"] = "slots"
    therapy: str = ""
    treatment_stop: bool = False
    clinical: str = ""
    progression_on: Literal["evidence", "next visit"] = "evidence"
    codes: Literal["by reason", "one"] = "by reason"
    year_of_death: Literal["held", "midpoint"] = "held"
    findings: tuple[Finding, ...] = ()

    @property
    def alive(self) -> bool:
        """Whether a subject without an event counts to a day known alive."""
        return self.at in _ALIVE

    @property
    def zone(self) -> bool:
        """Whether the series looks at a treated zone."""
        return self.at == "last scan of the zone"


@cache
def rule_sets() -> Mapping[str, RuleSet]:
    """Censoring rule sets by name.

    Returns
    -------
    mapping of str to RuleSet
        One for each file of the folder ``rule_sets``.

    Examples
    --------
    >>> sorted(rule_sets())
    ['EMA_ITT', 'FDA_A', 'FDA_C']
    """
    return discover("trialwright.endpoints.rule_sets", "RULE_SET", RuleSet)


def known_set(name: str) -> RuleSet:
    """The rule set of that name.

    Parameters
    ----------
    name : str
        Name of a set.

    Returns
    -------
    RuleSet
        The set.

    Raises
    ------
    InputError
        If there is none of that name.

    Examples
    --------
    >>> known_set("EMA_ITT").missed_assessments is None
    True
    """
    found = rule_sets().get(name)
    if found is None:
        raise InputError(f"no censoring rules are called {name!r}", mend=f"use one of {', '.join(rule_sets())}")
    return found


def applies(definition: Definition) -> bool:
    """Whether a rule set says anything about a definition: a subject without an event counts to an assessment.

    Parameters
    ----------
    definition : Definition
        A definition of an endpoint.

    Returns
    -------
    bool
        False for survival to the last day known alive, and for what is no time to an event.

    Examples
    --------
    >>> applies(Definition(measure="listing"))
    False
    """
    censor = definition.censor
    return definition.measure == "time to event" and censor is not None and censor.at in _ASSESSED


def therapy_item(study: Study, definition: Definition) -> str:
    """Date item of a new cancer therapy.

    Parameters
    ----------
    study : Study
        The study.
    definition : Definition
        The definition it is needed for.

    Returns
    -------
    str
        The item the definition names, else one that another definition names, else the date item that stands among the
        subsequent cancer therapies; empty when the study has none.
    """
    every = (each for endpoint in study.endpoints for each in endpoint.resolved().values())
    for each in (definition, *every):
        if each.censor is not None and each.censor.new_therapy is not None:
            return each.censor.new_therapy.is_
    for name, item in study.items.items():
        if item.is_ == "date" and ("CMCAT", (_SUBSEQUENT,)) in item_place(study, name).where:
            return name
    return ""


def rules_of(study: Study, definition: Definition, where: str, override: str | None) -> Rules:
    """Censoring rules of a definition.

    Parameters
    ----------
    study : Study
        The study.
    definition : Definition
        The definition.
    where : str
        Endpoint, for errors and findings.
    override : str, optional
        Name of a rule set that holds in place of the definition's rules, where a set applies.

    Returns
    -------
    Rules
        Complete. Keys stated beside a set the definition names hold over those of the set; a set asked for holds over
        everything but where the clock stops.

    Raises
    ------
    NotAllowedError
        If the definition states no censoring, or one by a score that is not recorded.
    """
    censor = definition.censor
    if censor is None:
        raise NotAllowedError(
            "no censoring is stated, so nobody's time would end",
            where=f"{where}/censor",
            mend=f"state at: {', '.join((*_ASSESSED, *_ALIVE, 'last score'))}",
        )
    if censor.at == "last score" and not item_of(study, definition.of or ""):
        raise NotAllowedError(
            "the time ends with the last score, and no recorded score is named",
            where=f"{where}/of",
            mend="name a number item, or a score that is recorded in one",
        )
    if override is not None and applies(definition):
        return _of_set(study, definition, known_set(override), _of_course(censor), where)
    if censor.rules is not None:
        return _of_set(study, definition, known_set(censor.rules), censor, where)
    therapy = censor.new_therapy
    return Rules(
        "",
        censor.at,
        censor.missed_assessments,
        censor.missed_by,
        therapy.is_ if therapy is not None and therapy.then == "censor" else "",
        censor.treatment_stop == "censor",
        censor.clinical_progression or "",
        censor.progression_on,
        censor.codes,
        censor.year_of_death,
    )


def _of_course(censor: Censor) -> Censor:
    """What a set that was asked for leaves as the definition states it."""
    return Censor(at=censor.at, codes=censor.codes, year_of_death=censor.year_of_death)


def _of_set(study: Study, definition: Definition, chosen: RuleSet, own: Censor, where: str) -> Rules:
    """Rules of a set, with the keys that are stated beside it."""
    stated = own.model_fields_set
    then = own.new_therapy.then if own.new_therapy is not None else chosen.new_therapy
    therapy = therapy_item(study, definition) if then == "censor" else ""
    findings = []
    if then == "censor" and not therapy:
        text = f"the rules {chosen.id} end observation at a new therapy, and the study has no date of one"
        findings.append(derivation_finding("T20", f"{where}/censor", text))
    clinical = definition.censor.clinical_progression if definition.censor is not None else None
    if chosen.clinical_progression and not clinical:
        text = (
            f"the rules {chosen.id} count a progression that no scan documents, and the definition has no date of one"
        )
        findings.append(derivation_finding("T20", f"{where}/censor", text))
    return Rules(
        chosen.id,
        own.at,
        own.missed_assessments if "missed_assessments" in stated else chosen.missed_assessments,
        own.missed_by,
        therapy,
        own.treatment_stop == "censor",
        clinical or "" if chosen.clinical_progression else "",
        own.progression_on if "progression_on" in stated else chosen.progression_on,
        own.codes,
        own.year_of_death,
        tuple(findings),
    )


CATALOGUE: Final[Sequence[Spec]] = tuple(
    Spec(entry.id, "censoring rules", entry.summary, entry.reference, entry.certainty) for entry in rule_sets().values()
)
"""The rule sets as entries of the catalogue."""
