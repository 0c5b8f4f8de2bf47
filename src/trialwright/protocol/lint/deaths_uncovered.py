"""Deaths split by cause that leave a cause out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from trialwright.model.criteria import ItemIs
from trialwright.model.endpoint import Event, EventWhen
from trialwright.protocol.lint._rule import Hit, LintRule
from trialwright.protocol.scope import Scope

__all__ = ["RULE"]


def _split(events: tuple[Event, ...]) -> dict[str, set[str]]:
    """Codes of each cause item by which deaths are told apart."""
    found: dict[str, set[str]] = {}
    for event in events:
        if isinstance(event, EventWhen) and event.event == "death" and isinstance(event.when, ItemIs):
            codes = event.when.in_ or ((event.when.equals,) if event.when.equals is not None else ())
            found.setdefault(event.when.item, set()).update(codes)
    return found


def _look(scope: Scope) -> Iterator[Hit]:
    for place, endpoint in enumerate(scope.study.endpoints):
        for definition in endpoint.resolved().values():
            events = (*(definition.events or ()), *(definition.competing or ()))
            if "death" in events:
                continue
            for name, codes in _split(events).items():
                item = scope.study.items.get(name)
                left = [code for code in (item.values or {} if item else {}) if code not in codes]
                if left:
                    yield Hit(("endpoints", place), f"deaths of {name} {', '.join(left)} are not covered")


RULE: Final = LintRule(
    "deaths-uncovered",
    "error",
    "deaths are told apart by cause, and a cause is neither an event nor competing: such a subject would live on",
    "name every code of the cause in events or in competing",
    _look,
)
