"""Tables as integer codes, turned into text or into typed tables in one pass each.

A cell is a number: of a word, of a day and how much of it is known, or of tenths. Text and typed columns come from the
same codes, so a table in memory is what its file would be read as.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from trialwright.model.cells import typed_schema
from trialwright.model.tables import TABLES

__all__ = ["DAY", "MONTH", "NO_NUMBER", "NO_WORDS", "YEAR", "CodedColumn", "CodedTable"]

IntArray = NDArray[np.int64]

NO_NUMBER: Final = int(np.iinfo(np.int64).min)
"""Code of an empty number."""

NO_WORDS: Final = pl.Series(dtype=pl.String)
"""Words of a column that has none."""

DAY: Final = 1
MONTH: Final = 2
YEAR: Final = 3
LIMIT_TENTHS: Final = 20
_BELOW_LIMIT: Final = "<2.0"
_DECIMALS: Final = pl.Series([f".{digit}" for digit in range(10)])
_CALENDAR_DAYS: Final = 4096


@dataclass(frozen=True, slots=True, eq=False)
class CodedColumn:
    """One column as codes.

    Parameters
    ----------
    kind : {"ids", "word", "Dated", "Whole", "Tenths", "Measured"}
        What the codes are: positions among `words`; four times a day number plus 1, 2 or 3 for a date known to the day,
        the month or the year, 0 for none; numbers, or `NO_NUMBER`.
    codes : ndarray of int
        One a row.
    words : polars.Series
        Words of ``ids`` and ``word``.
    """

    kind: str
    codes: IntArray
    words: pl.Series

    @property
    def stored(self) -> NDArray[np.int64] | NDArray[np.uint32]:
        """The codes in the type they are looked up with."""
        return self.codes.astype(np.uint32) if self.kind in ("ids", "word") else self.codes

    def text(self, name: str) -> pl.Expr:
        """Expression for the column's text.

        Parameters
        ----------
        name : str
            Name of the column.

        Returns
        -------
        polars.Expr
            Text, null where the cell is empty.
        """
        cell = pl.col(name)
        if self.kind in ("ids", "word"):
            return pl.lit(self.words).gather(cell).alias(name)
        if self.kind == "Dated":
            return self._date_text(name)
        shown = self._number_text(cell)
        if (self.codes == NO_NUMBER).any():
            shown = pl.when(cell != NO_NUMBER).then(shown)
        return shown.alias(name)

    def _number_text(self, cell: pl.Expr) -> pl.Expr:
        if self.kind == "Whole":
            return cell.cast(pl.String)
        with_decimal = (cell // 10).cast(pl.String) + pl.lit(_DECIMALS).gather((cell % 10).cast(pl.UInt32))
        if self.kind == "Tenths":
            return with_decimal
        return (
            pl.when(cell < LIMIT_TENTHS)
            .then(pl.lit(_BELOW_LIMIT))
            .when(cell < 1000)
            .then(with_decimal)
            .otherwise(((cell + 5) // 10).cast(pl.String))
        )

    def _date_text(self, name: str) -> pl.Expr:
        given = self.codes[self.codes != 0]
        if given.size == 0:
            return pl.lit(None, pl.String).alias(name)
        start = int(given.min()) // 4 // _CALENDAR_DAYS * _CALENDAR_DAYS
        end = (int(given.max()) // 4 // _CALENDAR_DAYS + 1) * _CALENDAR_DAYS
        calendar, known = pl.lit(_calendar(start, end)), pl.col(name) % 4
        if given.size == self.codes.size and (given % 4 == DAY).all():
            return calendar.gather((pl.col(name) // 4 - start).cast(pl.UInt32)).alias(name)
        day = pl.when(known > 0).then(pl.col(name) // 4 - start).otherwise(0).cast(pl.UInt32)
        length = pl.when(known == MONTH).then(7).when(known == YEAR).then(4).otherwise(10)
        return pl.when(known > 0).then(calendar.gather(day).str.head(length)).alias(name)

    def dates(self, name: str, stem: str) -> Iterator[pl.Expr]:
        """Expressions for the earliest and latest day of a date, and how much of it is known.

        Parameters
        ----------
        name : str
            Name of the column.
        stem : str
            Stem of the typed columns.

        Yields
        ------
        polars.Expr
            ``LO``, ``HI`` and ``PREC``.
        """
        day = (pl.col(name) // 4).cast(pl.Int32).cast(pl.Date)
        if (self.codes % 4 == DAY).all():
            yield day.alias(f"{stem}LO")
            yield day.alias(f"{stem}HI")
            yield pl.lit("D").alias(f"{stem}PREC")
            return
        part, year = pl.col(name) % 4, day.dt.year()
        first = pl.when(part == MONTH).then(day.dt.month_start()).when(part == YEAR).then(pl.date(year, 1, 1))
        last = pl.when(part == MONTH).then(day.dt.month_end()).when(part == YEAR).then(pl.date(year, 12, 31))
        yield pl.when(part > 0).then(first.otherwise(day)).alias(f"{stem}LO")
        yield pl.when(part > 0).then(last.otherwise(day)).alias(f"{stem}HI")
        yield pl.lit(pl.Series([None, "D", "M", "Y"])).gather(part.cast(pl.UInt32)).alias(f"{stem}PREC")

    def measure(self, name: str, stem: str, dtype: pl.DataType) -> Iterator[pl.Expr]:
        """Expressions for the exact value of a result, and its comparator.

        Parameters
        ----------
        name : str
            Name of the column.
        stem : str
            Stem of the typed columns.
        dtype : polars.DataType
            Type of the value.

        Yields
        ------
        polars.Expr
            ``VAL`` and ``CMP``.
        """
        cell = pl.col(name)
        if self.kind == "word":
            yield pl.lit(self.words.cast(dtype)).gather(cell).alias(f"{stem}VAL")
            yield pl.when(cell > 0).then(pl.lit("")).alias(f"{stem}CMP")
            return
        text, given = self._number_text(cell), pl.when(cell != NO_NUMBER)
        below = pl.when((cell < LIMIT_TENTHS) & pl.lit(self.kind == "Measured"))
        yield given.then(text.str.strip_chars_start("<").cast(dtype, strict=False)).alias(f"{stem}VAL")
        yield given.then(below.then(pl.lit("<")).otherwise(pl.lit(""))).alias(f"{stem}CMP")

    def whole(self, name: str, alias: str) -> pl.Expr:
        """Expression for the column's whole numbers.

        Parameters
        ----------
        name : str
            Name of the column.
        alias : str
            Name of the result.

        Returns
        -------
        polars.Expr
            Null where the cell is empty.
        """
        return pl.when(pl.col(name) != NO_NUMBER).then(pl.col(name)).alias(alias)


@dataclass(frozen=True, slots=True, eq=False)
class CodedTable:
    """One table as codes.

    Parameters
    ----------
    domain : str
        Domain of the table.
    columns : mapping of str to CodedColumn
        Columns in order.
    """

    domain: str
    columns: Mapping[str, CodedColumn]

    @property
    def height(self) -> int:
        """Number of rows."""
        return self.columns["USUBJID"].codes.size

    def _stored(self) -> pl.DataFrame:
        return pl.DataFrame({name: column.stored for name, column in self.columns.items()})

    def text(self) -> pl.DataFrame:
        """The table as its file holds it.

        Returns
        -------
        polars.DataFrame
            Text columns, empty cells null.
        """
        return self._stored().select([column.text(name) for name, column in self.columns.items()])

    def typed(self, study: str) -> pl.DataFrame:
        """The table as its file would be read.

        Parameters
        ----------
        study : str
            Id of the study, for ``STUDYID``.

        Returns
        -------
        polars.DataFrame
            Every declared column, typed columns behind their text, and ``LINE``.
        """
        schema = typed_schema(TABLES[self.domain])
        exprs = {name: pl.lit(None, dtype).alias(name) for name, dtype in schema.items()}
        exprs["STUDYID"] = pl.lit(study).alias("STUDYID")
        exprs["LINE"] = pl.int_range(2, self.height + 2, dtype=pl.UInt32).alias("LINE")
        names = list(schema)
        for declared in TABLES[self.domain].columns:
            column = self.columns.get(declared.name)
            if column is not None:
                behind = names[names.index(declared.name) + 1]
                found = _typed_columns(column, declared.name, declared.kind, behind, schema[behind])
                exprs.update({expr.meta.output_name(): expr for expr in found})
        return self._stored().select(list(exprs.values()))


def _typed_columns(column: CodedColumn, name: str, kind: str, behind: str, dtype: pl.DataType) -> Iterator[pl.Expr]:
    """Expressions of one declared column; `behind` is the first of its typed columns, if it has any."""
    if kind == "int":
        yield column.whole(name, name)
        return
    yield column.text(name)
    if kind == "date":
        yield from column.dates(name, behind.removesuffix("LO"))
    elif kind == "measure":
        yield from column.measure(name, behind.removesuffix("VAL"), dtype)
    elif kind == "length":
        yield column.whole(name, behind)


@lru_cache(maxsize=4)
def _calendar(low: int, high: int) -> pl.Series:
    return pl.Series(np.arange(low, high, dtype=np.int32)).cast(pl.Date).cast(pl.String)
