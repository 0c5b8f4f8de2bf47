"""What can be said of a marker series without a model of its kinetics. None of this is KELIM.

A slope of ln values mixes elimination with what is still produced: it is smaller than the elimination rate, and how
much smaller depends on the days sampled.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trialwright.errors import NumericsError
from trialwright.numerics.kinetics.series import BELOW, EXACT, Series
from trialwright.numerics.kinetics.structure import FloatArray

__all__ = ["Nadir", "half_life", "log_slope", "nadir", "time_to_normalisation"]


@dataclass(frozen=True, slots=True, eq=False)
class Nadir:
    """Lowest value of each subject.

    Parameters
    ----------
    value : ndarray of shape (n,)
        The value, or the limit it lies below; nan without values.
    day : ndarray of shape (n,)
        First day it was reached; nan without values.
    below : ndarray of bool, shape (n,)
        Whether it lies below that limit.

    Examples
    --------
    >>> Nadir(np.array([5.0]), np.array([42.0]), np.array([True])).below.tolist()
    [True]
    """

    value: FloatArray
    day: FloatArray
    below: NDArray[np.bool_]


def log_slope(series: Series) -> FloatArray:
    """Slope of the ln values over the days by least squares, one subject at a time.

    Parameters
    ----------
    series : Series
        Values of n subjects; those below or above a limit are left out.

    Returns
    -------
    ndarray of shape (n,)
        Per day, below 0 where the marker falls; nan with fewer than two measured days.

    Examples
    --------
    >>> log_slope(Series.of([[(0, 400.0), (10, 200.0), (20, 100.0)], [(0, 400.0)]])).round(6).tolist()
    [-0.069315, nan]
    """
    used = series.censor == EXACT
    owner, days, values = series.owner[used], series.t_days[used], series.ln_value[used]
    n = series.count
    number = np.bincount(owner, minlength=n).astype(np.float64)
    count = np.maximum(number, 1.0)
    mean_day = np.bincount(owner, days, n) / count
    mean_value = np.bincount(owner, values, n) / count
    apart = days - mean_day[owner]
    square = np.bincount(owner, apart * apart, n)
    product = np.bincount(owner, apart * (values - mean_value[owner]), n)
    slope: FloatArray = np.divide(product, square, out=np.full(n, np.nan), where=(number > 1) & (square > 0))
    return slope


def half_life(series: Series) -> FloatArray:
    """Days in which the fitted line of the ln values halves: −ln 2 / slope.

    Parameters
    ----------
    series : Series
        Values of n subjects.

    Returns
    -------
    ndarray of shape (n,)
        Days; nan where the marker does not fall or has no slope.

    Examples
    --------
    >>> half_life(Series.of([[(0, 400.0), (10, 200.0)], [(0, 50.0), (10, 60.0)]])).round(6).tolist()
    [10.0, nan]
    """
    slope = log_slope(series)
    falls = np.isfinite(slope) & (slope < 0)
    days: FloatArray = np.divide(-math.log(2.0), slope, out=np.full(slope.size, np.nan), where=falls)
    return days


def nadir(series: Series) -> Nadir:
    """Lowest value of each subject and the first day it was reached.

    Parameters
    ----------
    series : Series
        Values of n subjects. A value below a limit counts as lower than the same value measured; a value known only to
        lie above a limit is no nadir.

    Returns
    -------
    Nadir
        One entry a subject.

    Examples
    --------
    >>> lowest = nadir(Series.of([[(0, 400.0), (21, 30.0), (42, 30.0), (63, 45.0)]]))
    >>> lowest.value.round(6).tolist(), lowest.day.tolist()
    ([30.0], [21.0])
    """
    n = series.count
    value, day, below = np.full(n, np.nan), np.full(n, np.nan), np.zeros(n, dtype=np.bool_)
    used = np.flatnonzero(series.censor <= EXACT)
    owner = series.owner[used]
    order = used[np.lexsort((series.t_days[used], series.censor[used], series.ln_value[used], owner))]
    subjects, first = np.unique(series.owner[order], return_index=True)
    lowest = order[first]
    value[subjects], day[subjects] = np.exp(series.ln_value[lowest]), series.t_days[lowest]
    below[subjects] = series.censor[lowest] == BELOW
    return Nadir(value, day, below)


def time_to_normalisation(series: Series, uln: FloatArray | float) -> FloatArray:
    """First day with a value at or below the upper limit of normal.

    Parameters
    ----------
    series : Series
        Values of n subjects. A value below a limit counts only when that limit is not above the upper limit of normal.
    uln : ndarray of shape (N,) or float
        Upper limit of normal of each value, or of all.

    Returns
    -------
    ndarray of shape (n,)
        Days from the start of treatment; nan for a subject who never normalises or who has no values.

    Raises
    ------
    NumericsError
        When an upper limit of normal is not above 0.

    Examples
    --------
    >>> time_to_normalisation(Series.of([[(0, 400.0), (21, 35.0)], [(0, 400.0), (21, 36.0)]]), 35.0).tolist()
    [21.0, nan]
    """
    limits = np.broadcast_to(np.asarray(uln, dtype=np.float64), series.t_days.shape)
    if not (limits > 0).all():
        raise NumericsError("an upper limit of normal is not above 0")
    # a value equal to the limit is normal, whatever ln and exp lose in the last digit
    normal = (series.censor <= EXACT) & (series.ln_value <= np.log(limits) + 1e-12)
    days = np.full(series.count, np.inf)
    np.minimum.at(days, series.owner[normal], series.t_days[normal])
    found: FloatArray = np.where(np.isfinite(days), days, np.nan)
    return found
