"""The log-rank test between the arms compared."""

from __future__ import annotations

from trialwright.analysis.logrank import logrank
from trialwright.analysis.method import Estimates, Method, Request
from trialwright.errors import EstimationError
from trialwright.model.catalogue import Spec

__all__ = ["METHOD"]


def _estimate(request: Request) -> Estimates:
    rows = request.compared
    try:
        test = logrank(
            rows["TIME"],
            rows["EVENT"],
            rows["ARM"],
            strata=request.strata,
            rho=float(request.setting("rho", "0")),
            gamma=float(request.setting("gamma", "0")),
        )
    except EstimationError as error:
        return Estimates(tuple(request.failed(figure, error.what) for figure in METHOD.figures))
    reason = "" if test.p is not None else "no information: no event, or arms that cannot be compared"
    status = "estimated" if test.p is not None else "not estimable"
    return Estimates(
        (
            request.result("p_logrank", value=test.p, unit="1", status=status, reason=reason),
            request.result("chisq_logrank", value=test.chisq, unit="1", status=status, reason=reason),
        )
    )


METHOD = Method(
    Spec(
        "logrank",
        "method",
        "Log-rank test of two or more arms, stratified or weighted by Fleming and Harrington.",
        "Mantel, Cancer Chemother Rep 1966;50:163-170",
        settings={"rho": (), "gamma": ()},
        measures=("time to event",),
        needs=("compare",),
    ),
    ("p_logrank", "chisq_logrank"),
    _estimate,
)
