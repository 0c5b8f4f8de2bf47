"""The GCIG criteria a second time, written apart: one formula over all pairs of samples, in fractions."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations

from trialwright.assessments.gcig import Sample
from trialwright.assessments.gcig.amounts import SCALE, Amount

HALF, RISE = Fraction(1, 2), Fraction(11, 10)


def number(value: Amount) -> Fraction:
    assert value.high == value.low
    return Fraction(value.low, SCALE)


def second_response(samples: Sequence[Sample], *, lenient: bool = False) -> tuple[int, int] | str | None:
    """Day of the response and of the value that confirms it; words when a response cannot be judged."""
    ordered = sorted(samples, key=lambda each: each.day)
    before = [each for each in ordered if -14 <= each.day <= 0 and number(each.value) >= 2 * number(each.uln)]
    if not before:
        return "not evaluable"
    base = number(before[-1].value)
    after = [each for each in ordered if each.day >= 1]
    pairs = []
    for first, last in combinations(range(len(after)), 2):
        chain = range(first + 1, last + 1)
        steady = all(
            number(after[place].value) <= RISE * number(after[place - 1].value)
            or number(after[place].value) <= number(after[place].uln)
            for place in chain
        )
        halved = number(after[first].value) <= HALF * base and (lenient or number(after[last].value) <= HALF * base)
        if steady and halved and after[last].day - after[first].day >= 28:
            pairs.append((after[first].day, after[last].day))
    return min(pairs) if pairs else None


def second_progression(samples: Sequence[Sample]) -> tuple[str, int, int] | str | None:
    """Category and the two days of a progression; words when there is no value before treatment."""
    ordered = sorted(samples, key=lambda each: each.day)
    start = max((place for place, each in enumerate(ordered) if each.day <= 0), default=None)
    if start is None:
        return "not evaluable"
    place = start + 1
    while place < len(ordered):
        seen, first = ordered[start:place], ordered[place]
        raised = number(seen[0].value) > number(seen[0].uln)
        normalised = any(number(each.value) <= number(each.uln) for each in seen[1:])
        category = "C" if not raised else "A" if normalised else "B"
        nadir = min(number(each.value) for each in seen)

        def reached(each: Sample, category: str = category, nadir: Fraction = nadir) -> bool:
            return number(each.value) >= 2 * (nadir if category == "B" else number(each.uln))

        if reached(first):
            later = [each for each in ordered[place + 1 :] if each.day - first.day >= 7]
            if not later:
                return None
            if reached(later[0]):
                return category, first.day, later[0].day
            place = ordered.index(later[0])
        else:
            place += 1
    return None
