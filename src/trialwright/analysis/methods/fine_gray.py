"""Ratio of the subdistribution hazards of the arms compared."""

from __future__ import annotations

from trialwright.analysis.fine_gray import fine_gray
from trialwright.analysis.method import Estimates, Method, Request
from trialwright.errors import EstimationError
from trialwright.model.catalogue import Spec

__all__ = ["METHOD"]


def _estimate(request: Request) -> Estimates:
    rows = request.compared
    treatment, reference = request.arms
    covariates = {"ARM": rows["ARM"], **{name: rows[name] for name in request.analysis.covariates}}
    if request.strata is not None:
        reason = "the model takes no strata; name them as covariates"
        return Estimates(tuple(request.failed(figure, reason) for figure in METHOD.figures))
    try:
        model = fine_gray(
            rows["TIME"], rows["CAUSE"], covariates, censored="0", references={"ARM": reference}, level=request.level
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
                "shr", value=term.hr, low=term.lower, high=term.upper, level=request.level, unit="1", n=model.n
            ),
            request.result("p_fine_gray", value=term.p, unit="1", n=model.n),
        )
    )


METHOD = Method(
    Spec(
        "fine-gray",
        "method",
        "Ratio of subdistribution hazards, where other events compete.",
        "Fine and Gray, J Am Stat Assoc 1999;94:496-509, doi:10.1080/01621459.1999.10474144 (DOI unverified)",
        measures=("time to event",),
        needs=("compare",),
    ),
    ("shr", "p_fine_gray"),
    _estimate,
)
