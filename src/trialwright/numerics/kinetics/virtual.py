"""Invented marker series whose truth is known: a virtual population under a plan of sampling.

Everything is a pure function of the population, the plan and the seed; a subject stays the same when there are more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from trialwright.errors import NumericsError
from trialwright.numerics.kinetics.series import ABOVE, BELOW, EXACT, ErrorModel, Population, Series
from trialwright.numerics.kinetics.structure import FloatArray
from trialwright.numerics.sampling import Draws

__all__ = ["SamplingPlan", "VirtualSeries", "noisy_ln_values", "virtual_series"]

_EARLY_DAY: Final = 7.0
"""A curve that stands higher on this day than on day 0 rises early."""


@dataclass(frozen=True, slots=True)
class SamplingPlan:
    """When samples are due, how punctual they are, and what the assay can measure.

    Parameters
    ----------
    days : tuple of float
        Days from the start of treatment, rising, the first at 0 or later.
    max_shift_days : int, default 3
        A sample after the first comes up to so many days early or late, each day equally likely.
    missed : float, default 0.08
        Probability that a sample after the first is missed.
    min_samples : int, default 3
        A subject with fewer has the earliest missed ones after all.
    last_day : float, default 100
        No sample is taken later; one that would be is taken on this day.
    lower_limit, upper_limit : float or None
        Limits of the assay in the unit of the marker; a value beyond is known only to lie beyond.

    Raises
    ------
    NumericsError
        When days do not rise, or a share or a limit is impossible.

    Examples
    --------
    >>> SamplingPlan(days=(0, 21, 42), missed=0.0).days
    (0, 21, 42)
    """

    days: tuple[float, ...] = (0, 21, 42, 63, 84, 98)
    max_shift_days: int = 3
    missed: float = 0.08
    min_samples: int = 3
    last_day: float = 100.0
    lower_limit: float | None = 3.0
    upper_limit: float | None = None

    def __post_init__(self) -> None:
        gaps = np.diff(self.days)
        if not self.days or self.days[0] < 0 or (gaps <= 0).any() or self.days[-1] > self.last_day:
            raise NumericsError("days of samples must rise from 0 or later", mend="give each day once, in order")
        if (gaps <= 2 * self.max_shift_days).any():
            raise NumericsError(
                f"samples {gaps.min():g} days apart cannot each move by {self.max_shift_days} days",
                why="their order would not be certain",
                mend="take a smaller shift",
            )
        if not 0 <= self.missed < 1 or not 0 < self.min_samples <= len(self.days):
            raise NumericsError("the share of missed samples or the least number of samples is impossible")
        limits = [limit for limit in (self.lower_limit, self.upper_limit) if limit is not None]
        if any(limit <= 0 for limit in limits) or limits != sorted(limits):
            raise NumericsError("limits of an assay are above 0, the lower below the upper")


@dataclass(frozen=True, slots=True, eq=False)
class VirtualSeries:
    """Invented series beside the truth they were made from.

    Parameters
    ----------
    series : Series
        What would have been measured.
    ln_theta : ndarray of shape (n, p)
        True ln parameters of each subject.
    ln_curve : ndarray of shape (N,)
        True ln level at each sample.
    early_rise : ndarray of bool, shape (n,)
        Whether the true curve stands higher on day 7 than on day 0.

    Examples
    --------
    >>> known = Population.independent(
    ...     "residual_decay", [0.17, 25, 14400], [0.3, 1, 1], ErrorModel("proportional", 0.3)
    ... )
    >>> virtual_series(known, SamplingPlan(), count=10, seed=1).early_rise.any()
    np.False_
    """

    series: Series
    ln_theta: FloatArray
    ln_curve: FloatArray
    early_rise: NDArray[np.bool_]

    @property
    def below_share(self) -> float:
        """Share of values below the lower limit."""
        return float((self.series.censor == BELOW).mean())


def virtual_series(population: Population, plan: SamplingPlan, *, count: int, seed: int) -> VirtualSeries:
    """Marker series of invented subjects.

    Parameters
    ----------
    population : Population
        Where their parameters come from; every parameter needs a prior.
    plan : SamplingPlan
        Days, missed samples, limits of the assay.
    count : int
        Number of subjects.
    seed : int
        0 to 2**64 - 1; the same seed gives the same subjects.

    Returns
    -------
    VirtualSeries
        Series and truth.

    Raises
    ------
    NumericsError
        When a parameter has no distribution between subjects.

    Notes
    -----
    ln θ_i = ln θ + Lη with LLᵀ = Ω. Errors follow the population's error model, a value never falling to 0 or below.

    Examples
    --------
    >>> error = ErrorModel("log_additive", 0.2)
    >>> known = Population.independent("biexponential", [0.06, 0.04, 6, 500], [0.45, 0.6, 1, 1.2], error)
    >>> invented = virtual_series(known, SamplingPlan(), count=200, seed=1)
    >>> invented.series.count, bool(0.02 < invented.below_share < 0.15)
    (200, True)
    """
    if population.start_mode != "estimated":
        raise NumericsError(
            f"subjects cannot be invented with the start mode {population.start_mode!r}",
            why="the level at day 0 has no distribution between subjects",
            mend='give the level at day 0 a typical value and an omega, start mode "estimated"',
        )
    draws = Draws.first(seed, 0, count)
    model = population.model
    ln_theta = population.ln_theta + draws.normal("parameters", model.size) @ np.linalg.cholesky(population.omega).T
    taken, days = _samples(plan, draws)
    offsets = np.concatenate([[0], np.cumsum(taken.sum(axis=1))]).astype(np.int64)
    ln_curve = np.empty(offsets[-1])
    who = np.arange(count, dtype=np.int64)
    model.ln_values(who, offsets, days[taken], ln_theta, float(population.beta_sign), ln_curve)
    noise = draws.normal("errors", len(plan.days))[taken]
    ln_value = noisy_ln_values(ln_curve, population.error, noise)
    series = _limited(plan, offsets, days[taken], ln_value)
    early = model.curve(np.array([0.0, _EARLY_DAY]), ln_theta, float(population.beta_sign))
    return VirtualSeries(series, ln_theta, ln_curve, early[:, 1] > early[:, 0])


def noisy_ln_values(ln_curve: FloatArray, error: ErrorModel, noise: FloatArray) -> FloatArray:
    """Values, as their ln, with residual error about a curve.

    Parameters
    ----------
    ln_curve : ndarray
        ln C.
    error : ErrorModel
        Residual error.
    noise : ndarray
        Standard normal numbers of the same shape.

    Returns
    -------
    ndarray
        Noisy ln values; infinite where the error model leaves the levels there are, beyond every limit of an assay.

    Examples
    --------
    >>> noisy_ln_values(np.array([5.0]), ErrorModel("log_additive", 0.2), np.array([1.0])).tolist()
    [5.2]
    """
    if error.kind == "log_additive" or (error.kind == "boxcox_additive" and error.exponent == 0):
        return ln_curve + error.sigma * noise
    curve = np.exp(ln_curve)
    with np.errstate(divide="ignore"):
        if error.kind == "boxcox_additive":
            power = np.exp(error.exponent * ln_curve) + error.exponent * error.sigma * noise
            transformed: FloatArray = np.log(np.maximum(power, 0.0)) / error.exponent
            return transformed
        sd = np.hypot(error.additive if error.kind == "combined" else 0.0, error.sigma * curve)
        values: FloatArray = np.log(np.maximum(curve + sd * noise, 0.0))
    return values


def _samples(plan: SamplingPlan, draws: Draws) -> tuple[NDArray[np.bool_], FloatArray]:
    """Which planned samples are taken, and on which day."""
    width = len(plan.days)
    taken = draws.grid("missed", width) >= plan.missed
    taken[:, 0] = True
    # the earliest missed samples are made good until there are enough
    lacking = plan.min_samples - taken.sum(axis=1)
    made_good = ~taken & (np.cumsum(~taken, axis=1) <= lacking[:, None])
    shifts = draws.whole("shift", -plan.max_shift_days, plan.max_shift_days, width)
    shifts[:, 0] = 0
    days = np.minimum(np.asarray(plan.days, dtype=np.float64) + shifts, plan.last_day)
    return taken | made_good, days


def _limited(plan: SamplingPlan, offsets: NDArray[np.int64], days: FloatArray, ln_value: FloatArray) -> Series:
    """The series as the assay reports it."""
    low = -np.inf if plan.lower_limit is None else np.log(plan.lower_limit)
    high = np.inf if plan.upper_limit is None else np.log(plan.upper_limit)
    shown = np.clip(ln_value, low, high)
    if not np.isfinite(shown).all():
        raise NumericsError(
            "the error model gave a level of 0 or without end", why="no logarithm exists", mend="give the assay limits"
        )
    censor = np.where(ln_value < low, BELOW, np.where(ln_value > high, ABOVE, EXACT)).astype(np.int64)
    return Series(offsets, days, shown, censor)
