"""Predicates that must be judged before endpoints are derived, and the day each is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from trialwright.endpoints.best import best_rows
from trialwright.endpoints.cohort import Cohort
from trialwright.endpoints.events import candidates, occurrence
from trialwright.endpoints.measure import Request, output_schema
from trialwright.endpoints.periods import Span, span_of
from trialwright.endpoints.sets import exclusion_path
from trialwright.endpoints.timeline import NEVER, Ints, as_dates
from trialwright.model.criteria import Node, Response, children_of
from trialwright.model.endpoint import LESION_TIMES
from trialwright.model.frames import Frames
from trialwright.model.items import DATE_COLUMNS, date_stem, item_place
from trialwright.model.study import Study

__all__ = ["Question", "best_asked", "names_in", "questions", "requests"]


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """One predicate to be judged for many subjects.

    Parameters
    ----------
    path : str
        Key of the answer.
    node : Node
        The predicate.
    moments : polars.DataFrame
        ``USUBJID AT``: the day a subject's predicate is judged, null when the day has not come.
    frames : Frames
        The tables to judge on; rows of a proportion that lie before its period are left out.
    responses : polars.DataFrame
        Responses to judge on, with the best ones up to each subject's day.
    """

    path: str
    node: Node
    moments: pl.DataFrame
    frames: Frames
    responses: pl.DataFrame


def requests(study: Study) -> tuple[Request, ...]:
    """Every definition of every endpoint, the reported one of each endpoint first.

    Parameters
    ----------
    study : Study
        The study.

    Returns
    -------
    tuple of Request
        In the order of the study file.
    """
    return tuple(
        Request(endpoint, name, definition, analysed=number == 0)
        for endpoint in study.endpoints
        for number, (name, definition) in enumerate(endpoint.resolved().items())
    )


def questions(
    study: Study, frames: Frames, cutoff: date, responses: pl.DataFrame | None = None
) -> tuple[Question, ...]:
    """Predicates that the endpoints and analysis sets of a study need answered.

    Parameters
    ----------
    study : Study
        The study.
    frames : Frames
        Its tables, up to the cut-off.
    cutoff : datetime.date
        Last day that counts.
    responses : polars.DataFrame, optional
        ADRS rows; needed only for conditions on progression or response.

    Returns
    -------
    tuple of Question
        Each path once. A success is judged at the end of its period or at the cut-off, whichever comes first; the
        condition of an event on the event's day; that of a death at the cut-off, because the cause of a death is often
        learnt after it; an exclusion from an analysis set at the cut-off.
    """
    rows = pl.DataFrame(schema=output_schema("ADRS")) if responses is None else responses
    cohort = Cohort(study, frames, rows, {}, cutoff)
    found: dict[str, Question] = {}
    limited: dict[tuple[int, int], Frames] = {}
    for request in requests(study):
        for question in _of_request(cohort, request, limited):
            found.setdefault(question.path, question)
    for entry in study.analysis_sets:
        for criterion in entry.exclude:
            path = exclusion_path(entry, criterion.id)
            found[path] = Question(path, criterion.when, _moments(cohort, cohort.end), frames, rows)
    return tuple(found.values())


def _of_request(cohort: Cohort, request: Request, limited: dict[tuple[int, int], Frames]) -> list[Question]:
    """Questions of one definition; definitions that share predicate and period share the tables, too."""
    definition, found = request.definition, []
    if definition.measure == "proportion" and definition.success is not None:
        span = span_of(cohort, definition.period)
        shared = (id(definition.success), id(definition.period))
        if shared not in limited:
            limited[shared] = _since(cohort, definition.success, span)
        moments = _moments(cohort, span.until)
        responses = _responses(cohort, definition.success, span)
        found.append(Question(request.success_path, definition.success, moments, limited[shared], responses))
    if definition.measure in ("time to event", LESION_TIMES):
        for candidate in candidates(request.endpoint.id, request.name, definition):
            if candidate.when is not None:
                day = occurrence(cohort, candidate, definition.assessment).day
                if candidate.event == "death":
                    day = np.where(day > NEVER, cohort.end, NEVER)
                moments = _moments(cohort, day)
                found.append(Question(candidate.path, candidate.when, moments, cohort.frames, cohort.responses))
    return found


def _responses(cohort: Cohort, node: Node, span: Span) -> pl.DataFrame:
    """Responses with the best ones of each series a predicate asks for, as they were at the end of the period."""
    wanted = [name for name in best_asked(node) if name in {series.id for series in cohort.study.assessments}]
    if not wanted:
        return cohort.responses
    own = cohort.responses.filter(~(pl.col("ASSESSID").is_in(wanted) & pl.col("PARAMCD").is_in(["BOR", "CBOR"])))
    return pl.concat([own, *(best_rows(cohort, name, span.until) for name in wanted)])


def best_asked(node: Node) -> tuple[str, ...]:
    """Series whose best response a predicate asks for.

    Parameters
    ----------
    node : Node
        The predicate.

    Returns
    -------
    tuple of str
        Each once.
    """
    if isinstance(node, Response) and node.response.take in ("best", "confirmed best"):
        return (node.response.of,)
    return tuple(dict.fromkeys(name for child in children_of(node) for name in best_asked(child)))


def _moments(cohort: Cohort, day: Ints) -> pl.DataFrame:
    return pl.DataFrame({"USUBJID": cohort.roster.subjects, "AT": as_dates(day)})


def _since(cohort: Cohort, node: Node, span: Span) -> Frames:
    """Tables without the rows of the predicate's items that lie certainly before the period."""
    frames = cohort.frames
    if not (span.since > NEVER).any():
        return frames
    places = [item_place(cohort.study, name) for name in sorted(names_in(node)) if name in cohort.study.items]
    for domain, column in sorted({(place.domain, place.date_column) for place in places}):
        if domain == "DM" or column != DATE_COLUMNS[domain]:
            continue
        sheet = cohort.roster.sheet(domain)
        start = np.where(sheet.subject >= 0, span.since[sheet.subject], NEVER)
        latest = sheet.days(f"{date_stem(column)}HI")
        keep = (latest >= start) | (latest == NEVER)
        if not keep.all():
            frames = frames.replace(domain, sheet.frame.filter(keep))
    return frames


def names_in(node: Node) -> set[str]:
    """Names a predicate mentions.

    Parameters
    ----------
    node : Node
        The predicate.

    Returns
    -------
    set of str
        Every text in it; those that are items can be looked up.
    """
    found: set[str] = set()

    def walk(value: object) -> None:
        if isinstance(value, str):
            found.add(value)
        elif isinstance(value, dict):
            for each in value.values():
                walk(each)
        elif isinstance(value, list | tuple):
            for each in value:
                walk(each)

    walk(node.model_dump(mode="json"))
    return found
