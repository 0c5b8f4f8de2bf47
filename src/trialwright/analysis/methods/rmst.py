"""Restricted mean survival time by arm, with difference and ratio."""

from __future__ import annotations

from trialwright.analysis.method import Estimates, Method, Request
from trialwright.analysis.rmst import Contrast, rmst
from trialwright.errors import EstimationError, InputError
from trialwright.model.catalogue import Spec
from trialwright.model.result import Result

__all__ = ["METHOD"]


def _contrast(request: Request, figure: str, contrast: Contrast, unit: str) -> Result:
    if contrast.estimate is None:
        return request.failed(figure, "the mean of the reference is zero")
    return request.result(
        figure, value=contrast.estimate, low=contrast.lower, high=contrast.upper, level=request.level, unit=unit
    )


def _estimate(request: Request) -> Estimates:
    rows = request.compared
    treatment, reference = request.arms
    if request.analysis.tau is None:
        return Estimates(tuple(request.failed(figure, "the analysis states no tau") for figure in METHOD.figures))
    tau = float(request.analysis.tau.days)
    try:
        means = rmst(rows["TIME"], rows["EVENT"], tau=tau, arm=rows["ARM"], reference=reference, level=request.level)
    except (EstimationError, InputError) as error:
        return Estimates(tuple(request.failed(figure, error.what) for figure in METHOD.figures))
    by_arm = tuple(
        request.result(
            f"rmst@{mean.level}",
            of=rows.filter(rows["ARM"] == mean.level),
            value=mean.rmst,
            low=mean.lower,
            high=mean.upper,
            level=request.level,
            unit="d",
            level_of=mean.level,
        )
        for mean in means.arms
    )
    found = next((pair for pair in means.comparisons if pair.comparison == treatment), None)
    if found is None:
        return Estimates((*by_arm, *(request.failed(figure, "one arm has no subject") for figure in METHOD.figures)))
    return Estimates(
        (
            *by_arm,
            _contrast(request, "rmst_difference", found.difference, "d"),
            _contrast(request, "rmst_ratio", found.ratio, "1"),
        )
    )


METHOD = Method(
    Spec(
        "rmst",
        "method",
        "Restricted mean survival time to a fixed time, with difference and ratio between arms.",
        "Royston and Parmar, BMC Med Res Methodol 2013;13:152, doi:10.1186/1471-2288-13-152 (DOI unverified)",
        measures=("time to event",),
        needs=("compare", "tau"),
    ),
    ("rmst_difference", "rmst_ratio"),
    _estimate,
)
