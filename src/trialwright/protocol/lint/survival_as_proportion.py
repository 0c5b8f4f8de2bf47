"""Times to an event that are measured as a share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from trialwright.protocol.lint._named import TIME, kind_named, used_definition
from trialwright.protocol.lint._rule import Hit, LintRule
from trialwright.protocol.scope import Scope

__all__ = ["RULE"]


def _look(scope: Scope) -> Iterator[Hit]:
    for place, endpoint in enumerate(scope.study.endpoints):
        kind = kind_named(scope, endpoint)
        if kind is not None and TIME in kind.measures and used_definition(endpoint).measure == "proportion":
            yield Hit(("endpoints", place, "measure"), f"{endpoint.id} is called {kind.id} and is a share of subjects")


RULE: Final = LintRule(
    "survival-as-proportion",
    "error",
    "an endpoint has the name of a time and is a crude share: subjects followed for a shorter time are lost to it",
    "make it a time to event with a milestone, or name it after the share",
    _look,
)
