"""What is due on a day: slots whose window is open or past, gates that wait, and what has never been answered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

import numpy as np
import polars as pl

from trialwright.model.asked import Asked, asked_at, asked_by_criteria, never_missing
from trialwright.model.given import Given, answers_to
from trialwright.model.schedule import Visit
from trialwright.model.slots import FAR, NEVER, NO_DAYS, fewest_days, slots_of
from trialwright.model.study import Study

__all__ = ["STATUSES", "Course", "Task", "Worklist", "due"]

Status = Literal["overdue", "due", "missing", "next", "missed"]

STATUSES: Final[tuple[Status, ...]] = ("overdue", "due", "missing", "next", "missed")
"""Most urgent first."""

_EPOCH: Final = date(1970, 1, 1)
_ENDED: Final = ("COMPLETED", "LOST TO FOLLOW-UP", "SCREEN FAILURE", "STUDY TERMINATED BY SPONSOR")
_WITHDRAWN: Final = ("WITHDRAWAL BY SUBJECT", "PHYSICIAN DECISION", "PROTOCOL VIOLATION")


@dataclass(frozen=True, slots=True)
class Task:
    """One fact one subject still owes.

    Parameters
    ----------
    subject : str
        USUBJID.
    status : {"overdue", "due", "missing", "next", "missed"}
        Window past and nothing done since; window open; asked for by a gate that waits, or never given; the next window
        to open; window past and done outside it, or overtaken by the next one.
    what, ask : str
        Name and question of the fact; further names that one answer serves follow after a comma.
    by : str
        Role that answers, in capitals; empty when anybody may.
    visit : str
        Visit that asks; empty when a criterion does.
    gate : str
        Gate that waits for it; empty when none does.
    slot : int
        Number of the visit's slot, from 1; 0 where there is none.
    day, opens, closes : date or None
        Day of the slot, first and last day of its window.
    last : str
        Date of the last answer as it was written; empty when there is none.
    note : str
        What else is known of it.

    Examples
    --------
    >>> Task("1", "due", "ca125", "CA-125", "", "cycle", "", 2, None, None, None, "", "").slot
    2
    """

    subject: str
    status: Status
    what: str
    ask: str
    by: str
    visit: str
    gate: str
    slot: int
    day: date | None
    opens: date | None
    closes: date | None
    last: str
    note: str


@dataclass(frozen=True, slots=True)
class Course:
    """How far one subject has come.

    Parameters
    ----------
    subject : str
        USUBJID.
    reached : tuple of str
        Time points reached, in the order declared.
    waiting : str
        Gate that comes next; empty when all are passed or observation has ended.
    ended : date or None
        Day observation ended.
    why : str
        What ended it.

    Examples
    --------
    >>> Course("1", ("registration",), "allocation", None, "").waiting
    'allocation'
    """

    subject: str
    reached: tuple[str, ...]
    waiting: str
    ended: date | None
    why: str


@dataclass(frozen=True, slots=True)
class Worklist:
    """What is due on a day.

    Parameters
    ----------
    on : date
        The day.
    tasks : tuple of Task
        By subject; of one subject the most urgent first.
    courses : tuple of Course
        One a subject.
    withheld : tuple of str
        Visits of single arms that were left out, because they would tell who is in which arm.

    Examples
    --------
    >>> Worklist(date(2026, 3, 1), (), (), ()).tasks
    ()
    """

    on: date
    tasks: tuple[Task, ...]
    courses: tuple[Course, ...]
    withheld: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Window:
    """One slot of one subject; what lies outside it and yet between its neighbours was early or late.

    `since` and `until` are the first and the last day that belong to this slot and to no other.
    """

    slot: int
    day: int
    opens: int
    closes: int
    since: int
    until: int
    is_next: bool
    note: str


@dataclass(frozen=True, slots=True)
class _Subject:
    """One subject: the earliest and latest day of every time point reached, and the end of observation."""

    id: str
    arm: str
    points: Mapping[str, tuple[int, int]]
    ended: int
    why: str


def due(
    study: Study, frames: Mapping[str, pl.DataFrame], points: pl.DataFrame, *, on: date, by_arm: bool = False
) -> Worklist:
    """Everything that subjects owe on a day.

    Parameters
    ----------
    study : Study
        The study; its visits say what is asked when.
    frames : mapping of domain to typed frame
        Its tables as they were known on the day.
    points : polars.DataFrame
        ``USUBJID POINT LO HI``: earliest and latest day of every time point reached.
    on : date
        The day.
    by_arm : bool, default False
        Also visits of single arms, which tell who is in which arm.

    Returns
    -------
    Worklist
        Nothing is owed once observation has ended.

    Notes
    -----
    A partial date of a time point widens the window by what is not known of it, and an answer with a partial date
    counts wherever it can lie, so that nobody is called overdue on a guess. A fact that is asked for on a time point
    and is not bound to it (a code, a text, a date outside FA) is answered by an answer of any day.
    """
    withheld = tuple(visit.id for visit in study.visits if _tells_the_arm(study, visit) and not by_arm)
    visits = tuple(visit for visit in study.visits if visit.id not in withheld)
    excused = never_missing(study)
    asked = {visit.id: _owed(asked_at(study, visit), excused) for visit in visits}
    waits = {gate: _owed(asked_by_criteria(study, gate), excused) for gate in study.gates}
    everything = [item for row in (*asked.values(), *waits.values()) for item in row]
    board = _Board(study, visits, asked, waits, answers_to(everything, frames), (on - _EPOCH).days)
    people = _people(frames, points)
    tasks = [task for person in people for task in board.tasks(person)]
    return Worklist(on, tuple(tasks), tuple(_course(study, person) for person in people), withheld)


def _owed(asked: Sequence[Asked], excused: frozenset[str]) -> tuple[Asked, ...]:
    return tuple(item for item in asked if item.name not in excused)


def _tells_the_arm(study: Study, visit: Visit) -> bool:
    return bool(visit.arms) and set(visit.arms) != set(study.arm_ids)


def _people(frames: Mapping[str, pl.DataFrame], points: pl.DataFrame) -> list[_Subject]:
    reached: dict[str, dict[str, tuple[int, int]]] = {}
    for subject, point, low, high in points.select("USUBJID", "POINT", "LO", "HI").iter_rows():
        reached.setdefault(subject, {})[point] = ((low - _EPOCH).days, (high - _EPOCH).days)
    ends = _ends(frames)
    subjects = frames["DM"].select("USUBJID", "ARMCD").unique("USUBJID", keep="first").sort("USUBJID")
    return [
        _Subject(subject, arm or "", reached.get(subject, {}), *ends.get(subject, (NEVER, "")))
        for subject, arm in subjects.iter_rows()
    ]


def _ends(frames: Mapping[str, pl.DataFrame]) -> dict[str, tuple[int, str]]:
    """Day and reason of the first end of observation; a withdrawal ends it only when its scope says so."""
    what, scope = pl.col("DSDECOD"), pl.col("DSSCOPE").fill_null("")
    ended = (what.is_in(_ENDED) & (scope != "TREATMENT")) | (
        what.is_in(_WITHDRAWN) & scope.is_in(["FOLLOW-UP", "DATA"])
    )
    rows = [
        frames["DS"].filter(ended).select("USUBJID", DAY="DSSTLO", WHY=pl.col("DSDECOD").cast(pl.String)),
        frames["DM"]
        .filter(pl.col("DTHLO").is_not_null() | (pl.col("DTHFL") == "Y"))
        .select("USUBJID", DAY="DTHLO", WHY=pl.lit("DEATH")),
    ]
    found: dict[str, tuple[int, str]] = {}
    for subject, day, why in pl.concat(rows).sort("DAY", nulls_last=True, maintain_order=True).iter_rows():
        found.setdefault(subject, (FAR if day is None else (day - _EPOCH).days, why))
    return found


def _gate_ahead(study: Study, person: _Subject) -> str:
    """The gate that comes next, which all gates before it and none behind it have been passed for."""
    for number, gate in enumerate(study.gates):
        if gate not in person.points:
            return "" if any(later in person.points for later in study.gates[number:]) else gate
    return ""


def _course(study: Study, person: _Subject) -> Course:
    reached = tuple(name for name in study.time_points if name in person.points)
    if person.ended == NEVER:
        return Course(person.id, reached, _gate_ahead(study, person), None, "")
    return Course(person.id, reached, "", _date(person.ended), person.why)


def _date(day: int) -> date | None:
    return _EPOCH + timedelta(days=day) if NEVER < day < FAR else None


@dataclass(frozen=True, slots=True)
class _Board:
    """What is asked, what is given, and today."""

    study: Study
    visits: tuple[Visit, ...]
    asked: Mapping[str, tuple[Asked, ...]]
    waits: Mapping[str, tuple[Asked, ...]]
    given: Mapping[str, Mapping[str, tuple[Given, ...]]]
    today: int

    def tasks(self, person: _Subject) -> list[Task]:
        """What one subject owes, the most urgent first."""
        if person.ended != NEVER:
            return []
        gate = _gate_ahead(self.study, person)
        found = [*self._slots(person), *self._for_gate(person, gate), *self._undated_gates(person)]
        return sorted(found, key=lambda task: (STATUSES.index(task.status), task.closes or date.max, task.slot))

    def _answers(self, person: _Subject, item: Asked) -> tuple[Given, ...]:
        return self.given[item.name].get(person.id, ())

    def _slots(self, person: _Subject) -> Iterator[Task]:
        for visit in self.visits:
            if visit.arms and person.arm not in visit.arms:
                continue
            for window in self._windows(visit, person):
                for item in self.asked[visit.id]:
                    answers = self._answers(person, item)
                    status, note = self._judged(item, window, answers, on_point=visit.when.on is not None)
                    if status is not None:
                        yield _task(person, item, status, answers, note=note, visit=visit.id, window=window)

    def _judged(
        self, item: Asked, window: _Window, answers: tuple[Given, ...], *, on_point: bool
    ) -> tuple[Status | None, str]:
        counted = [one for one in answers if one.counts]
        if on_point and item.is_standing and counted:
            return None, ""
        inside = [one for one in answers if one.can_lie(window.opens, window.closes)]
        # a scan before the course of responses begins has no response to record
        if any(one.counts or (on_point and one.is_examination) for one in inside):
            return None, ""
        doubts = "; ".join(dict.fromkeys(f"{one.doubt} ({one.text})" if one.text else one.doubt for one in inside))
        note = "; ".join(part for part in (window.note, doubts) if part)
        if self.today < window.opens:
            return ("next", note) if window.is_next else (None, "")
        if self.today <= window.closes:
            return "due", note
        late = [one for one in counted if one.can_lie(window.since, window.until)]
        if late:
            return "missed", "; ".join(part for part in (note, f"done on {late[-1].text}, outside the window") if part)
        return ("overdue" if self.today <= window.until else "missed"), note

    def _windows(self, visit: Visit, person: _Subject) -> Iterator[_Window]:
        when = visit.when
        anchor = person.points.get(when.on or when.after or "")
        if anchor is None:
            return
        stop = person.points.get(when.until, (NEVER, NEVER))[0] if when.until else NEVER
        ahead = fewest_days(when.every or NO_DAYS) * 2 + 62
        early, late = (slots_of(visit, np.array([day]), np.array([stop]), self.today + ahead) for day in anchor)
        note = "" if anchor[0] == anchor[1] else f"{when.on or when.after} is dated in part only"
        rows = [
            (int(day), int(opens), int(closes))
            for day, opens, closes in zip(early.day[:, 0], early.opens[:, 0], late.closes[:, 0], strict=False)
            if day > NEVER
        ]
        upcoming = next((number for number, row in enumerate(rows) if row[1] > self.today), -1)
        for number, (day, opens, closes) in enumerate(rows):
            is_last = number + 1 == len(rows)
            until = max(closes, FAR if stop == NEVER else stop) if is_last else rows[number + 1][1] - 1
            since = rows[number - 1][2] + 1 if number else opens
            yield _Window(number + 1, day, opens, closes, since, until, number == upcoming, note)

    def _for_gate(self, person: _Subject, gate: str) -> Iterator[Task]:
        """What a gate that waits still lacks: of its visits inside their window up to today, of its criteria ever."""
        if not gate:
            return
        seen: set[str] = set()
        for visit in self.visits:
            if visit.when.on != gate or (visit.arms and person.arm not in visit.arms):
                continue
            ((day, opens, closes),) = _around(visit, self.today)
            window = _Window(0, day, opens, closes, opens, closes, is_next=False, note="")
            for item in self.asked[visit.id]:
                seen.update((item.name, *item.also))
                answers = self._answers(person, item)
                status, note = self._judged(item, window, answers, on_point=True)
                if status is not None:
                    yield _task(person, item, "missing", answers, note=note, visit=visit.id, gate=gate)
        for item in self.waits[gate]:
            answers = self._answers(person, item)
            if item.name not in seen and not any(one.counts for one in answers):
                note = "; ".join(dict.fromkeys(one.doubt for one in answers))
                yield _task(person, item, "missing", answers, note=note, gate=gate)

    def _undated_gates(self, person: _Subject) -> Iterator[Task]:
        """Dates of gates that were left out although a later one has been passed."""
        for number, gate in enumerate(self.study.gates):
            later = next((name for name in self.study.gates[number + 1 :] if name in person.points), "")
            if later and gate not in person.points:
                name = self.study.time_points[gate].item
                note = f"{later} is dated and {gate} is not"
                item = Asked(name, "date", self.study.items[name].ask, ())
                yield _task(person, item, "missing", (), note=note, gate=gate)


def _around(visit: Visit, day: int) -> list[tuple[int, int, int]]:
    slots = slots_of(visit, np.array([day]), np.array([NEVER]), day)
    return [(day, int(slots.opens[0, 0]), int(slots.closes[0, 0]))]


def _task(
    person: _Subject,
    item: Asked,
    status: Status,
    answers: tuple[Given, ...],
    *,
    note: str,
    visit: str = "",
    gate: str = "",
    window: _Window | None = None,
) -> Task:
    dated = [one.text for one in answers if one.counts and one.text]
    return Task(
        person.id,
        status,
        ", ".join((item.name, *item.also)),
        item.ask,
        item.by if item.kind == "attestation" else "",
        visit,
        gate,
        window.slot if window else 0,
        _date(window.day) if window else None,
        _date(window.opens) if window else None,
        _date(window.closes) if window else None,
        dated[-1] if dated else "",
        note,
    )
