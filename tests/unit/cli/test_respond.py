"""``respond`` on the command line: from lesions, from recorded responses, by CA-125, and its ends."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from tests.e2e.rude import TWO_SUBJECTS, Ended, call
from trialwright.conduct.respond import RespondRequest, respond
from trialwright.conduct.studies import open_study
from trialwright.design.folder import write
from trialwright.design.simulate import simulate

pytestmark = pytest.mark.independent("the worked example of two subjects, by hand")


def ran(*more: object, criteria: str = "recist-1.1") -> Ended:
    ended = call("respond", "--data", TWO_SUBJECTS, "--criteria", criteria, *more)
    assert ended.code == 0, ended.stderr
    return ended


def test_from_lesions_with_the_planned_removal() -> None:
    assert ran("--removal", "PROTOCOL SURGERY").stdout.splitlines() == [
        "OV-01-001  2026-06-16 NED, 2026-09-15 NED, 2026-12-14 PD; bor NED, cbor NED",
        "OV-02-001  2026-07-14 SD, 2026-10-13 PD; bor SD, cbor SD",
        "2 subjects, best response: 1 NED, 1 SD; 0 findings; 5 of 5 assessments agree with what was recorded",
    ]


def test_without_it_the_scans_after_the_operation_cannot_be_evaluated() -> None:
    assert ran().stdout.splitlines()[0] == ("OV-01-001  2026-06-16 NE, 2026-09-15 NE, 2026-12-14 PD; bor PD, cbor PD")


def test_from_the_first_day_of_chemotherapy() -> None:
    assert ran("--origin", "treatment", "--removal", "PROTOCOL SURGERY").stdout.splitlines()[:2] == [
        "OV-01-001  2026-03-13 PR, 2026-06-16 NED, 2026-09-15 NED, 2026-12-14 PD; bor PR, cbor SD",
        "OV-02-001  2026-04-10 SD, 2026-07-14 SD, 2026-10-13 PD; bor SD, cbor SD",
    ]


def test_from_recorded_responses_alone() -> None:
    assert ran("--rows", "recorded").stdout.splitlines()[-1] == "2 subjects, best response: 1 NED, 1 SD; 0 findings"


def test_by_ca125() -> None:
    lines = ran("--origin", "treatment", criteria="gcig").stdout.splitlines()
    assert [line.split("; ")[1] for line in lines[:2]] == ["bor NO RESPONSE", "bor RESPONSE"]


def test_an_unconfirmed_progression_of_irecist_that_nothing_wipes_out_counts() -> None:
    assert ran(criteria="irecist").stdout.splitlines()[1] == (
        "OV-02-001  2026-07-14 iSD, 2026-10-13 iUPD, 2026-10-13 PD (derived); bor SD, cbor SD, ibor iSD"
    )


def test_json_holds_rule_and_source_of_each_assessment() -> None:
    shape = json.loads(ran("--removal", "PROTOCOL SURGERY", "--switch", "max_ne=2", "--json").stdout)
    assert shape["policy"] == "max_ne=2"
    assert shape["comparison"]["kappa"] == 1
    first, second = shape["subjects"]
    assert first["assessments"][-1] == {
        "date": "2026-12-14", "new": "UNEQUIVOCAL", "ovr": "PD", "rule": "response.new-lesion", "source": "TU.3",
    }  # fmt: skip
    assert second["assessments"][-1]["trg"] == "PD"
    assert second["assessments"][-1]["source"] in ("TR.7", "TR.8")


def test_tables_are_written_whole(tmp_path: Path) -> None:
    out = tmp_path / "out"
    ran("--removal", "PROTOCOL SURGERY", "--out", out)
    assert {path.name for path in out.iterdir()} == {
        "adrs.csv", "adrs.parquet", "adtr.csv", "adtr.parquet", "define.json", "shifts.csv", "disagreements.csv",
    }  # fmt: skip
    sums = pl.read_parquet(out / "adtr.parquet").filter(pl.col("USUBJID") == "OV-02-001")
    assert sums["AVAL"].to_list() == [520, 550, 644]
    assert call("respond", "--data", TWO_SUBJECTS, "--criteria", "recist-1.1", "--out", out).code == 2


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--switch", "pr_cary=eortc"), "no switch 'pr_cary'"),
        (("--switch", "pr_carry=loose"), "pr_carry cannot be 'loose'"),
        (("--switch", "pr_carry"), "is not written NAME=VALUE"),
        (("--origin", "registration", "--policy", "generous"), "'generous' is not one of"),
    ],
)
def test_what_is_not_known_is_bad_usage(more: tuple[str, ...], said: str) -> None:
    ended = call("respond", "--data", TWO_SUBJECTS, "--criteria", "recist-1.1", *more)
    assert ended.code == 2
    assert said in ended.stderr


def test_a_folder_without_a_day_0_is_refused(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    for name in ("study.json", "dm.csv", "rs.csv"):
        (data / name).write_bytes((TWO_SUBJECTS / name).read_bytes())
    manifest = json.loads((data / "study.json").read_text(encoding="utf-8"))
    manifest["files"] = {}
    (data / "study.json").write_text(json.dumps(manifest), encoding="utf-8")
    ended = call("respond", "--data", data, "--criteria", "recist-1.1")
    assert ended.code == 2
    assert "nothing dates day 0" in ended.stderr


def test_the_simulated_investigator_and_the_calculation_agree(tmp_path: Path) -> None:
    opened = open_study("nct07295132")
    write(simulate(opened.study, subjects=60, seed=3), tmp_path / "data", study_sha256=opened.sha256)
    request = RespondRequest(tmp_path / "data", "recist-1.1", origin="randomisation", removal="PROTOCOL SURGERY")
    comparison = respond(request).comparison
    assert comparison is not None
    assert comparison.pairs > 100
    assert comparison.agree == comparison.pairs, comparison.disagreements


def read_twice(folder: Path) -> Path:
    """Two readers of two subjects: on the one they agree, on the other nobody has decided."""
    folder.mkdir()
    days = ("2025-12-20", "2026-02-12", "2026-03-26")
    read = {("A", "R1"): (40, 20, 20), ("A", "R2"): (30, 15, 15), ("B", "R1"): (40, 38, 50), ("B", "R2"): (30, 29, 29)}
    who = [f"{subject},{number},{name}" for number, (subject, name) in enumerate(read, 1)]
    tu = [f"{each},INDEPENDENT ASSESSOR,T1,TARGET,LIVER,{days[0]}" for each in who]
    tr = [
        f"{subject},{10 * number + at},{name},INDEPENDENT ASSESSOR,T1,LDIAM,{mm},mm,MEASURED,{day}"
        for number, ((subject, name), values) in enumerate(read.items(), 1)
        for at, (mm, day) in enumerate(zip(values, days, strict=True))
    ]
    tables = {
        "study.json": ['{"study": "x", "version": "0.1.0", "origin": "entered"}'],
        "dm.csv": ["USUBJID,SITEID,SEX", "A,01,F", "B,01,F"],
        "ds.csv": ["USUBJID,DSSEQ,DSDECOD,DSSTDTC", "A,1,RANDOMIZED,2026-01-01", "B,1,RANDOMIZED,2026-01-01"],
        "tu.csv": ["USUBJID,TUSEQ,TUEVALID,TUEVAL,TULNKID,TUORRES,TULOC,TUDTC", *tu],
        "tr.csv": ["USUBJID,TRSEQ,TREVALID,TREVAL,TRLNKID,TRTESTCD,TRORRES,TRORRESU,TRORIG,TRDTC", *tr],
    }
    for name, lines in tables.items():
        (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def test_two_readers_are_judged_apart_and_adjudicated(tmp_path: Path) -> None:
    data, out = read_twice(tmp_path / "data"), tmp_path / "out"
    asked = ("respond", "--data", data, "--criteria", "recist-1.1", "--evaluator", "INDEPENDENT ASSESSOR")
    ended = call(*asked)
    assert ended.stdout.splitlines() == [
        "A  2026-02-12 PR, 2026-03-26 PR; bor PR, cbor PR",
        "B  no assessment; bor MISSING, cbor MISSING",
        "B  R1: SD, PD 2026-03-26; R2: SD, no PD; differ in progression; nobody has decided",
        "assessments of R1 and R2: 3 of 4 alike, kappa 0.60",
        "best responses: 2 of 2 alike, kappa 1.00",
        "the readers differ on 1 of 2 subjects, 1 of them not decided",
        "2 subjects, best response: 1 MISSING, 1 PR; 1 findings",
    ]
    assert "R17" in ended.stderr
    shape = json.loads(call(*asked, "--out", out, "--json").stdout)
    assert shape["readers"]["by_subject"][1]["progression"] == ["2026-03-26", None]
    assert {"readings.csv", "adjudication.csv", "reader-shifts.csv"} <= {path.name for path in out.iterdir()}
    assert call(*asked[:-2], "--reader", "R1").code == 2
