"""Tables: baseline, estimates, endings, complications, findings, criteria."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from tests.unit.report.invented_dossier import SILENCES, invented_dossier
from trialwright.model.dossier import Dossier
from trialwright.model.finding import finding
from trialwright.model.result import Result
from trialwright.report.baseline import baseline_table
from trialwright.report.context import Context
from trialwright.report.endpoint_tables import complication_tables, endings_table, survival_table
from trialwright.report.listings import assumptions_table, findings_table, grouped_findings_table, open_points_table
from trialwright.report.table import Table, cell_of
from trialwright.report.trial import arms_table, criteria_table, endpoints_table, facts

pytestmark = pytest.mark.unvalidated


def rows(table: Table | None) -> dict[str, list[str]]:
    assert table is not None
    found: dict[str, list[str]] = {}
    group = ""
    for row in table.rows:
        group = row.head.text if not row.cells else group
        key = f"{group}/{row.head.text}" if row.level else row.head.text
        found[key] = [cell.text for cell in row.cells]
    return found


def test_baseline_medians_are_those_of_numpy(context: Context, by_arm: Dossier) -> None:
    dm = by_arm.frames["DM"].filter(pl.col("ARMCD") == "OP")
    low, median, high = np.quantile(dm["AGE"].to_numpy(), [0.25, 0.5, 0.75])
    shown = rows(baseline_table(context))["Age, years/Median (quartiles)"][0]
    assert shown == f"{median:.0f} ({low:.0f} to {high:.0f})"


def test_baseline_counts_what_is_missing_and_leaves_it_out_of_the_percentages(by_arm: Dossier) -> None:
    fa = by_arm.frames["FA"]
    some = by_arm.frames["DM"].filter(pl.col("ARMCD") == "OP")["USUBJID"].head(5)
    kept = fa.filter(~((pl.col("FATESTCD") == "HISTOL") & pl.col("USUBJID").is_in(some.to_list())))
    shown = rows(baseline_table(Context.of(replace(by_arm, frames=by_arm.frames.replace("FA", kept)))))
    assert shown["Histological type/Adenocarcinoma"] == ["75 (100)", "80 (100)", "155 (100.0)"]
    assert shown["Histological type/Missing"] == ["5", "0", "5"]


def test_baseline_has_one_column_while_arms_are_withheld(pooled: Dossier) -> None:
    table = baseline_table(Context.of(pooled))
    assert table is not None
    assert [column.title for column in table.columns] == ["Characteristic", "All subjects"]


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


def test_source_marks_follow_the_study_file(context: Context) -> None:
    arms = {row.head.text: row.cells for row in arms_table(context).rows}
    assert [cell.marks[0][0] for cell in arms["OP"]] == ["I", "I", "A", "A"]
    criteria = {row.head.text: row.cells for row in criteria_table(context).rows if row.cells}  # type: ignore[union-attr]
    assert criteria["I1"][0].marks == (("R", "record: I1"),)
    assert criteria["I3"][0].marks[0][0] == "A"
    definitions = [row for row in endpoints_table(context).rows if row.cells]
    assert definitions[0].cells[2].marks[0] == ("R", "record: P1"), "the events of PFS come from the record"
    assert definitions[0].cells[3].marks[0][0] == "A", "its censoring does not"
    assert definitions[2].cells[2].marks[0] == ("R", "record: S1.timeFrame")
    assert [fact.mark[0] for fact in facts(context) if fact.mark] == ["A", "A", "R", "R"]


def test_few_findings_are_listed_and_many_are_grouped() -> None:
    many = tuple(finding("D03", f"cm.csv:{line}", "an order that cannot be told") for line in range(2, 202))
    few = Context.of(invented_dossier(20))
    assert findings_table(few).shown  # type: ignore[union-attr]
    context = Context.of(invented_dossier(20, findings=many))
    listed = findings_table(context)
    assert listed is not None
    assert not listed.shown
    assert len(listed.rows) == 200
    assert rows(grouped_findings_table(context))["D03"][1] == "200"


def test_open_questions_that_block_stand_first_and_assumptions_by_part() -> None:
    questions = open_points_table(SILENCES[::-1])
    assert [row.cells[1].text for row in questions.rows] == ["confirmation", "–"]  # type: ignore[union-attr]
    assumed = assumptions_table(SILENCES)
    assert assumed is not None
    assert [row.head.text for row in assumed.rows if not row.cells] == ["Visits"]
    assert open_points_table(()) is None
    assert assumptions_table(()) is None
