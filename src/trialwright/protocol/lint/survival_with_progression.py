"""Overall survival that ends with something other than death."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from trialwright.protocol.lint._rule import Hit, LintRule
from trialwright.protocol.scope import Scope

__all__ = ["RULE"]


def _look(scope: Scope) -> Iterator[Hit]:
    for place, endpoint in enumerate(scope.study.endpoints):
        used = next(iter(endpoint.resolved().values()))
        if (
            "overall survival" in endpoint.title.casefold()
            and used.measure == "time to event"
            and used.events != ("death",)
        ):
            yield Hit(("endpoints", place, "events"), f"{endpoint.id} counts more than death, or less")


RULE: Final = LintRule(
    "survival-with-progression",
    "error",
    "an endpoint called overall survival counts something other than death",
    "list death alone under events, and keep the other reading as a definition that is not used",
    _look,
)
