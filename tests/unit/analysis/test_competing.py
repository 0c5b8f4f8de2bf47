"""The public face of competing risks: codes, groups, options, refusals."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from tests.competing_oracles import competing_rows, incidence
from trialwright.analysis.survival import cumulative_incidence, fine_gray, gray
from trialwright.errors import EstimationError, NumericsError

pytestmark = pytest.mark.independent("a plain sum over event times; limits written out from their formulas")


def test_groups_are_estimated_on_their_own() -> None:
    time, cause, arm, _, stratum = competing_rows(0, n=90)
    found = cumulative_incidence(time, cause, arm=arm, strata=stratum, times=[5.0])
    assert [g.level for g in found.groups] == [f"{a}, {s}" for a in range(3) for s in range(2)]
    for group in found.groups:
        a, s = (int(part) for part in group.level.split(", "))
        mine = (arm == a) & (stratum == s)
        assert group.n == mine.sum()
        for curve in group.causes:
            assert curve.cif[0] == pytest.approx(incidence(time[mine], cause[mine], int(curve.cause), 5.0))


def test_limits_on_two_scales() -> None:
    time, cause, *_ = competing_rows(1)
    z = 1.959963984540054
    for conf_type in ("log-log", "plain"):
        curve = cumulative_incidence(time, cause, times=[6.0], conf_type=conf_type).groups[0].causes[0]
        f, se = curve.cif[0], curve.se[0]
        if conf_type == "plain":
            assert (curve.lower[0], curve.upper[0]) == pytest.approx((f - z * se, f + z * se))
        else:
            reach = z * se / (f * -np.log(f))
            assert (curve.lower[0], curve.upper[0]) == pytest.approx((f ** np.exp(reach), f ** np.exp(-reach)))


def test_no_limits_while_nothing_has_happened() -> None:
    curve = cumulative_incidence([1, 2, 3], [2, 1, 0]).groups[0].causes[0]
    assert (curve.cif[0], np.isnan(curve.lower[0])) == (0.0, True)
    assert curve.to_dict()["lower"][0] is None


def test_where_everybody_has_had_the_event_there_are_no_limits_and_no_overflow() -> None:
    curve = cumulative_incidence(np.arange(1, 14), np.ones(13, dtype=int)).groups[0].causes[0]
    assert curve.cif[-1] == pytest.approx(1.0)
    assert np.isnan(curve.upper[-1])
    nearly = cumulative_incidence(np.arange(1, 401), [1] * 399 + [0]).groups[0].causes[0]
    assert 0 <= nearly.lower[-2] < nearly.upper[-2] <= 1


def test_a_time_after_a_last_censoring_is_marked() -> None:
    curve = cumulative_incidence([1, 2, 3], [1, 2, 0], times=[3.0, 4.0]).groups[0].causes[0]
    assert curve.is_beyond_follow_up.tolist() == [False, True]
    ended = cumulative_incidence([1, 2], [1, 2], times=[4.0], censored="0").groups[0].causes[0]
    assert ended.is_beyond_follow_up.tolist() == [False]


def test_events_at_times_asked_for_are_those_since_the_one_before() -> None:
    curve = cumulative_incidence([1, 2, 3, 4], [1, 1, 1, 0], times=[2.0, 9.0]).groups[0].causes[0]
    assert (curve.n_event.tolist(), curve.n_risk.tolist()) == ([2, 1], [3, 0])


def test_codes_1_and_2_without_a_0_are_not_guessed() -> None:
    for call in (
        lambda: cumulative_incidence([1, 2], [1, 2]),
        lambda: gray([1, 2], [1, 2], ["A", "B"]),
        lambda: fine_gray([1, 2], [1, 2], {"x": [0, 1]}),
    ):
        with pytest.raises(NumericsError, match="codes 1, 2 and no 0"):
            call()
    declared = cumulative_incidence([1, 2, 3], [1, 2, 2], censored="1")
    assert declared.causes == ("2",)


def test_codes_may_be_words_truth_values_or_numbers_with_a_point() -> None:
    words = cumulative_incidence([1, 2, 3], ["CANCER", "ALIVE", "OTHER"], censored="ALIVE")
    assert words.causes == ("CANCER", "OTHER")
    assert cumulative_incidence([1, 2], [True, False]).causes == ("1",)
    assert cumulative_incidence([1, 2], pl.Series([True, False])).causes == ("1",)
    assert cumulative_incidence([1.0, 2.0], np.array([1.0, 0.0])).causes == ("1",)


def test_a_column_of_times_is_no_column_of_causes() -> None:
    with pytest.raises(NumericsError, match="more than 20"):
        cumulative_incidence(np.arange(30), np.arange(30))


def test_a_cause_that_does_not_occur_has_no_test_and_says_which_do() -> None:
    with pytest.raises(EstimationError, match="no row has an event of the cause 3"):
        gray([1, 2, 3], [1, 2, 0], ["A", "B", "A"], cause="3")
    with pytest.raises(EstimationError, match="causes that occur: 1, 2"):
        fine_gray([1, 2, 3], [1, 2, 0], {"x": [0, 1, 0]}, cause="3")
    with pytest.raises(EstimationError, match="causes that occur: 1, 2"):
        cumulative_incidence([1, 2, 3], [1, 2, 0]).of_cause("3")


def test_a_cause_lost_with_the_rows_left_out_is_no_cause() -> None:
    found = cumulative_incidence([1, 2, None, 4], [1, 0, 2, 1])
    assert (found.causes, found.dropped[0].reason) == (("1",), "missing time")


def test_missing_values_are_counted_by_reason() -> None:
    time, event, arm = [1, None, 3, 4, 5, 6], [1, 1, None, 2, 0, 1], ["A", "A", "B", None, "B", "B"]
    found = gray(time, event, arm)
    assert {d.reason: d.n for d in found.dropped} == {"missing time": 1, "missing event": 1, "missing arm": 1}
    model = fine_gray([1, 2, 3, 4, 5], [1, 2, 1, 0, 1], {"x": [0, None, 1, 0, 1]})
    assert (model.n, model.dropped[0].reason) == (4, "missing x")


def test_nothing_but_censorings_has_no_cause_and_no_curve() -> None:
    found = cumulative_incidence([1, 2], [0, 0])
    assert (found.causes, found.groups[0].n, found.groups[0].causes) == ((), 2, ())
    with pytest.raises(EstimationError, match="check the codes"):
        gray([1, 2], [0, 0], ["A", "B"])


def test_one_arm_is_not_enough() -> None:
    with pytest.raises(EstimationError, match="two arms"):
        gray([1, 2], [1, 0], ["A", "A"])


def test_times_that_differ_by_noise_are_one_time() -> None:
    tied = gray([0.3, 0.3, 1.0, 2.0], [1, 1, 2, 0], ["A", "B", "A", "B"], cause="1")
    noisy = gray([0.1 + 0.2, 0.3, 1.0, 2.0], [1, 1, 2, 0], ["A", "B", "A", "B"], cause="1")
    assert noisy.chisq == pytest.approx(tied.chisq)
    assert len(cumulative_incidence([0.1 + 0.2, 0.3], [1, 0]).groups[0].causes[0].time) == 1


def test_rows_in_another_order_give_the_same_figures() -> None:
    time, cause, arm, x, _ = competing_rows(3)
    order = np.random.default_rng(0).permutation(time.size)
    assert gray(time, cause, arm).chisq == pytest.approx(gray(time[order], cause[order], arm[order]).chisq)
    one, other = (fine_gray(time[o], cause[o], {"x": x[o]}).terms[0] for o in (slice(None), order))
    assert (one.coef, one.robust_se) == pytest.approx((other.coef, other.robust_se))


def test_an_arm_without_events_of_the_cause_is_said() -> None:
    model = fine_gray(range(1, 13), [1, 2] * 5 + [1, 0], {"arm": ["A", "B"] * 6})
    assert model.terms[0].status == "infinite"
    assert model.reason == "armB: no finite estimate, such as when one arm has no event of the cause"
    assert (model.terms[0].coef, model.wald, model.p) == (None, None, None)


def test_shapes() -> None:
    time, cause, arm, x, _ = competing_rows(2)
    curve = cumulative_incidence(time, cause).to_dict()["groups"][0]["causes"][0]
    assert list(curve) == [
        "cause", "events", "time", "n_risk", "n_event", "cif", "se", "lower", "upper", "beyond_follow_up",
    ]  # fmt: skip
    assert list(gray(time, cause, arm).to_dict()) == ["cause", "chisq", "df", "p", "groups", "variance"]
    shape = fine_gray(time, cause, {"x": x}).to_dict()
    assert list(shape["terms"][0]) == ["term", "coef", "se", "robust_se", "shr", "lower", "upper", "p"]


@pytest.mark.parametrize("options", [{"level": 95}, {"times": [-1.0]}, {"conf_type": "wald"}, {"variance": "delta"}])
def test_options_that_mean_nothing_are_refused(options: dict[str, object]) -> None:
    with pytest.raises(NumericsError):
        cumulative_incidence([1, 2], [1, 0], **options)
    with pytest.raises(NumericsError):
        fine_gray([1, 2], [1, 0], {"x": [0, 1]}, level=0)
