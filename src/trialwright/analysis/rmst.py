"""Restricted mean survival time by arm, with differences and ratios."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from trialwright.analysis.kaplan_meier import ALL
from trialwright.analysis.levels import Labels, Levels
from trialwright.analysis.rows import Dropped, Numbers, SurvivalRows, survival_rows
from trialwright.analysis.shapes import plain
from trialwright.errors import EstimationError, NumericsError
from trialwright.numerics.ordering import merge_close_times
from trialwright.numerics.rmst import restricted_mean
from trialwright.numerics.survival import SurvivalCurve, survival_curve

__all__ = ["Contrast", "RestrictedMean", "RestrictedMeans", "RmstComparison", "rmst"]


@dataclass(frozen=True, slots=True)
class RestrictedMean:
    """Restricted mean of one arm.

    Parameters
    ----------
    level : str
        The arm; ``all`` when the rows were not divided.
    n, events : int
        Subjects, and events up to the horizon or later.
    rmst : float
        Mean time without the event up to the horizon.
    se, lower, upper : float
        Standard error and confidence limits.
    is_carried_forward : bool
        The horizon lies after the arm's last observation, a censoring, and the curve was carried on to it.
    """

    level: str
    n: int
    events: int
    rmst: float
    se: float
    lower: float
    upper: float
    is_carried_forward: bool = False

    def to_dict(self) -> dict[str, object]:
        """Plain data."""
        return {"level": self.level, "rmst": self.rmst, "se": self.se, "lower": self.lower, "upper": self.upper}


@dataclass(frozen=True, slots=True)
class Contrast:
    """A difference or a ratio with its limits and two-sided p value."""

    estimate: float | None
    se: float | None
    lower: float | None
    upper: float | None
    p: float | None

    def to_dict(self, comparison: str, reference: str) -> dict[str, object]:
        """Plain data, with the arms compared."""
        return {
            "comparison": comparison,
            "reference": reference,
            "estimate": self.estimate,
            "se": self.se,
            "lower": self.lower,
            "upper": self.upper,
            "p": self.p,
        }


@dataclass(frozen=True, slots=True)
class RmstComparison:
    """One arm against the reference arm.

    Parameters
    ----------
    comparison, reference : str
        The arms.
    difference, ratio : Contrast
        Comparison less reference, comparison over reference; the ratio's standard error is that of its logarithm.
    loss_ratio : Contrast
        Ratio of the mean times lost up to the horizon.
    """

    comparison: str
    reference: str
    difference: Contrast
    ratio: Contrast
    loss_ratio: Contrast


@dataclass(frozen=True, slots=True)
class RestrictedMeans:
    """Restricted means of all arms.

    Parameters
    ----------
    tau : float
        The horizon, in the unit of time.
    arms : tuple of RestrictedMean
        One an arm, the reference first.
    comparisons : tuple of RmstComparison
        One an arm but the reference.
    conf_level : float
        Two-sided confidence level.
    dropped : tuple of Dropped
        Rows left out, by reason.
    """

    tau: float
    arms: tuple[RestrictedMean, ...]
    comparisons: tuple[RmstComparison, ...]
    conf_level: float
    dropped: tuple[Dropped, ...] = ()

    def to_dict(self) -> dict[str, object]:
        """Plain data, ``{tau, arms: [{level, rmst, se, lower, upper}], difference, ratio}``.

        Difference and ratio are null with one arm, an object with two, and a list with more.
        """
        return {
            "tau": self.tau,
            "arms": [arm.to_dict() for arm in self.arms],
            "difference": self._shape([c.difference.to_dict(c.comparison, c.reference) for c in self.comparisons]),
            "ratio": self._shape([c.ratio.to_dict(c.comparison, c.reference) for c in self.comparisons]),
        }

    @staticmethod
    def _shape(contrasts: list[dict[str, object]]) -> object:
        if not contrasts:
            return None
        return contrasts[0] if len(contrasts) == 1 else contrasts


def _check_horizon(curves: dict[str, SurvivalCurve], tau: float, carry_forward: bool) -> None:
    if not (math.isfinite(tau) and tau > 0):
        raise NumericsError(f"the horizon {tau} is not a time after 0", where="tau")
    for name, curve in curves.items():
        last = float(curve.time[-1])
        if tau > last and curve.surv[-1] > 0 and not carry_forward:
            raise EstimationError(
                f"the horizon {tau:g} lies after the last observation of {name}, a censoring at {last:g}",
                where="tau",
                why="the curve is not known beyond it",
                mend="choose an earlier horizon, or ask for the last value to be carried forward",
            )


def _difference(a: RestrictedMean, b: RestrictedMean, z: float) -> Contrast:
    estimate, se = a.rmst - b.rmst, math.hypot(a.se, b.se)
    p = plain(2 * ndtr(-abs(estimate) / se)) if se > 0 else None
    return Contrast(estimate, se, estimate - z * se, estimate + z * se, p)


def _ratio(means: tuple[float, float], errors: tuple[float, float], z: float) -> Contrast:
    if not min(means) > 0:
        return Contrast(None, None, None, None, None)
    log_ratio = math.log(means[0] / means[1])
    se = math.hypot(errors[0] / means[0], errors[1] / means[1])
    p = plain(2 * ndtr(-abs(log_ratio) / se)) if se > 0 else None
    return Contrast(math.exp(log_ratio), se, math.exp(log_ratio - z * se), math.exp(log_ratio + z * se), p)


def rmst(
    time: Numbers,
    event: Numbers,
    *,
    tau: float,
    arm: Labels | None = None,
    entry: Numbers | None = None,
    reference: str | None = None,
    carry_forward: bool = False,
    level: float = 0.95,
) -> RestrictedMeans:
    """Mean time without the event up to a horizon, by arm, with differences and ratios.

    Parameters
    ----------
    time : (n,) array
        Exit times in any one unit, at least 0.
    event : (n,) array
        1 for an event, 0 for a censoring.
    tau : float
        Horizon in the unit of time; to be stated before the data are seen.
    arm : (n,) array, optional
        Arms.
    entry : (n,) array, optional
        Entry times.
    reference : str, optional
        Arm the others are compared with; the first by order otherwise.
    carry_forward : bool, optional
        Carry the curve on beyond the last observation where that is a censoring, instead of refusing.
    level : float, optional
        Two-sided confidence level.

    Returns
    -------
    RestrictedMeans
        Means, differences and ratios.

    Raises
    ------
    NumericsError
        When the rows or the options cannot be used.
    EstimationError
        When the horizon lies after an arm's last observation and that is a censoring.

    Notes
    -----
    The area under the Kaplan–Meier curve. Limits of the difference are normal, those of the ratio normal on the
    logarithmic scale with variance Var/mean².

    References
    ----------
    Royston P, Parmar MKB. BMC Med Res Methodol 2013;13:152. Uno H et al. J Clin Oncol 2014;32:2380 (doi of each
    unverified).

    Examples
    --------
    >>> means = rmst([1, 2, 3, 4], [1, 1, 1, 1], tau=3)
    >>> means.arms[0].rmst
    2.25
    """
    if not 0 < level < 1:
        raise NumericsError(f"confidence level {level} is not between 0 and 1", mend="write 0.95 for 95 %")
    rows = survival_rows(time, event, entry=entry, labels={"arm": arm})
    groups = rows.labels.get("arm", Levels(np.zeros(rows.n, dtype=np.int64), (ALL,)))
    if reference is not None:
        groups = groups.led_by(reference)
    curves = _curves(rows, groups)
    horizon = float(tau)
    _check_horizon(curves, horizon, carry_forward)
    z = float(ndtri(0.5 + level / 2))
    arms = []
    for name, curve in curves.items():
        mean, variance = restricted_mean(curve, horizon)
        se = math.sqrt(variance)
        n = int((groups.codes == groups.names.index(name)).sum())
        carried = bool(horizon > curve.time[-1] and curve.surv[-1] > 0)
        arms.append(RestrictedMean(name, n, int(curve.n_event.sum()), mean, se, mean - z * se, mean + z * se, carried))
    first = arms[0]
    comparisons = tuple(
        RmstComparison(
            other.level,
            first.level,
            _difference(other, first, z),
            _ratio((other.rmst, first.rmst), (other.se, first.se), z),
            _ratio((horizon - other.rmst, horizon - first.rmst), (other.se, first.se), z),
        )
        for other in arms[1:]
    )
    return RestrictedMeans(horizon, tuple(arms), comparisons, level, rows.dropped)


def _curves(rows: SurvivalRows, groups: Levels) -> dict[str, SurvivalCurve]:
    time, entry = merge_close_times(rows.time, rows.entry)
    found = {}
    for code, name in enumerate(groups.names):
        of_group = groups.codes == code
        found[name] = survival_curve(time[of_group], rows.event[of_group], None if entry is None else entry[of_group])
    return found
