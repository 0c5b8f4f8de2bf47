"""Answers of many subjects at once: true, false or unknown, with reasons and the rows that decided.

The logic is the strong three-valued logic of Kleene. A verdict is 1 (true), -1 (false) or 0 (unknown), so that *and*
is a minimum, *or* a maximum and *not* a change of sign. Reasons are bits, because several children may leave one
answer open for different reasons. Rows are kept as pairs (subject, row of a table) and written out once, at the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from trialwright.screening.gap import Gap
from trialwright.screening.margin import Margin

__all__ = [
    "FALSE",
    "REASONS",
    "TRUE",
    "UNKNOWN",
    "Answer",
    "Flags",
    "Ints",
    "Reasons",
    "Verdicts",
    "all_of",
    "any_of",
    "bounded_count",
    "constant",
    "negation",
    "reason_bit",
    "reason_text",
    "stacked",
]

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Verdicts = NDArray[np.int8]
Reasons = NDArray[np.uint32]

TRUE: Final = np.int8(1)
FALSE: Final = np.int8(-1)
UNKNOWN: Final = np.int8(0)

REASONS: Final = (
    "not_reached", "missing", "stale", "not_done", "conflict", "bad_code", "bad_value", "answered_unknown",
    "imprecise_date", "imprecise_value", "unit_mismatch", "no_reference_range", "needs_attestation", "wrong_role",
    "not_reviewed", "not_evaluable", "invalid_input", "not_computed",
)  # fmt: skip
"""Why an answer may be unknown, in the order in which several are named."""

_BITS: Final = {reason: 1 << position for position, reason in enumerate(REASONS)}


def reason_bit(reason: str) -> np.uint32:
    """Bit that stands for a reason.

    Parameters
    ----------
    reason : str
        One of ``REASONS``.

    Returns
    -------
    numpy.uint32
        A power of two.

    Raises
    ------
    KeyError
        If the reason is not in the closed list.

    Examples
    --------
    >>> int(reason_bit("missing"))
    2
    """
    return np.uint32(_BITS[reason])


def reason_text(bits: int) -> str:
    """Reasons behind a set of bits.

    Parameters
    ----------
    bits : int
        Sum of reason bits.

    Returns
    -------
    str
        The reasons in the order of ``REASONS``, parted by ``"; "``; empty for no bit.

    Examples
    --------
    >>> reason_text(int(reason_bit("stale") | reason_bit("missing")))
    'missing; stale'
    """
    return "; ".join(reason for reason, bit in _BITS.items() if bits & bit)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a node says about every subject.

    Parameters
    ----------
    verdict : int8 array, shape (n,)
        1 true, -1 false, 0 unknown.
    reason : uint32 array, shape (n,)
        Bits of the reasons; 0 unless unknown.
    subject : int64 array, shape (k,)
        Position, in ``verdict``, of the subject a row belongs to.
    table : int64 array, shape (k,)
        Number of the table the row stands in.
    row : int64 array, shape (k,)
        Position of the row in its table.
    margins : tuple of Margin
        Distances from bounds, of every comparison below.
    gaps : tuple of Gap
        Nodes below that leave the answer open.
    """

    verdict: Verdicts
    reason: Reasons
    subject: Ints
    table: Ints
    row: Ints
    margins: tuple[Margin, ...] = ()
    gaps: tuple[Gap, ...] = ()


def constant(n: int, verdict: np.int8, reason: str = "") -> Answer:
    """The same answer for every subject, resting on no row.

    Parameters
    ----------
    n : int
        Number of subjects.
    verdict : int8
        1, -1 or 0.
    reason : str
        Why it is unknown; empty otherwise.

    Returns
    -------
    Answer
        Without rows.

    Examples
    --------
    >>> constant(2, UNKNOWN, "not_computed").verdict.tolist()
    [0, 0]
    """
    bits = reason_bit(reason) if reason else np.uint32(0)
    none = np.zeros(0, np.int64)
    return Answer(np.full(n, verdict, np.int8), np.full(n, bits, np.uint32), none, none, none)


def negation(answer: Answer) -> Answer:
    """The opposite; what is unknown stays unknown for the same reason.

    Parameters
    ----------
    answer : Answer
        Any answer.

    Returns
    -------
    Answer
        With the sign of every verdict changed, on the same rows.

    Examples
    --------
    >>> negation(constant(1, TRUE)).verdict.tolist()
    [-1]
    """
    return replace(answer, verdict=-answer.verdict)


def _joined(verdict: Verdicts, children: Sequence[Answer], deciding: Sequence[Flags]) -> Answer:
    """Verdict with the reasons and the rows of the children that decided it."""
    reason = np.zeros(verdict.size, np.uint32)
    for child, decides in zip(children, deciding, strict=True):
        reason |= np.where((verdict == UNKNOWN) & decides, child.reason, np.uint32(0))
    decided = list(zip(children, deciding, strict=True))
    kept = [decides[child.subject] for child, decides in decided]
    return Answer(
        verdict,
        reason,
        np.concatenate([child.subject[keep] for child, keep in zip(children, kept, strict=True)]),
        np.concatenate([child.table[keep] for child, keep in zip(children, kept, strict=True)]),
        np.concatenate([child.row[keep] for child, keep in zip(children, kept, strict=True)]),
        tuple(margin.deciding(flags) for child, flags in decided for margin in child.margins),
        tuple(gap.deciding(flags) for child, flags in decided for gap in child.gaps),
    )


def all_of(children: Sequence[Answer]) -> Answer:
    """True when every child is; false as soon as one is, whatever the others lack.

    Parameters
    ----------
    children : sequence of Answer
        At least one.

    Returns
    -------
    Answer
        The minimum. A false answer rests on the false children, an unknown one on the unknown ones, a true one on all.

    Notes
    -----
    Conjunction of the strong three-valued logic.

    References
    ----------
    Kleene SC. Introduction to Metamathematics. North-Holland 1952, section 64 (unverified).

    Examples
    --------
    >>> all_of([constant(1, FALSE), constant(1, UNKNOWN, "missing")]).verdict.tolist()
    [-1]
    """
    verdict = children[0].verdict
    for child in children[1:]:
        verdict = np.minimum(verdict, child.verdict)
    return _joined(verdict, children, [child.verdict == verdict for child in children])


def any_of(children: Sequence[Answer]) -> Answer:
    """True as soon as one child is, whatever the others lack; false when every child is.

    Parameters
    ----------
    children : sequence of Answer
        At least one.

    Returns
    -------
    Answer
        The maximum. A true answer rests on the true children, an unknown one on the unknown ones, a false one on all.

    Notes
    -----
    Disjunction of the strong three-valued logic.

    Examples
    --------
    >>> any_of([constant(1, TRUE), constant(1, UNKNOWN, "missing")]).verdict.tolist()
    [1]
    """
    verdict = children[0].verdict
    for child in children[1:]:
        verdict = np.maximum(verdict, child.verdict)
    return _joined(verdict, children, [child.verdict == verdict for child in children])


def bounded_count(children: Sequence[Answer], at_least: int | None, at_most: int | None) -> Answer:
    """True when enough, and not too many, of the children are true.

    Parameters
    ----------
    children : sequence of Answer
        At least one.
    at_least, at_most : int, optional
        Bounds of the number of true children, both inclusive.

    Returns
    -------
    Answer
        With T true and U unknown children: ``at_least`` n is true for T >= n and false for T + U < n; ``at_most`` n is
        true for T + U <= n and false for T > n; both together are joined by *and*.

    Examples
    --------
    >>> bounded_count([constant(1, TRUE), constant(1, UNKNOWN, "missing")], 1, None).verdict.tolist()
    [1]
    """
    size = children[0].verdict.size
    true = np.sum([child.verdict == TRUE for child in children], axis=0)
    possible = true + np.sum([child.verdict == UNKNOWN for child in children], axis=0)
    enough = np.ones(size, np.int8)
    if at_least is not None:
        enough = np.where(true >= at_least, TRUE, np.where(possible < at_least, FALSE, UNKNOWN))
    few = np.ones(size, np.int8)
    if at_most is not None:
        few = np.where(possible <= at_most, TRUE, np.where(true > at_most, FALSE, UNKNOWN))
    verdict = np.minimum(enough, few).astype(np.int8)
    # true children speak for having enough and against having few, false ones the other way round
    counts_true = (verdict == TRUE) & (at_least is not None) | (few == FALSE)
    counts_false = (verdict == TRUE) & (at_most is not None) | (enough == FALSE)
    deciding = [
        (counts_true & (child.verdict == TRUE))
        | (counts_false & (child.verdict == FALSE))
        | ((verdict == UNKNOWN) & (child.verdict == UNKNOWN))
        for child in children
    ]
    return _joined(verdict, children, deciding)


def stacked(answers: Sequence[Answer]) -> Answer:
    """Several answers about the same subjects, one below the other.

    Parameters
    ----------
    answers : sequence of Answer
        At least one, each for n subjects.

    Returns
    -------
    Answer
        For n subjects times the number of answers, without margins and gaps.

    Examples
    --------
    >>> stacked([constant(1, TRUE), constant(1, FALSE)]).verdict.tolist()
    [1, -1]
    """
    n = answers[0].verdict.size
    return Answer(
        np.concatenate([answer.verdict for answer in answers]),
        np.concatenate([answer.reason for answer in answers]),
        np.concatenate([answer.subject + place * n for place, answer in enumerate(answers)]),
        np.concatenate([answer.table for answer in answers]),
        np.concatenate([answer.row for answer in answers]),
    )
