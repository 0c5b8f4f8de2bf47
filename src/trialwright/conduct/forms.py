"""Forms without a server: a workbook made from a study file, and a filled one made into a data folder."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl

from trialwright import __version__
from trialwright.conduct.catalogue import catalogue
from trialwright.conduct.studies import OpenedStudy
from trialwright.errors import DataError, InputError
from trialwright.exchange.folder import refuse_held, write_folder
from trialwright.exchange.forms import Cover, Filled, Layout, layout_of, read_workbook, tables_of, write_workbook
from trialwright.exchange.integrity import check
from trialwright.model.finding import Finding
from trialwright.model.frames import frames_from_text
from trialwright.model.manifest import Manifest
from trialwright.model.study import Study

__all__ = ["FormsRead", "read_forms", "write_forms"]


@dataclass(frozen=True, slots=True)
class FormsRead:
    """What filled forms became.

    Parameters
    ----------
    layout : Layout
        The forms they were held against.
    tables : mapping of str to polars.DataFrame
        Domain to its table as text.
    findings : tuple of Finding
        What is wrong or doubtful, at its sheet and cell.
    out : Path or None
        The data folder; None when a finding of severity E kept it from being written.

    Examples
    --------
    >>> FormsRead(Layout(()), {}, (), None).is_written
    False
    """

    layout: Layout
    tables: Mapping[str, pl.DataFrame]
    findings: tuple[Finding, ...]
    out: Path | None

    @property
    def is_written(self) -> bool:
        """Whether a data folder was written."""
        return self.out is not None


def _layout(study: Study) -> Layout:
    offered = catalogue()
    responses = {}
    for series in study.assessments:
        spec = offered.find("response criteria", series.criteria)
        responses[series.criteria] = spec.outputs if spec else ()
    return layout_of(study, responses)


def write_forms(opened: OpenedStudy, out: Path, *, replaces: bool = False) -> Layout:
    """Write the forms of a study as a workbook.

    Parameters
    ----------
    opened : OpenedStudy
        The study.
    out : Path
        Workbook to write, whole or not at all.
    replaces : bool, default False
        Replace a file that stands there. A filled workbook would be lost.

    Returns
    -------
    Layout
        Its sheets and columns.

    Raises
    ------
    InputError
        If something stands there already, or the place cannot be written to.
    """
    if out.suffix.lower() != ".xlsx":
        raise InputError("a workbook is called something.xlsx", where=str(out), mend=f"write {out.name}.xlsx")
    if out.is_dir():
        raise InputError("this is a folder", where=str(out), mend="name a file for the workbook")
    if out.exists() and not replaces:
        why = "it may hold what people entered"
        raise InputError("a file stands there already", where=str(out), why=why, mend="name another, or use --force")
    if not out.parent.is_dir():
        raise InputError("there is no such folder", where=str(out.parent), mend="make it first")
    layout = _layout(opened.study)
    header = opened.study.study
    program = f"trialwright {__version__}"
    cover = Cover(opened.study.id, header.title, header.version, opened.sha256, opened.state, program)
    handle, name = tempfile.mkstemp(prefix=f".{out.name}-", suffix=".xlsx", dir=out.parent)
    os.close(handle)
    waiting = Path(name)
    try:
        write_workbook(layout, cover, waiting)
        waiting.chmod(0o644)
        waiting.replace(out)
    finally:
        waiting.unlink(missing_ok=True)
    return layout


def read_forms(opened: OpenedStudy, forms: Path, out: Path, *, now: datetime | None = None) -> FormsRead:
    """Read filled forms and write them as a data folder.

    Parameters
    ----------
    opened : OpenedStudy
        The study.
    forms : Path
        The filled workbook.
    out : Path
        Data folder to write, whole or not at all; its origin is ``entered``.
    now : datetime, optional
        Moment the folder says it was made; dates after it are findings. The clock's when left out.

    Returns
    -------
    FormsRead
        With every finding, those of the data's integrity included. Nothing is written when one of them is of severity
        E.

    Raises
    ------
    DataError
        If the workbook cannot be read, is of another study, or something stands where the folder is to be.
    """
    refuse_held(out)
    study = opened.study
    layout = _layout(study)
    read = read_workbook(forms, layout)
    if read.study != study.id:
        what = f"the forms are those of study '{read.study}', not of '{study.id}'"
        raise DataError(what, where=str(forms), mend="name the study the forms were made for")
    filled = tables_of(read.rows, layout, study)
    made = now or datetime.now(UTC)
    tabled = filled.placed(_checked(opened, filled, read.sha256, made.date()))
    findings = (*read.findings, *filled.findings, *tabled)
    if any(finding.severity == "E" for finding in findings):
        return FormsRead(layout, filled.tables, findings, None)
    manifest = Manifest(
        study=study.id,
        origin="entered",
        version=read.version,
        canonical_sha256=read.sha256,
        produced=made.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        by=f"trialwright {__version__}, from {forms.name}",
    )
    write_folder(out, filled.tables, manifest)
    return FormsRead(layout, filled.tables, findings, out)


def _checked(opened: OpenedStudy, filled: Filled, made_for: str, today: date) -> list[Finding]:
    """Findings of reading the tables and of their integrity."""
    frames, unread = frames_from_text(filled.tables, "entered", study=opened.study.id)
    frames = replace(frames, study_sha256=made_for, produced=today)
    activated = opened.state == "activated"
    return [*unread, *check(opened.study, frames, study_sha256=opened.sha256, activated=activated)]
