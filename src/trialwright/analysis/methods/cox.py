"""The hazard ratio of one arm over another, by proportional hazards regression."""

from __future__ import annotations

from typing import Final, cast

from trialwright.analysis.between_arms import ratio_of_arms
from trialwright.analysis.cox import cox
from trialwright.analysis.method import Estimates, Method, Request
from trialwright.model.catalogue import Spec
from trialwright.numerics.cox import Ties

__all__ = ["METHOD"]

_FIGURES: Final = ("hr", "p_cox")


def _estimate(request: Request) -> Estimates:
    rows = request.compared
    return ratio_of_arms(
        request,
        _FIGURES,
        lambda covariates, references: cox(
            rows["TIME"],
            rows["EVENT"],
            covariates,
            strata=request.strata,
            ties=cast("Ties", request.setting("ties", "efron")),
            references=references,
            level=request.level,
        ),
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
    _FIGURES,
    _estimate,
)
