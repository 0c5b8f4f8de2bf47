"""Serial marker values from one CSV or Parquet table, read in blocks that never part a subject's rows."""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

import polars as pl

from trialwright.errors import DataError
from trialwright.exchange.csv_text import read_csv_text

__all__ = ["BLOCK_BYTES", "SeriesBlock", "SeriesColumns", "series_blocks"]

BLOCK_BYTES: Final = 8 * 1024**2
"""Text read at a time; what is held in memory follows from it and not from the size of the file."""

_LONGEST_RECORD: Final = 16 * BLOCK_BYTES
_BLOCK_ROWS: Final = 300_000
_DAY: Final = r"^-?[0-9]{1,6}(\.0+)?$"
_NUMBER: Final = r"^-?[0-9]+(\.[0-9]+)?$"


@dataclass(frozen=True, slots=True)
class SeriesColumns:
    """Columns to read beside ``USUBJID DAY VALUE UNIT``.

    Parameters
    ----------
    text : tuple of str
        Text columns that are read where the table has them.
    numbers : tuple of str
        Columns of numbers that are read where the table has them; a cell that is none is refused with its line.

    Examples
    --------
    >>> SeriesColumns().text
    ('ASSAY', 'ORIGIN')
    """

    text: tuple[str, ...] = ("ASSAY", "ORIGIN")
    numbers: tuple[str, ...] = ("ULN",)


@dataclass(frozen=True, slots=True, eq=False)
class SeriesBlock:
    """Whole subjects of a series.

    Parameters
    ----------
    samples : polars.DataFrame
        ``ROW`` (such as ``line 12``) ``USUBJID DAY VALUE UNIT`` and the further columns; ``DAY`` is null where it
        is no whole number.
    done : float
        Share of the file read so far.
    """

    samples: pl.DataFrame
    done: float


def series_blocks(
    path: Path, columns: SeriesColumns | None = None, *, block_bytes: int = BLOCK_BYTES
) -> Iterator[SeriesBlock]:
    """Return the samples of a table block by block.

    Parameters
    ----------
    path : pathlib.Path
        A ``.csv`` or ``.parquet`` file with ``USUBJID DAY VALUE UNIT``.
    columns : SeriesColumns, optional
        What else is read.
    block_bytes : int, default 8 MiB
        Text read at a time.

    Yields
    ------
    SeriesBlock
        Each subject stands in one block only.

    Raises
    ------
    DataError
        If the file is no such table, a row has no ``USUBJID``, or a file of several blocks is not sorted by
        ``USUBJID``: without that order a subject could come back after its figure was given.
    """
    wanted = columns or SeriesColumns()
    pieces = _parquet_pieces(path) if path.suffix == ".parquet" else _csv_pieces(path, block_bytes)
    kept: pl.DataFrame | None = None
    empty = True
    for raw, done in pieces:
        piece = _checked(raw, wanted, path.name)
        empty = empty and piece.is_empty()
        together = piece if kept is None else pl.concat([kept, piece])
        if done < 1.0 or kept is not None:
            _refuse_unsorted(together, path.name)
        if done >= 1.0:
            if empty:
                raise DataError("the table has a header and no rows", where=path.name, mend="add a row for each sample")
            yield SeriesBlock(together, 1.0)
            kept = None
            continue
        if together.is_empty():
            continue
        last = together["USUBJID"][-1]
        kept = together.filter(pl.col("USUBJID") == last)
        whole = together.filter(pl.col("USUBJID") != last)
        if whole.height:
            yield SeriesBlock(whole, done)


def _csv_pieces(path: Path, block_bytes: int) -> Iterator[tuple[pl.DataFrame, float]]:
    total = path.stat().st_size
    with path.open("rb") as source:
        header = source.readline().removeprefix(codecs.BOM_UTF8)
        lines, rest, seen = 1, b"", source.tell()
        while True:
            data = rest + source.read(block_bytes)
            seen = source.tell()
            ends = seen >= total
            border = len(data) if ends else _record_border(data, source)
            if border == 0 and not ends:
                rest = data
                continue
            frame = _table(header, data[:border], path.name, lines)
            lines += data.count(b"\n", 0, border)
            rest = data[border:]
            yield frame, 1.0 if ends else (seen - len(rest)) / total
            if ends:
                return


def _record_border(data: bytes, source: BinaryIO) -> int:
    """Length of the whole records at the beginning of `data`; 0 when there is none yet."""
    border = data.rfind(b"\n") + 1
    while border and data.count(b'"', 0, border) % 2:
        border = data.rfind(b"\n", 0, border - 1) + 1
    if border == 0 and len(data) > _LONGEST_RECORD:
        raise DataError("no line ends where one is due", where=str(source.name), mend="close every quote")
    return border


def _table(header: bytes, body: bytes, name: str, lines: int) -> pl.DataFrame:
    frame, findings = read_csv_text(header + body, name)
    if frame is None:
        first = findings[0]
        file, _, line = first.where.rpartition(":")
        place = int(line) if int(line) == 1 else int(line) + lines - 1
        raise DataError(first.text, where=f"{file}:{place}", mend=first.mend)
    return frame.with_columns(LINE=pl.col("LINE").cast(pl.Int64) + (lines - 1))


def _parquet_pieces(path: Path) -> Iterator[tuple[pl.DataFrame, float]]:
    try:
        lazy = pl.scan_parquet(path)
        names = lazy.collect_schema().names()
        rows = int(lazy.select(pl.len()).collect().item())
    except (pl.exceptions.PolarsError, OSError) as refused:
        said = str(refused).splitlines()[0]
        raise DataError(
            f"this is no Parquet file that can be read: {said}", where=path.name, mend="write the table again"
        ) from refused
    for start in range(0, max(rows, 1), _BLOCK_ROWS):
        piece = lazy.slice(start, _BLOCK_ROWS).collect().select(pl.col(names).cast(pl.String))
        end = start + piece.height
        yield piece.with_columns(LINE=pl.int_range(start + 2, end + 2, dtype=pl.Int64)), end / rows if rows else 1.0


def _checked(piece: pl.DataFrame, wanted: SeriesColumns, name: str) -> pl.DataFrame:
    for column in ("USUBJID", "DAY", "VALUE", "UNIT"):
        if column not in piece.columns:
            there = ", ".join(each for each in piece.columns if each != "LINE")
            raise DataError(
                f"there is no column {column}", where=f"{name}:1", mend=f"USUBJID, DAY, VALUE, UNIT; there are {there}"
            )
    nameless = piece.filter(pl.col("USUBJID").str.strip_chars().fill_null("") == "")
    if nameless.height:
        where = f"{name}:{nameless['LINE'][0]}"
        raise DataError("a sample has no USUBJID", where=where, mend="say whose sample it is")
    texts = [column for column in wanted.text if column in piece.columns]
    numbers = [column for column in wanted.numbers if column in piece.columns]
    for column in numbers:
        _refuse_words(piece, column, name)
    day = pl.col("DAY").str.strip_chars()
    return piece.select(
        pl.col("USUBJID").str.strip_chars(),
        *texts,
        *(pl.col(column).cast(pl.Float64) for column in numbers),
        "VALUE",
        ROW=pl.format("line {}", "LINE"),
        DAY=pl.when(day.str.contains(_DAY)).then(day.str.split(".").list.first()).cast(pl.Int64, strict=False),
        UNIT=pl.col("UNIT").str.strip_chars(),
    )


def _refuse_words(piece: pl.DataFrame, column: str, name: str) -> None:
    odd = piece.filter(pl.col(column).is_not_null() & ~pl.col(column).str.contains(_NUMBER))
    if odd.height:
        raise DataError(
            f"column {column} holds {odd[column][0]!r}, which is not a plain number",
            where=f"{name}:{odd['LINE'][0]}",
            mend="write a number, or leave the cell empty",
        )


def _refuse_unsorted(samples: pl.DataFrame, name: str) -> None:
    subjects = samples["USUBJID"]
    if subjects.is_sorted():
        return
    at = int((subjects < subjects.shift(1)).fill_null(value=False).arg_true()[0])
    raise DataError(
        f"subject {subjects[at]} stands after {subjects[at - 1]}",
        where=f"{name}:{samples['ROW'][at].removeprefix('line ')}",
        why="a table that is read in blocks has to be sorted by USUBJID, or a subject could come back later",
        mend="sort the table by USUBJID, letter by letter as a computer sorts",
    )


def needed(columns: Sequence[str]) -> SeriesColumns:
    """Return what is read when numbers of these names are asked for beside the usual ones.

    Parameters
    ----------
    columns : sequence of str
        Names of columns of numbers.

    Returns
    -------
    SeriesColumns
        The usual ones and these.

    Examples
    --------
    >>> needed(["AGE"]).numbers
    ('ULN', 'AGE')
    """
    usual = SeriesColumns()
    return SeriesColumns(usual.text, (*usual.numbers, *columns))
