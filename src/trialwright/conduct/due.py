"""What is due in a trial on a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from trialwright.conduct.run import read_data
from trialwright.conduct.studies import OpenedStudy
from trialwright.endpoints.moments import time_point_dates
from trialwright.errors import DataError
from trialwright.model.due import Worklist, due
from trialwright.model.finding import Finding
from trialwright.model.manifest import Origin

__all__ = ["DueList", "due_on"]


@dataclass(frozen=True, slots=True)
class DueList:
    """What is due in a trial, and what reading its data found.

    Parameters
    ----------
    opened : OpenedStudy
        The study with its state.
    origin : {"entered", "imported", "simulated"}
        Where the data come from.
    worklist : Worklist
        What is due.
    findings : sequence of Finding
        What is doubtful in the data.
    complete_to : date or None
        Day the data are complete to, as the folder declares it; what was done since is not known.

    Examples
    --------
    >>> DueList.__name__
    'DueList'
    """

    opened: OpenedStudy
    origin: Origin
    worklist: Worklist
    findings: Sequence[Finding]
    complete_to: date | None = None


def due_on(opened: OpenedStudy, data: Path, *, on: date, subject: str = "", by_arm: bool = False) -> DueList:
    """Everything that subjects of a trial owe on a day.

    Parameters
    ----------
    opened : OpenedStudy
        The study.
    data : Path
        Its data folder; what is dated after the day is left aside.
    on : date
        The day.
    subject : str, default ""
        Only this subject; everybody when empty.
    by_arm : bool, default False
        Also visits of single arms.

    Returns
    -------
    DueList
        What is due, and the findings.

    Raises
    ------
    DataError
        If the data cannot be read, a finding stops, or there is no such subject.
    """
    frames, findings = read_data(data, opened)
    known = frames.until(on)
    worklist = due(opened.study, known, time_point_dates(opened.study, known), on=on, by_arm=by_arm)
    if subject:
        courses = tuple(course for course in worklist.courses if course.subject == subject)
        if not courses:
            raise DataError(f"no subject '{subject}' was in the trial on {on}", where=str(data), mend="check the id")
        tasks = tuple(task for task in worklist.tasks if task.subject == subject)
        worklist = Worklist(on, tasks, courses, worklist.withheld)
    return DueList(opened, frames.origin, worklist, findings, frames.cutoff)
