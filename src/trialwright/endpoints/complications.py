"""Graded complications of a period: which rows count, and what stands in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from trialwright.endpoints.cohort import Cohort
from trialwright.endpoints.measure import Request
from trialwright.endpoints.periods import Span
from trialwright.endpoints.roster import Sheet
from trialwright.endpoints.timeline import NEVER, Flags, Ints
from trialwright.model.derivation import derivation_finding
from trialwright.model.finding import SHOWN_PER_COLUMN, Finding
from trialwright.model.items import Place, date_stem
from trialwright.numerics.complications import CLAVIEN_RANK, read_clavien

__all__ = ["Complications", "complications_in"]

_DOUBTS: Final = {
    "unreadable": ("T12", "grade '{}' is not used; the worst grade is not known"),
    "ungraded": ("T12", "a complication without a grade; the worst grade is not known"),
    "undated": (
        "T13",
        "complication of grade {} has no date, or its event is not there; it may count",
    ),
    "partial": ("T13", "complication of grade {} may lie outside the period, its date being incomplete; it is counted"),
}


@dataclass(frozen=True, slots=True, eq=False)
class Complications:
    """Complications that count, one entry a row.

    Parameters
    ----------
    subject : numpy.ndarray of int64
        Position of the subject.
    rank : numpy.ndarray of int64
        Rank of the grade in `CLAVIEN_RANK`.
    seq : numpy.ndarray of int64
        Sequence number of the graded row.
    event : numpy.ndarray of int64
        Sequence number of the adverse event it is linked to, 0 for none.
    first : numpy.ndarray of int64
        First entry of each subject that has one: the worst grade, then the earlier, then the lower sequence number.
    open_subject, open_seq : numpy.ndarray of int64
        Subject and sequence number of rows whose grade cannot be read or whose day is not known: with one of them the
        worst grade is not known, unless there is a grade V.
    findings : tuple of Finding
        Rows that do not count, or count in doubt.
    """

    subject: Ints
    rank: Ints
    seq: Ints
    event: Ints
    first: Ints
    open_subject: Ints
    open_seq: Ints
    findings: tuple[Finding, ...]


def complications_in(cohort: Cohort, request: Request, place: Place, member: Flags, span: Span) -> Complications:
    """Complications of the members that lie in the period.

    Parameters
    ----------
    cohort : Cohort
        The subjects.
    request : Request
        The definition.
    place : Place
        Where the grades stand.
    member : numpy.ndarray of bool
        Whose complications count.
    span : Span
        The period.

    Returns
    -------
    Complications
        A complication is dated by the start of the adverse event it is linked to (``AE.3`` in FALNKID), or by its own
        row when it is linked to none. It counts when its date can lie in the period.
    """
    sheet = cohort.roster.sheet(place.domain)
    keep = (sheet.subject >= 0) & member[sheet.subject] if len(member) else np.zeros(0, np.bool_)
    rows = np.flatnonzero(keep & sheet.at(place))
    subject, texts = sheet.subject[rows], sheet.frame[place.column][rows]
    low, high, event = _dated(cohort, sheet, place, rows)
    known = {text: CLAVIEN_RANK.get(read_clavien(text or "") or "", 0) for text in texts.unique().to_list()}
    rank = np.asarray([known[text] for text in texts.to_list()], np.int64)
    dated, begun = low > NEVER, span.until[subject] > NEVER
    inside = dated & begun & (high >= span.since[subject]) & (low <= span.until[subject])
    partial = inside & ((low < span.since[subject]) | (high > span.until[subject]))
    empty, unread = texts.is_null().to_numpy(), (rank == 0) & (inside | ~dated)
    doubtful = {
        "unreadable": unread & ~empty,
        "ungraded": unread & empty,
        "undated": (rank > 0) & ~dated,
        "partial": (rank > 0) & partial,
    }
    lines = sheet.frame["LINE"].to_numpy()[rows]
    file = cohort.frames.file_of(place.domain)
    findings = [
        item
        for kind, which in doubtful.items()
        for item in _listed(kind, file, lines[which], texts[np.flatnonzero(which)], sheet.frame["USUBJID"][rows[which]])
    ]
    counted = inside & (rank > 0)
    chosen = np.flatnonzero(counted)
    chosen = chosen[np.lexsort((sheet.seq[rows[chosen]], low[chosen], -rank[chosen], subject[chosen]))]
    first = np.flatnonzero(np.diff(subject[chosen], prepend=-1) != 0)
    left = np.flatnonzero(begun & (unread | ~dated))
    return Complications(
        subject[chosen],
        rank[chosen],
        sheet.seq[rows[chosen]],
        event[chosen],
        first,
        subject[left],
        sheet.seq[rows[left]],
        tuple(findings),
    )


def _dated(cohort: Cohort, sheet: Sheet, place: Place, rows: Ints) -> tuple[Ints, Ints, Ints]:
    """Earliest and latest day of each row, and the adverse event it is linked to."""
    stem = date_stem(place.date_column)
    low, high = sheet.days(f"{stem}LO")[rows], sheet.days(f"{stem}HI")[rows]
    if "FALNKID" not in sheet.frame.columns:
        return low, high, np.zeros(len(rows), np.int64)
    linked = sheet.frame["FALNKID"][rows].str.extract(r"^AE\.(\d{1,18})$", 1).cast(pl.Int64)
    event = np.nan_to_num(linked.to_numpy()).astype(np.int64)
    events = cohort.roster.sheet("AE")
    order = np.lexsort((events.seq, events.subject))
    names = events.subject[order] * _MANY + events.seq[order]
    wanted = sheet.subject[rows] * _MANY + event
    at = np.searchsorted(names, wanted)
    there = np.zeros(len(rows), np.bool_)
    if len(names):
        at = np.minimum(at, len(names) - 1)
        there = (names[at] == wanted) & (event > 0)
    start, end = np.full(len(rows), NEVER, np.int64), np.full(len(rows), NEVER, np.int64)
    if there.any():
        start[there] = events.days("AESTLO")[order][at[there]]
        end[there] = events.days("AESTHI")[order][at[there]]
    return np.where(event > 0, start, low), np.where(event > 0, end, high), event


_MANY: Final = 1 << 32  # more rows than a subject has in a table


def _listed(kind: str, file: str, lines: Ints, texts: pl.Series, subjects: pl.Series) -> list[Finding]:
    rule, text = _DOUBTS[kind]
    shown = zip(lines[:SHOWN_PER_COLUMN], texts, subjects, strict=False)
    found = [
        derivation_finding(rule, f"{file}:{line}", text.format(cell), subject=subject) for line, cell, subject in shown
    ]
    if len(lines) > SHOWN_PER_COLUMN:
        found.append(derivation_finding(rule, file, f"{len(lines) - SHOWN_PER_COLUMN} more rows of this kind"))
    return found
