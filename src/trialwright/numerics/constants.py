"""Constants of the arithmetic, each with its unit, its source and how sure we are of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

__all__ = ["CONSTANTS", "Constant", "DAYS_PER_MONTH", "DAYS_PER_YEAR", "MIN_SUBGROUP_EVENTS", "TIE_TOLERANCE"]

Certainty = Literal["exact", "published", "convention", "assumption", "unverified"]


@dataclass(frozen=True, slots=True)
class Constant:
    """A number that a clinical or statistical figure rests on.

    Parameters
    ----------
    value : float
        The number, in `unit`.
    unit : str
        UCUM unit, ``"1"`` for a pure number.
    source : str
        Where the number comes from.
    certainty : {"exact", "published", "convention", "assumption", "unverified"}
        How sure we are of it.

    Examples
    --------
    >>> DAYS_PER_MONTH.value
    30.4375
    """

    value: float
    unit: str
    source: str
    certainty: Certainty


DAYS_PER_YEAR = Constant(365.25, "d", "Julian year", "convention")
DAYS_PER_MONTH = Constant(
    30.4375,
    "d",
    "a twelfth of the Julian year of 365.25 days; for durations, never for calendar intervals",
    "assumption",
)
TIE_TOLERANCE = Constant(
    1.4901161193847656e-08,
    "1",
    "square root of the double-precision spacing at 1; the tolerance by which R survival merges times",
    "convention",
)
MIN_SUBGROUP_EVENTS = Constant(10, "1", "fewer events make a subgroup's hazard ratio not worth printing", "assumption")

CONSTANTS: Mapping[str, Constant] = {
    "month": DAYS_PER_MONTH,
    "year": DAYS_PER_YEAR,
    "tolerance for equal times": TIE_TOLERANCE,
    "fewest events of a subgroup": MIN_SUBGROUP_EVENTS,
}
"""All of them, by the words a report names them with."""
