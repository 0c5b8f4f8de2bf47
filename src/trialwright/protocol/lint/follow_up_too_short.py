"""Trials that end before a subject can be followed long enough."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from trialwright.protocol.lint._rule import Hit, LintRule
from trialwright.protocol.scope import Scope

__all__ = ["RULE"]


def _look(scope: Scope) -> Iterator[Hit]:
    dates = scope.study.study.dates
    if dates is None or dates.start is None or dates.completion is None:
        return
    for place, endpoint in enumerate(scope.study.endpoints):
        used = next(iter(endpoint.resolved().values()))
        if endpoint.role != "primary" or used.horizon is None:
            continue
        earliest = date.fromisoformat(dates.start) + timedelta(days=float(used.horizon.of.days))
        short = (earliest - date.fromisoformat(dates.completion)).days
        if short > 0:
            text = f"the first subject could be followed to the end only {short} days after completion"
            yield Hit(("endpoints", place, "horizon"), text)


RULE: Final = LintRule(
    "follow-up-too-short",
    "error",
    "start and horizon of a primary endpoint together lie after the completion of the trial",
    "correct the dates or the horizon",
    _look,
)
