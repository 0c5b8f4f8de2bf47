"""Weighted draws from the posterior of each subject's ln parameters, by defended importance sampling.

A quarter of the draws come from the prior, which covers every corner the posterior can have, the others from four
Student t distributions with five degrees of freedom, one for each tail and each half of the middle of the elimination
rate's posterior, with the mean and covariance found there in a few short rounds that begin at the modes. A t at the
mode alone would not do: these posteriors are bent, and now and then have two modes. Where other parameters give the
same curve, every second draw is exchanged for them: a lobe of the posterior is then reached as often as its twin.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from trialwright.errors import NumericsError
from trialwright.numerics.kinetics.estimates import MapEstimates
from trialwright.numerics.kinetics.likelihood import minus_ln_likelihood
from trialwright.numerics.kinetics.map_estimate import typical_rows
from trialwright.numerics.kinetics.mixture import Component, mixture_ln_density
from trialwright.numerics.kinetics.series import Population, Series
from trialwright.numerics.kinetics.structure import FloatArray, IntArray
from trialwright.numerics.sampling import Draws

__all__ = ["WeightedDraws", "weighted_draws"]

PRIOR_SHARE: Final = 0.25
"""Share of the draws that come from the prior."""

CUTS: Final = (0.0, 0.1, 0.5, 0.9, 1.0)
"""Quantiles of the elimination rate between which the posterior has a Student t of its own."""

ROUNDS: Final = 4
"""Short rounds that find their centres and spreads."""

DRAWS_A_ROUND: Final = 600
"""Draws in each of them."""

FLAT_SPREAD: Final = 3.0
"""Laplace SDs about the mode that stand for the prior of a level that has none."""


@dataclass(frozen=True, slots=True, eq=False)
class WeightedDraws:
    """Draws of each subject's ln parameters, and how much each counts.

    Parameters
    ----------
    ln_theta : ndarray of shape (n, m, p)
        ln parameters.
    weight : ndarray of shape (n, m)
        Each row sums to 1.
    ln_evidence : ndarray of shape (n,)
        ln of the integral of exp(−objective) over the free parameters, the objective being that of the most probable
        parameters.
    ln_evidence_error : ndarray of shape (n,)
        Its Monte-Carlo standard error.

    Examples
    --------
    >>> WeightedDraws(np.zeros((1, 2, 1)), np.array([[0.5, 0.5]]), np.zeros(1), np.zeros(1)).effective_size.tolist()
    [2.0]
    """

    ln_theta: FloatArray
    weight: FloatArray
    ln_evidence: FloatArray
    ln_evidence_error: FloatArray

    @property
    def effective_size(self) -> FloatArray:
        """Effective number of draws of each subject, 1/Σw²."""
        size: FloatArray = 1.0 / np.square(self.weight).sum(axis=1)
        return size


@dataclass(frozen=True, slots=True, eq=False)
class _Target:
    """What is sampled: the posterior of some subjects, each of whom has a mode."""

    series: Series
    population: Population
    typical: FloatArray
    fixed: FloatArray

    @property
    def free(self) -> IntArray:
        return self.population.free

    def rows(self, points: FloatArray) -> FloatArray:
        """All ln parameters of points (n, m, d) of the free ones."""
        whole = np.repeat(self.fixed[:, None, :], points.shape[1], axis=1)
        whole[:, :, self.free] = points
        return whole

    def exchanged(self, points: FloatArray) -> tuple[FloatArray, NDArray[np.bool_], FloatArray]:
        """Other parameters of the same curves, where they exist, and ln of the Jacobian."""
        n, m = points.shape[:2]
        flat = self.rows(points).reshape(n * m, -1)
        others, admissible, ln_jacobian = self.population.model.exchanged(flat, float(self.population.beta_sign))
        return others[:, self.free].reshape(points.shape), admissible.reshape(n, m), ln_jacobian.reshape(n, m)

    def objective(self, points: FloatArray) -> FloatArray:
        """The objective of the most probable parameters at points (n, m, d); shape (n, m)."""
        n, m = points.shape[:2]
        population, series = self.population, self.series
        rows = self.rows(points)
        deviations = rows - self.typical[:, None, :]
        prior = 0.5 * (deviations * (deviations @ population.precision)).sum(axis=2)
        lengths = np.repeat(np.diff(series.offsets), m)
        offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        places = np.arange(offsets[-1]) + np.repeat(np.repeat(series.offsets[:-1], m) - offsets[:-1], lengths)
        who, ln_curve, found = np.arange(n * m, dtype=np.int64), np.empty(places.size), np.empty(n * m)
        flat = np.ascontiguousarray(rows.reshape(n * m, -1))
        sign, error = float(population.beta_sign), population.error
        population.model.ln_values(who, offsets, series.t_days[places], flat, sign, ln_curve)
        minus_ln_likelihood(
            who, offsets, series.ln_value[places], series.censor[places], ln_curve, error.code, error.constants, found,
        )  # fmt: skip
        total: FloatArray = prior + found.reshape(n, m)
        return total


def weighted_draws(
    series: Series,
    population: Population,
    modes: MapEstimates,
    *,
    seed: int,
    draws: int = 4000,
    subjects: IntArray | None = None,
    ln_typical: FloatArray | None = None,
) -> WeightedDraws:
    """Weighted draws from the posterior of each subject's ln parameters.

    Parameters
    ----------
    series : Series
        Values of n subjects, all of whom have a mode.
    population : Population
        Prior and residual error.
    modes : MapEstimates
        Their modes.
    seed : int
        0 to 2**64 − 1.
    draws : int, default 4000
        Draws a subject.
    subjects : ndarray of int, shape (n,), optional
        Number of each subject among the random streams: a subject's draws depend on it and on the seed alone.
    ln_typical : ndarray of shape (n, p), optional
        Typical ln parameters of each subject.

    Returns
    -------
    WeightedDraws
        ``draws`` a subject.

    Raises
    ------
    NumericsError
        When a subject has no mode or there are fewer than two draws.

    References
    ----------
    Hesterberg T. Technometrics 1995;37:185 (defensive mixtures; doi unverified).

    Examples
    --------
    >>> from trialwright.numerics.kinetics.map_estimate import map_estimates
    >>> from trialwright.numerics.kinetics.series import ErrorModel
    >>> error = ErrorModel("log_additive", 0.2)
    >>> known = Population.independent("biexponential", [0.06, 0.04, 6, 500], [0.45, 0.6, 1, 1.2], error)
    >>> one = Series.of([[(0, 410.0), (22, 180.0), (44, 90.0)]])
    >>> found = weighted_draws(one, known, map_estimates(one, known), seed=1)
    >>> found.ln_theta.shape, bool(found.effective_size[0] > 800)
    ((1, 4000, 4), True)
    """
    if not (modes.n_modes > 0).all():
        raise NumericsError("a subject without a mode cannot be sampled", mend="leave such subjects out")
    if draws < 2:
        raise NumericsError(f"{draws} draws are too few")
    random = Draws(seed, 0, np.arange(series.count, dtype=np.int64) if subjects is None else subjects)
    target = _Target(series, population, typical_rows(series, population, ln_typical), modes.ln_theta)
    rate = int(np.flatnonzero(target.free == population.model.rate)[0])
    prior = _prior_component(target, modes)
    mixture = [prior, *_components_at_modes(target, modes, prior)]
    for number in range(ROUNDS):
        points, ln_weight = _weighted(target, mixture, random, f"posterior round {number}", DRAWS_A_ROUND)
        whole = _matched(points, ln_weight, mixture[1])
        mixture = [prior, *(_parts(points, ln_weight, whole, rate) if number >= ROUNDS - 2 else [whole])]
    points, ln_weight = _weighted(target, mixture, random, "posterior", draws)
    total = logsumexp(ln_weight, axis=1)
    weight = np.exp(ln_weight - total[:, None])
    spread = np.sqrt(np.maximum(np.square(weight).sum(axis=1) - 1.0 / draws, 0.0))
    return WeightedDraws(target.rows(points), weight, total - math.log(draws), spread)


def _weighted(
    target: _Target, mixture: list[Component], random: Draws, stream: str, draws: int
) -> tuple[FloatArray, FloatArray]:
    """Points of a mixture, every second one exchanged, and their ln weights against the mixture so made."""
    d = target.free.size
    uniform = random.grid(stream, draws * (d + 3)).reshape(random.count, draws, d + 3)
    ends = np.rint(np.cumsum([0.0, *(part.share for part in mixture)]) * draws).astype(np.int64)
    drawn = [part.drawn(uniform[:, a:b]) for part, a, b in zip(mixture, ends[:-1], ends[1:], strict=True)]
    points = np.concatenate(drawn, axis=1)
    points[:, 1::2] = target.exchanged(points[:, 1::2])[0]
    twins, admissible, ln_jacobian = target.exchanged(points)
    ln_own = mixture_ln_density(mixture, points)
    ln_both = np.logaddexp(ln_own, mixture_ln_density(mixture, twins) + ln_jacobian) - math.log(2.0)
    return points, -target.objective(points) - np.where(admissible, ln_both, ln_own)


def _prior_component(target: _Target, modes: MapEstimates) -> Component:
    population, free = target.population, target.free
    covariance: FloatArray = np.tile(population.omega[np.ix_(free, free)], (target.series.count, 1, 1))
    centre = target.typical[:, free].copy()
    if population.start_mode == "free_flat":
        start = int(np.flatnonzero(free == population.model.start)[0])
        spread = np.nan_to_num(modes.sd_ln[:, population.model.start], nan=1.0)
        covariance[:, start, :], covariance[:, :, start] = 0.0, 0.0
        covariance[:, start, start] = np.square(FLAT_SPREAD * spread)
        centre[:, start] = modes.ln_theta[:, population.model.start]
    factor = np.linalg.cholesky(covariance).astype(np.float64, copy=False)
    return Component(centre, factor, PRIOR_SHARE, student=False)


def _components_at_modes(target: _Target, modes: MapEstimates, prior: Component) -> list[Component]:
    """A Student t at each mode; at the first one twice where there is no second."""
    free = target.free
    spread = np.sqrt(np.square(prior.factor).sum(axis=2))
    parts = []
    for ln_theta, sd in ((modes.ln_theta, modes.sd_ln), (modes.second_ln_theta, modes.second_sd_ln)):
        centre = np.where(np.isfinite(ln_theta), ln_theta, modes.ln_theta)[:, free]
        width = np.where(np.isfinite(sd), sd, modes.sd_ln)[:, free]
        width = np.where(np.isfinite(width), np.minimum(width, spread), spread)
        factor = np.zeros((centre.shape[0], free.size, free.size))
        factor[:, np.arange(free.size), np.arange(free.size)] = width
        parts.append(Component(centre, factor, 0.5 * (1.0 - PRIOR_SHARE), student=True))
    return parts


def _matched(points: FloatArray, ln_weight: FloatArray, before: Component) -> Component:
    """A Student t with the mean and covariance of weighted points, leaning on the one before where few points count."""
    weight = np.exp(ln_weight - logsumexp(ln_weight, axis=1)[:, None])
    count = 1.0 / np.square(weight).sum(axis=1)
    centre = np.einsum("nm,nma->na", weight, points)
    apart = points - centre[:, None, :]
    covariance = np.matmul((apart * weight[:, :, None]).transpose(0, 2, 1), apart)
    earlier = np.matmul(before.factor, before.factor.transpose(0, 2, 1))
    lean = (10.0 / (10.0 + count))[:, None, None]
    factor = np.linalg.cholesky((1.0 - lean) * covariance + lean * earlier)
    return Component(centre, factor, 1.0 - PRIOR_SHARE, student=True)


def _parts(points: FloatArray, ln_weight: FloatArray, whole: Component, rate: int) -> list[Component]:
    """A Student t for each part of the posterior, cut at quantiles of the elimination rate."""
    order = np.argsort(points[:, :, rate], axis=1)
    points = np.take_along_axis(points, order[:, :, None], axis=1)
    ln_weight = np.take_along_axis(ln_weight, order, axis=1)
    weight = np.exp(ln_weight - logsumexp(ln_weight, axis=1)[:, None])
    below: FloatArray = np.cumsum(weight, axis=1) - 0.5 * weight
    parts = []
    for low, high in pairwise(CUTS):
        inside = (below >= low) & (below < high)
        inside |= ~inside.any(axis=1, keepdims=True)
        found = _matched(points, np.where(inside, ln_weight, -np.inf), whole)
        parts.append(Component(found.centre, found.factor, whole.share / (len(CUTS) - 1), student=True))
    return parts
