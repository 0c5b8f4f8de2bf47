"""Responses by CA-125 in a study's own data: analysis rows of each marker that is judged by the GCIG criteria."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Final, TypeAlias

import polars as pl

from trialwright.assessments.gcig.amounts import UNKNOWN, Amount, Ratio, amount
from trialwright.assessments.gcig.judge import ResponseVerdict, Span, Verdict, judge
from trialwright.assessments.gcig.rules import GcigRules
from trialwright.assessments.gcig.samples import MOUSE_ANTIBODIES, Event, EventKind, Sample
from trialwright.errors import UnitError
from trialwright.model.derivation import derivation_finding, subject_findings
from trialwright.model.finding import SHOWN_PER_COLUMN, Finding
from trialwright.model.frames import Frames
from trialwright.model.items import Place, date_stem, item_place, rows_at
from trialwright.model.partial_dates import imputed_part
from trialwright.model.schedule import IgnoreAfter, Marker
from trialwright.model.study import Study
from trialwright.units import conversion_factor

__all__ = [
    "CRITERIA",
    "DISTURBING",
    "INTERFERING_PROCEDURES",
    "ROWS",
    "SETTINGS",
    "MarkerCourse",
    "ca125_responses",
    "marker_verdicts",
    "rules_of",
]

CRITERIA: Final = "gcig-2011-response"
"""Name of the criteria in a study file."""

_YES_NO: Final = ("true", "false", "True", "False")
SETTINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "lenient_confirm": _YES_NO, "cr_confirmed": _YES_NO, "assay_unaffected": _YES_NO,
    "factor_uln": (), "factor_nadir": (),
}  # fmt: skip
"""Settings of the criteria: switches and factors of `GcigRules`."""

INTERFERING_PROCEDURES: Final = (
    "PARACENTESIS", "THORACENTESIS", "PLEURODESIS", "LAPAROTOMY", "LAPAROSCOPY", "PERITONEAL SURGERY",
    "PLEURAL SURGERY", "CYTOREDUCTION", "SECONDARY CYTOREDUCTION", "DEBULKING",
)  # fmt: skip
"""Procedures (PR.PRDECOD) that disturb CA-125; a study names others under ``ignore_after``."""

MOUSE_ANTIBODY_CLASS: Final = "MOUSE ANTIBODY"
"""Class (CM.CMCLAS) of medicines after which the marker cannot be judged."""

DISTURBING: Final = (
    Place("PR", "PRDECOD", (("PRDECOD", INTERFERING_PROCEDURES),), "PRSTDTC", "all"),
    Place("CM", "CMCLAS", (("CMCLAS", (MOUSE_ANTIBODY_CLASS,)),), "CMSTDTC", "all"),
)
"""Rows that disturb the marker whatever the study says."""

ROWS: Final[Mapping[str, pl.DataType]] = {
    "STUDYID": pl.String(), "USUBJID": pl.String(), "ASSESSID": pl.String(), "PARAMCD": pl.String(), "ADT": pl.Date(),
    "AVALC": pl.String(), "AVAL": pl.Int64(), "ADEQUATE": pl.String(), "ANL01FL": pl.String(), "DTYPE": pl.String(),
    "RULEID": pl.String(), "SRCDOM": pl.String(), "SRCSEQ": pl.Int64(), "ADTF": pl.String(),
}  # fmt: skip
"""Columns of the rows, those of ADRS."""

_VARYING: Final[Mapping[str, pl.DataType]] = {
    "USUBJID": pl.String(), "SRCSEQ": pl.Int64(), "DAY": pl.Int32(), "ADTF": pl.String(), "PARAMCD": pl.String(),
    "AVALC": pl.String(), "ADEQUATE": pl.String(), "DTYPE": pl.String(), "RULEID": pl.String(),
}  # fmt: skip
_EPOCH: Final = date(1970, 1, 1)
_BLOCK: Final = 50_000
"""Rows held as objects at a time."""
_Cell: TypeAlias = object


@dataclass(slots=True)
class MarkerCourse:
    """One subject's samples, and where its rows stand.

    Parameters
    ----------
    subject : str
        USUBJID.
    start : int
        First day treatment can have begun, counted from 1970.
    start_span : int
        How many days later it can have begun.
    samples : list of Sample
        In the order of the data.
    days : dict of int to (int, str or None)
        By sequence number: the last day the sample can be of, counted from 1970, and which part of its date was not
        written.
    """

    subject: str
    start: int
    start_span: int
    samples: list[Sample] = field(default_factory=list)
    days: dict[int, tuple[int, str | None]] = field(default_factory=dict)

    def sample_of(self, number: int | None, days: Span | None) -> int:
        """The sample an answer rests on; where any of several may be meant, the last of them.

        Parameters
        ----------
        number : int or None
            Its number, where it is certain.
        days : Span or None
            Days it can be of.

        Returns
        -------
        int
            A number of a sample.
        """
        if number is not None:
            return number
        last = None if days is None else days.last + self.start
        inside = [each.number for each in self.samples if last is None or self.days[each.number][0] <= last]
        return (inside or [self.samples[-1].number])[-1]


def rules_of(marker: Marker) -> GcigRules:
    """Rules as a study's clause sets them.

    Parameters
    ----------
    marker : Marker
        The clause.

    Returns
    -------
    GcigRules
        The published ones with its settings.

    Raises
    ------
    InputError
        If a factor is no decimal number above 0.

    Examples
    --------
    >>> clause = {"id": "fall", "item": "ca125", "criteria": CRITERIA, "from": "start"}
    >>> rules_of(Marker.model_validate({**clause, "settings": {"cr_confirmed": True}})).cr_confirmed
    True
    """
    given = marker.settings
    return GcigRules(
        lenient_confirm=_said(given, "lenient_confirm"),
        cr_confirmed=_said(given, "cr_confirmed"),
        assay_unaffected=_said(given, "assay_unaffected"),
        factor_uln=Ratio.of(str(given.get("factor_uln", 2))),
        factor_nadir=Ratio.of(str(given.get("factor_nadir", 2))),
    )


def _said(settings: Mapping[str, object], name: str) -> bool:
    return str(settings.get(name, False)).lower() == "true"


def ca125_responses(study: Study, frames: Frames, points: pl.DataFrame) -> tuple[pl.DataFrame, list[Finding]]:
    """Responses by CA-125 of every marker of a study that is judged by the GCIG criteria.

    Parameters
    ----------
    study : Study
        The study.
    frames : Frames
        Its tables; LB holds the samples, PR and CM what disturbs them.
    points : polars.DataFrame
        ``USUBJID POINT LO HI``: earliest and latest day of the time points that bound a marker.

    Returns
    -------
    responses : polars.DataFrame
        ADRS rows, ``ASSESSID`` the marker's id. ``PARAMCD`` OVR: RESPONSE, NO RESPONSE or NE as known on the day of
        each sample after treatment began, up to the sample that confirms a response. Derived rows: RSPCA125 and
        CRCA125 on the day a response and a complete response began, PDCA125 on that of a progression, BOR once.
    findings : list of Finding
        Values that cannot be used (T40), answers that cannot be told (T41) and samples left out (T42).

    Notes
    -----
    Samples run to the marker's ``until``, its own day included, and for ``within`` days; pre-treatment samples are
    read back to the first. Each has its own upper limit of normal (``LBORNRHI``); without one nothing that rests on
    the limit can be told. Every day a partial date can mean is tried; a sample that may lie before ``until`` is taken
    to. Where an answer cannot be told no row of the subject is adequate.

    References
    ----------
    Rustin et al., Int J Gynecol Cancer 2011;21:419-423, doi:10.1097/IGC.0b013e3182070f17.

    Examples
    --------
    >>> study = Study.model_validate_json(
    ...     '{"language": 1, "study": {"id": "x", "title": "X", "version": "0.1.0",'
    ...     ' "registry": {"name": "R", "id": "1"}},'
    ...     '"items": {"began": {"is": "date", "ask": "Start?", "domain": "DM", "column": "RFICDTC"}},'
    ...     '"time_points": {"start": {"item": "began"}}, "arms": [{"id": "A", "label": "a", "role": "single"}]}'
    ... )
    >>> none = pl.DataFrame(schema={"USUBJID": pl.String, "POINT": pl.String, "LO": pl.Date, "HI": pl.Date})
    >>> ca125_responses(study, Frames({}, "entered"), none)[0].height
    0
    """
    found = [pl.DataFrame(schema=dict(ROWS))]
    findings: list[Finding] = []
    for marker in study.markers:
        if marker.criteria == CRITERIA:
            findings.extend(_judged(study, marker, frames, points, found))
    rows = pl.concat(found)
    key = ["USUBJID", "ASSESSID", "PARAMCD", "ADT"]
    return rows.unique(key, keep="last", maintain_order=True).sort(key), findings


def _judged(
    study: Study, marker: Marker, frames: Frames, points: pl.DataFrame, found: list[pl.DataFrame]
) -> list[Finding]:
    """Append the rows of one marker, block by block, and return what was noticed."""
    rows: list[tuple[_Cell, ...]] = []
    samples, findings = _samples(study, marker, frames, points)
    undecided: list[str] = []
    left_out: list[tuple[str, str]] = []
    for course, verdict in _verdicts(study, marker, frames, points, samples):
        if verdict.response.state == "UNDECIDED":
            undecided.append(course.subject)
        if verdict.excluded:
            rows_out = (f"row {each.sample.number} {each.reason}" for each in verdict.excluded)
            left_out.append((course.subject, "; ".join(rows_out)))
        rows.extend(_course_rows(course, verdict))
        rows.extend(_derived(course, verdict))
        if len(rows) >= _BLOCK:
            found.append(_as_rows(rows, study, marker))
            rows.clear()
    found.append(_as_rows(rows, study, marker))
    text = "limited values, missing limits of normal or partial dates leave more than one answer"
    where = f"/markers/{marker.id}"
    told = [derivation_finding("T42", where, why, subject=who) for who, why in left_out[:SHOWN_PER_COLUMN]]
    if len(left_out) > len(told):
        rest = f"samples of {len(left_out) - len(told)} more subjects do not count"
        told.append(derivation_finding("T42", where, rest))
    return [*findings, *told, *subject_findings("T41", where, undecided, text)]


def marker_verdicts(
    study: Study, marker: Marker, frames: Frames, points: pl.DataFrame
) -> Iterator[tuple[MarkerCourse, Verdict]]:
    """Samples of every subject of a marker, and what they come to.

    Parameters
    ----------
    study : Study
        The study.
    marker : Marker
        A marker that is judged by the GCIG criteria.
    frames : Frames
        The study's tables.
    points : polars.DataFrame
        ``USUBJID POINT LO HI``: earliest and latest day of the time points that bound the marker.

    Yields
    ------
    course : MarkerCourse
        The samples.
    verdict : Verdict
        Response and progression; what is doubtful in the samples is told by `ca125_responses`.
    """
    samples, _ = _samples(study, marker, frames, points)
    yield from _verdicts(study, marker, frames, points, samples)


def _verdicts(
    study: Study, marker: Marker, frames: Frames, points: pl.DataFrame, samples: pl.DataFrame
) -> Iterator[tuple[MarkerCourse, Verdict]]:
    rules, events = rules_of(marker), _events(study, marker, frames, points)
    for course in _courses(samples):
        disturbed = events.get(course.subject, ())
        yield course, judge(course.samples, disturbed, rules, start_span_days=course.start_span)


def _samples(study: Study, marker: Marker, frames: Frames, points: pl.DataFrame) -> tuple[pl.DataFrame, list[Finding]]:
    """Values of the marker with their days since treatment began, subject by subject in order."""
    item, place = study.items[marker.item], item_place(study, marker.item)
    stem, file = date_stem(place.date_column), frames.file_of(place.domain)
    values = rows_at(place, frames)
    units = {
        text: _same_unit(text, item.unit or "", item.analyte or "") for text in values["LBORRESU"].drop_nulls().unique()
    }
    values = values.with_columns(
        SAME=pl.col("LBORRESU").replace_strict(units, default=False, return_dtype=pl.Boolean),
    )
    findings = _unusable(values, stem, file)
    start = _dates(points, marker.from_).rename({"LO": "START", "HI": "LATEST"})
    end = _dates(points, marker.until or "").select("USUBJID", UNTIL="LO")
    needed = ("USUBJID", "LBSEQ", "LBORRES", "LBORNRHI", "LBASSAY", "SAME", f"{stem}LO", f"{stem}HI", f"{stem}PREC")
    dated = values.filter(pl.col(f"{stem}LO").is_not_null()).select(needed)
    dated = dated.join(start, on="USUBJID", maintain_order="left")
    dated = dated.join(end, on="USUBJID", how="left", maintain_order="left")
    low, high = pl.col(f"{stem}LO"), pl.min_horizontal(f"{stem}HI", "UNTIL")
    inside = pl.col("UNTIL").is_null() | (low <= pl.col("UNTIL"))
    if marker.within is not None:
        inside &= (low - pl.col("START")).dt.total_days() <= int(marker.within.days)
    return dated.filter(inside).select(
        "USUBJID",
        _days(pl.col("START")).alias("START"),
        (pl.col("LATEST") - pl.col("START")).dt.total_days().alias("SPAN"),
        (low - pl.col("START")).dt.total_days().alias("DAY"),
        pl.when(high > low).then((high - pl.col("START")).dt.total_days()).alias("LAST"),
        _days(pl.max_horizontal(low, high)).alias("SEEN"),
        "LBORRES",
        "LBORNRHI",
        "SAME",
        pl.col("LBASSAY").fill_null("").alias("ASSAY"),
        "LBSEQ",
        imputed_part(pl.col(f"{stem}PREC")).alias("ADTF"),
    ), findings


def _same_unit(text: str, unit: str, analyte: str) -> bool:
    try:
        return conversion_factor(from_unit=text, to_unit=unit, analyte=analyte) == 1
    except UnitError:
        return False


def _unusable(values: pl.DataFrame, stem: str, file: str) -> list[Finding]:
    """Findings about values that are no concentration, stand in another unit or have no date."""
    bad = values.filter(
        ~pl.col("SAME") | (pl.col("LBVAL").is_null() | (pl.col("LBVAL") <= 0)) | pl.col(f"{stem}LO").is_null()
    )
    shown = bad.head(SHOWN_PER_COLUMN).select("LINE", "USUBJID", "LBORRES", "LBORRESU")
    found = [
        derivation_finding(
            "T40", f"{file}:{line}", f"'{value} {unit or ''}' is not used", subject=subject, column="LBORRES"
        )
        for line, subject, value, unit in shown.iter_rows()
    ]
    if bad.height > len(found):
        rest = f"{bad.height - len(found)} more values are not used"
        found.append(derivation_finding("T40", file, rest, column="LBORRES"))
    return found


def _courses(samples: pl.DataFrame) -> Iterator[MarkerCourse]:
    for subject, group in groupby(samples.iter_rows(), key=itemgetter(0)):
        course: MarkerCourse | None = None
        for _, start, span, day, last, seen, value, limit, same, assay, number, part in group:
            course = course or MarkerCourse(subject, start, span)
            taken = (amount(value) if same else None) or UNKNOWN
            course.samples.append(Sample(day, taken, _limit(limit), assay, number, last))
            course.days[number] = (seen, part)
        if course is not None:
            yield course


@lru_cache(maxsize=1 << 10)
def _limit(text: str | None) -> Amount:
    """Upper limit of normal; one with a sign before it is not known."""
    found = amount(text) if text is not None else None
    return found if found is not None and found.is_exact else UNKNOWN


def _events(study: Study, marker: Marker, frames: Frames, points: pl.DataFrame) -> Mapping[str, tuple[Event, ...]]:
    """What disturbs the marker, by subject."""
    done = pl.col("PRDECOD").is_in(list(INTERFERING_PROCEDURES)) & ~pl.col("PROCCUR").eq_missing("N")
    procedures = frames["PR"].filter(done).select("USUBJID", "PRSTLO", "PRSTHI", "PRDECOD")
    mice = frames["CM"].filter(pl.col("CMCLAS") == MOUSE_ANTIBODY_CLASS).select("USUBJID", "CMSTLO", "CMSTHI", "CMCLAS")
    start = _dates(points, marker.from_)
    starts = dict(start.select("USUBJID", _days(pl.col("LO"))).iter_rows())
    found: dict[str, list[Event]] = {}
    for subject, low, high, name in procedures.iter_rows():
        _add(found, starts, subject, (low, high), ("interference", name.lower(), None))
    for subject, low, high, name in mice.iter_rows():
        _add(found, starts, subject, (low, high), (MOUSE_ANTIBODIES, name.lower(), None))
    for pause in marker.ignore_after:
        place = item_place(study, pause.item)
        stem = date_stem(place.column)
        for subject, low, high in rows_at(place, frames).select("USUBJID", f"{stem}LO", f"{stem}HI").iter_rows():
            _add(found, starts, subject, (low, high), ("interference", pause.item.replace("_", " "), pause))
    return {subject: tuple(events) for subject, events in found.items()}


def _add(
    found: dict[str, list[Event]],
    starts: Mapping[str, int],
    subject: str,
    days: tuple[date | None, date | None],
    what: tuple[EventKind, str, IgnoreAfter | None],
) -> None:
    low, high = days
    start = starts.get(subject)
    if start is None or low is None or high is None:
        return
    kind, name, pause = what
    within = None if pause is None else (pause.within.add_to(low) - low).days
    first, last = ((day - _EPOCH).days - start for day in (low, high))
    found.setdefault(subject, []).append(Event(first, kind, within, None if first == last else last, name))


def _dates(points: pl.DataFrame, point: str) -> pl.DataFrame:
    return points.filter(pl.col("POINT") == point).select("USUBJID", "LO", "HI")


def _days(day: pl.Expr) -> pl.Expr:
    return day.cast(pl.Int32).cast(pl.Int64)


def _course_rows(course: MarkerCourse, verdict: Verdict) -> Iterable[tuple[_Cell, ...]]:
    """What was known on the day of each sample, until a response is known."""
    response = verdict.response
    after = [sample for sample in verdict.samples if sample.day > 0]
    if not after and response.state == "NOT EVALUABLE":
        after = list(verdict.samples[-1:])
    confirming = response.rows.confirming
    known = None if response.known_days is None else response.known_days.last + course.start
    for sample in after:
        is_last = sample is after[-1]
        if confirming is not None:
            reached = sample.number == confirming
        else:
            reached = known is not None and course.days[sample.number][0] >= known
        code, adequate, rule = _status(response, reached=reached, is_last=is_last)
        yield _row(course, sample.number, ("OVR", code, adequate, "AS ASSESSED", rule))
        if reached:
            return


def _status(response: ResponseVerdict, *, reached: bool, is_last: bool) -> tuple[str, str, str]:
    match response.state:
        case "NOT EVALUABLE" | "UNDECIDED":
            return "NE", "N", response.rule
        case "RESPONSE" if reached:
            return "RESPONSE", "Y", response.rule
        case "NO RESPONSE" if is_last:
            return "NO RESPONSE", "Y", response.rule
        case _:
            return "NO RESPONSE", "Y", "gcig.response.not-yet"


def _derived(course: MarkerCourse, verdict: Verdict) -> Iterable[tuple[_Cell, ...]]:
    """Rows of the response, the complete response and the progression, and the best response."""
    response, progression = verdict.response, verdict.progression
    begun = course.sample_of(response.rows.first, response.days)
    if response.state == "RESPONSE":
        yield _row(course, begun, ("RSPCA125", "RESPONSE", "Y", "DERIVED", response.rule))
        if response.complete:
            normal = course.sample_of(response.rows.normal, response.complete_days)
            yield _row(course, normal, ("CRCA125", "COMPLETE RESPONSE", "Y", "DERIVED", "gcig.response.complete"))
    if progression.state == "PD":
        grown = course.sample_of(progression.rows.first, progression.days)
        yield _row(course, grown, ("PDCA125", "PD", "Y", "DERIVED", progression.rule))
    best = response.state if response.state in ("RESPONSE", "NO RESPONSE") else "NE"
    adequate = "N" if best == "NE" or response.rule == "gcig.response.no-later-sample" else "Y"
    number = begun if best == "RESPONSE" else course.samples[-1].number
    yield _row(course, number, ("BOR", best, adequate, "DERIVED", response.rule))


def _row(course: MarkerCourse, number: int, what: tuple[str, str, str, str, str]) -> tuple[_Cell, ...]:
    """Cells of a row that differ from row to row, as `_VARYING` names them, dated by the sample it rests on."""
    day, part = course.days[number]
    return (course.subject, number, day, part, *what)


def _as_rows(cells: list[tuple[_Cell, ...]], study: Study, marker: Marker) -> pl.DataFrame:
    """Rows of ADRS from the cells that differ."""
    columns = zip(*cells, strict=True) if cells else [()] * len(_VARYING)
    table = pl.DataFrame(dict(zip(_VARYING, columns, strict=True)), schema=dict(_VARYING))
    return table.select(
        STUDYID=pl.lit(study.id), USUBJID="USUBJID", ASSESSID=pl.lit(marker.id), PARAMCD="PARAMCD",
        ADT=pl.col("DAY").cast(pl.Date), AVALC="AVALC", AVAL=pl.lit(None, pl.Int64), ADEQUATE="ADEQUATE",
        ANL01FL=pl.lit("Y"), DTYPE="DTYPE", RULEID="RULEID", SRCDOM=pl.lit("LB"), SRCSEQ="SRCSEQ", ADTF="ADTF",
    )  # fmt: skip
