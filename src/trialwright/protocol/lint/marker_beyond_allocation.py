"""Marker windows that reach into the time after allocation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from trialwright.protocol.lint._rule import Hit, LintRule
from trialwright.protocol.scope import Scope

__all__ = ["RULE"]


def _look(scope: Scope) -> Iterator[Hit]:
    allocation = scope.study.allocation
    if allocation is None:
        return
    for place, marker in enumerate(scope.study.markers):
        if marker.from_ != allocation.at and marker.until is None:
            reach = f"for {marker.within.text}" if marker.within is not None else "without an end"
            yield Hit(("markers", place), f"samples count from {marker.from_} {reach}, whatever {allocation.at} brings")


RULE: Final = LintRule(
    "marker-beyond-allocation",
    "warning",
    "a marker's window that may run past allocation: samples taken under the allocated treatment would count",
    "end it with until: and the time point of allocation, or say in a remark that it is meant",
    _look,
)
