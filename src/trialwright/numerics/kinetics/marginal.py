"""Likelihood of a population, integrated over the parameters of each subject, with its first and second derivatives.

The integral over a subject's parameters is a mean over draws, half from the population and half from a multivariate t
distribution at the subject's conditional mean and covariance. The first half defends: however bent the conditional
distribution is, no weight can exceed twice the likelihood. The same weighted draws give the derivative of the
logarithm (Fisher's identity) and its curvature (Louis's identity), hence standard errors and Newton's step.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from math import exp, lgamma, log, pi
from typing import Final

import numpy as np
from numpy.typing import NDArray

from trialwright.errors import EstimationError
from trialwright.numerics.kinetics.hierarchy import Hierarchy, Moments
from trialwright.numerics.kinetics.measured import Measured
from trialwright.numerics.kinetics.series import ErrorModel
from trialwright.numerics.kinetics.structure import FloatArray
from trialwright.numerics.sampling import Draws

__all__ = ["Centres", "Marginal", "marginal"]

_FREEDOM: Final = 5
_WIDENING: Final = 1.2
_ERROR_STEP: Final = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class Centres:
    """Where the draws of each subject are taken.

    Parameters
    ----------
    mean : ndarray of shape (n, r)
        Conditional means of the ln parameters.
    covariance : ndarray of shape (n, r, r)
        Conditional covariances.
    """

    mean: FloatArray
    covariance: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Marginal:
    """Likelihood of a population and its derivatives.

    Parameters
    ----------
    ln_likelihood : ndarray of shape (n,)
        Of each subject's ln values.
    variance : ndarray of shape (n,)
        Monte-Carlo variance of each.
    effective_size : ndarray of shape (n,)
        Effective number of draws of each subject.
    scores : ndarray of shape (n, number of estimated numbers)
        Derivative of each ln likelihood.
    information : ndarray of shape (number, number)
        Observed information: minus the second derivative of the ln likelihood.
    centres : Centres
        Conditional moments from the weighted draws.
    """

    ln_likelihood: FloatArray
    variance: FloatArray
    effective_size: FloatArray
    scores: FloatArray
    information: FloatArray
    centres: Centres

    @property
    def minus_two_ll(self) -> float:
        """−2 times the ln likelihood of all ln values."""
        return float(-2.0 * self.ln_likelihood.sum())

    @property
    def minus_two_ll_error(self) -> float:
        """Monte-Carlo standard error of it."""
        return float(2.0 * np.sqrt(self.variance.sum()))

    @property
    def curved(self) -> bool:
        """Whether the observed information is positive definite, as it is near a maximum inside the range."""
        return bool(np.linalg.eigvalsh(self.information).min() > 0)

    @property
    def covariance(self) -> FloatArray:
        """Covariance of the estimates: the inverse information.

        Where that is not positive definite, as with few subjects or an omega near 0, the inverse of the summed products
        of the subjects' scores; nan where that does not exist either.
        """
        information = self.information if self.curved else self.scores.T @ self.scores
        values = np.linalg.eigvalsh(information)
        if values.min() <= 1e-12 * values.max():
            return np.full_like(information, np.nan)
        return np.linalg.inv(information).astype(np.float64)

    @property
    def to_maximum(self) -> FloatArray:
        """Newton's step from here to the maximum of the likelihood, by the covariance above; nan without one."""
        step: FloatArray = self.covariance @ self.scores.sum(axis=0)
        return step


def marginal(
    measured: Measured, hierarchy: Hierarchy, vector: FloatArray, centres: Centres, *, draws: int, seed: int
) -> Marginal:
    """Likelihood of a population by defended importance sampling, with its first and second derivatives.

    Parameters
    ----------
    measured : Measured
        Values of n subjects.
    hierarchy : Hierarchy
        Layout of the estimated numbers.
    vector : ndarray
        The estimated numbers.
    centres : Centres
        Where to draw; the nearer to the conditional moments the smaller the error.
    draws : int
        Draws a subject.
    seed : int
        The result is a function of it.

    Returns
    -------
    Marginal
        Likelihood, scores, observed information.

    Raises
    ------
    EstimationError
        When a subject's values are impossible under the population.

    Notes
    -----
    With the derivative S and the second derivative H of the complete-data ln density, subject i adds
    E[−H | y_i] − Var[S | y_i] to the observed information. H of the distribution between subjects follows from
    conditional moments; derivatives in the residual error are central differences at each draw.

    References
    ----------
    Berndt EK, Hall BH, Hall RE, Hausman JA. Ann Econ Soc Meas 1974;3:653-65 (products of scores; unverified).
    Louis TA. J R Stat Soc B 1982;44:226-33, doi 10.1111/j.2517-6161.1982.tb01203.x (unverified). Hesterberg T.
    Technometrics 1995;37:185-94 (defensive mixtures; unverified).

    Examples
    --------
    >>> from trialwright.numerics.kinetics.series import Population, Series
    >>> known = Population.independent("residual_decay", [0.1, 20, 900], [0.3, 0.5, 1], ErrorModel("log_additive", 0.2))
    >>> series = Series.of([[(0, 800.0), (21, 120.0), (42, 30.0)]])
    >>> layout = Hierarchy.of(known, 1)
    >>> centres = Centres(known.ln_theta[None], known.omega[None])
    >>> found = marginal(Measured.of(series, known), layout, layout.first(), centres, draws=20_000, seed=1)
    >>> bool(abs(found.minus_two_ll - 2.60) < 0.2)
    True
    """
    n, r, width = measured.count, len(hierarchy.parameters), hierarchy.size
    means, omega, error = hierarchy.means(vector), hierarchy.omega(vector), hierarchy.error(vector)
    figures, scores = np.empty((3, n)), np.empty((n, width))
    first, second = np.empty((n, r)), np.empty((n, r, r))
    spread, curvature = np.zeros((width, width)), np.zeros((hierarchy.error_size, hierarchy.error_size))
    half = draws // 2
    for i in range(n):
        one = measured.subset(np.full(2 * half, i, dtype=np.int64))
        proposal = _Proposal(means[i], omega, centres.mean[i], centres.covariance[i])
        ln_theta = proposal.drawn(Draws(seed, i, np.arange(2 * half, dtype=np.int64)))
        likelihoods = _at_errors(one, one.ln_curve(ln_theta), error, hierarchy.error_size)
        ln_weight = likelihoods[0] + proposal.ln_ratio(ln_theta)
        if not np.isfinite(ln_weight.max()):
            raise EstimationError(
                f"the values of subject {i} are impossible under the population", mend="look at its values and days"
            )
        figures[:, i], weight = _weighed(ln_weight, half)
        slope, bend = _error_derivatives(likelihoods, hierarchy.error_size)
        rows = np.concatenate([hierarchy.scores(vector, i, ln_theta), slope], axis=1)
        scores[i] = weight @ rows
        spread += (rows * weight[:, None]).T @ rows - np.outer(scores[i], scores[i])
        curvature += np.einsum("k,kab->ab", weight, bend)
        first[i] = weight @ ln_theta
        second[i] = (ln_theta * weight[:, None]).T @ ln_theta
    complete = np.zeros((width, width))
    between = width - hierarchy.error_size
    complete[:between, :between] = hierarchy.expected_curvature(vector, Moments(first, second.sum(axis=0)))
    complete[between:, between:] = curvature
    found = Centres(first, second - np.einsum("ni,nj->nij", first, first))
    return Marginal(figures[0], figures[1], figures[2], scores, -complete - spread, found)


class _Proposal:
    """Half the population, half a t distribution about the conditional mean."""

    def __init__(self, typical: FloatArray, omega: FloatArray, centre: FloatArray, covariance: FloatArray) -> None:
        self.typical, self.centre = typical, centre
        self.population = np.linalg.cholesky(omega).astype(np.float64)
        # a subject whose draws hardly moved must not make the t distribution flat
        self.t = np.linalg.cholesky(_WIDENING * covariance + 1e-4 * np.diag(np.diag(omega))).astype(np.float64)

    def drawn(self, draws: Draws) -> FloatArray:
        r, half = self.centre.size, draws.count // 2
        normal = draws.normal("importance", r + _FREEDOM)
        scale = np.sqrt(_FREEDOM / np.square(normal[half:, r:]).sum(axis=1))
        defending = self.typical + normal[:half, :r] @ self.population.T
        return np.concatenate([defending, self.centre + (normal[half:, :r] @ self.t.T) * scale[:, None]])

    def ln_ratio(self, ln_theta: FloatArray) -> FloatArray:
        """Ln density of the population over that of the proposal."""
        r = self.centre.size
        population = _squares(self.population, ln_theta - self.typical)
        ln_population = -0.5 * population - np.log(np.diag(self.population)).sum() - 0.5 * r * log(2 * pi)
        constant = lgamma((_FREEDOM + r) / 2) - lgamma(_FREEDOM / 2) - 0.5 * r * log(_FREEDOM * pi)
        squares = _squares(self.t, ln_theta - self.centre)
        ln_t = constant - np.log(np.diag(self.t)).sum() - 0.5 * (_FREEDOM + r) * np.log1p(squares / _FREEDOM)
        ratio: FloatArray = ln_population - np.logaddexp(ln_population, ln_t) + log(2.0)
        return ratio


def _squares(lower: FloatArray, apart: FloatArray) -> FloatArray:
    whitened = apart @ np.linalg.inv(lower).T
    squares: FloatArray = np.einsum("ij,ij->i", whitened, whitened)
    return squares


def _weighed(ln_weight: FloatArray, half: int) -> tuple[tuple[float, float, float], FloatArray]:
    """Ln of the mean weight, its variance, the effective number of draws; weights that sum to 1."""
    largest = ln_weight.max()
    weight = np.exp(ln_weight - largest)
    mean, total = weight.mean(), weight.sum()
    # the two halves are strata, each sampled on its own
    variance = 0.25 * (weight[:half].var() + weight[half:].var()) / half / mean**2
    normed: FloatArray = weight / total
    return (float(largest + log(mean)), float(variance), float(1.0 / np.square(normed).sum())), normed


def _at_errors(one: Measured, ln_curve: FloatArray, error: ErrorModel, size: int) -> list[FloatArray]:
    """Ln likelihood of each draw at the residual error, then at small changes of the ln of each of its parts."""
    grid = sorted(product((0, 1, -1), repeat=size), key=lambda signs: sum(abs(sign) for sign in signs))
    found = []
    for signs in grid:
        sigma = error.sigma * exp(signs[0] * _ERROR_STEP)
        additive = error.additive * exp(signs[1] * _ERROR_STEP) if size == 2 else error.additive
        found.append(one.ln_likelihood(ln_curve, replace(error, sigma=sigma, additive=additive)))
    return found


def _error_derivatives(likelihoods: list[FloatArray], size: int) -> tuple[FloatArray, NDArray[np.float64]]:
    """First and second derivatives of each draw's ln likelihood in the ln of the parts of the residual error."""
    h, here = _ERROR_STEP, likelihoods[0]
    if size == 1:
        _, up, down = likelihoods
        return ((up - down) / (2 * h))[:, None], ((up + down - 2 * here) / h**2)[:, None, None]
    _, second_up, second_down, up, down, both, apart, opposite, neither = likelihoods
    slope = np.stack([(up - down) / (2 * h), (second_up - second_down) / (2 * h)], axis=1)
    bend = np.empty((here.size, 2, 2))
    bend[:, 0, 0] = (up + down - 2 * here) / h**2
    bend[:, 1, 1] = (second_up + second_down - 2 * here) / h**2
    bend[:, 0, 1] = bend[:, 1, 0] = (both - apart - opposite + neither) / (4 * h**2)
    return slope, bend
