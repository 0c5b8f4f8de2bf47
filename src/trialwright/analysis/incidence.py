"""Cumulative incidences of competing events by group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from trialwright.analysis.competing_rows import CompetingRows, absent_cause, competing_rows
from trialwright.analysis.levels import Labels, Levels, joined
from trialwright.analysis.rows import Dropped, Numbers, SurvivalRows
from trialwright.analysis.shapes import plain_list
from trialwright.errors import NumericsError
from trialwright.numerics.competing import Incidence, IncidenceVariance, cumulative_incidence_curve, incidence_at
from trialwright.numerics.ordering import merge_close_times
from trialwright.numerics.survival import ConfType, numbers_at_risk, pointwise_limits

__all__ = ["CauseIncidence", "CumulativeIncidence", "IncidenceGroup", "cumulative_incidence"]

ALL = "all"
_ROUNDING = 1e-12

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class CauseIncidence:
    """Cumulative incidence of one cause in one group.

    Parameters
    ----------
    cause : str
        Code of the cause.
    events : int
        Its events.
    time : (m,) float
        Distinct times, or the times asked for.
    n_risk, n_event : (m,) int
        Subjects at risk just before each time, and events of this cause there; at times asked for, the events since
        the one before.
    cif, se, lower, upper : (m,) float
        Incidence, standard error, confidence limits; not a number where there are none.
    is_beyond_follow_up : (m,) bool
        After the last observation, a censoring: nothing was observed there, the last value is carried on.
    """

    cause: str
    events: int
    time: Floats
    n_risk: NDArray[np.int64]
    n_event: NDArray[np.int64]
    cif: Floats
    se: Floats
    lower: Floats
    upper: Floats
    is_beyond_follow_up: NDArray[np.bool_]

    def to_dict(self) -> dict[str, object]:
        """Plain data: arrays of equal length, null where there is no figure."""
        return {
            "cause": self.cause,
            "events": self.events,
            "time": plain_list(self.time),
            "n_risk": self.n_risk.tolist(),
            "n_event": self.n_event.tolist(),
            "cif": plain_list(self.cif),
            "se": plain_list(self.se),
            "lower": plain_list(self.lower),
            "upper": plain_list(self.upper),
            "beyond_follow_up": self.is_beyond_follow_up.tolist(),
        }


@dataclass(frozen=True, slots=True)
class IncidenceGroup:
    """Cumulative incidences of one group.

    Parameters
    ----------
    level : str
        Arm, stratum or both; ``all`` when the rows were not divided.
    n : int
        Subjects.
    causes : tuple of CauseIncidence
        One a cause; together they are one less the probability of being free of all.
    """

    level: str
    n: int
    causes: tuple[CauseIncidence, ...]

    def to_dict(self) -> dict[str, object]:
        """Plain data."""
        return {"level": self.level, "n": self.n, "causes": [cause.to_dict() for cause in self.causes]}


@dataclass(frozen=True, slots=True)
class CumulativeIncidence:
    """Cumulative incidences of all groups.

    Parameters
    ----------
    groups : tuple of IncidenceGroup
        One a group, in the order of the levels.
    causes : tuple of str
        Codes of the causes.
    conf_type : str
        Scale of the limits.
    conf_level : float
        Two-sided confidence level.
    variance : {"aalen", "greenwood"}
        Kind of variance.
    dropped : tuple of Dropped
        Rows left out, by reason.
    """

    groups: tuple[IncidenceGroup, ...]
    causes: tuple[str, ...]
    conf_type: ConfType
    conf_level: float
    variance: IncidenceVariance
    dropped: tuple[Dropped, ...] = ()

    def of_cause(self, cause: str) -> CumulativeIncidence:
        """The same groups with the curves of one cause alone.

        Raises
        ------
        EstimationError
            When no row has an event of that cause.
        """
        if cause not in self.causes:
            raise absent_cause(cause, self.causes)
        kept = [replace(g, causes=tuple(c for c in g.causes if c.cause == cause)) for g in self.groups]
        return replace(self, groups=tuple(kept), causes=(cause,))

    def to_dict(self) -> dict[str, object]:
        """Plain data, ``{groups: [{level, n, causes: [{cause, events, time, n_risk, cif, se, ...}]}]}``."""
        return {"groups": [group.to_dict() for group in self.groups]}


def _merged(found: CompetingRows) -> tuple[SurvivalRows, Levels]:
    """Rows with near-equal times merged, and the group of each."""
    rows = found.rows
    time, entry = merge_close_times(rows.time, rows.entry)
    rows = SurvivalRows(time, rows.event, entry, rows.labels, rows.kept, rows.dropped)
    if not rows.labels:
        return rows, Levels(np.zeros(rows.n, dtype=np.int64), (ALL,))
    return rows, joined(list(rows.labels.values()))


def cumulative_incidence(  # noqa: PLR0913  # each is an option a statistician names when asking for the curves
    time: Numbers,
    event: Labels,
    *,
    arm: Labels | None = None,
    strata: Labels | None = None,
    entry: Numbers | None = None,
    times: Sequence[float] | None = None,
    censored: str | None = None,
    variance: IncidenceVariance = "aalen",
    conf_type: ConfType = "log-log",
    level: float = 0.95,
) -> CumulativeIncidence:
    """Cumulative incidence of every cause, one set of curves for each arm and stratum (Aalen–Johansen).

    Parameters
    ----------
    time : (n,) array
        Exit times in any one unit, at least 0.
    event : (n,) array
        Codes: 0 censored, each of the others a cause; at equal times events come before censorings.
    arm, strata : (n,) array, optional
        Labels by which the rows are divided.
    entry : (n,) array, optional
        Entry times; a subject is at risk where entry < t <= exit.
    times : sequence of float, optional
        Times at which to read the curves; all distinct times when not given.
    censored : str, optional
        Code that means censored; 0 unless given.
    variance : {"aalen", "greenwood"}, optional
        Kind of variance, see `trialwright.numerics.competing.cumulative_incidence_curve`.
    conf_type : {"log-log", "log", "plain", "logit", "arcsin"}, optional
        Scale of the limits, of the incidence itself.
    level : float, optional
        Two-sided confidence level.

    Returns
    -------
    CumulativeIncidence
        The curves.

    Raises
    ------
    NumericsError
        When the rows cannot be used or an option is not known.

    Notes
    -----
    The limits on the log-log scale are F^exp(±z·se/(F ln F)); they do not exist while F is 0.

    References
    ----------
    Aalen O, Johansen S. Scand J Stat 1978;5:141 (doi unverified).

    Examples
    --------
    >>> found = cumulative_incidence([1, 2, 3, 4, 5], [1, 2, 0, 1, 0], times=[2, 4])
    >>> [(c.cause, c.cif.tolist()) for c in found.groups[0].causes]
    [('1', [0.2, 0.5]), ('2', [0.2, 0.2])]
    """
    if not 0 < level < 1:
        raise NumericsError(f"confidence level {level} is not between 0 and 1", mend="write 0.95 for 95 %")
    if times is not None and any(t < 0 for t in times):
        raise NumericsError("a time asked for is negative", mend="ask for times from 0 on")
    asked = None if times is None else np.asarray(times, dtype=np.float64)
    found = competing_rows(time, event, censored=censored, entry=entry, labels={"arm": arm, "strata": strata})
    rows, groups = _merged(found)
    divided = []
    for code, name in enumerate(groups.names):
        mine = groups.codes == code
        entries = None if rows.entry is None else rows.entry[mine]
        curve = cumulative_incidence_curve(
            rows.time[mine], found.cause[mine], len(found.causes), entry=entries, variance=variance
        )
        shown = _Shown(curve, asked, numbers_at_risk(rows.time[mine], curve.time if asked is None else asked, entries))
        causes = [_of_cause(shown, k, cause, conf_type, level) for k, cause in enumerate(found.causes, start=1)]
        divided.append(IncidenceGroup(name, int(mine.sum()), tuple(causes)))
    return CumulativeIncidence(tuple(divided), found.causes, conf_type, level, variance, rows.dropped)


@dataclass(frozen=True, slots=True, eq=False)
class _Shown:
    """Curves of one group, and the times at which they are shown."""

    curve: Incidence
    asked: Floats | None
    n_risk: NDArray[np.int64]


def _of_cause(shown: _Shown, number: int, cause: str, conf_type: ConfType, level: float) -> CauseIncidence:
    curve, n_event = shown.curve, shown.curve.n_event[number - 1]
    if shown.asked is None:
        time, cif, var, events = curve.time, curve.incidence[number - 1], curve.variance[number - 1], n_event
    else:
        time = shown.asked
        cif, var = incidence_at(curve, number, time)
        so_far = np.concatenate([[0], np.cumsum(n_event)])[np.searchsorted(curve.time, time, side="right")]
        events = np.diff(so_far, prepend=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        of_log = np.where(cif > 0, var / cif**2, np.nan)
    # A sum of parts of 1 may miss 1 by its last digit, where the scales of the limits end.
    whole = np.where(cif > 1.0 - _ROUNDING, 1.0, cif)
    lower, upper = pointwise_limits(whole, of_log, conf_type=conf_type, level=level)
    ends_open = curve.time.size > 0 and curve.n_censor[-1] > 0 and curve.surv[-1] > 0
    beyond = (time > curve.time[-1]) & ends_open
    return CauseIncidence(
        cause, int(n_event.sum()), time, shown.n_risk, events, cif, np.sqrt(var), lower, upper, beyond
    )
