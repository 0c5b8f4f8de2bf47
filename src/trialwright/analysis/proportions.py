"""Shares of subjects with an outcome, and the difference of two shares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from trialwright.errors import NumericsError
from trialwright.numerics.proportions import (
    clopper_pearson_limits,
    miettinen_nurminen_limits,
    newcombe_limits,
    wilson_limits,
)

__all__ = ["Proportion", "ProportionDifference", "proportion", "proportion_difference"]

OneMethod = Literal["clopper-pearson", "wilson"]
TwoMethod = Literal["miettinen-nurminen", "mee", "newcombe"]


@dataclass(frozen=True, slots=True)
class Proportion:
    """A share of subjects with its limits.

    Parameters
    ----------
    x, n : int
        Subjects with the outcome, and subjects.
    estimate, lower, upper : float
        Share and its limits, between 0 and 1.
    method : {"clopper-pearson", "wilson"}
        Kind of limits.
    conf_level : float
        Two-sided confidence level.
    """

    x: int
    n: int
    estimate: float
    lower: float
    upper: float
    method: OneMethod
    conf_level: float

    def to_dict(self) -> dict[str, object]:
        """Plain data."""
        return {name: getattr(self, name) for name in ("x", "n", "estimate", "lower", "upper", "method", "conf_level")}


@dataclass(frozen=True, slots=True)
class ProportionDifference:
    """Difference of two shares, first less second, with its limits.

    Parameters
    ----------
    x1, n1, x2, n2 : int
        Subjects with the outcome and subjects, in the first and the second group.
    estimate, lower, upper : float
        Difference and its limits, between −1 and 1.
    method : {"miettinen-nurminen", "mee", "newcombe"}
        Kind of limits.
    conf_level : float
        Two-sided confidence level.
    """

    x1: int
    n1: int
    x2: int
    n2: int
    estimate: float
    lower: float
    upper: float
    method: TwoMethod
    conf_level: float

    def to_dict(self) -> dict[str, object]:
        """Plain data."""
        names = ("x1", "n1", "x2", "n2", "estimate", "lower", "upper", "method", "conf_level")
        return {name: getattr(self, name) for name in names}


def proportion(x: int, n: int, *, method: OneMethod = "clopper-pearson", level: float = 0.95) -> Proportion:
    """Share of subjects with an outcome, with confidence limits.

    Parameters
    ----------
    x, n : int
        Subjects with the outcome, and subjects.
    method : {"clopper-pearson", "wilson"}, optional
        Exact limits, or score limits without continuity correction.
    level : float, optional
        Two-sided confidence level; the open side keeps its half of the error when x is 0 or n.

    Returns
    -------
    Proportion
        The share.

    Raises
    ------
    NumericsError
        When the counts, the level or the method cannot be used.

    References
    ----------
    Clopper CJ, Pearson ES. Biometrika 1934;26:404. Wilson EB. J Am Stat Assoc 1927;22:209 (doi of each unverified).

    Examples
    --------
    >>> round(proportion(0, 30).upper, 7)
    0.1157033
    """
    match method:
        case "clopper-pearson":
            lower, upper = clopper_pearson_limits(x, n, level=level)
        case "wilson":
            lower, upper = wilson_limits(x, n, level=level)
        case _:
            raise NumericsError(f"method {method!r} is not known", mend="use clopper-pearson or wilson")
    return Proportion(x, n, x / n, lower, upper, method, level)


def proportion_difference(
    x1: int, n1: int, x2: int, n2: int, *, method: TwoMethod = "miettinen-nurminen", level: float = 0.95
) -> ProportionDifference:
    """Difference of two shares, first less second, with confidence limits.

    Parameters
    ----------
    x1, n1, x2, n2 : int
        Subjects with the outcome and subjects, in the first and the second group.
    method : {"miettinen-nurminen", "mee", "newcombe"}, optional
        Score limits with and without the factor N/(N − 1), or the hybrid of two Wilson intervals (method 10).
    level : float, optional
        Two-sided confidence level.

    Returns
    -------
    ProportionDifference
        The difference.

    Raises
    ------
    NumericsError
        When the counts, the level or the method cannot be used.

    References
    ----------
    Miettinen O, Nurminen M. Stat Med 1985;4:213. Mee RW. Biometrics 1984;40:1175. Newcombe RG. Stat Med 1998;17:873
    (doi of each unverified).

    Examples
    --------
    >>> difference = proportion_difference(56, 70, 48, 80)
    >>> round(difference.lower, 6), round(difference.upper, 6)
    (0.05283, 0.338173)
    """
    match method:
        case "miettinen-nurminen":
            lower, upper = miettinen_nurminen_limits(x1, n1, x2, n2, level=level)
        case "mee":
            lower, upper = miettinen_nurminen_limits(x1, n1, x2, n2, level=level, correction=False)
        case "newcombe":
            lower, upper = newcombe_limits(x1, n1, x2, n2, level=level)
        case _:
            raise NumericsError(f"method {method!r} is not known", mend="use miettinen-nurminen, mee or newcombe")
    return ProportionDifference(x1, n1, x2, n2, x1 / n1 - x2 / n2, lower, upper, method, level)
