"""Doubts about lesions."""

from __future__ import annotations

import pytest

from tests.unit.assessments.lesion_folders import judged, lesion, reviewed, rows_told

pytestmark = pytest.mark.independent("worked out by hand from the rules")


def ids(*lesions: object, criteria: str = "recist-1.1", **more: object) -> list[str]:
    rows = rows_told(*lesions, **more)  # type: ignore[arg-type]
    return [finding.id for finding in judged(rows, criteria)[1]]


def test_sound_lesions_give_no_finding() -> None:
    assert ids(lesion("T1", {0: "30", 42: "25"}), lesion("N1", {0: "PRESENT", 42: "PRESENT"}, "NON-TARGET")) == []


@pytest.mark.parametrize(("length", "found"), [("9.9", ["R02"]), ("10.0", [])])
def test_a_target_must_be_measurable(length: str, found: list[str]) -> None:
    assert ids(lesion("T1", {0: length, 42: length})) == found


def test_at_most_two_targets_in_an_organ() -> None:
    assert ids(*(lesion(f"T{n}", {0: "30", 42: "30"}) for n in range(3))) == ["R03"]


def test_a_node_without_its_short_axis() -> None:
    rows = rows_told(lesion("T1", {0: "20", 42: "20"}, nodal=True), lesion("T2", {0: "20", 42: "20"}))
    for row in rows["TR"][:2]:
        row["TRTESTCD"] = "LDIAM"
    assert [finding.id for finding in judged(rows)[1]] == ["R01"]
    for row in rows["TR"][:1]:
        row["TRTESTCD"] = "LPERP"
    assert [finding.id for finding in judged(rows)[1]] == []


def test_a_measurable_lesion_that_was_left_out() -> None:
    assert ids(lesion("T1", {0: "30", 42: "30"}), lesion("N1", {0: "10", 42: "10"}, "NON-TARGET")) == ["R05"]
    assert ids(lesion("T1", {0: "30", 42: "30"}), lesion("N1", {0: "9.9", 42: "9"}, "NON-TARGET")) == []


def test_normal_nodes_whose_sum_grew() -> None:
    nodes = [lesion(f"T{n}", {0: "15", 42: "6", 84: "9.9"}, nodal=True) for n in range(2)]
    assert ids(*nodes) == ["R07"]


@pytest.mark.parametrize(("later", "found"), [("90", ["R08"]), ("89.9", [])])
def test_a_sum_that_jumps(later: str, found: list[str]) -> None:
    assert ids(lesion("T1", {0: "30", 42: later})) == found


def test_a_lesion_called_new_that_was_there_and_one_not_called_new_that_was_not() -> None:
    target = lesion("T1", {0: "30", 42: "30"})
    assert ids(target, lesion("X1", {0: "PRESENT", 42: "PRESENT"}, "NEW")) == ["R10"]
    assert ids(target, lesion("N1", {42: "PRESENT"}, "NON-TARGET")) == ["R10"]


def test_two_measurements_of_one_lesion_on_one_day() -> None:
    rows = rows_told(lesion("T1", {0: "30", 42: "30"}))
    rows["TR"].append({**rows["TR"][-1], "TRSEQ": "3", "TRORRES": "20"})
    found, findings = judged(rows)
    assert [finding.id for finding in findings] == ["R11"]
    assert "PR" in found["AVALC"].to_list()  # the later row counts
    rows["TR"][-1]["TRORRES"] = "30"
    assert judged(rows)[1] == []


def test_no_viable_diameter_in_mrecist() -> None:
    assert ids(lesion("T1", {0: "30", 42: "30"}), criteria="mrecist") == ["R12"]
    assert ids(lesion("T1", {0: "30/40", 42: "30/40"}), criteria="mrecist") == []


@pytest.mark.parametrize(("length", "found"), [("14.9", ["R14"]), ("15", [])])
def test_a_small_new_node(length: str, found: list[str]) -> None:
    target, node = lesion("T1", {0: "30", 42: "30"}), lesion("X1", {42: length}, "NEW", nodal=True)
    assert ids(target, node) == found


def test_new_lesions_that_were_not_looked_for() -> None:
    rows = reviewed(rows_told(lesion("T1", {0: "30", 42: "30"})), 42, "N")
    assert [finding.id for finding in judged(rows)[1]] == ["R15"]


@pytest.mark.parametrize(("again", "found"), [(69, ["R16"]), (70, []), (98, []), (99, ["R16"])])
def test_an_unconfirmed_progression_is_looked_at_again_after_four_to_eight_weeks(again: int, found: list[str]) -> None:
    assert ids(lesion("T1", {0: "30", 42: "40", again: "40"}), criteria="irecist") == found


def test_a_lost_complete_response_among_recorded_ones() -> None:
    told = rows_told(sequence={30: "CR", 58: "SD"})
    _, findings = judged(told, rows="recorded")
    assert [finding.id for finding in findings] == ["R06"]


@pytest.mark.parametrize(
    ("state", "rule", "found"),
    [
        ("absent ", "target-complete", []),
        ("UNKNOWN", "non-target-not-evaluated", ["R20"]),
        ("SMALLER", "non-target-not-evaluated", ["R20"]),
    ],
)
def test_a_state_that_cannot_be_read_is_not_taken_as_present(state: str, rule: str, found: list[str]) -> None:
    rows = rows_told(lesion("T1", {0: "30", 42: "ABSENT"}), lesion("N1", {0: "PRESENT", 42: "PRESENT"}, "NON-TARGET"))
    rows["TR"][-1]["TRORRES"] = state
    responses, findings = judged(rows)
    overall = responses.filter(PARAMCD="OVR", DTYPE="AS ASSESSED")
    assert overall["RULEID"].to_list() == [f"response.{rule}"]
    assert [finding.id for finding in findings] == found
