"""Population parameters by stochastic approximation of the EM algorithm (SAEM).

In each iteration the parameters of every subject are drawn by a few sweeps of Markov chains, and the conditional
moments these draws stand for are averaged with those of earlier iterations; the population that is most probable given
the averaged moments is the next one. At first the newest draws count fully; then their weight falls.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import exp, log, sqrt
from typing import Final, TypeAlias

import numpy as np

from trialwright.errors import NumericsError
from trialwright.numerics.kinetics.chains import Chains, Target
from trialwright.numerics.kinetics.hierarchy import Hierarchy, Moments
from trialwright.numerics.kinetics.measured import Measured
from trialwright.numerics.kinetics.series import ErrorModel
from trialwright.numerics.kinetics.structure import FloatArray

__all__ = ["Progress", "SaemOptions", "SaemResult", "saem"]

Progress: TypeAlias = Callable[[int, int], None]
"""Told the number of iterations done and the number there are."""

_COOLING: Final = sqrt(0.95)
_FORGETTING: Final = 0.7
_LONGEST_ERROR_STEP: Final = 0.5
_ERROR_STEP: Final = 1e-3


@dataclass(frozen=True, slots=True)
class SaemOptions:
    """How long the fit of a population runs.

    Parameters
    ----------
    chains : int, default 4
        Markov chains a subject.
    sweeps : int, default 2
        Sweeps an iteration.
    burn_in : int, default 50
        Iterations before the first update.
    exploration : int, default 400
        Iterations in which the newest draws count fully.
    smoothing : int, default 600
        Iterations in which their weight falls; the estimate is the mean over these.
    annealing : int, default 150
        Iterations in which a variance may fall by no more than 5 %.
    correlated : bool, default False
        Whether correlations between parameters are estimated.
    newton_steps : int, default 2
        Steps towards the maximum of the likelihood after the last iteration, by importance sampling; up to as many
        again with all draws while the maximum is not near.
    newton_draws : int, default 4000
        Draws a subject in each of the first ones.
    draws : int, default 20000
        Draws a subject for the likelihood and the standard errors.

    Raises
    ------
    NumericsError
        When a number is too small.

    Examples
    --------
    >>> SaemOptions().iterations
    1050
    """

    chains: int = 4
    sweeps: int = 2
    burn_in: int = 50
    exploration: int = 400
    smoothing: int = 600
    annealing: int = 150
    correlated: bool = False
    newton_steps: int = 2
    newton_draws: int = 4_000
    draws: int = 20_000

    def __post_init__(self) -> None:
        if min(self.chains, self.sweeps, self.exploration, self.smoothing) < 1:
            raise NumericsError("chains, sweeps, exploration and smoothing must each be 1 or more")
        if min(self.burn_in, self.annealing, self.newton_steps) < 0 or min(self.draws, self.newton_draws) < 100:
            raise NumericsError("there are negative iterations, or fewer than 100 draws a subject")

    @property
    def iterations(self) -> int:
        """Number of all iterations."""
        return self.burn_in + self.exploration + self.smoothing


@dataclass(frozen=True, slots=True, eq=False)
class SaemResult:
    """Where the algorithm ended.

    Parameters
    ----------
    vector : ndarray
        Mean over the smoothing phase of all estimated numbers; the last ones where the mean of correlations belongs to
        no covariance.
    traces : ndarray of shape (exploration + smoothing, number of estimated numbers)
        All estimated numbers after each iteration.
    mean, covariance : ndarray of shape (n, r) and (n, r, r)
        Conditional moments of the ln parameters of each subject over the smoothing phase.
    """

    vector: FloatArray
    traces: FloatArray
    mean: FloatArray
    covariance: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class _Statistics:
    """Averaged conditional moments and squared residual."""

    moments: Moments
    mean_square: float

    def towards(self, other: _Statistics, weight: float) -> _Statistics:
        first = self.moments.first + weight * (other.moments.first - self.moments.first)
        second = self.moments.second + weight * (other.moments.second - self.moments.second)
        return _Statistics(Moments(first, second), self.mean_square + weight * (other.mean_square - self.mean_square))


def saem(
    measured: Measured, hierarchy: Hierarchy, options: SaemOptions, seed: int, progress: Progress | None = None
) -> SaemResult:
    """Population parameters of the largest likelihood, up to the noise of the draws.

    Parameters
    ----------
    measured : Measured
        Values of n subjects.
    hierarchy : Hierarchy
        What is estimated and where it starts.
    options : SaemOptions
        Length of the run.
    seed : int
        The result is a function of it.
    progress : callable, optional
        Told after each iteration.

    Returns
    -------
    SaemResult
        Estimates, their course, and the moments of each subject.

    Notes
    -----
    In smoothing iteration k the newest draws weigh k^−0.7 and the iterates are averaged (Polyak and Ruppert), which
    needs no step adapted to the share of information that is missing; with weights 1/k the nearly unidentified
    production would stay where the exploration left it. A value behind a limit enters the squared residual with its
    expectation under a normal distribution cut off at the limit.

    References
    ----------
    Delyon B, Lavielle M, Moulines E. Ann Stat 1999;27:94-128, doi 10.1214/aos/1018031103 (unverified). Kuhn E,
    Lavielle M. Comput Stat Data Anal 2005;49:1020-38, doi 10.1016/j.csda.2004.07.002 (unverified). Samson A,
    Lavielle M, Mentre F. Comput Stat Data Anal 2006;51:1562-74 (values below a limit; unverified). Polyak BT, Juditsky
    AB. SIAM J Control Optim 1992;30:838-55 (averaging; unverified).

    Examples
    --------
    >>> from trialwright.numerics.kinetics.series import ErrorModel, Population
    >>> from trialwright.numerics.kinetics.virtual import SamplingPlan, virtual_series
    >>> error = ErrorModel("log_additive", 0.2)
    >>> known = Population.independent("residual_decay", [0.1, 20, 900], [0.3, 0.5, 1], error)
    >>> series = virtual_series(known, SamplingPlan(), count=20, seed=1).series
    >>> options = SaemOptions(exploration=5, smoothing=5)
    >>> saem(Measured.of(series, known), Hierarchy.of(known, 20), options, seed=1).traces.shape
    (10, 7)
    """
    chains = Chains(measured, options.chains, hierarchy.parameters, seed)
    vector = hierarchy.first()
    chains.begin(_target(hierarchy, vector))
    traces = np.empty((options.exploration + options.smoothing, vector.size))
    first, products = np.zeros_like(chains.means()), np.zeros_like(chains.products())
    averaged: _Statistics | None = None
    for iteration in range(-options.burn_in, len(traces)):
        for _ in range(options.sweeps):
            chains.sweep(_target(hierarchy, vector))
        if iteration >= 0:
            newest = _statistics(chains, hierarchy.error(vector))
            weight = _weight(iteration, options)
            averaged = newest if averaged is None else averaged.towards(newest, weight)
            vector = _updated(hierarchy, vector, averaged, chains, weight, cooling=iteration < options.annealing)
            traces[iteration] = vector
        if iteration >= options.exploration:
            first += chains.means()
            products += chains.products()
        if progress is not None:
            progress(iteration + options.burn_in + 1, options.iterations)
    mean = first / options.smoothing
    covariance = products / options.smoothing - np.einsum("ni,nj->nij", mean, mean)
    smoothed = traces[options.exploration :].mean(axis=0)
    return SaemResult(smoothed if hierarchy.proper(smoothed) else vector, traces, mean, covariance)


def _target(hierarchy: Hierarchy, vector: FloatArray) -> Target:
    return Target(hierarchy.means(vector), hierarchy.omega(vector), hierarchy.error(vector))


def _weight(iteration: int, options: SaemOptions) -> float:
    return float((max(iteration - options.exploration, 0) + 1) ** -_FORGETTING)


def _statistics(chains: Chains, error: ErrorModel) -> _Statistics:
    square = chains.measured.mean_square(chains.ln_curve, error) if error.kind != "combined" else 0.0
    return _Statistics(Moments(chains.means(), chains.products().sum(axis=0)), square)


def _updated(
    hierarchy: Hierarchy, vector: FloatArray, averaged: _Statistics, chains: Chains, weight: float, *, cooling: bool
) -> FloatArray:
    """The population that is most probable given the averaged moments."""
    beta, omega = hierarchy.best(vector, averaged.moments)
    error = hierarchy.error(vector)
    if error.kind == "combined":
        following = _combined(chains, error, weight)
    else:
        following = replace(error, sigma=sqrt(averaged.mean_square))
    if cooling:
        floor = _COOLING * np.sqrt(np.diag(hierarchy.omega(vector)))
        raised = np.maximum(np.sqrt(np.diag(omega)), floor) / np.sqrt(np.diag(omega))
        omega = omega * np.outer(raised, raised)
        following = replace(following, sigma=max(following.sigma, _COOLING * error.sigma))
    return hierarchy.packed(beta, omega, following)


def _combined(chains: Chains, error: ErrorModel, weight: float) -> ErrorModel:
    """One Newton step of the two parts of a combined error, on the ln scale, as far as the weight allows."""

    def total(ln_sigma: float, ln_additive: float) -> float:
        moved = replace(error, sigma=error.sigma * exp(ln_sigma), additive=error.additive * exp(ln_additive))
        return float(chains.measured.ln_likelihood(chains.ln_curve, moved).sum()) / chains.count

    h, here = _ERROR_STEP, total(0.0, 0.0)
    up, down = (total(h, 0.0), total(0.0, h)), (total(-h, 0.0), total(0.0, -h))
    slope = np.array([(a - b) / (2 * h) for a, b in zip(up, down, strict=True)])
    bend = np.diag([(a + b - 2 * here) / h**2 for a, b in zip(up, down, strict=True)])
    bend[0, 1] = bend[1, 0] = (total(h, h) - total(h, -h) - total(-h, h) + total(-h, -h)) / (4 * h * h)
    values, vectors = np.linalg.eigh(-bend)
    step = vectors @ ((vectors.T @ slope) / np.maximum(np.abs(values), 1e-3))
    step = weight * np.clip(step, -_LONGEST_ERROR_STEP, _LONGEST_ERROR_STEP)
    smallest = exp(float(chains.measured.series.ln_value.min())) * 1e-3
    additive = max(exp(log(error.additive) + step[1]), smallest)
    return replace(error, sigma=exp(log(error.sigma) + step[0]), additive=additive)
