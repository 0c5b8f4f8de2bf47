"""Eligibility through a whole run: tables agree with results, a verdict is traced, and verdicts rest on their rows."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner

from tests.e2e.test_causal_trace import row_ids
from tests.e2e.trials import with_the_demo_set
from trialwright import cli
from trialwright.assessments.recorded import recorded_responses
from trialwright.conduct.analyse import analyse
from trialwright.conduct.blinding import conceal
from trialwright.conduct.catalogue import catalogue
from trialwright.conduct.eligibility import gate_screens, moments_of, screening_of
from trialwright.conduct.run import run
from trialwright.conduct.studies import OpenedStudy, open_study
from trialwright.design.folder import write
from trialwright.design.simulate import Simulated, simulate
from trialwright.endpoints.moments import time_point_dates
from trialwright.model.frames import Frames, frames_from_text
from trialwright.protocol.load import load

pytestmark = [pytest.mark.independent("reasons the simulator recorded; rows deleted one by one")]

STUDY = "nct07295132"
CUTOFF = date(2029, 11, 14)


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> OpenedStudy:
    return open_study(str(with_the_demo_set(tmp_path_factory.mktemp("study"))))


@pytest.fixture(scope="module")
def invented(opened: OpenedStudy) -> Simulated:
    return simulate(opened.study, subjects=60, seed=5)


@pytest.fixture(scope="module")
def place(opened: OpenedStudy, invented: Simulated, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("eligibility")
    write(invented, place / "data", study_sha256=opened.sha256)
    run(opened, place / "data", cutoff=invented.cutoff, out=place / "run")
    return place


def table(place: Path, name: str) -> list[dict[str, str]]:
    with (place / "run" / "frames" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_tables_results_and_report_say_the_same(place: Path) -> None:
    verdicts = {(r["USUBJID"], r["GATE"], r["CRITID"]): r["VERDICT"] for r in table(place, "screen.csv")}
    written = json.loads((place / "run" / "results.json").read_text(encoding="utf-8"))
    results = {entry["id"]: entry["value"] for entry in written["results"] if "criterion" in entry}
    assert results == {f"{gate}/{subject}/{name}": verdict for (subject, gate, name), verdict in verdicts.items()}
    for row in table(place, "adsl.csv"):
        earlier: list[str] = []
        for gate in ("registration", "allocation"):
            own = [verdict for (subject, at, _), verdict in verdicts.items() if (subject, at) == (row["USUBJID"], gate)]
            earlier += own
            expected = "NOT ELIGIBLE" if "NOT_MET" in earlier else "CANNOT TELL" if "UNKNOWN" in earlier else "ELIGIBLE"
            assert row[f"{gate.upper()}ELIG"] == (expected if own else "")
    with (place / "run" / "tables" / "eligibility.csv").open(encoding="utf-8", newline="") as file:
        counted = list(csv.DictReader(file))
    for line in counted:
        gate = line["Group"].split(":")[0].lower()
        own = [verdict for (_, at, name), verdict in verdicts.items() if (at, name) == (gate, line["Criterion"])]
        assert [int(line[word]) for word in ("Eligible", "Not eligible", "Unknown")] == [
            own.count(word) for word in ("MET", "NOT_MET", "UNKNOWN")
        ]


def test_whoever_was_refused_fails_what_the_site_recorded(place: Path, invented: Simulated) -> None:
    verdicts = {(r["USUBJID"], r["GATE"], r["CRITID"]): r["VERDICT"] for r in table(place, "screen.csv")}
    failures = invented.tables["DS"].filter(pl.col("DSDECOD") == "SCREEN FAILURE").select("USUBJID", "DSTERM")
    assert failures.height > 20
    for subject, reason in failures.iter_rows():
        name = reason.split(" ")[0]
        own = {verdict for (who, _, what), verdict in verdicts.items() if (who, what) == (subject, name)}
        assert own & {"NOT_MET", "UNKNOWN"}, (subject, reason)


def test_a_verdict_is_traced_to_its_rows_and_its_clause(place: Path) -> None:
    subject = table(place, "adsl.csv")[0]["USUBJID"]
    words = [
        "trace",
        f"registration/{subject}/I2",
        "--run",
        str(place / "run"),
        "--data",
        str(place / "data"),
        "--json",
    ]
    ended = CliRunner().invoke(cli.app, words)
    assert ended.exit_code == 0, ended.output
    steps = {step["id"]: step["shown"] for step in json.loads(ended.stdout)["steps"]}
    assert steps["clause/inclusion/I2"].startswith("study.yaml line ")
    assert [name.split(":")[0] for name in steps if name.startswith("row/")] == ["row/cm.csv", "row/mh.csv"]
    assert any("CMCLAS PLATINUM" in shown for shown in steps.values())


Outcome = tuple[object, ...]


def judged(opened: OpenedStudy, frames: Frames) -> dict[tuple[str, str, str], Outcome]:
    """Verdict, reason and margin of every subject, gate and criterion, with the rows they name."""
    points = time_point_dates(opened.study, frames)
    moments = moments_of(opened.study, frames, points, CUTOFF)
    responses, _ = recorded_responses(opened.study, frames, points)
    verdicts = screening_of(gate_screens(opened.study, frames, moments, responses), moments).verdicts
    columns = ("USUBJID", "GATE", "CRITID", "VERDICT", "REASON", "MARGIN", "EVIDENCE")
    return {(row[0], row[1], row[2]): row[3:] for row in verdicts.select(columns).iter_rows()}


def without(tables: Mapping[str, pl.DataFrame], rows: Collection[str]) -> Frames:
    kept = {domain: frame.filter(~row_ids(domain, frame).is_in(list(rows))) for domain, frame in tables.items()}
    return frames_from_text(kept, "simulated", cutoff=CUTOFF, study=STUDY)[0]


def test_a_verdict_rests_on_the_rows_it_names_and_on_no_other(opened: OpenedStudy, invented: Simulated) -> None:
    """All named rows of one verdict of every subject go, then one unnamed row of each.

    Left aside are the rows that say when a subject came to a gate or left, and the question that is asked at both
    gates: without its second answer the first one stands.
    """
    tables = invented.tables
    before = judged(opened, without(tables, []))
    chance = random.Random(11)
    named: dict[tuple[str, str, str], list[str]] = {
        key: [row for row in outcome[3] if not row.startswith("row/dm")]  # type: ignore[attr-defined]  # a list of ids
        for key, outcome in before.items()
        if key[2] != "E8"
    }
    chosen = {who: chance.choice([key for key in named if key[0] == who]) for who in sorted({key[0] for key in named})}
    after = judged(opened, without(tables, [row for key in chosen.values() for row in named[key]]))
    resting = [key for key in chosen.values() if named[key]]
    assert len(resting) > 60
    assert [key for key in resting if after[key][:3] == before[key][:3]] == []
    mine: dict[str, list[str]] = {}
    for domain, frame in tables.items():
        if domain not in ("DM", "DS"):
            for subject, row in zip(frame["USUBJID"], row_ids(domain, frame), strict=True):
                mine.setdefault(subject, []).append(row)
    for _ in range(3):
        other = {
            key: chance.choice([row for row in mine[key[0]] if row not in before[key][3]])  # type: ignore[operator]  # as above
            for key in chosen.values()
        }
        after = judged(opened, without(tables, other.values()))
        assert {key: after[key] for key in other} == {key: before[key] for key in other}


def test_what_tells_the_arm_is_left_out(opened: OpenedStudy, invented: Simulated) -> None:
    text = opened.text.replace(
        "exclusion:\n",
        "exclusion:\n  - {id: E98, at: surgery, text: Ill, excluded_when: {attest: comorbidity}}\n"
        "  - {id: E99, text: Something left, excluded_when: {item: residual, equals: GYN_R2}}\n",
        1,
    ).replace("surgery: {item: operated_on", "surgery: {gate: true, item: operated_on", 1)
    study = load(text, catalogue(), name="study.yaml")
    assert "surgery" in study.gates
    told = replace(opened, study=study, text=text)
    dossier = analyse(told, invented.frames(), (), cutoff=invented.cutoff, by_arm=False)
    shown = conceal(dossier)
    assert dossier.screening is not None
    assert shown.screening is not None
    assert {"surgery", "registration"} <= set(dossier.screening.verdicts["GATE"])
    assert "E99" in set(dossier.screening.verdicts["CRITID"])
    for frame in (shown.screening.verdicts, shown.screening.counts):
        assert set(frame["GATE"]) == {"registration", "allocation"}
        assert "E99" not in set(frame["CRITID"])
    assert set(shown.screening.subjects["GATE"]) == {"registration", "allocation"}
    assert "SURGERYELIG" in dossier.derived.adsl.columns
    assert "SURGERYELIG" not in shown.derived.adsl.columns
