"""Whole invented trials exported: the transport files hold, cell by cell, what stands in Dataset-JSON."""

from __future__ import annotations

import json
import math
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from tests.e2e.rude import TWO_SUBJECTS
from trialwright.conduct.export import ExportRequest, export
from trialwright.conduct.studies import open_study
from trialwright.design.folder import write
from trialwright.design.simulate import simulate
from trialwright.errors import InputError
from trialwright.exchange.manifest import read_manifest

NOW = datetime(2027, 4, 2, 9, tzinfo=UTC)
STORED_ZERO = 16.0**-65
"""What pandas makes of eight zero bytes, which are the number 0."""


def alike(given: str | float | None, stored: str | float, kind: str) -> bool:
    """Whether a cell of a transport file is that of a row in JSON."""
    if isinstance(stored, str):
        return kind == "string" and stored == (given or "")
    if given is None:
        return math.isnan(stored)
    if isinstance(given, str):
        return kind == "date" and date(1960, 1, 1) + timedelta(days=int(stored)) == date.fromisoformat(given)
    return (0.0 if stored == STORED_ZERO else stored) == given


@pytest.mark.independent("pandas and the json module read the files")
@pytest.mark.parametrize("study", ["nct07295132", "nct06178198"])
def test_both_formats_hold_the_same_cells(tmp_path: Path, study: str) -> None:
    opened = open_study(study)
    write(simulate(opened.study, subjects=8, seed=3), tmp_path / "data", study_sha256=opened.sha256)
    cutoff = read_manifest(tmp_path / "data").cutoff
    for form in ("xpt", "dataset-json"):
        export(ExportRequest(study, tmp_path / form, form, tmp_path / "data", cutoff, by_arm=True), now=NOW)
    names = ("adsl", "adtr", "adrs", "adtte")
    assert sorted(path.name for path in (tmp_path / "xpt").glob("*.xpt")) == sorted(f"{name}.xpt" for name in names)
    for name in names:
        held = json.loads((tmp_path / "dataset-json" / f"{name}.json").read_text(encoding="utf-8"))
        back = pd.read_sas(tmp_path / "xpt" / f"{name}.xpt", format="xport", encoding="utf-8")
        assert (list(back.columns), len(back)) == ([column["name"] for column in held["columns"]], held["records"])
        assert held["records"] > 0
        wrong = [
            (column["name"], row[place], stored)
            for place, column in enumerate(held["columns"])
            for row, stored in zip(held["rows"], back[column["name"]].tolist(), strict=True)
            if not alike(row[place], stored, column["dataType"])
        ]
        assert wrong == []


@pytest.mark.unvalidated
def test_the_moment_is_the_one_given_and_the_files_are_the_same_each_time(tmp_path: Path) -> None:
    for name in ("first", "second"):
        request = ExportRequest("nct07295132", tmp_path / name, "dataset-json", TWO_SUBJECTS, date(2027, 3, 31))
        export(request, now=NOW)
    first, second = ((tmp_path / name / "adtte.json").read_bytes() for name in ("first", "second"))
    assert first == second
    assert b'"datasetJSONCreationDateTime":"2027-04-02T09:00:00Z"' in first


@pytest.mark.unvalidated
def test_an_unknown_format_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no format 'sas7bdat'"):
        export(ExportRequest("nct07295132", tmp_path / "out", "sas7bdat"))
    assert not (tmp_path / "out").exists()
