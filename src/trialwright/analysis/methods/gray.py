"""Gray's test between the arms compared."""

from __future__ import annotations

from typing import Final

from trialwright.analysis.between_arms import equality_of_arms
from trialwright.analysis.gray import gray
from trialwright.analysis.method import Estimates, Method, Request
from trialwright.model.catalogue import Spec

__all__ = ["METHOD"]

_FIGURES: Final = ("p_gray", "chisq_gray")


def _estimate(request: Request) -> Estimates:
    rows = request.compared
    return equality_of_arms(
        request,
        _FIGURES,
        lambda: gray(rows["TIME"], rows["CAUSE"], rows["ARM"], strata=request.strata, censored="0"),
        without="arms that cannot be compared",
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
    _FIGURES,
    _estimate,
)
