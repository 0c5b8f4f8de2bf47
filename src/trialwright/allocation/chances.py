"""From probabilities to an arm: what all procedures share."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from fractions import Fraction

from trialwright.allocation.design import Design, Drawn, State, Subject, Uniforms

__all__ = ["by_chances", "counted", "drawn_arm", "favouring", "loads", "lowest", "probability_fault"]


def drawn_arm(chances: Sequence[Fraction], u: Fraction) -> int:
    """Arm a uniform number picks.

    Parameters
    ----------
    chances : sequence of Fraction
        Probability of each arm; they sum to 1.
    u : Fraction
        In [0, 1).

    Returns
    -------
    int
        The first arm whose summed probability exceeds `u`.
    """
    reached = Fraction(0)
    for place, chance in enumerate(chances):
        reached += chance
        if u < reached:
            return place
    raise ValueError("the probabilities do not sum to 1")


def counted(state: State, cell: tuple[str, ...], arm: int, arms: int) -> State:
    """State with one more subject in an arm of a stratum.

    Parameters
    ----------
    state : State
        State before.
    cell : tuple of str
        The stratum.
    arm, arms : int
        Which arm of how many.

    Returns
    -------
    State
        A new one.
    """
    here = state.in_cell(cell, arms)
    after = tuple(count + (place == arm) for place, count in enumerate(here))
    return State({**state.counts, cell: after}, state.blocks)


def by_chances(
    chances: Callable[[Design, State, Subject], Sequence[Fraction]],
) -> Callable[[Design, State, Subject, Uniforms], Drawn]:
    """Step of a procedure that needs nothing but the probabilities of the arms.

    Parameters
    ----------
    chances : callable
        Probability of each arm for the next subject.

    Returns
    -------
    callable
        The step.
    """

    def step(design: Design, state: State, subject: Subject, u: Uniforms) -> Drawn:
        found = chances(design, state, subject)
        arm = drawn_arm(found, u.drawing)
        return Drawn(design.arms[arm], found[arm], counted(state, subject.cell, arm, len(design.arms)))

    return step


def loads(counts: Sequence[int], ratio: Sequence[int]) -> tuple[Fraction, ...]:
    """How full each arm is: its subjects over its part of the ratio.

    Parameters
    ----------
    counts, ratio : sequence of int
        One entry an arm.

    Returns
    -------
    tuple of Fraction
        Equal when the ratio holds exactly.
    """
    return tuple(Fraction(count, part) for count, part in zip(counts, ratio, strict=True))


def lowest(values: Sequence[Fraction]) -> tuple[int, ...]:
    """Places of the lowest value; all of them when it is tied.

    Parameters
    ----------
    values : sequence of Fraction
        At least one.

    Returns
    -------
    tuple of int
        In order.
    """
    least = min(values)
    return tuple(place for place, value in enumerate(values) if value == least)


def favouring(design: Design, needy: Collection[int]) -> tuple[Fraction, ...]:
    """Probability of each arm when one of the arms in need is favoured.

    Parameters
    ----------
    design : Design
        With its probability p.
    needy : collection of int
        Arms in need, one or tied; a tie is broken by the ratio, so by equal chances in equal arms.

    Returns
    -------
    tuple of Fraction
        They sum to 1.

    Notes
    -----
    With ratio r, R its sum and c = (1 − p)/(R − min r), the favoured arm k is drawn with 1 − c(R − r_k) and each other
    arm j with c·r_j. The arm of smallest ratio is so favoured with p, and if each arm is favoured in proportion to the
    ratio, each is drawn in proportion to it. With two equal arms this is p and 1 − p.

    References
    ----------
    Han B, Enas NH, McEntegart D. Randomization by minimization for unbalanced treatment allocation. Stat Med
    2009;28:3329-3346 (unverified).
    """
    p, whole = design.probability, design.round_length
    if p is None:
        raise ValueError(f"{design.method} has no probability")
    spared = (1 - p) / (whole - min(design.ratio))
    tied = sum(design.ratio[k] for k in needy)
    return tuple(
        sum(
            (
                Fraction(design.ratio[i], tied) * (1 - spared * (whole - part) if i == k else spared * part)
                for i in needy
            ),
            Fraction(0),
        )
        for k, part in enumerate(design.ratio)
    )


def probability_fault(design: Design) -> str:
    """What is wrong with the probability of a design, empty when nothing is.

    Parameters
    ----------
    design : Design
        The design.

    Returns
    -------
    str
        In words.
    """
    least = Fraction(min(design.ratio), design.round_length)
    p = design.probability
    if p is None or not least < p < 1:
        return f"the probability must be above {least} and below 1: 1 would leave nothing to chance"
    return ""
