"""Dates of which the day or the month is not known: which day is taken, how it is flagged, what it can decide."""

from __future__ import annotations

from datetime import date

import pytest

from tests.unit.endpoints.trial import OS, PFS, derived, folder, ids, named, row, study
from trialwright.endpoints import time_point_dates
from trialwright.model.partial_dates import DATE_RULES

pytestmark = pytest.mark.independent("days worked out by hand from the named rules")


def found(
    text: str, endpoint: str = "PFS", definition: str = "used", *, cutoff: str = "2027-03-31"
) -> tuple[object, ...]:
    result = derived(study(PFS, OS), folder(text), cutoff=date.fromisoformat(cutoff))
    shown = row(result, endpoint=endpoint, definition=definition)
    return str(shown["ADT"]), shown["CNSR"], shown["ADTF"]


@pytest.mark.parametrize(
    ("course", "expected"),
    [
        ("died 2026-03", ("2026-03-01", 0, "D")),
        ("alive 2026-03-10; died 2026-03", ("2026-03-11", 0, "D")),
        ("alive 2026-02-10; died 2026-03", ("2026-03-01", 0, "D")),
        ("alive 2026-03-31; died 2026-03", ("2026-03-31", 0, "D")),
        ("alive 2026-04-02; died 2026-03", ("None", None, None)),
        ("alive 2026-05-04; died 2026", ("None", None, None)),
        ("died 2026", ("None", None, None)),
        ("died 2026-01", ("2026-01-15", 0, "D")),
        ("alive 2026-03; died 2026-03", ("2026-03-02", 0, "D")),
    ],
)
def test_death_is_the_first_possible_day_after_the_last_contact(course: str, expected: tuple[object, ...]) -> None:
    assert found(f"A: SCS 2026-01-15; {course}", "OS", "corrected") == expected


def test_a_death_known_to_the_year_only_is_a_query_and_a_death_without_date_no_event() -> None:
    year = derived(study(OS), folder("A: SCS 2026-01-15; alive 2026-02-01; died 2026"))
    assert "T02" in ids(year)
    assert row(year, endpoint="OS", definition="corrected")["EVNTDESC"] == "Death, of which the day cannot be told"
    assert year.adsl["DTHDT"].to_list() == [None]
    undated = derived(study(OS), folder("A: SCS 2026-01-15; alive 2026-02-01; died"))
    assert "T03" in ids(undated)
    assert row(undated, endpoint="OS", definition="corrected")["CNSR"] == 1


@pytest.mark.parametrize(
    ("course", "expected"),
    [
        ("SD 2026-02-12; PD 2026-03", ("2026-03-01", 0, "D")),
        ("SD 2026-03-12; PD 2026-03", ("2026-03-13", 0, "D")),
        ("NE 2026-03-12; PD 2026-03", ("2026-03-01", 0, "D")),
        ("SD 2026-03-31; PD 2026-03", ("2026-03-31", 0, "D")),
        ("PD 2026-01", ("2026-01-15", 0, "D")),
        ("SD 2026-02-12; SD 2026-03", ("2026-03-31", 1, "D")),
        ("SD 2026-02", ("2026-02-28", 1, "D")),
    ],
)
def test_progression_is_the_first_and_other_assessments_the_last_possible_day(
    course: str, expected: tuple[object, ...]
) -> None:
    assert found(f"A: SCS 2026-01-15; {course}") == expected


def test_an_imputed_assessment_is_not_taken_beyond_the_cut_off() -> None:
    assert found("A: SCS 2026-01-15; SD 2026-02", cutoff="2026-02-20") == ("2026-02-20", 1, "D")


@pytest.mark.parametrize(
    ("ended", "rule"),
    [("therapy 2026-04", "therapy-earliest"), ("lost 2026-04", "contact-earliest"), ("therapy 2026-04-01", "")],
)
def test_an_imputed_end_of_observation_is_told_with_its_rule(ended: str, rule: str) -> None:
    found = derived(study(PFS), folder(f"A: SCS 2026-01-15; SD 2026-02-20; {ended}; PD 2026-04-20")).findings
    assert [each.text.rsplit(" ", 1)[-1] for each in found if each.id == "T17"] == [rule] * bool(rule)


@pytest.mark.parametrize(
    ("course", "code", "day"),
    [
        ("SD 2026-02-20; therapy 2026-03; SD 2026-03-10", 2, "2026-02-20"),
        ("SD 2026-02-20; therapy 2026-03; SD 2026-03-10; dose 2026-03-09", 2, "2026-02-20"),
        ("SD 2026-02-20; therapy 2026-03; SD 2026-03-10; dose 2026-03-10", 2, "2026-03-10"),
        ("SD 2026-02-20; therapy 2026-03; SD 2026-03-10; dose 2026-04-10", 2, "2026-02-20"),
    ],
)
def test_a_new_therapy_starts_on_the_first_possible_day_after_the_last_dose(course: str, code: int, day: str) -> None:
    assert found(f"A: SCS 2026-01-15; {course}")[:2] == (day, code)


def test_the_row_that_bounds_an_imputed_day_is_named_when_it_does() -> None:
    bound = derived(study(OS), folder("A: SCS 2026-01-15; alive 2026-03-10; died 2026-03"))
    assert ("bound", "ss.csv:A:1") in named(bound, endpoint="OS", definition="corrected")
    free = derived(study(OS), folder("A: SCS 2026-01-15; alive 2026-02-10; died 2026-03"))
    assert ("bound", "ss.csv:A:1") not in named(free, endpoint="OS", definition="corrected")
    scan = derived(study(PFS), folder("A: SCS 2026-01-15; SD 2026-03-12; PD 2026-03"))
    assert ("bound", "rs.csv:A:1") in named(scan)
    dose = derived(
        study(PFS), folder("A: SCS 2026-01-15; SD 2026-02-20; therapy 2026-03; dose 2026-03-10; SD 2026-03-10")
    )
    assert ("bound", "ex.csv:A:1") in named(dose)


def test_an_imputed_origin_is_flagged() -> None:
    result = derived(study(PFS), folder("A: SCS 2026-01; SD 2026-02-20"))
    shown = row(result)
    assert (str(shown["STARTDT"]), shown["STARTDTF"], shown["AVAL"]) == ("2026-01-01", "D", 51)
    told = [finding.text for finding in result.findings if finding.id == "T17"]
    assert told == ["day of the origin imputed by the rule point-earliest"]
    points = time_point_dates(study(PFS), folder("A: SCS 2026; lab 2026-01-01"))
    assert points.select("PREC", "ADTF").rows() == [("Y", "M")]
    assert str(points["HI"][0]) == "2026-12-31"


def test_no_time_begins_at_an_origin_known_to_the_year_only() -> None:
    result = derived(study(PFS, OS), folder("A: SCS 2026; SD 2026-02-20\nB: SCS 2026-01; SD 2026-02-20"))
    assert set(result.adtte["USUBJID"]) == {"B"}
    held = [finding for finding in result.findings if finding.id == "T05"]
    assert {finding.subject for finding in held} == {"A"}
    assert "known to the year only" in held[0].text


def test_a_complete_date_is_never_flagged() -> None:
    shown = row(derived(study(PFS), folder("A: SCS 2026-01-15; SD 2026-02-20")))
    assert (shown["STARTDTF"], shown["ADTF"]) == (None, None)


def test_every_rule_has_a_name_a_use_and_a_meaning() -> None:
    for name, rule in DATE_RULES.items():
        assert name == rule.id
        assert rule.holds_for
        assert rule.meaning
