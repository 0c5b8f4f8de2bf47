"""Estimands that say one thing and censoring that does another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from trialwright.model.endpoint import Definition, Endpoint
from trialwright.protocol.lint._rule import Hit, LintRule
from trialwright.protocol.scope import Scope

__all__ = ["RULE"]

_FITS: Final = {"treatment policy": "ignore", "hypothetical": "censor", "composite": "event"}


def _used(endpoint: Endpoint) -> Definition:
    return next(iter(endpoint.resolved().values()))


def _look(scope: Scope) -> Iterator[Hit]:
    for place, endpoint in enumerate(scope.study.endpoints):
        used = _used(endpoint)
        if used.estimand is None or used.censor is None or used.censor.new_therapy is None:
            continue
        then = used.censor.new_therapy.then
        for index, intercurrent in enumerate(used.estimand.intercurrent):
            fits = _FITS.get(intercurrent.strategy)
            if fits is not None and "new" in intercurrent.event and "therap" in intercurrent.event and then != fits:
                text = f"a new therapy is met with {intercurrent.strategy}, and censoring says {then}"
                yield Hit(("endpoints", place, "estimand", "intercurrent", index), text)


RULE: Final = LintRule(
    "estimand-contradiction",
    "error",
    "the strategy for a new therapy does not fit what censoring makes of it (ICH E9(R1))",
    "treatment policy goes with ignore, hypothetical with censor, composite with event",
    _look,
)
