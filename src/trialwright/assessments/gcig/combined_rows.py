"""Responses by scans and CA-125 together as rows of a series, each with what decided it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, TypeAlias, cast

import polars as pl

from trialwright.assessments.derived import Judged
from trialwright.assessments.gcig.amounts import at_most
from trialwright.assessments.gcig.combination import (
    MAX_DAYS_OF_RESPONSE,
    MarkerResponse,
    NonTarget,
    Scans,
    Target,
    combined_response,
)
from trialwright.assessments.gcig.judge import Verdict
from trialwright.assessments.gcig.rules import WITHIN_NORMAL
from trialwright.assessments.gcig.study_rows import CRITERIA, MarkerCourse, marker_verdicts
from trialwright.assessments.policy import Policy
from trialwright.assessments.response_rows import AS_ASSESSED, DERIVED, RESPONSE_CODES
from trialwright.assessments.series_rows import finished, series_rows, with_best
from trialwright.errors import StudyError
from trialwright.model.frames import Frames
from trialwright.model.schedule import AssessmentSeries
from trialwright.model.study import Study
from trialwright.numerics.lesion_records import NO_DAY
from trialwright.numerics.response_sequence import CODES

__all__ = ["RESPONSE_RULE", "combined_rows"]

RESPONSE_RULE: Final = "gcig.combined.ca125-response"
"""Rule of the row on the day CA-125 began to respond; the day is that of no scan."""

PROGRESSION_RULE: Final = "gcig.combined.pd-ca125"
"""Rule of the row on the day CA-125 began to progress."""

_FINAL: Final = "FINAL"
_WORDS: Final = tuple(RESPONSE_CODES)
_STATES: Final = ("NONE", "CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE")
_NEW: Final = ("NONE", "EQUIVOCAL", "UNEQUIVOCAL", "NOT_ASSESSED")
_AFTER_REMOVAL: Final = (CODES.ned, CODES.pd, CODES.ne)
_ROW: Final = {
    "S": pl.Int64(), "DAY": pl.Int64(), "LOW": pl.Int64(), "AVALC": pl.String(), "AVAL": pl.Int64(),
    "RULEID": pl.String(), "SRCDOM": pl.String(), "SRCSEQ": pl.Int64(), "ADTF": pl.String(), "PARAMCD": pl.String(),
    "DTYPE": pl.String(),
}  # fmt: skip


_Source: TypeAlias = tuple[str, int, str | None]
"""Table and number of a row, and what its date lacks."""


@dataclass(frozen=True, slots=True)
class _Event:
    """Something the marker did: its day, the day it was known, the sample and what its date lacks."""

    day: int
    known_day: int
    number: int
    imputed: str | None


@dataclass(frozen=True, slots=True)
class _Marker:
    """What CA-125 of one subject says on each day."""

    is_evaluable: bool = False
    response: _Event | None = None
    progression: _Event | None = None
    samples: tuple[tuple[int, bool, int], ...] = ()
    """Day, whether it is surely within the normal range, and number of each sample that counts."""

    def on(self, day: int, within_days: int, *, known: bool) -> tuple[MarkerResponse, int | None]:
        """State on a day, as known then or as known at the end, and the sample that tells."""
        if self.progression is not None and _reached(self.progression, day, known=known):
            return "PD", self.progression.number
        if not self.is_evaluable:
            return "NE", None
        near = min(self.samples, key=lambda each: abs(each[0] - day), default=None)
        inside = near is not None and abs(near[0] - day) <= within_days
        is_normal = near is not None and inside and near[1]
        number = near[2] if near is not None and inside else None
        if self.response is not None and _reached(self.response, day, known=known):
            return ("CR", number) if is_normal else ("PR", self.response.number)
        return ("NORMAL" if is_normal else "NON-PR/NON-PD"), number


def _reached(event: _Event, day: int, *, known: bool) -> bool:
    return (event.known_day if known else event.day) <= day


def combined_rows(
    study: Study, series: AssessmentSeries, judged: Judged, policy: Policy, frames: Frames, points: pl.DataFrame
) -> pl.DataFrame:
    """Rows of a series by RECIST 1.1 and CA-125 together.

    Parameters
    ----------
    study : Study
        The study.
    series : AssessmentSeries
        The series; its ``marker`` is one that is judged by the GCIG criteria.
    judged : Judged
        Its visits, judged by RECIST 1.1 without the marker.
    policy : Policy
        The switches; ``marker_days`` is how far a sample may lie from the scan it is read with.
    frames : Frames
        The study's tables.
    points : polars.DataFrame
        ``USUBJID POINT ADT LO HI``: dates of the time points.

    Returns
    -------
    polars.DataFrame
        Rows as `trialwright.assessments.series_rows.series_rows` gives them. OVR, as assessed, is the response on the
        day of each scan with what was known of CA-125 by then. Derived OVR rows: a scan once more where CA-125 turned
        out to have responded or progressed by then; PR on the day a response by CA-125 began, which is no adequate
        assessment; PD on the first day of a progression by CA-125. TRG, NTRG and NEW are those of the scans. BOR, CBOR,
        RSP, CRSP and PD follow from the whole.

    Raises
    ------
    StudyError
        If the series names no marker with the GCIG criteria.

    Notes
    -----
    The day of response and of progression is the earlier of scans and CA-125. A response by CA-125 does not count when
    scans show progression before it or up to 28 days after it. A sample that is not surely within the normal range
    keeps a complete response from being one. Progression by CA-125 counts for a subject whose response by CA-125 cannot
    be evaluated. After a planned removal of lesions a response by CA-125 is no response of the series. A complete
    response that CA-125 alone takes back is not progression. With the setting ``response_overrides`` a progression by
    CA-125 does not count while the last scan shows a response.

    References
    ----------
    Rustin et al., Int J Gynecol Cancer 2011;21:419-423, doi:10.1097/IGC.0b013e3182070f17 (table unverified; the order
    of days is recalled).
    """
    plain = series_rows(judged, policy, study.id, series.id)
    markers = _markers(study, series, judged, frames, points, _scan_progressions(plain, judged))
    scans = _scan_rows(judged, markers, policy)
    beside = pl.DataFrame([*_dated_back(plain, judged), *_events(judged, markers)], schema=_ROW, orient="row")
    beside = beside.sort("S", "DAY", pl.col("AVALC") != "PD", maintain_order=True)
    beside = beside.unique(["S", "DAY"], keep="first", maintain_order=True)
    later = scans.filter((pl.col("PARAMCD") == "OVR") & (pl.col("DTYPE") == DERIVED))
    changed = later.join(beside, on=["S", "DAY"], how="anti")
    rows = [scans.filter(pl.col("PARAMCD") == "OVR", pl.col("DTYPE") == AS_ASSESSED), changed, beside]
    best = _best(judged, scans.filter(pl.col("PARAMCD") == _FINAL), beside, policy)
    made = finished(
        pl.concat([*rows, best], how="diagonal_relaxed"), judged.tables.subjects, policy, study.id, series.id
    )
    parts = plain.filter(pl.col("PARAMCD").is_in(["TRG", "NTRG", "NEW"]))
    by_marker = pl.col("RULEID") == f"response.{RESPONSE_RULE}"
    whole = pl.concat([made, parts]).with_columns(ADEQUATE=pl.when(by_marker).then(pl.lit("N")).otherwise("ADEQUATE"))
    return whole.sort("USUBJID", "PARAMCD", "ADT", "DTYPE")


def _markers(
    study: Study,
    series: AssessmentSeries,
    judged: Judged,
    frames: Frames,
    points: pl.DataFrame,
    ends: Mapping[int, int],
) -> dict[int, _Marker]:
    """What CA-125 says of each subject, by the subject's number."""
    marker = next((each for each in study.markers if each.id == series.marker and each.criteria == CRITERIA), None)
    if marker is None:
        raise StudyError(
            f"series '{series.id}' reads CA-125 beside the scans and names no marker that is judged",
            where=f"/assessments/{series.id}/marker",
            mend=f"name a marker with criteria: {CRITERIA}",
        )
    numbers = {subject: number for number, subject in enumerate(judged.tables.subjects)}
    overrides = str(series.settings.get("response_overrides", False)).lower() == "true"
    found = {}
    for course, verdict in marker_verdicts(study, marker, frames, points):
        number = numbers.get(course.subject)
        if number is None:
            continue
        told = _told(course, verdict)
        end, begun, grown = ends.get(number), told.response, told.progression
        if grown is not None and overrides and _scans_respond(judged, number, grown.day):
            grown = None
        if begun is not None and end is not None and end - begun.day <= MAX_DAYS_OF_RESPONSE:
            begun = None
        found[number] = replace(told, response=begun, progression=grown)
    return found


def _told(course: MarkerCourse, verdict: Verdict) -> _Marker:
    """Response, progression and samples of one subject on days counted from 1970."""
    response, progression = verdict.response, verdict.progression
    begun = grown = None
    if response.state == "RESPONSE" and response.known_days is not None:
        begun = _event(course, course.sample_of(response.rows.first, response.days), response.known_days.last)
    if progression.state == "PD" and progression.known_days is not None:
        grown = _event(course, course.sample_of(progression.rows.first, progression.days), progression.known_days.last)
    samples = tuple(
        (course.days[each.number][0], at_most(each.value, WITHIN_NORMAL, each.uln) is True, each.number)
        for each in verdict.samples
    )
    return _Marker(response.state in ("RESPONSE", "NO RESPONSE"), begun, grown, samples)


def _event(course: MarkerCourse, number: int, known: int) -> _Event:
    day, part = course.days[number]
    return _Event(day, max(day, known + course.start), number, part)


def _scans_respond(judged: Judged, number: int, day: int) -> bool:
    """Whether the last scan of a subject up to a day shows a response."""
    own = (judged.subject == number) & (judged.day <= day)
    return bool(own.any()) and int(judged.strict[own][-1]) in (CODES.cr, CODES.pr)


def _scan_progressions(plain: pl.DataFrame, judged: Judged) -> dict[int, int]:
    """Day of the first progression on scans, those dated back with it, by the subject's number."""
    numbers = pl.DataFrame({"USUBJID": judged.tables.subjects}).with_row_index("S")
    ends = plain.filter((pl.col("PARAMCD") == "OVR") & (pl.col("AVALC") == "PD")).join(numbers, on="USUBJID")
    days = ends.group_by("S").agg(pl.col("ADT").min().to_physical().cast(pl.Int64))
    return dict(days.iter_rows())


def _dated_back(plain: pl.DataFrame, judged: Judged) -> Iterator[tuple[object, ...]]:
    """Progressions by lesions that a later scan settled."""
    numbers = {subject: number for number, subject in enumerate(judged.tables.subjects)}
    rows = plain.filter(pl.col("RULEID") == "response.new-lesion-dated-back").select(
        "USUBJID", pl.col("ADT").to_physical(), "RULEID", "SRCDOM", "SRCSEQ", "ADTF"
    )
    for subject, day, rule, domain, seq, part in rows.iter_rows():
        yield _row(numbers[subject], day, CODES.pd, rule.removeprefix("response."), (domain, seq, part))


def _row(number: int, day: int, code: int, rule: str, source: _Source, kind: str = DERIVED) -> tuple[object, ...]:
    domain, seq, part = source
    return (number, day, day, _WORDS[code], code, rule, domain, seq, part, "OVR", kind)


def _scan_rows(judged: Judged, markers: Mapping[int, _Marker], policy: Policy) -> pl.DataFrame:
    """OVR rows on the days of scans, as assessed and as known in the end, and what counts for the best response."""
    rows = list[tuple[object, ...]]()
    for at, (number, day) in enumerate(zip(judged.subject.tolist(), judged.day.tolist(), strict=True)):
        marker, alone = markers.get(number, _Marker()), int(judged.strict[at])
        code, rule, source = _together(judged, at, marker.on(day, policy.marker_days, known=True))
        last, last_rule, last_source = _together(judged, at, marker.on(day, policy.marker_days, known=False))
        listed = int(judged.overall[at]) if code == alone else code
        assessed = _row(number, day, listed, rule, source, AS_ASSESSED)
        rows.append((*assessed[:2], int(judged.low[at]), *assessed[3:]))
        settled = _row(number, day, last, last_rule, last_source)
        if last != code:
            rows.append(settled)
        rows.append((*settled[:-2], _FINAL, DERIVED))
    return pl.DataFrame(rows, schema=_ROW, orient="row")


def _together(judged: Judged, at: int, state: tuple[MarkerResponse, int | None]) -> tuple[int, str, _Source]:
    """Response on the day of a scan, its rule, and the row that decided it."""
    found, alone = judged.course[judged.rows[at]], int(judged.strict[at])
    source = (judged.domain[at], int(judged.seq[at]), None)
    marker, sample = state
    combined = combined_response(
        Scans(
            cast("Target", _STATES[found["target"]]),
            cast("NonTarget", _STATES[found["non_target"]]),
            _NEW[found["new"]],
            _WORDS[alone],
        ),
        marker,
    )
    code = RESPONSE_CODES[combined.overall]
    if alone in (CODES.pd, code):
        return alone, judged.rule[at], source
    return code, combined.rule, source if sample is None else ("LB", sample, None)


def _events(judged: Judged, markers: Mapping[int, _Marker]) -> Iterator[tuple[object, ...]]:
    """Rows on the days on which CA-125 began to respond and to progress, inside the bounds of the series."""
    windows = judged.windows
    scanned = set(zip(judged.subject.tolist(), judged.day.tolist(), strict=True))
    for number, marker in markers.items():
        first, last, removed = (int(each[number]) for each in (windows.since, windows.until, windows.removal))
        if first <= -NO_DAY:
            continue
        grown, begun = marker.progression, marker.response
        if grown is not None and first <= grown.day <= last and (number, grown.day) not in scanned:
            yield _row(number, grown.day, CODES.pd, PROGRESSION_RULE, ("LB", grown.number, grown.imputed))
        if begun is None or not first <= begun.day <= min(last, removed - 1) or (number, begun.day) in scanned:
            continue
        if grown is None or begun.day < grown.day:
            yield _row(number, begun.day, CODES.pr, RESPONSE_RULE, ("LB", begun.number, begun.imputed))


def _best(judged: Judged, scans: pl.DataFrame, beside: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Best responses; a complete response that the marker alone takes back is no disease that came back."""
    counts = pl.Series(~judged.after_removal) | scans["AVAL"].is_in(list(_AFTER_REMOVAL))
    columns = (
        pl.col("S"),
        pl.col("DAY"),
        pl.col("AVAL").cast(pl.Int8).alias("CODE"),
        pl.col("SRCDOM"),
        pl.col("SRCSEQ"),
    )
    given = pl.concat([beside.select(columns), scans.filter(counts).select(columns)])
    kept = replace(policy, cr_then_disease="as_collected")
    return with_best(given, judged.windows.since, judged.windows.therapy, kept)
