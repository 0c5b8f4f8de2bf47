"""Normalised prediction distribution errors: whether values scatter as a population says they should."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy.special import chdtr, kolmogorov, ndtr, ndtri, stdtr

from trialwright.errors import EstimationError
from trialwright.numerics.kinetics.predictive_check import ceiling_of, limit_of, simulated_ln_values
from trialwright.numerics.kinetics.series import ABOVE, EXACT, Population, Series
from trialwright.numerics.kinetics.structure import FloatArray, IntArray
from trialwright.numerics.sampling import Draws

__all__ = ["PredictionErrors", "prediction_errors"]


@dataclass(frozen=True, slots=True, eq=False)
class PredictionErrors:
    """Normalised prediction distribution errors (npde) of all values, and how normal they are.

    Parameters
    ----------
    npde : ndarray of shape (N,)
        One a value; standard normal when the population is right; nan for a first value that fixes the level at day 0.
    share : ndarray of shape (N,)
        Share of simulated values below each value, before correlations within a subject are removed.
    mean, variance : float
        Of the npde.
    p_mean : float
        Two-sided p of the t test that the mean is 0.
    p_variance : float
        Two-sided p of the chi-square test that the variance is 1.
    p_normal : float
        p of the Kolmogorov-Smirnov test of the standard normal distribution (limit for many values).
    """

    npde: FloatArray
    share: FloatArray
    mean: float
    variance: float
    p_mean: float
    p_variance: float
    p_normal: float

    @property
    def p_global(self) -> float:
        """Smallest of the three p values times three, at most 1."""
        return min(1.0, 3.0 * min(self.p_mean, self.p_variance, self.p_normal))


def prediction_errors(
    series: Series,
    population: Population,
    *,
    replicates: int = 1_000,
    seed: int = 0,
    ln_typical: FloatArray | None = None,
) -> PredictionErrors:
    """Normalised prediction distribution errors of all values.

    Parameters
    ----------
    series : Series
        Measured values.
    population : Population
        What they should follow.
    replicates : int, default 1000
        Simulated repetitions.
    seed : int, default 0
        The figures are a function of it.
    ln_typical : ndarray of shape (n, p), optional
        Typical ln parameters of each subject where covariates move them.

    Returns
    -------
    PredictionErrors
        One figure a value, with tests.

    Raises
    ------
    EstimationError
        When there are no more repetitions than values of a subject.

    Notes
    -----
    The values of a subject and their repetitions are freed of their correlation with mean and covariance of the
    repetitions; the share of repetitions below a value then becomes a normal quantile, shares being kept within
    1/(2K) and 1 − 1/(2K). A value beyond a limit is first replaced by one of the repetitions beyond it, each equally
    likely; so are, among themselves, the repetitions beyond it, so that values and repetitions still follow one law.
    The tests take values as independent, which they are only nearly; with many values small deviations of no
    importance become significant.

    References
    ----------
    Brendel K, Comets E, Laffont C, Laveille C, Mentre F. Pharm Res 2006;23:2036-49 (unverified). Nguyen THT, Comets E,
    Mentre F. J Pharmacokinet Pharmacodyn 2012;39:499-518 (values below a limit; unverified).

    Examples
    --------
    >>> from trialwright.numerics.kinetics.series import ErrorModel
    >>> from trialwright.numerics.kinetics.virtual import SamplingPlan, virtual_series
    >>> known = Population.independent("residual_decay", [0.1, 20, 900], [0.3, 0.5, 1], ErrorModel("log_additive", 0.2))
    >>> series = virtual_series(known, SamplingPlan(), count=50, seed=1).series
    >>> bool(abs(prediction_errors(series, known, replicates=200).mean) < 0.3)
    True
    """
    longest = int(np.diff(series.offsets).max(initial=0))
    if replicates <= longest + 1:
        raise EstimationError(
            f"{replicates} repetitions cannot tell the correlations of {longest} values", mend="ask for 1,000"
        )
    simulated = simulated_ln_values(series, population, replicates=replicates, seed=seed, ln_typical=ln_typical)
    npde, share = np.full(series.t_days.size, np.nan), np.full(series.t_days.size, np.nan)
    fixed = int(population.start_mode == "observed")
    limits = (limit_of(series), ceiling_of(series))
    for i in np.flatnonzero(np.diff(series.offsets) > fixed):
        rows = slice(int(series.offsets[i]) + fixed, int(series.offsets[i + 1]))
        # the last row of the chances is the subject's own, the others are the repetitions'
        chance = Draws(seed, int(i), np.arange(replicates + 1)).grid("beyond a limit", rows.stop - rows.start)
        drawn = _exchanged_beyond(simulated[:, rows], limits, chance[:-1])
        shown = _replaced(series.ln_value[rows], series.censor[rows], np.sort(drawn, axis=0), limits, chance[-1])
        share[rows] = _share_below(drawn, shown)
        npde[rows] = ndtri(_uncorrelated_share(drawn, shown))
    known = npde[np.isfinite(npde)]
    count, mean, variance = known.size, float(known.mean()), float(known.var(ddof=1))
    lower = float(chdtr(count - 1, variance * (count - 1)))
    ranked = ndtr(np.sort(known))
    steps = np.arange(count + 1) / count
    distance = float(max((steps[1:] - ranked).max(), (ranked - steps[:-1]).max()))
    return PredictionErrors(
        npde=npde,
        share=share,
        mean=mean,
        variance=variance,
        p_mean=2.0 * float(stdtr(count - 1, -abs(mean) * sqrt(count / variance))),
        p_variance=2.0 * min(lower, 1.0 - lower),
        p_normal=float(kolmogorov(sqrt(count) * distance)),
    )


def _share_below(drawn: FloatArray, shown: FloatArray) -> FloatArray:
    count = drawn.shape[0]
    share: FloatArray = np.clip((drawn < shown).mean(axis=0), 0.5 / count, 1.0 - 0.5 / count)
    return share


def _exchanged_beyond(simulated: FloatArray, limits: tuple[float, float], chance: FloatArray) -> FloatArray:
    """Repetitions, those beyond a limit exchanged at random with one another, sample by sample."""
    drawn = simulated.copy()
    for j in range(drawn.shape[1]):
        for beyond in (np.flatnonzero(drawn[:, j] < limits[0]), np.flatnonzero(drawn[:, j] > limits[1])):
            drawn[beyond, j] = drawn[beyond[np.argsort(chance[beyond, j])], j]
    return drawn


def _replaced(
    ln_value: FloatArray, censor: IntArray, ordered: FloatArray, limits: tuple[float, float], chance: FloatArray
) -> FloatArray:
    """The values, those beyond a limit replaced by a repetition beyond it; by the limit where there is none."""
    shown, count = ln_value.copy(), ordered.shape[0]
    for j in np.flatnonzero(censor != EXACT):
        below = int(np.searchsorted(ordered[:, j], limits[0]))
        above = int(np.searchsorted(ordered[:, j], limits[1], side="right"))
        first, last = (above, count) if censor[j] == ABOVE else (0, below)
        if last > first:
            shown[j] = ordered[first + int(chance[j] * (last - first)), j]
    return shown


def _uncorrelated_share(simulated: FloatArray, shown: FloatArray) -> FloatArray:
    """Share of repetitions below each value after mean and correlation of the repetitions are taken out."""
    mean = simulated.mean(axis=0)
    lower = np.linalg.cholesky(np.atleast_2d(np.cov(simulated, rowvar=False)))
    whitened = np.linalg.solve(lower, (simulated - mean).T).T
    return _share_below(whitened, np.linalg.solve(lower, shown - mean))
