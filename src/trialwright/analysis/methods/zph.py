"""Whether the hazard ratio drifts over time."""

from __future__ import annotations

from typing import cast

from trialwright.analysis.cox import cox, cox_zph
from trialwright.analysis.method import Estimates, Method, Request
from trialwright.errors import EstimationError
from trialwright.model.catalogue import Spec
from trialwright.numerics.cox import Ties
from trialwright.numerics.zph import Transform

__all__ = ["METHOD"]


def _estimate(request: Request) -> Estimates:
    rows = request.compared
    try:
        model = cox(
            rows["TIME"],
            rows["EVENT"],
            {"ARM": rows["ARM"]},
            strata=request.strata,
            ties=cast("Ties", request.setting("ties", "efron")),
            references={"ARM": request.arms[1]},
        )
        if not model.is_estimable:
            return Estimates((request.failed("p_zph", model.reason.removeprefix(f"ARM{request.arms[0]}: ")),))
        test = cox_zph(model, transform=cast("Transform", request.setting("transform", "km")))
    except EstimationError as error:
        return Estimates((request.failed("p_zph", error.what),))
    return Estimates((request.result("p_zph", value=test.overall.p, unit="1", n=model.n),))


METHOD = Method(
    Spec(
        "zph",
        "method",
        "Score test of proportional hazards.",
        "Grambsch and Therneau, Biometrika 1994;81:515-526, doi:10.1093/biomet/81.3.515 (DOI unverified)",
        settings={"transform": ("km", "identity", "rank", "log"), "ties": ("efron", "breslow")},
        measures=("time to event",),
        needs=("compare",),
    ),
    ("p_zph",),
    _estimate,
)
