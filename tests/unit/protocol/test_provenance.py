"""Where every statement comes from."""

from __future__ import annotations

import pytest

from tests.studies import loaded
from trialwright.protocol.provenance import Origin, is_address, origins, record_claims, silences, unreasoned

pytestmark = pytest.mark.unvalidated

CRITERION = "    source: {record: I2}\n"


def test_a_criterions_source_holds_for_its_text_and_tree_and_not_for_its_gate() -> None:
    found = origins(loaded())
    record = Origin("record", "I2")
    assert found["/inclusion/I2/text"] == record
    assert found["/inclusion/I2/met_when/all/I2b/at_most"] == record
    assert found["/inclusion/I2/met_when/all/I2c/governing"] == record
    assert found["/inclusion/I2/at"] == Origin("none")
    assert found["/inclusion/I2/within"] == Origin("none")


def test_a_criterions_gate_is_covered_when_covers_names_it() -> None:
    found = origins(loaded((CRITERION, "    source: {record: I2, covers: [text, at, met_when]}\n")))
    assert found["/inclusion/I2/at"].kind == "record"
    assert found["/inclusion/I2/within"].kind == "none"


def test_sources_that_cover_different_keys() -> None:
    sources = "    source: [{record: I2, covers: [text]}, {inferred: so read, from: I2, covers: [met_when]}]\n"
    found = origins(loaded((CRITERION, sources)))
    assert found["/inclusion/I2/text"] == Origin("record", "I2")
    assert found["/inclusion/I2/met_when/all/4/below"] == Origin("inferred", "so read", from_="I2")


def test_a_source_inside_a_tree_speaks_for_its_own_node() -> None:
    inner = "{lab: inr, below: 1.7, source: {assumption: usual, by: authors}}"
    found = origins(loaded(("{lab: inr, below: 1.7}", inner)))
    assert found["/inclusion/I2/met_when/all/4/below"] == Origin("assumption", "usual", by="authors")
    assert found["/inclusion/I2/met_when/all/I2b/at_most"].kind == "record"


def test_a_nested_mapping_speaks_for_itself() -> None:
    found = origins(loaded())
    assert found["/study/phase"] == Origin("assumption", "an example", by="authors")
    assert found["/study/enrolment/planned"] == Origin("record", "enrollment.count")
    assert found["/study/dates/start"] == Origin("none")


def test_a_nested_mapping_is_covered_when_its_key_is_named() -> None:
    source = "source: {assumption: an example, by: authors, covers: [dates]}"
    found = origins(loaded(("source: {assumption: an example, by: authors}", source)))
    assert found["/study/dates/start"].kind == "assumption"
    assert found["/study/phase"].kind == "none"


def test_mappings_that_cannot_carry_a_source_go_with_the_one_that_holds_them() -> None:
    visit = "do: [disease], arms: [ABL, RES], source: {assumption: usual, by: authors}}"
    found = origins(loaded(("do: [disease], arms: [ABL, RES]}", visit)))
    assert found["/visits/later/when"].kind == "assumption"


def test_assumptions_without_reason_or_author_are_listed() -> None:
    found = unreasoned(loaded())
    assert "/arms/ABL/ratio" in found
    assert "/inclusion/I2/at" in found
    assert "/inclusion/I2/met_when/all/4/below" not in found
    assert not any(path.startswith(("/items", "/scenario", "/open_points")) for path in found)
    anonymous = unreasoned(loaded((CRITERION, "    source: {assumption: usual}\n")))
    assert "/inclusion/I2/met_when/all/4/below" in anonymous


def test_what_the_record_does_not_say_begins_with_the_questions_that_block() -> None:
    found = silences(
        loaded(("ask: Which ratio?, taken: 1 to 1, blocks: confirmation", "ask: Which ratio?, taken: 1 to 1"))
    )
    assert [(silence.path, silence.blocks) for silence in found[:2]] == [
        ("/regimens/ablation/drugs/tablet", "activation"),
        ("/arms/ABL/ratio", ""),
    ]
    assert found[1].text == "Which ratio?"
    assert found[1].taken == "1 to 1"
    assert [(silence.path, silence.why) for silence in found[2:]] == [("/study", "an example")]


def test_an_assumption_shows_the_values_it_stands_for() -> None:
    visit = "do: [disease], arms: [ABL, RES], source: {assumption: usual, by: authors, covers: [when]}}"
    silence = silences(loaded(("do: [disease], arms: [ABL, RES]}", visit)))[-1]
    assert (silence.path, silence.text) == ("/visits/later", "when")
    assert silence.taken == "after allocation, first 3 months, every 3 months, times 12"


@pytest.mark.parametrize(
    "claim", ["I2", "E1.1", "I9.10", "S1.timeFrame", "P1", "enrollment.count", "design.masking", "I3a"]
)
def test_addresses(claim: str) -> None:
    assert is_address(claim)


@pytest.mark.parametrize("claim", ["Phase III", "3-4 cycles", "Randomized", "X1", "dates", "400 (± 30%)", "I", "1.2"])
def test_fragments(claim: str) -> None:
    assert not is_address(claim)


def test_every_claim_is_found_with_its_path() -> None:
    assert dict(record_claims(loaded())) == {
        ("study", "enrolment", "source", "record"): "enrollment.count",
        ("inclusion", 1, "source", "record"): "I2",
    }
