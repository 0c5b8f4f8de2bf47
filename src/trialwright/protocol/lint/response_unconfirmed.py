"""Responses that decide a trial of one arm and need no confirmation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from trialwright.model.criteria import Response
from trialwright.protocol.lint._named import used_definition
from trialwright.protocol.lint._rule import Hit, LintRule
from trialwright.protocol.scope import Scope

__all__ = ["RULE"]


def _look(scope: Scope) -> Iterator[Hit]:
    study = scope.study
    if len(study.arms) != 1:
        return
    silent = {series.id for series in study.assessments if series.confirmation is None}
    for place, endpoint in enumerate(study.endpoints):
        success = used_definition(endpoint).success
        if endpoint.role == "primary" and isinstance(success, Response) and success.response.of in silent:
            text = f"{success.response.of} does not say whether a response must be confirmed"
            yield Hit(("endpoints", place, "success"), text)


RULE: Final = LintRule(
    "response-unconfirmed",
    "warning",
    "one arm is judged by its responses and no confirmation is stated, which RECIST 1.1 asks for there",
    "state confirmation: {needed, after} in the series",
    _look,
)
