"""Planned assessments: the slots of a response series, and how many of them went by empty."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from trialwright.endpoints.cohort import Cohort
from trialwright.endpoints.timeline import FAR, NEVER, Ints
from trialwright.model.schedule import Visit
from trialwright.model.slots import NO_DAYS, fewest_days, moved, slots_of
from trialwright.model.study import Study

__all__ = ["elapsed_gap", "has_slots", "missed_slots", "next_planned"]


_ONE_SLOT_MORE: Final = 800
"""Days behind the last evidence that slots are laid out for; longer than any interval between assessments."""


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


def elapsed_gap(cohort: Cohort, series: str, since: Ints, until: Ints, needed: int) -> tuple[Ints, Ints]:
    """Whether more time went by between two days than so many planned assessments leave.

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
        `needed` where the gap is too long, otherwise 0.
    closed : numpy.ndarray of int64
        Last day that is not too late, `FAR` where the gap is short enough.

    Notes
    -----
    Too long is a gap of more than `needed` intervals and both sides of the window, counted from the last adequate
    assessment. It can differ from counting slots near the edges of the windows, and after an assessment off schedule.
    """
    n = cohort.roster.size
    missed, closed = np.zeros(n, np.int64), np.full(n, FAR, np.int64)
    for visit in (each for each in _visits_of(cohort.study, series) if each.when.every is not None):
        every = visit.when.every or NO_DAYS
        before, after = (visit.window.before, visit.window.after) if visit.window else (NO_DAYS, NO_DAYS)
        latest = moved(moved(moved(since, every, needed), before), after)
        late = cohort.in_arms(visit.arms) & (until > NEVER) & (since > NEVER) & (until > latest)
        missed[late] = needed
        closed = np.where(late, np.minimum(closed, latest), closed)
    return missed, closed


def next_planned(cohort: Cohort, series: str, day: Ints) -> Ints:
    """Planned day a progression between two windows is dated at.

    Parameters
    ----------
    cohort : Cohort
        The subjects.
    series : str
        Response series.
    day : numpy.ndarray of int64
        Day of its evidence, one a subject; `NEVER` where there is none.

    Returns
    -------
    numpy.ndarray of int64
        The day itself where it lies in the window of a slot or no slot follows, otherwise the next slot.
    """
    who = np.flatnonzero(day > NEVER)
    moved_day = day.copy()
    visits = _visits_of(cohort.study, series)
    if not len(who) or not visits:
        return moved_day
    inside, following = np.zeros(len(who), np.bool_), np.full(len(who), FAR, np.int64)
    for visit in visits:
        anchor, stop = _bounds(cohort, visit, who)
        slots = slots_of(visit, anchor, stop, int(day[who].max()) + _ONE_SLOT_MORE)
        own = day[who]
        inside |= ((slots.opens <= own) & (own <= slots.closes) & (slots.day > NEVER)).any(axis=0)
        later = np.where(slots.day >= own, slots.day, FAR).min(axis=0, initial=FAR)
        following = np.minimum(following, later)
    moved_day[who] = np.where(inside | (following == FAR), day[who], following)
    return moved_day


def _shortest_gap(visit: Visit, needed: int) -> int:
    every = visit.when.every or NO_DAYS
    around = (visit.window.before, visit.window.after) if visit.window else ()
    return 2 + (needed - 1) * fewest_days(every) + sum(fewest_days(side) for side in around)


def _windows(
    cohort: Cohort, visit: Visit, who: npt.NDArray[np.intp], until: Ints
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """First and last day of every slot (rows) of some subjects (columns); a slot that does not exist never closes."""
    anchor, stop = _bounds(cohort, visit, who)
    slots = slots_of(visit, anchor, stop, int(until.max()))
    return slots.opens, slots.closes


def _bounds(cohort: Cohort, visit: Visit, who: npt.NDArray[np.intp]) -> tuple[Ints, Ints]:
    """Days that begin and end a visit's slots for some subjects."""
    when = visit.when
    anchor = np.where(cohort.in_arms(visit.arms), cohort.points[str(when.after)].day, NEVER)[who]
    stop = cohort.points[when.until].day[who] if when.until is not None else np.full(len(who), NEVER)
    return anchor, stop
