"""Cumulative incidence of an endpoint whose event other events can forestall."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import polars as pl

from trialwright.analysis.describe import curve_name
from trialwright.analysis.incidence import CauseIncidence, cumulative_incidence
from trialwright.analysis.incidence_results import incidence_at_tau, incidence_curve
from trialwright.analysis.method import Estimates, Method, Request
from trialwright.model.catalogue import Spec
from trialwright.model.result import Result
from trialwright.numerics.competing import IncidenceVariance
from trialwright.numerics.survival import ConfType

__all__ = ["METHOD"]

_OWN, _CENSORED = "1", "0"


def _incidence(request: Request, rows: pl.DataFrame, times: list[float] | None) -> CauseIncidence | None:
    """Incidence of the endpoint's own event; None when there is none of it."""
    found = cumulative_incidence(
        rows["TIME"],
        rows["CAUSE"],
        times=times,
        censored=_CENSORED,
        variance=cast("IncidenceVariance", request.setting("variance", "aalen")),
        conf_type=cast("ConfType", request.setting("conf_type", "log-log")),
        level=request.level,
    )
    return next((cause for cause in found.groups[0].causes if cause.cause == _OWN), None)


def _at_tau(request: Request, figure: str, level: str, rows: pl.DataFrame) -> Result:
    tau = request.analysis.tau
    found = None if tau is None else _incidence(request, rows, [float(tau.days)])
    return incidence_at_tau(request, figure, level, rows, found)


def _levels(request: Request) -> Iterator[tuple[str, str, pl.DataFrame]]:
    if request.analysis.compare is None:
        yield "cif", "", request.rows
        return
    for arm in request.arms:
        yield f"cif@{arm}", arm, request.rows.filter(pl.col("ARM") == arm)


def _estimate(request: Request) -> Estimates:
    results, curves = [], []
    for figure, level, rows in _levels(request):
        results.append(_at_tau(request, figure, level, rows))
        found = _incidence(request, rows, None)
        if found is not None:
            curves.append(incidence_curve(level or "ALL", found))
    return Estimates(tuple(results), {curve_name("cif", request.stem): pl.concat(curves)} if curves else {})


METHOD = Method(
    Spec(
        "aalen-johansen",
        "method",
        "Cumulative incidence of the event where other events compete, at a fixed time and as a curve.",
        "Aalen and Johansen, Scand J Stat 1978;5:141-150 (unverified)",
        settings={
            "variance": ("aalen", "greenwood"),
            "conf_type": ("log-log", "log", "plain", "logit", "arcsin"),
        },
        measures=("time to event",),
        needs=("tau",),
    ),
    ("cif",),
    _estimate,
)
