"""Scans as rows: lesions at first sight, sizes, verdicts, and the reviews of scans that show nothing.

The investigator reads what the lesions show: a recorded response is the one the sizes give, whatever the series. Where
the criteria of a study measure what is viable of a lesion, that diameter is written as well (VDIAM). A scan is judged
by it, and the whole diameter, which no series reads then, shrinks half as much; where another series reads the whole
diameter, the two are the same up to a planned removal.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from trialwright.assessments.criterion import criteria
from trialwright.design.book import Book
from trialwright.design.days import NEVER
from trialwright.design.facts import Answer
from trialwright.design.imaging import CR, MOST_TARGETS, NED, PD, VERDICTS, organs_of
from trialwright.design.sheet import Cell, Dated, Tenths
from trialwright.model.endpoint import LESION_TIMES
from trialwright.model.schedule import AssessmentSeries
from trialwright.model.study import Study

__all__ = ["LESION_NAMES", "add_scans", "category_of", "times_lesions"]

IntArray = NDArray[np.int64]

LESION_NAMES = tuple(f"T{number + 1}" for number in range(MOST_TARGETS))


def add_scans(book: Book) -> None:
    """Write lesions, their sizes, verdicts and reviews of every scan.

    Parameters
    ----------
    book : Book
        The sheets; rows are added to TU, TR, RS and FA.
    """
    people = book.people
    screened, allocated, plan = people.screened, people.allocated, people.plan
    if plan.before is None and not plan.series:
        return
    registered = np.flatnonzero(screened.failed_gate != 1)
    targets, which = np.nonzero(screened.lesions.present[registered])
    subjects = registered[targets]
    _add_targets(book, subjects, which)
    _add_sizes(
        book, subjects, screened.entry.baseline_scan[subjects], which, screened.lesions.baseline[subjects, which]
    )
    if plan.induction is not None:
        again = screened.entry.decision_scan[subjects]
        _add_sizes(book, subjects, again, which, screened.lesions.decision[subjects, which])
    if plan.before is not None:
        days = screened.entry.decision_scan[registered]
        response = Answer(screened.lesions.response[registered], VERDICTS)
        _add_verdicts(book, registered, days, response, category_of(plan.before))
    scans = allocated.scans
    row, slot = np.nonzero(scans.days < NEVER)
    days, verdicts = scans.days[row, slot], scans.verdicts[row, slot]
    for category, series in {category_of(series): series for series in plan.series}.items():
        own = _verdicts_of(book, series)[row, slot]
        seen = own >= 0
        _add_verdicts(book, allocated.positions[row[seen]], days[seen], Answer(own[seen], VERDICTS), category)
    clear = (verdicts == NED) | ((scans.sizes[row, slot].sum(axis=1) == 0) & scans.after_surgery[row, slot])
    cells: dict[str, Cell] = {"FATESTCD": "LESREVEW", "FASTRESC": "Y", "FAEVAL": "RADIOLOGIST"}
    book.sheet("FA").add(allocated.positions[row[clear]], days[clear], **cells, FADTC=Dated(days[clear]))
    row, slot, which = np.nonzero(scans.sizes)
    _add_sizes(book, allocated.positions[row], scans.days[row, slot], which, scans.sizes[row, slot, which])
    _add_absent(book)
    _add_removed(book)
    _add_new_lesions(book)


def category_of(series: AssessmentSeries) -> str:
    """RSCAT of the rows a series reads.

    Parameters
    ----------
    series : AssessmentSeries
        The series.

    Returns
    -------
    str
        Its category, or its criteria in capitals.

    Examples
    --------
    >>> from trialwright.conduct.studies import open_study
    >>> category_of(open_study("nct07295132").study.series("after"))
    'RECIST 1.1'
    """
    return str(series.settings.get("category", "")) or series.criteria.upper().replace("-", " ")


def _verdicts_of(book: Book, series: AssessmentSeries) -> IntArray:
    """Verdicts of one series on the scans: all disease, the targets alone, one organ, or a treated zone.

    A target that was taken away by plan shows nothing viable: a complete response, where no planned removal is stated.
    """
    plan, scans = book.people.plan, book.people.allocated.scans
    criterion = criteria().get(series.criteria)
    if criterion is not None and criterion.diameter == "VDIAM" and series.planned_removal is None:
        scans = replace(scans, verdicts=np.where(scans.verdicts == NED, CR, scans.verdicts))
    if series.only == "treated" or series.criteria == "ablation-zone":
        if series.criteria != "ablation-zone":
            return scans.of_targets
        there = (scans.of_targets == PD) | ((scans.verdicts == PD) & _back_where_it_was(book)[:, None])
        return np.where(scans.verdicts >= 0, np.where(there, PD, NED), -1)
    if series.lesions is not None and series.lesions.location:
        inside = np.array([organ in series.lesions.location for organ in organs_of(plan.lesions)[1]])
        return np.where(inside[scans.new_organ][:, None], scans.verdicts, scans.of_targets)
    return scans.verdicts


def _back_where_it_was(book: Book) -> NDArray[np.bool_]:
    """New lesions after the removal that lie in the zone: some of those in an organ of the targets."""
    scans, (targets, new) = book.people.allocated.scans, organs_of(book.people.plan.lesions)
    inside = np.array([organ in targets for organ in new])
    return np.asarray(scans.in_zone & inside[scans.new_organ], dtype=np.bool_)


def _add_absent(book: Book) -> None:
    """Targets that are looked for on a scan and not there: without an operation, or as far as they are viable."""
    allocated, lesions = book.people.allocated, book.people.screened.lesions
    scans, measured = allocated.scans, book.people.plan.diameters
    made = (scans.days < NEVER) & (scans.sizes.sum(axis=2) == 0)
    looked = made[:, :, None] & lesions.present[allocated.positions][:, None, :]
    row, slot, which = np.nonzero(looked & ~scans.after_surgery[:, :, None])
    gone = np.zeros(row.size, dtype=np.int64)
    if "LDIAM" in measured:
        _add_diameters(book, "LDIAM", (allocated.positions[row], scans.days[row, slot], which), gone)
    else:
        left = lesions.baseline[allocated.positions[row], which] // 2
        _add_diameters(book, "LDIAM", (allocated.positions[row], scans.days[row, slot], which), left)
    if "VDIAM" in measured:
        row, slot, which = np.nonzero(looked)
        gone = np.zeros(row.size, dtype=np.int64)
        _add_diameters(book, "VDIAM", (allocated.positions[row], scans.days[row, slot], which), gone)


def _add_targets(book: Book, subjects: IntArray, which: IntArray) -> None:
    lesions, days = book.people.screened.lesions, book.people.screened.entry.baseline_scan[subjects]
    book.sheet("TU").add(
        subjects,
        days,
        TULNKID=Answer(which, LESION_NAMES),
        TUORRES="TARGET",
        TULOC=Answer(lesions.organs[subjects, which], organs_of(book.people.plan.lesions)[0]),
        TUMETHOD="CT SCAN",
        TUEVAL="INVESTIGATOR",
        TUDTC=Dated(days),
        TUCERT="",
        **({"TUTRT": "TREATED"} if book.people.plan.tells_treated else {}),
    )


def _add_sizes(book: Book, subjects: IntArray, days: IntArray, which: IntArray, tenths: IntArray) -> None:
    """Sizes of lesions that are there, by every diameter the study's criteria measure."""
    measured = book.people.plan.diameters
    if "VDIAM" in measured:
        _add_diameters(book, "VDIAM", (subjects, days, which), tenths)
    whole = tenths
    if "LDIAM" not in measured:
        whole = (book.people.screened.lesions.baseline[subjects, which] + tenths) // 2
    _add_diameters(book, "LDIAM", (subjects, days, which), np.maximum(whole, tenths))


def _add_diameters(book: Book, test: str, looks: tuple[IntArray, IntArray, IntArray], tenths: IntArray) -> None:
    """One diameter of some lesions; one of no length is written as absent."""
    subjects, days, which = looks
    book.sheet("TR").add(
        subjects,
        days,
        TRLNKID=Answer(which, LESION_NAMES),
        TRTESTCD=test,
        TRORRES=Tenths(tenths),
        TRORRESU="mm",
        TRORIG=Answer((tenths == 0).astype(np.int64), ("MEASURED", "ABSENT")),
        TRMETHOD="CT SCAN",
        TREVAL="INVESTIGATOR",
        TRDTC=Dated(days),
    )


def _add_verdicts(book: Book, subjects: IntArray, days: IntArray, verdicts: Answer, category: str) -> None:
    book.sheet("RS").add(
        subjects,
        days,
        RSCAT=category,
        RSTESTCD="OVRLRESP",
        RSORRES=verdicts,
        RSEVAL="INVESTIGATOR",
        RSDTC=Dated(days),
    )


def _add_removed(book: Book) -> None:
    """Removed targets are named on the first scan after the operation."""
    allocated, lesions = book.people.allocated, book.people.screened.lesions
    scans = allocated.scans
    first = scans.after_surgery & (np.cumsum(scans.after_surgery, axis=1) == 1)
    gone = first[:, :, None] & lesions.present[allocated.positions][:, None, :] & (scans.sizes == 0)
    row, slot, which = np.nonzero(gone)
    days = scans.days[row, slot]
    book.sheet("TR").add(
        allocated.positions[row],
        days,
        TRLNKID=Answer(which, LESION_NAMES),
        TRTESTCD="LDIAM",
        TRORIG="REMOVED",
        TRMETHOD="CT SCAN",
        TREVAL="INVESTIGATOR",
        TRDTC=Dated(days),
    )


def _treated(book: Book, rows: IntArray) -> dict[str, Cell]:
    """Whether a new lesion lies in what was treated: it does where it came back in place of a target."""
    return {"TUTRT": Answer(_back_where_it_was(book)[rows].astype(np.int64), ("UNTREATED", "TREATED"))}


def _add_new_lesions(book: Book) -> None:
    allocated = book.people.allocated
    rows = np.flatnonzero(allocated.scans.new_lesion & (allocated.scans.documented < NEVER))
    subjects, days = allocated.positions[rows], allocated.scans.documented[rows]
    organs = allocated.scans.new_organ[rows]
    sizes = allocated.draws.whole("size of new lesion", 100, 250)[rows, 0]
    book.sheet("TU").add(
        subjects,
        days,
        TULNKID="N1",
        TUORRES="NEW",
        TULOC=Answer(organs, organs_of(book.people.plan.lesions)[1]),
        TUMETHOD="CT SCAN",
        TUEVAL="INVESTIGATOR",
        TUDTC=Dated(days),
        TUCERT="UNEQUIVOCAL",
        **(_treated(book, rows) if book.people.plan.tells_treated else {}),
    )
    book.sheet("TR").add(
        subjects,
        days,
        TRLNKID="N1",
        TRTESTCD="LDIAM",
        TRORRES=Tenths(sizes),
        TRORRESU="mm",
        TRORIG="MEASURED",
        TRMETHOD="CT SCAN",
        TREVAL="INVESTIGATOR",
        TRDTC=Dated(days),
    )
    if times_lesions(book.people.plan.study):
        back = _back_where_it_was(book)[rows]
        _add_viable(book, rows[back], sizes[back])


def times_lesions(study: Study) -> bool:
    """Whether an endpoint counts lesions, so that procedures and recurrences have to name the lesion.

    Parameters
    ----------
    study : Study
        The study.

    Returns
    -------
    bool
        True with an endpoint whose measure is the time to an event of lesions.

    Examples
    --------
    >>> from trialwright.conduct.studies import open_study
    >>> times_lesions(open_study("nct07295132").study)
    False
    """
    return any(each.measure == LESION_TIMES for end in study.endpoints for each in end.resolved().values())


def _add_viable(book: Book, rows: IntArray, sizes: IntArray) -> None:
    """The treated lesion in whose zone tumour came back, by what is viable of it: the first one of the subject."""
    allocated = book.people.allocated
    subjects, days = allocated.positions[rows], allocated.scans.documented[rows]
    which = book.people.screened.lesions.present[subjects].argmax(axis=1)
    book.sheet("TR").add(
        subjects,
        days,
        TRLNKID=Answer(which, LESION_NAMES),
        TRTESTCD="VDIAM",
        TRORRES=Tenths(sizes),
        TRORRESU="mm",
        TRORIG="MEASURED",
        TRMETHOD="CT SCAN",
        TREVAL="INVESTIGATOR",
        TRDTC=Dated(days),
    )
