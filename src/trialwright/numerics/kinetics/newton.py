"""Newton's method over many subjects at once: one step of each, from sums with exact second derivatives.

The search of a subject ends when its Newton decrement gᵀH⁻¹g falls below a tolerance. A step that does not lower the
objective, or second derivatives that are not positive definite, are answered by adding to their diagonal (Levenberg
and Marquardt) until one does; the addition fades once steps succeed.
"""

from __future__ import annotations

import math

import numpy as np

from trialwright.numerics.jit import kernel
from trialwright.numerics.kinetics.structure import Flags, FloatArray, IntArray

__all__ = ["FOUND", "RETURNED", "SEARCHING", "STUCK", "inverse_diagonal", "newton_step"]

SEARCHING, FOUND, STUCK, RETURNED = 0, 1, 2, 3


@kernel
def _factored(matrix: FloatArray, damping: float, free: Flags, factor: FloatArray) -> bool:
    """Factor L·D·Lᵀ of a matrix with an addition to its diagonal; False when that is not positive definite.

    Below the diagonal stands L, on it the reciprocals of D, above it (L·D)ᵀ; no square root is taken.
    """
    size = len(free)
    for a in range(size):
        for b in range(a):
            total = matrix[a, b]
            for c in range(b):
                total -= factor[c, a] * factor[b, c]
            factor[b, a] = total
            factor[a, b] = total * factor[b, b]
        total = matrix[a, a] + damping
        for c in range(a):
            total -= factor[c, a] * factor[a, c]
        if not total > 1e-14 * abs(matrix[a, a]):
            return False
        factor[a, a] = 1.0 / total
    return True


@kernel
def _solved(factor: FloatArray, right: FloatArray, free: Flags, out: FloatArray) -> None:
    size = len(free)
    for a in range(size):
        total = right[a]
        for c in range(a):
            total -= factor[a, c] * out[c]
        out[a] = total
    for turned in range(size):
        a = size - 1 - turned
        total = out[a] * factor[a, a]
        for c in range(a + 1, size):
            total -= factor[c, a] * out[c]
        out[a] = total


@kernel
def _factored_somehow(
    matrix: FloatArray, damping: float, scale: float, free: Flags, factor: FloatArray
) -> tuple[bool, float]:
    """Factor with the given or, where that does not do, the next larger addition; whether there is one, and which."""
    while not _factored(matrix, damping, free, factor) and damping < 1e12 * scale:
        damping = max(10.0 * damping, 1e-3 * scale)
    return damping < 1e12 * scale, damping


@kernel
def _unpacked(row: FloatArray, free: Flags, matrix: FloatArray, slope: FloatArray) -> float:
    """Second derivatives (lower triangle) and gradient of the free parameters; the largest value on the diagonal."""
    size = len(free)
    place, largest = 1 + size, 0.0
    for a in range(size):
        slope[a] = row[1 + a] if free[a] else 0.0
        for b in range(a, size):
            matrix[b, a] = row[place] if free[a] and free[b] else (1.0 if a == b else 0.0)
            place += 1
        largest = max(largest, abs(matrix[a, a]))
    return largest


@kernel
def _add_prior(row: FloatArray, eta: FloatArray, precision: FloatArray, free: Flags) -> None:
    """Add what the prior adds to the objective and to its derivatives."""
    size = len(free)
    place = 1 + size
    for a in range(size):
        pull = 0.0
        for b in range(size):
            pull += precision[a, b] * eta[b]
        row[0] += 0.5 * eta[a] * pull
        row[1 + a] += pull
        for b in range(a, size):
            row[place] += precision[a, b]
            place += 1


@kernel
def _fetched(rows: FloatArray, i: int, free: Flags, row: FloatArray) -> None:
    size = len(free)
    for column in range(1 + size + size * (size + 1) // 2):
        row[column] = rows[i, column]


@kernel
def _stored(row: FloatArray, free: Flags, rows: FloatArray, i: int) -> None:
    size = len(free)
    for column in range(1 + size + size * (size + 1) // 2):
        rows[i, column] = row[column]


@kernel
def _length(slope: FloatArray, step: FloatArray, free: Flags) -> tuple[float, float]:
    """Newton decrement of a step, and its largest component."""
    decrement, length = 0.0, 0.0
    for a in range(len(free)):
        decrement += slope[a] * step[a]
        length = max(length, abs(step[a]))
    return decrement, length


@kernel
def _apart(trial: FloatArray, known: FloatArray, i: int, free: Flags) -> float:
    """Largest distance of a trial from the mode known before; not a number where there is none."""
    apart = 0.0
    for a in range(len(free)):
        away = abs(trial[i, a] - known[i, a])
        apart = away if not away <= apart else apart
    return apart


@kernel
def newton_step(
    who: IntArray,
    prior: tuple[FloatArray, FloatArray],
    free: Flags,
    limits: tuple[float, float, float],
    tried: tuple[FloatArray, FloatArray],
    kept: tuple[FloatArray, FloatArray, FloatArray],
    progress: tuple[FloatArray, IntArray, IntArray],
) -> int:
    """Judge each subject's trial and propose the next one.

    Parameters
    ----------
    who : ndarray of int
        Subjects still searching; receives those who go on, in front.
    prior : tuple of ndarray
        Typical ln parameters of each subject, shape (n, p), and the inverse covariance, shape (p, p).
    free : tuple of int, of length p
        1 for a parameter that is estimated, 0 for one that is fixed.
    limits : tuple of float
        Longest step of a ln parameter; Newton decrement at which the search ends; distance in every ln parameter within
        which it has returned to a mode known before.
    tried : tuple of ndarray
        Each subject's trial, shape (n, p), which receives the next one; minus ln likelihood there with its derivatives,
        shape (n, 1 + p + p(p + 1)/2).
    kept : tuple of ndarray
        The best point so far; minus ln posterior density there with its derivatives; the mode known before, nan where
        there is none.
    progress : tuple of ndarray
        Of each subject, shape (n,): addition to the diagonal; status, which receives 1 where the search has ended, 2
        where no step lowers the objective, 3 where it has returned; number of steps.

    Returns
    -------
    int
        Number of subjects who go on.

    Notes
    -----
    The last step is taken without evaluating it, with its effect on the objective, half the decrement, subtracted. A
    search whose full Newton step leads back to the mode known before has returned; the step is not taken.

    Examples
    --------
    >>> who, prior = np.zeros(1, dtype=np.int64), (np.zeros((1, 1)), np.ones((1, 1)))
    >>> kept = (np.zeros((1, 1)), np.full((1, 3), np.inf), np.full((1, 1), np.nan))
    >>> tried, progress = (
    ...     (np.ones((1, 1)), np.zeros((1, 3))),
    ...     (np.zeros(1), np.zeros(1, np.int64), np.zeros(1, np.int64)),
    ... )
    >>> newton_step(who, prior, (1,), (2.0, 1e-12, 0.0), tried, kept, progress)
    1
    >>> tried[0].tolist(), kept[1].tolist()
    ([[0.0]], [[0.5, 1.0, 1.0]])
    """
    typical, precision = prior
    longest, tolerance, radius = limits
    trial, at_trial = tried
    best, best_row, known = kept
    damping, status, steps = progress
    size, left = len(free), 0
    matrix, factor, slope, step = np.empty((size, size)), np.empty((size, size)), np.empty(size), np.empty(size)
    row, eta = np.empty(best_row.shape[1]), np.empty(size)
    for place in range(who.size):
        i = who[place]
        steps[i] += 1
        _fetched(at_trial, i, free, row)
        for a in range(size):
            eta[a] = trial[i, a] - typical[i, a]
        _add_prior(row, eta, precision, free)
        better = row[0] <= best_row[i, 0] + 1e-12 * (1.0 + abs(row[0]))
        if better and math.isfinite(row[0]):
            for a in range(size):
                best[i, a] = trial[i, a]
            if _apart(trial, known, i, free) <= radius:
                status[i] = 3
                continue
            _stored(row, free, best_row, i)
        else:
            _fetched(best_row, i, free, row)
        largest = _unpacked(row, free, matrix, slope)
        faded = 0.1 * damping[i] if damping[i] > 1e-3 * largest else 0.0
        damping[i] = faded if better else max(10.0 * damping[i], 1e-3 * largest)
        able = math.isfinite(row[0]) and math.isfinite(largest)
        if able:
            able, damping[i] = _factored_somehow(matrix, damping[i], largest, free, factor)
        if not able:
            status[i] = 2
            continue
        _solved(factor, slope, free, step)
        decrement, length = _length(slope, step, free)
        if damping[i] == 0.0 and decrement < tolerance:
            for a in range(size):
                best[i, a] -= step[a]
            best_row[i, 0] -= 0.5 * decrement
            status[i] = 1
            continue
        shrink = longest / length if length > longest else 1.0
        for a in range(size):
            trial[i, a] = min(max(best[i, a] - shrink * step[a], -60.0), 60.0)
        if damping[i] == 0.0 and _apart(trial, known, i, free) <= radius:
            status[i] = 3
            continue
        who[left] = i
        left += 1
    return left


@kernel
def inverse_diagonal(rows: FloatArray, free: Flags, out: FloatArray) -> None:
    """Diagonal of the inverse second derivatives of each subject.

    Parameters
    ----------
    rows : ndarray of shape (n, 1 + p + p(p + 1)/2)
        Objective, gradient and upper triangle of the second derivatives.
    free : tuple of int, of length p
        1 for a parameter that is estimated, 0 for one that is fixed.
    out : ndarray of shape (n, p)
        Receives the diagonal: nan where the matrix is not positive definite, 0 for fixed parameters.

    Examples
    --------
    >>> out = np.zeros((1, 1))
    >>> inverse_diagonal(np.array([[0.0, 0.0, 4.0]]), (1,), out)
    >>> out.tolist()
    [[0.25]]
    """
    size = len(free)
    matrix, factor, slope, step = np.empty((size, size)), np.empty((size, size)), np.empty(size), np.empty(size)
    row = np.empty(rows.shape[1])
    for i in range(rows.shape[0]):
        _fetched(rows, i, free, row)
        _unpacked(row, free, matrix, slope)
        definite = _factored(matrix, 0.0, free, factor)
        for a in range(size):
            total = 0.0 if definite else np.nan
            for b in range(a, size if definite else a):
                step[b] = 1.0 if a == b else 0.0
                for c in range(a, b):
                    step[b] -= factor[b, c] * step[c]
                total += step[b] * step[b] * factor[b, b]
            out[i, a] = total if free[a] else 0.0
