"""Histories: a row inside the window makes it true, only a complete review makes it false."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.screening.trial import Row, answered, said, told

pytestmark = pytest.mark.unvalidated

REVIEW = answered("HXREVIEW", "Y", "2026-03-01")
TUMOUR = {"of": "other_tumour", "reviewed": "reviewed"}
MEDICINE = {"of": "medicine", "ongoing": True, "reviewed": "reviewed"}


def tumour(code: str | None, start: str | None = None, end: str | None = None, mark: str | None = None) -> Row:
    return {
        "MHCAT": "OTHER MALIGNANCY", "MHDECOD": code, "MHSTDTC": start, "MHENDTC": end, "MHENRTPT": mark,
    }  # fmt: skip


def medicine(code: str, start: str | None, end: str | None = None, mark: str | None = None) -> Row:
    return {"CMCAT": "CONCOMITANT", "CMCLAS": code, "CMSTDTC": start, "CMENDTC": end, "CMENRTPT": mark}


def judged(history: dict[str, Any], *rows: Row, review: Row | None = REVIEW, domain: str = "MH", **keys: object) -> str:
    reviews = [] if review is None else [review]
    return said({"history": history, **keys}, {domain: rows, "FA": reviews})


def test_only_a_review_closes_the_world() -> None:
    assert judged(TUMOUR) == "F"
    assert judged(TUMOUR, review=None) == "U:not_reviewed"
    assert judged(TUMOUR, review=answered("HXREVIEW", "Y", "2026-03-10")) == "F"
    assert judged(TUMOUR, review=answered("HXREVIEW", "Y", "2026-03-11")) == "U:not_reviewed"
    assert judged(TUMOUR, review=answered("HXREVIEW", "Y", "2026-03")) == "U:imprecise_date"
    assert judged({"of": "other_tumour"}) == "U:not_reviewed"


def test_a_table_that_was_not_collected_is_never_no() -> None:
    assert said({"history": TUMOUR}, {"FA": [REVIEW]}) == "U:missing"


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (tumour("SKIN", "2019"), "T"), (tumour("SKIN", "2026-03-10"), "T"), (tumour("SKIN", "2026-03-11"), "F"),
        (tumour("SKIN", "2026-03"), "U:imprecise_date"), (tumour("SKIN"), "U:imprecise_date"),
        (tumour("SKIN", None, "2020-05"), "T"), (tumour("OTHER", "2019"), "U:bad_code"),
        (tumour(None, "2019"), "U:missing"), (tumour("UNKNOWN", "2019"), "U:answered_unknown"),
        (tumour("OTHER", "2026-03-11"), "F"),
    ],
)  # fmt: skip
def test_at_any_time_up_to_the_moment(row: Row, expected: str) -> None:
    assert judged(TUMOUR, row) == expected
    assert judged(TUMOUR, row, within="ever") == expected
    assert judged(TUMOUR, row, review=None) == (expected if expected != "F" else "U:not_reviewed")


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (tumour("SKIN", "2026-02-10"), "T"), (tumour("SKIN", "2026-03-10"), "T"),
        (tumour("SKIN", "2025-01-01", "2026-02-10"), "T"), (tumour("SKIN", "2025-01-01", "2026-02-09"), "F"),
        (tumour("SKIN", "2025-01-01", "2026-02"), "U:imprecise_date"), (tumour("SKIN", "2025-01-01", "2026-01"), "F"),
        (tumour("SKIN", "2025-01-01", None, "ONGOING"), "T"),
        (tumour("SKIN", "2025-01-01"), "U:imprecise_date"),  # began before the window and its end is not known
        (tumour("SKIN", "2026-02"), "U:imprecise_date"),  # may have begun and ended before the window
    ],
)  # fmt: skip
def test_a_row_counts_when_it_overlaps_the_window(row: Row, expected: str) -> None:
    assert judged(TUMOUR, row, within="1 month") == expected


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (medicine("HEPARIN", "2026-01-01"), "T"), (medicine("HEPARIN", "2026-01-01", None, "ONGOING"), "T"),
        (medicine("HEPARIN", "2026-01-01", "2026-03-09"), "F"), (medicine("HEPARIN", "2026-01-01", "2026-03-10"), "T"),
        (medicine("HEPARIN", "2026-01-01", "2026-03"), "U:imprecise_date"),
        (medicine("HEPARIN", "2026-01-01", "2026-02"), "F"), (medicine("HEPARIN", "2026-03-11"), "F"),
        (medicine("HEPARIN", "2026-01-01", None, "UNKNOWN"), "U:imprecise_date"),
        (medicine("HEPARIN", "2026-01-01", None, "BEFORE"), "U:imprecise_date"),
        (medicine("HEPARIN", None, None, "ONGOING"), "U:imprecise_date"),
    ],
)  # fmt: skip
def test_what_goes_on_at_the_moment(row: Row, expected: str) -> None:
    assert judged(MEDICINE, row, domain="CM") == expected
    assert judged(MEDICINE, row, domain="CM", within="1 day") == expected


def test_values_and_exceptions() -> None:
    skin, breast = tumour("SKIN", "2019"), tumour("BREAST", "2019")
    assert judged({**TUMOUR, "values": ["BREAST"]}, skin) == "F"
    assert judged({**TUMOUR, "values": ["BREAST"]}, skin, breast) == "T"
    assert judged({**TUMOUR, "except": ["SKIN"]}, skin) == "F"
    assert judged({**TUMOUR, "except": ["SKIN"]}, breast) == "T"
    assert judged({**TUMOUR, "except": ["SKIN"]}, skin, tumour("X", "2019")) == "U:bad_code"
    assert judged(TUMOUR, breast, tumour("X", "2019")) == "T"


def test_a_procedure_that_was_not_done_is_no_history() -> None:
    stents = {"of": "procedure", "reviewed": "reviewed"}
    planned = {"PRCAT": "PRIOR", "PRDECOD": "STENT", "PRSTDTC": "2025-01-01"}
    assert judged(stents, {**planned, "PROCCUR": "N"}, domain="PR") == "F"
    assert judged(stents, {**planned, "PROCCUR": "Y"}, domain="PR") == "T"
    assert judged(stents, planned, domain="PR") == "T"
    assert judged(stents, planned, domain="PR", within="6 months") == "F"
    assert judged(stents, {**planned, "PRSTDTC": "2025-09-10"}, domain="PR", within="6 months") == "T"
    assert judged(stents, {**planned, "PRSTDTC": "2025-09-09"}, domain="PR", within="6 months") == "F"


def test_evidence_is_the_row_or_the_last_review() -> None:
    earlier = answered("HXREVIEW", "Y", "2026-02-01")
    skin, late = tumour("SKIN", "2019"), tumour("SKIN", "2026-04-01")
    assert told({"history": TUMOUR}, {"MH": [late, skin], "FA": [earlier, REVIEW]})[2] == ["row/mh.csv:S1:2"]
    assert told({"history": TUMOUR}, {"MH": [late], "FA": [earlier, REVIEW]})[2] == ["row/fa.csv:S1:2"]
    assert told({"history": TUMOUR}, {"MH": [tumour("X", "2019")], "FA": [REVIEW]})[2] == ["row/mh.csv:S1:1"]
