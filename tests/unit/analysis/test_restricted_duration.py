"""Mean time in response of all subjects: against PBIR, by hand, and from a study to its figure."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from tests.unit.endpoints.trial import PFS, changed, derived, folder, study
from trialwright.analysis.plan import estimate
from trialwright.analysis.rmst import rmst
from trialwright.model.result import Result
from trialwright.numerics.restricted_duration import mean_influence, restricted_duration
from trialwright.numerics.sampling import Draws

CUTOFF = date(2027, 3, 31)
LINES = """
    A: SCS 2026-01-01; PR 2026-01-04; PD 2026-01-11
    B: SCS 2026-01-01; PD 2026-01-07
    C: CHEMO 2026-01-01; PR 2026-01-03; PD 2026-01-31
"""


@pytest.mark.double_programmed("PBIR 0.1-0")
def test_it_is_what_pbir_gives(shared_data: Path) -> None:
    toy = json.loads((shared_data / "survival" / "misc_expected_r.json").read_text(encoding="utf-8"))["rmdor_toy"]
    columns = {name: np.array([row[name] for row in toy["data"]], float) for name in toy["data"][0]}
    end, progressed = columns["t_prog"], columns["prog"].astype(np.int8)
    responded = (columns["resp"] == 1) & (columns["t_resp"] <= end)
    first = np.where(responded, columns["t_resp"], end)
    event = np.where(responded, 1, progressed).astype(np.int8)
    found = restricted_duration((end, progressed), (first, event), float(toy["tau"]))
    assert found.value == pytest.approx(toy["meandor"], rel=1e-12)
    assert found.se == pytest.approx(toy["se"], rel=1e-10)


@pytest.mark.independent("the restricted mean of its own")
def test_its_means_are_restricted_means_and_what_subjects_add_sums_to_nothing() -> None:
    draws = Draws.first(3, 0, 80)
    time = np.ceil(30 * draws.exponential("time"))
    event = (draws.uniform("event") < 0.7).astype(np.int8)
    mean, influence = mean_influence(time, event, 20.0)
    own = rmst(time, event, tau=20.0).arms[0]
    assert mean == pytest.approx(own.rmst, rel=1e-12)
    assert influence.sum() == pytest.approx(0.0, abs=1e-9)
    assert np.sqrt((influence**2).sum()) / 80 == pytest.approx(own.se, rel=0.05)


@pytest.mark.unvalidated
def test_one_subject_has_no_error_and_nobody_responding_no_time() -> None:
    one = np.array([5.0]), np.array([1], np.int8)
    found = restricted_duration(one, one, 10.0)
    assert found.value == 0.0
    assert np.isnan(found.se)


def figures(*, by_arm: bool, tau: str = "25 days", method: str = "restricted-duration", **keys: object) -> list[Result]:
    plain = changed(PFS, censor={"at": "last adequate assessment"})
    mean = {
        "id": "RMDOR", "title": "m", "role": "other", "measure": "restricted mean", "of": "PFS", "set": "randomised",
        "origin": {"first": ["CR", "PR"], "of": "scans"},
        "horizon": {"of": "24 days", "is": "administrative censoring"},
    }  # fmt: skip
    stated = {"id": "mean", "endpoint": "RMDOR", "method": method, "role": "supporting", "tau": tau, **keys}
    trial = study(plain, mean, analyses=[stated])
    frames = folder(LINES).until(CUTOFF)
    found = estimate(trial, derived(trial, frames), frames, by_arm=by_arm)
    return [result for result in found.results if result.analysis == "mean"]


@pytest.mark.unvalidated
def test_a_study_states_it_and_gets_its_figure_with_the_subjects_it_rests_on() -> None:
    (found,) = figures(by_arm=False)
    assert (found.id, found.value, found.n) == ("RMDOR/rm_duration", pytest.approx(29 / 3), 3)
    assert found.low is not None
    assert found.low < 29 / 3
    assert found.rests_on == ("RMDOR/A", "RMDOR/B", "RMDOR/C")


@pytest.mark.unvalidated
def test_by_arm_it_is_withheld_unless_asked_for() -> None:
    (held,) = figures(by_arm=False, compare=["SCS", "CHEMO"])
    assert held.status == "withheld"
    shown = {result.id: result.value for result in figures(by_arm=True, compare=["SCS", "CHEMO"])}
    assert shown == {"RMDOR/rm_duration@SCS": 3.5, "RMDOR/rm_duration@CHEMO": 22.0}


@pytest.mark.unvalidated
def test_the_mean_of_the_rows_themselves_is_another_method() -> None:
    (found,) = figures(by_arm=False, method="restricted-mean")
    assert (found.id, found.value) == ("RMDOR/rm_time", pytest.approx((4 + 7 + 3) / 3))


@pytest.mark.unvalidated
def test_a_time_nobody_was_followed_to_is_not_estimable() -> None:
    lines = LINES.replace("PD 2026-01-31", "SD 2026-01-20")
    plain = changed(PFS, censor={"at": "last adequate assessment"})
    assert derived(study(plain), folder(lines)).adtte["CNSR"].to_list() == [0, 0, 1]
    time, event = np.array([11.0, 7.0, 20.0]), np.array([1, 1, 0], np.int8)
    mean, _ = mean_influence(time, event, 15.0)
    assert mean == pytest.approx(rmst(time, event, tau=15.0).arms[0].rmst)
