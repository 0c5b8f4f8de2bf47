"""Order and ties of times."""

from __future__ import annotations

import numpy as np
import pytest

from trialwright.errors import NumericsError
from trialwright.numerics.ordering import merge_close_times, order_rows, time_order

pytestmark = [pytest.mark.independent("numpy's stable argsort, and ties written out by hand")]


@pytest.mark.parametrize("n", [0, 1, 2, 100, 3000])
@pytest.mark.parametrize("kind", ["continuous", "days", "heavy ties", "wide", "one value"])
def test_order_is_that_of_a_stable_sort(n: int, kind: str) -> None:
    rng = np.random.default_rng(7)
    time = {
        "continuous": rng.exponential(10, n),
        "days": np.ceil(rng.exponential(300, n)),
        "heavy ties": rng.integers(0, 3, n).astype(float),
        "wide": 10.0 ** rng.uniform(-300, 300, n),
        "one value": np.full(n, 4.5),
    }[kind]
    np.testing.assert_array_equal(time_order(time), np.argsort(time, kind="stable"))


def test_long_arrays_with_zeros_of_either_sign_and_negative_entries() -> None:
    time = np.tile([0.0, -0.0, 2.0, 1.0], 1000)
    np.testing.assert_array_equal(time_order(time), np.argsort(time, kind="stable"))
    np.testing.assert_array_equal(time_order(time - 3), np.argsort(time - 3, kind="stable"))


def test_times_equal_up_to_float_noise_become_equal() -> None:
    time, entry = merge_close_times(np.array([1.1, 0.1 + 1.0000000000000002, 2.0]), np.array([0.0, 0.0, 1.1 + 1e-12]))
    assert time[0] == time[1]
    assert entry is not None
    assert entry[2] == time[0]


def test_an_entry_that_meets_its_exit_only_by_noise_is_refused() -> None:
    with pytest.raises(NumericsError, match="1 subjects enter and leave"):
        order_rows(np.array([3 * 1.1, 9.0]), entry=np.array([3.3, 0.0]))


def test_whole_days_are_left_alone() -> None:
    time = np.arange(5000.0)
    assert merge_close_times(time)[0] is time


def test_the_unit_of_time_does_not_change_what_is_merged() -> None:
    time = np.array([1.0, 1.0 + 1e-7, 2.0, 2.0 + 1e-9])
    for factor in (1e-9, 1.0, 1e9):
        merged, _ = merge_close_times(time * factor)
        assert len(set(merged.tolist())) == 3


def test_rows_are_ordered_by_stratum_then_time_then_entry() -> None:
    rng = np.random.default_rng(3)
    time, stratum = rng.integers(1, 9, 60).astype(float), rng.integers(0, 4, 60)
    entry = time - rng.integers(1, 5, 60)
    rows = order_rows(time, entry=entry, stratum=stratum, n_strata=4)
    np.testing.assert_array_equal(rows.order, np.lexsort((np.arange(60), time, stratum)))
    np.testing.assert_array_equal(rows.time, time[rows.order])
    np.testing.assert_array_equal(np.diff(rows.starts), np.bincount(stratum, minlength=4))
    in_order = rows.entry_order
    np.testing.assert_array_equal(np.lexsort((rows.entry, stratum[rows.order])).tolist(), in_order.tolist())
