"""Areas at fixed times and Uno's concordance: every pair formed, influences taken numerically."""

from __future__ import annotations

import numpy as np
import pytest
from lifelines.utils import concordance_index

from tests.competing_oracles import jackknife_variance
from trialwright.numerics.roc import placements
from trialwright.numerics.time_auc import area_at, censoring_curve, concordance, sensitivity_at

pytestmark = pytest.mark.independent("all pairs with weights, numerical derivatives by each weight; lifelines")


def rows(seed: int, n: int = 40) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    marker = rng.normal(size=n).round(1)
    true, censored = rng.exponential(10 / np.exp(0.7 * marker)), rng.uniform(2, 25, n)
    return np.ceil(np.minimum(true, censored)), (true <= censored).astype(int), marker


def staying(time: np.ndarray, event: np.ndarray, w: np.ndarray, t: float) -> float:
    out = 1.0
    for u in sorted(set(time[(event == 0) & (time < t)])):
        out *= 1 - w[(time == u) & (event == 0)].sum() / w[time >= u].sum()
    return out


def ahead(marker: np.ndarray, i: int) -> np.ndarray:
    return (marker[i] > marker) + 0.5 * (marker[i] == marker)


def slow_area(time: np.ndarray, event: np.ndarray, marker: np.ndarray, at: float, w: np.ndarray) -> float:
    above, total = 0.0, 0.0
    control = w * (time > at)
    for i in np.flatnonzero((event == 1) & (time <= at)):
        case = w[i] / staying(time, event, w, time[i])
        above += case * (control @ ahead(marker, i))
        total += case * control.sum()
    return above / total


def slow_concordance(time: np.ndarray, event: np.ndarray, marker: np.ndarray, until: float, w: np.ndarray) -> float:
    above, total = 0.0, 0.0
    for i in np.flatnonzero((event == 1) & (time < until)):
        case = w[i] / staying(time, event, w, time[i]) ** 2
        later = w * (time > time[i])
        above += case * (later @ ahead(marker, i))
        total += case * later.sum()
    return above / total


def slow_sensitivity(time: np.ndarray, event: np.ndarray, positive: np.ndarray, at: float, w: np.ndarray) -> float:
    case = np.array(
        [
            wi / staying(time, event, w, t) if e == 1 and t <= at else 0.0
            for t, e, wi in zip(time, event, w, strict=True)
        ]
    )
    return float(case @ positive / case.sum())


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("at", [4.0, 9.0])
def test_area_and_its_error(seed: int, at: float) -> None:
    time, event, marker = rows(seed)
    found = area_at(censoring_curve(time, event), marker, at)
    assert found.estimate == pytest.approx(slow_area(time, event, marker, at, np.ones(40)), abs=1e-12)
    slow = jackknife_variance(lambda w: slow_area(time, event, marker, at, w), 40)
    assert found.se**2 == pytest.approx(slow[0, 0], rel=1e-5)
    assert found.influence.sum() == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_concordance_and_its_error(seed: int) -> None:
    time, event, marker = rows(seed)
    found = concordance(censoring_curve(time, event), marker, 12.0)
    assert found.estimate == pytest.approx(slow_concordance(time, event, marker, 12.0, np.ones(40)), abs=1e-12)
    slow = jackknife_variance(lambda w: slow_concordance(time, event, marker, 12.0, w), 40)
    assert found.se**2 == pytest.approx(slow[0, 0], rel=1e-5)


@pytest.mark.parametrize("seed", range(3))
def test_sensitivity_and_its_error(seed: int) -> None:
    time, event, marker = rows(seed)
    found = sensitivity_at(censoring_curve(time, event), marker > 0, 8.0)
    assert found.estimate == pytest.approx(slow_sensitivity(time, event, marker > 0, 8.0, np.ones(40)), abs=1e-12)
    slow = jackknife_variance(lambda w: slow_sensitivity(time, event, marker > 0, 8.0, w), 40)
    assert found.se**2 == pytest.approx(slow[0, 0], rel=1e-5)


def test_without_censoring_the_area_is_that_of_the_plain_roc_curve() -> None:
    time, _, marker = rows(5)
    event = np.ones(40, dtype=int)
    found = area_at(censoring_curve(time, event), marker, 6.0)
    plain = placements(marker[time <= 6][None], marker[time > 6][None]).area[0]
    assert found.estimate == pytest.approx(plain)


def test_without_censoring_the_concordance_is_harrells() -> None:
    rng = np.random.default_rng(1)
    time, marker = rng.exponential(5, 60), rng.normal(size=60)
    found = concordance(censoring_curve(time, np.ones(60, dtype=int)), marker, np.inf)
    assert found.estimate == pytest.approx(concordance_index(time, -marker))


def test_each_subject_twice_gives_the_same_concordance() -> None:
    time, event, marker = rows(2, n=700)
    half = concordance(censoring_curve(np.tile(time, 2), np.tile(event, 2)), np.tile(marker, 2), 12.0)
    whole = concordance(censoring_curve(time, event), marker, 12.0)
    assert half.estimate == pytest.approx(whole.estimate, abs=1e-12)


def test_no_case_or_no_control_has_no_area() -> None:
    curve = censoring_curve(np.array([1.0, 2.0, 3.0]), np.array([1, 0, 1]))
    marker = np.array([1.0, 2.0, 3.0])
    assert np.isnan(area_at(curve, marker, 0.5).estimate)
    assert np.isnan(area_at(curve, marker, 3.0).estimate)
    assert np.isnan(sensitivity_at(curve, marker > 1, 0.5).estimate)
    assert np.isnan(concordance(curve, marker, 1.0).estimate)


def test_leaving_the_censored_out_would_be_wrong() -> None:
    # The censored are those with long times: dropping them makes early cases look like more than they are.
    time, event, marker = rows(3, n=400)
    weighted = area_at(censoring_curve(time, event), marker, 12.0).estimate
    kept = (event == 1) | (time > 12)
    naive = placements(marker[(time <= 12) & kept][None], marker[time > 12][None]).area[0]
    assert abs(weighted - naive) > 0.003
