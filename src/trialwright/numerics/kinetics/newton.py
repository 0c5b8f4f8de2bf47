"""Newton's method over many subjects at once: one step of each, from sums with exact second derivatives.

The search of a subject ends when its Newton decrement gᵀH⁻¹g falls below a tolerance. A step that does not lower the
objective, or second derivatives that are not positive definite, are answered by adding to their diagonal (Levenberg
and Marquardt) until one does; the addition fades once steps succeed.
"""

from __future__ import annotations

import math

import numpy as np

from trialwright.numerics.jit import kernel
from trialwright.numerics.kinetics.structure import FloatArray, IntArray

__all__ = ["FOUND", "RETURNED", "SEARCHING", "STUCK", "inverse_diagonal", "newton_step"]

SEARCHING, FOUND, STUCK, RETURNED = 0, 1, 2, 3


@kernel
def _factored(matrix: FloatArray, damping: float, lower: FloatArray) -> bool:
    """Cholesky factor of a matrix with an addition to its diagonal; False when it has none."""
    size = matrix.shape[0]
    for a in range(size):
        for b in range(a + 1):
            total = matrix[a, b]
            if a == b:
                total += damping
            for c in range(b):
                total -= lower[a, c] * lower[b, c]
            if a == b:
                if not total > 1e-14 * abs(matrix[a, a]):
                    return False
                lower[a, a] = math.sqrt(total)
            else:
                lower[a, b] = total / lower[b, b]
    return True


@kernel
def _solved(lower: FloatArray, right: FloatArray, out: FloatArray) -> None:
    size = lower.shape[0]
    for a in range(size):
        total = right[a]
        for c in range(a):
            total -= lower[a, c] * out[c]
        out[a] = total / lower[a, a]
    for a in range(size - 1, -1, -1):
        total = out[a]
        for c in range(a + 1, size):
            total -= lower[c, a] * out[c]
        out[a] = total / lower[a, a]


@kernel
def _unpacked(rows: FloatArray, i: int, free: IntArray, matrix: FloatArray, slope: FloatArray) -> float:
    """Second derivatives and gradient of the free parameters; the largest absolute value on the diagonal."""
    size = free.size
    place, largest = 1 + size, 0.0
    for a in range(size):
        slope[a] = rows[i, 1 + a] if free[a] else 0.0
        for b in range(a, size):
            both = rows[i, place] if free[a] and free[b] else (1.0 if a == b else 0.0)
            matrix[a, b], matrix[b, a] = both, both
            place += 1
        largest = max(largest, abs(matrix[a, a]))
    return largest


@kernel
def _with_prior(rows: FloatArray, i: int, x: FloatArray, typical: FloatArray, precision: FloatArray) -> None:
    size = x.shape[1]
    place = 1 + size
    for a in range(size):
        pull = 0.0
        for b in range(size):
            pull += precision[a, b] * (x[i, b] - typical[i, b])
        rows[i, 0] += 0.5 * (x[i, a] - typical[i, a]) * pull
        rows[i, 1 + a] += pull
        for b in range(a, size):
            rows[i, place] += precision[a, b]
            place += 1


@kernel
def _apart(trial: FloatArray, known: FloatArray, i: int) -> float:
    """Largest distance of a trial from the mode known before; not a number where there is none."""
    apart = 0.0
    for a in range(trial.shape[1]):
        away = abs(trial[i, a] - known[i, a])
        apart = away if not away <= apart else apart
    return apart


@kernel
def newton_step(
    who: IntArray,
    prior: tuple[FloatArray, FloatArray],
    free: IntArray,
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
    free : ndarray of int, shape (p,)
        1 for a parameter that is estimated, 0 for one that is fixed.
    limits : tuple of float
        Longest step of a ln parameter; Newton decrement at which the search ends; distance in every ln parameter within
        which it has returned to a mode known before.
    tried : tuple of ndarray
        Each subject's trial, shape (n, p), which receives the next one; minus ln likelihood there with its derivatives,
        shape (n, 1 + p + p(p + 1)/2), to which the prior is added here.
    kept : tuple of ndarray
        The same of the best point so far; the mode known before, shape (n, p), nan where there is none.
    progress : tuple of ndarray
        Of each subject, shape (n,): addition to the diagonal; status, which receives 1 where the search has ended, 2
        where no step lowers the objective, 3 where it has returned; number of steps.

    Returns
    -------
    int
        Number of subjects who go on.

    Notes
    -----
    The last step is taken without evaluating it, with its effect on the objective, half the decrement, subtracted.

    Examples
    --------
    >>> who, prior = np.zeros(1, dtype=np.int64), (np.zeros((1, 1)), np.ones((1, 1)))
    >>> kept = (np.zeros((1, 1)), np.full((1, 3), np.inf), np.full((1, 1), np.nan))
    >>> tried, progress = (
    ...     (np.ones((1, 1)), np.zeros((1, 3))),
    ...     (np.zeros(1), np.zeros(1, np.int64), np.zeros(1, np.int64)),
    ... )
    >>> newton_step(who, prior, who + 1, (2.0, 1e-12, 0.0), tried, kept, progress)
    1
    >>> tried[0].tolist(), kept[1].tolist()
    ([[0.0]], [[0.5, 1.0, 1.0]])
    """
    typical, precision = prior
    longest, tolerance, radius = limits
    trial, at_trial = tried
    best, best_row, known = kept
    damping, status, steps = progress
    size, left = free.size, 0
    matrix, lower, slope, step = np.empty((size, size)), np.empty((size, size)), np.empty(size), np.empty(size)
    for place in range(who.size):
        i = who[place]
        steps[i] += 1
        _with_prior(at_trial, i, trial, typical, precision)
        better = at_trial[i, 0] <= best_row[i, 0] + 1e-12 * (1.0 + abs(at_trial[i, 0]))
        if better and math.isfinite(at_trial[i, 0]):
            for a in range(size):
                best[i, a] = trial[i, a]
            if _apart(trial, known, i) <= radius:
                status[i] = 3
                continue
            for column in range(at_trial.shape[1]):
                best_row[i, column] = at_trial[i, column]
        largest = _unpacked(best_row, i, free, matrix, slope)
        unit = 1e-3 * largest
        if better:
            damping[i] = 0.1 * damping[i] if damping[i] > unit else 0.0
        else:
            damping[i] = max(10.0 * damping[i], unit)
        if not math.isfinite(best_row[i, 0]) or not math.isfinite(largest):
            status[i] = 2
            continue
        while not _factored(matrix, damping[i], lower) and damping[i] < 1e12 * largest:
            damping[i] = max(10.0 * damping[i], unit)
        if damping[i] >= 1e12 * largest:
            status[i] = 2
            continue
        _solved(lower, slope, step)
        decrement, length = 0.0, 0.0
        for a in range(size):
            decrement += slope[a] * step[a]
            length = max(length, abs(step[a]))
        if damping[i] == 0.0 and decrement < tolerance:
            for a in range(size):
                best[i, a] -= step[a]
            best_row[i, 0] -= 0.5 * decrement
            status[i] = 1
            continue
        shrink = longest / length if length > longest else 1.0
        for a in range(size):
            trial[i, a] = min(max(best[i, a] - shrink * step[a], -60.0), 60.0)
        who[left] = i
        left += 1
    return left


@kernel
def inverse_diagonal(rows: FloatArray, free: IntArray, out: FloatArray) -> None:
    """Diagonal of the inverse second derivatives of each subject.

    Parameters
    ----------
    rows : ndarray of shape (n, 1 + p + p(p + 1)/2)
        Objective, gradient and upper triangle of the second derivatives.
    free : ndarray of int, shape (p,)
        1 for a parameter that is estimated, 0 for one that is fixed.
    out : ndarray of shape (n, p)
        Receives the diagonal: nan where the matrix is not positive definite, 0 for fixed parameters.

    Examples
    --------
    >>> out = np.zeros((1, 1))
    >>> inverse_diagonal(np.array([[0.0, 0.0, 4.0]]), np.ones(1, dtype=np.int64), out)
    >>> out.tolist()
    [[0.25]]
    """
    size = free.size
    matrix, lower, slope, step = np.empty((size, size)), np.empty((size, size)), np.empty(size), np.empty(size)
    for i in range(rows.shape[0]):
        _unpacked(rows, i, free, matrix, slope)
        definite = _factored(matrix, 0.0, lower)
        for a in range(size):
            if free[a] and definite:
                for b in range(size):
                    slope[b] = 1.0 if a == b else 0.0
                _solved(lower, slope, step)
                out[i, a] = step[a]
            else:
                out[i, a] = np.nan if free[a] else 0.0
