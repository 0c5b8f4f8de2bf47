"""Sequences of allocations: the same arms from the same secret, for a list, a register or a rehearsal."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np

from trialwright.allocation.design import NOTHING_DRAWN, Cell, Design, Method, Subject, Uniforms, design_of
from trialwright.errors import StudyError
from trialwright.model.library import discover
from trialwright.model.study import Study
from trialwright.numerics.drbg import SECRET_BYTES, instantiate
from trialwright.numerics.scheme import Entries, Scheme

__all__ = [
    "METHODS",
    "Allocated",
    "allocate",
    "check_design",
    "checked_design",
    "entries_of",
    "listed",
    "method_of",
    "scheme_of",
    "uniforms",
]

METHODS: Final = discover("trialwright.allocation.methods", "METHOD", Method)
"""Procedures by the name a study file uses."""

_USE: Final = "trialwright allocation 1"
_NUMBER_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Allocated:
    """One allocation.

    Parameters
    ----------
    position : int
        Place in the sequence of its stratum, or in the whole trial for a procedure without such sequences, from 1.
    subject : Subject
        Who; without an id in a list made beforehand.
    arm : str
        The arm.
    probability : Fraction
        Probability with which this arm could be drawn.
    """

    position: int
    subject: Subject
    arm: str
    probability: Fraction


def method_of(study: Study) -> Method:
    """Procedure a study file names.

    Parameters
    ----------
    study : Study
        The study.

    Returns
    -------
    Method
        The procedure.

    Raises
    ------
    StudyError
        If nothing is drawn, or the file leaves the method unstated.
    """
    stated = study.allocation.method if study.allocation else "unstated"
    if stated == "unstated":
        raise StudyError(
            f"{study.id} does not state how arms are drawn",
            where="/allocation/method",
            mend=f"state one of {', '.join(METHODS)}",
        )
    return METHODS[stated]


def check_design(design: Design) -> None:
    """Refuse a design that cannot be carried out.

    Parameters
    ----------
    design : Design
        The design.

    Raises
    ------
    StudyError
        With what is wrong; hidden parameters are not shown.
    """
    fault = METHODS[design.method].check(design)
    if fault:
        raise StudyError(f"arms cannot be drawn by {design.method}: {fault}", where="/allocation")


def checked_design(study: Study) -> Design:
    """Design of a study before its hidden parameters are picked.

    Parameters
    ----------
    study : Study
        The study.

    Returns
    -------
    Design
        As :func:`~trialwright.allocation.design.design_of`.

    Raises
    ------
    StudyError
        If nothing is drawn, or not in a way that is stated.
    """
    return design_of(study, method_of(study))


def uniforms(secret: bytes, design: Design, cell: Cell) -> Iterator[Uniforms]:
    """Uniform numbers of one sequence, one pair a subject, without end.

    Parameters
    ----------
    secret : bytes
        256 bits.
    design : Design
        Names the study.
    cell : tuple of str
        Stratum of the sequence; empty for the one sequence of a whole trial.

    Returns
    -------
    iterator of Uniforms
        Each number is one of 2**256 equally likely ones, so a probability is met to within 2**-255 and no number has to
        be drawn again.

    Raises
    ------
    StudyError
        If the secret has another length.
    """
    if len(secret) != SECRET_BYTES:
        raise StudyError(f"a secret of {len(secret)} bytes is given", mend=f"give {SECRET_BYTES}")
    nonce = hashlib.sha256(f"{_USE}\n{design.study}".encode()).digest()[:16]
    state = instantiate(secret, nonce, json.dumps(cell, ensure_ascii=True).encode())
    while True:
        drawn, state = state.generate(2 * _NUMBER_BYTES)
        halves = (drawn[:_NUMBER_BYTES], drawn[_NUMBER_BYTES:])
        opening, drawing = (Fraction(int.from_bytes(half, "big"), 2 ** (8 * _NUMBER_BYTES)) for half in halves)
        yield Uniforms(opening, drawing)


def allocate(design: Design, secret: bytes, subjects: Iterable[Subject]) -> Iterator[Allocated]:
    """Arms of subjects in the order in which they come.

    Parameters
    ----------
    design : Design
        How arms are drawn.
    secret : bytes
        256 bits.
    subjects : iterable of Subject
        In the order of their allocation.

    Returns
    -------
    iterator of Allocated
        One a subject; the first ones do not depend on those who come later.

    Raises
    ------
    StudyError
        If the design or the secret cannot be used.
    """
    check_design(design)
    method = METHODS[design.method]
    state, streams, positions = NOTHING_DRAWN, dict[Cell, Iterator[Uniforms]](), dict[Cell, int]()
    for subject in subjects:
        sequence = subject.cell if method.by_cell else ()
        if sequence not in streams:
            streams[sequence] = uniforms(secret, design, sequence)
        positions[sequence] = positions.get(sequence, 0) + 1
        drawn = method.step(design, state, subject, next(streams[sequence]))
        state = drawn.state
        yield Allocated(positions[sequence], subject, drawn.arm, drawn.probability)


def listed(design: Design, secret: bytes, count: int) -> tuple[Allocated, ...]:
    """List made beforehand: the first allocations of every stratum.

    Parameters
    ----------
    design : Design
        A procedure with a sequence of its own in each stratum.
    secret : bytes
        256 bits.
    count : int
        Allocations a stratum.

    Returns
    -------
    tuple of Allocated
        Stratum by stratum.

    Raises
    ------
    StudyError
        If an arm depends on who came before in other strata, so that no list exists.
    """
    if not METHODS[design.method].by_cell:
        raise StudyError(
            f"{design.method} has no list: an arm depends on all subjects before",
            where="/allocation/method",
            mend="draw the arm of each subject when it is due",
        )
    found: list[Allocated] = []
    for cell in design.cells:
        found.extend(allocate(design, secret, (Subject("", cell) for _ in range(count))))
    return tuple(found)


def scheme_of(design: Design) -> Scheme:
    """Design as numbers, for many runs at once.

    Parameters
    ----------
    design : Design
        The design.

    Returns
    -------
    Scheme
        The same procedure.

    Raises
    ------
    StudyError
        If the design cannot be used.
    """
    check_design(design)
    return Scheme(
        rule=design.method,
        ratio=design.ratio,
        sizes=design.hidden.sizes,
        probability=float(design.probability or 1),
        limit=design.hidden.limit,
        weights=() if METHODS[design.method].by_cell else tuple(float(weight) for weight in design.factor_weights),
        measure=design.measure,
    )


def entries_of(design: Design, cells: Sequence[Cell]) -> Entries:
    """Subjects as numbers, in the order in which they entered.

    Parameters
    ----------
    design : Design
        The design.
    cells : sequence of tuple of str
        Stratum of each subject.

    Returns
    -------
    Entries
        With strata for a procedure that works within them, otherwise with the levels of the factors.
    """
    if METHODS[design.method].by_cell:
        numbers = {cell: number for number, cell in enumerate(design.cells)}
        within = np.array([numbers[cell] for cell in cells], np.int64)
        return Entries(within, np.zeros((len(cells), 0), np.int64))
    places = [{level: place for place, level in enumerate(factor.levels)} for factor in design.factors]
    levels = [[known[level] for known, level in zip(places, cell, strict=True)] for cell in cells]
    return Entries(np.zeros(len(cells), np.int64), np.array(levels, np.int64).reshape(len(cells), len(places)))
