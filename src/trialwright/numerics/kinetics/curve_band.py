"""The curve of one subject with the band its posterior leaves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trialwright.errors import NumericsError
from trialwright.numerics.kinetics.importance import weighted_draws
from trialwright.numerics.kinetics.map_estimate import map_estimates
from trialwright.numerics.kinetics.series import Population, Series
from trialwright.numerics.kinetics.structure import FloatArray, IntArray

__all__ = ["CurveBand", "curve_band"]


@dataclass(frozen=True, slots=True, eq=False)
class CurveBand:
    """Levels of a marker on some days, as the posterior of one subject has them.

    Parameters
    ----------
    days : ndarray of shape (m,)
        Days.
    median, low, high : ndarray of shape (m,)
        Median and limits of the credible band, point by point, in the unit of the marker.
    level : float
        Probability inside the band on each day.
    """

    days: FloatArray
    median: FloatArray
    low: FloatArray
    high: FloatArray
    level: float


def curve_band(
    series: Series,
    population: Population,
    days: FloatArray,
    *,
    seed: int,
    level: float = 0.90,
    subjects: IntArray | None = None,
) -> CurveBand:
    """Return the curve of one subject with its credible band.

    Parameters
    ----------
    series : Series
        Values of one subject.
    population : Population
        Prior and residual error.
    days : ndarray of shape (m,)
        Days to give levels for, 0 or later.
    seed : int
        0 to 2**64 − 1.
    level : float, default 0.9
        Probability inside the band on each day; the residual error of a new value is not in it.
    subjects : ndarray of int, shape (1,), optional
        Number of the subject among the random streams.

    Returns
    -------
    CurveBand
        Levels of the curve.

    Raises
    ------
    NumericsError
        When there is not exactly one subject, or it has no most probable parameters.

    Examples
    --------
    >>> from trialwright.numerics.kinetics.series import ErrorModel
    >>> error = ErrorModel("log_additive", 0.2)
    >>> known = Population.independent("biexponential", [0.06, 0.04, 6, 500], [0.45, 0.6, 1, 1.2], error)
    >>> one = Series.of([[(0, 410.0), (22, 180.0), (44, 90.0)]])
    >>> found = curve_band(one, known, np.array([0.0, 44.0, 100.0]), seed=1)
    >>> bool((found.low < found.median).all() and (found.median < found.high).all())
    True
    >>> bool(found.high[2] / found.low[2] > found.high[1] / found.low[1])
    True
    """
    if series.count != 1:
        raise NumericsError(f"a band is that of one subject, not of {series.count}")
    modes = map_estimates(series, population)
    drawn = weighted_draws(series, population, modes, seed=seed, subjects=subjects)
    levels = population.model.curve(days, drawn.ln_theta[0], float(population.beta_sign))
    tail = 0.5 * (1.0 - level)
    low, median, high = (_quantile(levels, drawn.weight[0], share) for share in (tail, 0.5, 1.0 - tail))
    return CurveBand(days, median, low, high, level)


def _quantile(levels: FloatArray, weight: FloatArray, share: float) -> FloatArray:
    """Weighted quantile of each column."""
    order = np.argsort(levels, axis=0)
    below = np.cumsum(weight[order], axis=0)
    place = np.minimum((below < share).sum(axis=0), levels.shape[0] - 1)
    found: FloatArray = np.take_along_axis(levels, np.take_along_axis(order, place[None, :], axis=0), axis=0)[0]
    return found
