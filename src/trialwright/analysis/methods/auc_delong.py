"""How well a marker foretells an outcome: area under the ROC curve, and what a reader needs beside it."""

from __future__ import annotations

from trialwright.analysis.accuracy_figures import Asked, accuracy_figures, accuracy_tables
from trialwright.analysis.method import Estimates, Method, Request
from trialwright.model.catalogue import Spec

__all__ = ["METHOD"]


def _estimate(request: Request) -> Estimates:
    foretold = request.foretold
    if foretold is None:
        return Estimates((request.failed("auc", "no endpoint to foretell"),))
    asked = Asked(request, foretold)
    if request.rows.height == 0:
        return Estimates((request.failed(asked.name("auc"), "no subject with the marker and the endpoint"),))
    return Estimates(tuple(accuracy_figures(asked)), accuracy_tables(asked))


METHOD = Method(
    Spec(
        "auc-delong",
        "method",
        "Area under the ROC curve with DeLong's limits, or at fixed times with censoring weighed in; sensitivity and "
        "specificity at the pre-set cut-off, calibration, hazard ratios, and the same with uncertain classes.",
        "DeLong et al., Biometrics 1988;44:837-845, doi:10.2307/2531595 (DOI unverified)",
        certainty="unverified",
        settings={
            "direction": ("higher", "lower"),
            "limits": ("plain", "logit"),
            "interval": ("wilson", "clopper-pearson"),
        },
        measures=("accuracy",),
    ),
    ("auc",),
    _estimate,
)
