"""Concentrations as intervals: read exactly, compared without guessing."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialwright.assessments.gcig.amounts import (
    SCALE,
    UNKNOWN,
    Amount,
    Ratio,
    Truth,
    above,
    amount,
    at_least,
    at_most,
    hull,
    least,
    raised,
)
from trialwright.errors import InputError

pytestmark = pytest.mark.independent("every point of a small grid, compared as fractions")

TEXTS = (
    "5",
    "<5",
    "<=5",
    ">5",
    ">=5",
    "4",
    "<4",
    ">4",
    "<=4",
    ">=4",
    "8",
    "<8",
    "<=8",
    ">8",
    ">=8",
    "10",
    "<10",
    ">10",
)
FACTORS = (Ratio(1, 1), Ratio(1, 2), Ratio(2, 1), Ratio(11, 10))
GRID = [Fraction(step, 40) for step in range(1201)]


def values(text: str) -> list[Fraction]:
    """Points of the grid that a written amount can be."""
    sign = text.rstrip("0123456789")
    bound = Fraction(text[len(sign) :])
    keep = {
        "": lambda x: x == bound, "<": lambda x: x < bound, "<=": lambda x: x <= bound,
        ">": lambda x: x > bound, ">=": lambda x: x >= bound,
    }[sign]  # fmt: skip
    return [point for point in GRID if keep(point)]


def read(text: str) -> Amount:
    found = amount(text)
    assert found is not None
    return found


ENDS = {text: (min(values(text)), max(values(text))) for text in TEXTS}


@pytest.mark.parametrize("left", TEXTS)
@pytest.mark.parametrize("factor", FACTORS)
def test_comparisons_hold_for_every_pair_of_possible_values(left: str, factor: Ratio) -> None:
    by = Fraction(*factor)
    for right in TEXTS:
        (low, high), (least_right, most_right) = ENDS[left], ENDS[right]
        low_side, high_side = low <= by * most_right, high <= by * least_right
        expected: Truth = True if high_side else None if low_side else False
        if not (left[0] == ">" and right[0] == ">") and left[0] != ">":
            assert at_most(read(left), factor, read(right)) is expected, (left, right)
        over: Truth = True if low >= by * most_right else None if high >= by * least_right else False
        if right[0] != ">":
            assert at_least(read(left), factor, read(right)) is over, (left, right)


def test_what_has_no_upper_end_is_never_certainly_below() -> None:
    assert at_most(read(">5"), Ratio(1, 1), read(">100")) is None
    assert at_most(read(">5"), Ratio(1, 1), read("5")) is False
    assert at_most(read(">=5"), Ratio(1, 1), read("5")) is None
    assert at_most(read("5"), Ratio(1, 1), UNKNOWN) is None
    assert at_least(read("5"), Ratio(1, 1), read(">100")) is False
    assert at_least(read("100"), Ratio(1, 1), read(">100")) is False
    assert at_least(read("100"), Ratio(1, 1), read(">=100")) is None
    assert at_least(read(">5"), Ratio(2, 1), UNKNOWN) is None


@pytest.mark.parametrize(
    ("value", "factor", "limit"),
    [("209", "1.1", "190"), ("0.3", "1.1", "0.272727"), ("200.1", "0.5", "400.2"), ("66.8", "2", "33.4"),
     ("77", "1.1", "70"), ("4.4", "1.1", "4")],
)  # fmt: skip
def test_binary_numbers_would_have_erred(value: str, factor: str, limit: str) -> None:
    exact = Fraction(value) <= Fraction(factor) * Fraction(limit)
    assert at_most(read(value), Ratio.of(factor), read(limit)) is exact


def test_the_smallest_step_counts() -> None:
    assert at_most(Amount(6, 6), Ratio(1, 1), Amount(5, 5)) is False
    assert at_least(Amount(5, 5), Ratio(1, 1), Amount(6, 6)) is False


def test_one_case_in_which_a_binary_number_does_err() -> None:
    assert 1.1 * 190 != 209
    assert at_most(read("209"), Ratio.of("1.10"), read("190")) is True
    assert at_least(read("209"), Ratio.of("1.10"), read("190")) is True


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("190", "190"), ("190.50", "190.5"), (" < 5 ", "<5"), ("<=5", "<=5"), (">10000", ">10000"), (">=7", ">=7"),
        ("0.000001", "0.000001"), ("100", "100"),
    ],
)  # fmt: skip
def test_written_amounts(text: str, shown: str) -> None:
    assert str(read(text)) == shown


@pytest.mark.parametrize("text", ["", "0", "0.0", "<0", "-3", "1,5", "1e3", "12.1234567", "high", "5-7", "5 U/mL", "٣"])
def test_what_is_no_concentration(text: str) -> None:
    assert amount(text) is None


def test_spans_are_shown() -> None:
    assert str(UNKNOWN) == "any value"
    assert str(hull(read("5"), read("8"))) == "5 to 8"
    assert UNKNOWN.is_exact is False
    assert read("5").is_exact is True


@pytest.mark.parametrize("text", ["0", "-1", "two", "", "NaN", "Infinity"])
def test_what_is_no_factor(text: str) -> None:
    with pytest.raises(InputError, match="is not a factor"):
        Ratio.of(text)


def test_factors_are_exact() -> None:
    assert Ratio.of("2.5") == (5, 2)
    assert Ratio.of("0.1") == (1, 10)


def contains(span: Amount, point: Fraction) -> bool:
    steps = point * SCALE
    over = steps > span.low or (steps == span.low and not span.low_open)
    under = span.high is None or steps < span.high or (steps == span.high and not span.high_open)
    return over and under


@pytest.mark.parametrize("one", TEXTS)
def test_least_and_hull_are_the_smallest_spans_that_are_right(one: str) -> None:
    for other in TEXTS:
        lower, wide = least(read(one), read(other)), hull(read(one), read(other))
        high_one, high_other = ENDS[one][1], ENDS[other][1]
        for point in GRID[::8]:
            is_lower = contains(read(one), point) and high_other >= point
            is_lower = is_lower or (contains(read(other), point) and high_one >= point)
            if is_lower:
                assert contains(lower, point), (one, other, point)
            if contains(read(one), point) or contains(read(other), point):
                assert contains(wide, point)
        assert lower.low == min(read(one).low, read(other).low)
        assert (wide.low, lower.low_open) == (lower.low, wide.low_open)
        tops = [each.high for each in (read(one), read(other))]
        finite = [top for top in tops if top is not None]
        assert lower.high == (min(finite) if finite else None)
        assert wide.high == (max(finite) if None not in tops else None)


@pytest.mark.parametrize(
    ("one", "other", "lower", "wide"),
    [
        ("5", "<5", "<5", "<=5"), ("<=5", "<5", "<5", "<=5"), (">5", ">=5", ">=5", ">=5"), (">5", "5", "<=5", ">=5"),
        (">5", ">8", ">5", ">5"), ("<5", ">8", "<5", "any value"),
    ],
)  # fmt: skip
def test_ends_that_meet(one: str, other: str, lower: str, wide: str) -> None:
    for first, second in ((one, other), (other, one)):
        if (one, other) != (">5", "5"):
            assert str(least(read(first), read(second))) == lower
        assert str(hull(read(first), read(second))) == wide


def test_above_a_limit() -> None:
    assert str(above(read("<100"), read("35"))) == "35 to 100"
    assert above(read("<100"), read("35")).low_open is True
    assert above(read("20"), read("35")) == read("20")
    assert above(read(">35"), read("35")).low_open is True
    assert above(read(">=40"), read("35")) == read(">=40")
    assert above(UNKNOWN, UNKNOWN) == Amount(0, None, True)


@pytest.mark.parametrize(
    ("value", "limit", "shown"),
    [("<71", "35", "70 to 71"), (">70", "35", ">70"), (">=70", "35", ">=70"), (">69", "35", ">=70"), ("80", "35", "80"),
     ("<10", "3.333333", "6.666666 to 10")],
)  # fmt: skip
def test_at_least_twice_a_limit(value: str, limit: str, shown: str) -> None:
    assert str(raised(read(value), Ratio(2, 1), read(limit))) == shown


def test_a_factor_that_does_not_divide_is_rounded_up() -> None:
    assert raised(UNKNOWN, Ratio(1, 2), Amount(5, 5)).low == 3


@given(st.decimals(min_value="0.000001", max_value=10**7, places=6), st.sampled_from(["", "<", ">", "<=", ">="]))
def test_six_decimals_are_kept(number: object, sign: str) -> None:
    read_back = read(f"{sign}{number:f}")
    steps = int(Fraction(str(number)) * SCALE)
    assert steps in (read_back.low, read_back.high)
