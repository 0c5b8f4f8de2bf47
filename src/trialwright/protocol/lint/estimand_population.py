"""Estimands for other subjects than are analysed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from trialwright.protocol.lint._rule import Hit, LintRule
from trialwright.protocol.scope import Scope

__all__ = ["RULE"]


def _look(scope: Scope) -> Iterator[Hit]:
    for place, endpoint in enumerate(scope.study.endpoints):
        used = next(iter(endpoint.resolved().values()))
        if used.estimand is not None and used.set is not None and used.estimand.population != used.set:
            text = f"the estimand is about {used.estimand.population}, the endpoint is measured in {used.set}"
            yield Hit(("endpoints", place, "estimand", "population"), text)


RULE: Final = LintRule(
    "estimand-population",
    "warning",
    "the population of the estimand is not the set the endpoint is measured in",
    "name the same analysis set in both places",
    _look,
)
