"""Log-rank tests: weighted observed and expected events by group, and their hypergeometric covariance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trialwright.numerics.jit import kernel
from trialwright.numerics.ordering import OrderedRows, Rows, order_rows

__all__ = ["LogrankSums", "chi_square", "logrank_sums"]

Floats = NDArray[np.float64]

# An eigenvalue this small beside the largest is a direction without information, not a small variance.
_RANK_TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class LogrankSums:
    """Sums over strata from which every log-rank statistic is formed.

    Parameters
    ----------
    observed, expected : (k,) float
        Weighted observed and expected events of each group.
    variance : (k, k) float
        Covariance of ``observed - expected``.

    Examples
    --------
    >>> sums = logrank_sums(np.array([1.0, 2.0]), np.array([1, 1]), np.array([0, 1]), 2)
    >>> sums.expected.tolist()
    [0.5, 1.5]
    """

    observed: Floats
    expected: Floats
    variance: Floats


@kernel
def _sums(
    rows: Rows,
    event: NDArray[np.int8],
    group: NDArray[np.int16],
    n_groups: int,
    rho: float,
    gamma: float,
) -> tuple[Floats, Floats, Floats]:
    time, starts, entry, entry_order = rows
    observed, expected = np.zeros(n_groups), np.zeros(n_groups)
    variance = np.zeros((n_groups, n_groups))
    weighted = rho != 0.0 or gamma != 0.0
    at_risk, died, left = np.zeros(n_groups), np.zeros(n_groups), np.zeros(n_groups)
    for s in range(starts.size - 1):
        first, stop = starts[s], starts[s + 1]
        at_risk[:] = 0.0
        if entry.size == 0:
            for i in range(first, stop):
                at_risk[group[i]] += 1.0
        i, entered, surv = first, first, 1.0
        while i < stop:
            t, d, j = time[i], 0.0, i
            while entry.size > 0 and entered < stop and entry[entry_order[entered]] < t:
                at_risk[group[entry_order[entered]]] += 1.0
                entered += 1
            died[:] = 0.0
            left[:] = 0.0
            while j < stop and time[j] == t:
                left[group[j]] += 1.0
                if event[j] != 0:
                    died[group[j]] += 1.0
                    d += 1.0
                j += 1
            if d > 0.0:
                n = 0.0
                for a in range(n_groups):
                    n += at_risk[a]
                w = surv**rho * (1.0 - surv) ** gamma if weighted else 1.0
                factor = w * w * d * (n - d) / (n - 1.0) if n > 1.0 else 0.0
                for a in range(n_groups):
                    share = at_risk[a] / n
                    observed[a] += w * died[a]
                    expected[a] += w * d * share
                    variance[a, a] += factor * share
                    for b in range(n_groups):
                        variance[a, b] -= factor * share * at_risk[b] / n
                surv *= (n - d) / n
            for a in range(n_groups):
                at_risk[a] -= left[a]
            i = j
    return observed, expected, variance


def logrank_sums(
    time: Floats,
    event: NDArray[np.integer],
    group: NDArray[np.integer],
    n_groups: int,
    *,
    rows: OrderedRows | None = None,
    rho: float = 0.0,
    gamma: float = 0.0,
) -> LogrankSums:
    """Weighted observed and expected events of each group, with their covariance, summed over strata.

    Parameters
    ----------
    time : (n,) float
        Exit times in any order.
    event : (n,) int
        1 for an event, 0 for a censoring.
    group : (n,) int
        Group codes from 0 to ``n_groups - 1``.
    n_groups : int
        How many groups there are.
    rows : OrderedRows, optional
        Order of the rows with their strata and entry times; one stratum without entry times if not given.
    rho, gamma : float, optional
        Fleming–Harrington weight S(t−)^rho · (1 − S(t−))^gamma, S the left-continuous curve of all groups of the
        stratum together.

    Returns
    -------
    LogrankSums
        Observed, expected, covariance.

    Notes
    -----
    At an event time with d events among n at risk, group a expects d·n_a/n, and the covariance of groups a and b grows
    by d(n − d)/(n − 1) · n_a/n · (δ_ab − n_b/n), or by nothing when n is 1. A stratum with one group adds nothing to
    ``observed - expected`` or to the covariance.

    References
    ----------
    Fleming TR, Harrington DP. Counting Processes and Survival Analysis. Wiley 1991 (unverified).

    Examples
    --------
    >>> sums = logrank_sums(np.array([1.0, 2.0, 3.0]), np.array([1, 1, 0]), np.array([0, 1, 1]), 2)
    >>> round(float(sums.variance[0, 0]), 6)
    0.222222
    """
    rows = order_rows(np.ascontiguousarray(time, dtype=np.float64)) if rows is None else rows
    return LogrankSums(
        *_sums(
            rows.arrays,
            event.astype(np.int8, copy=False)[rows.order],
            group.astype(np.int16, copy=False)[rows.order],
            n_groups,
            float(rho),
            float(gamma),
        )
    )


def chi_square(sums: LogrankSums) -> tuple[float, int]:
    """Chi-square statistic of ``observed - expected`` and its degrees of freedom.

    Parameters
    ----------
    sums : LogrankSums
        Observed, expected, covariance.

    Returns
    -------
    tuple of float and int
        Statistic and degrees of freedom; not a number and 0 when the covariance is zero.

    Notes
    -----
    Groups that expect no events are left out. The degrees of freedom are the rank of the covariance of the others,
    which is their number less one unless the strata keep some of them apart.

    Examples
    --------
    >>> sums = logrank_sums(np.array([1.0, 2.0, 3.0]), np.array([1, 1, 0]), np.array([0, 1, 1]), 2)
    >>> statistic, df = chi_square(sums)
    >>> round(statistic, 9), df
    (2.0, 1)
    """
    at_stake = np.flatnonzero(sums.expected > 0)
    difference = (sums.observed - sums.expected)[at_stake]
    covariance = sums.variance[np.ix_(at_stake, at_stake)]
    if at_stake.size < 2 or not np.any(np.diag(covariance) > 0):
        return float("nan"), 0
    if at_stake.size == 2:
        return float(difference[0] ** 2 / covariance[0, 0]), 1
    values, vectors = np.linalg.eigh(covariance)
    kept = values > _RANK_TOLERANCE * values[-1]
    projected = vectors.T[kept] @ difference
    return float(np.sum(projected**2 / values[kept])), int(kept.sum())
