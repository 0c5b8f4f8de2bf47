"""Without leave to show figures by arm, nothing of the report tells one arm from the other."""

from __future__ import annotations

import re
from dataclasses import replace

import polars as pl
import pytest
from bs4 import BeautifulSoup

from tests.unit.report.invented_dossier import ARMS, SILENCES, invented_dossier
from trialwright.model.dossier import Dossier
from trialwright.report.build import build

pytestmark = pytest.mark.unvalidated


def test_no_drawing_and_no_figure_table_names_an_arm(pooled_files: dict[str, bytes]) -> None:
    described = {"tables/arms.csv", "tables/endpoints.csv", "tables/r0.csv", "tables/open-points.csv"}
    described.add("tables/pfs-estimand.csv")
    for name, content in pooled_files.items():
        if name == "report.html" or name in described:
            continue
        assert not re.search(rf"\b({'|'.join(ARMS)})\b", content.decode()), name


def test_withheld_figures_say_how_to_get_them(pooled_files: dict[str, bytes]) -> None:
    page = BeautifulSoup(pooled_files["report.html"].decode(), "html.parser")
    withheld = page.find_all(["td", "dd"], class_="withheld")
    assert {cell["data-result"] for cell in withheld if cell.get("data-result")} >= {"PFS/hr", "OS/hr", "R0/rate"}
    assert {cell.text for cell in withheld} == {"withheld; run with --by-arm"}


def test_no_forest_is_drawn(pooled: Dossier, by_arm: Dossier) -> None:
    leaked = replace(pooled, curves={**pooled.curves, "forest-pfs": by_arm.curves["forest-pfs"]})
    assert "figures/forest-pfs.svg" not in build(leaked, SILENCES)


def test_curves_by_arm_are_not_drawn_even_when_they_are_there(pooled: Dossier, by_arm: Dossier) -> None:
    both = {name: pl.concat([pooled.curves[name], by_arm.curves[name]]) for name in pooled.curves}
    text = build(replace(pooled, curves=both), SILENCES)["figures/km-pfs.csv"].decode()
    assert {line.split(",")[0] for line in text.splitlines()[1:]} == {"ALL"}


def test_an_estimate_between_arms_is_not_printed_even_when_it_is_there(pooled: Dossier, by_arm: Dossier) -> None:
    leaked = replace(pooled, results=by_arm.results)
    files = build(leaked, SILENCES)
    hr = next(result for result in by_arm.results if result.id == "PFS/hr")
    shown = f"{hr.value:.2f} ({hr.low:.2f}"
    assert shown not in files["tables/pfs.csv"].decode()
    assert shown not in files["report.html"].decode()


def test_a_finding_that_names_an_arm_is_withheld(pooled_files: dict[str, bytes], files: dict[str, bytes]) -> None:
    assert "treated as DRUG" in files["tables/findings-listed.csv"].decode()
    assert "treated as DRUG" not in pooled_files["report.html"].decode()
    assert "treated as DRUG" not in pooled_files["tables/findings-listed.csv"].decode()


def test_exchanging_the_arms_changes_nothing_that_is_shown() -> None:
    one = invented_dossier(by_arm=False)
    dm = one.frames["DM"]
    swapped = {"OP": "DRUG", "DRUG": "OP"}
    arm = pl.col("ARMCD").replace(swapped)
    other = replace(one, frames=one.frames.replace("DM", dm.with_columns(ARMCD=arm, ACTARMCD=arm)))
    assert build(other, SILENCES) == build(one, SILENCES)
