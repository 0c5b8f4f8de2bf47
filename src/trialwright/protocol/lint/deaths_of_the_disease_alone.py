"""Disease-free and progression-free survival that count some deaths only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from trialwright.model.endpoint import EventWhen
from trialwright.protocol.lint._named import kind_named, used_definition
from trialwright.protocol.lint._rule import Hit, LintRule
from trialwright.protocol.scope import Scope

__all__ = ["RULE"]


def _look(scope: Scope) -> Iterator[Hit]:
    for place, endpoint in enumerate(scope.study.endpoints):
        kind, used = kind_named(scope, endpoint), used_definition(endpoint)
        if kind is None or not {"progression", "death"} <= set(kind.counts):
            continue
        events = used.events or ()
        limited = any(isinstance(event, EventWhen) and event.event == "death" for event in events)
        if limited and "death" not in events:
            yield Hit(("endpoints", place, "events"), f"{endpoint.id} counts some deaths and not all")


RULE: Final = LintRule(
    "deaths-of-the-disease-alone",
    "error",
    "an endpoint that is free of progression or disease counts deaths of some causes only",
    "count death from any cause, or report the cause-specific reading beside it",
    _look,
)
