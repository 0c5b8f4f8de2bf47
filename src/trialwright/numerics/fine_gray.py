"""Proportional hazards of the subdistribution of one cause (Fine and Gray), and Breslow's model with case weights."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trialwright.numerics.cox import CoxData, CoxFit, cox_data, fit_proportional_hazards
from trialwright.numerics.ordering import order_rows

__all__ = ["FineGrayData", "fine_gray_data", "fit_fine_gray", "subdistribution_likelihood", "weighted_influence"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class FineGrayData:
    """Rows in order of time with what keeps subjects who had a competing event in the risk sets.

    Parameters
    ----------
    cox : CoxData
        Sorted rows; its event is the cause modelled.
    competing : (n,) bool
        Rows that end with a competing event, sorted.
    weight : (n,) float
        How often each sorted row counts.
    place : (n,) int
        Number of each sorted row's time among the distinct times.
    observed : (m,) float
        Probability of being still under observation just before each distinct time.
    """

    cox: CoxData
    competing: NDArray[np.bool_]
    weight: Floats
    place: NDArray[np.int64]
    observed: Floats


def fine_gray_data(
    time: Floats, cause: NDArray[np.integer], covariates: Floats, *, weight: Floats | None = None
) -> FineGrayData:
    """Rows and covariates in the form the likelihood of the subdistribution takes them.

    Parameters
    ----------
    time : (n,) float
        Exit times in any order.
    cause : (n,) int
        1 for an event of the cause modelled, 2 or more for a competing one, 0 for a censoring.
    covariates : (n, p) float
        Covariates, without missing values.
    weight : (n,) float, optional
        How often each row counts; for rows without competing events only.

    Returns
    -------
    FineGrayData
        Sorted rows.

    Notes
    -----
    The probability of being under observation is the Kaplan–Meier estimate of the time to censoring, a subject with an
    event at t counted as at risk of a censoring at t.

    Examples
    --------
    >>> data = fine_gray_data(np.array([1.0, 2.0, 3.0]), np.array([0, 2, 1]), np.array([[0.0], [1.0], [0.0]]))
    >>> data.observed.round(3).tolist()
    [1.0, 0.667, 0.667]
    """
    rows = order_rows(np.ascontiguousarray(time, dtype=np.float64))
    data = cox_data(time, (cause == 1).astype(np.int8), covariates, rows=rows)
    codes = cause[rows.order]
    place = np.cumsum(np.diff(rows.time, prepend=-np.inf) > 0) - 1
    leaving = np.bincount(place)
    at_risk = np.cumsum(leaving[::-1])[::-1]
    censored = np.bincount(place[codes == 0], minlength=leaving.size)
    staying = np.cumprod(1.0 - censored / at_risk)
    counts = np.ones(place.size) if weight is None else weight[rows.order].astype(np.float64)
    return FineGrayData(data, codes > 1, counts, place, np.concatenate([[1.0], staying[:-1]]))


def _risk_sums(data: FineGrayData, values: Floats) -> Floats:
    """Sum of (n, k) values over the risk set of each distinct time, later censorings weighted out of the past events.

    A subject with a competing event at X stays at risk at t > X with weight G(t−)/G(X−).
    """
    m = data.observed.size
    out = np.empty((m, values.shape[1]))
    past = data.competing
    for a in range(values.shape[1]):
        here = np.bincount(data.place, weights=values[:, a], minlength=m)
        out[:, a] = np.cumsum(here[::-1])[::-1]
        if past.any():
            gone = np.bincount(data.place[past], weights=values[past, a] / data.observed[data.place[past]], minlength=m)
            out[:, a] += data.observed * (np.cumsum(gone) - gone)
    return out


def _moments(data: FineGrayData, risk: Floats) -> tuple[Floats, Floats, Floats]:
    """S0, S1 and the lower half of S2 at each distinct time."""
    x = data.cox.x
    p = x.shape[1]
    rows, columns = np.tril_indices(p)
    stacked = np.concatenate([np.ones((x.shape[0], 1)), x, x[:, rows] * x[:, columns]], axis=1)
    sums = _risk_sums(data, stacked * risk[:, None])
    return sums[:, 0], sums[:, 1 : p + 1], sums[:, p + 1 :]


def _events(data: FineGrayData) -> Floats:
    """Weighted events of the cause modelled at each distinct time."""
    mine = data.cox.event != 0
    found = np.bincount(data.place[mine], weights=data.weight[mine], minlength=data.observed.size)
    return found.astype(np.float64)


def subdistribution_likelihood(data: FineGrayData, beta: Floats) -> tuple[float, Floats, Floats]:
    """Logarithm of the weighted partial likelihood, its gradient and its information at given coefficients.

    Parameters
    ----------
    data : FineGrayData
        Sorted rows.
    beta : (p,) float
        Coefficients of the scaled covariates.

    Returns
    -------
    tuple
        Log-likelihood, gradient (p,), information (p, p), for the scaled covariates.

    Examples
    --------
    >>> data = fine_gray_data(np.array([1.0, 2.0]), np.array([1, 1]), np.array([[0.0], [2.0]]))
    >>> round(subdistribution_likelihood(data, np.zeros(1))[0], 6)
    -0.693147
    """
    x = data.cox.x
    p = x.shape[1]
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        eta = x @ beta
        s0, s1, s2 = _moments(data, data.weight * np.exp(eta))
        events = _events(data)
        at = events > 0
        mine = data.weight * (data.cox.event != 0)
        loglik = float(mine @ eta - events[at] @ np.log(s0[at]))
        mean = s1[at] / s0[at, None]
        gradient = mine @ x - events[at] @ mean
        information = np.zeros((p, p))
        rows, columns = np.tril_indices(p)
        information[rows, columns] = events[at] @ (s2[at] / s0[at, None] - mean[:, rows] * mean[:, columns])
        information[columns, rows] = information[rows, columns]
    return loglik, gradient, information


def fit_fine_gray(data: FineGrayData) -> CoxFit:
    """Coefficients that maximise the weighted partial likelihood.

    Parameters
    ----------
    data : FineGrayData
        Sorted rows.

    Returns
    -------
    CoxFit
        The fit, in the units of the covariates as they were given; its covariance is the inverse information.

    Notes
    -----
    Tied events share their risk set as Breslow has it. Without competing events this is Cox's model with case weights.

    References
    ----------
    Fine JP, Gray RJ. J Am Stat Assoc 1999;94:496, doi:10.1080/01621459.1999.10474144 (DOI unverified).

    Examples
    --------
    >>> data = fine_gray_data(np.array([1.0, 2.0, 3.0, 4.0]), np.array([1, 2, 1, 0]), np.array([[0.0], [0], [1], [1]]))
    >>> round(float(fit_fine_gray(data).coef[0]), 6)
    -0.346574
    """
    return fit_proportional_hazards(data.cox, lambda beta: subdistribution_likelihood(data, beta))


def weighted_influence(data: FineGrayData, fit: CoxFit) -> Floats:
    """How much each row, once more of it, would move the score, the weights of the risk sets included.

    Parameters
    ----------
    data : FineGrayData
        Sorted rows.
    fit : CoxFit
        The fit of the same rows.

    Returns
    -------
    (n, p) float
        Contributions times the row's weight, for the covariates in their own units, in the order of the rows as given;
        they sum to zero over the rows.

    Notes
    -----
    The first part is a row's own score residual. The second, q(u)/n(u) summed over the row's censoring martingale, is
    what its time of censoring does to the estimated probability of being under observation.

    Examples
    --------
    >>> data = fine_gray_data(np.array([1.0, 2.0, 3.0, 4.0]), np.array([1, 2, 1, 0]), np.array([[0.0], [1], [1], [0]]))
    >>> bool(abs(weighted_influence(data, fit_fine_gray(data)).sum()) < 1e-9)
    True
    """
    x, place = data.cox.x, data.place
    risk = np.exp(x @ (np.nan_to_num(fit.coef) * data.cox.scale))
    s0, s1, _ = _moments(data, data.weight * risk)
    events = _events(data)
    hazard = np.divide(events, s0, out=np.zeros_like(s0), where=events > 0)
    mean = np.divide(s1, s0[:, None], out=np.zeros_like(s1), where=(events > 0)[:, None])
    taken, taken_mean = np.cumsum(hazard), np.cumsum(mean * hazard[:, None], axis=0)
    own: Floats = (data.cox.event != 0)[:, None] * (x - mean[place])
    own -= risk[:, None] * (x * taken[place, None] - taken_mean[place])
    if data.competing.any():
        own += _after_competing(data, risk, hazard, mean)
    out = np.empty_like(own)
    out[data.cox.rows.order] = data.weight[:, None] * own * data.cox.scale
    return out


def _after_competing(data: FineGrayData, risk: Floats, hazard: Floats, mean: Floats) -> Floats:
    """What the risk sets after a competing event take off its row, and what censorings do to their weights."""
    x, place, past, m = data.cox.x, data.place, data.competing, data.observed.size
    weighted = data.observed * hazard
    ahead = weighted.sum() - np.cumsum(weighted)
    weighted_mean = mean * weighted[:, None]
    ahead_mean = weighted_mean.sum(axis=0) - np.cumsum(weighted_mean, axis=0)
    kept = np.where(past, risk / data.observed[place], 0.0)
    own: Floats = -kept[:, None] * (x * ahead[place, None] - ahead_mean[place])
    still = np.cumsum(np.bincount(place, weights=kept, minlength=m))
    still_x = np.column_stack(
        [np.cumsum(np.bincount(place, weights=kept * x[:, a], minlength=m)) for a in range(x.shape[1])]
    )
    moved = still_x * ahead[:, None] - still[:, None] * ahead_mean
    censored = (data.cox.event == 0) & ~past
    leaving = np.bincount(place, minlength=m)
    at_risk = np.cumsum(leaving[::-1])[::-1].astype(np.float64)
    gone = np.bincount(place[censored], minlength=m).astype(np.float64)
    # Everybody censored at the last time leaves nobody whose weight could still change.
    each = np.divide(moved, (at_risk - gone)[:, None], out=np.zeros_like(moved), where=(at_risk > gone)[:, None])
    compensator = np.cumsum(each * (gone / at_risk)[:, None], axis=0)
    own += censored[:, None] * each[place] - compensator[place]
    return own
