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
    assert shown["Histological type/Adenocarcinoma"] == ["75 (100.0)", "80 (100.0)", "155 (100.0)"]
    assert shown["Histological type/Missing"] == ["5", "0", "5"]


def with_study(dossier: Dossier, **changes: object) -> Context:
    return Context.of(replace(dossier, study=dossier.study.model_copy(update=changes)))


def test_an_item_that_asks_a_question_is_called_by_its_name(by_arm: Dossier) -> None:
    asked = by_arm.study.items["histology"].model_copy(update={"ask": "Which type is this (as read centrally)?"})
    shown = rows(baseline_table(with_study(by_arm, items={**by_arm.study.items, "histology": asked})))
    assert "Histology/Adenocarcinoma" in shown
    assert not any("?" in label or "Which" in label for label in shown)


def twice_measured(dossier: Dossier) -> Context:
    """The same interval once more, from another item that reads the same date."""
    study = dossier.study
    again = study.items["last_drug"].model_copy(update={"take": "first", "ask": "Last day of the first regimen"})
    criterion = next(each for each in study.inclusion if each.id == "I2")
    when = criterion.when.model_copy(
        update={"interval": criterion.when.interval.model_copy(update={"from_": "first_drug"})}  # type: ignore[union-attr]
    )
    other = criterion.model_copy(update={"id": "I9", "met_when": when})
    return with_study(dossier, items={**study.items, "first_drug": again}, inclusion=(*study.inclusion, other))


def test_an_interval_that_repeats_another_in_every_subject_is_named_and_not_repeated(by_arm: Dossier) -> None:
    context = twice_measured(by_arm)
    table = baseline_table(context)
    assert table is not None
    labels = [row.head.text for row in table.rows if "regimen" in row.head.text]
    assert labels == ["From last day of the last regimen to date of this recurrence, months"]
    assert table.notes[-1].startswith(
        "Not repeated, because equal in every subject: from last day of the first regimen"
    )
    cm = by_arm.frames["CM"]
    subject = by_arm.derived.adtte["USUBJID"][0]
    earlier = cm.filter(pl.col("USUBJID") == subject).with_columns(
        pl.col("CMENLO", "CMENHI").dt.offset_by("-30d"), CMSEQ=pl.lit(2, dtype=cm.schema["CMSEQ"])
    )
    frames = by_arm.frames.replace("CM", pl.concat([cm, earlier]))
    apart = Context.of(replace(context.dossier, frames=frames))
    assert len([label for label in rows(baseline_table(apart)) if label.endswith("recurrence, months")]) == 2


def test_baseline_has_one_column_while_arms_are_withheld(pooled: Dossier) -> None:
    table = baseline_table(Context.of(pooled))
    assert table is not None
    assert [column.title for column in table.columns] == ["Characteristic", "All subjects"]
