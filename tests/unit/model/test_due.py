"""What is due: windows to the day, gates that wait, roles, partial dates, and the end of observation."""

from __future__ import annotations

import json
from datetime import date

import polars as pl
import pytest

from trialwright.endpoints.moments import time_point_dates
from trialwright.model.asked import asked_at, asked_by_criteria, never_missing
from trialwright.model.due import Task, Worklist, due
from trialwright.model.frames import frames_from_text
from trialwright.model.study import Study

pytestmark = pytest.mark.unvalidated

STUDY = Study.model_validate_json(
    json.dumps(
        {
            "language": 1,
            "study": {"id": "x", "title": "X", "version": "0.1.0", "registry": {"name": "R", "id": "1"}},
            "items": {
                "entered": {
                    "is": "date",
                    "ask": "Entry?",
                    "domain": "DS",
                    "column": "DSSTDTC",
                    "where": {"DSDECOD": "ENTERED INTO TRIAL"},
                },
                "drawn": {
                    "is": "date",
                    "ask": "Allocation?",
                    "domain": "DS",
                    "column": "DSSTDTC",
                    "where": {"DSDECOD": "RANDOMIZED"},
                    "take": "first",
                },
                "cycle1": {
                    "is": "date",
                    "ask": "First dose?",
                    "domain": "EX",
                    "column": "EXSTDTC",
                    "where": {"EXCAT": "NEOADJUVANT"},
                    "take": "first",
                },
                "relapse": {
                    "is": "date",
                    "ask": "Relapse?",
                    "domain": "MH",
                    "column": "MHSTDTC",
                    "where": {"MHCAT": "RECURRENCE"},
                },
                "reviewed": {
                    "is": "date",
                    "ask": "Medicines reviewed?",
                    "domain": "FA",
                    "column": "FADTC",
                    "where": {"FATESTCD": "MEDREVEW"},
                },
                "histology": {"is": "code", "ask": "Type?", "values": {"A": "a"}},
                "ca125": {"is": "number", "ask": "CA-125", "analyte": "CA125", "unit": "U/mL"},
                "fit": {"is": "attestation", "by": "surgeon", "ask": "Fit?"},
                "others": {
                    "is": "code",
                    "ask": "Medicines",
                    "values": {"B": "b"},
                    "take": "all",
                    "domain": "CM",
                    "column": "CMCLAS",
                    "where": {"CMCAT": "CONCOMITANT"},
                },
            },
            "time_points": {
                "entry": {"item": "entered", "gate": True},
                "start": {"item": "cycle1"},
                "allocation": {"item": "drawn", "gate": True},
            },
            "arms": [
                {"id": "A", "label": "a", "role": "experimental", "ratio": 1},
                {"id": "B", "label": "b", "role": "control", "ratio": 1},
            ],
            "inclusion": [
                {"id": "I1", "text": "Type", "met_when": {"item": "histology", "equals": "A"}},
                {
                    "id": "I2",
                    "text": "Late",
                    "met_when": {"interval": {"from": "relapse", "to": "entry"}, "at_least": "1 months"},
                },
                {"id": "I3", "text": "Fit", "at": "allocation", "met_when": {"attest": "fit"}},
            ],
            "assessments": [
                {
                    "id": "scans",
                    "criteria": "recist-1.1",
                    "baseline": {"last_before": "allocation", "within": "28 days"},
                    "settings": {"rows": "recorded"},
                },
                {
                    "id": "same",
                    "criteria": "recist-1.1",
                    "baseline": {"last_before": "allocation", "within": "28 days"},
                    "settings": {"rows": "recorded"},
                },
            ],
            "visits": [
                {
                    "id": "screening",
                    "when": {"on": "entry"},
                    "window": {"before": "28 days", "after": "0 days"},
                    "do": ["histology", "ca125", "others"],
                },
                {
                    "id": "cycle",
                    "when": {
                        "after": "start",
                        "first": "0 days",
                        "every": "21 days",
                        "times": 4,
                        "until": "allocation",
                    },
                    "window": {"before": "3 days", "after": "3 days"},
                    "do": ["ca125"],
                },
                {
                    "id": "decision",
                    "when": {"on": "allocation"},
                    "window": {"before": "28 days", "after": "0 days"},
                    "do": ["scans", "same", "fit", "reviewed"],
                },
                {
                    "id": "scan",
                    "when": {"after": "allocation", "first": "3 months", "every": "3 months"},
                    "window": {"before": "14 days", "after": "14 days"},
                    "do": ["scans"],
                },
                {"id": "ward", "when": {"after": "allocation", "first": "1 week"}, "do": ["ca125"], "arms": ["A"]},
            ],
        }
    )
)


def frame(columns: str, *rows: str) -> pl.DataFrame:
    names = columns.split()
    cells = [[cell or None for cell in row.split("|")] for row in rows]
    return pl.DataFrame(cells, schema=dict.fromkeys(names, pl.String), orient="row")


def worklist(on: str, by_arm: bool = False, **tables: tuple[str, ...]) -> Worklist:
    heads = {
        "DM": "USUBJID SITEID SEX RFICDTC ARMCD DTHDTC",
        "DS": "USUBJID DSSEQ DSDECOD DSSTDTC DSSCOPE",
        "EX": "USUBJID EXSEQ EXTRT EXCAT EXSTDTC",
        "LB": "USUBJID LBSEQ LBTESTCD LBORRES LBORRESU LBDTC LBSTAT",
        "FA": "USUBJID FASEQ FATESTCD FASTRESC FAEVAL FADTC FASTAT",
        "MH": "USUBJID MHSEQ MHCAT MHSTDTC",
        "RS": "USUBJID RSSEQ RSCAT RSTESTCD RSORRES RSEVAL RSDTC",
        "TR": "USUBJID TRSEQ TRLNKID TRTESTCD TRORRES TRORRESU TREVAL TRDTC",
    }
    text = {name: frame(heads[name], *rows) for name, rows in tables.items()}
    text.setdefault("DM", frame(heads["DM"], "S1|01|F|2025-12-01||"))
    day = date.fromisoformat(on)
    frames = frames_from_text(text, "entered")[0].until(day)
    return due(STUDY, frames, time_point_dates(STUDY, frames), on=day, by_arm=by_arm)


def states(found: Worklist, what: str, visit: str) -> list[tuple[int, str]]:
    return [(task.slot, task.status) for task in found.tasks if (task.what, task.visit) == (what, visit)]


ENTERED = ("S1|1|ENTERED INTO TRIAL|2026-01-05|",)
STARTED = ("S1|1|DRUG|NEOADJUVANT|2026-01-12",)
DRAWN = (*ENTERED, "S1|2|RANDOMIZED|2026-11-30|")


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        ("2026-01-12", [(1, "due"), (2, "next")]),
        ("2026-01-15", [(1, "due"), (2, "next")]),
        ("2026-01-16", [(1, "overdue"), (2, "next")]),
        ("2026-01-29", [(1, "overdue"), (2, "next")]),
        ("2026-01-30", [(2, "due"), (3, "next"), (1, "missed")]),
        ("2026-02-05", [(2, "due"), (3, "next"), (1, "missed")]),
        ("2026-02-06", [(2, "overdue"), (3, "next"), (1, "missed")]),
    ],
)
def test_windows_open_and_close_to_the_day(on: str, expected: list[tuple[int, str]]) -> None:
    found = worklist(on, DS=ENTERED, EX=STARTED)
    assert states(found, "ca125", "cycle") == expected


@pytest.mark.parametrize(
    ("sampled", "expected"),
    [
        ("2026-01-29", "missed"),
        ("2026-01-30", None),
        ("2026-02-05", None),
        ("2026-02-06", "missed"),
        ("2026-01", None),
        ("2026", None),
    ],
)
def test_a_sample_fills_its_slot_when_it_can_lie_in_it(sampled: str, expected: str | None) -> None:
    found = worklist("2026-02-10", DS=ENTERED, EX=STARTED, LB=(f"S1|1|CA125|35|U/mL|{sampled}|",))
    assert dict(states(found, "ca125", "cycle")).get(2) == expected


def test_what_was_not_done_is_answered() -> None:
    undone = worklist("2026-02-04", DS=ENTERED, EX=STARTED, LB=("S1|1|CA125||U/mL|2026-02-03|NOT DONE",))
    assert dict(states(undone, "ca125", "cycle")).get(2) is None


def test_months_are_clipped_and_added_to_the_anchor() -> None:
    found = worklist("2027-02-13", DS=DRAWN)
    (task,) = [task for task in found.tasks if task.visit == "scan"]
    assert (task.status, task.day) == ("next", date(2027, 2, 28))
    assert (task.opens, task.closes) == (date(2027, 2, 14), date(2027, 3, 14))
    later = worklist("2027-05-20", DS=DRAWN, RS=("S1|1|RECIST 1.1|OVRLRESP|SD|INVESTIGATOR|2027-03-14",))
    assert states(later, "scans", "scan") == [(2, "due"), (3, "next")]
    assert next(task.day for task in later.tasks if task.visit == "scan") == date(2027, 5, 30)


@pytest.mark.parametrize(
    ("row", "note"),
    [
        ("S1|1|RECIST 1.1|OVRLRESP|NE|INVESTIGATOR|2027-02-20", "not evaluable (2027-02-20)"),
        ("S1|1|RECIST 1.1|OVRLRESP|SD|INDEPENDENT ASSESSOR|2027-02-20", ""),
    ],
)
def test_a_scan_that_says_nothing_leaves_the_slot_open(row: str, note: str) -> None:
    found = worklist("2027-03-01", DS=DRAWN, RS=(row,))
    (task,) = [task for task in found.tasks if task.status == "due" and task.visit == "scan"]
    assert task.note == note


def test_a_measured_scan_without_a_recorded_response_is_said() -> None:
    found = worklist("2027-03-01", DS=DRAWN, TR=("S1|1|T1|LDIAM|12|mm|INVESTIGATOR|2027-02-20",))
    (task,) = [task for task in found.tasks if task.status == "due" and task.visit == "scan"]
    assert task.note == "examined, no response recorded (2027-02-20)"


def test_a_gate_waits_for_its_visit_and_its_criteria() -> None:
    found = worklist("2026-01-04")
    assert found.courses[0].waiting == "entry"
    owed = {(task.what, task.visit, task.gate, task.status) for task in found.tasks}
    assert owed == {
        ("histology", "screening", "entry", "missing"),
        ("ca125", "screening", "entry", "missing"),
        ("relapse", "", "entry", "missing"),
    }
    known = worklist("2026-01-04", MH=("S1|1|RECURRENCE|2025-11",), FA=("S1|1|HISTOLOG|A||2024-05|",))
    assert [task.what for task in known.tasks] == ["ca125"]
    undated = worklist("2026-01-04", FA=("S1|1|HISTOLOG|A|||",))
    assert {task.note for task in undated.tasks if task.what == "histology"} == {"answered without a date"}


@pytest.mark.parametrize(("day", "is_owed"), [("2026-01-31", True), ("2026-02-01", False), ("2026-03-01", False)])
def test_a_waiting_gate_looks_back_through_the_window_of_its_visit(day: str, is_owed: bool) -> None:
    found = worklist("2026-03-01", DS=ENTERED, FA=(f"S1|1|FIT|Y|SURGEON|{day}|",))
    assert (("fit", "missing") in {(task.what, task.status) for task in found.tasks}) == is_owed


def test_an_attestation_by_another_role_is_missing_and_says_so() -> None:
    found = worklist("2026-03-01", DS=ENTERED, FA=("S1|1|FIT|Y|INVESTIGATOR|2026-02-20|",))
    (task,) = [task for task in found.tasks if task.what == "fit"]
    assert (task.status, task.by) == ("missing", "SURGEON")
    assert task.note == "answered by INVESTIGATOR, not by SURGEON (2026-02-20)"


def test_an_attestation_after_the_gate_is_missed_and_none_at_all_overdue() -> None:
    late = worklist("2027-01-10", DS=DRAWN, FA=("S1|1|FIT|Y|SURGEON|2026-12-01|",))
    (task,) = [task for task in late.tasks if task.what == "fit"]
    assert (task.status, task.note) == ("missed", "done on 2026-12-01, outside the window")
    never = worklist("2027-01-10", DS=DRAWN)
    assert states(never, "fit", "decision") == [(1, "overdue")]


def test_what_holds_for_good_needs_no_window_and_a_review_does() -> None:
    answers = ("S1|1|HISTOLOG|A||2024-01-01|", "S1|2|MEDREVEW|Y||2026-10-01|")
    found = worklist("2027-01-10", DS=DRAWN, FA=answers)
    assert states(found, "histology", "screening") == []
    assert states(found, "reviewed", "decision") == [(1, "overdue")]


def test_a_date_that_is_partly_known_calls_nobody_overdue_on_a_guess() -> None:
    month = ("S1|1|DRUG|NEOADJUVANT|2026-01",)
    assert dict(states(worklist("2026-02-03", DS=ENTERED, EX=month), "ca125", "cycle"))[1] == "due"
    late = worklist("2026-02-04", DS=ENTERED, EX=month)
    assert dict(states(late, "ca125", "cycle"))[1] == "missed"
    assert {task.note for task in late.tasks if task.visit == "cycle"} == {"start is dated in part only"}


@pytest.mark.parametrize(
    ("tables", "why"),
    [
        ({"DM": ("S1|01|F|2025-12-01||2026-02-01",)}, "DEATH"),
        ({"DS": (*ENTERED, "S1|2|LOST TO FOLLOW-UP|2026-02-01|")}, "LOST TO FOLLOW-UP"),
        ({"DS": (*ENTERED, "S1|2|SCREEN FAILURE|2026-02-01|")}, "SCREEN FAILURE"),
        ({"DS": (*ENTERED, "S1|2|WITHDRAWAL BY SUBJECT|2026-02-01|DATA")}, "WITHDRAWAL BY SUBJECT"),
        ({"DS": (*ENTERED, "S1|2|WITHDRAWAL BY SUBJECT|2026-02-01|TREATMENT")}, ""),
        ({"DS": (*ENTERED, "S1|2|WITHDRAWAL BY SUBJECT|2026-02-01|")}, ""),
        ({"DS": (*ENTERED, "S1|2|LOST TO FOLLOW-UP|2026-02-11|")}, ""),
    ],
)
def test_nothing_is_owed_once_observation_has_ended(tables: dict[str, tuple[str, ...]], why: str) -> None:
    found = worklist("2026-02-10", **{"DS": ENTERED, "EX": STARTED, **tables})
    assert found.courses[0].why == why
    assert bool(found.tasks) == (not why)


def test_visits_of_one_arm_are_left_out_unless_arms_may_be_shown() -> None:
    subject = ("S1|01|F|2025-12-01|A|", "S2|01|F|2025-12-01|B|")
    drawn = (*DRAWN, "S2|1|ENTERED INTO TRIAL|2026-01-05|", "S2|2|RANDOMIZED|2026-11-30|")
    pooled = worklist("2026-12-08", DM=subject, DS=drawn)
    assert pooled.withheld == ("ward",)
    assert {task.visit for task in pooled.tasks}.isdisjoint({"ward"})
    shown = worklist("2026-12-08", by_arm=True, DM=subject, DS=drawn)
    assert [(task.subject, task.status) for task in shown.tasks if task.visit == "ward"] == [("S1", "overdue")]


def test_a_gate_passed_without_a_date_is_told() -> None:
    found = worklist("2026-12-01", DS=("S1|1|RANDOMIZED|2026-11-30|",))
    (task,) = [task for task in found.tasks if task.what == "entered"]
    assert (task.gate, task.status, task.note) == ("entry", "missing", "allocation is dated and entry is not")


def test_order_of_rows_is_irrelevant() -> None:
    rows = tuple(f"S1|{n}|CA125|35|U/mL|{day}|" for n, day in enumerate(["2026-01-12", "2026-02-01", "2026-02-24"], 1))
    there = worklist("2026-03-30", DS=ENTERED, EX=STARTED, LB=rows)
    assert worklist("2026-03-30", DS=ENTERED, EX=STARTED, LB=rows[::-1]) == there


def test_a_reading_that_serves_two_series_is_asked_for_once() -> None:
    decision = next(visit for visit in STUDY.visits if visit.id == "decision")
    (reading, *_) = asked_at(STUDY, decision)
    assert (reading.name, reading.also) == ("scans", ("same",))


def test_what_criteria_ask_for_and_what_may_stay_empty() -> None:
    assert [asked.name for asked in asked_by_criteria(STUDY, "entry")] == ["histology", "relapse"]
    assert never_missing(STUDY) == {"others"}


def test_tasks_stand_by_urgency() -> None:
    found = worklist("2026-02-06", DS=ENTERED, EX=STARTED)
    order = ["overdue", "due", "missing", "next", "missed"]
    assert [order.index(task.status) for task in found.tasks] == sorted(
        order.index(task.status) for task in found.tasks
    )
    assert isinstance(found.tasks[0], Task)
