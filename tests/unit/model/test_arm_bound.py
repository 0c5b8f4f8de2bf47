"""What exists in some arms only, for the arrangements of arms that trials have."""

from __future__ import annotations

import json

import pytest

from trialwright.model.arm_bound import ArmBound, arm_bound
from trialwright.model.study import Study

pytestmark = pytest.mark.unvalidated

DATE = {"is": "date", "ask": "When?", "take": "first"}
ITEMS = {
    "drawn_on": {**DATE, "domain": "DS", "column": "DSSTDTC", "where": {"DSDECOD": "RANDOMIZED"}},
    "cut_on": {**DATE, "domain": "PR", "column": "PRSTDTC"},
    "dosed_on": {**DATE, "domain": "EX", "column": "EXSTDTC"},
    "left": {"is": "code", "ask": "What was left?", "values": {"R0": "nothing", "R1": "something"}},
    "pain": {"is": "code", "ask": "Pain?", "values": {"Y": "yes", "N": "no"}},
}
OPERATION = {"id": "operation", "when": {"on": "surgery"}, "do": ["left", "pain"], "arms": ["A"]}
VISIT = {"id": "later", "when": {"on": "allocation"}, "do": ["pain"]}
PFS = {"id": "PFS", "title": "PFS", "role": "primary", "measure": "time to event", "origin": "allocation",
       "events": ["progression", "death"], "set": "drawn"}  # fmt: skip


def study(**blocks: object) -> Study:
    """A trial of surgery (A) against drugs (B); single blocks may be replaced."""
    whole = {
        "language": 1,
        "study": {"id": "x", "title": "x", "version": "1.0.0", "registry": {"name": "n", "id": "x"}},
        "items": ITEMS,
        "time_points": {
            "allocation": {"item": "drawn_on", "gate": True},
            "surgery": {"item": "cut_on"},
            "first_dose": {"item": "dosed_on"},
        },
        "arms": arms(["knife"], ["drug"]),
        "regimens": [
            {"id": "knife", "label": "Operation", "starts": "allocation", "procedure": "cut_on"},
            {"id": "drug", "label": "Drugs", "starts": "first_dose", "drugs": "unspecified"},
        ],
        "visits": [OPERATION, VISIT],
        "analysis_sets": [{"id": "drawn", "reached": "allocation"}, {"id": "cut", "reached": "surgery"}],
        "endpoints": [PFS],
        **blocks,
    }
    return Study.model_validate_json(json.dumps(whole))


def arms(a: object, b: object) -> list[dict[str, object]]:
    return [
        {"id": "A", "label": "a", "role": "experimental", "gives": a},
        {"id": "B", "label": "b", "role": "control", "gives": b},
    ]


def endpoint(**changes: object) -> bool:
    """Whether an endpoint so changed is bound to an arm."""
    return bool(arm_bound(study(endpoints=[{**PFS, **changes}])).endpoints)


def test_what_one_arm_gets_tells_it() -> None:
    bound = arm_bound(study())
    assert bound.items == {"cut_on", "left"}
    assert bound.time_points == {"surgery", "first_dose"}
    assert bound.sets == {"cut"}
    assert bound.endpoints == frozenset()
    assert bound.first_dose


def test_what_both_arms_get_tells_nothing() -> None:
    bound = arm_bound(study(arms=arms(["knife", "drug"], ["knife", "drug"]), visits=[VISIT]))
    assert bound == ArmBound()


def test_an_arm_that_leaves_open_what_it_gives_shares_nothing() -> None:
    both = arm_bound(study(arms=arms(["knife", "drug"], "unspecified"), visits=[VISIT]))
    assert (both.items, both.time_points, both.first_dose) == ({"cut_on"}, {"surgery", "first_dose"}, True)


def test_one_arm_has_nobody_to_be_told_from() -> None:
    alone = [{"id": "A", "label": "a", "role": "single", "gives": ["knife"]}]
    assert arm_bound(study(arms=alone)) == ArmBound()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, False),
        ({"arms": ["A"]}, True),
        ({"arms": ["A", "B"]}, False),
        ({"set": "cut"}, True),
        ({"origin": "surgery"}, True),
        ({"events": ["death", "cut_on"]}, True),
        ({"events": ["death"], "competing": ["cut_on"]}, True),
        ({"measure": "proportion", "success": {"item": "left", "equals": "R0"}}, True),
        ({"measure": "proportion", "success": {"item": "pain", "equals": "N"}}, False),
        ({"period": {"from": "surgery", "within": "30 days"}}, True),
        ({"measure": "worst grade", "of": "left"}, True),
        ({"censor": {"at": "last known alive", "new_therapy": {"is": "cut_on", "then": "censor"}}}, True),
    ],
)
def test_an_endpoint_is_bound_by_whatever_it_names(changes: dict[str, object], expected: bool) -> None:
    assert endpoint(**changes) is expected


def test_a_series_is_bound_by_a_removal_that_one_arm_has() -> None:
    series = {"id": "scans", "criteria": "recist-1.1", "baseline": {"last_before": "allocation", "within": "28 days"}}
    for more, expected in (
        ({}, set()),
        ({"planned_removal": {"procedure": "cut_on"}}, {"scans"}),
        ({"from": "surgery"}, {"scans"}),
        ({"from": "allocation"}, set()),
    ):
        assert arm_bound(study(assessments=[{**series, **more}])).series == expected


def test_a_marker_is_bound_when_it_is_judged_beyond_allocation() -> None:
    marker = {"id": "fall", "item": "left", "criteria": "halved", "from": "first_dose"}
    drawing = {"at": "allocation", "method": "permuted-blocks"}
    for more, blocks, expected in (
        ({}, {}, {"fall"}),
        ({"until": "allocation"}, {"allocation": drawing}, set()),
        ({"until": "allocation"}, {}, {"fall"}),
        ({"until": "surgery"}, {"allocation": drawing}, {"fall"}),
        ({"criteria": None, "model": "speed"}, {"allocation": drawing}, set()),
    ):
        assert arm_bound(study(markers=[{**marker, **more}], **blocks)).series == expected
