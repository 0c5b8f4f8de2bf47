"""Primary endpoints without exactly one primary analysis."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from trialwright.protocol.lint._rule import Hit, LintRule
from trialwright.protocol.scope import Scope

__all__ = ["RULE"]


def _look(scope: Scope) -> Iterator[Hit]:
    primary = [endpoint.id for endpoint in scope.study.endpoints if endpoint.role == "primary"]
    for place, endpoint in enumerate(scope.study.endpoints):
        count = sum(1 for entry in scope.study.analyses if entry.endpoint == endpoint.id and entry.role == "primary")
        if endpoint.id in primary and count != 1:
            yield Hit(("endpoints", place), f"{endpoint.id} has {count} primary analyses")
    for place, analysis in enumerate(scope.study.analyses):
        if analysis.role == "primary" and analysis.endpoint not in primary:
            yield Hit(("analyses", place, "role"), f"{analysis.endpoint} is not a primary endpoint")


RULE: Final = LintRule(
    "primary-analysis",
    "error",
    "a primary endpoint needs exactly one analysis of role primary, and no other endpoint has one",
    "give one analysis of each primary endpoint the role primary",
    _look,
)
