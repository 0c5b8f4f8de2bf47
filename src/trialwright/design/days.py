"""Day numbers: whole days since 1970-01-01, many at a time."""

from __future__ import annotations

from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from trialwright.dates import CalendarInterval
from trialwright.model.slots import moved

__all__ = ["NEVER", "completed_years", "date_of", "day_number", "never_after"]

IntArray = NDArray[np.int64]

NEVER: Final = 2**40
"""A day that does not come."""

_EPOCH: Final = date(1970, 1, 1).toordinal()


def day_number(day: date) -> int:
    """Days from 1970-01-01 to a day.

    Parameters
    ----------
    day : date
        Any day.

    Returns
    -------
    int
        Whole days.

    Examples
    --------
    >>> day_number(date(1970, 1, 2))
    1
    """
    return day.toordinal() - _EPOCH


def date_of(number: int) -> date:
    """The day so many days after 1970-01-01.

    Parameters
    ----------
    number : int
        Whole days.

    Returns
    -------
    date
        The day.

    Examples
    --------
    >>> date_of(1)
    datetime.date(1970, 1, 2)
    """
    return date.fromordinal(number + _EPOCH)


def completed_years(birth: IntArray, days: IntArray) -> IntArray:
    """Completed years of age.

    Parameters
    ----------
    birth, days : ndarray of int
        Day numbers of the birth and of the day asked about.

    Returns
    -------
    ndarray of int
        Birthdays passed; born on 29 February, the birthday of other years is 28 February.

    Examples
    --------
    >>> born = np.array([day_number(date(2000, 3, 1))])
    >>> completed_years(born, np.array([day_number(date(2019, 2, 28))])).tolist()
    [18]
    """
    months = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    born = birth.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    years: IntArray = (months - born) // 12
    return years - (moved(birth, CalendarInterval("1 year", 1, "years"), years) > days)


def never_after(days: IntArray, last: IntArray | int) -> IntArray:
    """Days, with those after a last day turned into never.

    Parameters
    ----------
    days : ndarray of int
        Day numbers.
    last : ndarray of int or int
        Last day that counts.

    Returns
    -------
    ndarray of int
        Day numbers or `NEVER`.

    Examples
    --------
    >>> never_after(np.array([1, 5]), 4).tolist() == [1, NEVER]
    True
    """
    return np.where(days <= last, days, NEVER)
