"""``template`` on the command line: forms written, forms read, and its ends."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner, Result

from tests.unit.exchange.forms.filled import SUBJECT, fill
from trialwright import cli

pytestmark = pytest.mark.unvalidated

WRONG = {"subject": "0012", "date": "2026-02-30", "ca125": "35", "ca125.unit": "U/mL"}


def ran(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli.app, ["template", "nct07295132", *(str(word) for word in arguments)])


def shape_of(output: str) -> dict[str, object]:
    schema = json.loads(CliRunner().invoke(cli.app, ["schema", "--command", "template"]).stdout)
    plain: dict[str, object] = json.loads(output)
    jsonschema.Draft202012Validator(schema).validate(plain)
    return plain


def test_forms_are_written_once(tmp_path: Path) -> None:
    path = tmp_path / "forms.xlsx"
    ended = ran("--out", path)
    assert ended.exit_code == 0, ended.output
    assert ended.stdout.splitlines()[1] == "sheet    Screening                33 columns"
    assert ended.stdout.endswith(f"forms    {path}\n")
    assert ran("--out", path).exit_code == 2
    shown = shape_of(ran("--out", path, "--force", "--json").stdout)
    assert (shown["forms"], shown["out"], shown["tables"], shown["findings"]) == (str(path), None, None, [])


def test_filled_forms_become_a_folder(tmp_path: Path) -> None:
    path, data = tmp_path / "forms.xlsx", tmp_path / "data"
    ran("--out", path)
    fill(path, {"Subjects": [SUBJECT], "Cycle": [{**WRONG, "date": "2026-02"}]})
    ended = ran("--read", path, "--out", data)
    assert ended.exit_code == 0, ended.output
    assert f"data     {data} (dm 1, " in ended.stdout
    shown = shape_of(ran("--read", path, "--out", tmp_path / "again", "--json").stdout)
    assert isinstance(shown["tables"], dict)
    assert (shown["tables"]["lb"], shown["out"]) == (1, str(tmp_path / "again"))


def test_a_wrong_cell_ends_with_1_and_nothing_is_written(tmp_path: Path) -> None:
    path, data = tmp_path / "forms.xlsx", tmp_path / "data"
    ran("--out", path)
    fill(path, {"Subjects": [SUBJECT], "Cycle": [WRONG]})
    ended = ran("--read", path, "--out", data)
    assert ended.exit_code == 1
    assert ended.stdout.startswith("E D01  Cycle!B5  0012: '2026-02-30' is not a date that exists (to mend: ")
    assert "findings 1 to correct, 0 to look at, 0 for information" in ended.stdout
    assert not data.exists()
    done = ran("--read", path, "--out", data, "--json")
    assert done.exit_code == 1
    assert shape_of(done.stdout)["out"] is None


def test_bad_input(tmp_path: Path) -> None:
    assert ran("--out", tmp_path / "forms.csv").exit_code == 2
    assert ran("--read", tmp_path / "none.xlsx", "--out", tmp_path / "data").exit_code == 2
    assert ran("--read", tmp_path / "none.xlsx", "--out", tmp_path / "data", "--force").exit_code == 2
