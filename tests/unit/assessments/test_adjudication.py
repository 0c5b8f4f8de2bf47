"""Two independent readers of one study: each judged apart, one reading of each subject kept."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, timedelta

import polars as pl
import pytest

from trialwright.assessments.adjudication import Adjudication, adjudicated
from trialwright.assessments.responses import study_responses
from trialwright.errors import StudyError
from trialwright.model.frames import Frames, frames_from_text
from trialwright.model.study import Study

pytestmark = pytest.mark.independent("worked out by hand")

START = date(2026, 1, 1)
DAYS = (-10, 42, 84)
Sums = Mapping[str, Mapping[str, tuple[int, ...]]]
READ: Sums = {
    "P1": {"R1": (40, 20, 20), "R2": (30, 15, 15)},
    "P2": {"R1": (40, 38, 50), "R2": (30, 29, 29)},
    "P3": {"R1": (40, 38, 50), "R2": (30, 29, 29)},
    "P4": {"R1": (40, 38, 38), "R2": (30, 20, 20), "ADJUDICATOR": (33, 20, 26)},
}


def study(evaluator: str = "INDEPENDENT ASSESSOR", **settings: object) -> Study:
    shape = {
        "language": 1,
        "study": {"id": "x", "title": "X", "version": "0.1.0", "registry": {"name": "R", "id": "1"}},
        "items": {"began": {"is": "date", "ask": "Start?", "domain": "DS", "column": "DSSTDTC"}},
        "time_points": {"start": {"item": "began"}},
        "arms": [{"id": "A", "label": "a", "role": "single"}],
        "assessments": [
            {
                "id": "scans",
                "criteria": "recist-1.1",
                "baseline": {"last_before": "start", "within": "28 days"},
                "from": "start",
                "evaluator": evaluator,
                "settings": settings,
            }
        ],
    }
    return Study.model_validate_json(json.dumps(shape))


def points(subjects: list[str]) -> pl.DataFrame:
    return pl.DataFrame({"USUBJID": subjects}).with_columns(
        POINT=pl.lit("start"), ADT=pl.lit(START), LO=pl.lit(START), HI=pl.lit(START)
    )


def folder(read: Sums, accepted: frozenset[tuple[str, str]] = frozenset()) -> Frames:
    tu, tr = [], []
    for subject, readers in read.items():
        for reader, values in readers.items():
            mark = "Y" if (subject, reader) in accepted else None
            who = {"USUBJID": subject, "EVAL": "INDEPENDENT ASSESSOR", "EVALID": reader, "ACPTFL": mark}
            days = [str(START + timedelta(days=number)) for number in DAYS]
            tu.append({**who, "LNKID": "T1", "ORRES": "TARGET", "LOC": "LIVER", "DTC": days[0]})
            tr += [
                {
                    **who,
                    "LNKID": "T1",
                    "TESTCD": "LDIAM",
                    "ORRES": str(mm),
                    "ORRESU": "mm",
                    "ORIG": "MEASURED",
                    "DTC": at,
                }
                for mm, at in zip(values, days, strict=True)
            ]
    tables = {"DM": pl.DataFrame({"USUBJID": sorted(read), "SITEID": ["01"] * len(read), "SEX": ["F"] * len(read)})}
    for domain, rows in (("TU", tu), ("TR", tr)):
        named = [{name if name == "USUBJID" else domain + name: cell for name, cell in row.items()} for row in rows]
        frame = pl.DataFrame(named, infer_schema_length=None).with_columns(pl.all().cast(pl.String))
        tables[domain] = frame.with_columns(
            pl.int_range(1, pl.len() + 1).over("USUBJID").cast(pl.String).alias(f"{domain}SEQ")
        )
    return frames_from_text(tables, "entered")[0]


def read_by(frames: Frames, of: Study | None = None) -> tuple[Adjudication, dict[str, list[str]]]:
    """The adjudication, and the overall responses of each subject by the reading that counts."""
    asked = of or study()
    dates = points(frames["DM"]["USUBJID"].to_list())
    found = adjudicated(asked, frames, dates)
    rows, _ = study_responses(asked, found.frames, dates)
    overall = rows.filter((pl.col("PARAMCD") == "OVR") & (pl.col("ANL01FL") == "Y")).sort("USUBJID", "ADT")
    return found, {who: own["AVALC"].to_list() for (who,), own in overall.group_by("USUBJID", maintain_order=True)}


def test_one_reading_of_each_subject_counts() -> None:
    found, overall = read_by(folder(READ, frozenset({("P2", "R2")})))
    # P1 agreed: the first reader's; P2 accepted: the second's; P3 nobody's; P4 33 to 20 to 26 mm by the adjudicator
    assert overall == {"P1": ["PR", "PR"], "P2": ["SD", "SD"], "P4": ["PR", "PD"]}
    chosen = found.agreements["scans"].subjects
    assert chosen["CHOSEN"].to_list() == ["R1", "R2", None, "ADJUDICATOR"]
    assert [each.subject for each in found.findings] == ["P3"]
    assert found.frames["TR"].filter(pl.col("USUBJID") == "P1")["TREVALID"].unique().to_list() == ["R1"]


def test_each_reader_is_judged_apart() -> None:
    rows = read_by(folder(READ))[0].rows.filter(pl.col("PARAMCD") == "OVR").sort("READER", "USUBJID", "ADT")
    by_reader = {who: own["AVALC"].to_list() for (who,), own in rows.group_by("READER", maintain_order=True)}
    assert by_reader["R1"] == ["PR", "PR", "SD", "PD", "SD", "PD", "SD", "SD"]
    assert by_reader["R2"] == ["PR", "PR", "SD", "SD", "SD", "SD", "PR", "PR"]


def test_lesions_of_two_readers_are_never_put_together() -> None:
    found, overall = read_by(folder({"P1": READ["P1"]}, frozenset({("P1", "R1"), ("P1", "R2")})))
    assert overall == {}
    assert [each.id for each in found.findings] == ["R17"]


def test_recorded_responses_are_taken_visit_by_visit_where_records_of_both_are_accepted() -> None:
    said = [("R1", 42, "SD", "Y"), ("R1", 84, "SD", None), ("R2", 42, "PR", None), ("R2", 84, "PD", "Y")]
    rs = pl.DataFrame(
        [("P1", str(number), "RECIST 1.1", "OVRLRESP", code, "INDEPENDENT ASSESSOR", reader, mark,
          str(START + timedelta(days=at))) for number, (reader, at, code, mark) in enumerate(said, 1)],
        schema=["USUBJID", "RSSEQ", "RSCAT", "RSTESTCD", "RSORRES", "RSEVAL", "RSEVALID", "RSACPTFL", "RSDTC"],
        orient="row",
    )  # fmt: skip
    dm = pl.DataFrame({"USUBJID": ["P1"], "SITEID": ["01"], "SEX": ["F"]})
    found, overall = read_by(frames_from_text({"DM": dm, "RS": rs}, "entered")[0], study(rows="recorded"))
    assert overall == {"P1": ["SD", "PD"]}
    assert found.agreements["scans"].subjects["CHOSEN"].to_list() == ["visit by visit"]
    assert not found.findings


def test_the_investigators_reading_is_left_as_it_is() -> None:
    frames = folder(READ)
    assert adjudicated(study("INVESTIGATOR"), frames, points(["P1"])).frames is frames


def test_one_independent_reader_needs_no_adjudication() -> None:
    frames = folder({"P1": {"R1": (40, 20, 20)}})
    assert adjudicated(study(), frames, points(["P1"])).frames is frames


def test_which_of_three_readers_are_the_two_is_a_setting() -> None:
    three = folder({"P1": {"R1": (40, 38, 50), "R2": (30, 20, 20), "R3": (33, 20, 26)}})
    with pytest.raises(StudyError, match="R1, R2, R3"):
        read_by(three)
    found, overall = read_by(three, study(readers=["R1", "R2"], adjudicator="R3"))
    assert overall == {"P1": ["PR", "PD"]}
    assert found.agreements["scans"].subjects["BY"].to_list() == ["adjudicator"]


def test_a_reading_that_names_no_reader_is_told_and_left_out() -> None:
    frames = folder(READ)
    nameless = frames["TR"].with_columns(
        TREVALID=pl.when(pl.col("TRSEQ") > 1).then("TREVALID")
    )  # fmt: skip
    tables = {**frames.tables, "TR": nameless}
    found = adjudicated(study(), Frames(tables, "entered"), points(sorted(READ)))
    assert "R18" in [each.id for each in found.findings]
