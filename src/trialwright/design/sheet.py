"""Tables put together from arrays: one row a fact, by subject and day, numbered within the subject."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from trialwright.design.coded import DAY, NO_NUMBER, NO_WORDS, CodedColumn, CodedTable
from trialwright.design.facts import Answer
from trialwright.model.tables import TABLES

__all__ = ["Cell", "Dated", "Measured", "Sheet", "Tenths", "Whole"]

IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Dated:
    """Day numbers to be written as dates, to the day, the month or the year; precision 0 leaves a cell empty."""

    days: IntArray
    precision: IntArray | int = DAY


@dataclass(frozen=True, slots=True)
class Whole:
    """Whole numbers; where `given` is false the cell stays empty."""

    values: IntArray
    given: NDArray[np.bool_] | bool = True


@dataclass(frozen=True, slots=True)
class Tenths:
    """Numbers counted in tenths, written with one decimal; where `given` is false the cell stays empty."""

    values: IntArray
    given: NDArray[np.bool_] | bool = True


@dataclass(frozen=True, slots=True)
class Measured:
    """Results in tenths, as a laboratory writes them: whole from 100 on, one decimal below, ``<2.0`` under 2."""

    values: IntArray
    given: NDArray[np.bool_] | bool = True


Cell = str | Answer | Dated | Whole | Tenths | Measured


@dataclass(slots=True)
class _Pieces:
    """Codes of one column over the pieces of a sheet."""

    kind: str
    codes: list[NDArray[np.int32]] = field(default_factory=list)
    words: dict[str, int] = field(default_factory=dict)

    def number(self, word: str) -> int:
        return self.words.setdefault(word, len(self.words) + 1)

    def add(self, cell: Cell, rows: int) -> None:
        if isinstance(cell, str):
            self.codes.append(np.full(rows, self.number(cell) if cell else 0, dtype=np.int32))
        elif isinstance(cell, Answer):
            numbers = np.array([*(self.number(word) for word in cell.words), 0], dtype=np.int32)
            self.codes.append(numbers[cell.codes])
        elif isinstance(cell, Dated):
            codes = np.where(np.asarray(cell.precision) > 0, 4 * cell.days + cell.precision, 0)
            self.codes.append(codes.astype(np.int32))
        else:
            self.codes.append(np.where(cell.given, cell.values, NO_NUMBER).astype(np.int32))

    def add_none(self, rows: int) -> None:
        empty = 0 if self.kind in ("word", "Dated") else NO_NUMBER
        self.codes.append(np.full(rows, empty, dtype=np.int32))


class Sheet:
    """Rows of one table, collected piece by piece.

    Parameters
    ----------
    domain : str
        Domain of the table; its rows are numbered unless it is DM.

    Examples
    --------
    >>> sheet = Sheet("SS")
    >>> sheet.add(np.array([1, 0]), np.array([20530, 20500]), SSTESTCD="SURVSTAT", SSORRES="ALIVE")
    >>> sheet.coded(pl.Series(["A", "B"])).text().rows()
    [('A', '1', 'SURVSTAT', 'ALIVE'), ('B', '1', 'SURVSTAT', 'ALIVE')]
    """

    def __init__(self, domain: str) -> None:
        self.domain = domain
        self._subjects: list[IntArray] = []
        self._days: list[IntArray] = []
        self._columns: dict[str, _Pieces] = {}

    def add(self, subjects: IntArray, days: IntArray, **cells: Cell) -> None:
        """Add rows.

        Parameters
        ----------
        subjects : ndarray of int
            Subject of each row.
        days : ndarray of int
            Day the row is sorted by.
        **cells : str, Answer, Dated, Whole, Tenths or Measured
            Columns; a text holds for all rows, an empty one leaves the cell empty.
        """
        rows = subjects.size
        for name, cell in cells.items():
            column = self._columns.get(name)
            if column is None:
                kind = "word" if isinstance(cell, str | Answer) else type(cell).__name__
                column = self._columns[name] = _Pieces(kind)
                for piece in self._subjects:
                    column.add_none(piece.size)
            column.add(cell, rows)
        for name in self._columns.keys() - cells.keys():
            self._columns[name].add_none(rows)
        self._subjects.append(subjects)
        self._days.append(days)

    def numbers(self) -> IntArray:
        """Sequence number of every row, in the order the rows were added.

        Returns
        -------
        ndarray of int
            1 for a subject's first row in the order of the days.
        """
        order, numbers = self._order()
        given = np.empty(order.size, dtype=np.int64)
        given[order] = numbers
        return given

    def _order(self) -> tuple[IntArray, IntArray]:
        subjects = np.concatenate(self._subjects)
        if subjects.size == 0:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
        order = np.argsort(subjects * 2**21 + np.concatenate(self._days), kind="stable")
        first = np.empty(order.size, dtype=np.bool_)
        first[0] = True
        ordered = subjects[order]
        first[1:] = ordered[1:] != ordered[:-1]
        position = np.arange(order.size)
        return order, position - np.maximum.accumulate(np.where(first, position, 0)) + 1

    def coded(self, subject_ids: pl.Series) -> CodedTable:
        """The rows in the order of subject and day, still as codes.

        Parameters
        ----------
        subject_ids : polars.Series
            USUBJID of each subject.

        Returns
        -------
        CodedTable
            USUBJID, the sequence number, and the columns in the order of the table.
        """
        order, numbers = self._order()
        subjects = np.concatenate(self._subjects)[order]
        columns = {"USUBJID": CodedColumn("word", subjects.astype(np.int32), subject_ids)}
        if self.domain != "DM":
            columns[f"{self.domain}SEQ"] = CodedColumn("Whole", numbers.astype(np.int32), NO_WORDS)
        for name in (column.name for column in TABLES[self.domain].columns if column.name in self._columns):
            pieces = self._columns[name]
            codes = pieces.codes[0] if len(pieces.codes) == 1 else np.concatenate(pieces.codes)
            words = pl.Series([None, *pieces.words], dtype=pl.String) if pieces.kind == "word" else NO_WORDS
            columns[name] = CodedColumn(pieces.kind, codes[order], words)
        return CodedTable(self.domain, columns)

    @property
    def rows(self) -> int:
        """Number of rows added."""
        return sum(piece.size for piece in self._subjects)
