"""Codes turned into text: dates known in part, and results as a laboratory writes them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import numpy as np
import polars as pl
import pytest

from trialwright.design.coded import DAY, MONTH, YEAR, TextTables, TypedTables
from trialwright.design.days import day_number
from trialwright.design.facts import Answer
from trialwright.design.sheet import Dated, Measured, Sheet, Tenths, Whole

pytestmark = pytest.mark.unvalidated

IDS = pl.Series(["A", "B"])
ONE_DAY = np.zeros(4, dtype=np.int64)
FOUR = np.array([0, 0, 1, 1])


def test_dates_are_written_as_far_as_they_are_known() -> None:
    born = np.array([day_number(date(*parts)) for parts in ((1969, 12, 31), (1930, 2, 3), (2024, 2, 29), (2000, 1, 1))])
    sheet = Sheet("DM")
    sheet.add(FOUR, ONE_DAY, BRTHDTC=Dated(born, np.array([DAY, MONTH, YEAR, 0])))
    coded = sheet.coded(IDS)
    assert coded.text()["BRTHDTC"].to_list() == ["1969-12-31", "1930-02", "2024", None]
    typed = coded.typed("s")
    assert typed["BRTHLO"].to_list() == [date(1969, 12, 31), date(1930, 2, 1), date(2024, 1, 1), None]
    assert typed["BRTHHI"].to_list() == [date(1969, 12, 31), date(1930, 2, 28), date(2024, 12, 31), None]
    assert typed["BRTHPREC"].to_list() == ["D", "M", "Y", None]


@pytest.mark.parametrize(
    ("tenths", "text"),
    [(19, "<2.0"), (0, "<2.0"), (20, "2.0"), (999, "99.9"), (1000, "100"), (12344, "1234"), (12345, "1235")],
)
def test_results_are_written_as_a_laboratory_does(tenths: int, text: str) -> None:
    sheet = Sheet("LB")
    sheet.add(np.array([0]), np.array([0]), LBORRES=Measured(np.array([tenths])))
    coded = sheet.coded(IDS)
    assert coded.text()["LBORRES"].to_list() == [text]
    value, comparator = coded.typed("s").select("LBVAL", "LBCMP").row(0)
    assert (value, comparator) == (Decimal(text.removeprefix("<")), "<" if text.startswith("<") else "")


def test_empty_cells_stay_empty_in_every_kind() -> None:
    sheet, none = Sheet("TR"), np.zeros(4, dtype=np.bool_)
    sheet.add(
        FOUR,
        ONE_DAY,
        TRORRES=Tenths(np.arange(4), none),
        TRORIG=Answer(np.array([-1, 0, -1, -1]), ("REMOVED",)),
        TRORRESU="",
    )
    table = sheet.coded(IDS)
    assert table.text().row(1) == ("A", "2", None, None, "REMOVED")
    assert table.typed("s")["TRVAL"].null_count() == 4


def test_rows_are_sorted_and_numbered_and_links_can_be_made_before() -> None:
    sheet = Sheet("EX")
    sheet.add(np.array([1, 0]), np.array([9, 9]), EXCYCLE=Whole(np.array([2, 5])))
    sheet.add(np.array([1, 1]), np.array([3, 9]), EXTRT="LATER")
    assert sheet.numbers().tolist() == [2, 1, 1, 3]
    table = sheet.coded(IDS).text()
    assert table.rows() == [
        ("A", "1", None, "5"),
        ("B", "1", "LATER", None),
        ("B", "2", None, "2"),
        ("B", "3", "LATER", None),
    ]


def test_mappings_hold_the_domains() -> None:
    sheet = Sheet("SS")
    sheet.add(np.array([0]), np.array([20000]), SSTESTCD="SURVSTAT", SSORRES="ALIVE", SSDTC=Dated(np.array([20000])))
    coded = {"SS": sheet.coded(IDS)}
    text, typed = TextTables(coded), TypedTables(coded, "s")
    assert list(text) == list(typed) == ["SS"]
    assert len(text) == len(typed) == 1
    assert text["SS"]["SSDTC"].to_list() == ["2024-10-04"]
    assert typed["SS"] is typed["SS"]
    assert "RS" not in typed
    assert typed.get("RS") is None
