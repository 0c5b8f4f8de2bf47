"""The swimmer: length of a lane, what is marked, and what is withheld."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.report.lesion_dossier import lesion_dossier, subjects_table
from trialwright.model.dossier import Dossier
from trialwright.report.context import Context
from trialwright.report.response_courses import shown_series
from trialwright.report.swimmer import swimmer_figure
from trialwright.report.table import Figure

pytestmark = pytest.mark.unvalidated


def drawn(dossier: Dossier) -> Figure:
    context = Context.of(dossier)
    figure = swimmer_figure(context, list(shown_series(context)))
    assert figure is not None
    return figure


def rows(figure: Figure) -> dict[str, dict[str, str]]:
    header, *lines = [line.split(",") for line in figure.data.splitlines()]
    return {line[0]: dict(zip(header, line, strict=True)) for line in lines}


def test_a_lane_runs_from_the_first_gate_to_death_or_the_last_day_alive() -> None:
    found = rows(drawn(lesion_dossier()))
    assert {who: row["END"] for who, row in found.items()} == {"P1": "410", "P3": "365", "P2": "90", "P4": "70"}
    assert [row["death"] for row in found.values()] == ["410", "", "90", ""]
    assert [row["ongoing"] for row in found.values()] == ["", "365", "", "70"]


def test_first_response_and_first_progression_are_counted_from_the_gate() -> None:
    found = rows(drawn(lesion_dossier()))
    assert (found["P1"]["response"], found["P1"]["progression"]) == ("70", "130")
    assert (found["P2"]["response"], found["P2"]["progression"]) == ("", "60")


def test_an_operation_of_one_arm_is_drawn_only_by_leave() -> None:
    told = drawn(lesion_dossier())
    hidden = drawn(lesion_dossier(by_arm=False))
    assert rows(told)["P3"]["procedure"] == "90"
    assert "Operation" in told.wide
    assert "procedure" not in hidden.data
    assert "Operation" not in hidden.wide
    assert "Procedures are withheld" in hidden.caption


def test_of_many_lanes_sixty_are_drawn() -> None:
    dossier = lesion_dossier()
    lanes = {f"P{n:03}": (0, 100 + n, False) for n in range(200)}
    many = replace(dossier, derived=replace(dossier.derived, adsl=subjects_table(lanes)))
    figure = drawn(many)
    assert "60 of 200 subjects" in figure.caption
    assert len(figure.data.splitlines()) == 201
    assert sum(f">{who}<" in figure.wide for who in lanes) == 60


def test_nobody_at_the_gate_gives_no_figure() -> None:
    dossier = lesion_dossier()
    nobody = replace(dossier, derived=replace(dossier.derived, adsl=subjects_table({})))
    assert swimmer_figure(Context.of(nobody), []) is None
