"""All responses of a study in one table: those of its assessment series and those of its markers."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from trialwright.assessments.checks import lesion_findings
from trialwright.assessments.criterion import criteria
from trialwright.assessments.derived import Judged, judged_series
from trialwright.assessments.gcig.combined_rows import combined_rows
from trialwright.assessments.gcig.study_rows import ca125_responses
from trialwright.assessments.lesion_tables import LesionTables
from trialwright.assessments.policy import Policy, policy_of
from trialwright.assessments.recorded import is_recorded, recorded_responses
from trialwright.assessments.recorded_best import recorded_best
from trialwright.assessments.response_rows import ROWS
from trialwright.assessments.series_rows import series_rows
from trialwright.assessments.status_rows import status_rows
from trialwright.errors import NotAllowedError
from trialwright.model.cells import TERM
from trialwright.model.finding import Finding
from trialwright.model.frames import Frames
from trialwright.model.schedule import AssessmentSeries
from trialwright.model.study import Study

__all__ = ["derived_responses", "judged", "judged_rows", "overall_rows", "study_responses"]


def judged(
    study: Study,
    series: AssessmentSeries,
    frames: Frames,
    points: pl.DataFrame,
    switches: Mapping[str, str] | None = None,
    read: LesionTables | None = None,
) -> tuple[Judged, Policy]:
    """Every visit of a series, judged from its lesions, and the policy it was judged by.

    Parameters
    ----------
    study : Study
        The study.
    series : AssessmentSeries
        The series.
    frames : Frames
        Its tables.
    points : polars.DataFrame
        ``USUBJID POINT ADT``: dates of the time points.
    switches : mapping of str to str, optional
        Switches that stand above the study file.
    read : LesionTables, optional
        Its lesions, where they are read already.

    Returns
    -------
    judged : Judged
        The visits.
    policy : Policy
        The switches in force.

    Raises
    ------
    NotAllowedError
        If the criteria are read as recorded only.
    """
    criterion = criteria().get(series.criteria)
    if criterion is None:
        raise NotAllowedError(
            f"series '{series.id}' asks for responses by {series.criteria} derived from lesions",
            where=f"/assessments/{series.id}/settings",
            why="these criteria are read as recorded only",
            mend="write settings: {rows: recorded} in the study file",
        )
    policy = policy_of(series, switches)
    if criterion.with_ca125:
        series = series.model_copy(update={"marker": None})
    return judged_series(study, series, frames, points, criterion, policy, read), policy


def judged_rows(
    study: Study, series: AssessmentSeries, frames: Frames, points: pl.DataFrame, found: tuple[Judged, Policy]
) -> pl.DataFrame:
    """Rows of a series that was judged from its lesions.

    Parameters
    ----------
    study : Study
        The study.
    series : AssessmentSeries
        The series.
    frames : Frames
        Its tables; the samples of a marker are read where the criteria take it along.
    points : polars.DataFrame
        ``USUBJID POINT ADT LO HI``: dates of the time points.
    found : (Judged, Policy)
        As `judged` gives them.

    Returns
    -------
    polars.DataFrame
        ADRS rows.
    """
    visits, policy = found
    criterion = criteria()[series.criteria]
    if criterion.with_ca125:
        return combined_rows(study, series, visits, policy, frames, points)
    return series_rows(visits, policy, study.id, series.id, immune=criterion.immune)


def derived_responses(
    study: Study, frames: Frames, points: pl.DataFrame, switches: Mapping[str, str] | None = None
) -> tuple[pl.DataFrame, list[Finding]]:
    """Responses of every series of a study that is derived from lesions.

    Parameters
    ----------
    study : Study
        The study.
    frames : Frames
        Its tables.
    points : polars.DataFrame
        ``USUBJID POINT ADT``: dates of the time points that bound a series.
    switches : mapping of str to str, optional
        Switches that stand above the study file.

    Returns
    -------
    responses : polars.DataFrame
        ADRS rows, see `trialwright.assessments.series_rows.series_rows`.
    findings : list of Finding
        What is doubtful in the lesions.
    """
    parts: list[pl.DataFrame] = []
    findings: list[Finding] = []
    for series in study.assessments:
        if not is_recorded(series):
            found, policy = judged(study, series, frames, points, switches)
            findings.extend(lesion_findings(found, series, criteria()[series.criteria], policy, frames))
            rows = judged_rows(study, series, frames, points, (found, policy))
            parts += [rows, status_rows(study, series, frames, points, rows, policy)]
    return pl.concat(parts) if parts else pl.DataFrame(), findings


def overall_rows(study: Study, frames: Frames, points: pl.DataFrame) -> pl.DataFrame:
    """Responses of every series that is derived from lesions, without what is noticed on the way.

    Parameters
    ----------
    study : Study
        The study.
    frames : Frames
        Its tables.
    points : polars.DataFrame
        ``USUBJID POINT ADT``: dates of the time points that bound a series.

    Returns
    -------
    polars.DataFrame
        Rows of `trialwright.assessments.series_rows.series_rows`, series by series; those of `derived_responses` but
        for clinical benefit and the last assessment.
    """
    parts = [
        judged_rows(study, series, frames, points, judged(study, series, frames, points))
        for series in study.assessments
        if not is_recorded(series)
    ]
    return pl.concat(parts) if parts else pl.DataFrame(schema=dict(ROWS))


def study_responses(study: Study, frames: Frames, points: pl.DataFrame) -> tuple[pl.DataFrame, list[Finding]]:
    """Responses of every series and of every marker with criteria.

    Parameters
    ----------
    study : Study
        The study.
    frames : Frames
        Its tables.
    points : polars.DataFrame
        ``USUBJID POINT ADT LO HI``: dates of the time points that bound series and markers.

    Returns
    -------
    responses : polars.DataFrame
        ADRS rows, sorted by subject, series, parameter and date; ``ASSESSID`` is the series or the marker.
    findings : list of Finding
        What was noticed on the way.

    Examples
    --------
    >>> study = Study.model_validate_json(
    ...     '{"language": 1, "study": {"id": "x", "title": "X", "version": "0.1.0",'
    ...     ' "registry": {"name": "R", "id": "1"}},'
    ...     '"items": {"began": {"is": "date", "ask": "Start?", "domain": "DM", "column": "RFICDTC"}},'
    ...     '"time_points": {"start": {"item": "began"}}, "arms": [{"id": "A", "label": "a", "role": "single"}]}'
    ... )
    >>> days = {"ADT": pl.Date, "LO": pl.Date, "HI": pl.Date}
    >>> points = pl.DataFrame(schema={"USUBJID": pl.String, "POINT": pl.String, **days})
    >>> study_responses(study, Frames({}, "entered"), points)[0].height
    0
    """
    series, noticed = recorded_responses(study, frames, points)
    series, lost = recorded_best(study, frames, points, series)
    lesions, doubts = derived_responses(study, frames, points)
    markers, more = ca125_responses(study, frames, points)
    every = pl.concat([_with_terms(part) for part in (series, lesions, markers) if part.width], how="diagonal")
    del series, lesions, markers
    return _sorted(every), [*noticed, *lost, *doubts, *more]


def _with_terms(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows whose columns of few terms hold each term once."""
    words = (name for name, kind in ROWS.items() if kind == pl.String and name != "USUBJID")
    return rows.cast({name: TERM for name in words if name in rows.columns})


def _sorted(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows in the order of ADRS, column by column: of millions of rows no second table stands beside the first."""
    by = ("USUBJID", "ASSESSID", "PARAMCD", "ADT", "DTYPE")
    order = rows.select(pl.arg_sort_by(by, maintain_order=True)).to_series()
    for place, name in enumerate(rows.columns):
        rows.replace_column(place, rows[name].gather(order))
    return rows
