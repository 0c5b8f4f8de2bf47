"""What differs between two study files: its path, its kind, and what it can touch."""

from __future__ import annotations

import pytest

from tests.studies import loaded
from trialwright.protocol.canonical import sha256_of
from trialwright.protocol.diff import Change, diff

pytestmark = pytest.mark.unvalidated

BASE = loaded()


def of(*pairs: tuple[str, str]) -> list[Change]:
    return list(diff(BASE, loaded(*pairs)))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "at_least: 18,",
            "at_least: 19,",
            Change("/inclusion/I1/met_when/age/at_least", "changed", "18", "19", "meaning"),
        ),
        ("text: Adult,", "text: Grown up,", Change("/inclusion/I1/text", "changed", "Adult", "Grown up", "words")),
        ("ask: Tumour grade", "ask: Grade", Change("/items/grade/ask", "changed", "Tumour grade", "Grade", "words")),
        ("{G1: low,", "{G1: lowest,", Change("/items/grade/values/G1", "changed", "low", "lowest", "words")),
        (", G3: high}", ", G3: high, G4: x}", Change("/items/grade/values/G4", "added", None, "x", "meaning")),
        ("unit: mg/dL, ask", "unit: umol/L, ask", Change("/items/bili/unit", "changed", "mg/dL", "umol/L", "meaning")),
        (", window: ", ", remark: x, window: ", Change("/visits/start/remark", "added", None, "x", "words")),
        ("within: 100 days, ", "", Change("/markers/afp_speed/within", "removed", "100 days", None, "meaning")),
        ("planned: 40", "planned: 41", Change("/study/enrolment/planned", "changed", 40, 41, "meaning")),
        ("version: 1.2.3", "version: 1.2.4", Change("/study/version", "changed", "1.2.3", "1.2.4", "words")),
        (
            "[G1, G2]}",
            "[G2, G1]}",
            Change("/inclusion/I4/met_when/of/1/in", "changed", ["G1", "G2"], ["G2", "G1"], "meaning"),
        ),
        (
            "dose: 400 mg/m2",
            "dose: 4 mg/m2",
            Change("/regimens/ablation/drugs/carboplatin/dose", "changed", "400 mg/m2", "4 mg/m2", "meaning"),
        ),
    ],
)
def test_one_edit_is_one_change(old: str, new: str, expected: Change) -> None:
    assert of((old, new)) == [expected]


def test_a_statement_among_others_without_ids_is_found_by_the_run_around_it() -> None:
    (added,) = of(("{of: [{item: grade, in: [G1, G2]},", "{of: [{sex: M}, {item: grade, in: [G1, G2]},"))
    assert (added.path, added.kind, added.old) == ("/inclusion/I4/met_when/of/1", "added", None)
    assert isinstance(added.new, dict)
    assert added.new["sex"] == "M"
    (removed,) = of((" {sex: F}, {not:", " {not:"))
    assert (removed.path, removed.kind, removed.new) == ("/inclusion/I4/met_when/of/2", "removed", None)


def test_entries_with_ids_are_matched_by_them() -> None:
    first = "  - {id: ABL, label: Ablation, role: experimental, ratio: 1, gives: [ablation]}\n"
    second = "  - {id: RES, label: Resection, role: control, ratio: 1, gives: unspecified}\n"
    assert of((first + second, second + first)) == [Change("/arms", "moved", ["ABL", "RES"], ["RES", "ABL"], "meaning")]
    assert [(c.path, c.kind) for c in of(("id: E1, text: Treated before", "id: E1a, text: Treated before"))] == [
        ("/exclusion/E1", "removed"),
        ("/exclusion/E1a", "added"),
    ]


def test_a_change_below_a_source_or_an_open_point_is_one_of_words() -> None:
    assert {c.effect for c in of(("{record: I2}", "{record: I1}"))} == {"words"}


def test_a_name_that_looks_like_a_key_is_a_name() -> None:
    before, after = (
        loaded(("note_of:", "label:")),
        loaded(("note_of: {is: text, test: NOTE", "label: {is: text, test: X")),
    )
    (change,) = diff(before, after)
    assert (change.path, change.effect) == ("/items/label/test", "meaning")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("# A made-up trial", "# Another comment"),
        ("then: censor}}", "then: censor}, treatment_stop: ignore}"),
        ("{id: I1, text: Adult,", "{id: I1, text: Adult, at: entry,"),
        ("at_least: 18,", "at_least: 19,"),
        ("sides: 2", "sides: 1"),
        ("ask: INR}", "ask: INR, remark: x}"),
    ],
)
def test_no_change_exactly_when_the_hash_stays(old: str, new: str) -> None:
    other = loaded((old, new))
    assert (diff(BASE, other) == ()) == (sha256_of(BASE) == sha256_of(other))


def test_both_ways_the_same_places() -> None:
    other = loaded(("at_least: 18,", "at_least: 19,"), ("within: 100 days, ", ""))
    there, back = diff(BASE, other), diff(other, BASE)
    swapped = {"added": "removed", "removed": "added", "changed": "changed", "moved": "moved"}
    assert sorted((c.path, swapped[c.kind]) for c in back) == sorted((c.path, c.kind) for c in there)
