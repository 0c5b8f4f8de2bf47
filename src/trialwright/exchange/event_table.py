"""Dated events from one CSV or Parquet table: what happened to whom on which day."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from trialwright.errors import DataError
from trialwright.exchange.csv_text import read_csv_text

__all__ = ["read_event_table"]

_COLUMNS = ("USUBJID", "DAY", "KIND")


def read_event_table(path: Path, kinds: Sequence[str]) -> pl.DataFrame:
    """Return a table of events.

    Parameters
    ----------
    path : pathlib.Path
        A ``.csv`` or ``.parquet`` file with ``USUBJID DAY KIND``; days are whole numbers.
    kinds : sequence of str
        Kinds that are understood; capitals, hyphens and underscores make no difference.

    Returns
    -------
    polars.DataFrame
        ``USUBJID DAY KIND``, in the order of the file.

    Raises
    ------
    DataError
        If the file is no such table, or a cell is empty, no whole number or no kind that is understood.
    """
    table = _text(path)
    absent = [name for name in _COLUMNS if name not in table.columns]
    if absent:
        there = ", ".join(name for name in table.columns if name != "LINE")
        mend = f"USUBJID, DAY, KIND; there are {there}"
        raise DataError(f"there is no column {absent[0]}", where=f"{path.name}:1", mend=mend)
    read = table.select(
        "LINE",
        "DAY",
        "KIND",
        USUBJID=pl.col("USUBJID").str.strip_chars(),
        NUMBER=pl.col("DAY").str.strip_chars().cast(pl.Int64, strict=False),
        SORT=pl.col("KIND").str.strip_chars().str.to_lowercase().str.replace_all("[-_]", " "),
    )
    _refuse(read, path.name, pl.col("USUBJID").fill_null("") == "", "an event has no USUBJID", "say whose event it is")
    _refuse(
        read, path.name, pl.col("NUMBER").is_null(), "'{DAY}' is no whole number of days", "write the day of the event"
    )
    known = pl.col("SORT").is_in(list(kinds)).fill_null(value=False)
    _refuse(read, path.name, ~known, "'{KIND}' is no kind of event", f"write one of {', '.join(kinds)}")
    return read.select("USUBJID", DAY="NUMBER", KIND="SORT")


def _text(path: Path) -> pl.DataFrame:
    if path.suffix == ".parquet":
        try:
            read = pl.read_parquet(path).select(pl.all().cast(pl.String))
        except (pl.exceptions.PolarsError, OSError) as refused:
            said = str(refused).splitlines()[0]
            what = f"this is no Parquet file that can be read: {said}"
            raise DataError(what, where=path.name, mend="write the table again") from refused
        return read.with_row_index("LINE", offset=2)
    frame, findings = read_csv_text(path.read_bytes(), path.name)
    if frame is None:
        raise DataError(findings[0].text, where=findings[0].where, mend=findings[0].mend)
    return frame


def _refuse(read: pl.DataFrame, name: str, wrong: pl.Expr, what: str, mend: str) -> None:
    odd = read.filter(wrong)
    if odd.height:
        first = odd.row(0, named=True)
        shown = what.format(DAY=first["DAY"] or "", KIND=first["KIND"] or "")
        raise DataError(shown, where=f"{name}:{first['LINE']}", mend=mend)
