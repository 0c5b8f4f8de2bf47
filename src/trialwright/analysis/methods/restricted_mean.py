"""Mean time without the event up to a fixed time, of all subjects or of each arm."""

from __future__ import annotations

import polars as pl

from trialwright.analysis.method import Estimates, Method, Request
from trialwright.analysis.rmst import rmst
from trialwright.errors import EstimationError
from trialwright.model.catalogue import Spec
from trialwright.model.result import Result

__all__ = ["METHOD"]


def _estimate(request: Request) -> Estimates:
    tau = request.analysis.tau
    if tau is None:
        return Estimates((request.failed("rm_time", "the analysis states no tau"),))
    if request.analysis.compare is None:
        return Estimates((_one(request, request.rows, float(tau.days), ""),))
    each = (_one(request, request.rows.filter(pl.col("ARM") == arm), float(tau.days), arm) for arm in request.arms)
    return Estimates(tuple(each))


def _one(request: Request, rows: pl.DataFrame, tau: float, arm: str) -> Result:
    figure = f"rm_time@{arm}" if arm else "rm_time"
    try:
        mean = rmst(rows["TIME"], rows["EVENT"], tau=tau, level=request.level).arms[0]
    except EstimationError as error:
        return request.result(figure, of=rows, status="not estimable", reason=error.what, unit="d", level_of=arm)
    return request.result(
        figure, of=rows, value=mean.rmst, low=mean.lower, high=mean.upper, level=request.level, unit="d", level_of=arm
    )


METHOD = Method(
    Spec(
        "restricted-mean",
        "method",
        "Mean time without the event up to a fixed time, with its limits.",
        "Royston and Parmar, BMC Med Res Methodol 2013;13:152, doi:10.1186/1471-2288-13-152 (DOI unverified)",
        measures=("restricted mean", "time to event"),
        needs=("tau",),
    ),
    ("rm_time",),
    _estimate,
)
