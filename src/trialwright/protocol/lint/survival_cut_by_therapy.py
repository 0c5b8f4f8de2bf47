"""Overall survival cut short by a later therapy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from trialwright.protocol.lint._rule import Hit, LintRule
from trialwright.protocol.scope import Scope

__all__ = ["RULE"]


def _look(scope: Scope) -> Iterator[Hit]:
    for place, endpoint in enumerate(scope.study.endpoints):
        used = next(iter(endpoint.resolved().values()))
        therapy = used.censor.new_therapy if used.censor is not None else None
        if "overall survival" in endpoint.title.casefold() and therapy is not None and therapy.then == "censor":
            yield Hit(("endpoints", place, "censor", "new_therapy"), f"{endpoint.id} is censored at {therapy.is_}")


RULE: Final = LintRule(
    "survival-cut-by-therapy",
    "error",
    "an endpoint called overall survival stops counting at a new therapy: deaths after it are lost",
    "remove new_therapy, or let it be ignored",
    _look,
)
