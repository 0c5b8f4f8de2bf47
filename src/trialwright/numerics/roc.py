"""Areas under ROC curves of one or more markers, with DeLong's covariance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Placements", "area_covariance", "placements", "roc_points"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Placements:
    """Where the cases stand among the controls, and the controls among the cases, marker by marker.

    Parameters
    ----------
    area : (k,) float
        Share of pairs of a case and a control in which the case has the higher value, ties counted as one half.
    of_cases : (k, m) float
        For each case the share of controls below it.
    of_controls : (k, n) float
        For each control the share of cases above it.
    """

    area: Floats
    of_cases: Floats
    of_controls: Floats


def _share_below(values: Floats, reference: Floats) -> Floats:
    """Share of the reference values below each value, ties counted as one half."""
    ordered = np.sort(reference)
    below = np.searchsorted(ordered, values, side="left")
    not_above = np.searchsorted(ordered, values, side="right")
    return np.asarray((below + not_above) / (2.0 * ordered.size), dtype=np.float64)


def placements(cases: Floats, controls: Floats) -> Placements:
    """Areas under the ROC curves and the placements they are means of.

    Parameters
    ----------
    cases : (k, m) float
        Values of k markers in m subjects with the outcome.
    controls : (k, n) float
        Values of the same markers in n subjects without it.

    Returns
    -------
    Placements
        Areas and placements.

    Notes
    -----
    Two sorts a marker; the pairs are never formed.

    References
    ----------
    DeLong ER, DeLong DM, Clarke-Pearson DL. Biometrics 1988;44:837. Sun X, Xu W. IEEE Signal Process Lett
    2014;21:1389 (doi of each unverified).

    Examples
    --------
    >>> placements(np.array([[2.0, 3.0]]), np.array([[1.0, 2.0]])).area.tolist()
    [0.875]
    """
    of_cases = np.stack([_share_below(a, b) for a, b in zip(cases, controls, strict=True)])
    of_controls = np.stack([1.0 - _share_below(b, a) for a, b in zip(cases, controls, strict=True)])
    return Placements(of_cases.mean(axis=1), of_cases, of_controls)


def area_covariance(found: Placements) -> Floats:
    """DeLong's covariance of the areas of markers measured in the same subjects.

    Parameters
    ----------
    found : Placements
        Placements of at least two cases and two controls.

    Returns
    -------
    (k, k) float
        Covariance of the areas.

    Notes
    -----
    The sample covariance of the placements of the cases over their number, and that of the controls over theirs.

    Examples
    --------
    >>> found = placements(np.array([[2.0, 3.0, 4.0]]), np.array([[1.0, 2.5]]))
    >>> round(float(area_covariance(found)[0, 0]), 6)
    0.055556
    """
    m, n = found.of_cases.shape[1], found.of_controls.shape[1]
    covariance: Floats = np.atleast_2d(np.cov(found.of_cases)) / m + np.atleast_2d(np.cov(found.of_controls)) / n
    return covariance


def roc_points(cases: Floats, controls: Floats) -> tuple[Floats, Floats, Floats]:
    """Corners of the ROC curve of one marker.

    Parameters
    ----------
    cases : (m,) float
        Values in subjects with the outcome.
    controls : (n,) float
        Values in subjects without it.

    Returns
    -------
    tuple of (c,) float
        Cut-offs from the highest down, led by infinity; sensitivity and one less specificity of *value at or above the
        cut-off*.

    Examples
    --------
    >>> cut, sensitivity, false = roc_points(np.array([2.0, 3.0]), np.array([1.0, 2.0]))
    >>> cut.tolist(), sensitivity.tolist(), false.tolist()
    ([inf, 3.0, 2.0, 1.0], [0.0, 0.5, 1.0, 1.0], [0.0, 0.0, 0.5, 1.0])
    """
    cuts = np.unique(np.concatenate([cases, controls]))[::-1]

    def at_or_above(values: Floats) -> Floats:
        return 1.0 - np.searchsorted(np.sort(values), cuts, side="left") / values.size

    corners = [np.concatenate([[0.0], at_or_above(values)]) for values in (cases, controls)]
    return np.concatenate([[np.inf], cuts]), corners[0], corners[1]
