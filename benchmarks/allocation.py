"""Arms drawn anew ten thousand times beside the exact steps, and the commands in a process of their own."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.measure import Comparison, Contender, compare
from trialwright.allocation.design import NOTHING_DRAWN, Design, Factor, Hidden, Subject, Uniforms
from trialwright.allocation.engine import METHODS, entries_of, scheme_of
from trialwright.analysis.survival import logrank
from trialwright.numerics.rerandomisation import FollowUp, rerandomised_logrank
from trialwright.numerics.sampling import Draws

__all__ = ["comparisons"]

SUBJECTS, RUNS, COMPARED_RUNS, BUDGET = 160, 10_000, 20, 1.0
STUDY: Final = "nct07295132"
_FACTORS = (Factor("sex", ("F", "M")), Factor("site", ("1", "2", "3")))
DESIGNS: Final = (
    Design("x", "permuted-blocks", ("A", "B"), (1, 1), _FACTORS, hidden=Hidden(sizes=(4, 6))),
    Design("x", "minimisation", ("A", "B"), (1, 1), _FACTORS, probability=Fraction(4, 5)),
)


def _drawn(design: Design, cells: Sequence[tuple[str, ...]], u: np.ndarray) -> list[str]:
    state, arms = NOTHING_DRAWN, []
    for i, cell in enumerate(cells):
        pair = Uniforms(Fraction(float(u[2 * i])), Fraction(float(u[2 * i + 1])))
        drawn = METHODS[design.method].step(design, state, Subject("", cell), pair)
        arms.append(drawn.arm)
        state = drawn.state
    return arms


def _rerandomised(design: Design) -> Iterator[Comparison]:
    rng = np.random.default_rng(11)
    cells = [design.cells[place] for place in rng.integers(0, len(design.cells), SUBJECTS)]
    time_, event = np.ceil(rng.exponential(300, SUBJECTS)), rng.integers(0, 2, SUBJECTS)
    follow_up = FollowUp(time_, event.astype(np.int8), np.zeros(SUBJECTS, np.int64))
    scheme, entries = scheme_of(design), entries_of(design, cells)

    def ours(runs: int) -> Contender:
        def answer() -> Sequence[float]:
            u = Draws.first(3, 0, runs).grid("allocation", 2 * SUBJECTS)
            figures: list[float] = rerandomised_logrank(scheme, entries, follow_up, u).tolist()
            return figures

        return Contender("ours", answer)

    def steps() -> Sequence[float]:
        u = Draws.first(3, 0, COMPARED_RUNS).grid("allocation", 2 * SUBJECTS)
        return [logrank(time_, event, _drawn(design, cells, row)).z or 0.0 for row in u]

    task = f"{{:,}} re-allocations by {design.method}, log-rank each"
    peers = [Contender("our exact steps", steps)]
    yield from compare(task.format(COMPARED_RUNS), SUBJECTS, ours(COMPARED_RUNS), peers, tolerance=1e-9)
    yield from compare(task.format(RUNS), SUBJECTS, ours(RUNS), [], tolerance=0, budget_seconds=BUDGET)


def _seconds(*arguments: str) -> float:
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "trialwright", *arguments], env={**os.environ}, capture_output=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"trialwright {' '.join(arguments)} ended with {done.returncode}: {done.stderr.decode()}")
    return time.perf_counter() - start


def _whole_processes() -> Iterator[Comparison]:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        sealed, data = str(folder / "sealed.json"), str(folder / "data")
        _seconds("simulate", STUDY, "--n", str(SUBJECTS), "--seed", "3", "--out", data)
        days = _days_of_allocation(folder / "data" / "ds.csv")
        subject, day = days[0]
        kept = ("--sealed", sealed, "--rehearsal")
        asked = {
            "allocate seal": ("seal", STUDY, "--out", sealed, "--rehearsal"),
            "allocate list, 1,000 arms": ("list", STUDY, "--n", "1000", "--out", str(folder / "list.csv"), *kept),
            "allocate next under all gates": (
                "next", STUDY, subject, "--on", day, "--subjects", str(folder / "register.csv"), "--data", data, *kept,
            ),
            "allocate report, 10,000 runs": ("report", STUDY),
        }  # fmt: skip
        for task, arguments in asked.items():
            yield Comparison(f"{task}, whole process", SUBJECTS, _seconds("allocate", *arguments))


def _days_of_allocation(path: Path) -> list[tuple[str, str]]:
    rows = [line.split(",") for line in path.read_text(encoding="utf-8").splitlines()]
    name, what, day = (rows[0].index(column) for column in ("USUBJID", "DSDECOD", "DSSTDTC"))
    return [(row[name], row[day]) for row in rows if row[what] == "RANDOMIZED"]


def comparisons() -> Iterator[Comparison]:
    """All comparisons, one after another."""
    for design in DESIGNS:
        yield from _rerandomised(design)
    yield from _whole_processes()
