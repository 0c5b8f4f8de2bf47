"""Counts of lesions that nothing closes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from trialwright.model.criteria import Lesions
from trialwright.protocol.lint._rule import Hit, LintRule
from trialwright.protocol.scope import Scope
from trialwright.protocol.shape import walk

__all__ = ["RULE"]


def _look(scope: Scope) -> Iterator[Hit]:
    for path, part in walk(scope.study):
        if not isinstance(part, Lesions) or part.lesions.take not in ("count", "organs"):
            continue
        upper = set(part.given) & {"at_most", "below", "between", "equals"}
        if upper and part.lesions.reviewed is None:
            yield Hit((*path, "lesions"), f"{', '.join(sorted(upper))} on a number of lesions nobody says is complete")


RULE: Final = LintRule(
    "lesions-unreviewed",
    "warning",
    "an upper limit on the number of lesions without the date on which all were listed: it can never be met",
    "name the date item of the review under reviewed",
    _look,
)
