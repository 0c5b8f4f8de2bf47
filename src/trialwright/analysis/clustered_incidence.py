"""Cumulative incidence of lesions, the lesions of one subject taken together in the standard error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trialwright.analysis.competing_rows import FIRST_CAUSE, competing_rows
from trialwright.analysis.incidence import cumulative_incidence
from trialwright.analysis.levels import Labels
from trialwright.analysis.rows import Numbers
from trialwright.errors import NumericsError
from trialwright.numerics.clustered_incidence import clustered_variance, incidence_influence
from trialwright.numerics.ordering import merge_close_times
from trialwright.numerics.survival import ConfType, pointwise_limits

__all__ = ["ClusteredIncidence", "clustered_incidence"]

_ROUNDING = 1e-12
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class ClusteredIncidence:
    """Cumulative incidence of the cause of interest, with limits that know which rows belong together.

    Parameters
    ----------
    n, clusters, events : int
        Rows, clusters of rows, and rows with an event of the cause.
    time : (k,) float
        Times.
    n_risk, n_event : (k,) int
        Rows at risk just before each time, and events of the cause since the time before.
    cif, se, lower, upper : (k,) float
        Incidence, robust standard error and limits; not a number where there are none.
    is_beyond_follow_up : (k,) bool
        After the last observation, a censoring.
    """

    n: int
    clusters: int
    events: int
    time: Floats
    n_risk: NDArray[np.int64]
    n_event: NDArray[np.int64]
    cif: Floats
    se: Floats
    lower: Floats
    upper: Floats
    is_beyond_follow_up: NDArray[np.bool_]


def clustered_incidence(  # each is an option a statistician names when asking for the curve
    time: Numbers,
    event: Labels,
    cluster: Labels,
    *,
    times: Sequence[float] | None = None,
    censored: str | None = None,
    conf_type: ConfType = "log-log",
    level: float = 0.95,
) -> ClusteredIncidence | None:
    """Cumulative incidence of the first cause (Aalen–Johansen) with standard errors by clusters.

    Parameters
    ----------
    time : (n,) array
        Exit times in any one unit, at least 0.
    event : (n,) array
        Codes: 0 censored, 1 the cause of interest, each of the others a competing cause.
    cluster : (n,) array
        Whose row it is; rows of one cluster need not be independent of each other.
    times : sequence of float, optional
        Times at which to read the curve; all distinct times when not given.
    censored : str, optional
        Code that means censored; 0 unless given.
    conf_type : {"log-log", "log", "plain", "logit", "arcsin"}, optional
        Scale of the limits, of the incidence itself.
    level : float, optional
        Two-sided confidence level.

    Returns
    -------
    ClusteredIncidence or None
        None when no row has an event of the cause.

    Raises
    ------
    NumericsError
        When a row has no cluster, the rows cannot be used or an option is not known.

    Notes
    -----
    The estimate is that of all rows, each counting once; only its error takes the clusters as what is independent:
    the variance is the sum over clusters of the squared sum of the rows' influence. With one row in each cluster it is
    the variance ``greenwood`` of the unclustered curve.

    References
    ----------
    Aalen O, Johansen S. Scand J Stat 1978;5:141 (doi unverified); grouped infinitesimal jackknife, unverified.

    Examples
    --------
    >>> found = clustered_incidence([1, 2, 3, 4], [1, 2, 0, 1], ["a", "a", "b", "b"], times=[2])
    >>> found.clusters, found.cif.tolist()
    (2, [0.25])
    """
    found = competing_rows(time, event, censored=censored, labels={"cluster": cluster})
    whose = found.rows.labels["cluster"]
    if any(left.reason == "missing cluster" for left in found.rows.dropped):
        raise NumericsError("a row does not say whose it is", where="cluster", mend="fill the column in")
    if FIRST_CAUSE not in found.causes:
        return None
    exits, _ = merge_close_times(found.rows.time, None)
    cause = found.led_by(FIRST_CAUSE)
    group = cumulative_incidence(
        exits, cause, times=times, censored="0", variance="greenwood", conf_type=conf_type, level=level
    ).groups[0]
    plain = next(each for each in group.causes if each.cause == FIRST_CAUSE)
    moved = incidence_influence(exits, cause, 2, plain.time)
    variance = clustered_variance(moved, whose.codes)
    with np.errstate(divide="ignore", invalid="ignore"):
        of_log = np.where(plain.cif > 0, variance / plain.cif**2, np.nan)
    whole = np.where(plain.cif > 1.0 - _ROUNDING, 1.0, plain.cif)
    lower, upper = pointwise_limits(whole, of_log, conf_type=conf_type, level=level)
    return ClusteredIncidence(
        n=exits.size,
        clusters=int(np.unique(whose.codes).size),
        events=plain.events,
        time=plain.time,
        n_risk=plain.n_risk,
        n_event=plain.n_event,
        cif=plain.cif,
        se=np.sqrt(variance),
        lower=lower,
        upper=upper,
        is_beyond_follow_up=plain.is_beyond_follow_up,
    )
