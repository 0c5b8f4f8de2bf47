"""Sums of Gray's test."""

from __future__ import annotations

import numpy as np
import pytest

from tests.competing_oracles import competing_rows, gray
from tests.oracles import logrank
from trialwright.numerics.gray import gray_sums
from trialwright.numerics.logrank import chi_square
from trialwright.numerics.ordering import order_rows

pytestmark = pytest.mark.independent("plain loops over times with every integral written as a sum")


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("cause", [1, 2])
@pytest.mark.parametrize("ties", [True, False])
def test_sums_equal_the_plain_loops(seed: int, cause: int, ties: bool) -> None:
    time, causes, arm, *_ = competing_rows(seed, ties=ties)
    codes = np.where(causes == cause, 1, np.where(causes > 0, 2, 0))
    sums = gray_sums(codes, arm, 3, rows=order_rows(time))
    score, covariance = gray(time, causes, arm, cause)
    np.testing.assert_allclose(sums.observed - sums.expected, score, atol=1e-11)
    np.testing.assert_allclose(sums.variance, covariance, atol=1e-10)


def test_sums_over_strata_are_added_before_the_statistic_is_formed() -> None:
    time, cause, arm, _, stratum = competing_rows(3, n=120)
    sums = gray_sums(cause, arm, 3, rows=order_rows(time, stratum=stratum, n_strata=2))
    parts = [gray(time[stratum == s], cause[stratum == s], arm[stratum == s], 1) for s in (0, 1)]
    np.testing.assert_allclose(sums.observed - sums.expected, sum(u for u, _ in parts), atol=1e-11)
    np.testing.assert_allclose(sums.variance, sum(v for _, v in parts), atol=1e-10)


def test_without_competing_events_the_scores_are_those_of_the_logrank_test() -> None:
    time, cause, arm, *_ = competing_rows(4)
    event = (cause == 1).astype(int)
    sums = gray_sums(event, arm, 3, rows=order_rows(time))
    np.testing.assert_allclose(sums.observed - sums.expected, logrank(time, event, arm)[0], atol=1e-11)


def test_scores_and_covariance_sum_to_0_over_the_arms() -> None:
    time, cause, arm, *_ = competing_rows(6)
    sums = gray_sums(cause, arm, 3, rows=order_rows(time))
    assert (sums.observed - sums.expected).sum() == pytest.approx(0, abs=1e-11)
    np.testing.assert_allclose(sums.variance.sum(axis=0), 0, atol=1e-10)


def test_the_number_of_an_arm_does_not_matter() -> None:
    time, cause, arm, *_ = competing_rows(7)
    forth, back = (chi_square(gray_sums(cause, a, 3, rows=order_rows(time))) for a in (arm, 2 - arm))
    assert forth == pytest.approx(back)


def test_an_arm_with_everybody_gone_leaves_no_division_by_zero() -> None:
    time, cause, arm = np.array([1.0, 2.0, 3.0, 4.0]), np.array([1, 2, 1, 1]), np.array([0, 0, 1, 1])
    sums = gray_sums(cause, arm, 2, rows=order_rows(time))
    assert np.isfinite(sums.variance).all()
    assert sums.expected.tolist() == [0.5, 2.5]


def test_the_test_keeps_its_level_when_arms_do_not_differ() -> None:
    rng, rejected = np.random.default_rng(11), 0
    for _ in range(400):
        time, cause = rng.exponential(1.0, 80), rng.choice(3, 80, p=[0.2, 0.5, 0.3])
        statistic, _ = chi_square(gray_sums(cause, rng.integers(0, 2, 80), 2, rows=order_rows(time)))
        rejected += statistic > 3.841458820694124
    assert 8 <= rejected <= 36  # 20 expected, four standard errors to either side
