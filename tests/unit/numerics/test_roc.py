"""Areas under ROC curves: every pair formed, and DeLong's covariance written out."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import mannwhitneyu

from trialwright.numerics.roc import area_covariance, placements, roc_points

pytestmark = pytest.mark.independent(
    "all pairs of a case and a control; scipy.stats.mannwhitneyu; the trapezoidal rule"
)


def markers(seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    common = rng.normal(size=41)
    cases = np.stack([common[:23] + rng.normal(0.8, 1, 23), common[:23] + rng.normal(0.3, 1, 23)]).round(1)
    return cases, np.stack([common[23:] + rng.normal(0, 1, 18), common[23:] + rng.normal(0, 1, 18)]).round(1)


def kernel(cases: np.ndarray, controls: np.ndarray) -> np.ndarray:
    return (cases[:, None] > controls[None, :]) + 0.5 * (cases[:, None] == controls[None, :])


@pytest.mark.parametrize("seed", range(4))
def test_area_and_covariance_equal_those_of_all_pairs(seed: int) -> None:
    cases, controls = markers(seed)
    pairs = [kernel(a, b) for a, b in zip(cases, controls, strict=True)]
    found = placements(cases, controls)
    np.testing.assert_allclose(found.area, [p.mean() for p in pairs], atol=1e-14)
    m, n = pairs[0].shape
    covariance = np.zeros((2, 2))
    for a in range(2):
        for b in range(2):
            by_case = [(pairs[a][i].mean() - found.area[a]) * (pairs[b][i].mean() - found.area[b]) for i in range(m)]
            by_control = [
                (pairs[a][:, j].mean() - found.area[a]) * (pairs[b][:, j].mean() - found.area[b]) for j in range(n)
            ]
            covariance[a, b] = sum(by_case) / (m - 1) / m + sum(by_control) / (n - 1) / n
    np.testing.assert_allclose(area_covariance(found), covariance, atol=1e-14)


def test_the_area_is_the_mann_whitney_statistic() -> None:
    cases, controls = markers(5)
    for a, b, area in zip(cases, controls, placements(cases, controls).area, strict=True):
        assert area == pytest.approx(mannwhitneyu(a, b).statistic / (a.size * b.size))


def test_the_area_is_that_under_the_corners_of_the_curve() -> None:
    (cases, _), (controls, _) = markers(6)
    cut, sensitivity, false = roc_points(cases, controls)
    area = np.sum(np.diff(false) * (sensitivity[1:] + sensitivity[:-1]) / 2)
    assert area == pytest.approx(placements(cases[None], controls[None]).area[0])
    place = np.flatnonzero(cut == cases[0])[0]
    assert sensitivity[place] == pytest.approx((cases >= cases[0]).mean())
    assert false[place] == pytest.approx((controls >= cases[0]).mean())
    assert (sensitivity[-1], false[-1]) == (1.0, 1.0)


def test_turning_the_marker_round_turns_the_area() -> None:
    cases, controls = markers(7)
    forth, back = placements(cases, controls), placements(-cases, -controls)
    np.testing.assert_allclose(forth.area + back.area, 1.0)
    np.testing.assert_allclose(area_covariance(forth), area_covariance(back))


def test_a_marker_without_information_has_area_one_half() -> None:
    assert placements(np.ones((1, 4)), np.ones((1, 3))).area[0] == 0.5
