"""Lines of the study file by path of ids."""

from __future__ import annotations

import pytest

from tests.studies import EXAMPLE
from trialwright.protocol.paths import clause_line, clause_lines
from trialwright.studies import FOLDER

pytestmark = pytest.mark.unvalidated

LINES = EXAMPLE.splitlines()


@pytest.mark.parametrize(
    ("path", "begins"),
    [
        ("/endpoints/PFS", "id: PFS"),
        ("/endpoints/PFS/censor", "censor: {at: last adequate"),
        ("/endpoints/PFS/censor/new_therapy/then", "then: censor"),
        ("/endpoints/CSS/definitions/strict/events", "events: [{event: death"),
        ("/endpoints/CSS/strict/events", "events: [{event: death"),
        ("/inclusion/I2/met_when/all/I2b", "{id: I2b, lab: bili"),
        ("/inclusion/I2/met_when/all/4", "{lab: inr"),
        ("/regimens/ablation/drugs/tablet", "{drug: tablet"),
        ("/items/grade/values/G2", "G2: middle"),
        ("/scenario/base/courses/2", "{event: progression, from: treatment"),
    ],
)
def test_a_path_leads_to_the_words_it_names(path: str, begins: str) -> None:
    line, column = clause_lines(EXAMPLE)[path]
    assert LINES[line - 1][column - 1 :].startswith(begins)


@pytest.mark.parametrize(
    ("path", "found_at"),
    [
        ("/endpoints/CSS/strict/origin", "/endpoints/CSS/origin"),
        ("/endpoints/CSS/definitions/loose", "/endpoints/CSS/definitions/loose"),
        ("/endpoints/CSS/loose/censor/at", "/endpoints/CSS/censor/at"),
        ("/arms/ABL/nothing", "/arms/ABL"),
        ("/arms/ABL/gives/9", "/arms/ABL/gives"),
    ],
)
def test_what_is_not_written_is_found_at_what_it_is_taken_from(path: str, found_at: str) -> None:
    lines = clause_lines(EXAMPLE)
    assert clause_line(lines, path) == lines[found_at]


def test_an_absent_block_has_no_line() -> None:
    assert clause_line(clause_lines("language: 1\n"), "/allocation/strata") is None


def test_clauses_of_the_shipped_study_stand_where_they_are_said_to() -> None:
    text = (FOLDER / "nct07295132.yaml").read_text(encoding="utf-8")
    lines = clause_lines(text)
    written = text.splitlines()
    for path, begins in {
        "/endpoints/PFS": "id: PFS",
        "/endpoints/OS/corrected/censor": "censor: {at: last known alive",
        "/endpoints/OS/record/horizon/is": "is: administrative censoring",
        "/endpoints/R0/success": "success: {item: residual",
        "/exclusion/E5/excluded_when/any/2": "{interval: {from: first_platinum",
    }.items():
        line, column = lines[path]
        assert written[line - 1][column - 1 :].startswith(begins), path
