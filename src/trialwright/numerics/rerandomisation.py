"""Allocation carried out many times over: the arms it would have given, and the log-rank statistic each time.

The kernels follow the same rules as the exact steps of the allocation itself, in floating point and with uniform
numbers handed in, so that a procedure can be rehearsed, and repeated for a re-randomisation test, ten thousand times
in less than a second.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from trialwright.errors import NumericsError
from trialwright.numerics.jit import kernel
from trialwright.numerics.scheme import MEASURES, RULES, Entries, Scheme

__all__ = [
    "FollowUp",
    "Reallocated",
    "reallocate",
    "rerandomisation_p",
    "rerandomised_logrank",
]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Arms = NDArray[np.int8]

# Statistics that differ in their last digits only, such as those of exchanged arms, count as equal.
_EQUAL: Final = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class FollowUp:
    """What was observed of the same subjects, in the same order.

    Parameters
    ----------
    time : (n,) float
        Times to event or censoring.
    event : (n,) int
        1 for an event, 0 for a censoring.
    stratum : (n,) int
        Stratum of the test, from 0.
    """

    time: Floats
    event: NDArray[np.int8]
    stratum: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Reallocated:
    """Many runs of one procedure.

    Parameters
    ----------
    arms : (m, n) int8
        Arm of each subject in each run.
    chances : (m, n) float
        Probability the drawn arm had.
    best : (m, n) float
        Probability of the likeliest arm: how often somebody is right who knows the procedure and all before.
    """

    arms: Arms
    chances: Floats
    best: Floats


@kernel
def _favour(lightest: NDArray[np.bool_], ratio: Floats, probability: float, chances: Floats) -> None:
    """Probability of each arm when one of the lightest is favoured; which of them, by the ratio."""
    total, tied, smallest = 0.0, 0.0, ratio[0]
    for k in range(ratio.size):
        total += ratio[k]
        smallest = min(smallest, ratio[k])
        if lightest[k]:
            tied += ratio[k]
    spared = (1.0 - probability) / (total - smallest)
    for k in range(ratio.size):
        chances[k] = 0.0
        for i in range(ratio.size):
            if lightest[i]:
                chances[k] += ratio[i] / tied * (1.0 - spared * (total - ratio[k]) if i == k else spared * ratio[k])


@kernel
def _spread(loads: Floats, measure: int) -> float:
    """Range (0), variance (1) or standard deviation (2) of the arms' loads."""
    low, high, total, squares = loads[0], loads[0], 0.0, 0.0
    for k in range(loads.size):
        low, high, total = min(low, loads[k]), max(high, loads[k]), total + loads[k]
    if measure == 0:
        return float(high - low)
    for k in range(loads.size):
        squares += (loads[k] - total / loads.size) ** 2
    variance = squares / (loads.size - 1)
    return float(variance if measure == 1 else np.sqrt(variance))


@kernel
def _imbalances(
    counts: Floats, levels: Ints, weights: Floats, scale: Floats, measure: int, loads: Floats, found: Floats
) -> None:
    """Weighted imbalance over the subject's levels with the subject added to each arm in turn."""
    for k in range(scale.size):
        found[k] = 0.0
        for f in range(levels.size):
            for j in range(scale.size):
                loads[j] = (counts[f, levels[f], j] + (1.0 if j == k else 0.0)) * scale[j]
            found[k] += weights[f] * _spread(loads, measure)


@kernel
def _lowest(values: Floats, marks: NDArray[np.bool_]) -> None:
    least = values[0]
    for k in range(values.size):
        least = min(least, values[k])
    for k in range(values.size):
        marks[k] = values[k] <= least + 1e-9 * (1.0 + abs(least))


@kernel
def _chances(
    rule: int, ratio: Floats, scale: Floats, numbers: Floats, here: Floats, left: Floats, loads: Floats, chances: Floats
) -> None:
    """Probability of each arm: 0 simple, 1 blocks, 2 biased coin, 3 big stick, 4 urn."""
    arms = ratio.size
    for k in range(arms):
        loads[k] = here[k] * scale[k]
    if rule == 2:
        marks = np.zeros(arms, np.bool_)
        _lowest(loads, marks)
        _favour(marks, ratio, numbers[0], chances)
        return
    total, lightest, load = 0.0, loads.min(), 0.0
    for k in range(arms):
        load += here[k] / ratio[k]
    for k in range(arms):
        if rule == 0:
            chances[k] = ratio[k]
        elif rule == 1:
            chances[k] = left[k]
        elif rule == 3:
            chances[k] = ratio[k] if loads[k] + scale[k] - lightest <= numbers[1] * numbers[4] else 0.0
        else:
            chances[k] = ratio[k] * (numbers[2] + numbers[3] * (load - here[k] / ratio[k]))
        total += chances[k]
    for k in range(arms):
        chances[k] /= total


@kernel
def _drawn(chances: Floats, u: float) -> int:
    reached, last = 0.0, 0
    for k in range(chances.size):
        if chances[k] > 0.0:
            last = k
            reached += chances[k]
            if u < reached:
                return k
    return last


@kernel
def _allocate(
    scheme: tuple[int, Floats, Floats, Ints, Floats, Floats, int],
    cells: Ints,
    levels: Ints,
    u: Floats,
    work: tuple[Floats, Floats, Floats, Floats, Floats],
    arm: Arms,
    chance: Floats,
    best: Floats,
) -> None:
    """One run over all subjects; number 2i opens a block, number 2i + 1 draws the arm."""
    rule, ratio, scale, sizes, numbers, weights, measure = scheme
    counts, left, margins, loads, chances = work
    counts[:] = 0.0
    left[:] = 0.0
    margins[:] = 0.0
    marks = np.zeros(ratio.size, np.bool_)
    found = np.zeros(ratio.size)
    for i in range(cells.size):
        cell = cells[i]
        if rule == 1 and left[cell].sum() == 0.0:
            size = sizes[min(int(u[2 * i] * sizes.size), sizes.size - 1)]
            for k in range(ratio.size):
                left[cell, k] = size / ratio.sum() * ratio[k]
        if rule == 5:
            _imbalances(margins, levels[i], weights, scale, measure, loads, found)
            _lowest(found, marks)
            _favour(marks, ratio, numbers[0], chances)
        else:
            _chances(rule, ratio, scale, numbers, counts[cell], left[cell], loads, chances)
        k = _drawn(chances, u[2 * i + 1])
        arm[i], chance[i], best[i] = k, chances[k], chances.max()
        counts[cell, k] += 1.0
        left[cell, k] -= 1.0
        for f in range(levels.shape[1]):
            margins[f, levels[i, f], k] += 1.0


@kernel
def _work(arms: int, cells: Ints, levels: Ints) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    n_cells = 1 if cells.size == 0 else cells.max() + 1
    n_levels = 1 if levels.size == 0 else levels.max() + 1
    margins = np.zeros((levels.shape[1], n_levels, arms))
    return np.zeros((n_cells, arms)), np.zeros((n_cells, arms)), margins, np.zeros(arms), np.zeros(arms)


@kernel
def _reallocate(
    scheme: tuple[int, Floats, Floats, Ints, Floats, Floats, int],
    cells: Ints,
    levels: Ints,
    u: Floats,
    arms: Arms,
    chances: Floats,
    best: Floats,
) -> None:
    work = _work(scheme[1].size, cells, levels)
    for b in range(u.shape[0]):
        _allocate(scheme, cells, levels, u[b], work, arms[b], chances[b], best[b])


@kernel
def _logrank_z(
    order: Ints, closes: NDArray[np.int8], event: NDArray[np.int8], arm: Arms, first: int, second: int
) -> float:
    """Log-rank z of two arms; rows from the last time to the first, 1 where a time ends, 2 where a stratum does."""
    u, v, n, n1, d, d1 = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for i in range(order.size):
        row = order[i]
        inside = arm[row] == first or arm[row] == second
        if inside:
            n += 1.0
            d += event[row]
            if arm[row] == second:
                n1 += 1.0
                d1 += event[row]
        if closes[i] > 0:
            if d > 0.0:
                share = n1 / n
                u += d1 - d * share
                if n > 1.0:
                    v += d * share * (1.0 - share) * (n - d) / (n - 1.0)
            d, d1 = 0.0, 0.0
            if closes[i] > 1:
                n, n1 = 0.0, 0.0
    return float(u / np.sqrt(v)) if v > 0.0 else 0.0


@kernel
def _rerandomised(
    scheme: tuple[int, Floats, Floats, Ints, Floats, Floats, int],
    cells: Ints,
    levels: Ints,
    u: Floats,
    follow_up: tuple[Ints, NDArray[np.int8], NDArray[np.int8]],
    compared: tuple[int, int],
    z: Floats,
) -> None:
    order, closes, event = follow_up
    work = _work(scheme[1].size, cells, levels)
    arm, chance, best = np.zeros(cells.size, np.int8), np.zeros(cells.size), np.zeros(cells.size)
    for b in range(u.shape[0]):
        _allocate(scheme, cells, levels, u[b], work, arm, chance, best)
        z[b] = _logrank_z(order, closes, event, arm, compared[0], compared[1])


def _numbers(scheme: Scheme, entries: Entries) -> tuple[int, Floats, Floats, Ints, Floats, Floats, int]:
    if scheme.arms < 2 or min(scheme.ratio) < 1:
        raise NumericsError("there is nothing to draw", mend="give two arms or more, each with a ratio of at least 1")
    if scheme.rule == "permuted-blocks" and (
        not scheme.sizes or any(size % sum(scheme.ratio) for size in scheme.sizes)
    ):
        raise NumericsError("the blocks do not fit the ratio", mend="give sizes that are multiples of the ratio's sum")
    if scheme.rule == "minimisation" and len(scheme.weights) != entries.levels.shape[1]:
        raise NumericsError("factors and weights differ in number", mend="give one weight a factor")
    ratio = np.array(scheme.ratio, np.float64)
    round_length = math.lcm(*scheme.ratio)
    scale = round_length / ratio  # whole numbers, so that equal loads are equal
    numbers = np.array([scheme.probability, scheme.limit, scheme.start, scheme.add, round_length], np.float64)
    rule, measure = RULES.index(scheme.rule), MEASURES.index(scheme.measure)
    return rule, ratio, scale, np.array(scheme.sizes, np.int64), numbers, np.array(scheme.weights, np.float64), measure


def _checked(entries: Entries, uniforms: Floats) -> tuple[Ints, Ints, Floats]:
    cells, levels = np.ascontiguousarray(entries.cells, np.int64), np.ascontiguousarray(entries.levels, np.int64)
    if levels.shape[0] != cells.size or uniforms.ndim != 2 or uniforms.shape[1] != 2 * cells.size:
        raise NumericsError("subjects and random numbers differ in number", mend="give two numbers a subject and run")
    return cells, levels, np.ascontiguousarray(uniforms, np.float64)


def reallocate(scheme: Scheme, entries: Entries, uniforms: Floats) -> Reallocated:
    """Arms that many runs of a procedure give the same subjects in the same order.

    Parameters
    ----------
    scheme : Scheme
        The procedure.
    entries : Entries
        The n subjects.
    uniforms : (m, 2n) float
        Inside [0, 1); of each subject's two numbers the first picks a block size where a block begins, the second the
        arm.

    Returns
    -------
    Reallocated
        One row a run.

    Raises
    ------
    NumericsError
        When the procedure or the numbers do not fit.

    Examples
    --------
    >>> from trialwright.numerics.scheme import Scheme
    >>> blocks = Scheme("permuted-blocks", (1, 1), sizes=(2,))
    >>> reallocate(blocks, Entries.alike(4), np.array([[0.0, 0.1, 0.0, 0.1, 0.0, 0.9, 0.0, 0.9]])).arms.tolist()
    [[0, 1, 1, 0]]
    """
    cells, levels, u = _checked(entries, uniforms)
    numbers = _numbers(scheme, entries)
    shape = (u.shape[0], cells.size)
    arms, chances, best = np.zeros(shape, np.int8), np.zeros(shape), np.zeros(shape)
    _reallocate(numbers, cells, levels, u, arms, chances, best)
    return Reallocated(arms, chances, best)


def rerandomised_logrank(
    scheme: Scheme,
    entries: Entries,
    follow_up: FollowUp,
    uniforms: Floats,
    *,
    compared: tuple[int, int] = (0, 1),
) -> Floats:
    """Log-rank z of the same courses under arms drawn anew, one a run.

    Parameters
    ----------
    scheme : Scheme
        The procedure by which the arms were drawn.
    entries : Entries
        The n subjects in the order in which they were allocated.
    follow_up : FollowUp
        What was observed of them.
    uniforms : (m, 2n) float
        As for :func:`reallocate`.
    compared : tuple of two int, default (0, 1)
        Arms that are compared; z is that of the second, negative when it has fewer events than expected.

    Returns
    -------
    (m,) float
        0 where a run leaves nothing to compare.

    Raises
    ------
    NumericsError
        When the procedure, the courses or the numbers do not fit.

    Notes
    -----
    (observed − expected)/SE, summed over the strata of the test; the variance is that of each run.

    Examples
    --------
    >>> follow_up = FollowUp(np.array([1.0, 2.0]), np.array([1, 1], np.int8), np.zeros(2, np.int64))
    >>> u = np.array([[0.0, 0.0, 0.0, 0.9], [0.0, 0.9, 0.0, 0.0]])
    >>> rerandomised_logrank(Scheme("simple", (1, 1)), Entries.alike(2), follow_up, u).tolist()
    [-1.0, 1.0]
    """
    cells, levels, u = _checked(entries, uniforms)
    if not cells.size == follow_up.time.size == follow_up.event.size == follow_up.stratum.size:
        raise NumericsError("subjects and courses differ in number", mend="give one time, event and stratum a subject")
    order = np.lexsort((-follow_up.time, follow_up.stratum))
    time, stratum = follow_up.time[order], follow_up.stratum[order]
    stratum_ends = np.append(stratum[1:] != stratum[:-1], True)
    time_ends = np.append(time[1:] != time[:-1], True) | stratum_ends
    closes = (time_ends.astype(np.int8) + stratum_ends).astype(np.int8)
    z = np.empty(u.shape[0])
    rows = (order.astype(np.int64), closes, follow_up.event.astype(np.int8))
    _rerandomised(_numbers(scheme, entries), cells, levels, u, rows, compared, z)
    return z


def rerandomisation_p(observed: float, reallocated: Floats) -> float:
    """Two-sided p value of a statistic among those of arms drawn anew.

    Parameters
    ----------
    observed : float
        Statistic of the arms as they were.
    reallocated : (m,) float
        Statistics of m runs.

    Returns
    -------
    float
        Above 0, at most 1.

    Raises
    ------
    NumericsError
        When there is no run.

    Notes
    -----
    p = (1 + #{|T_b| >= |T|}) / (m + 1). The arms as they were count as one of the draws, so p is never 0.

    References
    ----------
    Simon R, Simon NR. Stat Probab Lett 2011;81:767-772 (unverified).

    Examples
    --------
    >>> rerandomisation_p(2.0, np.array([-2.0, 1.0, 0.0]))
    0.5
    """
    if reallocated.size == 0:
        raise NumericsError("no run is given", mend="draw the arms anew at least once")
    reached = np.abs(reallocated) >= abs(observed) - _EQUAL * (1.0 + abs(observed))
    return (1 + int(np.count_nonzero(reached))) / (reallocated.size + 1)
