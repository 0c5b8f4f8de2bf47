"""Kaplan–Meier estimates by group: curves, quantiles, milestones, numbers at risk, follow-up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trialwright.analysis.levels import Labels, Levels, joined
from trialwright.analysis.rows import Dropped, Numbers, SurvivalRows, event_codes, numbers, survival_rows
from trialwright.analysis.shapes import plain, plain_list
from trialwright.errors import NumericsError
from trialwright.numerics.ordering import merge_close_times
from trialwright.numerics.survival import (
    ConfType,
    SurvivalCurve,
    curve_at,
    numbers_at_risk,
    pointwise_limits,
    quantile_times,
    survival_curve,
)

__all__ = [
    "AtRisk",
    "AtRiskGroup",
    "KaplanMeier",
    "KaplanMeierGroup",
    "Milestone",
    "MilestoneGroup",
    "Milestones",
    "Quantile",
    "QuantileGroup",
    "Quantiles",
    "kaplan_meier",
    "median_follow_up",
    "milestones",
    "n_at_risk",
    "quantiles",
]

ALL = "all"


@dataclass(frozen=True, slots=True, eq=False)
class KaplanMeierGroup:
    """Curve of one group with its pointwise limits.

    Parameters
    ----------
    level : str
        Arm, stratum or both; ``all`` when the rows were not divided.
    n, events : int
        Subjects and events.
    curve : SurvivalCurve
        One entry for each distinct time.
    lower, upper : (m,) float
        Confidence limits; not a number where there are none.
    """

    level: str
    n: int
    events: int
    curve: SurvivalCurve
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]

    def to_dict(self) -> dict[str, object]:
        """Plain data: arrays of equal length, null where there is no figure."""
        c = self.curve
        return {
            "level": self.level,
            "time": plain_list(c.time),
            "n_risk": c.n_risk.tolist(),
            "n_event": c.n_event.tolist(),
            "n_censor": c.n_censor.tolist(),
            "surv": plain_list(c.surv),
            "se": plain_list(c.se),
            "lower": plain_list(self.lower),
            "upper": plain_list(self.upper),
        }


@dataclass(frozen=True, slots=True, eq=False)
class KaplanMeier:
    """Kaplan–Meier curves of all groups.

    Parameters
    ----------
    groups : tuple of KaplanMeierGroup
        One a group, in the order of the levels.
    conf_type : str
        Scale of the limits.
    conf_level : float
        Two-sided confidence level.
    dropped : tuple of Dropped
        Rows left out, by reason.
    """

    groups: tuple[KaplanMeierGroup, ...]
    conf_type: ConfType
    conf_level: float
    dropped: tuple[Dropped, ...] = ()

    def to_dict(self) -> dict[str, object]:
        """Plain data, ``{groups: [{level, time, n_risk, n_event, n_censor, surv, se, lower, upper}]}``."""
        return {"groups": [group.to_dict() for group in self.groups]}


@dataclass(frozen=True, slots=True)
class Quantile:
    """Time by which a share of the subjects has had the event; None = not reached."""

    p: float
    estimate: float | None
    lower: float | None
    upper: float | None

    def to_dict(self) -> dict[str, object]:
        """Plain data."""
        return {"p": self.p, "estimate": self.estimate, "lower": self.lower, "upper": self.upper}


@dataclass(frozen=True, slots=True)
class QuantileGroup:
    """Quantiles of one group."""

    level: str
    n: int
    events: int
    quantiles: tuple[Quantile, ...]

    def to_dict(self) -> dict[str, object]:
        """Plain data."""
        return {
            "level": self.level,
            "n": self.n,
            "events": self.events,
            "quantiles": [q.to_dict() for q in self.quantiles],
        }


@dataclass(frozen=True, slots=True)
class Quantiles:
    """Quantiles of all groups."""

    groups: tuple[QuantileGroup, ...]
    conf_type: ConfType
    conf_level: float
    dropped: tuple[Dropped, ...] = ()

    def to_dict(self) -> dict[str, object]:
        """Plain data, ``{groups: [{level, n, events, quantiles: [{p, estimate, lower, upper}]}]}``."""
        return {"groups": [group.to_dict() for group in self.groups]}


@dataclass(frozen=True, slots=True)
class Milestone:
    """Share of subjects without the event at one time.

    Parameters
    ----------
    time : float
        The time asked for.
    n_risk : int
        Subjects at risk just before it.
    surv : float
        Share without the event.
    se, lower, upper : float or None
        Greenwood's standard error and confidence limits.
    is_beyond_follow_up : bool
        The time lies after the last observation, a censoring: nothing was observed there, the last value is carried on.
    """

    time: float
    n_risk: int
    surv: float
    se: float | None
    lower: float | None
    upper: float | None
    is_beyond_follow_up: bool

    def to_dict(self) -> dict[str, object]:
        """Plain data."""
        return {
            "time": self.time,
            "n_risk": self.n_risk,
            "surv": self.surv,
            "se": self.se,
            "lower": self.lower,
            "upper": self.upper,
            "beyond_follow_up": self.is_beyond_follow_up,
        }


@dataclass(frozen=True, slots=True)
class MilestoneGroup:
    """Milestones of one group."""

    level: str
    n: int
    events: int
    milestones: tuple[Milestone, ...]

    def to_dict(self) -> dict[str, object]:
        """Plain data."""
        return {
            "level": self.level,
            "n": self.n,
            "events": self.events,
            "milestones": [m.to_dict() for m in self.milestones],
        }


@dataclass(frozen=True, slots=True)
class Milestones:
    """Milestones of all groups."""

    groups: tuple[MilestoneGroup, ...]
    conf_type: ConfType
    conf_level: float
    dropped: tuple[Dropped, ...] = ()

    def to_dict(self) -> dict[str, object]:
        """Plain data, ``{groups: [{level, n, events, milestones: [{time, n_risk, surv, se, ...}]}]}``."""
        return {"groups": [group.to_dict() for group in self.groups]}


@dataclass(frozen=True, slots=True)
class AtRiskGroup:
    """Numbers at risk of one group."""

    level: str
    n_risk: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class AtRisk:
    """Numbers at risk at given times, one row a group.

    Parameters
    ----------
    times : tuple of float
        Times at which was counted.
    groups : tuple of AtRiskGroup
        One a group.
    dropped : tuple of Dropped
        Rows left out, by reason.
    """

    times: tuple[float, ...]
    groups: tuple[AtRiskGroup, ...]
    dropped: tuple[Dropped, ...] = ()


def _usable(
    time: Numbers, event: Numbers, entry: Numbers | None, arm: Labels | None, strata: Labels | None
) -> tuple[SurvivalRows, Levels]:
    """Rows with near-equal times merged, and the group of each."""
    rows = survival_rows(time, event, entry=entry, labels={"arm": arm, "strata": strata})
    merged, entries = merge_close_times(rows.time, rows.entry)
    rows = SurvivalRows(merged, rows.event, entries, rows.labels, rows.kept, rows.dropped)
    if not rows.labels:
        return rows, Levels(np.zeros(rows.n, dtype=np.int64), (ALL,))
    return rows, joined(list(rows.labels.values()))


def _check_level(level: float) -> None:
    if not 0 < level < 1:
        raise NumericsError(f"confidence level {level} is not between 0 and 1", mend="write 0.95 for 95 %")


def kaplan_meier(
    time: Numbers,
    event: Numbers,
    *,
    arm: Labels | None = None,
    strata: Labels | None = None,
    entry: Numbers | None = None,
    conf_type: ConfType = "log-log",
    level: float = 0.95,
) -> KaplanMeier:
    """Kaplan–Meier curves, one for each arm and stratum.

    Parameters
    ----------
    time : (n,) array
        Exit times in any one unit, at least 0.
    event : (n,) array
        1 for an event, 0 for a censoring; at equal times events come first.
    arm, strata : (n,) array, optional
        Labels by which the rows are divided.
    entry : (n,) array, optional
        Entry times; a subject is at risk where entry < t <= exit.
    conf_type : {"log-log", "log", "plain", "logit", "arcsin"}, optional
        Scale of the limits.
    level : float, optional
        Two-sided confidence level.

    Returns
    -------
    KaplanMeier
        The curves.

    Raises
    ------
    NumericsError
        When the rows cannot be used or an option is not known.

    Notes
    -----
    The limits on the log-log scale are S^exp(±z·σ/ln S) with Greenwood's σ of ln S; they do not exist while S is 1.

    References
    ----------
    Kaplan EL, Meier P. J Am Stat Assoc 1958;53:457 (doi unverified).

    Examples
    --------
    >>> km = kaplan_meier([1, 2, 3, 4, 5], [0, 1, 1, 0, 1])
    >>> km.groups[0].curve.surv.round(2).tolist()
    [1.0, 0.75, 0.5, 0.5, 0.0]
    """
    _check_level(level)
    rows, groups = _usable(time, event, entry, arm, strata)
    found = []
    for code, name in enumerate(groups.names):
        of_group = groups.codes == code
        entries = None if rows.entry is None else rows.entry[of_group]
        curve = survival_curve(rows.time[of_group], rows.event[of_group], entries)
        lower, upper = pointwise_limits(curve.surv, curve.log_variance, conf_type=conf_type, level=level)
        n, events = int(of_group.sum()), int(curve.n_event.sum())
        found.append(KaplanMeierGroup(name, n, events, curve, lower, upper))
    return KaplanMeier(tuple(found), conf_type, level, rows.dropped)


def quantiles(
    time: Numbers,
    event: Numbers,
    *,
    probabilities: Sequence[float] = (0.25, 0.5, 0.75),
    arm: Labels | None = None,
    strata: Labels | None = None,
    entry: Numbers | None = None,
    conf_type: ConfType = "log-log",
    level: float = 0.95,
) -> Quantiles:
    """Times by which given shares of the subjects have had the event; 0.5 is the median.

    Parameters
    ----------
    time, event : (n,) array
        Exit times and events, as for `kaplan_meier`.
    probabilities : sequence of float, optional
        Shares with an event, between 0 and 1.
    arm, strata, entry, conf_type, level
        As for `kaplan_meier`.

    Returns
    -------
    Quantiles
        Estimates with limits; None where the curve or its limit never comes down so far ("not reached").

    Raises
    ------
    NumericsError
        When the rows cannot be used, an option is not known, or a share is not between 0 and 1.

    Notes
    -----
    Limits are the times at which the pointwise limit curves are cut; a curve that lies at the height asked for over a
    stretch gives the middle of the stretch.

    References
    ----------
    Brookmeyer R, Crowley J. Biometrics 1982;38:29 (doi unverified).

    Examples
    --------
    >>> quantiles([1, 2, 3, 4], [1, 1, 1, 1], probabilities=[0.5]).groups[0].quantiles[0].estimate
    2.5
    """
    shares = np.asarray(probabilities, dtype=np.float64)
    if not np.all((shares > 0) & (shares < 1)):
        raise NumericsError(f"quantiles {probabilities} are not all between 0 and 1", mend="write 0.5 for the median")
    km = kaplan_meier(time, event, arm=arm, strata=strata, entry=entry, conf_type=conf_type, level=level)
    found = []
    for group in km.groups:
        cuts = [
            quantile_times(group.curve.time, height, shares) for height in (group.curve.surv, group.lower, group.upper)
        ]
        rows = zip(shares.tolist(), *cuts, strict=True)
        found.append(
            QuantileGroup(
                group.level,
                group.n,
                group.events,
                tuple(Quantile(p, plain(q), plain(lower), plain(upper)) for p, q, lower, upper in rows),
            )
        )
    return Quantiles(tuple(found), conf_type, level, km.dropped)


def milestones(
    time: Numbers,
    event: Numbers,
    times: Numbers,
    *,
    arm: Labels | None = None,
    strata: Labels | None = None,
    entry: Numbers | None = None,
    conf_type: ConfType = "log-log",
    level: float = 0.95,
) -> Milestones:
    """Shares of subjects without the event at given times.

    Parameters
    ----------
    time, event : (n,) array
        Exit times and events, as for `kaplan_meier`.
    times : (k,) array
        Milestones, in the unit of time, at least 0.
    arm, strata, entry, conf_type, level
        As for `kaplan_meier`.

    Returns
    -------
    Milestones
        Shares with standard error, limits, numbers at risk, and a flag where nothing was observed any more.

    Raises
    ------
    NumericsError
        When the rows cannot be used, an option is not known, or a milestone is missing or negative.

    Examples
    --------
    >>> milestones([1, 2, 3], [1, 1, 0], [2.5, 9]).groups[0].milestones[1].is_beyond_follow_up
    True
    """
    at = _checked_times(times)
    _check_level(level)
    rows, groups = _usable(time, event, entry, arm, strata)
    found = []
    for code, name in enumerate(groups.names):
        of_group = groups.codes == code
        entries = None if rows.entry is None else rows.entry[of_group]
        curve = survival_curve(rows.time[of_group], rows.event[of_group], entries)
        surv, variance = curve_at(curve, at)
        lower, upper = pointwise_limits(surv, variance, conf_type=conf_type, level=level)
        # Before the first observation the curve is 1 by definition, not by estimate, and so are its limits.
        unobserved = at < curve.time[0]
        lower[unobserved] = upper[unobserved] = 1.0
        with np.errstate(invalid="ignore"):
            se = surv * np.sqrt(variance)
        at_risk = numbers_at_risk(rows.time[of_group], at, entries)
        beyond = (at > curve.time[-1]) & (curve.surv[-1] > 0)
        columns = (at, at_risk, surv, se, lower, upper, beyond)
        marks = tuple(
            Milestone(float(t), int(n), float(s), plain(e), plain(lo), plain(up), bool(b))
            for t, n, s, e, lo, up, b in zip(*columns, strict=True)
        )
        found.append(MilestoneGroup(name, int(of_group.sum()), int(curve.n_event.sum()), marks))
    return Milestones(tuple(found), conf_type, level, rows.dropped)


def n_at_risk(
    time: Numbers,
    event: Numbers,
    times: Numbers,
    *,
    arm: Labels | None = None,
    strata: Labels | None = None,
    entry: Numbers | None = None,
) -> AtRisk:
    """Numbers of subjects at risk just before given times, as printed under a curve.

    Parameters
    ----------
    time, event : (n,) array
        Exit times and events, as for `kaplan_meier`.
    times : (k,) array
        Times, in the unit of time, at least 0.
    arm, strata, entry
        As for `kaplan_meier`.

    Returns
    -------
    AtRisk
        One row a group.

    Raises
    ------
    NumericsError
        When the rows cannot be used or a time is missing or negative.

    Examples
    --------
    >>> n_at_risk([1, 2, 3], [1, 0, 1], [0, 2, 4]).groups[0].n_risk
    (3, 2, 0)
    """
    at = _checked_times(times)
    rows, groups = _usable(time, event, entry, arm, strata)
    found = []
    for code, name in enumerate(groups.names):
        of_group = groups.codes == code
        entries = None if rows.entry is None else rows.entry[of_group]
        counts = numbers_at_risk(rows.time[of_group], at, entries)
        found.append(AtRiskGroup(name, tuple(int(n) for n in counts)))
    return AtRisk(tuple(float(t) for t in at), tuple(found), rows.dropped)


def median_follow_up(
    time: Numbers,
    event: Numbers,
    *,
    arm: Labels | None = None,
    strata: Labels | None = None,
    entry: Numbers | None = None,
    conf_type: ConfType = "log-log",
    level: float = 0.95,
) -> Quantiles:
    """Median potential follow-up by the reverse Kaplan–Meier method.

    Parameters
    ----------
    time, event : (n,) array
        Exit times and events, as for `kaplan_meier`.
    arm, strata, entry, conf_type, level
        As for `kaplan_meier`.

    Returns
    -------
    Quantiles
        Median with limits for each group; ``events`` counts the censorings.

    Raises
    ------
    NumericsError
        When the rows cannot be used or an option is not known.

    Notes
    -----
    The two codes are swapped and the ordinary estimator is run, its tie rule unchanged.

    References
    ----------
    Schemper M, Smith TL. Control Clin Trials 1996;17:343 (doi unverified).

    Examples
    --------
    >>> median_follow_up([1, 2, 3, 4], [1, 0, 0, 0]).groups[0].quantiles[0].estimate
    3.0
    """
    return quantiles(
        time,
        1 - event_codes(event),
        probabilities=(0.5,),
        arm=arm,
        strata=strata,
        entry=entry,
        conf_type=conf_type,
        level=level,
    )


def _checked_times(times: Numbers) -> NDArray[np.float64]:
    at = numbers(times, "times")
    if not np.all(at >= 0):
        raise NumericsError("a time asked for is missing or negative", mend="give times of at least 0")
    return at
