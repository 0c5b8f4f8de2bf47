"""What an allocation is made of: arms, ratio, strata, hidden parameters, subjects, and what has been drawn so far."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product
from typing import Final

from trialwright.errors import StudyError
from trialwright.model.study import Study
from trialwright.numerics.scheme import Measure, Rule

__all__ = [
    "NOTHING_DRAWN",
    "Cell",
    "Design",
    "Drawn",
    "Factor",
    "Hidden",
    "Method",
    "State",
    "Subject",
    "Uniforms",
    "design_of",
]

Cell = tuple[str, ...]
"""Levels of the strata, in their order."""


@dataclass(frozen=True, slots=True)
class Factor:
    """A fact by which subjects are stratified.

    Parameters
    ----------
    name : str
        An item of the study file.
    levels : tuple of str
        Its codes.
    """

    name: str
    levels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hidden:
    """Parameters that nobody at a site may know; the text of the object does not show them.

    Parameters
    ----------
    sizes : tuple of int
        Block sizes, each equally likely.
    limit : int
        Largest imbalance a big stick tolerates, in complete rounds.

    Examples
    --------
    >>> Hidden(sizes=(4, 6))
    Hidden()
    """

    sizes: tuple[int, ...] = field(default=(), repr=False)
    limit: int = field(default=0, repr=False)


@dataclass(frozen=True, slots=True)
class Design:
    """How arms are drawn.

    Parameters
    ----------
    study : str
        Id of the study.
    method : str
        Procedure.
    arms : tuple of str
        Ids of the arms.
    ratio : tuple of int
        Subjects an arm gets in each complete round.
    factors : tuple of Factor
        Strata; for minimisation the factors that are kept in balance.
    probability : Fraction, optional
        With which the arm in need is favoured.
    hidden : Hidden
        Hidden parameters.
    measure : {"range", "variance", "standard deviation"}
        Imbalance of one factor that is minimised.
    weights : tuple of Fraction
        Of the factors; all 1 when empty.

    Examples
    --------
    >>> Design("x", "simple", ("A", "B"), (2, 1)).shares
    (Fraction(2, 3), Fraction(1, 3))
    """

    study: str
    method: Rule
    arms: tuple[str, ...]
    ratio: tuple[int, ...]
    factors: tuple[Factor, ...] = ()
    probability: Fraction | None = None
    hidden: Hidden = Hidden()
    measure: Measure = "range"
    weights: tuple[Fraction, ...] = ()

    @property
    def round_length(self) -> int:
        """Subjects of one complete round."""
        return sum(self.ratio)

    @property
    def shares(self) -> tuple[Fraction, ...]:
        """Share of the subjects each arm is to get."""
        return tuple(Fraction(part, self.round_length) for part in self.ratio)

    @property
    def cells(self) -> tuple[Cell, ...]:
        """Every combination of levels, the last factor changing fastest."""
        return tuple(product(*(factor.levels for factor in self.factors)))

    @property
    def factor_weights(self) -> tuple[Fraction, ...]:
        """Weight of each factor."""
        return self.weights or (Fraction(1),) * len(self.factors)


@dataclass(frozen=True, slots=True)
class Subject:
    """A subject as the allocation sees it.

    Parameters
    ----------
    id : str
        ``USUBJID``.
    cell : tuple of str
        Levels of the strata.
    """

    id: str
    cell: Cell = ()


@dataclass(frozen=True, slots=True)
class State:
    """What has been drawn so far; values that are never changed in place.

    Parameters
    ----------
    counts : mapping of cell to tuple of int
        Subjects of each arm in each stratum.
    blocks : mapping of cell to tuple of int
        What is left of the open block of each stratum; not part of the object's text.
    """

    counts: Mapping[Cell, tuple[int, ...]] = field(default_factory=dict)
    blocks: Mapping[Cell, tuple[int, ...]] = field(default_factory=dict, repr=False)

    def in_cell(self, cell: Cell, arms: int) -> tuple[int, ...]:
        """Subjects of each arm in a stratum.

        Parameters
        ----------
        cell : tuple of str
            The stratum.
        arms : int
            Number of arms.

        Returns
        -------
        tuple of int
            Zeros when nobody is in it yet.
        """
        return self.counts.get(cell, (0,) * arms)

    def at_level(self, place: int, level: str, arms: int) -> tuple[int, ...]:
        """Subjects of each arm at one level of one factor.

        Parameters
        ----------
        place : int
            Which factor.
        level : str
            Its level.
        arms : int
            Number of arms.

        Returns
        -------
        tuple of int
            Summed over all strata that have the level.
        """
        found = [counts for cell, counts in self.counts.items() if cell[place] == level]
        return tuple(sum(counts[k] for counts in found) for k in range(arms))


NOTHING_DRAWN: Final = State()
"""The state before the first subject."""


@dataclass(frozen=True, slots=True)
class Uniforms:
    """Two numbers in [0, 1) for one subject; not part of the object's text.

    Parameters
    ----------
    opening : Fraction
        Picks the size of a block that begins with the subject.
    drawing : Fraction
        Picks the arm.
    """

    opening: Fraction = field(repr=False)
    drawing: Fraction = field(repr=False)


@dataclass(frozen=True, slots=True)
class Drawn:
    """One step: the arm, the probability it had, and the state after it.

    Parameters
    ----------
    arm : str
        The arm.
    probability : Fraction
        Probability with which this arm could be drawn.
    state : State
        State after the step.
    """

    arm: str
    probability: Fraction
    state: State


@dataclass(frozen=True, slots=True)
class Method:
    """A procedure.

    Parameters
    ----------
    id : str
        Name used in a study file.
    summary : str
        One line.
    reference : str
        Where it is described.
    step : callable
        ``(design, state, subject, uniforms)`` to :class:`Drawn`, without any effect.
    hidden : callable
        ``(design, below)`` to hidden parameters picked by chance; ``below(n)`` gives a whole number from 0 to n - 1.
    check : callable
        ``(design)`` to what is wrong with it, in words that do not show hidden parameters.
    by_cell : bool
        Whether every stratum has a sequence of its own, so that a list can be made before anyone is allocated.
    default_probability : Fraction, optional
        Probability when the study file states none.
    """

    id: Rule
    summary: str
    reference: str
    step: Callable[[Design, State, Subject, Uniforms], Drawn]
    hidden: Callable[[Design, Callable[[int], int]], Hidden] = field(default=lambda _design, _below: Hidden())
    check: Callable[[Design], str] = field(default=lambda _design: "")
    by_cell: bool = True
    default_probability: Fraction | None = None


def design_of(study: Study, method: Method, hidden: Hidden = Hidden()) -> Design:
    """Design a study file states, with hidden parameters put in.

    Parameters
    ----------
    study : Study
        The study; it names the method.
    method : Method
        That method.
    hidden : Hidden
        Its hidden parameters.

    Returns
    -------
    Design
        An arm without a ratio counts once.

    Raises
    ------
    StudyError
        If there are not two arms, or a stratum has no closed list of codes.
    """
    allocation = study.allocation
    if allocation is None or len(study.arms) < 2:
        raise StudyError("there is nothing to draw", where="/allocation", why="one arm or no allocation is stated")
    factors = []
    for name in allocation.strata:
        codes = study.items[name].values
        if not codes:
            raise StudyError(
                f"the stratum {name} has no closed list of codes",
                where=f"/items/{name}",
                mend="list its codes under values",
            )
        factors.append(Factor(name, tuple(codes)))
    stated = None if allocation.probability is None else Fraction(allocation.probability)
    return Design(
        study=study.id,
        method=method.id,
        arms=study.arm_ids,
        ratio=tuple(arm.ratio or 1 for arm in study.arms),
        factors=tuple(factors),
        probability=method.default_probability if stated is None else stated,
        hidden=hidden,
    )
