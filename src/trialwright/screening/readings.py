"""Answers about number and code items: the rows that count, what each says, and the one answer that follows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial, reduce
from typing import Final

import numpy as np

from trialwright.errors import StudyError
from trialwright.model.criteria import Comparison, NodeBase
from trialwright.model.study import Item
from trialwright.screening.answer import (
    FALSE,
    TRUE,
    UNKNOWN,
    Answer,
    Flags,
    Ints,
    Reasons,
    Verdicts,
    all_of,
    any_of,
    reason_bit,
)
from trialwright.screening.columns import Codes
from trialwright.screening.margin import Margin
from trialwright.screening.number_margins import Limit, Readings, number_margin, opposed
from trialwright.screening.numbers import (
    Cut,
    Demand,
    Measured,
    compare,
    demands_of,
    measured,
    number_bound,
    value_numbers,
    verdict_of_demand,
)
from trialwright.screening.rows import JudgedRows, absence, all_rows, any_row, nearest_row, with_absent_rows
from trialwright.screening.session import Facts
from trialwright.screening.setting import Setting

__all__ = ["ANSWERED_UNKNOWN", "Ratio", "code_answer", "code_verdicts", "multiplied", "number_answer"]

ANSWERED_UNKNOWN: Final = "UNKNOWN"
"""The code of a question that was asked and could not be answered."""

RowVerdicts = tuple[Verdicts, Reasons]


@dataclass(frozen=True, slots=True)
class Ratio:
    """A comparison with a multiple of each result's own upper limit, beside one with the value itself.

    Parameters
    ----------
    comparison : Comparison
        Multiples of the upper limit.
    limit_column : str
        Column of the upper limit.
    governing : {"value", "x_uln"}, optional
        Which of the two decides; without it both must agree.
    """

    comparison: Comparison
    limit_column: str
    governing: str | None


def code_verdicts(codes: Codes, wanted: Collection[str], values: Mapping[str, str] | None) -> RowVerdicts:
    """Whether each code is among those wanted.

    Parameters
    ----------
    codes : Codes
        Codes as entered.
    wanted : collection of str
        Codes that make it true.
    values : mapping of str to str, optional
        Closed list of the item.

    Returns
    -------
    verdict : int8 array
        1, -1 or 0.
    reason : uint32 array
        ``bad_code`` outside the closed list, ``answered_unknown`` for the code UNKNOWN unless it is wanted,
        ``missing`` for an empty cell.

    Examples
    --------
    >>> codes = Codes(np.array([0, 1, 2]), ("A", "B", "C"))
    >>> code_verdicts(codes, ("A",), {"A": "a", "B": "b"})[0].tolist()
    [1, -1, 0]
    """
    said = [_code_said(label, wanted, values) for label in codes.labels] + [(UNKNOWN, reason_bit("missing"))]
    verdict = np.array([verdict for verdict, _ in said], np.int8)
    reason = np.array([reason for _, reason in said], np.uint32)
    return verdict[codes.numbers], reason[codes.numbers]


def _code_said(code: str, wanted: Collection[str], values: Mapping[str, str] | None) -> tuple[np.int8, np.uint32]:
    if code in wanted:
        return TRUE, np.uint32(0)
    if code == ANSWERED_UNKNOWN:
        return UNKNOWN, reason_bit("answered_unknown")
    if values is not None and code not in values:
        return UNKNOWN, reason_bit("bad_code")
    return FALSE, np.uint32(0)


def code_answer(setting: Setting, name: str, comparison: Comparison, pick: str) -> Answer:
    """Whether a code item has one of the codes asked for.

    Parameters
    ----------
    setting : Setting
        Subjects, moments, window.
    name : str
        A code item.
    comparison : Comparison
        ``in`` or ``equals``.
    pick : {"latest", "first", "any", "all"}
        Which rows speak.

    Returns
    -------
    Answer
        One verdict a subject.

    Raises
    ------
    StudyError
        If codes are asked to be above or below something.
    """
    demands = demands_of(comparison)
    if any(demand.relation != "in" for demand in demands) or pick in ("highest", "lowest"):
        raise StudyError(
            f"the code item {name} is compared as if it were a number",
            mend="use equals or in, and pick latest, first, any or all",
        )
    item = setting.study.items[name]
    place = setting.place(name)
    facts = setting.session.facts(place)
    wanted = set.intersection(*(set(demand.bounds) for demand in demands))
    codes = setting.session.codes(place.domain, place.column).at(facts.row)
    verdict, reason = code_verdicts(codes, wanted, item.values)
    rows = JudgedRows(facts, verdict, reason, codes.numbers)
    return with_absent_rows(_picked(rows, setting, absence(facts, setting, place), pick), facts, setting, place)


def _picked(rows: JudgedRows, setting: Setting, absent: Reasons, pick: str) -> Answer:
    if pick == "any":
        return any_row(rows, setting, absent)
    if pick == "all":
        return all_rows(rows, setting, absent)
    return nearest_row(rows, setting, absent, first=pick == "first")


def number_answer(setting: Setting, name: str, comparison: Comparison, pick: str, ratio: Ratio | None = None) -> Answer:
    """Whether a number item holds against its bounds.

    Parameters
    ----------
    setting : Setting
        Subjects, moments, window.
    name : str
        A number item.
    comparison : Comparison
        Bounds of the value; may be empty when there is a ratio.
    pick : {"latest", "first", "highest", "lowest", "any", "all"}
        Which rows speak.
    ratio : Ratio, optional
        Bounds as multiples of the upper limit of normal.

    Returns
    -------
    Answer
        One verdict a subject.
    """
    item = setting.study.items[name]
    place = setting.place(name)
    facts = setting.session.facts(place)
    values = measured(setting.session, facts, place, item)
    absent = absence(facts, setting, place)
    branches = [*_value_branch(values, item, comparison, ratio), *_ratio_branch(setting, facts, values, ratio)]
    governing = ratio.governing if ratio is not None else None
    judged = partial(_judged, facts, value_numbers(values, item))
    said = {branch.key: reduce(_both, [branch.said(demand) for demand in branch.demands]) for branch in branches}
    if pick in ("highest", "lowest"):
        answers = {
            branch.key: all_of([_extreme(demand, branch, judged, setting, absent, pick) for demand in branch.demands])
            for branch in branches
        }
        answer = _governed_answer(answers, governing)
    else:
        answer = _picked(judged(_governed(said, governing)), setting, absent, pick)
    node = comparison.id if isinstance(comparison, NodeBase) and comparison.id is not None else ""
    readings = Readings(setting.session, name, node, facts, values, item, answer, pick)
    answer = replace(answer, margins=tuple(_margins(readings, branches, said, governing)))
    return with_absent_rows(answer, facts, setting, place)


def _margins(
    readings: Readings, branches: list[_Branch], said: dict[str, RowVerdicts], governing: str | None
) -> Iterator[Margin]:
    """One margin a bound of every branch; the branch that does not govern is shown beside."""
    verdicts = [verdict for verdict, _ in said.values()]
    against = opposed(*verdicts) if len(verdicts) > 1 else np.zeros(readings.facts.row.size, np.bool_)
    for branch in branches:
        governs = governing is None or branch.key == governing
        for demand in branch.demands:
            if demand.relation != "in":
                verdict = branch.said(demand)[0]
                yield number_margin(readings, Limit(demand, verdict, branch.upper, governs, against))


@dataclass(frozen=True, slots=True)
class _Branch:
    """Demands on the value itself, or on its ratio to the upper limit of normal."""

    key: str
    demands: tuple[Demand, ...]
    said: Callable[[Demand], RowVerdicts]
    upper: Ints | None = None


def _judged(facts: Facts, value: Ints, said: RowVerdicts) -> JudgedRows:
    return JudgedRows(facts, said[0], said[1], value)


def _value_branch(values: Measured, item: Item, comparison: Comparison, ratio: Ratio | None) -> list[_Branch]:
    if ratio is not None and not comparison.given:
        return []
    return [_Branch("value", demands_of(comparison), lambda demand: verdict_of_demand(demand, values, item))]


def _ratio_branch(setting: Setting, facts: Facts, values: Measured, ratio: Ratio | None) -> list[_Branch]:
    if ratio is None:
        return []
    limit = setting.session.numbers(facts.domain, ratio.limit_column).at(facts.row)
    # a limit that is itself only a bound, or not above zero, is no limit to multiply
    usable = limit.readable & (limit.sign == 0) & (limit.value > 0)
    multiples = demands_of(ratio.comparison)
    return [_Branch("x_uln", multiples, lambda demand: _ratio_said(demand, values, limit.value, usable), limit.value)]


def _ratio_said(demand: Demand, values: Measured, limit: Ints, usable: Flags) -> RowVerdicts:
    relation = "equals" if demand.relation == "in" else demand.relation
    number = values.number
    verdict = np.full(limit.size, FALSE, np.int8)
    for bound in demand.bounds:
        verdict = np.maximum(verdict, compare(relation, number.value, number.sign, multiplied(limit, bound)))
    unread = reason_bit("bad_value")
    reason = (values.reason & unread) | np.where(usable, np.uint32(0), reason_bit("no_reference_range"))
    verdict = np.where(reason > 0, UNKNOWN, verdict).astype(np.int8)
    unsure = (verdict == UNKNOWN) & (reason == 0)
    return verdict, np.where(unsure, reason_bit("imprecise_value"), reason).astype(np.uint32)


def multiplied(limit: Ints, bound: str) -> Cut:
    """Cuts at a multiple of each row's own limit.

    Parameters
    ----------
    limit : int64 array, shape (k,)
        Millionths.
    bound : str
        The multiple, a plain number.

    Returns
    -------
    Cut
        Of shape (k,), exact.

    Examples
    --------
    >>> multiplied(np.array([35_000_000]), "1.5").ceiling.tolist()
    [52500000]
    """
    factor = number_bound(bound)
    # whole numbers of any length, because a product may pass 64 bits
    product = limit.astype(object) * factor.numerator
    floor, ceiling = product // factor.denominator, -(-product // factor.denominator)
    return Cut(floor.astype(np.int64), ceiling.astype(np.int64))


def _both(first: RowVerdicts, second: RowVerdicts) -> RowVerdicts:
    verdict = np.minimum(first[0], second[0])
    reason = np.where(verdict == UNKNOWN, first[1] | second[1], np.uint32(0))
    return verdict, reason.astype(np.uint32)


def _governed(said: dict[str, RowVerdicts], governing: str | None) -> RowVerdicts:
    """The branch that decides, or what both agree on."""
    if len(said) == 1 or governing is not None:
        return said[governing or next(iter(said))]
    (first, first_reason), (second, second_reason) = said["value"], said["x_uln"]
    opposed = first * second == FALSE
    verdict = np.where(first == second, first, UNKNOWN).astype(np.int8)
    reason = first_reason | second_reason | np.where(opposed, reason_bit("conflict"), np.uint32(0))
    return verdict, np.where(verdict == UNKNOWN, reason, np.uint32(0)).astype(np.uint32)


def _governed_answer(answers: dict[str, Answer], governing: str | None) -> Answer:
    if len(answers) == 1 or governing is not None:
        return answers[governing or next(iter(answers))]
    said = {key: (answer.verdict, answer.reason) for key, answer in answers.items()}
    verdict, reason = _governed(said, None)
    return replace(all_of(list(answers.values())), verdict=verdict, reason=reason)


def _extreme(
    demand: Demand,
    branch: _Branch,
    judged: Callable[[RowVerdicts], JudgedRows],
    setting: Setting,
    absent: Reasons,
    pick: str,
) -> Answer:
    """What the highest, or the lowest, value says: it passes a bound from below as soon as any value does."""

    def held(relation: str, bound: str) -> Answer:
        rows = judged(branch.said(Demand(relation, (bound,))))
        by_any = relation in ("at_least", "above") if pick == "highest" else relation in ("at_most", "below")
        return any_row(rows, setting, absent) if by_any else all_rows(rows, setting, absent)

    if demand.relation != "in":
        return held(demand.relation, demand.bounds[0])
    return any_of([all_of([held("at_least", bound), held("at_most", bound)]) for bound in demand.bounds])
