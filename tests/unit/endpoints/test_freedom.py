"""Who is never free of disease, deaths without their day, and the last score: the rows these results rest on."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from tests.spec.endpoint_cases import Rows, derived, row_of, study_of, tables
from tests.unit.endpoints.trial import frames_of
from trialwright.conduct.catalogue import catalogue
from trialwright.conduct.studies import open_study
from trialwright.errors import StudyError
from trialwright.model.study import Study
from trialwright.protocol.load import load

pytestmark = pytest.mark.independent("rows taken away one by one, and days counted by hand")

CLAUSE = {"switches": {"never_free": {"within": "6 months", "then": "event at origin"}}}


def shown(study: Study, rows: Rows, endpoint: str) -> tuple[object, ...]:
    found = derived(study, frames_of(rows), date(2027, 3, 31)).adtte.filter(pl.col("PARAMCD") == endpoint)
    return found.select("STARTDT", "ADT", "AVAL", "CNSR", "RULEID").row(0) if found.height else ()


@pytest.mark.parametrize(
    ("endpoint", "case"),
    [
        ("DFS", {**CLAUSE, "freed": 60, "assessments": {84: "NED", 126: "PD"}}),
        ("DFS", {**CLAUSE, "assessments": {42: "SD", 84: "PD"}}),
        ("DFS", {**CLAUSE, "assessments": {42: "SD"}, "death": 70}),
        ("DFS", {**CLAUSE, "assessments": {42: "SD", 84: "SD"}, "alive": 200}),
        ("DFS", {**CLAUSE, "assessments": {42: "SD", 84: "SD"}, "alive": 100}),
        ("TTD", {"scores": {28: 1, 56: 1}, "alive": 300}),
        ("TTD", {"scores": {28: 1, 56: 1}, "worse": 70}),
    ],
)
def test_taking_a_named_row_away_changes_the_result_and_no_other_row_does(endpoint: str, case: dict[str, Any]) -> None:
    study, rows = study_of(case), tables(case)
    before = shown(study, rows, endpoint)
    sources = derived(study, frames_of(rows), date(2027, 3, 31)).sources
    named = set(sources.filter(pl.col("PARAMCD") == endpoint)["ROW"])
    for domain in set(rows) - {"DM"}:
        for row in rows[domain]:
            less = {**rows, domain: [each for each in rows[domain] if each is not row]}
            name = f"row/{domain.lower()}.csv:A:{row[f'{domain}SEQ']}"
            assert (shown(study, less, endpoint) != before) == (name in named), name


def test_a_contact_that_refutes_a_death_is_named() -> None:
    rows = tables({"alive": 91})
    rows["DM"][0] |= {"DTHDTC": "2025-03", "DTHFL": "Y"}
    found = derived(study_of({}), frames_of(rows), date(2027, 3, 31))
    named = found.sources.filter((pl.col("PARAMCD") == "OS") & (pl.col("ROLE") == "bound"))
    assert named["ROW"].to_list() == ["row/ss.csv:A:1"]
    assert [finding.id for finding in found.findings if finding.where == "dm.csv"] == ["T27"]


def test_a_held_death_holds_the_competing_rows_too_and_leaves_an_earlier_progression() -> None:
    case = {"assessments": {42: "SD", 84: "PD"}, "alive": 90}
    rows = tables(case)
    rows["DM"][0] |= {"DTHDTC": "2025", "DTHFL": "Y"}
    study = study_of({})
    assert shown(study, rows, "PFS")[2:4] == (85, 0)
    assert shown(study, rows, "OS")[1:] == (None, None, None, "OS.held")
    assert shown(study, rows, "TTNT")[1:] == (None, None, None, "TTNT.held")


def test_the_horizon_counts_days_as_the_endpoint_does() -> None:
    row = row_of({"assessments": {3: "PD"}, "alive": 900, "add_one": False}, "OS")
    assert row is not None
    assert row["aval"] == 900


def test_a_definition_that_starts_where_freedom_starts_is_refused() -> None:
    text = open_study("nct04562727").text
    clause = "never_free: {reached: ablated, within: 6 months"
    assert text.count(clause) == 1
    changed = text.replace(clause, "origin: ablated, " + clause)
    with pytest.raises(StudyError, match="no origin"):
        load(changed, catalogue(), name="study.yaml")


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("origin: ablation\n    assessment: zone", "origin: allocation\n    assessment: zone", "procedure"),
        ("measure: time to event of lesions", "measure: time to event of lesions\n    milestones: [1 year]", "nothing"),
        ("method: lesion-incidence", "method: aalen-johansen", "does not estimate"),
    ],
)
def test_what_lesions_cannot_say_is_refused(old: str, new: str, why: str) -> None:
    text = open_study("nct04562727").text
    assert text.count(old) == 1
    with pytest.raises(StudyError, match=why):
        load(text.replace(old, new), catalogue(), name="study.yaml")
