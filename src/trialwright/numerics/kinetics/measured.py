"""Measured values of all subjects as the fit of a population sees them: curve, likelihood and size of the residuals."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import log, pi

import numpy as np
from scipy.special import log_ndtr

from trialwright.errors import EstimationError, NumericsError
from trialwright.numerics.kinetics.likelihood import minus_ln_likelihood
from trialwright.numerics.kinetics.series import EXACT, ErrorModel, Population, Series
from trialwright.numerics.kinetics.structure import FloatArray, IntArray, StructuralModel

__all__ = ["Measured"]


@dataclass(frozen=True, eq=False)
class Measured:
    """Values that carry a likelihood, with what is fixed in each subject.

    Parameters
    ----------
    series : Series
        Values of n subjects; without the first of each where it fixes the level at day 0.
    model : StructuralModel
        The curve.
    beta_sign : float
        Sign of BETA.
    positions : ndarray of int, shape (r,)
        Parameters that vary between subjects.
    ln_start : ndarray of shape (n,) or None
        Fixed ln level at day 0 of each subject; None where it varies like the others.

    Examples
    --------
    >>> error = ErrorModel("log_additive", 0.2)
    >>> known = Population.independent("residual_decay", [0.2, 20, 9000], [0.3, 1, 1], error)
    >>> Measured.of(Series.of([[(0, 410.0), (22, 180.0)]]), known).ln_curve(np.log([[0.2, 20, 400]])).round(3).tolist()
    [6.04, 3.215]
    """

    series: Series
    model: StructuralModel
    beta_sign: float
    positions: IntArray
    ln_start: FloatArray | None = None

    @classmethod
    def of(cls, series: Series, population: Population) -> Measured:
        """What the fit of a population to some series rests on.

        Parameters
        ----------
        series : Series
            Values of n subjects.
        population : Population
            Structure, sign of BETA and start mode.

        Returns
        -------
        Measured
            Values and fixed levels.

        Raises
        ------
        NumericsError
            When a subject has no value, or none that could fix the level at day 0, or the start mode has no prior.
        EstimationError
            When no value at all was measured.

        Examples
        --------
        >>> error = ErrorModel("log_additive", 0.2)
        >>> known = Population.independent("residual_decay", [0.2, 20, 9000], [0.3, 1, 1], error, start_mode="observed")
        >>> Measured.of(Series.of([[(0, 410.0), (22, 180.0)]]), known).series.t_days.tolist()
        [22.0]
        """
        counts = np.diff(series.offsets)
        if (counts == 0).any():
            raise NumericsError(
                f"subject {int(np.argmin(counts))} has no value", why="it tells nothing", mend="leave the subject out"
            )
        if population.start_mode == "free_flat":
            raise NumericsError(
                "a population cannot be fitted with a level at day 0 that has no prior",
                why="its likelihood is not finite",
                mend='take the start mode "estimated" or "observed"',
            )
        ln_start = None
        if population.start_mode == "observed":
            series, ln_start = _conditional_on_first(series)
        if not (series.censor == EXACT).any():
            raise EstimationError("no value lies within the limits of the assay, so no residual error can be estimated")
        return cls(series, population.model, float(population.beta_sign), population.with_prior, ln_start)

    @property
    def count(self) -> int:
        """Number of subjects."""
        return self.series.count

    @cached_property
    def who(self) -> IntArray:
        """All subjects, by position."""
        return np.arange(self.count, dtype=np.int64)

    @cached_property
    def exact(self) -> FloatArray:
        """Number of values within the limits, by subject."""
        found = np.bincount(self.series.owner, weights=self.series.censor == EXACT, minlength=self.count)
        return found.astype(np.float64)

    @cached_property
    def sum_of_exact(self) -> FloatArray:
        """Sum of the ln values within the limits, by subject."""
        shown = np.where(self.series.censor == EXACT, self.series.ln_value, 0.0)
        return np.bincount(self.series.owner, weights=shown, minlength=self.count).astype(np.float64)

    def subset(self, subjects: IntArray) -> Measured:
        """The same of some subjects, or of one several times.

        Parameters
        ----------
        subjects : ndarray of int
            Positions.

        Returns
        -------
        Measured
            In the order given.
        """
        ln_start = None if self.ln_start is None else self.ln_start[subjects]
        return Measured(self.series.subset(subjects), self.model, self.beta_sign, self.positions, ln_start)

    def ln_curve(self, ln_theta: FloatArray) -> FloatArray:
        """Level of the marker at each value, as its ln.

        Parameters
        ----------
        ln_theta : ndarray of shape (n, r)
            ln parameters that vary between subjects.

        Returns
        -------
        ndarray of shape (N,)
            ln C.
        """
        out = np.empty(self.series.t_days.size)
        whole = self.whole(ln_theta)
        self.model.ln_values(self.who, self.series.offsets, self.series.t_days, whole, self.beta_sign, out)
        return out

    def whole(self, ln_theta: FloatArray) -> FloatArray:
        """All parameters of each subject, those that are fixed included.

        Parameters
        ----------
        ln_theta : ndarray of shape (n, r)
            ln parameters that vary between subjects.

        Returns
        -------
        ndarray of shape (n, p)
            ln parameters.
        """
        if self.ln_start is None:
            return np.ascontiguousarray(ln_theta)
        whole = np.empty((self.count, self.model.size))
        whole[:, self.positions] = ln_theta
        whole[:, self.model.start] = self.ln_start
        return whole

    def ln_likelihood(self, ln_curve: FloatArray, error: ErrorModel) -> FloatArray:
        """Logarithm of the density of each subject's ln values, given the curve.

        Parameters
        ----------
        ln_curve : ndarray of shape (N,)
            ln C at each value.
        error : ErrorModel
            Residual error.

        Returns
        -------
        ndarray of shape (n,)
            With all constants, as a density of ln values whatever the error model, so that error models can be
            compared.
        """
        out = np.empty(self.count)
        series = self.series
        minus_ln_likelihood(
            self.who, series.offsets, series.ln_value, series.censor, ln_curve, error.code, error.constants, out
        )
        constant = -0.5 * log(2 * pi) * self.exact
        if error.kind in ("log_additive", "boxcox_additive"):
            constant = constant - log(error.sigma) * self.exact
        if error.kind != "log_additive":
            constant = constant + (error.exponent if error.kind == "boxcox_additive" else 1.0) * self.sum_of_exact
        return constant - out

    def mean_square(self, ln_curve: FloatArray, error: ErrorModel) -> float:
        """Expected squared residual in units of what sigma multiplies, so that its root is the next sigma.

        Parameters
        ----------
        ln_curve : ndarray of shape (N,)
            ln C at each value.
        error : ErrorModel
            Residual error with one SD; its sigma serves where a value lies beyond a limit.

        Returns
        -------
        float
            Mean over all values.

        Notes
        -----
        The value behind a limit is taken as normal, cut off at the limit: E[z² | z < u] = 1 − u·φ(u)/Φ(u).
        """
        series, residual = self.series, _residual(self.series.ln_value, ln_curve, error)
        beyond = series.censor != EXACT
        z = -series.censor[beyond] * residual[beyond] / error.sigma
        square = residual * residual
        square[beyond] = error.sigma**2 * (1.0 - z * np.exp(-0.5 * z * z - 0.5 * log(2 * pi) - log_ndtr(z)))
        return float(square.mean())


def _conditional_on_first(series: Series) -> tuple[Series, FloatArray]:
    """The values after the first of each subject, and the ln of the first."""
    first = series.offsets[:-1]
    if (series.censor[first] != EXACT).any():
        subject = int(np.flatnonzero(series.censor[first] != EXACT)[0])
        raise NumericsError(
            f"the first value of subject {subject} lies beyond a limit",
            why="it cannot fix the level at day 0",
            mend='leave the subject out or take the start mode "estimated"',
        )
    later = np.ones(series.t_days.size, dtype=np.bool_)
    later[first] = False
    offsets = series.offsets - np.arange(series.count + 1)
    rest = Series(offsets, series.t_days[later], series.ln_value[later], series.censor[later])
    return rest, series.ln_value[first]


def _residual(ln_value: FloatArray, ln_curve: FloatArray, error: ErrorModel) -> FloatArray:
    """Distance of each value from the curve on the scale on which sigma is its SD."""
    if error.kind == "log_additive" or (error.kind == "boxcox_additive" and error.exponent == 0):
        return ln_value - ln_curve
    if error.kind == "proportional":
        ratio: FloatArray = np.expm1(ln_value - ln_curve)
        return ratio
    power: FloatArray = (np.expm1(error.exponent * ln_value) - np.expm1(error.exponent * ln_curve)) / error.exponent
    return power
