"""What the trial is, with its source marks."""

from __future__ import annotations

import pytest

from trialwright.report.context import Context
from trialwright.report.trial import arms_table, criteria_table, endpoints_table, facts

pytestmark = pytest.mark.unvalidated


def test_source_marks_follow_the_study_file(context: Context) -> None:
    arms = {row.head.text: row.cells for row in arms_table(context).rows}
    assert [cell.marks[0][0] for cell in arms["OP"]] == ["I", "I", "A", "A"]
    criteria = {row.head.text: row.cells for row in criteria_table(context).rows if row.cells}  # type: ignore[union-attr]
    assert criteria["I1"][0].marks == (("R", "record: I1"),)
    assert criteria["I3"][0].marks[0][0] == "A"
    definitions = [row for row in endpoints_table(context).rows if row.cells]
    assert definitions[0].cells[2].marks[0] == ("R", "record: P1"), "the events of PFS come from the record"
    assert definitions[0].cells[3].marks[0][0] == "A", "its censoring does not"
    assert definitions[2].cells[2].marks[0] == ("R", "record: S1.timeFrame")
    assert [fact.mark[0] for fact in facts(context) if fact.mark] == ["A", "A", "R", "R"]
