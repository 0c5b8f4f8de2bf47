"""Facts that are asked for and used nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from trialwright.protocol.lint._rule import Hit, LintRule
from trialwright.protocol.scope import Scope
from trialwright.protocol.shape import walk

__all__ = ["RULE"]


def _words(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple | list):
        for entry in value:
            yield from _words(entry)
    elif isinstance(value, dict):
        for entry in value.values():
            yield from _words(entry)


def _look(scope: Scope) -> Iterator[Hit]:
    named: set[str] = set()
    for path, part in walk(scope.study):
        if path[:1] not in ((), ("items",), ("scenario",)):
            for value in part.__dict__.values():
                named.update(_words(value))
    for name in scope.study.items:
        if name not in named:
            yield Hit(("items", name), f'"{name}" is used nowhere')


RULE: Final = LintRule(
    "item-unused",
    "info",
    "an item that no time point, criterion, visit, endpoint or analysis names: it would be collected for nothing",
    "use it, or remove it",
    _look,
)
