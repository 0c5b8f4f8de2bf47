"""Days: ages for many days at once, held to the calendar one day at a time."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialwright.design.days import NEVER, completed_years, day_number, never_after

pytestmark = pytest.mark.independent("datetime, one day at a time")

days = st.dates(date(1930, 1, 1), date(2080, 12, 31))


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
