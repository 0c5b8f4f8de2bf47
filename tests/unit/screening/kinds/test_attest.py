"""Attestations: the latest answer of the role that may give it."""

from __future__ import annotations

import pytest

from tests.unit.screening.trial import Row, answered, said, told

pytestmark = pytest.mark.unvalidated

NODE = {"attest": "resectable"}


def answer(code: str | None, role: str | None = "SURGEON", day: str | None = "2026-03-01") -> Row:
    return {**answered("RESECTAB", code, day), "FAEVAL": role}


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([answer("Y")], "T"), ([answer("N")], "F"), ([], "U:needs_attestation"),
        ([answer(None)], "U:needs_attestation"),
        ([answer("Y", "RADIOLOGIST")], "U:wrong_role"), ([answer("Y", None)], "U:wrong_role"),
        ([answer("Y"), answer("N", "RADIOLOGIST", "2026-03-05")], "T"),
        ([answer("UNKNOWN")], "U:answered_unknown"), ([answer("MAYBE")], "U:bad_code"),
        ([answer("N", day="2026-02-01"), answer("Y")], "T"), ([answer("N"), answer("Y")], "U:conflict"),
        ([answer("Y", day="2026-03-10")], "T"), ([answer("Y", day="2026-03-11")], "U:needs_attestation"),
        ([answer("Y", "RADIOLOGIST", "2026-03-11")], "U:needs_attestation"),
        ([answer("Y", day="2026-03")], "U:imprecise_date"),
    ],
)  # fmt: skip
def test_who_answered_what_and_when(rows: list[Row], expected: str) -> None:
    assert said(NODE, {"FA": rows}) == expected


def test_a_window_makes_an_answer_stale() -> None:
    assert said({**NODE, "within": "1 week"}, {"FA": [answer("Y", day="2026-03-03")]}) == "T"
    assert said({**NODE, "within": "1 week"}, {"FA": [answer("Y", day="2026-03-02")]}) == "U:stale"


def test_evidence_is_the_answer() -> None:
    rows = [answer("N", day="2026-02-01"), answer("Y"), answer("N", "RADIOLOGIST", "2026-03-02")]
    assert told(NODE, {"FA": rows}) == ("T", "", ["row/fa.csv:S1:2"])
