"""What holds between the endpoints of a subject: always on invented trials, one finding each on contradictory data."""

from __future__ import annotations

from functools import cache

import polars as pl
import pytest

from tests.unit.endpoints.trial import OS, PFS, changed, derived, folder, frames_of, study
from trialwright.conduct.analyse import derive_endpoints
from trialwright.conduct.studies import open_study
from trialwright.design.simulate import Simulated, simulate
from trialwright.model.result import Derived
from trialwright.studies import SHIPPED

pytestmark = pytest.mark.unvalidated

BROKEN = ("T30", "T31", "T32", "T33", "T34", "T35")


@cache
def invented(name: str) -> tuple[Simulated, Derived]:
    study_ = open_study(name).study
    simulated = simulate(study_, seed=23, subjects=120)
    return simulated, derive_endpoints(study_, simulated.frames(), cutoff=simulated.cutoff, by_arm=True)


@pytest.mark.parametrize("name", SHIPPED)
def test_no_invented_trial_contradicts_itself(name: str) -> None:
    _, found = invented(name)
    assert [finding for finding in found.findings if finding.id in BROKEN] == []


@pytest.mark.parametrize("name", SHIPPED)
def test_nothing_ends_after_the_cutoff_or_before_its_origin(name: str) -> None:
    simulated, found = invented(name)
    timed = found.adtte.filter(pl.col("AVAL").is_not_null())
    assert timed.height > 0
    assert timed.filter(pl.col("ADT") > simulated.cutoff).is_empty()
    assert timed.filter(pl.col("AVAL") < 1).is_empty()


@pytest.mark.parametrize("name", ["nct06178198", "nct04562727", "nct05844813", "nct07295132", "nct06850103"])
def test_nobody_is_free_of_progression_longer_than_alive(name: str) -> None:
    _, found = invented(name)
    reported = found.adtte.filter(pl.col("ANL01FL") == "Y")
    first = "DFS" if name == "nct04562727" else "PFS"
    both = reported.filter(pl.col("PARAMCD") == first).join(
        reported.filter(pl.col("PARAMCD") == "OS"), on="USUBJID", suffix="_OS"
    )
    assert both.height >= 100
    assert both.filter(pl.col("ADT") > pl.col("ADT_OS")).is_empty()
    died = both.filter(pl.col("RULEID").str.ends_with(".death"))
    assert died.height > 0
    assert ((died["CNSR_OS"] == 0) & (died["ADT"] == died["ADT_OS"])).all()


def test_whoever_responds_has_a_duration_and_it_starts_at_the_response() -> None:
    _, found = invented("nct06178198")
    responders = set(
        found.adbin.filter((pl.col("PARAMCD") == "ORR") & (pl.col("DEFID") == "corrected"), pl.col("AVALC") == "Y")[
            "USUBJID"
        ]
    )
    durations = found.adtte.filter((pl.col("PARAMCD") == "DOR") & (pl.col("DEFID") == "record"))
    complete = found.adtte.filter((pl.col("PARAMCD") == "DOCR") & (pl.col("DEFID") == "corrected"))
    assert set(durations["USUBJID"]) == responders != set()
    assert set(complete["USUBJID"]) <= responders
    local = found.adrs.filter((pl.col("ASSESSID") == "local") & (pl.col("PARAMCD") == "OVR"))
    starts = durations.join(local, left_on=["USUBJID", "STARTDT"], right_on=["USUBJID", "ADT"])
    assert starts.height == durations.height
    assert set(starts["AVALC"]) <= {"CR", "PR"}


def test_local_progression_comes_after_the_ablation() -> None:
    simulated, found = invented("nct04562727")
    treated = simulated.frames()["PR"].filter(pl.col("PRCAT") == "PROTOCOL ABLATION")
    rows = found.adtte.filter((pl.col("PARAMCD") == "LTP") & (pl.col("DEFID") == "corrected"))
    both = rows.join(treated.group_by("USUBJID").agg(pl.col("PRSTLO").min()), on="USUBJID")
    assert both.height == rows.height > 50
    assert (both["STARTDT"] >= both["PRSTLO"]).all()
    assert {0, 1, 9} <= set(rows["CNSR"])


def two_series() -> dict[str, object]:
    """HPFS beside PFS: one series watches the liver, the other everything."""
    liver = changed(PFS, id="HPFS", title="Hepatic", assessment="liver", role="secondary")
    base = {
        "criteria": "recist-1.1",
        "baseline": {"last_before": "allocation", "within": "28 days"},
        "from": "allocation",
    }
    scans = {"id": "scans", **base, "settings": {"rows": "recorded"}}
    part = {
        "id": "liver",
        **base,
        "lesions": {"location": ["LIVER"]},
        "settings": {"rows": "recorded", "category": "LIVER"},
    }
    return {"endpoints": [changed(PFS), liver, OS], "assessments": [scans, part]}


def test_a_progression_of_the_liver_before_any_progression_is_one_finding() -> None:
    blocks = two_series()
    endpoints = blocks.pop("endpoints")
    assert isinstance(endpoints, list)
    visits = [
        {"id": "v", "when": {"after": "allocation", "first": "6 weeks", "every": "6 weeks"}, "do": ["scans", "liver"]}
    ]
    trial = study(*endpoints, visits=visits, **blocks)
    read = [("RECIST 1.1", "SD", "2026-02-12"), ("LIVER", "PD", "2026-02-12"), ("RECIST 1.1", "PD", "2026-03-26")]
    rows = [
        {
            "USUBJID": "A", "RSSEQ": str(n + 1), "RSCAT": category, "RSTESTCD": "OVRLRESP", "RSORRES": code,
            "RSEVAL": "INVESTIGATOR", "RSDTC": day,
        }
        for n, (category, code, day) in enumerate(read)
    ]  # fmt: skip
    tables = {
        "DM": [{"USUBJID": "A", "SITEID": "01", "SEX": "F", "ARMCD": "SCS"}],
        "DS": [{"USUBJID": "A", "DSSEQ": "1", "DSDECOD": "RANDOMIZED", "DSSTDTC": "2026-01-01"}],
        "RS": rows,
    }
    found = [finding for finding in derived(trial, frames_of(tables)).findings if finding.id in BROKEN]
    assert [(finding.id, finding.where, finding.subject) for finding in found] == [("T35", "/endpoints/PFS", "A")]


def test_a_response_that_is_counted_and_not_timed_is_one_finding() -> None:
    """The response after a new therapy has a duration, because that clause does not look at therapies."""
    origin = {"first": ["CR", "PR"], "of": "scans", "confirmed": False}
    duration = changed(PFS, id="DOR", origin=origin, censor={"at": "last adequate assessment"})
    success = {"response": {"of": "scans", "take": "best"}, "in": ["CR", "PR"]}
    rate = {
        "id": "ORR",
        "title": "o",
        "role": "other",
        "measure": "proportion",
        "success": success,
        "set": "randomised",
    }
    trial = study(duration, rate)
    frames = folder("A: SCS 2026-01-01; SD 2026-02-12; therapy 2026-03-01; PR 2026-03-26")
    found = derive_endpoints(trial, frames, cutoff=frames.cutoff or pytest.fail("no cutoff"), by_arm=True)
    assert [(finding.id, finding.subject) for finding in found.findings if finding.id in BROKEN] == [("T34", "A")]
