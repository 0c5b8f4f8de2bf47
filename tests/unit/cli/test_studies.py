"""``studies``, ``schema`` and ``lint`` on the command line: what they show, their shapes, their exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner, Result

from trialwright import cli
from trialwright.conduct.studies import open_study
from trialwright.protocol.schema import study_schema
from trialwright.studies import FOLDER

pytestmark = pytest.mark.unvalidated

TEXT = (FOLDER / "nct07295132.yaml").read_text(encoding="utf-8")


def ran(*arguments: str) -> Result:
    return CliRunner().invoke(cli.app, arguments)


def has_its_shape(name: str, output: str) -> dict[str, object]:
    shape = json.loads(ran("schema", "--command", name).stdout)
    plain: dict[str, object] = json.loads(output)
    jsonschema.Draft202012Validator(shape, format_checker=jsonschema.FormatChecker()).validate(plain)
    return plain


def test_studies_are_listed_with_state_and_short_hash() -> None:
    ended = ran("studies")
    opened = open_study("nct07295132")
    assert ended.exit_code == 0
    lines = {line.split()[0]: line for line in ended.stdout.splitlines()}
    assert sorted(lines) == sorted(path.stem for path in FOLDER.glob("*.yaml"))
    assert set(lines) >= {"nct04562727", "nct05844813", "nct06178198", "nct06850103", "nct07295132"}
    own = lines["nct07295132"].split()
    assert own[:4] == ["nct07295132", opened.study.study.version, "DRAFT", opened.sha256[:12]]
    assert opened.study.study.title in lines["nct07295132"]


def test_studies_as_json() -> None:
    listed = has_its_shape("studies", ran("studies", "--json").stdout)["studies"]
    assert isinstance(listed, list)
    for each in listed:
        assert each["sha256"] == open_study(each["id"]).sha256
    assert len(listed) == len(list(FOLDER.glob("*.yaml")))


def test_the_schema_of_a_study_file() -> None:
    assert json.loads(ran("schema").stdout) == study_schema()
    assert len(ran("schema", "--json").stdout.splitlines()) == 1
    has_its_shape("schema", ran("schema", "--json").stdout)


def test_the_shape_of_a_command_of_two_words() -> None:
    assert ran("schema", "--command", "survival km").stdout == ran("schema", "--command", "survival-km").stdout


@pytest.mark.parametrize(("name", "hint"), [("lnt", "did you mean lint?"), ("survival", "say which: survival-")])
def test_an_unknown_shape_is_bad_usage(name: str, hint: str) -> None:
    ended = ran("schema", "--command", name)
    assert ended.exit_code == 2
    assert hint in ended.stderr


@pytest.mark.parametrize("place", sorted((Path(cli.__file__).parent / "schemas").glob("*.json")), ids=lambda p: p.stem)
def test_every_shipped_shape_is_a_schema(place: Path) -> None:
    jsonschema.Draft202012Validator.check_schema(json.loads(place.read_text(encoding="utf-8")))


def test_lint_of_a_study_without_errors_ends_well() -> None:
    ended = ran("lint", "nct07295132")
    assert ended.exit_code == 0
    assert ended.stdout.splitlines()[-1].startswith("nct07295132 DRAFT: 0 to mend, ")
    plain = has_its_shape("lint", ran("lint", "nct07295132", "--json").stdout)
    assert plain["problems"] == []
    assert plain["state"] == "draft"
    assert plain["record"] is None
    assert f"{plain['unchecked_claims']} claims about the registry record are unchecked" in ended.stdout


def test_lint_looks_claims_up_in_a_record(shared_seeds: Path) -> None:
    place = str(shared_seeds / "NCT07295132.txt")
    ended = ran("lint", "nct07295132", "--record", place)
    assert ended.exit_code == 0
    assert "claims about the registry record are all found in NCT07295132" in ended.stdout
    plain = has_its_shape("lint", ran("lint", "nct07295132", "--record", place, "--json").stdout)
    assert (plain["record"], plain["unchecked_claims"]) == ("NCT07295132", 0)
    assert ran("lint", "nct07295132", "--record", place + "x").exit_code == 2


def test_lint_of_a_broken_file_lists_every_problem_and_ends_with_1(tmp_path: Path) -> None:
    place = tmp_path / "mine.yaml"
    broken = TEXT.replace("attest: resectable", "attest: resectible").replace("planned: 160", 'planned: "160"')
    place.write_text(broken, encoding="utf-8")
    ended = ran("lint", str(place))
    assert ended.exit_code == 1
    assert [line.split()[0] for line in ended.stdout.splitlines()] == ["error", "error", "mine.yaml"]
    assert '"resectible" is not declared  did you mean resectable?' in ended.stdout
    plain = has_its_shape("lint", ran("lint", str(place), "--json").stdout)
    assert plain["study"] is None
    assert plain["counts"] == {"error": 2, "warning": 0, "info": 0}


def test_lint_errors_of_a_file_that_loads_end_with_1(tmp_path: Path) -> None:
    place = tmp_path / "mine.yaml"
    place.write_text(
        TEXT.replace("method: logrank, role: primary", "method: logrank, role: supporting"), encoding="utf-8"
    )
    ended = ran("lint", str(place), "--json")
    assert ended.exit_code == 1
    assert has_its_shape("lint", ended.stdout)["study"] == "nct07295132"


@pytest.mark.parametrize(("name", "code"), [("nct99999999", 3), ("missing.yaml", 2)])
def test_what_is_not_there_has_its_exit_code(name: str, code: int) -> None:
    assert ran("lint", name).exit_code == code


def test_the_order_of_messages_shows_file_line_path_what_and_mend(tmp_path: Path) -> None:
    place = tmp_path / "mine.yaml"
    place.write_text(TEXT.replace("attest: resectable", "attest: resectible"), encoding="utf-8")
    line = next(number for number, words in enumerate(TEXT.splitlines(), 1) if "attest: resectable" in words)
    shown = ran("lint", str(place)).stdout.splitlines()[0]
    assert shown.startswith(f"error  mine.yaml:{line}:")
    assert "  /inclusion/I5/met_when/attest  " in shown
