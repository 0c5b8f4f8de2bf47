"""Laws that survival estimates obey whatever the data."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from trialwright.analysis.survival import cox, cox_zph, kaplan_meier, logrank, quantiles, rmst
from trialwright.numerics.survival import CONF_TYPES

pytestmark = pytest.mark.independent("symmetries that hold by definition")

Row = tuple[int, bool, bool]
rows = st.lists(st.tuples(st.integers(0, 40), st.booleans(), st.booleans()), min_size=4, max_size=40)


def columns(found: list[Row]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    time, event, arm = (np.array(c) for c in zip(*found, strict=True))
    assume(0 < arm.sum() < arm.size)
    return time.astype(float), event.astype(int), arm.astype(int)


def same(one: float | None, other: float | None) -> bool:
    return (one is None) == (other is None) and (one is None or one == pytest.approx(other, rel=1e-8, abs=1e-9))


@given(rows)
def test_swapping_the_arms_flips_the_sign(found: list[Row]) -> None:
    time, event, arm = columns(found)
    forth, back = logrank(time, event, arm), logrank(time, event, 1 - arm)
    assert same(forth.z, None if back.z is None else -back.z)
    assert same(forth.chisq, back.chisq)


@given(rows, st.sampled_from([1e-6, 0.0328542, 12.0, 86400.0]))
def test_the_unit_of_time_does_not_matter(found: list[Row], factor: float) -> None:
    time, event, arm = columns(found)
    assert same(logrank(time, event, arm, gamma=1).chisq, logrank(time * factor, event, arm, gamma=1).chisq)
    days, others = (quantiles(t, event, probabilities=[0.5]).groups[0].quantiles[0] for t in (time, time * factor))
    for name in ("estimate", "lower", "upper"):
        day = getattr(days, name)
        assert same(None if day is None else day * factor, getattr(others, name))


@given(rows, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(found: list[Row], random: object) -> None:
    time, event, arm = columns(found)
    shuffled = list(found)
    random.shuffle(shuffled)
    other_time, other_event, other_arm = columns(shuffled)
    assert same(logrank(time, event, arm).chisq, logrank(other_time, other_event, other_arm).chisq)
    curve = kaplan_meier(time, event).groups[0].curve
    other = kaplan_meier(other_time, other_event).groups[0].curve
    np.testing.assert_array_equal(curve.surv, other.surv)


@given(rows)
def test_observed_and_expected_add_up_and_the_covariance_sums_to_zero(found: list[Row]) -> None:
    time, event, arm = columns(found)
    test = logrank(time, event, arm)
    assert sum(g.observed for g in test.groups) == event.sum()
    assert sum(g.expected for g in test.groups) == pytest.approx(event.sum())
    np.testing.assert_allclose(np.sum(test.variance, axis=0), 0, atol=1e-10)


@given(rows)
def test_a_stratum_of_one_arm_adds_nothing(found: list[Row]) -> None:
    time, event, arm = columns(found)
    base = logrank(time, event, arm)
    wider = logrank(
        np.concatenate([time, time]),
        np.concatenate([event, event]),
        np.concatenate([arm, np.ones_like(arm)]),
        strata=np.repeat([0, 1], time.size),
    )
    assert same(base.chisq, wider.chisq)


@given(rows)
def test_doubling_every_subject_keeps_the_curve_and_halves_its_variance(found: list[Row]) -> None:
    time, event, _ = columns(found)
    one = kaplan_meier(time, event).groups[0].curve
    two = kaplan_meier(np.tile(time, 2), np.tile(event, 2)).groups[0].curve
    np.testing.assert_allclose(two.surv, one.surv, atol=1e-12)
    np.testing.assert_allclose(two.log_variance * 2, one.log_variance, rtol=1e-9)


@given(rows, st.sampled_from(CONF_TYPES))
def test_curves_fall_from_1_to_0_inside_their_limits(found: list[Row], conf_type: str) -> None:
    time, event, _ = columns(found)
    (group,) = kaplan_meier(time, event, conf_type=conf_type).groups
    surv, known = group.curve.surv, ~np.isnan(group.lower)
    assert np.all(np.diff(surv) <= 0)
    assert np.all((surv >= 0) & (surv <= 1))
    assert np.all(group.lower[known] <= surv[known] + 1e-12)
    assert np.all(surv[known] <= group.upper[known] + 1e-12)
    assert group.curve.n_event.sum() + group.curve.n_censor.sum() == time.size


@given(rows)
def test_entry_at_minus_one_is_no_late_entry(found: list[Row]) -> None:
    time, event, arm = columns(found)
    early = np.full(time.size, -1.0)
    assert same(logrank(time, event, arm).chisq, logrank(time, event, arm, entry=early).chisq)
    np.testing.assert_array_equal(
        kaplan_meier(time, event).groups[0].curve.surv, kaplan_meier(time, event, entry=early).groups[0].curve.surv
    )


@given(rows)
def test_restricted_means_grow_with_the_horizon_and_stay_below_it(found: list[Row]) -> None:
    time, event, _ = columns(found)
    means = [rmst(time, event, tau=tau, carry_forward=True).arms[0].rmst for tau in (5.0, 10.0, 20.0)]
    assert means == sorted(means)
    assert all(mean <= tau + 1e-12 for mean, tau in zip(means, (5.0, 10.0, 20.0), strict=True))


@given(rows)
def test_swapping_the_arms_turns_the_hazard_ratio_round(found: list[Row]) -> None:
    time, event, arm = columns(found)
    assume(event.any())
    forth, back = (cox(time, event, {"arm": labels}) for labels in (arm, 1 - arm))
    assert forth.terms[0].status == back.terms[0].status
    assert same(forth.lrt, back.lrt)
    if forth.is_estimable:
        assert forth.terms[0].coef == pytest.approx(-back.terms[0].coef, abs=1e-6)


@given(rows)
def test_moving_and_stretching_a_covariate_changes_only_its_unit(found: list[Row]) -> None:
    time, event, arm = columns(found)
    assume(event.any())
    plain, moved = cox(time, event, {"x": arm}), cox(time, event, {"x": arm * 10.0 + 3})
    assert same(plain.score, moved.score)
    if plain.is_estimable:
        assert plain.terms[0].coef == pytest.approx(moved.terms[0].coef * 10, rel=1e-6, abs=1e-8)
        ours, theirs = cox_zph(plain).overall.chisq, cox_zph(moved).overall.chisq
        assert ours == pytest.approx(theirs, rel=1e-4, abs=1e-8)
