"""What must hold between the endpoints of one subject, whatever the data: each violation is one finding.

Two definitions are compared where their clauses say that they watch the same thing: the same origin, the same series.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Final

import polars as pl

from trialwright.endpoints.cohort import Cohort
from trialwright.endpoints.measure import Request, Rows
from trialwright.endpoints.rules import Rules, rules_of
from trialwright.model.criteria import Response
from trialwright.model.derivation import subject_findings
from trialwright.model.endpoint import Definition, FirstResponse
from trialwright.model.finding import Finding

__all__ = ["invariant_findings"]

_BOTH: Final = {"progression", "death"}


@dataclass(frozen=True, slots=True, eq=False)
class _Made:
    """A reported definition with its rows and rules."""

    request: Request
    rows: pl.DataFrame
    rules: Rules

    @property
    def definition(self) -> Definition:
        return self.request.definition

    @property
    def events(self) -> frozenset[str]:
        """Events that count without a condition."""
        return frozenset(event for event in self.definition.events or () if isinstance(event, str))

    @property
    def counts_all_deaths(self) -> bool:
        return not any(not isinstance(event, str) for event in self.definition.events or ())

    @property
    def is_survival(self) -> bool:
        """Time to death alone, followed to the last day known alive."""
        plain = self.rules.alive and not self.rules.therapy and not self.definition.competing
        return self.events == {"death"} and self.counts_all_deaths and plain

    @property
    def is_composite(self) -> bool:
        """Time to progression or death."""
        return self.events >= _BOTH

    @property
    def truncated(self) -> bool:
        horizon = self.definition.horizon
        return horizon is not None and horizon.is_ == "administrative censoring"


def invariant_findings(cohort: Cohort, made: Sequence[tuple[Request, Rows]]) -> list[Finding]:
    """Findings on rows that contradict each other.

    Parameters
    ----------
    cohort : Cohort
        The subjects.
    made : sequence of (Request, Rows)
        Every definition that was derived; those that are reported are compared.

    Returns
    -------
    list of Finding
        A first event or censoring after the end of survival (T30); a death that is one in one endpoint only (T31); an
        event of progression or death after the progression alone (T32); a duration of response that does not end with
        its parent (T33); a response counted and not timed, or the reverse (T34); a progression of an organ before any
        progression (T35).
    """
    times = [
        _Made(request, rows.adtte.filter(pl.col("AVAL").is_not_null()), _rules(cohort, request))
        for request, rows in made
        if request.analysed and request.definition.measure == "time to event" and rows.adtte is not None
    ]
    found: list[Finding] = []
    for one, other in permutations(times, 2):
        if one.definition.origin == other.definition.origin:
            found.extend(_of_one_origin(cohort, one, other))
        found.extend(_of_a_response(one, other))
    for one in times:
        for request, rows in made:
            if request.analysed and rows.adbin is not None:
                found.extend(_of_a_rate(one, request, rows.adbin))
    return found


def _rules(cohort: Cohort, request: Request) -> Rules:
    return rules_of(cohort.study, request.definition, request.where, cohort.censoring)


def _joined(one: _Made, other: _Made) -> pl.DataFrame:
    names = ["USUBJID", "STARTDT", "ADT", "CNSR", "RULEID"]
    return one.rows.select(names).join(other.rows.select(names), on="USUBJID", suffix="_OTHER", maintain_order="left")


def _found(rule: str, one: _Made, rows: pl.DataFrame, text: str) -> list[Finding]:
    return subject_findings(rule, one.request.where, rows["USUBJID"].to_list(), text)


def _of_one_origin(cohort: Cohort, one: _Made, other: _Made) -> Iterator[Finding]:
    name = other.request.endpoint.id
    later = pl.col("ADT") > pl.col("ADT_OTHER")
    if other.is_survival and not one.is_survival and (one.truncated or not other.truncated):
        both = _joined(one, other)
        if one.rules.progression_on == "evidence" and not one.rules.alive:
            yield from _found("T30", one, both.filter(later), f"ends after {name} does")
        if one.is_composite:
            died = pl.col("RULEID").str.ends_with(".death") & (pl.col("CNSR") == 0)
            same = (pl.col("CNSR_OTHER") == 0) & (pl.col("ADT") == pl.col("ADT_OTHER"))
            yield from _found("T31", one, both.filter(died & ~same), f"a death that is none on that day in {name}")
    if not one.is_composite or other.definition.assessment is None:
        return
    if other.definition.assessment == one.definition.assessment:
        if other.events == {"progression"} and one.rules == other.rules:
            both = _joined(one, other)
            wrong = both.filter((pl.col("CNSR_OTHER") == 0) & later)
            yield from _found("T32", one, wrong, f"ends after the progression of {name}")
    elif other.is_composite and _is_part(cohort, other, one):
        both = _joined(one, other).filter((pl.col("CNSR_OTHER") == 0) & later)
        yield from _found("T35", one, both, f"ends after the event of {name}, which watches a part of the disease")


def _is_part(cohort: Cohort, part: _Made, whole: _Made) -> bool:
    """Whether one series watches some lesions of what the other watches."""
    some = cohort.study.series(part.definition.assessment or "")
    every = cohort.study.series(whole.definition.assessment or "")
    limited = some.lesions is not None or some.only is not None
    return limited and every.lesions is None and every.only is None


def _of_a_response(one: _Made, parent: _Made) -> Iterator[Finding]:
    """A duration of response ends when its parent does, under one set of rules."""
    mine, theirs = one.definition, parent.definition
    if not isinstance(mine.origin, FirstResponse) or isinstance(theirs.origin, FirstResponse):
        return
    alike = mine.assessment == theirs.assessment and one.events == parent.events and one.rules == parent.rules
    if not alike or one.truncated or parent.truncated or not one.counts_all_deaths:
        return
    both = _joined(one, parent)
    differs = (pl.col("ADT") != pl.col("ADT_OTHER")) | (pl.col("CNSR") != pl.col("CNSR_OTHER"))
    yield from _found("T33", one, both.filter(differs), f"does not end as {parent.request.endpoint.id} does")


def _of_a_rate(one: _Made, rate: Request, answers: pl.DataFrame) -> Iterator[Finding]:
    """Whoever is counted as a responder has a duration of response, and nobody else."""
    origin, success = one.definition.origin, rate.definition.success
    if not isinstance(origin, FirstResponse) or not isinstance(success, Response) or rate.definition.period is not None:
        return
    asked = success.response
    wanted = "confirmed best" if origin.confirmed else "best"
    alike = asked.of == origin.of and asked.take == wanted and set(success.in_ or ()) == set(origin.first)
    if not alike or rate.definition.set != one.definition.set:
        return
    name = rate.endpoint.id
    responders = answers.filter(pl.col("AVALC") == "Y")
    untimed = responders.join(one.rows, on="USUBJID", how="anti", maintain_order="left")
    uncounted = one.rows.join(responders, on="USUBJID", how="anti", maintain_order="left")
    yield from _found("T34", one, untimed, f"a responder of {name} without a duration")
    yield from _found("T34", one, uncounted, f"a duration without a response in {name}")
