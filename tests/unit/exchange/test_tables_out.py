"""Tables the program writes."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from trialwright.errors import DataError
from trialwright.exchange import write_table, write_tables
from trialwright.model.frames import OUTPUTS

pytestmark = pytest.mark.unvalidated

ADTTE = pl.DataFrame(
    {
        "USUBJID": ["2", "1"],
        "STUDYID": ["s", "s"],
        "PARAMCD": ["OS", "OS"],
        "DEFID": ["used", "used"],
        "STARTDT": [date(2026, 4, 15), date(2026, 3, 18)],
        "AVAL": [295, 309],
        "AVALM": [295 / 30.4375, 309 / 30.4375],
        "CNSR": [0, 1],
    }
)


def test_columns_stand_as_declared_and_rows_by_key(tmp_path: Path) -> None:
    write_table(ADTTE, OUTPUTS["ADTTE"], tmp_path / "adtte.csv")
    lines = (tmp_path / "adtte.csv").read_text().splitlines()
    assert lines[0] == "STUDYID,USUBJID,PARAMCD,DEFID,STARTDT,AVAL,AVALM,CNSR"
    assert lines[1] == f"s,1,OS,used,2026-03-18,309,{309 / 30.4375!r},1"


def test_parquet_keeps_the_types(tmp_path: Path) -> None:
    write_table(ADTTE, OUTPUTS["ADTTE"], tmp_path / "adtte.parquet")
    back = pl.read_parquet(tmp_path / "adtte.parquet")
    assert (back.schema["STARTDT"], back.schema["AVAL"], back.schema["AVALM"]) == (pl.Date, pl.Int64, pl.Float64)
    assert back["AVALM"].to_list() == ADTTE["AVALM"].to_list()[::-1]


def test_the_studys_own_columns_are_known_by_their_family(tmp_path: Path) -> None:
    adsl = pl.DataFrame(
        {"STUDYID": ["s"], "USUBJID": ["1"], "REGISTRATIONDT": [date(2026, 1, 6)], "REGISTRATIONELIG": ["ELIGIBLE"],
         "RANDOMISEDFL": ["Y"], "STRAT1": ["A"]}
    )  # fmt: skip
    assert write_tables(tmp_path, {"ADSL": adsl}) == ("adsl.csv", "adsl.parquet", "define.json")
    columns = json.loads((tmp_path / "define.json").read_text())["ADSL"]["columns"]
    assert [column["type"] for column in columns] == ["text", "text", "date", "code", "code", "code"]
    assert columns[4]["terms"] == ["Y", "N", "U"]


@pytest.mark.parametrize(
    ("frame", "name", "words"),
    [
        (ADTTE.drop("DEFID"), "a.csv", "ADTTE lacks column DEFID"),
        (ADTTE.with_columns(NOTE=pl.lit("x")), "a.csv", "column NOTE is not declared"),
        (ADTTE, "a.xlsx", "no table can be written"),
    ],
)
def test_what_is_not_declared_is_not_written(tmp_path: Path, frame: pl.DataFrame, name: str, words: str) -> None:
    with pytest.raises(DataError, match=words):
        write_table(frame, OUTPUTS["ADTTE"], tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no table the program writes"):
        write_tables(tmp_path, {"ADXX": ADTTE})
