"""A study file looked at as a whole: what keeps it from loading, and what it leaves open."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from trialwright.conduct.author import read_record
from trialwright.conduct.catalogue import catalogue
from trialwright.conduct.studies import OpenedStudy, open_study, study_file
from trialwright.protocol.lint import LintFinding, lint
from trialwright.protocol.paths import clause_line, clause_lines
from trialwright.protocol.problems import Problem, StudyFileErrors
from trialwright.protocol.provenance import record_claims

__all__ = ["LintReport", "PlacedFinding", "lint_study"]


@dataclass(frozen=True, slots=True)
class PlacedFinding:
    """A finding of the linter with its line in the study file.

    Parameters
    ----------
    finding : LintFinding
        The finding.
    line, column : int
        Place of the statement, or of the nearest one that holds it; both counted from 1.

    Examples
    --------
    >>> lint_study("nct07295132").findings[0].line > 0
    True
    """

    finding: LintFinding
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class LintReport:
    """What was found in a study file.

    Parameters
    ----------
    path : Path
        The file.
    opened : OpenedStudy or None
        The study, when the file could be loaded.
    problems : tuple of Problem
        What keeps it from loading.
    findings : tuple of PlacedFinding
        What a loaded study leaves open, the gravest first.
    claims : int
        Claims of a loaded study about its registry record.
    record_id : str or None
        Number of the record in which all of them were found; None when no record was at hand.

    Examples
    --------
    >>> lint_study("nct07295132").has_errors
    False
    """

    path: Path
    opened: OpenedStudy | None
    problems: tuple[Problem, ...]
    findings: tuple[PlacedFinding, ...]
    claims: int = 0
    record_id: str | None = None

    @property
    def unchecked_claims(self) -> int:
        """Claims about the registry record that nobody has looked up."""
        return 0 if self.record_id else self.claims

    @property
    def has_errors(self) -> bool:
        """Whether anything found keeps the study from loading or from being confirmed."""
        return bool(self.problems) or any(placed.finding.severity == "error" for placed in self.findings)


def lint_study(name: str | Path, *, record: Path | None = None) -> LintReport:
    """Problems and findings of a study file.

    Parameters
    ----------
    name : str or Path
        Id of a shipped study, or path of a file.
    record : Path, optional
        File of the trial's registry record; with it every claim about the record is looked up.

    Returns
    -------
    LintReport
        A file that cannot be loaded has problems and no findings.

    Raises
    ------
    StudyError
        If no study of that id is known, or its sign-off cannot be read.
    InputError
        If a path is meant and no file stands there, or the file of the record holds no record.

    Examples
    --------
    >>> lint_study("nct07295132").problems
    ()
    """
    path = study_file(name)
    found = None if record is None else read_record(record)
    number = None if found is None else found.id
    try:
        opened = open_study(path, record=found)
    except StudyFileErrors as refused:
        return LintReport(path, None, refused.problems, (), record_id=number)
    lines = clause_lines(opened.text)
    placed = tuple(
        PlacedFinding(finding, *(clause_line(lines, finding.path) or (1, 1)))
        for finding in lint(opened.study, catalogue())
    )
    return LintReport(path, opened, (), placed, sum(1 for _ in record_claims(opened.study)), number)
