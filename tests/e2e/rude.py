"""Broken data folders and command lines, for the tests of bad input."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from click.testing import CliRunner

from trialwright.cli import app
from trialwright.studies import FOLDER

TWO_SUBJECTS: Final = Path(__file__).resolve().parents[1] / "fixtures" / "two_subjects"
STUDY: Final = "nct07295132"
STUDY_TEXT: Final = (FOLDER / f"{STUDY}.yaml").read_text(encoding="utf-8")
CUTOFF: Final = "2027-03-31"

Change = Callable[[str], str] | bytes | None


@dataclass(frozen=True)
class Ended:
    """How a command line ended."""

    code: int
    stdout: str
    stderr: str


def call(*arguments: object) -> Ended:
    """Run one command line in this process."""
    done = CliRunner().invoke(app, [str(argument) for argument in arguments], prog_name="trialwright")
    return Ended(done.exit_code, done.stdout, done.stderr)


def run_arguments(data: Path, out: Path, *more: object, study: object = STUDY, cutoff: str = CUTOFF) -> list[str]:
    """Command line of a run."""
    return [str(part) for part in ("run", study, "--data", data, "--cutoff", cutoff, "--out", out, *more)]


def folder(
    place: Path,
    changes: Mapping[str, Change] | None = None,
    *,
    manifest: Mapping[str, object] | None = None,
    hashed: bool = False,
) -> Path:
    """Copy the folder of two subjects, some files altered: by a function, to given bytes, or away when None."""
    shutil.copytree(TWO_SUBJECTS, place)
    described = json.loads((place / "study.json").read_text(encoding="utf-8"))
    if not hashed:
        del described["files"]
    (place / "study.json").write_text(json.dumps({**described, **(manifest or {})}), encoding="utf-8")
    for name, change in (changes or {}).items():
        path = place / name
        if change is None:
            path.unlink()
        elif isinstance(change, bytes):
            path.write_bytes(change)
        else:
            before = path.read_text(encoding="utf-8")
            after = change(before)
            assert after != before, f"{name} was not altered"
            path.write_text(after, encoding="utf-8")
    return place


def swap(old: str, new: str) -> Callable[[str], str]:
    """Replace a passage that stands once."""

    def change(text: str) -> str:
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
        return text.replace(old, new)

    return change


def add(*lines: str) -> Callable[[str], str]:
    """Put lines behind the last one."""
    return lambda text: text + "".join(f"{line}\n" for line in lines)


def without_column(name: str) -> Callable[[str], str]:
    """Take a column away."""

    def change(text: str) -> str:
        rows = [line.split(",") for line in text.splitlines()]
        at = rows[0].index(name)
        return "".join(",".join(cell for n, cell in enumerate(row) if n != at) + "\n" for row in rows)

    return change


def without(*words: str) -> Callable[[str], str]:
    """Take the lines away that hold one of some words."""
    return lambda text: "".join(
        line for line in text.splitlines(keepends=True) if not any(word in line for word in words)
    )


def header_only(text: str) -> str:
    """The first line."""
    return text.splitlines(keepends=True)[0]


def study_file(old: str, new: str) -> str:
    """The shipped study file with one passage replaced."""
    return swap(old, new)(STUDY_TEXT)
