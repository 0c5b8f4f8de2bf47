"""Wei's urn: each arm drawn puts a ball of every other arm into the urn."""

from __future__ import annotations

from fractions import Fraction

from trialwright.allocation.chances import by_chances, loads
from trialwright.allocation.design import Design, Method, State, Subject

__all__ = ["METHOD"]


def _chances(design: Design, state: State, subject: Subject) -> tuple[Fraction, ...]:
    """One ball times the ratio to begin with; drawing arm j adds r_k / r_j balls of each other arm k."""
    full = loads(state.in_cell(subject.cell, len(design.arms)), design.ratio)
    balls = [part * (1 + sum(full) - load) for load, part in zip(full, design.ratio, strict=True)]
    return tuple(count / sum(balls) for count in balls)


METHOD = Method(
    "wei-urn",
    "Wei's urn U(1, 1): the arm that lags has the better chance, the less so the more subjects there are.",
    "Wei LJ. J Am Stat Assoc 1978;73:559-563 (unverified)",
    by_chances(_chances),
)
