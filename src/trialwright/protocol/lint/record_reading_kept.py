"""Definitions that are kept as recorded although they say what their name does not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from trialwright.protocol.lint._named import TIME, events_of, kind_named
from trialwright.protocol.lint._rule import Hit, LintRule
from trialwright.protocol.scope import Scope

__all__ = ["RULE"]


def _look(scope: Scope) -> Iterator[Hit]:
    for place, endpoint in enumerate(scope.study.endpoints):
        kind = kind_named(scope, endpoint)
        if kind is None or TIME not in kind.measures:
            continue
        for name, definition in list(endpoint.resolved().items())[1:]:
            counted = events_of(definition)
            wrong = [f"leaves out {event}" for event in kind.counts if event not in counted]
            wrong += [f"counts {event}" for event in kind.never if event in counted]
            if definition.measure == TIME and wrong:
                text = f"{name} {' and '.join(wrong)}, unlike {kind.id}"
                yield Hit(("endpoints", place, "definitions", name), text)


RULE: Final = LintRule(
    "record-reading-kept",
    "info",
    "a definition that is not reported differs from what the endpoint's name promises",
    "nothing, if it is there to show what the record says",
    _look,
)
