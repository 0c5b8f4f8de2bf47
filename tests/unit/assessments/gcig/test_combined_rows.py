"""Scans and CA-125 together as rows of a series; days are counted from the start of treatment."""

from __future__ import annotations

import json
from datetime import date, timedelta
from importlib.resources import files

import polars as pl
import pytest

from trialwright.assessments import study_responses
from trialwright.conduct.catalogue import catalogue
from trialwright.endpoints import time_point_dates
from trialwright.endpoints.cohort import Cohort
from trialwright.errors import StudyError
from trialwright.model.frames import Frames, frames_from_text
from trialwright.model.study import Study
from trialwright.protocol.load import load

pytestmark = pytest.mark.independent("days and responses worked out by hand")

START = date(2026, 3, 1)
Row = tuple[int | None, str, str | None, int | None]


def study(*, marker: str | None = "fall", removal: bool = False, **settings: object) -> Study:
    series = {
        "id": "both", "criteria": "gcig-2011-combined", "baseline": {"last_before": "start", "within": "28 days"},
        "from": "start", "settings": settings,
    }  # fmt: skip
    if marker is not None:
        series["marker"] = marker
    if removal:
        series["planned_removal"] = {"procedure": "operated", "new_baseline": {"within": "3 months"}}
    fall = {"id": "fall", "item": "ca125", "criteria": "gcig-2011-response", "from": "start", "used_for": ["report"]}
    content = {
        "language": 1,
        "study": {"id": "x", "title": "X", "version": "0.1.0", "registry": {"name": "R", "id": "1"}},
        "items": {
            "ca125": {"is": "number", "analyte": "CA125", "unit": "U/mL", "ask": "CA-125"},
            "began": {"is": "date", "ask": "Start?", "domain": "EX", "column": "EXSTDTC", "take": "first"},
            "operated": {"is": "date", "ask": "Operated?", "domain": "PR", "column": "PRSTDTC", "take": "first"},
        },
        "time_points": {"start": {"item": "began"}},
        "arms": [{"id": "A", "label": "a", "role": "single"}],
        "assessments": [series],
        "markers": [fall],
    }
    return Study.model_validate_json(json.dumps(content))


def day(number: int) -> str:
    return (START + timedelta(days=number)).isoformat()


def pairs(text: str) -> list[tuple[int, str]]:
    return [(int(at), value) for at, value in (part.split() for part in text.split(","))]


def folder(scans: str, samples: str, **more: list[dict[str, str]]) -> Frames:
    """One target by ``day mm`` and CA-125 by ``day value``, upper limit 35; the scans begin with the baseline."""
    lesion = {"USUBJID": "S1", "TREVAL": "INVESTIGATOR", "TRLNKID": "T1", "TRTESTCD": "LDIAM", "TRORRESU": "mm"}
    looks = [
        {
            **lesion,
            "TRSEQ": str(number),
            "TRORRES": mm,
            "TRORIG": "ABSENT" if mm == "0" else "MEASURED",
            "TRDTC": day(at),
        }
        for number, (at, mm) in enumerate(pairs(scans), 1)
    ]
    lab = [
        {"USUBJID": "S1", "LBSEQ": str(number), "LBTESTCD": "CA125", "LBORRES": value, "LBORRESU": "U/mL",
         "LBORNRHI": "35", "LBDTC": day(at)} for number, (at, value) in enumerate(pairs(samples), 1)
    ]  # fmt: skip
    first = {"USUBJID": "S1", "TUSEQ": "1", "TULNKID": "T1", "TUORRES": "TARGET", "TULOC": "LIVER"}
    tables = {
        "DM": [{"USUBJID": "S1", "SITEID": "1", "SEX": "F", "RFICDTC": day(-30)}],
        "EX": [{"USUBJID": "S1", "EXSEQ": "1", "EXTRT": "X", "EXSTDTC": day(0)}],
        "TU": [{**first, "TUEVAL": "INVESTIGATOR", "TUDTC": looks[0]["TRDTC"]}],
        "TR": looks,
        "LB": lab,
        **more,
    }
    return frames_from_text({name: pl.DataFrame(rows) for name, rows in tables.items()}, "entered", study="x")[0]


def rows(frames: Frames, trial: Study | None = None) -> pl.DataFrame:
    asked = trial or study()
    found, _ = study_responses(asked, frames, time_point_dates(asked, frames))
    return found.filter(pl.col("ASSESSID") == "both").with_columns(DAY=(pl.col("ADT") - START).dt.total_days())


def overall(found: pl.DataFrame, kind: str) -> list[Row]:
    own = found.filter((pl.col("PARAMCD") == "OVR") & (pl.col("DTYPE") == kind)).sort("DAY")
    return own.select("DAY", "AVALC", "SRCDOM", "SRCSEQ").rows()


def once(found: pl.DataFrame, *names: str) -> list[tuple[str, int | None]]:
    return [found.filter(pl.col("PARAMCD") == name).select("AVALC", "DAY").row(0) for name in names]


STABLE = "-10 100,42 90,84 90"


def test_a_response_by_ca125_makes_stable_lesions_a_response_from_its_first_sample() -> None:
    found = rows(folder(STABLE, "-5 400,21 190,49 180"))
    # the second sample that confirms it is of day 49, so nobody could know on day 42
    assert overall(found, "AS ASSESSED") == [(42, "SD", "TR", 2), (84, "PR", "LB", 2)]
    assert overall(found, "DERIVED") == [(21, "PR", "LB", 2), (42, "PR", "LB", 2)]
    assert once(found, "BOR", "CBOR", "RSP", "PD") == [("PR", 21), ("PR", 21), ("Y", 21), ("N", None)]


def test_what_was_assessed_does_not_change_with_later_samples() -> None:
    early = rows(folder("-10 100,42 90", "-5 400,21 190"))
    late = rows(folder(STABLE, "-5 400,21 190,49 180,80 400,90 400"))
    assert overall(late, "AS ASSESSED")[:1] == overall(early, "AS ASSESSED")


def test_progression_by_ca125_counts_from_its_first_sample() -> None:
    found = rows(folder("-10 100,42 70,126 70", "-5 400,30 20,120 71,127 80"))
    assert overall(found, "AS ASSESSED") == [(42, "PR", "TR", 2), (126, "PR", "TR", 3)]
    assert overall(found, "DERIVED") == [(120, "PD", "LB", 3), (126, "PD", "LB", 3)]
    assert once(found, "BOR", "PD") == [("PR", 42), ("Y", 120)]


def test_a_response_of_the_scans_overrides_the_marker_only_where_the_study_says_so() -> None:
    frames = folder("-10 100,42 70,126 70", "-5 400,30 20,120 71,127 80")
    assert once(rows(frames, study(response_overrides=True)), "PD") == [("N", None)]
    stable = folder("-10 100,42 90,126 90", "-5 400,30 20,120 71,127 80")
    assert once(rows(stable, study(response_overrides=True)), "PD") == [("Y", 120)]


@pytest.mark.parametrize(("scan", "best", "first"), [(49, ("PD", 49), ("N", None)), (50, ("PR", 21), ("Y", 21))])
def test_a_progression_on_scans_within_28_days_takes_a_response_by_ca125_back(
    scan: int, best: tuple[str, int], first: tuple[str, int | None]
) -> None:
    found = rows(folder(f"-10 100,{scan} 130", "-5 400,21 190,49 180"))
    assert once(found, "BOR", "RSP", "PD") == [best, first, ("Y", scan)]


def test_a_response_by_ca125_after_a_progression_on_scans_never_counts() -> None:
    found = rows(folder("-10 100,20 130,84 90", "-5 400,21 190,49 180"))
    assert once(found, "BOR", "RSP") == [("PD", 20), ("N", None)]


def test_without_an_evaluable_marker_the_scans_decide_and_its_progression_counts_all_the_same() -> None:
    found = rows(folder("-10 100,42 70,126 70", "-5 20,60 70,90 70"))
    assert overall(found, "AS ASSESSED") == [(42, "PR", "TR", 2), (126, "PD", "LB", 2)]
    assert once(found, "PD") == [("Y", 60)]
    assert overall(rows(folder(STABLE, "-5 69,21 30,49 30")), "AS ASSESSED") == [
        (42, "SD", "TR", 2),
        (84, "SD", "TR", 3),
    ]


@pytest.mark.parametrize(
    ("samples", "response"),
    [
        ("-5 400,21 30,49 28", "CR"),  # normal on day 49, seven days from the scan
        ("-5 400,21 190,49 60", "PR"),  # responded and above the limit of 35
        ("-5 400,21 30,57 28", "PR"),  # no sample within 14 days of the scan
        ("-5 400,21 30,56 28", "CR"),
    ],
)
def test_a_complete_response_needs_a_normal_marker(samples: str, response: str) -> None:
    assert overall(rows(folder("-10 100,42 0", samples)), "AS ASSESSED")[0][1] == response


def test_a_marker_that_leaves_the_normal_range_is_no_disease_that_came_back() -> None:
    found = rows(folder("-10 100,42 0,84 0", "-5 400,21 30,45 30,84 36"))
    assert [row[1] for row in overall(found, "AS ASSESSED")] == ["CR", "PR"]
    assert once(found, "BOR", "PD") == [("CR", 42), ("N", None)]


def test_a_response_by_ca125_after_the_planned_removal_is_none_of_the_series() -> None:
    done = [{"USUBJID": "S1", "PRSEQ": "1", "PRCAT": "X", "PROCCUR": "Y", "PRSTDTC": day(50)}]
    frames = folder("-10 100,42 90", "-5 400,60 190,90 100", PR=done)
    assert once(rows(frames, study(removal=True)), "BOR", "RSP") == [("SD", 42), ("N", None)]


def test_the_row_of_a_response_by_ca125_is_no_adequate_assessment() -> None:
    frames = folder("-10 100,42 90", "-5 400,60 190,90 100")
    found, trial = rows(frames), study()
    marked = found.filter((pl.col("PARAMCD") == "OVR") & (pl.col("DAY") == 60))
    assert marked.select("AVALC", "ADEQUATE").rows() == [("PR", "N")]
    cohort = Cohort(trial, frames, found.drop("DAY"), {}, START + timedelta(days=200))
    far = cohort.end
    assert cohort.adequate("both").last(far).day[0] < cohort.assessed("both", ("PR", "SD")).last(far).day[0]


def test_a_series_needs_a_marker_that_is_judged() -> None:
    with pytest.raises(StudyError, match="names no marker"):
        rows(folder(STABLE, "-5 400,21 190"), study(marker=None))


def test_a_study_file_that_names_no_marker_is_refused_where_it_stands() -> None:
    text = files("trialwright.studies").joinpath("nct07295132.yaml").read_text(encoding="utf-8")
    series = "  - {id: both, criteria: gcig-2011-combined, baseline: {last_before: allocation, within: 28 days}}"
    with pytest.raises(StudyError) as refused:
        load(text.replace("\nmarkers:\n", f"\n{series}\n\nmarkers:\n", 1), catalogue())
    assert '"gcig-2011-combined" needs a marker' in str(refused.value)
