"""Completed years from a whole or partial birth date, and from the age collected at consent."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.screening.trial import said, told
from trialwright.dates import add_months

pytestmark = pytest.mark.unvalidated


def person(**cells: str) -> dict[str, list[dict[str, str]]]:
    return {"DM": [{"SEX": "F", "SITEID": "01", **cells}]}


@pytest.mark.parametrize(
    ("birth", "expected"),
    [
        ("2007-03-10", "T"), ("2007-03-11", "F"), ("2007-02", "T"), ("2007-04", "F"), ("2007-03", "U:imprecise_date"),
        ("2006", "T"), ("2008", "F"), ("2007", "U:imprecise_date"),
    ],
)  # fmt: skip
def test_nineteen_years_on_the_birthday(birth: str, expected: str) -> None:
    assert said({"age": {"at_least": 19}}, person(BRTHDTC=birth)) == expected
    opposite = {"T": "F", "F": "T"}.get(expected, expected)
    assert said({"age": {"below": 19}}, person(BRTHDTC=birth)) == opposite


@pytest.mark.parametrize(
    ("bound", "inside", "outside"),
    [
        ({"at_most": 80}, "1945-03-11", "1945-03-10"), ({"above": 18}, "2007-03-10", "2007-03-11"),
        ({"between": [18, 80]}, "2008-03-10", "2008-03-11"), ({"between": [18, 80]}, "1945-03-11", "1945-03-10"),
        ({"at_least": 18, "at_most": 80}, "1945-03-11", "1945-03-10"), ({"equals": 19}, "2007-03-10", "2007-03-11"),
    ],
)  # fmt: skip
def test_bounds_just_inside_and_just_outside(bound: dict[str, int], inside: str, outside: str) -> None:
    assert said({"age": bound}, person(BRTHDTC=inside)) == "T"
    assert said({"age": bound}, person(BRTHDTC=outside)) == "F"


def test_a_leap_day_birthday_comes_with_the_end_of_february() -> None:
    assert said({"age": {"at_least": 18}}, person(BRTHDTC="2008-02-29"), "2026-02-28") == "T"
    assert said({"age": {"at_least": 18}}, person(BRTHDTC="2008-02-29"), "2026-02-27") == "F"


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"BRTHDTC": "2007", "AGE": "19"}, "T"), ({"BRTHDTC": "2007", "AGE": "18"}, "U:imprecise_date"),
        ({"BRTHDTC": "2006", "AGE": "19"}, "T"), ({"AGE": "19"}, "T"), ({"AGE": "17"}, "F"), ({}, "U:missing"),
        ({"AGE": "18"}, "U:imprecise_date"), ({"AGE": "19", "AGEU": "MONTHS"}, "U:missing"),
        ({"BRTHDTC": "2007", "AGE": "40"}, "U:conflict"), ({"BRTHDTC": "2008-01-01", "AGE": "40"}, "F"),
    ],
)  # fmt: skip
def test_the_age_at_consent_narrows_a_partial_birth_date(cells: dict[str, str], expected: str) -> None:
    # consent two months before the moment; a whole birth date needs no help
    assert said({"age": {"at_least": 19}}, person(RFICDTC="2026-01-10", **cells)) == expected


def test_an_age_without_a_day_of_consent_tells_nothing() -> None:
    assert said({"age": {"at_least": 19}}, person(BRTHDTC="2007", AGE="19")) == "U:imprecise_date"
    assert said({"age": {"at_least": 19}}, {}) == "U:missing"


def test_evidence_is_the_subjects_row() -> None:
    assert told({"age": {"at_least": 19}}, person(BRTHDTC="1980"))[2] == ["row/dm.csv:S1"]


@settings(max_examples=60)
@given(st.dates(date(1950, 1, 1), date(2008, 12, 31)), st.integers(0, 400), st.integers(15, 70))
def test_year_and_age_decide_exactly_what_all_possible_births_agree_on(birth: date, later: int, bound: int) -> None:
    consent = date(2026, 1, 10)
    at = consent + timedelta(days=later)

    def years(born: date, day: date) -> int:
        between = day.year - born.year
        return between - (add_months(born, 12 * between) > day)

    age = years(birth, consent)
    year = [date(birth.year, 1, 1) + timedelta(days=step) for step in range(366)]
    possible = [day for day in year if day.year == birth.year and years(day, consent) == age]
    found = {years(day, at) >= bound for day in possible}
    expected = "U:imprecise_date" if len(found) == 2 else "T" if found.pop() else "F"
    cells = {"BRTHDTC": str(birth.year), "AGE": str(age), "AGEU": "YEARS", "RFICDTC": consent.isoformat()}
    assert said({"age": {"at_least": bound}}, person(**cells), at.isoformat()) == expected
