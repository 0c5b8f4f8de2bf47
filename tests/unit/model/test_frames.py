"""Tables of one study at one cut-off."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from trialwright.model.finding import RULES
from trialwright.model.frames import OUTPUTS, TABLES, Frames, frames_from_text
from trialwright.model.items import DATE_COLUMNS

pytestmark = pytest.mark.unvalidated


def text(*rows: dict[str, str | None]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=dict.fromkeys(rows[0], pl.String))


SUBJECT = {"USUBJID": "1", "SITEID": "01", "SEX": "F", "RFICDTC": "2026-01-05", "DTHDTC": "2027-02-03", "DTHFL": "Y"}


def contacts(*days: str | None) -> pl.DataFrame:
    return text(
        *(
            {"USUBJID": "1", "SSSEQ": str(n), "SSTESTCD": "S", "SSORRES": "ALIVE", "SSDTC": day}
            for n, day in enumerate(days, 1)
        )
    )


def test_a_table_that_was_not_collected_is_empty_and_says_so() -> None:
    frames = Frames({}, "entered")
    assert frames["RS"].is_empty()
    assert frames["RS"].schema["RSLO"] == pl.Date
    assert not frames.collected("RS")
    empty, _ = frames_from_text({"SS": contacts("2026").clear()}, "entered")
    assert empty.collected("SS")
    assert empty["SS"].is_empty()


def test_an_undeclared_domain_is_no_table() -> None:
    with pytest.raises(KeyError):
        Frames({}, "entered")["ZZ"]


def test_the_frames_are_a_mapping_of_all_declared_domains() -> None:
    frames = Frames({}, "entered")
    assert list(frames) == list(TABLES)
    assert "RS" in frames
    assert "ZZ" not in frames
    assert len(frames) == 18


def test_only_rows_certainly_after_the_cutoff_are_dropped() -> None:
    days = ("2026-03-31", "2026-04-01", "2026-03", "2026-04", "2026", None, "2027")
    frames, _ = frames_from_text({"SS": contacts(*days)}, "entered")
    assert frames.until(date(2026, 3, 31))["SS"]["SSDTC"].to_list() == ["2026-03-31", "2026-03", "2026", None]
    assert frames["SS"].height == len(days)


def test_a_death_after_the_cutoff_is_not_known_yet() -> None:
    frames, _ = frames_from_text({"DM": text(SUBJECT)}, "entered")
    before = frames.until(date(2027, 2, 2))["DM"]
    assert before.select("DTHDTC", "DTHLO", "DTHHI", "DTHPREC", "DTHFL").row(0) == (None,) * 5
    assert before["RFICDTC"].to_list() == ["2026-01-05"]
    assert frames.until(date(2027, 2, 3))["DM"]["DTHFL"].to_list() == ["Y"]


def test_an_end_after_the_cutoff_is_not_known_yet() -> None:
    row = {"USUBJID": "1", "AESEQ": "1", "AESTDTC": "2026-03-01", "AEENDTC": "2026-05-01"}
    frames, _ = frames_from_text({"AE": text(row)}, "entered")
    assert frames.until(date(2026, 4, 1))["AE"].select("AESTDTC", "AEENDTC", "AEENLO").row(0) == (
        "2026-03-01",
        None,
        None,
    )


def test_a_subject_who_consents_later_is_not_known_yet() -> None:
    dm = pl.DataFrame({"USUBJID": ["1", "2", "3"], "RFICDTC": ["2026-01-05", "2026-02", None]})
    mh = pl.DataFrame({"USUBJID": ["2", "3"], "MHSEQ": ["1", "1"], "MHCAT": ["RECURRENCE"] * 2})
    mh = mh.with_columns(MHSTDTC=pl.lit("2025"))
    frames, _ = frames_from_text({"DM": dm, "MH": mh}, "entered")
    known = frames.until(date(2026, 1, 31))
    assert known["DM"]["USUBJID"].to_list() == ["1", "3"]
    assert known["MH"]["USUBJID"].to_list() == ["3"]
    assert frames.until(date(2026, 2, 1))["DM"].height == 3


def test_an_arm_drawn_later_is_not_known_yet() -> None:
    dm = pl.DataFrame({"USUBJID": ["1", "2", "3"], "ARMCD": ["A", "B", "A"], "ARM": ["a", "b", "a"]})
    ds = pl.DataFrame(
        {
            "USUBJID": ["1", "2", "2", "3"],
            "DSSEQ": ["1", "1", "2", "1"],
            "DSDECOD": ["RANDOMIZED"] * 4,
            "DSSTDTC": ["2026-03-18", "2026-03-20", "2026-03-22", "2026-03-20"],
        }
    )
    frames, _ = frames_from_text({"DM": dm, "DS": ds}, "entered")
    assert frames.until(date(2026, 3, 20))["DM"]["ARMCD"].to_list() == ["A", "B", "A"]
    known = frames.until(date(2026, 3, 19))["DM"]
    assert known["ARMCD"].to_list() == ["A", None, None]
    assert known["ARM"].to_list() == ["a", None, None]


def test_replacing_a_table_leaves_the_old_frames_alone() -> None:
    frames, _ = frames_from_text({"SS": contacts("2026")}, "simulated", cutoff=date(2027, 1, 1), study="s")
    other = frames.replace("SS", frames["SS"].clear())
    assert (other["SS"].height, frames["SS"].height) == (0, 1)
    assert (other.origin, other.cutoff, other.study) == ("simulated", date(2027, 1, 1), "s")
    assert frames["SS"]["STUDYID"].to_list() == ["s"]


def test_every_column_of_every_table_says_what_it_holds() -> None:
    for table in (*TABLES.values(), *OUTPUTS.values()):
        assert table.label, table.name
        assert all(column.label for column in table.columns), table.name
        assert set(table.key) <= set(table.by_name), table.name
        assert len(table.by_name) == len(table.columns), table.name
        units = {column.unit for column in table.columns if column.unit}
        assert units <= set(table.by_name), table.name


def test_rules_have_their_severity_of_the_contract() -> None:
    severities = {
        "E": "F01 F02 F03 F04 F06 F07 F08 K01 K02 K03 K04 V02 V03 U01 U02 D01 D02 G01 G04 G07",
        "W": "F09 K05 C01 C02 V05 U03 D03 D04 D05 G02 G03 G05 G06 G08 G09",
        "I": "F05 F10 F11 F12 D06 G10",
    }
    assert {rule: spec.severity for rule, spec in RULES.items()} == {
        rule: severity for severity, rules in severities.items() for rule in rules.split()
    }


def test_items_and_tables_agree_on_the_date_of_a_row() -> None:
    assert {name: table.date_column for name, table in TABLES.items() if name != "DM"} == {
        name: column for name, column in DATE_COLUMNS.items() if name != "DM"
    }
