"""Scans as rows: lesions at first sight, sizes, verdicts, and the reviews of scans that show nothing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from trialwright.design.book import Book
from trialwright.design.days import NEVER
from trialwright.design.facts import Answer
from trialwright.design.imaging import MOST_TARGETS, NED, ORGANS, VERDICTS
from trialwright.design.sheet import Cell, Dated, Tenths

__all__ = ["add_scans"]

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
    if plan.before is None and plan.after is None:
        return
    registered = np.flatnonzero(screened.failed_gate != 1)
    targets, which = np.nonzero(screened.lesions.present[registered])
    subjects = registered[targets]
    _add_targets(book, subjects, which)
    _add_sizes(
        book, subjects, screened.entry.baseline_scan[subjects], which, screened.lesions.baseline[subjects, which]
    )
    _add_sizes(
        book, subjects, screened.entry.decision_scan[subjects], which, screened.lesions.decision[subjects, which]
    )
    criteria = plan.before or plan.after
    category = criteria.criteria.upper().replace("-", " ", 1) if criteria else ""
    days = screened.entry.decision_scan[registered]
    _add_verdicts(book, registered, days, Answer(screened.lesions.response[registered], VERDICTS), category)
    scans = allocated.scans
    row, slot = np.nonzero(scans.days < NEVER)
    days, verdicts = scans.days[row, slot], scans.verdicts[row, slot]
    _add_verdicts(book, allocated.positions[row], days, Answer(verdicts, VERDICTS), category)
    clear = (verdicts == NED) | ((scans.sizes[row, slot].sum(axis=1) == 0) & scans.after_surgery[row, slot])
    cells: dict[str, Cell] = {"FATESTCD": "LESREVEW", "FASTRESC": "Y", "FAEVAL": "RADIOLOGIST"}
    book.sheet("FA").add(allocated.positions[row[clear]], days[clear], **cells, FADTC=Dated(days[clear]))
    row, slot, which = np.nonzero(scans.sizes)
    _add_sizes(book, allocated.positions[row], scans.days[row, slot], which, scans.sizes[row, slot, which])
    _add_removed(book)
    _add_new_lesions(book)


def _add_targets(book: Book, subjects: IntArray, which: IntArray) -> None:
    lesions, days = book.people.screened.lesions, book.people.screened.entry.baseline_scan[subjects]
    book.sheet("TU").add(
        subjects,
        days,
        TULNKID=Answer(which, LESION_NAMES),
        TUORRES="TARGET",
        TULOC=Answer(lesions.organs[subjects, which], ORGANS),
        TUMETHOD="CT SCAN",
        TUEVAL="INVESTIGATOR",
        TUDTC=Dated(days),
        TUCERT="",
    )


def _add_sizes(book: Book, subjects: IntArray, days: IntArray, which: IntArray, tenths: IntArray) -> None:
    book.sheet("TR").add(
        subjects,
        days,
        TRLNKID=Answer(which, LESION_NAMES),
        TRTESTCD="LDIAM",
        TRORRES=Tenths(tenths),
        TRORRESU="mm",
        TRORIG="MEASURED",
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


def _add_new_lesions(book: Book) -> None:
    allocated = book.people.allocated
    rows = np.flatnonzero(allocated.scans.new_lesion & (allocated.scans.documented < NEVER))
    subjects, days = allocated.positions[rows], allocated.scans.documented[rows]
    organs = allocated.draws.whole("organ of new lesion", 0, len(ORGANS) - 1)[rows, 0]
    sizes = allocated.draws.whole("size of new lesion", 100, 250)[rows, 0]
    book.sheet("TU").add(
        subjects,
        days,
        TULNKID="N1",
        TUORRES="NEW",
        TULOC=Answer(organs, ORGANS),
        TUMETHOD="CT SCAN",
        TUEVAL="INVESTIGATOR",
        TUDTC=Dated(days),
        TUCERT="UNEQUIVOCAL",
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
