"""Subjects who are never rendered free of disease: an event at the origin, where a definition says so."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from trialwright.endpoints.cohort import Cohort
from trialwright.endpoints.course import Course
from trialwright.endpoints.events import NEVER_FREE, Candidate
from trialwright.endpoints.timeline import FAR, NEVER, Picks
from trialwright.model.endpoint import Definition
from trialwright.model.slots import moved

__all__ = ["never_freed"]


def never_freed(cohort: Cohort, definition: Definition, course: Course) -> Course:
    """The same course where whoever is never rendered free of disease has the event at the origin.

    Parameters
    ----------
    cohort : Cohort
        The subjects.
    definition : Definition
        The definition.
    course : Course
        What decides the rows without the clause.

    Returns
    -------
    Course
        Unchanged where the definition has no such clause, or says that the first event counts as for anybody.

    Notes
    -----
    A subject is rendered free by reaching the time point of the clause, within its interval from the origin where it
    names one. Who is not has the event at the origin as soon as that shows: by an event of the endpoint, or by being
    observed beyond the interval. As long as it does not show the subject is censored at the origin, because no day
    free of disease has been seen. A competing event before that stays one.
    """
    clause = definition.never_free
    if clause is None or clause.then == "first event":
        return course
    origin, reached = course.origin, cohort.points[clause.reached]
    deadline = np.full(cohort.roster.size, FAR, np.int64)
    if clause.within is not None:
        deadline = np.where(origin.found, moved(origin.day, clause.within), FAR)
    free = reached.found & (reached.day <= deadline)
    failed = course.counted & ~course.events.competing
    until = np.minimum(course.stops.day, cohort.end)
    overdue = cohort.observation.last_alive(until).day > deadline
    own = origin.found & ~free & ~course.early
    never = own & (failed | overdue)
    waiting = own & ~never & ~course.counted
    nobody = Picks.none(cohort.roster.size)
    kinds = (*course.events.candidates, Candidate(NEVER_FREE, competing=False, when=None, path=""))
    events = replace(
        course.events,
        picks=origin.where(never, course.events.picks.where(~waiting)),
        kind=np.where(never, len(kinds) - 1, np.where(waiting, -1, course.events.kind)),
        candidates=kinds,
    )
    through = never | waiting
    stops = replace(
        course.stops,
        day=np.where(through, FAR, course.stops.day),
        reason=np.where(through, -1, course.stops.reason),
        row=course.stops.row.where(~through),
        watched=course.stops.watched.where(~through),
        bound=course.stops.bound.where(~through),
    )
    # beyond the interval any one contact of several is as good as another
    after = np.where(never & overdue, deadline + 1, FAR)
    seen = cohort.observation.contacts.count(after, np.where(never & overdue, until, NEVER))
    alone = cohort.observation.contacts.last(np.where(seen == 1, until, NEVER)).where(never & (seen == 1))
    by_event = course.events.picks.where(never & failed & ((seen == 0) | (alone.day == course.events.picks.day)))
    return replace(
        course,
        events=events,
        stops=stops,
        last=course.last.where(~through, nobody),
        counted=course.counted | never,
        waiting=waiting,
        shown_by=reached.where(free & ~course.early, by_event.where(by_event.found, alone.where(~failed))),
    )
