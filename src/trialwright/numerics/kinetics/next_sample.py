"""What one more sample would add: how far it is expected to move the probability of reaching a cut.

Levels are drawn that the sample might show, given all that is known of the patient, each with its residual error; for
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
from trialwright.numerics.kinetics.series import Population, Series
from trialwright.numerics.kinetics.structure import FloatArray, IntArray
from trialwright.numerics.kinetics.virtual import noisy_ln_values
from trialwright.numerics.sampling import Draws

__all__ = ["next_sample_value"]

DRAWS: Final = 2000
"""Draws from the posterior of a patient."""

OUTCOMES: Final = 400
"""Levels drawn for the new sample."""


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
        Values of n patients.
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
        Number of each patient among the random streams; their position when absent.
    ln_typical : ndarray of shape (n, p), optional
        Typical ln parameters of each patient.

    Returns
    -------
    NextSampleValue
        One row a patient; nan for a patient who cannot be estimated.

    Raises
    ------
    NumericsError
        When a day is negative, the cut is not above 0, or levels of 0 are possible and no limit is given.

    Notes
    -----
    A preposterior expectation: E|P′ − P| and E min(P′, 1 − P′) over the predictive distribution of the sample. The
    second can only be lower than min(P, 1 − P), but for Monte-Carlo error.

    Examples
    --------
    >>> from trialwright.numerics.kinetics.series import ErrorModel
    >>> error = ErrorModel("log_additive", 0.2)
    >>> known = Population.independent("biexponential", [0.06, 0.04, 6, 500], [0.45, 0.6, 1, 1.2], error)
    >>> one = Series.of([[(0, 410.0), (22, 180.0), (44, 90.0)]])
    >>> found = next_sample_value(one, known, np.array([45.0, 66.0]), cut_per_day=0.06, seed=1)
    >>> bool(0 < found.expected_change[0, 0] < found.expected_change[0, 1])
    True
    """
    if not (np.isfinite(days).all() and (days >= 0).all()):
        raise NumericsError("a day of the next sample is negative or not a number")
    if not cut_per_day > 0:
        raise NumericsError(f"cut {cut_per_day} per day is not above 0")
    numbers = np.arange(series.count, dtype=np.int64) if subjects is None else subjects
    modes = map_estimates(series, population, ln_typical=ln_typical)
    n = series.count
    p_now, change, wrong = np.full(n, np.nan), np.full((n, days.size), np.nan), np.full((n, days.size), np.nan)
    change_error, wrong_error = np.full_like(change, np.nan), np.full_like(change, np.nan)
    for i in np.flatnonzero(modes.n_modes > 0):
        who = np.array([i], dtype=np.int64)
        drawn = weighted_draws(
            series.subset(who), population, modes.of(who), seed=seed, draws=DRAWS, subjects=numbers[who],
            ln_typical=None if ln_typical is None else ln_typical[who],
        )  # fmt: skip
        reaches = drawn.ln_theta[0, :, population.model.rate] >= math.log(cut_per_day)
        random = Draws(seed, 0, numbers[who])
        source = _sources(drawn.weight[0], float(random.uniform("next sample")[0]), OUTCOMES)
        noise = random.normal("next sample error", OUTCOMES)[0]
        p_now[i] = drawn.weight[0, reaches].sum()
        for place, day in enumerate(days):
            ln_curve = _ln_levels(population, drawn.ln_theta[0], float(day))
            after = _probabilities_after(drawn.weight[0], reaches, ln_curve, population, lloq, (source, noise))
            moved, doubt = np.abs(after - p_now[i]), np.minimum(after, 1.0 - after)
            change[i, place], wrong[i, place] = moved.mean(), doubt.mean()
            change_error[i, place] = moved.std() / math.sqrt(OUTCOMES)
            wrong_error[i, place] = doubt.std() / math.sqrt(OUTCOMES)
    return NextSampleValue(days, p_now, change, np.minimum(p_now, 1.0 - p_now), wrong, change_error, wrong_error)


def _sources(weight: FloatArray, uniform: float, outcomes: int) -> IntArray:
    """Draws the new levels come from, each as often as its weight says (systematic resampling)."""
    places = (np.arange(outcomes) + uniform) / outcomes
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


def _probabilities_after(
    weight: FloatArray,
    reaches: NDArray[np.bool_],
    ln_curve: FloatArray,
    population: Population,
    lloq: float | None,
    outcome: tuple[IntArray, FloatArray],
) -> FloatArray:
    """Probability of reaching the cut after each of the levels drawn."""
    source, noise = outcome
    ln_value = noisy_ln_values(ln_curve[source], population.error, noise)
    limit = -np.inf if lloq is None else math.log(lloq)
    shown, below = np.maximum(ln_value, limit), np.where(ln_value < limit, -1, 0)
    if not np.isfinite(shown).all():
        raise NumericsError("a level of 0 is possible on that day", mend="give the lower limit of the assay (lloq)")
    m, s = weight.size, source.size
    pairs, offsets = np.arange(s * m, dtype=np.int64), np.arange(s * m + 1, dtype=np.int64)
    against, error = np.empty(s * m), population.error
    minus_ln_likelihood(
        pairs, offsets, np.repeat(shown, m), np.repeat(below, m), np.tile(ln_curve, s), error.code, error.constants,
        against,
    )  # fmt: skip
    fit = against.reshape(s, m)
    updated = weight * np.exp(fit.min(axis=1, keepdims=True) - fit)
    after: FloatArray = updated[:, reaches].sum(axis=1) / updated.sum(axis=1)
    return after
