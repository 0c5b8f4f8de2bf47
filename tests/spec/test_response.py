"""Response case by case: what somebody who read only the criteria expects, against what the program gives."""

from __future__ import annotations

import polars as pl
import pytest

from tests.spec.response_cases import Case, cases, number, rows_of

pytestmark = pytest.mark.independent

LESIONS = ("target", "nontarget_new", "mrecist")


def plain(case: Case, rows: pl.DataFrame, parameter: str) -> str | None:
    """A verdict of the whole course, or None."""
    found = rows.filter(pl.col("PARAMCD") == parameter)["AVALC"].to_list()
    return found[0] if found else None


def dated(rows: pl.DataFrame, parameter: str) -> int | None:
    """Day of a row of the whole course, or None."""
    found = rows.filter(pl.col("PARAMCD") == parameter)["ADT"].to_list()
    return number(found[0]) if found and found[0] is not None else None


def complete_day(rows: pl.DataFrame) -> int | None:
    return dated(rows, "CBOR") if plain({}, rows, "CBOR") == "CR" else None


WHOLE = {
    "best": lambda rows: plain({}, rows, "BOR"),
    "confirmed": lambda rows: plain({}, rows, "CBOR"),
    "response_day": lambda rows: dated(rows, "CRSP"),
    "complete_response_day": complete_day,
    "progression_day": lambda rows: dated(rows, "PD"),
}
PARTS = {"target": "TRG", "nontarget": "NTRG", "new": "NEW", "overall": "OVR"}


def on_day(rows: pl.DataFrame, day: int, parameter: str) -> str | None:
    """A state on a day as it was assessed."""
    assessed = rows.filter((pl.col("PARAMCD") == parameter) & (pl.col("DTYPE") == "AS ASSESSED"))
    found = [code for when, code in assessed.select("ADT", "AVALC").iter_rows() if number(when) == day]
    return found[0] if found else None


def said(value: str | int | None) -> str | int | None:
    return None if value == "NONE" else value


@pytest.mark.parametrize("case", cases(*LESIONS), ids=lambda case: case["id"])
def test_lesions_in_response_out(case: Case) -> None:
    rows = rows_of(case, *LESIONS)
    expect = case["expect"]
    wanted = {key: said(each) for key, each in expect.items() if key in WHOLE}
    found = {key: WHOLE[key](rows) for key in wanted}
    for day, states in expect.get("rows", {}).items():
        for part, each in states.items():
            if part in PARTS:
                wanted[f"{day} {part}"] = said(each)
                found[f"{day} {part}"] = on_day(rows, day, PARTS[part])
    assert found == wanted
