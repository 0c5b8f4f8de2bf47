"""``kelim`` on the command line: its lines, its shapes, its files and its ends."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import jsonschema
import polars as pl
import pytest
from click.testing import CliRunner, Result

from tests.unit.exchange.test_estimates_in import MONOLIX, NONMEM
from trialwright import cli
from trialwright.model.parameter_set import NOT_FOR_CLINICAL_USE

pytestmark = pytest.mark.unvalidated

HEAD = "USUBJID,DAY,VALUE,UNIT,ASSAY,UNTIL\n"
SAMPLES = (
    HEAD
    + """P2,0,850,U/mL,,63
P2,21,640,U/mL,,63
P2,42,470,kU/L,,63
P2,63,350,U/mL,,63
P2,64,9,U/mL,,63
P4,0,410,U/mL,A,
P4,22,180,U/mL,B,
P4,44,90,U/mL,B,
P5,0,410,U/mL,,
P5,22,180,U/mL,,
P5,101,9,U/mL,,
"""
)
WRONG = SAMPLES + "P6,0,0,U/mL,,\nP7,0,90,U/L,,\n"


def ran(*arguments: object) -> Result:
    return CliRunner().invoke(cli.app, ["kelim", *(str(word) for word in arguments)])


@pytest.fixture
def series(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str = SAMPLES) -> Path:
        path = tmp_path / "series.csv"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def valid(name: str, shown: str) -> Mapping[str, Any]:
    schema = json.loads(CliRunner().invoke(cli.app, ["schema", "--command", name]).stdout)
    shape: Mapping[str, Any] = json.loads(shown)
    jsonschema.Draft202012Validator(schema).validate(shape)
    return shape


def test_map_tells_each_patient_with_what_was_left_out(series: Callable[..., Path]) -> None:
    ended = ran("map", "--data", series(), "--parameters", "demo")
    assert ended.exit_code == 0, ended.output
    told = "90% 0.0174 to 0.0701), unfavourable (0.58), probability about 0.90; 4 samples; left out line 6: after until"
    other = "90% 0.0316 to 0.0895), unfavourable (0.89), probability about 0.65; 3 samples; assay_change"
    assert ended.stdout.splitlines() == [
        NOT_FOR_CLINICAL_USE,
        f"P2  KELIM 0.0349/d ({told}",
        f"P4  KELIM 0.0532/d ({other}",
        "P5  not calculable: 2 usable values, 3 are due; left out line 12: after window",
        "2 estimated, 1 not calculable, 0 with samples to correct",
    ]


def test_a_sample_to_correct_ends_with_1(series: Callable[..., Path]) -> None:
    ended = ran("map", "--data", series(WRONG), "--parameters", "demo", "--json")
    assert ended.exit_code == 1, ended.output
    shape = valid("kelim map", ended.stdout)
    assert shape["counts"] == {
        "estimated": 2, "not_calculable": 1, "error": 2, "favourable": 0, "unfavourable": 2,
    }  # fmt: skip
    assert [each["reason"] for each in shape["subjects"][3:]] == ["value not positive", "unit refused"]
    assert shape["parameters"]["banner"] == NOT_FOR_CLINICAL_USE


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_map_writes_a_table(series: Callable[..., Path], tmp_path: Path, ending: str) -> None:
    out = tmp_path / f"rates.{ending}"
    arguments = ("map", "--data", series(), "--parameters", "demo", "--posterior", "--seed", 7, "--out", out)
    ended = ran(*arguments)
    assert ended.exit_code == 0, ended.output
    assert NOT_FOR_CLINICAL_USE in ended.stderr
    table = pl.read_csv(out) if ending == "csv" else pl.read_parquet(out)
    assert table["KELIM_PER_DAY"].to_list() == [
        pytest.approx(0.0349461, rel=1e-5),
        pytest.approx(0.0531717, rel=1e-5),
        None,
    ]
    assert set(table["PARAMSET_STATUS"]) == {"demo"}
    assert ran(*arguments).exit_code == 4
    first = out.read_bytes()
    assert ran(*arguments, "--force").exit_code == 0
    assert out.read_bytes() == first


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--parameters", "lyon"), 2, "there is no parameter set 'lyon'"),
        (("--parameters", "demo", "--rule", "last_day"), 2, "sets nothing"),
        (("--parameters", "demo", "--rule", "lastday=5"), 2, "there is no rule 'lastday'"),
        (("--parameters", "demo", "--json", "--out", "x.csv"), 2, "exclude one another"),
        (("--parameters", "demo", "--out", "x.xlsx"), 2, "no table can be written"),
        (("--parameters", "demo", "--study", "nct0"), 3, "no study"),
    ],
)
def test_what_makes_no_sense_is_refused(
    series: Callable[..., Path], arguments: tuple[str, ...], code: int, words: str
) -> None:
    ended = ran("map", "--data", series(), *arguments)
    assert ended.exit_code == code, ended.output
    assert words in ended.stderr
    assert not Path("x.csv").exists()


def test_a_table_that_is_none_shows_nothing(series: Callable[..., Path]) -> None:
    for text in (HEAD, "USUBJID,DAY,VALUE\nA,0,1\n", ""):
        ended = ran("map", "--data", series(text), "--parameters", "demo", "--json")
        assert (ended.exit_code, ended.stdout) == (2, "")


def test_rules_are_set_by_name(series: Callable[..., Path]) -> None:
    shape = valid(
        "kelim map",
        ran(
            "map", "--data", series(), "--parameters", "demo", "--rule", "last_day=101", "--rule", "uln=210", "--json"
        ).stdout,
    )
    assert (shape["rules"]["last_day"], shape["counts"]["estimated"]) == (101, 3)
    assert shape["subjects"][2]["flags"] == ["low_baseline"]


def test_interventions_and_covariates_stand_in_tables_of_their_own(series: Callable[..., Path], tmp_path: Path) -> None:
    events = tmp_path / "events.csv"
    events.write_text("USUBJID,DAY\nP4,20\n", encoding="utf-8")
    arguments = ("map", "--data", series(), "--parameters", "demo", "--events", events)
    assert "interference" in ran(*arguments).stdout
    assert "P4  not calculable: 1 usable values" in ran(*arguments, "--rule", "interference=drop").stdout
    events.write_text("USUBJID,DAY\nP4,soon\n", encoding="utf-8")
    assert "events.csv:2: the day of an intervention" in ran(*arguments).stderr


def test_simulate_says_simulated_in_every_row_and_so_does_what_follows(tmp_path: Path) -> None:
    out, truth = tmp_path / "series.csv", tmp_path / "truth.csv"
    arguments = ("simulate", "demo", "--n", 30, "--seed", 4, "--lloq", 5, "--out", out, "--truth", truth)
    shape = valid("kelim simulate", ran(*arguments, "--json").stdout)
    table = pl.read_csv(out, infer_schema=False)
    assert set(table["ORIGIN"]) == {"SIMULATED"}
    assert (table.height, table["USUBJID"].n_unique()) == (shape["samples"], 30)
    assert table["VALUE"].str.contains(r"^<?[0-9]+(\.[0-9]+)?$").all()
    assert table["VALUE"].str.starts_with("<").mean() == pytest.approx(shape["below_share"])
    assert set(pl.read_csv(truth)["ORIGIN"]) == {"SIMULATED"}
    assert ran(*arguments).exit_code == 4
    first = out.read_bytes()
    assert ran(*arguments, "--force").stdout.startswith("SIMULATED")
    assert out.read_bytes() == first
    mapped = valid("kelim map", ran("map", "--data", out, "--parameters", "demo", "--json").stdout)
    assert all("simulated" in each["flags"] for each in mapped["subjects"])


def test_vpc_compares_and_draws(tmp_path: Path) -> None:
    out, report = tmp_path / "series.csv", tmp_path / "report"
    assert ran("simulate", "demo", "--n", 40, "--seed", 4, "--out", out).exit_code == 0
    asked = ("vpc", out, "--parameters", "demo", "--replicates", 60)
    shape = valid("kelim vpc", ran(*asked, "--json", "--report", report).stdout)
    assert shape["origin"] == "simulated"
    assert sum(each["values"] for each in shape["bins"]) == pl.read_csv(out).height
    page = (report / "diagnostics.html").read_text(encoding="utf-8")
    assert "SIMULATED" in page
    assert NOT_FOR_CLINICAL_USE in page
    assert {"vpc.svg", "vpc.csv", "npde.svg", "fits.svg"} <= set(shape["report"])
    assert all(
        "SIMULATED" in (report / name).read_text(encoding="utf-8") for name in shape["report"] if name.endswith("svg")
    )
    assert ran(*asked).stdout.startswith("SIMULATED")
    assert ran(*asked, "--report", report).exit_code == 4


def test_an_import_is_verified_by_two_signatures(tmp_path: Path) -> None:
    estimates, out = tmp_path / "estimates.json", tmp_path / "own.yaml"
    estimates.write_text(json.dumps(NONMEM), encoding="utf-8")
    shape = valid("kelim import", ran("import", estimates, "-o", out, "--json").stdout)
    assert (shape["parameters"]["status"], shape["parameters"]["cutoff"]) == ("transcribed", None)
    sign = ("sign", out, "--role", "statistician", "--on", "2026-01-05")
    assert "1 of 2 different people" in ran(*sign, "--name", "A B").stdout
    assert ran(*sign, "--name", "a b").exit_code == 4
    shape = valid("kelim sign", ran(*sign, "--name", "C D", "--json").stdout)
    assert (shape["parameters"]["status"], shape["parameters"]["banner"]) == ("verified", None)
    estimates.write_text(json.dumps({**MONOLIX, "parameters": {**MONOLIX["parameters"], "a": 0.3}}), encoding="utf-8")  # type: ignore[dict-item]  # a mapping
    ended = ran("import", estimates, "-o", out)
    assert (ended.exit_code, "never changed" in ended.stderr) == (4, True)


def test_fit_writes_a_set_that_map_takes(tmp_path: Path) -> None:
    series, out = tmp_path / "series.csv", tmp_path / "Own set.yaml"
    assert ran("simulate", "demo", "--n", 30, "--seed", 4, "--out", series).exit_code == 0
    ended = ran(
        "fit", series, "-o", out, "--runs", 1, "--iterations", 100, "--cutoff", 0.06, "--line", "recurrent", "--json"
    )
    assert ended.exit_code in (0, 1), ended.output
    shape = valid("kelim fit", ended.stdout)
    assert (ended.exit_code == 1) is bool(shape["doubts"])
    assert (shape["origin"], shape["parameters"]["id"], shape["parameters"]["status"]) == (
        "simulated",
        "own-set",
        "local_fit",
    )
    assert "SIMULATED" in ended.stderr
    mapped = valid("kelim map", ran("map", "--data", series, "--parameters", out, "--json").stdout)
    assert mapped["parameters"]["sha256"] == shape["parameters"]["sha256"]
    assert mapped["parameters"]["cutoff"] == {"value": 0.06, "origin": "given"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--effect", "AGE"), "is no effect"),
        (("--effect", "AGE=kelim"), "there is no column AGE"),
        (("--start", "lyon"), "there is no parameter set 'lyon'"),
        (("--cutoff", "0"), "not in the range"),
    ],
)
def test_a_fit_that_makes_no_sense_is_refused(
    series: Callable[..., Path], tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    ended = ran("fit", series(), "-o", tmp_path / "own.yaml", *arguments)
    assert ended.exit_code == 2, ended.output
    assert words in ended.stderr
    assert not (tmp_path / "own.yaml").exists()
