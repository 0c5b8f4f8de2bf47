"""Recorded verdicts made into response rows."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from tests.unit.endpoints.trial import PFS, folder, study
from trialwright.assessments import recorded_responses
from trialwright.assessments.recorded import RESPONSE_CODES
from trialwright.endpoints import time_point_dates
from trialwright.model.finding import Finding
from trialwright.model.frames import Frames
from trialwright.model.study import Study

pytestmark = pytest.mark.independent("rows worked out by hand from the rules")


def series(name: str, **keys: object) -> dict[str, object]:
    return {
        "id": name,
        "criteria": "recist-1.1",
        "baseline": {"last_before": "allocation", "within": "28 days"},
        "settings": {"rows": "recorded"},
        **keys,
    }


def made(frames: Frames, trial: Study | None = None) -> tuple[pl.DataFrame, list[Finding]]:
    trial = trial or study(PFS)
    return recorded_responses(trial, frames, time_point_dates(trial, frames))


def shown(text: str, trial: Study | None = None) -> list[tuple[object, ...]]:
    rows, _ = made(folder(text), trial)
    return rows.select("ASSESSID", pl.col("ADT").cast(pl.String), "AVALC").rows()


def test_a_row_says_what_was_judged_when_and_where_it_stands() -> None:
    rows, findings = made(folder("A: SCS 2026-01-01; SD 2026-02-12; NE 2026-03-26; PD 2026-05"))
    assert rows.drop("STUDYID", "USUBJID", "ADT").rows() == [
        ("scans", "OVR", "SD", 3, "Y", "Y", "AS ASSESSED", "response.recorded", "RS", 1, None),
        ("scans", "OVR", "NE", 6, "N", "Y", "AS ASSESSED", "response.recorded", "RS", 2, None),
        ("scans", "OVR", "PD", 5, "Y", "Y", "AS ASSESSED", "response.recorded", "RS", 3, "D"),
    ]
    assert findings == []


def test_numbers_of_the_responses() -> None:
    assert dict(RESPONSE_CODES) == {"CR": 1, "PR": 2, "SD": 3, "NON-CR/NON-PD": 4, "PD": 5, "NE": 6, "NED": 0}


def test_both_bounds_of_a_series_are_inside_and_series_may_share_a_day() -> None:
    before, after = series("before", until="allocation"), series("after", **{"from": "allocation"})
    trial = study(assessments=[before, after])
    text = "A: SCS 2026-02-01; PR 2026-01-31; SD 2026-02-01; PD 2026-02-02"
    assert shown(text, trial) == [
        ("after", "2026-02-01", "SD"),
        ("after", "2026-02-02", "PD"),
        ("before", "2026-01-31", "PR"),
        ("before", "2026-02-01", "SD"),
    ]


def test_without_the_time_point_a_series_has_no_beginning_but_needs_no_end() -> None:
    trial = study(assessments=[series("before", until="surgery"), series("after", **{"from": "surgery"})])
    assert shown("A: SCS 2026-02-01; SD 2026-03-01", trial) == [("before", "2026-03-01", "SD")]


@pytest.mark.parametrize(
    ("codes", "worst"),
    [
        (("PD", "CR"), "PD"), (("NON-CR/NON-PD", "SD"), "NON-CR/NON-PD"), (("SD", "PR"), "SD"), (("PR", "CR"), "PR"),
        (("CR", "NED"), "CR"), (("NED", "NE"), "NED"), (("NE", "CR"), "CR"),
    ],
)  # fmt: skip
def test_the_worst_of_a_day_counts_and_two_verdicts_are_a_finding(codes: tuple[str, str], worst: str) -> None:
    for first, second in (codes, codes[::-1]):
        rows, findings = made(folder(f"A: SCS 2026-01-01; {first} 2026-02-12; {second} 2026-02-12"))
        assert rows["AVALC"].to_list() == [worst]
        assert [finding.id for finding in findings] == ["T08"]


def test_the_same_verdict_twice_keeps_the_lower_number_and_is_no_finding() -> None:
    rows, findings = made(folder("A: SCS 2026-01-01; SD 2026-02-12; SD 2026-02-12"))
    assert rows["SRCSEQ"].to_list() == [1]
    assert findings == []


def test_other_readers_other_criteria_and_other_tests_are_not_read() -> None:
    frames = folder("A: SCS 2026-01-01; SD 2026-02-12; independent PD 2026-02-12; PD 2026-03-26; PD 2026-05-07")
    rs = frames["RS"].with_columns(
        RSCAT=pl.when(pl.col("RSSEQ") == 3).then(pl.lit("MRECIST")).otherwise("RSCAT"),
        RSTESTCD=pl.when(pl.col("RSSEQ") == 4).then(pl.lit("TRGRESP")).otherwise("RSTESTCD"),
    )
    rows, _ = made(frames.replace("RS", rs))
    assert rows["AVALC"].to_list() == ["SD"]
    independent = study(assessments=[series("scans", evaluator="INDEPENDENT ASSESSOR")])
    rows, _ = made(frames, independent)
    assert rows["AVALC"].to_list() == ["PD"]


def test_of_several_independent_readers_the_accepted_records_count() -> None:
    frames = folder("A: SCS 2026-01-01; independent SD 2026-02-12; independent PD 2026-03-26")
    independent = study(assessments=[series("scans", evaluator="INDEPENDENT ASSESSOR")])
    for flags, codes in ((["Y", None], ["SD"]), ([None, None], ["SD", "PD"])):
        flagged = frames["RS"].with_columns(RSACPTFL=pl.Series(flags, dtype=pl.String))
        rows, _ = made(frames.replace("RS", flagged), independent)
        assert rows["AVALC"].to_list() == codes


def test_a_verdict_outside_the_list_is_not_used_and_is_a_finding() -> None:
    rows, findings = made(folder("A: SCS 2026-01-01; BETTER 2026-02-12; SD 2026-03-26"))
    assert rows["AVALC"].to_list() == ["SD"]
    assert [(finding.id, finding.where, finding.subject) for finding in findings] == [("T09", "rs.csv:2", "A")]


def test_findings_name_the_file_that_was_read() -> None:
    text = "A: SCS 2026-01-01; BETTER 2026-02-12; SD 2026-03-26; PD 2026-03-26"
    _, findings = made(replace(folder(text), files={"RS": "rs.parquet"}))
    assert [finding.where for finding in findings] == ["rs.parquet:2", "rs.parquet:3"]


def test_a_series_that_is_derived_from_lesions_takes_no_recorded_verdict() -> None:
    trial = study(assessments=[{**series("scans"), "settings": {}}])
    assert made(folder("A: SCS 2026-01-01; SD 2026-02-12"), trial)[0].height == 0


def test_a_study_without_series_has_no_responses() -> None:
    rows, _ = made(folder("A: SCS 2026-01-01; SD 2026-02-12"), study(assessments=[], visits=[]))
    full, _ = made(folder("A: SCS 2026-01-01; SD 2026-02-12"))
    assert rows.height == 0
    assert rows.schema == full.schema
