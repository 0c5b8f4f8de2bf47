"""A walk through results written down: what cannot be walked is said in words that name the file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from trialwright.conduct.trace import trace
from trialwright.errors import InputError

pytestmark = pytest.mark.unvalidated

CONTENT = {
    "results": [{"id": "PFS/median", "value": 12}, {"id": "PFS/OV-1", "value": 3}],
    "edges": [["PFS/median", "PFS/OV-1"]],
    "inputs": {},
    "by_arm": True,
}


@pytest.fixture
def run(tmp_path: Path) -> Path:
    (tmp_path / "results.json").write_text(json.dumps(CONTENT), encoding="utf-8")
    (tmp_path / "study.yaml").write_text("language: 1\n", encoding="utf-8")
    return tmp_path


def test_a_walk_follows_the_edges(run: Path) -> None:
    assert [(step.id, step.depth) for step in trace(run, "PFS/median").steps] == [("PFS/OV-1", 1)]


@pytest.mark.parametrize("wanted", ["pfs/median", "PFS/medain"])
def test_a_result_nearly_named_is_offered(run: Path, wanted: str) -> None:
    with pytest.raises(InputError, match=r"did you mean PFS/median"):
        trace(run, wanted)


def test_the_file_that_is_not_there_is_named(run: Path) -> None:
    (run / "study.yaml").unlink()
    with pytest.raises(InputError, match=r"study\.yaml: no results here"):
        trace(run, "PFS/median")


def test_what_was_not_written_by_a_run_is_refused(run: Path) -> None:
    for text in ("[]", "{}", '{"results": 3, "edges": 4}'):
        (run / "results.json").write_text(text, encoding="utf-8")
        with pytest.raises(InputError, match="not the results of a run"):
            trace(run, "PFS/median")
