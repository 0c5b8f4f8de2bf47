"""Restricted mean survival time by arm, with difference and ratio."""

from __future__ import annotations

from trialwright.analysis.method import Estimates, Method, Request
from trialwright.analysis.rmst import Contrast, RestrictedMean, rmst
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


def _mean(request: Request, mean: RestrictedMean) -> Result:
    return request.result(
        f"rmst@{mean.level}",
        of=request.rows.filter(request.rows["ARM"] == mean.level),
        value=mean.rmst,
        low=mean.lower,
        high=mean.upper,
        level=request.level,
        unit="d",
        level_of=mean.level,
    )


def _each_alone(request: Request, tau: float) -> Estimates:
    """The mean of each arm that is observed long enough; what compares them fails with the arms that are not."""
    results: list[Result] = []
    short: list[str] = []
    for arm in request.arms:
        own = request.compared.filter(request.compared["ARM"] == arm)
        try:
            means = rmst(own["TIME"], own["EVENT"], tau=tau, arm=own["ARM"], level=request.level)
        except EstimationError:
            last = float(own["TIME"].to_numpy().max())
            reason = f"the curve of {arm} ends with a censoring on day {last:g}, before {tau:g} days"
            short.append(reason)
            results.append(
                request.result(f"rmst@{arm}", of=own, status="not estimable", reason=reason, unit="d", level_of=arm)
            )
        else:
            results.append(_mean(request, means.arms[0]))
    return Estimates((*results, *(request.failed(figure, "; ".join(short)) for figure in METHOD.figures)))


def _estimate(request: Request) -> Estimates:
    rows = request.compared
    treatment, reference = request.arms
    if request.analysis.tau is None:
        return Estimates(tuple(request.failed(figure, "the analysis states no tau") for figure in METHOD.figures))
    tau = float(request.analysis.tau.days)
    try:
        means = rmst(rows["TIME"], rows["EVENT"], tau=tau, arm=rows["ARM"], reference=reference, level=request.level)
    except EstimationError:
        return _each_alone(request, tau)
    except InputError as error:
        return Estimates(tuple(request.failed(figure, error.what) for figure in METHOD.figures))
    by_arm = tuple(_mean(request, mean) for mean in means.arms)
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
