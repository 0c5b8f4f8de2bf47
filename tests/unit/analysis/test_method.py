"""Methods of analysis on small tables: each figure against the estimator it stands on, each refusal in words."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from trialwright.analysis.cox import cox, cox_zph
from trialwright.analysis.describe import describe, figure_of_duration
from trialwright.analysis.fine_gray import fine_gray
from trialwright.analysis.gray import gray
from trialwright.analysis.incidence import cumulative_incidence
from trialwright.analysis.logrank import logrank
from trialwright.analysis.method import Request
from trialwright.analysis.plan import METHODS
from trialwright.analysis.proportions import proportion, proportion_difference
from trialwright.analysis.rmst import rmst
from trialwright.dates import Duration
from trialwright.model.endpoint import Analysis
from trialwright.model.result import Result

pytestmark = pytest.mark.unvalidated

RNG = np.random.default_rng(11)
N = 60
ROWS = pl.DataFrame(
    {
        "USUBJID": [f"S{k:03d}" for k in range(N)],
        "TIME": RNG.integers(5, 900, N).astype(float),
        "EVENT": RNG.integers(0, 2, N).astype(np.int8),
        "ARM": ["A", "B", "C"] * (N // 3),
        "STRATUM": ["x", "y"] * (N // 2),
        "site": ["p", "q", "q", "q", "p"] * (N // 5),
    }
)

ROWS = ROWS.with_columns(EVENT=pl.when(pl.col("TIME") == pl.col("TIME").max()).then(0).otherwise("EVENT").cast(pl.Int8))


def request_of(method: str, rows: pl.DataFrame = ROWS, **keys: object) -> Request:
    analysis = Analysis.model_validate(
        {"id": "a1", "endpoint": "PFS", "method": method, "role": "supporting", "compare": ("A", "B"), **keys}
    )
    return Request("PFS", "PFS", "used", "randomised", analysis, rows)


def results_of(request: Request) -> dict[str, Result]:
    return {result.id: result for result in METHODS[request.analysis.method].estimate(request).results}


COMPARED = ROWS.filter(pl.col("ARM") != "C")


def test_the_hazard_ratio_is_of_the_first_arm_over_the_second_in_the_strata() -> None:
    found = results_of(request_of("cox"))
    model = cox(
        COMPARED["TIME"],
        COMPARED["EVENT"],
        {"ARM": COMPARED["ARM"]},
        strata=COMPARED["STRATUM"],
        references={"ARM": "B"},
    )
    (term,) = model.terms
    hr = found["PFS/hr"]
    assert (hr.value, hr.low, hr.high) == pytest.approx((term.hr, term.lower, term.upper))
    assert (hr.n, hr.events) == (40, int(COMPARED["EVENT"].sum()))
    assert set(hr.rests_on) == {f"PFS/{subject}" for subject in COMPARED["USUBJID"]}
    turned = results_of(request_of("cox", compare=("B", "A")))["PFS/hr"]
    assert turned.value == pytest.approx(1 / float(hr.value or 0))


def test_the_logrank_test_is_stratified_and_weighted_as_stated() -> None:
    plain = results_of(request_of("logrank"))["PFS/p_logrank"].value
    weighted = results_of(request_of("logrank", settings={"rho": "0", "gamma": "1"}))["PFS/p_logrank"].value
    columns = (COMPARED["TIME"], COMPARED["EVENT"], COMPARED["ARM"])
    assert plain == pytest.approx(logrank(*columns, strata=COMPARED["STRATUM"]).p)
    assert weighted == pytest.approx(logrank(*columns, strata=COMPARED["STRATUM"], gamma=1.0).p)
    assert plain != pytest.approx(weighted)


def test_restricted_means_stand_by_arm_with_their_difference() -> None:
    found = results_of(request_of("rmst", tau="12 months"))
    means = rmst(COMPARED["TIME"], COMPARED["EVENT"], tau=365.25, arm=COMPARED["ARM"], reference="B")
    assert {mean.level: mean.rmst for mean in means.arms} == pytest.approx(
        {arm: found[f"PFS/rmst@{arm}"].value for arm in "AB"}
    )
    difference = found["PFS/rmst_difference"].value
    assert difference == pytest.approx(float(found["PFS/rmst@A"].value or 0) - float(found["PFS/rmst@B"].value or 0))
    assert found["PFS/rmst@A"].n == 20


def test_a_horizon_behind_the_data_is_not_estimable_and_says_so() -> None:
    found = results_of(request_of("rmst", tau="60 months"))
    assert found["PFS/rmst_difference"].status == "not estimable"
    assert found["PFS/rmst_difference"].reason.count("before 1826.25 days") == 2


def test_the_mean_of_an_arm_stays_when_the_other_is_observed_too_briefly() -> None:
    short = (pl.col("ARM") == "A") & (pl.col("TIME") > 300)
    rows = ROWS.with_columns(
        TIME=pl.when(short).then(300.0).otherwise("TIME"), EVENT=pl.when(short).then(0).otherwise("EVENT").cast(pl.Int8)
    )
    found = results_of(request_of("rmst", rows, tau="12 months"))
    alone = rows.filter(pl.col("ARM") == "B")
    assert found["PFS/rmst@B"].value == pytest.approx(rmst(alone["TIME"], alone["EVENT"], tau=365.25).arms[0].rmst)
    reason = "the curve of A ends with a censoring on day 300, before 365.25 days"
    for figure in ("rmst@A", "rmst_difference", "rmst_ratio"):
        assert (found[f"PFS/{figure}"].status, found[f"PFS/{figure}"].reason) == ("not estimable", reason)
    assert (found["PFS/rmst@A"].level_of, found["PFS/rmst@A"].n) == ("A", 20)


def test_the_drift_test_is_the_one_of_the_model() -> None:
    found = results_of(request_of("zph", settings={"transform": "identity"}))["PFS/p_zph"].value
    columns = (COMPARED["TIME"], COMPARED["EVENT"], {"ARM": COMPARED["ARM"]})
    model = cox(*columns, strata=COMPARED["STRATUM"], references={"ARM": "B"})
    assert found == pytest.approx(cox_zph(model, transform="identity").overall.p)


@pytest.mark.parametrize("method", ["cox", "zph"])
def test_an_arm_without_events_has_no_hazard_ratio_but_a_logrank_test(method: str) -> None:
    rows = ROWS.with_columns(EVENT=pl.when(pl.col("ARM") == "A").then(0).otherwise(pl.col("EVENT")).cast(pl.Int8))
    found = results_of(request_of(method, rows))
    assert {result.status for result in found.values()} == {"not estimable"}
    assert all(r.reason.startswith("no finite estimate") for r in found.values())
    assert all("one arm has no event" in result.reason for result in found.values())
    assert results_of(request_of("logrank", rows))["PFS/p_logrank"].status == "estimated"


def test_the_forest_counts_each_subgroup_and_tests_the_interaction() -> None:
    estimates = METHODS["forest"].estimate(request_of("forest", covariates=("site",)))
    table = estimates.curves["forest-pfs"]
    assert table["n"].to_list()[0] == sum(table["n"].to_list()[1:]) == 40
    assert {result.id for result in estimates.results} == {
        "PFS/p_interaction:site", "PFS/hr:site=p", "PFS/hr:site=q"
    }  # fmt: skip


OUTCOMES = pl.DataFrame(
    {
        "USUBJID": [f"S{k}" for k in range(7)],
        "SUCCESS": [True, True, None, False, True, False, False],
        "ARM": list("AAAABBB"),
    }
)


@pytest.mark.parametrize("method", ["clopper-pearson", "wilson"])
def test_a_rate_leaves_out_what_is_unknown_and_left_out(method: str) -> None:
    found = results_of(request_of(method, OUTCOMES, compare=None))["PFS/rate"]
    expected = proportion(3, 6, method=method)  # type: ignore[arg-type]  # the two names are literals
    assert (found.value, found.low, found.high) == pytest.approx((expected.estimate, expected.lower, expected.upper))
    assert (found.n, found.events) == (6, 3)


@pytest.mark.parametrize("method", ["newcombe", "miettinen-nurminen"])
def test_a_difference_is_of_the_first_arm_less_the_second(method: str) -> None:
    found = results_of(request_of(method, OUTCOMES))["PFS/difference"]
    expected = proportion_difference(2, 3, 1, 3, method=method)  # type: ignore[arg-type]  # the two names are literals
    assert (found.value, found.low, found.high) == pytest.approx((expected.estimate, expected.lower, expected.upper))


def test_nobody_has_no_rate() -> None:
    assert results_of(request_of("wilson", OUTCOMES.clear(), compare=None))["PFS/rate"].status == "not estimable"


def test_every_endpoint_is_described_pooled_and_by_arm() -> None:
    request = request_of("kaplan-meier", compare=None)
    estimates = describe(
        request,
        arms=["A", "B", "C"],
        times=[Duration.parse("12 months"), Duration.parse("5 years")],
        horizon_days=365.25,
    )
    found = {result.id: result for result in estimates.results}
    assert found["PFS/n"].value == 60
    assert sum(int(found[f"PFS/n_events@{arm}"].value or 0) for arm in "ABC") == found["PFS/n_events"].value
    late = ROWS.filter((pl.col("EVENT") == 1) & (pl.col("TIME") > 365.25)).height
    assert found["PFS/n_events_within_horizon"].value == int(ROWS["EVENT"].sum()) - late
    assert found["PFS/rate_5a"].status == "not estimable"
    assert found["PFS/rate_12mo"].status == "estimated"
    assert estimates.curves["km-pfs"]["level"].unique().sort().to_list() == ["A", "ALL", "B", "C"]
    risk = estimates.curves["risk-pfs"].filter((pl.col("level") == "ALL") & (pl.col("time") == 0.0))
    assert risk["n_risk"].to_list() == [60]


def test_milestones_are_named_by_number_and_unit() -> None:
    written = ["12 months", "100 days", "2 years", "1 week"]
    assert [figure_of_duration(Duration.parse(text)) for text in written] == ["12mo", "100d", "2a", "1wk"]


CAUSES = ROWS.with_columns(CAUSE=pl.when(pl.col("EVENT") == 1).then(1).otherwise(2 * (pl.int_range(pl.len()) % 2)))
BOTH = CAUSES.filter(pl.col("ARM") != "C")


def test_a_cumulative_incidence_stands_by_arm_or_for_all_with_its_curve() -> None:
    request = request_of("aalen-johansen", CAUSES, tau="12 months")
    estimates = METHODS["aalen-johansen"].estimate(request)
    found = {result.id: result for result in estimates.results}
    for arm in ("A", "B"):
        mine = CAUSES.filter(pl.col("ARM") == arm)
        curve = cumulative_incidence(mine["TIME"], mine["CAUSE"], times=[365.25]).groups[0].causes[0]
        result = found[f"PFS/cif@{arm}"]
        assert (result.value, result.low, result.high) == pytest.approx((curve.cif[0], curve.lower[0], curve.upper[0]))
        assert (result.level_of, result.n) == (arm, 20)
    (table,) = estimates.curves.values()
    assert list(estimates.curves) == ["cif-pfs"]
    assert table["level"].unique().sort().to_list() == ["A", "B"]
    pooled = results_of(request_of("aalen-johansen", CAUSES, compare=None, tau="12 months"))
    assert list(pooled) == ["PFS/cif"]
    assert pooled["PFS/cif"].n == N
    late = results_of(request_of("aalen-johansen", CAUSES, compare=None, tau="60 months"))["PFS/cif"]
    assert (late.status, late.reason) == ("not estimable", "the last observation lies before this time")


def test_grays_test_and_the_subdistribution_ratio_are_of_the_two_arms() -> None:
    columns = (BOTH["TIME"], BOTH["CAUSE"])
    test = gray(*columns, BOTH["ARM"], strata=BOTH["STRATUM"])
    assert results_of(request_of("gray", CAUSES))["PFS/p_gray"].value == pytest.approx(test.p)
    unstratified = CAUSES.with_columns(STRATUM=pl.lit(None, dtype=pl.String))
    model = fine_gray(*columns, {"ARM": BOTH["ARM"]}, references={"ARM": "B"})
    shr = results_of(request_of("fine-gray", unstratified))["PFS/shr"]
    assert (shr.value, shr.low) == pytest.approx((model.terms[0].hr, model.terms[0].lower))
    assert "takes no strata" in results_of(request_of("fine-gray", CAUSES))["PFS/shr"].reason


def test_no_event_of_the_endpoint_is_said_by_each_method() -> None:
    none = CAUSES.with_columns(CAUSE=pl.lit(0), STRATUM=pl.lit(None, dtype=pl.String))
    for method, figure in (("aalen-johansen", "cif@A"), ("gray", "p_gray"), ("fine-gray", "shr")):
        result = results_of(request_of(method, none, tau="12 months"))[f"PFS/{figure}"]
        assert (result.status, "event" in result.reason) == ("not estimable", True)
