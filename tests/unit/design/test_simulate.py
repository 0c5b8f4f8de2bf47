"""The whole path: what the tables hold, that they are sound, and that the same seed makes the same trial."""

from __future__ import annotations

import hashlib
import os
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from tests.studies import loaded
from tests.unit.design.studies import large, ovarian, small
from trialwright.design.simulate import Simulated, simulate
from trialwright.errors import StudyError
from trialwright.exchange.integrity import check
from trialwright.model.frames import frames_from_text
from trialwright.model.tables import TABLES

pytestmark = pytest.mark.unvalidated


def fingerprint(simulated: Simulated) -> str:
    text = "".join(frame.write_csv() for frame in (*simulated.tables.values(), simulated.truth))
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("scenario", ["base", "no_effect"])
def test_the_tables_are_sound(seed: int, scenario: str) -> None:
    simulated = simulate(ovarian(), scenario=scenario, seed=seed)
    assert [finding for finding in check(ovarian(), simulated.frames()) if finding.severity in "EW"] == []


@pytest.mark.slow
def test_a_large_trial_is_sound() -> None:
    findings = check(ovarian(), large().frames())
    assert [finding for finding in findings if finding.severity in "EW"] == []


@pytest.mark.independent("the reader of data folders")
@pytest.mark.parametrize("seed", [3, 4])
def test_typed_tables_are_what_their_text_would_be_read_as(seed: int) -> None:
    simulated = simulate(ovarian(), seed=seed)
    frames = simulated.frames()
    read, findings = frames_from_text(simulated.tables, "simulated", cutoff=simulated.cutoff, study=simulated.study)
    assert findings == []
    assert list(frames.tables) == list(read.tables)
    for domain in read.tables:
        assert_frame_equal(frames[domain], read[domain])
    assert (frames.origin, frames.cutoff, frames.study) == (read.origin, read.cutoff, read.study)


def test_exactly_as_many_are_allocated_as_asked() -> None:
    for count in (1, 7, 160):
        simulated = simulate(ovarian(), subjects=count, seed=1)
        assert simulated.tables["DM"]["ARMCD"].drop_nulls().len() == count == simulated.truth.height
        allocated = simulated.tables["DS"].filter(pl.col("DSDECOD") == "RANDOMIZED")
        assert sorted(allocated["USUBJID"]) == sorted(simulated.truth["USUBJID"])


def test_whoever_is_not_allocated_has_a_reason() -> None:
    tables = small().tables
    failed = tables["DS"].filter(pl.col("DSDECOD") == "SCREEN FAILURE")
    left_out = tables["DM"].filter(pl.col("ARMCD").is_null())
    assert sorted(failed["USUBJID"]) == sorted(left_out["USUBJID"])
    assert failed["DSTERM"].str.contains(r"^[IE][0-9]+ (not )?met: ").all()
    registered = set(tables["DS"].filter(pl.col("DSDECOD") == "ENTERED INTO TRIAL")["USUBJID"])
    assert 0 < len(registered & set(left_out["USUBJID"])) < left_out.height
    assert set(tables["EX"]["USUBJID"]) == registered


def test_the_folder_says_simulated_and_a_site_is_written_in_hangul() -> None:
    dm = small().tables["DM"]
    assert dm["USUBJID"].str.starts_with("SIM").all()
    assert "서울-01" in set(dm["SITEID"])
    assert dm["SITEID"].n_unique() == 6


def test_the_same_seed_makes_the_same_trial_and_another_does_not() -> None:
    again = simulate(ovarian(), seed=7)
    assert fingerprint(again) == fingerprint(small())
    others = {fingerprint(simulate(ovarian(), seed=8)), fingerprint(simulate(ovarian(), seed=7, trial=1))}
    assert len(others | {fingerprint(again)}) == 3


def trial_fingerprint(trial: int) -> str:
    return fingerprint(simulate(ovarian(), subjects=20, seed=7, trial=trial))


@pytest.mark.slow
def test_workers_make_the_same_trials() -> None:
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as workers:
        assert list(workers.map(trial_fingerprint, range(4))) == [trial_fingerprint(trial) for trial in range(4)]


def test_rows_are_numbered_within_the_subject_in_the_order_of_their_days() -> None:
    frames = small().frames()
    for domain in frames.tables:
        if domain == "DM":
            continue
        column, day = f"{domain}SEQ", f"{(TABLES[domain].date_column or '').removesuffix('DTC')}LO"
        frame = frames[domain]
        expected = frame.select(pl.int_range(1, pl.len() + 1).over("USUBJID")).to_series()
        assert frame[column].equals(expected.cast(pl.Int64).alias(column))
        if domain not in ("CM", "DS", "FA", "MH"):  # there some dates are known in part
            assert frame.select(pl.col(day).is_sorted().over("USUBJID")).to_series().all(), domain


def test_links_point_to_the_operation_and_to_the_complication() -> None:
    tables = large().tables
    for prefix, domain, test in (("PR", "PR", "RESIDUAL"), ("AE", "AE", "CLAVIEN")):
        linked = tables["FA"].filter(pl.col("FATESTCD") == test).select("USUBJID", LINK="FALNKID", DAY="FADTC")
        rows = tables[domain].select(
            "USUBJID", LINK=pl.lit(f"{prefix}.") + pl.col(f"{domain}SEQ"), DAY=f"{domain}STDTC"
        )
        assert linked.height > 50
        assert linked.join(rows, on=["USUBJID", "LINK", "DAY"]).height == linked.height
    done = tables["PR"].filter(pl.col("PROCCUR") == "Y")
    not_done = tables["PR"].filter(pl.col("PROCCUR") == "N")
    assert sorted(done["USUBJID"]) == sorted(tables["FA"].filter(pl.col("FATESTCD") == "RESIDUAL")["USUBJID"])
    assert not_done.height > 20
    assert not_done["PRREASND"].null_count() == 0


def test_complication_grades_are_those_of_the_scenario_but_for_death() -> None:
    grades = large().tables["FA"].filter(pl.col("FATESTCD") == "CLAVIEN")["FASTRESC"]
    assert set(grades) == {"I", "II", "IIIA", "IIIB", "IVA", "IVB"}
    assert (grades == "I").mean() == pytest.approx(0.35 / 0.99, abs=0.08)


def test_new_therapy_follows_documented_progression_alone() -> None:
    simulated = large()
    therapy = simulated.tables["CM"].filter(pl.col("CMCAT") == "SUBSEQUENT CANCER THERAPY")
    seen = set(simulated.truth.filter(pl.col("DOCUMENTED").is_not_null())["USUBJID"])
    assert set(therapy["USUBJID"]) <= seen
    assert len(set(therapy["USUBJID"])) > 0.8 * len(seen)


def test_doses_stop_at_documented_progression() -> None:
    frames = large().frames()
    seen = frames["RS"].filter(pl.col("RSORRES") == "PD").group_by("USUBJID").agg(pl.col("RSLO").min())
    doses = frames["EX"].filter(pl.col("EXCAT") == "COMPLETION").join(seen, on="USUBJID")
    allocated = frames["DS"].filter(pl.col("DSDECOD") == "RANDOMIZED").select("USUBJID", ON="DSSTLO")
    doses = doses.join(allocated, on="USUBJID").filter(pl.col("RSLO") > pl.col("ON"))
    assert (doses["EXSTLO"] < doses["RSLO"]).all()
    assert frames["EX"]["EXCYCLE"].max() == 6


def test_a_study_whose_scenario_does_not_draw_a_measured_value_is_refused_in_plain_words() -> None:
    with pytest.raises(StudyError, match="has no values to draw from"):
        simulate(loaded(), seed=1)


@pytest.mark.skipif(bool(os.environ.get("NUMBA_DISABLE_JIT")), reason="the compiler is switched off")
def test_160_subjects_take_well_under_a_tenth_of_a_second() -> None:
    simulate(ovarian(), seed=0)
    taken = []
    for trial in range(5):
        start = time.process_time()
        frames = simulate(ovarian(), seed=0, trial=trial).frames()
        for domain in frames.tables:
            frames[domain].height  # noqa: B018 - typed when asked for
        taken.append(time.process_time() - start)
    assert min(taken) < 0.15
