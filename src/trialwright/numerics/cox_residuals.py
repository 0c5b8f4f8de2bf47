"""Score residuals of Cox's model, from which robust and cluster variances are formed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from trialwright.numerics.cox import CoxData, CoxFit, Ties
from trialwright.numerics.jit import kernel
from trialwright.numerics.ordering import Rows

__all__ = ["robust_covariance", "sandwich", "score_residuals"]

Floats = NDArray[np.float64]


@kernel
def _at_event_times(
    rows: Rows, event: NDArray[np.int8], x: Floats, risk: Floats, efron: bool
) -> tuple[Floats, Floats, Floats]:
    """What each event time takes off the rows at risk, and the part of each row that its own event adds.

    The first array holds the sum of 1/S0 over the tied events at the first row of each event time, the second that of
    S1/S0²; the third is in the order of the rows.
    """
    time, starts, entry, entry_order = rows
    n, p = x.shape
    hazard_at, mean_at, own = np.zeros(n), np.zeros((n, p)), np.zeros((n, p))
    s1, d1, event_mean, own_mean = np.zeros(p), np.zeros(p), np.zeros(p), np.zeros(p)
    for s in range(starts.size - 1):
        first, i, s0, most = starts[s], starts[s + 1] - 1, 0.0, 0.0
        leaver = i
        s1[:] = 0.0
        while i >= first:
            t, last, d, d0 = time[i], i, 0, 0.0
            d1[:] = 0.0
            while i >= first and time[i] == t:
                s0 += risk[i]
                s1 += risk[i] * x[i]
                if event[i] != 0:
                    d += 1
                    d0 += risk[i]
                    d1 += risk[i] * x[i]
                i -= 1
            while entry.size > 0 and leaver >= first and entry[entry_order[leaver]] >= t:
                s0 -= risk[entry_order[leaver]]
                s1 -= risk[entry_order[leaver]] * x[entry_order[leaver]]
                leaver -= 1
            most = max(most, s0)
            if entry.size > 0 and s0 < 1e-6 * most:
                # Nearly all of the sum has left it, and what is left is mostly rounding.
                s0 = most = _sum_anew(s1, x, risk, np.flatnonzero(entry[i + 1 : starts[s + 1]] < t) + i + 1)
            if d == 0:
                continue
            own_hazard = 0.0
            event_mean[:] = 0.0
            own_mean[:] = 0.0
            for tied in range(d):
                share = tied / d if efron else 0.0
                total = s0 - share * d0
                hazard_at[i + 1] += 1.0 / total
                own_hazard += share / total
                for a in range(p):
                    mean = (s1[a] - share * d1[a]) / total
                    event_mean[a] += mean / d
                    mean_at[i + 1, a] += mean / total
                    own_mean[a] += share * mean / total
            for k in range(i + 1, last + 1):
                if event[k] != 0:
                    # Tied rows carry the risk set only in part, so part of what it takes off is given back.
                    own[k] = x[k] - event_mean + risk[k] * (x[k] * own_hazard - own_mean)
    return hazard_at, mean_at, own


@kernel
def _sum_anew(s1: Floats, x: Floats, risk: Floats, rows: NDArray[np.intp]) -> float:
    """Sums over the rows at risk, from nothing."""
    s0 = 0.0
    s1[:] = 0.0
    for j in rows:
        s0 += risk[j]
        s1 += risk[j] * x[j]
    return s0


@kernel
def _take_off(rows: Rows, x: Floats, risk: Floats, hazard_at: Floats, mean_at: Floats, out: Floats) -> None:
    """Take from each row what the risk sets between its entry and its exit take off, from first to last."""
    time, starts, entry, entry_order = rows
    cumulative = np.zeros(x.shape[1])
    for s in range(starts.size - 1):
        i, stop, entered, hazard = starts[s], starts[s + 1], starts[s], 0.0
        cumulative[:] = 0.0
        while i < stop:
            j = i
            while entry.size > 0 and entered < stop and entry[entry_order[entered]] < time[i]:
                e = entry_order[entered]
                out[e] += risk[e] * (x[e] * hazard - cumulative)
                entered += 1
            hazard += hazard_at[i]
            cumulative += mean_at[i]
            while j < stop and time[j] == time[i]:
                out[j] -= risk[j] * (x[j] * hazard - cumulative)
                j += 1
            i = j


def score_residuals(data: CoxData, fit: CoxFit, *, ties: Ties = "efron") -> Floats:
    """Score residuals of each row, in the order of the rows as given.

    Parameters
    ----------
    data : CoxData
        Sorted rows.
    fit : CoxFit
        The fit of the same rows.
    ties : {"efron", "breslow"}, optional
        As in the fit.

    Returns
    -------
    (n, p) float
        Residuals for the covariates in their own units; they sum to zero over the rows.

    Examples
    --------
    >>> from trialwright.numerics.cox import cox_data, fit_cox
    >>> data = cox_data(np.array([1.0, 2.0, 3.0]), np.array([1, 1, 1]), np.array([[0.0], [1.0], [0.0]]))
    >>> bool(abs(score_residuals(data, fit_cox(data)).sum()) < 1e-9)
    True
    """
    beta = np.nan_to_num(fit.coef) * data.scale
    r = data.rows
    risk = np.exp(data.x @ beta)
    hazard_at, mean_at, residuals = _at_event_times(r.arrays, data.event, data.x, risk, ties == "efron")
    _take_off(r.arrays, data.x, risk, hazard_at, mean_at, residuals)
    out = np.empty_like(residuals)
    out[r.order] = residuals * data.scale
    return out


def robust_covariance(
    data: CoxData, fit: CoxFit, *, cluster: NDArray[np.int64] | None = None, ties: Ties = "efron"
) -> Floats:
    """Sandwich covariance of the coefficients, rows of one cluster taken together.

    Parameters
    ----------
    data : CoxData
        Sorted rows.
    fit : CoxFit
        The fit of the same rows.
    cluster : (n,) int, optional
        Cluster codes from 0 upwards, rows in the order as given; each row is its own cluster if not given.
    ties : {"efron", "breslow"}, optional
        As in the fit.

    Returns
    -------
    (p, p) float
        Covariance D'D, D the change of the coefficients when a cluster is left out, to first order. No factor for
        small samples is applied.

    References
    ----------
    Lin DY, Wei LJ. J Am Stat Assoc 1989;84:1074 (doi unverified).

    Examples
    --------
    >>> from trialwright.numerics.cox import cox_data, fit_cox
    >>> data = cox_data(np.array([1.0, 2.0, 3.0]), np.array([1, 1, 1]), np.array([[0.0], [1.0], [0.0]]))
    >>> robust_covariance(data, fit_cox(data)).shape
    (1, 1)
    """
    return sandwich(fit, score_residuals(data, fit, ties=ties), cluster=cluster)


def sandwich(fit: CoxFit, residuals: Floats, *, cluster: NDArray[np.int64] | None = None) -> Floats:
    """Robust covariance of the coefficients from what each row adds to the score.

    Parameters
    ----------
    fit : CoxFit
        The fit.
    residuals : (n, p) float
        What each row adds.
    cluster : (n,) int, optional
        Cluster codes from 0 upwards; rows of one cluster are taken together.

    Returns
    -------
    (p, p) float
        Covariance D'D, D the change of the coefficients when a row or cluster is left out, to first order. No factor
        for small samples is applied.

    Examples
    --------
    >>> from trialwright.numerics.cox import cox_data, fit_cox
    >>> data = cox_data(np.array([1.0, 2.0, 3.0]), np.array([1, 1, 1]), np.array([[0.0], [1.0], [0.0]]))
    >>> fit = fit_cox(data)
    >>> sandwich(fit, score_residuals(data, fit)).shape
    (1, 1)
    """
    kept = np.flatnonzero(~fit.aliased)
    out = np.full_like(fit.covariance, np.nan)
    change = residuals[:, kept] @ fit.covariance[np.ix_(kept, kept)]
    if cluster is not None:
        change = np.column_stack([np.bincount(cluster, weights=change[:, a]) for a in range(kept.size)])
    out[np.ix_(kept, kept)] = change.T @ change
    return out
