"""The period in which rows count for an endpoint."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trialwright.endpoints.cohort import Cohort
from trialwright.endpoints.timeline import NEVER, Flags, Ints, Picks
from trialwright.model.endpoint import Period
from trialwright.model.slots import moved

__all__ = ["Span", "span_of"]


@dataclass(frozen=True, slots=True, eq=False)
class Span:
    """First and last day that count, a subject each.

    Parameters
    ----------
    start : Picks
        Row that starts the period; none for an endpoint without period.
    since : numpy.ndarray of int64
        First day that counts, `NEVER` when the period has not begun or every day up to the end counts.
    until : numpy.ndarray of int64
        Last day that counts, `NEVER` when the period has not begun.
    closed : numpy.ndarray of bool
        Whether the period was over by the cut-off.
    """

    start: Picks
    since: Ints
    until: Ints
    closed: Flags


def span_of(cohort: Cohort, period: Period | None) -> Span:
    """Days that count for an endpoint.

    Parameters
    ----------
    cohort : Cohort
        The subjects.
    period : Period, optional
        From a time point, for a calendar interval; both ends count.

    Returns
    -------
    Span
        Without a period every day up to the cut-off.
    """
    n = cohort.roster.size
    if period is None:
        return Span(Picks.none(n), np.full(n, NEVER, np.int64), cohort.end, np.ones(n, np.bool_))
    start = cohort.points[period.from_]
    end = moved(start.day, period.within)
    until = np.where(start.found, np.minimum(end, cohort.end), NEVER)
    return Span(start, start.day, until, start.found & (end <= cohort.end))
