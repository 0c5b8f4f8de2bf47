"""Marker models that are to be fitted before there is a course to fit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from trialwright.protocol.lint._rule import Hit, LintRule
from trialwright.protocol.scope import Scope

__all__ = ["RULE"]


def _look(scope: Scope) -> Iterator[Hit]:
    for place, marker in enumerate(scope.study.markers):
        if marker.model is not None and marker.until == marker.from_:
            yield Hit(
                ("markers", place, "until"), f"{marker.id} begins and ends at {marker.from_}: one sample is no course"
            )


RULE: Final = LintRule(
    "marker-without-course",
    "warning",
    "a model of a serial marker has no time to see it change",
    "let the samples run on under treatment, and end them before what they are to foretell",
    _look,
)
