"""How well a marker tells subjects with an outcome from those without: ROC curves and rules at a fixed cut-off."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, ndtr, ndtri

from trialwright.analysis.binary_rows import BinaryRows, Direction, binary_rows, check_direction, check_level
from trialwright.analysis.proportions import OneMethod, Proportion, proportion
from trialwright.analysis.rows import Dropped, Numbers
from trialwright.analysis.shapes import plain, plain_list
from trialwright.errors import EstimationError, NumericsError
from trialwright.numerics.roc import area_covariance, placements, roc_points

__all__ = [
    "AREA_LIMITS",
    "AreaDifference",
    "AreaLimits",
    "Classification",
    "RocCurve",
    "area_limits",
    "classification",
    "roc",
    "roc_difference",
]

AreaLimits = Literal["plain", "logit"]
AREA_LIMITS: tuple[AreaLimits, ...] = get_args(AreaLimits)

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class RocCurve:
    """A ROC curve with the area under it.

    Parameters
    ----------
    area, se : float
        Share of pairs of a subject with and one without the outcome that the marker puts in the right order, and
        DeLong's standard error; None where there is but one case or one control.
    lower, upper : float or None
        Confidence limits.
    cases, controls : int
        Subjects with and without the outcome.
    direction : {"higher", "lower"}
        Which values foretell the outcome.
    cut, sensitivity, specificity : (c,) float
        Corners of the curve: the rule *at or beyond the cut-off* with its two shares.
    conf_level : float
        Two-sided confidence level.
    dropped : tuple of Dropped
        Rows left out, by reason.
    """

    area: float
    se: float | None
    lower: float | None
    upper: float | None
    cases: int
    controls: int
    direction: Direction
    cut: Floats
    sensitivity: Floats
    specificity: Floats
    conf_level: float
    dropped: tuple[Dropped, ...] = ()

    def to_dict(self) -> dict[str, object]:
        """Plain data, ``{area, se, lower, upper, cases, controls, direction, curve: {cut, sensitivity, ...}}``."""
        return {
            "area": self.area,
            "se": self.se,
            "lower": self.lower,
            "upper": self.upper,
            "cases": self.cases,
            "controls": self.controls,
            "direction": self.direction,
            "curve": {
                "cut": plain_list(self.cut),
                "sensitivity": plain_list(self.sensitivity),
                "specificity": plain_list(self.specificity),
            },
        }


@dataclass(frozen=True, slots=True)
class AreaDifference:
    """Difference of the areas of two markers measured in the same subjects, first less second.

    Parameters
    ----------
    areas : tuple of float
        The two areas.
    estimate, se : float
        Their difference and its standard error.
    lower, upper : float
        Confidence limits.
    p : float or None
        Two-sided p value; None when the two markers order all pairs alike.
    cases, controls : int
        Subjects with and without the outcome.
    conf_level : float
        Two-sided confidence level.
    dropped : tuple of Dropped
        Rows left out, by reason.
    """

    areas: tuple[float, float]
    estimate: float
    se: float
    lower: float
    upper: float
    p: float | None
    cases: int
    controls: int
    conf_level: float
    dropped: tuple[Dropped, ...] = ()

    def to_dict(self) -> dict[str, object]:
        """Plain data."""
        names = ("estimate", "se", "lower", "upper", "p", "cases", "controls")
        return {"areas": list(self.areas), **{name: getattr(self, name) for name in names}}


@dataclass(frozen=True, slots=True)
class Classification:
    """A rule at a fixed cut-off against the outcome.

    Parameters
    ----------
    cut : float
        The cut-off.
    rule : str
        The rule in signs, such as ``>= 1``.
    tp, fn, fp, tn : int
        Subjects with the outcome that the rule had foretold and had not; without it, that it had and had not.
    sensitivity, specificity, ppv, npv : Proportion or None
        Shares with limits; None where there is nobody to count.
    dropped : tuple of Dropped
        Rows left out, by reason.
    """

    cut: float
    rule: str
    tp: int
    fn: int
    fp: int
    tn: int
    sensitivity: Proportion | None
    specificity: Proportion | None
    ppv: Proportion | None
    npv: Proportion | None
    dropped: tuple[Dropped, ...] = ()

    def to_dict(self) -> dict[str, object]:
        """Plain data."""
        shares = {
            name: None if (found := getattr(self, name)) is None else found.to_dict()
            for name in ("sensitivity", "specificity", "ppv", "npv")
        }
        counts = {name: getattr(self, name) for name in ("cut", "rule", "tp", "fn", "fp", "tn")}
        return {**counts, **shares}


def area_limits(area: float, se: float, *, limits: AreaLimits = "plain", level: float = 0.95) -> tuple[float, float]:
    """Confidence limits of an area.

    Parameters
    ----------
    area, se : float
        Area and standard error.
    limits : {"plain", "logit"}, optional
        Normal limits of the area itself, cut at 0 and 1, or of its logit.
    level : float, optional
        Two-sided confidence level.

    Returns
    -------
    tuple of float
        Lower and upper limit; on the logit scale an area of 0 or 1 has none.

    Raises
    ------
    NumericsError
        When the kind of limits is not known.

    Examples
    --------
    >>> [round(limit, 4) for limit in area_limits(0.9, 0.08)]
    [0.7432, 1.0]
    """
    if limits not in AREA_LIMITS:
        raise NumericsError(f"limits {limits!r} are not known", mend=f"use one of {', '.join(AREA_LIMITS)}")
    z = float(ndtri(0.5 + level / 2))
    if limits == "plain":
        return max(area - z * se, 0.0), min(area + z * se, 1.0)
    if not 0 < area < 1:
        return math.nan, math.nan
    reach = z * se / (area * (1 - area))
    return float(expit(logit(area) - reach)), float(expit(logit(area) + reach))


def _split(rows: BinaryRows, names: tuple[str, ...], direction: Direction) -> tuple[Floats, Floats]:
    sign = 1.0 if direction == "higher" else -1.0
    stacked = sign * np.stack([rows.values[name] for name in names])
    return stacked[:, rows.is_case], stacked[:, ~rows.is_case]


def roc(
    outcome: Numbers,
    marker: Numbers,
    *,
    direction: Direction = "higher",
    limits: AreaLimits = "plain",
    level: float = 0.95,
) -> RocCurve:
    """ROC curve of a marker and the area under it with DeLong's limits.

    Parameters
    ----------
    outcome : (n,) array
        1 with the outcome, 0 without.
    marker : (n,) array
        The marker.
    direction : {"higher", "lower"}, optional
        Which values foretell the outcome; stated beforehand, never found from the data.
    limits : {"plain", "logit"}, optional
        Scale of the limits.
    level : float, optional
        Two-sided confidence level.

    Returns
    -------
    RocCurve
        Curve and area.

    Raises
    ------
    NumericsError
        When the rows or an option cannot be used.
    EstimationError
        When all subjects have the outcome, or none.

    References
    ----------
    DeLong ER, DeLong DM, Clarke-Pearson DL. Biometrics 1988;44:837, doi:10.2307/2531595 (DOI unverified).

    Examples
    --------
    >>> found = roc([1, 1, 1, 0, 0], [3.0, 2.0, 1.5, 1.0, 2.0])
    >>> round(found.area, 4), round(found.se, 4)
    (0.75, 0.2887)
    """
    check_level(level)
    check_direction(direction)
    rows = binary_rows(outcome, {"marker": marker})
    rows.needs_both("a ROC curve compares the two")
    cases, controls = _split(rows, ("marker",), direction)
    found = placements(cases, controls)
    area, se = float(found.area[0]), None
    lower: float | None = None
    upper: float | None = None
    if cases.shape[1] > 1 and controls.shape[1] > 1:
        se = math.sqrt(area_covariance(found)[0, 0])
        lower, upper = (plain(limit) for limit in area_limits(area, se, limits=limits, level=level))
    cut, sensitivity, false = roc_points(cases[0], controls[0])
    return RocCurve(
        area=area,
        se=se,
        lower=lower,
        upper=upper,
        cases=rows.cases,
        controls=rows.n - rows.cases,
        direction=direction,
        cut=cut if direction == "higher" else -cut,
        sensitivity=sensitivity,
        specificity=1.0 - false,
        conf_level=level,
        dropped=rows.dropped,
    )


def roc_difference(
    outcome: Numbers, first: Numbers, second: Numbers, *, direction: Direction = "higher", level: float = 0.95
) -> AreaDifference:
    """Difference of the areas of two markers measured in the same subjects.

    Parameters
    ----------
    outcome : (n,) array
        1 with the outcome, 0 without.
    first, second : (n,) array
        The two markers, both with the same direction.
    direction : {"higher", "lower"}, optional
        Which values foretell the outcome.
    level : float, optional
        Two-sided confidence level.

    Returns
    -------
    AreaDifference
        First area less second, with normal limits and the test that they are the same.

    Raises
    ------
    NumericsError
        When the rows or an option cannot be used.
    EstimationError
        When there are not two subjects with and two without the outcome.

    References
    ----------
    DeLong ER, DeLong DM, Clarke-Pearson DL. Biometrics 1988;44:837, doi:10.2307/2531595 (DOI unverified).

    Examples
    --------
    >>> found = roc_difference([1, 1, 1, 0, 0], [3.0, 2.0, 1.5, 1.0, 2.0], [1.0, 2.0, 3.0, 2.5, 0.5])
    >>> round(found.estimate, 4)
    0.0833
    """
    check_level(level)
    check_direction(direction)
    rows = binary_rows(outcome, {"first marker": first, "second marker": second})
    cases, controls = _split(rows, ("first marker", "second marker"), direction)
    if min(cases.shape[1], controls.shape[1]) < 2:
        raise EstimationError(
            f"{rows.cases} of {rows.n} rows have the outcome", why="the difference needs two with and two without it"
        )
    found = placements(cases, controls)
    contrast = np.array([1.0, -1.0])
    estimate = float(contrast @ found.area)
    se = math.sqrt(max(float(contrast @ area_covariance(found) @ contrast), 0.0))
    z = float(ndtri(0.5 + level / 2))
    return AreaDifference(
        areas=(float(found.area[0]), float(found.area[1])),
        estimate=estimate,
        se=se,
        lower=estimate - z * se,
        upper=estimate + z * se,
        p=float(2 * ndtr(-abs(estimate) / se)) if se > 0 else None,
        cases=rows.cases,
        controls=rows.n - rows.cases,
        conf_level=level,
        dropped=rows.dropped,
    )


def classification(
    outcome: Numbers,
    marker: Numbers,
    *,
    cut: float,
    direction: Direction = "higher",
    method: OneMethod = "wilson",
    level: float = 0.95,
) -> Classification:
    """Sensitivity, specificity and predictive values of a rule whose cut-off was set beforehand.

    Parameters
    ----------
    outcome : (n,) array
        1 with the outcome, 0 without.
    marker : (n,) array
        The marker, unrounded.
    cut : float
        The cut-off.
    direction : {"higher", "lower"}, optional
        With ``higher`` a value at or above the cut-off foretells the outcome, with ``lower`` one below it.
    method : {"wilson", "clopper-pearson"}, optional
        Kind of limits.
    level : float, optional
        Two-sided confidence level.

    Returns
    -------
    Classification
        The table of four and its shares.

    Raises
    ------
    NumericsError
        When the rows or an option cannot be used.

    Examples
    --------
    >>> found = classification([1, 1, 1, 0, 0], [1.2, 1.0, 0.9, 0.8, 1.1], cut=1.0)
    >>> (found.tp, found.fn, found.fp, found.tn), round(found.sensitivity.estimate, 4)
    ((2, 1, 1, 1), 0.6667)
    """
    check_level(level)
    check_direction(direction)
    rows = binary_rows(outcome, {"marker": marker})
    positive = rows.values["marker"] >= cut
    if direction == "lower":
        positive = ~positive
    tp, fp = int((positive & rows.is_case).sum()), int((positive & ~rows.is_case).sum())
    fn, tn = rows.cases - tp, rows.n - rows.cases - fp

    def share(x: int, n: int) -> Proportion | None:
        return proportion(x, n, method=method, level=level) if n else None

    return Classification(
        cut=cut,
        rule=f"{'>=' if direction == 'higher' else '<'} {cut:g}",
        tp=tp,
        fn=fn,
        fp=fp,
        tn=tn,
        sensitivity=share(tp, tp + fn),
        specificity=share(tn, tn + fp),
        ppv=share(tp, tp + fp),
        npv=share(tn, tn + fn),
        dropped=rows.dropped,
    )
