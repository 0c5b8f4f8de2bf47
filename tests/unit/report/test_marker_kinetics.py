"""Elimination rates in the report: who has one, who has none and why, and the set they rest on."""

from __future__ import annotations

import pytest

from tests.unit.report.marker_kit import with_rates
from tests.unit.report.printed import rows
from trialwright.model.dossier import Dossier
from trialwright.report.context import Context
from trialwright.report.marker_kinetics import parameters_table, rates_table

pytestmark = pytest.mark.unvalidated


def both(dossier: Dossier, **changes: object):
    context = Context.of(with_rates(dossier, **changes))
    figures = next(iter(context.dossier.markers.values()))
    return rates_table(context, figures), parameters_table(context, figures)


def test_every_subject_is_counted_with_a_rate_or_a_reason(by_arm: Dossier) -> None:
    table, _ = both(by_arm)
    assert table is not None
    assert [(row.head.text, row.cells[0].text, row.level) for row in table.rows] == [
        ("Subjects", "6", 0),
        ("Rate estimated", "4", 0),
        ("favourable", "2", 1),
        ("of them with a probability of the class below 0.80", "1", 2),
        ("unfavourable", "2", 1),
        ("of them with a probability of the class below 0.80", "1", 2),
        ("with two solutions", "1", 1),
        ("No rate", "2", 0),
        ("2 usable values, 3 are due", "1", 1),
        ("value not positive", "1", 1),
        ("Samples that do not count", "2", 0),
        ("after window", "1", 1),
        ("value not positive", "1", 1),
    ]
    assert "unverified" in table.notes[0]


def test_the_set_is_printed_with_its_standing(by_arm: Dossier) -> None:
    _, table = both(by_arm)
    assert table is not None
    found = rows(table)
    assert found["KELIM, per day"] == ["0.06", "not known", "0.45", ""]
    assert found["Residual error (SD of ln)"] == ["0.2", "not known", "", ""]
    said = " ".join(table.notes)
    assert "NOT FOR CLINICAL USE" in said
    assert "Cutoff 0.06 per day: invented" in said
    assert "SHA-256" in said


def test_a_fit_to_a_part_says_to_how_many_and_what_is_doubtful(by_arm: Dossier) -> None:
    _, table = both(by_arm, fitted_subjects=250, eligible_subjects=1234, doubts=("the series hardly tell BETA",))
    assert table is not None
    said = " ".join(table.notes)
    assert "Fitted in this run to 250 subjects drawn at random of 1234 whose samples suffice" in said
    assert "Doubt: the series hardly tell BETA." in said


def test_without_figures_there_are_no_tables(by_arm: Dossier) -> None:
    empty = with_rates(by_arm, parameters=None).frames["DM"].select([])
    assert both(by_arm, parameters=None, rows=empty) == (None, None)
