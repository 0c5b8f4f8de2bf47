"""SAS transport files: read back by pandas, and what they cannot hold."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import pandas as pd
import polars as pl
import pytest
from pandas.io.sas.sas_xport import XportReader

from trialwright.errors import DataError
from trialwright.exchange.adam_table import AnalysisTable, Variable, VariableType
from trialwright.exchange.xpt_out import write_xpt, xpt_changes, xpt_refusals

EPOCH = date(1960, 1, 1)
"""Day 0 of a date in SAS."""

FRAME = pl.DataFrame(
    {
        "USUBJID": ["OV-01-001", "OV-02-001"],
        "NOTE": ["x" * 200, None],
        "ADT": [date(2027, 1, 20), None],
        "AVAL": [309, 295],
        "AVALM": [10.151950718685832, None],
        "EMPTY": pl.Series([None, None], dtype=pl.String),
    }
)
VARIABLES = (
    Variable("USUBJID", "Unique Subject Identifier"), Variable("NOTE", "n" * 40),
    Variable("ADT", "Analysis Date", "date"), Variable("AVAL", "Analysis Value", "integer"),
    Variable("AVALM", "Analysis Value in Months", "float"), Variable("EMPTY", "Nothing"),
)  # fmt: skip
TIMES = AnalysisTable("ADTTE", "Time-to-Event Analysis Dataset", VARIABLES, ("USUBJID",), FRAME)


def one(values: list[object], variable: Variable, name: str = "ADTTE", label: str = "Times") -> AnalysisTable:
    kinds: dict[VariableType, pl.DataType] = {"text": pl.String(), "integer": pl.Int64(), "float": pl.Float64()}
    frame = pl.DataFrame({variable.name: pl.Series(values, dtype=kinds[variable.type])})
    return AnalysisTable(name, label, (variable,), (variable.name,), frame)


@pytest.mark.independent("pandas reads the file")
def test_pandas_reads_types_labels_and_lengths(tmp_path: Path) -> None:
    write_xpt(TIMES, tmp_path / "adtte.xpt")
    with XportReader(tmp_path / "adtte.xpt") as reader:
        held = [(f["name"].decode(), f["label"].decode(), f["ntype"], f["field_length"]) for f in reader.fields]
        assert (reader.member_info["set_name"], reader.member_info["label"]) == ("ADTTE", TIMES.label)
        assert [(f["nform"].decode(), f["nfl"]) for f in reader.fields if f["name"] == b"ADT"] == [("DATE", 9)]
    assert held == [
        ("USUBJID", "Unique Subject Identifier", "char", 9), ("NOTE", "n" * 40, "char", 200),
        ("ADT", "Analysis Date", "numeric", 8), ("AVAL", "Analysis Value", "numeric", 8),
        ("AVALM", "Analysis Value in Months", "numeric", 8), ("EMPTY", "Nothing", "char", 1),
    ]  # fmt: skip


@pytest.mark.independent("pandas reads the file")
def test_pandas_reads_the_values_to_the_last_digit(tmp_path: Path) -> None:
    write_xpt(TIMES, tmp_path / "adtte.xpt")
    back = pd.read_sas(tmp_path / "adtte.xpt", format="xport", encoding="utf-8")
    assert back["NOTE"].tolist() == ["x" * 200, ""]
    assert EPOCH + timedelta(days=int(back["ADT"][0])) == date(2027, 1, 20)
    assert back["ADT"].isna().tolist() == [False, True]
    assert back["AVAL"].tolist() == [309.0, 295.0]
    assert back["AVALM"][0] == 10.151950718685832
    assert back["EMPTY"].tolist() == ["", ""]


def ibm(stored: bytes) -> Fraction:
    """Value of eight bytes as TS-140 describes them: sign, power of 16 above 64, 56 bits behind the point."""
    fraction = Fraction(int.from_bytes(stored[1:], "big"), 2**56)
    return (-1) ** (stored[0] >> 7) * fraction * Fraction(16) ** ((stored[0] & 0x7F) - 64)


@pytest.mark.independent("the record layout of TS-140, decoded with whole numbers")
def test_every_stored_number_is_exactly_the_one_given(tmp_path: Path) -> None:
    numbers = [0.0, 1.0, -1.0, 17.4, -33.333333333333336, 10.151950718685832, 1 / 3, 9e74, 6e-79, 2.0**53]
    write_xpt(one([*numbers], Variable("AVAL", "l", "float")), tmp_path / "x.xpt")
    content = (tmp_path / "x.xpt").read_bytes()
    rows = content[content.index(b"HEADER RECORD*******OBS") + 80 :]
    assert [ibm(rows[8 * place : 8 * place + 8]) for place in range(len(numbers))] == [Fraction(x) for x in numbers]
    assert rows[:8] == bytes(8)


@pytest.mark.unvalidated
@pytest.mark.parametrize(
    ("held", "words"),
    [
        (one(["x"], Variable("REGISTRATIONDT", "l")), "the name has 14 bytes, 8 is the most"),
        (one(["x"], Variable("Arm", "l")), "must be of capitals"),
        (one(["x"], Variable("ARM", "é" * 21)), "the label has 42 bytes, 40 is the most"),
        (one(["x"], Variable("ARM", "l"), name="ADTTEADTTE"), "the name has 10 bytes"),
        (one(["x"], Variable("ARM", "l"), label="l" * 41), "the label has 41 bytes"),
        (one(["a", "é" * 101], Variable("ARM", "l")), "a text of 202 bytes stands in row 2, 200 is the most"),
        (one(["a "], Variable("ARM", "l")), "ends with a blank, which would be lost"),
        (one(["a\0b"], Variable("ARM", "l")), "holds a NUL"),
        (one([float("inf")], Variable("AVAL", "l", "float")), "not finite"),
        (one([float("nan")], Variable("AVAL", "l", "float")), "not finite"),
        (one([1e75], Variable("AVAL", "l", "float")), "beyond what 8 bytes hold"),
        (one([1e-79], Variable("AVAL", "l", "float")), "beyond what 8 bytes hold"),
        (one([2**53 + 1], Variable("AVAL", "l", "integer")), "would lose digits"),
    ],
)
def test_what_a_transport_file_cannot_hold_is_refused_and_nothing_is_written(
    tmp_path: Path, held: AnalysisTable, words: str
) -> None:
    assert words in xpt_refusals(held)[0]
    with pytest.raises(DataError, match="version 5 would cut it"):
        write_xpt(held, tmp_path / "x.xpt")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.unvalidated
@pytest.mark.parametrize(
    "held",
    [
        one(["é" * 100], Variable("ARM", "é" * 20)),
        one([2**53], Variable("AVAL", "l", "integer")),
        one([0.0, -9e74, 6e-79], Variable("AVALAVAL", "l", "float")),
    ],
)
def test_the_limits_themselves_are_held(held: AnalysisTable) -> None:
    assert xpt_refusals(held) == ()


@pytest.mark.unvalidated
def test_what_reads_otherwise_is_listed() -> None:
    assert xpt_changes(TIMES) == ("ADTTE: whole numbers read as floating point (AVAL)",)
    assert "letters beyond ASCII" in xpt_changes(one(["é"], Variable("ARM", "l")))[0]
    assert "empty and missing texts read alike" in xpt_changes(one(["", None], Variable("ARM", "l")))[0]
    assert xpt_changes(one(["a", None], Variable("ARM", "l"))) == ()


@pytest.mark.independent("pandas reads the file")
def test_types_stay_where_there_are_no_rows_and_where_nothing_is_filled_in(tmp_path: Path) -> None:
    nothing = pl.DataFrame({name: [None, None] for name in FRAME.columns}, schema=FRAME.schema)
    for frame in (FRAME.clear(), nothing):
        write_xpt(AnalysisTable("ADTTE", "Times", VARIABLES, ("USUBJID",), frame), tmp_path / "x.xpt")
        with XportReader(tmp_path / "x.xpt") as reader:
            kinds = [(field["ntype"], field["nform"]) for field in reader.fields]
        text, day, number = ("char", b""), ("numeric", b"DATE"), ("numeric", b"")
        assert kinds == [text, text, day, number, number, text]
