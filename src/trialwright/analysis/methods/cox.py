"""The hazard ratio of one arm over another, by proportional hazards regression."""

from __future__ import annotations

from typing import cast

from trialwright.analysis.cox import cox
from trialwright.analysis.method import Estimates, Method, Request
from trialwright.errors import EstimationError
from trialwright.model.catalogue import Spec
from trialwright.numerics.cox import Ties

__all__ = ["METHOD"]


def _estimate(request: Request) -> Estimates:
    rows = request.compared
    treatment, reference = request.arms
    covariates = {"ARM": rows["ARM"], **{name: rows[name] for name in request.analysis.covariates}}
    try:
        model = cox(
            rows["TIME"],
            rows["EVENT"],
            covariates,
            strata=request.strata,
            ties=cast("Ties", request.setting("ties", "efron")),
            references={"ARM": reference},
            level=request.level,
        )
    except EstimationError as error:
        return Estimates(tuple(request.failed(figure, error.what) for figure in METHOD.figures))
    term = next((term for term in model.terms if term.term == f"ARM{treatment}"), None)
    if term is None or term.status != "estimated":
        reason = model.reason.removeprefix(f"ARM{treatment}: ") or "one arm has no subject"
        return Estimates(tuple(request.failed(figure, reason) for figure in METHOD.figures))
    return Estimates(
        (
            request.result(
                "hr", value=term.hr, low=term.lower, high=term.upper, level=request.level, unit="1", n=model.n
            ),
            request.result("p_cox", value=term.p, unit="1", n=model.n),
        )
    )


METHOD = Method(
    Spec(
        "cox",
        "method",
        "Hazard ratio by proportional hazards regression.",
        "Cox, J R Stat Soc B 1972;34:187-220, doi:10.1111/j.2517-6161.1972.tb00899.x (DOI unverified)",
        settings={"ties": ("efron", "breslow")},
        measures=("time to event",),
        needs=("compare",),
    ),
    ("hr", "p_cox"),
    _estimate,
)
