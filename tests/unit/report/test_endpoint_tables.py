"""Estimates, endings and worst grades."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from tests.unit.report.printed import rows
from trialwright.dates import Duration
from trialwright.model.dossier import Dossier
from trialwright.model.result import Result
from trialwright.report.context import Context
from trialwright.report.endpoint_tables import complication_tables, endings_table, survival_table
from trialwright.report.table import cell_of

pytestmark = pytest.mark.unvalidated


def test_estimates_stand_under_their_arm_and_comparisons_across_both(context: Context, by_arm: Dossier) -> None:
    table = survival_table(context, by_arm.study.endpoint("PFS"), "used")
    assert table is not None
    assert [(c.title, c.below) for c in table.columns[1:]] == [("OP", "n = 80"), ("DRUG", "n = 80")]
    hr = next(row for row in table.rows if row.head.text.startswith("Hazard ratio"))
    assert [(cell.text, cell.span, cell.result) for cell in hr.cells] == [("0.71 (0.47 to 1.06)", 2, "PFS/hr")]
    assert rows(table)["Median, months (95% CI)"] == ["14.2 (9.2 to not reached)"] * 2
    assert any(row.head.text == "OP against DRUG" for row in table.rows)


def test_a_figure_that_cannot_be_estimated_says_why() -> None:
    missing = Result("PFS/median", status="not estimable", reason="not reached", low=304.375, unit="d", level=0.95)
    assert cell_of(missing, "10.0 to not reached").text == "not reached (10.0 to not reached)"
    assert cell_of(Result("PFS/hr", status="not computed"), "").text == "not computed"


def test_both_definitions_are_told_apart_by_their_events(files: dict[str, bytes], by_arm: Dossier) -> None:
    page = files["report.html"].decode()
    events = {r.id: r.value for r in by_arm.results}
    assert f"{events['OS/n_events']} events under “corrected”" in page
    assert f"{events['OS~record/n_events']} events under “record”" in page


def test_endings_add_up_to_the_group(context: Context, by_arm: Dossier) -> None:
    shown = rows(endings_table(context, by_arm.study.endpoint("PFS"), "used"))
    for column in (0, 1):
        assert sum(int(shown[kind][column].split(" ")[0]) for kind in ("Events", "Censored")) == 80


def test_worst_grades_count_each_subject_once_and_major_ones_again(by_arm: Dossier) -> None:
    grades = by_arm.derived.grades.with_columns(
        AVALC=pl.when(pl.int_range(pl.len()) == 0).then(None).otherwise("AVALC")
    )
    dossier = replace(by_arm, derived=replace(by_arm.derived, grades=grades))
    (table,) = complication_tables(Context.of(dossier), by_arm.study.endpoint("COMPL"))
    shown = {label: int(cells[0].split(" ")[0]) for label, cells in rows(table).items() if "index" not in label.lower()}
    assert shown.pop("Not known") == 1
    assert shown.pop("Major: IIIa or worse") == sum(shown[g] for g in ("IIIa", "IIIb", "IVa", "IVb", "V (death)"))
    assert sum(shown.values()) == grades.height - 1


def test_headings_name_the_confidence_level_that_was_used(by_arm: Dossier) -> None:
    other = tuple(
        replace(result, level=0.9) if result.id in ("PFS/hr", "PFS/median", "PFS/median@OP") else result
        for result in by_arm.results
    )
    shown = rows(survival_table(Context.of(replace(by_arm, results=other)), by_arm.study.endpoint("PFS"), "used"))
    assert "OP against DRUG/Hazard ratio (90% CI)" in shown
    assert "Median, months (90% CI)" in shown
    assert "Progression-free at 12 months, % (95% CI)" in shown


def test_a_restricted_mean_says_how_far_it_reaches(by_arm: Dossier) -> None:
    stated = by_arm.study.analyses[0].model_copy(update={"id": "pfs_rmst", "tau": Duration.parse("24 months")})
    study = by_arm.study.model_copy(update={"analyses": (*by_arm.study.analyses, stated)})
    results = tuple(
        replace(result, analysis="pfs_rmst") if result.id == "PFS/rmst_difference" else result
        for result in by_arm.results
    )
    shown = rows(
        survival_table(Context.of(replace(by_arm, study=study, results=results)), study.endpoint("PFS"), "used")
    )
    assert "Restricted mean to 24 months, months (95% CI)" in shown
