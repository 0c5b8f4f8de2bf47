"""Rows a result rests on where scans and CA-125 are read together."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from tests.unit.assessments.gcig.test_combined_rows import START, day, folder, study
from trialwright.conduct.left_out import with_lesions_named
from trialwright.conduct.outcomes import endpoints_from
from trialwright.model.endpoint import Endpoint
from trialwright.model.frames import Frames
from trialwright.model.schedule import AnalysisSet

pytestmark = pytest.mark.independent("worked out by hand")

CUTOFF = START + timedelta(days=200)
SCANS = "-10 100,42 70,126 70"
SAMPLES = "-5 400,30 20,120 71,127 80"
PFS = {
    "id": "PFS", "title": "Progression-free survival", "role": "primary", "measure": "time to event",
    "origin": "start", "events": ["progression", "death"], "assessment": "both", "set": "everybody",
    "censor": {"at": "last adequate assessment"},
}  # fmt: skip


def rows_of(frames: Frames) -> tuple[int, set[str]]:
    """Days to the end of the time, and the rows it rests on."""
    everybody = AnalysisSet.model_validate({"id": "everybody", "reached": "start"})
    endpoint = Endpoint.model_validate_json(json.dumps(PFS))
    trial = study().model_copy(update={"endpoints": (endpoint,), "analysis_sets": (everybody,)})
    derived = endpoints_from(trial, frames, cutoff=CUTOFF, by_arm=True)
    named = with_lesions_named(trial, frames, derived, cutoff=CUTOFF, most=10)
    own = named.sources["ROW"].to_list()
    (ended,) = derived.adtte["AVAL"].to_list()
    return ended, {row.removeprefix("row/").replace(".csv:S1:", " ") for row in own}


def test_a_progression_by_ca125_rests_on_the_samples_that_make_it() -> None:
    # the baseline was above the limit, day 30 is normal, days 120 and 127 are twice the limit; no scan is needed
    ended, rows = rows_of(folder(SCANS, SAMPLES))
    assert ended == 121
    assert {row for row in rows if row.startswith("lb")} == {"lb 1", "lb 2", "lb 3", "lb 4"}
    assert not {row for row in rows if row.startswith("tr")}


def test_what_disturbs_the_marker_is_named_and_keeps_scans_from_being_named() -> None:
    drained = {
        "USUBJID": "S1",
        "PRSEQ": "1",
        "PRCAT": "X",
        "PRDECOD": "PARACENTESIS",
        "PROCCUR": "Y",
        "PRSTDTC": day(100),
    }
    ended, rows = rows_of(folder(SCANS, SAMPLES, PR=[drained]))
    assert ended == 127
    assert "pr 1" in rows
    assert "tr 2" not in rows
    assert {"tr 1", "tr 3"} <= rows
