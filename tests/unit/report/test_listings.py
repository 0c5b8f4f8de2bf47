"""Findings, open questions and assumptions."""

from __future__ import annotations

import pytest

from tests.unit.report.invented_dossier import SILENCES, invented_dossier
from tests.unit.report.printed import rows
from trialwright.model.finding import finding
from trialwright.report.context import Context
from trialwright.report.listings import assumptions_table, findings_table, grouped_findings_table, open_points_table

pytestmark = pytest.mark.unvalidated


def test_few_findings_are_listed_and_many_are_grouped() -> None:
    many = tuple(finding("D03", f"cm.csv:{line}", "an order that cannot be told") for line in range(2, 202))
    few = Context.of(invented_dossier(20))
    assert findings_table(few).shown  # type: ignore[union-attr]
    context = Context.of(invented_dossier(20, findings=many))
    listed = findings_table(context)
    assert listed is not None
    assert not listed.shown
    assert len(listed.rows) == 200
    assert rows(grouped_findings_table(context))["D03"][1] == "200"


def test_open_questions_that_block_stand_first_and_assumptions_by_part() -> None:
    questions = open_points_table(SILENCES[::-1])
    assert [row.cells[1].text for row in questions.rows] == ["confirmation", "–"]  # type: ignore[union-attr]
    assumed = assumptions_table(SILENCES)
    assert assumed is not None
    assert [row.head.text for row in assumed.rows if not row.cells] == ["Visits"]
    assert open_points_table(()) is None
    assert assumptions_table(()) is None
