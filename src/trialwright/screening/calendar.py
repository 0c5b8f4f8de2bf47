"""Calendar arithmetic on whole arrays of days; the same rules as :class:`trialwright.dates.CalendarInterval`."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from trialwright.dates import CalendarInterval
from trialwright.screening.answer import Ints

__all__ = ["EARLIEST", "LATEST", "completed_years", "days_after", "days_before", "years_after"]

EARLIEST: Final = -1_000_000
"""A day before every date, counted from 1970-01-01."""

LATEST: Final = 1_000_000
"""A day after every date, counted from 1970-01-01."""


def _plus_months(days: Ints, months: int | Ints) -> Ints:
    date = days.astype("datetime64[D]")
    month = date.astype("datetime64[M]")
    day_of_month: NDArray[np.int64] = (date - month).astype(np.int64)
    moved = month + months
    first = moved.astype("datetime64[D]").astype(np.int64)
    last = (moved + 1).astype("datetime64[D]").astype(np.int64) - 1
    found: Ints = np.minimum(first + day_of_month, last)
    return found


def days_after(days: Ints, interval: CalendarInterval) -> Ints:
    """Days a calendar interval later.

    Parameters
    ----------
    days : int64 array
        Days since 1970-01-01.
    interval : CalendarInterval
        What is added; months and years are clipped to the end of the month.

    Returns
    -------
    int64 array
        Days since 1970-01-01.

    Examples
    --------
    >>> day = np.array(["2025-08-31"], "datetime64[D]").astype(np.int64)
    >>> days_after(day, CalendarInterval.parse("6 months")).astype("datetime64[D]").tolist()
    [datetime.date(2026, 2, 28)]
    """
    return _moved(days, interval, 1)


def days_before(days: Ints, interval: CalendarInterval) -> Ints:
    """Days a calendar interval earlier.

    Parameters
    ----------
    days : int64 array
        Days since 1970-01-01.
    interval : CalendarInterval
        What is taken off; months and years are clipped to the end of the month.

    Returns
    -------
    int64 array
        Days since 1970-01-01.

    Examples
    --------
    >>> day = np.array(["2026-03-31"], "datetime64[D]").astype(np.int64)
    >>> days_before(day, CalendarInterval.parse("1 month")).astype("datetime64[D]").tolist()
    [datetime.date(2026, 2, 28)]
    """
    return _moved(days, interval, -1)


def _moved(days: Ints, interval: CalendarInterval, sign: int) -> Ints:
    if interval.unit in ("days", "weeks"):
        return days + sign * interval.amount * (7 if interval.unit == "weeks" else 1)
    return _plus_months(days, sign * interval.amount * (12 if interval.unit == "years" else 1))


def years_after(days: Ints, years: int | Ints) -> Ints:
    """Days so many years later, 29 February going to 28 February where the year is no leap year.

    Parameters
    ----------
    days : int64 array
        Days since 1970-01-01.
    years : int or int64 array
        Whole years to add; negative numbers go back.

    Returns
    -------
    int64 array
        Days since 1970-01-01.

    Examples
    --------
    >>> day = np.array(["2008-02-29"], "datetime64[D]").astype(np.int64)
    >>> years_after(day, 18).astype("datetime64[D]").tolist()
    [datetime.date(2026, 2, 28)]
    """
    return _plus_months(days, 12 * years)


def completed_years(births: Ints, days: Ints) -> Ints:
    """Age in completed years.

    Parameters
    ----------
    births, days : int64 array
        Day of birth and day asked about, since 1970-01-01.

    Returns
    -------
    int64 array
        Greatest number of years that, added to the birth on the calendar, does not pass the day.

    Notes
    -----
    A person born on 29 February completes a year on 28 February of a year without a leap day.

    Examples
    --------
    >>> birth, day = (np.array([text], "datetime64[D]").astype(np.int64) for text in ("2007-03-02", "2026-03-01"))
    >>> completed_years(birth, day).tolist()
    [18]
    """
    between = days.astype("datetime64[D]").astype("datetime64[Y]") - births.astype("datetime64[D]").astype(
        "datetime64[Y]"
    )
    years = between.astype(np.int64)
    found: Ints = years - (years_after(births, years) > days)
    return found
