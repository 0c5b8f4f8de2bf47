"""Durations that do not start where the thing they last begins."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from trialwright.model.endpoint import FirstResponse
from trialwright.protocol.lint._named import TIME, each_definition
from trialwright.protocol.lint._rule import Hit, LintRule
from trialwright.protocol.scope import Scope

__all__ = ["RULE"]


def _look(scope: Scope) -> Iterator[Hit]:
    for path, endpoint, name, definition in each_definition(scope):
        lasts = endpoint.title.casefold().startswith("duration of") and definition.measure == TIME
        if lasts and not isinstance(definition.origin, FirstResponse):
            where = "" if name == "used" else f" in its definition {name}"
            yield Hit((*path, "origin"), f"{endpoint.id} starts at {definition.origin}{where} and not at a response")


RULE: Final = LintRule(
    "duration-from-treatment",
    "warning",
    "a duration starts before the thing that lasts: it counts the way there, and everybody who never got there",
    "let it start at the first response",
    _look,
)
