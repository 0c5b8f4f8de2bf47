"""Tables of a data folder in any of its formats as text, and rows of SDTM that say another thing than ours."""

from __future__ import annotations

from pathlib import PurePath
from typing import Final

import polars as pl

from trialwright.exchange.csv_text import read_csv_text
from trialwright.exchange.dataset_json_in import read_cdisc_json_text
from trialwright.exchange.parquet_text import read_parquet_text
from trialwright.exchange.xpt_in import read_xpt_text
from trialwright.model.finding import Finding, finding
from trialwright.model.manifest import Origin
from trialwright.model.tables import Table

__all__ = ["FORMATS", "read_text"]

FORMATS: Final = (".csv", ".parquet", ".xpt", ".json")
"""Endings of tables, in the order in which one of two files of a domain is preferred."""

_IDENTIFIED: Final = "TUMIDENT"


def read_text(data: bytes, table: Table, file: str, origin: Origin) -> tuple[pl.DataFrame | None, list[Finding]]:
    r"""Return one table of a data folder as text, or why it cannot be read.

    Parameters
    ----------
    data : bytes
        The whole file.
    table : Table
        Declaration of the table.
    file : str
        Its name; the ending says the format.
    origin : {"entered", "imported", "simulated"}
        Where the data come from.

    Returns
    -------
    frame : polars.DataFrame or None
        Text columns and ``LINE``; None when the file is refused.
    findings : list of Finding
        Of the format, and F12 for rows of TU that identify no lesion.

    Examples
    --------
    >>> from trialwright.model.tables import TABLES
    >>> text = b"USUBJID,TULNKID,TUTESTCD\n1,T1,TUMIDENT\n1,T1/T2,TUMERGE\n"
    >>> frame, findings = read_text(text, TABLES["TU"], "tu.csv", "imported")
    >>> frame.height, findings[0].id
    (1, 'F12')
    """
    suffix = PurePath(file).suffix.lower()
    if suffix == ".xpt":
        frame, findings = read_xpt_text(data, table, file)
    elif suffix == ".json":
        frame, findings = read_cdisc_json_text(data, table, file)
    elif suffix == ".parquet":
        frame, findings = read_parquet_text(data, table, file, origin)
    else:
        frame, findings = read_csv_text(data, file)
    if frame is None or table.name != "TU" or "TUTESTCD" not in frame.columns:
        return frame, findings
    identified = (pl.col("TUTESTCD") == _IDENTIFIED) | pl.col("TUTESTCD").is_null()
    other = frame.filter(~identified)
    if other.height:
        names = ", ".join(other["TUTESTCD"].unique().sort().to_list())
        text = f"{other.height} rows of {names} identify no lesion; they are not read"
        findings = [*findings, finding("F12", f"{file}:{other['LINE'][0]}", text, column="TUTESTCD")]
    return frame.filter(identified), findings
