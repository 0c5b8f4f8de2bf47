"""Questions that block the next state."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from trialwright.protocol.lint._rule import Hit, LintRule
from trialwright.protocol.scope import Scope

__all__ = ["RULE"]


def _look(scope: Scope) -> Iterator[Hit]:
    for place, point in enumerate(scope.study.open_points):
        if point.blocks is not None:
            yield Hit(("open_points", place), f"blocks {point.blocks}: {point.ask}")


RULE: Final = LintRule(
    "open-point-blocking",
    "info",
    "an open point that must be answered before the study can be confirmed or activated",
    "answer it, change the statement if need be, and take the point out",
    _look,
)
