"""Comparisons of two classes to which subjects belong with a probability: each counts in both, weighted."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from trialwright.analysis.binary_rows import binary_rows, check_level
from trialwright.analysis.coefficients import CoxTerm, wald_terms
from trialwright.analysis.rows import Dropped, Numbers, numbers, survival_rows
from trialwright.errors import EstimationError, NumericsError
from trialwright.numerics.cox_residuals import sandwich
from trialwright.numerics.fine_gray import fine_gray_data, fit_fine_gray, weighted_influence

__all__ = ["ClassHazardRatio", "ClassShares", "WeightedShare", "class_hazard_ratio", "class_shares"]

Floats = NDArray[np.float64]

_CLASS = "class"


@dataclass(frozen=True, slots=True)
class WeightedShare:
    """A share whose subjects count with weights; limits normal and robust, cut at 0 and 1.

    Parameters
    ----------
    estimate, se, lower, upper : float or None
        Share, standard error, limits; None where nobody counts.
    weight : float
        Sum of the weights below the share.
    """

    estimate: float | None
    se: float | None
    lower: float | None
    upper: float | None
    weight: float

    @property
    def complement(self) -> WeightedShare:
        """The share of the others."""
        estimate, lower, upper = (None if v is None else 1.0 - v for v in (self.estimate, self.upper, self.lower))
        return WeightedShare(estimate, self.se, lower, upper, self.weight)

    def to_dict(self) -> dict[str, object]:
        """Plain data."""
        return {name: getattr(self, name) for name in ("estimate", "se", "lower", "upper", "weight")}


@dataclass(frozen=True, slots=True)
class ClassShares:
    """Accuracy of a class that is known with a probability.

    Parameters
    ----------
    sensitivity, specificity : WeightedShare
        Mean probability of the class among subjects with the outcome; mean probability of the other class among those
        without.
    with_class, without_class : WeightedShare
        Share with the outcome in the class and in the other class.
    n, cases : int
        Subjects, and those with the outcome.
    dropped : tuple of Dropped
        Rows left out, by reason.
    """

    sensitivity: WeightedShare
    specificity: WeightedShare
    with_class: WeightedShare
    without_class: WeightedShare
    n: int
    cases: int
    dropped: tuple[Dropped, ...] = ()

    def to_dict(self) -> dict[str, object]:
        """Plain data."""
        names = ("sensitivity", "specificity", "with_class", "without_class")
        return {**{name: getattr(self, name).to_dict() for name in names}, "n": self.n, "cases": self.cases}


@dataclass(frozen=True, slots=True)
class ClassHazardRatio:
    """Hazard ratio of a class over the other, each subject counted in both.

    Parameters
    ----------
    term : CoxTerm
        The ratio; its limits rest on the robust standard error.
    n, events : int
        Subjects and events.
    weight : float
        Sum of the probabilities of the class: how many subjects it holds on average.
    conf_level : float
        Two-sided confidence level.
    dropped : tuple of Dropped
        Rows left out, by reason.
    """

    term: CoxTerm
    n: int
    events: int
    weight: float
    conf_level: float
    dropped: tuple[Dropped, ...] = ()

    def to_dict(self) -> dict[str, object]:
        """Plain data."""
        return {**self.term.to_dict(), "n": self.n, "events": self.events, "weight": self.weight}


def _probabilities(values: Floats) -> Floats:
    if (values < 0).any() or (values > 1).any():
        raise NumericsError(
            "a probability is not between 0 and 1", where="probability", mend="give a share, not per cent"
        )
    return values


def _share(values: Floats, weight: Floats, level: float) -> WeightedShare:
    """Weighted mean of values between 0 and 1, with the standard error of a ratio of two sums."""
    total = float(weight.sum())
    if not total > 0:
        return WeightedShare(None, None, None, None, total)
    estimate = float(weight @ values / total)
    n = values.size
    se = math.sqrt(n / (n - 1) * float(np.square(weight * (values - estimate)).sum())) / total if n > 1 else math.nan
    if not se > 0:
        return WeightedShare(estimate, None, None, None, total)
    reach = float(ndtri(0.5 + level / 2)) * se
    return WeightedShare(estimate, se, max(estimate - reach, 0.0), min(estimate + reach, 1.0), total)


def class_shares(outcome: Numbers, probability: Numbers, *, level: float = 0.95) -> ClassShares:
    """Sensitivity, specificity and predictive values of a class to which each subject belongs with a probability.

    Parameters
    ----------
    outcome : (n,) array
        1 with the outcome, 0 without.
    probability : (n,) array
        Probability of the class that foretells the outcome.
    level : float, optional
        Two-sided confidence level.

    Returns
    -------
    ClassShares
        Weighted shares. Where every probability is 0 or 1 they are those of the plain table of four.

    Raises
    ------
    NumericsError
        When the rows or an option cannot be used.

    Examples
    --------
    >>> found = class_shares([1, 1, 0, 0], [0.9, 0.7, 0.4, 0.2])
    >>> round(found.sensitivity.estimate, 2), round(found.with_class.estimate, 4)
    (0.8, 0.7273)
    """
    check_level(level)
    rows = binary_rows(outcome, {"probability": probability})
    p, y = _probabilities(rows.values["probability"]), rows.is_case.astype(np.float64)
    one, other = np.ones(rows.cases), np.ones(rows.n - rows.cases)
    return ClassShares(
        sensitivity=_share(p[rows.is_case], one, level),
        specificity=_share(1.0 - p[~rows.is_case], other, level),
        with_class=_share(y, p, level),
        without_class=_share(y, 1.0 - p, level),
        n=rows.n,
        cases=rows.cases,
        dropped=rows.dropped,
    )


def class_hazard_ratio(
    time: Numbers,
    event: Numbers,
    probability: Numbers,
    *,
    adjust: Mapping[str, Numbers] | None = None,
    level: float = 0.95,
) -> ClassHazardRatio:
    """Hazard ratio of a class over the other where each subject belongs to the class with a probability.

    Parameters
    ----------
    time : (n,) array
        Exit times in any one unit, at least 0.
    event : (n,) array
        1 for an event, 0 for a censoring.
    probability : (n,) array
        Probability of the class.
    adjust : mapping of str to (n,) array, optional
        Further covariates, numbers.
    level : float, optional
        Two-sided confidence level.

    Returns
    -------
    ClassHazardRatio
        The ratio with a robust standard error.

    Raises
    ------
    NumericsError
        When the rows or an option cannot be used.
    EstimationError
        When there is no event.

    Notes
    -----
    Every subject stands twice in Cox's model, in the class with its probability as weight and in the other with the
    rest; ties are Breslow's; the two rows of a subject are one cluster of the robust variance. Uncertain classes draw
    the ratio towards 1: it is a sensitivity analysis beside the plain one, not a correction of it.

    Examples
    --------
    >>> found = class_hazard_ratio([1, 2, 3, 4, 5, 6], [1, 1, 1, 1, 0, 1], [0.1, 0.6, 0.2, 0.9, 0.8, 0.7])
    >>> round(found.term.hr, 4), round(found.weight, 1)
    (0.4851, 3.3)
    """
    check_level(level)
    read = {"probability": numbers(probability, "probability")}
    read |= {name: numbers(given, name) for name, given in (adjust or {}).items()}
    rows = survival_rows(time, event, missing={name: np.isnan(values) for name, values in read.items()})
    if rows.n_events == 0:
        raise EstimationError("a hazard ratio needs events, the rows used hold none", where="event")
    used = {name: values if rows.kept is None else values[rows.kept] for name, values in read.items()}
    p = _probabilities(used.pop("probability"))
    columns = [np.repeat([1.0, 0.0], rows.n), *(np.tile(values, 2) for values in used.values())]
    data = fine_gray_data(
        np.tile(rows.time, 2), np.tile(rows.event, 2), np.column_stack(columns), weight=np.concatenate([p, 1.0 - p])
    )
    fit = fit_fine_gray(data)
    robust = sandwich(fit, weighted_influence(data, fit), cluster=np.tile(np.arange(rows.n), 2))
    terms = wald_terms((_CLASS, *used), fit, robust, level)
    return ClassHazardRatio(terms[0], rows.n, rows.n_events, float(p.sum()), level, rows.dropped)
