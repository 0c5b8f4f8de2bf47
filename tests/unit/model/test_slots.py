"""Slots of a schedule, held against the calendar added one subject at a time."""

from __future__ import annotations

import json
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialwright.dates import CalendarInterval
from trialwright.model.schedule import Visit
from trialwright.model.slots import FAR, NEVER, moved, slots_of

EPOCH = date(1970, 1, 1)
INTERVALS = st.builds(lambda n, unit: f"{n} {unit}", st.integers(1, 9), st.sampled_from(["days", "weeks", "months"]))


def visit(**when: object) -> Visit:
    plain = {"id": "v", "when": {"after": "a", **when}, "window": {"before": "3 days", "after": "1 week"}, "do": ["x"]}
    return Visit.model_validate_json(json.dumps(plain))


def days(*dates: date) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array([(day - EPOCH).days for day in dates], np.int64)


@pytest.mark.independent("dates.CalendarInterval, one day at a time")
@given(
    st.lists(st.dates(date(1930, 1, 1), date(2080, 12, 31)), min_size=1, max_size=20),
    st.integers(0, 40),
    st.sampled_from(["days", "weeks", "months", "years"]),
)
def test_moved_is_the_calendar(starts: list[date], amount: int, unit: str) -> None:
    interval = CalendarInterval.parse(f"{amount} {unit}")
    found = moved(days(*starts), interval)
    assert [EPOCH + timedelta(int(day)) for day in found] == [interval.add_to(day) for day in starts]


@pytest.mark.independent("one interval added after the other by dates.CalendarInterval")
@given(st.dates(date(2020, 1, 1), date(2030, 12, 31)), INTERVALS, st.integers(1, 8))
def test_a_repeated_visit_is_the_anchor_plus_a_multiple(anchor: date, every: str, times: int) -> None:
    found = slots_of(visit(every=every, times=times), days(anchor), np.array([NEVER]), 10**5)
    step = CalendarInterval.parse(every)
    for number in range(times):
        expected = CalendarInterval("", step.amount * (number + 1), step.unit).add_to(anchor)
        assert EPOCH + timedelta(int(found.day[number, 0])) == expected
        assert EPOCH + timedelta(int(found.opens[number, 0])) == expected - timedelta(3)
        assert EPOCH + timedelta(int(found.closes[number, 0])) == expected + timedelta(7)
    assert len(found.day) == times


@pytest.mark.unvalidated
def test_a_clipped_month_does_not_shift_what_follows() -> None:
    found = slots_of(
        visit(first="1 month", every="1 month", times=3), days(date(2026, 1, 31)), np.array([NEVER]), 10**5
    )
    shown = [EPOCH + timedelta(int(day)) for day in found.day[:, 0]]
    assert shown == [date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30)]


@pytest.mark.unvalidated
def test_slots_end_with_the_time_point_that_ends_them_its_day_included() -> None:
    start = date(2026, 1, 1)
    stops = days(date(2026, 1, 21), date(2026, 1, 22))
    found = slots_of(visit(first="0 days", every="21 days", times=3), days(start, start), stops, 10**5)
    assert (found.day > NEVER).sum(axis=0).tolist() == [1, 2]
    assert found.closes[1, 0] == FAR


@pytest.mark.unvalidated
def test_who_has_not_reached_the_anchor_has_no_slot() -> None:
    found = slots_of(visit(first="1 week"), np.array([NEVER]), np.array([NEVER]), 10**5)
    assert (found.day.tolist(), found.opens.tolist(), found.closes.tolist()) == ([[NEVER]], [[NEVER]], [[FAR]])
