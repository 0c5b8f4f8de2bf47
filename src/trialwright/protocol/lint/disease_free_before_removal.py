"""Disease-free survival that starts while there is disease."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from trialwright.protocol.lint._named import kind_named, used_definition
from trialwright.protocol.lint._rule import Hit, LintRule
from trialwright.protocol.scope import Scope

__all__ = ["RULE"]


def _look(scope: Scope) -> Iterator[Hit]:
    study = scope.study
    removed = {series.id for series in study.assessments if series.planned_removal is not None}
    gates = set(study.gates)
    for place, endpoint in enumerate(study.endpoints):
        kind, used = kind_named(scope, endpoint), used_definition(endpoint)
        early = used.origin in gates and used.assessment in removed
        if kind is not None and kind.id == "disease-free survival" and early:
            text = f"{endpoint.id} starts at {used.origin}, before the disease is removed"
            yield Hit(("endpoints", place, "origin"), text)


RULE: Final = LintRule(
    "disease-free-before-removal",
    "warning",
    "nobody is free of disease yet when the clock starts, and one arm may be treated longer before removal",
    "state what counts for subjects never rendered free, or call it event-free survival",
    _look,
)
