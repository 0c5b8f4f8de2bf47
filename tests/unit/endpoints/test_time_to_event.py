"""Time to event, situation by situation: the table of censoring rules, its boundaries, its order of evaluation.

Allocation is on 2026-01-01 (day 1), scans fall every six weeks with a week on either side.
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.unit.endpoints.trial import OS, PFS, SIX_WEEKS, changed, derived, folder, ids, named, row, study, told

pytestmark = pytest.mark.independent("days counted by hand from the situations of the censoring table")


def on(offset: int) -> str:
    """The day so many days after allocation."""
    return (date(2026, 1, 1) + timedelta(days=offset)).isoformat()


@pytest.mark.parametrize(
    ("course", "expected"),
    [
        ("", (1, 4, "censor.no-assessment")),
        (f"alive {on(300)}", (1, 4, "censor.no-assessment")),
        (f"NE {on(42)}", (1, 4, "censor.no-assessment")),
        (f"SD {on(0)}", (1, 4, "censor.no-assessment")),
        (f"SD {on(1)}", (2, 1, "censor.last-adequate")),
        (f"died {on(20)}", (21, 0, "death")),
        (f"died {on(0)}", (1, 0, "death")),
        (f"SD {on(42)}; PD {on(84)}", (85, 0, "progression.recorded")),
        (f"SD {on(42)}; PD {on(60)}", (61, 0, "progression.recorded")),
        (f"SD {on(42)}; SD {on(84)}", (85, 1, "censor.last-adequate")),
        (f"SD {on(42)}; NE {on(84)}", (43, 1, "censor.last-adequate")),
        (f"SD {on(42)}; NED {on(84)}", (85, 1, "censor.last-adequate")),
        (f"SD {on(42)}; NON-CR/NON-PD {on(84)}", (85, 1, "censor.last-adequate")),
        (f"SD {on(56)}; stopped {on(90)}; died {on(110)}", (111, 0, "death")),
        (f"SD {on(42)}; therapy {on(60)}; PD {on(84)}", (43, 2, "censor.new-therapy")),
        (f"SD {on(42)}; therapy {on(60)}; died {on(70)}", (43, 2, "censor.new-therapy")),
        (f"SD {on(42)}; therapy {on(60)}", (43, 2, "censor.new-therapy")),
        (f"therapy {on(20)}; SD {on(42)}", (1, 2, "censor.new-therapy")),
        (f"SD {on(42)}; died {on(60)}", (61, 0, "death")),
        (f"SD {on(42)}; died {on(300)}", (43, 3, "censor.missed-assessments")),
        (f"SD {on(42)}; PD {on(300)}", (43, 3, "censor.missed-assessments")),
        (f"died {on(300)}", (1, 3, "censor.missed-assessments")),
        (f"SD {on(42)}; lost {on(60)}", (43, 5, "censor.lost")),
        (f"SD {on(42)}; withdrew FOLLOW-UP {on(60)}", (43, 5, "censor.withdrawal")),
        (f"SD {on(42)}; withdrew DATA {on(60)}; PD {on(84)}", (43, 5, "censor.withdrawal")),
        (f"SD {on(42)}; withdrew TREATMENT {on(60)}; PD {on(84)}", (85, 0, "progression.recorded")),
        (f"SD {on(42)}; withdrew {on(60)}; PD {on(84)}", (85, 0, "progression.recorded")),
    ],
)
def test_each_situation_of_the_table(course: str, expected: tuple[object, object, object]) -> None:
    assert told(f"A: SCS 2026-01-01; {course}".rstrip("; ")) == expected


@pytest.mark.parametrize(
    ("course", "expected"),
    [
        # on one day the event comes before a new therapy, before loss, and a progression before a death
        (f"SD {on(42)}; PD {on(84)}; therapy {on(84)}", (85, 0, "progression.recorded")),
        (f"SD {on(42)}; PD {on(84)}; therapy {on(83)}", (43, 2, "censor.new-therapy")),
        (f"SD {on(42)}; PD {on(84)}; lost {on(84)}", (85, 0, "progression.recorded")),
        (f"SD {on(42)}; PD {on(84)}; lost {on(83)}", (43, 5, "censor.lost")),
        (f"SD {on(42)}; PD {on(84)}; died {on(84)}", (85, 0, "progression.recorded")),
        (f"SD {on(42)}; PD {on(84)}; died {on(83)}", (84, 0, "death")),
        # an assessment on the day the therapy starts still counts
        (f"SD {on(42)}; SD {on(60)}; therapy {on(60)}", (61, 2, "censor.new-therapy")),
        (f"SD {on(42)}; SD {on(61)}; therapy {on(60)}", (43, 2, "censor.new-therapy")),
        # the first stop wins, whatever its kind
        (f"SD {on(42)}; therapy {on(60)}; lost {on(59)}; died {on(70)}", (43, 5, "censor.lost")),
        (f"SD {on(42)}; therapy {on(59)}; lost {on(60)}; died {on(70)}", (43, 2, "censor.new-therapy")),
        # two slots were over (day 133) before the therapy began, or not
        (f"SD {on(42)}; therapy {on(134)}; died {on(300)}", (43, 3, "censor.missed-assessments")),
        (f"SD {on(42)}; therapy {on(133)}; died {on(300)}", (43, 2, "censor.new-therapy")),
        (f"SD {on(42)}; therapy {on(120)}; died {on(300)}", (43, 2, "censor.new-therapy")),
        # worst of the day
        (f"SD {on(42)}; PR {on(84)}; PD {on(84)}", (85, 0, "progression.recorded")),
        (f"SD {on(42)}; NE {on(84)}; SD {on(84)}", (85, 1, "censor.last-adequate")),
    ],
)
def test_what_comes_first_wins(course: str, expected: tuple[object, object, object]) -> None:
    assert told(f"A: SCS 2026-01-01; {course}") == expected


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        # slots at days 126 and 168 with a week around them; the last adequate scan is on day 84
        (210, (85, 3, "censor.missed-assessments")),
        (169, (170, 0, "progression.recorded")),
        (176, (85, 3, "censor.missed-assessments")),
        (175, (176, 0, "progression.recorded")),
    ],
)
def test_the_worked_example_of_missed_assessments(event: int, expected: tuple[object, object, object]) -> None:
    assert told(f"A: SCS 2026-01-01; SD {on(42)}; SD {on(84)}; PD {on(event)}") == expected


@pytest.mark.parametrize(
    ("last", "missed"),
    [(118, True), (119, False), (120, False)],
)
def test_a_window_that_reaches_the_last_assessment_is_not_missed(last: int, missed: bool) -> None:
    """Slot 126 opens on day 119; slot 168 closes on day 175, before the event on day 200."""
    found = told(f"A: SCS 2026-01-01; SD {on(42)}; SD {on(84)}; SD {on(last)}; PD {on(200)}")
    assert found == ((last + 1, 3, "censor.missed-assessments") if missed else (201, 0, "progression.recorded"))


def test_an_unscheduled_assessment_resets_the_count_and_a_not_evaluable_one_does_not() -> None:
    assert told(f"A: SCS 2026-01-01; SD {on(42)}; SD {on(84)}; SD {on(145)}; PD {on(210)}")[1] == 0
    assert told(f"A: SCS 2026-01-01; SD {on(42)}; SD {on(84)}; NE {on(126)}; PD {on(210)}")[1] == 3


@pytest.mark.parametrize(("died", "code"), [(91, 0), (92, 3)])
def test_early_death_without_a_scan_stays_an_event_until_the_second_slot_closes(died: int, code: int) -> None:
    """Slots 42 and 84; the second is over on day 91."""
    assert told(f"A: SCS 2026-01-01; died {on(died)}")[1] == code


def test_slots_are_calendar_dates_from_the_anchor() -> None:
    monthly = study(
        PFS,
        when={"after": "allocation", "first": "1 month", "every": "1 month"},
        window={"before": "3 days", "after": "3 days"},
    )
    # 31 January: slots on 28 February, 31 March, 30 April; the second after the scan of 28 February is over on 3 May
    late = "A: SCS 2026-01-31; SD 2026-02-28; PD {}"
    assert told(late.format("2026-05-03"), monthly)[1] == 0
    assert told(late.format("2026-05-04"), monthly)[1] == 3


def test_slots_may_be_limited_in_number_and_by_a_time_point() -> None:
    course = f"A: SCS 2026-01-01; operated {on(60)}; SD {on(42)}; PD {on(300)}"
    assert told(course, study(PFS, when={**SIX_WEEKS, "times": 2}))[1] == 0
    assert told(course, study(PFS, when={**SIX_WEEKS, "times": 3}))[1] == 3
    assert told(course, study(PFS, when={**SIX_WEEKS, "until": "surgery"}))[1] == 0


def test_the_number_of_missed_assessments_is_the_study_files() -> None:
    course = f"A: SCS 2026-01-01; SD {on(42)}; SD {on(84)}; PD {on(210)}"
    for needed, code in ((1, 3), (2, 3), (3, 0)):
        censor = {"at": "last adequate assessment", "missed_assessments": needed}
        assert told(course, study(changed(PFS, censor=censor)))[1] == code
    assert told(course, study(changed(PFS, censor={"at": "last adequate assessment"})))[1] == 0


def test_a_series_without_visits_cannot_miss_assessments_and_says_so() -> None:
    trial = study(PFS, visits=[])
    result = derived(trial, folder(f"A: SCS 2026-01-01; SD {on(42)}; PD {on(300)}"))
    assert row(result)["CNSR"] == 0
    assert "T16" in ids(result)


def test_new_therapy_may_be_ignored_or_be_an_event() -> None:
    course = f"A: SCS 2026-01-01; SD {on(42)}; therapy {on(60)}; PD {on(84)}"
    ignore = {"at": "last adequate assessment", "new_therapy": {"is": "next_therapy", "then": "ignore"}}
    assert told(course, study(changed(PFS, censor=ignore))) == (85, 0, "progression.recorded")
    event = {"at": "last adequate assessment", "new_therapy": {"is": "next_therapy", "then": "event"}}
    composite = changed(PFS, censor=event, events=["progression", "death", "next_therapy"])
    assert told(course, study(composite)) == (61, 0, "next_therapy")


def test_stopping_treatment_ends_observation_only_with_that_switch() -> None:
    course = f"A: SCS 2026-01-01; SD {on(56)}; stopped {on(90)}; died {on(110)}"
    assert told(course) == (111, 0, "death")
    censor = {"at": "last adequate assessment", "treatment_stop": "censor"}
    assert told(course, study(changed(PFS, censor=censor))) == (57, 6, "censor.treatment-stop")


def test_the_cut_off_ends_everything() -> None:
    frames = folder(f"A: SCS 2026-01-01; SD {on(42)}; SD {on(84)}; PD {on(126)}; died {on(130)}")
    before, same = (
        derived(study(PFS, OS), frames, cutoff=date(2026, 1, 1) + timedelta(days=day)) for day in (125, 126)
    )
    assert (row(before)["AVAL"], row(before)["CNSR"]) == (85, 1)
    assert (row(same)["AVAL"], row(same)["CNSR"]) == (127, 0)
    assert row(before, endpoint="OS", definition="corrected")["CNSR"] == 1


def test_survival_is_censored_on_the_last_day_known_alive() -> None:
    trial = study(OS)
    course = f"A: SCS 2026-01-01; SD {on(42)}; lab {on(200)}; alive {on(150)}"
    result = derived(trial, folder(course))
    found = row(result, endpoint="OS", definition="corrected")
    assert (found["AVAL"], found["CNSR"], found["SRCDOM"], found["RULEID"]) == (201, 1, "LB", "OS.censor.last-alive")
    assert told("A: SCS 2026-01-01", trial, endpoint="OS", definition="corrected") == (1, 4, "censor.no-contact")
    assert told("A: SCS 2026-01-01; alive 2026-01-01", trial, endpoint="OS", definition="corrected") == (
        1,
        1,
        "censor.last-alive",
    )
    lost = f"A: SCS 2026-01-01; alive {on(100)}; lost {on(120)}; alive {on(130)}; died {on(140)}"
    assert told(lost, trial, endpoint="OS", definition="corrected") == (121, 5, "censor.lost")
    assert "T04" in ids(derived(trial, folder(lost)))


def test_both_definitions_of_survival_differ_as_the_study_file_says() -> None:
    trial = study(OS)
    course = f"A: SCS 2026-01-01; SD {on(42)}; PD {on(84)}; died {on(300)}"
    assert told(course, trial, endpoint="OS", definition="record") == (85, 0, "progression.recorded")
    assert told(course, trial, endpoint="OS", definition="corrected") == (301, 0, "death")
    flags = derived(trial, folder(course)).adtte.select("DEFID", "ANL01FL").rows()
    assert flags == [("corrected", "Y"), ("record", None)]


@pytest.mark.parametrize(("offset", "expected"), [(729, (730, 0, "death")), (730, (730, 1, "censor.horizon-event"))])
def test_administrative_censoring_truncates_after_the_last_whole_day(offset: int, expected: object) -> None:
    """24 months are 730.5 days; the origin's day is day 1."""
    course = f"A: SCS 2024-01-01; died {(date(2024, 1, 1) + timedelta(days=offset)).isoformat()}"
    trial = study(changed(OS, use="record"))
    assert told(course, trial, endpoint="OS", definition="record") == expected


def test_a_horizon_of_follow_up_only_truncates_nothing_and_counts_both_ways_can_be_had() -> None:
    horizon = {"of": "24 months", "is": "follow-up only"}
    course = (
        "A: SCS 2024-01-01; died 2026-06-01\nB: SCS 2024-01-01; died 2024-06-01\nC: SCS 2024-01-01; alive 2026-06-01"
    )
    definition = {"events": ["death"], "censor": {"at": "last known alive"}}
    plain = {**definition, "horizon": horizon}
    cut = {**definition, "horizon": {**horizon, "is": "administrative censoring"}}
    result = derived(study(changed(OS, use="cut", definitions={"cut": cut, "plain": plain})), folder(course))
    whole = result.adtte.filter(result.adtte["DEFID"] == "plain")
    short = result.adtte.filter(result.adtte["DEFID"] == "cut")
    assert whole["AVAL"].to_list() == [883, 153, 883]
    assert short["AVAL"].to_list() == [730, 153, 730]
    assert short["RULEID"].to_list() == ["OS.censor.horizon-event", "OS.death", "OS.censor.horizon"]
    # events with and without truncation can be counted from the truncated rows alone
    assert (short["CNSR"] == 0).sum() == 1
    assert (
        ((short["CNSR"] == 0) | short["RULEID"].str.ends_with(".horizon-event")).sum()
        == (whole["CNSR"] == 0).sum()
        == 2
    )


@pytest.mark.parametrize(("start", "last"), [("first enrolment", "2026-12-31"), ("last enrolment", "2027-01-31")])
def test_a_horizon_may_run_from_the_first_or_the_last_enrolment(start: str, last: str) -> None:
    """365.25 days, the day of enrolment being the first."""
    horizon = {"of": "1 year", "from": start, "is": "administrative censoring"}
    definition = {"events": ["death"], "censor": {"at": "last known alive"}, "horizon": horizon}
    trial = study(changed(OS, use="cut", definitions={"cut": definition}))
    result = derived(trial, folder("A: SCS 2026-01-01; alive 2027-03-01\nB: SCS 2026-02-01; alive 2027-03-01"))
    assert {str(day) for day in result.adtte["ADT"]} == {last}


def test_an_event_before_the_origin_is_left_out_and_never_lifted() -> None:
    trial = study(PFS, OS)
    result = derived(trial, folder("A: SCS 2026-01-10; died 2026-01-09\nB: SCS 2026-01-10; died 2026-01-10"))
    found = row(result)
    assert (found["AVAL"], found["CNSR"], found["ANL01FL"], str(found["ADT"])) == (None, None, None, "2026-01-09")
    assert found["RULEID"] == "PFS.before-origin"
    assert row(result, "B")["AVAL"] == 1
    assert ids(result).count("T01") == 3


def test_months_are_30_4375_days() -> None:
    found = row(derived(study(PFS), folder(f"A: SCS 2026-01-01; SD {on(42)}; PD {on(84)}")))
    assert found["AVALM"] == 85 / 30.4375


def test_readers_are_never_mixed() -> None:
    course = f"A: SCS 2026-01-01; SD {on(42)}; independent PD {on(60)}; SD {on(84)}"
    assert told(course) == (85, 1, "censor.last-adequate")


def test_only_members_of_the_set_and_the_arms_get_a_row() -> None:
    frames = folder(f"A: SCS 2026-01-01; SD {on(42)}\nB: CHEMO 2026-01-01; SD {on(42)}\nC: ; lab {on(42)}")
    assert derived(study(PFS), frames).adtte["USUBJID"].to_list() == ["A", "B"]
    assert derived(study(changed(PFS, arms=["CHEMO"])), frames).adtte["USUBJID"].to_list() == ["B"]


def test_a_member_without_the_origin_is_counted_and_not_derived() -> None:
    trial = study(changed(PFS, origin="surgery"))
    result = derived(
        trial, folder(f"A: SCS 2026-01-01; operated {on(10)}; SD {on(42)}\nB: SCS 2026-01-01; SD {on(42)}")
    )
    assert result.adtte.select("USUBJID", "AVAL").rows() == [("A", 33)]
    assert [finding.subject for finding in result.findings if finding.id == "T05"] == ["B"]


def test_competing_events_have_their_own_code() -> None:
    when = {"item": "cause", "equals": "CANCER"}
    other = {"item": "cause", "in": ["OTHER"]}
    css = changed(
        OS, use=None, definitions=None, events=[{"event": "death", "when": when}],
        competing=[{"event": "death", "when": other}], censor={"at": "last known alive"},
    )  # fmt: skip
    text = """
        A: SCS 2026-01-01; died 2026-03-01; cause CANCER 2026-03-01
        B: SCS 2026-01-01; died 2026-03-01; cause OTHER 2026-03-01
        C: SCS 2026-01-01; died 2026-03-01
    """
    result = derived(study(css), folder(text))
    rows = [(found["CNSR"], found["RULEID"], found["AVAL"]) for found in result.adtte.iter_rows(named=True)]
    assert rows == [(0, "OS.death", 60), (9, "OS.competing.death", 60), (1, "OS.censor.last-alive", 59)]
    assert {finding.subject for finding in result.findings if finding.id == "T06"} == {"C"}
    assert named(result, endpoint="OS") == {("event", "dm.csv:A"), ("evidence", "fa.csv:A:1"), ("origin", "ds.csv:A:1")}


def test_duration_of_response_starts_at_the_first_response_of_responders() -> None:
    dor = changed(
        PFS, id="DOR", origin={"first": ["CR", "PR"], "of": "scans"}, censor={"at": "last adequate assessment"}
    )
    frames = folder(f"A: SCS 2026-01-01; SD {on(42)}; PR {on(84)}; PD {on(126)}\nB: SCS 2026-01-01; SD {on(42)}")
    result = derived(study(dor), frames)
    assert result.adtte.select("USUBJID", "AVAL", "CNSR").rows() == [("A", 43, 0)]


@pytest.mark.parametrize(
    ("course", "expected"),
    [
        (f"SD {on(42)}; PD {on(84)}", {("event", "rs.csv:A:2"), ("origin", "ds.csv:A:1")}),
        (f"SD {on(42)}; SD {on(84)}", {("last", "rs.csv:A:2"), ("origin", "ds.csv:A:1")}),
        (
            f"SD {on(42)}; therapy {on(60)}; PD {on(84)}",
            {("last", "rs.csv:A:1"), ("stop", "cm.csv:A:1"), ("origin", "ds.csv:A:1")},
        ),
        (
            f"SD {on(42)}; SD {on(84)}; PD {on(210)}",
            {("last", "rs.csv:A:2"), ("stop", "rs.csv:A:3"), ("origin", "ds.csv:A:1")},
        ),
        (
            f"SD {on(42)}; SD {on(126)}; PD {on(210)}",
            {("event", "rs.csv:A:3"), ("observed", "rs.csv:A:2"), ("origin", "ds.csv:A:1")},
        ),
        (f"SD {on(42)}; lost {on(60)}", {("last", "rs.csv:A:1"), ("stop", "ds.csv:A:1"), ("origin", "ds.csv:A:2")}),
        ("", {("origin", "ds.csv:A:1")}),
    ],
)
def test_the_rows_a_time_rests_on_are_named(course: str, expected: set[tuple[str, str]]) -> None:
    result = derived(study(PFS), folder(f"A: SCS 2026-01-01; {course}".rstrip("; ")))
    assert named(result) == expected
