"""Censoring rule sets: by name, with keys beside them, in place of the study file's, and what they cannot apply."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest

from tests.unit.endpoints.trial import PFS, changed, derived, folder, ids, named, row, study, told
from trialwright.endpoints import derive, time_point_dates
from trialwright.endpoints.rules import CATALOGUE, known_set, rule_sets
from trialwright.errors import InputError
from trialwright.model.study import Study

pytestmark = pytest.mark.unvalidated

CUTOFF = date(2027, 3, 31)


def on(day: int) -> str:
    return (date(2026, 1, 1) + timedelta(days=day)).isoformat()


def by(name: str, **keys: object) -> Study:
    return study(changed(PFS, censor={"at": "last adequate assessment", "rules": name, **keys}))


COURSES = {
    "therapy first": f"SD {on(42)}; SD {on(84)}; therapy {on(100)}; PD {on(126)}",
    "two missed": f"SD {on(42)}; SD {on(84)}; PD {on(210)}",
    "between visits": f"SD {on(42)}; SD {on(84)}; PD {on(100)}",
    "inside a window": f"SD {on(42)}; SD {on(84)}; PD {on(122)}",
    "nothing happened": f"SD {on(42)}; SD {on(84)}",
}


@pytest.mark.parametrize(
    ("name", "course", "expected"),
    [
        ("FDA_A", "therapy first", (85, 2, "censor.new-therapy")),
        ("FDA_C", "therapy first", (85, 2, "censor.new-therapy")),
        ("EMA_ITT", "therapy first", (127, 0, "progression.recorded")),
        ("FDA_A", "two missed", (85, 3, "censor.missed-assessments")),
        ("FDA_C", "two missed", (211, 0, "progression.next-visit")),
        ("EMA_ITT", "two missed", (211, 0, "progression.recorded")),
        ("FDA_A", "between visits", (101, 0, "progression.recorded")),
        ("FDA_C", "between visits", (127, 0, "progression.next-visit")),
        ("FDA_C", "inside a window", (123, 0, "progression.next-visit")),
        ("FDA_A", "nothing happened", (85, 1, "censor.last-adequate")),
        ("FDA_C", "nothing happened", (85, 1, "censor.last-adequate")),
        ("EMA_ITT", "nothing happened", (85, 1, "censor.last-adequate")),
    ],
)
def test_a_named_set_decides(name: str, course: str, expected: tuple[object, object, object]) -> None:
    assert told(f"A: SCS 2026-01-01; {COURSES[course]}", by(name)) == expected


def test_the_next_visit_lies_neither_after_a_death_nor_after_the_cutoff() -> None:
    died = f"A: SCS 2026-01-01; {COURSES['between visits']}; died {on(110)}"
    assert told(died, by("FDA_C")) == (111, 0, "progression.next-visit")
    known = derived(by("FDA_C"), folder(f"A: SCS 2026-01-01; {COURSES['between visits']}"), cutoff=date(2026, 4, 20))
    assert row(known)["ADT"] == date(2026, 4, 20)


def test_keys_stated_beside_a_set_hold_over_it() -> None:
    line = f"A: SCS 2026-01-01; {COURSES['two missed']}"
    assert told(line, by("FDA_A", missed_assessments=3))[1] == 0
    assert told(line, by("EMA_ITT", missed_assessments=2))[1] == 3
    therapy = f"A: SCS 2026-01-01; {COURSES['therapy first']}"
    assert told(therapy, by("FDA_A", new_therapy={"is": "next_therapy", "then": "ignore"}))[1] == 0
    assert told(f"A: SCS 2026-01-01; {COURSES['between visits']}", by("FDA_C", progression_on="evidence"))[0] == 101


def test_a_set_asked_for_holds_over_everything_but_where_the_clock_stops() -> None:
    trial = study(PFS)
    frames = folder(f"A: SCS 2026-01-01; {COURSES['therapy first']}").until(CUTOFF)
    from_rows = derived(trial, frames).adrs
    found = derive(trial, frames, from_rows, {}, cutoff=CUTOFF, by_arm=True, censoring="EMA_ITT")
    assert (row(found)["AVAL"], row(found)["CNSR"]) == (127, 0)
    assert time_point_dates(trial, frames).height == 1


def test_the_item_of_a_new_therapy_is_found_where_no_definition_names_it() -> None:
    assert told(f"A: SCS 2026-01-01; {COURSES['therapy first']}", by("FDA_A"))[1] == 2


def test_what_a_set_asks_for_and_the_study_does_not_have_is_a_finding() -> None:
    assert "T20" in ids(derived(by("FDA_C"), folder(f"A: SCS 2026-01-01; SD {on(42)}")))
    assert "T20" not in ids(derived(by("FDA_A"), folder(f"A: SCS 2026-01-01; SD {on(42)}")))


@pytest.mark.parametrize(
    ("name", "later", "expected"),
    [
        ("FDA_C", "", (91, 0, "progression.clinical")),
        ("FDA_C", f"; PD {on(126)}", (127, 0, "progression.next-visit")),
        ("FDA_C", f"; died {on(120)}", (91, 0, "progression.clinical")),
        ("FDA_A", "", (85, 1, "censor.last-adequate")),
        ("EMA_ITT", "", (85, 1, "censor.last-adequate")),
    ],
)
def test_a_progression_no_scan_documents_counts_only_where_nothing_is_documented_later(
    name: str, later: str, expected: tuple[object, object, object]
) -> None:
    """The day of the operation stands in for the day it was claimed."""
    line = f"A: SCS 2026-01-01; SD {on(42)}; SD {on(84)}; operated {on(90)}{later}"
    assert told(line, by(name, clinical_progression="operated_on")) == expected


def test_a_clinical_progression_stated_without_a_set_counts() -> None:
    censor = {"at": "last adequate assessment", "clinical_progression": "operated_on"}
    trial = study(changed(PFS, censor=censor))
    found = derived(trial, folder(f"A: SCS 2026-01-01; SD {on(42)}; operated {on(60)}"))
    assert row(found)["EVNTDESC"] == "Progression that no scan documents"
    assert ("event", "pr.csv:A:1") in named(found)


@pytest.mark.parametrize(("day", "code"), [(182, 0), (183, 3)])
def test_missed_assessments_may_be_told_by_the_time_that_went_by(day: int, code: int) -> None:
    """Twice six weeks and both sides of the window after day 84: day 182 is the last that is not too late."""
    censor = {"at": "last adequate assessment", "missed_assessments": 2, "missed_by": "elapsed"}
    line = f"A: SCS 2026-01-01; SD {on(42)}; SD {on(84)}; PD {on(day)}"
    assert told(line, study(changed(PFS, censor=censor)))[1] == code


def test_the_two_ways_differ_after_an_assessment_off_schedule() -> None:
    line = f"A: SCS 2026-01-01; SD {on(42)}; SD {on(84)}; SD {on(118)}; PD {on(190)}"
    by_slots = {"at": "last adequate assessment", "missed_assessments": 2}
    assert told(line, study(changed(PFS, censor=by_slots)))[1] == 3
    assert told(line, study(changed(PFS, censor={**by_slots, "missed_by": "elapsed"})))[1] == 0


def test_a_treated_zone_is_followed_to_its_last_scan() -> None:
    zone = changed(PFS, events=["progression"], competing=["death"], censor={"at": "last scan of the zone"})
    found = row(derived(study(zone), folder(f"A: SCS 2026-01-01; NED {on(42)}; NED {on(84)}; alive {on(200)}")))
    assert (found["AVAL"], found["RULEID"], found["CNSDTDSC"]) == (
        85,
        "PFS.censor.last-zone-scan",
        "Last scan of the zone",
    )
    died = told(f"A: SCS 2026-01-01; NED {on(42)}; died {on(60)}", study(zone))
    assert died == (61, 9, "competing.death")


def test_an_unknown_set_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InputError, match="FDA_B") as refused:
        known_set("FDA_B")
    assert "EMA_ITT, FDA_A, FDA_C" in str(refused.value)


def test_every_set_says_every_situation_and_how_sure_it_is() -> None:
    assert [spec.id for spec in CATALOGUE] == list(rule_sets())
    for name, chosen in rule_sets().items():
        assert chosen.id == name
        assert len({cell.situation for cell in chosen.cells}) == len(chosen.cells) >= 9
        assert all(cell.consequence for cell in chosen.cells)
        assert chosen.certainty == "unverified"
        assert chosen.reference


def test_the_cause_of_a_death_may_be_learnt_after_it() -> None:
    when = {"item": "cause", "equals": "CANCER"}
    css = changed(
        PFS, id="CSS", events=[{"event": "death", "when": when}], assessment=None, censor={"at": "last known alive"}
    )
    lines = "A: SCS 2026-01-01; died 2026-03-01; cause CANCER 2026-05-01\nB: SCS 2026-01-01; died 2026-03-01"
    found = derived(study(css), folder(lines))
    assert dict(found.adtte.select("USUBJID", "CNSR").iter_rows()) == {"A": 0, "B": 1}
    assert [finding.subject for finding in found.findings if finding.id == "T06"] == ["B"]
    assert found.adtte.filter(pl.col("USUBJID") == "A")["AVAL"].to_list() == [60]
