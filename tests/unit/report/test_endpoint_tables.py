"""Estimates of times to an event: what they are, how the times ended, and which clauses they rest on."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from tests.unit.report.printed import rows
from trialwright.dates import Duration
from trialwright.model.dossier import Dossier
from trialwright.model.result import Result
from trialwright.report.context import Context
from trialwright.report.endpoint_tables import endings_table, survival_table
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


def test_every_comparison_says_how_it_was_made_and_which_way_it_points(context: Context, by_arm: Dossier) -> None:
    table = survival_table(context, by_arm.study.endpoint("PFS"), "used")
    assert table is not None
    heads = {row.head.text: row.head for row in table.rows}
    assert heads["Hazard ratio (95% CI)"].below == "below 1 favours OP; unadjusted, not stratified; Efron ties"
    assert heads["Log-rank test, p"].below == "primary analysis: two-sided, alpha 0.05, not stratified"
    assert [letter for letter, _ in heads["Log-rank test, p"].marks] == ["A"]
    zph = heads["Test of proportional hazards, p"].below
    assert zph == "score test of Grambsch and Therneau, time on the Kaplan-Meier scale"


def with_analysis(dossier: Dossier, name: str, **changes: object) -> Context:
    analyses = tuple(a.model_copy(update=changes) if a.id == name else a for a in dossier.study.analyses)
    return Context.of(replace(dossier, study=dossier.study.model_copy(update={"analyses": analyses})))


def below(context: Context, label: str) -> str:
    table = survival_table(context, context.dossier.study.endpoint("PFS"), "used")
    assert table is not None
    return next(row.head.below for row in table.rows if row.head.text == label)


def test_covariates_strata_and_sides_are_named(by_arm: Dossier) -> None:
    other = with_analysis(
        by_arm, "pfs_cox", covariates=("histology",), strata=("tumours",), settings={"ties": "breslow"}
    )
    assert below(other, "Hazard ratio (95% CI)") == (
        "below 1 favours OP; adjusted for histology, stratified by tumours; Breslow ties"
    )
    one_sided = with_analysis(by_arm, "pfs_logrank", sides=1)
    assert "stated as one-sided, the p shown is two-sided" in below(one_sided, "Log-rank test, p")


def test_a_ratio_of_welcome_events_does_not_favour_an_arm(by_arm: Dossier) -> None:
    endpoint = by_arm.study.endpoint("PFS").model_copy(update={"events": ("response",)})
    table = survival_table(Context.of(by_arm), endpoint, "used")
    assert table is not None
    hr = next(row.head.below for row in table.rows if row.head.text.startswith("Hazard ratio"))
    assert hr.startswith("below 1: rarer in OP")


def test_the_table_of_another_definition_says_what_it_counts(context: Context, by_arm: Dossier) -> None:
    table = survival_table(context, by_arm.study.endpoint("OS"), "record")
    assert table is not None
    assert table.caption == (
        "Overall survival by the definition “record”, which counts progression or death: estimates"
    )
    assert table.columns[0].below == "record: progression or death"


def with_rule(dossier: Dossier, rule: str, days: list[int]) -> Context:
    """The first subjects of PFS, censored by a rule on given days."""
    adtte = dossier.derived.adtte.with_row_index("at")
    told = pl.col("at") < len(days)
    at = pl.Series([*days, *[0] * (adtte.height - len(days))])
    changed = adtte.with_columns(
        RULEID=pl.when(told).then(pl.lit(f"PFS.censor.{rule}")).otherwise("RULEID"),
        AVAL=pl.when(told).then(at).otherwise("AVAL"),
        CNSR=pl.when(told).then(3).otherwise("CNSR"),
    ).drop("at")
    return Context.of(replace(dossier, derived=replace(dossier.derived, adtte=changed)))


@pytest.mark.parametrize(
    ("rule", "days", "note"),
    [
        (
            "missed-assessments",
            [412, 230],
            (
                "2 subjects with a documented event are censored because too many planned assessments were missed "
                "before it, the earliest on day 230."
            ),
        ),
        (
            "horizon-event",
            [730],
            "1 subject with a documented event is censored because it came after the end of counting, on day 730.",
        ),
    ],
)
def test_documented_events_that_do_not_count_are_counted(
    by_arm: Dossier, rule: str, days: list[int], note: str
) -> None:
    before = endings_table(Context.of(by_arm), by_arm.study.endpoint("PFS"), "used")
    table = endings_table(with_rule(by_arm, rule, days), by_arm.study.endpoint("PFS"), "used")
    assert before is not None
    assert table is not None
    assert note in table.notes
    assert len(table.notes) == len(before.notes) + 1


def test_percentages_of_a_table_have_one_number_of_decimals(by_arm: Dossier) -> None:
    table = endings_table(Context.of(by_arm), by_arm.study.endpoint("PFS"), "used")
    decimals = {len(cell.split("(")[1].rstrip(")").partition(".")[2]) for row in rows(table).values() for cell in row}
    assert len(decimals) == 1


def test_competing_events_bring_their_own_figures_and_a_warning_about_the_curve(by_arm: Dossier) -> None:
    pfs = by_arm.study.endpoint("PFS")
    contested = pfs.model_copy(update={"competing": ("death",)})
    study = by_arm.study.model_copy(
        update={"endpoints": tuple(contested if e.id == "PFS" else e for e in by_arm.study.endpoints)}
    )
    about = {"endpoint": "PFS", "level": 0.95, "unit": "1"}
    added = (
        Result("PFS/cif@OP", value=0.251, low=0.2, high=0.3, level_of="OP", **about),
        Result("PFS/cif@DRUG", value=0.4, low=0.3, high=0.5, level_of="DRUG", **about),
        Result("PFS/p_gray", value=0.031, **about),
        Result("PFS/shr", value=0.6, low=0.4, high=0.9, **about),
    )
    dossier = replace(by_arm, study=study, results=(*by_arm.results, *added))
    table = survival_table(Context.of(dossier), contested, "used")
    shown = rows(table)
    assert shown["Cumulative incidence, % (95% CI)"] == ["25.1 (20.0 to 30.0)", "40.0 (30.0 to 50.0)"]
    assert shown["OP against DRUG/Ratio of subdistribution hazards (95% CI)"] == ["0.60 (0.40 to 0.90)"]
    assert shown["OP against DRUG/Gray's test of cumulative incidence, p"] == ["0.031"]
    assert any("as censored" in note for note in table.notes)
    assert not any("as censored" in note for note in survival_table(Context.of(by_arm), pfs, "used").notes)
