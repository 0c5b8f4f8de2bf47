"""Calendar arithmetic on arrays against the arithmetic on single days."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialwright.dates import CalendarInterval, add_months
from trialwright.screening.answer import Ints
from trialwright.screening.calendar import completed_years, days_after, days_before, years_after

pytestmark = pytest.mark.independent("single days moved by the standard library's calendar")

DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))
INTERVALS = st.builds(
    lambda amount, unit: CalendarInterval.parse(f"{amount} {unit}"),
    st.integers(0, 130),
    st.sampled_from(["days", "weeks", "months", "years"]),
)


def numbers(*days: date) -> Ints:
    return np.array(days, "datetime64[D]").astype(np.int64)


def dates(days: Ints) -> list[date]:
    return days.astype("datetime64[D]").tolist()  # type: ignore[no-any-return]


@given(DAYS, INTERVALS)
def test_moving_arrays_is_moving_days(day: date, interval: CalendarInterval) -> None:
    assert dates(days_after(numbers(day), interval)) == [interval.add_to(day)]
    assert dates(days_before(numbers(day), interval)) == [interval.subtract_from(day)]


@given(DAYS, st.integers(0, 40_000))
def test_completed_years_is_the_greatest_birthday_reached(birth: date, later: int) -> None:
    day = birth + timedelta(days=later)
    expected = max(years for years in range(120) if add_months(birth, 12 * years) <= day)
    assert completed_years(numbers(birth), numbers(day)).tolist() == [expected]


def test_month_ends_are_clipped() -> None:
    six = CalendarInterval.parse("6 months")
    assert dates(days_after(numbers(date(2025, 8, 31)), six)) == [date(2026, 2, 28)]
    assert dates(days_after(numbers(date(2023, 8, 31)), six)) == [date(2024, 2, 29)]
    assert dates(days_after(numbers(date(2026, 3, 1)), six)) == [date(2026, 9, 1)]
    assert dates(years_after(numbers(date(2024, 2, 29)), 1)) == [date(2025, 2, 28)]


@given(DAYS, DAYS, INTERVALS)
def test_moving_keeps_the_order(first: date, second: date, interval: CalendarInterval) -> None:
    low, high = sorted((first, second))
    assert days_after(numbers(low), interval) <= days_after(numbers(high), interval)
