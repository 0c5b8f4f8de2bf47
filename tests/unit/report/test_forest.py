"""The forest figure."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from trialwright.model.dossier import Dossier
from trialwright.report.context import Context
from trialwright.report.forest import forest_figure
from trialwright.report.table import Figure

pytestmark = pytest.mark.unvalidated


def forest(dossier: Dossier) -> Figure:
    made = forest_figure(Context.of(dossier), "forest-pfs", "Progression-free survival", "PFS")
    assert made is not None
    return made


def test_levels_stand_in_the_words_of_the_study(by_arm: Dossier) -> None:
    made = forest(by_arm)
    for words in ("All subjects", "Histological type", "Adenocarcinoma", "favours OP", "favours DRUG", "55/92"):
        assert words in made.wide
    assert "ADENO" not in made.wide


def test_a_subgroup_with_too_few_events_has_no_mark_and_says_so(by_arm: Dossier) -> None:
    made = forest(by_arm)
    estimated = by_arm.curves["forest-pfs"].drop_nulls("hr").height
    squares = made.wide.split("mark-symbol")[1].split("</g>")[0].count("<path")
    assert squares == estimated
    assert "not estimable" in made.wide
    gwangju = next(row for row in made.table.rows if row.head.text == "Gwangju-06")
    assert [cell.text for cell in gwangju.cells] == ["26", "8", "not estimable", "", ""]


def test_the_test_of_interaction_stands_once_a_factor(by_arm: Dossier) -> None:
    printed = [row.cells[-1].text for row in forest(by_arm).table.rows if row.cells]
    assert printed == ["", "0.62", "", "0.81", ""]
    assert [forest(by_arm).wide.count(f"Interaction p = {p}<") for p in ("0.62", "0.81")] == [1, 1]


def test_one_wide_interval_does_not_hide_the_others(by_arm: Dossier) -> None:
    wild = by_arm.curves["forest-pfs"].with_columns(
        upper=pl.when(pl.col("level") == "OTHER").then(pl.lit(4000.0)).otherwise("upper")
    )
    made = forest(replace(by_arm, curves={**by_arm.curves, "forest-pfs": wild}))
    assert ">4000<" not in made.wide
    assert "4000.00" in "".join(cell.text for row in made.table.rows for cell in row.cells)
