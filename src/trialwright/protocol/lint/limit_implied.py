"""Upper limits of normal that two bounds imply."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from trialwright.model.criteria import Lab
from trialwright.model.values import Quantity
from trialwright.protocol.lint._rule import Hit, LintRule
from trialwright.protocol.scope import Scope
from trialwright.protocol.shape import walk

__all__ = ["RULE"]


def _look(scope: Scope) -> Iterator[Hit]:
    for path, part in walk(scope.study):
        if not isinstance(part, Lab) or part.x_uln is None:
            continue
        for key in ("at_most", "below", "at_least", "above"):
            bound, multiple = getattr(part, key), getattr(part.x_uln, key)
            if bound is not None and multiple is not None and Decimal(multiple) > 0 and " " in bound:
                quantity = Quantity.parse(bound)
                implied = (quantity.value / Decimal(multiple)).normalize()
                yield Hit(
                    path, f"{bound} and {multiple} times the upper limit imply a limit of {implied:f} {quantity.unit}"
                )


RULE: Final = LintRule(
    "limit-implied",
    "info",
    "a bound and a multiple of the upper limit of normal stand together: their ratio is the limit that was had in mind",
    "check that the laboratories' upper limits are near it, and say with governing which bound decides",
    _look,
)
