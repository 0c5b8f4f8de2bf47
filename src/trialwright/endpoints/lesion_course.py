"""What decides the time of each treated lesion: its ablation, its zone, and what happened to its subject."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from trialwright.endpoints.censoring import REASONS, Stops, therapy_start
from trialwright.endpoints.cohort import Cohort
from trialwright.endpoints.course import Course
from trialwright.endpoints.events import Candidate, FirstEvents, candidates, condition
from trialwright.endpoints.horizon import horizon_days
from trialwright.endpoints.measure import Request
from trialwright.endpoints.rules import Rules, rules_of
from trialwright.endpoints.sources import subject_picks
from trialwright.endpoints.timeline import FAR, NEVER, Flags, Picks
from trialwright.endpoints.zones import Zones, gathered, linked_picks, treated_zones
from trialwright.model.derivation import subject_findings
from trialwright.model.finding import Finding

__all__ = ["LesionCourse", "lesion_course", "lesion_findings", "lesion_roles"]

_THERAPY: Final = REASONS.index("new-therapy")


@dataclass(frozen=True, slots=True, eq=False)
class LesionCourse:
    """What decides the row of each lesion.

    Parameters
    ----------
    zones : Zones
        The lesions.
    course : Course
        One entry a lesion, as a subject's course has one a subject.
    cleared : Picks
        Scan that first showed the zone clear after an ablation.
    """

    zones: Zones
    course: Course
    cleared: Picks


def lesion_course(cohort: Cohort, request: Request) -> LesionCourse:
    """What decides the time of each treated lesion of one definition.

    Parameters
    ----------
    cohort : Cohort
        The subjects.
    request : Request
        The definition; its origin is a time point whose item is the ablation.

    Returns
    -------
    LesionCourse
        One entry a lesion that an ablation names.

    Notes
    -----
    A zone that still holds viable tumour at the first scan is a failure of the technique and not a progression: the
    clock starts at the last ablation up to the scan that first shows the zone clear, and viable tumour counts from the
    day after that scan. A procedure that names one lesion competes with the progression of that lesion alone; one that
    names none, a death and the end of observation concern all lesions of the subject.

    References
    ----------
    Ahmed et al., Radiology 2014;273:241-260 (unverified); Puijk et al., Radiology 2021 (abstract only).
    """
    study, definition = cohort.study, request.definition
    rules = rules_of(study, definition, request.where, cohort.censoring)
    point = study.time_points[str(definition.origin)]
    zones = treated_zones(cohort, study.series(definition.assessment or ""), point.item, request.where)
    member = cohort.members(definition.set, definition.arms)[zones.subject]
    begun = zones.ablations.first(np.full(zones.size, NEVER, np.int64))
    cleared = zones.clear.first(np.where(begun.found, begun.day, FAR - 1))
    origin = zones.ablations.last(np.where(cleared.found, cleared.day, NEVER)).where(member)
    events = _first_events(cohort, request, zones, cleared)
    stop = _stops(cohort, rules, zones, events)
    limit = np.where(origin.found, np.minimum(stop.day, cohort.end[zones.subject]), NEVER)
    last = zones.read.last(limit)
    happened = events.picks.found & origin.found
    early = happened & (events.picks.day < origin.day)
    counted = happened & ~stop.stopped & ~early
    horizon = horizon_days(cohort, definition, origin)
    last = last.where(last.day >= origin.day)
    dead = events.among([candidate.event == "death" for candidate in events.candidates])
    held = counted & dead & cohort.observation.held[zones.subject] & (events.picks.day <= horizon)
    course = Course(member, origin, events, stop, last, counted, early, horizon, rules, held)
    return LesionCourse(zones, course, cleared)


def _first_events(cohort: Cohort, request: Request, zones: Zones, cleared: Picks) -> FirstEvents:
    """First event of each lesion; of several on one day the endpoint's own comes first."""
    found = candidates(request.endpoint.id, request.name, request.definition)
    best, kind = Picks.none(zones.size), np.full(zones.size, -1, np.int64)
    findings: list[Finding] = []
    for number, candidate in enumerate(found):
        picks = _occurrence(cohort, candidate, zones, cleared)
        if candidate.when is not None:
            holds, unknown = (flags[zones.subject] for flags in condition(cohort, candidate.path))
            text = f"whether {candidate.words.lower()} counts cannot be judged; it is not counted"
            findings.extend(subject_findings("T06", request.where, _named(cohort, zones, unknown & picks.found), text))
            picks = picks.where(holds)
        earlier = picks.found & (~best.found | (picks.day < best.day))
        best, kind = picks.where(earlier, best), np.where(earlier, number, kind)
    return FirstEvents(best, kind, found, tuple(findings))


def _occurrence(cohort: Cohort, candidate: Candidate, zones: Zones, cleared: Picks) -> Picks:
    if candidate.assessed:
        return zones.viable.first(np.where(cleared.found, cleared.day + 1, FAR - 1))
    if candidate.event == "death":
        return gathered(cohort.observation.deaths, zones.subject)
    return linked_picks(cohort, candidate.event, zones)


def _stops(cohort: Cohort, rules: Rules, zones: Zones, events: FirstEvents) -> Stops:
    """What ended the observation of each lesion's subject strictly before the lesion's first event."""
    rows = {reason: Picks.none(cohort.roster.size) for reason in REASONS}
    bound = Picks.none(cohort.roster.size)
    if rules.therapy:
        rows["new-therapy"], bound = therapy_start(cohort, rules.therapy)
    rows["lost"], rows["withdrawal"] = cohort.observation.lost, cohort.observation.withdrawn
    if rules.treatment_stop:
        rows["treatment-stop"] = cohort.observation.off_treatment
    of_lesions = [gathered(row, zones.subject) for row in rows.values()]
    days = np.stack([np.where(row.found, row.day, FAR) for row in of_lesions])
    reason = days.argmin(axis=0)
    day = days[reason, np.arange(zones.size)]
    stopped = day < np.where(events.picks.found, events.picks.day, FAR)
    row = Picks.none(zones.size)
    for number, each in enumerate(of_lesions):
        row = each.where(stopped & (reason == number), row)
    nobody = Picks.none(zones.size)
    return Stops(
        np.where(stopped, day, FAR),
        np.where(stopped, reason, -1),
        row,
        np.zeros(zones.size, np.int64),
        zones.read,
        nobody,
        gathered(bound, zones.subject).where(stopped & (reason == _THERAPY)),
        rules.findings,
    )


def lesion_roles(cohort: Cohort, request: Request, found: LesionCourse) -> list[tuple[str, Picks]]:
    """Rows each lesion's time rests on; taking one away changes the lesion's row or leaves none.

    Parameters
    ----------
    cohort : Cohort
        The subjects.
    request : Request
        The definition.
    found : LesionCourse
        What decides the rows.

    Returns
    -------
    list of (role, Picks)
        One row a lesion: the event or the last scan and what stopped observation, the scan that showed the zone clear
        where another would not do as well, the ablation, the lesion, what brought the subject into the set, DM.
    """
    course, zones = found.course, found.zones
    inside = np.zeros(zones.size, np.bool_)
    inside[course.shown] = True
    happened = course.counted | course.early
    free = inside & ~happened
    seen = course.last.day
    without = zones.read.last(np.where(free, cohort.end[zones.subject], NEVER)).day
    stopped = free & course.stops.stopped & ((without != seen) | course.events.picks.found)
    roles = [
        ("event", course.events.picks.where(inside & happened)),
        ("last", course.last.where(free)),
        ("stop", course.stops.row.where(stopped)),
        ("cleared", found.cleared.where(inside & _needed(found))),
        ("bound", course.stops.bound.where(stopped)),
        ("origin", course.origin.where(inside)),
        ("lesion", zones.first_seen.where(inside)),
    ]
    if request.definition.set is not None:
        reached = gathered(cohort.sets[request.definition.set].reached, zones.subject)
        roles.append(("set", reached.where(inside)))
    return [*roles, ("subject", subject_picks(np.ones(zones.size, np.bool_)).where(inside))]


def _needed(found: LesionCourse) -> Flags:
    """Whether the next clear scan would lead to another row than the scan that first showed the zone clear."""
    zones, cleared, origin = found.zones, found.cleared, found.course.origin
    after = np.where(cleared.found, cleared.day, NEVER)
    later = zones.clear.first(np.where(cleared.found, cleared.day + 1, FAR - 1))
    restarted = zones.ablations.last(np.where(later.found, later.day, NEVER)).day != origin.day
    recurred = zones.viable.first(np.where(cleared.found, cleared.day + 1, FAR - 1))
    between = recurred.found & (recurred.day <= later.day)
    alone = zones.clear.count(after, after) == 1
    needed: Flags = cleared.found & alone & (~later.found | restarted | between)
    return needed


def lesion_findings(cohort: Cohort, request: Request, found: LesionCourse) -> list[Finding]:
    """What is doubtful in the rows of lesions.

    Parameters
    ----------
    cohort : Cohort
        The subjects.
    request : Request
        The definition.
    found : LesionCourse
        What decides the rows.

    Returns
    -------
    list of Finding
        Ablations without a lesion, events before the ablation, lesions never seen clear, events after loss.
    """
    course, zones = found.course, found.zones
    lost = [REASONS.index("lost"), REASONS.index("withdrawal")]
    gone = course.stops.stopped & np.isin(course.stops.reason, lost) & course.events.picks.found & course.origin.found
    never = course.member & zones.ablations.first(np.full(zones.size, NEVER, np.int64)).found & ~found.cleared.found
    label = "" if request.name == "used" else f" (definition {request.name})"
    doubts = (
        ("T01", course.early, "an event of a lesion before its ablation; no time is derived"),
        ("T04", gone, "an event of a lesion after loss or withdrawal is not counted"),
        ("T26", never, "a lesion was ablated and never shown clear; no time is derived"),
    )
    every = [*zones.findings, *course.events.findings, *course.stops.findings]
    for rule, who, text in doubts:
        every.extend(subject_findings(rule, request.where, _named(cohort, zones, who), text + label))
    return every


def _named(cohort: Cohort, zones: Zones, who: Flags) -> list[str]:
    """USUBJID of the subjects of some lesions, each once."""
    subjects = np.zeros(cohort.roster.size, np.bool_)
    subjects[zones.subject[who]] = True
    return cohort.roster.names(subjects)
