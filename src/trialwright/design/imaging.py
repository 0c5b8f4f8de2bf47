"""Scans, target lesions and the verdicts an investigator would write on them.

Verdicts follow the sums of the targets as RECIST 1.1 does: PD for a sum at least 20 % and 5 mm above the smallest so
far, PR for one at least 30 % below the baseline, otherwise SD; a new lesion is PD. Lengths are tenths of a millimetre.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from trialwright.design.courses import Course
from trialwright.design.days import NEVER
from trialwright.design.plan import Plan
from trialwright.model.scenario import LesionDraw
from trialwright.model.slots import moved
from trialwright.numerics.sampling import Draws

__all__ = [
    "VERDICTS",
    "FollowUp",
    "Lesions",
    "first_lesions",
    "follow_up",
    "organs_of",
    "slot_days",
    "sums_verdict",
]

BoolArray = NDArray[np.bool_]
FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

VERDICTS: Final = ("PR", "SD", "PD", "NED", "NON-CR/NON-PD", "CR")
PR, SD, PD, NED, NON_CR_NON_PD, CR = range(6)

MOST_TARGETS: Final = 3
NEW_LESION_SHARE: Final = 0.4
ZONE_SHARE: Final = 0.5
ORGANS: Final = ("PERITONEUM", "PELVIS", "LIVER", "SPLEEN", "OMENTUM")


@dataclass(frozen=True, slots=True)
class Lesions:
    """Target lesions up to the decision about allocation.

    Parameters
    ----------
    present : ndarray of bool, shape (subjects, 3)
        Which targets there are.
    organs : ndarray of int, shape (subjects, 3)
        Index into `ORGANS`; a subject's targets lie in different ones.
    baseline, decision : ndarray of int, shape (subjects, 3)
        Longest diameters in tenths of a millimetre, 0 where there is no lesion.
    response : ndarray of int
        Verdict at the decision, an index into `VERDICTS`.
    """

    present: BoolArray
    organs: IntArray
    baseline: IntArray
    decision: IntArray
    response: IntArray


@dataclass(frozen=True, slots=True)
class FollowUp:
    """Scans after allocation, one column a slot.

    Parameters
    ----------
    days : ndarray of int, shape (subjects, slots)
        Day numbers, `NEVER` where no scan was made or none was due any more.
    verdicts : ndarray of int, shape (subjects, slots)
        Index into `VERDICTS`, -1 where there is no scan.
    sizes : ndarray of int, shape (subjects, slots, 3)
        Diameters of the targets in tenths of a millimetre, 0 where none was measured.
    after_surgery : ndarray of bool, shape (subjects, slots)
        Scan after the operation.
    new_lesion : ndarray of bool, shape (subjects,)
        Progression shows as a new lesion.
    of_targets : ndarray of int, shape (subjects, slots)
        Verdict on the targets alone, whatever new lesion there is; an index into `VERDICTS`, -1 where there is no scan.
    in_zone : ndarray of bool, shape (subjects,)
        A new lesion after the removal of the targets lies where they were.
    new_organ : ndarray of int, shape (subjects,)
        Where a new lesion comes up, an index into the plan's organs of new lesions.
    documented : ndarray of int, shape (subjects,)
        Day on which progression was seen, `NEVER` if it was not.
    """

    days: IntArray
    verdicts: IntArray
    sizes: IntArray
    after_surgery: BoolArray
    new_lesion: BoolArray
    of_targets: IntArray
    in_zone: BoolArray
    new_organ: IntArray
    documented: IntArray


def sums_verdict(total: IntArray, baseline: IntArray, nadir: IntArray) -> IntArray:
    """Verdict on a sum of target diameters.

    Parameters
    ----------
    total, baseline, nadir : ndarray of int
        This sum, the baseline's, and the smallest before this one (baseline included), in tenths of a millimetre.

    Returns
    -------
    ndarray of int
        Index into `VERDICTS`: PR, SD or PD.

    References
    ----------
    Eisenhauer EA, et al. New response evaluation criteria in solid tumours: revised RECIST guideline (version 1.1).
    Eur J Cancer 2009;45:228-247, doi 10.1016/j.ejca.2008.10.026 (unverified).

    Examples
    --------
    >>> arrays = (np.array([644]), np.array([520]), np.array([520]))
    >>> VERDICTS[int(sums_verdict(*arrays)[0])]
    'PD'
    """
    grown = (10 * total >= 12 * nadir) & (total - nadir >= 50)
    shrunk = 10 * total <= 7 * baseline
    return np.where(grown, PD, np.where(shrunk, PR, SD))


def organs_of(draw: LesionDraw | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Organs of targets and of new lesions.

    Parameters
    ----------
    draw : LesionDraw or None
        How targets are invented.

    Returns
    -------
    targets, new : tuple of str
        Organs to draw from.

    Examples
    --------
    >>> organs_of(None)[0] == ORGANS
    True
    """
    if draw is None:
        return ORGANS, ORGANS
    return draw.organs, draw.new_in or draw.organs


def first_lesions(draws: Draws, draw: LesionDraw | None = None) -> Lesions:
    """Targets at the scan before treatment and at the scan for the decision.

    Parameters
    ----------
    draws : Draws
        Random numbers.
    draw : LesionDraw, optional
        Numbers, sizes and organs of the scenario.

    Returns
    -------
    Lesions
        One to three targets of 15 to 60 mm, multiplied by a log-normal factor a subject (median exp(-0.5), log-SD 0.4,
        kept inside 0.4 to 2) and by one of log-SD 0.05 a lesion; none is measured below 6 mm.

    Examples
    --------
    >>> lesions = first_lesions(Draws.first(7, 0, 50))
    >>> bool((lesions.present == (lesions.baseline > 0)).all())
    True
    """
    shares = (0.35, 0.4, 0.25) if draw is None else tuple(float(draw.number.get(each, 0)) for each in ("1", "2", "3"))
    number = 1 + draws.category("number of targets", shares)[:, 0]
    present = np.arange(MOST_TARGETS) < number[:, None]
    places = len(organs_of(draw)[0])
    order = draws.grid("organs", places).argsort(axis=1)
    organs = order[:, np.arange(MOST_TARGETS) % places]
    baseline = np.where(present, _first_sizes(draws, draw), 0)
    factor = np.clip(np.exp(-0.5 + 0.4 * draws.normal("response of targets")), 0.4, 2.0)
    own = np.exp(0.05 * draws.normal("response of a target", MOST_TARGETS))
    decision = np.where(present, np.maximum(np.rint(baseline * factor * own), 60), 0).astype(np.int64)
    total = baseline.sum(axis=1)
    return Lesions(present, organs, baseline, decision, sums_verdict(decision.sum(axis=1), total, total))


def _first_sizes(draws: Draws, draw: LesionDraw | None) -> IntArray:
    """Longest diameters before treatment, in tenths of a millimetre."""
    if draw is None:
        return draws.whole("target size", 150, 600, MOST_TARGETS)
    low, high = (round(10 * float(end)) for end in draw.largest_mm)
    least, most = (round(10 * float(end)) for end in draw.others_mm)
    largest = draws.whole("target size", low, high)
    others = draws.whole("size of other targets", least, most, MOST_TARGETS - 1)
    return np.concatenate([largest, np.minimum(others, largest)], axis=1)


def slot_days(plan: Plan, allocation: IntArray) -> IntArray:
    """Slots of the scans after allocation, or after the time point they hang on.

    Parameters
    ----------
    plan : Plan
        The plan.
    allocation : ndarray of int
        Day numbers of the allocation, or of the time point; `NEVER` where it does not come.

    Returns
    -------
    ndarray of int, shape (subjects, slots)
        Calendar dates counted from that day (first slot, then every so often), as many as the cutoff leaves room
        for.

    Examples
    --------
    >>> from trialwright.conduct.studies import open_study
    >>> from trialwright.design.plan import plan_of
    >>> plan = plan_of(open_study("nct07295132").study, "base", 8)
    >>> from trialwright.design.people import invented
    >>> people = invented(plan, seed=7, trial=0)
    >>> slots = slot_days(plan, people.allocated.days)
    >>> bool((np.diff(slots, axis=1) > 88).all())
    True
    """
    slots = plan.slots
    if slots is None or allocation.size == 0 or int(allocation.min()) >= NEVER:
        return np.zeros((allocation.size, 0), dtype=np.int64)
    first, every = slots.first, slots.every
    shortest = {"days": 1, "weeks": 7, "months": 28, "years": 365}[every.unit] * every.amount
    room = (plan.cutoff_day - int(allocation.min())) // max(1, shortest) + 1
    count = min(room, slots.times) if slots.times is not None else room
    if first.unit == every.unit:
        one = type(every)(f"1 {every.unit}", 1, every.unit)
        return moved(allocation[:, None], one, first.amount + every.amount * np.arange(count))
    return moved(moved(allocation, first)[:, None], every, np.arange(count))


def follow_up(
    plan: Plan, lesions: Lesions, course: Course, residual: IntArray, allocation: IntArray, last: IntArray, draws: Draws
) -> FollowUp:
    """Scans after allocation with what they show.

    Parameters
    ----------
    plan : Plan
        The plan.
    lesions : Lesions
        Targets up to the decision.
    course : Course
        True moments.
    residual : ndarray of int
        Residual tumour: 0 none, 1 small, 2 large.
    allocation : ndarray of int
        Day numbers.
    last : ndarray of int
        Last day on which a scan can be made.
    draws : Draws
        Random numbers.

    Returns
    -------
    FollowUp
        Each slot is attended with the scenario's probability, on a day of its window, all days equally likely. The
        first scan on or after the day of true progression shows it, and is the last.

    Examples
    --------
    >>> from trialwright.conduct.studies import open_study
    >>> from trialwright.design.plan import plan_of
    >>> plan = plan_of(open_study("nct07295132").study, "base", 8)
    >>> from trialwright.design.people import invented
    >>> people = invented(plan, seed=7, trial=0)
    >>> scans = people.allocated.scans
    >>> bool(((scans.verdicts == PD).sum(axis=1) == (scans.documented < NEVER)).all())
    True
    """
    slots = slot_days(plan, _anchor_days(plan, course, allocation))
    width = slots.shape[1]
    reach = plan.slots
    early, late = (reach.before_days, reach.after_days) if reach else (0, 0)
    days = slots + draws.whole("day of a scan", -early, late, width)
    made = (draws.grid("attended", width) >= plan.lapses.missed_visits) & (days > allocation[:, None])
    made &= days <= last[:, None]
    grown = days >= allocation[:, None] + np.ceil(np.minimum(course.progression, NEVER)).astype(np.int64)[:, None]
    shows = made & grown
    made &= np.cumsum(shows, axis=1) - shows == 0
    shows &= made
    days = np.where(made, days, NEVER)
    documented = np.where(shows, days, NEVER).min(axis=1, initial=NEVER)
    operated = allocation + np.minimum(course.operated, NEVER).astype(np.int64)
    after_surgery = made & (days > operated[:, None])
    new_lesion = (draws.uniform("progression by new lesion") < NEW_LESION_SHARE) | (documented > operated)
    grows = shows & ~new_lesion[:, None]
    sizes = _sizes(lesions, made, grows, after_surgery, residual, draws)
    sizes[_vanished(plan, made & ~grows & ~after_surgery, draws)] = 0
    verdicts = _verdicts(lesions, sizes, after_surgery, residual)
    if plan.lesions is not None and plan.lesions.complete is not None:
        verdicts = np.where(made & ~after_surgery & (sizes.sum(axis=2) == 0), CR, verdicts)
    of_targets = np.where(made, np.where(grows, PD, verdicts), -1)
    verdicts = np.where(made, np.where(shows, PD, verdicts), -1)
    new_organ = draws.whole("organ of new lesion", 0, len(organs_of(plan.lesions)[1]) - 1)[:, 0]
    in_zone = (documented > operated) & (draws.uniform("recurrence where it was") < ZONE_SHARE)
    return FollowUp(days, verdicts, sizes, after_surgery, new_lesion, of_targets, in_zone, new_organ, documented)


def _anchor_days(plan: Plan, course: Course, allocation: IntArray) -> IntArray:
    """Day of the time point the scans hang on, `NEVER` where it does not come."""
    name = plan.slots.anchor if plan.slots is not None else plan.allocation
    item = plan.study.time_points[name].item
    if item == plan.procedure:
        after = course.operated
    elif item in course.dates:
        after = course.dates[item]
    else:
        return allocation
    return np.where(np.isfinite(after), allocation + np.minimum(after, NEVER).astype(np.int64), NEVER)


def _vanished(plan: Plan, made: BoolArray, draws: Draws) -> BoolArray:
    """Scans that show no target any more: for a share of the subjects every one from the second on."""
    share = plan.lesions.complete if plan.lesions is not None else None
    if share is None:
        return np.zeros(made.shape, dtype=np.bool_)
    gone = draws.uniform("targets vanish") < float(share)
    return gone[:, None] & made & (np.cumsum(made, axis=1) > 1)


def _sizes(
    lesions: Lesions, made: BoolArray, grows: BoolArray, after_surgery: BoolArray, residual: IntArray, draws: Draws
) -> IntArray:
    """Diameters by scan: a slow fall to a plateau, one jump at progression, what the operation left behind."""
    count, width = made.shape
    depth = 0.6 + 0.4 * draws.uniform("depth of response")
    fall = np.minimum(1.0, np.arange(1, width + 1) / 3)
    ratio = (1 - (1 - depth[:, None]) * fall) * np.exp(0.01 * draws.normal("measurement", width))
    sizes = np.maximum(np.rint(lesions.decision[:, None, :] * ratio[:, :, None]), 50).astype(np.int64)
    # The smallest sum before progression cannot be above the baseline, so 1.4 times the baseline and 10 mm is PD.
    larger = np.maximum(np.rint(1.4 * lesions.decision), lesions.decision + 100).astype(np.int64)
    sizes = np.where(grows[:, :, None], larger[:, None, :], sizes)
    left = np.where(residual == 1, draws.whole("small residual", 50, 95)[:, 0], 0)
    left = np.where(residual == 2, draws.whole("large residual", 120, 250)[:, 0], left)
    first_only = np.arange(MOST_TARGETS) == 0
    sizes = np.where(after_surgery[:, :, None], np.where(first_only, left[:, None, None], 0), sizes)
    return np.where(made[:, :, None] & lesions.present[:, None, :], sizes, 0).reshape(count, width, MOST_TARGETS)


def _verdicts(lesions: Lesions, sizes: IntArray, after_surgery: BoolArray, residual: IntArray) -> IntArray:
    totals = sizes.sum(axis=2)
    baseline = lesions.decision.sum(axis=1)[:, None]
    seen = np.where(totals > 0, totals, NEVER)
    nadir = np.minimum.accumulate(np.concatenate([baseline, seen], axis=1), axis=1)[:, :-1]
    by_sum = sums_verdict(totals, np.broadcast_to(baseline, totals.shape), nadir)
    left_behind = np.array([NED, NON_CR_NON_PD, SD])[residual][:, None]
    return np.where(after_surgery, left_behind, by_sum)
