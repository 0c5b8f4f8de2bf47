"""Who is judged when, and what follows for each subject at each gate."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from tests.unit.screening.trial import Row, answered, frames, study
from trialwright.conduct.eligibility import (
    gate_screens,
    moments_of,
    screen_table,
    screening_of,
    with_eligibility,
)
from trialwright.endpoints.moments import time_point_dates
from trialwright.exchange.tables_out import write_tables
from trialwright.model.screened import Screening
from trialwright.model.study import Study

pytestmark = pytest.mark.unvalidated

ON = date(2026, 6, 30)
TRIAL = study(
    inclusion=[
        {"id": "I1", "text": "One", "met_when": {"item": "histology", "equals": "A"}},
        {"id": "I2", "text": "Two", "at": "allocation", "met_when": {"attest": "resectable"}},
    ],
    exclusion=[{"id": "E1", "text": "Three", "at": ["entry", "allocation"], "excluded_when": {"sex": "M"}}],
)


def came(
    subject: str, entered: str | None, allocated: str | None = None, left: tuple[str, str] | None = None
) -> list[Row]:
    days = [("ENTERED INTO TRIAL", entered), ("RANDOMIZED", allocated), *([left] if left else [])]
    return [{"USUBJID": subject, "DSDECOD": what, "DSSTDTC": day} for what, day in days if day is not None]


SUBJECTS = {
    "both": came("both", "2026-01-10", "2026-03-01"),
    "waits": came("waits", "2026-01-10"),
    "fails": came("fails", None, left=("SCREEN FAILURE", "2026-01-20")),
    "new": [],
    "vague": came("vague", "2026-02"),
    "later": came("later", "2026-01-10", left=("WITHDRAWAL BY SUBJECT", "2026-02-02")),
}


def tables() -> dict[str, list[Row]]:
    facts: list[Row] = []
    for subject in SUBJECTS:
        facts.append({**answered("HISTOL", "B" if subject == "fails" else "A", "2026-01-05"), "USUBJID": subject})
        if subject != "waits":
            facts.append({**answered("RESECTAB", "Y", "2026-01-06"), "USUBJID": subject, "FAEVAL": "SURGEON"})
    return {
        "DM": [{"USUBJID": subject, "SEX": "F", "RFICDTC": "2026-01-02"} for subject in SUBJECTS],
        "DS": [row for rows in SUBJECTS.values() for row in rows],
        "FA": facts,
    }


def screening(trial: Study = TRIAL, *, most_whole: int | None = None) -> Screening:
    return screening_of_tables(tables(), trial, most_whole=most_whole)


def screening_of_tables(
    rows: dict[str, list[Row]], trial: Study = TRIAL, *, most_whole: int | None = None
) -> Screening:
    data = frames(rows)
    moments = moments_of(trial, data, time_point_dates(trial, data), ON)
    return screening_of(gate_screens(trial, data, moments, None), moments, most_whole=most_whole)


def test_a_subject_is_judged_at_the_gates_it_reached_and_at_the_next_one() -> None:
    found = {
        (subject, gate): (at.isoformat() if at else None, reached, verdict)
        for subject, gate, at, reached, verdict in screening().subjects.iter_rows()
    }
    assert found == {
        ("both", "entry"): ("2026-01-10", True, "ELIGIBLE"), ("both", "allocation"): ("2026-03-01", True, "ELIGIBLE"),
        ("waits", "entry"): ("2026-01-10", True, "ELIGIBLE"),
        ("waits", "allocation"): ("2026-06-30", False, "CANNOT TELL"),
        # a screen failure is judged on the day it left, and at no later gate
        ("fails", "entry"): ("2026-01-20", False, "NOT ELIGIBLE"), ("new", "entry"): ("2026-06-30", False, "ELIGIBLE"),
        # the day of the gate is not known, so nothing is known there, nor after it
        ("vague", "entry"): (None, True, "CANNOT TELL"), ("vague", "allocation"): ("2026-06-30", False, "CANNOT TELL"),
        ("later", "entry"): ("2026-01-10", True, "ELIGIBLE"),
        ("later", "allocation"): ("2026-02-02", False, "ELIGIBLE"),
    }  # fmt: skip


def test_a_later_gate_keeps_the_verdicts_of_earlier_ones() -> None:
    wrong = study(
        inclusion=[
            {"id": "I1", "text": "One", "met_when": {"item": "histology", "equals": "C"}},
            {"id": "I2", "text": "Two", "at": "allocation", "met_when": {"attest": "resectable"}},
        ]
    )
    found = screening(wrong)
    both = found.subjects.filter(pl.col("USUBJID") == "both")
    assert both["VERDICT"].to_list() == ["NOT ELIGIBLE", "NOT ELIGIBLE"]
    own = found.verdicts.filter(pl.col("USUBJID") == "both", pl.col("GATE") == "allocation")
    assert own["VERDICT"].to_list() == ["MET"]


def test_what_is_missing_never_hides_what_is_not_met() -> None:
    data = tables()
    data["DM"] = [{**row, "SEX": None} if row["USUBJID"] == "fails" else row for row in data["DM"]]
    found = screening_of_tables(data).subjects.filter(pl.col("USUBJID") == "fails")
    assert found["VERDICT"].to_list() == ["NOT ELIGIBLE"]


def test_counts_stand_in_the_order_of_the_study_file() -> None:
    assert screening().counts.rows() == [
        ("entry", "I1", 4, 1, 1, 0), ("entry", "E1", 5, 0, 1, 0),
        ("allocation", "I2", 3, 0, 1, 0), ("allocation", "E1", 4, 0, 0, 0),
    ]  # fmt: skip


def test_of_very_many_only_what_is_not_met_is_kept_and_nothing_else_changes() -> None:
    whole, short = screening(), screening(most_whole=3)
    assert (whole.complete, short.complete) == (True, False)
    assert short.verdicts.rows() == whole.verdicts.filter(pl.col("VERDICT") != "MET").rows()
    assert short.counts.equals(whole.counts)
    assert short.subjects.equals(whole.subjects)


def test_the_subject_level_table_gets_a_verdict_a_gate() -> None:
    adsl = pl.DataFrame({"USUBJID": ["both", "fails", "new"], "ENTRYELIG": [None] * 3, "ALLOCATIONELIG": [None] * 3})
    filled = with_eligibility(adsl, TRIAL, screening())
    assert filled.rows() == [
        ("both", "ELIGIBLE", "ELIGIBLE"), ("fails", "NOT ELIGIBLE", None), ("new", "ELIGIBLE", None),
    ]  # fmt: skip
    assert filled.columns == adsl.columns


def test_the_table_is_written_as_it_is_declared(tmp_path: Path) -> None:
    write_tables(tmp_path, {"SCREEN": screen_table(TRIAL, [screening().verdicts])})
    lines = (tmp_path / "screen.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "STUDYID,USUBJID,GATE,CRITID,VERDICT,REASON,MARGIN,EVIDENCE"
    assert "invented,waits,allocation,I2,UNKNOWN,needs_attestation,," in lines
    assert "invented,both,entry,I1,MET,,,row/fa.csv:both:1" in lines
    assert lines[1:] == sorted(lines[1:])
