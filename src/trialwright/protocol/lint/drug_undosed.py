"""Drugs without a dose."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from trialwright.protocol.lint._rule import Hit, LintRule
from trialwright.protocol.scope import Scope

__all__ = ["RULE"]


def _look(scope: Scope) -> Iterator[Hit]:
    for place, regimen in enumerate(scope.study.regimens):
        if regimen.drugs == "unspecified":
            yield Hit(("regimens", place, "drugs"), f"the drugs of {regimen.id} are not stated")
        for index, drug in enumerate(regimen.drugs if isinstance(regimen.drugs, tuple) else ()):
            if drug.dose is None:
                yield Hit(("regimens", place, "drugs", index), f"no dose of {drug.drug} is stated")


RULE: Final = LintRule(
    "drug-undosed",
    "warning",
    "a regimen whose drugs or doses are not stated: it cannot be given from this file, and blocks activation",
    "state drug, dose, per and days",
    _look,
)
