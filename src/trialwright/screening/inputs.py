"""Inputs of computed figures: the value of an item that counts at a subject's moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction
from typing import Final

import numpy as np

from trialwright.errors import StudyError
from trialwright.model.items import Place
from trialwright.model.study import Item
from trialwright.screening.ages import ages
from trialwright.screening.answer import TRUE, UNKNOWN, Answer, Ints, Reasons, all_of, constant, reason_bit
from trialwright.screening.computed import Known
from trialwright.screening.number_margins import used_positions
from trialwright.screening.numbers import factor_between, measured, value_numbers
from trialwright.screening.readings import code_verdicts
from trialwright.screening.rows import JudgedRows, absence, nearest_row, with_absent_rows
from trialwright.screening.session import Facts
from trialwright.screening.setting import Setting

__all__ = ["Input", "input_of", "known_inputs"]

_DIGITS: Final = Context(prec=34)
_MILLION: Final = 10**6


@dataclass(frozen=True, slots=True)
class Input:
    """One input of every subject.

    Parameters
    ----------
    answer : Answer
        True where the input is known, with the rows it stands in; unknown elsewhere, with the reasons.
    numbers : int64 array, shape (n,)
        Position of each subject's value in `values`; -1 where it is not known.
    values : tuple of Known
        Values that occur.
    """

    answer: Answer
    numbers: Ints
    values: tuple[Known, ...]

    def at(self, subject: int) -> Known:
        """Value of one subject.

        Parameters
        ----------
        subject : int
            Its position.

        Returns
        -------
        Known
            None where it is not known.
        """
        number = int(self.numbers[subject])
        return None if number < 0 else self.values[number]


def input_of(setting: Setting, name: str) -> Input:
    """The latest value of a number or code item, or the age.

    Parameters
    ----------
    setting : Setting
        Subjects, moments, window.
    name : str
        Declared item, or ``age``.

    Returns
    -------
    Input
        A value known only to lie below or above something counts as not known.

    Raises
    ------
    StudyError
        If the item is a date, a text or an attestation.
    """
    if name == "age":
        return _age(setting)
    item, place = setting.study.items[name], setting.place(name)
    if item.is_ not in ("number", "code"):
        raise StudyError(f"the {item.is_} item {name} is no input of a figure", mend="name a number or a code item")
    facts = setting.session.facts(place)
    read = _codes_of(setting, facts, item) if item.is_ == "code" else _numbers_of(setting, facts, place, item)
    rows = JudgedRows(facts, np.where(read.reason == 0, TRUE, UNKNOWN).astype(np.int8), read.reason, read.same)
    answer = nearest_row(rows, setting, absence(facts, setting, place))
    numbers = np.full(setting.size, -1, np.int64)
    used = used_positions(answer, facts, setting.session)
    used = used[answer.verdict[facts.subject[used]] == TRUE]
    numbers[facts.subject[used]] = read.number[used]
    return Input(with_absent_rows(answer, facts, setting, place), numbers, read.values)


@dataclass(frozen=True, slots=True)
class _Read:
    """Rows of an item: why each cannot be used, what equals what, and the value."""

    reason: Reasons
    same: Ints
    number: Ints
    values: tuple[Known, ...]


def _codes_of(setting: Setting, facts: Facts, item: Item) -> _Read:
    codes = setting.session.codes(facts.domain, facts.column).at(facts.row)
    _, reason = code_verdicts(codes, (), item.values)
    return _Read(reason, codes.numbers, codes.numbers, codes.labels)


def _numbers_of(setting: Setting, facts: Facts, place: Place, item: Item) -> _Read:
    found = measured(setting.session, facts, place, item)
    factors = [factor_between(label, item.unit or "1", item) for label in found.unit.labels]
    unfit = np.array([*(factor is None for factor in factors), False])[found.unit.numbers]
    bounded = np.where(found.number.sign != 0, reason_bit("imprecise_value"), np.uint32(0))
    reason = found.reason | bounded | np.where(unfit, reason_bit("unit_mismatch"), np.uint32(0))
    keys = np.stack([found.unit.numbers, found.number.value], axis=1)
    unique, inverse = np.unique(keys, axis=0, return_inverse=True)
    values = tuple(_decimal(int(value), factors[int(unit)]) for unit, value in unique)
    return _Read(reason.astype(np.uint32), value_numbers(found, item), inverse.reshape(-1), values)


def _decimal(millionths: int, factor: Fraction | None) -> Decimal | None:
    if factor is None:
        return None
    exact = Fraction(millionths, _MILLION) * factor
    return _DIGITS.divide(Decimal(exact.numerator), Decimal(exact.denominator))


def _age(setting: Setting) -> Input:
    """Completed years where the birth date leaves no doubt."""
    low, high, answer = ages(setting)
    numbers = np.where((answer.verdict == TRUE) & (low == high), low, -1)
    return Input(answer, numbers, tuple(Decimal(years) for years in range(int(numbers.max(initial=0)) + 1)))


def known_inputs(setting: Setting, names: Mapping[str, tuple[str, ...]]) -> tuple[dict[str, list[Input]], Answer]:
    """Inputs of a figure, and one answer that is true where all of them are known.

    Parameters
    ----------
    setting : Setting
        Subjects, moments, window.
    names : mapping of str to tuple of str
        Input to the items it is made of.

    Returns
    -------
    inputs : dict of str to list of Input
        In the same order.
    answer : Answer
        Resting on the rows of every input, with the reasons of those that are not known.
    """
    inputs = {name: [input_of(setting, item) for item in items] for name, items in names.items()}
    answers = [each.answer for group in inputs.values() for each in group]
    return inputs, all_of(answers) if answers else constant(setting.size, TRUE)
