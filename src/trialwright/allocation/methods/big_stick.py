"""The big stick: chance alone until the imbalance reaches a hidden limit, then the arm that lags."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Final

from trialwright.allocation.chances import by_chances, loads
from trialwright.allocation.design import Design, Hidden, Method, State, Subject

__all__ = ["METHOD"]

_LIMITS: Final = (2, 3, 4)


def _chances(design: Design, state: State, subject: Subject) -> tuple[Fraction, ...]:
    full = loads(state.in_cell(subject.cell, len(design.arms)), design.ratio)
    allowed = [
        part if load + Fraction(1, part) - min(full) <= design.hidden.limit else 0
        for load, part in zip(full, design.ratio, strict=True)
    ]
    return tuple(Fraction(part, sum(allowed)) for part in allowed)


def _hidden(_design: Design, below: Callable[[int], int]) -> Hidden:
    return Hidden(limit=_LIMITS[below(len(_LIMITS))])


def _check(design: Design) -> str:
    return "" if design.hidden.limit >= 1 else "the limit of imbalance is missing or below 1"


METHOD = Method(
    "big-stick",
    "Big stick: by chance until the imbalance of a stratum reaches a hidden limit, then the arm that lags.",
    "Soares JF, Wu CFJ. Commun Stat Theory Methods 1983;12:2017-2034 (unverified)",
    by_chances(_chances),
    hidden=_hidden,
    check=_check,
)
