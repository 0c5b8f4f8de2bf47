"""The table of commands: quick to show, every line of it works, every end has its exit code."""

from __future__ import annotations

import errno
import json
import resource
import subprocess
import sys
from collections.abc import Callable

import click
import pytest
from click.testing import CliRunner, Result

from trialwright import __version__, cli
from trialwright.errors import (
    DataError,
    DateError,
    EstimationError,
    InputError,
    NotAllowedError,
    NumericsError,
    StoreError,
    StudyError,
    UnitError,
)

pytestmark = pytest.mark.unvalidated

HEAVY = {"numpy", "numba", "polars", "scipy", "pydantic", "altair", "jinja2", "vl_convert", "ruamel"}


def ended_with(error: Callable[[], BaseException], monkeypatch: pytest.MonkeyPatch) -> Result:
    def fail() -> None:
        raise error()

    monkeypatch.setattr(cli, "load_object", lambda place: click.Command("run", callback=fail))
    return CliRunner().invoke(cli.app, ["run"])


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_every_command_of_the_table_loads_and_helps(name: str) -> None:
    done = CliRunner().invoke(cli.app, [name, "--help"])
    assert done.exit_code == 0, done.output
    assert done.output.startswith("Usage: ")


def spent_by_children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def test_help_is_quick() -> None:
    """In seconds of processor time, so that a busy machine does not decide."""
    spent = []
    for _ in range(3):
        before = spent_by_children()
        subprocess.run([sys.executable, "-m", "trialwright", "--help"], check=True, capture_output=True)
        spent.append(spent_by_children() - before)
    assert min(spent) < 0.3


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import json, sys\nfrom click.testing import CliRunner\nfrom trialwright.cli import app\n"
        "assert CliRunner().invoke(app, ['--help']).exit_code == 0\nprint(json.dumps(sorted(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert HEAVY & {name.split(".")[0] for name in json.loads(done.stdout)} == set()


def test_help_names_every_command_and_its_summary() -> None:
    shown = " ".join(CliRunner().invoke(cli.app, ["--help"]).output.split())
    for name, entry in cli.COMMANDS.items():
        assert f" {name} {entry.summary} " in shown


@pytest.mark.parametrize("name", ["allocate", "kelim", "survival"])
def test_help_of_a_group_cuts_no_sentence_short(name: str) -> None:
    listed = CliRunner().invoke(cli.app, [name, "--help"], terminal_width=80).stdout.partition("Commands:")[2]
    assert len(listed.split()) > 30
    assert "..." not in listed


def test_version_is_shown() -> None:
    done = CliRunner().invoke(cli.app, ["--version"])
    assert (done.exit_code, done.output) == (0, f"trialwright, version {__version__}\n")


def test_a_slip_of_the_finger_gets_a_suggestion() -> None:
    done = CliRunner().invoke(cli.app, ["simulat"])
    assert done.exit_code == 2
    assert "did you mean simulate?" in done.stderr
    assert done.stdout == ""


def test_an_unknown_command_gets_the_list() -> None:
    done = CliRunner().invoke(cli.app, ["qqq"])
    assert done.exit_code == 2
    assert "there are demo, studies" in done.stderr


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (InputError, 2),
        (DataError, 2),
        (UnitError, 2),
        (DateError, 2),
        (NumericsError, 2),
        (StudyError, 3),
        (NotAllowedError, 4),
        (EstimationError, 5),
        (StoreError, 6),
    ],
)
def test_each_kind_of_error_has_its_exit_code(kind: type, code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    done = ended_with(lambda: kind("no unit", where="lb.csv:4", mend="write U/mL"), monkeypatch)
    assert done.exit_code == code
    assert done.stderr == "trialwright: error: lb.csv:4: no unit (to mend: write U/mL)\n"
    assert done.stdout == ""


def test_anything_else_is_our_bug_and_says_where(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TRIALWRIGHT_TRACEBACK", raising=False)
    done = ended_with(lambda: KeyError("RANDDT"), monkeypatch)
    assert done.exit_code == 70
    assert done.stderr.startswith("trialwright: this is our bug, not a fault of your files: KeyError: 'RANDDT' at ")
    assert "test_cli.py:" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_whole_path_of_a_bug_is_shown_on_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRIALWRIGHT_TRACEBACK", "1")
    assert "Traceback" in ended_with(lambda: KeyError("RANDDT"), monkeypatch).stderr


def test_a_file_that_is_not_there_is_bad_input(monkeypatch: pytest.MonkeyPatch) -> None:
    done = ended_with(lambda: FileNotFoundError(errno.ENOENT, "No such file or directory", "dm.csv"), monkeypatch)
    assert (done.exit_code, done.stderr) == (2, "trialwright: error: dm.csv: No such file or directory\n")


def test_an_interrupt_is_said_and_is_not_success(monkeypatch: pytest.MonkeyPatch) -> None:
    done = ended_with(KeyboardInterrupt, monkeypatch)
    assert done.exit_code == 130
    assert "interrupted" in done.stderr


def test_a_command_may_end_with_findings(monkeypatch: pytest.MonkeyPatch) -> None:
    command = click.Command("run", callback=lambda: click.get_current_context().exit(cli.EXIT_FINDINGS))
    monkeypatch.setattr(cli, "load_object", lambda place: command)
    assert CliRunner().invoke(cli.app, ["run"]).exit_code == 1


def test_a_wrong_option_is_a_usage_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "load_object", lambda place: click.Command("run"))
    done = CliRunner().invoke(cli.app, ["run", "--nothing"])
    assert done.exit_code == 2
    assert "No such option" in done.stderr


def test_a_place_that_holds_no_command_is_our_bug(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "load_object", lambda place: object())
    assert CliRunner().invoke(cli.app, ["run"]).exit_code == 70


def test_a_bug_below_us_is_placed_in_our_own_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TRIALWRIGHT_TRACEBACK", raising=False)
    monkeypatch.setattr(cli, "COMMANDS", {"run": cli.Entry("os:", "")})
    done = CliRunner().invoke(cli.app, ["run"])
    assert done.exit_code == 70
    assert "library.py:" in done.stderr
