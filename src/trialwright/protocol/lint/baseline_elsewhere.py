"""Progression that is counted from one day and judged against the scan before another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from trialwright.protocol.lint._named import events_of, used_definition
from trialwright.protocol.lint._rule import Hit, LintRule
from trialwright.protocol.scope import Scope

__all__ = ["RULE"]


def _look(scope: Scope) -> Iterator[Hit]:
    study = scope.study
    before = {series.id: series.baseline.last_before for series in study.assessments}
    for place, endpoint in enumerate(study.endpoints):
        used = used_definition(endpoint)
        if not isinstance(used.origin, str) or "progression" not in events_of(used):
            continue
        baseline = before.get(used.assessment or "")
        if baseline is not None and baseline != used.origin:
            text = f"{endpoint.id} starts at {used.origin}, and {used.assessment} has its baseline before {baseline}"
            yield Hit(("endpoints", place, "assessment"), text)


RULE: Final = LintRule(
    "baseline-elsewhere",
    "warning",
    "what is left at the origin is not what progression is measured against",
    "take the last scan before the origin as baseline, or say in a remark why another serves",
    _look,
)
