"""Intervals for one proportion and for the difference of two."""

from __future__ import annotations

import math
from collections.abc import Callable

from scipy.special import betaincinv, ndtri

from trialwright.errors import NumericsError

__all__ = [
    "clopper_pearson_limits",
    "constrained_proportions",
    "miettinen_nurminen_limits",
    "newcombe_limits",
    "wilson_limits",
]

_ROOT_TOLERANCE = 1e-13


def _check(x: int, n: int) -> None:
    if n < 1 or not 0 <= x <= n:
        raise NumericsError(
            f"{x} of {n} is not a count among subjects", mend="give a number of subjects of at least 1 and 0 <= x <= n"
        )


def _z(level: float) -> float:
    if not 0 < level < 1:
        raise NumericsError(f"confidence level {level} is not between 0 and 1", mend="write 0.95 for 95 %")
    return float(ndtri(0.5 + level / 2))


def clopper_pearson_limits(x: int, n: int, *, level: float = 0.95) -> tuple[float, float]:
    """Exact (Clopper–Pearson) limits of a proportion.

    Parameters
    ----------
    x, n : int
        Subjects with the outcome, and subjects.
    level : float, optional
        Two-sided confidence level; the open side keeps its half of the error when x is 0 or n.

    Returns
    -------
    tuple of float
        Lower and upper limit.

    Raises
    ------
    NumericsError
        When x is not between 0 and n, or the level not between 0 and 1.

    References
    ----------
    Clopper CJ, Pearson ES. Biometrika 1934;26:404 (doi unverified).

    Examples
    --------
    >>> [round(v, 7) for v in clopper_pearson_limits(18, 30)]
    [0.4060349, 0.7734424]
    """
    _check(x, n)
    _z(level)
    tail = (1 - level) / 2
    lower = 0.0 if x == 0 else float(betaincinv(x, n - x + 1, tail))
    upper = 1.0 if x == n else float(betaincinv(x + 1, n - x, 1 - tail))
    return lower, upper


def wilson_limits(x: int, n: int, *, level: float = 0.95) -> tuple[float, float]:
    """Score (Wilson) limits of a proportion, without continuity correction.

    Parameters
    ----------
    x, n : int
        Subjects with the outcome, and subjects.
    level : float, optional
        Two-sided confidence level.

    Returns
    -------
    tuple of float
        Lower and upper limit.

    Raises
    ------
    NumericsError
        When x is not between 0 and n, or the level not between 0 and 1.

    References
    ----------
    Wilson EB. J Am Stat Assoc 1927;22:209 (doi unverified).

    Examples
    --------
    >>> [round(v, 7) for v in wilson_limits(18, 30)]
    [0.4232036, 0.7540937]
    """
    _check(x, n)
    z2 = _z(level) ** 2
    p = x / n
    centre = p + z2 / (2 * n)
    reach = math.sqrt(z2 * (p * (1 - p) / n + z2 / (4 * n * n)))
    # At the ends the two terms are equal and their difference must be exactly the end.
    lower = 0.0 if x == 0 else (centre - reach) / (1 + z2 / n)
    upper = 1.0 if x == n else (centre + reach) / (1 + z2 / n)
    return lower, upper


def newcombe_limits(x1: int, n1: int, x2: int, n2: int, *, level: float = 0.95) -> tuple[float, float]:
    """Hybrid score limits (Newcombe's method 10) of the difference p1 − p2.

    Parameters
    ----------
    x1, n1, x2, n2 : int
        Subjects with the outcome and subjects, in the first and the second group.
    level : float, optional
        Two-sided confidence level.

    Returns
    -------
    tuple of float
        Lower and upper limit.

    Raises
    ------
    NumericsError
        When a count is not between 0 and its n, or the level not between 0 and 1.

    References
    ----------
    Newcombe RG. Stat Med 1998;17:873 (doi unverified).

    Examples
    --------
    >>> [round(v, 7) for v in newcombe_limits(56, 70, 48, 80)]
    [0.0524315, 0.3338727]
    """
    (l1, u1), (l2, u2) = wilson_limits(x1, n1, level=level), wilson_limits(x2, n2, level=level)
    p1, p2 = x1 / n1, x2 / n2
    return p1 - p2 - math.hypot(p1 - l1, u2 - p2), p1 - p2 + math.hypot(u1 - p1, p2 - l2)


def constrained_proportions(x1: int, n1: int, x2: int, n2: int, difference: float) -> tuple[float, float]:
    """Most likely proportions among those whose difference p1 − p2 is as given.

    Parameters
    ----------
    x1, n1, x2, n2 : int
        Subjects with the outcome and subjects, in the first and the second group.
    difference : float
        Difference p1 − p2, between −1 and 1.

    Returns
    -------
    tuple of float
        p1 and p2.

    Notes
    -----
    Setting the derivative of the likelihood along the line p1 = p2 + δ to zero and clearing denominators leaves a cubic
    in p2 with one root in the allowed interval; it is found here as the root of the derivative, which falls throughout.

    References
    ----------
    Miettinen O, Nurminen M. Stat Med 1985;4:213 (doi unverified).

    Examples
    --------
    >>> [round(v, 4) for v in constrained_proportions(56, 70, 48, 80, 0.0)]
    [0.6933, 0.6933]
    """
    low, high = max(0.0, -difference), min(1.0, 1.0 - difference)

    def slope(p2: float) -> float:
        p1 = p2 + difference
        total = 0.0
        for x, n, p in ((x1, n1, p1), (x2, n2, p2)):
            if x > 0:
                total += x / p if p > 0 else math.inf
            if x < n:
                total -= (n - x) / (1 - p) if p < 1 else math.inf
        return total

    span = high - low
    if span <= _ROOT_TOLERANCE:
        return low + difference, low
    inner = 1e-15 * span
    left, right = low + inner, high - inner
    at_left, at_right = slope(left), slope(right)
    if not at_left > 0:
        p2 = low
    elif not at_right < 0:
        p2 = high
    else:
        p2 = _root(slope, left, right)
    return min(max(p2 + difference, 0.0), 1.0), p2


def miettinen_nurminen_limits(
    x1: int, n1: int, x2: int, n2: int, *, level: float = 0.95, correction: bool = True
) -> tuple[float, float]:
    """Score limits (Miettinen–Nurminen) of the difference p1 − p2.

    Parameters
    ----------
    x1, n1, x2, n2 : int
        Subjects with the outcome and subjects, in the first and the second group.
    level : float, optional
        Two-sided confidence level.
    correction : bool, optional
        Whether the variance carries the factor N/(N − 1); without it the limits are Mee's.

    Returns
    -------
    tuple of float
        Lower and upper limit.

    Raises
    ------
    NumericsError
        When a count is not between 0 and its n, or the level not between 0 and 1.

    Notes
    -----
    The limits are the differences δ at which (d − δ)² = z²·V(δ), V the variance of d at the proportions of
    `constrained_proportions`.

    References
    ----------
    Miettinen O, Nurminen M. Stat Med 1985;4:213. Mee RW. Biometrics 1984;40:1175 (doi of each unverified).

    Examples
    --------
    >>> [round(v, 6) for v in miettinen_nurminen_limits(56, 70, 48, 80)]
    [0.05283, 0.338173]
    """
    _check(x1, n1)
    _check(x2, n2)
    z = _z(level)
    n = n1 + n2
    factor = n / (n - 1) if correction else 1.0
    observed = x1 / n1 - x2 / n2

    def excess(difference: float) -> float:
        p1, p2 = constrained_proportions(x1, n1, x2, n2, difference)
        variance = factor * (p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2)
        return abs(observed - difference) - z * math.sqrt(variance)

    return _crossing(excess, observed, -1.0), _crossing(excess, observed, 1.0)


def _crossing(excess: Callable[[float], float], observed: float, end: float) -> float:
    """The difference between the observed one and the end of the range at which the excess changes its sign."""
    if observed == end or not excess(end) > 0:
        return end
    near = observed
    if not excess(near) < 0:
        # The variance is zero where one group has all and the other none; the interval starts just beside it.
        near = observed + (end - observed) * 1e-9
        if not excess(near) < 0:
            return observed
    return _root(excess, near, end)


def _root(function: Callable[[float], float], start: float, end: float) -> float:
    """Where a function that has opposite signs at both ends changes its sign, to the last digit, by halving.

    Importing a root finder would take a fifth of a second at every start of the program.
    """
    rising = function(end) > 0
    while start != (middle := 0.5 * (start + end)) != end:
        if (function(middle) > 0) == rising:
            end = middle
        else:
            start = middle
    return middle
