"""Planned assessments: the slots of a response series, and how many of them went by empty."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from trialwright.endpoints.cohort import Cohort
from trialwright.endpoints.timeline import FAR, NEVER, Ints
from trialwright.model.schedule import Visit
from trialwright.model.slots import NO_DAYS, fewest_days, slots_of
from trialwright.model.study import Study

__all__ = ["has_slots", "missed_slots"]


def _visits_of(study: Study, series: str) -> list[Visit]:
    return [visit for visit in study.visits if series in visit.do and visit.when.after is not None]


def has_slots(study: Study, series: str) -> bool:
    """Whether a series is planned after a time point, so that a missed assessment can be told.

    Parameters
    ----------
    study : Study
        The study.
    series : str
        Response series.

    Returns
    -------
    bool
        True when a visit that follows a time point collects the series.
    """
    return bool(_visits_of(study, series))


def missed_slots(cohort: Cohort, series: str, since: Ints, until: Ints, needed: int) -> tuple[Ints, Ints]:
    """Planned assessments that went by empty between two days, and when the last one needed was over.

    Parameters
    ----------
    cohort : Cohort
        The subjects.
    series : str
        Response series.
    since : numpy.ndarray of int64
        Day of the last adequate assessment, or of the origin; one a subject.
    until : numpy.ndarray of int64
        Day of the event; `NEVER` where there is none.
    needed : int
        How many missed assessments in a row end observation.

    Returns
    -------
    missed : numpy.ndarray of int64
        Slots that open after `since` and close before `until`, both strictly.
    closed : numpy.ndarray of int64
        Day on which the needed-th of them closed, `FAR` where fewer were missed.

    Notes
    -----
    A slot is a calendar date with its window. As no adequate assessment lies between the two days, every slot whose
    whole window lies strictly between them is empty; a window that reaches either day is not counted as missed.
    """
    n = cohort.roster.size
    missed, closed = np.zeros(n, np.int64), np.full(n, FAR, np.int64)
    visits = _visits_of(cohort.study, series)
    # whatever the calendar, so many slots with their windows need at least so many days
    shortest = min((_shortest_gap(visit, needed) for visit in visits), default=FAR) if len(visits) == 1 else 2
    who = np.flatnonzero((until > NEVER) & (until - since >= shortest))
    if not len(who) or not visits:
        return missed, closed
    parts = [_windows(cohort, visit, who, until[who]) for visit in visits]
    opens, closes = (np.concatenate(side, axis=0) for side in zip(*parts, strict=True))
    empty = (opens > since[who]) & (closes < until[who])
    missed[who] = empty.sum(axis=0)
    ends = np.sort(np.where(empty, closes, FAR), axis=0)
    if len(ends) >= needed:
        closed[who] = ends[needed - 1]
    return missed, closed


def _shortest_gap(visit: Visit, needed: int) -> int:
    every = visit.when.every or NO_DAYS
    around = (visit.window.before, visit.window.after) if visit.window else ()
    return 2 + (needed - 1) * fewest_days(every) + sum(fewest_days(side) for side in around)


def _windows(
    cohort: Cohort, visit: Visit, who: npt.NDArray[np.intp], until: Ints
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """First and last day of every slot (rows) of some subjects (columns); a slot that does not exist never closes."""
    when = visit.when
    anchor = np.where(cohort.in_arms(visit.arms), cohort.points[str(when.after)].day, NEVER)[who]
    stop = cohort.points[when.until].day[who] if when.until is not None else np.full(len(who), NEVER)
    slots = slots_of(visit, anchor, stop, int(until.max()))
    return slots.opens, slots.closes
