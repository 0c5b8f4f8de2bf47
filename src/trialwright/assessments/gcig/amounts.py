"""Concentrations as exact intervals, compared by whole numbers: true, false, or not to be told."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import lru_cache
from typing import Final, NamedTuple, TypeAlias

from trialwright.errors import InputError

__all__ = [
    "SCALE",
    "UNKNOWN",
    "Amount",
    "Ratio",
    "Truth",
    "above",
    "amount",
    "at_least",
    "at_most",
    "hull",
    "least",
    "raised",
]

SCALE: Final = 10**6
"""Steps of an amount in one unit: six decimals are kept exactly."""

Truth: TypeAlias = bool | None
"""True, False, or None where a limit such as ``<35`` leaves both possible."""

_WRITTEN: Final = re.compile(r"\s*(?P<sign><=|>=|<|>|)\s*(?P<number>[0-9]+(?:\.[0-9]{1,6})?)\s*", re.ASCII)


class Ratio(NamedTuple):
    """A factor as a ratio of whole numbers.

    Parameters
    ----------
    numerator, denominator : int
        The factor is `numerator` / `denominator`; both above 0.

    Examples
    --------
    >>> Ratio.of("1.10")
    Ratio(numerator=11, denominator=10)
    """

    numerator: int
    denominator: int

    @classmethod
    def of(cls, text: str) -> Ratio:
        """Return the ratio that a decimal number states.

        Parameters
        ----------
        text : str
            A decimal number above 0.

        Returns
        -------
        Ratio
            In lowest terms.

        Raises
        ------
        InputError
            If the text is no decimal number above 0.

        Examples
        --------
        >>> Ratio.of("2.5")
        Ratio(numerator=5, denominator=2)
        """
        try:
            number = Decimal(text)
        except InvalidOperation:
            number = Decimal(0)
        if not number.is_finite() or number <= 0:
            raise InputError(f"{text!r} is not a factor", mend="write a decimal number above 0, such as 2 or 2.5")
        exact = Fraction(number)
        return cls(exact.numerator, exact.denominator)


@dataclass(frozen=True, slots=True)
class Amount:
    """A concentration as far as it is known.

    Parameters
    ----------
    low : int
        Smallest value it can have, in millionths of the unit.
    high : int or None
        Greatest value; None has no limit.
    low_open, high_open : bool, default False
        Whether the end itself is impossible.

    Examples
    --------
    >>> Amount(5_000_000, 5_000_000).is_exact
    True
    """

    low: int
    high: int | None
    low_open: bool = False
    high_open: bool = False

    @property
    def is_exact(self) -> bool:
        """Whether it is one number."""
        return self.low == self.high

    def __str__(self) -> str:
        """Return it as a laboratory would write it, or as the span it can lie in."""
        if self.high is None:
            return "any value" if self.low == 0 else f">{'' if self.low_open else '='}{_number(self.low)}"
        if self.low == self.high:
            return _number(self.low)
        if self.low == 0:
            return f"<{'' if self.high_open else '='}{_number(self.high)}"
        return f"{_number(self.low)} to {_number(self.high)}"


UNKNOWN: Final = Amount(0, None)
"""A concentration of which nothing is known."""


def _number(steps: int) -> str:
    text = f"{Decimal(steps) / SCALE:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@lru_cache(maxsize=1 << 16)
def amount(text: str) -> Amount | None:
    """Return the concentration a laboratory wrote.

    Parameters
    ----------
    text : str
        A number, or a limit such as ``<5`` or ``>10000``; at most six decimals.

    Returns
    -------
    Amount or None
        None where the text is no concentration: words, an empty cell, a negative number, or zero.

    Notes
    -----
    ``<x`` can be anything from 0 up to, not including, x; ``>x`` anything above x.

    Examples
    --------
    >>> str(amount("<5")), str(amount("190.50"))
    ('<5', '190.5')
    >>> amount("0") is None
    True
    """
    found = _WRITTEN.fullmatch(text)
    if found is None:
        return None
    steps = int(Decimal(found["number"]) * SCALE)
    if steps == 0:
        return None
    match found["sign"]:
        case "<" | "<=":
            return Amount(0, steps, high_open=found["sign"] == "<")
        case ">" | ">=":
            return Amount(steps, None, low_open=found["sign"] == ">")
        case _:
            return Amount(steps, steps)


def at_most(value: Amount, factor: Ratio, limit: Amount) -> Truth:
    """Whether a concentration is at most `factor` times another.

    Parameters
    ----------
    value : Amount
        A concentration.
    factor : Ratio
        The factor.
    limit : Amount
        The other concentration.

    Returns
    -------
    bool or None
        None when both answers are possible.

    Examples
    --------
    >>> ten_percent_up = Ratio.of("1.1")
    >>> at_most(Amount(209, 209), ten_percent_up, Amount(190, 190))
    True
    >>> at_most(Amount(0, 5, high_open=True), Ratio(1, 2), Amount(8, 8)) is None
    True
    """
    up, down = factor
    if value.high is not None and value.high * down <= limit.low * up:
        return True
    if limit.high is None:
        return None
    gap = value.low * down - limit.high * up
    return False if gap > 0 or (gap == 0 and (value.low_open or limit.high_open)) else None


def at_least(value: Amount, factor: Ratio, limit: Amount) -> Truth:
    """Whether a concentration is at least `factor` times another.

    Parameters
    ----------
    value : Amount
        A concentration.
    factor : Ratio
        The factor.
    limit : Amount
        The other concentration.

    Returns
    -------
    bool or None
        None when both answers are possible.

    Examples
    --------
    >>> at_least(Amount(70, 70), Ratio(2, 1), Amount(35, 35))
    True
    >>> at_least(Amount(0, 70, high_open=True), Ratio(2, 1), Amount(35, 35))
    False
    """
    up, down = factor
    return at_most(limit, Ratio(down, up), value)


def least(one: Amount, other: Amount) -> Amount:
    """Return the lower of two concentrations, as far as it is known.

    Parameters
    ----------
    one, other : Amount
        Two concentrations.

    Returns
    -------
    Amount
        From the lower of the two smallest values to the lower of the two greatest.

    Examples
    --------
    >>> str(least(Amount(50_000_000, 50_000_000), Amount(0, 60_000_000, high_open=True)))
    '<=50'
    """
    if one.low == one.high and other.low == other.high:
        return one if one.low <= other.low else other
    low, low_open = min((one.low, one.low_open), (other.low, other.low_open))
    ends = [(each.high, not each.high_open) for each in (one, other) if each.high is not None]
    high, closed = min(ends) if ends else (None, True)
    return Amount(low, high, low_open, not closed)


def above(value: Amount, limit: Amount) -> Amount:
    """Return what a concentration can be, once it is known to lie above a limit.

    Parameters
    ----------
    value : Amount
        A concentration.
    limit : Amount
        What it is above.

    Returns
    -------
    Amount
        The concentration itself where it is one number or can only lie above anyway.

    Examples
    --------
    >>> str(above(Amount(0, 100_000_000, high_open=True), Amount(35_000_000, 35_000_000)))
    '35 to 100'
    """
    if value.low == value.high or value.low > limit.low:
        return value
    return Amount(limit.low, value.high, True, value.high_open)


def raised(value: Amount, factor: Ratio, limit: Amount) -> Amount:
    """Return what a concentration can be, once it is known to be at least `factor` times another.

    Parameters
    ----------
    value : Amount
        A concentration.
    factor : Ratio
        The factor.
    limit : Amount
        The other concentration.

    Returns
    -------
    Amount
        The concentration itself where it cannot be lower anyway.

    Examples
    --------
    >>> str(raised(Amount(0, 71_000_000, high_open=True), Ratio(2, 1), Amount(35_000_000, 35_000_000)))
    '70 to 71'
    """
    least_steps = -(-limit.low * factor.numerator // factor.denominator)
    return value if value.low >= least_steps else Amount(least_steps, value.high, high_open=value.high_open)


def hull(one: Amount, other: Amount) -> Amount:
    """Return the smallest span that holds two concentrations.

    Parameters
    ----------
    one, other : Amount
        Two concentrations of one moment.

    Returns
    -------
    Amount
        One of them where both are the same.

    Examples
    --------
    >>> str(hull(Amount(190_000_000, 190_000_000), Amount(210_000_000, 210_000_000)))
    '190 to 210'
    """
    low, low_open = min((one.low, one.low_open), (other.low, other.low_open))
    if one.high is None or other.high is None:
        return Amount(low, None, low_open)
    high, closed = max((one.high, not one.high_open), (other.high, not other.high_open))
    return Amount(low, high, low_open, not closed)
