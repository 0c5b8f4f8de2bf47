"""Markov chains through the ln parameters of each subject, given a population.

One sweep offers every chain a fresh draw from the population, then steps along each parameter and along pairs of
parameters in both directions: rate, rate of the production and production can make up for one another, so that single
steps would crawl along a narrow ridge. The length of the steps is tuned towards an acceptance of 0.4.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from trialwright.numerics.kinetics.measured import Measured
from trialwright.numerics.kinetics.series import ErrorModel
from trialwright.numerics.kinetics.structure import FloatArray, StructuralModel
from trialwright.numerics.sampling import Draws

__all__ = ["Chains", "Target", "directions"]

_ACCEPTANCE: Final = 0.4
_TUNING: Final = 0.4
_SHORTEST_STEP: Final = 1e-3
_LONGEST_STEP: Final = 5.0


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """Population the chains of each subject are drawn towards.

    Parameters
    ----------
    means : ndarray of shape (n, r)
        Typical ln parameters of each subject.
    omega : ndarray of shape (r, r)
        Covariance between subjects.
    error : ErrorModel
        Residual error.
    """

    means: FloatArray
    omega: FloatArray
    error: ErrorModel


def directions(model: StructuralModel, parameters: tuple[str, ...]) -> FloatArray:
    """Directions of the steps, in units of omega: single parameters, then pairs with equal and opposite signs.

    Parameters
    ----------
    model : StructuralModel
        Its level at day 0 is in no pair: the first values tell it.
    parameters : tuple of str
        Those that vary between subjects.

    Returns
    -------
    ndarray of shape (number of directions, r)
        One direction a row.

    Examples
    --------
    >>> from trialwright.numerics.kinetics.biexponential import BIEXPONENTIAL
    >>> directions(BIEXPONENTIAL, BIEXPONENTIAL.parameters).shape
    (10, 4)
    """
    single = np.eye(len(parameters))
    paired = [j for j, name in enumerate(parameters) if name != model.parameters[model.start]]
    rows = [single[a] + sign * single[b] for a, b in combinations(paired, 2) for sign in (1.0, -1.0)]
    return np.vstack([single, *rows])


class Chains:
    """Several chains a subject, one subject after the other in each chain.

    Parameters
    ----------
    measured : Measured
        Values of n subjects.
    count : int
        Chains a subject.
    parameters : tuple of str
        Those that vary between subjects.
    seed : int
        The chains are a function of it.

    Attributes
    ----------
    ln_theta : ndarray of shape (count · n, r)
        Where the chains stand.
    ln_curve : ndarray
        ln C at each value of each chain.
    """

    def __init__(self, measured: Measured, count: int, parameters: tuple[str, ...], seed: int) -> None:
        self.count, self.subjects, self.seed = count, measured.count, seed
        self.measured = measured.subset(np.tile(np.arange(measured.count, dtype=np.int64), count))
        self.directions = directions(measured.model, parameters)
        self.step = np.full(self.directions.shape[0], 0.5)
        self.sweeps_done = 0
        self.ln_theta = np.empty((0, len(parameters)))
        self.ln_curve = np.empty(0)

    def begin(self, target: Target) -> None:
        """Put every chain at a draw from the population.

        Parameters
        ----------
        target : Target
            The population.
        """
        normal = self._draws(0).normal("first", self.directions.shape[1])
        self.ln_theta = self._from_population(target, normal)
        self.ln_curve = self.measured.ln_curve(self.ln_theta)

    def sweep(self, target: Target) -> None:
        """Move every chain once in every way.

        Parameters
        ----------
        target : Target
            The population; it may differ from sweep to sweep.
        """
        self.sweeps_done += 1
        ways, r = self.directions.shape
        uniform = self._draws(self.sweeps_done).grid("moves", r + ways + 1 + ways)
        normal, ln_chance = ndtri(uniform[:, : r + ways]), np.log(uniform[:, r + ways :])
        means = np.tile(target.means, (self.count, 1))
        precision = np.linalg.inv(target.omega).astype(np.float64)
        likelihood = self.measured.ln_likelihood(self.ln_curve, target.error)
        proposal = self._from_population(target, normal[:, :r])
        found = self._likelihood(proposal, target)
        likelihood, _ = self._accept(ln_chance[:, 0] < found - likelihood, proposal, likelihood, found)
        prior = _ln_prior(self.ln_theta - means, precision)
        units = np.sqrt(np.diag(target.omega))
        for way in range(ways):
            length = self.step[way] * normal[:, r + way]
            proposal = self.ln_theta + length[:, None] * (self.directions[way] * units)
            found, new = self._likelihood(proposal, target), _ln_prior(proposal - means, precision)
            taken = ln_chance[:, 1 + way] < found - likelihood + new - prior
            likelihood, share = self._accept(taken, proposal, likelihood, found)
            prior = np.where(taken, new, prior)
            tuned = self.step[way] * (1.0 + _TUNING * (share - _ACCEPTANCE))
            self.step[way] = min(max(tuned, _SHORTEST_STEP), _LONGEST_STEP)
        self.ln_curve = self.measured.ln_curve(self.ln_theta)

    def means(self) -> FloatArray:
        """Mean over the chains of each subject.

        Returns
        -------
        ndarray of shape (n, r)
            By subject.
        """
        means: FloatArray = self.ln_theta.reshape(self.count, self.subjects, -1).mean(axis=0)
        return means

    def products(self) -> FloatArray:
        """Mean over the chains of each subject of all products of parameters.

        Returns
        -------
        ndarray of shape (n, r, r)
            By subject.
        """
        rows = self.ln_theta.reshape(self.count, self.subjects, -1)
        products: FloatArray = np.einsum("cni,cnj->nij", rows, rows) / self.count
        return products

    def _draws(self, sweep: int) -> Draws:
        return Draws.first(self.seed, sweep, self.count * self.subjects)

    def _from_population(self, target: Target, normal: FloatArray) -> FloatArray:
        drawn: FloatArray = np.tile(target.means, (self.count, 1)) + normal @ np.linalg.cholesky(target.omega).T
        return drawn

    def _likelihood(self, ln_theta: FloatArray, target: Target) -> FloatArray:
        return self.measured.ln_likelihood(self.measured.ln_curve(ln_theta), target.error)

    def _accept(
        self, taken: NDArray[np.bool_], proposal: FloatArray, likelihood: FloatArray, found: FloatArray
    ) -> tuple[FloatArray, float]:
        """Move the chains that take the proposal; likelihoods after it and the share that took it."""
        self.ln_theta = np.where(taken[:, None], proposal, self.ln_theta)
        return np.where(taken, found, likelihood), np.count_nonzero(taken) / taken.size


def _ln_prior(apart: FloatArray, precision: FloatArray) -> FloatArray:
    square: FloatArray = np.einsum("ij,ij->i", apart @ precision, apart)
    return -0.5 * square
