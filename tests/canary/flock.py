"""Named broken lines: each, put into a copy of the tree, must turn the tests it names red."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Literal

COPIED = ("src", "tests", "docs", "benchmarks", "requirements", "pyproject.toml", "README.md", "GLOSSARY.md")
# numba looks at the file a kernel stands in, not at the kernels it calls, so what is compiled serves only beside these
KERNELS = "src/trialwright/numerics/"
NOT_COPIED = shutil.ignore_patterns("__pycache__", "_build", "*.nbi", "*.nbc", ".hypothesis")
KEYS = ("id", "meaning", "file", "old", "new", "tests")

Verdict = Literal["red", "SURVIVED", "ERROR"]


class CanaryError(Exception):
    """Raised when the list itself is wrong: a line that is not there, a test that does not run."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One line to break: where, from what, to what, and which tests must see it."""

    id: str
    meaning: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the tests said about one broken line."""

    mutant: Mutant
    verdict: Verdict
    seconds: float
    note: str


def read_mutants(listing: Path) -> tuple[Mutant, ...]:
    """Broken lines of a TOML list, in its order."""
    mutants = []
    for number, row in enumerate(tomllib.loads(listing.read_text(encoding="utf-8")).get("mutant", []), 1):
        if missing := [key for key in KEYS if not row.get(key) and key != "new"]:
            raise CanaryError(f"{listing.name}: mutant {number} lacks {', '.join(missing)}")
        if unknown := set(row) - set(KEYS):
            raise CanaryError(f"{listing.name}: mutant {row['id']} has unknown keys {sorted(unknown)}")
        if row["old"] == row.get("new", ""):
            raise CanaryError(f"{listing.name}: mutant {row['id']} changes nothing")
        mutants.append(
            Mutant(row["id"], row["meaning"], row["file"], row["old"], row.get("new", ""), tuple(row["tests"]))
        )
    ids = [mutant.id for mutant in mutants]
    if twice := sorted({name for name in ids if ids.count(name) > 1}):
        raise CanaryError(f"{listing.name}: ids used twice: {', '.join(twice)}")
    return tuple(mutants)


def broken_text(mutant: Mutant, root: Path) -> str:
    """Text of the mutant's file with the line broken; the line must stand there exactly once."""
    path = root / mutant.file
    if not path.is_file():
        raise CanaryError(f"{mutant.id}: there is no {mutant.file}")
    text = path.read_text(encoding="utf-8")
    if (count := text.count(mutant.old)) != 1:
        raise CanaryError(f"{mutant.id}: {mutant.old!r} stands {count} times in {mutant.file}, must stand once")
    return text.replace(mutant.old, mutant.new)


def copy_tree(root: Path, target: Path) -> None:
    """Copy what the tests need of a tree."""
    target.mkdir(parents=True)
    for name in COPIED:
        source = root / name
        if source.is_dir():
            shutil.copytree(source, target / name, ignore=NOT_COPIED)
        elif source.is_file():
            shutil.copy(source, target / name)


def run_tests(root: Path, copy: Path, tests: Iterable[str], compiled: Path) -> subprocess.CompletedProcess[str]:
    """Run tests of a copied tree on the copied package, with kernels compiled into a folder."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(copy / "src"),
        "PYTHONDONTWRITEBYTECODE": "1",
        "NUMBA_CACHE_DIR": str(compiled),
        "TRIALWRIGHT_DATA": os.environ.get("TRIALWRIGHT_DATA") or str(root.parent / "shared" / "data"),
        "CI": "1",
    }
    command = [sys.executable, "-m", "pytest", "-x", "-q", "--no-header", "-p", "no:cacheprovider", *tests]
    return subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False)


def last_line(text: str) -> str:
    """Closing line of a test run."""
    lines = text.strip().splitlines()
    return lines[-1].strip("= ") if lines else ""


def judge(root: Path, place: Path, mutant: Mutant) -> Outcome:
    """Break one line in a fresh copy at a place and see what its tests say.

    The copy stands where the one before it stood, so that kernels the broken line is not among need not be compiled
    again: numba finds them by the path and the time of their file.
    """
    start = time.perf_counter()
    copy = place / "tree"
    is_kernel = mutant.file.startswith(KERNELS)
    compiled = place / ("compiled-once" if is_kernel else "compiled")
    try:
        text = broken_text(mutant, root)
        copy_tree(root, copy)
        (copy / mutant.file).write_text(text, encoding="utf-8")
        done = run_tests(root, copy, mutant.tests, compiled)
    except CanaryError as wrong:
        return Outcome(mutant, "ERROR", time.perf_counter() - start, str(wrong))
    finally:
        shutil.rmtree(copy, ignore_errors=True)
        if is_kernel:
            shutil.rmtree(compiled, ignore_errors=True)
    verdict: Verdict = {0: "SURVIVED", 1: "red"}.get(done.returncode, "ERROR")  # type: ignore[assignment]  # a literal
    note = last_line(done.stdout) or last_line(done.stderr)
    return Outcome(mutant, verdict, time.perf_counter() - start, note)


def check_sound(root: Path, place: Path, mutants: Iterable[Mutant]) -> None:
    """See that the named tests pass on the unbroken tree; otherwise red would mean nothing."""
    copy = place / "tree"
    copy_tree(root, copy)
    done = run_tests(root, copy, sorted({test for mutant in mutants for test in mutant.tests}), place / "compiled")
    shutil.rmtree(copy, ignore_errors=True)
    if done.returncode != 0:
        raise CanaryError(f"the tests fail on the unbroken tree:\n{done.stdout[-3000:]}{done.stderr[-1000:]}")


def judge_all(root: Path, mutants: tuple[Mutant, ...], *, jobs: int) -> Iterator[Outcome]:
    """Outcome of every broken line, in the order of the list, after a look at the unbroken tree."""
    with tempfile.TemporaryDirectory(prefix="canary-") as folder:
        places: SimpleQueue[Path] = SimpleQueue()
        for number in range(jobs):
            places.put(Path(folder) / str(number))

        def judge_somewhere(mutant: Mutant) -> Outcome:
            place = places.get()
            try:
                return judge(root, place, mutant)
            finally:
                places.put(place)

        check_sound(root, Path(folder) / "0", mutants)
        with ThreadPoolExecutor(jobs) as pool:
            yield from pool.map(judge_somewhere, mutants)
