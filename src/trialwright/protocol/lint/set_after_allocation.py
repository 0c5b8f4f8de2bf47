"""Comparisons in subjects chosen after allocation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from trialwright.protocol.lint._rule import Hit, LintRule
from trialwright.protocol.scope import Scope

__all__ = ["RULE"]


def _look(scope: Scope) -> Iterator[Hit]:
    allocation = scope.study.allocation
    if allocation is None or len(scope.study.arms) < 2:
        return
    sets = {entry.id: entry for entry in scope.study.analysis_sets}
    for place, endpoint in enumerate(scope.study.endpoints):
        used = next(iter(endpoint.resolved().values()))
        entry = sets.get(used.set or "")
        if used.measure == "time to event" and entry is not None and (entry.reached != allocation.at or entry.exclude):
            yield Hit(("endpoints", place, "set"), f"{endpoint.id} is measured in {entry.id}, not in all allocated")


RULE: Final = LintRule(
    "set-after-allocation",
    "warning",
    "the arms are compared in a set that is reached after allocation or leaves subjects out: arms are no longer alike",
    "measure it in all allocated, and in the smaller set as a sensitivity analysis",
    _look,
)
