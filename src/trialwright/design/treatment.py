"""What is given to and taken from subjects on the way: cycles, the operation, its complications, samples, contacts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from trialwright.design.answers import asked_of
from trialwright.design.days import NEVER, never_after
from trialwright.design.facts import Answer
from trialwright.design.lapses import missing
from trialwright.design.marker import marker_values
from trialwright.design.people import Allocated, People
from trialwright.design.plan import Plan
from trialwright.model.criteria import History, Lesions
from trialwright.model.schedule import Regimen

__all__ = ["Complications", "Doses", "Operation", "Samples", "Treatment", "treated"]

BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]

ALL_CYCLES: Final = 6
AFTER_ALLOCATION_DAYS: Final = (1, 7)
AFTER_OPERATION_DAYS: Final = (21, 35)
TREATMENT_STOP_SHARE: Final = 0.05
COMPLICATION_SHARES: Final = (0.65, 0.28, 0.07)
GRADE_SHARES: Final = {"I": 0.3, "II": 0.4, "IIIA": 0.12, "IIIB": 0.1, "IVA": 0.06, "IVB": 0.02}
TERMS: Final = ("Wound infection", "Ileus", "Bleeding", "Anastomotic leak", "Pneumonia", "Thromboembolism")
FIRST_CONTACT_DAYS: Final = 45
CONTACT_EVERY_DAYS: Final = 91
CONTACT_SPREAD_DAYS: Final = 20
LAST_CONTACT_DAYS: Final = 30


@dataclass(frozen=True, slots=True)
class Doses:
    """Cycles of one part of the treatment, one row a cycle."""

    treatment: str
    category: str
    subjects: IntArray
    days: IntArray
    cycles: IntArray
    delays: IntArray


@dataclass(frozen=True, slots=True)
class Operation:
    """Operations done and not done; rows are positions among the allocated."""

    name: str
    rows: IntArray
    days: IntArray
    not_done: IntArray
    not_done_days: IntArray


@dataclass(frozen=True, slots=True)
class Complications:
    """Complications of operations, one row each; an end that is not known is `NEVER`."""

    subjects: IntArray
    start: IntArray
    end: IntArray
    terms: Answer
    grades: Answer
    toxicity: Answer
    serious: Answer


@dataclass(frozen=True, slots=True)
class Samples:
    """Samples of the serial marker, one row each; results in tenths of the unit."""

    analyte: str
    unit: str
    subjects: IntArray
    days: IntArray
    tenths: IntArray
    missing: BoolArray


@dataclass(frozen=True, slots=True)
class Treatment:
    """What was given and taken.

    Parameters
    ----------
    doses : tuple of Doses
        Cycles before and after the allocation.
    operation : Operation or None
        The procedure of the plan.
    complications : Complications or None
        Its complications.
    samples : Samples or None
        The serial marker.
    contacts : ndarray of int, shape (allocated, contacts)
        Days on which a subject was known alive, `NEVER` where there was no contact.
    stops : ndarray of int, shape (allocated,)
        Day of a withdrawal from treatment alone.
    latest : ndarray of int, shape (allocated,)
        Last day on which anything but a death is written.
    reviews : tuple of (item, gate)
        Reviews that close a history, and the gate they are made for.
    """

    doses: tuple[Doses, ...]
    operation: Operation | None
    complications: Complications | None
    samples: Samples | None
    contacts: IntArray
    stops: IntArray
    latest: IntArray
    reviews: tuple[tuple[str, str], ...]


def treated(people: People) -> Treatment:
    """Everything that was given and taken in an invented trial.

    Parameters
    ----------
    people : People
        The invented trial.

    Returns
    -------
    Treatment
        Nothing lies after the end of a subject's observation.

    Notes
    -----
    Six cycles in all; those after allocation start 1 to 7 days after it, or 21 to 35 days after the operation, and end
    with the documented progression, with the end of observation, and for one subject in twenty with a withdrawal from
    treatment 10 to 100 days after allocation. An operated subject has no, one or two complications (65, 28 and 7 %),
    each starting 0 to 25 days after the operation; grade V is not drawn, because deaths follow the scenario's courses
    alone, and its share goes to the other grades. Contacts come every 91 days from day 45 on, each up to 20 days late,
    and in the 30 days before the cutoff.

    Examples
    --------
    >>> from trialwright.conduct.studies import open_study
    >>> from trialwright.design.plan import plan_of
    >>> plan = plan_of(open_study("nct07295132").study, "base", 8)
    >>> from trialwright.design.people import invented
    >>> people = invented(plan, seed=7, trial=0)
    >>> [part.category for part in treated(people).doses]
    ['NEOADJUVANT', 'COMPLETION']
    """
    plan, allocated = people.plan, people.allocated
    operation = _operation(plan, allocated)
    stops = _stops(allocated)
    complications = _complications(people, operation)
    after = _later_doses(people, operation, stops)
    contacts = _contacts(plan, allocated)
    latest = np.maximum(allocated.days, np.where(contacts < NEVER, contacts, 0).max(axis=1, initial=0))
    scans = allocated.scans.days
    latest = np.maximum(latest, np.where(scans < NEVER, scans, 0).max(axis=1, initial=0))
    for days in (allocated.next_therapy, stops, *allocated.dates.values()):
        latest = np.maximum(latest, np.where(days < NEVER, days, 0))
    for part in after:
        np.maximum.at(latest, np.searchsorted(allocated.positions, part.subjects), part.days)
    if operation is not None:
        np.maximum.at(latest, operation.rows, operation.days)
        np.maximum.at(latest, operation.not_done, operation.not_done_days)
    if complications is not None:
        ends = np.where(complications.end < NEVER, complications.end, complications.start)
        np.maximum.at(latest, np.searchsorted(allocated.positions, complications.subjects), ends)
    doses = (*_first_doses(people), *after)
    reviews = tuple(dict.fromkeys(_reviews(plan)))
    return Treatment(doses, operation, complications, _samples(people), contacts, stops, latest, reviews)


def _reviews(plan: Plan) -> Iterator[tuple[str, str]]:
    for _, node, gate, _ in asked_of(plan).leaves:
        asked = node.history if isinstance(node, History) else node.lesions if isinstance(node, Lesions) else None
        if asked is not None and asked.reviewed:
            yield asked.reviewed, gate


def _treatment_name(regimen: Regimen) -> str:
    if isinstance(regimen.drugs, tuple):
        return " AND ".join(drug.drug.upper() for drug in regimen.drugs)
    return regimen.label.upper()


def _first_doses(people: People) -> Iterator[Doses]:
    regimen, entry = people.plan.induction, people.screened.entry
    if regimen is None or regimen.starts is None:
        return
    place = people.plan.places[people.plan.study.time_points[regimen.starts].item]
    where = {column: words[0] for column, words in place.where}
    given = (np.arange(entry.cycle_days.shape[1]) < entry.cycles[:, None]) & (people.screened.failed_gate != 1)[:, None]
    subjects, cycle = np.nonzero(given)
    yield Doses(
        where.get("EXTRT", _treatment_name(regimen)),
        where.get("EXCAT", regimen.id.upper()),
        subjects,
        entry.cycle_days[subjects, cycle],
        cycle + 1,
        entry.delays[subjects, cycle],
    )


def _later_doses(people: People, operation: Operation | None, stops: IntArray) -> tuple[Doses, ...]:
    plan, allocated = people.plan, people.allocated
    regimen = next((entry for entry in plan.study.regimens if _comes_later(plan, entry)), None)
    if regimen is None or plan.induction is None or plan.induction.cycle is None:
        return ()
    draws = allocated.draws
    start = allocated.days + draws.whole("start after allocation", *AFTER_ALLOCATION_DAYS)[:, 0]
    if operation is not None:
        planned = allocated.days + np.minimum(allocated.course.planned, NEVER).astype(np.int64)
        waits = draws.whole("start after operation", *AFTER_OPERATION_DAYS)[:, 0]
        start = np.where(np.isfinite(allocated.course.planned), planned + waits, start)
    given = people.screened.entry.cycles[allocated.positions]
    count = np.maximum(ALL_CYCLES - given, 0)
    every = round((regimen.cycle or plan.induction.cycle).days)
    days = start[:, None] + every * np.arange(ALL_CYCLES)
    ends = np.minimum(np.minimum(allocated.seen.last, allocated.scans.documented - 1), stops)
    due = (np.arange(ALL_CYCLES) < count[:, None]) & (days <= ends[:, None])
    row, cycle = np.nonzero(due)
    none = np.zeros(row.size, dtype=np.int64)
    part = Doses(
        _treatment_name(regimen),
        regimen.id.upper(),
        allocated.positions[row],
        days[row, cycle],
        given[row] + cycle + 1,
        none,
    )
    return (part,)


def _comes_later(plan: Plan, regimen: Regimen) -> bool:
    given_to_all = all(isinstance(arm.gives, tuple) and regimen.id in arm.gives for arm in plan.arms)
    return given_to_all and regimen is not plan.induction and regimen.procedure is None and regimen.radiotherapy is None


def _stops(allocated: Allocated) -> IntArray:
    stops = allocated.draws.uniform("withdrawal from treatment") < TREATMENT_STOP_SHARE
    days = allocated.days + allocated.draws.whole("day of withdrawal from treatment", 10, 100)[:, 0]
    seen = allocated.seen
    before_end = (days < seen.last) & (days < np.minimum(seen.lost, seen.withdrawn))
    return np.where(stops & before_end, days, NEVER)


def _operation(plan: Plan, allocated: Allocated) -> Operation | None:
    planned = allocated.course.planned
    if not np.isfinite(planned).any():
        return None
    regimen = next((regimen for regimen in plan.study.regimens if regimen.procedure == plan.procedure), None)
    name = regimen.label.upper() if regimen else plan.procedure.upper()
    days = allocated.days + np.minimum(planned, NEVER).astype(np.int64)
    seen = days <= allocated.seen.last
    done = np.flatnonzero(np.isfinite(allocated.course.operated) & seen)
    not_done = np.flatnonzero(np.isfinite(planned) & np.isinf(allocated.course.operated) & seen)
    return Operation(name, done, days[done], not_done, days[not_done])


def _complications(people: People, operation: Operation | None) -> Complications | None:
    plan, allocated = people.plan, people.allocated
    if operation is None or not plan.complication:
        return None
    draws = allocated.draws.of(operation.rows)
    most = len(COMPLICATION_SHARES) - 1
    number = draws.category("number of complications", COMPLICATION_SHARES)[:, 0]
    start = operation.days[:, None] + draws.whole("start of a complication", 0, 25, most)
    end = start + draws.whole("length of a complication", 2, 20, most)
    last = allocated.seen.last[operation.rows][:, None]
    row, which = np.nonzero((np.arange(most) < number[:, None]) & (start <= last))
    draw = plan.draws.get(plan.complication)
    given = {key: float(share) for key, share in draw.shares.items()} if draw and draw.shares else GRADE_SHARES
    shares = {grade: share for grade, share in given.items() if grade != "V"}
    words = tuple(shares)
    codes = draws.category("grade of a complication", list(shares.values()), most)[row, which]
    toxicity = tuple(str(_toxicity(word)) for word in words)
    terms = draws.whole("term of a complication", 0, len(TERMS) - 1, most)[row, which]
    return Complications(
        allocated.positions[operation.rows[row]],
        start[row, which],
        never_after(end, last)[row, which],
        Answer(terms, TERMS),
        Answer(codes, words),
        Answer(codes, toxicity),
        Answer(codes, tuple("Y" if int(grade) >= 3 else "N" for grade in toxicity)),
    )


def _toxicity(grade: str) -> int:
    """CTCAE grade that goes with a Clavien-Dindo grade: the roman number without its letter (our assumption)."""
    return {"I": 1, "II": 2, "III": 3, "IV": 4, "V": 5}[grade.rstrip("AB")]


def _samples(people: People) -> Samples | None:
    plan, screened = people.plan, people.screened
    if plan.marker is None or screened.marker is None or screened.entry.cycle_days.shape[1] == 0:
        return None
    item = plan.study.items[plan.marker[0]]
    entry, draws = screened.entry, screened.draws
    days = np.concatenate([entry.registration[:, None], entry.cycle_days, entry.decision_scan[:, None]], axis=1)
    width = days.shape[1]
    times = (days - entry.cycle_days[:, :1]).astype(np.float64)
    noise = np.exp(float(plan.marker[1].noise) * draws.normal("marker noise", width))
    tenths = np.rint(10 * marker_values(screened.marker, times) * noise).astype(np.int64)
    due = np.ones(days.shape, dtype=np.bool_)
    due[:, 1:-1] = np.arange(width - 2) < entry.cycles[:, None]
    due[:, 1:] &= (screened.failed_gate != 1)[:, None]
    subjects, column = np.nonzero(due)
    absent = missing(plan, "marker", draws, width)
    return Samples(
        item.analyte or plan.marker[0].upper(),
        item.unit or "1",
        subjects,
        days[subjects, column],
        tenths[subjects, column],
        absent[subjects, column],
    )


def _contacts(plan: Plan, allocated: Allocated) -> IntArray:
    draws, seen = allocated.draws, allocated.seen
    room = plan.cutoff_day - int(allocated.days.min()) - FIRST_CONTACT_DAYS
    count = max(0, room // CONTACT_EVERY_DAYS + 1)
    late = draws.whole("day of a contact", 0, CONTACT_SPREAD_DAYS, count)
    regular = allocated.days[:, None] + FIRST_CONTACT_DAYS + CONTACT_EVERY_DAYS * np.arange(count) + late
    sweep = plan.cutoff_day - draws.whole("last contact", 0, LAST_CONTACT_DAYS)
    ends = np.minimum(seen.lost, seen.withdrawn)[:, None]
    days = np.concatenate([regular, np.maximum(sweep, allocated.days[:, None]), ends], axis=1)
    days = np.sort(never_after(days, seen.last[:, None]), axis=1)
    days[:, 1:][days[:, 1:] == days[:, :-1]] = NEVER
    return days
