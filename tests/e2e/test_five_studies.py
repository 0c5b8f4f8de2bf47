"""All five trials from invented data to endpoints on the command line; the truncated one in a copy that was settled."""

from __future__ import annotations

import json
import re
from pathlib import Path

import polars as pl
import pytest

from tests.e2e.rude import call
from trialwright.conduct.studies import open_study
from trialwright.design.folder import write
from trialwright.design.simulate import simulate
from trialwright.exchange.folder import read_folder
from trialwright.exchange.manifest import read_manifest
from trialwright.studies import FOLDER, SHIPPED

pytestmark = pytest.mark.unvalidated

RECTAL = "nct06850103"
SUBJECTS = 24


def settled(place: Path) -> Path:
    """The rectal study with its open points answered: what blocked its use is taken out, what was taken stays."""
    text = (FOLDER / f"{RECTAL}.yaml").read_text(encoding="utf-8")
    copy = re.sub(r"\n  - \{id: Q\d+.*blocks: (activation|confirmation)\}", "", text)
    copy = copy.replace("open_points:", "").replace(
        "role: other, measure: proportion", "role: secondary, measure: proportion"
    )
    path = place / "copy.yaml"
    path.write_text(copy.replace("gives: unspecified", "gives: [capeox]"), encoding="utf-8")
    return path


@pytest.fixture(scope="module", params=SHIPPED)
def trial(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    place = tmp_path_factory.mktemp(str(request.param))
    name = str(settled(place)) if request.param == RECTAL else str(request.param)
    opened = open_study(name)
    write(simulate(opened.study, seed=5, subjects=SUBJECTS), place / "data", study_sha256=opened.sha256)
    return name, place / "data"


def test_the_invented_folder_holds_what_a_folder_must_hold(trial: tuple[str, Path]) -> None:
    name, data = trial
    opened = open_study(name)
    _, findings = read_folder(data, study=opened.study, study_sha256=opened.sha256, activated=False)
    grave = [finding for finding in findings if finding.severity in ("E", "W")]
    assert grave == []


@pytest.mark.parametrize("censoring", [None, "FDA_C"])
def test_endpoints_are_derived_in_every_definition(
    trial: tuple[str, Path], tmp_path: Path, censoring: str | None
) -> None:
    name, data = trial
    cutoff = read_manifest(data).cutoff
    more = ["--censoring", censoring] if censoring else []
    done = call(
        "endpoints", name, "--data", data, "--cutoff", cutoff, "--out", tmp_path / "out", "--json", "--by-arm", *more
    )
    assert done.code == 0, done.stderr
    shape = json.loads(done.stdout)
    study = open_study(name).study
    stated = [(endpoint.id, definition) for endpoint in study.endpoints for definition in endpoint.resolved()]
    assert [(each["endpoint"], each["definition"]) for each in shape["endpoints"]] == stated
    timed = [each for each in shape["endpoints"] if each["measure"] == "time to event" and each["reported"]]
    assert all(each["subjects"] > 0 for each in timed)
    assert all(
        each["subjects"] == each["events"] + each["competing"] + sum(each["censored"].values()) for each in timed
    )
    ruled = {each["rules"] for each in shape["endpoints"] if "last adequate" in _stop(study, each)}
    assert censoring is None or ruled == {censoring}
    rows = pl.read_parquet(tmp_path / "out" / "adtte.parquet")
    assert rows.group_by("USUBJID", "PARAMCD", "DEFID").len().filter(pl.col("len") > 1).is_empty()


def _stop(study: object, each: dict[str, str]) -> str:
    definition = study.endpoint(each["endpoint"]).resolved()[each["definition"]]  # type: ignore[attr-defined]  # a study
    timed = definition.measure == "time to event" and definition.censor is not None
    return definition.censor.at if timed else ""


def test_the_same_seed_makes_the_same_trial(trial: tuple[str, Path]) -> None:
    opened = open_study(trial[0])
    first, second = (simulate(opened.study, seed=9, subjects=8) for _ in range(2))
    assert {name: table.text().hash_rows().sum() for name, table in first.coded.items()} == {
        name: table.text().hash_rows().sum() for name, table in second.coded.items()
    }


def test_the_truncated_record_is_not_ready_and_says_why() -> None:
    opened = open_study(RECTAL)
    assert opened.state == "draft"
    blocking = [point for point in opened.study.open_points if point.blocks == "activation"]
    assert len(blocking) == 5


@pytest.mark.parametrize("name", [name for name in SHIPPED if name != "nct07295132"])
def test_a_report_is_made_of_every_trial(name: str, tmp_path: Path) -> None:
    opened = open_study(name)
    write(simulate(opened.study, seed=5, subjects=12), tmp_path / "data", study_sha256=opened.sha256)
    cutoff = read_manifest(tmp_path / "data").cutoff
    done = call("run", name, "--data", tmp_path / "data", "--cutoff", cutoff, "--out", tmp_path / "out")
    assert done.code == 0, done.stderr
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert opened.study.study.registry.id in page
    assert "calculated from the lesions" in page
    for endpoint in opened.study.endpoints:
        assert endpoint.title in page or endpoint.measure in ("listing", "change", "restricted mean")
