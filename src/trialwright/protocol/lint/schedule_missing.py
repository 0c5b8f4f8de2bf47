"""Missed assessments that nobody schedules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from trialwright.protocol.lint._rule import Hit, LintRule
from trialwright.protocol.scope import Scope

__all__ = ["RULE"]


def _look(scope: Scope) -> Iterator[Hit]:
    scheduled = {name for visit in scope.study.visits if visit.when.every is not None for name in visit.do}
    for place, endpoint in enumerate(scope.study.endpoints):
        for definition in endpoint.resolved().values():
            missed = definition.censor is not None and definition.censor.missed_assessments is not None
            if missed and definition.assessment not in scheduled:
                text = f"no repeated visit does {definition.assessment}"
                yield Hit(("endpoints", place, "censor", "missed_assessments"), text)
                break


RULE: Final = LintRule(
    "schedule-missing",
    "error",
    "missed assessments are to be counted, and no visit schedules the series: a gap cannot be told",
    "add a visit with after and every that does the series",
    _look,
)
