"""Who was alive when, who died, and for whom observation ended: from every table that shows a contact."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import numpy as np

from trialwright.endpoints.roster import Roster
from trialwright.endpoints.timeline import (
    DOMAINS,
    NEVER,
    Flags,
    Ints,
    Part,
    Picks,
    Timeline,
    day_number,
    few_a_day,
    limit_of,
    timeline,
)
from trialwright.model.derivation import subject_findings
from trialwright.model.finding import Finding
from trialwright.model.items import DATE_COLUMNS, date_stem

__all__ = ["Observation", "observe", "survival_contacts"]

_NOT_DONE: Final[Mapping[str, tuple[str, str]]] = {
    "LB": ("LBSTAT", "NOT DONE"),
    "TR": ("TRSTAT", "NOT DONE"),
    "FA": ("FASTAT", "NOT DONE"),
    "QS": ("QSSTAT", "NOT DONE"),
    "PR": ("PROCCUR", "N"),
    **dict.fromkeys(("RS", "TU", "VS", "EX", "AE"), ("", "")),
}
"""Tables whose rows show a contact, and what marks a row that was planned and not done."""

_SCANS: Final = ("TU", "TR", "RS")
"""Tables of assessments."""

_LOST: Final = "LOST TO FOLLOW-UP"
_GONE: Final = ("WITHDRAWAL BY SUBJECT", "PHYSICIAN DECISION", "PROTOCOL VIOLATION")


@dataclass(frozen=True, slots=True, eq=False)
class Observation:
    """Contacts, deaths and ends of observation of a roster.

    Parameters
    ----------
    contacts : Timeline
        Rows that show a subject alive on a day, of each table at most a few a day; of a date without a day the first
        possible one.
    assessed : Timeline
        Assessments on an imputed day; they lift the last day known alive, so that no assessment comes after it.
    deaths : Picks
        Day of death, from DM alone; none when alive or undated.
    held : numpy.ndarray of bool
        Whose day of death cannot be told: known to the year only, or to a month that a later contact contradicts.
    lost, withdrawn : Picks
        Day from which a subject was lost, or had withdrawn from follow-up or from the use of data.
    off_treatment : Picks
        Day treatment was stopped.
    findings : tuple of Finding
        What was doubtful.
    """

    contacts: Timeline
    assessed: Timeline
    deaths: Picks
    held: Flags
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
            Latest contact or assessment, or the day before a death when that is later; never after the death.
        """
        dead = self.deaths.found
        until = np.where(dead, np.minimum(limit, self.deaths.day), limit)
        seen, lifted = self.contacts.last(until), self.assessed.last(until)
        seen = lifted.where(lifted.day > seen.day, seen)
        eve = self.deaths.day - 1
        by_death = dead & (eve <= limit) & (eve > seen.day)
        return self.deaths.on(eve).where(by_death, seen)


def observe(roster: Roster, points: Iterable[Picks], assessed: Timeline, cutoff: date) -> Observation:
    """What is known of the subjects' contacts, deaths and ends of observation at a cut-off.

    Parameters
    ----------
    roster : Roster
        The subjects and their tables, up to the cut-off.
    points : iterable of Picks
        Time points reached; nobody dies before one.
    assessed : Timeline
        Assessments on an imputed day.
    cutoff : datetime.date
        Last day that counts.

    Returns
    -------
    Observation
        A contact without a day counts from its first possible day. A death without a day follows ``event-earliest``:
        the first possible day, but not before the day after the last contact in the possible span, nor before a time
        point in it; a death known to the year only, and one in a month after which the subject was seen, is held. Loss
        to follow-up ends observation unless its scope is TREATMENT; a withdrawal ends it only with the scope FOLLOW-UP
        or DATA.
    """
    contacts = _contacts(roster, cutoff)
    deaths, held, found = _deaths(roster, contacts, points, cutoff)
    lost, withdrawn, off_treatment, unsaid = _ends(roster)
    observation = Observation(contacts, assessed, deaths, held, lost, withdrawn, off_treatment, (*found, *unsaid))
    end = limit_of(roster.size, cutoff)
    lifted = observation.last_alive(end).day > replace(observation, assessed=timeline([])).last_alive(end).day
    text = "last known alive lifted to an assessment whose day was imputed"
    told = subject_findings("T19", roster.frames.file_of("RS"), roster.names(lifted), text)
    survival, seen = timeline([_survival(roster, day_number(cutoff))]).last(end), contacts.last(end)
    scanned = np.isin(seen.domain, [DOMAINS.index(name) for name in _SCANS])
    later = roster.names(survival.found & scanned & (seen.day > survival.day) & ~deaths.found)
    text = "last known alive lifted to an assessment, later than every survival contact"
    told += subject_findings("T28", roster.frames.file_of("SS"), later, text, column="SSDTC")
    return replace(observation, findings=(*observation.findings, *told))


def survival_contacts(roster: Roster, cutoff: date) -> Timeline:
    """Days on which somebody recorded a subject as alive.

    Parameters
    ----------
    roster : Roster
        The subjects and their tables.
    cutoff : datetime.date
        Last day that counts.

    Returns
    -------
    Timeline
        Rows of SS; no other row counts, whatever it shows.
    """
    return timeline([_survival(roster, day_number(cutoff))])


def _survival(roster: Roster, last: int) -> Part:
    survival = roster.sheet("SS")
    alive = survival.equals("SSTESTCD", "SURVSTAT") & survival.equals("SSORRES", "ALIVE")
    day = survival.days("SSLO")
    return survival.part(alive & (day <= last), day, survival.imputed("SSPREC"))


def _contacts(roster: Roster, cutoff: date) -> Timeline:
    last = day_number(cutoff)
    ds = roster.sheet("DS")
    lost = ds.equals("DSDECOD", _LOST)  # dated by the last contact there was
    parts = [
        _survival(roster, last),
        ds.part(lost & (ds.days("DSSTLO") <= last), ds.days("DSSTLO"), ds.imputed("DSSTPREC")),
    ]
    for domain, (column, undone) in _NOT_DONE.items():
        sheet = roster.sheet(domain)
        if not sheet.frame.height:
            continue
        stem = date_stem(DATE_COLUMNS[domain])
        day = sheet.days(f"{stem}LO")
        keep = day <= last
        if column:
            keep &= ~sheet.equals(column, undone)
        if domain == "FA":  # the cause of a death is learnt after it, and a grade V says that there was one
            keep &= ~sheet.equals("FATESTCD", "DTHCAUSE")
            keep &= ~(sheet.equals("FATESTCD", "CLAVIEN") & sheet.equals("FASTRESC", "V"))
        parts.append(few_a_day(sheet.part(keep, day, sheet.imputed(f"{stem}PREC"))))
    return timeline(parts)


def _deaths(
    roster: Roster, contacts: Timeline, points: Iterable[Picks], cutoff: date
) -> tuple[Picks, Flags, list[Finding]]:
    person, n = roster.person, roster.size
    low, high = person.days("DTHLO"), person.days("DTHHI")
    seen = contacts.last(high)
    later = np.maximum(low, seen.day + 1)
    for point in points:
        later = np.where(point.day <= high, np.maximum(later, point.day), later)
    later = np.minimum(later, high)
    dead = (low > NEVER) & (np.where(low < high, later, low) <= day_number(cutoff))
    imputed = person.imputed("DTHPREC")
    code = np.full(n, DOMAINS.index("DM"))
    picks = Picks(np.where(low < high, later, low), code, np.zeros(n, np.int64), imputed).where(dead)
    year = dead & (imputed == 2)
    refuted = dead & (imputed == 1) & (contacts.last(limit_of(n, cutoff)).day > high)
    held = year | refuted
    undated = person.equals("DTHFL", "Y") & (low == NEVER)
    doubts = (
        (
            "T02",
            year,
            "known to the year only; a time that ends with it is held, or takes the midpoint where that is stated",
        ),
        ("T27", refuted, "in a month after which the subject was seen; a time that ends with it is held"),
        ("T03", undated, "dead, but without a date; the subject counts as alive up to the last contact"),
        ("T17", dead & (imputed == 1) & ~refuted, "day of death imputed by the rule event-earliest"),
    )
    return (
        picks,
        held,
        [
            item
            for rule, who, text in doubts
            for item in subject_findings(rule, roster.frames.file_of("DM"), roster.names(who), text, column="DTHDTC")
        ],
    )


def _ends(roster: Roster) -> tuple[Picks, Picks, Picks, list[Finding]]:
    ds, never = roster.sheet("DS"), limit_of(roster.size, NEVER)
    lost, gone = ds.equals("DSDECOD", _LOST), ds.equals("DSDECOD", *_GONE)
    followed, treated = ds.equals("DSSCOPE", "FOLLOW-UP", "DATA"), ds.equals("DSSCOPE", "TREATMENT")
    day, imputed = ds.days("DSSTLO"), ds.imputed("DSSTPREC")
    ends = [lost & ~treated, gone & followed, treated & (gone | lost)]
    picks = [timeline([ds.part(keep, day, imputed)]).first(never) for keep in ends]
    unsaid = gone & ~followed & ~treated
    who = np.zeros(roster.size, np.bool_)
    who[ds.subject[unsaid & (ds.subject >= 0)]] = True
    text = "a withdrawal without scope; observation is taken to go on"
    told = subject_findings("T15", roster.frames.file_of("DS"), roster.names(who), text, column="DSSCOPE")
    return picks[0], picks[1], picks[2], told
