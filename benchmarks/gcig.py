"""Response and progression by CA-125 in 100,000 patients, beside the criteria written a second time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from benchmarks.measure import Comparison, Contender, compare
from tests.second_gcig import second_progression, second_response
from trialwright.assessments.gcig import Sample, amount, judge

__all__ = ["comparisons"]

PATIENTS: Final = 100_000
COMPARED: Final = 2_000
SAMPLES: Final = 8
BUDGET_SECONDS: Final = 30.0
STEPS: Final = (0.4, 0.6, 0.9, 1.05, 1.5)


def _patients(many: int) -> list[list[Sample]]:
    rng = np.random.default_rng(7)
    limit = amount("35")
    assert limit is not None
    values = rng.lognormal(5.5, 1.2, many)[:, None] * np.cumprod(rng.choice(STEPS, (many, SAMPLES)), axis=1)
    made = []
    for row in np.maximum(values, 0.1).tolist():
        taken = [amount(f"{value:.1f}") for value in row]
        made.append([Sample(21 * place, each, limit) for place, each in enumerate(taken) if each is not None])
    return made


def _ours(patients: Sequence[list[Sample]]) -> Sequence[float]:
    figures: list[float] = []
    for samples in patients:
        found = judge(samples)
        response, progression = found.response, found.progression
        figures.append(response.days.first if response.state == "RESPONSE" and response.days else -1)
        figures.append(progression.days.first if progression.state == "PD" and progression.days else -1)
    return figures


def _second(patients: Sequence[list[Sample]]) -> Sequence[float]:
    figures: list[float] = []
    for samples in patients:
        response, progression = second_response(samples), second_progression(samples)
        figures.append(response[0] if isinstance(response, tuple) else -1)
        figures.append(progression[1] if isinstance(progression, tuple) else -1)
    return figures


def comparisons() -> Iterator[Comparison]:
    """All patients without a peer, and some beside the second reading."""
    patients = _patients(PATIENTS)
    ours = Contender("ours", lambda: _ours(patients))
    task = f"GCIG response and progression, {SAMPLES} samples a patient"
    yield from compare(task, PATIENTS, ours, [], tolerance=0.0, budget_seconds=BUDGET_SECONDS)
    some = patients[:COMPARED]
    second = Contender("second reading in fractions", lambda: _second(some))
    yield from compare(task, COMPARED, Contender("ours", lambda: _ours(some)), [second], tolerance=0.0)
