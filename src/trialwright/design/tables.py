"""Invented subjects written as the tables of a data folder, all cells text."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from trialwright.design.book import Book, subject_ids
from trialwright.design.coded import DAY, CodedTable
from trialwright.design.days import NEVER, completed_years
from trialwright.design.facts import Answer
from trialwright.design.laboratory import UPPER_LIMITS
from trialwright.design.lapses import missing, partly_known
from trialwright.design.people import People
from trialwright.design.scan_tables import LESION_NAMES, add_scans, times_lesions
from trialwright.design.sheet import Cell, Dated, Measured, Whole
from trialwright.design.treatment import treated
from trialwright.model.items import DATE_COLUMNS

__all__ = ["site_names", "tables_of"]

BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]

_ANSWERED = ("FA", "LB", "QS", "XP")
"""Tables that hold answers asked at a gate."""


def site_names(count: int) -> tuple[str, ...]:
    """Names of the invented sites; the first one is written in Hangul.

    Parameters
    ----------
    count : int
        Number of sites.

    Returns
    -------
    tuple of str
        One a site.

    Examples
    --------
    >>> site_names(2)
    ('서울-01', 'SITE-02')
    """
    return tuple("서울-01" if number == 0 else f"SITE-{number + 1:02d}" for number in range(count))


def tables_of(people: People) -> dict[str, CodedTable]:
    """The tables of the data folder.

    Parameters
    ----------
    people : People
        The invented trial.

    Returns
    -------
    dict of str to CodedTable
        By domain, without the domains that stay empty.

    Examples
    --------
    >>> from trialwright.conduct.studies import open_study
    >>> from trialwright.design.plan import plan_of
    >>> plan = plan_of(open_study("nct07295132").study, "base", 8)
    >>> from trialwright.design.people import invented
    >>> people = invented(plan, seed=7, trial=0)
    >>> tables_of(people)["DM"].height == people.screened.draws.count
    True
    """
    ids = subject_ids(people)
    book = Book(people, treated(people))
    for write in (
        _answers,
        _dates,
        _histories,
        _doses,
        _operation,
        _samples,
        add_scans,
        _therapies,
        _gate_dates,
        _course_dates,
        _contacts,
        _milestones,
    ):
        write(book)
    _item_columns(book)
    death = _death_cells(book)
    _ends(book, death)
    _subjects(book, death)
    order = ("DM", "DS", "FA", "MH", "CM", "EX", "PR", "LB", "TU", "TR", "RS", "AE", "QS", "SS", "XP")
    return {name: book.sheets[name].coded(ids) for name in order if name in book.sheets and book.sheets[name].rows}


def _answers(book: Book) -> None:
    people, plan = book.people, book.people.plan
    screened = people.screened
    for (name, gate), answer in screened.facts.answers.items():
        if not gate or plan.places[name].domain not in _ANSWERED:
            continue
        rows, days = _asked_at(book, gate)
        absent = missing(plan, f"answer {name} {gate}", screened.draws)[rows, 0]
        _write_answer(book, name, rows, days, answer, absent)
    for name in plan.late_items:
        operation = book.treatment.operation
        if operation is not None:
            rows = people.allocated.positions[operation.rows]
            absent = missing(plan, f"answer {name}", people.allocated.draws)[operation.rows, 0]
            _write_answer(book, name, rows, operation.days, screened.facts.answers[name, ""], absent)


def _write_answer(book: Book, name: str, rows: IntArray, days: IntArray, answer: Answer, absent: BoolArray) -> None:
    item, place = book.people.plan.study.items[name], book.people.plan.places[name]
    domain = place.domain
    cells: dict[str, Cell] = {column: words[0] for column, words in place.where}
    cells[place.column] = Answer(np.where(absent, -1, answer.codes[rows]), answer.words)
    not_done, given = np.where(absent, 0, -1), np.where(absent, -1, 0)
    if domain in ("LB", "XP") or place.column == "FAORRES":
        unit = item.unit or "1"
        cells[f"{domain}ORRESU"] = unit if domain == "LB" else Answer(given, (unit,))
    if domain == "LB" and (limit := UPPER_LIMITS.get((item.analyte or "", item.unit or ""))) is not None:
        cells["LBORNRHI"] = str(limit)
    if domain != "XP":
        cells[f"{domain}STAT"] = Answer(not_done, ("NOT DONE",))
    if domain in ("FA", "LB"):
        cells[f"{domain}REASND"] = Answer(not_done, ("Not asked" if domain == "FA" else "Sample not taken",))
    if domain == "FA":
        cells["FAEVAL"] = item.by.upper() if item.by else ""
    book.sheet(domain).add(rows, days, **cells, **{DATE_COLUMNS[domain]: Dated(days)})


def _asked_at(book: Book, gate: str) -> tuple[IntArray, IntArray]:
    """Who was asked at a gate, and on which day: the day itself at registration, the day before the decision."""
    screened, plan = book.people.screened, book.people.plan
    if gate == plan.registration:
        return np.arange(screened.draws.count), screened.entry.registration
    rows = np.flatnonzero(screened.failed_gate != 1)
    return rows, screened.entry.decision[rows] - 1


def _dates(book: Book) -> None:
    people, plan = book.people, book.people.plan
    facts, draws = people.screened.facts, people.screened.draws
    everyone = np.arange(draws.count)
    written: set[tuple[str, tuple[tuple[str, tuple[str, ...]], ...], str]] = set()
    for name in plan.study.items:
        place = plan.places[name]
        key = (place.domain, place.where, place.column)
        if name not in facts.days or place.domain not in ("MH", "CM") or key in written:
            continue
        written.add(key)
        days = facts.days[name]
        cells: dict[str, Cell] = {column: words[0] for column, words in place.where}
        if place.column == "CMENDTC":
            start = days - draws.whole(f"length of therapy {name}", 105, 147)[:, 0]
            cells["CMDECOD"] = "CARBOPLATIN" if cells.get("CMCLAS") == "PLATINUM" else ""
            cells["CMTRT"] = "Earlier regimen"
            cells["CMSTDTC"] = Dated(
                start, partly_known(plan, f"start {name}", start, draws, before=days - 31, years=True)
            )
            precision = partly_known(plan, name, days, draws, after=start)
        else:
            precision = np.full(days.shape, DAY, dtype=np.int64)
        cells[place.column] = Dated(days, precision)
        book.sheet(place.domain).add(everyone, days, **cells)
    for name, gate in _reviews(book):
        place = plan.places[name]
        rows, days = _asked_at(book, gate)
        cells = {column: words[0] for column, words in place.where}
        book.sheet("FA").add(rows, days, **{"FASTRESC": "Y", **cells, "FAEVAL": "INVESTIGATOR", "FADTC": Dated(days)})


def _reviews(book: Book) -> Iterator[tuple[str, str]]:
    yield from book.treatment.reviews


def _histories(book: Book) -> None:
    people, plan = book.people, book.people.plan
    draws, entry = people.screened.draws, people.screened.entry
    written: set[str] = set()
    for (name, _), answer in people.screened.facts.answers.items():
        place = plan.places[name]
        if place.domain not in ("MH", "CM", "PR") or name in written:
            continue
        written.add(name)
        rows = np.flatnonzero(answer.codes >= 0)
        ongoing = place.domain == "CM"
        before = entry.consent - draws.whole(f"days since {name}", *((30, 400) if ongoing else (400, 4000)))[:, 0]
        days = before[rows]
        start = f"{place.domain}STDTC"
        cells: dict[str, Cell] = {column: words[0] for column, words in place.where}
        cells[place.column] = Answer(answer.codes[rows], answer.words)
        cells[start] = Dated(days, partly_known(plan, f"start {name}", before, draws, years=True)[rows])
        if ongoing:
            cells["CMENRTPT"] = "ONGOING"
        if place.date_column != start:
            until = entry.consent - draws.whole(f"days since the end of {name}", 30, 400)[:, 0]
            cells[place.date_column] = Dated(until[rows])
        book.sheet(place.domain).add(rows, days, **cells)


def _doses(book: Book) -> None:
    for part in book.treatment.doses:
        book.sheet("EX").add(
            part.subjects,
            part.days,
            EXTRT=part.treatment,
            EXCAT=part.category,
            EXSTDTC=Dated(part.days),
            EXCYCLE=Whole(part.cycles),
            EXDELAY=Whole(part.delays, part.delays > 0),
        )


def _operation(book: Book) -> None:
    people, plan, operation = book.people, book.people.plan, book.treatment.operation
    if operation is None:
        return
    where = {column: words[0] for column, words in plan.places[plan.procedure].where if column != "PROCCUR"}
    subjects = people.allocated.positions[operation.rows]
    cells: dict[str, Cell] = {**where, "PRDECOD": operation.name, "PROCCUR": "Y", "PRSTDTC": Dated(operation.days)}
    if times_lesions(plan.study):
        row, which = np.nonzero(people.screened.lesions.present[subjects])
        days = operation.days[row]
        one = {**cells, "PRSTDTC": Dated(days), "PRLNKID": Answer(which, LESION_NAMES)}
        book.sheet("PR").add(subjects[row], days, **one)
    else:
        book.sheet("PR").add(subjects, operation.days, **cells)
    not_done = people.allocated.positions[operation.not_done]
    cells = {**cells, "PROCCUR": "N", "PRSTDTC": Dated(operation.not_done_days)}
    book.sheet("PR").add(
        not_done, operation.not_done_days, **cells, PRREASND="Judged no longer possible when it was due"
    )
    if plan.residual:
        answer = people.screened.facts.answers[plan.residual, ""]
        absent = missing(plan, "residual", people.allocated.draws)[operation.rows, 0]
        book.sheet("FA").add(
            subjects,
            operation.days,
            FATESTCD="RESIDUAL",
            FASTRESC=Answer(np.where(absent, -1, answer.codes[subjects]), answer.words),
            FASTAT=Answer(np.where(absent, 0, -1), ("NOT DONE",)),
            FAREASND=Answer(np.where(absent, 0, -1), ("Not in the operation note",)),
            FAEVAL="SURGEON",
            FADTC=Dated(operation.days),
            FALNKID="PR.1",
        )
    _complications(book)


def _complications(book: Book) -> None:
    events = book.treatment.complications
    if events is None or events.subjects.size == 0:
        return
    sheet = book.sheet("AE")
    sheet.add(
        events.subjects,
        events.start,
        AETERM=events.terms,
        AEDECOD=Answer(events.terms.codes, tuple(word.upper() for word in events.terms.words)),
        AETOXGR=events.toxicity,
        AESER=events.serious,
        AEOUT=Answer(np.where(events.end < NEVER, 0, 1), ("RECOVERED/RESOLVED", "NOT RECOVERED/NOT RESOLVED")),
        AESTDTC=Dated(events.start),
        AEENDTC=Dated(events.end, np.where(events.end < NEVER, DAY, 0)),
    )
    numbers = sheet.numbers()
    links = tuple(f"AE.{number + 1}" for number in range(int(numbers.max())))
    book.sheet("FA").add(
        events.subjects,
        events.start,
        FATESTCD="CLAVIEN",
        FASTRESC=events.grades,
        FAEVAL="SURGEON",
        FADTC=Dated(events.start),
        FALNKID=Answer(numbers - 1, links),
    )


def _samples(book: Book) -> None:
    samples = book.treatment.samples
    if samples is None:
        return
    taken, limit = ~samples.missing, UPPER_LIMITS.get((samples.analyte, samples.unit))
    book.sheet("LB").add(
        samples.subjects,
        samples.days,
        LBTESTCD=samples.analyte,
        LBORRES=Measured(samples.tenths, taken),
        LBORRESU=samples.unit,
        LBORNRHI=Answer(np.where(taken & (limit is not None), 0, -1), (str(limit),)),
        LBSTAT=Answer(np.where(taken, -1, 0), ("NOT DONE",)),
        LBREASND=Answer(np.where(taken, -1, 0), ("Sample not taken",)),
        LBDTC=Dated(samples.days),
    )


def _therapies(book: Book) -> None:
    people, plan = book.people, book.people.plan
    allocated = people.allocated
    rows = np.flatnonzero(allocated.next_therapy < NEVER)
    if not plan.next_therapy or rows.size == 0:
        return
    place = plan.places[plan.next_therapy]
    after = np.where(allocated.scans.documented < NEVER, allocated.scans.documented, allocated.days)
    precision = partly_known(plan, "next therapy", allocated.next_therapy, allocated.draws, after=after)
    cells: dict[str, Cell] = {column: words[0] for column, words in place.where}
    cells[place.column] = Dated(allocated.next_therapy[rows], precision[rows])
    book.sheet(place.domain).add(
        allocated.positions[rows], allocated.next_therapy[rows], **{"CMTRT": "Next-line systemic therapy", **cells}
    )


def _gate_dates(book: Book) -> None:
    """Procedures and doses whose day is that of a gate."""
    screened, plan = book.people.screened, book.people.plan
    for gate in plan.study.gates:
        name = plan.study.time_points[gate].item
        if plan.places[name].domain in ("PR", "EX") and name in screened.facts.days:
            rows = np.flatnonzero(screened.failed_gate != 1)
            _add_dated(book, name, rows, screened.facts.days[name][rows])


def _course_dates(book: Book) -> None:
    """Date items that the scenario's courses bring."""
    allocated = book.people.allocated
    for name, days in allocated.dates.items():
        rows = np.flatnonzero(days < NEVER)
        if rows.size:
            _add_dated(book, name, allocated.positions[rows], days[rows])


def _add_dated(book: Book, name: str, subjects: IntArray, days: IntArray) -> None:
    place, label = book.people.plan.places[name], name.replace("_", " ").upper()
    required = {"EX": {"EXTRT": label}, "PR": {"PRDECOD": label, "PROCCUR": "Y"}, "CM": {"CMTRT": label.capitalize()}}
    cells: dict[str, Cell] = dict(required.get(place.domain, {}))
    cells.update({column: words[0] for column, words in place.where})
    book.sheet(place.domain).add(subjects, days, **{**cells, place.column: Dated(days)})


def _item_columns(book: Book) -> None:
    """The columns of the study's items in the tables there are, be they empty: a folder without them is refused."""
    nobody = np.zeros(0, dtype=np.int64)
    for place in book.people.plan.places.values():
        if place.domain in book.sheets and place.domain != "DM":
            columns = {place.column, place.date_column, *(column for column, _ in place.where)}
            book.sheet(place.domain).add(nobody, nobody, **dict.fromkeys(columns, ""))


def _contacts(book: Book) -> None:
    days = book.treatment.contacts
    row, slot = np.nonzero(days < NEVER)
    _add_status(book, row, days[row, slot], "ALIVE")


def _add_status(book: Book, rows: IntArray, days: IntArray, status: str, precision: IntArray | int = DAY) -> None:
    subjects = book.people.allocated.positions[rows]
    book.sheet("SS").add(subjects, days, SSTESTCD="SURVSTAT", SSORRES=status, SSDTC=Dated(days, precision))


def _milestones(book: Book) -> None:
    screened, allocated = book.people.screened, book.people.allocated
    everyone = np.arange(screened.draws.count)
    registered = np.flatnonzero(screened.failed_gate != 1)
    for rows, days, name in (
        (everyone, screened.entry.consent, "INFORMED CONSENT OBTAINED"),
        (registered, screened.entry.registration[registered], "ENTERED INTO TRIAL"),
        *([(allocated.positions, allocated.days, "RANDOMIZED")] if book.people.plan.draws_arms else []),
    ):
        book.sheet("DS").add(rows, days, DSCAT="PROTOCOL MILESTONE", DSDECOD=name, DSSTDTC=Dated(days))
    failed = np.flatnonzero(screened.failed_gate > 0)
    days = np.where(screened.failed_gate == 1, screened.entry.registration, screened.entry.decision)[failed]
    reasons = Answer(screened.reasons.codes[failed], screened.reasons.words)
    _add_end(book, failed, days, "SCREEN FAILURE", DSTERM=reasons)


def _add_end(book: Book, subjects: IntArray, days: IntArray, name: str, **cells: Cell) -> None:
    given: dict[str, Cell] = {"DSCAT": "DISPOSITION EVENT", "DSDECOD": name, "DSSTDTC": Dated(days), **cells}
    book.sheet("DS").add(subjects, days, **given)


def _death_cells(book: Book) -> Dated:
    """Dates of death of the allocated subjects, each in full unless its month holds nothing else of the subject."""
    allocated, plan = book.people.allocated, book.people.plan
    death = allocated.seen.death
    known = death < NEVER
    days = np.where(known, death, plan.cutoff_day)
    precision = partly_known(plan, "death", days, allocated.draws, after=book.treatment.latest)
    return Dated(days, np.where(known, precision, 0))


def _ends(book: Book, death: Dated) -> None:
    allocated = book.people.allocated
    seen = allocated.seen
    precision = np.asarray(death.precision)
    rows = np.flatnonzero(seen.death < NEVER)
    dated = Dated(death.days[rows], precision[rows])
    _add_end(book, allocated.positions[rows], death.days[rows], "DEATH", DSSTDTC=dated)
    _add_status(book, rows, death.days[rows], "DEAD", precision[rows])
    causes = Answer(
        (allocated.course.progression > seen.death - allocated.days)[rows].astype(np.int64), ("CANCER", "OTHER")
    )
    cells: dict[str, Cell] = {"FATESTCD": "DTHCAUSE", "FASTRESC": causes, "FAEVAL": "INVESTIGATOR", "FADTC": dated}
    book.sheet("FA").add(allocated.positions[rows], death.days[rows], **cells)
    rows = np.flatnonzero(seen.lost < NEVER)
    _add_end(book, allocated.positions[rows], seen.lost[rows], "LOST TO FOLLOW-UP", DSSCOPE="FOLLOW-UP")
    _add_status(book, rows, seen.lost[rows], "LOST TO FOLLOW-UP")
    rows = np.flatnonzero(seen.withdrawn < NEVER)
    _add_end(book, allocated.positions[rows], seen.withdrawn[rows], "WITHDRAWAL BY SUBJECT", DSSCOPE="FOLLOW-UP")
    stops = book.treatment.stops
    rows = np.flatnonzero(stops < NEVER)
    _add_end(book, allocated.positions[rows], stops[rows], "WITHDRAWAL BY SUBJECT", DSSCOPE="TREATMENT")


def _subjects(book: Book, death: Dated) -> None:
    screened, allocated, plan = book.people.screened, book.people.allocated, book.people.plan
    count = screened.draws.count
    consent, birth = screened.entry.consent, screened.facts.birth
    arms = np.full(count, -1, dtype=np.int64)
    arms[allocated.positions] = allocated.arms
    died = np.zeros(count, dtype=np.int64)
    died[allocated.positions] = np.asarray(death.precision)
    dead_on = np.zeros(count, dtype=np.int64)
    dead_on[allocated.positions] = death.days
    born = Dated(birth, partly_known(plan, "birth", birth, screened.draws, years=True))
    book.sheet("DM").add(
        np.arange(count),
        consent,
        SITEID=Answer(screened.sites, site_names(plan.sites)),
        RFICDTC=Dated(consent),
        BRTHDTC=born,
        AGE=Whole(completed_years(birth, consent)),
        AGEU="YEARS",
        SEX=screened.facts.sex,
        ARMCD=Answer(arms, plan.study.arm_ids),
        ARM=Answer(arms, tuple(arm.label for arm in plan.arms)),
        ACTARMCD=Answer(arms, plan.study.arm_ids),
        DTHDTC=Dated(dead_on, died),
        DTHFL=Answer(np.where(died > 0, 0, -1), ("Y",)),
    )
