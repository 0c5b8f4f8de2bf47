"""Comparisons that start counting after allocation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from trialwright.model.endpoint import LESION_TIMES
from trialwright.protocol.lint._rule import Hit, LintRule
from trialwright.protocol.scope import Scope

__all__ = ["RULE"]


def _look(scope: Scope) -> Iterator[Hit]:
    allocation = scope.study.allocation
    if allocation is None or len(scope.study.arms) < 2:
        return
    for place, endpoint in enumerate(scope.study.endpoints):
        used = next(iter(endpoint.resolved().values()))
        if used.measure in ("time to event", LESION_TIMES) and used.origin != allocation.at:
            start = used.origin if isinstance(used.origin, str) else "a response"
            yield Hit(("endpoints", place, "origin"), f"{endpoint.id} starts at {start}, not at {allocation.at}")


RULE: Final = LintRule(
    "origin-after-allocation",
    "warning",
    "a time to event in a comparison starts after allocation: who never gets there drops out of one arm unevenly",
    "let it start at allocation, or report it as a sensitivity analysis",
    _look,
)
