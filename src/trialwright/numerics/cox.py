"""Cox's proportional hazards model: partial likelihood, its derivatives, and the fit by Newton's method."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from trialwright.errors import NumericsError
from trialwright.numerics.jit import kernel
from trialwright.numerics.newton import Evaluate, aliased_columns, climb, inverse_information
from trialwright.numerics.ordering import OrderedRows, Rows, order_rows

__all__ = ["TIES", "CoxData", "CoxFit", "Ties", "cox_data", "fit_cox", "fit_proportional_hazards", "partial_likelihood"]

Ties = Literal["efron", "breslow"]
TIES: tuple[Ties, ...] = get_args(Ties)

Floats = NDArray[np.float64]

_NOISE = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class CoxData:
    """Rows in the order of the partial likelihood, covariates centred and scaled.

    Parameters
    ----------
    rows : OrderedRows
        Order of the rows, strata and entry times.
    event : (n,) int8
        Events in sorted order.
    x : (n, p) float
        Covariates in sorted order, less `centre`, divided by `scale`.
    centre, scale : (p,) float
        Mean and standard deviation of each covariate; a constant covariate has scale 1.

    Examples
    --------
    >>> data = cox_data(np.array([1.0, 2.0]), np.array([1, 0]), np.array([[0.0], [2.0]]))
    >>> data.x.ravel().tolist()
    [-1.0, 1.0]
    """

    rows: OrderedRows
    event: NDArray[np.int8]
    x: Floats
    centre: Floats
    scale: Floats


@dataclass(frozen=True, slots=True, eq=False)
class CoxFit:
    """Maximum partial likelihood, in the units of the covariates.

    Parameters
    ----------
    coef : (p,) float
        Log hazard ratios; not a number for aliased covariates, the value at which the search stopped for infinite ones.
    covariance : (p, p) float
        Inverse information at `coef`; not a number in rows and columns of aliased covariates.
    loglik_null, loglik : float
        Logarithm of the partial likelihood at 0 and at its maximum (its limit when a coefficient is infinite).
    score : float
        Score statistic at 0.
    aliased : (p,) bool
        Covariates without information of their own: constant in every risk set, or a combination of earlier ones.
    infinite : (p,) bool
        Covariates whose estimate runs to infinity.
    converged : bool
        Whether the search ended at a maximum or at a flat limit.
    iterations : int
        Newton steps taken.

    Examples
    --------
    >>> data = cox_data(np.array([1.0, 2.0, 3.0]), np.array([1, 1, 1]), np.array([[0.0], [1.0], [0.0]]))
    >>> round(float(fit_cox(data).coef[0]), 6)
    0.346574
    """

    coef: Floats
    covariance: Floats
    loglik_null: float
    loglik: float
    score: float
    aliased: NDArray[np.bool_]
    infinite: NDArray[np.bool_]
    converged: bool
    iterations: int

    @property
    def is_estimable(self) -> bool:
        """Whether every coefficient is finite and the search converged."""
        return self.converged and not bool(self.infinite.any() or self.aliased.any())


@kernel
def _add(s1: Floats, s2: Floats, x: Floats, i: int, r: float) -> None:
    p = s1.size
    for a in range(p):
        rx = r * x[i, a]
        s1[a] += rx
        for b in range(a + 1):
            s2[a, b] += rx * x[i, b]


@kernel
def _sum_anew(s1: Floats, s2: Floats, x: Floats, risk: Floats, rows: NDArray[np.intp]) -> float:
    """Sums over the rows at risk, from nothing."""
    s0 = 0.0
    s1[:] = 0.0
    s2[:] = 0.0
    for j in rows:
        s0 += risk[j]
        _add(s1, s2, x, j, risk[j])
    return s0


@kernel
def _likelihood(
    rows: Rows,
    event: NDArray[np.int8],
    x: Floats,
    beta: Floats,
    efron: bool,
) -> tuple[float, Floats, Floats]:
    """Logarithm of the partial likelihood, its gradient and its information (the negative Hessian)."""
    time, starts, entry, entry_order = rows
    n, p = x.shape
    risk = np.empty(n)
    loglik, gradient, information = 0.0, np.zeros(p), np.zeros((p, p))
    s1, s2, d1, d2, mean = np.zeros(p), np.zeros((p, p)), np.zeros(p), np.zeros((p, p)), np.zeros(p)
    for s in range(starts.size - 1):
        first, i = starts[s], starts[s + 1] - 1
        leaver = i
        s0, most = 0.0, 0.0
        s1[:] = 0.0
        s2[:] = 0.0
        while i >= first:
            t, d, d0 = time[i], 0, 0.0
            while i >= first and time[i] == t:
                eta = 0.0
                for a in range(p):
                    eta += beta[a] * x[i, a]
                r = np.exp(eta)
                risk[i] = r
                s0 += r
                _add(s1, s2, x, i, r)
                if event[i] != 0:
                    if d == 0:
                        d1[:] = 0.0
                        d2[:] = 0.0
                    d += 1
                    d0 += r
                    loglik += eta
                    for a in range(p):
                        gradient[a] += x[i, a]
                    _add(d1, d2, x, i, r)
                i -= 1
            while entry.size > 0 and leaver >= first and entry[entry_order[leaver]] >= t:
                # Whoever enters at t or later was added above, because the exit is later still.
                e = entry_order[leaver]
                s0 -= risk[e]
                _add(s1, s2, x, e, -risk[e])
                leaver -= 1
            most = max(most, s0)
            if entry.size > 0 and s0 < 1e-6 * most:
                # Nearly all of the sum has left it, and what is left is mostly rounding.
                s0 = most = _sum_anew(s1, s2, x, risk, np.flatnonzero(entry[i + 1 : starts[s + 1]] < t) + i + 1)
            for tied in range(d):
                share = tied / d if efron else 0.0
                total = s0 - share * d0
                if not total > 0.0:
                    return -np.inf, gradient, information
                loglik -= np.log(total)
                for a in range(p):
                    mean[a] = (s1[a] - share * d1[a]) / total
                    gradient[a] -= mean[a]
                    for b in range(a + 1):
                        information[a, b] += (s2[a, b] - share * d2[a, b]) / total - mean[a] * mean[b]
    return loglik, gradient, information + np.tril(information, -1).T


def cox_data(
    time: Floats, event: NDArray[np.integer], covariates: Floats, *, rows: OrderedRows | None = None
) -> CoxData:
    """Rows and covariates in the form the partial likelihood takes them.

    Parameters
    ----------
    time : (n,) float
        Exit times in any order.
    event : (n,) int
        1 for an event, 0 for a censoring.
    covariates : (n, p) float
        Covariates, without missing values.
    rows : OrderedRows, optional
        Order of the rows with their strata and entry times.

    Returns
    -------
    CoxData
        Sorted rows.

    Examples
    --------
    >>> cox_data(np.array([2.0, 1.0]), np.array([1, 0]), np.array([[1.0], [1.0]])).scale.tolist()
    [1.0]
    """
    rows = order_rows(np.ascontiguousarray(time, dtype=np.float64)) if rows is None else rows
    x = np.ascontiguousarray(covariates, dtype=np.float64)
    centre = x.mean(axis=0)
    scale = x.std(axis=0)
    # A constant column keeps rounding noise as its standard deviation; it must not be blown up.
    scale[~(scale > 1e-12 * np.maximum(np.abs(centre), 1.0))] = 1.0
    sorted_x = x.take(rows.order, axis=0)
    sorted_x -= centre
    sorted_x /= scale
    return CoxData(rows, event.astype(np.int8, copy=False)[rows.order], sorted_x, centre, scale)


def partial_likelihood(data: CoxData, beta: Floats, *, ties: Ties = "efron") -> tuple[float, Floats, Floats]:
    """Logarithm of the partial likelihood, its gradient and its information at given coefficients.

    Parameters
    ----------
    data : CoxData
        Sorted rows.
    beta : (p,) float
        Coefficients of the scaled covariates.
    ties : {"efron", "breslow"}, optional
        How events at the same time share their risk set.

    Returns
    -------
    tuple
        Log-likelihood, gradient (p,), information (p, p), for the scaled covariates.

    Raises
    ------
    NumericsError
        When `ties` is neither of the two.

    Examples
    --------
    >>> data = cox_data(np.array([1.0, 2.0]), np.array([1, 1]), np.array([[0.0], [2.0]]))
    >>> round(partial_likelihood(data, np.zeros(1))[0], 6)
    -0.693147
    """
    if ties not in TIES:
        raise NumericsError(f"ties {ties!r} is not known", mend=f"use one of {', '.join(TIES)}")
    return _likelihood(data.rows.arrays, data.event, data.x, beta, ties == "efron")


def fit_cox(data: CoxData, *, ties: Ties = "efron") -> CoxFit:
    """Coefficients that maximise the partial likelihood, with their covariance and the likelihoods.

    Parameters
    ----------
    data : CoxData
        Sorted rows.
    ties : {"efron", "breslow"}, optional
        How events at the same time share their risk set.

    Returns
    -------
    CoxFit
        The fit, in the units of the covariates as they were given.

    Raises
    ------
    NumericsError
        When `ties` is neither of the two.

    Notes
    -----
    Newton's method from 0, a step halved while it lowers the likelihood. A coefficient is called infinite when the
    likelihood has become flat although the next step is still long; the likelihoods and the score statistic hold even
    then.

    References
    ----------
    Cox DR. J R Stat Soc B 1972;34:187. Efron B. J Am Stat Assoc 1977;72:557. Breslow N. Biometrics 1974;30:89
    (doi of each unverified).

    Examples
    --------
    >>> data = cox_data(np.array([1.0, 2.0, 3.0, 4.0]), np.array([1, 1, 0, 0]), np.array([[1.0], [1.0], [0.0], [0.0]]))
    >>> fit_cox(data).infinite.tolist()
    [True]
    """
    return fit_proportional_hazards(data, lambda beta: partial_likelihood(data, beta, ties=ties))


def fit_proportional_hazards(data: CoxData, evaluate: Evaluate) -> CoxFit:
    """Coefficients that maximise a likelihood of proportional hazards, with their covariance and the likelihoods.

    Parameters
    ----------
    data : CoxData
        Sorted rows.
    evaluate : callable
        Log-likelihood, gradient and information of the scaled covariates at given coefficients.

    Returns
    -------
    CoxFit
        The fit, in the units of the covariates as they were given.

    Examples
    --------
    >>> data = cox_data(np.array([1.0, 2.0, 3.0]), np.array([1, 1, 1]), np.array([[0.0], [1.0], [0.0]]))
    >>> round(float(fit_proportional_hazards(data, lambda beta: partial_likelihood(data, beta)).coef[0]), 6)
    0.346574
    """
    p = data.x.shape[1]
    null, gradient, information = evaluate(np.zeros(p))
    # The information is a sum of differences of squares; this much of it may be left by rounding alone.
    noise = _NOISE * int(data.event.sum(dtype=np.int64)) * np.square(data.x).max(axis=0)
    aliased = aliased_columns(information, noise)
    kept = np.flatnonzero(~aliased)
    if kept.size == 0:
        nan = np.full(p, np.nan)
        score = 0.0 if data.event.any() else float("nan")
        return CoxFit(nan, np.full((p, p), np.nan), null, null, score, aliased, np.zeros(p, np.bool_), True, 0)
    step = np.linalg.solve(information[np.ix_(kept, kept)], gradient[kept])
    score = float(gradient[kept] @ step)
    end = climb(evaluate, kept, (null, gradient, information))
    coef, covariance = np.full(p, np.nan), np.full((p, p), np.nan)
    coef[kept] = end.coef[kept] / data.scale[kept]
    covariance[np.ix_(kept, kept)] = inverse_information(end.information[np.ix_(kept, kept)]) / np.outer(
        data.scale[kept], data.scale[kept]
    )
    return CoxFit(coef, covariance, null, end.loglik, score, aliased, end.infinite, end.converged, end.iterations)
