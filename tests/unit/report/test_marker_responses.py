"""Responses by a marker in the report: every subject in one row, arms together."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from trialwright.assessments.gcig.study_rows import ROWS
from trialwright.model.dossier import Dossier
from trialwright.model.schedule import Marker
from trialwright.report.context import Context
from trialwright.report.marker_responses import marker_responses_table

pytestmark = pytest.mark.unvalidated

BEST = (
    ("A", "RESPONSE", "gcig.response.confirmed"), ("B", "RESPONSE", "gcig.response.confirmed"),
    ("C", "NO RESPONSE", "gcig.response.rise"), ("D", "NO RESPONSE", "gcig.response.unconfirmed"),
    ("E", "NO RESPONSE", "gcig.response.unconfirmed"), ("F", "NE", "gcig.evaluable.no-sample"),
    ("G", "NE", "gcig.response.undecided"),
)  # fmt: skip


def context(dossier: Dossier, *more: tuple[str, str, str, str]) -> Context:
    rows = [("BOR", *row) for row in BEST] + list(more)
    cells = [
        {"PARAMCD": parameter, "USUBJID": subject, "AVALC": code, "RULEID": rule, "ASSESSID": "fall"}
        for parameter, subject, code, rule in rows
    ]
    adrs = pl.DataFrame(cells, schema={name: ROWS[name] for name in cells[0]})
    return Context.of(replace(dossier, derived=replace(dossier.derived, adrs=adrs)))


def fall(dossier: Dossier) -> Marker:
    return dossier.study.markers[0].model_copy(update={"id": "fall"})


def test_every_subject_is_counted_once_and_each_answer_says_why(by_arm: Dossier) -> None:
    more = (("CRCA125", "A", "COMPLETE RESPONSE", "x"), ("PDCA125", "C", "PD", "gcig.progression.B"))
    table = marker_responses_table(context(by_arm, *more), fall(by_arm))
    assert table is not None
    assert [(row.head.text, row.cells[0].text, row.level) for row in table.rows] == [
        ("Subjects with a sample", "7", 0),
        ("Response", "2", 0),
        ("complete: within the normal range", "1", 1),
        ("No response", "3", 0),
        ("fell to half, not confirmed yet", "2", 1),
        ("fell to half and rose again", "1", 1),
        ("Not evaluable or undecided", "2", 0),
        ("no usable sample within two weeks before treatment", "1", 1),
        ("limits or partial dates leave it open", "1", 1),
        ("Progression", "1", 0),
        ("from a value that never was normal", "1", 1),
    ]
    assert "unverified" in table.notes[0]


def test_without_judged_subjects_there_is_no_table(by_arm: Dossier) -> None:
    assert marker_responses_table(context(by_arm), by_arm.study.markers[0]) is None
