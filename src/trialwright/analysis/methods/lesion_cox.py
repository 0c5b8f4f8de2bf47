"""The ratio of an event's hazards in the lesions of two arms, the lesions of one subject taken together."""

from __future__ import annotations

from typing import cast

import polars as pl

from trialwright.analysis.cox import cox
from trialwright.analysis.method import Estimates, Method, Request
from trialwright.errors import EstimationError
from trialwright.model.catalogue import Spec
from trialwright.numerics.cox import Ties

__all__ = ["METHOD"]

_FEWEST_SUBJECTS = 2


def _estimate(request: Request) -> Estimates:
    rows = request.compared
    treatment, reference = request.arms
    if min(rows.filter(pl.col("ARM") == arm)["USUBJID"].n_unique() for arm in request.arms) < _FEWEST_SUBJECTS:
        return _failed(request, f"an arm has fewer than {_FEWEST_SUBJECTS} subjects")
    covariates = {"ARM": rows["ARM"], **{name: rows[name] for name in request.analysis.covariates}}
    try:
        model = cox(
            rows["TIME"],
            rows["EVENT"],
            covariates,
            strata=request.strata,
            cluster=rows["USUBJID"],
            ties=cast("Ties", request.setting("ties", "efron")),
            references={"ARM": reference},
            level=request.level,
        )
    except EstimationError as error:
        return _failed(request, error.what)
    term = next((term for term in model.terms if term.term == f"ARM{treatment}"), None)
    if term is None or term.status != "estimated":
        return _failed(request, model.reason.removeprefix(f"ARM{treatment}: ") or "one arm has no subject")
    hr = request.result("hr", value=term.hr, low=term.lower, high=term.upper, level=request.level, unit="1")
    return Estimates((hr, request.result("p_cox", value=term.p, unit="1")))


def _failed(request: Request, reason: str) -> Estimates:
    return Estimates(tuple(request.failed(figure, reason) for figure in METHOD.figures))


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
    ("hr", "p_cox"),
    _estimate,
)
"""The method ``lesion-cox``."""
