"""Every command's ``--json`` writes one JSON object of its own shape on standard output, and messages elsewhere."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import click
import jsonschema
import pytest

from tests.e2e.rude import STUDY, TWO_SUBJECTS, call, folder, run_arguments, study_file, swap
from trialwright.cli import COMMANDS
from trialwright.model.library import load_object

pytestmark = pytest.mark.unvalidated

Lines = Mapping[str, tuple[list[object], int]]

SURVIVAL = {
    "km": (), "quantiles": (), "milestones": ("--times", "5,9"), "logrank": (), "cox": (), "zph": (),
    "rmst": ("--tau", "10"), "cif": (), "gray": (), "finegray": (),
}  # fmt: skip

TRIED = (
    "demo", "studies", "schema", "lint", "lint broken", "simulate", "run", "trace", "import", "gcig", "respond",
    *(f"survival {name}" for name in SURVIVAL),
)  # fmt: skip


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> Lines:
    """A command line for each command with ``--json``, and the exit code it ends with."""
    place = tmp_path_factory.mktemp("json")
    table = place / "t.csv"
    table.write_text("t,e,a\n" + "".join(f"{n},{n % 3 > 0:d},{'AB'[n % 2]}\n" for n in range(1, 40)), encoding="utf-8")
    broken = place / "broken.yaml"
    broken.write_text(study_file("planned: 160", "planned: 0012"), encoding="utf-8")
    doubtful = folder(place / "doubtful", {"lb.csv": swap(",850,", ",-850,")})
    ran = place / "ran"
    assert call(*run_arguments(TWO_SUBJECTS, ran, "--by-arm")).code == 0
    common = ["--data", table, "--time", "t", "--event", "e", "--arm", "a"]
    record = folder_of_records() / "page.txt"
    samples = place / "samples.csv"
    rows = ("A,-5,400", "A,21,200", "A,49,30", "B,-5,<50", "B,21,0", "C,-5,60")
    samples.write_text("USUBJID,DAY,VALUE,UNIT\n" + "".join(f"{row},U/mL\n" for row in rows), encoding="utf-8")
    every = {
        "demo": (["demo", "--n", 4, "--out", place / "demo"], 0),
        "studies": (["studies"], 0),
        "schema": (["schema"], 0),
        "lint": (["lint", STUDY], 0),
        "lint broken": (["lint", broken], 1),
        "simulate": (["simulate", STUDY, "--n", 4, "--seed", 1, "--out", place / "simulated"], 0),
        "run": (run_arguments(doubtful, place / "run"), 0),
        "trace": (["trace", "PFS/hr", "--run", ran, "--data", TWO_SUBJECTS], 0),
        "import": (["import", record], 0),
        "respond": (["respond", "--data", TWO_SUBJECTS, "--criteria", "recist-1.1"], 0),
        "gcig": (["gcig", "--data", samples, "--uln", 35], 1),
        **{f"survival {name}": (["survival", name, *common, *more], 0) for name, more in SURVIVAL.items()},
    }
    assert set(every) == set(TRIED)
    return {name: line for name, line in every.items() if name.split()[0] in COMMANDS}


def folder_of_records() -> Path:
    return TWO_SUBJECTS.parent / "registry"


def with_json() -> list[str]:
    """Names of all commands that have ``--json``."""
    names: list[str] = []
    for name, entry in COMMANDS.items():
        command = load_object(entry.place)
        inner = command.commands if isinstance(command, click.Group) else {}
        parts = {f"{name} {part}": found for part, found in inner.items()} or {name: command}
        names += [part for part, found in parts.items() if any("--json" in option.opts for option in found.params)]  # type: ignore[attr-defined]  # each is a click command
    return names


def checks_its_shapes(command: str) -> bool:
    """Whether the command's own tests hold what it writes against a schema."""
    module = COMMANDS[command.split(maxsplit=1)[0]].place.partition(":")[0].rpartition(".")[2]
    own = Path(__file__).parents[1] / "unit" / "cli" / f"test_{module}.py"
    return own.is_file() and "jsonschema" in own.read_text(encoding="utf-8")


def test_every_command_with_json_is_tried(lines: Lines) -> None:
    untried = [name for name in with_json() if name not in lines and not checks_its_shapes(name)]
    assert untried == [], "give each a command line in the fixture lines, or a test of its shape beside its own tests"


@pytest.mark.parametrize("name", TRIED)
def test_json_is_one_object_of_the_shipped_shape(lines: Lines, name: str) -> None:
    assert name in lines, f"there is no command {name}"
    arguments, code = lines[name]
    done = call(*arguments, "--json")
    assert done.code == code, done.stderr
    shape = json.loads(done.stdout)
    shown = call("schema", "--command", name.removesuffix(" broken"))
    assert shown.code == 0
    schema = json.loads(shown.stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(shape, schema, format_checker=jsonschema.FormatChecker())


@pytest.mark.parametrize("more", [["--json"], []])
def test_messages_are_not_results(tmp_path: Path, more: list[str]) -> None:
    done = call(*run_arguments(TWO_SUBJECTS, tmp_path / "out", *more))
    assert "trialwright: reading the data folder\n" in done.stderr
    assert "reading the data folder" not in done.stdout


def test_a_refusal_writes_nothing_on_standard_output(tmp_path: Path) -> None:
    data = folder(tmp_path / "data", {"lb.csv": b""})
    for arguments in (run_arguments(data, tmp_path / "out", "--json"), ["trace", "x", "--run", str(data), "--json"]):
        done = call(*arguments)
        assert (done.code, done.stdout) == (2, "")
        assert done.stderr


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "no results here; No such file or directory (to mend: name a directory written by run)"),
        (b"", "not readable as JSON"),
        (b"\xff\xfe", "not readable as JSON"),
        (b"[]", "not the results of a run"),
        (b'{"results": [], "edges": [[1]], "inputs": {}, "by_arm": true}', "not the results of a run"),
        (b'{"results": [], "edges": [], "inputs": 5, "by_arm": true}', "not the results of a run"),
    ],
)
def test_a_trace_of_what_is_no_run(tmp_path: Path, content: bytes | None, words: str) -> None:
    (tmp_path / "study.yaml").write_text("language: 1", encoding="utf-8")
    if content is not None:
        (tmp_path / "results.json").write_bytes(content)
    done = call("trace", "PFS/hr", "--run", tmp_path)
    assert (done.code, done.stdout) == (2, "")
    assert f"{tmp_path}/results.json: {words}" in done.stderr


def test_a_trace_asks_for_the_data_the_run_has_read(lines: Lines, tmp_path: Path) -> None:
    ran = lines["trace"][0][3]
    unknown = call("trace", "PFS/hrr", "--run", ran)
    assert (unknown.code, "did you mean PFS/hr" in unknown.stderr) == (2, True)
    absent = call("trace", "PFS/hr", "--run", ran, "--data", tmp_path)
    assert (absent.code, "cannot be opened; No such file or directory (to mend:" in absent.stderr) == (2, True)
    changed = folder(tmp_path / "data", {"dm.csv": swap("1959-07", "1958-07")})
    tampered = call("trace", "PFS/hr", "--run", ran, "--data", changed)
    assert tampered.code == 2
    assert "dm.csv: not the file the run has read; its SHA-256 differs (to mend:" in tampered.stderr
