"""``gcig`` on the command line: its lines, its shape, its table and its ends."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import polars as pl
import pytest
from click.testing import CliRunner, Result

from trialwright import cli

pytestmark = pytest.mark.unvalidated

SAMPLES = """USUBJID,DAY,VALUE,UNIT
P1,-5,400,U/mL
P1,21,190,U/mL
P1,49,30,U/mL
P2,-5,20,U/mL
P2,60,70,U/mL
P2,90,70,U/mL
P3,-5,>400,U/mL
P3,21,201,U/mL
P3,49,180,U/mL
P4,-5,400,U/mL
P4,21,150,U/mL
"""


@pytest.fixture
def samples(tmp_path: Path) -> Path:
    path = tmp_path / "samples.csv"
    path.write_text(SAMPLES, encoding="utf-8")
    return path


def ran(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli.app, ["gcig", *(str(word) for word in arguments)])


def test_lines(samples: Path) -> None:
    ended = ran("--data", samples, "--uln", "35")
    assert ended.exit_code == 0, ended.output
    assert ended.stdout.splitlines() == [
        "P1  response on day 21, known on day 49, complete on day 49 (gcig.response.confirmed); NO PD",
        "P2  not evaluable (gcig.evaluable.below-twice-uln); PD from day 60 (category C)",
        "P3  undecided (gcig.response.undecided); NO PD",
        "P4  no response (gcig.response.unconfirmed); NO PD",
        "4 subjects: 1 of 3 evaluable responded, 1 completely; 1 progressed, 0 unconfirmed; 1 undecided, 0 not judged",
    ]


def test_the_shape_is_the_one_that_is_published(samples: Path, tmp_path: Path) -> None:
    schema = json.loads(CliRunner().invoke(cli.app, ["schema", "--command", "gcig"]).stdout)
    check = jsonschema.Draft202012Validator(schema)
    shown = json.loads(ran("--data", samples, "--uln", "35", "--json").stdout)
    check.validate(shown)
    assert shown["certainty"] == "unverified"
    assert [row["usubjid"] for row in shown["subjects"]] == ["P1", "P2", "P3", "P4"]
    assert shown["subjects"][0] | {"excluded": ""} == shown["subjects"][0]
    assert shown["counts"] == {
        "subjects": 4, "not_judged": 0, "evaluable": 3, "responses": 1, "complete_responses": 1, "undecided": 1,
        "progressions": 1, "unconfirmed_progressions": 0,
    }  # fmt: skip
    assert (shown["rules"]["min_confirm_days"], shown["rules"]["rise_factor"]) == (28, "11/10")
    written = json.loads(ran("--data", samples, "--uln", "35", "--json", "--out", tmp_path / "o.csv").stdout)
    check.validate(written)
    assert ("subjects" in written, written["counts"]) == (False, shown["counts"])


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_the_table(samples: Path, tmp_path: Path, ending: str) -> None:
    out = tmp_path / f"judged.{ending}"
    ended = ran("--data", samples, "--uln", "35", "--out", out)
    assert (ended.exit_code, ended.stdout) == (0, "")
    assert "the table stands in" in ended.stderr
    table = pl.read_csv(out) if ending == "csv" else pl.read_parquet(out)
    first = table.row(0, named=True)
    assert (first["RESPONSE_DAY"], first["RESPONSE_KNOWN_DAY"], first["COMPLETE_RESPONSE_DAY"]) == (21, 49, 49)
    assert (first["EVALUABLE"], first["BASELINE_DAY"], str(first["BASELINE"]), first["N_USED"]) == ("Y", -5, "400", 3)
    assert table["EVALUABLE"].to_list() == ["Y", "N", "Y", "Y"]
    assert table["PROGRESSION_CATEGORY"].to_list() == [None, "C", None, None]
    again = ran("--data", samples, "--uln", "35", "--out", out)
    assert again.exit_code == 4
    assert ran("--data", samples, "--uln", "35", "--out", out, "--force").exit_code == 0


def test_a_day_that_is_not_certain_stands_among_the_flags(tmp_path: Path) -> None:
    path = tmp_path / "samples.csv"
    rows = "USUBJID,DAY,VALUE,UNIT\nA,-5,400,U/mL\nA,21,<201,U/mL\nA,49,180,U/mL\nA,80,170,U/mL\n"
    path.write_text(rows, encoding="utf-8")
    row = json.loads(ran("--data", path, "--uln", "35", "--json").stdout)["subjects"][0]
    assert (row["response"], row["response_day"]) == ("RESPONSE", None)
    assert row["flags"].split() == ["response_day_21_to_49", "response_known_day_49_to_80"]


def test_a_subject_that_waits_for_a_correction(samples: Path) -> None:
    samples.write_text(SAMPLES + "P5,-5,0,U/mL\n", encoding="utf-8")
    ended = ran("--data", samples, "--uln", "35")
    assert ended.exit_code == 1
    assert "P5  not judged: line 13: '0' is no concentration above 0" in ended.stdout
    assert ended.stdout.splitlines()[-1].endswith("1 undecided, 1 not judged")
    shown = json.loads(ran("--data", samples, "--uln", "35", "--json").stdout)
    assert (shown["counts"]["not_judged"], shown["subjects"][-1]["response"]) == (1, "NOT JUDGED")


def test_switches(tmp_path: Path) -> None:
    path = tmp_path / "samples.csv"
    path.write_text(
        "USUBJID,DAY,VALUE,UNIT\nA,-5,400,U/mL\nA,21,190,U/mL\nA,49,205,U/mL\n"
        "B,-5,400,U/mL\nB,21,30,U/mL\nB,49,300,U/mL\nB,60,300,U/mL\nC,-5,400,U/mL\nC,21,30,U/mL\nC,48,20,U/mL\n"
        "C,49,190,U/mL\nD,-5,400,U/mL\nD,60,50,U/mL\nD,120,100,U/mL\nD,130,100,U/mL\n",
        encoding="utf-8",
    )

    def row(subject: str, *more: str) -> dict[str, object]:
        shown = json.loads(ran("--data", path, "--uln", "35", "--json", *more).stdout)
        found: dict[str, object] = next(each for each in shown["subjects"] if each["usubjid"] == subject)
        return found

    assert (row("A")["response"], row("A", "--lenient-confirm")["response"]) == ("NO RESPONSE", "RESPONSE")
    assert row("B")["progression"] == "PD"
    assert row("B", "--factor-uln", "9")["progression"] == "NO PD"
    assert row("D")["progression"] == "PD"
    assert row("D", "--factor-nadir", "2.5")["progression"] == "NO PD"
    events = tmp_path / "events.csv"
    events.write_text("USUBJID,DAY,KIND\nD,100,mouse antibodies\nD,61,pleural\n", encoding="utf-8")
    assert row("D", "--events", str(events))["progression"] == "NO PD"
    assert row("D", "--events", str(events), "--assay-unaffected")["progression"] == "PD"


def test_a_complete_response_that_must_be_confirmed(tmp_path: Path) -> None:
    path = tmp_path / "samples.csv"
    path.write_text("USUBJID,DAY,VALUE,UNIT\nA,-5,400,U/mL\nA,21,100,U/mL\nA,49,30,U/mL\n", encoding="utf-8")
    once, twice = (
        json.loads(ran("--data", path, "--uln", "35", "--json", *more).stdout)["subjects"][0]["complete_response"]
        for more in ((), ("--cr-confirmed",))
    )
    assert (once, twice) == ("Y", "N")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--uln", "0"), "'0' is no upper limit of normal"), (("--factor-uln", "two"), "'two' is not a factor"),
        (("--factor-nadir", "-1"), "'-1' is not a factor"), (("--out", "x.txt"), "end the name with .csv or .parquet"),
    ],
)  # fmt: skip
def test_what_is_refused(samples: Path, more: tuple[str, ...], words: str) -> None:
    ended = ran("--data", samples, *more)
    assert ended.exit_code == 2
    assert words in ended.stderr
