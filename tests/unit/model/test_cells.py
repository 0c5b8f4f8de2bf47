"""Text cells made exact."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialwright.dates import PartialDate
from trialwright.errors import DateError
from trialwright.model.finding import SHOWN_PER_COLUMN
from trialwright.model.frames import TABLES, typed, typed_schema

LB = {"USUBJID": "1", "LBSEQ": "1", "LBTESTCD": "CA125", "LBORRES": "35", "LBORRESU": "U/mL", "LBDTC": "2026-03-18"}
TR = {
    "USUBJID": "1",
    "TRSEQ": "1",
    "TRLNKID": "T1",
    "TRTESTCD": "LDIAM",
    "TRORRES": "35.7",
    "TRORRESU": "mm",
    "TRDTC": "2026-03-18",
}


def frame_of(rows: list[dict[str, str | None]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=dict.fromkeys(rows[0], pl.String))


def read(domain: str, *rows: dict[str, str | None]) -> tuple[pl.DataFrame, list[tuple[str, str, str]]]:
    frame, findings = typed(TABLES[domain], frame_of(list(rows)), f"{domain.lower()}.csv")
    return frame, [(found.id, found.where, found.column) for found in findings]


@pytest.mark.independent("decimal module")
@pytest.mark.parametrize(
    ("text", "value", "comparator"),
    [
        ("35", "35", ""),
        ("0.80", "0.8", ""),
        ("<5", "5", "<"),
        ("> 1000", "1000", ">"),
        ("<=0.5", "0.5", "<="),
        (">=12", "12", ">="),
        ("-5", "-5", ""),
        ("0012", "12", ""),
        ("1234567.123456", "1234567.123456", ""),
        ("99999999999999999999999999999999", "99999999999999999999999999999999", ""),
        (" 35 ", "35", ""),
    ],
)
def test_a_measure_keeps_its_text_beside_the_exact_value(text: str, value: str, comparator: str) -> None:
    frame, findings = read("LB", {**LB, "LBORRES": text})
    assert findings == []
    assert frame.select("LBORRES", "LBVAL", "LBCMP").row(0) == (text, Decimal(value), comparator)


@pytest.mark.unvalidated
@pytest.mark.parametrize(
    "text",
    [
        "abc",
        "1e3",
        "1,234",
        "5-7",
        "1.2.3",
        "0.1234567",
        "5.",
        ".5",
        "+5",
        "35 U/mL",
        "<",
        "--5",
        "inf",
        "NaN",
        "１２",
        "1_000",
        "123456789012345678901234567890123",
    ],
)
def test_what_is_no_plain_number_is_an_error_and_never_rounded(text: str) -> None:
    frame, findings = read("LB", LB, {**LB, "LBSEQ": "2", "LBORRES": text})
    assert findings == [("V02", "lb.csv:3", "LBORRES")]
    assert frame.select("LBORRES", "LBVAL", "LBCMP").row(1) == (text, None, None)


@pytest.mark.independent("tenths by hand")
@pytest.mark.parametrize(
    ("text", "unit", "tenths"),
    [
        ("35.7", "mm", 357),
        ("35.70", "mm", 357),
        ("40", "mm", 400),
        ("3.57", "cm", 357),
        ("4", "cm", 400),
        ("0", "mm", 0),
    ],
)
def test_a_length_is_whole_tenths_of_a_millimetre(text: str, unit: str, tenths: int) -> None:
    frame, findings = read("TR", {**TR, "TRORRES": text, "TRORRESU": unit})
    assert findings == []
    assert frame.select("TRORRES", "TRVAL").row(0) == (text, tenths)


@pytest.mark.unvalidated
@pytest.mark.parametrize(
    ("change", "rule", "column"),
    [
        ({"TRORRES": "35.74"}, "V03", "TRORRES"),
        ({"TRORRES": "3.575", "TRORRESU": "cm"}, "V03", "TRORRES"),
        ({"TRORRES": "35.70000001"}, "V03", "TRORRES"),
        ({"TRORRES": "-3"}, "V02", "TRORRES"),
        ({"TRORRES": "<5"}, "V02", "TRORRES"),
        ({"TRORRES": "3 5"}, "V02", "TRORRES"),
        ({"TRORRES": "CHECK"}, "C01", "TRORRES"),
        ({"TRORRES": "check", "TRORRESU": None}, "C01", "TRORRES"),
        ({"TRORRESU": None}, "U02", "TRORRES"),
        ({"TRORRESU": "m"}, "U01", "TRORRESU"),
    ],
)
def test_a_length_that_cannot_be_kept_is_named(change: dict[str, str | None], rule: str, column: str) -> None:
    frame, findings = read("TR", {**TR, **change})
    assert findings == [(rule, "tr.csv:2", column)]
    assert frame["TRVAL"].to_list() == [None]


@pytest.mark.unvalidated
def test_a_lesion_state_is_a_code_and_no_length() -> None:
    frame, findings = read("TR", {**TR, "TRTESTCD": "TUMSTATE", "TRORRES": "PRESENT", "TRORRESU": None})
    assert findings == []
    assert frame.select("TRORRES", "TRVAL").row(0) == ("PRESENT", None)


DATES = st.one_of(
    st.dates(min_value=date(1850, 1, 1), max_value=date(2250, 12, 31)).map(str),
    st.from_regex(r"\A(19|20)[0-9]{2}-[01][0-9](-[0-3][0-9])?\Z"),
    st.from_regex(r"\A(19|20)[0-9]{2}-0[1-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9](:[0-6][0-9])?(Z|[+-]0[0-9]:[03]0)?\Z"),
    st.sampled_from(["2026", "2024-02", "2023-02-29", "2026-3-8", "20260318", "2026-03-18 10:00", "0206-01-01", "x"]),
)


@pytest.mark.independent("PartialDate, one cell at a time")
@given(st.lists(DATES, min_size=1, max_size=30))
def test_whole_columns_of_dates_agree_with_single_ones(texts: list[str]) -> None:
    rows = [{**LB, "LBSEQ": str(n + 1), "LBDTC": text} for n, text in enumerate(texts)]
    frame, findings = read("LB", *rows)
    expected: list[tuple[date | None, date | None, str | None]] = []
    for text in texts:
        try:
            one = PartialDate.parse(text)
            expected.append((one.low, one.high, one.precision))
        except DateError:
            expected.append((None, None, None))
    assert frame.select("LBLO", "LBHI", "LBPREC").rows() == expected
    wrong = [("D01", f"lb.csv:{n + 2}", "LBDTC") for n, entry in enumerate(expected) if entry[0] is None]
    assert findings == wrong


@pytest.mark.independent("decimal module")
@given(st.lists(st.decimals(min_value=-(10**9), max_value=10**9, places=6), min_size=1, max_size=20))
def test_no_digit_is_lost(values: list[Decimal]) -> None:
    rows = [{**LB, "LBSEQ": str(n + 1), "LBORRES": f"{value:f}"} for n, value in enumerate(values)]
    frame, _ = read("LB", *rows)
    assert frame["LBVAL"].to_list() == values


@pytest.mark.unvalidated
@pytest.mark.parametrize(
    ("domain", "change", "expected"),
    [
        ("LB", {"LBORRES": "NA"}, [("V05", "LBORRES")]),
        ("LB", {"LBNAM": "n/a"}, [("V05", "LBNAM")]),
        ("LB", {"LBDTC": "-"}, [("V05", "LBDTC")]),
        ("LB", {"LBORRESU": None}, [("U02", "LBORRES")]),
        ("LB", {"LBORRESU": "furlong"}, [("U01", "LBORRESU")]),
        ("LB", {"LBORRES": None, "LBORRESU": None, "LBSTAT": "NOT DONE"}, []),
        ("LB", {"LBTESTCD": "ca125"}, [("C02", "LBTESTCD")]),
        ("LB", {"LBTESTCD": " CA125"}, [("C02", "LBTESTCD")]),
        ("LB", {"LBTESTCD": None}, [("C01", "LBTESTCD")]),
        ("LB", {"LBSTAT": "UNDONE"}, [("C01", "LBSTAT")]),
        ("LB", {"LBDTC": None}, [("D03", "LBDTC")]),
        ("LB", {"USUBJID": None}, [("K01", "USUBJID")]),
        ("LB", {"LBSEQ": None}, [("K01", "LBSEQ")]),
        ("LB", {"LBSEQ": "0"}, [("K01", "LBSEQ")]),
        ("LB", {"LBSEQ": "1.0"}, [("K01", "LBSEQ")]),
    ],
)
def test_each_doubt_has_its_rule(domain: str, change: dict[str, str | None], expected: list[tuple[str, str]]) -> None:
    _, findings = read(domain, {**LB, "LBNAM": "Seoul", "LBSTAT": None, **change})
    assert [(rule, column) for rule, _, column in findings] == expected


@pytest.mark.unvalidated
def test_sodium_written_na_is_a_test_code() -> None:
    frame, findings = read("LB", {**LB, "LBTESTCD": "NA"})
    assert findings == []
    assert frame["LBTESTCD"].to_list() == ["NA"]


@pytest.mark.unvalidated
def test_a_folded_code_is_read_in_capitals() -> None:
    frame, findings = read(
        "SS", {"USUBJID": "1", "SSSEQ": "1", "SSTESTCD": "SURVSTAT", "SSORRES": "alive ", "SSDTC": "2026"}
    )
    assert frame["SSORRES"].to_list() == ["ALIVE"]
    assert findings == [("C02", "ss.csv:2", "SSORRES")]


@pytest.mark.unvalidated
def test_an_answer_may_be_text_unless_it_has_a_unit() -> None:
    row = {"USUBJID": "1", "FASEQ": "1", "FATESTCD": "X", "FAORRES": "about three", "FAORRESU": None}
    assert read("FA", row)[1] == []
    frame, findings = read("FA", {**row, "FAORRESU": "1"})
    assert findings == [("V02", "fa.csv:2", "FAORRES")]
    assert frame["FAORRES"].to_list() == ["about three"]


@pytest.mark.unvalidated
def test_whole_numbers_are_whole() -> None:
    row = {"USUBJID": "1", "SITEID": "01", "SEX": "F", "AGE": "59.5"}
    frame, findings = read("DM", row)
    assert findings == [("V02", "dm.csv:2", "AGE")]
    assert frame["AGE"].to_list() == [None]
    assert read("DM", {**row, "AGE": "59"})[0]["AGE"].to_list() == [59]
    assert read("DM", row)[0]["SITEID"].to_list() == ["01"]


@pytest.mark.unvalidated
def test_a_missing_column_is_told_once_and_filled_with_nothing() -> None:
    _, findings = read("LB", {key: value for key, value in LB.items() if key not in ("LBSEQ", "LBORRESU")})
    assert findings[:2] == [("K01", "lb.csv:1", "LBSEQ"), ("K04", "lb.csv:1", "LBORRESU")]


@pytest.mark.unvalidated
def test_each_fault_is_mended_in_its_own_way() -> None:
    row = {"USUBJID": " 1 ", "SITE_ID": "01", "SEX": "F", "AGE": "old", "DTHFL": None}
    _, findings = typed(TABLES["DM"], frame_of([row, {**row, "USUBJID": "2"}]), "dm.csv")
    assert [(found.column, found.text, found.mend) for found in findings[:3]] == [
        (
            "SITEID",
            "column SITEID is missing; a DM table cannot do without it",
            "add the column SITEID (Site), or rename 'SITE_ID'",
        ),
        ("USUBJID", "' 1 ' begins or ends with a blank", "write USUBJID in every row, without blanks around it"),
        ("AGE", "'old' is not a whole number", "write digits only, or leave the cell empty"),
    ]
    _, findings = typed(TABLES["DM"], frame_of([{**row, "USUBJID": "1", "SITEID": None, "AGE": "59"}]), "dm.csv")
    assert [(found.id, found.mend) for found in findings] == [("K04", "fill in SITEID")]


@pytest.mark.unvalidated
def test_many_faults_of_one_kind_are_counted() -> None:
    rows = [{**LB, "LBSEQ": str(n + 1), "LBORRES": "abc"} for n in range(SHOWN_PER_COLUMN + 50)]
    _, findings = typed(TABLES["LB"], frame_of(rows), "lb.csv")
    assert len(findings) == SHOWN_PER_COLUMN + 1
    assert findings[-1].where == "lb.csv"
    assert findings[-1].text.startswith("50 more rows")


@pytest.mark.unvalidated
def test_unknown_columns_are_kept_and_lines_may_be_given() -> None:
    text = frame_of([{**LB, "LBSPEC": "SERUM"}]).with_columns(LINE=pl.Series([17], dtype=pl.UInt32))
    frame, _ = typed(TABLES["LB"], text.with_columns(LBORRES=pl.lit("x")), "lb.csv")
    assert frame.select("LBSPEC", "LINE").row(0) == ("SERUM", 17)
    assert typed(TABLES["LB"], text.with_columns(LBORRES=pl.lit("x")), "lb.csv")[1][0].where == "lb.csv:17"


@pytest.mark.unvalidated
@pytest.mark.parametrize("domain", sorted(TABLES))
def test_every_table_types_to_its_declared_schema(domain: str) -> None:
    table = TABLES[domain]
    empty = pl.DataFrame(schema={column.name: pl.String for column in table.columns})
    frame, findings = typed(table, empty, "x.csv")
    assert dict(frame.schema) == typed_schema(table)
    assert findings == []
    filled, _ = typed(table, empty.clear(1).with_columns(pl.all().fill_null("x")), "x.csv")
    assert dict(filled.schema) == typed_schema(table)


@pytest.mark.independent("pharmaverse test data, judged with the csv and decimal modules")
def test_lengths_of_a_foreign_table(shared_data: Path) -> None:
    path = shared_data / "admiralonco" / "input_sdtm_tr_onco_recist.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    text = pl.DataFrame(rows, schema=dict.fromkeys(rows[0], pl.String)).with_columns(
        pl.when(pl.all() != "").then(pl.all())
    )
    frame, findings = typed(TABLES["TR"], text, "tr.csv")
    expected: list[int | None] = []
    for row in rows:
        tenths = Decimal(row["TRORRES"]) * 10 if row["TRTESTCD"] != "TUMSTATE" and row["TRORRES"] else None
        expected.append(int(tenths) if tenths is not None and tenths == int(tenths) else None)
    assert frame["TRVAL"].to_list() == expected
    fine = [n for n, row in enumerate(rows) if row["TRTESTCD"] != "TUMSTATE" and row["TRORRES"] and expected[n] is None]
    assert {found.id for found in findings} == {"V03"}
    shown = [found.where for found in findings if ":" in found.where]
    assert shown == [f"tr.csv:{n + 2}" for n in fine[:SHOWN_PER_COLUMN]]
    assert findings[-1].text.startswith(f"{len(fine) - SHOWN_PER_COLUMN} more rows")
