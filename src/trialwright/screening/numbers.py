"""Exact comparison of measured values with the bounds of a study file.

Values and bounds are held in millionths as whole numbers. A bound that a unit turns into an endless fraction is never
rounded: the whole numbers below and above it decide.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np
import polars as pl

from trialwright.errors import StudyError, UnitError
from trialwright.model.criteria import Comparison
from trialwright.model.items import Place
from trialwright.model.study import Item
from trialwright.model.tables import TABLES
from trialwright.screening.answer import FALSE, TRUE, UNKNOWN, Flags, Ints, Reasons, Verdicts, reason_bit
from trialwright.screening.setting import Facts
from trialwright.units import conversion_factor

__all__ = [
    "Cut",
    "Measured",
    "Demand",
    "compare",
    "cut_at",
    "measured",
    "measured_column",
    "number_bound",
    "range_verdict",
    "demands_of",
    "value_numbers",
    "verdict_of_demand",
]

_MILLION: Final = 10**6
_LARGEST: Final = 2**62
_SIGNS: Final = {"": 0, "<": 1, "<=": 2, ">": 3, ">=": 4}


@dataclass(frozen=True, slots=True)
class Demand:
    """One bound a value is held against.

    Parameters
    ----------
    relation : {"at_least", "at_most", "above", "below", "in"}
        How it is held.
    bounds : tuple of str
        One bound, or the list of ``in``.
    """

    relation: str
    bounds: tuple[str, ...]


def demands_of(comparison: Comparison) -> tuple[Demand, ...]:
    """The bounds of a comparison one by one; all of them must hold.

    Parameters
    ----------
    comparison : Comparison
        As stated.

    Returns
    -------
    tuple of Demand
        ``between`` becomes two bounds, ``equals`` a list of one.

    Raises
    ------
    StudyError
        If nothing is stated to compare with.

    Examples
    --------
    >>> [demand.relation for demand in demands_of(Comparison(between=("1", "2")))]
    ['at_least', 'at_most']
    """
    demands = [
        Demand(relation, (bound,))
        for relation in ("at_least", "at_most", "above", "below")
        if (bound := getattr(comparison, relation)) is not None
    ]
    if comparison.between is not None:
        demands += [Demand("at_least", comparison.between[:1]), Demand("at_most", comparison.between[1:])]
    if comparison.in_ is not None:
        demands.append(Demand("in", comparison.in_))
    if comparison.equals is not None:
        demands.append(Demand("in", (comparison.equals,)))
    if not demands:
        raise StudyError("a fact is compared with nothing", mend="state a bound, such as at_least")
    return tuple(demands)


@dataclass(frozen=True, slots=True)
class Cut:
    """A bound in millionths: the whole numbers at or below, and at or above it.

    Parameters
    ----------
    floor, ceiling : int64 array
        Equal when the bound is a whole number of millionths.
    """

    floor: Ints
    ceiling: Ints


def cut_at(bound: Fraction) -> Cut:
    """The cut at a bound.

    Parameters
    ----------
    bound : Fraction
        In the unit of the values it is compared with.

    Returns
    -------
    Cut
        Of shape (1,).

    Examples
    --------
    >>> cut = cut_at(Fraction(1, 3))
    >>> int(cut.floor[0]), int(cut.ceiling[0])
    (333333, 333334)
    """
    scaled = bound * _MILLION
    floor = scaled.numerator // scaled.denominator
    ceiling = -(-scaled.numerator // scaled.denominator)
    limited = [max(-_LARGEST, min(_LARGEST, number)) for number in (floor, ceiling)]
    return Cut(np.array(limited[:1], np.int64), np.array(limited[1:], np.int64))


def compare(relation: str, value: Ints, sign: Ints, cut: Cut) -> Verdicts:
    """Whether values hold against a cut.

    Parameters
    ----------
    relation : {"at_least", "at_most", "above", "below", "equals"}
        How they are held.
    value : int64 array, shape (k,)
        Millionths.
    sign : int64 array, shape (k,)
        0 for a measured value, 1 to 4 for one known only to be ``<``, ``<=``, ``>`` or ``>=`` the number.
    cut : Cut
        Of shape (1,) or (k,).

    Returns
    -------
    int8 array, shape (k,)
        1 or -1 when every value the sign allows agrees, otherwise 0.

    Examples
    --------
    >>> number, less = np.array([5_000_000]), np.array([1])
    >>> compare("at_most", number, less, cut_at(Fraction(10))).tolist()
    [1]
    >>> compare("at_least", number, less, cut_at(Fraction(3))).tolist()
    [0]
    """
    if relation == "equals":
        upper = compare("at_most", value, sign, cut)
        lower = compare("at_least", value, sign, cut)
        return np.minimum(upper, lower)
    if relation in ("at_most", "below"):
        opposite = "above" if relation == "at_most" else "at_least"
        return -compare(opposite, value, sign, cut)
    strict = relation == "above"
    reaches = value > cut.floor if strict else value >= cut.ceiling
    beyond = value > cut.floor
    at_or_beyond = value >= cut.ceiling
    # the true value of "<v" lies below v and that of ">v" above it, without touching it
    true = np.select([sign == 0, sign == 3, sign == 4], [reaches, at_or_beyond, reaches], default=False)
    false = np.select(
        [sign == 0, sign == 1, sign == 2], [~reaches, ~beyond, ~beyond if strict else ~at_or_beyond], default=False
    )
    return np.where(true, TRUE, np.where(false, FALSE, UNKNOWN)).astype(np.int8)


def range_verdict(demand: Demand, low: Ints, high: Ints) -> Verdicts:
    """Whether whole numbers known to lie in a range hold against a demand.

    Parameters
    ----------
    demand : Demand
        With plain numbers as bounds.
    low, high : int64 array, shape (k,)
        Smallest and greatest number it can be.

    Returns
    -------
    int8 array, shape (k,)
        1 or -1 when every number of the range agrees, otherwise 0.

    Examples
    --------
    >>> range_verdict(Demand("at_least", ("18",)), np.array([17, 18]), np.array([18, 19])).tolist()
    [0, 1]
    """
    none = np.zeros(low.size, np.int64)
    found = np.full(low.size, FALSE, np.int8)
    for bound in demand.bounds:
        cut = cut_at(number_bound(bound))
        relation = "equals" if demand.relation == "in" else demand.relation
        ends = [compare(relation, _MILLION * end, none, cut) for end in (low, high)]
        agreed = np.where(ends[0] == ends[1], ends[0], UNKNOWN)
        if relation == "equals":
            between = (_MILLION * low <= cut.floor) & (_MILLION * high >= cut.ceiling) & (low < high)
            agreed = np.where(between, UNKNOWN, agreed)
        found = np.maximum(found, agreed).astype(np.int8)
    return found


def number_bound(text: str) -> Fraction:
    """A bound that is a plain number.

    Parameters
    ----------
    text : str
        As written.

    Returns
    -------
    Fraction
        Its exact value.

    Raises
    ------
    StudyError
        If it is anything else.

    Examples
    --------
    >>> number_bound("2.5")
    Fraction(5, 2)
    """
    try:
        return Fraction(text)
    except ValueError as error:
        raise StudyError(f"{text!r} is not a number", mend="compare with a plain number") from error


@dataclass(frozen=True, slots=True)
class Measured:
    """Values of rows, exact, with their units.

    Parameters
    ----------
    value : int64 array, shape (k,)
        Millionths; 0 where it cannot be read.
    sign : int64 array, shape (k,)
        0 measured, 1 to 4 for ``<``, ``<=``, ``>``, ``>=``.
    unit : int64 array, shape (k,)
        Position in `units`; -1 where there is none.
    units : tuple of str
        Units that occur.
    reason : uint32 array, shape (k,)
        Why the value cannot be compared, as bits; 0 where it can.
    """

    value: Ints
    sign: Ints
    unit: Ints
    units: tuple[str, ...]
    reason: Reasons


def measured_column(facts: Facts, column: str) -> tuple[Ints, Ints, Flags]:
    """A typed measure column in millionths.

    Parameters
    ----------
    facts : Facts
        The rows.
    column : str
        A measure, a length or a whole-number column of their table.

    Returns
    -------
    value, sign : int64 array
        Millionths, and 0 or 1 to 4 for a sign.
    readable : bool array
        False where there is no number.
    """
    kind = TABLES[facts.domain].by_name[column].kind
    if kind == "int":
        value, sign = facts.column(column).cast(pl.Int64, strict=False) * _MILLION, None
    else:
        stem = column.removesuffix("ORRES") if column.endswith("ORRES") else column
        cells = facts.column(f"{stem}VAL")
        # lengths are whole tenths of a millimetre
        scaled = cells.cast(pl.Int64, strict=False) * (_MILLION // 10) if kind == "length" else _in_millionths(cells)
        value, sign = scaled, None if kind == "length" else facts.column(f"{stem}CMP")
    readable = value.is_not_null().to_numpy()
    signs = np.zeros(readable.size, np.int64)
    if sign is not None:
        signs = sign.fill_null("").replace_strict(_SIGNS, default=0, return_dtype=pl.Int64).to_numpy()
    return value.fill_null(0).to_numpy(), signs, readable


def _in_millionths(cells: pl.Series) -> pl.Series:
    return cells.cast(pl.Decimal(38, 6)).to_physical().cast(pl.Int64, strict=False)


def measured(facts: Facts, place: Place, item: Item) -> Measured:
    """Values of a number item in its rows.

    Parameters
    ----------
    facts : Facts
        The item's rows.
    place : Place
        Where they stand.
    item : Item
        A number.

    Returns
    -------
    Measured
        A row without a unit counts as dimensionless only where the item is.
    """
    value, sign, readable = measured_column(facts, place.column)
    column = TABLES[place.domain].by_name[place.column]
    reason = np.where(readable, np.uint32(0), reason_bit("bad_value"))
    entry = item.unit or "1"
    if column.kind == "length":
        return Measured(value, sign, np.zeros(value.size, np.int64), ("mm",), reason)
    if not column.unit:
        return Measured(value, sign, np.zeros(value.size, np.int64), (entry,), reason)
    stated = facts.column(column.unit)
    stated = stated.fill_null("1") if entry == "1" else stated
    units = tuple(sorted(stated.drop_nulls().unique().to_list()))
    numbers = {unit: position for position, unit in enumerate(units)}
    unit = stated.replace_strict(numbers, default=-1, return_dtype=pl.Int64) if units else None
    positions = np.full(value.size, -1, np.int64) if unit is None else unit.fill_null(-1).to_numpy()
    unfit = reason_bit("unit_mismatch")
    return Measured(value, sign, positions, units, np.where(positions < 0, reason | unfit, reason))


def value_numbers(values: Measured, item: Item) -> Ints:
    """Numbers that are equal when two values are.

    Parameters
    ----------
    values : Measured
        Values of rows.
    item : Item
        Their item.

    Returns
    -------
    int64 array, shape (k,)
        Exact within one unit; across units equal to about fifteen digits, enough to tell two entries apart.
    """
    number = values.value.copy()
    if len(values.units) > 1:
        for position, unit in enumerate(values.units):
            factor = _factor(unit, item.unit or "1", item)
            here = values.unit == position
            if factor is not None:
                number[here] = np.rint(values.value[here] * float(factor)).astype(np.int64)
    found: Ints = number * len(_SIGNS) + values.sign
    return found


def _factor(start: str, end: str, item: Item) -> Fraction | None:
    if start == end:
        return Fraction(1)
    try:
        return conversion_factor(from_unit=start, to_unit=end, analyte=item.analyte or "")
    except UnitError:
        return None


def _quantity(bound: str, item: Item) -> tuple[Fraction, str]:
    number, blank, unit = bound.partition(" ")
    if blank:
        return number_bound(number), unit
    if (item.unit or "1") != "1":
        raise StudyError(
            f"the bound {bound!r} has no unit",
            why=f"the item is measured in {item.unit}",
            mend=f"write {bound} {item.unit}",
        )
    return number_bound(bound), "1"


def verdict_of_demand(demand: Demand, values: Measured, item: Item) -> tuple[Verdicts, Reasons]:
    """Whether measured values hold against a demand.

    Parameters
    ----------
    demand : Demand
        Bounds as quantities, or plain numbers where the item has no unit.
    values : Measured
        Values of rows.
    item : Item
        Their item; its analyte decides how units are turned into each other.

    Returns
    -------
    verdict : int8 array, shape (k,)
        1, -1 or 0.
    reason : uint32 array, shape (k,)
        Bits; 0 unless unknown.
    """
    verdict = np.full(values.value.size, FALSE, np.int8)
    unfit = np.zeros(values.value.size, np.bool_)
    relation = "equals" if demand.relation == "in" else demand.relation
    for bound in demand.bounds:
        number, unit = _quantity(bound, item)
        for position, stated in enumerate(values.units):
            here = values.unit == position
            factor = _factor(unit, stated, item)
            if factor is None:
                unfit |= here
                continue
            found = compare(relation, values.value[here], values.sign[here], cut_at(number * factor))
            verdict[here] = np.maximum(verdict[here], found)
    reason = values.reason | np.where(unfit, reason_bit("unit_mismatch"), np.uint32(0))
    verdict = np.where(reason > 0, UNKNOWN, verdict).astype(np.int8)
    reason = np.where((verdict == UNKNOWN) & (reason == 0), reason_bit("imprecise_value"), reason)
    return verdict, reason.astype(np.uint32)
