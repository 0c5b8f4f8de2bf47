"""Markers that decide on eligibility without saying so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from trialwright.model.criteria import QuantityIs, Response
from trialwright.protocol.lint._rule import Hit, LintRule
from trialwright.protocol.scope import Scope
from trialwright.protocol.shape import walk

__all__ = ["RULE"]


def _look(scope: Scope) -> Iterator[Hit]:
    silent = {marker.id for marker in scope.study.markers if "eligibility" not in marker.used_for}
    for path, part in walk(scope.study):
        if path[:1] not in (("inclusion",), ("exclusion",)):
            continue
        if isinstance(part, Response) and part.response.of in silent:
            yield Hit((*path, "response", "of"), f'"{part.response.of}" decides here on eligibility')
        elif isinstance(part, QuantityIs) and part.quantity.of in silent:
            yield Hit((*path, "quantity", "of"), f'"{part.quantity.of}" decides here on eligibility')


RULE: Final = LintRule(
    "marker-use-unsaid",
    "warning",
    "a criterion rests on a marker whose used_for does not name eligibility",
    "add eligibility to used_for of the marker",
    _look,
)
