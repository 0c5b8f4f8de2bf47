"""SAS transport files, version 5, as text: padding taken off, dates as ISO 8601, numbers by their shortest text."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

import polars as pl
import pyreadstat

from trialwright.model.finding import Finding, finding
from trialwright.model.tables import Table

__all__ = ["read_xpt_text"]

_DAY_FORMATS: Final = ("DATE", "E8601DA", "YYMMDD", "DDMMYY", "MMDDYY", "IS8601DA", "B8601DA")
_MOMENT_FORMATS: Final = ("DATETIME", "E8601DT", "IS8601DT", "B8601DT")
_EPOCH: Final = datetime(1960, 1, 1)  # noqa: DTZ001 - SAS counts days and seconds from here, without a zone
_EIGHT: Final = b"HEADER RECORD*******LIBV8"


def read_xpt_text(data: bytes, table: Table, file: str) -> tuple[pl.DataFrame | None, list[Finding]]:
    """Return a SAS transport file as a table of text, or why it cannot be read.

    Parameters
    ----------
    data : bytes
        The whole file, version 5.
    table : Table
        Declaration of the table.
    file : str
        Its name, for the findings.

    Returns
    -------
    frame : polars.DataFrame or None
        Text columns, empty texts null, and ``LINE`` counted from 2 as if the rows stood under a header. A number
        becomes the shortest text that gives the same double. None when the file is refused.
    findings : list of Finding
        F02 (no transport file of version 5) or F11 (numbers that were kept as floating point).

    Examples
    --------
    >>> from trialwright.model.tables import TABLES
    >>> read_xpt_text(b"no table", TABLES["DM"], "dm.xpt")[1][0].id
    'F02'
    """
    if data.startswith(_EIGHT):
        mend = "write it as version 5, or as Dataset-JSON, CSV or Parquet"
        return None, [finding("F02", f"{file}:1", "this is a transport file of version 8", mend=mend)]
    try:
        frame, about = pyreadstat.read_xport(io.BytesIO(data), output_format="polars", disable_datetime_conversion=True)
    except (pyreadstat.ReadstatError, UnicodeDecodeError, ValueError, OSError) as error:
        text = f"this is no transport file that can be read: {str(error).splitlines()[0]}"
        mend = "write it again as version 5 in UTF-8, or as Dataset-JSON, CSV or Parquet"
        return None, [finding("F02", f"{file}:1", text, mend=mend)]
    formats = {
        name: str(form or "").rstrip("0123456789.").upper() for name, form in about.original_variable_types.items()
    }
    columns = {name: _as_text(frame[name], formats.get(name, "")) for name in frame.columns}
    made = pl.DataFrame(columns, schema=dict.fromkeys(frame.columns, pl.String()))
    return made.with_row_index("LINE", offset=2), _from_floats(frame, table, file, formats)


def _as_text(values: pl.Series, form: str) -> pl.Series:
    if not values.dtype.is_numeric():
        bare = values.cast(pl.String).str.strip_chars_end(" ")
        return bare.to_frame("T").select(pl.when(pl.col("T") != "").then("T")).to_series()
    read = _moment if form.startswith(_MOMENT_FORMATS) else _day if form.startswith(_DAY_FORMATS) else _number
    known: Mapping[float, str] = {value: read(float(value)) for value in values.drop_nulls().unique().to_list()}
    return values.replace_strict(dict(known), default=None, return_dtype=pl.String)


def _number(value: float) -> str:
    return format(Decimal(repr(value)), "f").removesuffix(".0")


def _day(value: float) -> str:
    whole: date = (_EPOCH + timedelta(days=value)).date()
    return whole.isoformat()


def _moment(value: float) -> str:
    return (_EPOCH + timedelta(seconds=value)).isoformat(timespec="seconds")


def _from_floats(frame: pl.DataFrame, table: Table, file: str, formats: Mapping[str, str]) -> list[Finding]:
    """Columns whose digits may not be those that were entered: numbers where neither whole ones nor dates are due."""
    found = []
    for name in frame.columns:
        values = frame[name]
        column = table.by_name.get(name)
        dated = formats.get(name, "").startswith((*_DAY_FORMATS, *_MOMENT_FORMATS))
        whole = column is None or column.kind == "int"
        if values.dtype.is_numeric() and values.null_count() < len(values) and not dated and not whole:
            text = f"column {name} was kept as floating point; each number is the shortest text that gives the same one"
            found.append(finding("F11", f"{file}:1", text, column=name))
    return found
