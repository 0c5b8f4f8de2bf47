"""A trial whose responses are derived from lesions gives the endpoints its recorded responses give."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from tests.e2e.rude import STUDY_TEXT
from trialwright.conduct.analyse import analyse, derive_endpoints
from trialwright.conduct.blinding import conceal
from trialwright.conduct.run import run
from trialwright.conduct.studies import OpenedStudy, open_study
from trialwright.design.folder import write
from trialwright.design.simulate import simulate
from trialwright.exchange.folder import read_folder
from trialwright.report.results_json import edges

pytestmark = pytest.mark.independent("the simulated investigator, who judges sums of his own")

CUTOFF = date(2028, 12, 31)


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> OpenedStudy:
    """The ovarian study with its series derived from lesions."""
    assert STUDY_TEXT.count("rows: recorded") == 2
    path = tmp_path_factory.mktemp("study") / "derived.yaml"
    path.write_text(STUDY_TEXT.replace("rows: recorded", "rows: derived"), encoding="utf-8")
    return open_study(path)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory, opened: OpenedStudy) -> Path:
    place = tmp_path_factory.mktemp("data") / "data"
    write(simulate(opened.study, subjects=60, seed=3), place, study_sha256=opened.sha256)
    return place


def test_endpoints_are_the_same_as_from_recorded_responses(opened: OpenedStudy, data: Path) -> None:
    frames, _ = read_folder(data)
    recorded = derive_endpoints(open_study("nct07295132").study, frames, cutoff=CUTOFF, by_arm=True)
    derived = derive_endpoints(opened.study, frames, cutoff=CUTOFF, by_arm=True)
    columns = ["USUBJID", "PARAMCD", "DEFID", "STARTDT", "ADT", "AVAL", "CNSR", "EVNTDESC"]
    assert recorded.adtte.height > 100
    assert derived.adtte.select(columns).equals(recorded.adtte.select(columns))


def test_the_report_sets_the_two_beside_each_other(opened: OpenedStudy, data: Path, tmp_path: Path) -> None:
    summary = run(opened, data, cutoff=CUTOFF, out=tmp_path / "run")
    page = (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    assert "Agreement on responses" in page
    assert "tables/agreement-before.csv" in summary.files
    table = (tmp_path / "run" / "tables" / "agreement-before.csv").read_text(encoding="utf-8")
    assert table.splitlines()[0] == "Group,Recorded calculated:,PR,SD,PD,origin"
    assert set(summary.dossier.agreements) == {"before"}, "the other series tells the arm"
    assert summary.dossier.agreements["before"].kappa == 1


def test_scans_behind_a_series_that_tells_the_arm_are_named_by_arm_only(opened: OpenedStudy, data: Path) -> None:
    """How many lesions a scan still shows says who was operated."""
    frames, _ = read_folder(data)
    dossier = analyse(opened, frames, (), cutoff=CUTOFF, by_arm=True)
    open_rows, hidden_rows = (
        Counter(
            end.split("/")[1][:2]
            for start, end in edges(shown).iter_rows()
            if start.startswith("PFS/SIM") and end.startswith("row/")
        )
        for shown in (dossier, conceal(dossier))
    )
    assert open_rows["pr"] > 0
    assert hidden_rows["pr"] == 0
    assert 2 * hidden_rows["tr"] < open_rows["tr"]
    assert hidden_rows["ds"] == open_rows["ds"] > 0
