"""Parquet files read as text: a column that is not text has lost digits or precision and is refused."""

from __future__ import annotations

import io

import polars as pl

from trialwright.model.finding import Finding, finding
from trialwright.model.manifest import Origin
from trialwright.model.tables import Table

__all__ = ["read_parquet_text"]


def read_parquet_text(
    data: bytes, table: Table, file: str, origin: Origin
) -> tuple[pl.DataFrame | None, list[Finding]]:
    """Return a Parquet file as a table of text, or why it cannot be read.

    Parameters
    ----------
    data : bytes
        The whole file.
    table : Table
        Declaration of the table.
    file : str
        Its name, for the findings.
    origin : {"entered", "imported", "simulated"}
        Numbers and dates are taken from simulated data only; whole numbers always, where whole numbers are due.

    Returns
    -------
    frame : polars.DataFrame or None
        Text columns, and ``LINE`` counted from 2 as if the rows stood under a header. None when the file is refused.
    findings : list of Finding
        F02 (no Parquet file) or F04 (a column that is not text).

    Examples
    --------
    >>> from trialwright.model.tables import TABLES
    >>> read_parquet_text(b"no table", TABLES["DM"], "dm.parquet", "entered")[1][0].id
    'F02'
    """
    if not data:
        return None, [
            finding("F02", f"{file}:1", "the file is empty", mend="write the table again, or remove the file")
        ]
    try:
        frame = pl.read_parquet(io.BytesIO(data))
    except (pl.exceptions.PolarsError, OSError) as error:
        text = f"this is no Parquet file that can be read: {str(error).splitlines()[0]}"
        return None, [finding("F02", f"{file}:1", text, mend="write the table again, as Parquet or CSV")]
    declared = table.by_name
    lossy: list[Finding] = []
    for name, dtype in frame.schema.items():
        whole = dtype.is_integer() and name in declared and declared[name].kind == "int"
        if dtype == pl.String or dtype == pl.Null or whole or origin == "simulated":
            continue
        text = f"column {name} holds {dtype} where text is due; digits or precision may be lost already"
        lossy.append(finding("F04", f"{file}:1", text, column=name))
    if lossy:
        return None, lossy
    as_text = frame.select(pl.all().cast(pl.String))
    as_text = as_text.with_columns(pl.when(pl.all() != "").then(pl.all()))
    return as_text.drop("LINE", strict=False).with_row_index("LINE", offset=2), []
