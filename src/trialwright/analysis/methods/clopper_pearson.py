"""One proportion with exact confidence limits."""

from __future__ import annotations

from trialwright.analysis.method import Method
from trialwright.analysis.rates import rate
from trialwright.model.catalogue import Spec

__all__ = ["METHOD"]

METHOD = Method(
    Spec(
        "clopper-pearson",
        "method",
        "Exact confidence limits of one proportion.",
        "Clopper and Pearson, Biometrika 1934;26:404-413, doi:10.1093/biomet/26.4.404 (DOI unverified)",
        measures=("proportion",),
    ),
    ("rate",),
    lambda request: rate(request, "clopper-pearson"),
)
