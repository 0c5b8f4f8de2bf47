"""Comparison of exact values, censored ones included, with bounds in any unit."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialwright.errors import StudyError
from trialwright.model.criteria import Comparison
from trialwright.screening.numbers import Demand, compare, cut_at, demands_of, number_bound, range_verdict

pytestmark = pytest.mark.independent("the definition, tried on values on either side of every number concerned")

MILLIONTHS = st.integers(-3_000_000, 3_000_000)
BOUNDS = st.one_of(
    MILLIONTHS.map(lambda n: Fraction(n, 10**6)), st.fractions(-3, 3, max_denominator=97).map(lambda f: f)
)
HOLDS = {
    "at_least": lambda value, bound: value >= bound,
    "at_most": lambda value, bound: value <= bound,
    "above": lambda value, bound: value > bound,
    "below": lambda value, bound: value < bound,
    "equals": lambda value, bound: value == bound,
}
ALLOWED = {
    0: lambda true, number: true == number,
    1: lambda true, number: true < number,
    2: lambda true, number: true <= number,
    3: lambda true, number: true > number,
    4: lambda true, number: true >= number,
}


@pytest.mark.parametrize("sign", sorted(ALLOWED))
@pytest.mark.parametrize("relation", sorted(HOLDS))
@given(number=MILLIONTHS, bound=BOUNDS)
def test_a_verdict_stands_when_every_value_the_sign_allows_agrees(
    relation: str, sign: int, number: int, bound: Fraction
) -> None:
    value, tiny = Fraction(number, 10**6), Fraction(1, 10**12)
    tried = {point + step for point in (value, bound) for step in (-1, -tiny, 0, tiny, 1)}
    if sign and relation == "equals":
        tried |= {value - 2, value + 2}
    found = {HOLDS[relation](true, bound) for true in tried if ALLOWED[sign](true, value)}
    expected = 0 if len(found) == 2 else 1 if found.pop() else -1
    assert compare(relation, np.array([number]), np.array([sign]), cut_at(bound)).tolist() == [expected]


@given(st.integers(-5, 5), st.integers(0, 3), st.sampled_from(["at_least", "at_most", "above", "below", "in"]),
       st.decimals("-6", "6", places=1))  # fmt: skip
def test_a_range_decides_when_all_its_numbers_agree(low: int, width: int, relation: str, bound: Decimal) -> None:
    key = "equals" if relation == "in" else relation
    found = {HOLDS[key](Fraction(number), Fraction(bound)) for number in range(low, low + width + 1)}
    expected = 0 if len(found) == 2 else 1 if found.pop() else -1
    verdict = range_verdict(Demand(relation, (str(bound),)), np.array([low]), np.array([low + width]))
    if relation == "in" and bound != int(bound):
        assert verdict.tolist() in ([expected], [0])
    else:
        assert verdict.tolist() == [expected]


def test_a_bound_that_never_ends_is_not_rounded() -> None:
    third = cut_at(Fraction(1, 3))
    below, above, measured = np.array([333_333]), np.array([333_334]), np.array([0])
    assert compare("at_least", below, measured, third).tolist() == [-1]
    assert compare("above", above, measured, third).tolist() == [1]
    assert compare("equals", below, measured, third).tolist() == [-1]


def test_comparisons_are_taken_apart() -> None:
    stated = Comparison(at_least="1", below="3", between=("0", "9"), equals="2")
    assert demands_of(stated) == (
        Demand("at_least", ("1",)), Demand("below", ("3",)), Demand("at_least", ("0",)), Demand("at_most", ("9",)),
        Demand("in", ("2",)),
    )  # fmt: skip
    with pytest.raises(StudyError, match="compared with nothing"):
        demands_of(Comparison())
    with pytest.raises(StudyError, match="is not a number"):
        number_bound("18 years")
