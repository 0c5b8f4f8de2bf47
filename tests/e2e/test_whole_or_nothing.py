"""What a command writes appears whole or not at all, whatever goes wrong while it is written."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from tests.account import bound_by_modes
from tests.e2e.rude import STUDY, TWO_SUBJECTS, call, folder, run_arguments, study_file
from trialwright.conduct import run as conduct_run

pytestmark = pytest.mark.unvalidated

NO_SPACE = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return folder(tmp_path / "data")


def listed(place: Path) -> set[str]:
    return {str(path.relative_to(place)) for path in place.rglob("*")}


def failing(error: BaseException) -> Callable[..., None]:
    def fail(*_: object, **__: object) -> None:
        raise error

    return fail


@pytest.mark.parametrize("step", ["build", "results_json", "write_tables"])
def test_a_full_disk_leaves_nothing(data: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    """The report, the results, the frames: each may be the one that no longer fits."""
    monkeypatch.setattr(conduct_run, step, failing(NO_SPACE))
    before = listed(data.parent)
    done = call(*run_arguments(data, data.parent / "deep" / "er" / "out"))
    assert done.code == 2
    assert f"{data.parent}/deep/er/out cannot be written; No space left on device" in done.stderr
    assert "make room there" in done.stderr
    assert listed(data.parent) == before


def test_a_disk_that_fills_up_half_way_leaves_nothing(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = Path.write_bytes
    names: list[str] = []

    def write(path: Path, body: bytes) -> int:
        names.append(path.name)
        if len(names) == 5:
            written(path, body[: len(body) // 2])
            raise NO_SPACE
        return written(path, body)

    before = listed(data.parent)
    monkeypatch.setattr(Path, "write_bytes", write)
    done = call(*run_arguments(data, data.parent / "out"))
    assert (done.code, len(names)) == (2, 5)
    assert listed(data.parent) == before


def test_a_bug_half_way_leaves_nothing_and_is_said_to_be_ours(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conduct_run, "write_tables", failing(ZeroDivisionError("x")))
    before = listed(data.parent)
    done = call(*run_arguments(data, data.parent / "out"))
    assert (done.code, "this is our bug" in done.stderr) == (70, True)
    assert listed(data.parent) == before


def test_an_interrupt_while_writing_leaves_nothing(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conduct_run, "write_tables", failing(KeyboardInterrupt()))
    before = listed(data.parent)
    done = call(*run_arguments(data, data.parent / "out"))
    assert (done.code, "interrupted" in done.stderr) == (130, True)
    assert listed(data.parent) == before


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_a_process_that_is_stopped_leaves_nothing(data: Path, sent: signal.Signals) -> None:
    before = listed(data.parent)
    command = [sys.executable, "-m", "trialwright", *run_arguments(data, data.parent / "out")]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        until = time.monotonic() + 60
        while "reading" not in process.stderr.readline() and time.monotonic() < until:
            pass
        process.send_signal(sent)
        told = process.stderr.read()
    assert process.returncode == 130, told
    assert "Traceback" not in told
    assert listed(data.parent) == before


def test_a_simulation_that_cannot_be_written_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pl.DataFrame, "write_csv", failing(NO_SPACE))
    done = call("simulate", STUDY, "--n", 2, "--seed", 1, "--out", tmp_path / "deep" / "data")
    assert done.code == 2
    assert f"{tmp_path}/deep/data cannot be written; No space left on device" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_full_directory_is_left_alone(data: Path) -> None:
    held = data.parent / "out"
    held.mkdir()
    (held / "thesis.txt").write_text("x", encoding="utf-8")
    for more in ((), ("--force",)):
        done = call(*run_arguments(data, held, *more))
        assert done.code == 2
        assert "exists already; nothing is overwritten (to mend: name a new folder, or remove it)" in done.stderr
    done = call("demo", "--n", 2, "--out", held)
    assert (done.code, "exists already" in done.stderr) == (2, True)
    assert {path.name for path in data.parent.iterdir()} == {"data", "out"}
    assert [path.name for path in held.iterdir()] == ["thesis.txt"]


def test_an_empty_directory_is_filled_and_an_earlier_run_replaced_on_request(data: Path) -> None:
    out = data.parent / "out"
    out.mkdir()
    assert call(*run_arguments(data, out)).code == 0
    (out / "note.txt").write_text("from last time", encoding="utf-8")
    assert call(*run_arguments(data, out)).code == 2
    assert call(*run_arguments(data, out, "--force", "--by-arm")).code == 0
    assert not (out / "note.txt").exists()
    assert json.loads((out / "results.json").read_text(encoding="utf-8"))["by_arm"] is True
    assert {path.name for path in data.parent.iterdir()} == {"data", "out"}


def test_an_earlier_run_stays_when_the_new_one_fails(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = data.parent / "out"
    assert call(*run_arguments(data, out)).code == 0
    before = (out / "results.json").read_bytes()
    monkeypatch.setattr(conduct_run, "write_tables", failing(NO_SPACE))
    assert call(*run_arguments(data, out, "--force")).code == 2
    assert (out / "results.json").read_bytes() == before
    assert {path.name for path in data.parent.iterdir()} == {"data", "out"}


def test_a_place_nobody_may_write_to(data: Path) -> None:
    closed = data.parent / "closed"
    closed.mkdir(mode=0o500)
    with bound_by_modes():
        done = call(*run_arguments(data, closed / "out"))
    assert done.code == 2
    assert "cannot be made; Permission denied (to mend: name a folder in a place you may write to)" in done.stderr


def test_a_place_that_takes_no_folder(data: Path) -> None:
    done = call(*run_arguments(data, Path("/proc/self/out")))
    assert done.code == 2
    assert "/proc/self/out cannot be made" in done.stderr


RUDE = {
    "no such command": (["rnu"], 2, "did you mean run?"),
    "no data": (["run", STUDY, "--cutoff", "2027-03-31", "--out", "x"], 2, "--data"),
    "unknown study": (run_arguments(TWO_SUBJECTS, Path("x"), study="nct1"), 3, 'no study "nct1" is known'),
    "data that are not there": (run_arguments(Path("nowhere"), Path("x")), 2, "nowhere does not exist"),
    "data that are a file": (run_arguments(TWO_SUBJECTS / "dm.csv", Path("x")), 2, "dm.csv is not a folder"),
}


@pytest.mark.parametrize("name", RUDE)
def test_a_process_of_its_own_ends_with_the_same_code_and_no_traceback(name: str, tmp_path: Path) -> None:
    arguments, code, words = RUDE[name]
    command = [sys.executable, "-m", "trialwright", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (code, "")
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_study_file_that_does_not_hold_ends_with_3_in_a_process_of_its_own(data: Path) -> None:
    file = data.parent / "mine.yaml"
    file.write_text(study_file("planned: 160", "planned: 0012"), encoding="utf-8")
    command = [sys.executable, "-m", "trialwright", *run_arguments(data, data.parent / "out", study=file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, "mine.yaml:16:5" in done.stderr, "Traceback" in done.stderr) == (3, True, False)
    assert not (data.parent / "out").exists()
