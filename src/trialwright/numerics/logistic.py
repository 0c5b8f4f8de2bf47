"""Logistic regression: the chance of an outcome as a function of covariates, with an offset."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trialwright.numerics.newton import aliased_columns, climb, inverse_information

__all__ = ["LogisticFit", "fit_logistic", "local_line"]

Floats = NDArray[np.float64]

_NOISE = 1e-12
# The farthest of the points used has no weight; this much before it the weight is taken as none already.
_EDGE = 0.999


@dataclass(frozen=True, slots=True, eq=False)
class LogisticFit:
    """Maximum likelihood of a logistic model.

    Parameters
    ----------
    coef : (p,) float
        Coefficients; not a number for columns without information of their own.
    covariance : (p, p) float
        Inverse information.
    loglik : float
        Log-likelihood at the maximum.
    infinite : (p,) bool
        Coefficients that run to infinity, as when a covariate parts the outcomes wholly.
    converged : bool
        Whether the search ended.
    """

    coef: Floats
    covariance: Floats
    loglik: float
    infinite: NDArray[np.bool_]
    converged: bool

    @property
    def is_estimable(self) -> bool:
        """Whether every coefficient is finite and the search converged."""
        return self.converged and not bool(self.infinite.any() or np.isnan(self.coef).any())


def fit_logistic(outcome: NDArray[np.integer], x: Floats, *, offset: Floats | None = None) -> LogisticFit:
    """Coefficients of a logistic model.

    Parameters
    ----------
    outcome : (n,) int
        1 with the outcome, 0 without.
    x : (n, p) float
        Columns, a column of ones among them when there is to be an intercept.
    offset : (n,) float, optional
        Added to the linear predictor as it is.

    Returns
    -------
    LogisticFit
        The fit.

    Examples
    --------
    >>> fit = fit_logistic(np.array([0, 0, 1, 1, 1]), np.ones((5, 1)))
    >>> round(float(fit.coef[0]), 6)
    0.405465
    """
    y = np.asarray(outcome, dtype=np.float64)
    added = np.zeros(y.size) if offset is None else offset
    scale = np.sqrt(np.square(x).mean(axis=0))
    scale[~(scale > 0)] = 1.0
    z = x / scale

    def evaluate(beta: Floats) -> tuple[float, Floats, Floats]:
        eta = added + z @ beta
        small = np.exp(-np.abs(eta))
        p = np.where(eta >= 0, 1.0, small) / (1.0 + small)
        loglik = float(y @ eta - np.maximum(eta, 0.0).sum() - np.log1p(small).sum())
        return loglik, (y - p) @ z, (z.T * (p * (1.0 - p))) @ z

    start = evaluate(np.zeros(x.shape[1]))
    kept = np.flatnonzero(~aliased_columns(start[2], np.full(x.shape[1], _NOISE * y.size)))
    end = climb(evaluate, kept, start)
    coef, covariance = np.full(x.shape[1], np.nan), np.full((x.shape[1], x.shape[1]), np.nan)
    block = np.ix_(kept, kept)
    coef[kept] = end.coef[kept] / scale[kept]
    covariance[block] = inverse_information(end.information[block]) / np.outer(scale[kept], scale[kept])
    return LogisticFit(coef, covariance, end.loglik, end.infinite, end.converged)


def local_line(x: Floats, y: Floats, at: Floats, *, span: float = 0.75) -> Floats:
    """Smooth curve through points: at each place a straight line through the nearest points (loess of degree 1).

    Parameters
    ----------
    x, y : (n,) float
        Points.
    at : (k,) float
        Places to read the curve.
    span : float, optional
        Share of the points that are used at each place, weighted by the tricube of their distance.

    Returns
    -------
    (k,) float
        Height of the curve; the weighted mean where all points used have the same x.

    References
    ----------
    Cleveland WS. J Am Stat Assoc 1979;74:829 (doi unverified).

    Examples
    --------
    >>> local_line(np.arange(5.0), 2 * np.arange(5.0), np.array([1.5])).round(9).tolist()
    [3.0]
    """
    used = min(x.size, max(2, int(span * x.size + 1e-10)))
    out = np.empty(at.size)
    for k, place in enumerate(at):
        distance = np.abs(x - place)
        reach = np.partition(distance, used - 1)[used - 1]
        weight = (distance <= reach).astype(np.float64)
        if reach > 0:
            near = distance / reach
            tricube = 1.0 - near * near * near
            tricube = np.where(near <= _EDGE, tricube * tricube * tricube, 0.0)
            weight = tricube if tricube.any() else weight
        mean_x, mean_y = weight @ x / weight.sum(), weight @ y / weight.sum()
        spread = weight @ (x - mean_x) ** 2
        slope = weight @ ((x - mean_x) * (y - mean_y)) / spread if spread > 0 else 0.0
        out[k] = mean_y + slope * (place - mean_x)
    return out
