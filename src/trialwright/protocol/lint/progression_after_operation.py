"""Progression-free survival counted from an operation that removes the tumour."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from trialwright.protocol.lint._named import each_definition, kind_named
from trialwright.protocol.lint._rule import Hit, LintRule
from trialwright.protocol.scope import Scope

__all__ = ["RULE"]


def _look(scope: Scope) -> Iterator[Hit]:
    study = scope.study
    removals = {series.planned_removal.procedure for series in study.assessments if series.planned_removal is not None}
    removals |= {regimen.procedure for regimen in study.regimens if regimen.procedure is not None}
    operations = {name for name, point in study.time_points.items() if point.item in removals}
    for path, endpoint, name, definition in each_definition(scope):
        kind = kind_named(scope, endpoint)
        if kind is not None and kind.id == "progression-free survival" and definition.origin in operations:
            where = "" if name == "used" else f" in its definition {name}"
            yield Hit((*path, "origin"), f"{endpoint.id} starts at {definition.origin}{where}")


RULE: Final = LintRule(
    "progression-after-operation",
    "warning",
    "after complete removal there is nothing left to progress: what is seen is a recurrence",
    "call it disease-free survival, and state how subjects with a gross residue count",
    _look,
)
