"""Figures of several markers as one table."""

from __future__ import annotations

import polars as pl
import pytest

from trialwright.model.marker_figures import MarkerFigures, marker_table

pytestmark = pytest.mark.unvalidated


def test_rows_of_all_markers_stand_in_one_table() -> None:
    rows = pl.DataFrame({"USUBJID": ["1", "2"], "KELIM_PER_DAY": [0.05, None]})
    found = marker_table("x", [MarkerFigures("kelim", rows=rows), MarkerFigures("other", reason="there is no sample")])
    assert found is not None
    assert found["MARKID"].to_list() == ["kelim", "kelim"]
    assert found["STUDYID"].unique().to_list() == ["x"]


def test_without_any_rows_there_is_no_table() -> None:
    assert marker_table("x", []) is None
