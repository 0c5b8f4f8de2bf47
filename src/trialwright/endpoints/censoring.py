"""When a subject without an event stops counting: new therapy, missed assessments, loss, the end of treatment.

The order of evaluation is that of the first thing that strictly precedes the first event; on one day the event wins.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from trialwright.endpoints.cohort import Cohort
from trialwright.endpoints.events import FirstEvents
from trialwright.endpoints.moments import last_possible
from trialwright.endpoints.rules import Rules
from trialwright.endpoints.schedule import elapsed_gap, has_slots, missed_slots
from trialwright.endpoints.timeline import FAR, NEVER, Flags, Ints, Picks, Timeline, timeline
from trialwright.model.derivation import derivation_finding
from trialwright.model.finding import Finding

__all__ = ["CODES", "Stops", "stops", "therapy_start"]

CODES: Final = {"new-therapy": 2, "missed-assessments": 3, "lost": 5, "withdrawal": 5, "treatment-stop": 6}
"""Censoring code of each reason; the order is that in which they win on one day."""

REASONS: Final = tuple(CODES)
_GAP: Final = REASONS.index("missed-assessments")


@dataclass(frozen=True, slots=True, eq=False)
class Stops:
    """What ended observation before the first event.

    Parameters
    ----------
    day : numpy.ndarray of int64
        Its day, `FAR` where nothing did.
    reason : numpy.ndarray of int64
        Position in `REASONS`, -1 where nothing did.
    row : Picks
        The row that says so; for missed assessments that of the event which came too late.
    missed : numpy.ndarray of int64
        Assessments missed between the last adequate one and the first event.
    adequate : Timeline
        Adequate assessments of the series.
    watched : Picks
        An adequate assessment without which too many would have been missed before the first event.
    bound : Picks
        Row that bounds the imputed start of a new therapy.
    findings : tuple of Finding
        Rules that could not be applied.
    """

    day: Ints
    reason: Ints
    row: Picks
    missed: Ints
    adequate: Timeline
    watched: Picks
    bound: Picks
    findings: tuple[Finding, ...]

    @property
    def stopped(self) -> Flags:
        """For whom observation ended before the first event."""
        return self.reason >= 0


def therapy_start(cohort: Cohort, item: str) -> tuple[Picks, Picks]:
    """First day of a new cancer therapy, and the row that bounds an imputed one.

    Parameters
    ----------
    cohort : Cohort
        The subjects.
    item : str
        The date item.

    Returns
    -------
    start : Picks
        Its row; a date without a day follows ``therapy-earliest``: the first possible day, but not before the last
        dose of the trial's treatment that lies in the possible span.
    bound : Picks
        The dose that decided the day, none elsewhere.
    """
    start = cohort.item(item)
    nobody = Picks.none(cohort.roster.size)
    if not (start.imputed > 0).any():
        return start, nobody
    doses = cohort.roster.sheet("EX")
    line = timeline([doses.part(np.ones(doses.frame.height, np.bool_), doses.days("EXSTLO"))])
    last = line.last(np.where(start.found, last_possible(start), NEVER))
    later = start.found & (start.imputed > 0) & (last.day > start.day)
    return start.on(np.where(later, last.day, start.day)), last.where(later)


def stops(cohort: Cohort, rules: Rules, series: str | None, origin: Picks, events: FirstEvents, where: str) -> Stops:
    """What ended each subject's observation before the first event.

    Parameters
    ----------
    cohort : Cohort
        The subjects.
    rules : Rules
        The rules of the definition.
    series : str, optional
        Response series.
    origin : Picks
        Origin of each subject.
    events : FirstEvents
        First event of each subject.
    where : str
        Endpoint, for findings.

    Returns
    -------
    Stops
        The earliest of the stops that lies strictly before the first event.
    """
    n = cohort.roster.size
    adequate = cohort.adequate(series) if series else timeline([])
    event_day = np.where(events.picks.found, events.picks.day, FAR)
    days, rows = np.full((len(REASONS), n), FAR, np.int64), [Picks.none(n) for _ in REASONS]
    bound = Picks.none(n)
    if rules.therapy:
        rows[0], bound = therapy_start(cohort, rules.therapy)
    rows[2], rows[3] = cohort.observation.lost, cohort.observation.withdrawn
    if rules.treatment_stop:
        rows[4] = cohort.observation.off_treatment
    for number, row in enumerate(rows):
        days[number] = np.where(row.found, row.day, FAR)
    gap = _Gap.none(n)
    needed = rules.missed_assessments
    findings: tuple[Finding, ...] = rules.findings
    if needed is not None and series is not None:
        if has_slots(cohort.study, series):
            gap = _gap(cohort, rules, series, origin, events, adequate)
        else:
            text = f"no visit collects '{series}' at intervals, so missed assessments end nobody's observation"
            findings = (*findings, derivation_finding("T16", where, text))
    days[_GAP], rows[_GAP] = gap.closed, events.picks
    reason = days.argmin(axis=0)
    day = days[reason, np.arange(n)]
    stopped = day < event_day
    row = Picks.none(n)
    for number, each in enumerate(rows):
        row = each.where(stopped & (reason == number), row)
    watched = gap.last.where((gap.closed_without < np.minimum(day, event_day)) & ~(stopped & (reason == _GAP)))
    return Stops(
        np.where(stopped, day, FAR),
        np.where(stopped, reason, -1),
        row,
        gap.missed,
        adequate,
        watched,
        bound.where(stopped & (reason == 0)),
        findings,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Gap:
    """Assessments missed before the first event; also as it would be without the last adequate one."""

    missed: Ints
    closed: Ints
    closed_without: Ints
    last: Picks

    @classmethod
    def none(cls, n: int) -> _Gap:
        far = np.full(n, FAR, np.int64)
        return cls(np.zeros(n, np.int64), far, far, Picks.none(n))


def _gap(cohort: Cohort, rules: Rules, series: str, origin: Picks, events: FirstEvents, adequate: Timeline) -> _Gap:
    assessed = events.among([candidate.assessed for candidate in events.candidates])
    event = np.where(events.picks.found, events.picks.day, NEVER)
    last = adequate.last(np.where(assessed, event - 1, event))
    last = last.where(last.day > origin.day)
    count, needed = elapsed_gap if rules.missed_by == "elapsed" else missed_slots, rules.missed_assessments or 1
    missed, closed = count(cohort, series, np.maximum(last.day, origin.day), event, needed)
    earlier = adequate.last(np.where(last.found, last.day - 1, NEVER))
    since = np.maximum(earlier.day, origin.day)
    _, without = count(cohort, series, since, np.where(last.found, event, NEVER), needed)
    return _Gap(missed, closed, without, last)
