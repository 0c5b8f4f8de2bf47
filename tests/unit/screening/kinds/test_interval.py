"""Calendar intervals between two dates, whole and partial."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.screening.trial import said, told
from trialwright.dates import CalendarInterval, PartialDate

pytestmark = pytest.mark.unvalidated

PLATINUM = {"interval": {"from": "last_platinum", "to": "recurred_on"}}


def dated(end: str | None, recurrence: str | None) -> dict[str, list[dict[str, str]]]:
    return {
        "CM": [] if end is None else [{"CMCAT": "PRIOR", "CMCLAS": "PLATINUM", "CMENDTC": end}],
        "MH": [] if recurrence is None else [{"MHCAT": "RECURRENCE", "MHSTDTC": recurrence}],
    }


@pytest.mark.parametrize(
    ("end", "recurrence", "at_least"),
    [
        ("2025-08-31", "2026-02-28", "T"), ("2025-08-31", "2026-02-27", "F"),  # clipped to the end of the month
        ("2025-03-01", "2025-08-29", "F"), ("2025-03-01", "2025-09-01", "T"),  # 181 days are no six months here
        ("2025-02-28", "2025-08-28", "T"), ("2024-06-28", "2025-12-20", "T"),
        ("2025-04", "2025-10-30", "T"), ("2025-04", "2025-10-29", "U:imprecise_date"),
        ("2025-04", "2025-10-15", "U:imprecise_date"), ("2025-04", "2025-09-30", "F"),
        ("2025-03-31", "2025-09", "U:imprecise_date"), ("2025-03-31", "2025-08", "F"), ("2025-03-31", "2025-10", "T"),
        ("2024", "2025", "U:imprecise_date"), ("2023", "2025", "T"), ("2025", "2025", "U:imprecise_date"),
        (None, "2025-10-01", "U:missing"), ("2025-01-01", None, "U:missing"),
        ("2025-01-01", "2026-03-11", "U:missing"), ("2025-01-01", "2026-03-10", "T"),
        ("2025-01-01", "2026-03", "U:imprecise_date"),  # may lie after the moment
    ],
)  # fmt: skip
def test_at_least_and_its_complement(end: str | None, recurrence: str | None, at_least: str) -> None:
    assert said({**PLATINUM, "at_least": "6 months"}, dated(end, recurrence)) == at_least
    opposite = {"T": "F", "F": "T"}.get(at_least, at_least)
    assert said({**PLATINUM, "below": "6 months"}, dated(end, recurrence)) == opposite


@pytest.mark.parametrize(
    ("bound", "inside", "outside"),
    [
        ({"at_least": "6 months"}, "2025-07-15", "2025-07-14"), ({"above": "6 months"}, "2025-07-16", "2025-07-15"),
        ({"at_most": "6 months"}, "2025-07-15", "2025-07-16"), ({"below": "6 months"}, "2025-07-14", "2025-07-15"),
        ({"equals": "6 months"}, "2025-07-15", "2025-07-16"), ({"equals": "6 months"}, "2025-07-15", "2025-07-14"),
        ({"between": ["5 months", "6 months"]}, "2025-06-15", "2025-06-14"),
        ({"at_least": "0 days"}, "2025-01-15", "2025-01-14"),
        ({"between": ["5 months", "6 months"]}, "2025-07-15", "2025-07-16"),
        ({"at_least": "2 weeks"}, "2025-01-29", "2025-01-28"),
        ({"at_least": "1 year"}, "2026-01-15", "2026-01-14"),
    ],
)  # fmt: skip
def test_each_bound_just_inside_and_just_outside(bound: dict[str, Any], inside: str, outside: str) -> None:
    assert said({**PLATINUM, **bound}, dated("2025-01-15", inside)) == "T"
    assert said({**PLATINUM, **bound}, dated("2025-01-15", outside)) == "F"


def test_first_and_last_of_several_dates() -> None:
    tables = dated("2024-01-10", "2025-01-01")
    tables["CM"].append({"CMCAT": "PRIOR", "CMCLAS": "PLATINUM", "CMENDTC": "2024-11"})
    assert said({**PLATINUM, "at_least": "6 months"}, tables) == "F"
    first = {"interval": {"from": "first_platinum", "to": "recurred_on"}}
    assert said({**first, "at_least": "6 months"}, tables) == "T"
    assert told({**first, "at_least": "6 months"}, tables)[2] == ["row/cm.csv:S1:1", "row/mh.csv:S1:1"]
    assert told({**PLATINUM, "at_least": "6 months"}, tables)[2] == ["row/cm.csv:S1:2", "row/mh.csv:S1:1"]


def test_a_time_point_may_end_an_interval() -> None:
    entered = {"DS": [{"DSDECOD": "ENTERED INTO TRIAL", "DSSTDTC": "2026-01-05"}]}
    to_entry = {"interval": {"from": "recurred_on", "to": "entry"}, "at_most": "1 month"}
    assert said(to_entry, {**dated(None, "2025-12-05"), **entered}) == "T"
    assert said(to_entry, {**dated(None, "2025-12-04"), **entered}) == "F"
    to_allocation = {"interval": {"from": "recurred_on", "to": "allocation"}, "at_most": "1 month"}
    assert said(to_allocation, {**dated(None, "2025-12-05"), **entered}) == "U:missing"


def completions(text: str) -> list[date]:
    found = PartialDate.parse(text)
    return [found.low + timedelta(days=step) for step in range((found.high - found.low).days + 1)]


PARTIAL = st.dates(date(2024, 1, 1), date(2025, 12, 31)).flatmap(
    lambda day: st.sampled_from([day.isoformat(), day.isoformat()[:7]])
)


@settings(max_examples=40)
@given(PARTIAL, PARTIAL, st.integers(0, 14), st.sampled_from(["at_least", "at_most", "above", "below"]))
def test_a_verdict_stands_when_every_completion_agrees(end: str, recurrence: str, months: int, relation: str) -> None:
    interval = CalendarInterval.parse(f"{months} months")
    holds = {
        "at_least": lambda a, b: a <= b, "above": lambda a, b: a < b,
        "at_most": lambda a, b: b <= a, "below": lambda a, b: b < a,
    }[relation]  # fmt: skip
    found = {holds(interval.add_to(a), b) for a, b in product(completions(end), completions(recurrence))}
    expected = "U:imprecise_date" if len(found) == 2 else "T" if found.pop() else "F"
    assert said({**PLATINUM, relation: f"{months} months"}, dated(end, recurrence)) == expected
