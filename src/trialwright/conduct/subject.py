"""One subject's whole course: lesions, responses calculated and recorded, marker, treatment, events and endpoints."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from trialwright.assessments.adjudication import adjudicated
from trialwright.assessments.criterion import criteria
from trialwright.assessments.kelim import population_of, rules_of, series_of
from trialwright.assessments.lesion_rows import study_lesions
from trialwright.assessments.marker_samples import study_series
from trialwright.assessments.recorded import recorded_responses
from trialwright.assessments.responses import judged, judged_rows
from trialwright.conduct.analyse import derive_endpoints
from trialwright.conduct.blinding import conceal
from trialwright.conduct.markers import MODELS, marker_figures
from trialwright.conduct.run import read_data
from trialwright.conduct.software import software
from trialwright.conduct.studies import OpenedStudy
from trialwright.endpoints.moments import time_point_dates
from trialwright.errors import InputError
from trialwright.model.arm_bound import arm_bound
from trialwright.model.dossier import Dossier
from trialwright.model.finding import Finding
from trialwright.model.frames import Frames
from trialwright.model.marker_figures import MarkerFigures
from trialwright.model.result import Derived
from trialwright.model.schedule import AssessmentSeries, Marker
from trialwright.model.study import Study
from trialwright.model.subject_course import CourseEvent, EndpointEnd, MarkerCurve, SubjectCourse, Visit
from trialwright.numerics.kinetics.curve_band import curve_band
from trialwright.numerics.sampling import stream_number
from trialwright.report.subject_course import course_page

__all__ = ["SubjectFound", "subject_course", "write_course"]

_SEED: Final = 1
_IS_PAGE: Final = "<title>Course of "
_GRID_DAYS: Final = 51
_BEYOND_DAYS: Final = 14
_SCANS: Final = ("TR", "TU", "RS")
_FIGURES: Final = ("KELIM_PER_DAY", "KELIM_LOW", "KELIM_HIGH", "STD_KELIM", "P_FAVOURABLE", "CLASS")
_PARTS: Final = {"TRG": "target", "NTRG": "non_target", "NEW": "new"}


@dataclass(frozen=True, slots=True, eq=False)
class SubjectFound:
    """A subject's course and the data it was read from.

    Parameters
    ----------
    course : SubjectCourse
        The course.
    dossier : Dossier
        The study with the tables and the derived frames of this subject alone.
    """

    course: SubjectCourse
    dossier: Dossier


def subject_course(
    opened: OpenedStudy,
    data: Path,
    subject: str,
    *,
    cutoff: date | None = None,
    by_arm: bool = False,
    say: Callable[[str], None] = lambda _: None,
) -> SubjectFound:
    """One subject's whole course.

    Parameters
    ----------
    opened : OpenedStudy
        The study with its state and hash.
    data : Path
        The data folder.
    subject : str
        USUBJID.
    cutoff : date, optional
        Last day that counts; the day the data are complete to when left out.
    by_arm : bool
        Whether what tells the arm may be shown.
    say : callable
        Told what is being done.

    Returns
    -------
    SubjectFound
        The course. Endpoints are derived of everybody and a marker model that is fitted to the study is fitted to
        everybody; lesions and their responses are those of this subject's rows alone.

    Raises
    ------
    InputError
        If there is no such subject, or no last day can be taken from the data.
    """
    say("reading the data folder")
    frames, findings = read_data(data, opened)
    last = cutoff or frames.cutoff
    if last is None:
        why = "study.json does not say to which day the data are complete"
        raise InputError("no last day that counts", where="--cutoff", why=why, mend="give --cutoff YYYY-MM-DD")
    known = frames.until(last)
    study = opened.study
    read = adjudicated(study, known, time_point_dates(study, known))
    one = _only(read.frames, subject, data, last)
    say("deriving responses and endpoints")
    points = time_point_dates(study, one)
    # a horizon may rest on the last enrolment of all, so endpoints are derived of everybody
    derived = _of_one(derive_endpoints(study, known, cutoff=last, by_arm=by_arm), subject)
    dossier = Dossier(
        study=study, state=opened.state, study_sha256=opened.sha256, origin=frames.origin, cutoff=last, by_arm=by_arm,
        frames=one, derived=derived, results=(), curves={}, findings=_own(findings, derived.findings, subject),
        provenance=(), software=software(), lesions=study_lesions(study, one, points),
    )  # fmt: skip
    shown = dossier if by_arm else conceal(dossier)
    hidden = frozenset[str]() if by_arm else arm_bound(study).series
    series = [each for each in study.assessments if each.id not in hidden]
    events, withheld = _events(study, one, points, by_arm=by_arm)
    curves = tuple(_curves(opened, known, subject, say)) if any(m.model in MODELS for m in study.markers) else ()
    course = SubjectCourse(
        subject=subject,
        site=one["DM"]["SITEID"][0] or "",
        visits=tuple(visit for each in series for visit in _visits(study, each, one, points, shown)),
        best=tuple(_best(shown.derived.adrs, series)),
        events=tuple(sorted(events, key=lambda event: (event.day, event.kind, event.words))),
        endpoints=tuple(_ends(shown)),
        curves=curves,
        withheld=(*(f"responses of series {name}" for name in sorted(hidden)), *withheld),
    )
    return SubjectFound(course, shown)


def write_course(found: SubjectFound, out: Path, *, force: bool = False) -> None:
    """Write a subject's course as a page.

    Parameters
    ----------
    found : SubjectFound
        The course.
    out : Path
        File to write.
    force : bool
        Replace the file where it is such a page.

    Raises
    ------
    InputError
        If something stands there that may not be replaced.
    """
    if out.exists() and not (force and out.is_file() and _IS_PAGE in out.read_text(encoding="utf-8", errors="replace")):
        why = "something stands there" if not force else "it is no page of a subject's course"
        raise InputError("the page was not written", where=str(out), why=why, mend="name another file")
    page = course_page(found.course, found.dossier)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(page, encoding="utf-8")


def _only(frames: Frames, subject: str, data: Path, last: date) -> Frames:
    """The tables with the rows of one subject."""
    there = frames["DM"]["USUBJID"].to_list()
    if subject not in there:
        near = get_close_matches(subject, there, n=3)
        mend = f"did you mean {', '.join(near)}?" if near else "see the ids in DM"
        raise InputError(f"no subject {subject} on {last}", where=str(data), mend=mend)
    tables = {name: frame.filter(pl.col("USUBJID") == subject) for name, frame in frames.tables.items()}
    return replace(frames, tables=tables)


def _of_one(derived: Derived, subject: str) -> Derived:
    names = ("adsl", "adrs", "adtte", "adbin", "grades", "sources", "values", "lesion_times")
    frames = {name: getattr(derived, name) for name in names}
    own = {name: frame.filter(pl.col("USUBJID") == subject) if frame.width else frame for name, frame in frames.items()}
    return replace(derived, **own)


def _own(read: list[Finding], derived: tuple[Finding, ...], subject: str) -> tuple[Finding, ...]:
    return tuple(finding for finding in (*read, *derived) if finding.subject == subject)


def _row(frames: Frames, domain: str | None, subject: str, number: int | None) -> str:
    if domain is None:
        return ""
    place = f"row/{frames.file_of(domain)}:{subject}"
    return place if number is None else f"{place}:{number}"


def _visits(
    study: Study, series: AssessmentSeries, frames: Frames, points: pl.DataFrame, dossier: Dossier
) -> Iterator[Visit]:
    """Assessments of one series: what was calculated, what was recorded, and the sums."""
    found: dict[date, dict[str, object]] = {}
    subject = frames["DM"]["USUBJID"][0]
    for row in _calculated(study, series, frames, points).iter_rows(named=True):
        cell = found.setdefault(row["ADT"], {})
        if row["PARAMCD"] == "OVR":
            source = _row(frames, row["SRCDOM"], subject, row["SRCSEQ"])
            cell.update(calculated=row["AVALC"], rule=row["RULEID"], source=source)
        else:
            cell[_PARTS[row["PARAMCD"]]] = row["AVALC"]
    as_recorded = series.model_copy(update={"settings": {**series.settings, "rows": "recorded"}})
    written, _ = recorded_responses(study.model_copy(update={"assessments": (as_recorded,)}), frames, points)
    for row in written.iter_rows(named=True):
        cell = found.setdefault(row["ADT"], {})
        cell["recorded"] = row["AVALC"]
        cell.setdefault("source", _row(frames, row["SRCDOM"], subject, row["SRCSEQ"]))
    if dossier.lesions is not None:
        own = (pl.col("ASSESSID") == series.id) & (pl.col("PARAMCD") == "SDIAM")
        for row in dossier.lesions.filter(own).iter_rows(named=True):
            figures = {f"{name}_mm": None if row[at] is None else row[at] / 10 for name, at in _SUMS.items()}
            found.setdefault(row["ADT"], {}).update(figures, is_baseline=row["ABLFL"] == "Y")
    progressed = dossier.derived.adrs.filter(
        (pl.col("ASSESSID") == series.id) & (pl.col("PARAMCD") == "PD") & (pl.col("AVALC") == "Y")
    )["ADT"].to_list()
    for day in sorted(found):
        yield Visit(series.id, day, decides=day in progressed, **found[day])  # type: ignore[arg-type]  # the names are those of Visit


_SUMS: Final[Mapping[str, str]] = {"sum": "AVAL", "base": "BASE", "nadir": "NADIR"}


def _calculated(study: Study, series: AssessmentSeries, frames: Frames, points: pl.DataFrame) -> pl.DataFrame:
    """OVR, TRG, NTRG and NEW as assessed from the lesions; none where the criteria are read as recorded only."""
    nothing = pl.DataFrame(schema={"PARAMCD": pl.String})
    if series.criteria not in criteria() or frames["TU"].is_empty():
        return nothing
    rows = judged_rows(study, series, frames, points, judged(study, series, frames, points))
    return rows.filter(pl.col("PARAMCD").is_in(["OVR", *_PARTS]) & (pl.col("DTYPE") == "AS ASSESSED"))


def _best(adrs: pl.DataFrame, series: list[AssessmentSeries]) -> Iterator[tuple[str, str, str, str]]:
    for each in series:
        rows = adrs.filter((pl.col("ASSESSID") == each.id) & pl.col("PARAMCD").is_in(["BOR", "CBOR"]))
        yield from (
            (each.id, code, response, rule)
            for code, response, rule in rows.sort("PARAMCD").select("PARAMCD", "AVALC", "RULEID").iter_rows()
        )


def _events(
    study: Study, frames: Frames, points: pl.DataFrame, *, by_arm: bool
) -> tuple[list[CourseEvent], tuple[str, ...]]:
    """What happened, and what is left out because it tells the arm: treatment and its effects after allocation."""
    bound = arm_bound(study)
    telling = not by_arm and bool(bound.items or bound.time_points or bound.first_dose)
    point = study.allocation.at if study.allocation is not None else None
    allocated = points.filter(pl.col("POINT") == point)["ADT"].to_list() if point is not None else []
    # without an allocation nothing lies certainly before the arms part
    closes = (allocated[0] if allocated else date.min if point is None else None) if telling else None
    after = " after allocation" if point is not None else ""
    subject = frames["DM"]["USUBJID"][0]
    made: list[CourseEvent] = []
    for domain, kind, stem, words, is_open in _EVENTS:
        rows = frames[domain].filter(pl.col(f"{stem}LO").is_not_null())
        if domain == "CM":
            rows = rows.filter(pl.col("CMCAT") == "SUBSEQUENT CANCER THERAPY")
        if domain == "PR":
            rows = rows.filter((pl.col("PROCCUR") != "N").fill_null(value=True))
        if closes is not None and not is_open:
            rows = rows.filter(pl.col(f"{stem}LO") < closes)
        number = f"{domain}SEQ"
        for row in rows.iter_rows(named=True):
            said = next((row[name] for name in words if row.get(name)), domain)
            made.append(CourseEvent(row[f"{stem}LO"], kind, said.lower(), _row(frames, domain, subject, row[number])))
    died = frames["DM"]["DTHLO"].to_list()
    made += [CourseEvent(day, "death", "death", _row(frames, "DM", subject, None)) for day in died if day is not None]
    return made, (f"treatment, procedures and adverse events{after}",) if closes is not None else ()


_EVENTS: Final = (
    ("DS", "milestone", "DSST", ("DSDECOD",), True),
    ("EX", "dose", "EXST", ("EXTRT",), False),
    ("PR", "procedure", "PRST", ("PRDECOD", "PRCAT"), False),
    ("CM", "therapy", "CMST", ("CMDECOD", "CMTRT", "CMCAT"), True),
    ("AE", "adverse event", "AEST", ("AEDECOD", "AETERM"), False),
)
"""Table, kind, date, columns with its words, and whether it is shown whatever it tells."""


def _ends(dossier: Dossier) -> Iterator[EndpointEnd]:
    """Every definition of every endpoint the subject has a row of."""
    derived = dossier.derived
    for endpoint in dossier.study.endpoints:
        for place, name in enumerate(endpoint.resolved()):
            here = (pl.col("PARAMCD") == endpoint.id) & (pl.col("DEFID") == name)
            reported = name == endpoint.use or (endpoint.use is None and place == 0)
            times = derived.adtte.filter(here, pl.col("CNSR").is_not_null())
            for row in times.iter_rows(named=True):
                yield _timed(dossier.frames, (endpoint.id, endpoint.title, name, reported), row)
            for row in derived.adbin.filter(here).iter_rows(named=True):
                yield EndpointEnd(
                    endpoint.id, endpoint.title, name, reported, "answer", row["AVALC"] or row.get("REASON") or "",
                    None, None, None, row.get("RULEID") or "", "", None,
                )  # fmt: skip


def _timed(frames: Frames, which: tuple[str, str, str, bool], row: Mapping[str, object]) -> EndpointEnd:
    domain, number, subject = row["SRCDOM"], row["SRCSEQ"], str(row["USUBJID"])
    source = (
        _row(frames, domain, subject, number if isinstance(number, int) else None) if isinstance(domain, str) else ""
    )
    ending = {0: "event", 9: "competing"}.get(int(str(row["CNSR"])), "censored")
    words = [str(row[name]) for name in ("EVNTDESC", "CNSDTDSC") if row[name]]
    scan = None
    if isinstance(domain, str) and domain in _SCANS and isinstance(number, int):
        days = frames[domain].filter(pl.col(f"{domain}SEQ") == number)[f"{domain}HI"].to_list()
        scan = days[0] if days else None
    start, day, length = row["STARTDT"], row["ADT"], row["AVAL"]
    return EndpointEnd(
        *which, ending, ", ".join(words), start if isinstance(start, date) else None,
        day if isinstance(day, date) else None, length if isinstance(length, int) else None, str(row["RULEID"] or ""),
        source, scan,
    )  # fmt: skip


def _curves(opened: OpenedStudy, known: Frames, subject: str, say: Callable[[str], None]) -> Iterator[MarkerCurve]:
    """Marker models of the whole study, and this subject's curve."""
    dates = time_point_dates(opened.study, known)
    for name, figures in marker_figures(opened, known, dates, say=say).items():
        marker = next(each for each in opened.study.markers if each.id == name)
        yield _curve(opened, marker, known, dates, figures, subject)


def _curve(
    opened: OpenedStudy, marker: Marker, known: Frames, dates: pl.DataFrame, figures: MarkerFigures, subject: str
) -> MarkerCurve:
    if figures.parameters is None or not figures.rows.width:
        return MarkerCurve(marker.id, figures.reason or "there is no parameter set")
    own = figures.rows.filter(pl.col("USUBJID") == subject).row(0, named=True)
    if own["STATUS"] != "ESTIMATED":
        return MarkerCurve(marker.id, str(own["REASON"] or own["STATUS"]).lower())
    content = figures.parameters.content
    prepared = study_series(opened.study, marker, known, dates, rules_of(content))
    series = series_of(prepared, prepared.subjects.filter(pl.col("USUBJID") == subject))
    days = np.linspace(0.0, float(series.t_days.max()) + _BEYOND_DAYS, _GRID_DAYS)
    number = np.array([stream_number(subject)], dtype=np.int64)
    band = curve_band(series, population_of(content), days, seed=_SEED, subjects=number)
    drawn = pl.DataFrame({"day": band.days, "median": band.median, "low": band.low, "high": band.high})
    return MarkerCurve(marker.id, "", {name: own.get(name) for name in _FIGURES}, drawn)
