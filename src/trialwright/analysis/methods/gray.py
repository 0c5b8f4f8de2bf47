"""Gray's test between the arms compared."""

from __future__ import annotations

from trialwright.analysis.gray import gray
from trialwright.analysis.method import Estimates, Method, Request
from trialwright.errors import EstimationError
from trialwright.model.catalogue import Spec

__all__ = ["METHOD"]


def _estimate(request: Request) -> Estimates:
    rows = request.compared
    try:
        test = gray(rows["TIME"], rows["CAUSE"], rows["ARM"], strata=request.strata, censored="0")
    except EstimationError as error:
        return Estimates(tuple(request.failed(figure, error.what) for figure in METHOD.figures))
    reason = "" if test.p is not None else "no information: arms that cannot be compared"
    status = "estimated" if test.p is not None else "not estimable"
    return Estimates(
        (
            request.result("p_gray", value=test.p, unit="1", status=status, reason=reason),
            request.result("chisq_gray", value=test.chisq, unit="1", status=status, reason=reason),
        )
    )


METHOD = Method(
    Spec(
        "gray",
        "method",
        "Test that the cumulative incidence of the event is the same in both arms, where other events compete.",
        "Gray, Ann Stat 1988;16:1141-1154, doi:10.1214/aos/1176350951 (DOI unverified)",
        measures=("time to event",),
        needs=("compare",),
    ),
    ("p_gray", "chisq_gray"),
    _estimate,
)
