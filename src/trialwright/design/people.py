"""Invented subjects from screening to the end of observation, as arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from trialwright.design.accrual import Entry, allocated_arms, arrivals, calendar_entry, drawn_sites
from trialwright.design.answers import Asked, answers_of, asked_of, criteria_of, date_draws, gates_of, sex_words
from trialwright.design.courses import Course, course_of, time_of
from trialwright.design.days import NEVER, never_after
from trialwright.design.facts import Answer, Facts, holds
from trialwright.design.imaging import VERDICTS, FollowUp, Lesions, first_lesions, follow_up
from trialwright.design.laboratory import upper_limits
from trialwright.design.lapses import Observation, observed
from trialwright.design.marker import MarkerCourse, marker_course
from trialwright.design.plan import Plan
from trialwright.design.subset import shifted, taken
from trialwright.errors import StudyError
from trialwright.model.criteria import Inclusion
from trialwright.numerics.sampling import Draws

__all__ = ["Allocated", "People", "Screened", "invented"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

MAX_SCREENED_PER_SUBJECT: Final = 200
RECENT_DAYS: Final = (7, 28)


@dataclass(frozen=True, slots=True)
class Screened:
    """Everyone who consented.

    Parameters
    ----------
    draws : Draws
        Their random numbers.
    sites : ndarray of int
        Site of each, from 0.
    entry : Entry
        Days up to the decision.
    facts : Facts
        Complete facts.
    lesions : Lesions
        Targets up to the decision.
    marker : MarkerCourse or None
        Course of the serial marker.
    failed_gate : ndarray of int
        0 eligible throughout, 1 failed at registration, 2 failed at the decision about allocation.
    reasons : Answer
        First criterion that failed, in words.
    """

    draws: Draws
    sites: IntArray
    entry: Entry
    facts: Facts
    lesions: Lesions
    marker: MarkerCourse | None
    failed_gate: IntArray
    reasons: Answer


@dataclass(frozen=True, slots=True)
class Allocated:
    """Those who were allocated, in the order of arrival.

    Parameters
    ----------
    positions : ndarray of int
        Positions among the screened.
    draws : Draws
        Their random numbers.
    days : ndarray of int
        Day of allocation.
    arms : ndarray of int
        Index into the plan's arms.
    residual : ndarray of int
        Residual tumour an operation leaves: 0 none, 1 small, 2 large.
    course : Course
        True moments.
    seen : Observation
        How long they are observed.
    scans : FollowUp
        Scans after allocation.
    next_therapy : ndarray of int
        First day of an unplanned new therapy, `NEVER` if there is none.
    dates : mapping of str to ndarray of int
        Day of every other date item that the scenario's courses bring, `NEVER` if it does not come.
    """

    positions: IntArray
    draws: Draws
    days: IntArray
    arms: IntArray
    residual: IntArray
    course: Course
    seen: Observation
    scans: FollowUp
    next_therapy: IntArray
    dates: Mapping[str, IntArray]


@dataclass(frozen=True, slots=True)
class People:
    """Everyone in an invented trial."""

    plan: Plan
    screened: Screened
    allocated: Allocated


def invented(plan: Plan, seed: int, trial: int) -> People:
    """The subjects of one invented trial.

    Parameters
    ----------
    plan : Plan
        Study and scenario.
    seed, trial : int
        Of the random numbers.

    Returns
    -------
    People
        As many screened as it takes to allocate the plan's number.

    Raises
    ------
    StudyError
        When hardly anyone is eligible, or the cutoff comes before the last allocation.

    Examples
    --------
    >>> from trialwright.conduct.studies import open_study
    >>> from trialwright.design.plan import plan_of
    >>> plan = plan_of(open_study("nct07295132").study, "base", 8)
    >>> people = invented(plan, seed=7, trial=0)
    >>> people.allocated.positions.size
    8
    """
    screened = _screened(plan, asked_of(plan), seed, trial)
    positions = np.flatnonzero(screened.failed_gate == 0)
    if (latest := int(screened.entry.decision.max())) > plan.cutoff_day:
        raise StudyError(
            f"scenario {plan.scenario!r} ends {latest - plan.cutoff_day} days before its last subject is allocated",
            where=plan.study.id,
            mend="lengthen the cutoff, quicken the accrual or take fewer subjects",
        )
    return People(plan, screened, _allocated(plan, screened, positions, seed, trial))


def _screened(plan: Plan, asked: Asked, seed: int, trial: int) -> Screened:
    count = 11 * plan.subjects // 4 + 20
    while count <= MAX_SCREENED_PER_SUBJECT * (plan.subjects + 20):
        everyone = _drawn(plan, asked, Draws.first(seed, trial, count))
        eligible = np.flatnonzero(everyone.failed_gate == 0)
        if eligible.size >= plan.subjects:
            everyone = _at_pace(plan, everyone, plan.subjects / (int(eligible[plan.subjects - 1]) + 1))
            eligible = np.flatnonzero(everyone.failed_gate == 0)
            if eligible.size >= plan.subjects:
                kept = int(eligible[plan.subjects - 1]) + 1
                screened = taken(everyone, np.arange(kept))
                return replace(screened, facts=replace(screened.facts, count=kept))
        count *= 2
    raise StudyError(
        f"scenario {plan.scenario!r} makes hardly anyone eligible",
        where=plan.study.id,
        mend="raise the shares of the answers that the criteria ask for",
    )


def _drawn(plan: Plan, asked: Asked, draws: Draws) -> Screened:
    """Everyone with a place in the order of arrival, as if all of them were eligible."""
    entry = calendar_entry(plan, draws)
    lesions = first_lesions(draws, plan.lesions)
    if plan.induction is None:  # nothing is given between the two scans, which are one
        lesions = replace(lesions, decision=lesions.baseline)
    sexes = sex_words(asked)
    age_years = np.clip(60 + 10 * draws.normal("age")[:, 0], 20, 90)
    facts = Facts(
        count=draws.count,
        answers=answers_of(plan, asked, draws),
        days=_days(plan, entry, draws),
        birth=entry.consent - np.rint(age_years * 365.25).astype(np.int64),
        sex=Answer(draws.category("sex", [1.0] * len(sexes))[:, 0], sexes),
        responses={plan.before.id: Answer(lesions.response, VERDICTS)} if plan.before else {},
        upper_limits=upper_limits(plan.study),
        score_items={use.id: use.item for use in plan.study.scores if use.item is not None},
    )
    failed_gate, reasons = _failures(plan, facts, entry)
    marker = marker_course(plan.marker[1], draws) if plan.marker else None
    if marker is not None and plan.before and any(each.criteria for each in plan.study.markers):
        marker = marker.without_fall(facts.responses[plan.before.id].is_any(lambda word: word == "PD"))
    return Screened(draws, drawn_sites(plan, draws), entry, facts, lesions, marker, failed_gate, reasons)


def _at_pace(plan: Plan, everyone: Screened, share_eligible: float) -> Screened:
    """The same subjects coming so much faster that the eligible ones come at the scenario's rate."""
    by = arrivals(plan, everyone.draws, share_eligible) - everyone.entry.consent
    entry = everyone.entry.moved(by)
    facts = replace(everyone.facts, days=shifted(everyone.facts.days, by), birth=everyone.facts.birth + by)
    failed_gate, reasons = _failures(plan, facts, entry)
    return replace(everyone, entry=entry, facts=facts, failed_gate=failed_gate, reasons=reasons)


def _days(plan: Plan, entry: Entry, draws: Draws) -> Mapping[str, IntArray]:
    days: dict[str, IntArray] = {}
    starts = plan.study.time_points[plan.induction.starts].item if plan.induction and plan.induction.starts else ""
    for name, item in plan.study.items.items():
        if item.is_ != "date":
            continue
        place = plan.places[name]
        decod = dict(place.where).get("DSDECOD", ())
        if (place.domain, place.column) == ("DM", "RFICDTC") or decod == ("INFORMED CONSENT OBTAINED",):
            days[name] = entry.consent
        elif name == plan.study.time_points[plan.registration].item:
            days[name] = entry.registration
        elif name == plan.study.time_points[plan.allocation].item:
            days[name] = entry.decision
        elif name == starts:
            days[name] = entry.cycle_days[:, 0]
        elif place.domain == "MH" and name not in plan.draws:
            days[name] = entry.consent - draws.whole(f"days before consent {name}", *RECENT_DAYS)[:, 0]
    days.update(date_draws(plan, draws, days))
    days.update({name: days[point.item] for name, point in plan.study.time_points.items() if point.item in days})
    return days


def _failures(plan: Plan, facts: Facts, entry: Entry) -> tuple[IntArray, Answer]:
    criteria = criteria_of(plan.study)
    failed_gate = np.zeros(facts.count, dtype=np.int64)
    reasons = np.full(facts.count, -1, dtype=np.int64)
    gates = {plan.registration: (1, entry.registration), plan.allocation: (2, entry.decision)}
    for gate, (number, days) in gates.items():
        for position, criterion in enumerate(criteria):
            if gate not in gates_of(plan, criterion):
                continue
            true = holds(criterion.when, facts, gate, days, favours=isinstance(criterion, Inclusion))
            failed = (~true if isinstance(criterion, Inclusion) else true) & (failed_gate == 0)
            failed_gate[failed] = number
            reasons[failed] = position
    words = tuple(
        f"{criterion.id} {'not met' if isinstance(criterion, Inclusion) else 'met'}: {criterion.text}"
        for criterion in criteria
    )
    return failed_gate, Answer(reasons, words)


def _allocated(plan: Plan, screened: Screened, positions: IntArray, seed: int, trial: int) -> Allocated:
    draws = screened.draws.of(positions)
    facts = replace(taken(screened.facts, positions), count=positions.size)
    days = screened.entry.decision[positions]
    arms = allocated_arms(plan, days, seed, trial)
    course = course_of(plan, arms, facts, draws)
    seen = observed(plan, course, days, draws)
    residual = _residual(plan, facts)
    lesions = taken(screened.lesions, positions)
    scans = follow_up(plan, lesions, course, residual, days, seen.last, draws)
    later = _later_dates(plan, arms, facts, draws, days, scans.documented)
    dates = {**{name: _days_after(day, days) for name, day in course.dates.items()}, **later}
    seen_dates = {name: never_after(day, seen.last) for name, day in dates.items()}
    therapy = seen_dates.pop(plan.next_therapy, np.full(arms.size, NEVER, dtype=np.int64))
    return Allocated(positions, draws, days, arms, residual, course, seen, scans, therapy, seen_dates)


def _residual(plan: Plan, facts: Facts) -> IntArray:
    if not plan.residual:
        return np.zeros(facts.count, dtype=np.int64)
    answer = facts.answer(plan.residual, "")
    size = {"R0": 0, "R1": 1, "R2": 2}
    return np.array([size.get(word.rsplit("_", 1)[-1], 0) for word in answer.words], dtype=np.int64)[answer.codes]


def _days_after(times: FloatArray, start: IntArray) -> IntArray:
    """Day numbers of times in whole days since a start; `NEVER` for an infinite one."""
    return np.where(np.isfinite(times), start + np.minimum(times, NEVER).astype(np.int64), NEVER)


def _later_dates(
    plan: Plan, arms: IntArray, facts: Facts, draws: Draws, days: IntArray, documented: IntArray
) -> dict[str, IntArray]:
    """Days of the date items whose clocks start at the documented progression, or at another of them."""
    seen = np.where(documented < NEVER, documented - days, np.inf)
    moments: dict[str, FloatArray] = {plan.allocation: np.zeros(arms.size), "progression": seen}
    found = {}
    for name in dict.fromkeys(clock.event for clock in plan.clocks):
        starts = [clock.starts for clock in plan.clocks if clock.event == name]
        own = name in plan.study.items and name != plan.procedure
        if own and all(start in moments for start in starts) and "progression" in starts:
            time = np.ceil(time_of(name, plan, arms, facts, draws, moments))
            moments[name] = time
            found[name] = _days_after(time, days)
    return found
