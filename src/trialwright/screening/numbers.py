"""Exact comparison of measured values with the bounds of a study file.

Values and bounds are held in millionths as whole numbers. A bound that a unit turns into an endless fraction is never
rounded: the whole numbers below and above it decide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np

from trialwright.errors import StudyError, UnitError
from trialwright.model.criteria import Comparison
from trialwright.model.items import Place
from trialwright.model.study import Item
from trialwright.model.tables import TABLES
from trialwright.screening.answer import FALSE, TRUE, UNKNOWN, Ints, Reasons, Verdicts, reason_bit
from trialwright.screening.columns import Codes, Numbers
from trialwright.screening.session import Facts, Session
from trialwright.units import conversion_factor

__all__ = [
    "Cut",
    "Measured",
    "Demand",
    "compare",
    "cut_at",
    "measured",
    "number_bound",
    "range_verdict",
    "demands_of",
    "factor_between",
    "quantity_of",
    "span_verdict",
    "value_numbers",
    "verdict_of_demand",
]

_MILLION: Final = 10**6
_LARGEST: Final = 2**62
_SIGN_COUNT: Final = 5


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
    return span_verdict(demand, [number_bound(bound) for bound in demand.bounds], _MILLION * low, _MILLION * high)


def span_verdict(demand: Demand, bounds: Sequence[Fraction], low: Ints, high: Ints) -> Verdicts:
    """Whether amounts known to lie in a range hold against a demand.

    Parameters
    ----------
    demand : Demand
        How they are held.
    bounds : sequence of Fraction
        Its bounds in the unit of the amounts.
    low, high : int64 array, shape (k,)
        Smallest and greatest amount it can be, in millionths.

    Returns
    -------
    int8 array, shape (k,)
        1 or -1 when every amount of the range agrees, otherwise 0.

    Examples
    --------
    >>> low, high = np.array([2_000_000]), np.array([9_000_000])
    >>> span_verdict(Demand("above", ("1 cm",)), [Fraction(1)], low, high).tolist()
    [1]
    """
    none = np.zeros(low.size, np.int64)
    found = np.full(low.size, FALSE, np.int8)
    relation = "equals" if demand.relation == "in" else demand.relation
    for bound in bounds:
        cut = cut_at(bound)
        ends = [compare(relation, end, none, cut) for end in (low, high)]
        agreed = np.where(ends[0] == ends[1], ends[0], UNKNOWN)
        if relation == "equals":
            between = (low <= cut.floor) & (high >= cut.ceiling) & (low < high)
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
    number : Numbers
        Millionths and signs, of k rows.
    unit : Codes
        Unit of each row; a row without one cannot be compared.
    reason : uint32 array, shape (k,)
        Why the value cannot be compared, as bits; 0 where it can.
    """

    number: Numbers
    unit: Codes
    reason: Reasons


def measured(session: Session, facts: Facts, place: Place, item: Item) -> Measured:
    """Values of a number item in its rows.

    Parameters
    ----------
    session : Session
        The data.
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
    number = session.numbers(place.domain, place.column).at(facts.row)
    column = TABLES[place.domain].by_name[place.column]
    reason = np.where(number.readable, np.uint32(0), reason_bit("bad_value")).astype(np.uint32)
    entry = item.unit or "1"
    if column.kind == "length" or not column.unit:
        own = "mm" if column.kind == "length" else entry
        return Measured(number, Codes(np.zeros(facts.row.size, np.int64), (own,)), reason)
    unit = session.codes(place.domain, column.unit).at(facts.row)
    if entry == "1":
        labels = (*unit.labels, "1")
        unit = Codes(np.where(unit.numbers < 0, len(unit.labels), unit.numbers), labels)
    unfit = np.where(unit.numbers < 0, reason_bit("unit_mismatch"), np.uint32(0))
    return Measured(number, unit, reason | unfit)


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
        Exact in the item's own unit, to about fifteen digits in others: enough to tell two entries apart.
    """
    number = values.number.value
    for position in np.unique(values.unit.numbers[values.unit.numbers >= 0]).tolist():
        factor = factor_between(values.unit.labels[position], item.unit or "1", item)
        if factor is None or factor == 1:
            continue
        here = values.unit.numbers == position
        number = np.where(here, np.rint(values.number.value * float(factor)).astype(np.int64), number)
    found: Ints = number * _SIGN_COUNT + values.number.sign
    return found


def factor_between(start: str, end: str, item: Item) -> Fraction | None:
    """Exact factor from one unit of an item to another.

    Parameters
    ----------
    start, end : str
        Units as written.
    item : Item
        A number; its analyte decides between mass and amount.

    Returns
    -------
    Fraction or None
        None where the closed table has no way between the two.
    """
    if start == end:
        return Fraction(1)
    try:
        return conversion_factor(from_unit=start, to_unit=end, analyte=item.analyte or "")
    except UnitError:
        return None


def quantity_of(bound: str, item: Item) -> tuple[Fraction, str]:
    """A bound of a number item, with its unit.

    Parameters
    ----------
    bound : str
        As written in the study file.
    item : Item
        A number.

    Returns
    -------
    number : Fraction
        Exact.
    unit : str
        ``1`` for a plain number.

    Raises
    ------
    StudyError
        If the item has a unit and the bound none.
    """
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
    number, units = values.number, values.unit
    verdict = np.full(number.value.size, FALSE, np.int8)
    unfit = np.zeros(number.value.size, np.bool_)
    relation = "equals" if demand.relation == "in" else demand.relation
    stated = np.unique(units.numbers[units.numbers >= 0]).tolist()
    for bound in demand.bounds:
        quantity, unit = quantity_of(bound, item)
        for position in stated:
            here = units.numbers == position
            factor = factor_between(unit, units.labels[position], item)
            if factor is None:
                unfit |= here
                continue
            found = compare(relation, number.value, number.sign, cut_at(quantity * factor))
            verdict = np.where(here, np.maximum(verdict, found), verdict)
    reason = values.reason | np.where(unfit, reason_bit("unit_mismatch"), np.uint32(0))
    verdict = np.where(reason > 0, UNKNOWN, verdict).astype(np.int8)
    reason = np.where((verdict == UNKNOWN) & (reason == 0), reason_bit("imprecise_value"), reason)
    return verdict, reason.astype(np.uint32)
