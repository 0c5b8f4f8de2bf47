"""Horizons that run from the first subject and cut everybody else short."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from trialwright.protocol.lint._named import used_definition
from trialwright.protocol.lint._rule import Hit, LintRule
from trialwright.protocol.scope import Scope

__all__ = ["RULE"]


def _look(scope: Scope) -> Iterator[Hit]:
    for place, endpoint in enumerate(scope.study.endpoints):
        used = used_definition(endpoint)
        horizon, milestones = used.horizon, used.milestones or ()
        if horizon is None or horizon.from_ != "first enrolment" or horizon.is_ != "administrative censoring":
            continue
        if any(milestone.days >= horizon.of.days for milestone in milestones):
            text = f"{endpoint.id} ends {horizon.of.text} after the first enrolment; only the first subject gets there"
            yield Hit(("endpoints", place, "horizon", "from"), text)


RULE: Final = LintRule(
    "horizon-from-first-enrolment",
    "error",
    "a time frame counted from the first subject cannot reach a milestone of later subjects",
    "count the horizon from each subject's origin, or from the last enrolment",
    _look,
)
