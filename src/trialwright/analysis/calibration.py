"""Whether foretold chances come true: calibration in the large, its slope, and the curve behind them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, ndtri

from trialwright.analysis.binary_rows import binary_rows, check_level
from trialwright.analysis.proportions import Proportion, proportion
from trialwright.analysis.rows import Dropped, Numbers
from trialwright.analysis.shapes import plain_list
from trialwright.errors import NumericsError
from trialwright.numerics.logistic import LogisticFit, fit_logistic, local_line

__all__ = ["Calibration", "CalibrationBin", "CalibrationFigure", "calibration", "cross_fitted"]

_CURVE_POINTS = 41

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class CalibrationFigure:
    """A coefficient of recalibration with its limits; None where it has no finite estimate."""

    estimate: float | None
    se: float | None
    lower: float | None
    upper: float | None

    def to_dict(self) -> dict[str, object]:
        """Plain data."""
        return {"estimate": self.estimate, "se": self.se, "lower": self.lower, "upper": self.upper}


@dataclass(frozen=True, slots=True)
class CalibrationBin:
    """Subjects with neighbouring chances: their mean, and the share that had the outcome."""

    mean: float
    observed: Proportion

    def to_dict(self) -> dict[str, object]:
        """Plain data."""
        return {"mean": self.mean, "observed": self.observed.to_dict()}


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """Foretold chances against what happened.

    Parameters
    ----------
    n, events : int
        Subjects, and those with the outcome.
    mean : float
        Mean of the foretold chances.
    intercept : CalibrationFigure
        Calibration in the large: what must be added to all logits so that as many outcomes are foretold as happened;
        0 when they are.
    slope : CalibrationFigure
        Factor by which the logits spread too little (above 1) or too much (below 1).
    brier : float
        Mean squared difference of chance and outcome.
    bins : tuple of CalibrationBin
        Groups of equal size, by rising chance.
    curve : tuple of (k,) float
        Chances, and the smoothed share of outcomes there (loess of degree 1).
    conf_level : float
        Two-sided confidence level.
    dropped : tuple of Dropped
        Rows left out, by reason.
    """

    n: int
    events: int
    mean: float
    intercept: CalibrationFigure
    slope: CalibrationFigure
    brier: float
    bins: tuple[CalibrationBin, ...]
    curve: tuple[Floats, Floats]
    conf_level: float
    dropped: tuple[Dropped, ...] = ()

    def to_dict(self) -> dict[str, object]:
        """Plain data, ``{n, events, mean, intercept, slope, brier, bins, curve: {chance, observed}}``."""
        return {
            "n": self.n,
            "events": self.events,
            "mean": self.mean,
            "intercept": self.intercept.to_dict(),
            "slope": self.slope.to_dict(),
            "brier": self.brier,
            "bins": [each.to_dict() for each in self.bins],
            "curve": {"chance": plain_list(self.curve[0]), "observed": plain_list(self.curve[1])},
        }


def _figure(fit: LogisticFit, place: int, level: float) -> CalibrationFigure:
    if not fit.is_estimable:
        return CalibrationFigure(None, None, None, None)
    estimate, se = float(fit.coef[place]), math.sqrt(fit.covariance[place, place])
    reach = float(ndtri(0.5 + level / 2)) * se
    return CalibrationFigure(estimate, se, estimate - reach, estimate + reach)


def calibration(
    outcome: Numbers, chance: Numbers, *, groups: int = 10, span: float = 0.75, level: float = 0.95
) -> Calibration:
    """Foretold chances of an outcome against what happened.

    Parameters
    ----------
    outcome : (n,) array
        1 with the outcome, 0 without.
    chance : (n,) array
        Foretold chance, between 0 and 1.
    groups : int, optional
        How many groups of equal size to count in.
    span : float, optional
        Share of the subjects used at each place of the smooth curve.
    level : float, optional
        Two-sided confidence level.

    Returns
    -------
    Calibration
        Intercept, slope, Brier score, groups and curve.

    Raises
    ------
    NumericsError
        When the rows or an option cannot be used.
    EstimationError
        When all subjects have the outcome, or none.

    Notes
    -----
    The intercept is that of a logistic model with the logit of the chance as offset; the slope is the coefficient of
    the logit in a model of its own. Chances of exactly 0 or 1 have no logit and are taken as 1e-6 from the end.

    References
    ----------
    Cox DR. Biometrika 1958;45:562. Van Calster B et al. BMC Med 2019;17:230 (doi of each unverified).

    Examples
    --------
    >>> found = calibration([0, 0, 1, 0, 1, 1], [0.1, 0.3, 0.4, 0.5, 0.7, 0.9], groups=2)
    >>> round(found.intercept.estimate, 4), round(found.brier, 4)
    (0.0916, 0.135)
    """
    check_level(level)
    rows = binary_rows(outcome, {"chance": chance})
    p = rows.values["chance"]
    if (p < 0).any() or (p > 1).any():
        raise NumericsError("a chance is not between 0 and 1", where="chance", mend="give probabilities, not scores")
    if groups < 1 or not 0 < span <= 1:
        raise NumericsError(f"groups {groups} and span {span} make no curve", mend="use 10 groups and a span of 0.75")
    rows.needs_both("calibration compares the two")
    y = rows.is_case.astype(np.float64)
    eta = logit(np.clip(p, 1e-6, 1 - 1e-6))
    ones = np.ones((rows.n, 1))
    large = fit_logistic(rows.is_case.astype(np.int8), ones, offset=eta)
    sloped = fit_logistic(rows.is_case.astype(np.int8), np.column_stack([ones, eta]))
    order = np.argsort(p, kind="stable")
    places = np.linspace(p.min(), p.max(), _CURVE_POINTS)
    return Calibration(
        n=rows.n,
        events=rows.cases,
        mean=float(p.mean()),
        intercept=_figure(large, 0, level),
        slope=_figure(sloped, 1, level),
        brier=float(np.square(p - y).mean()),
        bins=tuple(
            CalibrationBin(
                float(p[part].mean()), proportion(int(y[part].sum()), part.size, method="wilson", level=level)
            )
            for part in np.array_split(order, min(groups, rows.n))
        ),
        curve=(places, local_line(p, y, places, span=span)),
        conf_level=level,
        dropped=rows.dropped,
    )


def cross_fitted(outcome: Numbers, marker: Numbers, *, folds: int = 20) -> Floats:
    """Chance of the outcome by a logistic model of the marker, for each subject from a model fitted without it.

    Parameters
    ----------
    outcome : (n,) array
        1 with the outcome, 0 without.
    marker : (n,) array
        The marker.
    folds : int, optional
        Into how many parts the subjects are divided in turn; each part is foretold from the others.

    Returns
    -------
    (n,) float
        Chances in the order given; not a number where outcome or marker are missing, or no model can be fitted.

    Raises
    ------
    NumericsError
        When the rows cannot be used or there are not two folds.

    Notes
    -----
    Chances from a model fitted to the very subjects they are judged in always look well calibrated.

    Examples
    --------
    >>> cross_fitted([0, 1, 0, 1, 1, 0, 1, 0], [1, 2, 1.5, 1.2, 3, 2.2, 2.5, 0.5], folds=4).round(2).tolist()
    [0.31, 0.82, 0.45, 0.02, 0.84, 0.89, 0.78, 0.0]
    """
    rows = binary_rows(outcome, {"marker": marker})
    if folds < 2:
        raise NumericsError(f"{folds} folds leave nothing to foretell", mend="use at least 2")
    x = np.column_stack([np.ones(rows.n), rows.values["marker"]])
    fold = np.arange(rows.n) % min(folds, rows.n)
    found = np.full(rows.n, np.nan)
    for part in range(int(fold.max()) + 1):
        held = fold == part
        fit = fit_logistic(rows.is_case[~held].astype(np.int8), x[~held])
        if fit.is_estimable:
            found[held] = expit(x[held] @ fit.coef)
    out = np.full(rows.kept.size, np.nan)
    out[rows.kept] = found
    return out
