"""Progression judged by whoever knows the arm."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from trialwright.protocol.lint._rule import Hit, LintRule
from trialwright.protocol.scope import Scope

__all__ = ["RULE"]


def _look(scope: Scope) -> Iterator[Hit]:
    if scope.study.study.masking != "none" or len(scope.study.arms) < 2:
        return
    readers = {series.id: series.evaluator for series in scope.study.assessments}
    for place, endpoint in enumerate(scope.study.endpoints):
        used = next(iter(endpoint.resolved().values()))
        if endpoint.role == "primary" and readers.get(used.assessment or "") == "INVESTIGATOR":
            yield Hit(
                ("endpoints", place, "assessment"),
                f"{endpoint.id} rests on the investigator's reading in an open trial",
            )


RULE: Final = LintRule(
    "open-label-reading",
    "warning",
    "an open trial whose primary endpoint rests on progression read by the investigator",
    "plan an independent reading, or say in a remark why the investigator's is enough",
    _look,
)
