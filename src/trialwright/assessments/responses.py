"""All responses of a study in one table: those of its assessment series and those of its markers."""

from __future__ import annotations

import polars as pl

from trialwright.assessments.gcig.study_rows import ca125_responses
from trialwright.assessments.recorded import recorded_responses
from trialwright.model.finding import Finding
from trialwright.model.frames import Frames
from trialwright.model.study import Study

__all__ = ["study_responses"]


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
    ...     ' "registry": {"name": "R", "id": "1"}}, "items": {}, "time_points": {},'
    ...     ' "arms": [{"id": "A", "label": "a", "role": "single"}]}'
    ... )
    >>> days = {"ADT": pl.Date, "LO": pl.Date, "HI": pl.Date}
    >>> points = pl.DataFrame(schema={"USUBJID": pl.String, "POINT": pl.String, **days})
    >>> study_responses(study, Frames({}, "entered"), points)[0].height
    0
    """
    series, noticed = recorded_responses(study, frames, points)
    markers, more = ca125_responses(study, frames, points)
    every = pl.concat([series, markers], how="diagonal")
    return every.sort("USUBJID", "ASSESSID", "PARAMCD", "ADT"), [*noticed, *more]
