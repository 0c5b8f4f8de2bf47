"""Time from an origin to the first event, or to the day a subject stops counting."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from trialwright.dates import DAYS_PER_MONTH
from trialwright.endpoints.cohort import Cohort
from trialwright.endpoints.course import Course, course_findings, course_of, course_roles
from trialwright.endpoints.freedom import never_freed
from trialwright.endpoints.measure import ADTTE, Measure, Request, Rows
from trialwright.endpoints.sources import Evidence, named_rows
from trialwright.endpoints.timeline import DOMAINS, FLAGS, as_dates
from trialwright.endpoints.wording import worded, wording_columns

__all__ = ["MEASURE", "timed_rows"]


def _derive(cohort: Cohort, request: Request) -> Rows:
    course = never_freed(cohort, request.definition, course_of(cohort, request))
    made = timed_rows(cohort, request, course, cohort.roster.subjects).select(list(ADTTE))
    evidence = []
    for number, candidate in enumerate(course.events.candidates):
        answers = cohort.answers(candidate.path) if candidate.when is not None else None
        if answers is not None:
            evidence.append(Evidence(answers.filter(course.judged & (course.events.kind == number))))
    return Rows(
        adtte=made,
        named=named_rows(course_roles(cohort, request, course), evidence=tuple(evidence)),
        findings=tuple(course_findings(cohort, request, course)),
    )


def timed_rows(cohort: Cohort, request: Request, course: Course, subjects: pl.Series) -> pl.DataFrame:
    """Rows of times, one for each entry of a course that has an origin.

    Parameters
    ----------
    cohort : Cohort
        The subjects.
    request : Request
        The definition.
    course : Course
        What decides the rows.
    subjects : polars.Series
        USUBJID of each entry.

    Returns
    -------
    polars.DataFrame
        The columns of ADTTE, in the order of `Course.shown`.
    """
    who = course.shown
    deciding, beyond = course.deciding, course.beyond
    day = np.where(beyond, course.horizon, deciding.day)
    days = (day - course.origin.day + int(request.definition.add_one is not False))[who]
    rows = pl.DataFrame(
        {
            "USUBJID": subjects[who],
            "STARTDT": as_dates(course.origin.day[who]),
            "ADT": as_dates(day[who]),
            "SEQ": deciding.seq[who],
            "STARTED": course.origin.imputed[who],
            "IMPUTED": np.where(beyond, 0, deciding.imputed)[who],
            "EARLY": course.early[who],
            "HELD": course.held[who],
            "DAYS": days,
            # divided here: polars may multiply by the reciprocal, which is not the same to the last digit
            "MONTHS": days / float(DAYS_PER_MONTH),
            **wording_columns(course, who),
        }
    )
    valid, told = pl.when(~pl.col("EARLY") & ~pl.col("HELD")), pl.when(~pl.col("HELD"))
    flags = pl.lit(pl.Series(FLAGS, dtype=pl.String))
    analysed = pl.lit("Y" if request.analysed else None, pl.String)
    columns = {
        **worded(cohort, request, course),
        "STUDYID": pl.lit(cohort.study.id),
        "USUBJID": pl.col("USUBJID"),
        "PARAMCD": pl.lit(request.endpoint.id),
        "PARAM": pl.lit(request.endpoint.title),
        "DEFID": pl.lit(request.name),
        "STARTDT": pl.col("STARTDT"),
        "ADT": told.then("ADT"),
        "AVAL": valid.then("DAYS"),
        "AVALM": valid.then("MONTHS"),
        "ANL01FL": valid.then(analysed),
        "SRCDOM": pl.lit(pl.Series(DOMAINS)).gather("DOMAIN"),
        "SRCSEQ": pl.when(pl.col("SEQ") > 0).then("SEQ"),
        "STARTDTF": flags.gather("STARTED"),
        "ADTF": told.then(flags.gather("IMPUTED")),
    }
    return rows.select(**{name: columns[name] for name in ADTTE})


MEASURE: Final = Measure(
    id="time to event",
    summary="Days from the origin, which is day 1, to the first event or to the day a subject stops counting.",
    unit="d",
    reference="US FDA, Clinical Trial Endpoints for the Approval of Cancer Drugs and Biologics, 2007, appendix 3; "
    "cell contents unverified, the order of evaluation is a convention of ours",
    certainty="unverified",
    derive=_derive,
)
"""The measure ``time to event``."""
