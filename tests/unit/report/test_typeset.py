"""Numbers as a journal prints them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialwright.report.typeset import decimal, interval, months, p_value, percent, share, thousands

pytestmark = pytest.mark.unvalidated


@given(st.floats(0, 1))
def test_a_p_value_is_never_printed_as_zero_or_as_one(p: float) -> None:
    printed = p_value(p)
    assert printed not in {"0", "0.00", "0.000", "1.00", "1.000"}
    assert not math.isclose(float(printed.lstrip("<>")), 0)


@given(st.floats(0.001, 0.99))
def test_a_p_value_is_printed_on_its_own_side_of_five_percent(p: float) -> None:
    printed = float(p_value(p).lstrip("<>"))
    assert (printed < 0.05) == (p < 0.05) or printed == pytest.approx(0.05, abs=1e-7)


@pytest.mark.parametrize(
    ("p", "printed"),
    [
        (0.00099999, "<0.001"),
        (0.001, "0.001"),
        (0.0104, "0.010"),
        (0.0499, "0.0499"),
        (0.05, "0.050"),
        (0.0501, "0.0501"),
        (0.0996, "0.10"),
        (0.105, "0.10"),
        (0.9949, ">0.99"),
        (None, "–"),
        (math.nan, "–"),
    ],
)
def test_p_values_at_their_edges(p: float | None, printed: str) -> None:
    assert p_value(p) == printed


def test_a_negative_number_carries_a_minus_sign_and_zero_carries_none() -> None:
    assert decimal(-1.25, 1) == "−1.3"
    assert decimal(-0.04, 1) == "0.0"


def test_limits_that_were_not_reached_say_so() -> None:
    assert interval(None, 3.14159, 2) == "not reached to 3.14"
    assert interval(-math.inf, math.nan, 1) == "limits not reached"


def test_a_share_of_nobody_is_a_count() -> None:
    assert share(0, 0) == "0"
    assert share(1, 3) == "1 (33)"
    assert share(1, 300) == "1 (0.3)"


def test_a_month_is_a_twelfth_of_the_julian_year() -> None:
    assert months(365.25) == 12
    assert months(None) is None


def test_large_counts_are_grouped_and_small_ones_are_not() -> None:
    assert thousands(9999) == "9999"
    assert thousands(1234567) == "1\u202f234\u202f567"
    assert percent(None) == "–"
