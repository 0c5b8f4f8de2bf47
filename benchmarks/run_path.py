"""``run`` on 160 and on 100,000 subjects, each in a fresh process, with wall time and peak memory."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.measure import Comparison
from trialwright.conduct.studies import open_study
from trialwright.design.folder import write
from trialwright.design.simulate import simulate

__all__ = ["comparisons"]

STUDY: Final = "nct07295132"
SEED: Final = 7
BUDGETS: Final = {160: (5.0, 4.0), 100_000: (60.0, 4.0)}
"""Subjects to seconds and GiB allowed."""


@dataclass(frozen=True, slots=True)
class Process:
    """What a finished process has used.

    Parameters
    ----------
    seconds : float
        Wall time.
    processor_seconds : float
        Time of all its threads on a processor; wall time is longer than that only where others use the machine too.
    peak_gib : float
        Largest resident memory.
    """

    seconds: float
    processor_seconds: float
    peak_gib: float


def process_of(*arguments: str, ends: tuple[int, ...] = (0,)) -> Process:
    """A command of the program, run to one of its ends in a process of its own."""
    start = time.perf_counter()
    child = subprocess.Popen([sys.executable, "-m", "trialwright", *arguments], stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - start
    if child.returncode not in ends:
        raise RuntimeError(f"trialwright {' '.join(arguments)} ended with {child.returncode}")
    return Process(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 2**20)


def _run(place: Path, subjects: int) -> Process:
    opened = open_study(STUDY)
    invented = simulate(opened.study, subjects=subjects, seed=SEED)
    data = place / f"data-{subjects}"
    write(invented, data, study_sha256=opened.sha256)
    cutoff = invented.cutoff.isoformat()
    folders = ("--data", str(data), "--cutoff", cutoff, "--out")
    if subjects == min(BUDGETS):  # compiled code stands in the cache afterwards
        process_of("run", STUDY, *folders, str(place / "warm"), "--by-arm")
    return process_of("run", STUDY, *folders, str(place / f"run-{subjects}"), "--by-arm")


def comparisons() -> Iterator[Comparison]:
    """Both sizes; memory stands in the name of the task."""
    for subjects, (seconds, gib) in BUDGETS.items():
        with tempfile.TemporaryDirectory() as place:
            used = _run(Path(place), subjects)
        task = f"run by arm, processor {used.processor_seconds:.1f} s, peak {used.peak_gib:.2f} GiB of {gib:g}"
        yield Comparison(task, subjects, used.seconds, agrees=used.peak_gib <= gib, budget_seconds=seconds)
