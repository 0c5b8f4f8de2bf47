"""What can be wrong with a filled workbook beside what can be wrong with any table."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from trialwright.model.finding import Finding, FindingRule, Severity

__all__ = ["FORM_RULES", "form_finding"]

_ROWS: Final[tuple[tuple[str, Severity, str, str], ...]] = (
    (
        "X01",
        "E",
        "a spreadsheet turned what was written into a number or a date, and the original cannot be told",
        "format the cell as text and write it again as the source has it",
    ),
    (
        "X02",
        "I",
        "a spreadsheet turned what was written into a number or a date, and its value cannot have changed",
        "nothing; format the cell as text next time",
    ),
    ("X03", "E", "a cell holds a formula, an error or a truth value", "write the value as text"),
    ("X04", "E", "a sheet or a column of the forms is missing", "bring it back; it may be empty"),
    ("X05", "W", "something that no form asks for is not read", "move it to where it belongs, or remove it"),
    ("X06", "E", "the answers to one question contradict each other or are not complete", "complete or correct them"),
    ("X07", "W", "an answer has no day", "write the day of the row; until then nobody can tell when it was known"),
    ("X08", "E", "a row names no subject", "write the subject as it stands on the sheet Subjects"),
)

FORM_RULES: Final[Mapping[str, FindingRule]] = MappingProxyType({row[0]: FindingRule(*row) for row in _ROWS})
"""Rules of findings made while forms are read, by id."""


def form_finding(rule: str, where: str, text: str, *, subject: str = "", mend: str = "") -> Finding:
    """Return a finding made while forms are read.

    Parameters
    ----------
    rule : str
        Id of a rule in `FORM_RULES`.
    where : str
        Sheet, or sheet and cell.
    text : str
        What is wrong.
    subject : str, default ""
        USUBJID, where there is one.
    mend : str, default ""
        What to do, when the case at hand is better served than by the rule's own words.

    Returns
    -------
    Finding
        The finding.

    Examples
    --------
    >>> form_finding("X08", "Screening!A7", "no subject").severity
    'E'
    """
    spec = FORM_RULES[rule]
    return Finding(rule, spec.severity, where, subject, "", text, mend or spec.mend)
