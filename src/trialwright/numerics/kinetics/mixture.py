"""Mixtures of normal and Student t distributions, one of each subject: points of them, and their densities."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import ndtri

from trialwright.numerics.jit import kernel
from trialwright.numerics.kinetics.structure import FloatArray

__all__ = ["DEGREES", "Component", "mixture_ln_density"]

DEGREES: Final = 5
"""Degrees of freedom of a Student t."""


@dataclass(frozen=True, slots=True, eq=False)
class Component:
    """A normal or Student t distribution of each subject, and its share in a mixture.

    Parameters
    ----------
    centre : ndarray of shape (n, d)
        Centres.
    factor : ndarray of shape (n, d, d)
        Cholesky factors of the covariances, or of the scale matrices of a Student t.
    share : float
        Share of the mixture, above 0.
    student : bool
        Whether it is a Student t with five degrees of freedom.

    Examples
    --------
    >>> one = Component(np.zeros((1, 2)), np.eye(2)[None], 1.0, student=False)
    >>> one.drawn(np.full((1, 3, 5), 0.5)).tolist()
    [[[0.0, 0.0], [0.0, 0.0], [0.0, 0.0]]]
    """

    centre: FloatArray
    factor: FloatArray
    share: float
    student: bool

    def drawn(self, uniform: FloatArray) -> FloatArray:
        """Points of the distribution.

        Parameters
        ----------
        uniform : ndarray of shape (n, m, d + 3)
            Uniform numbers inside (0, 1); a normal distribution leaves the last three unused.

        Returns
        -------
        ndarray of shape (n, m, d)
            Points.

        Notes
        -----
        The chi-squared number of five degrees of freedom is −2·ln(u₁u₂) + z².

        Examples
        --------
        >>> one = Component(np.ones((1, 1)), np.eye(1)[None], 1.0, student=True)
        >>> one.drawn(np.full((1, 1, 4), 0.5)).tolist()
        [[[1.0]]]
        """
        d = self.centre.shape[1]
        points: FloatArray = ndtri(uniform[:, :, :d]) @ self.factor.transpose(0, 2, 1)
        if self.student:
            square = -2.0 * np.log(uniform[:, :, d] * uniform[:, :, d + 1]) + np.square(ndtri(uniform[:, :, d + 2]))
            points *= np.sqrt(DEGREES / square)[:, :, None]
        return points + self.centre[:, None, :]


@kernel
def _ln_density(
    points: FloatArray,
    centres: FloatArray,
    inverses: FloatArray,
    ln_scales: FloatArray,
    degrees: FloatArray,
    out: FloatArray,
) -> None:
    parts, subjects, d = centres.shape
    ln_each, apart = np.empty(parts), np.empty(d)
    for i in range(subjects):
        for m in range(points.shape[1]):
            largest = -np.inf
            for c in range(parts):
                square = 0.0
                for a in range(d):
                    apart[a] = points[i, m, a] - centres[c, i, a]
                    standard = 0.0
                    for b in range(a + 1):
                        standard += inverses[c, i, a, b] * apart[b]
                    square += standard * standard
                if degrees[c] > 0.0:
                    square = (degrees[c] + d) * math.log1p(square / degrees[c])
                ln_each[c] = ln_scales[c, i] - 0.5 * square
                largest = max(largest, ln_each[c])
            total = 0.0
            for c in range(parts):
                total += math.exp(ln_each[c] - largest)
            out[i, m] = largest + math.log(total)


def mixture_ln_density(mixture: Sequence[Component], points: FloatArray) -> FloatArray:
    """Natural logarithm of the density of a mixture.

    Parameters
    ----------
    mixture : sequence of Component
        Parts whose shares sum to 1.
    points : ndarray of shape (n, m, d)
        Points of each subject.

    Returns
    -------
    ndarray of shape (n, m)
        ln density of each subject's own mixture.

    Examples
    --------
    >>> one = Component(np.zeros((1, 1)), np.eye(1)[None], 1.0, student=False)
    >>> mixture_ln_density([one], np.zeros((1, 1, 1))).round(6).tolist()
    [[-0.918939]]
    """
    d = points.shape[2]
    factors = np.stack([part.factor for part in mixture])
    student = math.lgamma((DEGREES + d) / 2) - math.lgamma(DEGREES / 2) - 0.5 * d * math.log(DEGREES * math.pi)
    normal = -0.5 * d * math.log(2 * math.pi)
    scales = np.array([math.log(part.share) + (student if part.student else normal) for part in mixture])
    ln_scales = scales[:, None] - np.log(np.diagonal(factors, axis1=2, axis2=3)).sum(axis=2)
    degrees = np.array([float(DEGREES if part.student else 0) for part in mixture])
    out = np.empty(points.shape[:2])
    centres = np.stack([part.centre for part in mixture])
    inverses = np.linalg.inv(factors).astype(np.float64, copy=False)
    _ln_density(np.ascontiguousarray(points), centres, inverses, ln_scales, degrees, out)
    return out
