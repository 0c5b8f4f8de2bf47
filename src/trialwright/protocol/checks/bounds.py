"""Bounds: which comparators a fact takes, and whether each bound is written as the fact is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Final

from trialwright.dates import CalendarInterval
from trialwright.errors import TrialwrightError
from trialwright.model.criteria import COMPARATORS, Comparison
from trialwright.model.values import NUMBER_PATTERN, Quantity
from trialwright.protocol.problems import Fault, Path, suggestion
from trialwright.units import UNITS, convert, is_known

__all__ = ["ORDERED", "bounds", "comparators", "interval_fault", "number_fault", "quantity_fault", "unit_faults"]

ORDERED: Final = ("at_least", "at_most", "above", "below", "between")
"""Comparators of what has an order."""

_LOWER: Final = frozenset({"at_least", "above"})
_UPPER: Final = frozenset({"at_most", "below"})
_NUMBER = re.compile(NUMBER_PATTERN, re.ASCII)

Reader = Callable[[str], tuple[str, str] | None]
"""Says what is wrong with a bound and how to mend it, or None."""


def comparators(path: Path, node: Comparison, allowed: tuple[str, ...], *, optional: bool = False) -> Iterator[Fault]:
    """Faults of the comparators of a node: none, two that do not go together, or one the fact does not take.

    Parameters
    ----------
    path : tuple of str or int
        Path of the mapping.
    node : Comparison
        The mapping.
    allowed : tuple of str
        Comparators the fact takes.
    optional : bool, default False
        Whether there may be none.

    Yields
    ------
    Fault
        One lower and one upper bound may stand together; anything else stands alone.
    """
    given = node.given
    if not given and not optional:
        yield Fault(path, "nothing to compare with", f"add one of {', '.join(allowed)}")
    for key in given:
        if key not in allowed:
            yield Fault((*path, key), f"{key} does not apply here", f"use one of {', '.join(allowed)}")
    for side, word in ((_LOWER, "lower"), (_UPPER, "upper")):
        if len(side & set(given)) > 1:
            yield Fault(path, f"two {word} bounds", "keep one")
    if len(given) > 1 and {"between", "in", "equals"} & set(given):
        yield Fault(path, f"{' and '.join(given)} together", "keep one; only a lower and an upper bound go together")


def bounds(path: Path, node: Comparison, read: Reader, allowed: tuple[str, ...] = COMPARATORS) -> Iterator[Fault]:
    """Faults of the bounds of a node, each read as the fact is written.

    Parameters
    ----------
    path : tuple of str or int
        Path of the mapping.
    node : Comparison
        The mapping.
    read : callable
        Says what is wrong with one bound.
    allowed : tuple of str, optional
        Comparators whose bounds are read; the others are refused anyway.

    Yields
    ------
    Fault
        One a bound.
    """
    for key in (key for key in node.given if key in allowed):
        value = getattr(node, "in_" if key == "in" else key)
        listed = isinstance(value, tuple)
        for place, bound in enumerate(value if listed else (value,)):
            wrong = read(bound)
            if wrong:
                yield Fault((*path, key, place) if listed else (*path, key), *wrong)


def number_fault(bound: str) -> tuple[str, str] | None:
    """What is wrong with a bound that must be a plain number.

    Parameters
    ----------
    bound : str
        As written.

    Returns
    -------
    tuple of str or None
        What and how to mend it; None when it is a plain number.

    Examples
    --------
    >>> number_fault("8 cm")[0]
    '"8 cm" is not a plain number'
    """
    if _NUMBER.fullmatch(bound):
        return None
    if _quantity(bound) is not None:
        return f'"{bound}" is not a plain number', "leave the unit out; this fact has none"
    return f'"{bound}" is not a plain number', "write digits, with a point if need be"


def interval_fault(bound: str) -> tuple[str, str] | None:
    """What is wrong with a bound that must be a calendar interval.

    Parameters
    ----------
    bound : str
        As written.

    Returns
    -------
    tuple of str or None
        What and how to mend it; None when it is a calendar interval.

    Examples
    --------
    >>> interval_fault("6 moons")[0]
    "'6 moons' is not a calendar interval"
    """
    try:
        CalendarInterval.parse(bound)
    except TrialwrightError as error:
        return error.what, error.mend
    return None


def quantity_fault(bound: str, *, unit: str, analyte: str = "") -> tuple[str, str] | None:
    """What is wrong with a bound that must be a quantity.

    Parameters
    ----------
    bound : str
        As written.
    unit : str
        Unit the fact is entered in; ``1`` asks for a plain number.
    analyte : str, default ""
        What is measured, where the conversion depends on it.

    Returns
    -------
    tuple of str or None
        What and how to mend it; None when it can be converted to the unit.

    Examples
    --------
    >>> quantity_fault("200", unit="U/L")
    ('"200" has no unit', 'write 200 U/L, or another unit that can be converted')
    """
    if unit == "1":
        return number_fault(bound)
    if _NUMBER.fullmatch(bound):
        return f'"{bound}" has no unit', f"write {bound} {unit}, or another unit that can be converted"
    quantity = _quantity(bound)
    if quantity is None:
        return f'"{bound}" is not a quantity', f"write a number, one blank and a unit such as {unit}"
    if not is_known(unit):
        return None
    try:
        convert(Decimal(1), from_unit=quantity.unit, to_unit=unit, analyte=analyte)
    except TrialwrightError as error:
        return error.what, error.mend
    return None


def unit_faults(path: Path, unit: str) -> Iterator[Fault]:
    """Fault of a unit the table does not hold.

    Parameters
    ----------
    path : tuple of str or int
        Where the unit stands.
    unit : str
        As written.

    Yields
    ------
    Fault
        At most one.
    """
    if not is_known(unit):
        yield Fault(
            path,
            f'the unit "{unit}" is not known',
            suggestion(unit, UNITS) or "write a UCUM unit such as mg/dL, U/mL or 10*9/L",
        )


def _quantity(text: str) -> Quantity | None:
    try:
        return Quantity.parse(text)
    except TrialwrightError:
        return None
