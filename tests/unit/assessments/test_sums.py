"""Sums of the targets as rows."""

from __future__ import annotations

import pytest

from tests.unit.assessments.lesion_folders import given, lesion, rows_told
from trialwright.assessments.responses import judged
from trialwright.assessments.sums import sum_rows
from trialwright.endpoints import time_point_dates

pytestmark = pytest.mark.independent("summed by hand")


def test_sums_with_what_they_were_judged_against() -> None:
    rows = rows_told(
        lesion("T1", {0: "50", 42: "30", 84: "35", 126: "NE"}),
        lesion("T2", {0: "20", 42: "18.5", 84: "19", 126: "20"}, nodal=True),
        lesion("N1", {0: "PRESENT", 42: "PRESENT", 84: "PRESENT", 126: "PRESENT"}, "NON-TARGET"),
    )
    frames, study = given(rows)
    series = study.assessments[0]
    found = sum_rows(judged(study, series, frames, time_point_dates(study, frames))[0], study.id, series.id)
    columns = ["AVAL", "ABLFL", "BASE", "NADIR", "CHG", "CHGNAD", "COMPLETE"]
    assert found.select(columns).rows() == [
        (700, "Y", 700, None, 0, None, "Y"),
        (485, None, 700, 700, -215, -215, "Y"),
        (540, None, 700, 485, -160, 55, "Y"),
        (None, None, 700, 485, None, None, "N"),
    ]
    assert found["AVALMM"].to_list()[:2] == [70.0, 48.5]
    assert found["PCHGNAD"][2] == pytest.approx(100 * 55 / 485)


@pytest.mark.parametrize(("second", "base"), [("NOT EVALUABLE", 700), ("TOO SMALL", 250)])
def test_the_baseline_is_the_one_that_responses_are_judged_against(second: str, base: int) -> None:
    """A later look of the same day that shows nothing takes nothing away; a lesion too small to measure is 5 mm."""
    rows = rows_told(lesion("T1", {0: "50", 42: "30"}), lesion("T2", {0: "20", 42: "20"}))
    again = {**rows["TR"][0], "TRSEQ": "9", "TRORRES": "", "TRORRESU": "", "TRORIG": second}
    rows["TR"].append(again)
    frames, study = given(rows)
    series = study.assessments[0]
    found = sum_rows(judged(study, series, frames, time_point_dates(study, frames))[0], study.id, series.id)
    assert found.select("AVAL", "BASE").rows()[0] == (base, base)
    assert found["BASE"].unique().to_list() == [base]
