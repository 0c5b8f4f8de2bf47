"""The curve with its median and milestones, when an analysis asks for it beside the description every endpoint has."""

from __future__ import annotations

from trialwright.analysis.describe import describe
from trialwright.analysis.method import Estimates, Method, Request
from trialwright.model.catalogue import Spec

__all__ = ["METHOD"]


def _estimate(request: Request) -> Estimates:
    arms = request.analysis.compare or ()
    times = () if request.analysis.tau is None else (request.analysis.tau,)
    return describe(request, arms=arms, times=times, horizon_days=None)


METHOD = Method(
    Spec(
        "kaplan-meier",
        "method",
        "Product-limit estimate with quantiles, milestones and reverse-censoring follow-up.",
        "Kaplan and Meier, J Am Stat Assoc 1958;53:457-481, doi:10.1080/01621459.1958.10501452 (DOI unverified)",
        settings={"conf_type": ("log-log", "log", "plain", "logit", "arcsin")},
        measures=("time to event",),
    ),
    ("median", "follow_up"),
    _estimate,
)
