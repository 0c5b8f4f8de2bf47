"""Studies without a primary endpoint."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from trialwright.protocol.lint._rule import Hit, LintRule
from trialwright.protocol.scope import Scope

__all__ = ["RULE"]


def _look(scope: Scope) -> Iterator[Hit]:
    if all(endpoint.role != "primary" for endpoint in scope.study.endpoints):
        yield Hit(("endpoints",), "no endpoint is primary")


RULE: Final = LintRule(
    "primary-missing",
    "error",
    "no endpoint has the role primary: nothing says what the trial is decided on",
    "give one endpoint the role primary",
    _look,
)
