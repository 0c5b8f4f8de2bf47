"""Whole criteria: the two worked subjects, polarity, gates, verdicts and speed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from tests.unit.screening.trial import INVENTED, answered, exclusion, frames, inclusion, moments, node, study
from trialwright.conduct.studies import open_study
from trialwright.errors import DataError, StudyError
from trialwright.exchange import read_folder
from trialwright.model.frames import Frames
from trialwright.model.study import Study
from trialwright.screening import Context, eligibility, judge, judge_criterion, verdict_of

pytestmark = pytest.mark.unvalidated

SUBJECTS = ("OV-01-001", "OV-02-001")
GATES = {"registration": "ENTERED INTO TRIAL", "allocation": "RANDOMIZED"}


@pytest.fixture(scope="module")
def ovarian() -> Study:
    return open_study("nct07295132").study


@pytest.fixture(scope="module")
def two_subjects(repository: Path, ovarian: Study) -> Context:
    data, _ = read_folder(repository / "tests" / "fixtures" / "two_subjects", study=ovarian)
    return Context(ovarian, data, before_series(data))


def before_series(data: Frames) -> pl.DataFrame:
    """Investigator's verdicts, as the series before allocation reads them."""
    verdicts = data["RS"].filter(pl.col("RSTESTCD") == "OVRLRESP")
    return verdicts.select(
        "USUBJID", "RSSEQ", ASSESSID=pl.lit("before"), ADT="RSLO", AVALC="RSORRES", ADEQUATE=pl.lit("Y")
    )


def reached(context: Context, gate: str) -> pl.DataFrame:
    return context.frames["DS"].filter(pl.col("DSDECOD") == GATES[gate]).select("USUBJID", AT="DSSTLO")


def one(context: Context, name: str, gate: str) -> list[tuple[str, list[str]]]:
    found = eligibility(context.study, gate, reached(context, gate), context).filter(pl.col("CRITID") == name)
    return list(found.select("VERDICT", "EVIDENCE").iter_rows())


def without(context: Context, domain: str, keep: pl.Expr) -> Context:
    assert isinstance(context.frames, Frames)
    data = context.frames.replace(domain, context.frames[domain].filter(keep))
    return Context(context.study, data, context.responses)


@pytest.mark.parametrize("gate", GATES)
def test_both_subjects_are_eligible_at_both_gates(two_subjects: Context, gate: str) -> None:
    at = reached(two_subjects, gate)
    found = eligibility(two_subjects.study, gate, at, two_subjects)
    assert set(found["VERDICT"]) == {"MET"}
    assert set(found["REASON"]) == {""}
    verdicts = verdict_of(two_subjects.study, at, found)
    assert list(verdicts.iter_rows()) == [(subject, "ELIGIBLE") for subject in SUBJECTS]


def test_criteria_stand_at_the_gates_the_study_names(two_subjects: Context) -> None:
    listed = {
        gate: eligibility(two_subjects.study, gate, reached(two_subjects, gate), two_subjects)["CRITID"]
        .unique()
        .to_list()
        for gate in GATES
    }
    assert sorted(listed["registration"]) == ["E1", "E11", "E2", "E3", "E4", "E5", "E8", "I1", "I2", "I4", "I6"]
    assert sorted(listed["allocation"]) == ["E10", "E6", "E7", "E8", "E9", "I3", "I5"]
    with pytest.raises(StudyError, match="surgery is not a gate"):
        eligibility(two_subjects.study, "surgery", moments("2026-01-01"), two_subjects)


def test_the_rows_behind_the_worked_verdicts(two_subjects: Context) -> None:
    assert one(two_subjects, "I2", "registration") == [
        ("MET", [f"row/cm.csv:{subject}:1", f"row/mh.csv:{subject}:1"]) for subject in SUBJECTS
    ]
    assert one(two_subjects, "I4", "registration") == [("MET", [f"row/dm.csv:{subject}"]) for subject in SUBJECTS]
    assert one(two_subjects, "I1", "registration")[0] == (
        "MET",
        [f"row/fa.csv:OV-01-001:{number}" for number in (2, 3, 4)],
    )
    assert one(two_subjects, "I3", "allocation") == [("MET", [f"row/rs.csv:{subject}:1"]) for subject in SUBJECTS]
    # the same question at two gates rests on the answer of its own time
    assert next(evidence for _, evidence in one(two_subjects, "E8", "registration")) == ["row/fa.csv:OV-01-001:9"]
    assert next(evidence for _, evidence in one(two_subjects, "E8", "allocation")) == ["row/fa.csv:OV-01-001:10"]
    # no other tumour: known because the history was gone through, and the investigator says it would not matter
    assert one(two_subjects, "E4", "registration")[0] == ("MET", ["row/fa.csv:OV-01-001:7", "row/fa.csv:OV-01-001:8"])


def test_a_missing_fact_is_unknown_and_never_hides_a_violation(two_subjects: Context) -> None:
    at = reached(two_subjects, "registration")
    first = pl.col("USUBJID") == SUBJECTS[0]
    unread = without(two_subjects, "FA", ~(first & (pl.col("FATESTCD") == "HISTOL")))
    found = eligibility(two_subjects.study, "registration", at, unread)
    open_ = found.filter(pl.col("VERDICT") == "UNKNOWN").select("USUBJID", "CRITID", "REASON")
    assert list(open_.iter_rows()) == [(SUBJECTS[0], "I1", "missing"), (SUBJECTS[0], "E2", "missing")]
    assert verdict_of(two_subjects.study, at, found)["VERDICT"].to_list() == ["CANNOT TELL", "ELIGIBLE"]
    assert isinstance(unread.frames, Frames)
    male = unread.frames["DM"].with_columns(SEX=pl.when(first).then(pl.lit("M")).otherwise("SEX"))
    both = Context(two_subjects.study, unread.frames.replace("DM", male), two_subjects.responses)
    found = eligibility(two_subjects.study, "registration", at, both)
    assert verdict_of(two_subjects.study, at, found)["VERDICT"].to_list() == ["NOT ELIGIBLE", "ELIGIBLE"]


def test_removing_an_evidence_row_opens_the_verdict(two_subjects: Context) -> None:
    at = reached(two_subjects, "allocation")
    found = eligibility(two_subjects.study, "allocation", at, two_subjects)
    for name, evidence in found.filter(pl.col("USUBJID") == SUBJECTS[0]).select("CRITID", "EVIDENCE").iter_rows():
        if name in ("I3", "E8"):
            continue  # responses are handed in; the illness was asked about before as well
        for row in evidence:
            _, subject, number = row.split(":")
            mine = (pl.col("USUBJID") == subject) & (pl.col("FASEQ") == int(number))
            again = eligibility(two_subjects.study, "allocation", at, without(two_subjects, "FA", ~mine))
            one_verdict = again.filter((pl.col("CRITID") == name) & (pl.col("USUBJID") == subject))["VERDICT"].item()
            assert one_verdict == "UNKNOWN", (name, row)


def test_an_exclusion_is_negated_once() -> None:
    context = Context(INVENTED, frames({"FA": [answered("HISTOL", "A")]}))
    at = moments("2026-03-10")
    for code, excludes, includes in (("A", "NOT_MET", "MET"), ("B", "MET", "NOT_MET")):
        plain = {"item": "histology", "equals": code}
        assert judge_criterion(exclusion("E1", plain), at, context)["VERDICT"].to_list() == [excludes]
        assert judge_criterion(inclusion("I1", plain), at, context)["VERDICT"].to_list() == [includes]
    open_ = {"item": "size", "above": "1 cm"}
    assert judge_criterion(exclusion("E1", open_), at, context).row(0)[1:3] == ("UNKNOWN", "missing")
    # a criterion that only gives advice neither admits nor excludes
    assert judge_criterion(exclusion("E1", {"note": "advice"}), at, context)["VERDICT"].to_list() == ["MET"]


def test_a_window_of_the_criterion_holds_below() -> None:
    context = Context(INVENTED, frames({"FA": [answered("HISTOL", "A", "2026-01-01")]}))
    plain = {"all": [{"item": "histology", "equals": "A"}]}
    assert judge_criterion(inclusion("I1", plain), moments("2026-03-10"), context)["REASON"].to_list() == [""]
    windowed = inclusion("I1", plain, within="1 month")
    assert judge_criterion(windowed, moments("2026-03-10"), context)["REASON"].to_list() == ["stale"]


def test_a_gate_that_was_not_reached_tells_nothing(two_subjects: Context) -> None:
    at = moments(None, SUBJECTS)
    found = eligibility(two_subjects.study, "registration", at, two_subjects)
    assert set(found["VERDICT"]) == {"UNKNOWN"}
    assert set(found["REASON"]) == {"not_reached"}
    assert found["EVIDENCE"].list.len().sum() == 0
    assert set(verdict_of(two_subjects.study, at, found)["VERDICT"]) == {"CANNOT TELL"}


def test_without_criteria_nobody_is_called_eligible() -> None:
    at = moments("2026-03-10")
    context = Context(INVENTED, frames({}))
    found = eligibility(INVENTED, "entry", at, context)
    assert found.columns == ["USUBJID", "CRITID", "VERDICT", "REASON", "EVIDENCE"]
    assert found.height == 0
    assert verdict_of(INVENTED, at, found)["VERDICT"].to_list() == ["CANNOT TELL"]
    excluding = study(exclusion=[{"id": "E1", "text": "x", "excluded_when": {"sex": "M"}}])
    context = Context(excluding, frames({"DM": [{"SEX": "M"}]}))
    found = eligibility(excluding, "entry", at, context)
    assert verdict_of(excluding, at, found)["VERDICT"].to_list() == ["NOT ELIGIBLE"]


def test_a_subject_may_be_asked_about_at_several_moments() -> None:
    context = Context(
        INVENTED, frames({"FA": [answered("HISTOL", "A", "2026-01-05"), answered("HISTOL", "B", "2026-02-05")]})
    )
    days = [date(2026, 1, 4), date(2026, 1, 5), None, date(2026, 2, 5)]
    at = pl.DataFrame({"USUBJID": ["S1", "S1", "S1", "S1"], "AT": days})
    answer = judge(node({"item": "histology", "equals": "A"}), at, context)
    assert list(answer.select("VERDICT", "REASON", "EVIDENCE").iter_rows()) == [
        ("U", "missing", []), ("T", "", ["row/fa.csv:S1:1"]), ("U", "not_reached", []), ("F", "", ["row/fa.csv:S1:2"]),
    ]  # fmt: skip
    assert answer.columns == ["USUBJID", "VERDICT", "REASON", "EVIDENCE"]


def test_nobody_asked_about_is_an_empty_answer(two_subjects: Context) -> None:
    answer = eligibility(two_subjects.study, "registration", moments("2026-01-01", ()), two_subjects)
    assert answer.height == 0
    with pytest.raises(DataError, match="lack USUBJID or AT"):
        judge(node({"sex": "F"}), pl.DataFrame({"USUBJID": ["S1"]}), two_subjects)


def multiplied(context: Context, times: int) -> Context:
    """The two subjects many times over, under other names."""
    assert isinstance(context.frames, Frames)
    assert context.responses is not None
    names = pl.DataFrame({"NAME": [f"-{number:06d}" for number in range(times)]})

    def grown(frame: pl.DataFrame) -> pl.DataFrame:
        return frame.join(names, how="cross").with_columns(pl.col("USUBJID") + pl.col("NAME")).drop("NAME")

    tables = {domain: grown(frame) for domain, frame in context.frames.tables.items()}
    return Context(context.study, Frames(tables, "simulated"), grown(context.responses))


def test_many_subjects_are_judged_alike(two_subjects: Context) -> None:
    many = multiplied(two_subjects, 1_000)
    at = reached(many, "registration")
    found = eligibility(many.study, "registration", at, many)
    assert set(found["VERDICT"]) == {"MET"}
    assert found.height == 11 * at.height
    alone = eligibility(two_subjects.study, "registration", reached(two_subjects, "registration"), two_subjects)
    rows = dict(zip(zip(found["USUBJID"], found["CRITID"], strict=True), found["EVIDENCE"], strict=True))
    for subject, name, evidence in alone.select("USUBJID", "CRITID", "EVIDENCE").iter_rows():
        expected = [row.replace(subject, f"{subject}-000999") for row in evidence]
        assert list(rows[f"{subject}-000999", name]) == expected
