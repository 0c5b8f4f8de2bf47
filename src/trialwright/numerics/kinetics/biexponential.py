"""Marker with elimination at a constant rate and a production that decays (or grows) exponentially.

dC/dt = KPROD·exp(s·BETA·t) − KELIM·C with C(0) = CA0 and s the sign of BETA (−1: production decays).

With k = KELIM and b = −s·BETA, C(t) = CA0·e^(−kt) + KPROD·∫₀ᵗ e^(−k(t−u)−bu) du. Everything is written with the slower
of the two exponentials factored out, so that neither equal rates nor long times lose digits: with y = |k − b|·t and
H_n = ∫₀¹ vⁿ e^(−yv) dv the curve and all its derivatives are sums of H₀, H₁ and H₂.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from trialwright.numerics.jit import kernel
from trialwright.numerics.kinetics.structure import FloatArray, IntArray, StructuralModel

__all__ = ["BIEXPONENTIAL"]


@kernel
def _moments(y: float, e: float) -> tuple[float, float, float]:
    """H₀, H₁ and H₂ of a y of 0 or more, given e = exp(−y)."""
    if y > 0.5:
        inverse = 1.0 / y
        h0 = (1.0 - e) * inverse
        h1 = (h0 - e) * inverse
        return h0, h1, (2.0 * h1 - e) * inverse
    # Σ (−y)^m / (m! (m + 3)) for m to 14, even and odd apart so that neither waits for the other; then backwards, where
    # nothing cancels
    q = y * y
    even = 1 / 47174400 + q * (1 / 7185024000 + q * (1 / 1482030950400))
    even = 1 / 3 + q * (1 / 10 + q * (1 / 168 + q * (1 / 6480 + q * (1 / 443520 + q * even))))
    odd = 1 / 4354560 + q * (1 / 558835200 + q * (1 / 99632332800))
    odd = 1 / 4 + q * (1 / 36 + q * (1 / 960 + q * (1 / 50400 + q * odd)))
    h2 = even - y * odd
    h1 = 0.5 * (y * h2 + e)
    return y * h1 + e, h1, h2


@kernel
def _first_moment(y: float, e: float) -> float:
    """H₀ alone: (1 − e)/y, for a small y by its series Σ (−y)^m / (m + 1)!, even and odd apart."""
    if y > 0.5:
        return (1.0 - e) / y
    q = y * y
    even = 1 / 362880 + q * (1 / 39916800 + q * (1 / 6227020800 + q * (1 / 1307674368000)))
    odd = 1 / 3628800 + q * (1 / 479001600 + q * (1 / 87178291200))
    even = 1.0 + q * (1 / 6 + q * (1 / 120 + q * (1 / 5040 + q * even)))
    odd = 1 / 2 + q * (1 / 24 + q * (1 / 720 + q * (1 / 40320 + q * odd)))
    return even - y * odd


@kernel
def _ln_values(
    who: IntArray, offsets: IntArray, t_days: FloatArray, ln_theta: FloatArray, beta_sign: float, out: FloatArray
) -> None:
    for i in who:
        k, b = math.exp(ln_theta[i, 0]), -beta_sign * math.exp(ln_theta[i, 1])
        production, start = math.exp(ln_theta[i, 2]), math.exp(ln_theta[i, 3])
        slow, gap = min(k, b), abs(k - b)
        for j in range(offsets[i], offsets[i + 1]):
            t = t_days[j]
            if t == 0.0:
                out[j] = ln_theta[i, 3]
                continue
            y = gap * t
            e = math.exp(-y)
            made = production * t * _first_moment(y, e)
            out[j] = math.log(start * (e if k > b else 1.0) + made) - slow * t


@kernel
def _ln_derivatives(
    who: IntArray, offsets: IntArray, t_days: FloatArray, ln_theta: FloatArray, beta_sign: float, out: FloatArray
) -> None:
    for i in who:
        k, b = math.exp(ln_theta[i, 0]), -beta_sign * math.exp(ln_theta[i, 1])
        production, start = math.exp(ln_theta[i, 2]), math.exp(ln_theta[i, 3])
        slow, gap = min(k, b), abs(k - b)
        for j in range(offsets[i], offsets[i + 1]):
            t = t_days[j]
            if t == 0.0:
                out[j, 0] = ln_theta[i, 3]
                for column in range(1, 15):
                    out[j, column] = 1.0 if column == 4 else 0.0
                continue
            y = gap * t
            e = math.exp(-y)
            h0, h1, h2 = _moments(y, e)
            # M_ab = ∫₀¹ (1 − u)^a u^b e^((k − b)tu) du, the faster exponential's end of the interval being v = 0
            if k > b:
                left, m10, m01, m20, m11, m02 = start * e, h1, h0 - h1, h2, h1 - h2, h0 - 2.0 * h1 + h2
            else:
                left, m10, m01, m20, m11, m02 = start, h0 - h1, h1, h0 - 2.0 * h1 + h2, h1 - h2, h2
            right = production * t
            level = left + right * h0
            kt, bt = k * t, b * t
            inverse = 1.0 / level
            share, right = left * inverse, right * inverse
            from_production = right * h0
            dk, db = -kt * (share + right * m10), -bt * right * m01
            out[j, 0] = math.log(level) - slow * t
            out[j, 1], out[j, 2], out[j, 3], out[j, 4] = dk, db, from_production, share
            out[j, 5] = dk + kt * kt * (share + right * m20) - dk * dk
            out[j, 6] = kt * bt * right * m11 - dk * db
            out[j, 7] = -kt * right * m10 - dk * from_production
            out[j, 8] = -kt * share - dk * share
            out[j, 9] = db + bt * bt * right * m02 - db * db
            out[j, 10] = db * share
            out[j, 11] = -db * share
            out[j, 12] = from_production * share
            out[j, 13] = -from_production * share
            out[j, 14] = from_production * share


def _exchanged(ln_theta: FloatArray, beta_sign: float) -> tuple[FloatArray, NDArray[np.bool_], FloatArray]:
    """The same curve with the two rates exchanged: (k, b, P) becomes (b, k, P + C0·(b − k)), where that is above 0."""
    found, ln_jacobian = ln_theta.copy(), np.zeros(ln_theta.shape[0])
    if beta_sign > 0:
        return found, np.zeros(ln_theta.shape[0], dtype=np.bool_), ln_jacobian
    k, b, production, start = np.exp(ln_theta.T)
    other = production + start * (b - k)
    admissible = (other > 0) & (k != b)
    ln_other = np.log(other[admissible])
    ln_jacobian[admissible] = ln_theta[admissible, 2] - ln_other
    found[admissible, 0], found[admissible, 1] = ln_theta[admissible, 1], ln_theta[admissible, 0]
    found[admissible, 2] = ln_other
    return found, admissible, ln_jacobian


def _shoulder(points: FloatArray) -> FloatArray:
    """Faster elimination, with a production that holds the level at day 0 for a while."""
    second = points.copy()
    second[:, 0] += 0.5
    second[:, 2] = second[:, 0] + second[:, 3]
    return second


BIEXPONENTIAL = StructuralModel(
    id="biexponential",
    parameters=("KELIM", "BETA", "KPROD", "CA0"),
    units=("/d", "/d", "U/d", "U"),
    rate=0,
    start=3,
    ln_values=_ln_values,
    ln_derivatives=_ln_derivatives,
    exchanged=_exchanged,
    second_start=_shoulder,
    reference=(
        "You B et al. Int J Gynecol Cancer 2016 (CALYPSO; its full form has a treatment effect on production); "
        "the sign of BETA and the form without that effect are a working choice (unverified)"
    ),
)
"""CA-125 after the start of chemotherapy: elimination KELIM, production KPROD decaying with BETA, level CA0."""
