"""Margins of number items: the value that counts less its bound, in the bound's unit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np

from trialwright.model.study import Item
from trialwright.screening.answer import FALSE, UNKNOWN, Answer, Flags, Ints, Verdicts
from trialwright.screening.margin import Floats, Margin, Told, exact_text, millionths_away, share_of
from trialwright.screening.numbers import Demand, Measured, factor_between, number_bound, quantity_of
from trialwright.screening.session import Facts, Session

__all__ = ["Limit", "Readings", "number_margin", "opposed", "used_positions"]

_MILLION: Final = 10**6
_LOWER: Final = ("at_least", "above")


@dataclass(frozen=True, slots=True)
class Readings:
    """Rows of a number item with what was judged on them.

    Parameters
    ----------
    session : Session
        The data.
    about, node : str
        The item, and the id of the node if it has one.
    facts : Facts
        The rows.
    values : Measured
        Their values.
    item : Item
        The item.
    answer : Answer
        What followed from them.
    pick : str
        Which rows speak.
    """

    session: Session
    about: str
    node: str
    facts: Facts
    values: Measured
    item: Item
    answer: Answer
    pick: str


@dataclass(frozen=True, slots=True)
class Limit:
    """One bound of a number item, with what each row says about it.

    Parameters
    ----------
    demand : Demand
        Relation and bound.
    verdict : int8 array, shape (k,)
        Of each row.
    upper : int64 array, shape (k,), optional
        Upper limit of normal of each row in millionths; then the bound is a multiple of it.
    governs : bool
        Whether the answer rests on this limit.
    opposed : bool array, shape (k,)
        Rows of which the other limit says the opposite.
    """

    demand: Demand
    verdict: Verdicts
    upper: Ints | None
    governs: bool
    opposed: Flags


def used_positions(answer: Answer, facts: Facts, session: Session) -> Ints:
    """Positions, among an item's rows, of those an answer rests on.

    Parameters
    ----------
    answer : Answer
        What followed from the rows.
    facts : Facts
        The rows.
    session : Session
        The data.

    Returns
    -------
    int64 array
        In the order of the rows.
    """
    own = answer.table == session.number_of(facts)
    height = 1 + max(int(facts.row.max(initial=0)), int(answer.row.max(initial=0)))
    rests = answer.subject[own] * height + answer.row[own]
    found: Ints = np.flatnonzero(np.isin(facts.subject * height + facts.row, rests))
    return found


def number_margin(readings: Readings, limit: Limit) -> Margin:
    """Margins of one bound, one for each subject with a value that counts.

    Parameters
    ----------
    readings : Readings
        The item's rows.
    limit : Limit
        The bound.

    Returns
    -------
    Margin
        Of several rows that count, the one the pick looks for; of rows that agree, the one nearest to failing.
    """
    facts, values, answer = readings.facts, readings.values, readings.answer
    used = used_positions(answer, facts, readings.session)
    used = used[limit.verdict[used] != UNKNOWN]
    single = np.bincount(facts.subject[used], minlength=answer.verdict.size) == 1
    used = used[(answer.verdict[facts.subject[used]] != UNKNOWN) | single[facts.subject[used]]]
    away, share = _distances(readings, limit, used)
    chosen = _chosen(facts.subject[used], away, _wants_greatest(readings.pick, limit.demand.relation))
    used, away, share = used[chosen], away[chosen], share[chosen]
    subject, verdict = facts.subject[used], limit.verdict[used]
    units, unit = _units(readings, limit, used)
    return Margin(
        about=readings.about,
        node=readings.node,
        relation=limit.demand.relation,
        bound=limit.demand.bounds[0] if limit.upper is None else f"{limit.demand.bounds[0]} × ULN",
        units=units,
        unit=unit,
        subject=subject,
        low=away,
        high=away,
        sign=values.number.sign[used],
        share=share,
        verdict=verdict,
        decides=np.full(used.size, limit.governs),
        opposed=limit.opposed[used],
        table=np.full(used.size, readings.session.number_of(facts), np.int64),
        row=facts.row[used],
        told=_teller(readings, limit, used),
    )


def _distances(readings: Readings, limit: Limit, used: Ints) -> tuple[Ints, Floats]:
    """Value less bound, and its share of the bound; worked out once for equal values."""
    values = readings.values
    upper = np.zeros(values.number.value.size, np.int64) if limit.upper is None else limit.upper
    keys = np.stack([values.unit.numbers[used], values.number.value[used], upper[used]], axis=1)
    unique, inverse = np.unique(keys, axis=0, return_inverse=True)
    found = [_distance(readings, limit, *(int(cell) for cell in key)) for key in unique]
    away = np.array([millionths_away(distance) for distance, _ in found], np.int64)
    share = np.array([share_of(float(distance), float(bound)) for distance, bound in found], np.float64)
    where = inverse.reshape(-1)
    return away[where], share[where]


def _distance(readings: Readings, limit: Limit, unit: int, value: int, upper: int) -> tuple[Fraction, Fraction]:
    """Value less bound, and the bound, in the unit of the bound."""
    number = Fraction(value, _MILLION)
    if limit.upper is not None:
        bound = number_bound(limit.demand.bounds[0]) * Fraction(upper, _MILLION)
        return number - bound, bound
    bound, bound_unit = quantity_of(limit.demand.bounds[0], readings.item)
    factor = factor_between(readings.values.unit.labels[unit], bound_unit, readings.item)
    # a row whose unit cannot be turned into the bound's has no verdict, so it is never asked about
    return number * (factor or 1) - bound, bound


def _wants_greatest(pick: str, relation: str) -> bool:
    lower = relation in _LOWER
    return {"highest": True, "lowest": False, "any": lower}.get(pick, not lower)


def _chosen(subject: Ints, away: Ints, greatest: bool) -> Ints:
    """One position a subject: the greatest, or the least, margin."""
    order = np.lexsort((-away if greatest else away, subject))
    first = np.ones(order.size, np.bool_)
    first[1:] = subject[order][1:] != subject[order][:-1]
    found: Ints = order[first]
    return found


def _units(readings: Readings, limit: Limit, used: Ints) -> tuple[tuple[str, ...], Ints]:
    if limit.upper is not None:
        return readings.values.unit.labels, readings.values.unit.numbers[used]
    return (quantity_of(limit.demand.bounds[0], readings.item)[1],), np.zeros(used.size, np.int64)


def _teller(readings: Readings, limit: Limit, used: Ints) -> Callable[[int], Told]:
    facts, values = readings.facts, readings.values
    frame = readings.session.frame(facts.domain)

    def told(position: int) -> Told:
        at = int(used[position])
        row, unit = int(facts.row[at]), values.unit.labels[int(values.unit.numbers[at])]
        if limit.upper is not None:
            bound = number_bound(limit.demand.bounds[0]) * Fraction(int(limit.upper[at]), _MILLION)
        else:
            quantity, bound_unit = quantity_of(limit.demand.bounds[0], readings.item)
            bound = quantity * (factor_between(bound_unit, unit, readings.item) or 1)
        day = frame[facts.date_column][row] if facts.date_column in frame.columns else None
        threshold = f"{exact_text(millionths_away(bound))}{'' if unit == '1' else f' {unit}'}"
        return Told(str(frame[facts.column][row]), "" if unit == "1" else unit, str(day or ""), threshold)

    return told


def opposed(first: Verdicts, second: Verdicts) -> Flags:
    """Rows of which two limits say the opposite.

    Parameters
    ----------
    first, second : int8 array, shape (k,)
        Verdicts of the two limits.

    Returns
    -------
    bool array, shape (k,)
        Where one is true and the other false.

    Examples
    --------
    >>> opposed(np.array([1, 1, 0], np.int8), np.array([-1, 1, -1], np.int8)).tolist()
    [True, False, False]
    """
    found: Flags = first * second == FALSE
    return found
