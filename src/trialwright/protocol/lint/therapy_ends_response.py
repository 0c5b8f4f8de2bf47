"""Durations of response that a later therapy ends."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from trialwright.model.items import item_place
from trialwright.protocol.lint._named import events_of, used_definition
from trialwright.protocol.lint._rule import Hit, LintRule
from trialwright.protocol.scope import Scope

__all__ = ["RULE"]


def _look(scope: Scope) -> Iterator[Hit]:
    study = scope.study
    for place, endpoint in enumerate(study.endpoints):
        if "duration of" not in endpoint.title.casefold():
            continue
        for event in sorted(events_of(used_definition(endpoint)) & set(study.items)):
            if item_place(study, event).domain == "CM":
                text = f"{endpoint.id} counts {event} as the end of a response"
                yield Hit(("endpoints", place, "events"), text)


RULE: Final = LintRule(
    "therapy-ends-response",
    "warning",
    "a response ends by treatment and not by disease: whoever is bridged to a transplant loses it by design",
    "report the duration that ignores the later therapy beside it",
    _look,
)
