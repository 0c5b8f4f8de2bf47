"""Tables as integer codes, turned into text or into typed tables by looking the codes up.

A cell is a number: of a word, of a day and how much of it is known, or of tenths. Text and typed columns come from the
same codes, so a table in memory is what its file would be read as.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from trialwright.model.cells import typed_schema
from trialwright.model.tables import TABLES

__all__ = ["DAY", "MONTH", "NO_NUMBER", "NO_WORDS", "YEAR", "CodedColumn", "CodedTable", "TextTables", "TypedTables"]

CodeArray = NDArray[np.int32]
IndexArray = NDArray[np.uint32]

NO_NUMBER: Final = int(np.iinfo(np.int32).min)
"""Code of an empty number."""

NO_WORDS: Final = pl.Series(dtype=pl.String)
"""Words of a column that has none."""

DAY: Final = 1
MONTH: Final = 2
YEAR: Final = 3
LIMIT_TENTHS: Final = 20
_CALENDAR_DAYS: Final = 4096


@dataclass(frozen=True, slots=True, eq=False)
class Lookup:
    """Positions of a column's cells, and what stands at each position; position 0 is an empty cell.

    Parameters
    ----------
    positions : ndarray of int
        One a row.
    text : polars.Series
        Text at each position.
    typed : mapping of str to polars.Series
        Typed values at each position, by the ending of their column's name.
    """

    positions: IndexArray
    text: pl.Series
    typed: Mapping[str, pl.Series]


@dataclass(frozen=True, slots=True, eq=False)
class CodedColumn:
    """One column as codes.

    Parameters
    ----------
    kind : {"word", "Dated", "Whole", "Tenths", "Measured"}
        What the codes are: positions among `words`; four times a day number plus 1, 2 or 3 for a date known to the day,
        the month or the year, 0 for none; numbers, or `NO_NUMBER`.
    codes : ndarray of int
        One a row.
    words : polars.Series
        Words of ``word``.
    """

    kind: str
    codes: CodeArray
    words: pl.Series

    def lookup(self, dtype: pl.DataType | None = None) -> Lookup:
        """Positions of the cells, and what stands there.

        Parameters
        ----------
        dtype : polars.DataType, optional
            Type of the exact values of a result; without it only text is given, and dates.

        Returns
        -------
        Lookup
            ``LO HI PREC`` for dates, ``VAL CMP`` for results.
        """
        if self.kind == "Dated":
            return self._dates()
        if self.kind == "word":
            return Lookup(self.codes.astype(np.uint32), self.words, _exact(self.words, dtype))
        values, positions = np.unique(self.codes, return_inverse=True)
        empty = values.size > 0 and int(values[0]) == NO_NUMBER
        shown = [self._shown(value) for value in values[int(empty) :].tolist()]
        words = pl.Series([None, *shown], dtype=pl.String)
        if self.kind == "Tenths" and dtype == pl.Int64():
            typed = {"VAL": pl.Series([None, *values[int(empty) :].tolist()], dtype=pl.Int64)}
        else:
            typed = _exact(words, dtype)
        return Lookup((positions + (not empty)).astype(np.uint32), words, typed)

    def _shown(self, value: int) -> str:
        if self.kind == "Whole":
            return str(value)
        if self.kind == "Measured" and value < LIMIT_TENTHS:
            return f"<{LIMIT_TENTHS / 10:.1f}"
        if self.kind == "Measured" and value >= 1000:
            return str((value + 5) // 10)
        return f"{value // 10}.{value % 10}"

    def _dates(self) -> Lookup:
        known = self.codes % 4
        given = self.codes[known > 0] // 4
        low = int(given.min()) // _CALENDAR_DAYS if given.size else 0
        high = int(given.max()) // _CALENDAR_DAYS + 1 if given.size else 1
        text, earliest, latest, precision = _calendar(low * _CALENDAR_DAYS, high * _CALENDAR_DAYS)
        span = (high - low) * _CALENDAR_DAYS
        positions = np.where(known > 0, self.codes // 4 - low * _CALENDAR_DAYS + (known - 1) * span + 1, 0)
        return Lookup(positions.astype(np.uint32), text, {"LO": earliest, "HI": latest, "PREC": precision})


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

    def text(self) -> pl.DataFrame:
        """The table as its file holds it.

        Returns
        -------
        polars.DataFrame
            Text columns, empty cells null.
        """
        stored: dict[str, CodeArray | IndexArray] = {}
        shown: list[pl.Expr] = []
        for name, column in self.columns.items():
            if column.kind == "Whole":
                stored[name] = column.codes
                shown.append(_whole(name).cast(pl.String))
            else:
                found = column.lookup()
                stored[name] = found.positions
                shown.append(pl.lit(found.text).gather(pl.col(name)).alias(name))
        return pl.DataFrame(stored).select(shown)

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
        exprs, schema = dict(_empty_columns(self.domain)), typed_schema(TABLES[self.domain])
        exprs["STUDYID"] = pl.lit(study).alias("STUDYID")
        exprs["LINE"] = pl.int_range(2, self.height + 2, dtype=pl.UInt32).alias("LINE")
        stored: dict[str, CodeArray | IndexArray] = {}
        for name, column in self.columns.items():
            kind, stem, dtype = _declared(self.domain, name)
            if kind == "int":
                stored[name], exprs[name] = column.codes, _whole(name)
                continue
            found = column.lookup(dtype)
            stored[name] = found.positions
            position = pl.col(name)
            exprs[name] = pl.lit(found.text.cast(schema[name])).gather(position).alias(name)
            if stem:
                exprs.update(
                    {
                        stem + end: pl.lit(values.cast(schema[stem + end])).gather(position).alias(stem + end)
                        for end, values in found.typed.items()
                    }
                )
        return pl.DataFrame(stored).select(list(exprs.values()))


class TextTables(Mapping[str, pl.DataFrame]):
    """Text tables by domain, each made anew whenever it is asked for, so that a large trial never holds them all.

    Parameters
    ----------
    coded : mapping of str to CodedTable
        Tables as codes.
    """

    def __init__(self, coded: Mapping[str, CodedTable]) -> None:
        self._coded = coded

    def __getitem__(self, domain: str) -> pl.DataFrame:
        """Return the domain's text table."""
        return self._coded[domain].text()

    def __iter__(self) -> Iterator[str]:
        """Iterate over the domains."""
        return iter(self._coded)

    def __len__(self) -> int:
        """Return the number of tables."""
        return len(self._coded)


class TypedTables(Mapping[str, pl.DataFrame]):
    """Typed tables by domain, each typed when it is first asked for.

    Parameters
    ----------
    coded : mapping of str to CodedTable
        Tables as codes.
    study : str
        Id of the study.
    """

    def __init__(self, coded: Mapping[str, CodedTable], study: str) -> None:
        self._coded = coded
        self._study = study
        self._typed: dict[str, pl.DataFrame] = {}

    def __getitem__(self, domain: str) -> pl.DataFrame:
        """Return the domain's typed table."""
        if domain not in self._typed:
            self._typed[domain] = self._coded[domain].typed(self._study)
        return self._typed[domain]

    def __iter__(self) -> Iterator[str]:
        """Iterate over the domains."""
        return iter(self._coded)

    def __len__(self) -> int:
        """Return the number of tables."""
        return len(self._coded)

    def __contains__(self, domain: object) -> bool:
        """Whether the domain has a table."""
        return domain in self._coded


def _exact(words: pl.Series, dtype: pl.DataType | None) -> dict[str, pl.Series]:
    """Values and comparators of words that are numbers, ``<`` before them or not."""
    if dtype is None:
        return {}
    texts = words.to_list()
    numbers = pl.Series([text and text.removeprefix("<") for text in texts], dtype=pl.String).cast(dtype)
    comparators = [text and ("<" if text.startswith("<") else "") for text in texts]
    return {"VAL": numbers, "CMP": pl.Series(comparators, dtype=pl.String)}


def _whole(name: str) -> pl.Expr:
    return pl.when(pl.col(name) != NO_NUMBER).then(pl.col(name).cast(pl.Int64)).alias(name)


@cache
def _empty_columns(domain: str) -> Mapping[str, pl.Expr]:
    return {name: pl.lit(None, dtype).alias(name) for name, dtype in typed_schema(TABLES[domain]).items()}


@cache
def _declared(domain: str, name: str) -> tuple[str, str, pl.DataType | None]:
    """Kind of a column, stem of its typed columns, and the type of its exact values."""
    schema = typed_schema(TABLES[domain])
    kind = TABLES[domain].by_name[name].kind
    if kind not in ("date", "measure", "length"):
        return kind, "", None
    names = list(schema)
    behind = names[names.index(name) + 1]
    ending = "LO" if kind == "date" else "VAL"
    return kind, behind.removesuffix(ending), None if kind == "date" else schema[behind]


@lru_cache(maxsize=8)
def _calendar(low: int, high: int) -> tuple[pl.Series, pl.Series, pl.Series, pl.Series]:
    """Text, earliest and latest day and precision: nothing, then all days, their months, and their years."""
    days = pl.DataFrame({"day": np.arange(low, high, dtype=np.int32)}).with_columns(pl.col("day").cast(pl.Date))
    day = pl.col("day")
    year = day.dt.year()
    parts = [
        days.select(day.cast(pl.String).alias("text"), day.alias("low"), day.alias("high"), pl.lit("D").alias("known")),
        days.select(
            day.dt.to_string("%Y-%m").alias("text"),
            day.dt.month_start().alias("low"),
            day.dt.month_end().alias("high"),
            pl.lit("M").alias("known"),
        ),
        days.select(
            day.dt.to_string("%Y").alias("text"),
            pl.date(year, 1, 1).alias("low"),
            pl.date(year, 12, 31).alias("high"),
            pl.lit("Y").alias("known"),
        ),
    ]
    empty = pl.DataFrame({"text": [None], "low": [None], "high": [None], "known": [None]}, schema=parts[0].schema)
    table = pl.concat([empty, *parts])
    return table["text"], table["low"], table["high"], table["known"]
