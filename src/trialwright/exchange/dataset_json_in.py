"""Dataset-JSON 1.1 read as text: every number with the digits that stand in the file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Final

import polars as pl

from trialwright.model.finding import Finding, finding
from trialwright.model.tables import Table

__all__ = ["read_cdisc_json_text"]

_MEND: Final = "write it again as Dataset-JSON 1.1, or as CSV or Parquet"


class _UnreadableError(ValueError):
    """Why a file is no dataset."""


def read_cdisc_json_text(data: bytes, table: Table, file: str) -> tuple[pl.DataFrame | None, list[Finding]]:
    """Return a Dataset-JSON file as a table of text, or why it cannot be read.

    Parameters
    ----------
    data : bytes
        The whole file, one dataset.
    table : Table
        Declaration of the table.
    file : str
        Its name, for the findings.

    Returns
    -------
    frame : polars.DataFrame or None
        Text columns, empty texts null, and ``LINE`` counted from 2 as if the rows stood under a header. None when the
        file is refused.
    findings : list of Finding
        F02: no JSON, another version, another dataset, rows that do not fit the columns.

    Examples
    --------
    >>> from trialwright.model.tables import TABLES
    >>> about = '{"datasetJSONVersion": "1.1.0", "name": "SS", "records": 1, "columns": [{"name": "SSSEQ"}],'
    >>> text = f'{about} "rows": [[1.0]]}}'
    >>> read_cdisc_json_text(text.encode(), TABLES["SS"], "ss.json")[0].rows()
    [(2, '1.0')]
    """
    try:
        names, rows = _content(data, table.name)
    except (ValueError, RecursionError) as error:
        text = f"this is no Dataset-JSON that can be read: {str(error).splitlines()[0]}"
        return None, [finding("F02", f"{file}:1", text, mend=_MEND)]
    cells = [[_cell(row[place]) for row in rows] for place in range(len(names))]
    frame = pl.DataFrame(dict(zip(names, cells, strict=True)), schema=dict.fromkeys(names, pl.String()))
    return frame.with_row_index("LINE", offset=2), []


def _content(data: bytes, domain: str) -> tuple[Sequence[str], Sequence[Sequence[object]]]:
    held = json.loads(data.decode("utf-8-sig"), parse_float=str, parse_int=str, parse_constant=_refused)
    if not isinstance(held, dict):
        raise _UnreadableError("it holds no object")
    version = held.get("datasetJSONVersion")
    if not isinstance(version, str) or not version.startswith("1.1."):
        raise _UnreadableError(f"its version is {version!r}, 1.1 is read")
    if str(held.get("name", "")).upper() != domain:
        raise _UnreadableError(f"it holds {held.get('name')!r}, the file is named {domain}")
    names, rows = _names(held), held.get("rows", [])
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise _UnreadableError("rows is no array of arrays")
    if held.get("records") != str(len(rows)):
        raise _UnreadableError(f"records says {held.get('records')}, {len(rows)} rows stand in it")
    for number, row in enumerate(rows, 1):
        if len(row) != len(names):
            raise _UnreadableError(f"row {number} has {len(row)} values, {len(names)} columns are described")
        if any(isinstance(value, list | dict) for value in row):
            raise _UnreadableError(f"row {number} holds an array or an object")
    return names, rows


def _names(held: Mapping[str, object]) -> Sequence[str]:
    columns = held.get("columns")
    if not isinstance(columns, list) or not columns:
        raise _UnreadableError("columns is missing")
    names = [column.get("name") if isinstance(column, dict) else None for column in columns]
    found = [name for name in names if isinstance(name, str) and name]
    if len(found) != len(names):
        raise _UnreadableError("a column has no name")
    if len(set(found)) != len(found):
        raise _UnreadableError("two columns have one name")
    return found


def _refused(name: str) -> object:
    raise _UnreadableError(f"{name} is no number of JSON")


def _cell(value: object) -> str | None:
    if value is None or value == "":
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)
