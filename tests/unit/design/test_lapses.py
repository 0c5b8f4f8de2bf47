"""Lapses: their shares and rates, and that a date known in part never leaves the order of two dates in doubt."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from tests.unit.design.studies import large, small, with_scenario
from trialwright.design.days import NEVER
from trialwright.design.simulate import simulate

pytestmark = pytest.mark.unvalidated

PERFECT = "  perfect:\n    label: x\n    like: base\n    subjects: 60\n    lapses: {}"


@pytest.mark.independent("exponential rates")
def test_loss_and_withdrawal_come_at_their_rates() -> None:
    allocated = large().people.allocated
    watched = (np.minimum(allocated.seen.last, allocated.seen.death) - allocated.days).sum() / 365.25
    for days, rate in ((allocated.seen.lost, 0.02), (allocated.seen.withdrawn, 0.01)):
        events = int((days < NEVER).sum())
        assert events == pytest.approx(rate * watched, abs=5 * np.sqrt(rate * watched))


def test_nothing_is_seen_after_the_end_of_observation() -> None:
    allocated = large().people.allocated
    seen = allocated.seen
    made = allocated.scans.days < NEVER
    assert (allocated.scans.days[made] <= np.broadcast_to(seen.last[:, None], made.shape)[made]).all()
    assert (seen.last < allocated.days + np.ceil(np.minimum(allocated.course.death, NEVER))).all()
    ended = np.minimum(seen.lost, seen.withdrawn)
    assert (seen.death[ended < NEVER] == NEVER).all()
    assert (allocated.next_therapy[allocated.next_therapy < NEVER] <= seen.last[allocated.next_therapy < NEVER]).all()


def share_partial(dates: pl.Series) -> float:
    return float((dates.drop_nulls().str.len_chars() < 10).mean())  # type: ignore[arg-type]  # a share is a number


def test_shares_of_partial_dates_and_missing_values() -> None:
    tables = large().tables
    assert share_partial(tables["DM"]["BRTHDTC"]) == pytest.approx(0.02, abs=0.007)
    assert set(tables["DM"]["BRTHDTC"].str.len_chars().unique()) == {4, 7, 10}
    assert 0 < share_partial(tables["DM"]["DTHDTC"]) < 0.02
    assert 0 < share_partial(tables["CM"]["CMENDTC"]) < 0.03
    assert (tables["LB"]["LBSTAT"] == "NOT DONE").sum() / tables["LB"].height == pytest.approx(0.01, abs=0.003)
    residual = tables["FA"].filter(pl.col("FATESTCD") == "RESIDUAL")
    assert residual["FASTRESC"].null_count() == (residual["FASTAT"] == "NOT DONE").sum() > 0
    assert residual["FASTRESC"].null_count() / residual.height == pytest.approx(0.01, abs=0.01)


def test_without_lapses_nothing_is_missing_or_partial() -> None:
    tables = simulate(with_scenario(PERFECT), scenario="perfect", seed=2).tables
    assert set(tables["DS"]["DSDECOD"]) & {"LOST TO FOLLOW-UP"} == set()
    assert "LBSTAT" not in tables["LB"].columns or tables["LB"]["LBSTAT"].null_count() == tables["LB"].height
    for frame in tables.values():
        for name in (column for column in frame.columns if column.endswith("DTC")):
            assert share_partial(frame[name]) in (0.0, None) or frame[name].null_count() == frame.height, name


def test_partial_dates_leave_the_order_of_dates_certain() -> None:
    frames = large().frames()
    therapy = (
        frames["CM"].filter(pl.col("CMCAT") == "SUBSEQUENT CANCER THERAPY").select("USUBJID", "CMSTLO", "CMSTPREC")
    )
    progression = frames["RS"].filter(pl.col("RSORRES") == "PD").group_by("USUBJID").agg(pl.col("RSLO").max())
    both = therapy.join(progression, on="USUBJID")
    assert (both["CMSTPREC"] == "M").sum() > 0
    assert (both["CMSTLO"] > both["RSLO"]).all()
    deaths = frames["DM"].filter(pl.col("DTHDTC").is_not_null())
    contacts = frames["SS"].filter(pl.col("SSORRES") == "ALIVE").group_by("USUBJID").agg(pl.col("SSHI").max())
    assert (deaths["DTHPREC"] == "M").sum() > 0
    assert (deaths.join(contacts, on="USUBJID").select(pl.col("DTHLO") > pl.col("SSHI")).to_series()).all()


def test_death_is_told_alike_everywhere() -> None:
    tables = small().tables
    died = tables["DM"].filter(pl.col("DTHFL") == "Y").select("USUBJID", DAY="DTHDTC").sort("USUBJID")
    for domain, column, value, day in (
        ("DS", "DSDECOD", "DEATH", "DSSTDTC"),
        ("SS", "SSORRES", "DEAD", "SSDTC"),
        ("FA", "FATESTCD", "DTHCAUSE", "FADTC"),
    ):
        told = tables[domain].filter(pl.col(column) == value).select("USUBJID", DAY=day).sort("USUBJID")
        assert told.equals(died)
    assert died.height > 40
