"""Baseline characteristics."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from tests.unit.report.printed import rows
from trialwright.model.dossier import Dossier
from trialwright.report.baseline import baseline_table
from trialwright.report.context import Context

pytestmark = pytest.mark.unvalidated


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
