"""What decides each subject's time: the origin, the first event, what stopped observation, the last evidence."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from trialwright.endpoints.censoring import REASONS, Stops, stops
from trialwright.endpoints.cohort import ASSESSED, Cohort
from trialwright.endpoints.contacts import survival_contacts
from trialwright.endpoints.events import NEVER_FREE, FirstEvents, candidates, first_events
from trialwright.endpoints.horizon import horizon_days
from trialwright.endpoints.measure import Request
from trialwright.endpoints.moments import first_possible, last_possible
from trialwright.endpoints.origins import origins
from trialwright.endpoints.rules import Rules, rules_of
from trialwright.endpoints.schedule import next_planned
from trialwright.endpoints.sources import subject_picks
from trialwright.endpoints.timeline import FAR, FLAGS, NEVER, Flags, Ints, Picks
from trialwright.endpoints.values import value_picks
from trialwright.model.derivation import subject_findings
from trialwright.model.endpoint import FirstResponse
from trialwright.model.finding import Finding
from trialwright.model.items import item_of

__all__ = ["Course", "course_findings", "course_of", "course_roles"]

_LOST: Final = (REASONS.index("lost"), REASONS.index("withdrawal"))
_GAP: Final = REASONS.index("missed-assessments")
_THERAPY: Final = REASONS.index("new-therapy")
_YEAR: Final = FLAGS.index("M")  # month and day are not written


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """What decides each subject's row of one definition.

    Parameters
    ----------
    member : numpy.ndarray of bool
        Who belongs to the definition's set and arms.
    origin : Picks
        Origin of the members.
    events : FirstEvents
        First events.
    stops : Stops
        What ended observation before the first event.
    last : Picks
        Last evidence without an event: the last adequate assessment or the last day known alive.
    counted : numpy.ndarray of bool
        Whose event counts.
    early : numpy.ndarray of bool
        Whose event lies before the origin.
    horizon : numpy.ndarray of int64
        Last day inside the horizon.
    rules : Rules
        The rules it was derived by.
    held : numpy.ndarray of bool
        Whose event is a death of which the day cannot be told.
    waiting : numpy.ndarray of bool, optional
        Who has not been rendered free of disease yet, where that counts.
    shown_by : Picks, optional
        Row that shows a subject as rendered free of disease, or as never to be.
    """

    member: Flags
    origin: Picks
    events: FirstEvents
    stops: Stops
    last: Picks
    counted: Flags
    early: Flags
    horizon: Ints
    rules: Rules
    held: Flags
    waiting: Flags | None = None
    shown_by: Picks | None = None

    @property
    def alive(self) -> bool:
        """Whether the last evidence is a day known alive."""
        return self.rules.alive

    @property
    def shown(self) -> Ints:
        """Positions of the subjects that get a row."""
        return np.flatnonzero(self.origin.found & (self.horizon >= self.origin.day))

    @property
    def deciding(self) -> Picks:
        """The row that gives the date: the event, the last evidence without one, or the origin."""
        return self.events.picks.where(self.counted | self.early, self.last.where(self.last.found, self.origin))

    @property
    def judged(self) -> Flags:
        """Whose row rests on what the first event was: it counts, or too many assessments were missed before it."""
        judged: Flags = self.counted | (self.stops.reason == _GAP)
        return judged

    @property
    def beyond(self) -> Flags:
        """Whose time goes on after the horizon."""
        return (self.deciding.day > self.horizon) & ~self.early


def course_of(cohort: Cohort, request: Request) -> Course:
    """What decides each subject's row of one definition.

    Parameters
    ----------
    cohort : Cohort
        The subjects.
    request : Request
        The definition.

    Returns
    -------
    Course
        One entry a subject.

    Raises
    ------
    NotAllowedError
        If the definition states no censoring.

    Notes
    -----
    Whatever strictly precedes the first event ends observation, and the subject is censored at the last evidence up to
    it. On one day an event comes before a new therapy, a progression before a death.
    """
    definition = request.definition
    rules = rules_of(cohort.study, definition, request.where, cohort.censoring)
    member = cohort.members(definition.set, definition.arms)
    origin = origins(cohort, definition).where(member)
    if not isinstance(definition.origin, FirstResponse):
        origin = origin.where(origin.imputed < _YEAR)  # a clock that may start any day of a year starts on none
    found = candidates(request.endpoint.id, request.name, definition, rules.clinical)
    events = first_events(cohort, found, definition.assessment, request.where)
    if rules.year_of_death == "midpoint":
        events = _midpoints(cohort, events)
    stop = stops(cohort, rules, definition.assessment, origin, events, request.where)
    limit = np.where(origin.found, np.minimum(stop.day, cohort.end), NEVER)
    last = _evidence(cohort, request, rules, stop, limit)
    last = last.where(last.day >= origin.day if rules.alive else last.day > origin.day)
    happened = events.picks.found & origin.found
    early = happened & (events.picks.day < origin.day)
    counted = happened & ~stop.stopped & ~early
    horizon = horizon_days(cohort, definition, origin)
    dead = events.among([candidate.event == "death" for candidate in events.candidates])
    held = counted & dead & cohort.observation.held & (events.picks.day <= horizon)
    if rules.year_of_death == "midpoint":
        held &= events.picks.imputed < _YEAR
    dated = _dated(cohort, request, rules, events)
    return Course(member, origin, dated, stop, last, counted, early, horizon, rules, held)


def _midpoints(cohort: Cohort, events: FirstEvents) -> FirstEvents:
    """Deaths known to the year only on the middle one of the days that they can have been."""
    dead = events.among([candidate.event == "death" for candidate in events.candidates])
    picks = events.picks
    latest = np.minimum(last_possible(picks), cohort.end)
    middle = (picks.day + latest) // 2
    return replace(events, picks=picks.on(np.where(dead & (picks.imputed == _YEAR), middle, picks.day)))


def _evidence(cohort: Cohort, request: Request, rules: Rules, stop: Stops, limit: Ints) -> Picks:
    """Last row that shows a subject without an event."""
    series = request.definition.assessment
    match rules.at:
        case "last known alive":
            return cohort.observation.last_alive(limit)
        case "last survival contact":
            return survival_contacts(cohort.roster, cohort.cutoff).last(limit)
        case "last score":
            since = np.full(cohort.roster.size, NEVER, np.int64)
            return value_picks(cohort, item_of(cohort.study, request.definition.of or ""), since, limit)
        case "last assessment" if series is not None:
            return cohort.assessed(series, ASSESSED).last(limit)
        case _:
            return stop.adequate.last(limit)


def _dated(cohort: Cohort, request: Request, rules: Rules, events: FirstEvents) -> FirstEvents:
    """Events with documented progressions moved to the planned assessment after them, where the rules say so."""
    series = request.definition.assessment
    if rules.progression_on == "evidence" or series is None:
        return events
    documented = events.among([candidate.event == "progression" for candidate in events.candidates])
    planned = next_planned(cohort, series, np.where(documented, events.picks.day, NEVER))
    death = cohort.observation.deaths
    latest = np.minimum(cohort.end, np.where(death.found, death.day, FAR))
    later = np.maximum(np.minimum(planned, latest), events.picks.day)
    return replace(events, picks=events.picks.on(np.where(documented, later, events.picks.day)))


def course_roles(cohort: Cohort, request: Request, course: Course) -> list[tuple[str, Picks]]:
    """Rows each subject's time rests on; taking one away changes the subject's row or leaves none.

    Parameters
    ----------
    cohort : Cohort
        The subjects.
    request : Request
        The definition.
    course : Course
        What decides the rows.

    Returns
    -------
    list of (role, Picks)
        The event or the last evidence and what stopped observation, an assessment without which too many would have
        been missed, a row that bounds an imputed date, the origin, the row that brought the subject into the set, DM.
    """
    inside = np.zeros(cohort.roster.size, np.bool_)
    inside[course.shown] = True
    stop, happened = course.stops, course.counted | course.early
    free = inside & ~happened
    stopped = free & stop.stopped & ~_idle(cohort, request, course)
    roles = [
        ("event", course.events.picks.where(inside & happened)),
        *([("shown", course.shown_by.where(inside))] if course.shown_by is not None else []),
        ("last", course.last.where(free)),
        ("stop", stop.row.where(stopped)),
        ("observed", stop.watched.where(inside & ~course.early)),
        ("bound", stop.bound.where(stopped)),
        ("bound", _bound(cohort, course).where(inside)),
        ("origin", course.origin.where(inside)),
    ]
    if request.definition.set is not None:
        roles.append(("set", cohort.sets[request.definition.set].reached.where(inside)))
    return [*roles, ("subject", subject_picks(inside))]


def _idle(cohort: Cohort, request: Request, course: Course) -> Flags:
    """For whom what stopped observation decides nothing: the same evidence lies beyond the horizon without it."""
    evidence = _evidence(cohort, request, course.rules, course.stops, cohort.end)
    same: Flags = evidence.day == course.last.day
    return course.beyond & ~course.events.picks.found & same


def _bound(cohort: Cohort, course: Course) -> Picks:
    """The contact or assessment just before an imputed event, where the result would be another without it."""
    picks, stop = course.events.picks, course.stops
    bound = Picks.none(cohort.roster.size)
    if not (picks.imputed > 0).any():
        return bound
    refuted = course.held & (picks.imputed < _YEAR)
    later = last_possible(picks)
    after = cohort.observation.contacts.count(np.where(refuted, later + 1, FAR), np.where(refuted, cohort.end, NEVER))
    bound = cohort.observation.contacts.last(np.where(after == 1, cohort.end, NEVER)).where(refuted & (after == 1))
    moved = (picks.imputed > 0) & (picks.day > first_possible(picks)) & ~course.held
    shown = course.counted | course.early | (stop.reason == _GAP)
    eve = picks.day - 1
    for number, candidate in enumerate(course.events.candidates):
        line = cohort.observation.contacts if candidate.event == "death" else stop.adequate
        earlier = np.maximum(line.last(eve - 1).day + 1, np.maximum(first_possible(picks), course.origin.day))
        # of two rows on that day neither is needed
        alone = moved & (course.events.kind == number) & (line.count(eve, eve) == 1) & (shown | (earlier <= stop.day))
        bound = line.last(np.where(alone, eve, NEVER)).where(alone, bound)
    return bound


def _never(course: Course) -> Flags:
    """Whose event is never to have been rendered free of disease."""
    return course.events.among([candidate.event == NEVER_FREE for candidate in course.events.candidates])


def course_findings(cohort: Cohort, request: Request, course: Course) -> list[Finding]:
    """What is doubtful in the rows of one definition.

    Parameters
    ----------
    cohort : Cohort
        The subjects.
    request : Request
        The definition.
    course : Course
        What decides the rows.

    Returns
    -------
    list of Finding
        Events before the origin or after the end of observation, members without origin, imputed days.
    """
    origin, stop, event = course.origin, course.stops, course.events.picks
    gone = stop.stopped & np.isin(stop.reason, _LOST) & event.found & origin.found
    therapy = stop.stopped & (stop.reason == _THERAPY) & (stop.day < origin.day) & origin.found
    imputed = (course.counted | course.early) & (event.imputed > 0) & (event.domain > 0) & ~_never(course)
    # whoever has no response has no duration of one, and nothing is amiss
    responds = isinstance(request.definition.origin, FirstResponse)
    expected = np.full(cohort.roster.size, not responds)
    started = origin.found & (origin.imputed > 0)
    by_rule = "assessment-latest" if responds else "point-earliest"
    ended = stop.stopped & (stop.reason != _GAP) & (stop.row.imputed > 0) & origin.found
    begun = stop.reason == _THERAPY
    label = "" if request.name == "used" else f" (definition {request.name})"
    doubts = (
        ("T01", course.early, "event before the origin; no time is derived"),
        ("T04", gone, "an event after loss or withdrawal is not counted"),
        (
            "T05",
            course.member & ~origin.found & expected,
            "no origin, or one known to the year only; no time is derived",
        ),
        ("T05", origin.found & (course.horizon < origin.day), "the origin lies after the horizon; no time is derived"),
        ("T17", started, f"day of the origin imputed by the rule {by_rule}"),
        ("T17", imputed, "day of the event imputed by the rule event-earliest"),
        ("T17", ended & begun, "day of the new therapy imputed by the rule therapy-earliest"),
        ("T17", ended & ~begun, "day on which observation ended imputed by the rule contact-earliest"),
        ("T18", therapy, "the new therapy lies before the origin; censored at the origin"),
    )
    found = [*course.events.findings, *stop.findings]
    for rule, who, text in doubts:
        found.extend(subject_findings(rule, request.where, cohort.roster.names(who), text + label))
    return found
