"""Allocation without strata."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from trialwright.protocol.lint._rule import Hit, LintRule
from trialwright.protocol.scope import Scope

__all__ = ["RULE"]


def _look(scope: Scope) -> Iterator[Hit]:
    allocation = scope.study.allocation
    if (
        allocation is not None
        and len(scope.study.arms) > 1
        and not allocation.strata
        and allocation.method != "unstated"
    ):
        yield Hit(("allocation", "strata"), "subjects are allocated without strata")


RULE: Final = LintRule(
    "strata-unstated",
    "warning",
    "two arms or more and no stratum: what matters for the outcome may fall unevenly (SPIRIT item on allocation)",
    "name the strata, or say in a remark that none are wanted",
    _look,
)
