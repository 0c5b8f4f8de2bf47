"""Shares and worst grades, and what is not known of them."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from tests.unit.report.printed import rows
from trialwright.model.dossier import Dossier
from trialwright.report.context import Context
from trialwright.report.outcome_tables import complication_tables, proportion_table

pytestmark = pytest.mark.unvalidated


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


def graded(dossier: Dossier, rule: str, grade: str | None) -> tuple[str, ...]:
    """Notes of the table when the first two subjects have a grade by a rule."""
    told = pl.int_range(pl.len()) < 2
    grades = dossier.derived.grades.with_columns(
        AVALC=pl.when(told).then(pl.lit(grade, dtype=pl.String)).otherwise("AVALC"),
        RULEID=pl.when(told).then(pl.lit(f"COMPL.{rule}")).otherwise("RULEID"),
    )
    made = replace(dossier, derived=replace(dossier.derived, grades=grades))
    (table,) = complication_tables(Context.of(made), made.study.endpoint("COMPL"))
    return table.notes


def test_a_grade_that_is_not_known_says_why(by_arm: Dossier) -> None:
    notes = " ".join(graded(by_arm, "period-open", None))
    assert "the period of 2 months from surgery was not observed to its end (2 not over at the cutoff)" in notes
    assert "2 lost, withdrawn or not seen to its end" in " ".join(graded(by_arm, "not-followed", None))
    assert "Not known of 2: a complication is recorded" in " ".join(graded(by_arm, "not-graded", None))
    assert "2 grades may still become worse" in " ".join(graded(by_arm, "worst-so-far", "II"))
    assert "Not known:" not in " ".join(graded(by_arm, "worst", "II"))


def test_a_share_adds_up_and_tells_why_outcomes_are_not_known(by_arm: Dossier) -> None:
    shown = rows(proportion_table(Context.of(by_arm), by_arm.study.endpoint("R0")))
    record, operated = shown["Record: randomised subjects of arm OP"], shown["Operated: operated subjects"]
    done = by_arm.derived.grades.height
    assert [int(cell) for cell in record[2:4]] == [80 - done, 80]
    assert sum(int(cell) for cell in record[:3]) == 80
    assert [operated[2], operated[3]] == ["0", str(done)]
    assert record[:2] == operated[:2]
    assert shown["/Surgery not done: subject declined"] == ["", "", str(80 - done), "", ""]


def test_an_operation_not_recorded_is_told_from_one_that_was_ruled_out(by_arm: Dossier) -> None:
    ruled_out = by_arm.frames["PR"].filter(pl.col("PROCCUR") == "N")["USUBJID"]
    dropped = by_arm.frames["PR"].filter(pl.col("USUBJID") != ruled_out[0])
    context = Context.of(replace(by_arm, frames=by_arm.frames.replace("PR", dropped)))
    table = proportion_table(context, by_arm.study.endpoint("R0"))
    shown = rows(table)
    assert shown["/Surgery neither done nor ruled out by the cutoff"][2] == "1"
    assert shown["/Surgery not done: subject declined"][2] == str(len(ruled_out) - 1)
    assert table is not None
    assert "The study states no day by which surgery is due." in table.notes


def test_residual_tumour_that_was_not_recorded_is_a_reason_of_its_own(by_arm: Dossier) -> None:
    answers = by_arm.derived.adbin.with_columns(
        REASON=pl.when((pl.col("DEFID") == "operated") & (pl.int_range(pl.len()).over("DEFID") == 0))
        .then(pl.lit("not_recorded"))
        .otherwise("REASON")
    )
    context = Context.of(replace(by_arm, derived=replace(by_arm.derived, adbin=answers)))
    shown = rows(proportion_table(context, by_arm.study.endpoint("R0")))
    assert shown["/Surgery done, result not recorded"][2] == "1"


def test_a_share_that_is_withheld_shows_no_count(by_arm: Dossier, pooled: Dossier) -> None:
    """Also when the rows it was made from are at hand."""
    dossier = replace(pooled, derived=replace(pooled.derived, adbin=by_arm.derived.adbin))
    shown = rows(proportion_table(Context.of(dossier), pooled.study.endpoint("R0")))
    assert set(shown) == {"Record: randomised subjects of arm OP", "Operated: operated subjects"}
    for cells in shown.values():
        assert cells == ["", "", "", "", "withheld; run with --by-arm"]
