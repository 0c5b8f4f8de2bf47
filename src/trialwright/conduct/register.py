"""The register of allocations: one line a subject, added under a lock, never changed.

Every line carries a code that only the holder of the sealed file can make, over the line and the code before it, and
every arm follows from the sealed file. A changed, exchanged or removed line is therefore seen; only lines removed from
the end are not, since nothing follows them.
"""

from __future__ import annotations

import csv
import fcntl
import hashlib
import hmac
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from trialwright.allocation.commitment import Sealed
from trialwright.allocation.design import Cell, Subject
from trialwright.allocation.engine import allocate
from trialwright.errors import InputError, StoreError
from trialwright.numerics.drbg import instantiate

__all__ = ["Line", "Register", "csv_row", "locked_register", "read_register"]

_CODE_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Line:
    """One allocation that was made.

    Parameters
    ----------
    seq : int
        Place in the trial, from 1.
    subject : Subject
        Who, with the strata as they were.
    arm : str
        The arm.
    on : str
        Day of the allocation.
    study_sha256 : str
        Hash of the study file under which the subject was found eligible.
    """

    seq: int
    subject: Subject
    arm: str
    on: str
    study_sha256: str


class Register:
    """The lines so far, checked, and a way to add one.

    Parameters
    ----------
    sealed : Sealed
        What the sealed file holds.
    file : binary file
        Open for reading, and for adding when it is locked.
    name : str
        Its name, for messages.
    """

    def __init__(self, sealed: Sealed, file: BinaryIO, name: str) -> None:
        self._sealed, self._file, self._name = sealed, file, name
        nonce = hashlib.sha256(f"trialwright register 1\n{sealed.design.study}".encode()).digest()[:16]
        self._key, _ = instantiate(sealed.secret, nonce).generate(_CODE_BYTES)
        self._code = ""
        self._begun = False
        self.lines: tuple[Line, ...] = tuple(self._checked())

    def find(self, subject: str) -> Line | None:
        """Line of a subject.

        Parameters
        ----------
        subject : str
            ``USUBJID``.

        Returns
        -------
        Line or None
            None when the subject was not allocated.
        """
        return next((line for line in self.lines if line.subject.id == subject), None)

    def add(self, subject: str, cell: Cell, *, on: str, study_sha256: str) -> Line:
        """Draw the arm of the next subject and write it down before it is told.

        Parameters
        ----------
        subject : str
            ``USUBJID``.
        cell : tuple of str
            Levels of the strata.
        on : str
            Day.
        study_sha256 : str
            Hash of the study file.

        Returns
        -------
        Line
            The new line; for a subject who has one, that one.
        """
        known = self.find(subject)
        if known is not None:
            return known
        subjects = [*(line.subject for line in self.lines), Subject(subject, cell)]
        *_, last = allocate(self._sealed.design, self._sealed.secret, subjects)
        line = Line(len(subjects), last.subject, last.arm, on, study_sha256)
        text = "" if self._begun else csv_row(self._header)
        row, self._code = self._row_of(line)
        self._file.seek(0, os.SEEK_END)
        self._file.write((text + row).encode())
        self._file.flush()
        os.fsync(self._file.fileno())
        self._begun = True
        self.lines = (*self.lines, line)
        return line

    @property
    def _header(self) -> list[str]:
        strata = [factor.name for factor in self._sealed.design.factors]
        return ["SEQ", "USE", "USUBJID", *strata, "ARMCD", "ALLOCATED", "STUDY_SHA256", "CODE"]

    def _row_of(self, line: Line) -> tuple[str, str]:
        use = "REHEARSAL" if self._sealed.rehearsal else "TRIAL"
        cells = [str(line.seq), use, line.subject.id, *line.subject.cell, line.arm, line.on, line.study_sha256]
        code = hmac.digest(self._key, (self._code + "\n" + csv_row(cells)).encode(), "sha256").hex()
        return csv_row([*cells, code]), code

    def _checked(self) -> Iterator[Line]:
        self._file.seek(0)
        content = self._file.read()
        self._begun = bool(content)
        if not content:
            return
        try:
            text = content.decode()
            rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
        except (UnicodeDecodeError, csv.Error) as wrong:
            raise self._broken(1) from wrong
        if rows[0] != self._header:
            raise self._broken(1)
        strata = len(self._sealed.design.factors)
        lines = []
        for number, cells in enumerate(rows[1:], 1):
            if len(cells) != len(self._header):
                raise self._broken(number + 1)
            subject = Subject(cells[2], tuple(cells[3 : 3 + strata]))
            lines.append(Line(number, subject, *cells[3 + strata : 6 + strata]))
        self._compare(lines, text)
        yield from lines

    def _compare(self, lines: list[Line], text: str) -> None:
        """Every line must be the one that would be written now, and the arm the one that follows."""
        cells = set(self._sealed.design.cells)
        due = csv_row(self._header)
        seen: set[str] = set()
        for number, line in enumerate(lines, 2):
            row, self._code = self._row_of(line)
            due += row
            if line.subject.cell not in cells or line.subject.id in seen or not text.startswith(due):
                raise self._broken(number)
            seen.add(line.subject.id)
        if text != due:
            raise self._broken(len(lines) + 2)
        drawn = allocate(self._sealed.design, self._sealed.secret, [line.subject for line in lines])
        for line, each in zip(lines, drawn, strict=True):
            if line.arm != each.arm:
                raise self._broken(line.seq + 1)

    def _broken(self, line: int) -> StoreError:
        return StoreError(
            "the register does not follow from the sealed file",
            where=f"{self._name}:{line}",
            why="a line was changed, exchanged, removed or cut short, or the register belongs to another sealed file",
            mend="restore the register from a copy; a last line cut short may be removed, its arm is drawn again alike",
        )


def csv_row(cells: list[str]) -> str:
    """One row of a CSV file.

    Parameters
    ----------
    cells : list of str
        Its cells.

    Returns
    -------
    str
        With a line end; cells are quoted where they must be.

    Examples
    --------
    >>> csv_row(["a", "b,c"]).strip()
    'a,"b,c"'
    """
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(cells)
    return out.getvalue()


@contextmanager
def locked_register(sealed: Sealed, path: Path) -> Iterator[Register]:
    """Register that nobody else can add to meanwhile; it is made when it does not exist.

    Parameters
    ----------
    sealed : Sealed
        What the sealed file holds.
    path : Path
        The register; only its owner may read it.

    Yields
    ------
    Register
        Checked.

    Raises
    ------
    StoreError
        If it does not follow from the sealed file.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(handle, "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield Register(sealed, file, str(path))


def read_register(sealed: Sealed, path: Path) -> tuple[Line, ...]:
    """Lines of a register, checked.

    Parameters
    ----------
    sealed : Sealed
        What the sealed file holds.
    path : Path
        The register.

    Returns
    -------
    tuple of Line
        In the order of the allocations.

    Raises
    ------
    InputError
        If there is no such file.
    StoreError
        If it does not follow from the sealed file.
    """
    if not path.is_file():
        raise InputError("there is no such register", where=str(path), mend="check the path")
    with path.open("rb") as file:
        return Register(sealed, file, str(path)).lines
