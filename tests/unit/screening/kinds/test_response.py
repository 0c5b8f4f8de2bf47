"""Responses read from the series as judged."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from tests.unit.screening.trial import told

pytestmark = pytest.mark.unvalidated

GOOD = {"response": {"of": "imaging"}, "in": ["CR", "PR", "SD"]}
SCHEMA = {
    "USUBJID": pl.String, "ASSESSID": pl.String, "ADT": pl.Date, "AVALC": pl.String,
    "ADEQUATE": pl.String, "RSSEQ": pl.Int64,
}  # fmt: skip


def responses(*rows: tuple[str, str], series: str = "imaging") -> pl.DataFrame:
    """Rows (day, response) of subject S1; NE is not adequate."""
    return pl.DataFrame(
        [
            ("S1", series, date.fromisoformat(day), code, "N" if code == "NE" else "Y", place)
            for place, (day, code) in enumerate(rows, 1)
        ],
        schema=SCHEMA,
        orient="row",
    )


def judged(node: dict[str, object], frame: pl.DataFrame | None) -> str:
    verdict, reason, _ = told(node, {}, responses=frame)
    return f"{verdict}:{reason}" if reason else verdict


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([("2026-03-01", "PR")], "T"), ([("2026-03-01", "PD")], "F"), ([], "U:missing"),
        ([("2026-02-01", "PR"), ("2026-03-01", "NE")], "T"),  # what is not evaluable is skipped
        ([("2026-03-01", "NE")], "U:not_evaluable"), ([("2026-03-10", "PR")], "T"),
        ([("2026-03-11", "PR")], "U:missing"),
        ([("2026-02-01", "SD"), ("2026-03-01", "PD")], "F"),
        ([("2026-03-01", "SD"), ("2026-03-01", "PD")], "U:conflict"),
    ],
)  # fmt: skip
def test_the_last_adequate_response(rows: list[tuple[str, str]], expected: str) -> None:
    assert judged(GOOD, responses(*rows)) == expected


def test_what_was_not_judged_says_so() -> None:
    assert judged(GOOD, None) == "U:not_computed"
    marker = {"response": {"of": "gcig"}, "equals": "RESPONSE"}
    assert judged(marker, None) == "U:not_computed"
    assert judged(marker, responses(("2026-03-01", "PR"))) == "U:missing"
    assert judged(marker, responses(("2026-03-01", "RESPONSE"), series="gcig")) == "T"
    best = {"response": {"of": "imaging", "take": "best"}, "in": ["CR"]}
    assert judged(best, responses(("2026-03-01", "CR"))) == "U:not_computed"


def test_best_responses_are_read_from_rows_of_their_own() -> None:
    rows = responses(("2026-02-01", "PR"), ("2026-03-01", "SD"))
    frame = pl.concat(
        [
            rows.with_columns(PARAMCD=pl.lit("OVR")),
            responses(("2026-03-01", "PR")).with_columns(PARAMCD=pl.lit("BOR")),
            responses(("2026-03-01", "SD")).with_columns(PARAMCD=pl.lit("CBOR")),
        ]
    )
    wanted = {"latest": "F", "best": "T", "confirmed best": "F", "worst": "F"}
    for take, expected in wanted.items():
        assert judged({"response": {"of": "imaging", "take": take}, "equals": "PR"}, frame) == expected


def test_a_response_that_was_dated_back_later_was_not_known_yet() -> None:
    assessed = responses(("2026-02-01", "PR")).with_columns(DTYPE=pl.lit("AS ASSESSED"))
    derived = responses(("2026-03-01", "PD")).with_columns(DTYPE=pl.lit("DERIVED"))
    frame = pl.concat([assessed, derived]).with_columns(PARAMCD=pl.lit("OVR"))
    assert judged(GOOD, frame) == "T"


def test_the_worst_response_up_to_the_moment() -> None:
    rows = responses(("2026-01-01", "SD"), ("2026-02-01", "PD"), ("2026-03-01", "PR"), ("2026-04-01", "CR"))
    assert judged({"response": {"of": "imaging", "take": "worst"}, "equals": "PD"}, rows) == "T"
    assert judged({**GOOD, "response": {"of": "imaging", "take": "worst"}}, rows) == "F"


def test_a_window_and_the_evidence() -> None:
    rows = responses(("2026-02-10", "PR"))
    assert judged({**GOOD, "within": "1 month"}, rows) == "T"
    assert judged({**GOOD, "within": "27 days"}, rows) == "U:stale"
    assert told(GOOD, {}, responses=rows)[2] == ["row/rs.csv:S1:1"]
