"""How responses are read, as the report tells it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from trialwright.report.context import Context
from trialwright.report.response_series import series_table

pytestmark = pytest.mark.unvalidated


def test_a_series_says_which_rows_it_takes(context: Context) -> None:
    made = series_table(context)
    assert made is not None
    (row,) = made.rows
    assert [cell.text for cell in row.cells][::5] == ["recist-1.1", "calculated from the lesions"]
    assert len(made.notes) == 1
    (series,) = context.dossier.study.assessments
    recorded = series.model_copy(update={"settings": {"rows": "recorded"}, "only": "treated", "until": "allocation"})
    study = context.dossier.study.model_copy(update={"assessments": (recorded,)})
    other = series_table(replace(context, dossier=replace(context.dossier, study=study)))
    assert other is not None
    cells = [cell.text for cell in other.rows[0].cells]
    assert (cells[1], cells[-1]) == ("treated", "as the reader recorded them")
    assert cells[4].endswith(" until allocation")
    assert len(other.notes) == 2


def test_a_study_without_series_has_no_table(context: Context) -> None:
    study = context.dossier.study.model_copy(update={"assessments": ()})
    assert series_table(replace(context, dossier=replace(context.dossier, study=study))) is None
