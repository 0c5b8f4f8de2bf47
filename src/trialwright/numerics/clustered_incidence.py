"""Cumulative incidence of one cause where rows belong together: what each row moves, and the variance by cluster."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from trialwright.numerics.competing import cumulative_incidence_curve

__all__ = ["clustered_variance", "incidence_influence"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def incidence_influence(time: Floats, cause: Ints, n_causes: int, at: Floats) -> Floats:
    """How far each row moves the cumulative incidence of the first cause.

    Parameters
    ----------
    time : (n,) float
        Exit times, in any order, at least 0.
    cause : (n,) int
        Cause of the event, 1 to `n_causes`; 0 for a censoring.
    n_causes : int
        How many causes there are.
    at : (k,) float
        Times at which the incidence is read.

    Returns
    -------
    (k, n) float
        Derivative of the incidence by the weight of each row, at weights of 1.

    Notes
    -----
    With Y(u) rows at risk, d(u) events of any cause and d1(u) of the first, h = d/Y, h1 = d1/Y, the incidence is
    F(t) = sum of S(u−)·h1(u) over u up to t. A row of weight w with time T and event e moves it by

    S(T−)/Y(T)·[e = 1, T ≤ t] − Σ S(u−)·h1(u)/Y(u) − (F(t) − F(T))/(Y(T) − d(T))·[e > 0, T ≤ t]
    + Σ h(u)·(F(t) − F(u))/(Y(u) − d(u)),

    both sums over event times u up to the smaller of t and T. Where everybody at risk has an event the last two terms
    are 0, because the curve ends there.

    References
    ----------
    Infinitesimal jackknife of the product-limit and Aalen–Johansen estimators; derived here, checked against
    numerical derivatives of the weighted estimator.

    Examples
    --------
    >>> found = incidence_influence(np.array([1.0, 2.0]), np.array([1, 0]), 1, np.array([1.5]))
    >>> found.tolist()
    [[0.25, -0.25]]
    """
    curve = cumulative_incidence_curve(time, cause, n_causes)
    n, own = curve.n_risk.astype(np.float64), curve.n_event[0].astype(np.float64)
    every = curve.n_event.sum(axis=0).astype(np.float64)
    before = np.concatenate([[1.0], curve.surv[:-1]])
    left = np.divide(1.0, n - every, out=np.zeros_like(n), where=n > every)
    incidence = curve.incidence[0]
    direct = np.cumsum(before * own / n**2)
    later = np.cumsum(every / n * left)
    weighted = np.cumsum(every / n * left * incidence)
    place = np.searchsorted(curve.time, time)
    found = np.zeros((at.size, time.size))
    for number, last in enumerate(np.searchsorted(curve.time, at, side="right") - 1):
        if last < 0:
            continue
        end = np.minimum(place, last)
        had = place <= last
        gained = np.where(had & (cause == 1), (before / n)[place], 0.0) - direct[end]
        lost = np.where(had & (cause > 0), left[place] * (incidence[last] - incidence[place]), 0.0)
        found[number] = gained - lost + incidence[last] * later[end] - weighted[end]
    return found


def clustered_variance(influence: Floats, cluster: Ints) -> Floats:
    """Variance of an estimate whose rows belong together in clusters.

    Parameters
    ----------
    influence : (k, n) float
        What each row moves the estimate by.
    cluster : (n,) int
        Cluster of each row, numbered from 0.

    Returns
    -------
    (k,) float
        Sum over the clusters of the squared sum of what their rows move; no factor for few clusters.

    Examples
    --------
    >>> clustered_variance(np.array([[0.25, -0.25]]), np.array([0, 1])).tolist()
    [0.125]
    >>> clustered_variance(np.array([[0.25, -0.25]]), np.array([0, 0])).tolist()
    [0.0]
    """
    sums = [np.bincount(cluster, weights=row) for row in influence]
    return np.array([float(np.square(each).sum()) for each in sums])
