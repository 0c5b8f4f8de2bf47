"""Permuted blocks of hidden sizes within each stratum."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Final

from trialwright.allocation.chances import counted, drawn_arm
from trialwright.allocation.design import Design, Drawn, Hidden, Method, State, Subject, Uniforms

__all__ = ["METHOD"]

# A block of one round of two subjects is guessed too well: the second is certain.
_MIN_BLOCK: Final = 3


def _step(design: Design, state: State, subject: Subject, u: Uniforms) -> Drawn:
    left = state.blocks.get(subject.cell, ())
    if not any(left):
        sizes = design.hidden.sizes
        rounds = sizes[int(u.opening * len(sizes))] // design.round_length
        left = tuple(rounds * part for part in design.ratio)
    remaining = sum(left)
    chances = tuple(Fraction(count, remaining) for count in left)
    arm = drawn_arm(chances, u.drawing)
    after = counted(state, subject.cell, arm, len(design.arms))
    block = tuple(count - (place == arm) for place, count in enumerate(left))
    return Drawn(design.arms[arm], chances[arm], State(after.counts, {**state.blocks, subject.cell: block}))


def _hidden(design: Design, below: Callable[[int], int]) -> Hidden:
    fewest = 1 if design.round_length >= _MIN_BLOCK else 2
    rounds = [fewest, fewest + 1, fewest + 2]
    if below(2):
        rounds.pop(below(len(rounds)))
    return Hidden(sizes=tuple(count * design.round_length for count in rounds))


def _check(design: Design) -> str:
    sizes = design.hidden.sizes
    if not sizes or any(size < 1 or size % design.round_length for size in sizes):
        return f"a block size is missing or is no multiple of {design.round_length}, the sum of the ratio"
    return ""


METHOD = Method(
    "permuted-blocks",
    "Permuted blocks: within a stratum all orders of a block are equally likely, and so is each of its hidden sizes.",
    "Matts JP, Lachin JM. Control Clin Trials 1988;9:327-344 (unverified)",
    _step,
    hidden=_hidden,
    check=_check,
)
