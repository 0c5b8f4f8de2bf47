"""Order of times: which rows come first, and which times are the same but for floating-point noise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trialwright.errors import NumericsError
from trialwright.numerics.constants import TIE_TOLERANCE
from trialwright.numerics.jit import kernel

__all__ = ["OrderedRows", "Rows", "merge_close_times", "order_rows", "time_order"]

# Time, starts, entry and entry order of `OrderedRows`: the form compiled functions take.
Rows = tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]

# Below this many rows numpy's own sort is as fast.
_MIN_ROWS_FOR_RADIX = 2048


@kernel
def _radix_order(bits: NDArray[np.int64]) -> NDArray[np.int32]:
    """Stable order of non-negative 64-bit integers, eight bits at a time."""
    n = bits.size
    key, other_key = bits.copy(), np.empty_like(bits)
    row, other_row = np.arange(n).astype(np.int32), np.empty(n, np.int32)
    count = np.zeros((8, 256), np.int64)
    for i in range(n):
        for digit in range(8):
            count[digit, (key[i] >> (8 * digit)) & 255] += 1
    for digit in range(8):
        place = count[digit]
        if place[(bits[0] >> (8 * digit)) & 255] == n:
            continue
        total = 0
        for b in range(256):
            here = place[b]
            place[b] = total
            total += here
        for i in range(n):
            b = (key[i] >> (8 * digit)) & 255
            j = place[b]
            place[b] = j + 1
            other_key[j] = key[i]
            other_row[j] = row[i]
        key, other_key = other_key, key
        row, other_row = other_row, row
    return row


@kernel
def _merge_ordered(ordered: NDArray[np.float64], tolerance: float) -> NDArray[np.float64]:
    """Each time of an ascending array, or the first time of the chain of near-equal times it belongs to."""
    n, gap, total, count = ordered.size, np.inf, 0.0, 0
    for i in range(n):
        if i == 0 or ordered[i] != ordered[i - 1]:
            total += abs(ordered[i])
            count += 1
            if i > 0 and ordered[i] - ordered[i - 1] < gap:
                gap = ordered[i] - ordered[i - 1]
    limit = tolerance * total / max(count, 1)
    if not gap <= limit:
        return ordered
    merged = ordered.copy()
    for i in range(1, n):
        if ordered[i] - ordered[i - 1] <= limit:
            merged[i] = merged[i - 1]
    return merged


def time_order(time: NDArray[np.float64]) -> NDArray[np.integer]:
    """Row numbers from the earliest time to the latest; equal times keep their order.

    Parameters
    ----------
    time : (n,) float
        Finite times in any one unit.

    Returns
    -------
    (n,) int
        Row numbers.

    Notes
    -----
    The bit patterns of non-negative doubles sort as the doubles do, so long arrays are sorted digit by digit.

    Examples
    --------
    >>> time_order(np.array([3.0, 1.0, 2.0, 1.0])).tolist()
    [1, 3, 2, 0]
    """
    if time.size < _MIN_ROWS_FOR_RADIX or float(time.min()) < 0:
        return np.argsort(time, kind="stable")
    # Adding zero turns -0.0, whose bit pattern is negative, into 0.0.
    return _radix_order((time + 0.0).view(np.int64))


def merge_close_times(
    time: NDArray[np.float64], entry: NDArray[np.float64] | None = None
) -> tuple[NDArray[np.float64], NDArray[np.float64] | None]:
    """The same times, where those that differ by floating-point noise alone have become equal.

    Parameters
    ----------
    time : (n,) float
        Finite exit times.
    entry : (n,) float, optional
        Finite entry times, merged together with the exit times.

    Returns
    -------
    tuple
        Exit times and entry times (None when none were given).

    Raises
    ------
    NumericsError
        When an entry time and its exit time become equal.

    Notes
    -----
    The distinct times are walked upwards; one that lies within √ε of the one before it, relative to the mean of the
    distinct absolute times, takes the value of the first time of its chain. R's ``timefix`` also applies √ε as an
    absolute limit, which would make the answer depend on the unit of time; this does not.

    Examples
    --------
    >>> merge_close_times(np.array([0.1 + 0.2, 0.3, 1.0]))[0].tolist()
    [0.3, 0.3, 1.0]
    """
    both = time if entry is None else np.concatenate([time, entry])
    order = time_order(both)
    ordered = both[order]
    merged = _merge_ordered(ordered, TIE_TOLERANCE.value)
    if merged is ordered or np.array_equal(merged, ordered):
        return time, entry
    placed = np.empty_like(both)
    placed[order] = merged
    if entry is None:
        return placed, None
    if np.any(placed[time.size :] >= placed[: time.size]):
        rows = np.flatnonzero(placed[time.size :] >= placed[: time.size])
        raise NumericsError(
            f"{rows.size} subjects enter and leave at times that differ by floating-point noise alone",
            why="such a subject is never under observation",
            mend="correct the times or leave the subject out",
        )
    return placed[: time.size], placed[time.size :]


@dataclass(frozen=True, slots=True, eq=False)
class OrderedRows:
    """Rows sorted by stratum and, within a stratum, by time; the form every kernel takes.

    Parameters
    ----------
    order : (n,) int
        Original row number of each sorted row.
    time : (n,) float
        Sorted exit times, near-equal times merged.
    starts : (n_strata + 1,) int
        First sorted row of each stratum, and one past the last.
    entry : (n,) float
        Entry time of each sorted row; empty when everybody is under observation from the start.
    entry_order : (n,) int
        Sorted row numbers by stratum and entry time; empty without entry times.

    Examples
    --------
    >>> rows = order_rows(np.array([3.0, 1.0, 2.0]), stratum=np.array([0, 1, 0]), n_strata=2)
    >>> rows.order.tolist(), rows.starts.tolist()
    ([2, 0, 1], [0, 2, 3])
    """

    order: NDArray[np.integer]
    time: NDArray[np.float64]
    starts: NDArray[np.int64]
    entry: NDArray[np.float64]
    entry_order: NDArray[np.int64]

    @property
    def arrays(self) -> Rows:
        """Time, starts, entry and entry order, for compiled functions."""
        return self.time, self.starts, self.entry, self.entry_order


def order_rows(
    time: NDArray[np.float64],
    *,
    entry: NDArray[np.float64] | None = None,
    stratum: NDArray[np.int64] | None = None,
    n_strata: int = 1,
) -> OrderedRows:
    """Rows sorted by stratum and time, near-equal times merged over all strata.

    Parameters
    ----------
    time : (n,) float
        Finite exit times.
    entry : (n,) float, optional
        Finite entry times, each before its exit time.
    stratum : (n,) int, optional
        Stratum codes from 0 to ``n_strata - 1``.
    n_strata : int, optional
        How many strata there are.

    Returns
    -------
    OrderedRows
        Sorted rows.

    Examples
    --------
    >>> order_rows(np.array([2.0, 1.0]), entry=np.array([0.5, 0.0])).entry.tolist()
    [0.0, 0.5]
    """
    none_f, none_i = np.empty(0), np.empty(0, dtype=np.int64)
    if entry is None:
        order = time_order(time)
        sorted_time = _merge_ordered(time[order], TIE_TOLERANCE.value) if time.size else time
    else:
        time, entry = merge_close_times(time, entry)
        order = time_order(time)
        sorted_time = time[order]
    starts = np.array([0, time.size], dtype=np.int64)
    sorted_stratum = None
    if stratum is not None and n_strata > 1:
        codes = stratum[order].astype(np.uint16) if n_strata <= np.iinfo(np.uint16).max else stratum[order]
        by_stratum = np.argsort(codes, kind="stable")
        order, sorted_time, sorted_stratum = order[by_stratum], sorted_time[by_stratum], codes[by_stratum]
        starts = np.concatenate([[0], np.cumsum(np.bincount(codes, minlength=n_strata))]).astype(np.int64)
    if entry is None:
        return OrderedRows(order, sorted_time, starts, none_f, none_i)
    sorted_entry = entry[order]
    entry_order = np.argsort(sorted_entry, kind="stable")
    if sorted_stratum is not None:
        entry_order = entry_order[np.argsort(sorted_stratum[entry_order], kind="stable")]
    return OrderedRows(order, sorted_time, starts, sorted_entry, entry_order.astype(np.int64, copy=False))
