"""Endpoints that exist in one arm of a comparison."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from trialwright.protocol.lint._rule import Hit, LintRule
from trialwright.protocol.scope import Scope

__all__ = ["RULE"]


def _look(scope: Scope) -> Iterator[Hit]:
    every = set(scope.study.arm_ids)
    sets = {entry.id: entry for entry in scope.study.analysis_sets}
    for place, endpoint in enumerate(scope.study.endpoints):
        used = next(iter(endpoint.resolved().values()))
        entry = sets.get(used.set or "")
        arms = set(used.arms or (entry.arms if entry else ()) or every)
        if arms < every:
            yield Hit(("endpoints", place), f"{endpoint.id} is measured in {', '.join(sorted(arms))} only")


RULE: Final = LintRule(
    "one-arm-endpoint",
    "warning",
    "an endpoint of a comparison is measured in some arms only: it describes, and compares nothing",
    "say so where it is reported, or measure it in every arm",
    _look,
)
