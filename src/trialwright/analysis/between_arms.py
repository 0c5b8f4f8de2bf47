"""Comparisons of two arms as results: a ratio of hazards with its p value, and a test with its statistic."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

import polars as pl

from trialwright.analysis.cox import CoxModel
from trialwright.analysis.fine_gray import FineGrayModel
from trialwright.analysis.method import LESION, Estimates, Request
from trialwright.errors import EstimationError

__all__ = ["Equality", "equality_of_arms", "ratio_of_arms"]

Fit = Callable[[Mapping[str, pl.Series], Mapping[str, str]], CoxModel | FineGrayModel]


class Equality(Protocol):
    """A test of the hypothesis that arms do not differ; ``chisq`` and ``p`` are None where there is no information."""

    @property
    def chisq(self) -> float | None:
        """Statistic."""

    @property
    def p(self) -> float | None:
        """Two-sided p value."""


def ratio_of_arms(request: Request, figures: tuple[str, str], fit: Fit) -> Estimates:
    """Ratio of the hazards of the first arm over the second, the covariates of the analysis taken into account.

    Parameters
    ----------
    request : Request
        Times to an event of subjects or of lesions, with the two arms compared.
    figures : tuple of str
        Names of the ratio and of its p value.
    fit : callable
        Fits the model to covariates by name, the arm ``ARM`` first, and to the reference of each.

    Returns
    -------
    Estimates
        Both figures, or why there is none.
    """
    rows = request.compared
    treatment, reference = request.arms
    covariates = {name: rows[name] for name in ("ARM", *request.analysis.covariates)}
    try:
        model = fit(covariates, {"ARM": reference})
    except EstimationError as error:
        return _none(request, figures, error.what)
    term = next((term for term in model.terms if term.term == f"ARM{treatment}"), None)
    if term is None or term.status != "estimated":
        reason = model.reason.removeprefix(f"ARM{treatment}: ") or "one arm has no subject"
        return _none(request, figures, reason)
    ratio, p = figures
    n = rows["USUBJID"].n_unique() if LESION in rows.columns else model.n
    shown = request.result(ratio, value=term.hr, low=term.lower, high=term.upper, level=request.level, unit="1", n=n)
    return Estimates((shown, request.result(p, value=term.p, unit="1", n=n)))


def equality_of_arms(
    request: Request, figures: tuple[str, str], compared: Callable[[], Equality], *, without: str
) -> Estimates:
    """Test of the hypothesis that the arms do not differ.

    Parameters
    ----------
    request : Request
        Times to an event, with the two arms compared.
    figures : tuple of str
        Names of the p value and of the statistic.
    compared : callable
        Makes the test.
    without : str
        What is said where there is no information.

    Returns
    -------
    Estimates
        Both figures, or why there is none.
    """
    try:
        test = compared()
    except EstimationError as error:
        return _none(request, figures, error.what)
    reason = "" if test.p is not None else f"no information: {without}"
    status = "estimated" if test.p is not None else "not estimable"
    values = zip(figures, (test.p, test.chisq), strict=True)
    return Estimates(
        tuple(request.result(name, value=value, unit="1", status=status, reason=reason) for name, value in values)
    )


def _none(request: Request, figures: tuple[str, ...], reason: str) -> Estimates:
    return Estimates(tuple(request.failed(figure, reason) for figure in figures))
