"""How sure each subject's elimination rate is: posterior mean, interval and probability of reaching a cut."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import numpy as np

from trialwright.errors import NumericsError
from trialwright.numerics.kinetics.estimates import PosteriorSummary
from trialwright.numerics.kinetics.importance import WeightedDraws, weighted_draws
from trialwright.numerics.kinetics.map_estimate import map_estimates, typical_rows
from trialwright.numerics.kinetics.series import Population, Series
from trialwright.numerics.kinetics.structure import FloatArray, IntArray

__all__ = ["posterior"]

BLOCK: Final = 8
"""Subjects sampled together, so that their draws fit into the processor's cache."""

FIGURES: Final = (
    "mean", "median", "low", "high", "sd_ln", "p_at_least", "mean_error", "median_error", "low_error", "high_error",
    "sd_ln_error", "p_error", "effective_size",
)  # fmt: skip


def posterior(
    series: Series,
    population: Population,
    *,
    seed: int,
    cut_per_day: float | None = None,
    level: float = 0.9,
    draws: int = 4000,
    subjects: IntArray | None = None,
    ln_typical: FloatArray | None = None,
) -> PosteriorSummary:
    """Posterior of each subject's elimination rate, with the Monte-Carlo error of each figure.

    Parameters
    ----------
    series : Series
        Values of n subjects.
    population : Population
        Prior and residual error.
    seed : int
        0 to 2**64 − 1.
    cut_per_day : float, optional
        Rate of which the probability to reach it is wanted: the standardising divisor of the setting.
    level : float, default 0.9
        Probability inside the credible interval.
    draws : int, default 4000
        Draws a subject.
    subjects : ndarray of int, shape (n,), optional
        Number of each subject among the random streams; their position when absent. Together with the seed it decides
        the figures of a subject, whoever else is in the series.
    ln_typical : ndarray of shape (n, p), optional
        Typical ln parameters of each subject, where covariates move them.

    Returns
    -------
    PosteriorSummary
        One entry a subject, in their order; nan for a subject who cannot be estimated.

    Raises
    ------
    NumericsError
        When the level or the cut is out of range.

    Notes
    -----
    Self-normalised importance sampling; the error of a mean of h is √Σw²(h − h̄)², that of a quantile is half the
    distance between the quantiles one error of its probability to either side; that of a probability is at least one
    effective draw. Without a prior for the level at day 0
    (``free_flat``) and without a value near day 0 the posterior has no finite integral and the effective size is small.

    Examples
    --------
    >>> from trialwright.numerics.kinetics.series import ErrorModel
    >>> error = ErrorModel("log_additive", 0.2)
    >>> known = Population.independent("biexponential", [0.06, 0.04, 6, 500], [0.45, 0.6, 1, 1.2], error)
    >>> found = posterior(Series.of([[(0, 410.0), (22, 180.0), (44, 90.0)]]), known, seed=1, cut_per_day=0.06)
    >>> bool(abs(found.p_at_least[0] - 0.255) < 4 * found.p_error[0])
    True
    """
    if not 0 < level < 1:
        raise NumericsError(f"credible level {level} is not between 0 and 1")
    if cut_per_day is not None and not cut_per_day > 0:
        raise NumericsError(f"cut {cut_per_day} per day is not above 0")
    typical = typical_rows(series, population, ln_typical)
    modes = map_estimates(series, population, ln_typical=ln_typical)
    numbers = np.arange(series.count, dtype=np.int64) if subjects is None else subjects
    able = np.flatnonzero(modes.n_modes > 0)

    def block(who: IntArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        drawn = weighted_draws(
            series.subset(who), population, modes.of(who), seed=seed, draws=draws, subjects=numbers[who],
            ln_typical=typical[who],
        )  # fmt: skip
        return _summary(drawn, population.model.rate, level, cut_per_day)

    blocks = [able[first : first + BLOCK] for first in range(0, able.size, BLOCK)]
    with ThreadPoolExecutor(max(1, min(os.cpu_count() or 1, len(blocks)))) as pool:
        found = list(pool.map(block, blocks))
    n, p = series.count, population.model.size
    figures, ln_mean, ln_sd = np.full((len(FIGURES), n), np.nan), np.full((n, p), np.nan), np.full((n, p), np.nan)
    for who, (parts, means, sds) in zip(blocks, found, strict=True):
        figures[:, who], ln_mean[who], ln_sd[who] = parts, means, sds
    named = dict(zip(FIGURES, figures, strict=True))
    return PosteriorSummary(
        **named, level=level, draws=draws, cut_per_day=cut_per_day, ln_mean=ln_mean, ln_sd=ln_sd
    )  # fmt: skip


def _summary(
    drawn: WeightedDraws, rate: int, level: float, cut: float | None
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """The figures of `FIGURES` a row, and mean and SD of all ln parameters, of a block of subjects."""
    weight, ln_rate = drawn.weight, drawn.ln_theta[:, :, rate]
    speed = np.exp(ln_rate)
    ln_mean = np.einsum("nm,nmp->np", weight, drawn.ln_theta)
    ln_variance = np.einsum("nm,nmp->np", weight, np.square(drawn.ln_theta - ln_mean[:, None, :]))
    ln_sd: FloatArray = np.sqrt(ln_variance)
    mean, mean_error = _mean(weight, speed)
    _, variance_error = _mean(weight, np.square(ln_rate - ln_mean[:, [rate]]))
    sd = ln_sd[:, rate]
    nothing = np.full(sd.size, np.nan)
    share, share_error = (nothing, nothing) if cut is None else _mean(weight, (speed >= cut).astype(np.float64))
    tail = 0.5 * (1.0 - level)
    (low, low_error), (median, median_error), (high, high_error) = _quantiles(weight, speed, (tail, 0.5, 1.0 - tail))
    share = np.clip(share, 0.0, 1.0)  # the weights of a subject add up to 1 but for rounding
    # a probability cannot be known to be nearer 0 or 1 than the effective number of draws can show
    share_error = np.maximum(share_error, 1.0 / drawn.effective_size)
    sd_error = np.divide(variance_error, 2.0 * sd, out=np.zeros_like(sd), where=sd > 0)
    figures = np.stack([
        mean, median, low, high, sd, share, mean_error, median_error, low_error, high_error, sd_error, share_error,
        drawn.effective_size,
    ])  # fmt: skip
    return figures, ln_mean, ln_sd


def _mean(weight: FloatArray, values: FloatArray) -> tuple[FloatArray, FloatArray]:
    mean = (weight * values).sum(axis=1)
    return mean, np.sqrt(np.square(weight * (values - mean[:, None])).sum(axis=1))


def _quantiles(
    weight: FloatArray, values: FloatArray, shares: tuple[float, ...]
) -> list[tuple[FloatArray, FloatArray]]:
    """Weighted quantiles of each row with their Monte-Carlo errors."""
    order = np.argsort(values, axis=1)
    rising, ordered = np.take_along_axis(values, order, axis=1), np.take_along_axis(weight, order, axis=1)
    below = np.cumsum(ordered, axis=1) - 0.5 * ordered
    squares = np.cumsum(np.square(ordered), axis=1)
    found = []
    for share in shares:
        quantile, error = np.empty(values.shape[0]), np.empty(values.shape[0])
        for i in range(values.shape[0]):
            quantile[i] = np.interp(share, below[i], rising[i])
            lower = squares[i, max(int(np.searchsorted(below[i], share)) - 1, 0)]
            spread = np.sqrt((1.0 - share) ** 2 * lower + share**2 * (squares[i, -1] - lower))
            ends = np.interp([share - spread, share + spread], below[i], rising[i])
            error[i] = 0.5 * (ends[1] - ends[0])
        found.append((quantile, error))
    return found
