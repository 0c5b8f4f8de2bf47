"""How well a marker foretells when an event happens: areas at fixed times, Uno's concordance, rules at a cut-off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from trialwright.analysis.binary_rows import Direction, check_direction, check_level
from trialwright.analysis.proportions import Proportion, proportion
from trialwright.analysis.roc import AreaLimits, area_limits
from trialwright.analysis.rows import Dropped, Numbers, SurvivalRows, numbers, survival_rows
from trialwright.analysis.shapes import plain
from trialwright.errors import EstimationError
from trialwright.numerics.time_auc import (
    CensoringCurve,
    WeightedEstimate,
    area_at,
    censoring_curve,
    concordance,
    sensitivity_at,
)

__all__ = ["Concordance", "TimeArea", "TimeAreas", "TimeClassification", "time_auc", "time_classification", "uno_c"]


@dataclass(frozen=True, slots=True)
class TimeArea:
    """Area at one time; None where nobody has had the event by then, or nobody is left.

    Parameters
    ----------
    time : float
        The time.
    area, se, lower, upper : float or None
        Area, standard error, limits.
    cases, controls : int
        Subjects with an event seen by then, and still under observation after it.
    """

    time: float
    area: float | None
    se: float | None
    lower: float | None
    upper: float | None
    cases: int
    controls: int

    def to_dict(self) -> dict[str, object]:
        """Plain data."""
        return {n: getattr(self, n) for n in ("time", "area", "se", "lower", "upper", "cases", "controls")}


@dataclass(frozen=True, slots=True)
class TimeAreas:
    """Areas at several times.

    Parameters
    ----------
    areas : tuple of TimeArea
        One a time.
    direction : {"higher", "lower"}
        Which values foretell an early event.
    n, events : int
        Subjects and events.
    conf_level : float
        Two-sided confidence level.
    dropped : tuple of Dropped
        Rows left out, by reason.
    """

    areas: tuple[TimeArea, ...]
    direction: Direction
    n: int
    events: int
    conf_level: float
    dropped: tuple[Dropped, ...] = ()

    def to_dict(self) -> dict[str, object]:
        """Plain data, ``{areas: [{time, area, se, lower, upper, cases, controls}], direction, n, events}``."""
        return {
            "areas": [area.to_dict() for area in self.areas],
            "direction": self.direction,
            "n": self.n,
            "events": self.events,
        }


@dataclass(frozen=True, slots=True)
class Concordance:
    """Uno's concordance with its limits.

    Parameters
    ----------
    estimate, se, lower, upper : float
        Share of pairs in the right order, standard error, limits.
    until : float
        Time up to which events counted.
    direction : {"higher", "lower"}
        Which values foretell an early event.
    n, events : int
        Subjects, and events before `until`.
    conf_level : float
        Two-sided confidence level.
    dropped : tuple of Dropped
        Rows left out, by reason.
    """

    estimate: float
    se: float
    lower: float
    upper: float
    until: float
    direction: Direction
    n: int
    events: int
    conf_level: float
    dropped: tuple[Dropped, ...] = ()

    def to_dict(self) -> dict[str, object]:
        """Plain data."""
        names = ("estimate", "se", "lower", "upper", "until", "direction", "n", "events")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, slots=True)
class TimeClassification:
    """A rule at a fixed cut-off against an event by a time.

    Parameters
    ----------
    rule : str
        The rule in signs, such as ``< 1``.
    at : float
        The time.
    sensitivity, sensitivity_se, sensitivity_lower, sensitivity_upper : float or None
        Share of the events by then that the rule had foretold, censored subjects weighed in; None when there is none.
    specificity : Proportion or None
        Share of those under observation after it of whom the rule had foretold none; None when nobody is.
    cases, controls : int
        Subjects with an event seen by then, and still under observation after it.
    dropped : tuple of Dropped
        Rows left out, by reason.
    """

    rule: str
    at: float
    sensitivity: float | None
    sensitivity_se: float | None
    sensitivity_lower: float | None
    sensitivity_upper: float | None
    specificity: Proportion | None
    cases: int
    controls: int
    dropped: tuple[Dropped, ...] = ()


def _rows(
    time: Numbers, event: Numbers, marker: Numbers, direction: Direction
) -> tuple[SurvivalRows, CensoringCurve, np.ndarray[tuple[int], np.dtype[np.float64]]]:
    check_direction(direction)
    values = numbers(marker, "marker")
    rows = survival_rows(time, event, missing={"marker": np.isnan(values)})
    used = values if rows.kept is None else values[rows.kept]
    return rows, censoring_curve(rows.time, rows.event), used


def _area(found: WeightedEstimate, at: float, limits: AreaLimits, level: float) -> TimeArea:
    if np.isnan(found.estimate):
        return TimeArea(at, None, None, None, None, found.cases, found.controls)
    lower, upper = area_limits(found.estimate, found.se, limits=limits, level=level)
    return TimeArea(at, found.estimate, found.se, plain(lower), plain(upper), found.cases, found.controls)


def time_auc(
    time: Numbers,
    event: Numbers,
    marker: Numbers,
    *,
    times: Sequence[float],
    direction: Direction = "higher",
    limits: AreaLimits = "plain",
    level: float = 0.95,
) -> TimeAreas:
    """Area under the ROC curve of an event by each of several times, some subjects observed for less.

    Parameters
    ----------
    time : (n,) array
        Exit times in any one unit, at least 0.
    event : (n,) array
        1 for an event, 0 for a censoring.
    marker : (n,) array
        The marker.
    times : sequence of float
        Times at which to tell those with an event by then from those without.
    direction : {"higher", "lower"}, optional
        Which values foretell an early event.
    limits : {"plain", "logit"}, optional
        Scale of the limits.
    level : float, optional
        Two-sided confidence level.

    Returns
    -------
    TimeAreas
        Areas with standard errors that take the estimated weights into account.

    Raises
    ------
    NumericsError
        When the rows or an option cannot be used.

    Notes
    -----
    Cases are subjects with an event by the time, each with the inverse of the probability of having been observed so
    long as weight; controls are those observed beyond it. Censoring must not depend on the marker.

    References
    ----------
    Uno H, Cai T, Tian L, Wei LJ. J Am Stat Assoc 2007;102:527. Blanche P, Dartigues JF, Jacqmin-Gadda H. Stat Med
    2013;32:5381 (doi of each unverified).

    Examples
    --------
    >>> found = time_auc([1, 2, 3, 4, 5], [1, 1, 0, 1, 1], [3, 1, 2, 0, 2.5], times=[2.5])
    >>> round(found.areas[0].area, 4)
    0.6667
    """
    check_level(level)
    rows, curve, values = _rows(time, event, marker, direction)
    signed = values if direction == "higher" else -values
    areas = tuple(_area(area_at(curve, signed, float(t)), float(t), limits, level) for t in times)
    return TimeAreas(areas, direction, rows.n, rows.n_events, level, rows.dropped)


def uno_c(
    time: Numbers,
    event: Numbers,
    marker: Numbers,
    *,
    until: float,
    direction: Direction = "higher",
    limits: AreaLimits = "plain",
    level: float = 0.95,
) -> Concordance:
    """Share of pairs of subjects in which the marker foretells whose event comes first, censored ones weighed in.

    Parameters
    ----------
    time : (n,) array
        Exit times in any one unit, at least 0.
    event : (n,) array
        1 for an event, 0 for a censoring.
    marker : (n,) array
        The marker.
    until : float
        Time up to which events count; stated beforehand, within the follow-up.
    direction : {"higher", "lower"}, optional
        Which values foretell an early event.
    limits : {"plain", "logit"}, optional
        Scale of the limits.
    level : float, optional
        Two-sided confidence level.

    Returns
    -------
    Concordance
        The concordance.

    Raises
    ------
    NumericsError
        When the rows or an option cannot be used.
    EstimationError
        When no event before `until` is followed by anybody.

    References
    ----------
    Uno H, Cai T, Pencina MJ, D'Agostino RB, Wei LJ. Stat Med 2011;30:1105 (doi unverified).

    Examples
    --------
    >>> found = uno_c([1, 2, 3, 4, 5], [1, 1, 0, 1, 1], [3, 1, 2, 0, 2.5], until=5)
    >>> round(found.estimate, 4)
    0.5405
    """
    check_level(level)
    rows, curve, values = _rows(time, event, marker, direction)
    found = concordance(curve, values if direction == "higher" else -values, until)
    if np.isnan(found.estimate):
        raise EstimationError(
            f"no event before {until:g} is followed by another subject's time", mend="choose a later time"
        )
    lower, upper = area_limits(found.estimate, found.se, limits=limits, level=level)
    return Concordance(
        found.estimate, found.se, lower, upper, until, direction, rows.n, found.cases, level, rows.dropped
    )


def time_classification(
    time: Numbers,
    event: Numbers,
    marker: Numbers,
    *,
    cut: float,
    at: float,
    direction: Direction = "higher",
    level: float = 0.95,
) -> TimeClassification:
    """Sensitivity and specificity for an event by a time, of a rule whose cut-off was set beforehand.

    Parameters
    ----------
    time : (n,) array
        Exit times in any one unit, at least 0.
    event : (n,) array
        1 for an event, 0 for a censoring.
    marker : (n,) array
        The marker, unrounded.
    cut : float
        The cut-off.
    at : float
        The time.
    direction : {"higher", "lower"}, optional
        With ``higher`` a value at or above the cut-off foretells an event, with ``lower`` one below it.
    level : float, optional
        Two-sided confidence level.

    Returns
    -------
    TimeClassification
        The two shares; sensitivity with normal limits cut at 0 and 1, specificity with score limits.

    Raises
    ------
    NumericsError
        When the rows or an option cannot be used.

    Examples
    --------
    >>> found = time_classification([1, 2, 3, 4], [1, 1, 0, 1], [0.8, 1.2, 1.1, 1.4], cut=1, at=2.5, direction="lower")
    >>> found.rule, found.sensitivity, found.specificity.estimate
    ('< 1', 0.5, 1.0)
    """
    check_level(level)
    rows, curve, values = _rows(time, event, marker, direction)
    positive = values >= cut if direction == "higher" else values < cut
    found = sensitivity_at(curve, positive, at)
    after = curve.time > at
    negative, n = int((after & ~positive).sum()), int(after.sum())
    reach = float(ndtri(0.5 + level / 2)) * found.se
    known = not np.isnan(found.estimate)
    return TimeClassification(
        rule=f"{'>=' if direction == 'higher' else '<'} {cut:g}",
        at=at,
        sensitivity=plain(found.estimate),
        sensitivity_se=plain(found.se),
        sensitivity_lower=max(found.estimate - reach, 0.0) if known else None,
        sensitivity_upper=min(found.estimate + reach, 1.0) if known else None,
        specificity=proportion(negative, n, method="wilson", level=level) if n else None,
        cases=found.cases,
        controls=found.controls,
        dropped=rows.dropped,
    )
