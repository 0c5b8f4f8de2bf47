"""Partial dates, calendar intervals and durations: three types that are never mixed.

A *calendar interval* is added on the calendar (31 January + 1 month = 28 or 29 February) and serves eligibility,
windows and visit schedules. A *duration* is a number of days (1 month = 365.25 / 12 days) and serves horizons,
milestones and printed months. A *partial date* keeps what was written beside the earliest and latest day it can mean.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, Literal, cast

from trialwright.errors import DateError

__all__ = [
    "DAYS_PER_MONTH",
    "DAYS_PER_YEAR",
    "MAX_YEAR",
    "MIN_YEAR",
    "CalendarInterval",
    "Duration",
    "PartialDate",
    "add_months",
]

DAYS_PER_YEAR: Final = Decimal("365.25")
"""Days in a year of a duration (the Julian year)."""

DAYS_PER_MONTH: Final = Decimal("30.4375")
"""Days in a month of a duration, 365.25 / 12."""

MIN_YEAR: Final = 1880
"""Earliest year a date may hold; an earlier one is a slip of the keyboard (our assumption)."""

MAX_YEAR: Final = 2199
"""Latest year a date may hold (our assumption)."""

Precision = Literal["Y", "M", "D", "T"]
IntervalUnit = Literal["days", "weeks", "months", "years"]

_DATE = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>\d{2})(?:-(?P<day>\d{2})"
    r"(?P<time>T(?P<hour>\d{2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.\d{1,6})?)?(?P<zone>Z|[+-]\d{2}:\d{2})?)?)?)?",
    re.ASCII,
)
_INTERVAL = re.compile(r"(?P<amount>0|[1-9]\d{0,4}) (?P<unit>day|week|month|year)s?", re.ASCII)
_DURATION = re.compile(r"(?P<amount>(?:0|[1-9]\d{0,5})(?:\.\d{1,6})?) (?P<unit>day|week|month|year)s?", re.ASCII)
_DAYS_PER: Final = {"day": Decimal(1), "week": Decimal(7), "month": DAYS_PER_MONTH, "year": DAYS_PER_YEAR}


def add_months(day: date, n: int) -> date:
    """Return the day `n` calendar months later, clipped to the end of its month.

    Parameters
    ----------
    day : date
        Day to start from.
    n : int
        Whole months to add; negative numbers go back.

    Returns
    -------
    date
        Same day of the month, or the month's last day where that day does not exist.

    Raises
    ------
    DateError
        If the result lies outside the years a date can hold.

    Examples
    --------
    >>> add_months(date(2026, 1, 31), 1)
    datetime.date(2026, 2, 28)
    >>> add_months(date(2026, 3, 31), -1)
    datetime.date(2026, 2, 28)
    """
    months = day.year * 12 + day.month - 1 + n
    year, month = divmod(months, 12)
    if not date.min.year <= year <= date.max.year:
        raise DateError(f"{day} and {n} months leave the calendar", mend="use a shorter interval")
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date as written, with the earliest and the latest day it can mean.

    Parameters
    ----------
    text : str
        What was written, e.g. ``2026-03``.
    low : date
        Earliest day it can mean.
    high : date
        Latest day it can mean.
    precision : {"Y", "M", "D", "T"}
        Known to the year, the month, the day or the time of day.

    Examples
    --------
    >>> PartialDate.parse("2024-02").high
    datetime.date(2024, 2, 29)
    """

    text: str
    low: date
    high: date
    precision: Precision

    @classmethod
    def parse(cls, text: str) -> PartialDate:
        """Return the partial date that `text` states.

        Parameters
        ----------
        text : str
            ``2026``, ``2026-03``, ``2026-03-18`` or ``2026-03-18T14:05+09:00`` (zone and seconds may be left out).

        Returns
        -------
        PartialDate
            Earliest and latest day; a time of day keeps the calendar day as written, in its own zone.

        Raises
        ------
        DateError
            If the text has another form or names a day that does not exist.

        Examples
        --------
        >>> PartialDate.parse("2026-03-18T14:05+09:00").low
        datetime.date(2026, 3, 18)
        """
        found = _DATE.fullmatch(text)
        if found is None:
            raise DateError(f"'{text}' is not a date", mend="write 2026-03-18, or only the part that is known: 2026-03")
        year = int(found["year"])
        if not MIN_YEAR <= year <= MAX_YEAR:
            raise DateError(f"the year of '{text}' lies outside {MIN_YEAR} to {MAX_YEAR}", mend="correct the year")
        if found["month"] is None:
            return cls(text, date(year, 1, 1), date(year, 12, 31), "Y")
        month = int(found["month"])
        if not 1 <= month <= 12:
            raise DateError(f"'{text}' names month {found['month']}, which does not exist", mend="correct the month")
        last = calendar.monthrange(year, month)[1]
        if found["day"] is None:
            return cls(text, date(year, month, 1), date(year, month, last), "M")
        if not 1 <= int(found["day"]) <= last:
            raise DateError(f"'{text}' names a day that does not exist", mend=f"that month has {last} days")
        day = date(year, month, int(found["day"]))
        if found["time"] is None:
            return cls(text, day, day, "D")
        if int(found["hour"]) > 23 or int(found["minute"]) > 59 or int(found["second"] or 0) > 59:
            raise DateError(
                f"'{text}' names a time of day that does not exist", mend="write hours 00-23, minutes 00-59"
            )
        return cls(text, day, day, "T")

    @property
    def is_complete(self) -> bool:
        """Whether the day is known.

        Returns
        -------
        bool
            True for a full date, with or without a time of day.

        Examples
        --------
        >>> PartialDate.parse("2026-03").is_complete
        False
        """
        return self.low == self.high


@dataclass(frozen=True, slots=True)
class CalendarInterval:
    """A whole number of days, weeks, months or years, to be added on the calendar.

    Parameters
    ----------
    text : str
        As written, e.g. ``6 months``.
    amount : int
        Whole number, 0 or more.
    unit : {"days", "weeks", "months", "years"}
        Unit of `amount`.

    Notes
    -----
    Six months after 1 March is 1 September; 29 August is 181 days later and yet no six months.

    Examples
    --------
    >>> CalendarInterval.parse("6 months").add_to(date(2026, 3, 1))
    datetime.date(2026, 9, 1)
    """

    text: str
    amount: int
    unit: IntervalUnit

    @classmethod
    def parse(cls, text: str) -> CalendarInterval:
        """Return the calendar interval that `text` states.

        Parameters
        ----------
        text : str
            A whole number, one blank and ``days``, ``weeks``, ``months`` or ``years``.

        Returns
        -------
        CalendarInterval
            The interval.

        Raises
        ------
        DateError
            If the text has another form.

        Examples
        --------
        >>> CalendarInterval.parse("28 days").amount
        28
        """
        found = _INTERVAL.fullmatch(text)
        if found is None:
            raise DateError(
                f"'{text}' is not a calendar interval",
                mend="write a whole number, one blank, days weeks months or years",
            )
        return cls(text, int(found["amount"]), cast(IntervalUnit, found["unit"] + "s"))

    def add_to(self, day: date) -> date:
        """Return the day this interval after `day`.

        Parameters
        ----------
        day : date
            Day to start from.

        Returns
        -------
        date
            Later day, clipped to the end of its month.

        Examples
        --------
        >>> CalendarInterval.parse("1 year").add_to(date(2024, 2, 29))
        datetime.date(2025, 2, 28)
        """
        return self._moved(day, self.amount)

    def subtract_from(self, day: date) -> date:
        """Return the day this interval before `day`.

        Parameters
        ----------
        day : date
            Day to count back from.

        Returns
        -------
        date
            Earlier day, clipped to the end of its month.

        Examples
        --------
        >>> CalendarInterval.parse("2 weeks").subtract_from(date(2026, 3, 10))
        datetime.date(2026, 2, 24)
        """
        return self._moved(day, -self.amount)

    def _moved(self, day: date, amount: int) -> date:
        if self.unit == "days":
            return day + timedelta(days=amount)
        if self.unit == "weeks":
            return day + timedelta(days=7 * amount)
        return add_months(day, amount if self.unit == "months" else 12 * amount)


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time in days.

    Parameters
    ----------
    text : str
        As written, e.g. ``24 months``.
    days : Decimal
        Days it stands for.

    Notes
    -----
    1 week = 7 days, 1 month = 365.25 / 12 = 30.4375 days, 1 year = 365.25 days.

    Examples
    --------
    >>> Duration.parse("24 months").days
    Decimal('730.5000')
    """

    text: str
    days: Decimal

    @classmethod
    def parse(cls, text: str) -> Duration:
        """Return the duration that `text` states.

        Parameters
        ----------
        text : str
            A number (decimals allowed), one blank and ``days``, ``weeks``, ``months`` or ``years``.

        Returns
        -------
        Duration
            The duration in days.

        Raises
        ------
        DateError
            If the text has another form.

        Examples
        --------
        >>> Duration.parse("100 days").days == 100
        True
        """
        found = _DURATION.fullmatch(text)
        if found is None:
            raise DateError(f"'{text}' is not a duration", mend="write a number, one blank, days weeks months or years")
        return cls(text, Decimal(found["amount"]) * _DAYS_PER[found["unit"]])
