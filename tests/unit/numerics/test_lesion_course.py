"""Courses of lesions as the kernel sees them: whole numbers in, states out."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from trialwright.numerics.lesion_course import lesion_course
from trialwright.numerics.lesion_records import (
    FOUND,
    KINDS,
    LESIONS,
    LOOKS,
    NO_DAY,
    PEOPLE,
    SETTLED,
    STATES,
    VISITS,
    Limits,
    Table,
    table,
)

pytestmark = pytest.mark.independent("worked out by hand")

PLAIN = Limits(7, 12, 50, 100, 100, 150, 50, 0, 100, 0, 1, 0, 0)
WORDS = {"gone": KINDS.absent, "merged": KINDS.merged, "removed": KINDS.removed, "ne": KINDS.not_evaluable,
         "nd": KINDS.not_done, "there": KINDS.present, "maybe": KINDS.equivocal, "sure": KINDS.unequivocal,
         "worse": KINDS.progression, "small": KINDS.too_small}  # fmt: skip

Lesion = tuple[str, Mapping[int, int | str]]


def course(*lesions: Lesion, limits: Limits = PLAIN, **bounds: int) -> Table:
    """Course of one subject whose origin is day 0; a lesion's kind is T, N or X, with a small n when it is a node."""
    days = sorted({day for _, at in lesions for day in at})
    looks = [
        (number, *((WORDS[seen], -1) if isinstance(seen, str) else (KINDS.measured, seen)), day)
        for day in days
        for number, (_, at) in enumerate(lesions)
        if (seen := at.get(day)) is not None
    ]
    cells = np.array(looks).T
    given = table(LOOKS, len(looks), lesion=cells[0], kind=cells[1], value=cells[2], day=cells[3])
    at_day = cells[3]
    visits = table(
        VISITS, len(days), start=np.searchsorted(at_day, days), stop=np.searchsorted(at_day, days, "right"), first=days,
        last=days,
    )  # fmt: skip
    told = table(
        LESIONS, len(lesions), group=["TNX".index(kind[0]) for kind, _ in lesions],
        nodal=[kind.endswith("n") for kind, _ in lesions], first=[min(at) for _, at in lesions],
        certain=[at[min(at)] != "maybe" for _, at in lesions],
    )  # fmt: skip
    edges = {"opens": -28, "anchor": 0, "since": 0, "until": NO_DAY, "removal": NO_DAY, "removal_closes": NO_DAY}
    edges["therapy"] = NO_DAY
    people = table(PEOPLE, 1, lesion_stop=len(lesions), visit_stop=len(days), **{**edges, **bounds})
    return lesion_course(given, visits, told, people, limits)[0]


def target(found: Table) -> list[str]:
    return [STATES._fields[number] for number in found["target"][1:]]


def test_sums_smallest_sums_and_states() -> None:
    found = course(("T", {0: 500, 42: 300, 84: 350, 126: 351}), ("Tn", {0: 200, 42: 150, 84: 189, 126: 189}))
    assert found["total"][1:].tolist() == [450, 539, 540]
    assert found["nadir"][1:].tolist() == [700, 450, 450]
    assert target(found) == ["pr", "sd", "pd"]


def test_a_sum_after_the_start_of_a_new_therapy_is_never_the_smallest() -> None:
    lesion = "T", {0: 500, 42: 200, 84: 260}
    assert target(course(lesion)) == ["pr", "pd"]
    assert target(course(lesion, therapy=42)) == ["pr", "pd"]
    assert target(course(lesion, therapy=41)) == ["pr", "pr"]


def test_a_merged_lesion_is_nothing_and_one_too_small_is_five_millimetres() -> None:
    found = course(("T", {0: 200, 42: 250}), ("T", {0: 200, 42: "merged"}), ("T", {0: 100, 42: "small"}))
    assert found["total"][1] == 300
    gone = course(("T", {0: 200, 42: "gone"}), ("T", {0: 200, 42: "merged"}))
    assert target(gone) == ["cr"]
    assert target(course(("T", {0: 200, 42: "small"}))) == ["pr"]


def test_a_usable_look_is_not_lost_to_one_that_is_not() -> None:
    found = course(("T", {0: 200, 42: "ne"}), ("T", {0: 200, 42: 200}))
    assert target(found) == ["ne"]
    assert found["missing"][1] == 1


def test_a_planned_removal_walks_through_its_phases() -> None:
    lesions = ("T", {0: 400, 42: 400, 90: "ne", 120: 120}), ("N", {0: "there", 42: "there"}), ("T", {0: 300, 42: 300})
    removal = {"removal": 60, "removal_closes": 150}
    found = course(*lesions, limits=PLAIN._replace(new_baseline=1), **removal)
    assert found["settled"].tolist() == [SETTLED.no, SETTLED.judged, SETTLED.awaiting, SETTLED.new_baseline]
    assert found["base"][3] == 120
    assert target(found) == ["sd", "ne", "sd"]
    late = course(*lesions, limits=PLAIN._replace(new_baseline=1), removal=60, removal_closes=119)
    assert late["settled"][3] == SETTLED.late_new_baseline


def test_without_a_new_baseline_a_removal_gives_no_response() -> None:
    kept, taken = ("T", {0: 300, 42: 300, 90: 120}), ("T", {0: 300, 42: 300})
    assert target(course(kept, taken, removal=60, removal_closes=NO_DAY)) == ["sd", "sd"]
    both = course(("T", {0: 300, 42: 300, 90: "gone"}), taken, removal=60, removal_closes=NO_DAY)
    assert target(both) == ["sd", "none"]
    assert target(course(kept, taken)) == ["sd", "ne"]


def test_a_lesion_that_was_removed_and_is_there_again_is_told_from_the_second_scan_on() -> None:
    anew = PLAIN._replace(new_baseline=1)

    def returned(again: int | str, kind: str = "T") -> list[int]:
        lesion = (kind, {0: 400, 42: 400, 90: "gone", 150: again})
        beside = ("T", {0: 300, 42: 300, 90: 300, 150: 300})
        return course(lesion, beside, limits=anew, removal=60, removal_closes=150)["returned"].tolist()

    assert [returned(again)[-1] for again in (1, "small", "there", "sure", "worse")] == [1, 1, 1, 1, 1]
    assert [returned(again)[-1] for again in ("gone", "removed", "ne", "nd", "maybe", 0)] == [0, 0, 0, 0, 0, 0]
    assert (returned(99, "Tn")[-1], returned(100, "Tn")[-1]) == (0, 1)
    assert returned(1) == [0, 0, 0, 1]


def test_a_scan_on_the_day_of_the_removal_was_made_before_it() -> None:
    found = course(
        ("T", {0: 300, 60: 300, 61: 300}), limits=PLAIN._replace(new_baseline=1), removal=60, removal_closes=99
    )
    assert found["settled"].tolist()[1:] == [SETTLED.judged, SETTLED.new_baseline]


def test_an_equivocal_lesion_is_settled_by_a_word_by_growth_or_by_size() -> None:
    anchor = ("T", {0: 300, 42: 300, 84: 300})
    worded = course(anchor, ("X", {42: "maybe", 84: "sure"}))
    assert worded["new"].tolist() == [FOUND.none, FOUND.equivocal, FOUND.unequivocal]
    strict = PLAIN._replace(min_new=100, min_new_growth=100)
    sized = course(anchor, ("X", {42: 90, 84: 100}), limits=strict)
    assert sized["new"].tolist() == [FOUND.none, FOUND.equivocal, FOUND.unequivocal]
    assert sized["new_day"][2] == 84
    atypical = {42: "maybe", 84: 110}
    assert course(anchor, ("X", atypical), limits=strict)["new"][2] == FOUND.equivocal


def test_a_subject_without_anchor_has_no_rows() -> None:
    assert course(("T", {0: 300, 42: 300}), anchor=-NO_DAY)["settled"].tolist() == [SETTLED.no, SETTLED.no]


def test_only_targets_count_where_the_criteria_say_so() -> None:
    local = PLAIN._replace(only_targets=1)
    found = course(("T", {0: 300, 42: "gone"}), ("N", {0: "there", 42: "worse"}), limits=local)
    assert (found["target"][1], found["non_target"][1]) == (STATES.cr, STATES.none)
    alone = course(("N", {0: "there", 42: "there"}), limits=local)
    assert alone["settled"][1] == SETTLED.no_baseline
