"""Difference of two proportions with limits from two score intervals."""

from __future__ import annotations

from trialwright.analysis.method import Method
from trialwright.analysis.rates import difference_of_rates
from trialwright.model.catalogue import Spec

__all__ = ["METHOD"]

METHOD = Method(
    Spec(
        "newcombe",
        "method",
        "Difference of two proportions with limits from the two score intervals.",
        "Newcombe, Stat Med 1998;17:873-890, method 10 (DOI unverified)",
        measures=("proportion",),
        needs=("compare",),
    ),
    ("difference",),
    lambda request: difference_of_rates(request, "newcombe"),
)
