"""Dataset-JSON 1.1: one dataset a file, variables with types and lengths, rows as arrays."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from trialwright.errors import DataError
from trialwright.exchange.adam_table import AnalysisTable, Variable, VariableType, byte_length

__all__ = ["VERSION", "FileOrigin", "cdisc_json", "write_cdisc_json"]

VERSION: Final = "1.1.0"
_TYPES: Final[Mapping[VariableType, str]] = {
    "text": "string", "integer": "integer", "float": "double", "date": "date",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class FileOrigin:
    """Where a file comes from.

    Parameters
    ----------
    study : str
        Id of the study.
    study_version : str
        Version of its study file.
    program, program_version : str
        What wrote it.
    created : str
        Moment it was written, ISO 8601 with a time zone.
    """

    study: str
    study_version: str
    program: str
    program_version: str
    created: str


def cdisc_json(table: AnalysisTable, origin: FileOrigin) -> dict[str, object]:
    """A dataset in the shape of Dataset-JSON 1.1.

    Parameters
    ----------
    table : AnalysisTable
        The dataset.
    origin : FileOrigin
        Where the file comes from.

    Returns
    -------
    dict
        Ready for ``json``; dates are ISO 8601 text whose target is a number of days.

    Raises
    ------
    DataError
        If a number is not finite, for which JSON has no form.

    References
    ----------
    CDISC, Dataset-JSON 1.1.

    Examples
    --------
    >>> rows = pl.DataFrame({"CNSR": [0]})
    >>> held = AnalysisTable("ADTTE", "Times", (Variable("CNSR", "Censor", "integer"),), (), rows)
    >>> made = cdisc_json(held, FileOrigin("s", "1", "p", "1", "2027-01-01T00:00:00Z"))
    >>> made["rows"], made["records"]
    ([[0]], 1)
    """
    for variable in table.variables:
        values = table.frame[variable.name]
        if variable.type == "float" and not values.drop_nulls().is_finite().all():
            raise DataError(
                f"{table.name}.{variable.name} holds a number that is not finite",
                why="JSON has no form for it",
                mend="leave the cell empty",
            )
    days = [pl.col(variable.name).dt.to_string("%Y-%m-%d") for variable in table.variables if variable.type == "date"]
    rows = table.frame.with_columns(days)
    return {
        "datasetJSONCreationDateTime": origin.created,
        "datasetJSONVersion": VERSION,
        "fileOID": f"{origin.study}.{table.name}.{origin.created}",
        "originator": origin.program,
        "sourceSystem": {"name": origin.program, "version": origin.program_version},
        "studyOID": origin.study,
        "metaDataVersionOID": f"MDV.{origin.study}.{origin.study_version}",
        "itemGroupOID": f"IG.{table.name}",
        "records": rows.height,
        "name": table.name,
        "label": table.label,
        "columns": [_column(table, variable) for variable in table.variables],
        "rows": [list(row) for row in rows.iter_rows()],
    }


def _column(table: AnalysisTable, variable: Variable) -> dict[str, object]:
    made: dict[str, object] = {
        "itemOID": f"IT.{table.name}.{variable.name}",
        "name": variable.name,
        "label": variable.label,
        "dataType": _TYPES[variable.type],
    }
    if variable.type == "date":
        made |= {"targetDataType": "integer", "displayFormat": "E8601DA."}
    if variable.type == "text":
        made["length"] = byte_length(table.frame[variable.name])
    if variable.name in table.key:
        made["keySequence"] = table.key.index(variable.name) + 1
    return made


def write_cdisc_json(table: AnalysisTable, path: Path, origin: FileOrigin) -> None:
    """Write a dataset as Dataset-JSON 1.1.

    Parameters
    ----------
    table : AnalysisTable
        The dataset.
    path : pathlib.Path
        File to write.
    origin : FileOrigin
        Where it comes from.

    Raises
    ------
    DataError
        If a number is not finite.
    """
    text = json.dumps(cdisc_json(table, origin), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    path.write_text(text + "\n", encoding="utf-8")
