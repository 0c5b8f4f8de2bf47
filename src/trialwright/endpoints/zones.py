"""Treated lesions one by one: when each was ablated, and what every later scan showed of its zone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from trialwright.endpoints.cohort import Cohort
from trialwright.endpoints.roster import Sheet
from trialwright.endpoints.timeline import (
    DOMAINS,
    NEVER,
    Flags,
    Ints,
    Part,
    Picks,
    Timeline,
    as_days,
    day_number,
    timeline,
)
from trialwright.model.derivation import subject_findings
from trialwright.model.finding import Finding
from trialwright.model.items import date_stem, item_place
from trialwright.model.schedule import AssessmentSeries

__all__ = ["Zones", "gathered", "linked_picks", "treated_zones"]

LINK: Final = "PRLNKID"
"""Column by which a procedure names the lesion it was done on."""

_READER: Final = "INVESTIGATOR"
_VIABLE: Final = ("PRESENT", "UNEQUIVOCAL", "UNEQUIVOCAL PROGRESSION")
_CLEAR: Final = "ABSENT"
_UNREAD: Final = ("NOT EVALUABLE", "REMOVED", "MERGED")


@dataclass(frozen=True, slots=True, eq=False)
class Zones:
    """Ablated lesions of all subjects, sorted by subject and lesion; rows of a timeline belong to a lesion.

    Parameters
    ----------
    subject : numpy.ndarray of int64
        Position of each lesion's subject in the roster.
    lesion : polars.Series
        TULNKID of each.
    first_seen : Picks
        TU row of each.
    ablations : Timeline
        Procedures that name the lesion.
    clear, viable : Timeline
        Scans that show the zone free of viable tumour, or with some.
    read : Timeline
        Both.
    findings : tuple of Finding
        Ablations that cannot be assigned.
    """

    subject: Ints
    lesion: pl.Series
    first_seen: Picks
    ablations: Timeline
    clear: Timeline
    viable: Timeline
    read: Timeline
    findings: tuple[Finding, ...]

    @property
    def size(self) -> int:
        """Number of lesions."""
        return len(self.subject)


def gathered(picks: Picks, subject: Ints) -> Picks:
    """Rows of subjects as rows of their lesions.

    Parameters
    ----------
    picks : Picks
        One row a subject.
    subject : numpy.ndarray of int64
        Position of each lesion's subject.

    Returns
    -------
    Picks
        One row a lesion.
    """
    return Picks(picks.day[subject], picks.domain[subject], picks.seq[subject], picks.imputed[subject])


def treated_zones(cohort: Cohort, series: AssessmentSeries, item: str, where: str) -> Zones:
    """Lesions that a study's ablation was done on, with the scans of their zones.

    Parameters
    ----------
    cohort : Cohort
        The subjects.
    series : AssessmentSeries
        The series of the zone: its reader and its lesions count.
    item : str
        Date item of the ablation, in PR.
    where : str
        Endpoint, for findings.

    Returns
    -------
    Zones
        One entry a lesion that TU holds and that at least one ablation names.

    Notes
    -----
    A scan shows a zone clear by TUMSTATE ABSENT or a viable diameter of 0, with viable tumour by TUMSTATE PRESENT,
    UNEQUIVOCAL or UNEQUIVOCAL PROGRESSION or a viable diameter above 0. A new lesion in what was treated is viable
    tumour of the zone where one lesion was treated; of several the row has to say which. The whole diameter of an
    ablated lesion is that of the scar and says neither, an equivocal state neither; REMOVED tells what was done and
    not what was seen. On one day viable tumour counts. A date without a day is the first possible one for viable
    tumour and the last possible one otherwise.
    """
    place = item_place(cohort.study, item)
    done = cohort.roster.sheet("PR")
    keep = done.at(place)
    lesions = _known(cohort, series)
    links = done.frame[LINK].fill_null("").to_numpy()
    spot = _positions(lesions, done.subject, links)
    unsaid, unknown = keep & (links == ""), keep & (links != "") & (spot < 0)
    treated = np.unique(spot[keep & (spot >= 0)])
    number = np.full(lesions.height + 1, -1, np.int64)
    number[treated] = np.arange(len(treated))
    stem = date_stem(place.column)
    own = Sheet("PR", done.frame, number[spot])
    ablations = timeline([own.part(keep, own.days(f"{stem}LO"), own.imputed(f"{stem}PREC"))])
    chosen = lesions[treated]
    position = chosen["S"].to_numpy()
    back, unplaced = _new_in_zone(cohort, series, position)
    clear, viable, read = _scans(cohort, series, (lesions, number), back)
    nothing = np.zeros(len(treated), np.int64)
    tu = np.full(len(treated), DOMAINS.index("TU"), np.int64)
    texts = (
        ("T23", unsaid, "an ablation that names no lesion; the lesion has no time"),
        ("T24", unknown, "an ablation of a lesion that is not among the lesions the series looks at"),
    )
    found = [
        finding
        for rule, rows, text in texts
        for finding in subject_findings(rule, where, _names(cohort, done.subject, rows), text, column=LINK)
    ]
    text = "new tumour in a treated zone, and several lesions were treated; none of them counts it"
    found += subject_findings("T25", where, cohort.roster.names(unplaced), text, column="TUTRT")
    seen = Picks(as_days(chosen["TULO"]), tu, chosen["TUSEQ"].to_numpy().astype(np.int64), nothing)
    return Zones(position, chosen["TULNKID"], seen, ablations, clear, viable, read, tuple(found))


def linked_picks(cohort: Cohort, item: str, zones: Zones) -> Picks:
    """Row that answers a date item for each lesion.

    Parameters
    ----------
    cohort : Cohort
        The subjects.
    item : str
        A date item.
    zones : Zones
        The lesions.

    Returns
    -------
    Picks
        The subject's row; of a procedure that names a lesion only that lesion's.
    """
    place = item_place(cohort.study, item)
    if place.domain != "PR":
        return gathered(cohort.item(item), zones.subject)
    sheet, stem = cohort.roster.sheet("PR"), date_stem(place.column)
    keep = sheet.at(place)
    links = sheet.frame[LINK].fill_null("").to_numpy()
    day, imputed = sheet.days(f"{stem}LO"), sheet.imputed(f"{stem}PREC")
    whole = timeline([sheet.part(keep & (links == ""), day, imputed)])
    frame = pl.DataFrame({"S": zones.subject, "TULNKID": zones.lesion})
    own = Sheet("PR", sheet.frame, _positions(frame, sheet.subject, links))
    named = timeline([own.part(keep & (links != ""), day, imputed)])
    if place.take == "first":
        since = np.full(zones.size, NEVER, np.int64)
        one, other = whole.first(since, zones.subject), named.first(since)
        return one.where(one.found & (~other.found | (one.day <= other.day)), other)
    one, other = whole.last(cohort.end[zones.subject], zones.subject), named.last(cohort.end[zones.subject])
    return one.where(one.found & (~other.found | (one.day >= other.day)), other)


def _known(cohort: Cohort, series: AssessmentSeries) -> pl.DataFrame:
    """Lesions of the series' reader, ``S TULNKID TUSEQ TULO``, sorted by subject and lesion, each once."""
    sheet = cohort.roster.sheet("TU")
    keep = _read_by(sheet, "TU", series) & (sheet.subject >= 0)
    scope = series.lesions
    if scope is not None and scope.location is not None:
        keep &= sheet.equals("TULOC", *scope.location)
    if scope is not None and scope.method is not None:
        keep &= sheet.equals("TUMETHOD", *scope.method)
    rows = sheet.frame.select("TULNKID", "TUSEQ", "TULO").with_columns(S=pl.Series(sheet.subject)).filter(keep)
    one = rows.drop_nulls("TULNKID").sort("S", "TULNKID", "TUSEQ")
    return one.unique(["S", "TULNKID"], keep="first", maintain_order=True)


def _read_by(sheet: Sheet, domain: str, series: AssessmentSeries) -> Flags:
    column = f"{domain}EVAL"
    own = sheet.equals(column, series.evaluator)
    if series.evaluator == _READER:
        own |= np.asarray(sheet.frame[column].is_null().to_numpy(), np.bool_)
    return own


def _positions(lesions: pl.DataFrame, subject: Ints, link: npt.NDArray[np.object_]) -> Ints:
    """Position of the lesion each row names, -1 where there is none."""
    asked = pl.DataFrame({"S": subject, "TULNKID": pl.Series(link, dtype=pl.String)})
    numbered = lesions.select("S", "TULNKID").with_row_index("N")
    found = asked.join(numbered, on=["S", "TULNKID"], how="left", maintain_order="left")
    return found["N"].cast(pl.Int64).fill_null(-1).to_numpy()


def _scans(
    cohort: Cohort, series: AssessmentSeries, known: tuple[pl.DataFrame, Ints], back: Part
) -> tuple[Timeline, Timeline, Timeline]:
    """Scans that show a zone clear, those that show viable tumour, and both."""
    lesions, number = known
    sheet = cohort.roster.sheet("TR")
    frame = sheet.frame
    links = frame["TRLNKID"].fill_null("").to_numpy()
    own = Sheet("TR", frame, number[_positions(lesions, sheet.subject, links)])
    read = _read_by(sheet, "TR", series) & ~sheet.equals("TRORIG", *_UNREAD) & ~sheet.equals("TRSTAT", "NOT DONE")
    state, diameter = sheet.equals("TRTESTCD", "TUMSTATE"), sheet.equals("TRTESTCD", "VDIAM")
    length = frame["TRVAL"].fill_null(-1).to_numpy()
    gone = diameter & (length < 0) & sheet.equals("TRORIG", _CLEAR)
    viable = read & ((state & sheet.equals("TRORRES", *_VIABLE)) | (diameter & (length > 0)))
    clear = read & ((state & sheet.equals("TRORRES", _CLEAR)) | (diameter & (length == 0)) | gone)
    imputed, latest = own.imputed("TRPREC"), own.days("TRHI")
    seen = own.part(viable, own.days("TRLO"), imputed)
    worst = timeline([seen, back])
    late = np.where(latest > NEVER, np.minimum(latest, day_number(cohort.cutoff)), NEVER)
    placed = own.subject >= 0
    same = np.zeros(len(placed), np.bool_)
    same[placed] = worst.last(late[placed], own.subject[placed]).day == late[placed]
    free = own.part(clear & ~same, late, imputed)
    return timeline([free]), worst, timeline([seen, back, free])


def _new_in_zone(cohort: Cohort, series: AssessmentSeries, position: Ints) -> tuple[Part, Flags]:
    """New lesions in what was treated, as rows of the lesion treated; and whose cannot be placed, there being several.

    Whoever had one lesion treated has one zone. A state of the lesions themselves, entered at that scan, says more.
    """
    sheet = cohort.roster.sheet("TU")
    new = _read_by(sheet, "TU", series) & sheet.equals("TUORRES", "NEW") & sheet.equals("TUTRT", "TREATED")
    new &= ~sheet.equals("TUCERT", "EQUIVOCAL") & (sheet.subject >= 0)
    count = np.bincount(position, minlength=cohort.roster.size)
    zone = np.full(cohort.roster.size, -1, np.int64)
    zone[position] = np.arange(len(position))
    alone = new & (count[sheet.subject] == 1)
    own = Sheet("TU", sheet.frame, np.where(alone, zone[sheet.subject], -1))
    return own.part(alone, own.days("TULO"), own.imputed("TUPREC")), _unplaced(cohort, sheet, new, count)


def _unplaced(cohort: Cohort, sheet: Sheet, new: Flags, count: npt.NDArray[np.intp]) -> Flags:
    """Who has a new lesion in one of several zones, and no zone that is said to hold viable tumour on that day."""
    told = cohort.roster.sheet("TR")
    stated = told.equals("TRTESTCD", "TUMSTATE") & told.equals("TRORRES", *_VIABLE)
    stated |= told.equals("TRTESTCD", "VDIAM") & (told.frame["TRVAL"].fill_null(0).to_numpy() > 0)
    known = timeline([told.part(stated, told.days("TRLO"))])
    rows = np.flatnonzero(new & (count[sheet.subject] > 1))
    day, who = sheet.days("TULO")[rows], sheet.subject[rows]
    open_rows = known.last(day, who).day != day
    found = np.zeros(cohort.roster.size, np.bool_)
    found[who[open_rows]] = True
    return found


def _names(cohort: Cohort, subject: Ints, rows: Flags) -> list[str]:
    who = np.zeros(cohort.roster.size, np.bool_)
    who[subject[rows & (subject >= 0)]] = True
    return cohort.roster.names(who)
