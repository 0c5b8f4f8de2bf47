"""What two readers differ in, and whose reading counts."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest

from trialwright.assessments.readers import BY_VISIT, chosen_readings, differences, reader_agreement

pytestmark = pytest.mark.independent("worked out by hand")

START = date(2026, 1, 1)
NAMES = ("R1", "R2", "R3")
Said = dict[str, tuple[dict[int, str], str | None, int | None]]


def rows(said: Said) -> pl.DataFrame:
    """Overall responses by day, best response, day of progression."""
    cells: list[tuple[str, str, str | None, date | None, str]] = []
    for subject, (overall, best, progression) in said.items():
        end = None if progression is None else START + timedelta(days=progression)
        cells += [(subject, "OVR", code, START + timedelta(days=at), "AS ASSESSED") for at, code in overall.items()]
        cells.append((subject, "BOR", best or "MISSING", None, "DERIVED"))
        cells.append((subject, "PD", "N" if end is None else "Y", end, "DERIVED"))
    names = ("USUBJID", "PARAMCD", "AVALC", "ADT", "DTYPE")
    schema = {name: pl.Date if name == "ADT" else pl.String for name in names}
    return pl.DataFrame(cells, schema=schema, orient="row").with_columns(RULEID=pl.lit("rule"))


FIRST = rows(
    {
        "A": ({42: "SD", 84: "PD"}, "SD", 84),
        "B": ({42: "PR", 84: "PD"}, "PR", 84),
        "C": ({42: "SD", 84: "PD"}, "SD", 84),
        "D": ({42: "SD"}, "SD", None),
        "E": ({42: "SD"}, "SD", None),
    }
)
SECOND = rows(
    {
        "A": ({42: "SD", 84: "PD"}, "SD", 84),
        "B": ({42: "SD", 84: "PD"}, "SD", 84),
        "C": ({42: "SD", 84: "SD", 126: "PD"}, "SD", 126),
        "D": ({42: "PD"}, "PD", 42),
        "E": ({}, None, None),
    }
)
DIFFER = {
    "A": "",
    "B": "best response",
    "C": "progression",
    "D": "best response and progression",
    "E": "best response",
}


def marked(**readers: str) -> pl.DataFrame:
    pairs = [(subject, name) for subject, names in readers.items() for name in names.split()]
    return pl.DataFrame(pairs, schema={"USUBJID": pl.String, "READER": pl.String}, orient="row")


def test_what_differs_is_named() -> None:
    found = differences(FIRST, SECOND, "BOR")
    assert dict(found.select("USUBJID", "DIFFER").iter_rows()) == DIFFER
    assert found.filter(pl.col("USUBJID") == "E").row(0)[1:3] == ("SD", None)


def test_the_accepted_record_counts_before_the_adjudicator_and_that_before_agreement() -> None:
    differ = {subject: bool(words) for subject, words in DIFFER.items()}
    found = chosen_readings(differ, marked(A="R2", B="R1", C="R1 R2"), frozenset({"B", "D"}), NAMES)
    assert found.rows() == [
        ("A", "R2", "accepted record"),
        ("B", "R1", "accepted record"),
        ("C", BY_VISIT, "accepted record"),
        ("D", "R3", "adjudicator"),
        ("E", None, None),
    ]
    assert chosen_readings({"A": False}, marked(), frozenset(), NAMES).rows() == [("A", "R1", "agreement")]


def test_agreement_is_counted_by_assessment_and_by_best_response() -> None:
    chosen = chosen_readings({subject: bool(words) for subject, words in DIFFER.items()}, marked(), frozenset(), NAMES)
    found = reader_agreement(("R1", "R2"), (FIRST, SECOND), differences(FIRST, SECOND, "BOR"), chosen, "BOR")
    # seven pairs: A SD PD, B PR|SD PD, C SD PD|SD, D SD|PD; four alike
    assert (found.pairs, found.agree) == (7, 4)
    # margins of the first: SD 3, PD 3, PR 1; of the second: SD 4, PD 3; chance (3*4 + 3*3) / 49
    assert found.kappa == pytest.approx((4 / 7 - 21 / 49) / (1 - 21 / 49))
    # best responses of A to D: SD|SD, PR|SD, SD|SD, SD|PD; chance 3*3/16
    assert (found.best_pairs, found.best_agree) == (4, 2)
    assert found.best_kappa == pytest.approx((2 / 4 - 9 / 16) / (1 - 9 / 16))
    assert (found.differ, found.awaiting, found.adjudication_rate) == (4, 4, 0.8)
    assert dict(found.shifts.filter(pl.col("SECOND") == "-").select("FIRST", "N").iter_rows()) == {"SD": 1}
