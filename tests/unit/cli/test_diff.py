"""``diff`` on the command line: its lines, its shape and its ends."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner, Result

from trialwright import cli
from trialwright.studies import FOLDER

pytestmark = pytest.mark.unvalidated

TEXT = (FOLDER / "nct07295132.yaml").read_text(encoding="utf-8")


def ran(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli.app, [str(word) for word in arguments])


@pytest.fixture
def amended(tmp_path: Path) -> Path:
    place = tmp_path / "amended.yaml"
    place.write_text(TEXT.replace("age: {at_least: 19}", "age: {at_least: 60}"), encoding="utf-8")
    return place


def test_lines_name_the_change_and_the_verdicts(amended: Path, repository: Path) -> None:
    ended = ran("diff", "nct07295132", amended, "--data", repository / "tests" / "fixtures" / "two_subjects")
    assert ended.exit_code == 0, ended.output
    assert "meaning    changed  /inclusion/I4/met_when/all/2/age/at_least  19 → 60\n" in ended.stdout
    assert "verdict    OV-01-001  registration  I4  MET → UNKNOWN (imprecise_date)\n" in ended.stdout
    assert ended.stdout.endswith("2 verdicts change, in 1 of 2 subjects who reached a gate\n")


def test_the_shape_is_the_one_that_is_published(amended: Path, repository: Path) -> None:
    schema = json.loads(ran("schema", "--command", "diff").stdout)
    for more in ([], ["--data", repository / "tests" / "fixtures" / "two_subjects"]):
        shown = json.loads(ran("diff", "nct07295132", amended, "--json", *more).stdout)
        jsonschema.Draft202012Validator(schema).validate(shown)
        assert shown["changes"][0]["old"] == "19"
        assert (shown["judged"] is None) == (not more)


def test_one_file_with_itself(amended: Path) -> None:
    ended = ran("diff", amended, amended)
    assert ended.stdout.endswith("0 changes (0 of meaning, 0 of rehearsal, 0 of words); the hash stays\n")


def test_bad_input(tmp_path: Path) -> None:
    assert ran("diff", "nct07295132", tmp_path / "no.yaml").exit_code == 2
    assert ran("diff", "nct07295132", "nct07295133").exit_code == 3
