"""Marker that falls at a constant rate to a residual level: C(t) = START·e^(−RATE·t) + RESIDUAL.

The form used for hCG in gestational trophoblastic neoplasia on methotrexate.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from trialwright.numerics.jit import kernel
from trialwright.numerics.kinetics.structure import FloatArray, IntArray, StructuralModel

__all__ = ["RESIDUAL_DECAY"]


@kernel
def _ln_values(
    who: IntArray, offsets: IntArray, t_days: FloatArray, ln_theta: FloatArray, beta_sign: float, out: FloatArray
) -> None:
    for i in who:
        k, residual, start = math.exp(ln_theta[i, 0]), math.exp(ln_theta[i, 1]), math.exp(ln_theta[i, 2])
        for j in range(offsets[i], offsets[i + 1]):
            out[j] = math.log(start * math.exp(-k * t_days[j]) + residual)


@kernel
def _ln_derivatives(
    who: IntArray, offsets: IntArray, t_days: FloatArray, ln_theta: FloatArray, beta_sign: float, out: FloatArray
) -> None:
    for i in who:
        k, residual, start = math.exp(ln_theta[i, 0]), math.exp(ln_theta[i, 1]), math.exp(ln_theta[i, 2])
        for j in range(offsets[i], offsets[i + 1]):
            kt = k * t_days[j]
            falling = start * math.exp(-kt)
            level = falling + residual
            share, rest = falling / level, residual / level
            both = share * rest
            out[j, 0] = math.log(level)
            out[j, 1], out[j, 2], out[j, 3] = -kt * share, rest, share
            out[j, 4] = kt * kt * both - kt * share
            out[j, 5] = kt * both
            out[j, 6] = -kt * both
            out[j, 7] = both
            out[j, 8] = -both
            out[j, 9] = both


def _exchanged(ln_theta: FloatArray, beta_sign: float) -> tuple[FloatArray, NDArray[np.bool_], FloatArray]:
    """No other parameters give the same curve."""
    n = ln_theta.shape[0]
    return ln_theta.copy(), np.zeros(n, dtype=np.bool_), np.zeros(n)


RESIDUAL_DECAY = StructuralModel(
    id="residual_decay",
    parameters=("RATE", "RESIDUAL", "START"),
    units=("/d", "U", "U"),
    rate=0,
    start=2,
    ln_values=_ln_values,
    ln_derivatives=_ln_derivatives,
    exchanged=_exchanged,
    second_start=None,
    reference="You B et al. Br J Cancer 2013: hCG(t) = hCG0·exp(−k·t) + hCGres, days 0 to 50",
)
"""hCG on methotrexate: elimination rate, residual level and level at day 0."""
