"""Values listed, changes from the beginning of a period, and times for a restricted mean."""

from __future__ import annotations

import polars as pl
import pytest

from tests.unit.endpoints.trial import PFS, SURGCOMP, changed, derived, folder, frames_of, ids, study
from trialwright.analysis.rmst import rmst
from trialwright.model.frames import Frames
from trialwright.model.schedule import ScoreUse
from trialwright.model.study import Study

pytestmark = pytest.mark.unvalidated

CHANGE = {
    "id": "CHB", "title": "Change", "role": "other", "measure": "change", "of": "bili", "set": "randomised",
    "period": {"from": "allocation", "within": "90 days"},
}  # fmt: skip
LIST = {"id": "LISTED", "title": "Listed", "role": "other", "measure": "listing", "set": "randomised"}


def with_bilirubin(*endpoints: dict[str, object]) -> Study:
    trial = study(*endpoints)
    item = trial.items["allocated_on"].model_validate_json(
        '{"is": "number", "analyte": "BILI", "unit": "mg/dL", "ask": "Bilirubin?"}'
    )
    return trial.model_copy(update={"items": {**trial.items, "bili": item}})


def sampled(*samples: tuple[str, str, str], extra: str = "") -> Frames:
    rows = [
        {
            "USUBJID": "A", "LBSEQ": str(n + 1), "LBTESTCD": "BILI", "LBORRES": value, "LBORRESU": unit, "LBDTC": day,
        }
        for n, (day, value, unit) in enumerate(samples)
    ]  # fmt: skip
    person = {"USUBJID": "A", "SITEID": "01", "SEX": "F", "ARMCD": "SCS"}
    allocated = {"USUBJID": "A", "DSSEQ": "1", "DSDECOD": "RANDOMIZED", "DSSTDTC": "2026-01-10"}
    return frames_of({"DM": [person], "DS": [allocated], "LB": rows})


def test_a_change_is_the_last_value_in_the_period_less_the_last_before_it() -> None:
    frames = sampled(
        ("2025-12-01", "2.0", "mg/dL"),
        ("2026-01-10", "1.0", "mg/dL"),
        ("2026-02-01", "9", "mg/dL"),
        ("2026-04-10", "34.2", "umol/L"),
        ("2026-04-11", "7", "mg/dL"),
    )
    (found,) = derived(with_bilirubin(CHANGE), frames).values.rows(named=True)
    assert found["BASE"] == 1.0
    assert found["AVALC"] == "34.2"
    assert found["AVAL"] == pytest.approx(2.0, rel=1e-3)
    assert found["CHG"] == pytest.approx(1.0, rel=2e-3)
    assert (str(found["ADT"]), found["SRCDOM"], found["SRCSEQ"]) == ("2026-04-10", "LB", 4)


@pytest.mark.parametrize(
    ("samples", "reason"),
    [
        ((("2026-02-01", "1", "mg/dL"),), "no_baseline"),
        ((("2026-01-01", "1", "mg/dL"),), "missing"),
        ((("2026-01-01", "1", "mg/dL"), ("2026-02-01", "<0.2", "mg/dL")), "missing"),
        ((("2026-01-01", "1", "mg/dL"), ("2026-02-01", "3", "U/L")), "missing"),
    ],
)
def test_a_change_that_cannot_be_told_says_why(samples: tuple[tuple[str, str, str], ...], reason: str) -> None:
    (found,) = derived(with_bilirubin(CHANGE), sampled(*samples)).values.rows(named=True)
    assert (found["CHG"], found["REASON"]) == (None, reason)


def test_the_change_of_a_score_is_stated_and_not_computed() -> None:
    assert ids(derived(study({**CHANGE, "of": "complication"}), folder("A: SCS 2026-01-01"))) == ["T10"]


def test_a_listing_shows_the_value_of_each_subject_and_no_other() -> None:
    frames = sampled(("2026-01-10", "1.0", "mg/dL"), ("2026-03-10", "2.0", "mg/dL"))
    found = derived(with_bilirubin({**LIST, "of": "bili"}), frames)
    assert found.values.select("AVALC", "AVAL", "REASON").rows() == [("2.0", 2.0, None)]
    assert ("value", "row/lb.csv:A:2") in found.sources.select("ROLE", "ROW").rows()


def test_a_listing_of_a_series_shows_the_best_response() -> None:
    lines = "A: SCS 2026-01-01; SD 2026-02-12; PR 2026-03-26\nB: SCS 2026-01-01"
    found = derived(study({**LIST, "assessment": "scans"}), folder(lines)).values
    assert found.select("USUBJID", "AVALC", "REASON").rows() == [("A", "PR", None), ("B", None, "missing")]


def test_a_listing_of_nothing_makes_no_rows() -> None:
    assert derived(study(LIST), folder("A: SCS 2026-01-01")).values.is_empty()


def test_the_mean_time_in_response_is_a_difference_of_two_means() -> None:
    """Months of the worked example as days; one subject responds on day 3 and progresses on day 10, and so on."""
    response = {"first": ["CR", "PR"], "of": "scans"}
    horizon = {"of": "24 days", "is": "administrative censoring"}
    mean = {
        "id": "RMDOR", "title": "m", "role": "other", "measure": "restricted mean", "of": "PFS", "origin": response,
        "set": "randomised", "horizon": horizon,
    }  # fmt: skip
    lines = """
        A: SCS 2026-01-01; PR 2026-01-04; PD 2026-01-11
        B: SCS 2026-01-01; PD 2026-01-07
        C: SCS 2026-01-01; PR 2026-01-03; PD 2026-01-31
    """
    plain = changed(PFS, censor={"at": "last adequate assessment"})
    adtte = derived(study(plain, mean), folder(lines)).adtte
    whole = adtte.filter(pl.col("PARAMCD") == "PFS")
    first = adtte.filter(pl.col("PARAMCD") == "RMDOR")
    assert first["AVAL"].to_list() == [4, 7, 3]
    assert first["RULEID"].to_list() == ["RMDOR.response", "PFS.progression.recorded", "RMDOR.response"]
    means = [rmst(rows["AVAL"], rows["CNSR"] == 0, tau=25.0).arms[0].rmst for rows in (whole, first)]
    assert means[0] - means[1] == pytest.approx(29 / 3)


def test_a_restricted_mean_without_a_response_has_the_rows_of_its_parent() -> None:
    mean = {
        "id": "RMPFS", "title": "m", "role": "other", "measure": "restricted mean", "of": "PFS", "set": "randomised",
        "horizon": {"of": "24 months", "is": "administrative censoring"},
    }  # fmt: skip
    adtte = derived(study(PFS, mean), folder("A: SCS 2026-01-01; SD 2026-02-12; PD 2026-03-26")).adtte
    assert adtte.group_by("PARAMCD").agg(pl.col("AVAL").sum()).sort("PARAMCD").rows() == [("PFS", 85), ("RMPFS", 85)]


def test_the_mean_of_what_is_no_time_is_not_computed() -> None:
    mean = {
        "id": "M", "title": "m", "role": "other", "measure": "restricted mean", "of": "SURGCOMP", "set": "randomised",
        "horizon": {"of": "24 months", "is": "administrative censoring"},
    }  # fmt: skip
    assert "T10" in ids(derived(study(SURGCOMP, mean), folder("A: SCS 2026-01-01")))


@pytest.mark.parametrize("endpoint", [CHANGE, {**LIST, "of": "bili"}])
def test_a_recorded_score_is_the_item_it_is_recorded_in(endpoint: dict[str, object]) -> None:
    frames = sampled(("2026-01-10", "1.0", "mg/dL"), ("2026-02-10", "3.0", "mg/dL"))
    plain = with_bilirubin(endpoint)
    score = ScoreUse.model_validate_json('{"id": "grade", "name": "grade", "item": "bili"}')
    scored = with_bilirubin({**endpoint, "of": "grade"}).model_copy(update={"scores": (score,)})
    expected = derived(plain, frames).values
    assert expected.height
    assert derived(scored, frames).values.equals(expected)


def test_a_computed_score_is_said_not_to_be_computed() -> None:
    score = ScoreUse.model_validate_json('{"id": "grade", "name": "grade", "inputs": {"bilirubin": "bili"}}')
    trial = with_bilirubin({**CHANGE, "of": "grade"}).model_copy(update={"scores": (score,)})
    found = derived(trial, sampled(("2026-01-10", "1.0", "mg/dL")))
    assert (ids(found), found.values.height) == (["T10"], 0)
