"""What one more sample would add: how far it is expected to move the probability of reaching a cut.

Levels are drawn that the sample might show, given all that is known of the subject, each with its residual error; for
each of them the probability is found anew.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from trialwright.errors import NumericsError
from trialwright.numerics.kinetics.estimates import NextSampleValue
from trialwright.numerics.kinetics.importance import weighted_draws
from trialwright.numerics.kinetics.likelihood import minus_ln_likelihood
from trialwright.numerics.kinetics.map_estimate import map_estimates
from trialwright.numerics.kinetics.series import ErrorModel, Population, Series
from trialwright.numerics.kinetics.structure import FloatArray, IntArray
from trialwright.numerics.kinetics.virtual import noisy_ln_values
from trialwright.numerics.sampling import Draws

__all__ = ["next_sample_value"]

DRAWS: Final = 15_000
"""Draws from the posterior of a subject."""

OUTCOMES: Final = 200
"""Levels drawn for the new sample."""

TOGETHER: Final = 25
"""Levels weighed at a time, so that the pairs of a level and a draw stay few."""

BATCHES: Final = 5
"""Parts of the draws whose scatter gives the Monte-Carlo error; odd, so that each holds exchanged draws and others."""


def next_sample_value(
    series: Series,
    population: Population,
    days: FloatArray,
    *,
    cut_per_day: float,
    seed: int,
    lloq: float | None = None,
    subjects: IntArray | None = None,
    ln_typical: FloatArray | None = None,
) -> NextSampleValue:
    """What a sample on each of some days is expected to change, one day at a time.

    Parameters
    ----------
    series : Series
        Values of n subjects.
    population : Population
        Prior and residual error.
    days : ndarray of shape (m,)
        Days of the sample, 0 or later.
    cut_per_day : float
        Rate of which the probability to reach it matters.
    seed : int
        0 to 2**64 − 1.
    lloq : float, optional
        Lower limit of quantification of the new sample, in the unit of the marker.
    subjects : ndarray of int, shape (n,), optional
        Number of each subject among the random streams; their position when absent.
    ln_typical : ndarray of shape (n, p), optional
        Typical ln parameters of each subject.

    Returns
    -------
    NextSampleValue
        One row a subject; nan for a subject who cannot be estimated.

    Raises
    ------
    NumericsError
        When a day is negative, the cut is not above 0, or levels of 0 are possible and no limit is given.

    Notes
    -----
    A preposterior expectation: E|P′ − P| and E min(P′, 1 − P′) over the predictive distribution of the sample. The
    second cannot exceed min(P, 1 − P): as P′ is P on average, it is that less the expected excess of 2P′ − 1 (or of
    1 − 2P′, where P is above one half) over 0, which is what is averaged here. The Monte-Carlo errors join the scatter
    of the levels drawn to the scatter between parts of the draws.

    Examples
    --------
    >>> from trialwright.numerics.kinetics.series import ErrorModel
    >>> error = ErrorModel("log_additive", 0.2)
    >>> known = Population.independent("biexponential", [0.06, 0.04, 6, 500], [0.45, 0.6, 1, 1.2], error)
    >>> one = Series.of([[(0, 410.0), (22, 180.0), (44, 90.0)]])
    >>> found = next_sample_value(one, known, np.array([50.0, 90.0]), cut_per_day=0.06, seed=1)
    >>> bool(0 < found.expected_change[0, 0] < found.expected_change[0, 1])
    True
    """
    if not (np.isfinite(days).all() and (days >= 0).all()):
        raise NumericsError("a day of the next sample is negative or not a number")
    if not cut_per_day > 0:
        raise NumericsError(f"cut {cut_per_day} per day is not above 0")
    numbers = np.arange(series.count, dtype=np.int64) if subjects is None else subjects
    modes = map_estimates(series, population, ln_typical=ln_typical)
    n, m = series.count, days.size
    p_now, figures = np.full(n, np.nan), np.full((4, n, m), np.nan)
    for i in np.flatnonzero(modes.n_modes > 0):
        who = np.array([i], dtype=np.int64)
        drawn = weighted_draws(
            series.subset(who), population, modes.of(who), seed=seed, draws=DRAWS, subjects=numbers[who],
            ln_typical=None if ln_typical is None else ln_typical[who],
        )  # fmt: skip
        weight, ln_theta = drawn.weight[0], drawn.ln_theta[0]
        reaches = ln_theta[:, population.model.rate] >= math.log(cut_per_day)
        random = Draws(seed, 0, numbers[who])
        source = _sources(weight, float(random.uniform("next sample")[0]), OUTCOMES)
        noise = random.normal("next sample error", OUTCOMES)[0]
        p_now[i] = weight[reaches].sum()
        for place, day in enumerate(days):
            ln_curve = _ln_levels(population, ln_theta, float(day))
            shown_levels = _shown(noisy_ln_values(ln_curve[source], population.error, noise), lloq)
            figures[:, i, place] = _expectations(weight, reaches, ln_curve, population.error, shown_levels)
    change, wrong, change_error, wrong_error = figures
    return NextSampleValue(days, p_now, change, np.minimum(p_now, 1.0 - p_now), wrong, change_error, wrong_error)


def _shown(ln_value: FloatArray, lloq: float | None) -> tuple[FloatArray, IntArray]:
    """New values as the assay reports them, and which of them lie below its limit."""
    limit = -np.inf if lloq is None else math.log(lloq)
    shown = np.maximum(ln_value, limit)
    if not np.isfinite(shown).all():
        raise NumericsError("a level of 0 is possible on that day", mend="give the lower limit of the assay (lloq)")
    return shown, np.where(ln_value < limit, -1, 0)


def _expectations(
    weight: FloatArray,
    reaches: NDArray[np.bool_],
    ln_curve: FloatArray,
    error: ErrorModel,
    shown_levels: tuple[FloatArray, IntArray],
) -> tuple[float, float, float, float]:
    """Expected change and doubt, and their Monte-Carlo errors."""
    shown, below = shown_levels
    masses = np.concatenate([
        _masses(weight, reaches, ln_curve, error, (shown[a : a + TOGETHER], below[a : a + TOGETHER]))
        for a in range(0, shown.size, TOGETHER)
    ])  # fmt: skip
    batches = np.stack([
        [weight[part::BATCHES][reaches[part::BATCHES]].sum(), weight[part::BATCHES].sum()] for part in range(BATCHES)
    ])  # fmt: skip
    parts = _moves(batches[:, 0] / batches[:, 1], masses[:, :, 0] / masses[:, :, 1])
    whole = _moves(batches[:, 0].sum(keepdims=True), masses[:, :, :1].sum(axis=1) / masses[:, :, 1:].sum(axis=1))
    errors = [
        math.sqrt(one.var() / one.size + part.mean(axis=0).var(ddof=1) / BATCHES)
        for one, part in zip(whole, parts, strict=True)
    ]
    return float(whole[0].mean()), float(whole[1].mean()), errors[0], errors[1]


def _moves(now: FloatArray, after: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Change and remaining doubt of each level; `after` has one row a level and one column for each `now`."""
    other_class = np.where(now > 0.5, 1.0 - after, after)
    return np.abs(after - now), np.minimum(now, 1.0 - now) - np.maximum(2.0 * other_class - 1.0, 0.0)


def _masses(
    weight: FloatArray,
    reaches: NDArray[np.bool_],
    ln_curve: FloatArray,
    error: ErrorModel,
    shown_levels: tuple[FloatArray, IntArray],
) -> FloatArray:
    """Weight after each level of the draws that reach the cut, and of all; shape (levels, batches, 2)."""
    shown, below = shown_levels
    s, m = shown.size, weight.size
    pairs, offsets, against = np.arange(s * m, dtype=np.int64), np.arange(s * m + 1, dtype=np.int64), np.empty(s * m)
    minus_ln_likelihood(
        pairs, offsets, np.repeat(shown, m), np.repeat(below, m), np.tile(ln_curve, s), error.code, error.constants,
        against,
    )  # fmt: skip
    fit = against.reshape(s, m)
    updated = weight * np.exp(fit.min(axis=1, keepdims=True) - fit)
    masses = np.empty((s, BATCHES, 2))
    for part in range(BATCHES):
        own = updated[:, part::BATCHES]
        masses[:, part, 0], masses[:, part, 1] = own[:, reaches[part::BATCHES]].sum(axis=1), own.sum(axis=1)
    return masses


def _sources(weight: FloatArray, uniform: float, levels: int) -> IntArray:
    """Draws the new levels come from, each as often as its weight says (systematic resampling)."""
    places = (np.arange(levels) + uniform) / levels
    found: IntArray = np.minimum(np.searchsorted(np.cumsum(weight), places), weight.size - 1).astype(np.int64)
    return found


def _ln_levels(population: Population, ln_theta: FloatArray, day: float) -> FloatArray:
    """Level of each draw on one day, as its ln."""
    m = ln_theta.shape[0]
    who, ln_curve = np.arange(m, dtype=np.int64), np.empty(m)
    offsets, days = np.arange(m + 1, dtype=np.int64), np.full(m, day)
    population.model.ln_values(
        who, offsets, days, np.ascontiguousarray(ln_theta), float(population.beta_sign), ln_curve
    )
    return ln_curve
