"""Whatever is done to a record, it is read or refused in words, and its draft lacks only what its open points name."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.registry.records import PAGE, study, text_of
from trialwright.conduct.catalogue import catalogue
from trialwright.errors import InputError
from trialwright.model.record import Record
from trialwright.protocol.draft import draft_from
from trialwright.protocol.load import load
from trialwright.protocol.problems import StudyFileErrors
from trialwright.protocol.yaml_nodes import read_tree
from trialwright.registry import read_records

pytestmark = [pytest.mark.unvalidated, pytest.mark.slow]

WHOLE = text_of(
    study(
        outcomesModule={"primaryOutcomes": [{"measure": "Wear", "timeFrame": "2 years"}]},
        armsInterventionsModule={"armGroups": [{"label": "A", "type": "EXPERIMENTAL"}, {"label": "B"}]},
    )
)
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**30), 10**30),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=30),
    st.sampled_from(
        ["\ud800", "a\x1b[31m", "N/A", "None", "1 Years", "2026-13", "* x\n* y", "Inclusion", [], {}, [[]]]
    ),
)


def read(text: str) -> tuple[Record, ...]:
    try:
        return read_records(text, "r")
    except InputError:
        return ()


def missing(text: str, record: Record) -> list[str]:
    """Paths that keep a draft from loading."""
    try:
        load(text, catalogue(), record=record)
    except StudyFileErrors as refused:
        return [problem.path for problem in refused.problems]
    return []


def holds_together(text: str) -> None:
    """Places lie in the source; the draft is readable, and what keeps it from loading stands in its open points."""
    for record in read(text):
        for statement in record.statements.values():
            assert 0 <= statement.span.offset <= statement.span.offset + statement.span.length <= len(text)
        draft = draft_from(record)
        plain = read_tree(draft.text, name="draft.yaml").plain
        assert isinstance(plain, dict)
        draft.text.encode("utf-8")
        about = {point.about for point in draft.open_points}
        assert [path for path in missing(draft.text, record) if path not in about] == []
        json.dumps([str(kept.value) for kept in record.extra]).encode("utf-8")


def places(value: object) -> Iterator[tuple[object, object]]:
    """Every place of plain JSON: its container and its key."""
    if isinstance(value, dict | list):
        for key in list(value) if isinstance(value, dict) else range(len(value)):
            yield value, key
            yield from places(value[key])


@pytest.mark.parametrize("text", [WHOLE, PAGE], ids=["json", "page"])
def test_a_record_cut_anywhere(text: str) -> None:
    for end in range(0, len(text), 37):
        holds_together(text[:end])


@pytest.mark.parametrize("text", [WHOLE, PAGE], ids=["json", "page"])
@given(st.randoms(use_true_random=False))
@settings(max_examples=40)
def test_a_record_with_letters_exchanged(text: str, chance: random.Random) -> None:
    letters = list(text)
    for _ in range(chance.randint(1, 12)):
        letters[chance.randrange(len(letters))] = chance.choice('{}[]",:\\\n *=≥0aA\u2028\x00<')
    holds_together("".join(letters))


@given(st.randoms(use_true_random=False), st.lists(VALUES, min_size=1, max_size=4))
@settings(max_examples=60)
def test_a_record_with_other_values_in_any_place(chance: random.Random, values: list[object]) -> None:
    plain = json.loads(WHOLE)
    for value in values:
        container, key = chance.choice(list(places(plain)))
        container[key] = value  # type: ignore[index]
    holds_together(json.dumps(plain))


@given(st.randoms(use_true_random=False))
@settings(max_examples=40)
def test_a_page_with_lines_moved_doubled_and_lost(chance: random.Random) -> None:
    lines = PAGE.splitlines()
    for _ in range(chance.randint(1, 8)):
        place = chance.randrange(1, len(lines))
        match chance.randrange(3):
            case 0:
                del lines[place]
            case 1:
                lines.insert(place, lines[chance.randrange(len(lines))])
            case _:
                lines[place], lines[-1] = lines[-1], lines[place]
    holds_together("\n".join(lines))


@given(st.text(max_size=400))
def test_criteria_of_any_text_lose_no_word(text: str) -> None:
    """Whatever stands in the eligibility stands in a statement or a heading, in order; only list marks go."""
    plain = {"protocolSection": {"identificationModule": {"nctId": "N1"}, "eligibilityModule": {}}}
    plain["protocolSection"]["eligibilityModule"]["eligibilityCriteria"] = "Inclusion Criteria:\n\n" + text
    (record,) = read_records(json.dumps(plain))
    taken = "".join(s.text for a, s in record.statements.items() if re.match(r"[IE]\d|.*heading|eligibility\.text", a))
    whole = record.statement("eligibility.criteria") or ""
    bare = re.sub(r"\s+", "", taken)
    rest = iter(re.sub(r"\s+", "", whole))
    assert all(letter in rest for letter in bare)
    marks = sum(
        len(re.findall(r"(?m)^[ \t]*(?:[*•·▪◦○●-]|\(?\w{1,5}\\?[.)])[ \t]", line)) for line in whole.splitlines()
    )
    assert len(re.sub(r"\s+", "", whole)) - len(bare) <= 8 * marks
