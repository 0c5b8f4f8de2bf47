"""Exclusions worded as the absence of something."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from trialwright.protocol.lint._rule import Hit, LintRule
from trialwright.protocol.scope import Scope

__all__ = ["RULE"]


def _look(scope: Scope) -> Iterator[Hit]:
    for place, criterion in enumerate(scope.study.exclusion):
        first = criterion.text.split()[0].casefold()
        if first in ("no", "not", "absence", "without", "lack"):
            yield Hit(("exclusion", place, "text"), f'"{criterion.text}" excludes who lacks something')


RULE: Final = LintRule(
    "exclusion-negated",
    "info",
    "an exclusion that begins with a negation is easily answered the wrong way round",
    "word it as what excludes",
    _look,
)
