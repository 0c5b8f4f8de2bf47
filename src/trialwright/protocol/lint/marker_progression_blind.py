"""Progression by a marker that an operation in one arm hides."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from trialwright.protocol.lint._rule import Hit, LintRule
from trialwright.protocol.scope import Scope

__all__ = ["RULE"]


def _look(scope: Scope) -> Iterator[Hit]:
    study = scope.study
    procedures = [regimen.id for regimen in study.regimens if regimen.procedure is not None]
    given = [set(arm.gives) if isinstance(arm.gives, tuple) else set() for arm in study.arms]
    of_some = [
        name for name in procedures if any(name in each for each in given) and not all(name in each for each in given)
    ]
    for place, marker in enumerate(study.markers):
        analysed = "analysis" in marker.used_for and marker.criteria is not None
        if analysed and of_some and not marker.ignore_after:
            yield Hit(
                ("markers", place, "used_for"), f"{marker.id} counts right after {of_some[0]}, which some arms have"
            )


RULE: Final = LintRule(
    "marker-progression-blind",
    "warning",
    "after an operation on the peritoneum the marker cannot be judged for four weeks, in one arm alone (GCIG)",
    "state ignore_after for the procedure, and count the weeks it hides in both arms",
    _look,
)
