"""Tables of agreement: recorded against calculated, and one reader against another."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from tests.unit.report.lesion_dossier import lesion_dossier
from trialwright.model.agreement import Agreement, ReaderAgreement
from trialwright.report.agreement import agreement_tables
from trialwright.report.context import Context
from trialwright.report.table import Table

pytestmark = pytest.mark.unvalidated


def tables(*, decided: bool = True) -> dict[str, Table]:
    shifts = pl.DataFrame({"RECORDED": ["PR", "SD", "SD"], "CALCULATED": ["PR", "-", "PR"], "N": [4, 1, 2]})
    differ = pl.DataFrame(
        {
            "USUBJID": ["P1"], "ADT": [date(2026, 3, 1)], "RECORDED": ["SD"], "CALCULATED": ["PR"],
            "RULEID": ["response.pr"], "DAYS": [0],
        }
    )  # fmt: skip
    subjects = pl.DataFrame(
        {
            "USUBJID": ["P1", "P2"], "BEST_1": ["PR", "SD"], "BEST_2": ["PR", None],
            "PROGRESSION_1": [None, date(2026, 5, 1)], "PROGRESSION_2": [None, None], "DIFFER": ["", "progression"],
            "CHOSEN": ["R1", "R2" if decided else None], "BY": ["agreement", "adjudicator" if decided else None],
        },
        schema_overrides={"CHOSEN": pl.String, "BY": pl.String},
    )  # fmt: skip
    read = shifts.rename({"RECORDED": "FIRST", "CALCULATED": "SECOND"})
    found = ReaderAgreement(("R1", "R2"), read, 6, 4, 0.25, "CBOR", 1, 1, None, subjects)
    agreements = {"after": Agreement(shifts, differ, 6, 4, 0.25)}
    dossier = replace(lesion_dossier(), agreements=agreements, readings={"after": found})
    return {table.name: table for table in agreement_tables(Context.of(dossier))}


def test_recorded_stands_against_calculated() -> None:
    shifts = tables()["agreement-after"]
    assert [[row.head.text, *(cell.text for cell in row.cells)] for row in shifts.rows] == [
        ["PR", "4", "0", "0"],
        ["SD", "2", "0", "1"],
    ]
    assert shifts.notes[0] == "Assessments that both judged: 6, alike: 4. Cohen's kappa, unweighted: 0.25."


def test_readers_stand_beside_it_with_what_they_differ_in() -> None:
    made = tables()
    assert list(made) == ["agreement-after", "disagreements-after", "readers-after", "adjudication-after"]
    notes = " ".join(made["readers-after"].notes)
    assert "Subjects with a confirmed best response by both: 1, alike: 1." in notes
    assert "differ in confirmed best response or progression on 1 of 2 subjects." in notes
    (row,) = made["adjudication-after"].rows
    assert [row.head.text, *(cell.text for cell in row.cells)] == [
        "P2", "SD, PD 2026-05-01", "not assessed", "progression", "R2 (adjudicator)",
    ]  # fmt: skip


def test_who_waits_for_a_decision_is_told() -> None:
    made = tables(decided=False)
    assert "on 1 of 2 subjects; 1 of them wait for a decision." in " ".join(made["readers-after"].notes)
    assert made["adjudication-after"].rows[0].cells[3].text == "not decided"
