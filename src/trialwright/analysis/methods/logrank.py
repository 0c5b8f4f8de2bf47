"""The log-rank test between the arms compared."""

from __future__ import annotations

from typing import Final

from trialwright.analysis.between_arms import equality_of_arms
from trialwright.analysis.logrank import logrank
from trialwright.analysis.method import Estimates, Method, Request
from trialwright.model.catalogue import Spec

__all__ = ["METHOD"]

_FIGURES: Final = ("p_logrank", "chisq_logrank")


def _estimate(request: Request) -> Estimates:
    rows = request.compared
    return equality_of_arms(
        request,
        _FIGURES,
        lambda: logrank(
            rows["TIME"],
            rows["EVENT"],
            rows["ARM"],
            strata=request.strata,
            rho=float(request.setting("rho", "0")),
            gamma=float(request.setting("gamma", "0")),
        ),
        without="no event, or arms that cannot be compared",
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
    _FIGURES,
    _estimate,
)
