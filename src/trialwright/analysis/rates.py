"""Proportions as results: one rate with its limits, and the difference of two."""

from __future__ import annotations

import polars as pl

from trialwright.analysis.method import Estimates, Request
from trialwright.analysis.proportions import OneMethod, TwoMethod, proportion, proportion_difference

__all__ = ["difference_of_rates", "rate"]


def rate(request: Request, method: OneMethod) -> Estimates:
    """Share of subjects with the outcome, among those whose outcome counts.

    Parameters
    ----------
    request : Request
        Rows of a proportion.
    method : {"clopper-pearson", "wilson"}
        Kind of limits.

    Returns
    -------
    Estimates
        Result ``rate``.
    """
    rows = request.known
    if rows.height == 0:
        return Estimates((request.failed("rate", "no subject with a known outcome"),))
    found = proportion(int(rows["SUCCESS"].sum()), rows.height, method=method, level=request.level)
    shown = request.result(
        "rate",
        of=rows,
        value=found.estimate,
        low=found.lower,
        high=found.upper,
        level=request.level,
        unit="1",
        events=found.x,
    )
    return Estimates((shown,))


def difference_of_rates(request: Request, method: TwoMethod) -> Estimates:
    """Rate of the first arm less rate of the second.

    Parameters
    ----------
    request : Request
        Rows of a proportion, with the two arms compared.
    method : {"miettinen-nurminen", "mee", "newcombe"}
        Kind of limits.

    Returns
    -------
    Estimates
        Result ``difference``.
    """
    rows = request.known
    first, second = (rows.filter(pl.col("ARM") == arm)["SUCCESS"] for arm in request.arms)
    if first.len() == 0 or second.len() == 0:
        return Estimates((request.failed("difference", "one arm has no subject with a known outcome"),))
    x1, x2 = int(first.sum()), int(second.sum())
    found = proportion_difference(x1, first.len(), x2, second.len(), method=method, level=request.level)
    shown = request.result(
        "difference",
        of=rows,
        value=found.estimate,
        low=found.lower,
        high=found.upper,
        level=request.level,
        unit="1",
        events=x1 + x2,
    )
    return Estimates((shown,))
