"""Log-rank, Cox and restricted mean of many two-arm trials at once, with nothing allocated per trial.

For simulated trials, where the same three statistics are wanted thousands of times: one covariate, no strata, no late
entry, times as they are (no merging of near-equal ones). The general kernels give the same figures.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trialwright.numerics.jit import kernel

__all__ = ["TwoArmStatistics", "two_arm_statistics"]

Floats = NDArray[np.float64]

# Newton's search: most steps, squared length of the last one in standard errors, log hazard ratio called infinite.
_MAX_STEPS, _CONVERGED, _FAR = 40, 1e-16, 12.0


@dataclass(frozen=True, slots=True, eq=False)
class TwoArmStatistics:
    """Statistics of each trial, not-a-number where one is not estimable.

    Parameters
    ----------
    logrank_z : (m,) float
        (Observed − expected)/SE of arm 1: negative when it has fewer events than expected.
    log_hr, log_hr_se : (m,) float
        Log hazard ratio of arm 1 over arm 0 (ties by Efron) and its standard error.
    rmst_difference, rmst_difference_se : (m,) float
        Restricted mean of arm 1 less that of arm 0, and its standard error; not-a-number when the horizon lies after an
        arm's last observation and that is a censoring.

    Examples
    --------
    >>> found = two_arm_statistics(np.array([[1.0, 2.0, 3.0]]), np.ones((1, 3)), np.array([[0, 1, 1]]), tau=2.0)
    >>> found.rmst_difference.tolist()
    [1.0]
    """

    logrank_z: Floats
    log_hr: Floats
    log_hr_se: Floats
    rmst_difference: Floats
    rmst_difference_se: Floats


@kernel
def _tables(
    time: Floats, event: NDArray[np.int8], arm: NDArray[np.int8], order: NDArray[np.int64], table: Floats
) -> int:
    """One line an event time (time, at risk and events in arm 0, the same in arm 1) into `table`; how many lines."""
    n, lines = order.size, 0
    risk1 = 0
    for i in range(n):
        risk1 += arm[i]
    risk0 = n - risk1
    i = 0
    while i < n:
        t, j = time[order[i]], i
        d0, d1, left1 = 0, 0, 0
        while j < n and time[order[j]] == t:
            row = order[j]
            left1 += arm[row]
            if event[row] != 0:
                d1 += arm[row]
                d0 += 1 - arm[row]
            j += 1
        if d0 + d1 > 0:
            table[lines, 0] = t
            table[lines, 1] = risk0
            table[lines, 2] = d0
            table[lines, 3] = risk1
            table[lines, 4] = d1
            lines += 1
        risk1 -= left1
        risk0 -= j - i - left1
        i = j
    return lines


@kernel
def _logrank(table: Floats, lines: int) -> float:
    u, v = 0.0, 0.0
    for k in range(lines):
        n, d = table[k, 1] + table[k, 3], table[k, 2] + table[k, 4]
        share = table[k, 3] / n
        u += table[k, 4] - d * share
        if n > 1.0:
            v += d * share * (1.0 - share) * (n - d) / (n - 1.0)
    return u / np.sqrt(v) if v > 0.0 else np.nan


@kernel
def _cox(table: Floats, lines: int, max_steps: int, tolerance: float, far: float) -> tuple[float, float]:
    """Log hazard ratio and its standard error; each step needs one exponential."""
    beta = 0.0
    for _ in range(max_steps):
        theta = np.exp(beta)
        u, information = 0.0, 0.0
        for k in range(lines):
            d = table[k, 2] + table[k, 4]
            u += table[k, 4]
            for tied in range(int(d)):
                share = tied / d
                a1 = theta * (table[k, 3] - share * table[k, 4])
                p = a1 / (a1 + table[k, 1] - share * table[k, 2])
                u -= p
                information += p * (1.0 - p)
        if not information > 0.0:
            return np.nan, np.nan
        step = u / information
        beta += min(max(step, -2.0), 2.0)
        if abs(beta) > far:
            return np.nan, np.nan
        if step * step * information <= tolerance:
            return beta, 1.0 / np.sqrt(information)
    return np.nan, np.nan


@kernel
def _restricted(table: Floats, lines: int, column: int, tau: float) -> tuple[float, float]:
    """Restricted mean and its variance of the arm whose numbers at risk stand in `column`, events beside them."""
    surv, last, total = 1.0, 0.0, 0.0
    for k in range(lines):
        if table[k, 0] > tau:
            break
        if table[k, column + 1] > 0.0:
            total += surv * (table[k, 0] - last)
            last = table[k, 0]
            surv *= 1.0 - table[k, column + 1] / table[k, column]
    total += surv * (tau - last)
    surv, last, area, variance = 1.0, 0.0, 0.0, 0.0
    for k in range(lines):
        if table[k, 0] > tau:
            break
        d, n = table[k, column + 1], table[k, column]
        if d > 0.0:
            area += surv * (table[k, 0] - last)
            last = table[k, 0]
            surv *= 1.0 - d / n
            if n > d:
                to_go = total - area
                variance += to_go * to_go * d / (n * (n - d))
    return total, variance


@kernel
def _horizon_is_known(
    time: Floats, event: NDArray[np.int8], arm: NDArray[np.int8], order: NDArray[np.int64], tau: float
) -> bool:
    """Whether each arm is observed up to the horizon, or its last observations are events."""
    for a in range(2):
        last, curve_ends = -1.0, False
        for k in range(order.size - 1, -1, -1):
            row = order[k]
            if arm[row] != a:
                continue
            if last < 0.0:
                last, curve_ends = time[row], True
            if time[row] < last:
                break
            if event[row] == 0:
                curve_ends = False
        if last < 0.0 or (last < tau and not curve_ends):
            return False
    return True


@kernel
def _statistics(
    time: Floats,
    event: NDArray[np.int8],
    arm: NDArray[np.int8],
    orders: NDArray[np.int64],
    tau: float,
    search: tuple[int, float, float],
    out: Floats,
) -> None:
    m, n = time.shape
    max_steps, tolerance, far = search
    table = np.empty((n, 5))
    for k in range(m):
        order = orders[k]
        lines = _tables(time[k], event[k], arm[k], order, table)
        out[k, 0] = _logrank(table, lines)
        out[k, 1], out[k, 2] = _cox(table, lines, max_steps, tolerance, far)
        if _horizon_is_known(time[k], event[k], arm[k], order, tau):
            mean0, variance0 = _restricted(table, lines, 1, tau)
            mean1, variance1 = _restricted(table, lines, 3, tau)
            out[k, 3], out[k, 4] = mean1 - mean0, np.sqrt(variance0 + variance1)


def two_arm_statistics(
    time: Floats, event: NDArray[np.generic], arm: NDArray[np.generic], *, tau: float
) -> TwoArmStatistics:
    """Log-rank z, log hazard ratio and difference of restricted means of many two-arm trials.

    Parameters
    ----------
    time : (m, n) float
        Times, one trial a row, at least 0.
    event : (m, n) int
        1 for an event, 0 for a censoring.
    arm : (m, n) int
        0 for the reference arm, 1 for the other.
    tau : float
        Horizon of the restricted means, in the unit of time, above 0.

    Returns
    -------
    TwoArmStatistics
        One figure a trial of each kind.

    Notes
    -----
    The same definitions as the general kernels; a table of numbers at risk and events is made once a trial, and all
    three statistics are read from it.

    Examples
    --------
    >>> time, event = np.array([[1.0, 2.0, 3.0, 4.0]]), np.ones((1, 4), dtype=int)
    >>> round(float(two_arm_statistics(time, event, np.array([[0, 1, 0, 1]]), tau=3.0).log_hr[0]), 4)
    -0.9406
    """
    out = np.full((time.shape[0], 5), np.nan)
    times = np.ascontiguousarray(time, dtype=np.float64)
    search = (_MAX_STEPS, _CONVERGED, _FAR)
    events, arms = (np.ascontiguousarray(part, dtype=np.int8) for part in (event, arm))
    _statistics(times, events, arms, np.argsort(times, axis=1), float(tau), search, out)
    return TwoArmStatistics(*(np.ascontiguousarray(column) for column in out.T))
