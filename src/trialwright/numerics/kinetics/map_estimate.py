"""Most probable parameters of each subject, given a population, and a second mode where there is one.

Subjects are taken in blocks that fit into the processor's cache; in each block the curve of all subjects still
searching is evaluated, then their likelihood, then one Newton step of each. Blocks go to several threads; a subject's
figures depend neither on the others nor on the number of threads.
"""

from __future__ import annotations

import dataclasses
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from trialwright.errors import NumericsError
from trialwright.numerics.kinetics.estimates import MapEstimates
from trialwright.numerics.kinetics.likelihood import scored
from trialwright.numerics.kinetics.newton import FOUND, inverse_diagonal, newton_step
from trialwright.numerics.kinetics.series import Population, Series
from trialwright.numerics.kinetics.structure import Flags, FloatArray, IntArray

__all__ = ["map_estimates", "typical_rows"]

BoolArray: TypeAlias = NDArray[np.bool_]

BLOCK: Final = 2048
"""Subjects in one block."""

SAME_MODE: Final = 1e-4
"""Two points are one mode when no ln parameter differs by more."""

MODES_APART: Final = 0.8
"""A better mode was missed only where the objective exceeded this over the variance of the ln rate between subjects."""


@dataclass(frozen=True, slots=True)
class _Search:
    """Limits of the search for a mode."""

    longest_step: float = 2.0
    tolerance: float = 1e-10
    same_basin: float = 0.1
    max_iterations: int = 100


@dataclass(frozen=True, slots=True, eq=False)
class _Prior:
    """What the kernels are told of the population, worked out once for all blocks."""

    population: Population
    precision: FloatArray
    free: Flags
    sign: float
    error: tuple[int, FloatArray]

    @classmethod
    def of(cls, population: Population) -> _Prior:
        """Of a population."""
        error, sign = population.error, float(population.beta_sign)
        return cls(population, population.precision, population.free_flags, sign, (error.code, error.constants))


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """Where the searches of a block ended."""

    ln_theta: FloatArray
    rows: FloatArray
    status: IntArray
    iterations: IntArray


@dataclass(frozen=True, slots=True, eq=False)
class _Modes:
    """The best two modes of each subject so far, how many there are, and the evaluations spent."""

    first: _Found
    second: _Found
    count: IntArray

    def joined(self, found: _Found) -> _Modes:
        """With what one more search has found."""
        spent = self.first.iterations + found.iterations
        if not (found.status == FOUND).any():
            return _Modes(dataclasses.replace(self.first, iterations=spent), self.second, self.count)
        known = self.first.status == FOUND
        new = (found.status == FOUND) & ~(known & _same(found, self.first))
        new &= ~((self.second.status == FOUND) & _same(found, self.second))
        better = new & (~known | (found.rows[:, 0] < self.first.rows[:, 0]))
        left = _chosen(better, self.first, found)
        follows = new & (left.status == FOUND) & (left.rows[:, 0] < self.second.rows[:, 0])
        first = dataclasses.replace(_chosen(better, found, self.first), iterations=spent)
        return _Modes(first, _chosen(follows, left, self.second), self.count + new)

    @property
    def iterations(self) -> IntArray:
        """Evaluations of the curve over all searches."""
        return self.first.iterations


def _same(one: _Found, other: _Found) -> BoolArray:
    same: BoolArray = np.abs(one.ln_theta - other.ln_theta).max(axis=1, initial=0.0) <= SAME_MODE
    return same


def _chosen(condition: BoolArray, one: _Found, other: _Found) -> _Found:
    """Rows of the one where the condition holds, of the other elsewhere."""
    rows = condition[:, None]
    return _Found(
        np.where(rows, one.ln_theta, other.ln_theta),
        np.where(rows, one.rows, other.rows),
        np.where(condition, one.status, other.status),
        np.where(condition, one.iterations, other.iterations),
    )


def map_estimates(
    series: Series, population: Population, *, ln_typical: FloatArray | None = None, threads: int | None = None
) -> MapEstimates:
    """Most probable parameters of each subject (maximum a posteriori).

    Parameters
    ----------
    series : Series
        Values of n subjects.
    population : Population
        Prior and residual error.
    ln_typical : ndarray of shape (n, p), optional
        Typical ln parameters of each subject, where covariates move them; those of the population for all when absent.
    threads : int, optional
        Threads to use; as many as there are processors when absent.

    Returns
    -------
    MapEstimates
        One entry a subject, in their order. Where the start mode is ``"observed"``, a subject whose first value is not
        measured has no estimate.

    Raises
    ------
    NumericsError
        When the typical parameters have another shape.

    Notes
    -----
    Minimised is ½ηᵀΩ⁻¹η minus the ln likelihood, with η = ln θ − ln θ_typical. The search starts at the typical
    parameters with the first value as the level at day 0, and again at the other parameters that give the curve of the
    mode found, if there are any: a curve that first rises, or falls with a shoulder, is given exactly by two sets of
    parameters that only the prior separates. Where the objective leaves room for a better mode, a third search starts
    at the model's second start. The best two modes are reported, and how many were found.

    Examples
    --------
    >>> from trialwright.numerics.kinetics.series import ErrorModel
    >>> error = ErrorModel("log_additive", 0.2)
    >>> known = Population.independent("biexponential", [0.06, 0.04, 6, 500], [0.45, 0.6, 1, 1.2], error)
    >>> found = map_estimates(Series.of([[(0, 410.0), (22, 180.0), (44, 90.0)]]), known)
    >>> found.rate_per_day.round(5).tolist(), found.n_modes.tolist()
    ([0.05317], [1])
    """
    typical, prior = typical_rows(series, population, ln_typical), _Prior.of(population)
    starts = range(0, series.count, BLOCK)

    def block(first: int) -> MapEstimates:
        last = min(first + BLOCK, series.count)
        return _block(_part(series, first, last), prior, typical[first:last])

    workers = min(threads or os.cpu_count() or 1, len(starts))
    if workers <= 1:
        return _joined([block(first) for first in starts] or [_block(series, prior, typical)])
    with ThreadPoolExecutor(workers) as pool:
        return _joined(list(pool.map(block, starts)))


def typical_rows(series: Series, population: Population, ln_typical: FloatArray | None) -> FloatArray:
    """Typical ln parameters, one row a subject.

    Parameters
    ----------
    series : Series
        Values of n subjects.
    population : Population
        Typical parameters where none are given.
    ln_typical : ndarray of shape (n, p) or None
        Given rows.

    Returns
    -------
    ndarray of shape (n, p)
        Contiguous.

    Raises
    ------
    NumericsError
        When the given rows have another shape or are not finite.

    Examples
    --------
    >>> from trialwright.numerics.kinetics.series import ErrorModel
    >>> known = Population.independent("residual_decay", [1, 1, 1], [1, 1, 1], ErrorModel("proportional", 0.3))
    >>> typical_rows(Series.of([[(0, 5.0)], []]), known, None).tolist()
    [[0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]
    """
    shape = (series.count, population.model.size)
    if ln_typical is None:
        return np.tile(population.ln_theta, (series.count, 1))
    if ln_typical.shape != shape or not np.isfinite(ln_typical).all():
        raise NumericsError(f"typical ln parameters must be finite and of shape {shape}, not {ln_typical.shape}")
    return np.ascontiguousarray(ln_typical, dtype=np.float64)


def _part(series: Series, first: int, last: int) -> Series:
    begin, end = int(series.offsets[first]), int(series.offsets[last])
    offsets = series.offsets[first : last + 1] - begin
    return Series(offsets, series.t_days[begin:end], series.ln_value[begin:end], series.censor[begin:end])


def _starting_points(series: Series, population: Population, typical: FloatArray) -> tuple[FloatArray, IntArray]:
    """Typical parameters with the first value as the level at day 0; the subjects that can be estimated."""
    points = typical.copy()
    has_values = np.diff(series.offsets) > 0
    first = series.offsets[:-1][has_values]
    points[has_values, population.model.start] = series.ln_value[first]
    able = np.ones(series.count, dtype=np.bool_)
    if population.start_mode == "observed":
        able[:] = False
        able[has_values] = series.censor[first] == 0
    elif population.start_mode == "free_flat":
        able = has_values
    return points, np.flatnonzero(able)


def _searched(
    series: Series, prior: _Prior, typical: FloatArray, points: FloatArray, who: IntArray, known: FloatArray
) -> _Found:
    """Where searches that begin at the points end; one that comes back to the mode known before is given up."""
    model, search = prior.population.model, _Search()
    n = points.shape[0]
    trial, best, best_row = points.copy(), points.copy(), np.full((n, model.width), np.inf)
    damping, status, steps = np.zeros(n), np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    curve, at_trial = np.empty((series.t_days.size, model.width)), np.empty((n, model.width))
    limits = (search.longest_step, search.tolerance, search.same_basin)
    before, tried = (typical, prior.precision), (trial, at_trial)
    kept, progress = (best, best_row, known), (damping, status, steps)
    who = who.copy()
    for _ in range(search.max_iterations):
        model.ln_derivatives(who, series.offsets, series.t_days, trial, prior.sign, curve)
        scored(who, series.offsets, series.ln_value, series.censor, curve, prior.error, prior.free, at_trial)
        who = who[: newton_step(who, before, prior.free, limits, tried, kept, progress)]
        if who.size == 0:
            break
    return _Found(best, best_row, status, steps)


def _block(series: Series, prior: _Prior, typical: FloatArray) -> MapEstimates:
    population, model = prior.population, prior.population.model
    points, who = _starting_points(series, population, typical)
    first = _searched(series, prior, typical, points, who, np.full_like(points, np.nan))
    others, admissible, _ = model.exchanged(first.ln_theta, prior.sign)
    twins = np.flatnonzero(admissible & (first.status == FOUND))
    modes = _Modes(first, _no_modes(first), (first.status == FOUND).astype(np.int64))
    modes = modes.joined(_searched(series, prior, typical, others, twins, first.ln_theta))
    if model.second_start is not None:
        doubtful = who[modes.first.rows[who, 0] > MODES_APART / population.omega[model.rate, model.rate]]
        again = model.second_start(points)
        modes = modes.joined(_searched(series, prior, typical, again, doubtful, modes.first.ln_theta))
    able = np.zeros(series.count, dtype=np.bool_)
    able[who] = True
    best, other, two = modes.first, modes.second, modes.second.status == FOUND
    second_sd_ln = np.full_like(points, np.nan)
    second_sd_ln[two] = _laplace_sd(other.rows[two], prior.free)
    return MapEstimates(
        ln_theta=_where(able, best.ln_theta),
        objective=_where(able, best.rows[:, 0]),
        sd_ln=_where(able, _laplace_sd(best.rows, prior.free)),
        n_modes=np.where(able, np.maximum(modes.count, 1), 0),
        second_ln_theta=_where(two, other.ln_theta),
        second_objective=_where(two, other.rows[:, 0]),
        second_sd_ln=second_sd_ln,
        converged=best.status == FOUND,
        iterations=modes.iterations,
        rate_position=model.rate,
    )


def _no_modes(like: _Found) -> _Found:
    return _Found(like.ln_theta, np.full_like(like.rows, np.inf), np.zeros_like(like.status), like.iterations)


def _where(known: BoolArray, figures: FloatArray) -> FloatArray:
    """The figures of some subjects, nan for the others."""
    shown: FloatArray = np.where(known if figures.ndim == 1 else known[:, None], figures, np.nan)
    return shown


def _laplace_sd(rows: FloatArray, free: Flags) -> FloatArray:
    variances = np.empty((rows.shape[0], len(free)))
    inverse_diagonal(rows, free, variances)
    sd: FloatArray = np.sqrt(variances)
    return sd


def _joined(parts: list[MapEstimates]) -> MapEstimates:
    names = [name for name in MapEstimates.__slots__ if name != "rate_position"]
    whole = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
    return MapEstimates(**whole, rate_position=parts[0].rate_position)
