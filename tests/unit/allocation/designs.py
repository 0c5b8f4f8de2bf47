"""Designs to draw from, and every way a trial can go with its probability."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from trialwright.allocation.design import NOTHING_DRAWN, Design, Drawn, Factor, Hidden, State, Subject, Uniforms
from trialwright.allocation.engine import METHODS

HALF = Fraction(1, 2)


def design(method: str, ratio: tuple[int, ...] = (1, 1), **more: object) -> Design:
    """A design of that method with parameters that fit it."""
    given: dict[str, object] = {"probability": METHODS[method].default_probability}
    if method == "permuted-blocks":
        given["hidden"] = Hidden(sizes=(2 * sum(ratio), 3 * sum(ratio)))
    if method == "big-stick":
        given["hidden"] = Hidden(limit=2)
    if method == "minimisation":
        given["factors"] = (Factor("sex", ("F", "M")), Factor("site", ("1", "2", "3")))
    arms = tuple("ABCDE"[: len(ratio)])
    return Design("x", METHODS[method].id, arms, ratio, **{**given, **more})  # type: ignore[arg-type]


def branches(of: Design, state: State, subject: Subject, opening: Fraction = Fraction(0)) -> Iterator[Drawn]:
    """Every arm that can be drawn now."""
    u = Fraction(0)
    while u < 1:
        drawn = METHODS[of.method].step(of, state, subject, Uniforms(opening, u))
        yield drawn
        u += drawn.probability
    assert u == 1


def courses(of: Design, subjects: list[Subject], state: State = NOTHING_DRAWN) -> dict[str, Fraction]:
    """Probability of every order of arms; a block's first size is taken."""
    if not subjects:
        return {"": Fraction(1)}
    found: dict[str, Fraction] = {}
    for drawn in branches(of, state, subjects[0]):
        for rest, chance in courses(of, subjects[1:], drawn.state).items():
            found[drawn.arm + rest] = drawn.probability * chance
    return found
