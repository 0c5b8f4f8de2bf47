"""Lesions of the latest matching examination: number, organs, largest, sum, and what leaves them unknown."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.screening.trial import Row, answered, said, told

pytestmark = pytest.mark.independent("counted by hand")

DAY = "2026-03-01"
REVIEW = answered("HXREVIEW", "Y", DAY)


def first(name: str, organ: str = "LIVER", day: str = DAY, **cells: str) -> Row:
    return {"TULNKID": name, "TUORRES": "TARGET", "TULOC": organ, "TUMETHOD": "CT SCAN", "TUDTC": day, **cells}


def look(name: str, size: str | None, day: str = DAY, **cells: str) -> Row:
    return {"TRLNKID": name, "TRTESTCD": "LDIAM", "TRORRES": size, "TRORRESU": "mm", "TRDTC": day, **cells}


TWO = {
    "TU": [first("A"), first("B", "LUNG")],
    "TR": [look("A", "40.0"), look("B", "19.9")],
    "FA": [REVIEW],
}


def taken(take: str, bounds: dict[str, Any], **keys: object) -> dict[str, Any]:
    return {"lesions": {"take": take, "reviewed": "reviewed", **keys}, **bounds}


@pytest.mark.parametrize(
    ("plain", "expected"),
    [
        (taken("count", {"at_most": 2}), "T"), (taken("count", {"at_most": 1}), "F"),
        (taken("count", {"at_least": 2}), "T"), (taken("count", {"at_least": 3}), "F"),
        (taken("count", {"equals": 2}), "T"), (taken("count", {"between": [1, 2]}), "T"),
        (taken("count", {"at_most": 1}, on={"location": ["LIVER"]}), "T"),
        (taken("count", {"equals": 0}, on={"location": ["BRAIN"]}), "T"),
        (taken("count", {"at_least": 1}, on={"method": ["MRI"]}), "U:missing"),
        (taken("organs", {"at_most": 2}), "T"), (taken("organs", {"at_most": 1}), "F"),
        (taken("largest", {"at_least": "4 cm"}), "T"), (taken("largest", {"above": "4 cm"}), "F"),
        (taken("largest", {"at_most": "2 cm"}, on={"location": ["LUNG"]}), "T"),
        (taken("largest", {"below": "19.9 mm"}, on={"location": ["LUNG"]}), "F"),
        (taken("sum", {"at_least": "59.9 mm"}), "T"), (taken("sum", {"above": "59.9 mm"}), "F"),
        (taken("count", {"at_least": 1}, group="target"), "T"), (taken("count", {"at_least": 1}, group="new"), "F"),
    ],
)  # fmt: skip
def test_what_is_taken_from_two_lesions(plain: dict[str, Any], expected: str) -> None:
    assert said(plain, TWO) == expected


def test_an_upper_bound_on_the_number_needs_the_review_and_a_lower_one_does_not() -> None:
    unread = {**TWO, "FA": [answered("HXREVIEW", "Y", "2026-02-28")]}
    assert said(taken("count", {"at_most": 5}), unread) == "U:not_reviewed"
    assert said(taken("organs", {"at_most": 5}), unread) == "U:not_reviewed"
    assert said(taken("count", {"at_most": 1}), unread) == "F"
    assert said(taken("count", {"at_least": 2}), unread) == "T"
    assert said(taken("count", {"at_least": 3}), unread) == "U:not_reviewed"
    assert said({"lesions": {"take": "count"}, "at_most": 5}, TWO) == "U:not_reviewed"


def test_nothing_seen_is_zero_only_once_everything_was_listed() -> None:
    assert said(taken("count", {"equals": 0}), {"FA": [REVIEW]}) == "T"
    assert said(taken("count", {"at_least": 1}), {"FA": [REVIEW]}) == "F"
    assert said(taken("largest", {"above": "1 cm"}), {"FA": [REVIEW]}) == "F"
    assert said(taken("count", {"equals": 0}), {}) == "U:missing"
    outside = {"FA": [answered("HXREVIEW", "Y", "2026-01-01")]}
    assert said({**taken("count", {"equals": 0}), "within": "1 month"}, outside) == "U:missing"


@pytest.mark.parametrize(
    ("second", "largest", "count"),
    [
        (look("B", "50.0"), "T", "T"),
        (look("B", None, TRSTAT="NOT DONE"), "U:missing", "U:not_evaluable"),
        (look("B", None, TRORIG="NOT EVALUABLE"), "U:missing", "U:not_evaluable"),
        (look("B", None, TRORIG="ABSENT"), "F", "F"), (look("B", "0", TRORIG="MEASURED"), "F", "F"),
        (look("B", "5.0", TRORIG="TOO SMALL"), "F", "T"),
        (look("B", "50.0", TRTESTCD="LPERP"), "U:missing", "T"),
        ({"TRLNKID": "B", "TRTESTCD": "TUMSTATE", "TRORRES": "ABSENT", "TRDTC": DAY}, "F", "F"),
        ({"TRLNKID": "B", "TRTESTCD": "TUMSTATE", "TRORRES": "PRESENT", "TRDTC": DAY}, "U:missing", "T"),
    ],
)  # fmt: skip
def test_a_lesion_without_a_size_leaves_open_what_it_could_change(second: Row, largest: str, count: str) -> None:
    tables = {
        **TWO,
        "TU": [first("A", day="2026-01-02"), first("B", day="2026-01-02")],
        "TR": [look("A", "40.0"), second],
    }
    assert said(taken("largest", {"above": "4 cm"}), tables) == largest
    assert said(taken("largest", {"at_least": "4 cm"}), tables) == "T"
    assert said(taken("count", {"at_least": 2}), tables) == count


def test_the_latest_examination_counts_and_one_after_the_moment_does_not() -> None:
    tables = {**TWO, "TR": [look("A", "90.0", "2026-02-01"), look("A", "40.0"), look("A", "99.0", "2026-03-11")]}
    assert told(taken("largest", {"at_most": "4 cm"}, on={"location": ["LIVER"]}), tables)[0] == "T"
    # seen in February and nobody looked at it again in March: it may be there or not
    lost = {
        "TU": [first("A", day="2026-02-01"), first("B", day="2026-02-01")],
        "TR": [look("A", "40.0")],
        "FA": [REVIEW],
    }
    assert said(taken("count", {"at_least": 2}), lost) == "U:not_evaluable"
    assert said(taken("count", {"at_most": 2}), lost) == "T"
    partial = {**TWO, "TR": [look("A", "40.0"), look("A", "45.0", "2026-03")]}
    assert said(taken("largest", {"at_least": "1 cm"}), partial) == "U:imprecise_date"


def test_two_sizes_of_one_lesion_on_one_day_are_a_conflict() -> None:
    tables = {**TWO, "TR": [look("A", "40.0"), look("A", "41.0"), look("B", "19.9")]}
    assert said(taken("largest", {"at_least": "4 cm"}), tables) == "U:conflict"


def test_the_readers_are_not_mixed() -> None:
    other = "INDEPENDENT ASSESSOR"
    tables = {
        **TWO,
        "TU": [first("A", TUEVAL="INVESTIGATOR"), first("B", TUEVAL=other)],
        "TR": [look("A", "40.0", TREVAL="INVESTIGATOR"), look("B", "19.9", TREVAL=other)],
    }
    assert said(taken("count", {"at_most": 1}), tables) == "T"


def test_the_rows_behind_a_count_and_behind_the_largest() -> None:
    rows = ["row/fa.csv:S1:1", "row/tr.csv:S1:1", "row/tr.csv:S1:2", "row/tu.csv:S1:1", "row/tu.csv:S1:2"]
    assert told(taken("count", {"at_most": 2}), TWO) == ("T", "", rows)
    assert told(taken("largest", {"above": "3 cm"}), TWO) == ("T", "", ["row/tr.csv:S1:1", "row/tu.csv:S1:1"])
    assert told(taken("largest", {"above": "4 cm"}), TWO)[2] == rows[1:]
