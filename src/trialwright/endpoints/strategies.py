"""Strategies for intercurrent events: what a derivation follows, and what it refuses to pretend."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from trialwright.endpoints.cohort import Cohort
from trialwright.endpoints.measure import Request
from trialwright.endpoints.rules import rules_of, therapy_item
from trialwright.model.derivation import derivation_finding
from trialwright.model.endpoint import Definition, EventWhen, Intercurrent
from trialwright.model.finding import Finding

__all__ = ["strategy_refusals"]

_AFTER: Final = ("new", "next", "subsequent", "further")
_FOLLOWED: Final = {"treatment policy": "ignored", "hypothetical": "censored", "composite": "an event"}
_DERIVED: Final = (
    "treatment policy, composite, for a new therapy hypothetical, for a stop of treatment that censors while on it"
)


def strategy_refusals(cohort: Cohort, request: Request) -> tuple[Finding, ...]:
    """Why the definition that is reported cannot be derived under its estimand.

    Parameters
    ----------
    cohort : Cohort
        The subjects, with the rule set that was asked for.
    request : Request
        A definition.

    Returns
    -------
    tuple of Finding
        Empty when every strategy is followed; otherwise no rows are to be made. A rule set that was asked for in place
        of the study file's rules takes the place of the strategy for a new therapy, too.

    Notes
    -----
    A new therapy is met by ignoring it (treatment policy), by censoring (hypothetical, while on treatment) or by
    counting it (composite). Any other event is met while on treatment only where a stop of treatment censors, and a
    death as a composite only where it is an event. A principal stratum, and a hypothetical course without any other
    event, need assumptions that no row of a subject can follow.

    References
    ----------
    ICH E9(R1), Addendum on estimands and sensitivity analysis in clinical trials, 2019 (names of the strategies;
    text unverified).
    """
    estimand = request.definition.estimand
    if estimand is None or not request.analysed:
        return ()
    found: list[Finding] = []
    for place, event in enumerate(estimand.intercurrent):
        where = f"{request.where}/estimand/intercurrent/{place + 1}"
        found.extend(derivation_finding(rule, where, text) for rule, text in _faults(cohort, request, event))
    return tuple(found)


def _is_therapy(event: Intercurrent) -> bool:
    words = event.event.casefold()
    return "therap" in words and any(word in words for word in _AFTER)


def _is_death(event: Intercurrent) -> bool:
    return "death" in event.event.casefold()


def _counts_deaths(definition: Definition) -> bool:
    named = (each.event if isinstance(each, EventWhen) else each for each in definition.events or ())
    return "death" in set(named)


def _faults(cohort: Cohort, request: Request, event: Intercurrent) -> Iterator[tuple[str, str]]:
    if event.strategy == "principal stratum":
        yield "T21", f"'{event.event}' is met with a principal stratum, which no row can follow; no rows are made"
        return
    timed = request.definition.measure == "time to event"
    if not _is_therapy(event):
        stopped = timed and rules_of(cohort.study, request.definition, request.where, None).treatment_stop
        if event.strategy == "hypothetical" or (event.strategy == "while on treatment" and timed and not stopped):
            text = f"'{event.event}' is met with {event.strategy}, and only {_DERIVED} are derived"
            yield "T21", f"{text}; no rows are made"
        if timed and event.strategy == "composite" and _is_death(event) and not _counts_deaths(request.definition):
            yield "T22", f"'{event.event}' is met with composite, and no death is an event; no rows are made"
        return
    if not timed or cohort.censoring is not None:
        return
    done, asked = _handling(cohort, request), _FOLLOWED.get(event.strategy, "censored")
    if done != asked:
        yield "T22", f"'{event.event}' is met with {event.strategy}, and a new therapy is {done}; no rows are made"


def _handling(cohort: Cohort, request: Request) -> str:
    """What the definition makes of a new therapy."""
    rules = rules_of(cohort.study, request.definition, request.where, None)
    if therapy_item(cohort.study, request.definition) in (request.definition.events or ()):
        return "an event"
    return "censored" if rules.therapy else "ignored"
