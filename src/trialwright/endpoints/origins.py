"""Where a subject's clock starts: a time point, or the first response of a series."""

from __future__ import annotations

import numpy as np

from trialwright.endpoints.best import first_response
from trialwright.endpoints.cohort import Cohort
from trialwright.endpoints.timeline import NEVER, Ints, Picks, limit_of
from trialwright.model.endpoint import Definition, FirstResponse
from trialwright.model.items import item_place

__all__ = ["origin_column", "origins"]


def origins(cohort: Cohort, definition: Definition) -> Picks:
    """Origin of each subject.

    Parameters
    ----------
    cohort : Cohort
        The subjects.
    definition : Definition
        The definition.

    Returns
    -------
    Picks
        Row of the time point, or of the first response; none where there is none up to the cut-off.
    """
    origin = definition.origin
    if isinstance(origin, FirstResponse):
        if origin.confirmed:
            return first_response(cohort, origin.of, origin.first, confirmed=True)
        return cohort.assessed(origin.of, origin.first).first(limit_of(cohort.roster.size, NEVER))
    return Picks.none(cohort.roster.size) if origin is None else cohort.points[origin]


def origin_column(cohort: Cohort, definition: Definition) -> str:
    """Column that dates the origin.

    Parameters
    ----------
    cohort : Cohort
        The subjects.
    definition : Definition
        The definition.

    Returns
    -------
    str
        For example ``DSSTDTC``.
    """
    origin = definition.origin
    if isinstance(origin, FirstResponse):
        return "RSDTC"
    if origin is None:
        return ""
    return item_place(cohort.study, cohort.study.time_points[origin].item).column


def enrolment_days(cohort: Cohort) -> Ints:
    """Days on which subjects were enrolled.

    Parameters
    ----------
    cohort : Cohort
        The subjects.

    Returns
    -------
    numpy.ndarray of int64
        Days of those enrolled, at the time point the enrolment counts or else the one allocation is drawn at.
    """
    study = cohort.study
    counts = study.study.enrolment.counts if study.study.enrolment else None
    point = counts or (study.allocation.at if study.allocation else study.gates[0] if study.gates else None)
    if point is None:
        return np.empty(0, np.int64)
    picks = cohort.points[point]
    return picks.day[picks.found]
