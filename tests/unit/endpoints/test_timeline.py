"""Searching dated rows of many subjects at once, against a plain loop."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.endpoints.trial import folder
from trialwright.dates import CalendarInterval
from trialwright.endpoints.roster import Roster
from trialwright.endpoints.timeline import FAR, NEVER, Part, Picks, as_dates, as_days, few_a_day, timeline
from trialwright.model.slots import moved

pytestmark = pytest.mark.independent("a loop over rows")

ROWS = st.lists(st.tuples(st.integers(0, 3), st.integers(-40_000, 80_000), st.integers(1, 5)), max_size=12)


@given(ROWS, st.lists(st.integers(-40_000, 80_000), min_size=4, max_size=4))
def test_first_last_and_count_agree_with_a_loop(rows: list[tuple[int, int, int]], limits: list[int]) -> None:
    who, day, seq = (np.asarray([each[i] for each in rows], np.int64) for i in range(3))
    line = timeline([Part("RS", who, seq, day)])
    limit = np.asarray(limits, np.int64)
    last, first, count = line.last(limit), line.first(limit), line.count(limit, limit + 100)
    for subject, at in enumerate(limits):
        own = [(d, s) for w, d, s in rows if w == subject]
        until = [d for d, _ in own if d <= at]
        since = [d for d, _ in own if d >= at]
        assert last.day[subject] == (max(until) if until else NEVER)
        assert last.seq[subject] == (min(s for d, s in own if d == max(until)) if until else 0)
        assert first.day[subject] == (min(since) if since else NEVER)
        assert first.seq[subject] == (min(s for d, s in own if d == min(since)) if since else 0)
        assert count[subject] == sum(at <= d <= at + 100 for d, _ in own)


def test_of_several_tables_the_earlier_one_wins_a_day() -> None:
    one = np.array([0])
    line = timeline([Part("SS", one, np.array([7]), one), Part("LB", one, np.array([1]), one)])
    assert line.last(np.array([FAR])).seq.tolist() == [7]


CROWDED = st.lists(st.tuples(st.integers(-1, 2), st.sampled_from([NEVER, 10, 11, 12]), st.integers(1, 4)), max_size=16)


@given(CROWDED, st.booleans())
def test_a_few_rows_a_day_are_found_and_counted_as_one_or_several(
    rows: list[tuple[int, int, int]], in_order: bool
) -> None:
    who, day, seq = (np.asarray([each[i] for each in (sorted(rows) if in_order else rows)], np.int64) for i in range(3))
    part = Part("FA", who, seq, day, seq % 3)
    every, few = timeline([part]), timeline([few_a_day(part)])
    for at in range(8, 14):
        limit = np.full(3, at, np.int64)
        for one, other in ((every.last(limit), few.last(limit)), (every.first(limit), few.first(limit))):
            assert (one.day == other.day).all()
            assert (one.seq == other.seq).all()
            assert (one.imputed == other.imputed).all()
        counted, left = every.count(limit, limit + 1), few.count(limit, limit + 1)
        assert (np.minimum(counted, 2) == np.minimum(left, 2)).all()
        if in_order:
            assert (left <= 4).all()


def test_rows_of_a_subject_that_do_not_stand_together_are_looked_up_too() -> None:
    roster = Roster(folder("B: SCS 2026-01-01\nA: SCS 2026-01-02"))
    rows = pl.Series([None, None, "A", "A", "C", "B", "A"])
    assert roster.position(rows).tolist() == [-1, -1, 0, 0, -1, 1, 0]


def test_rows_without_subject_or_day_are_left_out() -> None:
    line = timeline([Part("RS", np.array([-1, 0]), np.array([1, 2]), np.array([5, NEVER]))])
    assert line.size == 0
    assert not line.last(np.array([FAR])).found.any()


def test_days_and_dates_are_each_others_inverse() -> None:
    dates = pl.Series([date(1880, 1, 1), None, date(2199, 12, 31), date(1970, 1, 1)])
    assert as_dates(as_days(dates)).to_list() == dates.to_list()


@given(
    st.dates(date(1900, 1, 1), date(2100, 1, 1)),
    st.integers(0, 40),
    st.sampled_from(["days", "weeks", "months", "years"]),
)
def test_calendar_steps_are_those_of_single_dates(day: date, amount: int, unit: str) -> None:
    interval = CalendarInterval.parse(f"{amount} {unit}")
    numbers = as_days(pl.Series([day]))
    assert as_dates(moved(numbers, interval)).to_list() == [interval.add_to(day)]
    assert as_dates(moved(numbers, interval, -1)).to_list() == [interval.subtract_from(day)]


def test_a_roster_knows_its_subjects_in_any_order() -> None:
    roster = Roster(folder("B: SCS 2026-01-01\nA: SCS 2026-01-02; lab 2026-02-01"))
    assert roster.subjects.to_list() == ["A", "B"]
    assert roster.position(pl.Series(["B", "A", "C", None])).tolist() == [1, 0, -1, -1]
    assert roster.sheet("LB").subject.tolist() == [0]
    assert roster.names(np.array([False, True])) == ["B"]
    assert roster.position(pl.Series([], dtype=pl.String)).tolist() == []


def test_picks_keep_and_replace_rows() -> None:
    rows = Picks(np.array([1, 2]), np.array([0, 0]), np.array([3, 4]), np.array([0, 1]))
    kept = rows.where(np.array([True, False]))
    assert kept.found.tolist() == [True, False]
    assert kept.day.tolist() == [1, NEVER]
    assert kept.on(np.array([9, 9])).day.tolist() == [9, NEVER]
