"""Statements nobody gave a source or a reason for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from trialwright.protocol.lint._rule import Hit, LintRule
from trialwright.protocol.provenance import unreasoned_paths
from trialwright.protocol.scope import Scope

__all__ = ["RULE"]


def _look(scope: Scope) -> Iterator[Hit]:
    for path in unreasoned_paths(scope.study):
        yield Hit(path, "nobody says where this comes from")


RULE: Final = LintRule(
    "assumption-unreasoned",
    "warning",
    "a statement about the trial without a source, or an assumption without who made it: it blocks confirmation",
    "add source: {record: …}, {inferred: …, from: …} or {assumption: why, by: role}",
    _look,
)
