"""What is found in each subject: parameters, how sure they are, what one more sample would add."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trialwright.numerics.kinetics.structure import FloatArray, IntArray

__all__ = ["MapEstimates", "NextSampleValue", "PosteriorSummary"]


@dataclass(frozen=True, slots=True, eq=False)
class MapEstimates:
    """Most probable parameters of each subject, and a second mode where there is one.

    Parameters
    ----------
    ln_theta : ndarray of shape (n, p)
        ln parameters of the best mode.
    objective : ndarray of shape (n,)
        −ln posterior density at it, without the constants.
    sd_ln : ndarray of shape (n, p)
        SD of each ln parameter from the inverse second derivatives (Laplace); nan where they are not positive definite,
        0 for a parameter that is fixed.
    n_modes : ndarray of int, shape (n,)
        Modes found, of which the best two are here; 0 for a subject that cannot be estimated.
    second_ln_theta, second_objective, second_sd_ln : ndarray
        The same of the second mode; nan where there is none.
    converged : ndarray of bool, shape (n,)
        Whether the search ended at a stationary point.
    iterations : ndarray of int, shape (n,)
        Evaluations of the curve, over all starts.
    rate_position : int
        Column of the elimination rate.

    Examples
    --------
    >>> nan = np.full((1, 4), np.nan)
    >>> one = MapEstimates(
    ...     np.zeros((1, 4)), np.zeros(1), nan, np.array([1]), nan, nan[:, 0], nan, np.array([True]), np.array([5]), 0
    ... )
    >>> one.rate_per_day.tolist()
    [1.0]
    """

    ln_theta: FloatArray
    objective: FloatArray
    sd_ln: FloatArray
    n_modes: IntArray
    second_ln_theta: FloatArray
    second_objective: FloatArray
    second_sd_ln: FloatArray
    converged: NDArray[np.bool_]
    iterations: IntArray
    rate_position: int

    @property
    def rate_per_day(self) -> FloatArray:
        """Elimination rate (KELIM in the CA-125 model) of the best mode."""
        rate: FloatArray = np.exp(self.ln_theta[:, self.rate_position])
        return rate

    @property
    def second_rate_per_day(self) -> FloatArray:
        """Elimination rate of the second mode; nan where there is none."""
        rate: FloatArray = np.exp(self.second_ln_theta[:, self.rate_position])
        return rate

    def of(self, subjects: IntArray) -> MapEstimates:
        """Estimates of some of the subjects.

        Parameters
        ----------
        subjects : ndarray of int
            Positions, in the order wanted.

        Returns
        -------
        MapEstimates
            Of those subjects.

        Examples
        --------
        >>> nothing = np.full((2, 1), np.nan)
        >>> modes, done = np.array([1, 1]), np.array([True, False])
        >>> two = MapEstimates(
        ...     nothing, np.zeros(2), nothing, modes, nothing, nothing[:, 0], nothing, done, modes, rate_position=0
        ... )
        >>> two.of(np.array([1])).converged.tolist()
        [False]
        """
        named = {name: getattr(self, name)[subjects] for name in self.__slots__ if name != "rate_position"}
        return MapEstimates(**named, rate_position=self.rate_position)

    @property
    def sd_ln_rate(self) -> FloatArray:
        """Laplace SD of the ln elimination rate; indicative only, true posteriors are skewed."""
        return self.sd_ln[:, self.rate_position]


@dataclass(frozen=True, slots=True, eq=False)
class PosteriorSummary:
    """Posterior of the elimination rate of each subject, each figure with its Monte-Carlo error.

    Parameters
    ----------
    mean, median : ndarray of shape (n,)
        Of the rate, per day.
    low, high : ndarray of shape (n,)
        Ends of the equal-tailed credible interval, per day.
    level : float
        Probability inside that interval.
    sd_ln : ndarray of shape (n,)
        SD of the ln rate.
    p_at_least : ndarray of shape (n,)
        Probability that the rate is at least `cut_per_day`; nan without a cut.
    mean_error, median_error, low_error, high_error, sd_ln_error, p_error : ndarray of shape (n,)
        Monte-Carlo standard errors of the above.
    effective_size : ndarray of shape (n,)
        Effective number of draws.
    draws : int
        Number of draws the figures rest on.
    cut_per_day : float or None
        The cut.
    ln_mean : ndarray of shape (n, p)
        Posterior mean of every ln parameter.
    ln_sd : ndarray of shape (n, p)
        Posterior SD of every ln parameter.

    Examples
    --------
    >>> PosteriorSummary.__slots__[:4]
    ('mean', 'median', 'low', 'high')
    """

    mean: FloatArray
    median: FloatArray
    low: FloatArray
    high: FloatArray
    level: float
    sd_ln: FloatArray
    p_at_least: FloatArray
    mean_error: FloatArray
    median_error: FloatArray
    low_error: FloatArray
    high_error: FloatArray
    sd_ln_error: FloatArray
    p_error: FloatArray
    effective_size: FloatArray
    draws: int
    cut_per_day: float | None
    ln_mean: FloatArray
    ln_sd: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class NextSampleValue:
    """What one more sample on a given day is expected to change.

    Parameters
    ----------
    days : ndarray of shape (m,)
        Days asked about.
    p_now : ndarray of shape (n,)
        Probability that the rate is at least the cut, as things stand.
    expected_change : ndarray of shape (n, m)
        Expected absolute change of that probability.
    misclassified_now : ndarray of shape (n,)
        Probability that the likelier class is wrong, as things stand: min(P, 1 − P).
    expected_misclassified : ndarray of shape (n, m)
        The same, expected after the sample.
    change_error, misclassified_error : ndarray of shape (n, m)
        Monte-Carlo standard errors.

    Examples
    --------
    >>> zero = np.zeros((1, 1))
    >>> NextSampleValue(
    ...     np.array([63.0]), np.array([0.4]), zero, np.array([0.4]), zero + 0.3, zero, zero
    ... ).reduction.round(6).tolist()
    [[0.1]]
    """

    days: FloatArray
    p_now: FloatArray
    expected_change: FloatArray
    misclassified_now: FloatArray
    expected_misclassified: FloatArray
    change_error: FloatArray
    misclassified_error: FloatArray

    @property
    def reduction(self) -> FloatArray:
        """Expected reduction of the probability of a wrong class."""
        return self.misclassified_now[:, None] - self.expected_misclassified
