"""What counts when two study files are said to be the same."""

from __future__ import annotations

import hashlib
import json

import pytest

from tests.studies import EXAMPLE, OFFERED, loaded
from trialwright.model.study import Study
from trialwright.protocol.canonical import canonical_json, sha256_of
from trialwright.protocol.load import load

BASE = sha256_of(loaded())


@pytest.mark.unvalidated
@pytest.mark.parametrize(
    "pairs",
    [
        [("# A made-up trial", "# Another comment")],
        [("language: 1\n", "\n\nlanguage:   1   # the first\n")],
        [("{id: ABL, label: Ablation, role: experimental,", "{label: Ablation, role: experimental, id: ABL,")],
        [
            (
                "{id: ABL, label: Ablation, role: experimental, ratio: 1, gives: [ablation]}",
                "id: ABL\n    label: Ablation\n    role: experimental\n    ratio: 1\n    gives:\n      - ablation",
            )
        ],
        [("{is: code, ask: Tumour grade", "{is: code, ask: 'Tumour grade'")],
        [("in: [B, C]}", "in: [B, C], part: class}"), ("liver_class, part: class, in", "liver_class, in")],
        [("then: censor}}", "then: censor}, treatment_stop: ignore}")],
        [("treatment: {item: treated_on}", "treatment: {item: treated_on, gate: false}")],
        [("{id: I1, text: Adult,", "{id: I1, text: Adult, at: entry,")],
    ],
    ids=["comment", "blank lines", "key order", "block style", "quotes", "order in a tree", "default", "flag", "gate"],
)
def test_what_does_not_count(pairs: list[tuple[str, str]]) -> None:
    assert sha256_of(loaded(*pairs)) == BASE


@pytest.mark.unvalidated
@pytest.mark.parametrize(
    "pair",
    [
        ("at_most: 2.0 mg/dL", "at_most: 2.00 mg/dL"),
        ("alpha: 0.05", "alpha: 0.050"),
        ("text: Adult,", "text: Adults,"),
        ("then: censor}}", "then: censor}, treatment_stop: censor}"),
        ("in: [CR, PR]}", "in: [PR, CR]}"),
        ("source: {record: I2}", "source: {record: I3}"),
        ("taken: 1 to 1", "taken: 2 to 1"),
    ],
)
def test_what_counts(pair: tuple[str, str]) -> None:
    assert sha256_of(loaded(pair)) != BASE


@pytest.mark.unvalidated
def test_a_changed_default_of_the_program_counts() -> None:
    study = loaded()
    moved = study.model_copy(
        update={"visits": tuple(visit.model_copy(update={"remark": ""}) for visit in study.visits)}
    )
    assert sha256_of(moved) != sha256_of(study)


@pytest.mark.unvalidated
def test_the_order_of_gates_counts_because_the_first_is_the_default() -> None:
    swapped = (
        "  entry: {item: enrolled_on, gate: true}\n  allocation: {item: allocated_on, gate: true}\n",
        "  allocation: {item: allocated_on, gate: true}\n  entry: {item: enrolled_on, gate: true}\n",
    )
    assert sha256_of(loaded(swapped)) != BASE


@pytest.mark.independent("json and hashlib of the standard library")
def test_the_form_is_sorted_json_and_its_hash_sha256() -> None:
    study = load(EXAMPLE, OFFERED)
    canonical = canonical_json(study)
    plain = json.loads(canonical)
    assert json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() == canonical
    assert hashlib.sha256(canonical).hexdigest() == sha256_of(study)


@pytest.mark.unvalidated
def test_decimals_stand_as_written() -> None:
    analyses = json.loads(canonical_json(loaded()))["analyses"]
    assert [entry["alpha"] for entry in analyses] == ["0.05", None, None, None]


@pytest.mark.unvalidated
def test_the_canonical_form_says_all_that_the_study_says() -> None:
    study = loaded()
    plain = json.loads(canonical_json(study))
    for block in ("inclusion", "exclusion"):
        for criterion, built in zip(plain[block], getattr(study, block), strict=True):
            criterion["at"] = built.at
    assert study == Study.model_validate_json(json.dumps(_without_nulls(plain)))


def _without_nulls(part: object) -> object:
    if isinstance(part, dict):
        return {key: _without_nulls(value) for key, value in part.items() if value is not None}
    return [_without_nulls(value) for value in part] if isinstance(part, list) else part
