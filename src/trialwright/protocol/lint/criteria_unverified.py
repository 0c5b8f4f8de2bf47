"""Response criteria without a definition that was checked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from trialwright.protocol.lint._rule import Hit, LintRule
from trialwright.protocol.scope import Scope

__all__ = ["RULE"]


def _look(scope: Scope) -> Iterator[Hit]:
    for place, series in enumerate(scope.study.assessments):
        spec = scope.catalogue.find("response criteria", series.criteria)
        if spec is not None and spec.certainty == "unverified":
            yield Hit(("assessments", place, "criteria"), f"{series.criteria}: its definition was not checked")


RULE: Final = LintRule(
    "criteria-unverified",
    "warning",
    "response is read by criteria whose text this version could not be checked against",
    "let the protocol state which lesions count, how they are measured and what progression is",
    _look,
)
