"""One subject's whole course as a self-contained page."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from trialwright.model.dossier import Dossier
from trialwright.model.subject_course import EndpointEnd, SubjectCourse
from trialwright.report.context import WITHHELD, Context
from trialwright.report.course_figures import course_figures, visits_table
from trialwright.report.hatching import RESPONSE_WORDS
from trialwright.report.rule_words import rule_words
from trialwright.report.table import Cell, Column, Row, Table, text_cells
from trialwright.report.typeset import enumeration, long_date

__all__ = ["course_page"]

_TEMPLATES: Final = Path(__file__).parent / "templates"
_BEST: Final = {"BOR": "best", "CBOR": "confirmed best"}


def course_page(course: SubjectCourse, dossier: Dossier) -> str:
    """Return the page of one subject as HTML.

    Parameters
    ----------
    course : SubjectCourse
        The course.
    dossier : Dossier
        The study with the tables of this subject.

    Returns
    -------
    str
        A page that needs no other file: lesions and sums, the lesion map, a marker with its curve, every assessment,
        how each endpoint ended and by which scan, and what happened.
    """
    context = Context.of(dossier)
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    environment.filters["svg"] = Markup
    return environment.get_template("course.html.j2").render(
        course=course,
        study=dossier.study.study,
        study_id=dossier.study.id,
        state=dossier.state,
        sha256=dossier.study_sha256,
        cutoff=long_date(dossier.cutoff),
        warnings=context.warnings,
        tag=context.tag,
        program=f"trialwright {dossier.software['trialwright']}",
        best=_best_words(course),
        withheld=f"{enumeration(course.withheld)}: {WITHHELD}" if course.withheld else "",
        figures=tuple(course_figures(context, course)),
        tables=tuple(_tables(context, course)),
    )


def _best_words(course: SubjectCourse) -> str:
    parts = [
        f"{_BEST[code]} response of “{series}”: {RESPONSE_WORDS.get(response, response).lower()}"
        for series, code, response, _ in course.best
    ]
    return "; ".join(parts)


def _tables(context: Context, course: SubjectCourse) -> list[Table]:
    made = []
    for series in context.dossier.study.assessments:
        visits = [visit for visit in course.visits if visit.series == series.id]
        if visits:
            made.append(visits_table(f"visits-{series.id.replace('_', '-')}", series, visits))
    if course.endpoints:
        made.append(_endpoints(course))
    if course.events:
        rows = tuple(
            Row(Cell(event.day.isoformat()), text_cells((event.kind, event.words, event.source.removeprefix("row/"))))
            for event in course.events
        )
        columns = (Column("Date"), Column("Kind"), Column("What"), Column("Row"))
        made.append(Table("events", "Treatment and events", columns, rows))
    return made


def _endpoints(course: SubjectCourse) -> Table:
    columns = (
        Column("Endpoint"), Column("Ending"), Column("Date"), Column("Days", numeric=True), Column("Decided by"),
    )  # fmt: skip
    rows = tuple(
        Row(
            Cell(end.title, below=f"{end.endpoint}, “{end.definition}”{'' if end.reported else ', not reported'}"),
            text_cells(
                (
                    f"{end.ending}: {end.answer}" if end.ending != "answer" else end.answer,
                    "" if end.day is None else end.day.isoformat(),
                    "" if end.days is None else str(end.days),
                    _decided(end),
                )
            ),
        )
        for end in course.endpoints
    )
    return Table("endpoints", "How each endpoint ended", columns, rows)


def _decided(end: EndpointEnd) -> str:
    scan = "" if end.scan is None else f"scan of {end.scan.isoformat()}"
    parts = (scan, end.source.removeprefix("row/"), f"rule {rule_words(end.rule)}" if end.rule else "")
    return "; ".join(part for part in parts if part)
