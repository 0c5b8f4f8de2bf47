"""More than one primary endpoint."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from trialwright.protocol.lint._rule import Hit, LintRule
from trialwright.protocol.scope import Scope

__all__ = ["RULE"]


def _look(scope: Scope) -> Iterator[Hit]:
    primary = [place for place, endpoint in enumerate(scope.study.endpoints) if endpoint.role == "primary"]
    for place in primary[1:]:
        yield Hit(
            ("endpoints", place, "role"),
            f"{scope.study.endpoints[place].id} is one of {len(primary)} primary endpoints",
        )


RULE: Final = LintRule(
    "primary-several",
    "warning",
    "several primary endpoints and no plan for multiplicity in the language: the error rate is that of neither alone",
    "keep one primary endpoint, or say in a remark how the error rate is shared",
    _look,
)
