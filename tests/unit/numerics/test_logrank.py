"""Sums of the log-rank test and the traps that come with them."""

from __future__ import annotations

import numpy as np
import pytest

from tests.oracles import OVARIAN, logrank
from trialwright.numerics.logrank import chi_square, logrank_sums
from trialwright.numerics.ordering import order_rows

pytestmark = [pytest.mark.independent("a plain sum of 2 by k tables; R survival 3.5-3 for the ovarian figures")]


def random_rows(seed: int, n: int = 60, arms: int = 3) -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(seed)
    time, event = rng.integers(1, 20, n).astype(float), (rng.random(n) < 0.6).astype(int)
    return time, event, rng.integers(0, arms, n), time - rng.integers(1, 8, n)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("rho", "gamma"), [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (0.5, 2.0)])
@pytest.mark.parametrize("late", [False, True])
def test_sums_equal_those_of_the_tables(seed: int, rho: float, gamma: float, late: bool) -> None:
    time, event, arm, entry = random_rows(seed)
    rows = order_rows(time, entry=entry if late else None)
    sums = logrank_sums(time, event, arm, 3, rows=rows, rho=rho, gamma=gamma)
    u, v = logrank(time, event, arm, entry=entry if late else None, rho=rho, gamma=gamma)
    np.testing.assert_allclose(sums.observed - sums.expected, u, atol=1e-11)
    np.testing.assert_allclose(sums.variance, v, atol=1e-11)


def test_sums_over_strata_are_added_before_the_statistic_is_formed() -> None:
    time, event, arm, _ = random_rows(9)
    stratum = np.random.default_rng(1).integers(0, 3, time.size)
    sums = logrank_sums(time, event, arm, 3, rows=order_rows(time, stratum=stratum, n_strata=3))
    parts = [logrank(time[stratum == s], event[stratum == s], arm[stratum == s]) for s in range(3)]
    np.testing.assert_allclose(sums.observed - sums.expected, sum(u for u, _ in parts), atol=1e-11)
    np.testing.assert_allclose(sums.variance, sum(v for _, v in parts), atol=1e-11)


def test_the_weight_is_that_of_the_stratum_not_of_all_rows() -> None:
    time, event, arm, _ = random_rows(2, arms=2)
    stratum = np.random.default_rng(5).integers(0, 2, time.size)
    rows = order_rows(time, stratum=stratum, n_strata=2)
    sums = logrank_sums(time, event, arm, 2, rows=rows, rho=1.0)
    parts = [logrank(time[stratum == s], event[stratum == s], arm[stratum == s], rho=1.0) for s in range(2)]
    np.testing.assert_allclose(sums.variance, sum(v for _, v in parts), atol=1e-11)


def test_the_weight_is_read_just_before_the_event() -> None:
    # With gamma 1 the first event has weight 0: before it nobody had one.
    sums = logrank_sums(np.array([1.0, 2.0, 2.0]), np.array([1, 0, 0]), np.array([0, 0, 1]), 2, gamma=1.0)
    assert sums.observed.tolist() == [0.0, 0.0]


def test_a_last_subject_alone_adds_no_variance() -> None:
    sums = logrank_sums(np.array([5.0]), np.array([1]), np.array([0]), 2)
    assert sums.variance.tolist() == [[0.0, 0.0], [0.0, 0.0]]
    assert np.isnan(chi_square(sums)[0])


def test_a_stratum_with_one_arm_adds_nothing() -> None:
    time, event, arm, _ = random_rows(4, arms=2)
    alone = logrank_sums(time, event, arm, 2)
    wider_time, wider_event = np.concatenate([time, [1.0, 2.0]]), np.concatenate([event, [1, 1]])
    wider_arm, stratum = np.concatenate([arm, [1, 1]]), np.concatenate([np.zeros(time.size, int), [1, 1]])
    wider = logrank_sums(
        wider_time, wider_event, wider_arm, 2, rows=order_rows(wider_time, stratum=stratum, n_strata=2)
    )
    assert wider.variance == pytest.approx(alone.variance)
    assert wider.observed - wider.expected == pytest.approx(alone.observed - alone.expected)


def test_a_group_that_expects_no_event_is_left_out() -> None:
    time, event = np.array([1.0, 5.0, 6.0, 7.0, 8.0]), np.array([0, 1, 1, 1, 0])
    statistic, df = chi_square(logrank_sums(time, event, np.array([2, 0, 1, 0, 1]), 3))
    two, one = chi_square(logrank_sums(time[1:], event[1:], np.array([0, 1, 0, 1]), 2))
    assert (df, statistic) == (one, pytest.approx(two))


def test_groups_the_strata_keep_apart_cost_a_degree_of_freedom() -> None:
    # Arms 0 and 1 meet in one stratum, 2 and 3 in the other: two comparisons, not three.
    time, event = np.tile([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 2), np.tile([1, 1, 1, 1, 0, 1], 2)
    arm, stratum = np.array([0, 1, 0, 1, 0, 1, 2, 3, 2, 2, 3, 3]), np.repeat([0, 1], 6)
    statistic, df = chi_square(logrank_sums(time, event, arm, 4, rows=order_rows(time, stratum=stratum, n_strata=2)))
    parts = [chi_square(logrank_sums(time[s], event[s], arm[s] % 2, 2))[0] for s in (stratum == 0, stratum == 1)]
    assert df == 2
    assert statistic == pytest.approx(sum(parts))


def test_ovarian_figures() -> None:
    time, event, arm = OVARIAN[:, 0], OVARIAN[:, 1].astype(int), OVARIAN[:, 2].astype(int) - 1
    sums = logrank_sums(time, event, arm, 2)
    assert sums.expected == pytest.approx([5.23353101714994, 6.76646898285006], rel=1e-12)
    assert sums.variance[0, 0] == pytest.approx(2.93619612948316, rel=1e-12)
    assert chi_square(sums)[0] == pytest.approx(1.06273986129141, rel=1e-12)
    stratum = OVARIAN[:, 3].astype(int) - 1
    stratified = logrank_sums(time, event, arm, 2, rows=order_rows(time, stratum=stratum, n_strata=2))
    assert chi_square(stratified)[0] == pytest.approx(0.767911418930592, rel=1e-12)
    weighted = logrank_sums(time, event, arm, 2, rho=1.0)
    assert chi_square(weighted)[0] == pytest.approx(1.6848546116575, rel=1e-12)
