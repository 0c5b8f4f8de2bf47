"""Trials of drugs or surgery without a limit on organ function."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from trialwright.model.criteria import Lab, Score
from trialwright.protocol.lint._rule import Hit, LintRule
from trialwright.protocol.scope import Scope
from trialwright.protocol.shape import walk

__all__ = ["RULE"]


def _look(scope: Scope) -> Iterator[Hit]:
    treated = any(regimen.drugs is not None or regimen.procedure is not None for regimen in scope.study.regimens)
    measured = any(
        isinstance(part, Lab | Score) and path[0] in ("inclusion", "exclusion")
        for path, part in walk(scope.study)
        if path
    )
    if treated and not measured and (scope.study.inclusion or scope.study.exclusion):
        yield Hit(("inclusion",), "no criterion rests on a laboratory value or a score")


RULE: Final = LintRule(
    "limits-absent",
    "warning",
    "drugs or an operation are given and no criterion holds a laboratory value or score: fitness is left to judgement",
    "state performance status and laboratory limits, or say in a remark that judgement is meant",
    _look,
)
