"""What a study must hold beyond its shape, one concern a module; every check yields faults and stops at none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from trialwright.protocol.checks import analyses, criteria, endpoints, header, items, scenario, schedule, sources
from trialwright.protocol.problems import Fault
from trialwright.protocol.scope import Scope

__all__ = ["CHECKS"]

CHECKS: Final[tuple[Callable[[Scope], Iterator[Fault]], ...]] = (
    header.check,
    items.check,
    criteria.check,
    schedule.check,
    endpoints.check,
    analyses.check,
    scenario.check,
    sources.check,
)
"""Checks in the order of the language."""
