"""The slots of a schedule: on which calendar days a visit is due, and how far it may fall from them.

Days are whole numbers counted from 1 January 1970, one a subject, so that a schedule is laid out for everybody at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from trialwright.dates import CalendarInterval
from trialwright.model.schedule import Visit

__all__ = ["FAR", "NEVER", "NO_DAYS", "Slots", "fewest_days", "moved", "slots_of"]

Ints = npt.NDArray[np.int64]

NEVER: Final = -(10**6)
"""Stands for a day that does not exist."""

FAR: Final = 10**6
"""Stands for a day later than any date."""

NO_DAYS: Final = CalendarInterval("0 days", 0, "days")
"""An interval of no length."""

_FEWEST: Final = {"days": 1, "weeks": 7, "months": 28, "years": 365}


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
    >>> day = np.array(["2026-01-31"], "M8[D]").astype(np.int64)
    >>> moved(day, CalendarInterval.parse("1 month"), 2).astype("M8[D]").tolist()
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


def fewest_days(interval: CalendarInterval) -> int:
    """Fewest days a calendar interval can last.

    Parameters
    ----------
    interval : CalendarInterval
        Any interval.

    Returns
    -------
    int
        28 for a month, 365 for a year.

    Examples
    --------
    >>> fewest_days(CalendarInterval.parse("2 months"))
    56
    """
    return interval.amount * _FEWEST[interval.unit]


@dataclass(frozen=True, slots=True, eq=False)
class Slots:
    """Slots of one visit (rows) for some subjects (columns).

    Parameters
    ----------
    day : numpy.ndarray of int64
        Day of each slot, `NEVER` where there is none.
    opens, closes : numpy.ndarray of int64
        First and last day of its window; `NEVER` and `FAR` where there is no slot.
    """

    day: Ints
    opens: Ints
    closes: Ints


def slots_of(visit: Visit, anchor: Ints, stop: Ints, horizon: int) -> Slots:
    """Slots of a visit.

    Parameters
    ----------
    visit : Visit
        Its schedule.
    anchor : numpy.ndarray of int64, shape (n,)
        Day of the time point it hangs on; `NEVER` where that is not reached.
    stop : numpy.ndarray of int64, shape (n,)
        Day of the time point that ends it; `NEVER` where nothing does.
    horizon : int
        Day up to which slots are laid out; later ones may be there or not.

    Returns
    -------
    Slots
        The anchor itself for a visit on a time point; otherwise the anchor plus the first interval plus a multiple of
        the repeated one, in one step on the calendar so that a clipped month does not shift what follows.

    Examples
    --------
    >>> visit = Visit.model_validate_json(
    ...     '{"id": "scan", "when": {"after": "start", "first": "1 month", "every": "1 month", "times": 2},'
    ...     ' "window": {"before": "3 days", "after": "3 days"}, "do": ["ct"]}'
    ... )
    >>> start = np.array(["2026-01-31"], "M8[D]").astype(np.int64)
    >>> slots_of(visit, start, np.array([NEVER]), int(start[0]) + 100).day.astype("M8[D]").tolist()
    [[datetime.date(2026, 2, 28)], [datetime.date(2026, 3, 31)]]
    """
    days = _days(visit, anchor, horizon)
    real = (days > NEVER) & (days <= np.where(stop == NEVER, FAR, stop))
    before, after = (visit.window.before, visit.window.after) if visit.window else (NO_DAYS, NO_DAYS)
    return Slots(
        np.where(real, days, NEVER),
        np.where(real, moved(days, before, -1), NEVER),
        np.where(real, moved(days, after), FAR),
    )


def _days(visit: Visit, anchor: Ints, horizon: int) -> Ints:
    first, every = visit.when.first, visit.when.every
    if every is None:
        return moved(anchor, first or NO_DAYS)[np.newaxis, :]
    known = anchor[anchor > NEVER]
    reach = 0 if not len(known) else max(horizon - int(known.min()), 0) // max(fewest_days(every), 1) + 1
    number = np.arange(min(reach, visit.when.times or reach), dtype=np.int64)[:, np.newaxis]
    if first is None:
        return moved(anchor[np.newaxis, :], every, number + 1)
    if first.unit == every.unit:
        one = CalendarInterval("1", 1, every.unit)
        return moved(anchor[np.newaxis, :], one, first.amount + every.amount * number)
    return moved(moved(anchor, first)[np.newaxis, :], every, number)
