"""``trialwright simulate``."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner

from trialwright.cli import app

pytestmark = pytest.mark.unvalidated

SCHEMA = Path(__file__).parents[3] / "src" / "trialwright" / "cli" / "schemas" / "simulate.json"


def called(*arguments: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, ["simulate", *arguments])
    return done.exit_code, done.stdout, done.stderr


def test_it_writes_a_folder_and_says_what(tmp_path: Path) -> None:
    code, told, progress = called("nct07295132", "--n", "12", "--seed", "7", "--out", str(tmp_path / "data"))
    assert code == 0
    assert "DRAFT SIMULATED" in told
    assert "allocated  12 of " in told
    assert "inventing subjects" in progress
    assert (tmp_path / "data" / "truth" / "truth.csv").is_file()


def test_json_has_its_shape(tmp_path: Path) -> None:
    code, told, _ = called("nct07295132", "--n", "5", "--seed", "7", "--out", str(tmp_path / "data"), "--json")
    assert code == 0
    shape = json.loads(told)
    jsonschema.validate(shape, json.loads(SCHEMA.read_text(encoding="utf-8")))
    assert shape["allocated"] == 5
    assert set(shape["rows"]) == {path.name for path in (tmp_path / "data").glob("*.csv")}


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("nct0729513", "--seed", "1"), 3, "did you mean"),
        (("nct07295132", "--seed", "1", "--scenario", "best"), 3, "there are: base"),
        (("nct07295132", "--seed", "1", "--n", "0"), 2, "1<=x"),
        (("nct07295132", "--seed", "-1"), 2, "0<=x"),
        (("nct07295132",), 2, "--seed"),
        (("nct07295132", "--seed", "1", "--format", "xlsx"), 2, "xlsx"),
    ],
)
def test_what_cannot_be_done_is_refused(tmp_path: Path, arguments: tuple[str, ...], code: int, told: str) -> None:
    found, _, message = called(*arguments, "--out", str(tmp_path / "data"))
    assert found == code
    assert told in message
    assert not (tmp_path / "data").exists()


def test_a_full_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("x", encoding="utf-8")
    for extra in ((), ("--force",)):
        code, _, message = called("nct07295132", "--n", "5", "--seed", "7", "--out", str(tmp_path), *extra)
        assert code == 2
        assert "new folder" in message
        assert "inventing" not in message
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
