"""``due`` on the command line: its lines, its shape and its ends."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner, Result

from trialwright import cli

pytestmark = pytest.mark.unvalidated


def ran(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli.app, ["due", "nct07295132", *(str(word) for word in arguments)])


@pytest.fixture
def data(repository: Path) -> Path:
    return repository / "tests" / "fixtures" / "two_subjects"


def test_lines_of_a_day(data: Path) -> None:
    ended = ran("--data", data, "--on", "2026-02-04", "--subject", "OV-01-001")
    assert ended.exit_code == 0, ended.output
    lines = ended.stdout.splitlines()
    assert lines[:2] == ["nct07295132 DRAFT  due on 2026-02-04", "OV-01-001  waits for allocation"]
    assert "  missing  resectable           decision       before allocation  (by surgeon)" in lines
    assert "  next     ca125                cycle 3        2026-02-20 to 2026-02-26  (last 2026-02-02)" in lines
    assert "0 overdue, 0 due, 7 missing, 1 next, 1 missed" in lines
    assert "left out because they tell the arm: operation, morbidity" in ended.stderr


def test_all_lists_what_was_missed(data: Path) -> None:
    ended = ran("--data", data, "--on", "2026-02-04", "--all", "--subject", "OV-01-001")
    assert "  missed   ca125                screening      2025-12-09 to 2026-01-06" in ended.stdout


def test_the_shape_is_the_one_that_is_published(data: Path) -> None:
    schema = json.loads(CliRunner().invoke(cli.app, ["schema", "--command", "due"]).stdout)
    check = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
    for day in ("2026-01-01", "2026-01-10", "2026-07-20", "2027-03-01"):
        shown = json.loads(ran("--data", data, "--on", day, "--json").stdout)
        check.validate(shown)
        assert sum(shown["counts"].values()) == len(shown["tasks"])
    assert {row["subject"]: row["why"] for row in shown["subjects"]} == {"OV-01-001": None, "OV-02-001": "DEATH"}


def test_no_arm_without_being_asked(data: Path) -> None:
    pooled = ran("--data", data, "--on", "2026-06-30", "--json").stdout
    assert "SCS" not in pooled
    assert not {"operation", "morbidity"} & {task["visit"] for task in json.loads(pooled)["tasks"]}


@pytest.mark.parametrize(
    ("arguments", "code", "what"),
    [
        (["--on", "2026-02-30"], 2, "does not exist"),
        (["--on", "tomorrow"], 2, "is no day"),
        (["--on", "2026-03-01", "--subject", "OV-9"], 2, "no subject 'OV-9'"),
    ],
)
def test_bad_input(data: Path, arguments: list[str], code: int, what: str) -> None:
    ended = ran("--data", data, *arguments)
    assert ended.exit_code == code
    assert what in ended.stderr
    assert ended.stdout == ""


def test_a_day_after_the_data_end_is_told(data: Path) -> None:
    late, early = (ran("--data", data, "--on", day) for day in ("2027-04-01", "2027-03-31"))
    assert "the data end on 2027-03-31; what was done since is not known" in late.stderr
    assert "the data end" not in early.stderr
