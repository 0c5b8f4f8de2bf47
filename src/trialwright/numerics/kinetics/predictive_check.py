"""Visual predictive check as numbers: percentiles and shares below the limit, measured beside simulated, by bin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from trialwright.errors import NumericsError
from trialwright.numerics.kinetics.map_estimate import typical_rows
from trialwright.numerics.kinetics.series import ABOVE, BELOW, Population, Series
from trialwright.numerics.kinetics.structure import FloatArray, IntArray
from trialwright.numerics.kinetics.virtual import noisy_ln_values
from trialwright.numerics.sampling import Draws

__all__ = [
    "Band",
    "PredictiveCheck",
    "ceiling_of",
    "default_edges",
    "limit_of",
    "predictive_check",
    "simulated_ln_values",
]

LEVELS: Final = (0.05, 0.5, 0.95)
_DAY_0_SHARE: Final = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """A figure of the measured values, and where it lies in simulated repetitions.

    Parameters
    ----------
    measured : ndarray
        From the series.
    low, median, high : ndarray of the same shape
        From the repetitions: ends of the interval and the median.
    """

    measured: FloatArray
    low: FloatArray
    median: FloatArray
    high: FloatArray

    @property
    def outside(self) -> FloatArray:
        """Whether each measured figure lies outside its interval; 0, 1, or nan where one of them is not known."""
        known = np.isfinite(self.measured) & np.isfinite(self.low) & np.isfinite(self.high)
        outside = (self.measured < self.low) | (self.measured > self.high)
        found: FloatArray = np.where(known, outside.astype(np.float64), np.nan)
        return found


@dataclass(frozen=True, slots=True, eq=False)
class PredictiveCheck:
    """Measured values beside simulated repetitions of the same samples.

    Parameters
    ----------
    edges_days : ndarray of shape (b + 1,)
        Bins: from each edge to before the next, the last edge included.
    middle_days : ndarray of shape (b,)
        Median day of the samples of each bin.
    values : ndarray of int, shape (b,)
        Number of values.
    levels : ndarray of shape (q,)
        Percentiles shown, as shares.
    percentiles : Band of shape (b, q)
        Of the ln values; nan where a percentile lies beyond a limit of the assay.
    below : Band of shape (b,)
        Share of values below the lower limit.
    lower_limit : float or None
        The limit simulated values were cut at, in the unit of the marker.
    replicates : int
        Number of repetitions.
    interval : float
        Probability inside the intervals.
    """

    edges_days: FloatArray
    middle_days: FloatArray
    values: IntArray
    levels: FloatArray
    percentiles: Band
    below: Band
    lower_limit: float | None
    replicates: int
    interval: float


def predictive_check(
    series: Series,
    population: Population,
    *,
    edges_days: FloatArray | None = None,
    levels: tuple[float, ...] = LEVELS,
    replicates: int = 500,
    interval: float = 0.95,
    seed: int = 0,
    ln_typical: FloatArray | None = None,
) -> PredictiveCheck:
    """Percentiles and shares below the limit, measured and simulated, by bin of days.

    Parameters
    ----------
    series : Series
        Measured values.
    population : Population
        What the repetitions are simulated from.
    edges_days : ndarray of shape (b + 1,), optional
        Edges of the bins; those of `default_edges` when absent.
    levels : tuple of float
        Percentiles, as shares.
    replicates : int, default 500
        Repetitions.
    interval : float, default 0.95
        Probability inside the intervals.
    seed : int, default 0
        The check is a function of it.
    ln_typical : ndarray of shape (n, p), optional
        Typical ln parameters of each subject where covariates move them.

    Returns
    -------
    PredictiveCheck
        Figures to be drawn.

    Raises
    ------
    NumericsError
        When a bin is empty.

    Notes
    -----
    A value below the limit counts as lower than every measured value, in the series and in the repetitions alike; a
    percentile that falls among such values is not shown. Percentiles are those of the inverted distribution function.

    References
    ----------
    Bergstrand M, Hooker AC, Wallin JE, Karlsson MO. AAPS J 2011;13:143-51, doi 10.1208/s12248-011-9255-z (unverified).

    Examples
    --------
    >>> from trialwright.numerics.kinetics.series import ErrorModel
    >>> from trialwright.numerics.kinetics.virtual import SamplingPlan, virtual_series
    >>> known = Population.independent("residual_decay", [0.1, 20, 900], [0.3, 0.5, 1], ErrorModel("log_additive", 0.2))
    >>> series = virtual_series(known, SamplingPlan(), count=50, seed=1).series
    >>> predictive_check(series, known, replicates=50).percentiles.measured.shape[1]
    3
    """
    edges = default_edges(series) if edges_days is None else np.asarray(edges_days, dtype=np.float64)
    place = np.clip(np.searchsorted(edges, series.t_days, side="right") - 1, 0, edges.size - 2)
    outside = (series.t_days < edges[0]) | (series.t_days > edges[-1])
    bins = [np.flatnonzero((place == b) & ~outside) for b in range(edges.size - 1)]
    if any(members.size == 0 for members in bins):
        raise NumericsError("a bin of days holds no value", mend="give wider bins")
    limit, shares = limit_of(series), np.asarray(levels)
    shown = np.where(series.censor == BELOW, -np.inf, np.where(series.censor == ABOVE, np.inf, series.ln_value))
    ceiling = ceiling_of(series)
    simulated, below = np.empty((replicates, len(bins), shares.size)), np.empty((replicates, len(bins)))
    drawn = simulated_ln_values(series, population, replicates=replicates, seed=seed, ln_typical=ln_typical)
    for replicate, ln_values in enumerate(drawn):
        cut = np.where(ln_values < limit, -np.inf, np.where(ln_values > ceiling, np.inf, ln_values))
        simulated[replicate] = [_percentiles(cut[members], shares) for members in bins]
        below[replicate] = [np.isneginf(cut[members]).mean() for members in bins]
    tail = (1.0 - interval) / 2
    measured = np.array([_percentiles(shown[members], shares) for members in bins])
    measured_below = np.array([np.isneginf(shown[members]).mean() for members in bins])
    return PredictiveCheck(
        edges_days=edges,
        middle_days=np.array([np.median(series.t_days[members]) for members in bins]),
        values=np.array([members.size for members in bins], dtype=np.int64),
        levels=shares,
        percentiles=_band(measured, simulated, tail),
        below=_band(measured_below, below, tail),
        lower_limit=float(np.exp(limit)) if np.isfinite(limit) else None,
        replicates=replicates,
        interval=interval,
    )


def simulated_ln_values(
    series: Series, population: Population, *, replicates: int, seed: int, ln_typical: FloatArray | None = None
) -> FloatArray:
    """Repetitions of all samples of a series, simulated from a population.

    Parameters
    ----------
    series : Series
        Subjects and days; where the start mode is ``"observed"`` also the first values.
    population : Population
        Where parameters and errors come from.
    replicates : int
        Repetitions.
    seed : int
        The repetitions are a function of it.
    ln_typical : ndarray of shape (n, p), optional
        Typical ln parameters of each subject.

    Returns
    -------
    ndarray of shape (replicates, N)
        ln values, no limit applied; a subject's first value stays where it fixes the level at day 0.

    Raises
    ------
    NumericsError
        When a level at day 0 has no distribution and is not fixed.

    Examples
    --------
    >>> from trialwright.numerics.kinetics.series import ErrorModel
    >>> known = Population.independent("residual_decay", [0.1, 20, 900], [0.3, 0.5, 1], ErrorModel("log_additive", 0.2))
    >>> simulated_ln_values(Series.of([[(0, 5.0), (21, 4.0)]]), known, replicates=3, seed=1).shape
    (3, 2)
    """
    if population.start_mode == "free_flat":
        raise NumericsError("series cannot be simulated where the level at day 0 has no distribution")
    typical, known = typical_rows(series, population, ln_typical), population.with_prior
    lower = np.linalg.cholesky(population.omega[np.ix_(known, known)])
    first = series.offsets[:-1]
    width, place = int(np.diff(series.offsets).max()), np.arange(series.t_days.size) - series.offsets[series.owner]
    who, found = np.arange(series.count, dtype=np.int64), np.empty((replicates, series.t_days.size))
    ln_curve = np.empty(series.t_days.size)
    for replicate in range(replicates):
        draws = Draws.first(seed, replicate, series.count)
        ln_theta = typical.copy()
        ln_theta[:, known] += draws.normal("simulated parameters", known.size) @ lower.T
        if population.start_mode == "observed":
            ln_theta[:, population.model.start] = series.ln_value[first]
        sign = float(population.beta_sign)
        population.model.ln_values(who, series.offsets, series.t_days, ln_theta, sign, ln_curve)
        noise = draws.normal("simulated errors", width)[series.owner, place]
        found[replicate] = noisy_ln_values(ln_curve, population.error, noise)
        if population.start_mode == "observed":
            found[replicate, first] = series.ln_value[first]
    return found


def limit_of(series: Series) -> float:
    """Lower limit of the assay of a series, as its ln.

    Parameters
    ----------
    series : Series
        Measured values.

    Returns
    -------
    float
        Median of the limits values are known to lie below; −inf where there is none.

    Examples
    --------
    >>> round(limit_of(Series.of([[(0, 20.0), (30, 5.0, -1)]])), 6)
    1.609438
    """
    limits = series.ln_value[series.censor == BELOW]
    return float(np.median(limits)) if limits.size else -np.inf


def ceiling_of(series: Series) -> float:
    """Upper limit of the assay of a series, as its ln.

    Parameters
    ----------
    series : Series
        Measured values.

    Returns
    -------
    float
        Median of the limits values are known to lie above; inf where there is none.

    Examples
    --------
    >>> ceiling_of(Series.of([[(0, 20.0), (30, 5.0, -1)]]))
    inf
    """
    limits = series.ln_value[series.censor == ABOVE]
    return float(np.median(limits)) if limits.size else np.inf


def default_edges(series: Series, bins: int = 6) -> FloatArray:
    """Edges of bins with about equal numbers of values, day 0 by itself where many samples are from it.

    Parameters
    ----------
    series : Series
        Measured values.
    bins : int, default 6
        Largest number of bins.

    Returns
    -------
    ndarray
        Rising edges from the first day to the last.

    Examples
    --------
    >>> default_edges(Series.of([[(0, 9.0), (20, 8.0), (40, 7.0)], [(0, 9.0), (22, 8.0), (44, 7.0)]]), 3).tolist()
    [0.0, 20.0, 31.0, 44.0]
    """
    days = series.t_days
    later = days[days > 0]
    apart = later.size > 0 and 1.0 - later.size / days.size > _DAY_0_SHARE
    rest = later if apart else days
    inner = np.quantile(rest, np.linspace(0.0, 1.0, bins - int(apart) + 1))
    edges = np.unique(np.concatenate([[0.0], inner]) if apart else inner)
    return edges if edges.size > 1 else np.array([edges[0], edges[0] + 1.0])


def _percentiles(ln_values: FloatArray, shares: FloatArray) -> FloatArray:
    """Percentiles, infinite where they lie beyond a limit."""
    found: FloatArray = np.quantile(ln_values, shares, method="inverted_cdf")
    return found


def _band(measured: FloatArray, simulated: FloatArray, tail: float) -> Band:
    """Where the measured figures lie among simulated ones; nan in place of what lies beyond a limit."""
    low, median, high = np.quantile(simulated, [tail, 0.5, 1.0 - tail], axis=0, method="inverted_cdf")
    return Band(*(np.where(np.isfinite(figures), figures, np.nan) for figures in (measured, low, median, high)))
