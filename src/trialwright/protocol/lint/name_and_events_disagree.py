"""Endpoints whose name promises other events than they count."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from trialwright.protocol.lint._named import TIME, events_of, kind_named, used_definition
from trialwright.protocol.lint._rule import Hit, LintRule
from trialwright.protocol.scope import Scope

__all__ = ["RULE"]


def _look(scope: Scope) -> Iterator[Hit]:
    for place, endpoint in enumerate(scope.study.endpoints):
        kind, used = kind_named(scope, endpoint), used_definition(endpoint)
        if kind is None or used.measure != TIME or TIME not in kind.measures:
            continue
        counted = events_of(used)
        for event in kind.counts:
            if event not in counted:
                yield Hit(("endpoints", place, "events"), f"{endpoint.id} is called {kind.id} and leaves out {event}")
        for event in kind.never:
            if event in counted:
                yield Hit(("endpoints", place, "events"), f"{endpoint.id} is called {kind.id} and counts {event}")


RULE: Final = LintRule(
    "name-and-events-disagree",
    "error",
    "an endpoint has the name of one thing and counts another: readers will take it for what it is not",
    "count the events its name promises, or give it the name of what it counts",
    _look,
)
