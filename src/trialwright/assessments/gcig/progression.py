"""Progression by CA-125: a doubling of the upper limit of normal or of the lowest value, seen twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final, Literal

from trialwright.assessments.gcig.amounts import Amount, Truth, above, at_least, at_most, least
from trialwright.assessments.gcig.rules import WITHIN_NORMAL, GcigRules
from trialwright.assessments.gcig.samples import Sample

__all__ = ["Category", "ProgressionCourse", "progression_courses"]

Category = Literal["A", "B", "C"]

_BOTH: Final = (True, False)
_ONE: Final = {True: (True,), False: (False,), None: _BOTH}
_Begun = tuple[int, Category] | None
_CATEGORIES: Final[Mapping[tuple[Truth, Truth], tuple[Category, ...]]] = {
    (False, False): ("C",), (False, True): ("C",), (False, None): ("C",),
    (True, False): ("B",), (True, True): ("A",), (True, None): ("A", "B"),
    (None, False): ("B", "C"), (None, True): ("A", "C"), (None, None): ("A", "B", "C"),
}  # fmt: skip
"""Categories that can hold, by whether the marker was elevated before treatment and has been normal since."""
_IDLE: Final[frozenset[_Begun]] = frozenset({None})


@dataclass(frozen=True, slots=True)
class ProgressionCourse:
    """How a marker can have gone on.

    Parameters
    ----------
    category : {"A", "B", "C"} or None
        A: was above the normal range and came back into it; B: never came back; C: was within it before treatment.
        None without a value at the threshold.
    first : int or None
        Position of the first value at the threshold.
    confirmed : int or None
        Position of the value that confirmed it; None when the last samples leave it open.

    Examples
    --------
    >>> ProgressionCourse("A", 3).confirmed is None
    True
    """

    category: Category | None = None
    first: int | None = None
    confirmed: int | None = None


@dataclass(slots=True)
class _Known:
    """What the samples before the next one show: the lowest value, and whether the marker was ever normal."""

    nadir: Amount
    was_elevated: Truth
    has_been_normal: Truth

    def categories(self) -> tuple[Category, ...]:
        return _CATEGORIES[self.was_elevated, self.has_been_normal]

    def learn(self, sample: Sample) -> None:
        # the lowest value counts in category B only, whose values all lie above the normal range
        self.nadir = least(self.nadir, above(sample.value, sample.uln))
        if self.has_been_normal is not True:
            normal = at_most(sample.value, WITHIN_NORMAL, sample.uln)
            self.has_been_normal = normal if normal is not False else self.has_been_normal


def progression_courses(baseline: Sample, samples: Sequence[Sample], rules: GcigRules) -> frozenset[ProgressionCourse]:
    """Courses that the samples after the pre-treatment value can be.

    Parameters
    ----------
    baseline : Sample
        The pre-treatment value, of any level.
    samples : sequence of Sample
        Usable samples after it, by day.
    rules : GcigRules
        Thresholds.

    Returns
    -------
    frozenset of ProgressionCourse
        One course where every comparison can be told; several where a limit such as ``<35`` leaves more than one.

    Notes
    -----
    A, C: a value of at least twice its own upper limit of normal, B: of at least twice the lowest value so far, the
    pre-treatment one included; seen again at least 7 days later. The category is taken anew at each possible first
    value, from the samples before it, and the lowest value is held fixed from then on. Samples less than 7 days after
    the first neither confirm it nor undo it; a later one below the threshold undoes it.

    References
    ----------
    Rustin et al., Int J Gynecol Cancer 2011;21:419-423, doi:10.1097/IGC.0b013e3182070f17.

    Examples
    --------
    >>> from trialwright.assessments.gcig.amounts import amount
    >>> days = [(30, "20"), (120, "71"), (127, "80")]
    >>> taken = [Sample(day, amount(value), amount("35")) for day, value in days]
    >>> progression_courses(Sample(-5, amount("400"), amount("35")), taken, GcigRules())
    frozenset({ProgressionCourse(category='A', first=1, confirmed=2)})
    """
    normal = at_most(baseline.value, WITHIN_NORMAL, baseline.uln)
    known = _Known(above(baseline.value, baseline.uln), None if normal is None else not normal, has_been_normal=False)
    lowest: list[Amount] = []
    found: set[ProgressionCourse] = set()
    live: AbstractSet[_Begun] = _IDLE
    for place, sample in enumerate(samples):
        lowest.append(known.nadir)
        if live == _IDLE:
            live = _begins(place, sample, known, rules)
            known.learn(sample)
            continue
        reached: set[_Begun] = set()
        for begun in live:
            if begun is None:
                reached.update(_begins(place, sample, known, rules))
                continue
            first, category = begun
            if sample.day - samples[first].day < rules.min_apart_days:
                reached.add(begun)
                continue
            for again in _ONE[_at_threshold(sample, category, lowest[first], rules)]:
                if again:
                    found.add(ProgressionCourse(category, first, place))
                else:
                    reached.update(_begins(place, sample, known, rules))
        live = reached
        if not live:
            break
        known.learn(sample)
    found.update(ProgressionCourse() if begun is None else ProgressionCourse(begun[1], begun[0]) for begun in live)
    return frozenset(found)


def _begins(place: int, sample: Sample, known: _Known, rules: GcigRules) -> AbstractSet[_Begun]:
    """States after a sample that no earlier one is waiting for."""
    categories = known.categories()
    if len(categories) == 1 and _at_threshold(sample, categories[0], known.nadir, rules) is False:
        return _IDLE
    return {
        (place, category) if begins else None
        for category in categories
        for begins in _ONE[_at_threshold(sample, category, known.nadir, rules)]
    }


def _at_threshold(sample: Sample, category: Category, nadir: Amount, rules: GcigRules) -> Truth:
    if category == "B":
        return at_least(sample.value, rules.factor_nadir, nadir)
    return at_least(sample.value, rules.factor_uln, sample.uln)
