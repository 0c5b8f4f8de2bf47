"""The state a sign-off gives a study."""

from __future__ import annotations

import json

import pytest

from tests.studies import EXAMPLE, OFFERED, edited
from trialwright.errors import StudyError
from trialwright.model.catalogue import Catalogue, Spec
from trialwright.model.study import Study
from trialwright.protocol.canonical import sha256_of
from trialwright.protocol.load import load
from trialwright.protocol.signoff import blocks_activation, blocks_confirmation, read_sign_off, state_of

pytestmark = pytest.mark.unvalidated

BARE = """\
language: 1
study:
  id: bare
  title: Liver (EX-0002)
  version: 0.1.0
  registry: {name: Nowhere, id: EX-0002}
items:
  entered_on: {is: date, domain: DS, where: {DSDECOD: ENTERED INTO TRIAL}, column: DSSTDTC, ask: Day of entry}
time_points:
  entry: {item: entered_on, gate: true, source: {assumption: one gate is enough, by: authors}}
arms:
  - {id: ONE, label: The arm, role: single, gives: [drug], source: {record: arms.one}}
inclusion:
  - {id: I1, text: Adult, source: {record: I1}, met_when: {age: {at_least: 18}}}
regimens:
  - {id: drug, label: The drug, drugs: [{drug: tablet, dose: 10 mg, per: day, days: [1], source: {record: arms.one}}]}
analysis_sets:
  - {id: everyone, reached: entry, source: {record: P1}}
endpoints:
  - id: OS
    title: Overall survival
    role: primary
    measure: time to event
    origin: entry
    events: [death]
    set: everyone
    censor: {at: last known alive, source: {assumption: usual, by: authors}}
    source: {record: P1}
    estimand:
      treatment: The drug
      population: everyone
      variable: Time to death
      intercurrent: [{event: stopping, strategy: treatment policy}]
      summary: Curve
      source: {assumption: usual, by: authors}
analyses:
  - {id: os_curve, endpoint: OS, method: curve, role: primary, source: {record: P1}}
"""

SIGNED = [
    {"name": "A", "role": "investigator", "on": "2026-01-05", "meaning": "eligibility and treatment"},
    {"name": "B", "role": "statistician", "on": "2026-01-06", "meaning": "endpoints and analyses"},
]


WITH_CURVE = Catalogue((*OFFERED.specs, Spec("curve", "method", "x", measures=("time to event",))))


def study(*pairs: tuple[str, str]) -> Study:
    text = BARE
    for old, new in pairs:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return load(text, WITH_CURVE)


def sidecar(of: Study, **changes: object) -> str:
    plain = {
        "study": of.id,
        "version": of.study.version,
        "language": 1,
        "canonical_sha256": sha256_of(of),
        "state": "activated",
        "record_sha256": None,
        "lint": {"errors": 0, "warnings": 0},
        "entries": SIGNED,
    }
    return json.dumps({**plain, **changes})


def test_without_a_sign_off_it_is_a_draft() -> None:
    assert state_of(study(), None, WITH_CURVE).state == "draft"


def test_signed_by_both_it_has_the_state_that_was_signed() -> None:
    bare = study()
    for state in ("draft", "confirmed", "activated"):
        assert state_of(bare, sidecar(bare, state=state), WITH_CURVE).state == state


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"canonical_sha256": "0" * 64}, "the study was changed after it was signed"),
        ({"study": "other"}, "the sign-off is one for other"),
        ({"version": "0.2.0"}, "the sign-off is one for version 0.2.0 in language 1"),
        ({"entries": SIGNED[:1]}, "no statistician has signed for the whole study"),
        ({"entries": SIGNED[1:]}, "no investigator has signed for the whole study"),
        (
            {"entries": [SIGNED[0], {**SIGNED[1], "covers": ["/analyses"]}]},
            "no statistician has signed for the whole study",
        ),
        ({"entries": []}, "no investigator has signed for the whole study"),
    ],
)
def test_a_sign_off_that_does_not_hold_leaves_a_draft_and_says_why(changes: dict[str, object], reason: str) -> None:
    bare = study()
    found = state_of(bare, sidecar(bare, **changes), WITH_CURVE)
    assert found.state == "draft"
    assert reason in found.reasons


def test_any_change_of_the_study_makes_it_a_draft_again() -> None:
    bare, changed = study(), study(("at_least: 18", "at_least: 19"))
    assert state_of(changed, sidecar(bare), WITH_CURVE).state == "draft"


def test_a_comment_does_not() -> None:
    bare = study()
    commented = load("# a word\n" + BARE, WITH_CURVE)
    assert state_of(commented, sidecar(bare), WITH_CURVE).state == "activated"


POINT = "open_points: [{id: Q1, about: /arms/ONE, ask: One arm?"


@pytest.mark.parametrize(
    ("pairs", "state", "reason"),
    [
        ([("analyses:\n", f"{POINT}, blocks: confirmation}}]\nanalyses:\n")], "draft", "/open_points/Q1: One arm?"),
        ([("analyses:\n", f"{POINT}, blocks: activation}}]\nanalyses:\n")], "confirmed", "/open_points/Q1: One arm?"),
        ([("analyses:\n", f"{POINT}}}]\nanalyses:\n")], "activated", ""),
        (
            [("text: Adult, source: {record: I1}, met", "text: Adult, met")],
            "draft",
            "/inclusion/I1/met_when/age: assumed, and nobody said why and who",
        ),
        (
            [("{assumption: one gate is enough, by: authors}", "{assumption: one gate is enough}")],
            "draft",
            "/time_points/entry/gate: assumed, and nobody said why and who",
        ),
        (
            [
                ("role: primary\n", "role: secondary\n"),
                ("method: curve, role: primary", "method: curve, role: supporting"),
            ],
            "draft",
            "/endpoints: no endpoint is primary",
        ),
        ([("dose: 10 mg, per: day, ", "")], "confirmed", "/regimens/drug/drugs/tablet: the dose is not stated"),
        (
            [
                (
                    "[{drug: tablet, dose: 10 mg, per: day, days: [1], source: {record: arms.one}}]}",
                    "unspecified, source: {record: arms.one}}",
                )
            ],
            "confirmed",
            "/regimens/drug/drugs: the drugs are not stated",
        ),
    ],
)
def test_what_blocks_which_state(pairs: list[tuple[str, str]], state: str, reason: str) -> None:
    built = study(*pairs)
    found = state_of(built, sidecar(built), WITH_CURVE)
    assert found.state == state
    assert not reason or reason in found.reasons


def test_two_arms_need_a_stated_method_and_sealed_sizes() -> None:
    example = load(EXAMPLE, OFFERED)
    sealed = "/allocation/sizes: the sealed block sizes do not exist yet"
    assert sealed in blocks_activation(example, sealed_sizes=False)
    assert sealed not in blocks_activation(example, sealed_sizes=True)
    unstated = edited(("method: permuted-blocks", "method: unstated"), (", sizes: sealed", ""))
    assert "/allocation/method: how arms are drawn is not stated" in blocks_activation(
        load(unstated, OFFERED), sealed_sizes=True
    )


def test_lint_errors_block_confirmation_and_warnings_do_not() -> None:
    example = load(EXAMPLE, OFFERED)
    wrong = load(edited(("role: primary, compare: [ABL, RES]", "role: supporting, compare: [ABL, RES]")), OFFERED)
    assert not any("primary analyses" in reason for reason in blocks_confirmation(example, OFFERED))
    assert "/endpoints/PFS: PFS has 0 primary analyses" in blocks_confirmation(wrong, OFFERED)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "not json",
        '{"study": "x"}',
        sidecar(study(), state="signed"),
        sidecar(study(), canonical_sha256="abc"),
        sidecar(study(), entries=[{**SIGNED[0], "on": "2026-02-30"}]),
        sidecar(study(), extra=1),
    ],
)
def test_an_unreadable_sign_off_is_an_error_and_no_silent_draft(text: str) -> None:
    with pytest.raises(StudyError, match=r"^bare\.signoff\.json: the sign-off cannot be read"):
        state_of(study(), text, WITH_CURVE)


def test_a_sign_off_can_be_read_alone() -> None:
    bare = study()
    assert [entry.role for entry in read_sign_off(sidecar(bare)).entries] == ["investigator", "statistician"]
