"""Worst grade of a subject's complications in a period, how many there were, and the index that adds them up."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from trialwright.endpoints.cohort import Cohort
from trialwright.endpoints.complications import Complications, complications_in
from trialwright.endpoints.measure import GRADES, Measure, Request, Rows
from trialwright.endpoints.periods import Span, span_of
from trialwright.endpoints.sources import named_rows, subject_picks
from trialwright.endpoints.timeline import DOMAINS, NEVER, Flags, Ints, Picks
from trialwright.errors import NotAllowedError
from trialwright.model.derivation import derivation_finding, subject_findings
from trialwright.model.finding import Finding
from trialwright.model.items import item_place
from trialwright.numerics.complications import CLAVIEN_RANK, CLAVIEN_WEIGHT, complication_index

__all__ = ["MEASURE"]

_FATAL: Final = CLAVIEN_RANK["V"]
_WEIGHTS: Final = np.asarray([CLAVIEN_WEIGHT.get(grade, 0) for grade in CLAVIEN_RANK], np.int64)
_RULES: Final = (
    "worst", "worst-so-far", "none-recorded", "not-begun", "not-collected", "period-open", "not-followed", "not-graded",
)  # fmt: skip
_NOT_GRADED: Final = _RULES.index("not-graded")
_NOT_FOLLOWED: Final = _RULES.index("not-followed")
_NONE: Final = _RULES.index("none-recorded")


def _derive(cohort: Cohort, request: Request) -> Rows:
    definition = request.definition
    if definition.of is None or definition.of not in cohort.study.items:
        raise NotAllowedError(
            "a worst grade needs an item", where=f"{request.where}/of", mend="name the item that holds the grades"
        )
    member = cohort.members(definition.set, definition.arms)
    span = span_of(cohort, definition.period)
    place = item_place(cohort.study, definition.of)
    found = complications_in(cohort, request, place, member, span)
    rule = _rules(cohort, found, span)
    return Rows(
        grades=_frame(cohort, request, found, rule, member, place.domain),
        named=named_rows(_roles(cohort, request, rule, member, span), _rows(found, rule, place.domain)),
        findings=(*found.findings, *_doubts(cohort, request, found, rule, member, span)),
    )


def _dead_inside(cohort: Cohort, span: Span) -> Flags:
    deaths = cohort.observation.deaths
    return deaths.found & (deaths.day >= span.since) & (deaths.day <= span.until)


def _seen_to_end(cohort: Cohort, span: Span) -> Flags:
    """Who is known alive on the last day of the period or later."""
    seen: Flags = cohort.observation.last_alive(cohort.end).day >= span.until
    return seen


def _gone(cohort: Cohort, span: Span) -> Picks:
    """Loss or withdrawal before the end of the period."""
    lost, withdrawn = cohort.observation.lost, cohort.observation.withdrawn
    return lost.where(
        lost.found & (lost.day < span.until), withdrawn.where(withdrawn.found & (withdrawn.day < span.until))
    )


def _rules(cohort: Cohort, found: Complications, span: Span) -> Ints:
    """Rule of each subject: no row is no complication only where they were looked for until the period was over.

    A complication whose grade or day is not known may be the worst one, and is never none; only a death is worse than
    anything it can be.
    """
    n = cohort.roster.size
    some = np.bincount(found.subject, minlength=n) > 0
    unknown = (np.bincount(found.open_subject, minlength=n) > 0) & ~_fatal(found, n)
    over = span.closed | _dead_inside(cohort, span)
    left = (_gone(cohort, span).found | ~_seen_to_end(cohort, span)) & ~_dead_inside(cohort, span)
    cases = [
        unknown,
        some & over,
        some,
        span.until == NEVER,
        np.full(n, not cohort.frames.collected("AE")),
        ~over,
        left,
    ]
    names = ["not-graded", "worst", "worst-so-far", "not-begun", "not-collected", "period-open", "not-followed"]
    return np.select(cases, [_RULES.index(name) for name in names], _NONE)


def _fatal(found: Complications, n: int) -> Flags:
    """Who has a complication of grade V."""
    fatal = np.zeros(n, np.bool_)
    fatal[found.subject[found.rank == _FATAL]] = True
    return fatal


def _alone(found: Complications, rule: Ints) -> Flags:
    """Open rows without which the worst grade would be known: those of subjects who have one only."""
    count = np.bincount(found.open_subject, minlength=len(rule))
    alone: Flags = (rule[found.open_subject] == _NOT_GRADED) & (count[found.open_subject] == 1)
    return alone


def _frame(
    cohort: Cohort,
    request: Request,
    found: Complications,
    rule: Ints,
    member: Flags,
    domain: str,
) -> pl.DataFrame:
    n, who = cohort.roster.size, np.flatnonzero(member)
    worst, seq = np.zeros(n, np.int64), np.zeros(n, np.int64)
    worst[found.subject[found.first]] = found.rank[found.first]
    seq[found.subject[found.first]] = found.seq[found.first]
    seq[rule == _NOT_GRADED] = 0
    alone = _alone(found, rule)
    seq[found.open_subject[alone]] = found.open_seq[alone]
    count = np.bincount(found.subject, minlength=n)
    total = np.bincount(found.subject, weights=_WEIGHTS[found.rank], minlength=n).astype(np.int64)
    rows = pl.DataFrame(
        {
            "USUBJID": cohort.roster.subjects[who],
            "RANK": worst[who],
            "COUNT": count[who],
            "INDEX": complication_index(total, worst == _FATAL)[who],
            "SEQ": seq[who],
            "RULE": rule[who],
        }
    )
    known = pl.col("RULE") <= _NONE
    has_row = pl.col("SEQ") > 0
    rules = pl.lit(pl.Series([f"{request.endpoint.id}.{name}" for name in _RULES]))
    return rows.select(
        "USUBJID",
        PARAMCD=pl.lit(request.endpoint.id),
        DEFID=pl.lit(request.name),
        AVALC=pl.when(known).then(pl.lit(pl.Series(list(CLAVIEN_RANK))).gather("RANK")),
        AVAL=pl.when(known).then("RANK"),
        N=pl.when(known).then("COUNT"),
        CCI=pl.when(known).then("INDEX"),
        SRCDOM=pl.when(has_row).then(pl.lit(domain)),
        SRCSEQ=pl.when(has_row).then("SEQ"),
        RULEID=rules.gather("RULE"),
    ).select(pl.col(name).cast(kind) for name, kind in GRADES.items())


def _rows(found: Complications, rule: Ints, domain: str) -> tuple[str, Picks, Ints]:
    """Every graded row that counts, with the adverse event it is linked to, or the row that leaves the grade open."""
    counted = np.flatnonzero(rule[found.subject] != _NOT_GRADED)
    linked, alone = counted[found.event[counted] > 0], np.flatnonzero(_alone(found, rule))
    sizes = [len(counted), len(linked), len(alone)]
    code = np.repeat([DOMAINS.index(domain), DOMAINS.index("AE"), DOMAINS.index(domain)], sizes).astype(np.int64)
    seq = np.concatenate([found.seq[counted], found.event[linked], found.open_seq[alone]])
    zeros = np.zeros(len(seq), np.int64)
    who = np.concatenate([found.subject[counted], found.subject[linked], found.open_subject[alone]])
    return "complication", Picks(zeros, code, seq, zeros), who


def _roles(cohort: Cohort, request: Request, rule: Ints, member: Flags, span: Span) -> list[tuple[str, Picks]]:
    dead, contacts = _dead_inside(cohort, span), cohort.observation.contacts
    stopped = member & (rule == _NOT_FOLLOWED) & _seen_to_end(cohort, span)
    # of several contacts after the period any one would do, and so would a death after it
    eve = np.where(cohort.observation.deaths.found, cohort.observation.deaths.day - 1, NEVER)
    watched = member & (rule == _NONE) & ~dead & (contacts.count(span.until, cohort.end) == 1) & (eve < span.until)
    last = contacts.last(np.where(watched, cohort.end, NEVER))
    roles = [
        ("period", span.start.where(member)),
        ("stop", _gone(cohort, span).where(stopped)),
        ("observed", last.where(watched)),
    ]
    if request.definition.set is not None:
        roles.append(("set", cohort.sets[request.definition.set].reached.where(member)))
    return [*roles, ("subject", subject_picks(member))]


def _doubts(
    cohort: Cohort,
    request: Request,
    found: Complications,
    rule: Ints,
    member: Flags,
    span: Span,
) -> list[Finding]:
    fatal = _fatal(found, cohort.roster.size)
    died = cohort.roster.names(member & _dead_inside(cohort, span) & ~fatal)
    text = "died in the period, and no complication of grade V is recorded"
    doubts = subject_findings("T14", request.where, died, text)
    living = cohort.roster.names(member & fatal & ~cohort.observation.deaths.found)
    text = "a complication of grade V, which is a death, and no death is recorded"
    doubts += subject_findings("T29", request.where, living, text)
    without = int((member & (rule == _NONE)).sum())
    if without:
        text = f"{without} without a complication in the period; as adverse events were collected, none is assumed"
        doubts.append(derivation_finding("T11", request.where, text))
    return doubts


MEASURE: Final = Measure(
    id="worst grade",
    summary="Worst Clavien-Dindo grade in the period, number of complications and complication index. A subject "
    "without a row counts as free of complications only if adverse events were collected and the period was observed "
    "to its end; of one with a complication that has no usable grade or day the worst grade is not known.",
    unit="1",
    reference="Dindo, Demartines, Clavien, Ann Surg 2004;240:205-213, doi:10.1097/01.sla.0000133083.54934.ae (DOI "
    "unverified); index: Slankamenac et al., Ann Surg 2013;258:1-7, doi:10.1097/SLA.0b013e318296c732",
    certainty="verified",
    derive=_derive,
)
"""The measure ``worst grade``."""
