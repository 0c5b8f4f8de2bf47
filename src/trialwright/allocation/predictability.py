"""How well the next arm can be guessed and how far the arms drift apart, exactly where that is known, else by runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from math import sqrt
from typing import Final

import numpy as np
from numpy.typing import NDArray

from trialwright.allocation.design import Cell, Design, Hidden, State, Subject, Uniforms
from trialwright.allocation.engine import METHODS, check_design, entries_of, scheme_of
from trialwright.errors import InputError
from trialwright.model.study import Study
from trialwright.numerics.rerandomisation import reallocate
from trialwright.numerics.sampling import Draws

__all__ = ["Candidate", "Predictability", "advice", "behaviour", "candidates", "exact", "has_exact", "simulated"]

FAR: Final = 10
"""Difference between two arms that is counted as large."""

_CHUNK: Final = 1000
_CERTAIN: Final = 1 - 1e-12
_ZERO: Final = Uniforms(Fraction(0), Fraction(0))
_OPEN: Final = Hidden()
_SITE: Final = "SITEID"


@dataclass(frozen=True, slots=True)
class Predictability:
    """How a procedure behaves over a trial.

    Parameters
    ----------
    guessed : float
        Share of arms guessed right by naming the arm that lags in the subject's stratum, by chance where none does.
    best : float
        Share guessed right by somebody who knows the procedure, its hidden parameters and all before.
    certain : float
        Share of subjects whose arm was certain.
    sd : float
        Standard deviation of the difference between the first two arms at the end, in complete rounds.
    far : float
        Probability that they end at least 10 rounds apart.
    largest : float
        Largest difference within a stratum at any time: the largest possible one when the figures are exact, otherwise
        the largest that was seen.
    shares : tuple of float
        Mean share of each arm at the end.
    runs : int or None
        Runs it was worked out from; None when it is exact.
    """

    guessed: float
    best: float
    certain: float
    sd: float
    far: float
    largest: float
    shares: tuple[float, ...]
    runs: int | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A procedure with parameters that are open, shown for comparison.

    Parameters
    ----------
    words : str
        What it is.
    design : Design
        Its design.
    """

    words: str
    design: Design


def has_exact(design: Design) -> bool:
    """Whether exact figures are known for a design.

    Parameters
    ----------
    design : Design
        The design.

    Returns
    -------
    bool
        True with two equal arms, one stratum, and no more than one block size.
    """
    alike = design.ratio == (1, 1) and not design.factors
    return alike and design.method != "minimisation" and len(design.hidden.sizes) <= 1


def behaviour(design: Design, count: int, *, runs: int, seed: int) -> Predictability:
    """Behaviour of a procedure, exact where that is known.

    Parameters
    ----------
    design : Design
        The design.
    count : int
        Subjects.
    runs, seed : int
        Of the simulation where none is.

    Returns
    -------
    Predictability
        Its runs are None when it is exact.
    """
    return exact(design, count) if has_exact(design) else simulated(design, count, runs=runs, seed=seed)


def exact(design: Design, count: int) -> Predictability:
    """Behaviour of a procedure with two equal arms and one stratum, summed over everything that can happen.

    Parameters
    ----------
    design : Design
        Any procedure but minimisation; blocks of one size.
    count : int
        Subjects.

    Returns
    -------
    Predictability
        Without runs.

    Raises
    ------
    InputError
        If the design has more arms, another ratio, several block sizes or factors.

    Notes
    -----
    The probability of each difference between the arms is carried from subject to subject by the procedure's own step.
    """
    if not has_exact(design):
        raise InputError("no exact figures are known for this design", mend="simulate it")
    check_design(design)
    reached = {0: 1.0}
    guessed = best = certain = largest = 0.0
    for before in range(count):
        after: dict[int, float] = {}
        for difference, weight in reached.items():
            first = _first_arm(design, (before + difference) // 2, (before - difference) // 2)
            guessed += weight * (0.5 if difference == 0 else 1 - first if difference > 0 else first)
            best += weight * max(first, 1 - first)
            certain += weight * (max(first, 1 - first) > _CERTAIN)
            for step, chance in ((1, first), (-1, 1 - first)):
                if chance:
                    after[difference + step] = after.get(difference + step, 0.0) + weight * chance
        reached = after
        largest = max(largest, *(abs(difference) for difference in reached))
    return Predictability(
        guessed / count,
        best / count,
        certain / count,
        sqrt(sum(weight * difference**2 for difference, weight in reached.items())),
        sum(weight for difference, weight in reached.items() if abs(difference) >= FAR),
        largest,
        (0.5, 0.5),
    )


def _first_arm(design: Design, first: int, second: int) -> float:
    """Probability of the first arm; the number 0 draws it unless it cannot be drawn."""
    blocks: dict[Cell, tuple[int, ...]] = {}
    if design.hidden.sizes:  # complete blocks are balanced, so the counts tell what is left of the open one
        size = design.hidden.sizes[0]
        begun = (first + second) % size
        full = (first + second) // size * (size // 2)
        blocks[()] = (size // 2 - first + full, size // 2 - second + full) if begun else (0, 0)
    drawn = METHODS[design.method].step(design, State({(): (first, second)}, blocks), Subject(""), _ZERO)
    return float(drawn.probability) if drawn.arm == design.arms[0] else 0.0


def simulated(design: Design, count: int, *, runs: int, seed: int) -> Predictability:
    """Behaviour of any procedure over many runs, each with strata that come in an order of its own.

    Parameters
    ----------
    design : Design
        The design.
    count : int
        Subjects.
    runs : int
        How many runs.
    seed : int
        Of the runs; the same seed gives the same figures.

    Returns
    -------
    Predictability
        With the number of runs.
    """
    tallies = [_tally(design, count, size, seed, place) for place, size in enumerate(_chunks(runs))]
    weights = np.array([tally.runs or 0 for tally in tallies], np.float64) / runs

    def mean(name: str) -> float:
        return float(weights @ np.array([getattr(tally, name) for tally in tallies]))

    shares = weights @ np.array([tally.shares for tally in tallies])
    sd = sqrt(float(weights @ np.array([tally.sd**2 for tally in tallies])))
    largest = max(tally.largest for tally in tallies)
    return Predictability(
        mean("guessed"), mean("best"), mean("certain"), sd, mean("far"), largest, tuple(map(float, shares)), runs
    )


def _chunks(runs: int) -> Iterator[int]:
    for start in range(0, runs, _CHUNK):
        yield min(_CHUNK, runs - start)


def _tally(design: Design, count: int, runs: int, seed: int, trial: int) -> Predictability:
    """Tally of runs that share one order of strata; the spread is that around no difference."""
    places = Draws.first(seed, trial, count).category("stratum", [1.0] * len(design.cells))[:, 0]
    entries = entries_of(design, [design.cells[place] for place in places])
    uniforms = Draws.first(seed, trial, runs).grid("allocation", 2 * count)
    drawn = reallocate(scheme_of(design), entries, uniforms)
    ratio = np.array(design.ratio, np.float64)
    guessed, largest = np.zeros(drawn.arms.shape), 0.0
    for cell in np.unique(entries.cells):
        within = entries.cells == cell
        right, apart = _guesses(drawn.arms[:, within], ratio)
        guessed[:, within], largest = right, max(largest, apart)
    totals = np.stack([(drawn.arms == k).sum(axis=1) for k in range(ratio.size)], axis=1)
    difference = totals[:, 0] / ratio[0] - totals[:, 1] / ratio[1]
    return Predictability(
        float(guessed.mean()),
        float(drawn.best.mean()),
        float((drawn.best > _CERTAIN).mean()),
        float(np.sqrt((difference**2).mean())),
        float((np.abs(difference) >= FAR).mean()),
        largest,
        tuple(map(float, totals.mean(axis=0) / count)),
        runs,
    )


def _guesses(arms: NDArray[np.int8], ratio: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    """Chance that naming the arm that lags was right, and the largest difference of the first two arms."""
    one = arms[:, :, None] == np.arange(ratio.size)
    after = np.cumsum(one, axis=1)
    rounds = (after - one) * (np.lcm.reduce(ratio.astype(np.int64)) / ratio)
    lags = rounds == rounds.min(axis=2, keepdims=True)
    named = lags * ratio / (lags * ratio).sum(axis=2, keepdims=True)
    apart = np.abs(after[:, :, 0] / ratio[0] - after[:, :, 1] / ratio[1]).max()
    return (named * one).sum(axis=2), float(apart)


def candidates(design: Design) -> tuple[Candidate, ...]:
    """Procedures for the arms and strata of a design, with open parameters, to compare before one is chosen.

    Parameters
    ----------
    design : Design
        Arms, ratio and strata; its own hidden parameters are left out.

    Returns
    -------
    tuple of Candidate
        Minimisation only where there are strata.
    """
    whole = design.round_length

    def blocks(*rounds: int) -> Hidden:
        return Hidden(sizes=tuple(count * whole for count in rounds))

    def of(words: str, method: str, hidden: Hidden = _OPEN, probability: Fraction | None = None) -> Candidate:
        return Candidate(words, replace(design, method=METHODS[method].id, hidden=hidden, probability=probability))

    found = [of("complete randomisation", "simple")]
    for rounds in ((1,), (2,), (3,), (2, 3)):
        sizes = " or ".join(str(count * whole) for count in rounds)
        found.append(of(f"blocks of {sizes}", "permuted-blocks", blocks(*rounds)))
    found += [of(f"biased coin {p}", "biased-coin", probability=p) for p in (Fraction(2, 3), Fraction(4, 5))]
    found += [of(f"big stick {limit}", "big-stick", Hidden(limit=limit)) for limit in (2, 3, 4)]
    found.append(of("Wei's urn", "wei-urn"))
    if design.factors:
        found += [
            of(f"minimisation {p}", "minimisation", probability=p)
            for p in (Fraction(7, 10), Fraction(4, 5), Fraction(9, 10))
        ]
    return tuple(found)


def advice(study: Study, design: Design, count: int) -> tuple[str, ...]:
    """What speaks against a design, in words.

    Parameters
    ----------
    study : Study
        The study.
    design : Design
        Its design.
    count : int
        Planned subjects.

    Returns
    -------
    tuple of str
        Empty when nothing does.

    Notes
    -----
    Strata are too many for blocks when there are more than n/(2 · mean block); the mean taken is two rounds for many
    arms and three for two, the middle of the sizes that are picked from.
    """
    found = []
    rounds = 2 if design.round_length > len("AB") else 3
    strata = len(design.cells)
    if design.method == "permuted-blocks" and strata * 2 * rounds * design.round_length > count:
        found.append(
            f"{strata} strata are too many for {count} subjects in blocks: most blocks would stay open and "
            "balance would be lost; take fewer strata, or minimisation"
        )
    sites = [name for name in (factor.name for factor in design.factors) if study.items[name].column == _SITE]
    masking = (study.study.masking or "").lower()
    if sites and design.method == "permuted-blocks" and ("none" in masking or "open" in masking):
        found.append(
            "the arms are known and the blocks are stratified by site, so a site can guess how a block ends; "
            "take large hidden sizes, or a procedure without blocks"
        )
    return tuple(found)
