"""Days: the calendar's months for many days at once, held to the calendar one day at a time."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialwright.dates import CalendarInterval
from trialwright.design.days import NEVER, completed_years, date_of, day_number, moved, never_after

pytestmark = pytest.mark.independent("datetime, one day at a time")

days = st.dates(date(1930, 1, 1), date(2080, 12, 31))
intervals = st.builds(
    lambda amount, unit: CalendarInterval.parse(f"{amount} {unit}"),
    st.integers(0, 40),
    st.sampled_from(["days", "weeks", "months", "years"]),
)


@given(st.lists(days, min_size=1, max_size=20), intervals)
def test_moved_is_the_calendar(starts: list[date], interval: CalendarInterval) -> None:
    found = moved(np.array([day_number(day) for day in starts]), interval)
    assert [date_of(int(day)) for day in found] == [interval.add_to(day) for day in starts]


def test_several_months_are_added_at_once_not_one_by_one() -> None:
    start = np.array([day_number(date(2026, 1, 31))])
    slots = moved(start[:, None], CalendarInterval.parse("1 month"), np.array([1, 2, 3]))
    assert [date_of(int(day)) for day in slots[0]] == [date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30)]


def years_between(birth: date, day: date) -> int:
    """Birthdays passed; that of 29 February is 28 February where the year has none."""
    years = day.year - birth.year
    birthday = min(birth.day, 28) if (birth.month, birth.day) == (2, 29) and day.year % 4 else birth.day
    return years - ((day.month, day.day) < (birth.month, birthday))


@given(days, st.dates(date(2020, 1, 1), date(2080, 12, 31)))
def test_completed_years(birth: date, day: date) -> None:
    if birth > day:
        return
    found = completed_years(np.array([day_number(birth)]), np.array([day_number(day)]))
    assert found.tolist() == [years_between(birth, day)]


def test_day_after_the_last_never_comes() -> None:
    assert never_after(np.array([3, 4, 5]), 4).tolist() == [3, 4, NEVER]
