"""How parameters differ between subjects, as one vector of numbers without bounds, with its complete-data score.

The vector holds typical ln parameters and effects of covariates, then ln omega of each parameter, then the inverse
hyperbolic tangent of each correlation where there are any, then ln sigma and, for a combined error, ln of its additive
part. Its first part and the covariances are estimated from the subjects' ln parameters alone, the rest from residuals.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from math import exp, log

import numpy as np

from trialwright.errors import NumericsError
from trialwright.numerics.kinetics.series import ErrorModel, Population
from trialwright.numerics.kinetics.structure import FloatArray

__all__ = ["Covariates", "Hierarchy", "Moments"]

_STEP = 1e-5
_MIN_EIGENVALUE = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Covariates:
    """Facts of subjects that move typical parameters.

    Parameters
    ----------
    names : tuple of str
        One a column.
    values : ndarray of shape (n, q)
        Best centred, so that typical values stay those of a typical subject.
    on : tuple of (covariate, parameter)
        Which moves which: ln θ_i = ln θ + coefficient · value.

    Examples
    --------
    >>> Covariates(("AGE60",), np.array([[0.5], [-1.0]]), (("AGE60", "KELIM"),)).on
    (('AGE60', 'KELIM'),)
    """

    names: tuple[str, ...]
    values: FloatArray
    on: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """Conditional moments of the ln parameters of each subject.

    Parameters
    ----------
    first : ndarray of shape (n, r)
        Means.
    second : ndarray of shape (r, r)
        Sum over subjects of the means of all products.
    """

    first: FloatArray
    second: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Hierarchy:
    """Layout of the vector of all estimated numbers.

    Parameters
    ----------
    start : Population
        Structure, kind of error, and what is not estimated.
    design : ndarray of shape (n, r, m)
        Typical ln parameters of subject ``i`` are ``design[i] @ beta``.
    correlated : bool
        Whether correlations between parameters are estimated.
    effects : tuple of (covariate, parameter)
        Of the entries of beta after the typical values.
    """

    start: Population
    design: FloatArray
    correlated: bool
    effects: tuple[tuple[str, str], ...]

    @classmethod
    def of(
        cls, start: Population, count: int, covariates: Covariates | None = None, *, correlated: bool = False
    ) -> Hierarchy:
        """Layout for some subjects.

        Parameters
        ----------
        start : Population
            Where the fit begins.
        count : int
            Number of subjects n.
        covariates : Covariates, optional
            What moves typical parameters.
        correlated : bool, default False
            Whether correlations are estimated.

        Returns
        -------
        Hierarchy
            The layout.

        Raises
        ------
        NumericsError
            When a covariate or a parameter is unknown, or a value is missing.

        Examples
        --------
        >>> error = ErrorModel("log_additive", 0.2)
        >>> known = Population.independent("residual_decay", [0.2, 20, 9000], [0.3, 1, 1], error)
        >>> Hierarchy.of(known, 10).names[:2], Hierarchy.of(known, 10).size
        (('ln RATE', 'ln RESIDUAL'), 7)
        """
        varying = [start.model.parameters[p] for p in start.with_prior]
        r = len(varying)
        effects = covariates.on if covariates is not None else ()
        design = np.zeros((count, r, r + len(effects)))
        design[:, np.arange(r), np.arange(r)] = 1.0
        if covariates is not None:
            for column, (name, parameter) in enumerate(effects, r):
                design[:, _index(varying, parameter), column] = _values(covariates, name, count)
        if start.error.kind == "combined" and start.error.additive == 0:
            raise NumericsError("a combined error needs an additive part above 0 to start from")
        return cls(start, design, correlated, effects)

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the parameters that vary between subjects."""
        return tuple(self.start.model.parameters[p] for p in self.start.with_prior)

    @property
    def pairs(self) -> tuple[tuple[int, int], ...]:
        """Pairs of parameters whose correlation is estimated."""
        return tuple(combinations(range(len(self.parameters)), 2)) if self.correlated else ()

    @property
    def error_size(self) -> int:
        """Number of estimated parts of the residual error."""
        return 2 if self.start.error.kind == "combined" else 1

    @property
    def beta_size(self) -> int:
        """Number of typical values and effects of covariates."""
        return int(self.design.shape[2])

    @property
    def size(self) -> int:
        """Number of all estimated numbers."""
        return self.beta_size + len(self.parameters) + len(self.pairs) + self.error_size

    @property
    def names(self) -> tuple[str, ...]:
        """Name of each estimated number."""
        names = self.parameters
        return (
            *(f"ln {name}" for name in names),
            *(f"{covariate} on {parameter}" for covariate, parameter in self.effects),
            *(f"ln omega {name}" for name in names),
            *(f"atanh rho {names[a]} {names[b]}" for a, b in self.pairs),
            *(("ln sigma", "ln additive")[: self.error_size]),
        )

    def packed(self, beta: FloatArray, omega: FloatArray, error: ErrorModel) -> FloatArray:
        """All estimated numbers as one vector.

        Parameters
        ----------
        beta : ndarray of shape (m,)
            Typical ln parameters and effects.
        omega : ndarray of shape (r, r)
            Covariance between subjects.
        error : ErrorModel
            Residual error.

        Returns
        -------
        ndarray
            The vector.
        """
        sd = np.sqrt(np.diag(omega))
        rho = [np.arctanh(omega[a, b] / (sd[a] * sd[b])) for a, b in self.pairs]
        parts = [log(error.sigma), log(error.additive)] if self.error_size == 2 else [log(error.sigma)]
        return np.concatenate([beta, np.log(sd), rho, parts])

    def first(self) -> FloatArray:
        """The vector at the start: typical values as given, no effects of covariates.

        Returns
        -------
        ndarray
            The vector.
        """
        known = self.start.with_prior
        beta = np.concatenate([self.start.ln_theta[known], np.zeros(len(self.effects))])
        return self.packed(beta, self.start.omega[np.ix_(known, known)], self.start.error)

    def beta(self, vector: FloatArray) -> FloatArray:
        """Typical ln parameters and effects of covariates.

        Parameters
        ----------
        vector : ndarray
            All estimated numbers.

        Returns
        -------
        ndarray of shape (m,)
            Its first part.
        """
        return vector[: self.beta_size]

    def means(self, vector: FloatArray) -> FloatArray:
        """Typical ln parameters of each subject.

        Parameters
        ----------
        vector : ndarray
            All estimated numbers.

        Returns
        -------
        ndarray of shape (n, r)
            By subject.
        """
        means: FloatArray = self.design @ self.beta(vector)
        return means

    def spread(self, vector: FloatArray) -> tuple[FloatArray, FloatArray]:
        """SDs between subjects and their correlations.

        Parameters
        ----------
        vector : ndarray
            All estimated numbers.

        Returns
        -------
        tuple of ndarray
            Omega of each ln parameter, shape (r,); correlations, shape (r, r).
        """
        r, begin = len(self.parameters), self.beta_size
        correlation = np.eye(r)
        for (a, b), number in zip(self.pairs, vector[begin + r :], strict=False):
            correlation[a, b] = correlation[b, a] = np.tanh(number)
        return np.exp(vector[begin : begin + r]), correlation

    def omega(self, vector: FloatArray) -> FloatArray:
        """Covariance of the ln parameters between subjects.

        Parameters
        ----------
        vector : ndarray
            All estimated numbers.

        Returns
        -------
        ndarray of shape (r, r)
            The covariance.
        """
        sd, correlation = self.spread(vector)
        return correlation * np.outer(sd, sd)

    def proper(self, vector: FloatArray) -> bool:
        """Whether the correlations of a vector belong to a covariance: each may be possible, and all of them not.

        Parameters
        ----------
        vector : ndarray
            All estimated numbers.

        Returns
        -------
        bool
            Always true without correlations.
        """
        return bool(np.linalg.eigvalsh(self.spread(vector)[1]).min() > _MIN_EIGENVALUE)

    def error(self, vector: FloatArray) -> ErrorModel:
        """Residual error.

        Parameters
        ----------
        vector : ndarray
            All estimated numbers.

        Returns
        -------
        ErrorModel
            Of the kind of the start.
        """
        if self.error_size == 2:
            return replace(self.start.error, sigma=exp(vector[-2]), additive=exp(vector[-1]))
        return replace(self.start.error, sigma=exp(vector[-1]))

    def population(self, vector: FloatArray) -> Population:
        """Population of the vector, with the covariates at 0.

        Parameters
        ----------
        vector : ndarray
            All estimated numbers.

        Returns
        -------
        Population
            What is not estimated is as in the start.
        """
        known = self.start.with_prior
        ln_theta, omega = self.start.ln_theta.copy(), self.start.omega.copy()
        ln_theta[known] = vector[: known.size]
        omega[np.ix_(known, known)] = self.omega(vector)
        return replace(self.start, ln_theta=ln_theta, omega=omega, error=self.error(vector))

    def scores(self, vector: FloatArray, subject: int, ln_theta: FloatArray) -> FloatArray:
        """Derivative of the ln density of a subject's parameters, one row a draw.

        Parameters
        ----------
        vector : ndarray
            All estimated numbers.
        subject : int
            Position of the subject.
        ln_theta : ndarray of shape (K, r)
            Draws.

        Returns
        -------
        ndarray of shape (K, size − error_size)
            With respect to all but the parts of the residual error.
        """
        sd, correlation = self.spread(vector)
        inverse = np.linalg.inv(correlation)
        z = (ln_theta - self.design[subject] @ self.beta(vector)) / sd
        u = z @ inverse
        parts = [(u / sd) @ self.design[subject], z * u - 1.0]
        if self.pairs:
            a, b = np.array(self.pairs).T
            parts.append((u[:, a] * u[:, b] - inverse[a, b]) * (1.0 - correlation[a, b] ** 2))
        return np.concatenate(parts, axis=1)

    def expected_score(self, vector: FloatArray, moments: Moments) -> FloatArray:
        """Sum over subjects of the expected derivative, from conditional moments.

        Parameters
        ----------
        vector : ndarray
            All estimated numbers.
        moments : Moments
            Of the ln parameters.

        Returns
        -------
        ndarray of shape (size − error_size,)
            As in `scores`.
        """
        sd, correlation = self.spread(vector)
        inverse, means = np.linalg.inv(correlation), self.means(vector)
        apart = moments.first - means
        squares = _squares(means, moments) / np.outer(sd, sd)
        mixed = inverse @ squares
        parts = [
            np.einsum("irm,ir->m", self.design, (apart / sd) @ (inverse / sd)),
            np.diag(mixed) - means.shape[0],
        ]
        if self.pairs:
            a, b = np.array(self.pairs).T
            twice = mixed @ inverse
            parts.append((twice[a, b] - means.shape[0] * inverse[a, b]) * (1.0 - correlation[a, b] ** 2))
        return np.concatenate(parts)

    def expected_curvature(self, vector: FloatArray, moments: Moments) -> FloatArray:
        """Derivative of `expected_score` at fixed moments, by central differences.

        Parameters
        ----------
        vector : ndarray
            All estimated numbers.
        moments : Moments
            Of the ln parameters.

        Returns
        -------
        ndarray of shape (size − error_size, size − error_size)
            Symmetric.
        """
        width = self.size - self.error_size
        found = np.empty((width, width))
        for j in range(width):
            step = np.zeros(vector.size)
            step[j] = _STEP
            above, below = self.expected_score(vector + step, moments), self.expected_score(vector - step, moments)
            found[j] = (above - below) / (2 * _STEP)
        return 0.5 * (found + found.T)

    def best(self, vector: FloatArray, moments: Moments) -> tuple[FloatArray, FloatArray]:
        """Typical values, effects and covariance that are most probable given conditional moments.

        Parameters
        ----------
        vector : ndarray
            All estimated numbers, for the weights of parameters with different covariates.
        moments : Moments
            Of the ln parameters.

        Returns
        -------
        tuple of ndarray
            Beta, shape (m,); covariance, shape (r, r), diagonal unless correlations are estimated.
        """
        precision = np.linalg.inv(self.omega(vector))
        weighted = np.einsum("irm,rs->ism", self.design, precision)
        normal = np.einsum("ism,isk->mk", weighted, self.design)
        beta = np.linalg.solve(normal, np.einsum("ism,is->m", weighted, moments.first))
        omega = _squares(self.design @ beta, moments) / moments.first.shape[0]
        return beta, omega if self.correlated else np.diag(np.diag(omega))


def _squares(means: FloatArray, moments: Moments) -> FloatArray:
    """Sum over subjects of the expected products of the distances from the typical ln parameters."""
    cross = moments.first.T @ means
    squares: FloatArray = moments.second - cross - cross.T + means.T @ means
    return squares


def _index(names: Sequence[str], parameter: str) -> int:
    if parameter not in names:
        raise NumericsError(
            f"a covariate cannot move {parameter!r}",
            mend=f"take one of {', '.join(names)}, which vary between subjects",
        )
    return names.index(parameter)


def _values(covariates: Covariates, name: str, count: int) -> FloatArray:
    if name not in covariates.names:
        raise NumericsError(f"no covariate {name!r}", mend=f"there are {', '.join(covariates.names) or 'none'}")
    if covariates.values.shape != (count, len(covariates.names)) or not np.isfinite(covariates.values).all():
        raise NumericsError(
            f"covariates must be numbers of shape {(count, len(covariates.names))}",
            mend="leave out subjects with a missing covariate, or give a value and say so",
        )
    return covariates.values[:, covariates.names.index(name)]
