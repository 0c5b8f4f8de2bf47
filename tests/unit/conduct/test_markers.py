"""Marker models in a run: arms do not matter, later samples do not count, too few subjects fit nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from trialwright.conduct.markers import marker_figures
from trialwright.conduct.studies import OpenedStudy, open_study
from trialwright.design.simulate import simulate
from trialwright.endpoints.moments import time_point_dates
from trialwright.model.frames import Frames
from trialwright.model.marker_figures import MarkerFigures

OPENED = open_study("nct07295132")


def with_set(name: str) -> OpenedStudy:
    """The shipped study with another parameter set."""
    markers = [each.model_copy(update={"parameters": name}) if each.model else each for each in OPENED.study.markers]
    return replace(OPENED, study=OPENED.study.model_copy(update={"markers": tuple(markers)}))


DEMO = with_set("demo")


@pytest.fixture(scope="module")
def frames() -> Frames:
    return simulate(OPENED.study, subjects=24, seed=5).frames()


def made(opened: OpenedStudy, frames: Frames) -> MarkerFigures:
    return marker_figures(opened, frames, time_point_dates(opened.study, frames))["kelim"]


@pytest.fixture(autouse=True)
def _own_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRIALWRIGHT_CACHE", str(tmp_path / "kept"))


@pytest.mark.unvalidated
def test_every_subject_has_a_row_with_a_rate_or_a_reason(frames: Frames) -> None:
    found = made(DEMO, frames)
    assert set(found.rows["USUBJID"]) == set(frames["DM"]["USUBJID"])
    estimated = found.rows.filter(pl.col("STATUS") == "ESTIMATED")
    assert estimated.height >= 24
    assert estimated["KELIM_PER_DAY"].null_count() == 0
    assert estimated["P_FAVOURABLE"].is_between(0, 1).all()
    assert found.rows.filter(pl.col("STATUS") != "ESTIMATED")["REASON"].null_count() == 0
    assert found.parameters is not None
    assert (found.parameters.status, found.fitted_subjects) == ("demo", 0)


@pytest.mark.independent("the arms are exchanged")
def test_nothing_depends_on_the_arm(frames: Frames, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    swapped = frames["DM"].with_columns(
        pl.col(name).replace({"SCS": "CHEMO", "CHEMO": "SCS"}) for name in ("ARMCD", "ACTARMCD")
    )
    found = made(DEMO, frames)
    monkeypatch.setenv("TRIALWRIGHT_CACHE", str(tmp_path / "other"))
    assert made(DEMO, frames.replace("DM", swapped)).rows.equals(found.rows)


@pytest.mark.independent("a sample is moved behind the day of allocation")
def test_a_sample_after_allocation_does_not_count(frames: Frames) -> None:
    before = made(DEMO, frames)
    subject = before.used["USUBJID"][0]
    drawn = frames["DS"].filter((pl.col("USUBJID") == subject) & (pl.col("DSDECOD") == "RANDOMIZED"))["DSSTLO"][0]
    last = before.used.filter(pl.col("USUBJID") == subject)["ROWS"][-1]
    here = (pl.col("USUBJID") == subject) & (pl.col("LBSEQ") == int(last.rsplit(":", 1)[1]))
    later = pl.lit(drawn) + pl.duration(days=1)
    moved = frames["LB"].with_columns(
        pl.when(here).then(later).otherwise(pl.col(name)).alias(name) for name in ("LBLO", "LBHI")
    )
    after = made(DEMO, frames.replace("LB", moved))
    count = [each.rows.filter(pl.col("USUBJID") == subject)["N_USED"][0] for each in (before, after)]
    assert count[1] == count[0] - 1
    reason = after.excluded.filter(pl.col("ROW") == last)["REASON"].to_list()
    assert reason == ["after until"]
    others = [each.rows.filter(pl.col("USUBJID") != subject) for each in (before, after)]
    assert others[0].equals(others[1])


@pytest.mark.unvalidated
def test_too_few_subjects_fit_no_set_and_it_says_so(frames: Frames) -> None:
    few = frames.replace("DM", frames["DM"].head(10)).replace(
        "LB", frames["LB"].filter(pl.col("USUBJID").is_in(frames["DM"]["USUBJID"].head(10).implode()))
    )
    found = made(OPENED, few)
    assert "30 are needed" in found.reason
    assert found.rows.width == 0
    assert found.parameters is None


@pytest.mark.unvalidated
def test_what_is_kept_is_what_was_made(frames: Frames) -> None:
    first, second = made(DEMO, frames), made(DEMO, frames)
    assert first.rows.equals(second.rows)
    assert first.used.equals(second.used)
    assert first.pictures is not None
    assert second.pictures is not None
    assert first.pictures.band.equals(second.pictures.band)
    assert first.parameters == second.parameters


@pytest.mark.unvalidated
def test_the_subject_drawn_is_the_least_sure(frames: Frames) -> None:
    found = made(DEMO, frames)
    assert found.pictures is not None
    doubt = found.rows.drop_nulls("P_FAVOURABLE").with_columns(doubt=(pl.col("P_FAVOURABLE") - 0.5).abs())
    assert found.pictures.subject == doubt.sort("doubt", "USUBJID")["USUBJID"][0]
    assert (found.pictures.gain["day"] <= 100).all()
    assert (found.pictures.band["low"] <= found.pictures.band["high"]).all()


@pytest.mark.unvalidated
def test_without_a_sample_there_is_nothing(frames: Frames) -> None:
    assert made(DEMO, frames.replace("LB", frames["LB"].clear())).reason == "there is no sample"
