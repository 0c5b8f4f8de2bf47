"""Difference of two proportions with score limits."""

from __future__ import annotations

from trialwright.analysis.method import Method
from trialwright.analysis.rates import difference_of_rates
from trialwright.model.catalogue import Spec

__all__ = ["METHOD"]

METHOD = Method(
    Spec(
        "miettinen-nurminen",
        "method",
        "Difference of two proportions with score limits.",
        "Miettinen and Nurminen, Stat Med 1985;4:213-226, doi:10.1002/sim.4780040211 (DOI unverified)",
        measures=("proportion",),
        needs=("compare",),
    ),
    ("difference",),
    lambda request: difference_of_rates(request, "miettinen-nurminen"),
)
