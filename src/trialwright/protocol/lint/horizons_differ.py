"""Ends of follow-up that differ within a trial."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from trialwright.protocol.lint._named import used_definition
from trialwright.protocol.lint._rule import Hit, LintRule
from trialwright.protocol.scope import Scope

__all__ = ["RULE"]


def _look(scope: Scope) -> Iterator[Hit]:
    first: dict[tuple[str, str], str] = {}
    for place, endpoint in enumerate(scope.study.endpoints):
        horizon = used_definition(endpoint).horizon
        if horizon is None:
            continue
        end = (horizon.of.text, horizon.from_)
        if first and end not in first:
            other, known = next(iter(first.items()))
            text = f"{endpoint.id} runs {' from '.join(end)}, {known} runs {' from '.join(other)}"
            yield Hit(("endpoints", place, "horizon"), text)
        first.setdefault(end, endpoint.id)


RULE: Final = LintRule(
    "horizons-differ",
    "warning",
    "endpoints of one trial are followed for different times or from different days: one follow-up cannot serve both",
    "give all of them one end, or say in a remark why they differ",
    _look,
)
