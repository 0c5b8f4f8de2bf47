"""What each figure rests on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from trialwright.model.dossier import Dossier
from trialwright.model.result import Result
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


def test_pictures_of_accuracy_and_incidence_rest_on_the_figures_they_show(by_arm: Dossier) -> None:
    figures = ("auc:R0", "brier:R0", "calibration_slope:R0", "auc:PFS=12mo", "hr_favourable:PFS")
    added = [Result(f"ACC/{figure}", value=0.5) for figure in figures]
    added += [Result(f"PFS/{figure}", value=0.5) for figure in ("cif@OP", "cif@DRUG", "p_gray")]
    dossier = replace(by_arm, results=(*by_arm.results, *added))
    assert below(dossier, "roc-acc-r0") == {"ACC/auc:R0"}
    assert below(dossier, "calibration-acc-r0") == {"ACC/brier:R0", "ACC/calibration_slope:R0"}
    assert below(dossier, "decision-acc-pfs") == {"ACC/hr_favourable:PFS"}
    assert below(dossier, "cif-pfs") == {"PFS/cif@OP", "PFS/cif@DRUG", "PFS/p_gray"}


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
