"""What is measured in some subjects, and what is known of them beforehand.

The estimators take these two: ``map_estimate.map_estimates(series, population)``,
``posterior.posterior(series, population, …)``, ``next_sample.next_sample_value(series, population, …)``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, get_args

import numpy as np

from trialwright.errors import NumericsError
from trialwright.numerics.kinetics.structure import Flags, FloatArray, IntArray, StructuralModel
from trialwright.numerics.kinetics.structures import structure_named

__all__ = ["ErrorKind", "ErrorModel", "Population", "Series", "StartMode"]

ErrorKind: TypeAlias = Literal["log_additive", "proportional", "combined", "boxcox_additive"]
StartMode: TypeAlias = Literal["estimated", "observed", "free_flat"]

BELOW, EXACT, ABOVE = -1, 0, 1
_KINDS: Final = get_args(ErrorKind)


@dataclass(frozen=True, slots=True)
class ErrorModel:
    """How a measured value scatters about the curve.

    Parameters
    ----------
    kind : {"log_additive", "proportional", "combined", "boxcox_additive"}
        What is normal: ln value about ln C; value about C with SD ``sigma·C``; value about C with SD
        ``sqrt(additive² + (sigma·C)²)``; the Box–Cox transforms of both, with SD `sigma`.
    sigma : float
        SD on the ln scale, fraction of C, or SD on the transformed scale, above 0.
    additive : float, default 0
        Additive part of a combined error, in the unit of the marker.
    exponent : float, default 1
        Exponent of the Box–Cox transform (C^exponent − 1)/exponent; 0 is the logarithm.

    Raises
    ------
    NumericsError
        When the kind is unknown or an SD is not a number above 0.

    Examples
    --------
    >>> ErrorModel("log_additive", 0.2).code
    0
    """

    kind: ErrorKind
    sigma: float
    additive: float = 0.0
    exponent: float = 1.0

    def __post_init__(self) -> None:
        if self.kind not in _KINDS:
            known = ", ".join(_KINDS)
            raise NumericsError(f"no error model {self.kind!r}", mend=f"take one of {known}")
        if not (np.isfinite(self.sigma) and self.sigma > 0):
            raise NumericsError(f"residual error sigma {self.sigma} is not above 0", mend="give a standard deviation")
        if not (np.isfinite(self.additive) and self.additive >= 0) or not np.isfinite(self.exponent):
            raise NumericsError("additive error and exponent must be numbers, the former 0 or more")

    @property
    def code(self) -> int:
        """Number of the kind, as the kernels know it."""
        return _KINDS.index(self.kind)

    @property
    def constants(self) -> FloatArray:
        """Sigma, additive part and exponent, as the kernels take them."""
        return np.array([self.sigma, self.additive, self.exponent])


@dataclass(frozen=True, slots=True, eq=False)
class Population:
    """Typical parameters, how they differ between subjects, and the residual error.

    Parameters
    ----------
    structure : str
        Name of the structural model.
    ln_theta : ndarray of shape (p,)
        ln of the typical parameters, in the order of the model.
    omega : ndarray of shape (p, p)
        Covariance of the ln parameters between subjects.
    error : ErrorModel
        Residual error.
    beta_sign : {-1, 1}, default -1
        Sign of BETA in the exponent of the production: −1 decays, +1 grows.
    start_mode : {"estimated", "observed", "free_flat"}, default "estimated"
        Level at day 0: a parameter like the others; fixed to a subject's first value; estimated without a prior.

    Raises
    ------
    NumericsError
        When shapes differ, numbers are not finite or the covariance is not positive definite.

    Examples
    --------
    >>> error = ErrorModel("log_additive", 0.2)
    >>> Population.independent("biexponential", [0.06, 0.04, 6, 500], [0.45, 0.6, 1, 1.2], error).typical.round(
    ...     6
    ... ).tolist()
    [0.06, 0.04, 6.0, 500.0]
    """

    structure: str
    ln_theta: FloatArray
    omega: FloatArray
    error: ErrorModel
    beta_sign: int = -1
    start_mode: StartMode = "estimated"

    def __post_init__(self) -> None:
        p = self.model.size
        if self.ln_theta.shape != (p,) or self.omega.shape != (p, p):
            raise NumericsError(
                f"the model {self.structure!r} has {p} parameters, but there are typical values of shape "
                f"{self.ln_theta.shape} and a covariance of shape {self.omega.shape}"
            )
        if not (np.isfinite(self.ln_theta).all() and np.isfinite(self.omega).all()):
            raise NumericsError("typical values and covariances must be finite", mend="typical values are above 0")
        if self.beta_sign not in (-1, 1):
            raise NumericsError(f"beta_sign {self.beta_sign} is neither -1 nor 1")
        if self.start_mode not in get_args(StartMode):
            raise NumericsError(f"no start mode {self.start_mode!r}", mend=f"take {', '.join(get_args(StartMode))}")
        known = self.with_prior
        part = self.omega[np.ix_(known, known)]
        if not np.allclose(part, part.T, rtol=1e-10, atol=0) or np.linalg.eigvalsh(part).min() <= 0:
            raise NumericsError("the covariance between subjects is not symmetric and positive definite")

    @classmethod
    def independent(
        cls,
        structure: str,
        theta: Sequence[float],
        sd_ln: Sequence[float],
        error: ErrorModel,
        *,
        beta_sign: int = -1,
        start_mode: StartMode = "estimated",
    ) -> Population:
        """Population whose parameters vary independently of one another.

        Parameters
        ----------
        structure : str
            Name of the structural model.
        theta : sequence of float
            Typical parameters, above 0.
        sd_ln : sequence of float
            SD of each ln parameter.
        error : ErrorModel
            Residual error.
        beta_sign : {-1, 1}, default -1
            Sign of BETA.
        start_mode : {"estimated", "observed", "free_flat"}, default "estimated"
            Level at day 0.

        Returns
        -------
        Population
            With a diagonal covariance.

        Examples
        --------
        >>> error = ErrorModel("proportional", 0.344)
        >>> Population.independent("residual_decay", [0.169, 24.7, 14400], [0.3, 1, 1], error).omega[0, 0].round(6)
        np.float64(0.09)
        """
        typical = np.asarray(theta, dtype=np.float64)
        if not (typical > 0).all():
            raise NumericsError(f"typical values {list(theta)} are not all above 0")
        variances = np.square(np.asarray(sd_ln, dtype=np.float64))
        return cls(structure, np.log(typical), np.diag(variances), error, beta_sign, start_mode)

    @property
    def model(self) -> StructuralModel:
        """Its structural model."""
        return structure_named(self.structure)

    @property
    def typical(self) -> FloatArray:
        """Typical parameters on their own scale."""
        typical: FloatArray = np.exp(self.ln_theta)
        return typical

    @property
    def sd_ln(self) -> FloatArray:
        """SD of each ln parameter between subjects."""
        sd: FloatArray = np.sqrt(np.diag(self.omega))
        return sd

    @property
    def free(self) -> IntArray:
        """Positions of the parameters estimated in each subject."""
        fixed = {self.model.start} if self.start_mode == "observed" else set()
        return np.array([i for i in range(self.model.size) if i not in fixed], dtype=np.int64)

    @property
    def free_flags(self) -> Flags:
        """1 for each parameter estimated in each subject, 0 for one that is fixed."""
        return tuple(int(position in self.free) for position in range(self.model.size))

    @property
    def with_prior(self) -> IntArray:
        """Positions of the parameters that have a prior."""
        without = set() if self.start_mode == "estimated" else {self.model.start}
        return np.array([i for i in range(self.model.size) if i not in without], dtype=np.int64)

    @property
    def precision(self) -> FloatArray:
        """Inverse covariance of the parameters that have a prior, zero elsewhere; shape (p, p)."""
        known = np.ix_(self.with_prior, self.with_prior)
        precision = np.zeros_like(self.omega)
        precision[known] = np.linalg.inv(self.omega[known])
        return precision


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """Measured values of some subjects, one after the other in flat arrays.

    Parameters
    ----------
    offsets : ndarray of int, shape (n + 1,)
        The values of subject ``i`` are those from ``offsets[i]`` to ``offsets[i + 1] - 1``.
    t_days : ndarray of shape (N,)
        Days from the start of treatment, 0 or later.
    ln_value : ndarray of shape (N,)
        ln of the value, or of the limit a value is known to be below or above.
    censor : ndarray of int, shape (N,)
        −1 below the limit, 0 measured, 1 above the limit.

    Raises
    ------
    NumericsError
        When the arrays do not fit together, a day is negative or a value is not finite.

    Examples
    --------
    >>> series = Series.of([[(0, 850.0), (21, 640.0)], [(0, 20.0), (30, 5.0, -1)]])
    >>> series.count, series.offsets.tolist(), series.censor.tolist()
    (2, [0, 2, 4], [0, 0, 0, -1])
    """

    offsets: IntArray
    t_days: FloatArray
    ln_value: FloatArray
    censor: IntArray

    def __post_init__(self) -> None:
        n = self.t_days.size
        if not (self.ln_value.shape == self.censor.shape == self.t_days.shape == (n,)):
            raise NumericsError("days, values and censoring of a series differ in length")
        if self.offsets.size < 1 or self.offsets[0] != 0 or self.offsets[-1] != n or (np.diff(self.offsets) < 0).any():
            raise NumericsError("offsets must rise from 0 to the number of values")
        if not (np.isfinite(self.t_days).all() and (self.t_days >= 0).all()):
            raise NumericsError(
                "a day is negative or not a number",
                why="before treatment nothing declines yet",
                mend="set the last value before treatment to day 0",
            )
        if not np.isfinite(self.ln_value).all():
            raise NumericsError("a value is not a number above 0", mend="give a value below a limit as that limit")
        if not np.isin(self.censor, (BELOW, EXACT, ABOVE)).all():
            raise NumericsError("censoring is -1 (below), 0 (measured) or 1 (above)")

    @classmethod
    def of(cls, subjects: Sequence[Sequence[tuple[float, float] | tuple[float, float, int]]]) -> Series:
        """Series of subjects given as lists.

        Parameters
        ----------
        subjects : sequence of sequence of (day, value) or (day, value, censor)
            One sequence a subject.

        Returns
        -------
        Series
            In the same order.

        Examples
        --------
        >>> Series.of([[(0, 850.0), (21, 640.0), (42, 5.0, -1)]]).t_days.tolist()
        [0.0, 21.0, 42.0]
        """
        rows = [(*row, EXACT)[:3] for own in subjects for row in own]
        values = np.array([row[1] for row in rows], dtype=np.float64)
        if not (values > 0).all():
            raise NumericsError("a value is not a number above 0", mend="give a value below a limit as that limit")
        offsets = np.concatenate([[0], np.cumsum([len(own) for own in subjects])]).astype(np.int64)
        days = np.array([row[0] for row in rows], dtype=np.float64)
        return cls(offsets, days, np.log(values), np.array([row[2] for row in rows], dtype=np.int64))

    @property
    def count(self) -> int:
        """Number of subjects."""
        return self.offsets.size - 1

    @property
    def owner(self) -> IntArray:
        """Subject each value belongs to."""
        return np.repeat(np.arange(self.count, dtype=np.int64), np.diff(self.offsets))

    def subset(self, subjects: IntArray) -> Series:
        """Series of some of the subjects, or of one several times.

        Parameters
        ----------
        subjects : ndarray of int
            Positions, in the order wanted.

        Returns
        -------
        Series
            Of those subjects.

        Examples
        --------
        >>> series = Series.of([[(0, 850.0)], [(0, 20.0), (30, 5.0)]])
        >>> series.subset(np.array([1, 1])).offsets.tolist()
        [0, 2, 4]
        """
        lengths = np.diff(self.offsets)[subjects]
        offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        places = np.arange(offsets[-1]) + np.repeat(self.offsets[:-1][subjects] - offsets[:-1], lengths)
        return Series(offsets, self.t_days[places], self.ln_value[places], self.censor[places])

    def repeated(self, times: int) -> Series:
        """All subjects several times over, as for chains or draws.

        Parameters
        ----------
        times : int
            How often; subject ``i`` stands at ``i``, ``i + count``, ``i + 2·count`` and so on.

        Returns
        -------
        Series
            Of ``times · count`` subjects.

        Examples
        --------
        >>> Series.of([[(0, 850.0)], [(0, 20.0), (30, 5.0)]]).repeated(2).offsets.tolist()
        [0, 1, 3, 4, 6]
        """
        return self.subset(np.tile(np.arange(self.count, dtype=np.int64), times))
