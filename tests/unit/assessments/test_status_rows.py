"""Clinical benefit, last assessment and death: by hand, and where the policy as-collected differs from the default."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from tests.peer import Course, folder_of
from trialwright.conduct.respond import RespondRequest, respond

pytestmark = pytest.mark.unvalidated

ORIGIN = date(2026, 1, 1)

Answer = tuple[str | None, int | None]


def answers(place: Path, course: Course, policy: str = "default", **switches: str) -> Mapping[str, Answer]:
    """Value and day of each parameter that holds once, for one subject with these responses by day."""
    data = folder_of(place / "data", {"1": course})
    found = respond(RespondRequest(data, "recist-1.1", policy, switches))
    rows = found.responses.filter(pl.col("PARAMCD") != "OVR").select("PARAMCD", "AVALC", "ADT")
    return {name: (code, None if day is None else (day - ORIGIN).days) for name, code, day in rows.iter_rows()}


@pytest.mark.parametrize(
    ("responses", "benefit", "confirmed"),
    [
        ({42: "SD", 84: "PR", 126: "PR"}, ("Y", 42), ("Y", 42)),
        ({41: "SD", 84: "PR", 126: "PR"}, ("Y", 84), ("Y", 84)),
        ({41: "SD"}, ("N", None), ("N", None)),
        ({21: "PR", 42: "CR", 63: "PD"}, ("Y", 21), ("Y", 42)),
        ({21: "PR", 63: "PD"}, ("Y", 21), ("N", None)),
        ({42: "NON-CR/NON-PD"}, ("Y", 42), ("Y", 42)),
        ({42: "PD", 84: "SD"}, ("N", None), ("N", None)),
        ({42: "NE", 84: "SD"}, ("Y", 84), ("Y", 84)),
    ],
)
def test_a_benefit_is_a_response_or_stable_disease_that_lasts(
    tmp_path: Path, responses: dict[int, str], benefit: Answer, confirmed: Answer
) -> None:
    found = answers(tmp_path, Course(ORIGIN, responses))
    assert (found["CB"], found["CCB"]) == (benefit, confirmed)


def test_a_new_therapy_ends_what_counts_as_benefit(tmp_path: Path) -> None:
    course = Course(ORIGIN, {41: "SD", 84: "SD"}, therapy=60)
    assert answers(tmp_path, course)["CB"] == ("N", None)


def test_without_disease_there_is_no_benefit_to_tell(tmp_path: Path) -> None:
    assert "CB" not in answers(tmp_path, Course(ORIGIN, {42: "NED", 84: "NED"}))


@pytest.mark.parametrize(
    ("responses", "adequate", "last"),
    [
        ({42: "SD", 84: "NE"}, ("SD", 42), ("NE", 84)),
        ({42: "PD", 63: "SD"}, ("PD", 42), ("SD", 63)),
        ({42: "SD", 84: "PR"}, ("PR", 84), ("PR", 84)),
        ({}, (None, None), (None, None)),
    ],
)
def test_the_last_assessment_is_adequate_and_not_after_progression_unless_asked(
    tmp_path: Path, responses: dict[int, str], adequate: Answer, last: Answer
) -> None:
    course = Course(ORIGIN, responses)
    assert answers(tmp_path / "own", course)["LSTA"] == adequate
    assert answers(tmp_path / "any", course, last_assessment="any")["LSTA"] == last


@pytest.mark.parametrize(
    ("responses", "own", "peer"),
    [
        ({28: "CR", 56: "SD"}, ("PD", 56), ("SD", 56)),
        ({28: "CR", 56: "PR", 84: "PR"}, ("PD", 56), ("PR", 56)),
        ({42: "PR", 70: "PR"}, ("PR", 42), ("PR", 42)),
    ],
)
def test_disease_after_a_complete_response_as_collected_is_what_it_says(
    tmp_path: Path, responses: dict[int, str], own: Answer, peer: Answer
) -> None:
    course = Course(ORIGIN, responses)
    assert answers(tmp_path / "own", course)["CBOR"] == own
    assert answers(tmp_path / "peer", course, "as-collected")["CBOR"] == peer


def test_a_subject_whose_clock_never_started_is_missing_only_when_asked(tmp_path: Path) -> None:
    course = Course(None, {}, death=date(2026, 5, 1))
    assert answers(tmp_path / "own", course) == {}
    found = answers(tmp_path / "peer", course, "as-collected")
    assert found.pop("DEATH") == ("Y", 120)
    assert found.pop("LSTA") == (None, None)
    assert {found.pop("BOR"), found.pop("CBOR")} == {("MISSING", None)}
    assert found == dict.fromkeys(("RSP", "CRSP", "PD", "CB", "CCB"), ("N", None))


def test_a_death_known_by_the_month_is_flagged(tmp_path: Path) -> None:
    data = folder_of(tmp_path / "data", {"1": Course(ORIGIN, {42: "SD"}, death="2026-05")})
    rows = respond(RespondRequest(data, "recist-1.1")).responses.filter(pl.col("PARAMCD") == "DEATH")
    assert rows.select("AVALC", "ADT", "ADTF", "SRCDOM").rows() == [("Y", date(2026, 5, 1), "D", "DM")]


def test_the_first_day_of_stable_disease_is_a_switch(tmp_path: Path) -> None:
    course = Course(ORIGIN, {35: "SD"})
    assert answers(tmp_path / "own", course)["CB"] == ("N", None)
    assert answers(tmp_path / "five", course, min_stable_days="35")["CB"] == ("Y", 35)
    assert ORIGIN + timedelta(days=35) == date(2026, 2, 5)
