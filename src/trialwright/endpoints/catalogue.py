"""What a study file may name of an endpoint: its measure and its censoring rules, and the names it is held to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from trialwright.endpoints.library import specs
from trialwright.endpoints.rules import CATALOGUE as RULE_SETS
from trialwright.model.catalogue import Spec

__all__ = ["CATALOGUE"]

CATALOGUE: Final[Sequence[Spec]] = (
    *RULE_SETS,
    *specs(),
    Spec("time to event", "measure", "Days from an origin to the first event, or to the day a subject stops counting."),
    Spec(
        "time to event of lesions",
        "measure",
        "Days from the ablation of each treated lesion to the first event of its zone; one row a lesion.",
    ),
    Spec("proportion", "measure", "Share of a set in which a condition holds."),
    Spec("worst grade", "measure", "Highest grade of an item's rows in a period, and how many rows there are."),
    Spec("listing", "measure", "A value or a best response of each subject; nothing is estimated."),
    Spec(
        "restricted mean",
        "measure",
        "Times of a parent endpoint, or to the first of a response and its event, for a mean up to a fixed time.",
    ),
    Spec("change", "measure", "Change of a number from the beginning of a period to its last value in it."),
    Spec("accuracy", "measure", "How well a marker foretells other endpoints, in subjects who have both."),
)
"""Measures of an endpoint, censoring rule sets and the endpoints of the library."""
