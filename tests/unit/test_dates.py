"""Partial dates, calendar intervals and durations."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialwright.dates import DAYS_PER_MONTH, DAYS_PER_YEAR, CalendarInterval, Duration, PartialDate, add_months
from trialwright.errors import DateError

ORDINARY = st.dates(min_value=date(1900, 1, 1), max_value=date(2150, 12, 31))


@pytest.mark.independent("the calendar")
@pytest.mark.parametrize(
    ("text", "low", "high", "precision"),
    [
        ("2026", date(2026, 1, 1), date(2026, 12, 31), "Y"),
        ("2026-02", date(2026, 2, 1), date(2026, 2, 28), "M"),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29), "M"),
        ("2000-02", date(2000, 2, 1), date(2000, 2, 29), "M"),
        ("1900-02", date(1900, 2, 1), date(1900, 2, 28), "M"),
        ("2024-02-29", date(2024, 2, 29), date(2024, 2, 29), "D"),
        ("2026-03-18T14:05", date(2026, 3, 18), date(2026, 3, 18), "T"),
        ("2026-03-18T14:05:30+09:00", date(2026, 3, 18), date(2026, 3, 18), "T"),
        ("2026-03-18T00:30Z", date(2026, 3, 18), date(2026, 3, 18), "T"),
    ],
)
def test_partial_date_spans_what_it_can_mean(text: str, low: date, high: date, precision: str) -> None:
    read = PartialDate.parse(text)
    assert (read.text, read.low, read.high, read.precision) == (text, low, high, precision)
    assert read.is_complete is (low == high)


@pytest.mark.independent("the calendar")
@pytest.mark.parametrize(
    "text",
    [
        "",
        "2023-02-29",
        "1900-02-29",
        "2026-13",
        "2026-00",
        "2026-04-31",
        "2026-3-8",
        "26-03-18",
        "2026/03/18",
        "18.03.2026",
        "2026-03-18 14:05",
        "2026-03-18T24:00",
        "2026-03-18T14:60",
        "2026-03-18T14",
        "2026-03-",
        "2026-03-XX",
        "0206-03-18",
        "2926-03-18",
        "2026-03-18T14:05+9",
        "２０２６-03-18",
        " 2026-03-18",
        "20260318",
        "2026-W12",
    ],
)
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(DateError):
        PartialDate.parse(text)


@pytest.mark.independent("the calendar")
@pytest.mark.parametrize(
    ("start", "interval", "end"),
    [
        (date(2026, 1, 31), "1 month", date(2026, 2, 28)),
        (date(2024, 1, 31), "1 month", date(2024, 2, 29)),
        (date(2026, 8, 31), "6 months", date(2027, 2, 28)),
        (date(2024, 2, 29), "1 year", date(2025, 2, 28)),
        (date(2024, 2, 29), "4 years", date(2028, 2, 29)),
        (date(2025, 11, 30), "3 months", date(2026, 2, 28)),
        (date(2026, 12, 15), "1 month", date(2027, 1, 15)),
        (date(2024, 6, 28), "6 months", date(2024, 12, 28)),
        (date(2026, 3, 1), "0 days", date(2026, 3, 1)),
        (date(2026, 2, 20), "2 weeks", date(2026, 3, 6)),
    ],
)
def test_intervals_are_added_on_the_calendar(start: date, interval: str, end: date) -> None:
    assert CalendarInterval.parse(interval).add_to(start) == end


@pytest.mark.independent("the calendar")
def test_181_days_may_still_be_less_than_six_months() -> None:
    start, end = date(2026, 3, 1), date(2026, 8, 29)
    assert (end - start).days == 181
    assert CalendarInterval.parse("6 months").add_to(start) > end


@pytest.mark.independent("the calendar")
def test_going_back_clips_too() -> None:
    assert CalendarInterval.parse("1 month").subtract_from(date(2026, 3, 31)) == date(2026, 2, 28)
    assert CalendarInterval.parse("1 year").subtract_from(date(2024, 2, 29)) == date(2023, 2, 28)
    assert CalendarInterval.parse("28 days").subtract_from(date(2026, 3, 18)) == date(2026, 2, 18)


@pytest.mark.independent("repeated single months by hand")
@given(ORDINARY, st.integers(min_value=-600, max_value=600))
def test_add_months_lands_in_the_right_month(day: date, n: int) -> None:
    year, month = day.year, day.month
    for _ in range(abs(n)):
        month += 1 if n > 0 else -1
        if month == 13:
            year, month = year + 1, 1
        if month == 0:
            year, month = year - 1, 12
    assert add_months(day, n) == date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


@pytest.mark.independent("order of days")
@given(ORDINARY, ORDINARY, st.integers(min_value=0, max_value=60))
def test_add_months_keeps_order(first: date, second: date, n: int) -> None:
    early, late = sorted((first, second))
    assert add_months(early, n) <= add_months(late, n)


@pytest.mark.independent("every completion of the date")
@given(st.integers(min_value=1880, max_value=2199), st.integers(min_value=1, max_value=12))
def test_a_month_spans_all_its_days(year: int, month: int) -> None:
    read = PartialDate.parse(f"{year}-{month:02}")
    days = [date(year, month, 1) + timedelta(days=n) for n in range((read.high - read.low).days + 1)]
    assert {day.month for day in days} == {month}
    assert (read.high + timedelta(days=1)).month != month


@pytest.mark.independent("365.25/12 days a month, by hand")
@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("24 months", "730.5"),
        ("12 months", "365.25"),
        ("1 month", "30.4375"),
        ("60 months", "1826.25"),
        ("100 days", "100"),
        ("1.5 years", "547.875"),
        ("6 weeks", "42"),
        ("0.5 months", "15.21875"),
    ],
)
def test_durations_are_days(text: str, days: str) -> None:
    assert Duration.parse(text).days == Decimal(days)


@pytest.mark.independent("division")
def test_the_month_is_a_twelfth_of_the_year() -> None:
    assert DAYS_PER_MONTH * 12 == DAYS_PER_YEAR


@pytest.mark.unvalidated
@pytest.mark.parametrize(
    "text",
    ["6 moons", "6months", "6  months", "-1 month", "06 months", "six months", "6", "months", "1.5 months", "+6 days"],
)
def test_what_is_no_interval_is_refused(text: str) -> None:
    with pytest.raises(DateError, match="calendar interval"):
        CalendarInterval.parse(text)


@pytest.mark.unvalidated
@pytest.mark.parametrize("text", ["24 moons", "1e2 days", ".5 months", "5. days", "-1 days", "012 days", "inf days"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(DateError, match="duration"):
        Duration.parse(text)


@pytest.mark.unvalidated
def test_leaving_the_calendar_is_refused() -> None:
    with pytest.raises(DateError, match="leave the calendar"):
        add_months(date(9999, 12, 1), 1)
