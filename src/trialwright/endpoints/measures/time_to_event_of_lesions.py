"""Time from the ablation of each treated lesion to the first event of its zone: one row a lesion."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from trialwright.endpoints.cohort import Cohort
from trialwright.endpoints.lesion_course import LesionCourse, lesion_course, lesion_findings, lesion_roles
from trialwright.endpoints.measure import ADTTEL, Measure, Request, Rows
from trialwright.endpoints.measures.time_to_event import timed_rows
from trialwright.endpoints.sources import Evidence, named_rows

__all__ = ["MEASURE"]


def _derive(cohort: Cohort, request: Request) -> Rows:
    found = lesion_course(cohort, request)
    course, zones = found.course, found.zones
    rows = timed_rows(cohort, request, course, cohort.roster.subjects[zones.subject])
    made = rows.with_columns(TRLNKID=zones.lesion[course.shown])
    named = named_rows(lesion_roles(cohort, request, found), evidence=_evidence(cohort, found))
    return Rows(
        lesions=made.select(list(ADTTEL)),
        named=replace(named, subject=zones.subject[named.subject], lesion=zones.lesion[named.subject]),
        findings=tuple(lesion_findings(cohort, request, found)),
    )


def _evidence(cohort: Cohort, found: LesionCourse) -> tuple[Evidence, ...]:
    """Evidence of the conditions of events that counted, lesion by lesion."""
    course, zones = found.course, found.zones
    every = []
    for number, candidate in enumerate(course.events.candidates):
        answers = cohort.answers(candidate.path) if candidate.when is not None else None
        if answers is not None:
            who = np.flatnonzero(course.counted & (course.events.kind == number))
            every.append(Evidence(answers[zones.subject[who]].with_columns(LESION=zones.lesion[who])))
    return tuple(every)


MEASURE: Final = Measure(
    id="time to event of lesions",
    summary="Days from the last ablation before the scan that first showed a lesion's zone clear to viable tumour in "
    "it, or to the last scan of the zone; one row a lesion. The lesions of one subject are not independent.",
    unit="d",
    reference="Ahmed et al., Radiology 2014;273:241-260; Puijk et al., Radiology 2021 (abstract only)",
    certainty="unverified",
    derive=_derive,
)
"""The measure ``time to event of lesions``."""
