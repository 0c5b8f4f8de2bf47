"""A table written piece by piece, so that very many rows take no more memory than one piece."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Protocol

import polars as pl

from trialwright.errors import DataError, NotAllowedError

__all__ = ["RowSink", "rows_out"]


class RowSink(Protocol):
    """Takes pieces of a table."""

    def __call__(self, piece: pl.DataFrame) -> None:
        """Write a piece behind what was written before."""


@contextlib.contextmanager
def rows_out(path: Path, schema: Mapping[str, pl.DataType], *, replace: bool = False) -> Iterator[RowSink]:
    """Open a table for writing; it stands in its place, whole, when the block ends without an error.

    Parameters
    ----------
    path : pathlib.Path
        A ``.csv`` or ``.parquet`` file.
    schema : mapping of str to polars.DataType
        Columns and their types; in CSV a list is parted by blanks.
    replace : bool, default False
        Whether a file that stands there is replaced.

    Yields
    ------
    RowSink
        Takes a piece of the table with these columns.

    Raises
    ------
    DataError
        If the ending is another one.
    NotAllowedError
        If a file stands there and is not to be replaced.
    """
    if path.suffix not in (".csv", ".parquet"):
        raise DataError(f"no table can be written to {path.name}", mend="end the name with .csv or .parquet")
    if path.exists() and not replace:
        raise NotAllowedError("a file stands here already", where=str(path), mend="name a new file, or say --force")
    folder = Path(tempfile.mkdtemp(prefix=f".{path.name}-", dir=path.parent))
    try:
        writer = _csv_into if path.suffix == ".csv" else _parquet_into
        with writer(folder, schema) as (sink, made):
            yield sink
        made.replace(path)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _csv_into(folder: Path, schema: Mapping[str, pl.DataType]) -> Iterator[tuple[RowSink, Path]]:
    made = folder / "table.csv"
    with made.open("wb") as target:
        pl.DataFrame(schema={name: pl.String() for name in schema}).write_csv(target)

        def sink(piece: pl.DataFrame) -> None:
            flat = piece.select(
                _joined(name) if isinstance(dtype, pl.List) else pl.col(name) for name, dtype in schema.items()
            )
            flat.write_csv(target, include_header=False)

        yield sink, made


def _joined(name: str) -> pl.Expr:
    """A list as one cell; an empty one leaves the cell empty."""
    return pl.when(pl.col(name).list.len() > 0).then(pl.col(name).list.join(" ")).alias(name)


@contextlib.contextmanager
def _parquet_into(folder: Path, schema: Mapping[str, pl.DataType]) -> Iterator[tuple[RowSink, Path]]:
    made = folder / "table.parquet"
    pieces: list[Path] = []

    def sink(piece: pl.DataFrame) -> None:
        pieces.append(folder / f"{len(pieces):06d}.parquet")
        piece.select(pl.col(name).cast(dtype) for name, dtype in schema.items()).write_parquet(pieces[-1])

    yield sink, made
    if pieces:
        pl.scan_parquet(pieces).sink_parquet(made)
    else:
        pl.DataFrame(schema=dict(schema)).write_parquet(made)
