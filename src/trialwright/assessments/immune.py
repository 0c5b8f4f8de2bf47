"""iRECIST: a progression that stands unconfirmed until further growth confirms it, or a response wipes it out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from trialwright.assessments.overall import overall_of
from trialwright.numerics.lesion_records import FOUND, STATES
from trialwright.numerics.response_sequence import CODES

__all__ = ["IMMUNE_WORDS", "ImmuneCourse", "ImmuneVisit", "immune_best", "immune_course"]

IMMUNE_WORDS: Final = {
    CODES.ned: "NED", CODES.cr: "iCR", CODES.pr: "iPR", CODES.sd: "iSD", CODES.non: "NON-iCR/NON-iUPD", CODES.ne: "NE",
}  # fmt: skip
"""Responses by iRECIST of an assessment without progression."""

UNCONFIRMED: Final = "iUPD"
CONFIRMED: Final = "iCPD"

_FURTHER_TENTHS_MM: Final = 50
_RANK: Final = {STATES.cr: 0, STATES.pr: 1, STATES.sd: 2}
_STABLE: Final = ("iSD", "NON-iCR/NON-iUPD")
_BEST: Final = ("iCR", "iPR", "iSD", "NON-iCR/NON-iUPD", "NED", CONFIRMED, UNCONFIRMED, "NE")


@dataclass(frozen=True, slots=True)
class ImmuneVisit:
    """What one assessment showed.

    Parameters
    ----------
    day : int
        Day of the assessment.
    target, non_target : int
        States, as `trialwright.numerics.lesion_records` numbers them.
    overall : int
        Overall response by RECIST 1.1, as in AVAL.
    part_tenths_mm : int
        Sum of the targets as far as they were measured.
    new_count : int
        Unequivocal new lesions so far.
    new_sum_tenths_mm : int
        Sum of those that were measured.
    new_worse : bool
        Whether one that is not measured grew beyond doubt.

    Examples
    --------
    >>> ImmuneVisit(42, STATES.sd, STATES.none, CODES.sd).new_count
    0
    """

    day: int
    target: int
    non_target: int
    overall: int
    part_tenths_mm: int = 0
    new_count: int = 0
    new_sum_tenths_mm: int = 0
    new_worse: bool = False


@dataclass(frozen=True, slots=True)
class ImmuneCourse:
    """Course of one subject by iRECIST.

    Parameters
    ----------
    responses : tuple of str
        Response at each assessment: iCR, iPR, iSD, NON-iCR/NON-iUPD, NED, iUPD, iCPD or NE.
    progression : int or None
        Assessment of the first unconfirmed progression that was confirmed later, or that nothing wiped out.
    best : str
        Best response; MISSING without any assessment.
    best_at : int or None
        The assessment that first shows it.
    """

    responses: tuple[str, ...]
    progression: int | None
    best: str
    best_at: int | None


@dataclass(slots=True)
class _Standing:
    """What an assessment is compared with."""

    reference: ImmuneVisit | None = None
    causes: set[str] = field(default_factory=set)
    known_new: int = 0
    least_new_sum: int = -1
    confirmed: bool = False


def _causes(visit: ImmuneVisit, standing: _Standing) -> set[str]:
    """Categories in which a visit shows progression for the first time since the last response."""
    causes = set()
    if visit.target == STATES.pd:
        causes.add("target")
    if visit.non_target == STATES.pd:
        causes.add("non-target")
    least = standing.least_new_sum
    further = visit.new_sum_tenths_mm - least >= _FURTHER_TENTHS_MM and 10 * visit.new_sum_tenths_mm >= 12 * least
    grown = standing.known_new > 0 and ((least >= 0 and further) or visit.new_worse)
    if visit.new_count > standing.known_new or grown:
        causes.add("new")
    if not causes and visit.overall == CODES.pd and standing.known_new == 0:
        causes.add("reappearance")
    return causes


def _confirms(visit: ImmuneVisit, standing: _Standing) -> bool:
    """Whether a visit confirms the progression that stands."""
    before, causes = standing.reference, standing.causes
    assert before is not None
    if visit.target == STATES.pd and "target" not in causes:
        return True
    if "target" in causes and visit.part_tenths_mm - before.part_tenths_mm >= _FURTHER_TENTHS_MM:
        return True
    if visit.non_target == STATES.pd or visit.new_count > before.new_count:
        return True
    return "new" in causes and (
        visit.new_worse or visit.new_sum_tenths_mm - before.new_sum_tenths_mm >= _FURTHER_TENTHS_MM
    )


def _recovers(visit: ImmuneVisit, standing: _Standing) -> bool:
    """Whether a visit meets a response that wipes the standing progression out; no change leaves it standing."""
    before = standing.reference
    assert before is not None
    if visit.target == STATES.none:
        return visit.non_target == STATES.cr
    if visit.target not in _RANK:
        return False
    return "target" in standing.causes or _RANK[visit.target] < _RANK.get(before.target, len(_RANK))


def _response(visit: ImmuneVisit) -> str:
    """Response of a visit without progression, new lesions that stand left aside."""
    states = np.array([FOUND.none], np.int8), np.array([visit.target], np.int8)
    other = STATES.non if visit.non_target == STATES.pd else visit.non_target
    found = int(overall_of(*states, np.array([other], np.int8))[0][0])
    if found == CODES.cr and visit.new_count > 0:
        found = CODES.pr
    return IMMUNE_WORDS[CODES.ne if visit.overall == CODES.ne else found]


def _judged(visit: ImmuneVisit, standing: _Standing) -> str:
    if standing.confirmed:
        return CONFIRMED
    if standing.reference is not None:
        if _confirms(visit, standing):
            standing.confirmed = True
            return CONFIRMED
        if visit.overall == CODES.ne:
            return "NE"
        if not _recovers(visit, standing):
            return UNCONFIRMED
        standing.reference, standing.causes = None, set()
        standing.known_new, standing.least_new_sum = visit.new_count, visit.new_sum_tenths_mm
        return _response(visit)
    causes = _causes(visit, standing)
    if causes:
        standing.reference, standing.causes = visit, causes
        return UNCONFIRMED
    if standing.known_new and visit.new_sum_tenths_mm < standing.least_new_sum:
        standing.least_new_sum = visit.new_sum_tenths_mm
    return _response(visit)


def immune_course(visits: Sequence[ImmuneVisit], stable_from: int) -> ImmuneCourse:
    """Course of one subject by iRECIST.

    Parameters
    ----------
    visits : sequence of ImmuneVisit
        Assessments in the order of their days.
    stable_from : int
        Day from which stable disease counts as such.

    Returns
    -------
    ImmuneCourse
        Responses, progression and best response.

    Notes
    -----
    A progression by RECIST 1.1 is unconfirmed. It is confirmed by growth of the targets by 5 mm or more over their sum
    at its first assessment when they were its cause; by non-targets that progress; by another new lesion, or growth of
    the new ones' own sum by 5 mm or more; by progression in a category that showed none. It is wiped out when the
    targets meet response or stable disease again, or better than they did; the smallest sum and the baseline stay as
    they were. New lesions known then are judged by their own sum. All measured new lesions enter that sum.

    References
    ----------
    Seymour et al., Lancet Oncol 2017;18:e143-e152, doi:10.1016/S1470-2045(17)30074-8.

    Examples
    --------
    >>> grown = [ImmuneVisit(day, STATES.pd, STATES.none, CODES.pd, size) for day, size in ((42, 1200), (84, 1250))]
    >>> immune_course(grown, 42).responses
    ('iUPD', 'iCPD')
    """
    standing = _Standing()
    return immune_best([visit.day for visit in visits], [_judged(visit, standing) for visit in visits], stable_from)


def immune_best(days: Sequence[int], responses: Sequence[str], stable_from: int) -> ImmuneCourse:
    """Progression and best response of a sequence of responses by iRECIST.

    Parameters
    ----------
    days : sequence of int
        Day of each assessment.
    responses : sequence of str
        Response at each.
    stable_from : int
        Day from which stable disease counts as such.

    Returns
    -------
    ImmuneCourse
        The progression is the first unconfirmed one after the last response or stable disease that wiped out what was
        before it.

    References
    ----------
    Seymour et al., Lancet Oncol 2017;18:e143-e152, doi:10.1016/S1470-2045(17)30074-8, table 3.

    Examples
    --------
    >>> immune_best([42, 84, 126], ["iUPD", "iPR", "iUPD"], 42).progression
    2
    """
    progression: int | None = None
    counted = list(responses)
    for number, (day, said) in enumerate(zip(days, responses, strict=True)):
        if said in (UNCONFIRMED, CONFIRMED):
            progression = number if progression is None else progression
            if said == CONFIRMED:
                break
        elif said != "NE":
            progression = None
        if said in _STABLE and day < stable_from:
            counted[number] = "NE"
    best = min(counted, key=_BEST.index, default="MISSING")
    return ImmuneCourse(tuple(responses), progression, best, counted.index(best) if counted else None)
