"""What each figure rests on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from trialwright.model.dossier import Dossier
from trialwright.report import figure_edges as module
from trialwright.report.figure_edges import figure_edges

pytestmark = pytest.mark.unvalidated


def below(dossier: Dossier, name: str) -> set[str]:
    edges = figure_edges(dossier, [name])
    assert set(edges["from"]) <= {f"figure/{name}"}
    return set(edges["to"])


def test_curves_rest_on_the_results_of_their_own_definition(by_arm: Dossier) -> None:
    assert below(by_arm, "km-os") == {"OS/median", "OS/median@OP", "OS/median@DRUG", "OS/hr", "OS/p_logrank"}
    assert below(by_arm, "km-os-record") == {each.replace("OS/", "OS~record/") for each in below(by_arm, "km-os")}


def test_counts_rest_on_rows_and_clauses(by_arm: Dossier) -> None:
    accrual = below(by_arm, "accrual")
    assert {"clause/time_points/registration", "clause/time_points/allocation"} <= accrual
    assert len(accrual) == 2 + 200 + 160
    assert accrual < below(by_arm, "consort")
    courses = below(by_arm, "courses-ca125")
    assert "clause/markers/kelim" in courses
    assert len(courses) == 1 + by_arm.frames["LB"].height


def test_a_row_is_named_by_its_file_subject_and_number(by_arm: Dossier) -> None:
    lb = by_arm.frames["LB"].row(0, named=True)
    renamed = replace(by_arm, frames=replace(by_arm.frames, files={"LB": "lb.parquet"}))
    assert f"row/lb.parquet:{lb['USUBJID']}:{lb['LBSEQ']}" in below(renamed, "courses-ca125")


def test_figures_of_very_many_subjects_name_their_clause_alone(
    by_arm: Dossier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_SUBJECTS_BY_ROW", 100)
    assert below(by_arm, "courses-ca125") == {"clause/markers/kelim"}
