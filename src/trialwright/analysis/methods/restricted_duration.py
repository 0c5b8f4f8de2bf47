"""Restricted mean duration of response of all subjects, non-responders counting with no time."""

from __future__ import annotations

import numpy as np
import polars as pl
from scipy.special import ndtri

from trialwright.analysis.method import Estimates, Method, Request
from trialwright.analysis.rmst import rmst
from trialwright.errors import EstimationError
from trialwright.model.catalogue import Spec
from trialwright.model.result import Result
from trialwright.numerics.restricted_duration import restricted_duration

__all__ = ["METHOD"]


def _estimate(request: Request) -> Estimates:
    tau = request.analysis.tau
    if tau is None:
        return Estimates((request.failed("rm_duration", "the analysis states no tau"),))
    if "TIME_WHOLE" not in request.rows.columns:
        return Estimates((request.failed("rm_duration", "the endpoint has no response to start from"),))
    if request.analysis.compare is None:
        return Estimates((_one(request, request.rows, float(tau.days), ""),))
    each = (_one(request, request.rows.filter(pl.col("ARM") == arm), float(tau.days), arm) for arm in request.arms)
    return Estimates(tuple(each))


def _one(request: Request, rows: pl.DataFrame, tau: float, arm: str) -> Result:
    figure = f"rm_duration@{arm}" if arm else "rm_duration"
    pairs = [(rows[f"TIME{end}"].to_numpy(), rows[f"EVENT{end}"].to_numpy()) for end in ("_WHOLE", "")]
    try:
        for time, event in pairs:
            rmst(time, event, tau=tau)
    except EstimationError as error:
        return request.result(figure, of=rows, status="not estimable", reason=error.what, unit="d", level_of=arm)
    found = restricted_duration(pairs[0], pairs[1], tau)
    half = float(ndtri(0.5 + request.level / 2)) * found.se
    known = bool(np.isfinite(half))
    return request.result(
        figure,
        of=rows,
        value=found.value,
        low=found.value - half if known else None,
        high=found.value + half if known else None,
        level=request.level if known else None,
        unit="d",
        level_of=arm,
    )


METHOD = Method(
    Spec(
        "restricted-duration",
        "method",
        "Mean time in response up to a fixed time, over all subjects; responders and others alike.",
        "Huang and Tian, Pharm Stat 2022;21:865-878, doi:10.1002/pst.2198 (text unverified)",
        certainty="computed",
        measures=("restricted mean",),
        needs=("tau",),
    ),
    ("rm_duration",),
    _estimate,
)
