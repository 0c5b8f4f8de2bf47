"""Eligibility that is not stated."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from trialwright.protocol.lint._rule import Hit, LintRule
from trialwright.protocol.scope import Scope

__all__ = ["RULE"]


def _look(scope: Scope) -> Iterator[Hit]:
    if not scope.study.inclusion and not scope.study.exclusion:
        yield Hit(("inclusion",), "there is neither an inclusion nor an exclusion criterion")


RULE: Final = LintRule(
    "eligibility-empty",
    "error",
    "no criterion: whoever is screened cannot be told eligible",
    "state the inclusion and exclusion criteria",
    _look,
)
