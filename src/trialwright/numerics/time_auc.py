"""How well a marker tells early events from late ones: areas at fixed times and a concordance, censoring weighed in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trialwright.numerics.jit import kernel
from trialwright.numerics.ordering import merge_close_times

__all__ = ["CensoringCurve", "WeightedEstimate", "area_at", "censoring_curve", "concordance", "sensitivity_at"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class CensoringCurve:
    """Probability of being still under observation, with what its estimate rests on.

    Parameters
    ----------
    time : (n,) float
        Times of the rows, near-equal times merged.
    event : (n,) int
        1 for an event, 0 for a censoring.
    place : (n,) int
        Number of each row's time among the distinct times.
    before : (n,) float
        Probability of being under observation just before each row's time.
    distinct : (m,) float
        Distinct times.
    left : (m,) float
        Rows at risk at each distinct time that are not censored there.
    hazard : (m,) float
        Share of the rows at risk that are censored at each distinct time.
    """

    time: Floats
    event: Ints
    place: Ints
    before: Floats
    distinct: Floats
    left: Floats
    hazard: Floats


@dataclass(frozen=True, slots=True, eq=False)
class WeightedEstimate:
    """An estimate with the influence of each row.

    Parameters
    ----------
    estimate : float
        The figure.
    influence : (n,) float
        Change of the figure by one more of each row, to first order; they sum to zero.
    cases, controls : int
        Rows on either side of the comparison.
    """

    estimate: float
    influence: Floats
    cases: int
    controls: int

    @property
    def se(self) -> float:
        """Standard error by the infinitesimal jackknife."""
        return float(np.sqrt(np.square(self.influence).sum()))


def censoring_curve(time: Floats, event: NDArray[np.integer]) -> CensoringCurve:
    """Kaplan–Meier estimate of the time to censoring, read just before each row's time.

    Parameters
    ----------
    time : (n,) float
        Exit times, at least 0.
    event : (n,) int
        1 for an event, 0 for a censoring.

    Returns
    -------
    CensoringCurve
        The curve; a row with an event at t is at risk of a censoring at t.

    Examples
    --------
    >>> censoring_curve(np.array([1.0, 2.0, 3.0, 4.0]), np.array([0, 1, 0, 1])).before.round(3).tolist()
    [1.0, 0.75, 0.75, 0.375]
    """
    merged, _ = merge_close_times(np.ascontiguousarray(time, dtype=np.float64))
    distinct, place = np.unique(merged, return_inverse=True)
    codes = np.asarray(event, dtype=np.int64)
    at_risk = np.cumsum(np.bincount(place)[::-1])[::-1].astype(np.float64)
    censored = np.bincount(place[codes == 0], minlength=distinct.size).astype(np.float64)
    staying = np.cumprod(1.0 - censored / at_risk)
    before = np.concatenate([[1.0], staying[:-1]])[place]
    return CensoringCurve(merged, codes, place, before, distinct, at_risk - censored, censored / at_risk)


def _by_weights(curve: CensoringCurve, moved: Floats) -> Floats:
    """Influence of each row through the censoring curve, `moved` the weighted excess of each row with an event."""
    ahead = np.bincount(curve.place, weights=moved, minlength=curve.distinct.size)
    ahead = ahead.sum() - np.cumsum(ahead)
    each = np.divide(ahead, curve.left, out=np.zeros_like(ahead), where=curve.left > 0)
    compensator = np.cumsum(each * curve.hazard)
    own: Floats = np.where(curve.event == 0, each[curve.place], 0.0) - compensator[curve.place]
    return own


def area_at(curve: CensoringCurve, marker: Floats, at: float) -> WeightedEstimate:
    """Area under the ROC curve of events by a time against no event by it (cumulative cases, dynamic controls).

    Parameters
    ----------
    curve : CensoringCurve
        Times and events.
    marker : (n,) float
        The marker; higher values foretell an earlier event.
    at : float
        The time.

    Returns
    -------
    WeightedEstimate
        The area; not a number when there is no case or no control.

    Notes
    -----
    A row with an event at T ≤ t is a case with weight 1/G(T−), a row still under observation after t a control; ties of
    the marker count as one half. The influence of a row includes what it does to G.

    References
    ----------
    Uno H, Cai T, Tian L, Wei LJ. J Am Stat Assoc 2007;102:527. Hung H, Chiang CT. Can J Stat 2010;38:8. Blanche P,
    Dartigues JF, Jacqmin-Gadda H. Stat Med 2013;32:5381 (doi of each unverified).

    Examples
    --------
    >>> curve = censoring_curve(np.array([1.0, 2.0, 3.0, 4.0]), np.array([1, 1, 0, 1]))
    >>> area_at(curve, np.array([3.0, 1.0, 2.0, 0.0]), 2.5).estimate
    0.75
    """
    case = (curve.event == 1) & (curve.time <= at)
    control = curve.time > at
    if not case.any() or not control.any():
        return WeightedEstimate(float("nan"), np.full(marker.size, np.nan), int(case.sum()), int(control.sum()))
    weight = np.where(case, 1.0 / curve.before, 0.0)
    total, n_controls = weight.sum(), int(control.sum())
    ordered = np.sort(marker[control])
    below = np.searchsorted(ordered, marker, side="left") + np.searchsorted(ordered, marker, side="right")
    share = below / (2.0 * n_controls)
    area = float(weight @ share / total)
    moved = weight * (share - area) / total
    order = np.argsort(marker[case], kind="stable")
    values, so_far = marker[case][order], np.concatenate([[0.0], np.cumsum(weight[case][order])])
    lower = so_far[np.searchsorted(values, marker, side="left")] + so_far[np.searchsorted(values, marker, side="right")]
    above = 1.0 - lower / (2.0 * total)
    own = moved + np.where(control, (above - area) / n_controls, 0.0)
    return WeightedEstimate(area, own + _by_weights(curve, moved), int(case.sum()), n_controls)


def sensitivity_at(curve: CensoringCurve, positive: NDArray[np.bool_], at: float) -> WeightedEstimate:
    """Share of the events by a time that a rule had foretold.

    Parameters
    ----------
    curve : CensoringCurve
        Times and events.
    positive : (n,) bool
        Rows of which the rule foretold an event.
    at : float
        The time.

    Returns
    -------
    WeightedEstimate
        The share; not a number when there is no event by then.

    Examples
    --------
    >>> curve = censoring_curve(np.array([1.0, 2.0, 3.0, 4.0]), np.array([1, 1, 0, 1]))
    >>> sensitivity_at(curve, np.array([True, False, False, True]), 2.5).estimate
    0.5
    """
    case = (curve.event == 1) & (curve.time <= at)
    n_controls = int((curve.time > at).sum())
    if not case.any():
        return WeightedEstimate(float("nan"), np.full(positive.size, np.nan), 0, n_controls)
    weight = np.where(case, 1.0 / curve.before, 0.0)
    share = float(weight @ positive / weight.sum())
    moved = weight * (positive - share) / weight.sum()
    return WeightedEstimate(share, moved + _by_weights(curve, moved), int(case.sum()), n_controls)


def _pairs(time: Floats, rank: Ints, weight: Floats) -> tuple[Floats, Floats]:
    """For each row the later rows with a lower marker, and the weight of the earlier rows with a higher one."""
    order = np.argsort(time, kind="stable")
    counted = _count_pairs(time[order], rank[order].astype(np.int64), weight[order], int(rank.max()) + 1)
    out = np.empty((2, time.size))
    out[:, order] = np.stack(counted)
    return out[0], out[1]


@kernel
def _count_pairs(time: Floats, rank: Ints, weight: Floats, n_ranks: int) -> tuple[Floats, Floats]:
    """The same for rows in order of time; ties of the marker count as one half, ties of the time not at all."""
    n = time.size
    won, as_later = np.zeros(n), np.zeros(n)
    tree, held = np.zeros(n_ranks + 1), np.zeros(n_ranks)
    stop = n
    while stop > 0:
        first = stop - 1
        while first > 0 and time[first - 1] == time[stop - 1]:
            first -= 1
        for i in range(first, stop):
            won[i] = _sum_below(tree, rank[i]) + 0.5 * held[rank[i]]
        for i in range(first, stop):
            _add(tree, rank[i], 1.0)
            held[rank[i]] += 1.0
        stop = first
    tree[:] = 0.0
    held[:] = 0.0
    total, first = 0.0, 0
    while first < n:
        stop = first + 1
        while stop < n and time[stop] == time[first]:
            stop += 1
        for i in range(first, stop):
            as_later[i] = total - _sum_below(tree, rank[i]) - 0.5 * held[rank[i]]
        for i in range(first, stop):
            _add(tree, rank[i], weight[i])
            held[rank[i]] += weight[i]
            total += weight[i]
        first = stop
    return won, as_later


@kernel
def _add(tree: Floats, place: int, amount: float) -> None:
    k = place + 1
    while k < tree.size:
        tree[k] += amount
        k += k & -k


@kernel
def _sum_below(tree: Floats, place: int) -> float:
    """Sum of the amounts at places below the given one."""
    total, k = 0.0, place
    while k > 0:
        total += tree[k]
        k -= k & -k
    return total


def concordance(curve: CensoringCurve, marker: Floats, until: float) -> WeightedEstimate:
    """Share of pairs in which the row with the earlier event, by a time, has the higher marker (Uno's C).

    Parameters
    ----------
    curve : CensoringCurve
        Times and events.
    marker : (n,) float
        The marker; higher values foretell an earlier event.
    until : float
        Time up to which events count.

    Returns
    -------
    WeightedEstimate
        The concordance; not a number when there is no pair.

    Notes
    -----
    A pair of an event at T < `until` and a row under observation after T has weight 1/G(T−)²; ties of the marker count
    as one half. The pairs are counted in a tree over the ranks of the marker, never formed.

    References
    ----------
    Uno H, Cai T, Pencina MJ, D'Agostino RB, Wei LJ. Stat Med 2011;30:1105 (doi unverified).

    Examples
    --------
    >>> curve = censoring_curve(np.array([1.0, 2.0, 3.0]), np.array([1, 1, 1]))
    >>> concordance(curve, np.array([3.0, 1.0, 2.0]), 9.0).estimate
    0.6666666666666666
    """
    early = np.flatnonzero((curve.event == 1) & (curve.time < until))
    n = marker.size
    weight = np.zeros(n)
    weight[early] = 1.0 / curve.before[early] ** 2
    ranked = np.sort(curve.time)
    later = n - np.searchsorted(ranked, curve.time, side="right")
    total = float(weight @ later)
    if not total > 0:
        return WeightedEstimate(float("nan"), np.full(n, np.nan), early.size, 0)
    won, as_later = _pairs(curve.time, np.unique(marker, return_inverse=True)[1], weight)
    share = float(weight @ won / total)
    order = np.argsort(curve.time, kind="stable")
    so_far = np.concatenate([[0.0], np.cumsum(weight[order])])
    earlier_weight = so_far[np.searchsorted(ranked, curve.time, side="left")]
    moved = weight * (won - share * later) / total
    own = moved + (as_later - share * earlier_weight) / total
    return WeightedEstimate(share, own + _by_weights(curve, 2.0 * moved), early.size, n)
