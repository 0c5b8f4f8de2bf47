"""Figures of endpoints that count lesions."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.report.printed import rows
from trialwright.model.dossier import Dossier
from trialwright.model.result import Result
from trialwright.report.context import Context
from trialwright.report.lesion_times import lesion_tables

pytestmark = pytest.mark.unvalidated


def shown(dossier: Dossier, *figures: Result) -> list[dict[str, list[str]]]:
    """Rows of each table made of some figures of PFS alone."""
    found = replace(dossier, results=figures)
    return [rows(table) for table in lesion_tables(Context.of(found), found.study.endpoint("PFS"))]


def figure(dossier: Dossier, name: str, value: float, **more: object) -> Result:
    """A figure of PFS as an analysis of lesions gives it."""
    stem = dossier.study.endpoint("PFS").stem(dossier.study.endpoint("PFS").use or "used")
    like = next(result for result in dossier.results if result.id.startswith(f"{stem}/hr"))
    plain = {"low": None, "high": None, "level_of": "", "value": value, "status": "estimated", "reason": ""}
    return replace(like, id=f"{stem}/{name}", **{**plain, **more})


def test_figures_of_all_lesions_stand_in_the_table_of_a_report_by_arm(by_arm: Dossier) -> None:
    counts = figure(by_arm, "n_lesions", 31.0), figure(by_arm, "n_subjects", 24.0)
    ratio = figure(by_arm, "hr", 1.5, low=0.75, high=3.0)
    (table,) = shown(by_arm, *counts, ratio)
    first, second = by_arm.study.arm_ids
    assert table["Lesions"] == ["31"]
    assert table["Subjects they belong to"] == ["24"]
    (compared,) = (label for label in table if label.startswith("Hazard ratio"))
    assert first in compared
    assert second in compared
    assert table[compared] == ["1.50 (0.75 to 3.00)"]


def test_figures_of_an_arm_name_it(by_arm: Dossier) -> None:
    arm = by_arm.study.arms[0]
    own = figure(by_arm, f"n_lesions@{arm.id}", 12.0, level_of=arm.id)
    (table,) = shown(by_arm, own)
    assert table == {f"Lesions, {arm.id}: {arm.label}": ["12"]}


def test_without_any_figure_there_is_no_table(by_arm: Dossier) -> None:
    assert shown(by_arm) == []
