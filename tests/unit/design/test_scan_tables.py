"""Scans as rows: what the criteria of a study measure is written, and the recorded responses are those of the sizes."""

from __future__ import annotations

from functools import cache

import polars as pl
import pytest

from tests.unit.design.studies import ovarian
from trialwright.assessments.criterion import criteria
from trialwright.assessments.recorded import recorded_responses
from trialwright.assessments.responses import overall_rows
from trialwright.conduct.studies import open_study
from trialwright.design.simulate import Simulated, simulate
from trialwright.endpoints.moments import time_point_dates
from trialwright.model.study import Study

pytestmark = pytest.mark.unvalidated

LIVER = "nct06178198"


@cache
def invented(name: str) -> tuple[Study, Simulated]:
    study = open_study(name).study
    return study, simulate(study, subjects=40, seed=4)


def read_as(study: Study, rows: str) -> Study:
    """The study with every series that can be calculated taking its responses from some rows."""
    series = [each.model_copy(update={"settings": {**each.settings, "rows": rows}})
              for each in study.assessments if each.criteria in criteria()]  # fmt: skip
    return study.model_copy(update={"assessments": tuple(series)})


@pytest.mark.parametrize("name", ["nct04562727", "nct05844813", LIVER, "nct06850103"])
def test_recorded_responses_are_those_of_the_lesions(name: str) -> None:
    study, made = invented(name)
    frames = made.frames()
    points = time_point_dates(study, frames)
    ours = overall_rows(read_as(study, "derived"), frames, points).filter(
        (pl.col("PARAMCD") == "OVR") & (pl.col("DTYPE") == "AS ASSESSED") & (pl.col("RULEID") != "response.no-baseline")
    )
    theirs, _ = recorded_responses(read_as(study, "recorded"), frames, points)
    both = ours.join(theirs, on=["USUBJID", "ASSESSID", "ADT"], how="left", suffix="_READ")
    assert ours.height >= 100
    assert both.filter(pl.col("AVALC").ne_missing(pl.col("AVALC_READ"))).is_empty()
    assert theirs.height - ours.height <= theirs.height / 5, "few are without a baseline"


def test_viable_diameters_stand_beside_whole_ones_and_never_exceed_them() -> None:
    _, made = invented(LIVER)
    looks = made.tables["TR"].filter(pl.col("TRLNKID") != "N1")
    key = ["USUBJID", "TRLNKID", "TRDTC"]
    whole, viable = (
        looks.filter(pl.col("TRTESTCD") == test).select(*key, pl.col("TRORRES").cast(pl.Float64), "TRORIG")
        for test in ("LDIAM", "VDIAM")
    )
    both = whole.join(viable, on=key, how="full", coalesce=True, suffix="_VIABLE")
    assert both.null_count().sum_horizontal().item() == 0
    assert (both["TRORRES_VIABLE"] <= both["TRORRES"]).all()
    assert (
        both.filter(pl.col("TRORIG_VIABLE") == "MEASURED")
        .select((pl.col("TRORRES_VIABLE") < pl.col("TRORRES")).any())
        .item()
    )
    gone = both.filter(pl.col("TRORIG_VIABLE") == "ABSENT")
    assert gone.height
    assert (gone["TRORRES_VIABLE"] == 0).all()
    assert (gone["TRORRES"] > 0).all(), "what is left of the lesion is still measured"


def test_every_lesion_says_whether_it_was_treated() -> None:
    _, made = invented(LIVER)
    lesions = made.tables["TU"].group_by("TUORRES", "TUTRT").len().rows()
    assert {row[:2] for row in lesions} == {("TARGET", "TREATED"), ("NEW", "UNTREATED")}


def test_a_study_that_asks_for_neither_gets_neither() -> None:
    made = simulate(ovarian(), subjects=12, seed=4)
    assert "TUTRT" not in made.tables["TU"].columns
    assert made.tables["TR"]["TRTESTCD"].unique().to_list() == ["LDIAM"]
