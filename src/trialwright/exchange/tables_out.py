"""Tables the program writes: declared columns and types only, with a description beside them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

import polars as pl

from trialwright.errors import DataError
from trialwright.model.frames import OUTPUTS
from trialwright.model.tables import Column, Kind, Table

__all__ = ["define_json", "write_table", "write_tables"]

_TYPES: Final[Mapping[Kind, pl.DataType]] = {
    "text": pl.String(),
    "code": pl.String(),
    "date": pl.Date(),
    "int": pl.Int64(),
    "float": pl.Float64(),
}
_WORDS: Final[Mapping[Kind, str]] = {"text": "text", "code": "code", "date": "date", "int": "integer", "float": "float"}


def _declared(name: str, table: Table) -> Column:
    own = table.by_name.get(name)
    if own is not None:
        return own
    for family in table.families:
        if fnmatchcase(name, family.name):
            return Column(name, family.kind, False, family.terms, family.label)
    raise DataError(
        f"column {name} is not declared for {table.name}", mend="declare it among the tables that are written"
    )


def _columns_of(frame: pl.DataFrame, table: Table) -> list[Column]:
    missing = [column.name for column in table.columns if column.required and column.name not in frame.columns]
    if missing:
        raise DataError(f"{table.name} lacks column {missing[0]}")
    order = [column.name for column in table.columns if column.name in frame.columns]
    order += [name for name in frame.columns if name not in table.by_name]
    return [_declared(name, table) for name in order]


def _as_declared(frame: pl.DataFrame, table: Table) -> pl.LazyFrame:
    """Rows by their key, declared columns in order; of a table that stands in that order no second one is made."""
    columns = _columns_of(frame, table)
    typed = [pl.col(column.name).cast(_TYPES[column.kind]) for column in columns]
    key = [name for name in table.key if name in frame.columns]
    order = frame.select(pl.arg_sort_by(key, nulls_last=True, maintain_order=True)).to_series() if key else None
    if order is not None and not (order.diff().drop_nulls() == 1).all():
        frame = frame[order]
    return frame.lazy().select(typed)


def write_table(df: pl.DataFrame, table: Table, path: Path) -> None:
    """Write one table, its declared columns in order, sorted by its key.

    Parameters
    ----------
    df : polars.DataFrame
        The table; optional columns may be left out.
    table : Table
        Its declaration, one of ``OUTPUTS``.
    path : pathlib.Path
        File to write; its ending, ``.csv`` or ``.parquet``, names the format.

    Raises
    ------
    DataError
        If a required column is missing, a column is not declared, or the ending is another one.
    """
    _write(_as_declared(df, table), path)


def _write(rows: pl.LazyFrame, path: Path) -> None:
    """Write rows a part at a time."""
    if path.suffix == ".csv":
        rows.sink_csv(path)
    elif path.suffix == ".parquet":
        rows.sink_parquet(path)
    else:
        raise DataError(f"no table can be written to {path.name}", mend="end the name with .csv or .parquet")


def write_tables(
    folder: Path, tables: Mapping[str, pl.DataFrame], *, formats: Iterable[str] = ("csv", "parquet")
) -> tuple[str, ...]:
    """Write several tables, each in several formats, and ``define.json`` beside them.

    Parameters
    ----------
    folder : pathlib.Path
        An existing folder.
    tables : mapping of str to polars.DataFrame
        Name in ``OUTPUTS`` to table.
    formats : iterable of str, default ("csv", "parquet")
        Formats to write.

    Returns
    -------
    tuple of str
        Names of the files written.

    Raises
    ------
    DataError
        If a table or a column is not declared.
    """
    unknown = [name for name in tables if name not in OUTPUTS]
    if unknown:
        raise DataError(f"'{unknown[0]}' is no table the program writes", mend=f"use one of {', '.join(OUTPUTS)}")
    files: list[str] = []
    for name, frame in tables.items():
        rows = _as_declared(frame, OUTPUTS[name])
        for ending in formats:
            path = folder / f"{name.lower()}.{ending}"
            _write(rows, path)
            files.append(path.name)
    (folder / "define.json").write_text(define_json(tables), encoding="utf-8")
    return (*files, "define.json")


def define_json(tables: Mapping[str, pl.DataFrame]) -> str:
    """Return the description of written tables: label, key, and each column's label, type and terms.

    Parameters
    ----------
    tables : mapping of str to polars.DataFrame
        Name in ``OUTPUTS`` to table.

    Returns
    -------
    str
        JSON text.

    Examples
    --------
    >>> frame = pl.DataFrame({"STUDYID": ["s"], "USUBJID": ["1"], "PARAMCD": ["R0"], "DEFID": ["used"], "AVALC": ["Y"]})
    >>> json.loads(define_json({"ADBIN": frame}))["ADBIN"]["columns"][4]["terms"]
    ['Y', 'N', 'U']
    """
    described: dict[str, object] = {}
    for name, frame in tables.items():
        table = OUTPUTS[name]
        columns = _columns_of(frame, table)
        described[name] = {
            "label": table.label,
            "key": list(table.key),
            "columns": [
                {
                    "name": column.name,
                    "label": column.label,
                    "type": _WORDS[column.kind],
                    **({"terms": list(column.terms)} if column.terms else {}),
                }
                for column in columns
            ],
        }
    return json.dumps(described, ensure_ascii=False, indent=2) + "\n"
