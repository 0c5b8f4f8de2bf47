"""Dataset-JSON: the published shape, read back with nothing but the json module."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import jsonschema
import polars as pl
import pytest

from trialwright.errors import DataError
from trialwright.exchange.adam_table import AnalysisTable, Variable
from trialwright.exchange.dataset_json_out import FileOrigin, cdisc_json, write_cdisc_json

ORIGIN = FileOrigin("nct07295132", "0.1.0", "trialwright", "0.1.0", "2027-04-02T09:00:00Z")
FRAME = pl.DataFrame(
    {
        "USUBJID": ["OV-01-001", "é"],
        "ADT": [date(2027, 1, 20), None],
        "CNSR": [1, 0],
        "AVALM": [10.151950718685832, None],
    }
)
VARIABLES = (
    Variable("USUBJID", "Unique Subject Identifier"), Variable("ADT", "Analysis Date", "date"),
    Variable("CNSR", "Censor", "integer"), Variable("AVALM", "Months", "float"),
)  # fmt: skip
TIMES = AnalysisTable("ADTTE", "Times", VARIABLES, ("USUBJID", "ADT"), FRAME)

TEXT = {"type": "string"}
TEXTS = ("fileOID", "originator", "studyOID", "metaDataVersionOID", "itemGroupOID", "name", "label")
COLUMN = {
    "type": "object",
    "required": ["itemOID", "name", "label", "dataType"],
    "additionalProperties": False,
    "properties": {
        **dict.fromkeys(("itemOID", "name", "label", "displayFormat"), TEXT),
        "dataType": {"enum": ["string", "integer", "decimal", "float", "double", "boolean", "datetime", "date", "time",
                              "URI"]},
        "targetDataType": {"enum": ["integer", "decimal"]},
        "length": {"type": "integer", "minimum": 1},
        "keySequence": {"type": "integer", "minimum": 1},
    },
}  # fmt: skip
PUBLISHED = {
    "type": "object",
    "required": ["datasetJSONCreationDateTime", "datasetJSONVersion", "itemGroupOID", "records", "name", "label",
                 "columns"],
    "additionalProperties": False,
    "properties": {
        **dict.fromkeys(TEXTS, TEXT),
        "datasetJSONCreationDateTime": {"type": "string", "format": "date-time"},
        "datasetJSONVersion": {"type": "string", "pattern": r"^1\.1\.[0-9]+$"},
        "sourceSystem": {
            "type": "object", "required": ["name", "version"], "additionalProperties": False,
            "properties": {"name": {"type": "string"}, "version": {"type": "string"}},
        },
        "records": {"type": "integer", "minimum": 0},
        "columns": {"type": "array", "minItems": 1, "items": COLUMN},
        "rows": {"type": "array", "items": {"type": "array"}},
    },
}  # fmt: skip
"""The attributes of a file as CDISC's specification 1.1 lists them, written down apart from the writer."""


def read(path: Path) -> dict[str, object]:
    loaded: dict[str, object] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


@pytest.mark.independent("attributes of the specification, and the json module")
def test_a_file_has_the_published_shape(tmp_path: Path) -> None:
    write_cdisc_json(TIMES, tmp_path / "adtte.json", ORIGIN)
    jsonschema.validate(read(tmp_path / "adtte.json"), PUBLISHED)


@pytest.mark.independent("attributes of the specification, and the json module")
def test_values_types_labels_lengths_and_keys_come_back(tmp_path: Path) -> None:
    write_cdisc_json(TIMES, tmp_path / "adtte.json", ORIGIN)
    back = read(tmp_path / "adtte.json")
    assert back["rows"] == [["OV-01-001", "2027-01-20", 1, 10.151950718685832], ["é", None, 0, None]]
    assert back["records"] == 2
    assert back["columns"] == [
        {"itemOID": "IT.ADTTE.USUBJID", "name": "USUBJID", "label": "Unique Subject Identifier", "dataType": "string",
         "length": 9, "keySequence": 1},
        {"itemOID": "IT.ADTTE.ADT", "name": "ADT", "label": "Analysis Date", "dataType": "date",
         "targetDataType": "integer", "displayFormat": "E8601DA.", "keySequence": 2},
        {"itemOID": "IT.ADTTE.CNSR", "name": "CNSR", "label": "Censor", "dataType": "integer"},
        {"itemOID": "IT.ADTTE.AVALM", "name": "AVALM", "label": "Months", "dataType": "double"},
    ]  # fmt: skip
    assert (back["studyOID"], back["datasetJSONCreationDateTime"]) == ("nct07295132", "2027-04-02T09:00:00Z")


@pytest.mark.unvalidated
def test_a_number_json_has_no_form_for_is_refused() -> None:
    endless = AnalysisTable("X", "x", (Variable("A", "a", "float"),), (), pl.DataFrame({"A": [float("nan")]}))
    with pytest.raises(DataError, match="not finite"):
        cdisc_json(endless, ORIGIN)
