"""Histories that nothing closes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from trialwright.model.criteria import History
from trialwright.protocol.lint._rule import Hit, LintRule
from trialwright.protocol.scope import Scope
from trialwright.protocol.shape import walk

__all__ = ["RULE"]


def _look(scope: Scope) -> Iterator[Hit]:
    for path, part in walk(scope.study):
        if isinstance(part, History) and part.history.reviewed is None:
            yield Hit((*path, "history"), f'the history of "{part.history.of}" can never be answered no')


RULE: Final = LintRule(
    "history-unreviewed",
    "warning",
    "a history without the date of a complete review: no row then means not known, never no",
    "name the date item of the review under reviewed",
    _look,
)
