"""Coefficients of a model of proportional hazards as a reader sees them: ratios with limits, or why there are none."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from trialwright.analysis.shapes import plain
from trialwright.numerics.cox import CoxFit

__all__ = ["CoxTerm", "TermStatus", "reasons", "wald_statistic", "wald_terms"]

TermStatus = Literal["estimated", "infinite", "aliased", "not converged"]


@dataclass(frozen=True, slots=True)
class CoxTerm:
    """One coefficient.

    Parameters
    ----------
    term : str
        Covariate, or covariate and level run together.
    coef, se, robust_se : float or None
        Log hazard ratio, its standard error, and its robust standard error where one was asked for.
    hr, lower, upper : float or None
        Hazard ratio with Wald limits, from the robust standard error where there is one.
    p : float or None
        Two-sided Wald p value.
    status : {"estimated", "infinite", "aliased", "not converged"}
        Why there is no figure: the estimate runs to infinity; the column says nothing of its own.
    """

    term: str
    coef: float | None
    se: float | None
    robust_se: float | None
    hr: float | None
    lower: float | None
    upper: float | None
    p: float | None
    status: TermStatus = "estimated"

    def to_dict(self) -> dict[str, object]:
        """Plain data."""
        names = ("term", "coef", "se", "robust_se", "hr", "lower", "upper", "p")
        return {name: getattr(self, name) for name in names}


def wald_terms(
    names: tuple[str, ...], fit: CoxFit, robust: NDArray[np.float64] | None, level: float
) -> tuple[CoxTerm, ...]:
    """Coefficients with their standard errors, ratios and limits.

    Parameters
    ----------
    names : tuple of str
        Name of each coefficient.
    fit : CoxFit
        The fit.
    robust : (p, p) float or None
        Robust covariance, used for limits and p values where there is one.
    level : float
        Two-sided confidence level.

    Returns
    -------
    tuple of CoxTerm
        One a coefficient.

    Examples
    --------
    >>> from trialwright.numerics.cox import cox_data, fit_cox
    >>> fit = fit_cox(cox_data(np.array([1.0, 2.0, 3.0]), np.array([1, 1, 1]), np.array([[0.0], [1.0], [0.0]])))
    >>> round(wald_terms(("arm",), fit, None, 0.95)[0].hr, 6)
    1.414214
    """
    z = float(ndtri(0.5 + level / 2))
    found = []
    for k, name in enumerate(names):
        status: TermStatus = "estimated"
        if fit.aliased[k]:
            status = "aliased"
        elif fit.infinite[k]:
            status = "infinite"
        elif not fit.converged:
            status = "not converged"
        if status != "estimated":
            found.append(CoxTerm(name, *(None,) * 7, status=status))
            continue
        coef, se = float(fit.coef[k]), math.sqrt(fit.covariance[k, k])
        robust_se = None if robust is None else math.sqrt(robust[k, k])
        used = se if robust_se is None else robust_se
        p = plain(2 * ndtr(-abs(coef) / used)) if used > 0 else None
        with np.errstate(over="ignore"):  # of a covariate measured in a millionth of its unit, say
            hr, lower, upper = (plain(float(ratio)) for ratio in np.exp([coef, coef - z * used, coef + z * used]))
        found.append(CoxTerm(name, coef, se, robust_se, hr, lower, upper, p))
    return tuple(found)


def wald_statistic(fit: CoxFit, robust: NDArray[np.float64] | None) -> float | None:
    """Chi-square statistic of all coefficients together.

    Parameters
    ----------
    fit : CoxFit
        The fit.
    robust : (p, p) float or None
        Robust covariance, used where there is one.

    Returns
    -------
    float or None
        The statistic; None when a coefficient is infinite or the search did not converge.

    Examples
    --------
    >>> from trialwright.numerics.cox import cox_data, fit_cox
    >>> fit = fit_cox(cox_data(np.array([1.0, 2.0, 3.0]), np.array([1, 1, 1]), np.array([[0.0], [1.0], [0.0]])))
    >>> round(wald_statistic(fit, None), 4)
    0.0583
    """
    kept = np.flatnonzero(~fit.aliased)
    if kept.size == 0 or fit.infinite.any() or not fit.converged:
        return None
    covariance = (fit.covariance if robust is None else robust)[np.ix_(kept, kept)]
    try:
        return plain(float(fit.coef[kept] @ np.linalg.solve(covariance, fit.coef[kept])))
    except np.linalg.LinAlgError:
        return None


def reasons(terms: Iterable[CoxTerm], infinite: str) -> str:
    """Why coefficients have no estimate.

    Parameters
    ----------
    terms : iterable of CoxTerm
        The coefficients.
    infinite : str
        What to say of one that runs to infinity.

    Returns
    -------
    str
        Empty when all have one.

    Examples
    --------
    >>> reasons([CoxTerm("age", *(None,) * 7, status="aliased")], "no finite estimate")
    'age: no information of its own'
    """
    words = {
        "infinite": infinite,
        "aliased": "no information of its own",
        "not converged": "the search did not converge",
    }
    return "; ".join(f"{t.term}: {words[t.status]}" for t in terms if t.status != "estimated")
