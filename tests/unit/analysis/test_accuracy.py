"""Accuracy of a marker: each estimator against another program or a count by hand, each refusal in words."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from lifelines import CoxPHFitter, KaplanMeierFitter
from scipy.stats import chi2

from tests.competing_oracles import jackknife_variance, subdistribution_fit
from trialwright.analysis.accuracy import (
    calibration,
    class_hazard_ratio,
    class_shares,
    classification,
    cross_fitted,
    decision_curve,
    decision_curve_by,
    marker_by_arm,
    roc,
    roc_difference,
    time_auc,
    time_classification,
    uno_c,
)
from trialwright.analysis.survival import cox
from trialwright.errors import EstimationError, NumericsError

pytestmark = pytest.mark.independent("statsmodels, lifelines, scipy, plain loops, and tables counted by hand")

RNG = np.random.default_rng(2026)
N = 120
MARKER = np.exp(RNG.normal(0, 0.5, N)).round(3)
OUTCOME = (RNG.random(N) < 1 / (1 + np.exp(-0.5 - 1.5 * np.log(MARKER)))).astype(int)
TIME = RNG.exponential(12 / MARKER**-0.8)
CENSORED = RNG.uniform(4, 30, N)
EVENT = (TIME <= CENSORED).astype(int)
TIME = np.minimum(TIME, CENSORED)
ARM = np.where(np.arange(N) % 2, "SCS", "CHEMO")
PROBABILITY = 1 / (1 + np.exp(-6 * np.log(MARKER)))


# --- ROC -------------------------------------------------------------------------------------------------------------


def test_limits_on_the_logit_scale_stay_inside() -> None:
    plain, inside = roc(OUTCOME, MARKER), roc(OUTCOME, MARKER, limits="logit")
    assert plain.area == inside.area
    assert 0 < inside.lower < inside.area < inside.upper < 1
    reach = 1.959963984540054 * plain.se / (plain.area * (1 - plain.area))
    odds = plain.area / (1 - plain.area)
    assert inside.upper == pytest.approx(odds * np.exp(reach) / (1 + odds * np.exp(reach)))


def test_the_direction_is_kept_even_where_the_other_would_look_better() -> None:
    assert roc([1, 1, 0, 0], [1, 2, 3, 4]).area == 0.0
    assert roc([1, 1, 0, 0], [1, 2, 3, 4], direction="lower").area == 1.0
    with pytest.raises(NumericsError, match="stated beforehand"):
        roc([1, 0], [1, 2], direction="auto")


def test_one_case_has_an_area_and_no_error() -> None:
    found = roc([1, 0, 0], [2, 1, 3])
    assert (found.area, found.se, found.lower) == (0.5, None, None)


def test_all_with_the_outcome_is_not_estimable() -> None:
    for call in (lambda: roc([1, 1], [1, 2]), lambda: calibration([1, 1], [0.5, 0.6])):
        with pytest.raises(EstimationError, match="2 of 2 rows have the outcome"):
            call()


def test_a_marker_against_itself_has_no_difference_and_no_p() -> None:
    found = roc_difference(OUTCOME, MARKER, np.log(MARKER))
    assert (found.estimate, found.se, found.p) == (0.0, 0.0, None)


def test_the_difference_of_two_areas_uses_their_covariance() -> None:
    other = MARKER * np.exp(RNG.normal(0, 0.4, N))
    found = roc_difference(OUTCOME, MARKER, other)
    first, second = roc(OUTCOME, MARKER), roc(OUTCOME, other)
    assert found.estimate == pytest.approx(first.area - second.area)
    assert found.se < np.hypot(first.se, second.se)
    assert found.p == pytest.approx(chi2.sf((found.estimate / found.se) ** 2, 1))
    turned = roc_difference(OUTCOME, other, MARKER)
    assert (turned.estimate, turned.p) == pytest.approx((-found.estimate, found.p))


def test_rows_without_outcome_or_marker_are_counted() -> None:
    found = roc([1, 0, None, 1, 0], [2.0, 1.0, 3.0, np.nan, 0.5])
    assert {d.reason: d.n for d in found.dropped} == {"missing outcome": 1, "missing marker": 1}
    assert (found.cases, found.controls) == (1, 2)


# --- a rule at a cut-off ---------------------------------------------------------------------------------------------


def test_a_value_at_the_cut_off_is_favourable() -> None:
    found = classification([1, 0], [1.0, 0.9999], cut=1.0)
    assert (found.tp, found.fp, found.rule) == (1, 0, ">= 1")
    lower = classification([1, 0], [0.9999, 1.0], cut=1.0, direction="lower")
    assert (lower.tp, lower.fp, lower.rule) == (1, 0, "< 1")


def test_nobody_foretold_leaves_no_predictive_value() -> None:
    found = classification([1, 0, 1], [1, 2, 3], cut=9)
    assert (found.ppv, found.sensitivity.estimate, found.npv.n) == (None, 0.0, 3)
    assert found.to_dict()["ppv"] is None


def test_limits_are_those_asked_for() -> None:
    score = classification(OUTCOME, MARKER, cut=1).sensitivity
    exact = classification(OUTCOME, MARKER, cut=1, method="clopper-pearson").sensitivity
    assert score.estimate == exact.estimate
    assert exact.lower < score.lower


# --- calibration -----------------------------------------------------------------------------------------------------


def test_intercept_and_slope_are_those_of_a_logistic_model() -> None:
    chance = np.clip(PROBABILITY, 0.02, 0.98)
    eta = np.log(chance / (1 - chance))
    large = sm.GLM(OUTCOME, np.ones(N), family=sm.families.Binomial(), offset=eta).fit()
    sloped = sm.GLM(OUTCOME, sm.add_constant(eta), family=sm.families.Binomial()).fit()
    found = calibration(OUTCOME, chance)
    assert (found.intercept.estimate, found.intercept.se) == pytest.approx((large.params[0], large.bse[0]), rel=1e-6)
    assert (found.slope.estimate, found.slope.se) == pytest.approx((sloped.params[1], sloped.bse[1]), rel=1e-6)
    assert found.brier == pytest.approx(np.mean((chance - OUTCOME) ** 2))
    assert sum(each.observed.n for each in found.bins) == N
    assert [each.mean for each in found.bins] == sorted(each.mean for each in found.bins)


def test_a_model_judged_in_its_own_subjects_looks_perfect_and_cross_fitting_does_not() -> None:
    x = sm.add_constant(np.log(MARKER))
    own = sm.GLM(OUTCOME, x, family=sm.families.Binomial()).fit().fittedvalues
    perfect = calibration(OUTCOME, own)
    assert (perfect.intercept.estimate, perfect.slope.estimate) == pytest.approx((0.0, 1.0), abs=1e-6)
    honest = calibration(OUTCOME, cross_fitted(OUTCOME, np.log(MARKER)))
    assert honest.slope.estimate < 1
    assert honest.brier > perfect.brier


def test_each_subject_is_foretold_from_the_others() -> None:
    chance = cross_fitted(OUTCOME, np.log(MARKER), folds=N)
    others = np.arange(N) != 7
    fit = sm.GLM(OUTCOME[others], sm.add_constant(np.log(MARKER))[others], family=sm.families.Binomial()).fit()
    assert chance[7] == pytest.approx(fit.predict(sm.add_constant(np.log(MARKER))[7:8])[0], rel=1e-6)
    gap = cross_fitted([None, *OUTCOME[1:]], np.log(MARKER))
    assert np.isnan(gap[0])
    assert not np.isnan(gap[1:]).any()


@pytest.mark.parametrize(
    "options", [{"chance": [1.2, 0.5]}, {"chance": [0.2, 0.5], "groups": 0}, {"chance": [0.2, 0.5], "span": 0.0}]
)
def test_chances_and_options_that_mean_nothing_are_refused(options: dict[str, object]) -> None:
    with pytest.raises(NumericsError):
        calibration([0, 1], **options)
    with pytest.raises(NumericsError, match="at least 2"):
        cross_fitted([0, 1], [1, 2], folds=1)


# --- decision curve --------------------------------------------------------------------------------------------------


def test_net_benefit_is_counted_by_hand() -> None:
    found = decision_curve(OUTCOME, PROBABILITY, thresholds=[0.1, 0.4, 0.8])
    for k, p in enumerate((0.1, 0.4, 0.8)):
        acted = p <= PROBABILITY
        tp, fp = (acted & (OUTCOME == 1)).sum(), (acted & (OUTCOME == 0)).sum()
        assert found.rule[k] == pytest.approx(tp / N - fp / N * p / (1 - p))
        assert found.all[k] == pytest.approx(OUTCOME.mean() - (1 - OUTCOME.mean()) * p / (1 - p))
    assert found.to_dict()["none"] == [0.0, 0.0, 0.0]


def test_with_censoring_the_share_acted_on_is_read_from_its_curve() -> None:
    found = decision_curve_by(TIME, EVENT, 1 - PROBABILITY, at=10.0, thresholds=[0.3])
    acted = 1 - PROBABILITY >= 0.3
    events = 1 - float(KaplanMeierFitter().fit(TIME[acted], EVENT[acted]).predict(10.0))
    share = acted.mean()
    assert found.rule[0] == pytest.approx(share * events - share * (1 - events) * 0.3 / 0.7)


def test_without_censoring_both_ways_agree() -> None:
    whole = np.ones(N, dtype=int)
    by = decision_curve_by(TIME, whole, PROBABILITY, at=8.0, thresholds=[0.2, 0.6])
    plain = decision_curve(TIME <= 8.0, PROBABILITY, thresholds=[0.2, 0.6])
    np.testing.assert_allclose(by.rule, plain.rule, atol=1e-14)
    np.testing.assert_allclose(by.all, plain.all, atol=1e-14)


def test_nobody_acted_on_gains_nothing_and_an_unseen_time_has_no_figure() -> None:
    assert decision_curve_by(TIME, EVENT, np.zeros(N), at=8.0, thresholds=[0.5]).rule.tolist() == [0.0]
    late = decision_curve_by([1, 2, 3], [1, 1, 0], [1, 1, 1], at=9.0, thresholds=[0.5])
    assert late.to_dict()["rule"] == [None]
    with pytest.raises(NumericsError, match="threshold"):
        decision_curve([1, 0], [0.5, 0.5], thresholds=[1.0])
    with pytest.raises(NumericsError, match="chance"):
        decision_curve([1, 0], [0.5, 1.5])


# --- times -----------------------------------------------------------------------------------------------------------


def test_areas_at_times_with_limits() -> None:
    found = time_auc(TIME, EVENT, MARKER, times=[6.0, 12.0], direction="lower")
    for area in found.areas:
        assert area.lower < area.area < area.upper
        assert (area.upper - area.area) == pytest.approx(1.959963984540054 * area.se)
        assert area.cases == ((area.time >= TIME) & (EVENT == 1)).sum()
        assert area.controls == (area.time < TIME).sum()
    turned = time_auc(TIME, EVENT, MARKER, times=[6.0])
    assert turned.areas[0].area == pytest.approx(1 - found.areas[0].area)
    early = time_auc(TIME, EVENT, MARKER, times=[0.0]).areas[0]
    assert (early.area, early.cases) == (None, 0)


def test_coverage_of_the_area_at_a_time_is_near_what_it_says() -> None:
    rng, at, inside = np.random.default_rng(3), 1.0, 0
    big = np.exp(rng.normal(0, 0.6, 200_000))
    true = time_auc(rng.exponential(1 / big), np.ones(big.size), big, times=[at]).areas[0].area
    for _ in range(200):
        marker = np.exp(rng.normal(0, 0.6, 100))
        time, censored = rng.exponential(1 / marker), rng.exponential(2.0, 100)
        area = time_auc(np.minimum(time, censored), time <= censored, marker, times=[at]).areas[0]
        inside += area.lower <= true <= area.upper
    assert 178 <= inside <= 199


def test_uno_c_says_until_when_and_refuses_a_time_before_any_event() -> None:
    found = uno_c(TIME, EVENT, MARKER, until=15.0, direction="lower")
    assert 0.5 < found.estimate < 1
    assert found.events == ((TIME < 15.0) & (EVENT == 1)).sum()
    with pytest.raises(EstimationError, match="choose a later time"):
        uno_c(TIME, EVENT, MARKER, until=0.0)


def test_a_rule_at_a_time_is_counted_plainly_without_censoring() -> None:
    whole = np.ones(N)
    found = time_classification(TIME, whole, MARKER, cut=1.0, at=8.0, direction="lower")
    early, low = TIME <= 8.0, MARKER < 1.0
    assert found.sensitivity == pytest.approx((low & early).sum() / early.sum())
    assert found.specificity.estimate == pytest.approx((~low & ~early).sum() / (~early).sum())
    none = time_classification(TIME, whole, MARKER, cut=1.0, at=0.0)
    assert (none.sensitivity, none.sensitivity_lower) == (None, None)


# --- classes known with a probability --------------------------------------------------------------------------------


def test_certain_classes_give_the_plain_table() -> None:
    certain = (MARKER >= 1).astype(float)
    weighted, plain = class_shares(OUTCOME, certain), classification(OUTCOME, MARKER, cut=1)
    assert weighted.sensitivity.estimate == pytest.approx(plain.sensitivity.estimate)
    assert weighted.specificity.estimate == pytest.approx(plain.specificity.estimate)
    assert weighted.with_class.estimate == pytest.approx(plain.ppv.estimate)
    assert 1 - weighted.without_class.estimate == pytest.approx(plain.npv.estimate)


def test_uncertain_classes_blur_the_shares() -> None:
    certain, blurred = class_shares(OUTCOME, PROBABILITY > 0.5), class_shares(OUTCOME, 0.5 + 0.6 * (PROBABILITY - 0.5))
    assert blurred.sensitivity.estimate < certain.sensitivity.estimate
    assert blurred.with_class.estimate == pytest.approx(
        (PROBABILITY * 0.6 + 0.2) @ OUTCOME / (PROBABILITY * 0.6 + 0.2).sum()
    )


def test_weighted_hazard_ratio_and_its_error_equal_the_plain_loops() -> None:
    few = slice(0, 30)
    time, event, p = np.ceil(TIME[few]), EVENT[few], PROBABILITY[few]
    twice, rest = np.tile(time, 2), np.concatenate([p, 1 - p])

    def fit(w: np.ndarray) -> np.ndarray:
        return subdistribution_fit(twice, np.tile(event, 2), np.repeat([1.0, 0.0], 30)[:, None], np.tile(w, 2) * rest)

    found = class_hazard_ratio(time, event, p)
    assert found.term.coef == pytest.approx(fit(np.ones(30))[0], abs=1e-9)
    assert found.term.robust_se**2 == pytest.approx(jackknife_variance(fit, 30)[0, 0], rel=1e-5)
    assert found.weight == pytest.approx(p.sum())


def test_certain_classes_give_the_plain_model_with_a_robust_error() -> None:
    certain = (MARKER >= 1).astype(float)
    plain = cox(TIME, EVENT, {"class": certain}, ties="breslow", robust=True).terms[0]
    found = class_hazard_ratio(TIME, EVENT, certain)
    assert (found.term.coef, found.term.robust_se) == pytest.approx((plain.coef, plain.robust_se), rel=1e-8)
    assert found.weight == certain.sum()


def test_uncertain_classes_draw_the_ratio_towards_1() -> None:
    certain = class_hazard_ratio(TIME, EVENT, PROBABILITY > 0.5).term.coef
    blurred = class_hazard_ratio(TIME, EVENT, 0.5 + 0.5 * (PROBABILITY - 0.5)).term.coef
    assert abs(blurred) < abs(certain)
    adjusted = class_hazard_ratio(TIME, EVENT, PROBABILITY, adjust={"age": RNG.normal(size=N)})
    assert adjusted.term.term == "class"


def test_probabilities_and_events_are_needed() -> None:
    with pytest.raises(NumericsError, match="not between 0 and 1"):
        class_shares([1, 0], [50, 60])
    with pytest.raises(NumericsError, match="not between 0 and 1"):
        class_hazard_ratio([1, 2], [1, 0], [50, 60])
    with pytest.raises(EstimationError, match="needs events"):
        class_hazard_ratio([1, 2], [0, 0], [0.5, 0.6])


# --- interaction -----------------------------------------------------------------------------------------------------


def test_the_interaction_is_tested_by_two_models_of_lifelines() -> None:
    log2, arm = np.log2(MARKER), (ARM == "SCS").astype(float)
    frame = pd.DataFrame({"time": TIME, "event": EVENT, "m": log2, "a": arm, "ma": log2 * arm})
    main, full = (
        CoxPHFitter().fit(frame[["time", "event", *c]], "time", "event") for c in (["m", "a"], ["m", "a", "ma"])
    )
    found = marker_by_arm(TIME, EVENT, MARKER, ARM, reference="CHEMO")
    assert found.p == pytest.approx(chi2.sf(2 * (full.log_likelihood_ - main.log_likelihood_), 1), rel=1e-4)
    assert found.ratio.coef == pytest.approx(float(full.params_["ma"]), abs=1e-4)
    chemo, scs = found.by_arm
    assert (chemo.level, scs.level, chemo.n) == ("CHEMO", "SCS", 60)
    assert np.log(chemo.hr) == pytest.approx(float(full.params_["m"]), abs=1e-4)
    assert np.log(scs.hr) == pytest.approx(float(full.params_["m"] + full.params_["ma"]), abs=1e-4)


def test_the_reference_turns_the_ratio_and_not_the_test() -> None:
    forth, back = (marker_by_arm(TIME, EVENT, MARKER, ARM, reference=r) for r in ("CHEMO", "SCS"))
    assert forth.p == pytest.approx(back.p)
    assert forth.ratio.coef == pytest.approx(-back.ratio.coef)
    assert forth.by_arm[0].hr == pytest.approx(back.by_arm[1].hr)


def test_an_interaction_needs_two_arms_and_a_marker_above_0() -> None:
    with pytest.raises(EstimationError, match="3 arms"):
        marker_by_arm([1, 2, 3], [1, 1, 1], [1, 2, 3], ["A", "B", "C"])
    with pytest.raises(NumericsError, match="not above 0"):
        marker_by_arm([1, 2], [1, 1], [0, 2], ["A", "B"])


def test_shapes_are_plain() -> None:
    found = marker_by_arm(TIME, EVENT, MARKER, ARM).to_dict()
    assert list(found) == ["p", "ratio", "by_arm", "n", "events"]
    assert list(roc(OUTCOME, MARKER).to_dict()) == [
        "area", "se", "lower", "upper", "cases", "controls", "direction", "curve",
    ]  # fmt: skip
    assert roc(OUTCOME, MARKER).to_dict()["curve"]["cut"][0] is None
    assert list(calibration(OUTCOME, PROBABILITY).to_dict()["curve"]) == ["chance", "observed"]
    assert list(class_shares(OUTCOME, PROBABILITY).to_dict()) == [
        "sensitivity", "specificity", "with_class", "without_class", "n", "cases",
    ]  # fmt: skip
