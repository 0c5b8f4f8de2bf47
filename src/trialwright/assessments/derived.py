"""Responses of one series derived from its lesions: states of each visit, overall response, its day and source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from trialwright.assessments.criterion import Criterion
from trialwright.assessments.lesion_tables import LesionTables, lesion_tables, roster
from trialwright.assessments.marker_limits import marker_states
from trialwright.assessments.overall import overall_of, overall_rules
from trialwright.assessments.pet import settle_by_other_scan
from trialwright.assessments.policy import Policy
from trialwright.assessments.windows import Windows, windows_of
from trialwright.model.frames import Frames
from trialwright.model.schedule import AssessmentSeries
from trialwright.model.study import Study
from trialwright.numerics.lesion_course import lesion_course
from trialwright.numerics.lesion_records import NO_DAY, PEOPLE, SETTLED, STATES, TARGET_RULES, VISITS, Table, table
from trialwright.numerics.response_sequence import CODES, carried_responses

__all__ = ["Judged", "judged_series"]

Ints = npt.NDArray[np.int64]
Small = npt.NDArray[np.int8]

_SETTLED_RULES: Final = {
    SETTLED.no_baseline: "no-baseline",
    SETTLED.not_examined: "not-examined",
    SETTLED.awaiting: "awaiting-new-baseline",
}
"""Rule of a visit that gives no response of its own."""


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """Every visit of a series with its states, its overall response, its day and its source.

    Parameters
    ----------
    tables : LesionTables
        The lesions.
    windows : Windows
        The bounds.
    course, ends : numpy.ndarray
        As `trialwright.numerics.lesion_course` gives them, one row a visit, one a subject.
    rows : numpy.ndarray of int64
        Visits that are rows of the series.
    target, strict : numpy.ndarray of int8
        State of the targets of each row as listed, and overall response before a partial response is carried.
    overall : numpy.ndarray of int8
        Overall response of each row, as in AVAL.
    rule : polars.Series
        Rule that gave it.
    day, low : numpy.ndarray of int64
        Day of each row; earliest day it can mean.
    domain : polars.Series
        Table of the deciding row: TR, TU or FA.
    seq : numpy.ndarray of int64
        Its sequence number.
    after_removal : numpy.ndarray of bool
        Whether the row lies after a planned removal.
    """

    tables: LesionTables
    windows: Windows
    course: Table
    ends: Table
    rows: Ints
    target: Small
    strict: Small
    overall: Small
    rule: pl.Series
    day: Ints
    low: Ints
    domain: pl.Series
    seq: Ints
    after_removal: npt.NDArray[np.bool_]

    @property
    def subject(self) -> Ints:
        """Number of each row's subject."""
        return self.tables.visits["S"].to_numpy()[self.rows].astype(np.int64)

    @property
    def start(self) -> Ints:
        """First row of each subject, and the number of rows."""
        return np.searchsorted(self.subject, np.arange(len(self.tables.subjects) + 1)).astype(np.int64)


def judged_series(
    study: Study,
    series: AssessmentSeries,
    frames: Frames,
    moments: pl.DataFrame,
    criterion: Criterion,
    policy: Policy,
    read: LesionTables | None = None,
) -> Judged:
    """Every visit of a series, judged from its lesions.

    Parameters
    ----------
    study : Study
        The study.
    series : AssessmentSeries
        The series.
    frames : Frames
        The study's tables.
    moments : polars.DataFrame
        ``USUBJID POINT ADT``: dates of the time points.
    criterion : Criterion
        Its criteria.
    policy : Policy
        Its switches.
    read : LesionTables, optional
        Its lesions, where they are read already.

    Returns
    -------
    Judged
        The visits.

    References
    ----------
    Eisenhauer et al., Eur J Cancer 2009;45:228-247, doi:10.1016/j.ejca.2008.10.026.
    """
    tables = lesion_tables(frames, series, criterion, roster(frames)) if read is None else read.apart()
    windows = windows_of(study, series, frames, moments, tables.subjects)
    settle_by_other_scan(tables, frames, windows.anchor)
    marker = np.zeros(tables.visits.height, np.int8)
    if series.marker is not None:
        marker = marker_states(study, series.marker, frames, tables, windows.anchor, policy.marker_days)
    removal = series.planned_removal
    limits = criterion.figures(policy, new_baseline=removal is not None and removal.new_baseline is not None)
    visits, people = _arrays(tables, windows, marker)
    course, ends = lesion_course(tables.look_array, visits, tables.lesion_array, people, limits)
    if not policy.missing_may_prove_pd:
        unproved = course["rule"] == TARGET_RULES.index("growth-of-part")
        course["target"][unproved], course["rule"][unproved] = STATES.ne, TARGET_RULES.index("missing")
    scheduled = _scheduled(tables, frames, series) if policy.date_rule == "visit" else None
    return _judged(tables, windows, (course, ends), policy, scheduled)


def _scheduled(tables: LesionTables, frames: Frames, series: AssessmentSeries) -> Ints:
    """Day of the verdict that was recorded for each visit, `NO_DAY` where there is none."""
    places = tables.subjects.to_frame("USUBJID").with_row_index("S").cast({"S": pl.Int64})
    own = frames["RS"].filter((pl.col("RSEVAL") == series.evaluator) & pl.col("RSLNKGRP").is_not_null())
    named = own.join(places, on="USUBJID").group_by("S", LNKGRP="RSLNKGRP").agg(
        DAY=pl.col("RSHI").max().to_physical().cast(pl.Int64)
    )  # fmt: skip
    found = tables.visits.join(named, on=["S", "LNKGRP"], how="left", maintain_order="left")
    return found["DAY"].fill_null(NO_DAY).to_numpy()


def _arrays(tables: LesionTables, windows: Windows, marker: Small) -> tuple[Table, Table]:
    frame, count = tables.visits, tables.visits.height
    owner = tables.looks["VISIT"].to_numpy()
    visits = table(
        VISITS, count, start=np.searchsorted(owner, np.arange(count), "left"),
        stop=np.searchsorted(owner, np.arange(count), "right"), first=frame["FIRST"], last=frame["LAST"],
        review=frame["REVIEW"], marker=marker,
    )  # fmt: skip
    lesions, seen = tables.spans(tables.lesions), tables.spans(tables.visits)
    people = table(
        PEOPLE, len(tables.subjects), lesion_start=lesions[0], lesion_stop=lesions[1], visit_start=seen[0],
        visit_stop=seen[1], opens=windows.opens, anchor=windows.anchor, since=windows.since, until=windows.until,
        removal=windows.removal, removal_closes=windows.removal_closes, therapy=windows.therapy,
    )  # fmt: skip
    return visits, people


def _judged(
    tables: LesionTables, windows: Windows, found: tuple[Table, Table], policy: Policy, scheduled: Ints | None
) -> Judged:
    course, ends = found
    rows = np.flatnonzero(course["settled"] != SETTLED.no).astype(np.int64)
    here = course[rows]
    subject = tables.visits["S"].to_numpy()[rows].astype(np.int64)
    start = np.searchsorted(subject, np.arange(len(tables.subjects) + 1)).astype(np.int64)
    last = tables.visits["LAST"].to_numpy()[rows].astype(np.int64)
    strict, row = overall_of(here["new"], here["target"], here["non_target"])
    rule = np.array([*overall_rules(), *_SETTLED_RULES.values(), "reappearance", "late-new-baseline"])
    number = row.astype(np.int64)
    for place, settled in enumerate(_SETTLED_RULES, len(overall_rules())):
        held = (here["settled"] == settled) & (strict != CODES.pd)
        strict, number = np.where(held, CODES.ne, strict), np.where(held, place, number)
    returned = (here["returned"] == 1) & (strict != CODES.pd)
    strict = np.where(returned, CODES.pd, strict).astype(np.int8)
    number = np.where(returned, len(rule) - 2, number)
    if policy.cr_then_disease == "pd":
        back = _reappeared(start, strict, here["lesion_there"] == 1)
        strict = np.where(back, CODES.pd, strict).astype(np.int8)
        number = np.where(back, len(rule) - 2, number)
    late = (here["settled"] == SETTLED.late_new_baseline) & (strict != CODES.pd)
    number = np.where(late, len(rule) - 1, number)
    target, overall = here["target"], strict
    if policy.pr_carry == "eortc":
        codes = np.array([CODES.ne, CODES.cr, CODES.pr, CODES.sd, CODES.non, CODES.pd, CODES.ne], np.int8)[target]
        carried = carried_responses(start, last, codes, policy.sequence, confirmed=policy.confirmation)
        kept = (carried == CODES.pr) & (target == STATES.sd)
        target = np.where(kept, STATES.pr, target).astype(np.int8)
        listed, listed_row = overall_of(here["new"], target, here["non_target"])
        changed = kept & (strict == CODES.sd)
        overall = np.where(changed, listed, strict).astype(np.int8)
        number = np.where(changed, listed_row, number)
    day, low, domain, seq = _dated(tables, here, rows, strict, policy)
    if scheduled is not None:
        day = np.where(scheduled[rows] < NO_DAY, scheduled[rows], last)
    removal = windows.removal[subject]
    return Judged(
        tables, windows, course, ends, rows, target, strict, overall, pl.Series(rule[number], dtype=pl.String),
        day, low, domain, seq, tables.visits["FIRST"].to_numpy()[rows] > removal,
    )  # fmt: skip


def _reappeared(start: Ints, overall: Small, there: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Rows in which a lesion is back although the last evaluable response was complete."""
    index = np.arange(len(overall))
    evaluable = overall != CODES.ne
    latest = np.maximum.accumulate(np.where(evaluable, index, -1)) if len(index) else index
    before = np.concatenate([[-1], latest[:-1]]) if len(index) else index
    owner = np.repeat(np.arange(len(start) - 1), np.diff(start))
    same = (before >= 0) & (owner[np.maximum(before, 0)] == owner)
    complete = same & (overall[np.maximum(before, 0)] == CODES.cr)
    less = (overall == CODES.pr) | (overall == CODES.sd) | (overall == CODES.non)
    back: npt.NDArray[np.bool_] = complete & less & there
    return back


def _dated(
    tables: LesionTables, here: Table, rows: Ints, overall: Small, policy: Policy
) -> tuple[Ints, Ints, pl.Series, Ints]:
    """Day of each row, earliest day it can mean, table and sequence number of the row that decided it."""
    first, last = (tables.visits[name].to_numpy()[rows].astype(np.int64) for name in ("FIRST", "LAST"))
    look_day, look_seq = tables.look_array["day"], tables.looks["SEQ"].to_numpy()
    look_low = tables.looks["LOW"].to_numpy()
    stop = np.searchsorted(tables.looks["VISIT"].to_numpy(), rows, "right") - 1
    begin = np.searchsorted(tables.looks["VISIT"].to_numpy(), rows, "left")
    look = np.where(stop >= begin, stop, -1)
    far = np.full(len(rows), NO_DAY, np.int64)

    def of(looks: Ints, values: npt.NDArray[np.generic]) -> Ints:
        if not len(values):
            return far
        return np.where(looks >= 0, values[np.maximum(looks, 0)].astype(np.int64), NO_DAY)

    by_target, by_other, by_new = here["by_target"], here["by_non_target"], here["by_new"]
    days = np.stack([np.where(by_new >= 0, here["new_day"], NO_DAY), of(by_other, look_day), of(by_target, look_day)])
    progressed = (overall == CODES.pd) & (days.min(axis=0, initial=NO_DAY) < NO_DAY)
    cause = days.argmin(axis=0) if len(rows) else np.zeros(0, np.int64)
    new = progressed & (cause == 0)
    decided = np.where(progressed & (cause == 1), by_other, np.where(progressed & (cause == 2), by_target, look))
    day = np.where(progressed, days.min(axis=0, initial=NO_DAY), last)
    if policy.date_rule == "earliest":
        day = first
    elif policy.date_rule != "evidence":
        day = last
    review = tables.visits["SEQ"].cast(pl.Float64).to_numpy()[rows] if tables.visits.height else np.zeros(0)
    lesion_seq = tables.lesions["SEQ"].to_numpy() if tables.lesions.height else np.zeros(0, np.int64)
    only_review = ~new & (decided < 0)
    fresh = only_review & np.isnan(review)
    seq = np.where(new, of(by_new, lesion_seq), np.where(only_review, np.nan_to_num(review), of(decided, look_seq)))
    domain = np.where(new | fresh, "TU", np.where(only_review, "FA", "TR"))
    low = np.where(only_review | new, day, np.minimum(of(decided, look_low), day))
    return day.astype(np.int64), low.astype(np.int64), pl.Series(domain, dtype=pl.String), seq.astype(np.int64)
