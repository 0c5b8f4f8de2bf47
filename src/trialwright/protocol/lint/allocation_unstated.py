"""Arms nobody says how to draw."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from trialwright.protocol.lint._rule import Hit, LintRule
from trialwright.protocol.scope import Scope

__all__ = ["RULE"]


def _look(scope: Scope) -> Iterator[Hit]:
    allocation = scope.study.allocation
    if len(scope.study.arms) < 2:
        return
    if allocation is None:
        yield Hit(("allocation",), "no allocation is stated")
    elif allocation.method == "unstated":
        yield Hit(("allocation", "method"), "the method is left unstated")


RULE: Final = LintRule(
    "allocation-unstated",
    "error",
    "two arms or more and no method of allocation: neither a randomised nor any other comparison is stated",
    "state at and method under allocation",
    _look,
)
