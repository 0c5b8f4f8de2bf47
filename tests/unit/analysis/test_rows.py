"""Which rows an estimator gets, and what it refuses."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from trialwright.analysis import survival
from trialwright.analysis.rows import Dropped, event_codes, numbers, survival_rows
from trialwright.errors import NumericsError

pytestmark = pytest.mark.unvalidated


def test_event_codes_1_and_2_without_a_declared_meaning_are_refused() -> None:
    with pytest.raises(NumericsError, match=r"codes 1, 2.*status == 2"):
        survival.kaplan_meier([1, 2, 3], [1, 2, 2])


@pytest.mark.parametrize("event", [[0, 1, 2], [1, 0.5, 0], [-1, 0, 1]])
def test_other_codes_are_refused(event: list[float]) -> None:
    with pytest.raises(NumericsError, match="event holds the codes"):
        event_codes(event)


@pytest.mark.parametrize("event", [[1, 1, 1], [0, 0, 0], [True, False, True], np.array([1.0, 0.0, 1.0])])
def test_events_and_censorings_alone_are_taken(event: object) -> None:
    assert survival_rows([1, 2, 3], event).n == 3


def test_missing_values_are_counted_each_row_once() -> None:
    rows = survival_rows(
        [1, None, 3, None, 5, 6],
        [1, 1, None, None, 0, 1],
        entry=[0, 0, 0, 0, None, 0],
        labels={"arm": ["A", "A", "A", "A", "A", None]},
    )
    assert rows.time.tolist() == [1.0]
    assert rows.dropped == (
        Dropped("missing time", 2),
        Dropped("missing event", 1),
        Dropped("missing entry", 1),
        Dropped("missing arm", 1),
    )


def test_missing_is_never_zero() -> None:
    assert survival_rows([None, 2], [1, 1]).time.tolist() == [2.0]
    assert np.isnan(numbers(pl.Series([None, 2]), "time")[0])


def test_nothing_left_is_an_error_that_says_why() -> None:
    with pytest.raises(NumericsError, match="2 × missing event"):
        survival_rows([1, 2], [None, None])
    with pytest.raises(NumericsError, match="no row"):
        survival_rows([], [])


def test_a_time_of_zero_is_allowed_and_a_negative_one_is_an_error() -> None:
    assert survival_rows([0, 1], [1, 1]).n == 2
    with pytest.raises(NumericsError, match="negative in row 2"):
        survival_rows([1, -0.5], [1, 1])


def test_entry_must_come_before_exit() -> None:
    with pytest.raises(NumericsError, match="rows 1, 3"):
        survival_rows([1, 2, 3], [1, 1, 1], entry=[1, 0, 4])


@pytest.mark.parametrize("values", [["abc", 1], [np.inf, 1], [[1, 2], [3, 4]], pl.Series(["x", "y"])])
def test_what_is_not_a_finite_number_is_refused(values: object) -> None:
    with pytest.raises(NumericsError, match="time"):
        numbers(values, "time")


def test_lengths_must_agree() -> None:
    with pytest.raises(NumericsError, match="event has 1 rows, time has 2"):
        survival_rows([1, 2], [1])
    with pytest.raises(NumericsError, match="arm has 1"):
        survival_rows([1, 2], [1, 1], labels={"arm": ["A"]})


@pytest.mark.parametrize("kind", [list, np.array, pl.Series])
def test_lists_arrays_and_series_give_the_same(kind: type) -> None:
    found = survival.logrank(kind([1, 2, 3, 4]), kind([1, 1, 0, 1]), kind(["A", "B", "A", "B"]))
    assert found.chisq == pytest.approx(1 / 17)
