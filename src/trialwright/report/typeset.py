"""Numbers, dates and lists as a journal prints them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from trialwright.dates import DAYS_PER_MONTH

__all__ = [
    "count",
    "decimal",
    "enumeration",
    "interval",
    "long_date",
    "months",
    "p_value",
    "percent",
    "sentence",
    "share",
    "share_digits",
    "thousands",
]

MINUS: Final = "\u2212"
NOT_REACHED: Final = "not reached"
MONTH_NAMES: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
SMALLEST_P: Final = 0.001
CUSTOMARY_ALPHA: Final = 0.05


def decimal(value: float | None, digits: int) -> str:
    """Return a number with a fixed number of decimals, a half rounded away from zero, and a true minus sign.

    Parameters
    ----------
    value : float or None
        The number; None, NaN and infinity have no decimals and become a dash.
    digits : int
        Decimals.

    Returns
    -------
    str
        The number as printed.

    Examples
    --------
    >>> decimal(-0.126, 2), decimal(12.5, 0), decimal(0.7 * 0.5 + 17.5, 1)
    ('−0.13', '13', '17.9')
    >>> decimal(None, 1)
    '–'
    """
    if value is None or not math.isfinite(value):
        return "–"
    # twelve figures first: 17.85 may be stored as 17.8499..., and a table's reader rounds what the figure is
    text = f"{Decimal(f'{value:.12g}').quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP):f}"
    if float(text) == 0:
        text = text.removeprefix("-")
    return text.replace("-", MINUS)


def thousands(value: int) -> str:
    """Return a count with a thin blank between thousands, from 10,000 on.

    Parameters
    ----------
    value : int
        The count.

    Returns
    -------
    str
        The count as printed.

    Examples
    --------
    >>> thousands(1234), thousands(100000)
    ('1234', '100\u202f000')
    """
    return f"{value:,}".replace(",", "\u202f") if abs(value) >= 10_000 else str(value)


def p_value(p: float | None) -> str:
    """Return a p-value: never 0.000, never rounded onto 0.05.

    Parameters
    ----------
    p : float or None
        The p-value, 0 to 1.

    Returns
    -------
    str
        ``<0.001`` below it, three decimals below 0.1, else two; four where three would print 0.050.

    Examples
    --------
    >>> p_value(1e-9), p_value(0.0123), p_value(0.04996), p_value(0.456), p_value(0.9999)
    ('<0.001', '0.012', '0.04996', '0.46', '>0.99')
    """
    if p is None or not math.isfinite(p):
        return "–"
    if p < SMALLEST_P:
        return "<0.001"
    if p > 0.99:
        return ">0.99"
    if p >= 0.0995:
        return f"{p:.2f}"
    digits = 3
    while p != CUSTOMARY_ALPHA and float(f"{p:.{digits}f}") == CUSTOMARY_ALPHA and digits < 8:
        digits += 1
    return f"{p:.{digits}f}"


def interval(low: float | None, high: float | None, digits: int) -> str:
    """Return two limits with the word *to* between, which no minus sign can confuse.

    Parameters
    ----------
    low, high : float or None
        The limits; None is a limit that was not reached.
    digits : int
        Decimals.

    Returns
    -------
    str
        The limits as printed.

    Examples
    --------
    >>> interval(-1.5, 2.25, 1)
    '−1.5 to 2.3'
    >>> interval(8.0, None, 1)
    '8.0 to not reached'
    """
    if all(limit is None or not math.isfinite(limit) for limit in (low, high)):
        return f"limits {NOT_REACHED}"
    shown = [
        NOT_REACHED if limit is None or not math.isfinite(limit) else decimal(limit, digits) for limit in (low, high)
    ]
    return f"{shown[0]} to {shown[1]}"


def percent(fraction: float | None, digits: int = 1) -> str:
    """Return a fraction in percent, without the sign.

    Parameters
    ----------
    fraction : float or None
        0 to 1.
    digits : int, default 1
        Decimals.

    Returns
    -------
    str
        The percentage.

    Examples
    --------
    >>> percent(0.4567)
    '45.7'
    """
    return decimal(None if fraction is None else 100 * fraction, digits)


def months(days: float | None) -> float | None:
    """Return a length of time in months of 30.4375 days.

    Parameters
    ----------
    days : float or None
        Days.

    Returns
    -------
    float or None
        Months.

    Examples
    --------
    >>> months(730.5)
    24.0
    """
    return None if days is None else days / float(DAYS_PER_MONTH)


def share_digits(wholes: Iterable[int]) -> int:
    """Return how many decimals the percentages of one table get.

    Parameters
    ----------
    wholes : iterable of int
        Sizes of the groups in the table.

    Returns
    -------
    int
        One where a group has 100 subjects or more, else none; the same in every column.

    Examples
    --------
    >>> share_digits([80, 80, 160]), share_digits([55, 54])
    (1, 0)
    """
    return 1 if max(wholes, default=0) >= 100 else 0


def share(part: int, whole: int, digits: int | None = None) -> str:
    """Return a count with its percentage.

    Parameters
    ----------
    part, whole : int
        The count and what it is part of.
    digits : int, optional
        Decimals of the percentage; one from 100 subjects on when left out.

    Returns
    -------
    str
        For example ``12 (15)``; the count alone when there is no whole.

    Examples
    --------
    >>> share(12, 80), share(3, 160), share(0, 0), share(12, 80, 1)
    ('12 (15)', '3 (1.9)', '0', '12 (15.0)')
    """
    if whole == 0:
        return thousands(part)
    return f"{thousands(part)} ({percent(part / whole, share_digits([whole]) if digits is None else digits)})"


def count(number: int, one: str, many: str = "") -> str:
    """Return a count with its noun.

    Parameters
    ----------
    number : int
        The count.
    one : str
        The noun for one.
    many : str, optional
        The noun for any other number; the noun with an s when left out.

    Returns
    -------
    str
        For example ``3 subjects``.

    Examples
    --------
    >>> count(1, "subject"), count(2, "death")
    ('1 subject', '2 deaths')
    """
    return f"{thousands(number)} {one if number == 1 else many or one + 's'}"


def long_date(day: date) -> str:
    """Return a date in words.

    Parameters
    ----------
    day : datetime.date
        The day.

    Returns
    -------
    str
        For example ``31 March 2027``.

    Examples
    --------
    >>> long_date(date(2027, 3, 31))
    '31 March 2027'
    """
    return f"{day.day} {MONTH_NAMES[day.month - 1]} {day.year}"


def enumeration(parts: Sequence[str], last: str = "and") -> str:
    """Return a list in words.

    Parameters
    ----------
    parts : sequence of str
        What is listed.
    last : str, default "and"
        Word before the last.

    Returns
    -------
    str
        For example ``a, b and c``.

    Examples
    --------
    >>> enumeration(["a", "b", "c"])
    'a, b and c'
    """
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {last} {parts[-1]}"


def sentence(text: str) -> str:
    """Return a text with a capital at its start.

    Parameters
    ----------
    text : str
        A phrase.

    Returns
    -------
    str
        The phrase; everything but its first letter is kept as it is.

    Examples
    --------
    >>> sentence("neoadjuvant CA-125")
    'Neoadjuvant CA-125'
    """
    return text[:1].upper() + text[1:]
