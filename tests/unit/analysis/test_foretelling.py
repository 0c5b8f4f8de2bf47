"""The accuracy of a marker as an analysis of a study: rows joined, figures made, arms withheld, gaps said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from trialwright.analysis.accuracy import (
    calibration,
    class_hazard_ratio,
    class_shares,
    classification,
    cross_fitted,
    decision_curve_by,
    marker_by_arm,
    roc,
    time_auc,
    time_classification,
    uno_c,
)
from trialwright.analysis.method import Estimates
from trialwright.analysis.plan import estimate
from trialwright.analysis.survival import cox
from trialwright.assessments.kelim import KelimOptions
from trialwright.assessments.study_kelim import study_kelim
from trialwright.conduct.analyse import derive_endpoints
from trialwright.conduct.kelim_sets import open_set
from trialwright.conduct.studies import OpenedStudy, open_study
from trialwright.design.simulate import Simulated, simulate
from trialwright.endpoints.moments import time_point_dates
from trialwright.model.result import Derived, Result

pytestmark = pytest.mark.unvalidated

YEAR, TWO_YEARS = 365.25, 730.5


@pytest.fixture(scope="module")
def opened() -> OpenedStudy:
    return open_study("nct07295132")


@pytest.fixture(scope="module")
def invented(opened: OpenedStudy) -> Simulated:
    return simulate(opened.study, subjects=90, seed=5)


@pytest.fixture(scope="module")
def derived(opened: OpenedStudy, invented: Simulated) -> Derived:
    return derive_endpoints(opened.study, invented.frames(), cutoff=invented.cutoff, by_arm=True)


@pytest.fixture(scope="module")
def kelim(derived: Derived) -> pl.DataFrame:
    """Invented marker figures, one subject without any."""
    subjects = derived.adsl["USUBJID"].sort()
    rng = np.random.default_rng(8)
    ratio = np.exp(rng.normal(0.1, 0.4, subjects.len()))
    return pl.DataFrame(
        {
            "USUBJID": subjects,
            "KELIM_PER_DAY": 0.05 * ratio,
            "STD_KELIM": ratio,
            "P_FAVOURABLE": 1 / (1 + np.exp(-5 * np.log(ratio))),
            "CLASS": np.where(ratio >= 1, "FAVOURABLE", "UNFAVOURABLE"),
        }
    ).slice(1)


def accuracies(
    opened: OpenedStudy,
    invented: Simulated,
    derived: Derived,
    markers: Mapping[str, pl.DataFrame] | None,
    *,
    by_arm: bool = True,
) -> tuple[dict[str, Result], Estimates]:
    frames = invented.frames().until(invented.cutoff)
    made = estimate(opened.study, derived, frames, by_arm=by_arm, markers=markers)
    return {r.id.partition("/")[2]: r for r in made.results if r.id.startswith("KELIMACC/")}, made


@pytest.fixture(scope="module")
def figures(
    opened: OpenedStudy, invented: Simulated, derived: Derived, kelim: pl.DataFrame
) -> tuple[dict[str, Result], Estimates]:
    return accuracies(opened, invented, derived, {"kelim": kelim})


def outcomes(derived: Derived, kelim: pl.DataFrame, endpoint: str) -> pl.DataFrame:
    frame = derived.adbin if endpoint == "R0" else derived.adtte
    used = {"R0": "record", "PFS": "used", "OS": "corrected"}[endpoint]
    rows = frame.filter((pl.col("PARAMCD") == endpoint) & (pl.col("DEFID") == used))
    return rows.join(kelim, on="USUBJID").sort("USUBJID")


def test_only_members_of_the_set_count_and_whoever_cannot_be_judged_out_of_it_stays(
    opened: OpenedStudy, invented: Simulated, derived: Derived, kelim: pl.DataFrame
) -> None:
    n = {"R0": outcomes(derived, kelim, "R0").height, "PFS": outcomes(derived, kelim, "PFS").height}
    left = pl.when(pl.int_range(pl.len()) % 3 == 0).then(pl.lit("N")).when(pl.int_range(pl.len()) % 3 == 1)
    some = derived.adsl.with_columns(RANDOMFL=left.then(pl.lit("U")).otherwise(pl.lit("Y")))
    found, _ = accuracies(opened, invented, replace(derived, adsl=some), {"kelim": kelim})
    outside = some.filter(pl.col("RANDOMFL") == "N")
    for endpoint, name in (("R0", "auc:R0"), ("PFS", "concordance:PFS")):
        lost = outcomes(derived, kelim, endpoint).join(outside, on="USUBJID", how="semi").height
        assert 0 < lost < n[endpoint]
        assert found[name].n == n[endpoint] - lost


def test_every_endpoint_foretold_has_its_figures(figures: tuple[dict[str, Result], Estimates]) -> None:
    found, _ = figures
    shares = {"sensitivity", "specificity", "ppv", "npv"}
    assert {name.partition(":")[0] for name in found if name.endswith(":R0")} == {
        "auc", "calibration_intercept", "calibration_slope", "brier", *shares, *(f"{s}_weighted" for s in shares),
    }  # fmt: skip
    for endpoint in ("PFS", "OS"):
        timed = {f"{name}:{endpoint}={at}" for name in ("auc", "sensitivity", "specificity") for at in ("12mo", "24mo")}
        whole = {"concordance", "hr_doubling", "hr_favourable", "hr_favourable_weighted", "p_interaction"}
        assert timed | {f"{name}:{endpoint}" for name in whole} <= set(found)
    assert all(result.status == "estimated" for result in found.values()), [
        (r.id, r.reason) for r in found.values() if r.status != "estimated"
    ]


def test_a_yes_or_no_is_foretold_by_the_estimators_of_the_room(
    figures: tuple[dict[str, Result], Estimates], derived: Derived, kelim: pl.DataFrame
) -> None:
    found, made = figures
    rows = outcomes(derived, kelim, "R0")
    outcome = rows["AVALC"] == "Y"
    area = roc(outcome, rows["KELIM_PER_DAY"])
    result = found["auc:R0"]
    assert (result.value, result.low, result.high) == pytest.approx((area.area, area.lower, area.upper))
    assert (result.n, result.events) == (rows.height, area.cases)
    assert set(result.rests_on) == {f"R0/{subject}" for subject in rows["USUBJID"]}
    table = classification(outcome, rows["STD_KELIM"], cut=1.0)
    assert found["sensitivity:R0"].value == pytest.approx(table.sensitivity.estimate)
    assert (found["npv:R0"].low, found["npv:R0"].n) == (pytest.approx(table.npv.lower), table.npv.n)
    weighted = class_shares(outcome, rows["P_FAVOURABLE"])
    assert found["specificity_weighted:R0"].value == pytest.approx(weighted.specificity.estimate)
    assert found["npv_weighted:R0"].value == pytest.approx(1 - weighted.without_class.estimate)
    assert found["npv_weighted:R0"].low == pytest.approx(1 - weighted.without_class.upper)
    honest = calibration(outcome, cross_fitted(outcome, np.log2(rows["KELIM_PER_DAY"].to_numpy())))
    assert found["calibration_slope:R0"].value == pytest.approx(honest.slope.estimate)
    assert found["brier:R0"].value == pytest.approx(honest.brier)
    assert made.curves["roc-kelimacc-r0"].height == rows["KELIM_PER_DAY"].n_unique() + 1
    assert {"calibration-kelimacc-r0", "decision-kelimacc-r0"} <= set(made.curves)


@pytest.mark.parametrize("endpoint", ["PFS", "OS"])
def test_a_time_is_foretold_with_higher_values_standing_for_later_events(
    figures: tuple[dict[str, Result], Estimates], derived: Derived, kelim: pl.DataFrame, endpoint: str
) -> None:
    found, made = figures
    rows = outcomes(derived, kelim, endpoint)
    time, event = rows["AVAL"].cast(pl.Float64), (rows["CNSR"] == 0).cast(pl.Int8)
    areas = time_auc(time, event, rows["KELIM_PER_DAY"], times=[YEAR, TWO_YEARS], direction="lower").areas
    for name, area in zip(("12mo", "24mo"), areas, strict=True):
        assert found[f"auc:{endpoint}={name}"].value == pytest.approx(area.area)
    c = uno_c(time, event, rows["KELIM_PER_DAY"], until=TWO_YEARS, direction="lower")
    assert found[f"concordance:{endpoint}"].low == pytest.approx(c.lower)
    rule = time_classification(time, event, rows["STD_KELIM"], cut=1.0, at=YEAR, direction="lower")
    assert found[f"sensitivity:{endpoint}=12mo"].value == pytest.approx(rule.sensitivity)
    assert found[f"specificity:{endpoint}=12mo"].value == pytest.approx(rule.specificity.estimate)
    doubling = cox(time, event, {"x": np.log2(rows["KELIM_PER_DAY"].to_numpy())}).terms[0]
    assert found[f"hr_doubling:{endpoint}"].value == pytest.approx(doubling.hr)
    plain = cox(time, event, {"x": (rows["STD_KELIM"] >= 1).cast(pl.Float64)}).terms[0]
    assert found[f"hr_favourable:{endpoint}"].high == pytest.approx(plain.upper)
    weighted = class_hazard_ratio(time, event, rows["P_FAVOURABLE"]).term
    assert found[f"hr_favourable_weighted:{endpoint}"].value == pytest.approx(weighted.hr)
    flagged = (rows["STD_KELIM"] < 1).cast(pl.Float64)
    benefit = decision_curve_by(time, event, flagged, at=TWO_YEARS)
    drawn = made.curves[f"decision-kelimacc-{endpoint.lower()}"]
    np.testing.assert_allclose(drawn["rule"].to_numpy(), benefit.rule)


def test_the_interaction_is_of_the_experimental_arm_over_the_control(
    figures: tuple[dict[str, Result], Estimates], derived: Derived, kelim: pl.DataFrame, invented: Simulated
) -> None:
    found, _ = figures
    arms = invented.frames()["DM"].select("USUBJID", "ARMCD")
    rows = outcomes(derived, kelim, "PFS").join(arms, on="USUBJID")
    theirs = marker_by_arm(
        rows["AVAL"].cast(pl.Float64),
        (rows["CNSR"] == 0).cast(pl.Int8),
        rows["KELIM_PER_DAY"],
        rows["ARMCD"],
        reference="CHEMO",
    )
    assert found["p_interaction:PFS"].value == pytest.approx(theirs.p)
    assert found["hr_doubling_ratio:PFS"].value == pytest.approx(theirs.ratio.hr)
    for effect in theirs.by_arm:
        result = found[f"hr_doubling:PFS@{effect.level}"]
        assert (result.value, result.n, result.level_of) == (pytest.approx(effect.hr), effect.n, effect.level)
        assert len(result.rests_on) == rows.height


def test_without_leave_nothing_by_arm_is_shown(
    opened: OpenedStudy, invented: Simulated, derived: Derived, kelim: pl.DataFrame
) -> None:
    found, made = accuracies(opened, invented, derived, {"kelim": kelim}, by_arm=False)
    assert found["auc:R0"].status == "withheld"
    assert not any(name.endswith(":R0") and name != "auc:R0" for name in found)
    assert not any("interaction" in name or "@" in name or "ratio" in name for name in found)
    assert found["auc:PFS=12mo"].status == "estimated"
    assert "roc-kelimacc-r0" not in made.curves


def test_a_run_without_figures_of_the_marker_says_so(
    opened: OpenedStudy, invented: Simulated, derived: Derived
) -> None:
    found, _ = accuracies(opened, invented, derived, None)
    assert {name: result.status for name, result in found.items()} == dict.fromkeys(
        ("auc:R0", "auc:PFS", "auc:OS"), "not computed"
    )
    assert found["auc:R0"].reason == "this run has no figures of the marker kelim"


def test_a_set_without_a_cut_off_has_areas_and_no_class(
    opened: OpenedStudy, invented: Simulated, derived: Derived, kelim: pl.DataFrame
) -> None:
    none = kelim.with_columns(pl.lit(None, dtype=pl.Float64).alias(name) for name in ("STD_KELIM", "P_FAVOURABLE"))
    found, _ = accuracies(opened, invented, derived, {"kelim": none})
    assert found["auc:R0"].status == found["auc:PFS=12mo"].status == "estimated"
    for name in ("sensitivity:R0", "sensitivity_weighted:R0", "hr_favourable:PFS", "sensitivity:OS=12mo"):
        assert (found[name].status, found[name].reason) == (
            "not estimable",
            "the parameter set has no cut-off, so there is no class",
        )


def test_nobody_with_both_is_not_estimable(
    opened: OpenedStudy, invented: Simulated, derived: Derived, kelim: pl.DataFrame
) -> None:
    found, _ = accuracies(opened, invented, derived, {"kelim": kelim.clear()})
    assert found["auc:PFS"].reason == "no subject with the marker and the endpoint"
    one, _ = accuracies(opened, invented, derived, {"kelim": kelim.head(1)})
    assert one["auc:R0"].status == "not estimable"


def test_an_endpoint_with_competing_events_has_hazard_ratios_and_no_shares_by_a_time(
    opened: OpenedStudy, invented: Simulated, derived: Derived, kelim: pl.DataFrame
) -> None:
    first = derived.adtte.filter((pl.col("PARAMCD") == "PFS") & (pl.col("CNSR") != 0))["USUBJID"].head(1)
    taken = (pl.col("PARAMCD") == "PFS") & pl.col("USUBJID").is_in(first.implode())
    contested = replace(
        derived, adtte=derived.adtte.with_columns(CNSR=pl.when(taken).then(pl.lit(9)).otherwise("CNSR"))
    )
    found, made = accuracies(opened, invented, contested, {"kelim": kelim})
    for figure in ("auc:PFS=12mo", "concordance:PFS", "sensitivity:PFS=24mo"):
        assert found[figure].reason == "other events compete with PFS, so no share by a time is computed"
    assert found["hr_doubling:PFS"].status == found["auc:OS=12mo"].status == "estimated"
    assert "decision-kelimacc-pfs" not in made.curves


@pytest.mark.slow
def test_the_rows_of_the_marker_itself_fit_in(opened: OpenedStudy, invented: Simulated, derived: Derived) -> None:
    frames = invented.frames().until(invented.cutoff)
    marker = next(each for each in opened.study.markers if each.id == "kelim")
    dates = time_point_dates(opened.study, frames)
    rows = study_kelim(
        opened.study, marker, frames, dates, open_set("demo"), KelimOptions(posterior=True, seed=1, engine="test")
    ).rows
    found, _ = accuracies(opened, invented, derived, {"kelim": rows})
    assert found["auc:R0"].status == found["hr_doubling:PFS"].status == "estimated"
    known = rows.filter(pl.col("KELIM_PER_DAY").is_not_null())["USUBJID"]
    assert found["auc:R0"].n == outcomes(derived, rows, "R0").filter(pl.col("USUBJID").is_in(known.implode())).height
