"""Arms without a ratio."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from trialwright.protocol.lint._rule import Hit, LintRule
from trialwright.protocol.scope import Scope

__all__ = ["RULE"]


def _look(scope: Scope) -> Iterator[Hit]:
    if len(scope.study.arms) < 2:
        return
    for place, arm in enumerate(scope.study.arms):
        if arm.ratio is None:
            yield Hit(("arms", place, "ratio"), f"{arm.id} has no ratio")


RULE: Final = LintRule(
    "ratio-unstated",
    "warning",
    "two arms or more and no ratio: subjects cannot be allocated, and power cannot be judged",
    "state the ratio of every arm",
    _look,
)
