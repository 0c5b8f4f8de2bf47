"""How far facts lie from the bounds they are held against, for many subjects at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "NEAR_SHARE",
    "Floats",
    "Margin",
    "Told",
    "exact_text",
    "margin_text",
    "millionths_away",
    "range_margin",
    "share_of",
]

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Verdicts = NDArray[np.int8]
Floats = NDArray[np.float64]

_MILLION: Final = 10**6
_LARGEST: Final = 2**62
_SIGNS: Final = ("", "<", "<=", ">", ">=")

NEAR_SHARE: Final = 0.05
"""A fact passes near its bound when it lies within this share of it."""


@dataclass(frozen=True, slots=True)
class Told:
    """One comparison in words.

    Parameters
    ----------
    value, unit : str
        The fact as entered, with its unit.
    day : str
        Day of the fact as entered.
    threshold : str
        The bound in the unit, or on the calendar, of the fact.
    """

    value: str
    unit: str
    day: str
    threshold: str


@dataclass(frozen=True, slots=True)
class Margin:
    """Distances of facts from one bound, at most one a subject.

    Parameters
    ----------
    about : str
        The fact: an item, a score, ``age``, or the two dates of an interval.
    node : str
        Id of the node, if it has one of its own.
    relation : str
        How the fact is held against the bound, such as ``at_least``.
    bound : str
        The bound as stated.
    units : tuple of str
        Units that occur.
    unit : int64 array, shape (k,)
        Position of each margin's unit in `units`.
    subject : int64 array, shape (k,)
        Position of the subject in the setting.
    low, high : int64 array, shape (k,)
        Value less bound, in millionths of the unit; they differ where the fact is not known exactly.
    sign : int64 array, shape (k,)
        0 for a measured value, 1 to 4 for one known only to be ``<``, ``<=``, ``>`` or ``>=`` what is written.
    share : float64 array, shape (k,)
        Distance as a share of the bound; infinite for a bound of zero.
    verdict : int8 array, shape (k,)
        Whether the comparison holds.
    decides : bool array, shape (k,)
        Whether the answer rests on it.
    opposed : bool array, shape (k,)
        Whether the other limit of the same fact says the opposite.
    table, row : int64 array, shape (k,)
        Number of the table and position of the row the fact stands in; -1 where it is no single row.
    told : callable
        The comparison at one position in words.
    """

    about: str
    node: str
    relation: str
    bound: str
    units: tuple[str, ...]
    unit: Ints
    subject: Ints
    low: Ints
    high: Ints
    sign: Ints
    share: Floats
    verdict: Verdicts
    decides: Flags
    opposed: Flags
    table: Ints
    row: Ints
    told: Callable[[int], Told]

    def deciding(self, flags: Flags) -> Margin:
        """The same margins, deciding only for some subjects.

        Parameters
        ----------
        flags : bool array, shape (n,)
            Subjects for whom the node above rests on this one.

        Returns
        -------
        Margin
            Of the same subjects.
        """
        return replace(self, decides=self.decides & flags[self.subject])

    def agreeing(self, said: Verdicts) -> Margin:
        """The same margins, deciding only where they say what their node says, or where the node is unknown.

        Parameters
        ----------
        said : int8 array, shape (n,)
            Verdicts of the node.

        Returns
        -------
        Margin
            Of the same subjects.
        """
        node = said[self.subject]
        return replace(self, decides=self.decides & ((node == self.verdict) | (node == 0)))

    def kept(self, keep: Flags) -> Margin:
        """The margins for which a flag is set.

        Parameters
        ----------
        keep : bool array, shape (k,)
            Which stay.

        Returns
        -------
        Margin
            Of those subjects only.
        """
        where, told = np.flatnonzero(keep), self.told
        fields = ("unit", "subject", "low", "high", "sign", "share", "verdict", "decides", "opposed", "table", "row")
        cut = {name: getattr(self, name)[where] for name in fields}
        return replace(self, **cut, told=lambda position: told(int(where[position])))

    def text(self, position: int) -> str:
        """One margin as written.

        Parameters
        ----------
        position : int
            Which.

        Returns
        -------
        str
            Value less bound with its unit.
        """
        unit = self.units[int(self.unit[position])]
        return margin_text(int(self.low[position]), int(self.high[position]), int(self.sign[position]), unit)


def millionths_away(distance: Fraction) -> int:
    """A distance in millionths, rounded away from zero so that only an exact hit is zero.

    Parameters
    ----------
    distance : Fraction
        Value less bound.

    Returns
    -------
    int
        Of the same sign.

    Examples
    --------
    >>> millionths_away(Fraction(-1, 3_000_000)), millionths_away(Fraction(1, 2))
    (-1, 500000)
    """
    scaled = distance * _MILLION
    rounded = scaled.numerator // scaled.denominator if scaled < 0 else -(-scaled.numerator // scaled.denominator)
    return max(-_LARGEST, min(_LARGEST, rounded))


def share_of(distance: float, bound: float) -> float:
    """A distance as a share of its bound.

    Parameters
    ----------
    distance, bound : float
        In one unit.

    Returns
    -------
    float
        Not negative; infinite for a bound of zero, near which nothing has a share.

    Examples
    --------
    >>> share_of(-4.0, 80.0), share_of(0.0, 0.0)
    (0.05, inf)
    """
    return float("inf") if bound == 0 else abs(distance) / abs(bound)


def exact_text(millionths: int) -> str:
    """A number of millionths as a decimal without needless zeros.

    Parameters
    ----------
    millionths : int
        The number.

    Returns
    -------
    str
        For example ``-2.5``.

    Examples
    --------
    >>> exact_text(-2_500_000), exact_text(357_000_000), exact_text(0)
    ('-2.5', '357', '0')
    """
    whole, rest = divmod(abs(millionths), _MILLION)
    decimals = f".{rest:06d}".rstrip("0").rstrip(".")
    return f"{'-' if millionths < 0 else ''}{whole}{decimals}"


def margin_text(low: int, high: int, sign: int, unit: str) -> str:
    """A margin as written in tables.

    Parameters
    ----------
    low, high : int
        Value less bound in millionths.
    sign : int
        0 for a measured value, 1 to 4 for one known only to be ``<``, ``<=``, ``>`` or ``>=`` what is written.
    unit : str
        Unit of the bound; none for a plain number.

    Returns
    -------
    str
        One number, or two where the fact is not known exactly.

    Examples
    --------
    >>> margin_text(107_000_000, 136_000_000, 0, "d"), margin_text(-5_000_000, -5_000_000, 1, "U/L")
    ('107 to 136 d', '<-5 U/L')
    >>> margin_text(2_000_000, 2**62, 0, "cm")
    'at least 2 cm'
    """
    tail = "" if unit in ("", "1") else f" {unit}"
    if high >= _LARGEST:
        return f"at least {exact_text(low)}{tail}"
    if low != high:
        return f"{exact_text(low)} to {exact_text(high)}{tail}"
    return f"{_SIGNS[sign]}{exact_text(low)}{tail}"


def range_margin(
    labels: tuple[str, str],
    demand: tuple[str, str, str],
    subject: Ints,
    ends: tuple[Ints, Ints],
    scale: Floats,
    verdict: Verdicts,
    told: Callable[[int], Told],
) -> Margin:
    """Margins of facts known to lie in a range, resting on no single row.

    Parameters
    ----------
    labels : tuple of two str
        The fact, and the id of its node or nothing.
    demand : tuple of three str
        Relation, bound and unit.
    subject : int64 array, shape (k,)
        Position of each subject.
    ends : tuple of two int64 array, shape (k,)
        Smallest and greatest distance from the bound, in millionths of the unit.
    scale : float64 array, shape (k,)
        The bound in the unit.
    verdict : int8 array, shape (k,)
        Whether the comparison holds.
    told : callable
        The comparison at one position in words.

    Returns
    -------
    Margin
        Its share is that of the nearer end.
    """
    low, high = ends
    nearest = np.where((low <= 0) & (high >= 0), 0, np.minimum(np.abs(low), np.abs(high))) / _MILLION
    share = np.divide(nearest, np.abs(scale), out=np.full(subject.size, np.inf), where=scale != 0)
    nowhere = np.full(subject.size, -1, np.int64)
    zero = np.zeros(subject.size, np.int64)
    return Margin(
        about=labels[0], node=labels[1], relation=demand[0], bound=demand[1], units=(demand[2],), unit=zero,
        subject=subject, low=low, high=high, sign=zero, share=share, verdict=verdict,
        decides=np.ones(subject.size, np.bool_), opposed=np.zeros(subject.size, np.bool_), table=nowhere, row=nowhere,
        told=told,
    )  # fmt: skip
