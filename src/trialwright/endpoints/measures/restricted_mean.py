"""Times from which a mean up to a fixed time is taken: those of a parent endpoint, or to a response before its event.

With a response as origin the rows run to the first of that response and the parent's event. The mean time in response
of all subjects is the parent's restricted mean less that of these rows.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from trialwright.dates import DAYS_PER_MONTH
from trialwright.endpoints.best import first_response
from trialwright.endpoints.cohort import Cohort
from trialwright.endpoints.course import Course, course_of, course_roles
from trialwright.endpoints.freedom import never_freed
from trialwright.endpoints.measure import ADTTE, Measure, Request, Rows
from trialwright.endpoints.measures import time_to_event
from trialwright.endpoints.sources import named_rows
from trialwright.endpoints.timeline import DOMAINS, Picks, as_dates
from trialwright.model.derivation import derivation_finding
from trialwright.model.endpoint import FirstResponse
from trialwright.model.items import DATE_COLUMNS

__all__ = ["MEASURE"]


def _derive(cohort: Cohort, request: Request) -> Rows:
    parent = _parent(cohort, request)
    if parent is None:
        text = f"'{request.definition.of}' is no time to an event, so no mean can be restricted"
        return Rows(findings=(derivation_finding("T10", request.where, text),))
    course = never_freed(cohort, parent.definition, course_of(cohort, parent))
    member = cohort.members(request.definition.set, request.definition.arms)
    made = time_to_event.MEASURE.derive(cohort, parent)
    who = course.shown
    analysed = pl.lit("Y" if request.analysed else None, pl.String)
    rows = (made.adtte if made.adtte is not None else pl.DataFrame(schema=ADTTE)).with_columns(
        PARAMCD=pl.lit(request.endpoint.id),
        PARAM=pl.lit(request.endpoint.title),
        DEFID=pl.lit(request.name),
        ANL01FL=pl.when(pl.col("AVAL").is_not_null()).then(analysed),
    )
    roles = course_roles(cohort, parent, course)
    reached = _response(cohort, request, course)
    if reached is not None:
        rows = _shortened(rows, course, reached, request)
        roles = [("response", reached), *roles]
    return Rows(
        adtte=rows.filter(pl.Series(member[who])).select(list(ADTTE)),
        named=named_rows([(role, picks.where(member)) for role, picks in roles]),
        findings=made.findings,
    )


def _parent(cohort: Cohort, request: Request) -> Request | None:
    """The parent's definition of the same name, or else the one it reports."""
    endpoint = cohort.study.endpoint(request.definition.of or "")
    resolved = endpoint.resolved()
    name = request.name if request.name in resolved else next(iter(resolved))
    if resolved[name].measure != "time to event":
        return None
    return Request(endpoint, name, resolved[name], analysed=True)


def _response(cohort: Cohort, request: Request, course: Course) -> Picks | None:
    """First response up to the end of the parent's time, from its origin on."""
    origin = request.definition.origin
    if not isinstance(origin, FirstResponse):
        return None
    found = first_response(cohort, origin.of, origin.first, confirmed=origin.confirmed)
    end = np.minimum(course.deciding.day, course.horizon)
    return found.where(found.found & course.origin.found & (found.day >= course.origin.day) & (found.day <= end))


def _shortened(rows: pl.DataFrame, course: Course, reached: Picks, request: Request) -> pl.DataFrame:
    who, endpoint = course.shown, request.endpoint.id
    responded = reached.found[who] & ~course.early[who] & ~course.held[who]
    days = (reached.day - course.origin.day + int(request.definition.add_one is not False))[who]
    names = [DOMAINS[number] if number >= 0 else None for number in reached.domain[who]]
    marked = rows.with_columns(
        RESPONDED=pl.Series(responded),
        DAY=as_dates(reached.day[who]),
        DAYS=pl.Series(days),
        MONTHS=pl.Series(days / float(DAYS_PER_MONTH)),
        DOM=pl.Series(names, dtype=pl.String),
        SEQ=pl.Series(reached.seq[who]),
        VAR=pl.Series([DATE_COLUMNS.get(name or "") for name in names], dtype=pl.String),
    )
    new = {
        "ADT": pl.col("DAY"),
        "AVAL": pl.col("DAYS"),
        "AVALM": pl.col("MONTHS"),
        "CNSR": pl.lit(0, pl.Int64),
        "EVNTDESC": pl.lit("Response"),
        "CNSDTDSC": pl.lit(None, pl.String),
        "SRCDOM": pl.col("DOM"),
        "SRCVAR": pl.col("VAR"),
        "SRCSEQ": pl.col("SEQ"),
        "RULEID": pl.lit(f"{endpoint}.response"),
        "ADTF": pl.lit(None, pl.String),
    }
    return marked.with_columns(
        **{name: pl.when("RESPONDED").then(value).otherwise(name) for name, value in new.items()}
    )


MEASURE: Final = Measure(
    id="restricted mean",
    summary="Days of a parent endpoint; with a response as origin, days to the first of that response and the parent's "
    "event. A method takes the mean up to a fixed time from them.",
    unit="d",
    reference="Huang and Tian, Pharm Stat 2022;21:865-878, doi:10.1002/pst.2198",
    certainty="computed",
    derive=_derive,
)
"""The measure ``restricted mean``."""
