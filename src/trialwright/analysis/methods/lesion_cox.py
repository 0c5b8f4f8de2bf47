"""The ratio of an event's hazards in the lesions of two arms, the lesions of one subject taken together."""

from __future__ import annotations

from typing import Final, cast

import polars as pl

from trialwright.analysis.between_arms import ratio_of_arms
from trialwright.analysis.cox import cox
from trialwright.analysis.method import Estimates, Method, Request
from trialwright.model.catalogue import Spec
from trialwright.numerics.cox import Ties

__all__ = ["METHOD"]

_FEWEST_SUBJECTS = 2
_FIGURES: Final = ("hr", "p_cox")


def _estimate(request: Request) -> Estimates:
    rows = request.compared
    if min(rows.filter(pl.col("ARM") == arm)["USUBJID"].n_unique() for arm in request.arms) < _FEWEST_SUBJECTS:
        reason = f"an arm has fewer than {_FEWEST_SUBJECTS} subjects"
        return Estimates(tuple(request.failed(figure, reason) for figure in _FIGURES))
    return ratio_of_arms(
        request,
        _FIGURES,
        lambda covariates, references: cox(
            rows["TIME"],
            rows["EVENT"],
            covariates,
            strata=request.strata,
            cluster=rows["USUBJID"],
            ties=cast("Ties", request.setting("ties", "efron")),
            references=references,
            level=request.level,
        ),
    )


METHOD = Method(
    Spec(
        "lesion-cox",
        "method",
        "Hazard ratio of an event of lesions; what competes is taken as censored, and the standard error is a robust "
        "one by subjects.",
        "Lee, Wei and Amato, in Survival Analysis: State of the Art, 1992, 237-247 (unverified); Lin and Wei, J Am "
        "Stat Assoc 1989;84:1074-1078 (unverified)",
        settings={"ties": ("efron", "breslow")},
        measures=("time to event of lesions",),
        needs=("compare",),
    ),
    _FIGURES,
    _estimate,
)
"""The method ``lesion-cox``."""
