"""Proportions, worst grades, analysis sets and subject-level rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from tests.unit.endpoints.trial import OS, PFS, R0, SURGCOMP, changed, derived, folder, ids, named, study
from trialwright.endpoints import measures, questions
from trialwright.endpoints.contacts import observe
from trialwright.endpoints.roster import Roster
from trialwright.endpoints.timeline import timeline
from trialwright.errors import NotAllowedError
from trialwright.model.result import Derived

pytestmark = pytest.mark.independent("counts and dates worked out by hand")

OPERATED = "SCS 2026-01-01; operated 2026-02-01"


def rates(text: str, endpoint: dict[str, object] = R0, **keys: str) -> dict[tuple[str, str], tuple[object, object]]:
    result = derived(study(endpoint), folder(text, **keys)).adbin
    return {
        (name, which): (code, why)
        for name, which, code, why in result.select("USUBJID", "DEFID", "AVALC", "REASON").rows()
    }


def test_success_failure_and_unknown_in_both_denominators() -> None:
    text = f"""
        A: {OPERATED}; residual GYN_R0 2026-02-01
        B: {OPERATED}; residual GYN_R1 2026-02-01
        C: {OPERATED}
        D: SCS 2026-01-01
        E: CHEMO 2026-01-01
    """
    assert rates(text) == {
        ("A", "operated"): ("Y", None), ("A", "record"): ("Y", None),
        ("B", "operated"): ("N", None), ("B", "record"): ("N", None),
        ("C", "operated"): ("N", "missing"), ("C", "record"): ("N", "missing"),
        ("D", "record"): ("N", "not_reached"),
    }  # fmt: skip


def test_unknown_may_be_left_out_and_then_stays_unknown() -> None:
    left_out = rates(f"A: {OPERATED}; lab 2026-02-01", changed(R0, unknown="left out"), collected="FA")
    assert left_out["A", "operated"] == ("U", "missing")


@pytest.mark.parametrize(
    ("day", "expected"), [("2026-01-31", "N"), ("2026-02-01", "Y"), ("2026-04-01", "Y"), ("2026-04-02", "N")]
)
def test_rows_count_from_the_operation_for_two_calendar_months(day: str, expected: str) -> None:
    assert rates(f"A: {OPERATED}; residual GYN_R0 {day}")["A", "operated"][0] == expected


def test_a_period_that_has_not_ended_is_judged_at_the_cut_off() -> None:
    frames = folder(f"A: {OPERATED}; residual GYN_R0 2026-02-20")
    asked = questions(study(R0), frames, date(2026, 2, 20))
    assert {str(day) for question in asked for day in question.moments["AT"]} == {"2026-02-20"}


def test_a_predicate_that_was_not_judged_is_unknown() -> None:
    from_nothing = derived(study(R0), folder(f"A: {OPERATED}", collected="FA")).adbin
    assert from_nothing["REASON"].to_list() == ["missing", "missing"]


def test_the_rows_a_rate_rests_on() -> None:
    result = derived(study(R0), folder(f"A: {OPERATED}; residual GYN_R0 2026-02-01"))
    assert named(result, endpoint="R0", definition="record") == {
        ("evidence", "fa.csv:A:1"),
        ("period", "pr.csv:A:1"),
        ("set", "ds.csv:A:1"),
    }


def grades(text: str, *, cutoff: date = date(2027, 3, 31), collected: str = "AE") -> dict[str, tuple[object, ...]]:
    result = derived(study(SURGCOMP), folder(text, collected=collected), cutoff=cutoff).grades
    return {
        found["USUBJID"]: (found["AVALC"], found["N"], found["CCI"], found["RULEID"].split(".")[1])
        for found in result.iter_rows(named=True)
    }


def test_the_worst_grade_the_number_and_the_index() -> None:
    text = f"""
        A: {OPERATED}; complication II 2026-02-03; complication IIIB 2026-02-05
        B: {OPERATED}; complication I 2026-02-03; complication V 2026-02-05; died 2026-02-05
        C: {OPERATED}; alive 2026-06-01
        D: CHEMO 2026-01-01; complication IIIA 2026-02-03
        E: {OPERATED}; complication I 2026-02-03; complication I 2026-02-03; complication II 2026-02-04
    """
    assert grades(text) == {
        "A": ("IIIB", 2, 39.7, "worst"),
        "B": ("V", 2, 100.0, "worst"),
        "C": ("NONE", 0, 0.0, "none-recorded"),
        "E": ("II", 3, 24.2, "worst"),
    }


@pytest.mark.parametrize(
    ("day", "counts"), [("2026-01-31", False), ("2026-02-01", True), ("2026-04-01", True), ("2026-04-02", False)]
)
def test_complications_are_dated_by_their_adverse_event(day: str, counts: bool) -> None:
    assert grades(f"A: {OPERATED}; complication IIIA {day}; alive 2026-06-01")["A"][1] == int(counts)


def test_no_row_is_no_complication_only_where_it_was_looked_for_to_the_end() -> None:
    nothing = f"A: {OPERATED}; alive 2026-06-01"
    assert grades(nothing)["A"] == ("NONE", 0, 0.0, "none-recorded")
    assert grades(nothing, collected="FA")["A"] == (None, None, None, "not-collected")
    assert grades(nothing, cutoff=date(2026, 3, 31))["A"] == (None, None, None, "period-open")
    assert grades(nothing, cutoff=date(2026, 4, 1))["A"] == (None, None, None, "not-followed")
    for last, told in (("2026-03-31", None), ("2026-04-01", "NONE")):
        assert grades(f"A: {OPERATED}; alive {last}", cutoff=date(2026, 4, 1))["A"][0] == told
    assert grades(f"A: {OPERATED}")["A"] == (None, None, None, "not-followed")
    assert grades(f"A: {OPERATED}; died 2026-03-01")["A"][0] == "NONE"
    assert grades(f"A: {OPERATED}; died 2026-09-01")["A"][0] == "NONE"
    assert grades(f"A: {OPERATED}; lost 2026-03-31")["A"] == (None, None, None, "not-followed")
    assert grades(f"A: {OPERATED}; lost 2026-04-01")["A"][0] == "NONE"
    some = f"A: {OPERATED}; complication I 2026-02-03; lost 2026-03-01"
    assert grades(some)["A"][0] == "I"
    assert grades(some, cutoff=date(2026, 2, 20))["A"] == ("I", 1, 8.7, "worst-so-far")


@pytest.mark.parametrize("grade", ["III", "VI", "UNKNOWN", ""])
def test_a_complication_without_a_grade_is_neither_none_nor_the_rest(grade: str) -> None:
    unknown = (None, None, None, "not-graded")
    alone = f"A: {OPERATED}; complication {grade or 'II'} 2026-02-03; alive 2026-06-01"
    beside = f"A: {OPERATED}; complication IIIA 2026-02-03; complication {grade or 'II'} 2026-02-05"
    fatal = f"{beside}; complication V 2026-02-08; died 2026-02-08"

    def told(text: str, seq: int) -> tuple[tuple[object, ...], set[tuple[str, str]], list[str]]:
        frames = folder(text, collected="AE")
        if not grade:
            emptied = pl.when(pl.col("FASEQ") != seq).then("FASTRESC").alias("FASTRESC")
            frames = frames.replace("FA", frames["FA"].with_columns(emptied))
        result = derived(study(SURGCOMP), frames)
        (row,) = result.grades.select("AVALC", "N", "CCI", pl.col("RULEID").str.replace("SURGCOMP.", "")).rows()
        rows = named(result, endpoint="SURGCOMP", definition="used")
        return row, {each for each in rows if each[0] == "complication"}, ids(result)

    assert told(alone, 1)[:2] == (unknown, {("complication", "fa.csv:A:1")})
    assert told(beside, 2)[:2] == (unknown, {("complication", "fa.csv:A:2")})
    assert told(fatal, 2)[0] == ("V", 2, 100.0, "worst")
    assert "T12" in told(alone, 1)[2]


def test_two_complications_without_a_grade_name_neither_row() -> None:
    text = f"A: {OPERATED}; complication III 2026-02-03; complication IV 2026-02-05; complication II 2026-02-06"
    result = derived(study(SURGCOMP), folder(text, collected="AE"))
    assert {role for role, _ in named(result, endpoint="SURGCOMP", definition="used")} == {"period"}
    assert result.grades.select("SRCDOM", "SRCSEQ").rows() == [(None, None)]


def test_a_grade_outside_the_period_leaves_nothing_open() -> None:
    assert grades(f"A: {OPERATED}; complication III 2026-05-03; alive 2026-06-01")["A"][0] == "NONE"


@pytest.mark.parametrize(
    ("told", "rows"),
    [
        ("alive 2026-06-01", {("observed", "ss.csv:A:1")}),
        ("alive 2026-06-01; alive 2026-07-01", set()),
        ("alive 2026-06-01; died 2026-09-01", set()),
        ("alive 2026-03-01", set()),
        ("lost 2026-03-01; alive 2026-06-01", {("stop", "ds.csv:A:1")}),
    ],
)
def test_no_complication_rests_on_the_only_contact_after_the_period(told: str, rows: set[tuple[str, str]]) -> None:
    result = derived(study(SURGCOMP), folder(f"A: {OPERATED}; {told}", collected="AE"))
    assert named(result, endpoint="SURGCOMP", definition="used") == {("period", "pr.csv:A:1"), *rows}


def test_a_grade_v_shows_a_death_and_nobody_alive() -> None:
    text = f"A: {OPERATED}; alive 2026-02-04; complication V 2026-02-05"
    assert "T29" in ids(derived(study(SURGCOMP), folder(text)))
    assert "T29" not in ids(derived(study(SURGCOMP), folder(f"{text}; died 2026-02-05")))
    (row,) = derived(study(OS), folder(text)).adtte.filter(pl.col("DEFID") == "corrected").rows(named=True)
    assert (row["SRCDOM"], str(row["ADT"])) == ("AE", "2026-02-05")


def test_assumptions_and_doubts_about_complications_are_findings() -> None:
    def noticed(text: str) -> list[str]:
        return ids(derived(study(SURGCOMP), folder(text, collected="AE")))

    assert noticed(f"A: {OPERATED}; alive 2026-06-01") == ["T11"]
    assert "T14" in noticed(f"A: {OPERATED}; complication II 2026-02-03; died 2026-02-10")
    assert "T14" not in noticed(f"A: {OPERATED}; complication V 2026-02-03; died 2026-02-10")
    assert "T12" in noticed(f"A: {OPERATED}; complication III 2026-02-03")
    assert "T12" in noticed(f"A: {OPERATED}; complication VI 2026-02-03")
    assert "T13" in noticed(f"A: {OPERATED}; complication II 2026-04")
    assert grades(f"A: {OPERATED}; complication II 2026-04")["A"][0] == "II"


def test_a_complication_linked_to_no_event_leaves_the_grade_open() -> None:
    frames = folder(f"A: {OPERATED}; complication II 2026-02-03; alive 2026-06-01")
    cut = frames.replace("AE", frames["AE"].head(0))
    result = derived(study(SURGCOMP), cut)
    assert result.grades.select("AVALC", "CCI", "RULEID").rows() == [(None, None, "SURGCOMP.not-graded")]
    assert "T13" in ids(result)


def test_the_rows_a_grade_rests_on() -> None:
    text = f"A: {OPERATED}; complication II 2026-02-03; complication IIIB 2026-02-05; complication I 2026-09-01"
    result = derived(study(SURGCOMP), folder(text))
    assert named(result, endpoint="SURGCOMP") == {
        ("complication", "ae.csv:A:1"), ("complication", "ae.csv:A:2"), ("complication", "fa.csv:A:1"),
        ("complication", "fa.csv:A:2"), ("period", "pr.csv:A:1"),
    }  # fmt: skip
    assert result.grades.select("SRCDOM", "SRCSEQ").rows() == [("FA", 2)]


def excluding() -> dict[str, object]:
    criterion = {"id": "E1", "text": "other cause", "excluded_when": {"item": "residual", "equals": "GYN_R1"}}
    return {
        "analysis_sets": [
            {"id": "randomised", "reached": "allocation"},
            {"id": "clean", "reached": "allocation", "exclude": [criterion]},
        ]
    }


def test_an_exclusion_takes_out_and_an_unknown_one_leaves_in_and_is_listed() -> None:
    text = """
        A: SCS 2026-01-01; residual GYN_R0 2026-02-01
        B: SCS 2026-01-01; residual GYN_R1 2026-02-01
        C: SCS 2026-01-01
        D: ; lab 2026-01-01
    """
    trial = study(changed(PFS, set="clean"), **excluding())
    result = derived(trial, folder(text))
    assert result.adsl.select("RANDOMFL", "CLEANFL").rows() == [("Y", "Y"), ("Y", "N"), ("Y", "U"), ("N", "N")]
    assert result.adtte["USUBJID"].to_list() == ["A", "C"]
    assert [finding.subject for finding in result.findings if finding.id == "T07"] == ["C"]


def subject(result: Derived, name: str = "A") -> dict[str, object]:
    return result.adsl.row(by_predicate=pl.col("USUBJID") == name, named=True)


@pytest.mark.parametrize(
    ("course", "status", "day"),
    [
        ("", "ONGOING", "None"),
        ("lost 2026-03-01", "DISCONTINUED", "2026-03-01"),
        ("withdrew DATA 2026-03-01", "DISCONTINUED", "2026-03-01"),
        ("withdrew TREATMENT 2026-03-01", "ONGOING", "None"),
        ("lost 2026-03-01; died 2026-05-01", "DISCONTINUED", "2026-03-01"),
        ("died 2026-02-01; lost 2026-03-01", "DISCONTINUED", "2026-02-01"),
    ],
)
def test_how_observation_ended(course: str, status: str, day: str) -> None:
    found = subject(derived(study(OS), folder(f"A: SCS 2026-01-01; {course}".rstrip("; "))))
    assert (found["EOSSTT"], str(found["EOSDT"])) == (status, day)


@pytest.mark.parametrize(
    ("course", "day"),
    [
        ("alive 2026-03-01; lab 2026-03-02; SD 2026-03-03", "2026-03-03"),
        ("alive 2026-03-01; died 2026-03-10", "2026-03-09"),
        ("alive 2026-03-12; died 2026-03-10", "2026-03-09"),
        ("lab 2026-03-10; died 2026-03-10", "2026-03-10"),
        ("alive 2027-03-31; alive 2027-04-01", "2027-03-31"),
        ("cause CANCER 2026-03-01", "None"),
        ("therapy 2026-03-01", "None"),
    ],
)
def test_last_known_alive(course: str, day: str) -> None:
    assert str(subject(derived(study(OS), folder(f"A: SCS 2026-01-01; {course}")))["LSTALVDT"]) == day


def test_what_was_not_done_shows_nobody_alive() -> None:
    frames = folder("A: SCS 2026-01-01; lab 2026-03-01; alive 2026-02-01")
    undone = frames.replace("LB", frames["LB"].with_columns(LBSTAT=pl.lit("NOT DONE")))
    roster = Roster(undone)
    seen = observe(roster, [], timeline([]), date(2027, 3, 31))
    assert str(subject(derived(study(OS), undone))["LSTALVDT"]) == "2026-02-01"
    assert seen.contacts.size == 1


def test_a_withdrawal_without_scope_is_a_finding() -> None:
    assert "T15" in ids(derived(study(OS), folder("A: SCS 2026-01-01; withdrew 2026-03-01")))


def test_doubts_about_observation_name_the_file_that_was_read() -> None:
    frames = replace(
        folder("A: SCS 2026-01-01; withdrew 2026-03-01; died 2026"), files={"DS": "ds.parquet", "DM": "dm.parquet"}
    )
    told = {finding.id: finding.where for finding in derived(study(OS), frames).findings}
    assert (told["T15"], told["T02"]) == ("ds.parquet", "dm.parquet")


def test_strata_and_cause_of_death_stand_in_the_subject_row() -> None:
    frames = folder("A: SCS 2026-01-01; cause OTHER 2026-05-01; cause CANCER 2026-05-02; died 2026-05-01")
    strata = pl.DataFrame({"USUBJID": ["A"], "SCSEQ": [1], "SCTESTCD": ["STRAT1"], "SCORRES": ["HIGH"]})
    with_strata = frames.replace("SC", pl.concat([frames["SC"], strata], how="diagonal_relaxed"))
    found = subject(derived(study(OS), with_strata))
    assert (found["STRAT1"], found["DTHCAUSE"], str(found["RANDDT"])) == ("HIGH", "CANCER", "2026-01-01")


def test_the_first_of_two_allocations_counts() -> None:
    frames = folder("A: SCS 2026-01-10; SD 2026-03-01")
    again = frames["DS"].with_columns(DSSEQ=pl.lit(9, pl.Int64), DSSTLO=pl.lit(date(2026, 1, 20)))
    result = derived(study(PFS), frames.replace("DS", pl.concat([again, frames["DS"]])))
    assert [str(day) for day in result.adtte["STARTDT"]] == ["2026-01-10"]


def test_what_is_not_computed_is_a_finding_and_what_is_not_allowed_an_error() -> None:
    change = changed(SURGCOMP, id="QOL", measure="change", of="residual")
    result = derived(study(change, changed(SURGCOMP, id="X", measure="listing", of=None)), folder(f"A: {OPERATED}"))
    assert ids(result) == ["T10"]
    for wrong in (changed(PFS, censor={"at": "last score"}), changed(PFS, censor=None)):
        with pytest.raises(NotAllowedError):
            derived(study(wrong), folder(f"A: {OPERATED}"))


def test_nobody_enrolled_gives_empty_frames_of_the_right_shape() -> None:
    result = derived(study(PFS, OS, R0, SURGCOMP), folder("", collected="DM"))
    assert (result.adtte.height, result.adbin.height, result.grades.height, result.sources.height) == (0, 0, 0, 0)
    some = derived(study(PFS, OS, R0, SURGCOMP), folder(f"A: {OPERATED}"))
    for name in ("adsl", "adtte", "adbin", "grades", "sources"):
        assert getattr(result, name).schema == getattr(some, name).schema, name


def test_every_measure_says_what_it_yields() -> None:
    for name, measure in measures().items():
        assert name == measure.id
        assert measure.summary.endswith(".")
        assert measure.unit
        assert measure.certainty in ("verified", "computed", "unverified")


def test_sets_that_begin_alike_keep_a_flag_each() -> None:
    named_sets = [
        {"id": name, "reached": "allocation", "arms": arms}
        for name, arms in (("per_protocol", ["SCS"]), ("per_protocol_two", ["CHEMO"]), ("per_protocol_all", []))
    ]
    trial = study(analysis_sets=[{key: value for key, value in each.items() if value} for each in named_sets])
    assert list(trial.set_flags.values()) == ["PER_PRFL", "PER_P2FL", "PER_P3FL"]
    found = derived(trial, folder("A: SCS 2026-01-01\nB: CHEMO 2026-01-01")).adsl
    assert found.select("PER_PRFL", "PER_P2FL", "PER_P3FL").rows() == [("Y", "N", "Y"), ("N", "Y", "Y")]
