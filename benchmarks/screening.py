"""Every criterion of the ovarian study for 100,000 subjects: the screening itself, and the whole command."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from benchmarks.measure import Comparison
from benchmarks.run_path import process_of
from trialwright.assessments.recorded import recorded_responses
from trialwright.conduct.eligibility import gate_screens, moments_of, screening_of
from trialwright.conduct.studies import open_study
from trialwright.design.folder import write
from trialwright.design.simulate import simulate
from trialwright.endpoints.moments import time_point_dates
from trialwright.exchange.folder import read_folder
from trialwright.model.screened import Screening

__all__ = ["comparisons"]

STUDY: Final = "nct07295132"
SUBJECTS: Final = 100_000
SEED: Final = 7
BUDGET_SECONDS: Final = 30.0


@dataclass(frozen=True, slots=True)
class Timed:
    """A screening with its time."""

    screening: Screening
    refused: pl.DataFrame
    seconds: float


def _screened(data: Path) -> Timed:
    study = open_study(STUDY).study
    frames, _ = read_folder(data)
    assert frames.cutoff is not None
    start = time.perf_counter()
    points = time_point_dates(study, frames)
    responses, _ = recorded_responses(study, frames, points)
    moments = moments_of(study, frames, points, frames.cutoff)
    screening = screening_of(gate_screens(study, frames, moments, responses), moments)
    seconds = time.perf_counter() - start
    failures = frames["DS"].filter(pl.col("DSDECOD") == "SCREEN FAILURE")
    reason = pl.col("DSTERM").str.split(" ").list.first()
    return Timed(screening, failures.select("USUBJID", CRITID=reason), seconds)


def _agrees(screening: Screening, refused: pl.DataFrame) -> bool:
    """Whoever the simulator let pass is never found not eligible; whoever it refused fails what it was refused for.

    A criterion that is judged at both gates is left aside: where its second answer is missing, the first one stands.
    """
    once = screening.counts.group_by("CRITID").len().filter(pl.col("len") == 1)
    met = screening.verdicts.filter(pl.col("VERDICT") == "MET").join(once, on="CRITID", how="semi")
    wrong = refused.join(met, on=["USUBJID", "CRITID"], how="semi")
    passed = screening.subjects.filter("REACHED")["VERDICT"]
    return wrong.is_empty() and not (passed == "NOT ELIGIBLE").any() and refused.height > 0


def comparisons() -> Iterator[Comparison]:
    """The screening alone, with a budget; the whole command, from the folder to the table on disk."""
    opened = open_study(STUDY)
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        write(simulate(opened.study, subjects=SUBJECTS, seed=SEED), place / "data", study_sha256=opened.sha256)
        timed = _screened(place / "data")
        judged = timed.screening.verdicts.height
        agrees = _agrees(timed.screening, timed.refused)
        task = f"screening, {judged:,} verdicts of 17 criteria"
        yield Comparison(task, SUBJECTS, timed.seconds, agrees=agrees, budget_seconds=BUDGET_SECONDS)
        del timed
        used = process_of("screen", STUDY, "--data", str(place / "data"), "--out", str(place / "out"), ends=(0, 1))
    task = f"screen, whole process, processor {used.processor_seconds:.1f} s, peak {used.peak_gib:.2f} GiB"
    yield Comparison(task, SUBJECTS, used.seconds)
