"""Code and number items: which row speaks, what it says, and when nothing can be said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.unit.screening.trial import Row, answered, number, said, told
from trialwright.errors import StudyError

pytestmark = pytest.mark.unvalidated

IS_A: Mapping[str, Any] = {"item": "histology", "equals": "A"}


def codes(*rows: Row) -> dict[str, list[Row]]:
    return {"FA": list(rows)}


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([answered("HISTOL", "A")], "T"),
        ([answered("HISTOL", "B")], "F"),
        ([], "U:missing"),
        ([answered("OTHER", "A")], "U:missing"),
        ([answered("HISTOL", None)], "U:missing"),
        ([answered("HISTOL", "X")], "U:bad_code"),
        ([answered("HISTOL", "UNKNOWN")], "U:answered_unknown"),
        ([answered("HISTOL", None, FASTAT="NOT DONE")], "U:not_done"),
        ([answered("HISTOL", "A", "2026-03-10")], "T"),  # the same day counts
        ([answered("HISTOL", "A", "2026-03-11")], "U:missing"),
        ([answered("HISTOL", "B", "2026-02-01"), answered("HISTOL", "A")], "T"),  # the later counts
        ([answered("HISTOL", "A"), answered("HISTOL", "B")], "U:conflict"),
        ([answered("HISTOL", "A"), answered("HISTOL", "A")], "T"),
        ([answered("HISTOL", "A"), answered("HISTOL", "UNKNOWN")], "U:conflict"),
        ([answered("HISTOL", "B", "2026-02-01"), answered("HISTOL", "X")], "U:bad_code"),
        ([answered("HISTOL", "A", "2026-02")], "T"),
        ([answered("HISTOL", "A", "2026-03")], "U:imprecise_date"),  # may be dated after the moment
        ([answered("HISTOL", "A", None)], "U:imprecise_date"),
        ([answered("HISTOL", "A", "2026-01"), answered("HISTOL", "A", "2026-01-15")], "T"),  # either is the last
        ([answered("HISTOL", "B", "2026-01"), answered("HISTOL", "A", "2026-01-15")], "U:imprecise_date"),
        ([answered("HISTOL", "B", "2026-01"), answered("HISTOL", "A", "2026-02-01")], "T"),
        ([answered("HISTOL", "B", "2026-03"), answered("HISTOL", "A", "2026-02-01")], "U:imprecise_date"),
    ],
)
def test_the_latest_code_known_at_the_moment_decides(rows: list[Row], expected: str) -> None:
    assert said(IS_A, codes(*rows)) == expected


def test_a_table_that_was_not_collected_says_nothing() -> None:
    assert said(IS_A, {}) == "U:missing"


def test_a_declared_unknown_can_be_asked_for() -> None:
    rows = codes(answered("CAUSE", "UNKNOWN"))
    assert said({"item": "cause", "in": ["CANCER", "UNKNOWN"]}, rows) == "T"
    assert said({"item": "cause", "equals": "OTHER"}, rows) == "U:answered_unknown"


@pytest.mark.parametrize(
    ("day", "expected"),
    [("2026-02-10", "T"), ("2026-02-09", "U:stale"), ("2026-03-10", "T"), ("2026-02", "U:imprecise_date"),
     ("2026-01", "U:stale"), (None, "U:imprecise_date")],
)  # fmt: skip
def test_a_window_has_both_ends_inside(day: str | None, expected: str) -> None:
    assert said({**IS_A, "within": "1 month"}, codes(answered("HISTOL", "A", day))) == expected


def test_a_two_sided_window_reaches_past_the_moment() -> None:
    window = {**IS_A, "within": {"before": "1 month", "after": "3 days"}}
    assert said(window, codes(answered("HISTOL", "A", "2026-03-13"))) == "T"
    assert said(window, codes(answered("HISTOL", "A", "2026-03-14"))) == "U:missing"


def test_ever_undoes_a_window_from_above() -> None:
    rows = codes(answered("HISTOL", "A", "2020-01-01"))
    assert said({"all": [{**IS_A, "within": "ever"}], "within": "1 month"}, rows) == "T"
    assert said({"all": [IS_A], "within": "1 month"}, rows) == "U:stale"


PICKS = [answered("HISTOL", "B", "2026-01-01"), answered("HISTOL", "A", "2026-02-01"), answered("HISTOL", "C")]


@pytest.mark.parametrize(("pick", "code", "expected"), [
    ("first", "B", "T"), ("first", "A", "F"), ("latest", "C", "T"), ("latest", "A", "F"),
    ("any", "A", "T"), ("all", "A", "F"),
])  # fmt: skip
def test_pick_says_which_rows_speak(pick: str, code: str, expected: str) -> None:
    assert said({"item": "histology", "equals": code, "pick": pick}, codes(*PICKS)) == expected


def test_any_and_all_rows() -> None:
    every = {"item": "histology", "pick": "all", "in": ["A", "B", "C"]}
    assert said(every, codes(*PICKS)) == "T"
    assert said(every, codes(*PICKS, answered("HISTOL", "X"))) == "U:bad_code"
    some = {"item": "histology", "pick": "any", "equals": "A"}
    assert said(some, codes(answered("HISTOL", "X"), answered("HISTOL", "A"))) == "T"
    # a row that may lie after the moment can neither prove nor refute
    assert said(some, codes(answered("HISTOL", "B"), answered("HISTOL", "A", "2026-03"))) == "U:imprecise_date"
    assert said(every, codes(answered("HISTOL", "A"), answered("HISTOL", "X", "2026-03-20"))) == "T"
    assert said(some, codes(answered("HISTOL", "B", "2026-03"))) == "U:imprecise_date"
    assert said(some, codes()) == "U:missing"


def test_evidence_names_the_row_that_decided() -> None:
    assert told(IS_A, codes(*PICKS))[2] == ["row/fa.csv:S1:3"]
    assert told({**IS_A, "pick": "any"}, codes(*PICKS))[2] == ["row/fa.csv:S1:2"]
    assert told({**IS_A, "pick": "all"}, codes(*PICKS))[2] == ["row/fa.csv:S1:1", "row/fa.csv:S1:3"]
    assert told({**IS_A, "pick": "first"}, codes(*PICKS))[2] == ["row/fa.csv:S1:1"]


@pytest.mark.parametrize(
    ("bound", "value", "expected"),
    [
        ({"at_least": 2}, "2", "T"), ({"at_least": 2}, "1", "F"), ({"above": 2}, "2", "F"), ({"above": 2}, "3", "T"),
        ({"at_most": 2}, "2", "T"), ({"at_most": 2}, "3", "F"), ({"below": 2}, "2", "F"), ({"below": 2}, "1", "T"),
        ({"between": [2, 4]}, "2", "T"), ({"between": [2, 4]}, "4", "T"), ({"between": [2, 4]}, "5", "F"),
        ({"between": [2, 4]}, "1", "F"), ({"equals": 2}, "2", "T"), ({"equals": 2}, "2.000001", "F"),
        ({"in": [1, 3]}, "3", "T"), ({"in": [1, 3]}, "2", "F"), ({"at_least": 1, "below": 3}, "3", "F"),
        ({"at_least": 1, "below": 3}, "2.999999", "T"), ({"at_most": 10}, "<5", "T"),
        ({"at_least": 3}, "<5", "U:imprecise_value"), ({"at_least": 5}, "<5", "F"), ({"at_least": 5}, "> 5", "T"),
        ({"above": 5}, ">=5", "U:imprecise_value"), ({"equals": 2}, "abc", "U:bad_value"),
    ],
)  # fmt: skip
def test_numbers_without_unit(bound: dict[str, Any], value: str, expected: str) -> None:
    assert said({"item": "lesion_count", **bound}, codes(number("LESCOUNT", value))) == expected


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [("8.1", "cm", "T"), ("8", "cm", "F"), ("80.000001", "mm", "T"), ("80", "mm", "F"), ("0.081", "m", "T"),
     ("81", None, "U:unit_mismatch"), ("81", "g", "U:unit_mismatch"), ("81", "inch", "U:unit_mismatch")],
)  # fmt: skip
def test_units_are_turned_into_each_other_exactly(value: str, unit: str | None, expected: str) -> None:
    assert said({"item": "size", "above": "8 cm"}, codes(number("TUMSIZE", value, unit))) == expected


def test_one_size_in_two_units_is_no_conflict() -> None:
    rows = codes(number("TUMSIZE", "9", "cm"), number("TUMSIZE", "90", "mm"))
    assert said({"item": "size", "above": "8 cm"}, rows) == "T"
    rows = codes(number("TUMSIZE", "9", "cm"), number("TUMSIZE", "91", "mm"))
    assert said({"item": "size", "above": "8 cm"}, rows) == "U:conflict"


SERIES = [number("LESCOUNT", value, "1", f"2026-0{month}-01") for month, value in ((1, "4"), (2, "<9"), (3, "2"))]


@pytest.mark.parametrize(
    ("pick", "bound", "expected"),
    [
        ("highest", {"at_least": 4}, "T"), ("highest", {"at_most": 9}, "T"),
        ("highest", {"at_least": 5}, "U:imprecise_value"),
        ("highest", {"at_least": 9}, "F"), ("lowest", {"at_most": 2}, "T"), ("lowest", {"above": 4}, "F"),
        ("lowest", {"at_least": 2}, "U:imprecise_value"), ("lowest", {"at_most": 1}, "U:imprecise_value"),
        ("highest", {"equals": 9}, "F"), ("highest", {"equals": 4}, "U:imprecise_value"),
        ("first", {"equals": 4}, "T"), ("latest", {"equals": 2}, "T"), ("all", {"below": 9}, "T"),
    ],
)  # fmt: skip
def test_highest_and_lowest_respect_values_known_only_to_a_bound(
    pick: str, bound: dict[str, Any], expected: str
) -> None:
    assert said({"item": "lesion_count", "pick": pick, **bound}, codes(*SERIES)) == expected


def test_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(StudyError, match="as if it were a number"):
        said({"item": "histology", "above": "A"}, {})
    with pytest.raises(StudyError, match="attestation item resectable"):
        said({"item": "resectable", "equals": "Y"}, {})
    with pytest.raises(StudyError, match="has no unit"):
        said({"item": "size", "above": "8"}, codes(number("TUMSIZE", "9", "cm")))


@pytest.mark.parametrize(
    ("rows", "evidence"),
    [
        ([answered("HISTOL", None, FASTAT="NOT DONE")], ["row/fa.csv:S1:1"]),
        ([answered("OTHER", "A"), answered("HISTOL", None, FASTAT="NOT DONE")], ["row/fa.csv:S1:2"]),
        ([answered("HISTOL", None, FASTAT="NOT DONE"), answered("HISTOL", None, FASTAT="NOT DONE")], []),
        ([answered("HISTOL", None, FASTAT="NOT DONE"), answered("HISTOL", "A")], ["row/fa.csv:S1:2"]),
    ],
)
def test_the_one_row_that_says_not_done_is_named(rows: list[Row], evidence: list[str]) -> None:
    """Without it the reason would be another; of two neither is needed."""
    assert told(IS_A, codes(*rows))[2] == evidence
