"""The two subjects worked out by hand: their rows, and what becomes of them when the data are changed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from tests.unit.endpoints.trial import answer, derived, named, row
from trialwright.assessments import recorded_responses
from trialwright.conduct.studies import open_study
from trialwright.endpoints import questions, time_point_dates
from trialwright.exchange.folder import read_folder
from trialwright.model.frames import Frames
from trialwright.model.study import Study
from trialwright.screening.judge import Context, judge

pytestmark = pytest.mark.independent("rows worked out by hand")

CUTOFF = date(2027, 3, 31)


@pytest.fixture(scope="module")
def ovarian() -> Study:
    return open_study("nct07295132").study


@pytest.fixture
def frames(repository: Path) -> Frames:
    return read_folder(repository / "tests" / "fixtures" / "two_subjects")[0]


def without(frames: Frames, domain: str, subject: str, seq: int) -> Frames:
    frame = frames[domain]
    return frames.replace(domain, frame.filter((pl.col("USUBJID") != subject) | (pl.col(f"{domain}SEQ") != seq)))


def test_progression_free_survival(ovarian: Study, frames: Frames) -> None:
    result = derived(ovarian, frames, cutoff=CUTOFF)
    first, second = (row(result, subject) for subject in ("OV-01-001", "OV-02-001"))
    assert (str(first["STARTDT"]), str(first["ADT"]), first["AVAL"], first["CNSR"]) == (
        "2026-03-18",
        "2026-12-14",
        272,
        0,
    )
    assert (str(second["STARTDT"]), str(second["ADT"]), second["AVAL"], second["CNSR"]) == (
        "2026-04-15",
        "2026-10-13",
        182,
        0,
    )
    assert [round(float(str(each["AVALM"])), 3) for each in (first, second)] == [8.936, 5.979]
    assert named(result, "OV-01-001") == {("event", "rs.csv:OV-01-001:4"), ("origin", "ds.csv:OV-01-001:2")}


def test_overall_survival(ovarian: Study, frames: Frames) -> None:
    result = derived(ovarian, frames, cutoff=CUTOFF)
    first, second = (row(result, subject, "OS", "corrected") for subject in ("OV-01-001", "OV-02-001"))
    assert (str(first["ADT"]), first["AVAL"], first["CNSR"], first["SRCDOM"]) == ("2027-01-20", 309, 1, "SS")
    assert (str(second["ADT"]), second["AVAL"], second["CNSR"], second["SRCDOM"]) == ("2027-02-03", 295, 0, "DM")
    letter = row(result, "OV-02-001", "OS", "record")
    assert (letter["AVAL"], letter["CNSR"], letter["ANL01FL"]) == (182, 0, None)


def test_complete_resection(ovarian: Study, frames: Frames) -> None:
    rates = derived(ovarian, frames, cutoff=CUTOFF).adbin
    assert rates.select("USUBJID", "DEFID", "AVALC", "SRCDOM", "SRCSEQ").rows() == [
        ("OV-01-001", "operated", "Y", "FA", 16),
        ("OV-01-001", "record", "Y", "FA", 16),
    ]


def test_without_the_new_lesion_the_last_clear_scan_censors(ovarian: Study, frames: Frames) -> None:
    found = row(derived(ovarian, without(frames, "RS", "OV-01-001", 4), cutoff=CUTOFF), "OV-01-001")
    assert (str(found["ADT"]), found["AVAL"], found["CNSR"]) == ("2026-09-15", 182, 1)


def test_scans_that_could_not_be_evaluated_would_not_be_adequate(ovarian: Study, frames: Frames) -> None:
    """If the removal were not planned, both scans after the operation would be NE and fill no slot."""
    rs = frames["RS"].with_columns(RSORRES=pl.when(pl.col("RSORRES") == "NED").then(pl.lit("NE")).otherwise("RSORRES"))
    found = row(derived(ovarian, frames.replace("RS", rs), cutoff=CUTOFF), "OV-01-001")
    assert (str(found["ADT"]), found["AVAL"], found["CNSR"]) == ("2026-03-18", 1, 3)
    again = frames.replace("RS", rs.filter(pl.col("RSORRES") != "PD"))
    found = row(derived(ovarian, again, cutoff=CUTOFF), "OV-01-001")
    assert (found["AVAL"], found["CNSR"]) == (1, 4)


def test_one_changed_death_date_changes_that_subjects_survival_and_nothing_else(ovarian: Study, frames: Frames) -> None:
    later = date(2027, 2, 10)
    hers = pl.col("USUBJID") == "OV-02-001"
    dm = frames["DM"].with_columns(
        DTHDTC=pl.when(hers).then(pl.lit("2027-02-10")).otherwise("DTHDTC"),
        DTHLO=pl.when(hers).then(pl.lit(later)).otherwise("DTHLO"),
        DTHHI=pl.when(hers).then(pl.lit(later)).otherwise("DTHHI"),
    )
    before, after = (derived(ovarian, each, cutoff=CUTOFF) for each in (frames, frames.replace("DM", dm)))
    assert row(after, "OV-02-001", "OS", "corrected")["AVAL"] == 302
    key = ["USUBJID", "PARAMCD", "DEFID"]
    same = before.adtte.join(after.adtte, on=before.adtte.columns, how="semi", nulls_equal=True).select(key).rows()
    assert len(same) == before.adtte.height - 1
    assert ("OV-02-001", "OS", "corrected") not in same


def test_dates_of_the_time_points(ovarian: Study, frames: Frames) -> None:
    points = time_point_dates(ovarian, frames).filter(pl.col("USUBJID") == "OV-01-001")
    assert points.select("POINT", pl.col("ADT").cast(pl.String), "ROW").rows() == [
        ("registration", "2026-01-06", "row/ds.csv:OV-01-001:1"),
        ("chemotherapy_start", "2026-01-12", "row/ex.csv:OV-01-001:1"),
        ("allocation", "2026-03-18", "row/ds.csv:OV-01-001:2"),
        ("surgery", "2026-04-08", "row/pr.csv:OV-01-001:1"),
    ]


def test_subject_level_rows(ovarian: Study, frames: Frames) -> None:
    pooled, arms = (derived(ovarian, frames, cutoff=CUTOFF, by_arm=flag).adsl for flag in (False, True))
    assert not {"ARMCD", "ARM", "ACTARMCD", "SURGERYDT"} & set(pooled.columns)
    assert arms["ARMCD"].to_list() == ["SCS", "CHEMO"]
    shown = pooled.select("RANDOMFL", "OPERATFL", pl.col("LSTALVDT").cast(pl.String), "EOSSTT", "ALLOCATIONELIG").rows()
    assert shown == [("Y", "Y", "2027-01-20", "ONGOING", None), ("Y", "N", "2027-02-02", "DISCONTINUED", None)]


def test_the_answers_used_here_are_those_of_screening(ovarian: Study, frames: Frames) -> None:
    known = frames.until(CUTOFF)
    responses, _ = recorded_responses(ovarian, known, time_point_dates(ovarian, known))
    ours = answer(ovarian, known, responses, CUTOFF)
    for question in questions(ovarian, known, CUTOFF, responses):
        context = Context(study=ovarian, frames=question.frames, responses=responses)
        theirs = judge(question.node, question.moments, context)
        assert theirs.select("USUBJID", "VERDICT").rows() == ours[question.path].select("USUBJID", "VERDICT").rows()
        assert theirs["EVIDENCE"].to_list() == ours[question.path]["EVIDENCE"].to_list()
