"""Findings: what is wrong or doubtful in the data, each with its rule, its place and the way to mend it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

__all__ = ["RULES", "SHOWN_PER_COLUMN", "Finding", "FindingRule", "finding"]

Severity = Literal["E", "W", "I"]

SHOWN_PER_COLUMN: Final = 100
"""Rows listed one by one for one rule in one column; the rest are counted in one closing finding."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, doubtful or worth knowing in the data.

    Parameters
    ----------
    id : str
        Rule, e.g. ``K02``.
    severity : {"E", "W", "I"}
        ``E`` stops a run, ``W`` is listed and goes on, ``I`` is for information.
    where : str
        File and line, e.g. ``lb.csv:4``; line 1 is the header.
    subject : str
        USUBJID, or empty.
    column : str
        Column, or empty.
    text : str
        What is wrong and why it matters.
    mend : str
        What to do about it.

    Examples
    --------
    >>> Finding("U02", "E", "lb.csv:4", "OV-01-001", "LBORRES", "35 has no unit", "write the unit").severity
    'E'
    """

    id: str
    severity: Severity
    where: str
    subject: str
    column: str
    text: str
    mend: str


@dataclass(frozen=True, slots=True)
class FindingRule:
    """A rule that data are checked against.

    Parameters
    ----------
    id : str
        One letter (F file, K key, C code, V value, U unit, D date, G consistency) and two digits.
    severity : {"E", "W", "I"}
        Severity of its findings.
    meaning : str
        What the rule sees, in one line.
    mend : str
        What to do, in one line.

    Examples
    --------
    >>> RULES["V03"].meaning
    'a length is finer than 0.1 mm'
    """

    id: str
    severity: Severity
    meaning: str
    mend: str


_ROWS: Final[tuple[tuple[str, Severity, str, str], ...]] = (
    (
        "F01",
        "E",
        "a file that study.json names is not there",
        "put the file into the folder or take it out of study.json",
    ),
    ("F02", "E", "a file cannot be read as a table", "save it as CSV in UTF-8, comma between, one row a line"),
    ("F03", "E", "one column where many are due", "check the separator: the columns are parted by commas"),
    (
        "F04",
        "E",
        "a Parquet column holds numbers or dates where text is due",
        "write the column as text, as it was entered",
    ),
    (
        "F05",
        "I",
        "a column or a file that no table declares",
        "nothing, if it is meant to be kept beside the study's tables",
    ),
    ("F06", "E", "two files for one domain", "leave one of the two in the folder"),
    ("F07", "E", "rows or a folder of another study", "use the folder of this study"),
    (
        "F08",
        "E",
        "a file is not the one that study.json describes",
        "bring back the file, or have study.json written anew",
    ),
    (
        "F09",
        "W",
        "the folder was made for another version of the study file",
        "use the study file the folder was made for",
    ),
    (
        "F10",
        "I",
        "study.json gives no SHA-256 for a file",
        "have study.json list the file, so that a change is noticed",
    ),
    ("F11", "I", "numbers were kept as floating point", "nothing, if the digits are those that were entered"),
    ("F12", "I", "rows that identify no lesion", "nothing; parts of a split lesion are named T04.1, T04.2"),
    ("K01", "E", "a key is missing", "give every row its USUBJID and a sequence number of 1 or more"),
    ("K02", "E", "a key is doubled", "number the rows of a subject so that no number comes twice"),
    ("K03", "E", "a subject is not in DM", "add the subject to dm, or correct USUBJID"),
    ("K04", "E", "a column that is needed is missing", "add the column"),
    ("K05", "W", "two rows are equal but for the sequence number", "remove one, if the fact was entered twice"),
    ("C01", "W", "a code is not in its list", "use a code of the list; until then the fact counts as unknown"),
    ("C02", "W", "a code is not written in capitals", "write the code exactly as in its list; it was read in capitals"),
    (
        "V02",
        "E",
        "a value cannot be read",
        "write a plain number with at most six decimals, if need be with < or > before it",
    ),
    (
        "V03",
        "E",
        "a length is finer than 0.1 mm",
        "write the length as it was measured, in tenths of a millimetre at most",
    ),
    ("V05", "W", "a word stands for a missing value", "leave the cell empty, or say not done in the status column"),
    ("U01", "E", "a unit is not known", "write the UCUM unit, for example mg/dL, U/mL, 10*9/L or 1"),
    ("U02", "E", "a result has no unit", "write the unit; a number without one is no measurement"),
    ("U03", "W", "a value lies outside plausible limits", "check value and unit against the source"),
    (
        "D01",
        "E",
        "a date cannot be read or does not exist",
        "write 2026-03-18, or only the part that is known: 2026-03",
    ),
    ("D02", "E", "an end lies before its start", "correct one of the two dates"),
    ("D03", "W", "the order of two dates cannot be told", "complete the dates, if more of them is known"),
    ("D04", "W", "a time of day or its time zone is missing", "write date, time and zone: 2026-03-18T14:05+09:00"),
    ("D05", "W", "a date lies after the day the folder was made", "correct the date, or the day in study.json"),
    ("D06", "I", "a date lies after the cut-off", "nothing; the row is not used"),
    (
        "G01",
        "E",
        "allocation and arm contradict each other",
        "make DS RANDOMIZED and DM ARMCD agree with the allocation",
    ),
    ("G02", "W", "allocation comes before what must precede it", "check consent, registration and allocation dates"),
    (
        "G03",
        "W",
        "treatment of another arm than allocated",
        "nothing, if it is true: the subject stays in the allocated arm",
    ),
    ("G04", "E", "a link points nowhere", "correct the link, or add the row it points to"),
    ("G05", "W", "target lesions that the criteria do not allow", "check size and number of the targets"),
    ("G06", "W", "something happened after death", "correct the date of the event or of the death"),
    ("G07", "E", "the tables disagree about a death", "make DM, DS, SS and AE agree; DM holds the date"),
    ("G08", "W", "a contact after observation ended", "check the date of loss or withdrawal against the contact"),
    ("G09", "W", "an allocation or a procedure that is not due", "check the row; the first allocation counts"),
    ("G10", "I", "registered, not allocated, and no reason given", "add a DS row that says why"),
)

RULES: Final[Mapping[str, FindingRule]] = MappingProxyType({row[0]: FindingRule(*row) for row in _ROWS})
"""Every rule by its id."""


def finding(rule: str, where: str, text: str, *, subject: str = "", column: str = "", mend: str = "") -> Finding:
    """Return a finding of a rule, with the rule's severity and its usual way to mend it.

    Parameters
    ----------
    rule : str
        Id of a rule in `RULES`.
    where : str
        File and line.
    text : str
        What is wrong.
    subject, column : str, default ""
        USUBJID and column, where there is one.
    mend : str, default ""
        What to do, when the case at hand is better served than by the rule's own words.

    Returns
    -------
    Finding
        The finding.

    Examples
    --------
    >>> finding("F06", "rs.csv", "rs.csv and rs.parquet both hold RS").severity
    'E'
    """
    spec = RULES[rule]
    return Finding(rule, spec.severity, where, subject, column, text, mend or spec.mend)
