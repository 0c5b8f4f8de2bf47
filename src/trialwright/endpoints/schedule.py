"""Planned assessments: the slots of a response series, and how many of them went by empty."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from trialwright.dates import CalendarInterval
from trialwright.endpoints.cohort import Cohort
from trialwright.endpoints.timeline import FAR, NEVER, Ints
from trialwright.model.schedule import Visit
from trialwright.model.study import Study

__all__ = ["has_slots", "missed_slots", "moved"]

_FEWEST: Final = {"days": 1, "weeks": 7, "months": 28, "years": 365}
_NO_DAYS: Final = CalendarInterval("0 days", 0, "days")


def moved(days: Ints, interval: CalendarInterval, times: Ints | int = 1) -> Ints:
    """Days moved by a calendar interval.

    Parameters
    ----------
    days : numpy.ndarray of int64
        Day numbers; `NEVER` stays `NEVER`.
    interval : CalendarInterval
        Added on the calendar and clipped to the end of the month.
    times : int or numpy.ndarray of int64, default 1
        How often it is added, in one step from the day; negative goes back. Broadcast against `days`.

    Returns
    -------
    numpy.ndarray of int64
        Day numbers.

    Examples
    --------
    >>> from trialwright.endpoints.timeline import as_dates, as_days
    >>> import polars as pl
    >>> from datetime import date
    >>> day = as_days(pl.Series([date(2026, 1, 31)]))
    >>> as_dates(moved(day, CalendarInterval.parse("1 month"), 2)).to_list()
    [datetime.date(2026, 3, 31)]
    """
    amount = np.asarray(interval.amount * np.asarray(times), np.int64)
    if interval.unit in ("days", "weeks"):
        there = days + amount * _FEWEST[interval.unit]
    else:
        there = _moved_months(days, amount * (1 if interval.unit == "months" else 12))
    return np.where(days == NEVER, NEVER, there)


def _moved_months(days: Ints, months: Ints) -> Ints:
    from_month = days.astype("M8[D]").astype("M8[M]")
    into = days - from_month.astype("M8[D]").astype(np.int64)
    month = from_month + months.astype("m8[M]")
    start = month.astype("M8[D]").astype(np.int64)
    length = (month + np.timedelta64(1, "M")).astype("M8[D]").astype(np.int64) - start
    return np.asarray(start + np.minimum(into, length - 1))


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
    every = visit.when.every or _NO_DAYS
    around = (visit.window.before, visit.window.after) if visit.window else ()
    return 2 + (needed - 1) * _fewest_days(every) + sum(_fewest_days(side) for side in around)


def _fewest_days(interval: CalendarInterval) -> int:
    return interval.amount * _FEWEST[interval.unit]


def _windows(
    cohort: Cohort, visit: Visit, who: npt.NDArray[np.intp], until: Ints
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """First and last day of every slot (rows) of some subjects (columns); a slot that does not exist never closes."""
    when = visit.when
    anchor = np.where(cohort.in_arms(visit.arms), cohort.points[str(when.after)].day, NEVER)[who]
    slots = _slots(visit, anchor, int(until.max()))
    stop = cohort.points[when.until].day[who] if when.until is not None else np.full(len(who), NEVER)
    real = (slots > NEVER) & (slots <= np.where(stop == NEVER, FAR, stop))
    before, after = (visit.window.before, visit.window.after) if visit.window else (_NO_DAYS, _NO_DAYS)
    return np.where(real, moved(slots, before, -1), NEVER), np.where(real, moved(slots, after), FAR)


def _slots(visit: Visit, anchor: Ints, horizon: int) -> npt.NDArray[np.int64]:
    """Calendar dates of the slots: the anchor plus the first interval plus a multiple of the repeated one."""
    first, every = visit.when.first, visit.when.every
    if every is None:
        return moved(anchor, first or _NO_DAYS)[np.newaxis, :]
    known = anchor[anchor > NEVER]
    reach = 0 if not len(known) else max(horizon - int(known.min()), 0) // max(_fewest_days(every), 1) + 1
    number = np.arange(min(reach, visit.when.times or reach), dtype=np.int64)[:, np.newaxis]
    if first is None:
        return moved(anchor[np.newaxis, :], every, number + 1)
    if first.unit == every.unit:
        one = CalendarInterval("1", 1, every.unit)
        return moved(anchor[np.newaxis, :], one, first.amount + every.amount * number)
    return moved(moved(anchor, first)[np.newaxis, :], every, number)
