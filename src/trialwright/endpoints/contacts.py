"""Who was alive when, who died, and for whom observation ended: from every table that shows a contact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import polars as pl

from trialwright.endpoints.moments import imputed_parts
from trialwright.endpoints.timeline import DOMAINS, NEVER, Flags, Ints, Picks, Roster, Timeline, as_days, limit_of
from trialwright.model.derivation import subject_findings
from trialwright.model.finding import Finding
from trialwright.model.items import DATE_COLUMNS, date_stem

__all__ = ["Observation", "observe"]

_NOT_DONE: Final[Mapping[str, tuple[str, str]]] = {
    "LB": ("LBSTAT", "NOT DONE"),
    "TR": ("TRSTAT", "NOT DONE"),
    "FA": ("FASTAT", "NOT DONE"),
    "QS": ("QSSTAT", "NOT DONE"),
    "PR": ("PROCCUR", "N"),
    **dict.fromkeys(("RS", "TU", "VS", "EX", "AE"), ("", "")),
}
"""Tables whose rows show a contact, and what marks a row that was planned and not done."""

_LOST: Final = "LOST TO FOLLOW-UP"
_GONE: Final = ("WITHDRAWAL BY SUBJECT", "PHYSICIAN DECISION", "PROTOCOL VIOLATION")


@dataclass(frozen=True, slots=True, eq=False)
class Observation:
    """Contacts, deaths and ends of observation of a roster.

    Parameters
    ----------
    contacts : Timeline
        Rows that show a subject alive on a day.
    deaths : Picks
        Day of death, from DM alone; none when alive or undated.
    lost, withdrawn : Picks
        Day from which a subject was lost, or had withdrawn from follow-up or from the use of data.
    off_treatment : Picks
        Day treatment was stopped.
    findings : tuple of Finding
        What was doubtful.
    """

    contacts: Timeline
    deaths: Picks
    lost: Picks
    withdrawn: Picks
    off_treatment: Picks
    findings: tuple[Finding, ...]

    def last_alive(self, limit: Ints) -> Picks:
        """Last day a subject is known to have been alive.

        Parameters
        ----------
        limit : numpy.ndarray of int64
            Latest day that counts, one a subject.

        Returns
        -------
        Picks
            Latest contact, or the day before a death when that is later; never after the death.
        """
        dead = self.deaths.found
        seen = self.contacts.last(np.where(dead, np.minimum(limit, self.deaths.day), limit))
        eve = self.deaths.day - 1
        by_death = dead & (eve <= limit) & (eve > seen.day)
        return self.deaths.on(eve).where(by_death, seen)


def observe(roster: Roster, frames: Mapping[str, pl.DataFrame], cutoff: date) -> Observation:
    """What is known of the subjects' contacts, deaths and ends of observation at a cut-off.

    Parameters
    ----------
    roster : Roster
        The subjects.
    frames : mapping of domain to typed frame
        The study's tables, up to the cut-off.
    cutoff : datetime.date
        Last day that counts.

    Returns
    -------
    Observation
        A contact without a day counts from its first possible day. A death without a day follows ``event-earliest``:
        the first possible day, but not before the day after the last contact in the possible span. Loss to follow-up
        ends observation unless its scope is TREATMENT; a withdrawal ends it only with the scope FOLLOW-UP or DATA.
    """
    contacts = _contacts(roster, frames, cutoff)
    deaths, found = _deaths(roster, contacts, cutoff)
    lost, withdrawn, off_treatment, unsaid = _ends(roster, frames["DS"])
    return Observation(contacts, deaths, lost, withdrawn, off_treatment, (*found, *unsaid))


def _contacts(roster: Roster, frames: Mapping[str, pl.DataFrame], cutoff: date) -> Timeline:
    last = limit_of(1, cutoff)
    alive = frames["SS"].filter((pl.col("SSTESTCD") == "SURVSTAT") & (pl.col("SSORRES") == "ALIVE"))
    parts = [("SS", alive, as_days(alive["SSLO"]))]
    for domain, (column, undone) in _NOT_DONE.items():
        rows = frames[domain]
        if not rows.height:
            continue
        day = as_days(rows[f"{date_stem(DATE_COLUMNS[domain])}LO"])
        if column:
            day = np.where(rows[column].eq_missing(undone).to_numpy(), NEVER, day)
        if domain == "FA":  # the cause of a death is learnt after it
            day = np.where(rows["FATESTCD"].eq_missing("DTHCAUSE").to_numpy(), NEVER, day)
        parts.append((domain, rows, day))
    return roster.timeline([(domain, rows, np.where(day <= last, day, NEVER), None) for domain, rows, day in parts])


def _deaths(roster: Roster, contacts: Timeline, cutoff: date) -> tuple[Picks, list[Finding]]:
    dm = roster.dm
    low, high = as_days(dm["DTHLO"]), as_days(dm["DTHHI"])
    seen = contacts.last(high)
    later = np.minimum(np.maximum(low, seen.day + 1), high)
    day = np.where(low < high, later, low)
    dead = (low > NEVER) & (day <= limit_of(1, cutoff))
    n = roster.size
    imputed = imputed_parts(dm["DTHPREC"])
    picks = Picks(day, np.full(n, DOMAINS.index("DM")), np.zeros(n, np.int64), imputed).where(dead)
    undated = (dm["DTHFL"] == "Y").fill_null(False).to_numpy() & (low == NEVER)
    return picks, [
        *subject_findings(
            "T02",
            "dm.csv",
            _names(roster, dead & (imputed == 2)),
            "death known to the year only; the first possible day after the last contact was taken",
            column="DTHDTC",
        ),
        *subject_findings(
            "T03",
            "dm.csv",
            _names(roster, undated),
            "dead, but without a date; the subject counts as alive up to the last contact",
            column="DTHDTC",
        ),
        *subject_findings(
            "T17",
            "dm.csv",
            _names(roster, dead & (imputed == 1)),
            "day of death imputed by the rule event-earliest",
            column="DTHDTC",
        ),
    ]


def _ends(roster: Roster, ds: pl.DataFrame) -> tuple[Picks, Picks, Picks, list[Finding]]:
    scope = ds["DSSCOPE"].fill_null("").to_numpy()
    reason = ds["DSDECOD"].fill_null("").to_numpy()
    gone = np.isin(reason, _GONE)
    followed = np.isin(scope, ("FOLLOW-UP", "DATA"))
    day, imputed = as_days(ds["DSSTLO"]), imputed_parts(ds["DSSTPREC"])

    def first(keep: Flags) -> Picks:
        line = roster.timeline([("DS", ds, np.where(keep, day, NEVER), imputed)])
        return line.first(limit_of(roster.size, NEVER))

    unsaid = ds.filter(pl.Series(gone & (scope == "")))["USUBJID"].unique().sort().to_list()
    found = subject_findings(
        "T15", "ds.csv", unsaid, "a withdrawal without scope; observation is taken to go on", column="DSSCOPE"
    )
    lost = first((reason == _LOST) & (scope != "TREATMENT"))
    stopped = (scope == "TREATMENT") & (gone | (reason == _LOST))
    return lost, first(gone & followed), first(stopped), found


def _names(roster: Roster, who: Flags) -> list[str]:
    return roster.subjects.filter(pl.Series(who)).to_list()
