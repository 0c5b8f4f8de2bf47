"""The lesion map: what stands in a cell, which visit is framed, what is left out."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from tests.unit.report.lesion_dossier import day, lesion_dossier
from trialwright.report.context import Context
from trialwright.report.figure_edges import figure_edges
from trialwright.report.lesion_map import LesionMap, busiest, lesion_map, lesion_map_figure

pytestmark = pytest.mark.unvalidated


@pytest.fixture(scope="module")
def context() -> Context:
    return Context.of(lesion_dossier())


@pytest.fixture(scope="module")
def found(context: Context) -> LesionMap:
    made = lesion_map(context, context.dossier.study.assessments[0], "P1")
    assert made is not None
    return made


def test_cells_hold_lengths_or_what_was_written_in_their_place(found: LesionMap) -> None:
    cells = {(lnk, visit): text for lnk, visit, text in found.cells.select("LNK", "VISIT", "TEXT").iter_rows()}
    assert cells == {
        ("T1", day(0)): "100", ("T1", day(60)): "60", ("T1", day(120)): "90", ("T1", day(180)): "NE",
        ("NT1", day(0)): "there", ("NT1", day(60)): "0",
    }  # fmt: skip


def test_shade_is_the_share_of_the_lesions_first_length(found: LesionMap) -> None:
    shares = found.cells.filter(LNK="T1")["SHARE"].to_list()
    assert shares == [1.0, 0.6, 0.9, None]


def test_targets_come_first_and_new_lesions_last(found: LesionMap) -> None:
    assert found.lesions["LNK"].to_list() == ["T1", "NT1", "N1"]


def test_the_scan_that_decided_progression_is_framed(context: Context, found: LesionMap) -> None:
    assert found.decided == day(120)
    figure = lesion_map_figure(context, found, "lesions-after")
    assert 'stroke="#c2571a"' in figure.wide
    assert "1 May 2026" in figure.caption
    assert "series “after”" in figure.caption
    assert [column.below for column in figure.table.columns[2:]] == ["", "", "decided", ""]


def test_lengths_of_one_map_have_as_many_decimals(context: Context) -> None:
    rows = context.dossier.frames["TR"]
    finer = rows.with_columns(
        TRVAL=pl.when((pl.col("TRLNKID") == "T1") & (pl.col("TRVAL") == 600)).then(604).otherwise("TRVAL")
    )
    frames = replace(context.dossier.frames, tables={**context.dossier.frames.tables, "TR": finer})
    made = lesion_map(Context.of(replace(context.dossier, frames=frames)), context.dossier.study.assessments[0], "P1")
    assert made is not None
    assert made.cells.filter(LNK="T1")["TEXT"].to_list() == ["100.0", "60.4", "90.0", "NE"]


def test_a_map_without_new_lesions_does_not_speak_of_their_edge(context: Context, found: LesionMap) -> None:
    old = replace(found, lesions=found.lesions.filter(pl.col("GROUP") != "NEW"))
    caption = lesion_map_figure(context, old, "lesions-after").caption
    assert "none of them new" in caption
    assert "thick edge" not in caption
    assert "A thick edge marks a new lesion." in lesion_map_figure(context, found, "lesions-after").caption


def test_a_scan_after_the_series_is_left_out(found: LesionMap) -> None:
    assert day(300) not in found.visits


def test_the_map_of_the_report_is_of_a_subject_with_a_progression(context: Context) -> None:
    series = context.dossier.study.assessments[0]
    assert busiest(context.dossier, series) == "P1"
    edges = figure_edges(context.dossier, ["lesions-after", "waterfall-after"])
    assert set(edges["to"]) == {"clause/assessments/after"}, "the lengths of this dossier have no rows of their own"
