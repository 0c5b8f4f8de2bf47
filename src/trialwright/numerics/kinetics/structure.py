"""What a structural model of a marker is: its parameters and its compiled curve."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from trialwright.errors import NumericsError

__all__ = ["Exchange", "Flags", "FloatArray", "IntArray", "LnCurve", "SecondStart", "StructuralModel"]

FloatArray: TypeAlias = NDArray[np.float64]
IntArray: TypeAlias = NDArray[np.int64]

Flags: TypeAlias = tuple[int, ...]
"""1 or 0 for each parameter; a tuple, so that a kernel is compiled for its length and unrolls the loops over it."""

LnCurve: TypeAlias = Callable[[IntArray, IntArray, FloatArray, FloatArray, float, FloatArray], None]
"""Compiled loop ``(who, offsets, t_days, ln_theta, beta_sign, out)``: writes the rows of `out` that belong to `who`."""

Exchange: TypeAlias = Callable[[FloatArray, float], tuple[FloatArray, NDArray[np.bool_], FloatArray]]
"""``(ln_theta, beta_sign)`` to other parameters of the same curve, where they exist, and ln of the Jacobian there.

Exchanging twice gives back the parameters. Rows without other parameters are handed back as they are.
"""

SecondStart: TypeAlias = Callable[[FloatArray], FloatArray]
"""First starting points of the search for a mode to second ones."""


@dataclass(frozen=True, slots=True, eq=False)
class StructuralModel:
    """A marker's curve after the start of treatment, in ln parameters.

    Parameters
    ----------
    id : str
        Name in a parameter set.
    parameters : tuple of str
        Names, in the order of the columns of `ln_theta`.
    units : tuple of str
        UCUM unit of each parameter, with ``U`` standing for the unit of the marker.
    rate : int
        Position of the elimination rate.
    start : int
        Position of the level at day 0.
    ln_values : callable
        Kernel that writes ln C of each observation: ``out[j]``.
    ln_derivatives : callable
        Kernel that writes ln C, its p first derivatives and the p(p + 1)/2 second derivatives of its upper triangle,
        row by row, with respect to the ln parameters: ``out[j, :]``.
    exchanged : callable
        Other parameters that give the same curve, where there are any.
    second_start : callable or None
        Starting points far from the first, for a search that might have missed a mode.
    reference : str
        Where the model stands.

    Notes
    -----
    Observation ``j`` belongs to subject ``i`` when ``offsets[i] <= j < offsets[i + 1]``; a kernel touches only the
    observations of the subjects in `who`.

    Examples
    --------
    >>> from trialwright.numerics.kinetics.biexponential import BIEXPONENTIAL
    >>> BIEXPONENTIAL.parameters
    ('KELIM', 'BETA', 'KPROD', 'CA0')
    """

    id: str
    parameters: tuple[str, ...]
    units: tuple[str, ...]
    rate: int
    start: int
    ln_values: LnCurve
    ln_derivatives: LnCurve
    exchanged: Exchange
    second_start: SecondStart | None
    reference: str

    @property
    def size(self) -> int:
        """Number of parameters."""
        return len(self.parameters)

    @property
    def width(self) -> int:
        """Number of columns of the derivatives: value, gradient, upper triangle of the second derivatives."""
        return 1 + self.size + self.size * (self.size + 1) // 2

    def position(self, name: str) -> int:
        """Column of a parameter.

        Parameters
        ----------
        name : str
            As in `parameters`.

        Returns
        -------
        int
            From 0.

        Raises
        ------
        NumericsError
            When the model has no such parameter.

        Examples
        --------
        >>> from trialwright.numerics.kinetics.biexponential import BIEXPONENTIAL
        >>> BIEXPONENTIAL.position("KPROD")
        2
        """
        if name not in self.parameters:
            raise NumericsError(
                f"the model {self.id!r} has no parameter {name!r}", mend=f"take one of {', '.join(self.parameters)}"
            )
        return self.parameters.index(name)

    def curve(self, t_days: FloatArray, ln_theta: FloatArray, beta_sign: float = -1.0) -> FloatArray:
        """Level of the marker on a grid of days, one row a subject.

        Parameters
        ----------
        t_days : ndarray of shape (m,)
            Days from the start of treatment, 0 or later.
        ln_theta : ndarray of shape (n, p)
            ln parameters.
        beta_sign : float, default -1
            Sign of BETA in the exponent of the production.

        Returns
        -------
        ndarray of shape (n, m)
            In the unit of the marker.

        Examples
        --------
        >>> from trialwright.numerics.kinetics.biexponential import BIEXPONENTIAL
        >>> theta = np.array([[0.06, 0.04, 6.0, 500.0]])
        >>> BIEXPONENTIAL.curve(np.array([0.0, 21.0]), np.log(theta)).round(6).tolist()
        [[500.0, 186.243962]]
        """
        rows, days = np.atleast_2d(ln_theta), np.asarray(t_days, dtype=np.float64)
        out = np.empty(rows.shape[0] * days.size)
        offsets = np.arange(rows.shape[0] + 1, dtype=np.int64) * days.size
        who = np.arange(rows.shape[0], dtype=np.int64)
        self.ln_values(who, offsets, np.tile(days, rows.shape[0]), np.ascontiguousarray(rows), beta_sign, out)
        level: FloatArray = np.exp(out).reshape(rows.shape[0], days.size)
        return level
