"""Drafts: what the record says with its address, a question for the rest, nothing invented."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import cast

import pytest

from trialwright.conduct.catalogue import catalogue
from trialwright.model.record import Record
from trialwright.model.study import Study
from trialwright.protocol.draft import Draft, draft_from
from trialwright.protocol.draft_criteria import read_criterion
from trialwright.protocol.lint import lint
from trialwright.protocol.load import load
from trialwright.protocol.plain import Plain
from trialwright.protocol.problems import StudyFileErrors
from trialwright.protocol.provenance import origins
from trialwright.protocol.yaml_nodes import read_tree
from trialwright.protocol.yaml_text import written
from trialwright.registry import read_records

pytestmark = pytest.mark.unvalidated

ARMS: Plain = [
    {"id": "X", "label": "One", "role": "experimental", "ratio": 1},
    {"id": "C", "label": "Other", "role": "control", "ratio": 1},
]
SETS: Plain = [{"id": "everyone", "reached": "entry"}]
ESTIMAND: Plain = {
    "treatment": "One against other",
    "population": "everyone",
    "variable": "a time",
    "intercurrent": [{"event": "none", "strategy": "treatment policy"}],
    "summary": "a ratio",
}


def record_of(**modules: object) -> Record:
    protocol = {"identificationModule": {"nctId": "NCT00000001", "briefTitle": "Cold knife"}, **modules}
    (record,) = read_records(json.dumps({"protocolSection": protocol}))
    return record


def criteria(*lines: str, **fields: object) -> Record:
    text = "Inclusion Criteria:\n\n" + "".join(f"* {line}\n" for line in lines) + "\nExclusion Criteria:\n\n* Ill\n"
    return record_of(eligibilityModule={"eligibilityCriteria": text, **fields})


def plain_of(draft: Draft) -> dict[str, Plain]:
    return cast(dict[str, Plain], read_tree(draft.text, name="draft.yaml").plain)


def entries(draft: Draft, block: str) -> dict[str, dict[str, Plain]]:
    listed = cast(list[dict[str, Plain]], plain_of(draft).get(block, []))
    return {str(entry["id"]): entry for entry in listed}


def asked(draft: Draft, about: str) -> list[str]:
    return [point.ask for point in draft.open_points if point.about == about]


def answered(draft: Draft, answers: dict[str, Plain]) -> str:
    """The draft with values set at paths that its own open points name."""
    plain = plain_of(draft)
    for path, value in answers.items():
        assert asked(draft, path), f"{path} is no path of an open point"
        *steps, last = path.strip("/").split("/")
        here: Plain = plain
        for step in steps:
            if isinstance(here, list):
                here = next(entry for entry in here if isinstance(entry, dict) and entry["id"] == step)
            else:
                here = cast(dict[str, Plain], here)[step]
        cast(dict[str, Plain], here)[last] = value
    return written(plain)


def loaded(draft: Draft, record: Record) -> Study:
    """The draft with what no record holds filled in: arms, sets, estimands."""
    answers: dict[str, Plain] = {"/analysis_sets": SETS}
    if "arms" not in plain_of(draft):
        answers["/arms"] = ARMS
    for name, endpoint in entries(draft, "endpoints").items():
        if endpoint["role"] == "primary":
            answers[f"/endpoints/{name}/estimand"] = ESTIMAND
    return load(answered(draft, answers), catalogue(), record=record)


def problems(text: str, record: Record) -> set[str]:
    try:
        load(text, catalogue(), record=record)
    except StudyFileErrors as refused:
        return {problem.path for problem in refused.problems}
    return set()


def test_the_draft_of_the_ovarian_trial_loads_once_its_open_points_are_answered(shared_seeds: Path) -> None:
    (record,) = read_records((shared_seeds / "NCT07295132.txt").read_text(encoding="utf-8"))
    draft = draft_from(record)
    assert problems(draft.text, record) == {"/arms"}
    with_arms = answered(draft, {"/arms": ARMS})
    assert problems(with_arms, record) == {"/endpoints/P1/estimand"}
    answers = {"/arms": ARMS, "/analysis_sets": SETS, "/endpoints/P1/estimand": ESTIMAND}
    study = load(answered(draft, answers), catalogue(), record=record)
    assert (study.id, study.study.enrolment and study.study.enrolment.planned) == ("nct07295132", 160)
    assert [criterion.id for criterion in study.inclusion] == [f"I{n}" for n in range(1, 7)]
    assert [criterion.id for criterion in study.exclusion] == [f"E{n}" for n in range(1, 12)]
    assert study.inclusion[3].when.kind == "all"
    assert {criterion.when.kind for criterion in (*study.inclusion[:3], *study.exclusion)} == {"attest"}
    assert study.allocation is not None
    assert study.allocation.method == "unstated"


def test_the_draft_of_the_ovarian_trial_asks_for_each_known_gap(shared_seeds: Path) -> None:
    (record,) = read_records((shared_seeds / "NCT07295132.txt").read_text(encoding="utf-8"))
    draft = draft_from(record)
    asks = {
        "/arms": "lists none",
        "/study/dates/primary_completion": "does not say",
        "/study/enrolment/counts": "160",
        "/study/phase": "field says 2",
        "/study/dates": "2025-12-15 lies before the registration 2025-12-19",
        "/endpoints/S1": "time frame of P1",
        "/allocation/strata": "strata",
        "/regimens": "doses",
        "/visits": "When",
        "/analyses": "power",
    }
    for about, words in asks.items():
        assert any(words in ask for ask in asked(draft, about)), about


@pytest.mark.slow
def test_drafts_of_real_records_load_once_their_open_points_are_answered(shared_data: Path) -> None:
    files = sorted((shared_data / "ctgov").glob("*.json"))
    assert len(files) == 32
    for file in files:
        (record,) = read_records(file.read_text(encoding="utf-8"))
        study = loaded(draft_from(record), record)
        assert study.study.registry.id == file.stem
        assert lint(study, catalogue())


@pytest.mark.slow
def test_every_statement_of_a_draft_says_where_it_comes_from(shared_data: Path) -> None:
    """Only what the test itself filled in has no origin."""
    for file in sorted((shared_data / "ctgov").glob("*.json"))[::4]:
        (record,) = read_records(file.read_text(encoding="utf-8"))
        study = loaded(draft_from(record), record)
        filled = re.compile(r"/analysis_sets/|/endpoints/P\d+/estimand/|/arms/[XC]/")
        header = re.compile(r"/(language|study/(id|title|version|registry).*|items/.*|open_points/.*)|.*/(id|label)")
        bare = [path for path, origin in origins(study).items() if origin.kind == "none"]
        assert [path for path in bare if not filled.search(path) and not header.fullmatch(path)] == []


def test_fields_become_statements_with_their_address() -> None:
    record = record_of(
        designModule={
            "phases": ["PHASE2", "PHASE3"],
            "designInfo": {"allocation": "NON_RANDOMIZED", "maskingInfo": {"masking": "DOUBLE"}},
            "enrollmentInfo": {"count": 30},
        },
        statusModule={
            "startDateStruct": {"date": "2026-01-05"},
            "primaryCompletionDateStruct": {"date": "2028-02"},
            "completionDateStruct": {"date": "2025-12-31"},
        },
    )
    draft = draft_from(record)
    head = cast(dict[str, Plain], plain_of(draft)["study"])
    assert (head["phase"], head["masking"]) == ("2/3", "double")
    assert head["title"] == "Cold knife (NCT00000001)"
    assert cast(dict[str, Plain], head["dates"])["start"] == "2026-01-05"
    assert "allocation" not in plain_of(draft)
    assert "2028-02, which is no whole date" in asked(draft, "/study/dates/primary_completion")[0]
    assert "2025-12-31, which lies before" in asked(draft, "/study/dates/completion")[0]


def test_a_record_that_says_nothing_gives_questions_only() -> None:
    draft = draft_from(record_of())
    plain = plain_of(draft)
    assert not {"arms", "inclusion", "exclusion", "endpoints", "allocation"} & set(plain)
    assert {"/arms", "/inclusion", "/exclusion", "/endpoints", "/study/enrolment", "/study/dates", "/study/phase"} <= {
        point.about for point in draft.open_points
    }
    assert loaded(draft, record_of()).arm_ids == ("X", "C")


def test_arms_are_read_by_their_type_and_never_given_a_ratio() -> None:
    arms = [
        {"label": "Knife", "type": "EXPERIMENTAL"},
        {"label": "None", "type": "NO_INTERVENTION"},
        {"label": "Other", "type": "OTHER"},
    ]
    draft = draft_from(record_of(armsInterventionsModule={"armGroups": arms}))
    found = entries(draft, "arms")
    assert [found[name]["role"] for name in found] == ["experimental", "control", "unspecified"]
    assert not any("ratio" in arm for arm in found.values())
    assert asked(draft, "/arms/A3/role")
    assert [bool(asked(draft, f"/arms/{name}/ratio")) for name in found] == [True] * 3
    single = draft_from(record_of(armsInterventionsModule={"armGroups": arms[:1]}))
    assert entries(single, "arms")["A1"]["role"] == "single"


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("Age ≥ 18 years", 18, None),
        ("Age \\>= 18 years;", 18, None),
        ("≥18 years of age", 18, None),
        ("Aged 18 years or older.", 18, None),
        ("18 years and older", 18, None),
        ("Patients must be ≥ 18 years of age", 18, None),
        ("Male or female, aged between 18-75 years old.", 18, 75),
        ("Adults aged 18 to 80 years", 18, 80),
        ("Age 20 - 65 years, inclusive", 20, 65),
    ],
)
def test_texts_on_age_that_can_mean_one_thing(text: str, low: int, high: int | None) -> None:
    fields = {"minimumAge": f"{low} Years", "sex": "ALL", **({"maximumAge": f"{high} Years"} if high else {})}
    bounds = {"at_least": low, **({"at_most": high} if high else {})}
    found = entries(draft_from(criteria(text, "Fit", **fields)), "inclusion")
    assert found["I1"]["met_when"] == {"age": bounds}
    assert set(found) == {"I1", "I2"}


@pytest.mark.parametrize(
    "text",
    [
        "Age > 18 years",
        "Age ≥ 21 years",
        "Aged 18 to 70 years",
        "Women aged 18 years or older",
    ],
)
def test_texts_that_the_fields_contradict_are_asked_about(text: str) -> None:
    draft = draft_from(criteria(text, minimumAge="18 Years", sex="ALL"))
    found = entries(draft, "inclusion")
    assert found["I1"]["met_when"] == {"attest": "i1"}
    assert "It speaks of age, but the record's own field" in asked(draft, "/inclusion/I1/met_when")[0]
    assert found["I0a"]["met_when"] == {"age": {"at_least": 18}}


@pytest.mark.parametrize(
    "text",
    [
        "Age ≥ 18 years at consent",
        "Age 18 years",
        "≥ 18 points",
        "Platelets ≥ 50",
        "Aged 18 years or older and fit",
        "Under 18 years",
        "Not aged 18 years or older",
        "Age ≥ 18 years or ≥ 16 years with consent of parents",
    ],
)
def test_texts_that_say_more_or_less_are_attested(text: str) -> None:
    record = criteria(text, minimumAge="18 Years", sex="ALL")
    assert read_criterion(text, record).node is None
    assert entries(draft_from(record), "inclusion")["I1"]["met_when"] == {"attest": "i1"}


def test_two_criteria_on_age_are_both_asked_about() -> None:
    draft = draft_from(criteria("Age ≥ 18 years", "Age ≥ 60 years", minimumAge="18 Years"))
    assert [entry["met_when"] for entry in entries(draft, "inclusion").values()] == [
        {"age": {"at_least": 18}},
        {"attest": "i1"},
        {"attest": "i2"},
    ]
    assert "other criteria do so, too" in asked(draft, "/inclusion/I1/met_when")[0]


def test_an_age_under_a_heading_of_its_own_is_asked_about() -> None:
    text = "Inclusion Criteria:\n\n* Fit\n\nFor cohort B only:\n\n* Age ≥ 18 years\n\nExclusion Criteria:\n\n* Ill"
    draft = draft_from(record_of(eligibilityModule={"eligibilityCriteria": text, "minimumAge": "18 Years"}))
    assert entries(draft, "inclusion")["I2"]["met_when"] == {"attest": "i2"}
    assert "some subjects only" in asked(draft, "/inclusion/I2/met_when")[0]


def test_ages_and_sex_that_stand_in_fields_only() -> None:
    draft = draft_from(criteria("Fit", minimumAge="18 Years", maximumAge="70 Years", sex="MALE"))
    found = entries(draft, "inclusion")
    assert found["I0a"]["met_when"] == {"age": {"at_least": 18, "at_most": 70}}
    assert found["I0b"]["met_when"] == {"sex": "M"}
    assert asked(draft, "/inclusion/I0a/met_when")
    months = draft_from(criteria("Fit", minimumAge="6 Months", sex="ALL"))
    assert set(entries(months, "inclusion")) == {"I1"}
    assert "other units" in asked(months, "/inclusion")[0]


def test_nested_parts_stay_one_criterion_and_are_asked_about() -> None:
    draft = draft_from(criteria("One of:\n  * ANC ok\n  * Hb ok"))
    found = entries(draft, "inclusion")["I1"]
    assert found["text"] == "One of: / ANC ok / Hb ok"
    assert "Must all of its 2 parts hold, or any?" in asked(draft, "/inclusion/I1/met_when")[0]


def test_a_criterion_that_says_none_is_none() -> None:
    text = "Inclusion Criteria:\n\n* Fit\n\nExclusion Criteria:\n\n* None"
    draft = draft_from(record_of(eligibilityModule={"eligibilityCriteria": text}))
    assert "exclusion" not in plain_of(draft)
    assert "lists none" in asked(draft, "/exclusion")[0]


def test_lost_signs_are_asked_about_and_kept() -> None:
    draft = draft_from(criteria("ANC = 1500 /uL"))
    assert entries(draft, "inclusion")["I1"]["text"] == "ANC = 1500 /uL"
    (ask,) = asked(draft, "/inclusion/I1")
    assert "bare =" in ask


def test_questions_are_numbered_and_about_paths_of_the_file() -> None:
    draft = draft_from(criteria("Fit"))
    assert [point.id for point in draft.open_points] == [f"Q{n}" for n in range(1, len(draft.open_points) + 1)]
    assert loaded(draft, criteria("Fit")).open_points == draft.open_points


def test_text_of_any_letters_survives() -> None:
    title = 'Knife: "hot" #1 \u2028 \u0007 {a} 한국 \U0001f600'
    record = record_of(identificationModule={"nctId": "NCT00000001", "briefTitle": title})
    head = cast(dict[str, Plain], plain_of(draft_from(record))["study"])
    assert head["title"] == " ".join(title.split()) + " (NCT00000001)"


def test_a_phase_or_an_arm_that_is_not_the_first_is_named_by_its_own_address() -> None:
    record = record_of(
        designModule={"phases": [{}, "PHASE3"]},
        armsInterventionsModule={"armGroups": [{}, {"label": "Knife", "type": "EXPERIMENTAL"}]},
    )
    draft = draft_from(record)
    assert cast(dict[str, Plain], plain_of(draft)["study"])["source"] == [
        {"record": "design.phase2", "covers": ["phase"]}
    ]
    assert set(entries(draft, "arms")) == {"A2"}
    assert loaded(draft, record).study.phase == "3"


@pytest.mark.parametrize("count", [True, 0, -3, 10**12, 40.5, "many", None])
def test_a_number_of_subjects_that_is_none_is_asked_for(count: object) -> None:
    draft = draft_from(record_of(designModule={"enrollmentInfo": {"count": count}}))
    assert "enrolment" not in cast(dict[str, Plain], plain_of(draft)["study"])
    assert asked(draft, "/study/enrolment")


def framed(first: str, second: str, frame: str) -> Draft:
    listed = [{"measure": first, "timeFrame": frame}, {"measure": second, "timeFrame": frame}]
    return draft_from(record_of(outcomesModule={"secondaryOutcomes": listed}))


def test_a_time_frame_with_events_that_two_endpoints_share_is_asked_about() -> None:
    assert "time frame of S1" in asked(framed("PFS", "OS", "Allocation to progression or death"), "/endpoints/S2")[0]
    assert asked(framed("PFS", "OS", "Up to 24 months after the last subject is allocated"), "/endpoints/S2") == []
    assert asked(framed("PFS", "PFS", "Allocation to progression or death"), "/endpoints/S2") == []


@pytest.mark.parametrize(
    ("field", "title", "asks"),
    [
        (["PHASE2"], "A phase III trial", True),
        (["PHASE2"], "A Phase 2/3 trial", True),
        (["PHASE2", "PHASE3"], "A Phase IIb/III trial", False),
        (["PHASE2"], "A phase II trial of three phases", False),
        (["NA"], "A phase III trial", False),
    ],
)
def test_a_phase_that_the_titles_contradict_is_asked_about(field: list[str], title: str, asks: bool) -> None:
    heading = {"nctId": "NCT00000001", "officialTitle": title}
    draft = draft_from(record_of(identificationModule=heading, designModule={"phases": field}))
    assert bool([ask for ask in asked(draft, "/study/phase") if "field says" in ask]) is asks
