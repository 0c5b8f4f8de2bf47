"""Kaplan–Meier curves of one group: the curve, its pointwise limits, quantiles and values at given times."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, ndtri

from trialwright.errors import NumericsError
from trialwright.numerics.constants import TIE_TOLERANCE
from trialwright.numerics.jit import kernel
from trialwright.numerics.ordering import time_order

__all__ = [
    "ConfType",
    "CONF_TYPES",
    "SurvivalCurve",
    "curve_at",
    "numbers_at_risk",
    "pointwise_limits",
    "quantile_times",
    "survival_curve",
]

ConfType = Literal["plain", "log", "log-log", "logit", "arcsin"]
CONF_TYPES: tuple[ConfType, ...] = get_args(ConfType)

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class SurvivalCurve:
    """Kaplan–Meier curve of one group, one entry for each distinct time of an event or a censoring.

    Parameters
    ----------
    time : (m,) float
        Distinct times, ascending.
    n_risk : (m,) int
        Subjects at risk just before each time.
    n_event, n_censor : (m,) int
        Events and censorings at each time.
    surv : (m,) float
        Probability of being event-free just after each time.
    log_variance : (m,) float
        Greenwood's variance of the logarithm of `surv`; infinite once `surv` is 0.

    Examples
    --------
    >>> curve = survival_curve(np.array([1.0, 2.0, 3.0]), np.array([0, 1, 0]))
    >>> curve.n_risk.tolist(), curve.surv.tolist()
    ([3, 2, 1], [1.0, 0.5, 0.5])
    """

    time: Floats
    n_risk: Ints
    n_event: Ints
    n_censor: Ints
    surv: Floats
    log_variance: Floats

    @property
    def se(self) -> Floats:
        """Greenwood's standard error of `surv`; not a number where `surv` is 0."""
        with np.errstate(invalid="ignore"):
            return self.surv * np.sqrt(self.log_variance)


@kernel
def _walk(time: Floats, event: NDArray[np.int8], entry: Floats) -> tuple[Floats, Ints, Ints, Ints, Floats, Floats]:
    """Risk sets, curve and Greenwood sum of rows in order of time; `entry` is sorted on its own, or empty."""
    n, m, i, entered = time.size, 0, 0, 0
    out_time = np.empty(n, np.float64)
    n_risk, n_event, n_censor = np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n, np.int64)
    out_surv, out_variance = np.empty(n, np.float64), np.empty(n, np.float64)
    surv, variance = 1.0, 0.0
    while i < n:
        j, d = i, 0
        while j < n and time[j] == time[i]:
            d += 1 if event[j] != 0 else 0
            j += 1
        if entry.size > 0:
            while entered < n and entry[entered] < time[i]:
                entered += 1
            risk = entered - i
        else:
            risk = n - i
        if d > 0:
            surv *= (risk - d) / risk
            variance = variance + d / (risk * float(risk - d)) if risk > d else np.inf
        out_time[m], n_risk[m], n_event[m], n_censor[m] = time[i], risk, d, j - i - d
        out_surv[m], out_variance[m] = surv, variance
        m += 1
        i = j
    return out_time[:m], n_risk[:m], n_event[:m], n_censor[:m], out_surv[:m], out_variance[:m]


def survival_curve(time: Floats, event: NDArray[np.integer], entry: Floats | None = None) -> SurvivalCurve:
    """Kaplan–Meier curve of one group.

    Parameters
    ----------
    time : (n,) float
        Exit times, in any order, at least 0; near-equal times already merged.
    event : (n,) int
        1 for an event, 0 for a censoring.
    entry : (n,) float, optional
        Entry times; a subject is at risk where entry < t <= exit.

    Returns
    -------
    SurvivalCurve
        The curve.

    Notes
    -----
    S(t) is the product over event times up to t of 1 − d/n, Greenwood's variance of ln S the sum of d/(n(n − d)).
    Subjects censored at an event time are still at risk there.

    References
    ----------
    Kaplan EL, Meier P. J Am Stat Assoc 1958;53:457 (doi unverified).

    Examples
    --------
    >>> survival_curve(np.array([1.0, 2.0, 3.0, 4.0]), np.array([1, 1, 1, 1])).surv.tolist()
    [0.75, 0.5, 0.25, 0.0]
    """
    order = time_order(time)
    entries = np.empty(0) if entry is None else np.sort(entry)
    return SurvivalCurve(*_walk(time[order].astype(np.float64), event[order].astype(np.int8), entries))


def pointwise_limits(
    surv: Floats, log_variance: Floats, *, conf_type: ConfType = "log-log", level: float = 0.95
) -> tuple[Floats, Floats]:
    """Lower and upper confidence limits of a survival curve, point by point.

    Parameters
    ----------
    surv : (m,) float
        Survival probabilities.
    log_variance : (m,) float
        Greenwood's variance of their logarithms.
    conf_type : {"plain", "log", "log-log", "logit", "arcsin"}, optional
        Scale on which the estimate is taken as normal.
    level : float, optional
        Two-sided confidence level.

    Returns
    -------
    tuple of (m,) float
        Lower and upper limits; not a number where the scale has none (always at 0; at 1 for log-log, logit, arcsin).

    Raises
    ------
    NumericsError
        When the type is not one of the five.

    Examples
    --------
    >>> lower, upper = pointwise_limits(np.array([0.75]), np.array([1 / 12]))
    >>> round(float(lower[0]), 7), round(float(upper[0]), 7)
    (0.1279469, 0.9605486)
    """
    z = float(ndtri(0.5 + level / 2))
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        s = np.where(surv > 0, surv, np.nan)
        reach = z * np.sqrt(np.where(surv > 0, log_variance, np.nan))
        match conf_type:
            case "plain":
                return np.clip(s - s * reach, 0, 1), np.clip(s + s * reach, 0, 1)
            case "log":
                return s * np.exp(-reach), np.minimum(s * np.exp(reach), 1.0)
            case "log-log":
                log_s = np.log(np.where(s < 1, s, np.nan))
                return np.exp(log_s * np.exp(-reach / log_s)), np.exp(log_s * np.exp(reach / log_s))
            case "logit":
                s = np.where(s < 1, s, np.nan)
                width = reach / (1 - s)
                return expit(logit(s) - width), expit(logit(s) + width)
            case "arcsin":
                s = np.where(s < 1, s, np.nan)
                width = 0.5 * reach * np.sqrt(s / (1 - s))
                angle = np.arcsin(np.sqrt(s))
                return np.sin(np.maximum(angle - width, 0)) ** 2, np.sin(np.minimum(angle + width, np.pi / 2)) ** 2
            case _:
                raise NumericsError(
                    f"confidence type {conf_type!r} is not known", mend=f"use one of {', '.join(CONF_TYPES)}"
                )


def quantile_times(time: Floats, height: Floats, probabilities: Floats) -> Floats:
    """Times at which a falling step curve has come down to 1 − p.

    Parameters
    ----------
    time : (m,) float
        Ascending times of the steps.
    height : (m,) float
        Height of the curve just after each time: the survival curve or one of its limit curves; not a number where
        a limit does not exist.
    probabilities : (k,) float
        p, the share of subjects with an event; 0.5 asks for the median.

    Returns
    -------
    (k,) float
        Times; not a number where the curve never comes down so far.

    Notes
    -----
    When the curve lies exactly at 1 − p over a stretch (to a relative 1.5e-8, because the curve is a product of
    floating-point factors), the time is the middle of the stretch, the last one ending with the last observation.

    Examples
    --------
    >>> quantile_times(np.array([1.0, 2.0, 3.0, 4.0]), np.array([0.75, 0.5, 0.25, 0.0]), np.array([0.5, 0.6])).tolist()
    [2.5, 3.0]
    """
    known = ~np.isnan(height)
    t, h = time[known], height[known]
    out = np.full(probabilities.size, np.nan)
    for k, p in enumerate(probabilities):
        target = 1 - p
        slack = TIE_TOLERANCE.value * max(target, TIE_TOLERANCE.value)
        reached = np.flatnonzero(h <= target + slack)
        if reached.size == 0:
            continue
        first = reached[0]
        out[k] = t[first]
        if abs(h[first] - target) <= slack:
            below = np.flatnonzero(h[first:] < h[first] - slack)
            # A limit that is not known to the end has no end of its stretch either.
            end = t[first + below[0]] if below.size else time[-1] if known[-1] else np.nan
            out[k] = (t[first] + end) / 2
    return out


def curve_at(curve: SurvivalCurve, times: Floats) -> tuple[Floats, Floats]:
    """Survival probability and Greenwood's variance of its logarithm at given times.

    Parameters
    ----------
    curve : SurvivalCurve
        The curve.
    times : (k,) float
        Times at which to read it, in the unit of the curve.

    Returns
    -------
    tuple of (k,) float
        Probabilities and variances; beyond the last time the last values are carried on.

    Examples
    --------
    >>> curve = survival_curve(np.array([1.0, 2.0]), np.array([1, 0]))
    >>> curve_at(curve, np.array([0.5, 1.0, 9.0]))[0].tolist()
    [1.0, 0.5, 0.5]
    """
    step = np.searchsorted(curve.time, times, side="right")
    return np.concatenate([[1.0], curve.surv])[step], np.concatenate([[0.0], curve.log_variance])[step]


def numbers_at_risk(time: Floats, times: Floats, entry: Floats | None = None) -> Ints:
    """Subjects at risk just before each of the given times.

    Parameters
    ----------
    time : (n,) float
        Exit times.
    times : (k,) float
        Times at which to count.
    entry : (n,) float, optional
        Entry times.

    Returns
    -------
    (k,) int
        Numbers with entry < t <= exit.

    Examples
    --------
    >>> numbers_at_risk(np.array([1.0, 2.0, 2.0]), np.array([0.0, 2.0, 3.0])).tolist()
    [3, 2, 0]
    """
    left = np.searchsorted(np.sort(time), times, side="left")
    entered = time.size if entry is None else np.searchsorted(np.sort(entry), times, side="left")
    return np.asarray(entered - left, dtype=np.int64)
