"""Scores and quantities: the catalogue's function on inputs as far as they are known."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from tests.unit.screening.trial import Tables, answered, frames, moments, node, sample, study
from trialwright.errors import StudyError
from trialwright.screening import Context, judge
from trialwright.screening.computed import Computed, Known, WantedFigure

pytestmark = pytest.mark.unvalidated

TRIAL = study(
    scores=[
        {"id": "twice", "name": "doubled", "inputs": {"of": "ast"}},
        {"id": "recorded", "name": "doubled", "item": "lesion_count"},
        {"id": "named", "name": "doubled", "item": "histology"},
        {"id": "dated", "name": "doubled", "inputs": {"of": "recurred_on"}},
        {"id": "years", "name": "doubled", "inputs": {"of": "age"}},
    ],
    dose_plans=[
        {
            "id": "plan", "model": "doubled", "inputs": {"of": ["ast", "bili"]},
            "target": {"quantity": "dose", "dose": "1 Gy", "from": "1 Gy", "to": "2 Gy"},
        }
    ],
)  # fmt: skip
SEEN: list[tuple[Mapping[str, tuple[Known, ...]], WantedFigure]] = []


def doubled(inputs: Mapping[str, tuple[Known, ...]], asked: WantedFigure) -> Computed:
    SEEN.append((inputs, asked))
    value = inputs["of"][0]
    if value is None:
        return Computed(Decimal(10), None, "Gy", ("LOW", "HIGH"))
    assert isinstance(value, Decimal)
    if value == 99:
        return Computed(unit="Gy", reason="invalid_input")
    name = "LOW" if value < 20 else "HIGH"
    return Computed(
        2 * value, 2 * value, "1" if isinstance(asked.use.id, str) and asked.use.id == "years" else "Gy", (name,)
    )


def said(plain: Mapping[str, Any], tables: Tables) -> str:
    context = Context(TRIAL, frames(tables), None, {"doubled": doubled})
    verdict, reason = judge(node(plain), moments("2026-03-10"), context).select("VERDICT", "REASON").row(0)
    return f"{verdict}:{reason}" if reason else str(verdict)


AST = {"LB": [sample("AST", "20", "U/L")]}


@pytest.mark.parametrize(
    ("plain", "expected"),
    [
        ({"score": "twice", "at_least": "40 Gy"}, "T"), ({"score": "twice", "above": "40 Gy"}, "F"),
        ({"score": "twice", "at_most": "4000 cGy"}, "T"), ({"score": "twice", "below": "4000 cGy"}, "F"),
        ({"score": "twice", "between": ["39 Gy", "41 Gy"]}, "T"), ({"score": "twice", "equals": "40 Gy"}, "T"),
        ({"score": "twice", "part": "class", "in": ["HIGH"]}, "T"),
        ({"score": "twice", "part": "class", "equals": "LOW"}, "F"),
        ({"quantity": {"of": "plan", "name": "dose"}, "above": "39.999999 Gy"}, "T"),
        ({"quantity": {"of": "nothing", "name": "dose"}, "above": "1 Gy"}, "U:not_computed"),
        ({"score": "nothing", "at_least": "1"}, "U:not_computed"),
    ],
)  # fmt: skip
def test_the_figure_is_held_against_its_bounds(plain: dict[str, Any], expected: str) -> None:
    assert said(plain, AST) == expected


def test_what_is_missing_leaves_a_range_and_its_own_reason() -> None:
    assert said({"score": "twice", "at_least": "10 Gy"}, {}) == "T"
    assert said({"score": "twice", "below": "10 Gy"}, {}) == "F"
    assert said({"score": "twice", "at_least": "11 Gy"}, {}) == "U:missing"
    assert said({"score": "twice", "part": "class", "in": ["LOW"]}, {}) == "U:missing"
    assert said({"score": "twice", "part": "class", "in": ["LOW", "HIGH"]}, {}) == "T"
    old = {"LB": [sample("AST", "20", "U/L", "2025-01-01")]}
    assert said({"score": "twice", "at_least": "11 Gy", "within": "1 month"}, old) == "U:stale"
    assert said({"score": "twice", "at_least": "11 Gy"}, {"LB": [sample("AST", "<20", "U/L")]}) == "U:imprecise_value"
    two = {"LB": [sample("AST", "20", "U/L"), sample("AST", "21", "U/L")]}
    assert said({"score": "twice", "at_least": "11 Gy"}, two) == "U:conflict"
    assert said({"score": "twice", "at_least": "11 Gy"}, {"LB": [sample("AST", "20", "mg/dL")]}) == "U:unit_mismatch"
    assert said({"score": "twice", "at_least": "11 Gy"}, {"LB": [sample("AST", "99", "U/L")]}) == "U:invalid_input"


def test_inputs_come_in_the_units_of_their_items_once_for_equal_subjects() -> None:
    SEEN.clear()
    first = [sample("AST", "20", "U/L"), sample("BILI", "17.1", "umol/L")]
    second = [sample("AST", "0.02", "U/mL"), sample("BILI", "1", "mg/dL")]
    tables = {"LB": [*first, *({**row, "USUBJID": "S2"} for row in second)]}
    plain = node({"quantity": {"of": "plan", "name": "dose", "given": {"tumour": "3 Gy"}}, "above": "1 Gy"})
    context = Context(TRIAL, frames(tables), None, {"doubled": doubled})
    assert judge(plain, moments("2026-03-10", ["S1", "S2"]), context)["VERDICT"].to_list() == ["T", "T"]
    assert {(inputs["of"], asked.name, tuple(asked.given.items())) for inputs, asked in SEEN} == {
        ((Decimal(20), Decimal(1)), "dose", (("tumour", "3 Gy"),))
    }


def test_a_recorded_score_is_read_and_not_computed() -> None:
    SEEN.clear()
    tables = {
        "FA": [
            {"FATESTCD": "LESCOUNT", "FAORRES": "1", "FAORRESU": "1", "FADTC": "2026-03-01"},
            answered("HISTOL", "A"),
        ]
    }
    assert said({"score": "recorded", "at_most": 1}, tables) == "T"
    assert said({"score": "recorded", "at_most": 0}, tables) == "F"
    assert said({"score": "named", "equals": "A"}, tables) == "T"
    assert said({"score": "recorded", "at_most": 1}, {}) == "U:missing"
    assert SEEN == []


def test_the_age_is_an_input_where_it_leaves_no_doubt() -> None:
    person = {"DM": [{"SEX": "F", "BRTHDTC": "1976-03-10"}]}
    assert said({"score": "years", "equals": "100"}, person) == "T"
    assert said({"score": "years", "at_least": "11"}, {"DM": [{"SEX": "F", "BRTHDTC": "1976"}]}).startswith("U")


@pytest.mark.parametrize(
    ("plain", "message"),
    [
        ({"score": "twice", "part": "class", "above": "LOW"}, "a class is compared"),
        ({"score": "twice", "above": "1 mg/dL"}, "does not fit a figure in Gy"),
        ({"score": "dated", "above": "1"}, "is no input of a figure"),
    ],
)  # fmt: skip
def test_what_cannot_be_compared_is_refused(plain: dict[str, Any], message: str) -> None:
    with pytest.raises(StudyError, match=message):
        said(plain, AST)
