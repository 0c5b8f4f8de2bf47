"""How probable measured values are, given the curve: four error models, and values below or above a limit.

The kernels know no structural model: they take ln C of each value, or ln C with its derivatives, and sum per subject.
A value below its limit L adds −ln Φ(z) with z the standardised distance from the curve to the limit (the M3 method),
one above adds −ln Φ(−z).
"""

from __future__ import annotations

import math

import numpy as np

from trialwright.numerics.jit import kernel
from trialwright.numerics.kinetics.structure import Flags, FloatArray, IntArray

__all__ = ["ln_normal_cdf", "minus_ln_likelihood", "scored"]


@kernel
def ln_normal_cdf(z: float) -> tuple[float, float, float]:
    """Logarithm of the standard normal distribution function, and its hazard.

    Parameters
    ----------
    z : float
        Any number.

    Returns
    -------
    tuple of float
        ln Φ(z); λ = φ(z)/Φ(z); λ + z, without loss of digits where z is far below 0.

    Notes
    -----
    Below −5 from the continued fraction of Mills' ratio, λ = x + 1/(x + 2/(x + 3/(x + …))) with x = −z, of which fewer
    terms count the larger x is; it is carried along as a fraction, so that there is one division in all.

    Examples
    --------
    >>> [round(part, 6) for part in ln_normal_cdf(0.0)]
    [-0.693147, 0.797885, 0.797885]
    """
    if z < -5.0:
        above, below = 0.0, 1.0
        for n in range(int(5.0 - 140.0 / z) if z > -1e8 else 1, 0, -1):
            above, below = n * below, above - z * below
        excess = above / below
        hazard = excess - z
        return -0.5 * z * z - 0.9189385332046727 - math.log(hazard), hazard, excess
    density = 0.3989422804014327 * math.exp(-0.5 * z * z)
    if z > 0.0:
        above = 0.5 * math.erfc(z * 0.7071067811865476)
        hazard = density / (1.0 - above)
        return math.log1p(-above), hazard, hazard + z
    below = 0.5 * math.erfc(-z * 0.7071067811865476)
    hazard = density / below
    return math.log(below), hazard, hazard + z


@kernel
def _scatter_off_the_logarithm(
    ln_c: float, ln_value: float, kind: int, sigma: float, additive: float, exponent: float
) -> tuple[float, float, float, float, float, float]:
    """What `_scatter` gives, on other scales than the logarithm."""
    if kind == 1:
        ratio = math.exp(ln_value - ln_c)
        return (ratio - 1.0) / sigma, -ratio / sigma, ratio / sigma, math.log(sigma) + ln_c, 1.0, 0.0
    if kind == 2:
        c = math.exp(ln_c)
        sd = math.sqrt(additive * additive + sigma * sigma * c * c)
        q = (sigma * c / sd) ** 2
        z = (math.exp(ln_value) - c) / sd
        z1 = -c / sd - z * q
        z2 = -(c / sd) * (1.0 - q) - z1 * q - 2.0 * z * q * (1.0 - q)
        return z, z1, z2, math.log(sd), q, 2.0 * q * (1.0 - q)
    power = math.exp(exponent * ln_c)
    z = (math.expm1(exponent * ln_value) - math.expm1(exponent * ln_c)) / (exponent * sigma)
    return z, -power / sigma, -exponent * power / sigma, 0.0, 0.0, 0.0


@kernel
def _scatter(
    ln_c: float, ln_value: float, kind: int, sigma: float, additive: float, exponent: float
) -> tuple[float, float, float, float, float, float]:
    """Standardised distance z and ln SD, each with its first and second derivative in ln C.

    ln SD counts only where it depends on the curve.
    """
    if kind == 0 or (kind == 3 and exponent == 0.0):
        inverse = 1.0 / sigma
        return (ln_value - ln_c) * inverse, -inverse, 0.0, 0.0, 0.0, 0.0
    return _scatter_off_the_logarithm(ln_c, ln_value, kind, sigma, additive, exponent)


@kernel
def minus_ln_likelihood(
    who: IntArray,
    offsets: IntArray,
    ln_value: FloatArray,
    censor: IntArray,
    ln_curve: FloatArray,
    kind: int,
    constants: FloatArray,
    out: FloatArray,
) -> None:
    """Minus the ln likelihood of each subject's values, without constants.

    Parameters
    ----------
    who : ndarray of int
        Subjects to sum.
    offsets : ndarray of int, shape (n + 1,)
        Where each subject's values begin.
    ln_value, censor : ndarray of shape (N,)
        ln values or limits; −1 below, 0 measured, 1 above.
    ln_curve : ndarray of shape (N,)
        ln C of each value.
    kind : int
        Code of the error model.
    constants : ndarray of shape (3,)
        Sigma, additive part, exponent.
    out : ndarray of shape (n,)
        Receives the sums.

    Notes
    -----
    A measured value adds ½z² and, where the SD depends on the curve (proportional, combined), ln SD; left out are
    ½·ln 2π of each measured value, ln sigma where the SD does not depend on the curve, and the Jacobian of the scale.

    Examples
    --------
    >>> import numpy as np
    >>> out, one = np.zeros(1), np.zeros(1, dtype=np.int64)
    >>> error = np.array([0.2, 0.0, 1.0])
    >>> minus_ln_likelihood(one, np.array([0, 1]), np.array([5.0]), one, np.array([5.2]), 0, error, out)
    >>> out.round(6).tolist()
    [0.5]
    """
    sigma, additive, exponent = constants[0], constants[1], constants[2]
    for i in who:
        total = 0.0
        for j in range(offsets[i], offsets[i + 1]):
            z, _, _, ln_sd, _, _ = _scatter(ln_curve[j], ln_value[j], kind, sigma, additive, exponent)
            if censor[j] == 0:
                total += 0.5 * z * z + ln_sd
            else:
                total -= ln_normal_cdf(z if censor[j] < 0 else -z)[0]
        out[i] = total


@kernel
def scored(
    who: IntArray,
    offsets: IntArray,
    ln_value: FloatArray,
    censor: IntArray,
    curve: FloatArray,
    error: tuple[int, FloatArray],
    free: Flags,
    out: FloatArray,
) -> None:
    """Minus the ln likelihood of each subject's values with its first and second derivatives in the ln parameters.

    Parameters
    ----------
    who, offsets, ln_value, censor : ndarray
        As in `minus_ln_likelihood`.
    curve : ndarray of shape (N, 1 + p + p(p + 1)/2)
        ln C, its gradient, and the upper triangle of its second derivatives.
    error : tuple of int and ndarray
        Code of the error model; sigma, additive part, exponent.
    free : tuple of int, of length p
        One entry a parameter; only their number counts here.
    out : ndarray of shape (n, 1 + p + p(p + 1)/2)
        Receives the sums in the same layout.

    Notes
    -----
    A value below its limit has the curvature λ(λ + z)·z′² − λ·z″ in ln C.

    Examples
    --------
    >>> import numpy as np
    >>> out, one = np.zeros((1, 3)), np.zeros(1, dtype=np.int64)
    >>> curve, error = np.array([[5.2, 1.0, 0.0]]), (0, np.array([0.2, 0.0, 1.0]))
    >>> scored(one, np.array([0, 1]), np.array([5.0]), one, curve, error, (1,), out)
    >>> out.round(6).tolist()
    [[0.5, 5.0, 25.0]]
    """
    kind, constants = error
    sigma, additive, exponent = constants[0], constants[1], constants[2]
    size = len(free)
    width = 1 + size + size * (size + 1) // 2
    row = np.empty(width)
    for i in who:
        for column in range(width):
            row[column] = 0.0
        for j in range(offsets[i], offsets[i + 1]):
            z, z1, z2, ln_sd, s1, s2 = _scatter(curve[j, 0], ln_value[j], kind, sigma, additive, exponent)
            if censor[j] == 0:
                value, slope, bend = 0.5 * z * z + ln_sd, z * z1 + s1, z1 * z1 + z * z2 + s2
            else:
                side = 1.0 if censor[j] < 0 else -1.0
                ln_phi, hazard, excess = ln_normal_cdf(side * z)
                value, slope, bend = -ln_phi, -side * hazard * z1, hazard * excess * z1 * z1 - side * hazard * z2
            row[0] += value
            place = 1 + size
            for a in range(size):
                row[1 + a] += slope * curve[j, 1 + a]
                weighted = bend * curve[j, 1 + a]
                for b in range(a, size):
                    row[place] += weighted * curve[j, 1 + b] + slope * curve[j, place]
                    place += 1
        for column in range(width):
            out[i, column] = row[column]
