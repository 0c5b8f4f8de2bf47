"""Restricted mean survival time: the area under a Kaplan–Meier curve up to a horizon."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from trialwright.numerics.survival import SurvivalCurve

__all__ = ["restricted_mean"]


def restricted_mean(curve: SurvivalCurve, tau: float) -> tuple[float, float]:
    """Area under the curve from 0 to a horizon, and the variance of that estimate.

    Parameters
    ----------
    curve : SurvivalCurve
        Kaplan–Meier curve of one group.
    tau : float
        Horizon, in the unit of the curve, above 0. Beyond the last time the last value is carried on: whether that is
        allowed is for the caller to decide.

    Returns
    -------
    tuple of float
        Restricted mean in the unit of time, and its variance in that unit squared.

    Notes
    -----
    The variance is the sum over event times t up to the horizon of [∫ from t to τ of S]² · d/(n(n − d)), where a time
    at which everybody left has an event adds nothing.

    References
    ----------
    Royston P, Parmar MKB. BMC Med Res Methodol 2013;13:152 (doi unverified).

    Examples
    --------
    >>> from trialwright.numerics.survival import survival_curve
    >>> curve = survival_curve(np.array([1.0, 2.0, 3.0, 4.0]), np.array([1, 1, 1, 1]))
    >>> restricted_mean(curve, 4.0)
    (2.5, 0.3125)
    """
    inside = curve.time <= tau
    times: NDArray[np.float64] = curve.time[inside]
    heights = np.concatenate([[1.0], curve.surv[inside]])
    areas = heights * np.diff(np.concatenate([[0.0], times, [tau]]))
    # Area from each time to the horizon, summed from the far end so that small tails keep their digits.
    to_go = np.cumsum(areas[::-1])[::-1][1:]
    d, n = curve.n_event[inside].astype(np.float64), curve.n_risk[inside].astype(np.float64)
    adds = (d > 0) & (n > d)
    variance = np.sum(to_go[adds] ** 2 * d[adds] / (n[adds] * (n[adds] - d[adds])))
    return float(areas.sum()), float(variance)
