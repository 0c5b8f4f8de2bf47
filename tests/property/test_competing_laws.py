"""Laws that competing risks and ROC curves obey whatever the data."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialwright.analysis.accuracy import roc, time_auc
from trialwright.analysis.survival import cumulative_incidence, fine_gray, gray

pytestmark = pytest.mark.independent("symmetries that hold by definition")

SEEDS = st.integers(0, 10_000)
FEW = settings(max_examples=25)


def rows(seed: int, n: int = 40) -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(seed)
    cause = rng.choice(4, n, p=[0.3, 0.4, 0.2, 0.1])
    cause[:4] = [0, 1, 2, 3]
    arm = rng.permutation(np.arange(n) % 2)
    return np.ceil(rng.exponential(9, n)), cause, arm, rng.normal(size=n).round(1)


@FEW
@given(SEEDS, st.sampled_from([1 / 30.4375, 7.0, 1000.0]))
def test_the_unit_of_time_does_not_matter(seed: int, factor: float) -> None:
    time, cause, arm, x = rows(seed)
    one, other = (cumulative_incidence(time * f, cause).groups[0].causes[0] for f in (1.0, factor))
    np.testing.assert_allclose(one.cif, other.cif, atol=1e-12)
    np.testing.assert_allclose(one.se, other.se, atol=1e-12)
    assert gray(time, cause, arm).chisq == pytest.approx(gray(time * factor, cause, arm).chisq, rel=1e-9)
    fits = [fine_gray(time * f, cause, {"x": x}).terms[0] for f in (1.0, factor)]
    assert fits[0].coef == pytest.approx(fits[1].coef, rel=1e-8, abs=1e-10)


@FEW
@given(SEEDS)
def test_how_other_causes_are_told_apart_does_not_matter_to_one(seed: int) -> None:
    time, cause, arm, x = rows(seed)
    merged = np.where(cause == 3, 2, cause)
    one, other = (cumulative_incidence(time, c).groups[0].causes[0] for c in (cause, merged))
    np.testing.assert_allclose(one.cif, other.cif, atol=1e-12)
    assert gray(time, cause, arm).chisq == pytest.approx(gray(time, merged, arm).chisq)
    assert fine_gray(time, cause, {"x": x}).loglik == pytest.approx(fine_gray(time, merged, {"x": x}).loglik)


@FEW
@given(SEEDS)
def test_incidences_rise_and_never_exceed_1_together(seed: int) -> None:
    time, cause, *_ = rows(seed)
    curves = cumulative_incidence(time, cause).groups[0].causes
    assert all((np.diff(c.cif) >= -1e-15).all() for c in curves)
    assert sum(c.cif[-1] for c in curves) <= 1 + 1e-12
    for c in curves:
        known = ~np.isnan(c.lower)
        assert (c.lower[known] <= c.cif[known] + 1e-12).all()
        assert (c.upper[known] >= c.cif[known] - 1e-12).all()


@FEW
@given(SEEDS)
def test_an_area_knows_the_order_of_the_marker_and_nothing_else(seed: int) -> None:
    time, cause, arm, x = rows(seed)
    plain, bent = (roc(arm, values) for values in (x, np.exp(3 * x)))
    assert (plain.area, plain.se) == pytest.approx((bent.area, bent.se))
    assert roc(arm, -x).area == pytest.approx(1 - plain.area)
    assert roc(1 - arm, x).area == pytest.approx(1 - plain.area)
    event = cause == 1
    straight, curved = (time_auc(time, event, v, times=[8.0]).areas[0] for v in (x, np.exp(3 * x)))
    assert straight.area == (pytest.approx(curved.area) if curved.area is not None else None)
