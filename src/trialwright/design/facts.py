"""Invented facts of many subjects, and whether a predicate of the study holds on them.

Facts are complete here: nothing is missing, so a predicate is true or false. What the data folder then lacks is the
business of the lapses.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Final

import numpy as np
from numpy.typing import NDArray

from trialwright.dates import CalendarInterval
from trialwright.design.days import completed_years
from trialwright.errors import StudyError
from trialwright.model.criteria import (
    Age,
    All,
    Any_,
    AtLeastOf,
    Attest,
    Comparison,
    History,
    If,
    Interval,
    ItemIs,
    Lab,
    Lesions,
    Node,
    Not,
    Note,
    QuantityIs,
    Response,
    Score,
    Sex,
)
from trialwright.model.slots import moved

__all__ = ["Answer", "Facts", "holds", "word_fits"]

BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer a subject, as an index into a few words; -1 where there is none.

    Parameters
    ----------
    codes : ndarray of int
        One a subject.
    words : tuple of str
        What the codes mean.
    """

    codes: IntArray
    words: tuple[str, ...]

    def is_any(self, fits: Callable[[str], bool]) -> BoolArray:
        """Whether a subject's word fits; without a word it does not.

        Parameters
        ----------
        fits : callable
            Asked once for each word.

        Returns
        -------
        ndarray of bool
            One a subject.
        """
        table = np.array([*(fits(word) for word in self.words), False])
        return np.asarray(table[self.codes], dtype=np.bool_)


@dataclass(frozen=True, slots=True)
class Facts:
    """What was invented for the subjects of a trial.

    Parameters
    ----------
    count : int
        Number of subjects.
    answers : mapping of (item, gate) to Answer
        Codes, numbers and attestations; the gate is empty for what is asked at no gate.
    days : mapping of str to ndarray of int
        Day numbers of date items and of time points.
    birth : ndarray of int
        Day of birth.
    sex : Answer
        Sex.
    responses : mapping of str to Answer
        Latest response of a series before the allocation.
    upper_limits : mapping of str to Decimal
        Upper limit of normal of laboratory items, in the item's unit.
    score_items : mapping of str to str
        Item in which a score is recorded.
    """

    count: int
    answers: Mapping[tuple[str, str], Answer]
    days: Mapping[str, IntArray]
    birth: IntArray
    sex: Answer
    responses: Mapping[str, Answer]
    upper_limits: Mapping[str, Decimal] = field(default_factory=dict)
    score_items: Mapping[str, str] = field(default_factory=dict)

    def answer(self, item: str, gate: str) -> Answer:
        """The answer to an item at a gate, or wherever it was asked.

        Parameters
        ----------
        item : str
            Name of the item.
        gate : str
            Name of the gate.

        Returns
        -------
        Answer
            The answer.

        Raises
        ------
        StudyError
            When nothing was invented for the item.
        """
        found = self.answers.get((item, gate))
        if found is None:
            found = next((answer for (name, _), answer in self.answers.items() if name == item), None)
        if found is None:
            raise StudyError(f"nothing is invented for {item!r}", mend="give it a draw in the scenario's items")
        return found

    def day(self, name: str) -> IntArray:
        """The day of a date item or a time point.

        Parameters
        ----------
        name : str
            Its name.

        Returns
        -------
        ndarray of int
            Day numbers.

        Raises
        ------
        StudyError
            When no day was invented for it.
        """
        if name not in self.days:
            raise StudyError(
                f"no day is invented for {name!r}", mend="place it by days_before in the items of the scenario"
            )
        return self.days[name]


def word_fits(node: Comparison, word: str) -> bool:
    """Whether one word satisfies the comparators of a node.

    Parameters
    ----------
    node : Comparison
        Comparators; a quantity counts by its number, in the unit of entry.
    word : str
        A code or a number.

    Returns
    -------
    bool
        True when every comparator given is satisfied.

    Examples
    --------
    >>> word_fits(Comparison(at_least="2"), "2"), word_fits(Comparison(in_=("A", "B")), "C")
    (True, False)
    """
    if node.equals is not None and not _same(node.equals, word):
        return False
    if node.in_ is not None and not any(_same(bound, word) for bound in node.in_):
        return False
    if node.between is not None and not _number(node.between[0]) <= _number(word) <= _number(node.between[1]):
        return False
    return (
        (node.at_least is None or _number(word) >= _number(node.at_least))
        and (node.at_most is None or _number(word) <= _number(node.at_most))
        and (node.above is None or _number(word) > _number(node.above))
        and (node.below is None or _number(word) < _number(node.below))
    )


def _same(bound: str, word: str) -> bool:
    if bound == word:
        return True
    try:
        return Decimal(bound.split(maxsplit=1)[0]) == Decimal(word)
    except InvalidOperation:
        return False


def _number(text: str) -> Decimal:
    try:
        return Decimal(text.split(maxsplit=1)[0])
    except InvalidOperation:
        raise StudyError(
            f"{text!r} is compared as a number and is none", mend="compare codes by in or equals"
        ) from None


def holds(node: Node, facts: Facts, gate: str, days: IntArray, *, favours: bool = True) -> BoolArray:
    """Whether a predicate holds for each subject.

    Parameters
    ----------
    node : Node
        The predicate.
    facts : Facts
        Complete facts.
    gate : str
        Gate it is judged at.
    days : ndarray of int
        Day of the judgement, one a subject.
    favours : bool, default True
        Whether its being true speaks for eligibility.

    Returns
    -------
    ndarray of bool
        True or false; a response of a series that is not invented does not hold. What only a computation could tell
        (lesions, scores and doses) is taken to speak for eligibility.

    Raises
    ------
    StudyError
        When nothing is invented for what the node asks.

    Examples
    --------
    >>> from trialwright.model.criteria import Sex
    >>> sex = Answer(np.array([0, 1]), ("F", "M"))
    >>> facts = Facts(2, {}, {}, np.zeros(2, dtype=np.int64), sex, {})
    >>> holds(Sex(sex="F"), facts, "registration", np.array([20000, 20000])).tolist()
    [True, False]
    """
    judge = _JUDGES[type(node)]
    own = node.at if isinstance(node.at, str) else gate
    return judge(node, facts, own, days, favours)


def _counting(children: tuple[Node, ...]) -> tuple[Node, ...]:
    """Children that count for something: notes do not, unless there is nothing else."""
    return tuple(child for child in children if not isinstance(child, Note)) or children


def _holds_all(node: All, facts: Facts, gate: str, days: IntArray, favours: bool) -> BoolArray:
    held: BoolArray = np.logical_and.reduce(
        [holds(child, facts, gate, days, favours=favours) for child in _counting(node.all_)]
    )
    return held


def _holds_any(node: Any_, facts: Facts, gate: str, days: IntArray, favours: bool) -> BoolArray:
    held: BoolArray = np.logical_or.reduce(
        [holds(child, facts, gate, days, favours=favours) for child in _counting(node.any_)]
    )
    return held


def _holds_not(node: Not, facts: Facts, gate: str, days: IntArray, favours: bool) -> BoolArray:
    return ~holds(node.not_, facts, gate, days, favours=not favours)


def _holds_of(node: AtLeastOf, facts: Facts, gate: str, days: IntArray, favours: bool) -> BoolArray:
    true = np.sum([holds(child, facts, gate, days, favours=favours) for child in _counting(node.of)], axis=0)
    low = 0 if node.at_least is None else node.at_least
    high = len(node.of) if node.at_most is None else node.at_most
    return np.asarray((true >= low) & (true <= high), dtype=np.bool_)


def _holds_if(node: If, facts: Facts, gate: str, days: IntArray, favours: bool) -> BoolArray:
    met = holds(node.then, facts, gate, days, favours=favours)
    return ~holds(node.if_, facts, gate, days, favours=not favours) | met


def _holds_item(node: ItemIs, facts: Facts, gate: str, days: IntArray, favours: bool) -> BoolArray:
    return facts.answer(node.item, gate).is_any(lambda word: word_fits(node, word))


def _holds_interval(node: Interval, facts: Facts, gate: str, days: IntArray, favours: bool) -> BoolArray:
    start, end = facts.day(node.interval.from_), facts.day(node.interval.to)
    held = np.ones(facts.count, dtype=np.bool_)
    for bound, test in (
        (node.at_least, np.less_equal),
        (node.above, np.less),
        (node.at_most, np.greater_equal),
        (node.below, np.greater),
    ):
        if bound is not None:
            held &= test(moved(start, CalendarInterval.parse(bound)), end)
    return held


def _holds_history(node: History, facts: Facts, gate: str, days: IntArray, favours: bool) -> BoolArray:
    wanted, left_out = node.history.values, node.history.except_ or ()
    return facts.answer(node.history.of, gate).is_any(
        lambda word: (wanted is None or word in wanted) and word not in left_out
    )


def _holds_response(node: Response, facts: Facts, gate: str, days: IntArray, favours: bool) -> BoolArray:
    found = facts.responses.get(node.response.of)
    if found is None:
        return np.zeros(facts.count, dtype=np.bool_)
    return found.is_any(lambda word: word_fits(node, word))


def _holds_age(node: Age, facts: Facts, gate: str, days: IntArray, favours: bool) -> BoolArray:
    years = completed_years(facts.birth, days)
    ages, positions = np.unique(years, return_inverse=True)
    return Answer(positions, tuple(str(age) for age in ages)).is_any(lambda word: word_fits(node.age, word))


def _holds_sex(node: Sex, facts: Facts, gate: str, days: IntArray, favours: bool) -> BoolArray:
    return facts.sex.is_any(lambda word: word == node.sex)


def _holds_attest(node: Attest, facts: Facts, gate: str, days: IntArray, favours: bool) -> BoolArray:
    return facts.answer(node.attest, gate).is_any(lambda word: word == "Y")


def _holds_lab(node: Lab, facts: Facts, gate: str, days: IntArray, favours: bool) -> BoolArray:
    answer = facts.answer(node.lab, gate)
    if node.given:
        return answer.is_any(lambda word: word_fits(node, word))
    if node.x_uln is None:
        return np.full(facts.count, favours)
    bound, upper = node.x_uln, facts.upper_limits.get(node.lab)
    if upper is None:
        raise StudyError(
            f"{node.lab!r} is compared with an upper limit that is not known", mend="state a value as well"
        )
    return answer.is_any(lambda word: word_fits(bound, str(_number(word) / upper)))


def _holds_score(node: Score, facts: Facts, gate: str, days: IntArray, favours: bool) -> BoolArray:
    item = facts.score_items.get(node.score, "")
    if not item or node.part == "class":
        return np.full(facts.count, favours)
    return facts.answer(item, gate).is_any(lambda word: word_fits(node, word))


def _granted(node: Node, facts: Facts, gate: str, days: IntArray, favours: bool) -> BoolArray:
    return np.full(facts.count, favours)


def _holds_note(node: Note, facts: Facts, gate: str, days: IntArray, favours: bool) -> BoolArray:
    return np.ones(facts.count, dtype=np.bool_)


_JUDGES: Final[Mapping[type, Callable[..., BoolArray]]] = {
    All: _holds_all,
    Any_: _holds_any,
    Not: _holds_not,
    AtLeastOf: _holds_of,
    If: _holds_if,
    ItemIs: _holds_item,
    Interval: _holds_interval,
    History: _holds_history,
    Response: _holds_response,
    Age: _holds_age,
    Sex: _holds_sex,
    Attest: _holds_attest,
    Note: _holds_note,
    Lab: _holds_lab,
    Score: _holds_score,
    Lesions: _granted,
    QuantityIs: _granted,
}
