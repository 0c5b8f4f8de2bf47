"""Text tables put together from arrays: one row a fact, by subject and day, numbered within the subject."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from trialwright.design.facts import Answer

__all__ = ["DAY", "MONTH", "YEAR", "Cell", "Dated", "Measured", "Sheet", "Tenths", "Whole", "day_text"]

IntArray = NDArray[np.int64]

DAY: Final = 1
MONTH: Final = 2
YEAR: Final = 3
_SHIFT: Final = 2
_NO_NUMBER: Final = np.iinfo(np.int64).min


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


@lru_cache(maxsize=4)
def _calendar(low: int, high: int) -> pl.Series:
    return pl.Series(np.arange(low, high, dtype=np.int32)).cast(pl.Date).cast(pl.String)


def day_text(dated: Dated) -> pl.Series:
    """Dates as text.

    Parameters
    ----------
    dated : Dated
        Day numbers and precisions.

    Returns
    -------
    polars.Series
        ``2026-03-18``, ``2026-03`` or ``2026``; null for precision 0.

    Examples
    --------
    >>> day_text(Dated(np.array([20530, 20530]), np.array([DAY, MONTH]))).to_list()
    ['2026-03-18', '2026-03']
    """
    days = dated.days
    if isinstance(dated.precision, int):
        precision = np.full(days.shape, dated.precision, dtype=np.int64)
    else:
        precision = dated.precision
    written = precision > 0
    known = days[written]
    if known.size == 0:
        return pl.Series([None] * days.size, dtype=pl.String)
    low = int(known.min()) // 4096 * 4096
    high = (int(known.max()) // 4096 + 1) * 4096
    text = _calendar(low, high).gather(pl.Series(np.where(written, days - low, 0).astype(np.uint32)))
    if written.all() and (precision == DAY).all():
        return text
    kept = pl.Series(np.array([0, 10, 7, 4])[precision])
    frame = pl.DataFrame({"text": text, "kept": kept})
    shown = pl.when(pl.col("kept") > 0).then(pl.col("text").str.head(pl.col("kept")))
    return frame.select(shown.alias("text"))["text"]


@dataclass(slots=True)
class _Column:
    """Codes of one column over the pieces of a sheet."""

    kind: str
    codes: list[IntArray] = field(default_factory=list)
    words: dict[str, int] = field(default_factory=dict)

    def number(self, word: str) -> int:
        return self.words.setdefault(word, len(self.words) + 1)

    def add(self, cell: Cell, rows: int) -> None:
        if isinstance(cell, str):
            self.codes.append(np.full(rows, self.number(cell) if cell else 0, dtype=np.int64))
        elif isinstance(cell, Answer):
            numbers = np.array([*(self.number(word) for word in cell.words), 0], dtype=np.int64)
            self.codes.append(numbers[cell.codes])
        elif isinstance(cell, Dated):
            self.codes.append(np.where(np.asarray(cell.precision) > 0, (cell.days << _SHIFT) | cell.precision, 0))
        else:
            self.codes.append(np.where(cell.given, cell.values, _NO_NUMBER))

    def add_none(self, rows: int) -> None:
        empty = 0 if self.kind in ("word", "Dated") else _NO_NUMBER
        self.codes.append(np.full(rows, empty, dtype=np.int64))

    def text(self, order: IntArray | None) -> pl.Series:
        codes = self.codes[0] if len(self.codes) == 1 else np.concatenate(self.codes)
        if order is not None:
            codes = codes[order]
        if self.kind == "word":
            return pl.Series([None, *self.words], dtype=pl.String).gather(pl.Series(codes.astype(np.uint32)))
        if self.kind == "Dated":
            return day_text(Dated(codes >> _SHIFT, codes & 3))
        return _number_text(codes, self.kind)


def _number_text(codes: IntArray, kind: str) -> pl.Series:
    given = codes != _NO_NUMBER
    values = np.where(given, codes, 0)
    if kind == "Whole":
        text = pl.Series(values).cast(pl.String)
    elif kind == "Tenths":
        text = _with_decimal(values)
    else:
        values = np.maximum(values, _LIMIT_TENTHS - 1)
        text = _with_decimal(values).zip_with(pl.Series(values < 1000), pl.Series((values + 5) // 10).cast(pl.String))
        text = text.zip_with(pl.Series(values >= _LIMIT_TENTHS), pl.Series([_BELOW_LIMIT]))
    return text if given.all() else text.zip_with(pl.Series(given), pl.Series([None], dtype=pl.String))


def _with_decimal(tenths: IntArray) -> pl.Series:
    return pl.Series(tenths // 10).cast(pl.String) + _DECIMALS.gather(pl.Series((tenths % 10).astype(np.uint32)))


_DECIMALS: Final = pl.Series([f".{digit}" for digit in range(10)])
_LIMIT_TENTHS: Final = 20
_BELOW_LIMIT: Final = "<2.0"


class Sheet:
    """Rows of one table, collected piece by piece.

    Parameters
    ----------
    domain : str
        Domain of the table; its sequence column is named after it.

    Examples
    --------
    >>> sheet = Sheet("SS")
    >>> sheet.add(np.array([1, 0]), np.array([20530, 20500]), SSTESTCD="SURVSTAT", SSORRES="ALIVE")
    >>> sheet.table(pl.Series(["A", "B"])).rows()
    [('A', '1', 'SURVSTAT', 'ALIVE'), ('B', '1', 'SURVSTAT', 'ALIVE')]
    """

    def __init__(self, domain: str) -> None:
        self.domain = domain
        self._subjects: list[IntArray] = []
        self._days: list[IntArray] = []
        self._columns: dict[str, _Column] = {}

    def add(self, subjects: IntArray, days: IntArray, **cells: Cell) -> None:
        """Add rows.

        Parameters
        ----------
        subjects : ndarray of int
            Subject of each row.
        days : ndarray of int
            Day the row is sorted by.
        **cells : str, Answer, Dated, Whole or Tenths
            Columns; a text holds for all rows, an empty one leaves the cell empty.
        """
        rows = subjects.size
        for name, cell in cells.items():
            column = self._columns.get(name)
            if column is None:
                kind = "word" if isinstance(cell, str | Answer) else type(cell).__name__
                column = self._columns[name] = _Column(kind)
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

    def table(self, subject_ids: pl.Series) -> pl.DataFrame:
        """The rows as text, in the order of subject and day.

        Parameters
        ----------
        subject_ids : polars.Series
            USUBJID of each subject.

        Returns
        -------
        polars.DataFrame
            USUBJID, the sequence number, and the columns in the order they were first given.
        """
        order, numbers = self._order()
        subjects = np.concatenate(self._subjects)[order]
        columns: Mapping[str, pl.Series] = {
            "USUBJID": subject_ids.gather(pl.Series(subjects.astype(np.uint32))),
            f"{self.domain}SEQ": pl.Series(numbers).cast(pl.String),
            **{name: column.text(order) for name, column in self._columns.items()},
        }
        return pl.DataFrame(columns)

    @property
    def rows(self) -> int:
        """Number of rows added."""
        return sum(piece.size for piece in self._subjects)
