"""One proportion with score confidence limits."""

from __future__ import annotations

from trialwright.analysis.method import Method
from trialwright.analysis.rates import rate
from trialwright.model.catalogue import Spec

__all__ = ["METHOD"]

METHOD = Method(
    Spec(
        "wilson",
        "method",
        "Score confidence limits of one proportion.",
        "Wilson, J Am Stat Assoc 1927;22:209-212, doi:10.1080/01621459.1927.10502953 (DOI unverified)",
        measures=("proportion",),
    ),
    ("rate",),
    lambda request: rate(request, "wilson"),
)
