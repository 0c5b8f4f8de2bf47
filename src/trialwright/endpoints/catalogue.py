"""What a study file may name as the measure of an endpoint."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from trialwright.model.catalogue import Spec

__all__ = ["CATALOGUE"]

CATALOGUE: Final[Sequence[Spec]] = (
    Spec("time to event", "measure", "Days from an origin to the first event, or to the day a subject stops counting."),
    Spec("proportion", "measure", "Share of a set in which a condition holds."),
    Spec("worst grade", "measure", "Highest grade of an item's rows in a period, and how many rows there are."),
    Spec(
        "listing", "measure", "Listed a subject; nothing is estimated, and this version writes no list.", computed=False
    ),
    Spec(
        "restricted mean",
        "measure",
        "Mean of a parent endpoint up to a time; may be stated, is not computed by this version.",
        computed=False,
    ),
    Spec(
        "change",
        "measure",
        "Change of a number or score from baseline; may be stated, is not computed by this version.",
        computed=False,
    ),
    Spec(
        "accuracy",
        "measure",
        "How well a marker foretells other endpoints; may be stated, is not computed by this version.",
        computed=False,
    ),
)
"""Measures of an endpoint."""
