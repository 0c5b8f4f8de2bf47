"""Gray's test: scores of groups that compare their cumulative incidences of one cause, and the covariance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trialwright.numerics.logrank import LogrankSums
from trialwright.numerics.ordering import OrderedRows

__all__ = ["gray_sums"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class _Tables:
    """Counts of one stratum by group and distinct time."""

    n: Floats
    own: Floats
    other: Floats


def _tables(rows: OrderedRows, stratum: int, cause: Floats, group: NDArray[np.integer], n_groups: int) -> _Tables:
    inside = slice(int(rows.starts[stratum]), int(rows.starts[stratum + 1]))
    time, codes, groups = rows.time[inside], cause[inside], group[inside]
    place = np.cumsum(np.diff(time, prepend=-np.inf) > 0) - 1
    n_times = int(place[-1]) + 1
    cell = groups.astype(np.int64) * n_times + place

    def counted(chosen: NDArray[np.bool_]) -> Floats:
        found = np.bincount(cell[chosen], minlength=n_groups * n_times)
        return found.reshape(n_groups, n_times).astype(np.float64)

    leaving = counted(np.ones(time.size, dtype=np.bool_))
    at_risk = np.cumsum(leaving[:, ::-1], axis=1)[:, ::-1]
    return _Tables(at_risk, counted(codes == 1), counted(codes > 1))


def _ratio(above: Floats, below: Floats) -> Floats:
    """Quotient, 0 where the divisor is 0."""
    return np.divide(above, below, out=np.zeros_like(above), where=below > 0)


def _tie_factor(events: Floats, at_risk: Floats) -> Floats:
    """What tied events leave of the variance of as many single ones."""
    tied = np.broadcast_to(events > 1, at_risk.shape)
    return np.where(tied, 1.0 - _ratio(np.broadcast_to(events - 1.0, at_risk.shape), at_risk - 1.0), 1.0)


def _before(values: Floats, first: float) -> Floats:
    """Values just before each time, `first` before the first one."""
    return np.concatenate([np.full((*values.shape[:-1], 1), first), values[..., :-1]], axis=-1)


def _of_stratum(tables: _Tables) -> tuple[Floats, Floats, Floats]:
    """Observed and expected events of each group, and the covariance of their difference."""
    n, own, other = tables.n, tables.own, tables.other
    surv = np.cumprod(1.0 - _ratio(own + other, n), axis=1, dtype=np.float64)
    surv_before = _before(surv, 1.0)
    incidence_before = _before(np.cumsum(surv_before * _ratio(own, n), axis=1, dtype=np.float64), 0.0)
    # Subjects at risk as if nobody were ever censored, first those free of all causes, then those free of this one.
    free = _ratio(n, surv_before)
    risk = free * (1.0 - incidence_before)
    events = own.sum(axis=0)
    expected = (_ratio(risk, np.broadcast_to(risk.sum(axis=0), risk.shape)) * events).sum(axis=1)
    common = _ratio(events, free.sum(axis=0))
    common_left = 1.0 - np.cumsum(common)
    share = _ratio(free, np.broadcast_to(free.sum(axis=0), free.shape))
    n_groups = n.shape[0]
    variance = np.zeros((n_groups, n_groups))
    for r in range(n_groups):
        at_stake = free[r] * (np.eye(n_groups)[r][:, None] - share)
        hazard = at_stake * _ratio(common, _before(common_left, 1.0))
        ahead = np.cumsum(hazard[:, ::-1], axis=1)[:, ::-1] - hazard
        ratio = np.where(n[r] > 0, _ratio(common_left, surv[r]), 0.0)
        by_own = np.where(n[r] > 0, at_stake + ahead * (1.0 - ratio), 0.0)
        by_other = ahead * ratio
        pooled = free.sum(axis=0) * surv_before[r]
        of_own = _tie_factor(events, pooled) * _ratio(common, free[r])
        of_other = _tie_factor(other[r], n[r]) * _ratio(surv_before[r] * _ratio(other[r], n[r]), free[r])
        variance += (by_own * of_own) @ by_own.T + (by_other * of_other) @ by_other.T
    return own.sum(axis=1), expected, variance


def gray_sums(
    cause: NDArray[np.integer], group: NDArray[np.integer], n_groups: int, *, rows: OrderedRows
) -> LogrankSums:
    """Observed and expected events of one cause in each group, with their covariance, summed over strata.

    Parameters
    ----------
    cause : (n,) int
        1 for an event of the cause tested, 2 or more for a competing one, 0 for a censoring.
    group : (n,) int
        Group codes from 0 to ``n_groups - 1``.
    n_groups : int
        How many groups there are.
    rows : OrderedRows
        Order of the rows with their strata; everybody under observation from the start.

    Returns
    -------
    LogrankSums
        Observed, expected, covariance; the statistic is that of `trialwright.numerics.logrank.chi_square`.

    Notes
    -----
    The score of group k is the sum over event times of d_k − d·R_k/R, where R_k = Y_k(1 − F_k(t−))/S_k(t−) counts
    those at risk as if the subjects with a competing event were, and were not censored. The covariance is that of the
    linear expansion of the incidences under the hypothesis that they are the same, with their common estimate in place
    of each: the increments of the common incidence are d/ΣY_k/S_k(t−). Tied events leave 1 − (d − 1)/(n − 1) of the
    variance, n the subjects free of all causes; the choice of n reproduces R cmprsk.

    References
    ----------
    Gray RJ. Ann Stat 1988;16:1141, doi:10.1214/aos/1176350951 (DOI unverified).

    Examples
    --------
    >>> from trialwright.numerics.ordering import order_rows
    >>> rows = order_rows(np.array([1.0, 2.0, 3.0, 4.0]))
    >>> sums = gray_sums(np.array([1, 2, 1, 0]), np.array([0, 0, 1, 1]), 2, rows=rows)
    >>> sums.expected.tolist()
    [0.5, 1.5]
    """
    codes, groups = cause[rows.order].astype(np.float64), group[rows.order]
    observed, expected = np.zeros(n_groups), np.zeros(n_groups)
    variance = np.zeros((n_groups, n_groups))
    for stratum in range(rows.starts.size - 1):
        if rows.starts[stratum] == rows.starts[stratum + 1]:
            continue
        parts = _of_stratum(_tables(rows, stratum, codes, groups, n_groups))
        observed, expected, variance = observed + parts[0], expected + parts[1], variance + parts[2]
    return LogrankSums(observed, expected, variance)
