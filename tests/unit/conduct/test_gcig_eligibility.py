"""The CA-125 branch of the ovarian trial's eligibility, from the laboratory table to the page a person reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.rude import Change, folder, swap
from trialwright.conduct.screen import ScreenRequest, screen
from trialwright.conduct.studies import open_study
from trialwright.model.screened import CriterionAnswer

pytestmark = pytest.mark.independent("the course of OV-02-001 worked out by hand: 180 <= 205 on day 22, 84 on day 63")

GROWN = swap("OV-02-001,1,RECIST 1.1,OVRLRESP,SD", "OV-02-001,1,RECIST 1.1,OVRLRESP,PD")


def judged(place: Path, changes: dict[str, Change]) -> CriterionAnswer:
    """Criterion I3 of the second subject, whose scans show progression."""
    data = folder(place / "data", {"rs.csv": GROWN, **changes})
    found = screen(open_study("nct07295132"), data, ScreenRequest(gate="allocation", subjects=("OV-02-001",)))
    (answers,) = found.answers()
    return next(each for each in answers.criteria if each.id == "I3")


def test_a_response_by_ca125_lets_in_and_names_the_value_that_confirmed_it(tmp_path: Path) -> None:
    found = judged(tmp_path, {})
    assert found.verdict == "MET"
    assert [(row.id, row.value, row.day) for row in found.rows] == [
        ("row/lb.csv:OV-02-001:4", "RESPONSE", "2026-04-13"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "verdict", "reasons"),
    [
        ("84,U/mL,35,2026-04-13", "205,U/mL,35,2026-04-13", "NOT_MET", ()),  # 205 is more than 1.1 times 90
        ("84,U/mL,35,2026-04-13", "84,U/mL,35,2026-03-30", "NOT_MET", ()),  # 27 days after 3 March
        ("84,U/mL,35,2026-04-13", "84,U/mL,35,2026-03-31", "MET", ()),
        ("84,U/mL,35,2026-04-13", "84,U/mL,35,2026-04-16", "NOT_MET", ()),  # the day after allocation
        ("410,U/mL,35,", "69,U/mL,35,", "UNKNOWN", ("not_evaluable",)),
        ("410,U/mL,35,", "410,U/mL,,", "UNKNOWN", ("not_evaluable",)),
        ("90,U/mL,35,", "<100,U/mL,35,", "UNKNOWN", ("not_evaluable",)),  # 84 may be a rise from it
    ],
)
def test_each_rule_decides(tmp_path: Path, old: str, new: str, verdict: str, reasons: tuple[str, ...]) -> None:
    found = judged(tmp_path, {"lb.csv": swap(old, new)})
    assert (found.verdict, found.reasons) == (verdict, reasons)


def test_without_samples_one_is_asked_for(tmp_path: Path) -> None:
    def without(text: str) -> str:
        return "".join(line for line in text.splitlines(keepends=True) if not line.startswith("OV-02"))

    found = judged(tmp_path, {"lb.csv": without})
    assert (found.verdict, found.reasons) == ("UNKNOWN", ("missing",))
    assert [(want.kind, want.ask) for want in found.wants] == [("sample", "CA-125")]


def test_a_paracentesis_takes_the_confirming_value_out(tmp_path: Path) -> None:
    tap = "OV-02-001,1,SUPPORTIVE,PARACENTESIS,Y,2026-03-20\n"
    found = judged(tmp_path, {"pr.csv": lambda text: text + tap})
    assert found.verdict == "NOT_MET"
