"""Every kind of node the language knows is judged, composite nodes by the logic, and notes by nobody."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.screening.trial import answered, node, said, told
from trialwright.errors import StudyError
from trialwright.model.criteria import NODE_KINDS, Note
from trialwright.screening.judge import KINDS

pytestmark = pytest.mark.unvalidated

FACTS = {"FA": [answered("HISTOL", "A")]}
T: dict[str, Any] = {"item": "histology", "equals": "A"}
F: dict[str, Any] = {"item": "histology", "equals": "B"}
U: dict[str, Any] = {"item": "lesion_count", "equals": 1}
NOTE = {"note": "advice"}


def test_each_kind_of_the_language_has_one_judge() -> None:
    assert sorted(KINDS) == sorted(NODE_KINDS)
    assert all(kind.summary and kind.id == name for name, kind in KINDS.items())
    with pytest.raises(TypeError, match="was given to"):
        KINDS["sex"].answer(Note(note="advice"), None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("plain", "expected"),
    [
        ({"all": [T, T]}, "T"), ({"all": [T, F]}, "F"), ({"all": [T, U]}, "U:missing"), ({"all": [F, U]}, "F"),
        ({"any": [F, F]}, "F"), ({"any": [T, U]}, "T"), ({"any": [F, U]}, "U:missing"), ({"any": [T, F]}, "T"),
        ({"not": T}, "F"), ({"not": F}, "T"), ({"not": U}, "U:missing"), ({"not": {"not": T}}, "T"),
        ({"of": [T, F, U], "at_least": 1}, "T"), ({"of": [T, F, U], "at_least": 2}, "U:missing"),
        ({"of": [T, F, U], "at_least": 3}, "F"), ({"of": [T, F, U], "at_most": 0}, "F"),
        ({"of": [T, F, U], "at_most": 1}, "U:missing"), ({"of": [T, F, U], "at_most": 2}, "T"),
        ({"if": T, "then": T}, "T"), ({"if": T, "then": F}, "F"), ({"if": T, "then": U}, "U:missing"),
        ({"if": F, "then": T}, "T"), ({"if": F, "then": F}, "T"), ({"if": F, "then": U}, "T"),
        ({"if": U, "then": T}, "T"), ({"if": U, "then": F}, "U:missing"), ({"if": U, "then": U}, "U:missing"),
    ],
)  # fmt: skip
def test_composite_nodes(plain: dict[str, Any], expected: str) -> None:
    assert said(plain, FACTS) == expected


@pytest.mark.parametrize(
    ("plain", "expected"),
    [
        (NOTE, "T"), ({"all": [NOTE, F]}, "F"), ({"all": [NOTE, U]}, "U:missing"), ({"any": [F, NOTE]}, "F"),
        ({"any": [U, NOTE]}, "U:missing"), ({"any": [NOTE]}, "T"), ({"not": NOTE}, "T"),
        ({"of": [NOTE, T, F], "at_least": 2}, "F"), ({"any": [F, {"all": [NOTE]}]}, "F"),
        ({"if": NOTE, "then": F}, "F"),
    ],
)  # fmt: skip
def test_notes_count_for_nothing(plain: dict[str, Any], expected: str) -> None:
    assert said(plain, FACTS) == expected


def test_a_note_needs_no_moment() -> None:
    assert told(NOTE, {}, at=None) == ("T", "", [])


@pytest.mark.parametrize(
    "plain",
    [
        {"quantity": {"of": "plan", "name": "lung_dose"}, "above": "15 Gy"},
        {"score": "child_pugh", "part": "class", "in": ["A"]},
    ],
)  # fmt: skip
def test_what_this_version_does_not_compute_is_said_to_be_unknown(plain: dict[str, Any]) -> None:
    assert told(plain, FACTS) == ("U", "not_computed", [])
    assert said({"any": [T, plain]}, FACTS) == "T"
    assert said({"all": [T, plain]}, FACTS) == "U:not_computed"


def test_several_reasons_are_named_once_each_in_a_fixed_order() -> None:
    plain = {"all": [{"attest": "resectable"}, U, {"score": "x", "at_most": 1}, {"item": "size", "above": "1 cm"}]}
    assert said(plain, FACTS) == "U:missing; needs_attestation; not_computed"


def test_a_count_without_a_number_is_refused() -> None:
    with pytest.raises(StudyError, match="no number to reach"):
        said({"of": [T]}, FACTS)


def test_windows_and_moments_are_inherited_and_the_nearest_wins() -> None:
    facts = {
        "FA": [answered("HISTOL", "A", "2026-01-01")],
        "DS": [{"DSDECOD": "ENTERED INTO TRIAL", "DSSTDTC": "2026-01-20"}],
    }
    assert said({"all": [T], "within": "1 month"}, facts) == "U:stale"
    assert said({"all": [{**T, "within": "3 months"}], "within": "1 month"}, facts) == "T"
    assert said({"all": [{**T, "at": "entry"}], "within": "1 month"}, facts) == "T"
    assert said({"all": [{**T, "at": "allocation"}]}, facts) == "U:not_reached"
    assert said({"all": [{**T, "at": "entry"}]}, facts, at=None) == "T"
    partial = {**facts, "DS": [{"DSDECOD": "ENTERED INTO TRIAL", "DSSTDTC": "2026-01"}]}
    assert said({"all": [{**T, "at": "entry"}]}, partial) == "U:imprecise_date"
    with pytest.raises(StudyError, match="several gates"):
        said({"all": [{**T, "at": ["entry", "allocation"]}]}, facts)
    assert node({"all": [T]}).kind == "all"
