"""Lesions of several series, read together and each alone."""

from __future__ import annotations

import polars as pl
import pytest

from tests.spec.response_cases import Rows
from tests.unit.assessments.lesion_folders import given, lesion, rows_told
from trialwright.assessments.criterion import criteria
from trialwright.assessments.lesion_rows import study_lesions
from trialwright.assessments.lesion_tables import lesion_tables, roster
from trialwright.assessments.responses import judged
from trialwright.endpoints import time_point_dates
from trialwright.model.schedule import AssessmentSeries
from trialwright.model.study import Study

pytestmark = pytest.mark.independent("each series judged alone")


def _told() -> Rows:
    """A new lesion seen by PET first, then by CT: the second scan settles it, and changes what the kernels read."""
    fresh = lesion("X1", {42: "PRESENT", 84: "PRESENT"}, "NEW", method="PET")
    rows = rows_told(lesion("T1", {0: "50", 42: "30", 84: "35"}), lesion("T2", {0: "20", 42: "18", 84: "30"}), fresh)
    own = [row for row in rows["TR"] if row["TRLNKID"] == "X1"]
    own[0]["TRMETHOD"], own[1]["TRMETHOD"] = "PET/CT SCAN", "CT SCAN"
    return rows


def _with(study: Study, *series: AssessmentSeries) -> Study:
    return study.model_copy(update={"assessments": series})


def test_series_with_the_same_lesions_are_listed_as_each_is_alone() -> None:
    frames, study = given(_told())
    first = study.assessments[0]
    again, treated = (first.model_copy(update={"id": name}) for name in ("again", "treated"))
    treated = treated.model_copy(update={"only": "treated"})
    points = time_point_dates(study, frames)
    whole = study_lesions(_with(study, first, again, treated), frames, points)
    alone = [study_lesions(_with(study, each), frames, points) for each in (first, again, treated)]
    parts = [part for part in alone if part is not None]
    assert whole is not None
    assert whole.height == sum(part.height for part in parts)
    assert whole["ASSESSID"].n_unique() == 2  # no lesion was treated
    key = ["USUBJID", "ASSESSID", "PARAMCD", "TRLNKID", "ADT"]
    assert whole.equals(pl.concat(parts, how="diagonal_relaxed").sort(key, nulls_last=True))


def test_a_series_changes_nothing_in_lesions_that_others_read_too() -> None:
    frames, study = given(_told())
    series, points = study.assessments[0], time_point_dates(study, frames)
    tables = lesion_tables(frames, series, criteria()[series.criteria], roster(frames))
    looks, lesions = tables.look_array.copy(), tables.lesion_array.copy()
    found, _ = judged(study, series, frames, points, read=tables)
    assert (tables.look_array == looks).all()
    assert (tables.lesion_array == lesions).all()
    assert not (found.tables.look_array == looks).all()
    alone, _ = judged(study, series, frames, points)
    assert (found.overall == alone.overall).all()
    assert found.rule.equals(alone.rule)
