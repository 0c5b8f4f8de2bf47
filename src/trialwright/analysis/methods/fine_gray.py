"""Ratio of the subdistribution hazards of the arms compared."""

from __future__ import annotations

from typing import Final

from trialwright.analysis.between_arms import ratio_of_arms
from trialwright.analysis.fine_gray import fine_gray
from trialwright.analysis.method import Estimates, Method, Request
from trialwright.model.catalogue import Spec

__all__ = ["METHOD"]

_FIGURES: Final = ("shr", "p_fine_gray")


def _estimate(request: Request) -> Estimates:
    rows = request.compared
    if request.strata is not None:
        reason = "the model takes no strata; name them as covariates"
        return Estimates(tuple(request.failed(figure, reason) for figure in _FIGURES))
    return ratio_of_arms(
        request,
        _FIGURES,
        lambda covariates, references: fine_gray(
            rows["TIME"], rows["CAUSE"], covariates, censored="0", references=references, level=request.level
        ),
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
    _FIGURES,
    _estimate,
)
