"""The estimand and the primary analysis at the head of an endpoint."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.report.printed import rows
from trialwright.model.dossier import Dossier
from trialwright.report.context import Context
from trialwright.report.estimand import estimand_table, no_estimand_words

pytestmark = pytest.mark.unvalidated


def test_five_attributes_and_the_primary_analysis_stand_with_their_sources(context: Context, by_arm: Dossier) -> None:
    table = estimand_table(context, by_arm.study.endpoint("PFS"), "used")
    assert table is not None
    shown = rows(table)
    assert shown["Population"] == ["Randomised, all who reached allocation"]
    assert shown["Intercurrent events"] == ["Operation not done: treatment policy; death: composite"]
    assert shown["Population-level summary"] == ["Hazard ratio"]
    assert shown["Primary analysis"] == ["Log-rank test, two-sided, alpha 0.05, not stratified; OP against DRUG"]
    assert len(shown) == 6
    assert {letter for row in table.rows for letter, _ in row.cells[0].marks} == {"A"}


def test_the_strata_of_the_allocation_are_those_of_the_analysis(by_arm: Dossier) -> None:
    assert by_arm.study.allocation is not None
    allocation = by_arm.study.allocation.model_copy(update={"strata": ("primary_site", "histology")})
    study = by_arm.study.model_copy(update={"allocation": allocation})
    shown = rows(estimand_table(Context.of(replace(by_arm, study=study)), study.endpoint("PFS"), "used"))
    assert "stratified by primary site and histology" in shown["Primary analysis"][0]


def test_an_endpoint_without_estimand_says_so(context: Context, by_arm: Dossier) -> None:
    overall = by_arm.study.endpoint("OS")
    assert estimand_table(context, overall, "corrected") is None
    words = no_estimand_words(context, overall, "corrected")
    assert words == "The study states no estimand for overall survival and no primary analysis of it."
    assert no_estimand_words(context, by_arm.study.endpoint("PFS"), "used") == ""


def test_the_estimand_heads_its_section_also_while_arms_are_withheld(pooled_files: dict[str, bytes]) -> None:
    page = pooled_files["report.html"].decode()
    section = page[page.index('<section id="pfs"') :]
    assert section.index("table-pfs-estimand") < section.index("figure-km-pfs")
