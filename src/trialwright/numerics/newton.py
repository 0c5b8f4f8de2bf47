"""Maximum of a log-likelihood by Newton's method, with the ways in which there may be none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Ascent", "Evaluate", "aliased_columns", "climb", "inverse_information"]

Floats = NDArray[np.float64]
# Log-likelihood, gradient and information (the negative Hessian) at given coefficients.
Evaluate = Callable[[Floats], tuple[float, Floats, Floats]]

_MAX_ITERATIONS = 60
_MAX_HALVINGS = 30
# Newton's decrement: the squared length of the next step in standard errors.
_CONVERGED = 1e-16
_FLAT = 1e-9
# A step that stays this long, in standard deviations of the covariate, on a flat likelihood leads to infinity.
_LONG_STEP = 0.1
# A variance this large, again in standard deviations of the covariate, on a flat likelihood is of nothing known.
_UNKNOWN_VARIANCE = 1e4
_ALIAS_TOLERANCE = 1e-10


@dataclass(frozen=True, slots=True, eq=False)
class Ascent:
    """Where the search for a maximum ended.

    Parameters
    ----------
    coef : (p,) float
        Coefficients; 0 where they were not let free.
    loglik : float
        Log-likelihood there.
    information : (p, p) float
        Negative Hessian there.
    infinite : (p,) bool
        Coefficients that run to infinity.
    converged : bool
        Whether the search ended at a maximum or at a flat limit.
    iterations : int
        Steps taken.
    """

    coef: Floats
    loglik: float
    information: Floats
    infinite: NDArray[np.bool_]
    converged: bool
    iterations: int


def aliased_columns(information: Floats, noise: Floats) -> NDArray[np.bool_]:
    """Columns whose pivot vanishes when the information is factored from the first column on.

    Parameters
    ----------
    information : (p, p) float
        Negative Hessian.
    noise : (p,) float
        How much of each diagonal entry rounding alone may leave.

    Returns
    -------
    (p,) bool
        Columns without information of their own.

    Examples
    --------
    >>> aliased_columns(np.array([[2.0, 2.0], [2.0, 2.0]]), np.zeros(2)).tolist()
    [False, True]
    """
    p = information.shape[0]
    left = information.copy()
    size = np.diag(information)
    aliased = np.zeros(p, dtype=np.bool_)
    for k in range(p):
        pivot = left[k, k]
        if not pivot > max(_ALIAS_TOLERANCE * size[k], noise[k]):
            aliased[k] = True
            continue
        left[k + 1 :, k + 1 :] -= np.outer(left[k + 1 :, k], left[k, k + 1 :]) / pivot
    return aliased


def climb(evaluate: Evaluate, kept: NDArray[np.intp], start: tuple[float, Floats, Floats]) -> Ascent:
    """Newton's way up from 0, a step halved while it lowers the likelihood.

    Parameters
    ----------
    evaluate : callable
        Log-likelihood, gradient and information at given coefficients; covariates of standard deviation 1.
    kept : (k,) int
        Coefficients to let free.
    start : tuple
        What `evaluate` gives at 0.

    Returns
    -------
    Ascent
        Where it ended. A coefficient is called infinite when the likelihood has become flat although the next step is
        still long.

    Examples
    --------
    >>> parabola = lambda b: (float(-((b[0] - 2.0) ** 2)), -2.0 * (b - 2.0), np.array([[2.0]]))
    >>> climb(parabola, np.array([0]), parabola(np.zeros(1))).coef.tolist()
    [2.0]
    """
    loglik, gradient, information = start
    beta, infinite = np.zeros(gradient.size), np.zeros(gradient.size, dtype=np.bool_)
    block = np.ix_(kept, kept)
    for iteration in range(1, _MAX_ITERATIONS + 1):
        try:
            step = np.linalg.solve(information[block], gradient[kept])
        except np.linalg.LinAlgError:
            infinite[kept] = True
            return Ascent(beta, loglik, information, infinite, True, iteration)
        decrement = float(gradient[kept] @ step)
        long = np.abs(step) > _LONG_STEP
        if decrement <= _FLAT * max(1.0, abs(loglik) * 1e-3) and long.any():
            # Another that hardly bears on what is left of the likelihood has no estimate either, be its step short.
            variance = np.diag(inverse_information(information[block]))
            infinite[kept] = long | ~((variance > 0) & (variance < _UNKNOWN_VARIANCE))
            return Ascent(beta, loglik, information, infinite, True, iteration)
        tried = beta.copy()
        for _ in range(_MAX_HALVINGS):
            tried[kept] = beta[kept] + step
            new = evaluate(tried)
            if np.isfinite(new[0]) and np.isfinite(new[2]).all() and new[0] >= loglik - 1e-9 * max(1.0, abs(loglik)):
                break
            step = step / 2
        else:
            return Ascent(beta, loglik, information, infinite, False, iteration)
        beta, (loglik, gradient, information) = tried, new
        if decrement <= _CONVERGED:
            return Ascent(beta, loglik, information, infinite, True, iteration)
    return Ascent(beta, loglik, information, infinite, False, _MAX_ITERATIONS)


def inverse_information(information: Floats) -> Floats:
    """Inverse of the information, not a number where it has none.

    Parameters
    ----------
    information : (p, p) float
        Negative Hessian.

    Returns
    -------
    (p, p) float
        Covariance of the coefficients.

    Examples
    --------
    >>> inverse_information(np.array([[4.0]])).tolist()
    [[0.25]]
    """
    try:
        return np.asarray(np.linalg.inv(information), dtype=np.float64)
    except np.linalg.LinAlgError:
        return np.full_like(information, np.nan)
