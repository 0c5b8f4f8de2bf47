"""Best responses of the size of a meta-analysis, and a trial of 100,000 subjects from its lesions to its endpoints."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

import numpy as np
import polars as pl

from benchmarks.measure import Comparison, Contender, compare
from tests.second_response import best, lost_complete_response
from trialwright.assessments.response_rows import RESPONSE_CODES
from trialwright.conduct.analyse import derive_endpoints
from trialwright.model.cells import typed_schema
from trialwright.model.frames import TABLES, Frames
from trialwright.model.study import Study
from trialwright.numerics.response_sequence import NO_DAY, SequenceRules, best_responses, read_again

__all__ = ["comparisons"]

SUBJECTS: Final = 4_662
ASSESSMENTS: Final = 4
BUDGET_SECONDS: Final = 0.1
WHOLE_SUBJECTS: Final = 100_000
LESIONS: Final = 10
VISITS: Final = 8
WHOLE_BUDGET_SECONDS: Final = 60.0
WHOLE_BUDGET_GIB: Final = 6.0
RULES: Final = SequenceRules(42, 28, 1, False, 0)
WORDS: Final = ("CR", "PR", "SD", "PD", "NE", "NON-CR/NON-PD")
START: Final = date(2026, 1, 1)


def sequences(seed: int = 7) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Up to four assessments a subject: first rows, days, codes."""
    draws = np.random.default_rng(seed)
    counts = draws.integers(0, ASSESSMENTS + 1, SUBJECTS)
    start = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    number = np.arange(start[-1]) - np.repeat(start[:-1], counts)
    days = (number + 1) * 35 + draws.integers(-7, 8, start[-1])
    numbers = np.array([RESPONSE_CODES[word] for word in WORDS], np.int8)
    return start, days.astype(np.int64), numbers[draws.choice(len(WORDS), start[-1], p=[0.1, 0.3, 0.3, 0.1, 0.1, 0.1])]


def ours(start: np.ndarray, day: np.ndarray, code: np.ndarray) -> np.ndarray:
    limits = np.zeros(SUBJECTS, np.int64), np.full(SUBJECTS, NO_DAY)
    found = best_responses(start, day, read_again(start, day, code, RULES), limits, RULES)
    return np.concatenate([found.best, found.confirmed])


def plain(start: np.ndarray, day: np.ndarray, code: np.ndarray) -> list[int]:
    words = {number: word for word, number in RESPONSE_CODES.items()}
    told = []
    for first, stop in zip(start[:-1].tolist(), start[1:].tolist(), strict=True):
        verdicts = list(zip(day[first:stop].tolist(), (words[each] for each in code[first:stop].tolist()), strict=True))
        told.append(lost_complete_response(verdicts))
    return [RESPONSE_CODES[best(each, confirm=confirm)] for confirm in (False, True) for each in told]


def _typed(domain: str, **columns: pl.Series) -> pl.DataFrame:
    """A typed table of a few columns; the others are empty."""
    frame = pl.DataFrame(columns)
    empty = [
        pl.lit(None, kind).alias(name) for name, kind in typed_schema(TABLES[domain]).items() if name not in columns
    ]
    return frame.with_columns(empty).select(list(typed_schema(TABLES[domain])))


def _days(stem: str, days: np.ndarray) -> dict[str, pl.Series]:
    dates = pl.Series(days.astype(np.int32)).cast(pl.Date)
    return {f"{stem}LO": dates, f"{stem}HI": dates, f"{stem}PREC": pl.repeat("D", len(days), eager=True)}


def lesions(seed: int = 7) -> Frames:
    """Invented lesions: five targets and five non-targets a subject, a baseline and seven later visits."""
    draws = np.random.default_rng(seed)
    n, zero = WHOLE_SUBJECTS, (START - date(1970, 1, 1)).days
    ids = pl.Series([f"S-{number:06d}" for number in range(n)])
    names = pl.Series([f"L{number}" for number in range(LESIONS)])
    groups = pl.Series(["TARGET"] * 5 + ["NON-TARGET"] * 5)
    organs = pl.Series(["LIVER", "LIVER", "LUNG", "LUNG", "LYMPH NODE"] * 2)
    subject, lesion = np.repeat(np.arange(n), LESIONS), np.tile(np.arange(LESIONS), n)
    tu = _typed(
        "TU", USUBJID=ids.gather(subject), TUSEQ=pl.Series(lesion + 1), TULNKID=names.gather(lesion),
        TUORRES=groups.gather(lesion), TULOC=organs.gather(lesion), **_days("TU", np.full(n * LESIONS, zero - 7)),
    )  # fmt: skip
    whose, what = np.repeat(subject, VISITS), np.repeat(lesion, VISITS)
    visit = np.tile(np.arange(VISITS), n * LESIONS)
    trend = np.repeat(draws.normal(-0.03, 0.08, n), LESIONS * VISITS)
    size = np.rint(300 * np.exp(trend * visit) * draws.uniform(0.95, 1.05, len(whose))).astype(np.int64)
    measured = what < 5
    nodal = (what == 4) | (what == 9)
    test = np.where(measured, np.where(nodal, 1, 0), 2)
    tr = _typed(
        "TR", USUBJID=ids.gather(whose), TRSEQ=pl.Series(what * VISITS + visit + 1), TRLNKID=names.gather(what),
        TRTESTCD=pl.Series(["LDIAM", "LPERP", "TUMSTATE"]).gather(test),
        TRORRES=pl.Series([None, "PRESENT"], dtype=pl.String).gather((~measured).astype(np.uint32)),
        TRVAL=pl.DataFrame({"V": size, "M": measured}).select(pl.when("M").then("V")).to_series(),
        TRORIG=pl.Series([None, "MEASURED"], dtype=pl.String).gather(measured.astype(np.uint32)),
        **_days("TR", np.where(visit == 0, zero - 7, zero + 42 * visit)),
    )  # fmt: skip
    everybody = np.full(n, zero)
    dm = _typed(
        "DM", USUBJID=ids, ARMCD=pl.Series(["A", "B"]).gather(np.arange(n) % 2), **_days("RFIC", everybody - 20)
    )
    ds = _typed(
        "DS", USUBJID=ids, DSSEQ=pl.Series(np.ones(n, np.int64)), DSDECOD=pl.repeat("RANDOMIZED", n, eager=True),
        DSSTDTC=pl.repeat(START.isoformat(), n, eager=True), **_days("DSST", everybody),
    )  # fmt: skip
    return Frames({"DM": dm, "DS": ds, "TU": tu, "TR": tr}, "simulated", cutoff=START + timedelta(days=400))


def study() -> Study:
    """A series of lesions and progression-free survival on it."""
    series = {
        "id": "scans", "criteria": "recist-1.1", "baseline": {"last_before": "allocation", "within": "28 days"},
        "from": "allocation",
    }  # fmt: skip
    survival = {
        "id": "PFS", "title": "Progression-free survival", "role": "primary", "measure": "time to event",
        "origin": "allocation", "events": ["progression", "death"], "assessment": "scans", "set": "all",
        "censor": {"at": "last adequate assessment"},
    }  # fmt: skip
    allocated = {"is": "date", "ask": "When?", "domain": "DS", "column": "DSSTDTC", "where": {"DSDECOD": "RANDOMIZED"}}
    return Study.model_validate_json(
        json.dumps(
            {
                "language": 1,
                "study": {"id": "many", "title": "Many", "version": "0.1.0", "registry": {"name": "R", "id": "1"}},
                "items": {"allocated_on": allocated},
                "time_points": {"allocation": {"item": "allocated_on"}},
                "arms": [{"id": arm, "label": arm, "role": "unspecified"} for arm in "AB"],
                "assessments": [series],
                "analysis_sets": [{"id": "all", "reached": "allocation"}],
                "endpoints": [survival],
            }
        )
    )


def whole() -> dict[str, float]:
    """Seconds from the lesions to ADTTE, highest memory of the process in GiB, and rows made."""
    frames, trial = lesions(), study()
    begin = time.perf_counter()
    derived = derive_endpoints(trial, frames, cutoff=START + timedelta(days=400), by_arm=False)
    seconds = time.perf_counter() - begin
    gib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return {"seconds": seconds, "gib": gib, "adtte": derived.adtte.height, "adrs": derived.adrs.height}


def comparisons() -> Iterator[Comparison]:
    """Best and confirmed response against plain Python; the whole chain within its budgets of time and memory."""
    given = sequences()
    yield from compare(
        "best and confirmed response, up to 4 assessments", SUBJECTS, Contender("ours", lambda: ours(*given)),
        [Contender("plain Python", lambda: plain(*given))], tolerance=0.0, budget_seconds=BUDGET_SECONDS,
    )  # fmt: skip
    code = "import json; from benchmarks.response import whole; print(json.dumps(whole()))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    task = f"lesions to ADTTE, 10 lesions, 8 visits, {found['gib']:.1f} GiB"
    right = found["adtte"] == WHOLE_SUBJECTS and found["gib"] <= WHOLE_BUDGET_GIB
    yield Comparison(task, WHOLE_SUBJECTS, found["seconds"], agrees=right, budget_seconds=WHOLE_BUDGET_SECONDS)
