"""What judging eligibility found: verdicts of criteria and subjects, and one subject's answers in full."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

__all__ = ["CriterionAnswer", "Held", "Row", "Screening", "SubjectAnswers", "Want"]


@dataclass(frozen=True, slots=True)
class Screening:
    """Verdicts of a study's criteria at its gates.

    Parameters
    ----------
    verdicts : polars.DataFrame
        ``USUBJID GATE CRITID VERDICT REASON MARGIN NEAR EVIDENCE``, one row a subject, gate and criterion; without the
        rows that are met where `complete` is False.
    subjects : polars.DataFrame
        ``USUBJID GATE AT REACHED VERDICT``: the day each subject was judged at, whether it had reached the gate, and
        ``ELIGIBLE``, ``NOT ELIGIBLE`` or ``CANNOT TELL`` by the criteria of this gate and those before it.
    counts : polars.DataFrame
        ``GATE CRITID MET NOT_MET UNKNOWN NEAR``: subjects, in the order of the study file.
    complete : bool
        Whether `verdicts` holds every row.
    """

    verdicts: pl.DataFrame
    subjects: pl.DataFrame
    counts: pl.DataFrame
    complete: bool


@dataclass(frozen=True, slots=True)
class Held:
    """One fact held against one bound.

    Parameters
    ----------
    about, node : str
        The fact, and the id of the node if it has one of its own.
    relation, bound : str
        How it is held, and against what, as stated.
    value, unit, day : str
        The fact as entered.
    threshold : str
        The bound in the unit, or on the calendar, of the fact.
    margin : str
        Value less bound in the unit of the bound; days for intervals.
    holds : bool
        Whether the comparison is true.
    decides : bool
        Whether the criterion rests on it.
    opposed : bool
        Whether the other limit of the same fact says the opposite.
    """

    about: str
    node: str
    relation: str
    bound: str
    value: str
    unit: str
    day: str
    threshold: str
    margin: str
    holds: bool
    decides: bool
    opposed: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the data a verdict rests on.

    Parameters
    ----------
    id : str
        As ``row/lb.csv:ID:4``.
    column, value, day : str
        Where the fact stands in it, the fact, and its day, as entered.
    """

    id: str
    column: str
    value: str
    day: str


@dataclass(frozen=True, slots=True)
class Want:
    """One thing that would help to decide an unknown criterion.

    Parameters
    ----------
    ease : int
        Rank: what a person present can answer comes before a new sample, a new sample before a new scan.
    kind : str
        ``attestation``, ``entry``, ``review``, ``sample``, ``imaging``, ``waiting`` or ``not computed``.
    ask : str
        The question or examination.
    reason : str
        Why it is wanting.
    since, until : date, optional
        Days between which it counts; None where any earlier day does.
    """

    ease: int
    kind: str
    ask: str
    reason: str
    since: date | None
    until: date | None


@dataclass(frozen=True, slots=True)
class CriterionAnswer:
    """One criterion for one subject, explained.

    Parameters
    ----------
    id, text, record, reading : str
        The criterion: id, our wording, its place in the record, and the condition as it is read.
    excludes : bool
        Whether it is an exclusion.
    verdict : str
        ``MET``, ``NOT_MET`` or ``UNKNOWN``.
    reasons : tuple of str
        Why it is unknown.
    near : bool
        Whether it is met near a bound.
    margin : str
        Of the deciding comparison nearest to its bound; empty without one.
    held : tuple of Held
        Comparisons with bounds.
    rows : tuple of Row
        Rows that decided.
    wants : tuple of Want
        What would decide it.
    """

    id: str
    text: str
    record: str
    reading: str
    excludes: bool
    verdict: str
    reasons: tuple[str, ...]
    near: bool
    margin: str
    held: tuple[Held, ...]
    rows: tuple[Row, ...]
    wants: tuple[Want, ...]


@dataclass(frozen=True, slots=True)
class SubjectAnswers:
    """All criteria of a gate for one subject.

    Parameters
    ----------
    subject, site, gate : str
        Whom, where and at which gate.
    at : date or None
        Day judged at.
    reached : bool
        Whether the gate was reached on that day; otherwise it was judged as if it were.
    verdict : str
        ``ELIGIBLE``, ``NOT ELIGIBLE`` or ``CANNOT TELL``, by this gate and those before it.
    criteria : tuple of CriterionAnswer
        In the order of the study file.
    before : tuple of str
        Criteria of earlier gates that are not met or unknown.
    """

    subject: str
    site: str
    gate: str
    at: date | None
    reached: bool
    verdict: str
    criteria: tuple[CriterionAnswer, ...]
    before: tuple[str, ...]

    @property
    def not_met(self) -> tuple[CriterionAnswer, ...]:
        """Criteria that are not met."""
        return tuple(each for each in self.criteria if each.verdict == "NOT_MET")

    @property
    def unknown(self) -> tuple[CriterionAnswer, ...]:
        """Criteria that are unknown."""
        return tuple(each for each in self.criteria if each.verdict == "UNKNOWN")

    @property
    def fetch(self) -> tuple[tuple[Want, tuple[str, ...]], ...]:
        """What to fetch next, the easiest first, each with the criteria it would help to decide."""
        wanted: dict[Want, list[str]] = {}
        for each in self.unknown:
            for want in each.wants:
                wanted.setdefault(want, []).append(each.id)
        ranked = sorted(wanted.items(), key=lambda entry: entry[0].ease)
        return tuple((want, tuple(dict.fromkeys(ids))) for want, ids in ranked)
