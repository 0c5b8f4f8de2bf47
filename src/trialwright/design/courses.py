"""Exponential clocks of progression, death and dates, with hazards that change on the way.

All times are days since allocation on one axis, and an event at time t falls on day ceil(t). A clock starts at its
moment and runs at hazard ln 2 / median of the subject's arm; a change multiplies the hazard of all the event's clocks
from its own moment on, where its condition holds. The first clock of an event to end is the event.

* ``progression`` and ``death`` are true moments. A clock of death that starts at ``progression`` starts at the true
  one.
* The procedure (the study's planned removal) runs from the allocation. It is done on day ceil(t) unless progression or
  death falls on that day or before; a moment named after it (``surgery``) is that day, and never comes where it was not
  done.
* A date item that starts at ``progression`` starts on the day the progression was documented. One that starts at the
  procedure comes only where that was done; any other comes unless death falls on its day or before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import NDArray

from trialwright.design.facts import Facts, holds
from trialwright.design.plan import Plan
from trialwright.errors import StudyError
from trialwright.numerics.sampling import Draws

__all__ = ["Course", "course_of", "inverted", "time_of"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Course:
    """True moments of the allocated subjects, in days since allocation.

    Parameters
    ----------
    planned : ndarray of float
        Day the procedure would be done on; infinite in an arm without it.
    operated : ndarray of float
        Day it was done on; infinite where it was not.
    progression, death : ndarray of float
        True moments, not rounded up.
    dates : mapping of str to ndarray of float
        Day of every other date item that a clock brings and that does not wait for the progression, rounded up;
        infinite where it does not come.
    """

    planned: FloatArray
    operated: FloatArray
    progression: FloatArray
    death: FloatArray
    dates: Mapping[str, FloatArray]


def inverted(
    target: FloatArray, hazard: FloatArray, starts: FloatArray, moments: FloatArray, factors: FloatArray
) -> FloatArray:
    """Time at which a cumulative hazard reaches a target.

    Parameters
    ----------
    target : ndarray of shape (n,)
        Cumulative hazard at the event, a standard exponential number.
    hazard : ndarray of shape (n,)
        Hazard a day at the start, 0 for a clock that does not run.
    starts : ndarray of shape (n,)
        Start of the clock; infinite for one that never starts.
    moments, factors : ndarray of shape (n, changes)
        When the hazard is multiplied, and by what; a change before the start counts from the start on.

    Returns
    -------
    ndarray of shape (n,)
        Time of the event, infinite if it never comes.

    Examples
    --------
    >>> one = np.ones(1)
    >>> float(inverted(3 * one, one, 0 * one, one[:, None], 2 * one[:, None])[0])
    2.0
    """
    order = np.argsort(moments, axis=1, kind="stable")
    at = np.maximum(np.take_along_axis(moments, order, axis=1), starts[:, None])
    by = np.take_along_axis(factors, order, axis=1)
    time, left, rate = starts.copy(), target.copy(), hazard.copy()
    ended = np.full(time.shape, np.inf)
    with np.errstate(divide="ignore", invalid="ignore"):
        for column in range(at.shape[1]):
            ends = np.isinf(ended) & (time + left / rate <= at[:, column])
            ended[ends] = (time + left / rate)[ends]
            step = np.where(np.isfinite(at[:, column]), at[:, column] - time, 0.0)
            left = left - rate * step
            time = time + step
            rate = np.where(np.isfinite(at[:, column]), rate * by[:, column], rate)
        final = np.where((rate > 0) & np.isfinite(time), time + left / rate, np.inf)
    return np.where(np.isinf(ended), final, ended)


def time_of(
    event: str, plan: Plan, arms: IntArray, facts: Facts, draws: Draws, moments: Mapping[str, FloatArray]
) -> FloatArray:
    """Time of one event in days since allocation.

    Parameters
    ----------
    event : str
        Event of the scenario's courses.
    plan : Plan
        The plan.
    arms : ndarray of int
        Arm of each subject.
    facts : Facts
        Facts the conditions of hazard changes are judged on.
    draws : Draws
        Random numbers; stream ``course <event> <number of the clock>``.
    moments : mapping of str to ndarray of float
        Moments known by now, in days since allocation.

    Returns
    -------
    ndarray of float
        Infinite where no clock of the event runs.

    Raises
    ------
    StudyError
        When a course starts at a moment that is not known when it is needed.

    Examples
    --------
    >>> from trialwright.conduct.studies import open_study
    >>> from trialwright.design.plan import plan_of
    >>> plan = plan_of(open_study("nct07295132").study, "base", 8)
    >>> from trialwright.design.people import invented
    >>> people = invented(plan, seed=7, trial=0)
    >>> from dataclasses import replace
    >>> from trialwright.design.subset import taken
    >>> some = people.allocated
    >>> facts = replace(taken(people.screened.facts, some.positions), count=8)
    >>> moments = {"allocation": np.zeros(8), "surgery": some.course.planned}
    >>> time = time_of("progression", plan, some.arms, facts, some.draws, moments)
    >>> bool((time == some.course.progression).all())
    True
    """
    changes = [change for change in plan.changes if change.event == event]
    at = np.empty((arms.size, len(changes)))
    by = np.empty((arms.size, len(changes)))
    for column, change in enumerate(changes):
        at[:, column] = _moment(event, change.starts, moments)
        by[:, column] = np.asarray(change.factors)[arms]
        if change.when is not None:
            held = holds(change.when, facts, plan.allocation, facts.days[plan.allocation])
            by[:, column] = np.where(held, by[:, column], 1.0)
    first = np.full(arms.size, np.inf)
    for number, clock in enumerate(clock for clock in plan.clocks if clock.event == event):
        hazard = log(2) / np.asarray(clock.median_days)[arms]
        target = draws.exponential(f"course {event} {number}")
        first = np.minimum(first, inverted(target, hazard, _moment(event, clock.starts, moments), at, by))
    return first


def _moment(event: str, name: str, moments: Mapping[str, FloatArray]) -> FloatArray:
    if name not in moments:
        raise StudyError(
            f"the course of {event!r} starts at {name!r}, which has no moment then",
            mend=f"start it at one of {', '.join(moments)}",
        )
    return moments[name]


def course_of(plan: Plan, arms: IntArray, facts: Facts, draws: Draws) -> Course:
    """True moments of the allocated subjects.

    Parameters
    ----------
    plan : Plan
        The plan.
    arms : ndarray of int
        Arm of each subject.
    facts : Facts
        Facts of the same subjects.
    draws : Draws
        Random numbers of the same subjects.

    Returns
    -------
    Course
        Moments in days since allocation.

    Examples
    --------
    >>> from trialwright.conduct.studies import open_study
    >>> from trialwright.design.plan import plan_of
    >>> plan = plan_of(open_study("nct07295132").study, "base", 8)
    >>> from trialwright.design.people import invented
    >>> people = invented(plan, seed=7, trial=0)
    >>> bool((people.allocated.course.death > people.allocated.course.progression).all())
    True
    """
    entry = facts.days[plan.allocation]
    zero = np.zeros(arms.size)
    moments = {plan.allocation: zero}
    for name in (plan.registration, *(point for point in plan.study.time_points if point in facts.days)):
        moments.setdefault(name, (facts.days[name] - entry).astype(np.float64))
    dates = _brought(plan, arms, facts, draws, moments)
    planned = np.full(arms.size, np.inf)
    if plan.procedure:
        planned = np.ceil(time_of(plan.procedure, plan, arms, facts, draws, moments))
        moments.update(dict.fromkeys(_names_of(plan, plan.procedure), planned))
    progression = time_of("progression", plan, arms, facts, draws, moments)
    death = time_of("death", plan, arms, facts, draws, {**moments, "progression": progression})
    operated = np.where((progression > planned) & (death > planned), planned, np.inf)
    if plan.procedure:
        moments.update(dict.fromkeys(_names_of(plan, plan.procedure), operated))
        dates.update(_brought(plan, arms, facts, draws, moments))
    return Course(planned, operated, progression, death, {name: _living(day, death) for name, day in dates.items()})


def _names_of(plan: Plan, item: str) -> tuple[str, ...]:
    """A date item and the time points it is."""
    return (item, *(name for name, point in plan.study.time_points.items() if point.item == item))


def _living(days: FloatArray, death: FloatArray) -> FloatArray:
    return np.where(days < death, days, np.inf)


def _brought(
    plan: Plan, arms: IntArray, facts: Facts, draws: Draws, moments: dict[str, FloatArray]
) -> dict[str, FloatArray]:
    """Days of date items whose clocks start at a moment that is known; they are added to the moments."""
    found = {}
    for name in dict.fromkeys(clock.event for clock in plan.clocks):
        starts = [clock.starts for clock in plan.clocks if clock.event == name]
        own = name in plan.study.items and name != plan.procedure and name not in moments
        if own and all(start in moments for start in starts):
            found[name] = np.ceil(time_of(name, plan, arms, facts, draws, moments))
            moments.update(dict.fromkeys(_names_of(plan, name), found[name]))
    return found
