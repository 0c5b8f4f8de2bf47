"""The shipped study files: they load, say where everything comes from, and copy no sentence of the record."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from trialwright.conduct.catalogue import catalogue
from trialwright.conduct.studies import OpenedStudy, open_study
from trialwright.model.criteria import ItemIs
from trialwright.protocol.lint import lint
from trialwright.protocol.provenance import is_address, origins, record_claims, silences, unreasoned
from trialwright.studies import SHIPPED

pytestmark = pytest.mark.unvalidated

OVARIAN = "nct07295132"


@pytest.fixture(scope="module")
def ovarian() -> OpenedStudy:
    return open_study(OVARIAN)


@pytest.fixture(scope="session")
def record_text(shared_data: Path) -> str:
    place = shared_data.parent / "seeds" / f"{OVARIAN.upper()}.txt"
    if not place.is_file():
        pytest.skip(f"the record's text is not at {place}")
    return place.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_study_is_a_draft_whose_only_lint_errors_are_what_its_record_does_not_say(name: str) -> None:
    opened = open_study(name)
    assert opened.study.id == name
    assert opened.state == "draft"
    errors = {finding.rule for finding in lint(opened.study, catalogue()) if finding.severity == "error"}
    assert errors == {"nct05844813": {"allocation-unstated"}, "nct06850103": {"primary-missing"}}.get(name, set())


@pytest.fixture(params=[name for name in SHIPPED if name != OVARIAN])
def other(request: pytest.FixtureRequest, shared_seeds: Path) -> tuple[OpenedStudy, str]:
    place = shared_seeds / f"{str(request.param).upper()}.txt"
    if not place.is_file():
        pytest.skip(f"the record's text is not at {place}")
    return open_study(request.param), place.read_text(encoding="utf-8")


def test_the_other_files_cite_short_fragments_that_stand_in_their_records(other: tuple[OpenedStudy, str]) -> None:
    opened, record = other
    folded = " ".join(record.split())
    fragments = [claim for _, claim in record_claims(opened.study) if not is_address(claim)]
    assert fragments
    assert [claim for claim in fragments if claim not in folded] == []
    assert max(len(claim.split()) for claim in fragments) <= 5
    assert runs(opened.text, 8) & runs(record, 8) == set()


def test_the_numbers_planned_are_those_of_the_records() -> None:
    planned = {"nct04562727": 668, "nct05844813": 102, "nct06178198": 30, "nct07295132": 160}
    stated = {name: open_study(name).study.study.enrolment for name in planned}
    assert {name: each.planned for name, each in stated.items() if each is not None} == planned
    assert open_study("nct06850103").study.study.enrolment is None


@pytest.mark.parametrize(
    ("name", "endpoint", "reported", "other_reading"),
    [
        ("nct06178198", "OS", "corrected", "record"),
        ("nct06178198", "DOR", "record", "ignoring_therapy"),
        ("nct06178198", "DOCR", "corrected", "record"),
        ("nct04562727", "DFS", "corrected", "record"),
        ("nct04562727", "LTP", "corrected", "record"),
        ("nct04562727", "CSS", "corrected", "record"),
        ("nct05844813", "PFS", "corrected", "record"),
        ("nct05844813", "OS", "corrected", "record"),
    ],
)
def test_where_a_record_errs_both_readings_stand(name: str, endpoint: str, reported: str, other_reading: str) -> None:
    definitions = open_study(name).study.endpoint(endpoint).resolved()
    assert next(iter(definitions)) == reported
    assert other_reading in definitions


def test_the_sarcoma_trial_counts_from_allocation_and_beside_it_from_the_operation() -> None:
    definitions = open_study("nct05844813").study.endpoint("PFS").resolved()
    assert (definitions["corrected"].origin, definitions["corrected"].set) == ("allocation", "allocated")
    assert (definitions["record"].origin, definitions["record"].set) == ("surgery", "resected")


def test_the_truncated_record_is_refused_for_use_until_somebody_supplies_what_it_lacks() -> None:
    study = open_study("nct06850103").study
    asked = {silence.path for silence in silences(study) if silence.blocks == "activation"}
    assert {"/inclusion", "/endpoints", "/arms/CONTROL", "/regimens/capeox/drugs"} <= asked
    assert next(arm for arm in study.arms if arm.id == "CONTROL").gives == "unspecified"
    assert all(endpoint.role == "other" for endpoint in study.endpoints)
    serplulimab = next(regimen for regimen in study.regimens if regimen.id == "capeox").drugs[-1]
    assert (serplulimab.drug, serplulimab.dose) == ("serplulimab", None)


@pytest.mark.parametrize("name", SHIPPED)
def test_every_statement_of_a_shipped_study_has_a_source_or_a_reason_with_its_author(name: str) -> None:
    assert unreasoned(open_study(name).study) == ()


def test_what_the_record_states_stands_as_stated(ovarian: OpenedStudy) -> None:
    found = origins(ovarian.study)
    recorded = [
        "/study/enrolment/planned",
        "/study/masking",
        "/study/dates/start",
        "/study/dates/completion",
        *(f"/inclusion/I{number}/text" for number in range(1, 7)),
        *(f"/exclusion/E{number}/text" for number in range(1, 12)),
        "/inclusion/I2/met_when/at_least",
        "/inclusion/I4/met_when/all/2/age",
        "/endpoints/PFS/events",
        "/endpoints/PFS/origin",
        "/endpoints/PFS/horizon/of",
        "/endpoints/OS/definitions/record/events",
        "/endpoints/OS/definitions/corrected/events",
        "/endpoints/R0/success/equals",
        "/endpoints/R0/period/within",
        "/endpoints/R0/definitions/record/arms",
        "/endpoints/SURGCOMP/of",
        "/endpoints/SURGCOMP/period/within",
        "/endpoints/KELIMACC/predicts",
        "/regimens/neoadjuvant/cycles",
    ]
    assert {path: found[path].kind for path in recorded} == dict.fromkeys(recorded, "record")


def test_what_was_concluded_from_the_record_says_so(ovarian: OpenedStudy) -> None:
    found = origins(ovarian.study)
    inferred = [
        "/study/phase",
        "/arms/SCS/gives",
        "/arms/CHEMO/role",
        "/inclusion/I3/at",
        "/exclusion/E5/excluded_when/any/2/below",
        "/endpoints/OS/use",
        "/endpoints/KELIMACC/of",
        "/analysis_sets/randomised/reached",
    ]
    assert {path: found[path].kind for path in inferred} == dict.fromkeys(inferred, "inferred")
    assert all(found[path].from_ for path in inferred)


def test_every_gap_of_the_record_is_an_assumption_with_its_reason(ovarian: OpenedStudy) -> None:
    found = origins(ovarian.study)
    gaps = [
        "/arms/SCS/ratio",
        "/arms/CHEMO/ratio",
        "/allocation/method",
        "/allocation/strata",
        "/allocation/sizes",
        "/study/enrolment/counts",
        "/markers/kelim/parameters",
        "/markers/kelim/used_for",
        "/visits/cycle/do",
        "/visits/follow_up/when",
        "/regimens/neoadjuvant/cycle",
        "/regimens/neoadjuvant/drugs",
        "/regimens/completion/drugs",
        "/assessments/after/evaluator",
        "/assessments/before/baseline/within",
        "/assessments/after/baseline/last_before",
        "/assessments/after/planned_removal/new_baseline",
        "/time_points/registration/gate",
        "/endpoints/PFS/censor/missed_assessments",
        "/endpoints/PFS/horizon/is",
        "/endpoints/PFS/estimand/summary",
        "/analyses/pfs_logrank/alpha",
    ]
    assert {path: found[path].kind for path in gaps} == dict.fromkeys(gaps, "assumption")
    assert all(len(found[path].text) > 15 and found[path].by == "program authors" for path in gaps)


def test_what_nobody_could_assume_is_asked(ovarian: OpenedStudy) -> None:
    asked = {silence.path: silence for silence in silences(ovarian.study) if not silence.why}
    for path in (
        "/study/phase",
        "/study/dates/primary_completion",
        "/study/enrolment/counts",
        "/arms/SCS/ratio",
        "/inclusion/I3",
        "/inclusion/I5",
        "/exclusion/E10",
        "/regimens/neoadjuvant/drugs",
        "/markers/kelim/parameters",
        "/assessments/after/planned_removal",
        "/visits/follow_up",
        "/endpoints/PFS/horizon/is",
        "/endpoints/OS/definitions",
        "/analyses/pfs_logrank",
    ):
        assert asked[path].taken, path
    assert [silence.blocks for silence in asked.values()] == sorted(
        (silence.blocks for silence in asked.values()), key=["confirmation", "activation", ""].index
    )


def test_inclusion_and_exclusion_part_at_six_months_without_overlap(ovarian: OpenedStudy) -> None:
    inclusion = {criterion.id: criterion for criterion in ovarian.study.inclusion}
    exclusion = {criterion.id: criterion for criterion in ovarian.study.exclusion}
    assert getattr(inclusion["I2"].when, "at_least") == "6 months"  # noqa: B009 - the node's own kind
    late = getattr(exclusion["E5"].when, "any_")[1]  # noqa: B009 - as above
    assert late.below == "6 months"
    assert late.at_least is None


def test_both_definitions_of_overall_survival_are_kept_and_deaths_alone_are_reported(ovarian: OpenedStudy) -> None:
    definitions = ovarian.study.endpoint("OS").resolved()
    assert next(iter(definitions)) == "corrected"
    assert definitions["corrected"].events == ("death",)
    assert definitions["record"].events == ("progression", "death")


def test_gates_series_and_criteria_are_judged_where_they_belong(ovarian: OpenedStudy) -> None:
    study = ovarian.study
    assert study.gates == ("registration", "allocation")
    assert {criterion.id for criterion in study.inclusion if criterion.at == "allocation"} == {"I3", "I5"}
    assert {series.id: (series.from_, series.until) for series in study.assessments} == {
        "before": ("chemotherapy_start", "allocation"),
        "after": ("allocation", None),
    }
    assert all(series.settings == {"rows": "recorded"} for series in study.assessments)


def test_the_scenarios_are_labelled_invented_and_cover_every_arm(ovarian: OpenedStudy) -> None:
    base = ovarian.study.scenario["base"]
    assert "nvented" in base.label
    assert ovarian.study.scenario["no_effect"].like == "base"
    courses = base.courses or ()
    assert [course.event for course in courses] == [
        "progression",
        "progression",
        "death",
        "operated_on",
        "next_therapy",
    ]
    assert isinstance(courses[1].when, ItemIs)
    no_effect = ovarian.study.scenario["no_effect"].courses or ()
    assert all(course.hazard_ratio is None for course in no_effect)
    assert {arm for course in no_effect for arm in course.median or {}} == set(ovarian.study.arm_ids)


def test_every_fragment_stands_in_the_record(ovarian: OpenedStudy, record_text: str) -> None:
    folded = " ".join(record_text.split())
    fragments = [claim for _, claim in record_claims(ovarian.study) if not is_address(claim)]
    assert fragments
    assert [claim for claim in fragments if claim not in folded] == []
    assert max(len(claim.split()) for claim in fragments) <= 5


def test_the_numbers_are_those_of_the_record(ovarian: OpenedStudy, record_text: str) -> None:
    head = ovarian.study.study
    assert head.enrolment is not None
    assert head.dates is not None
    for words in (
        f"Enrollment {head.enrolment.planned}",
        f"Start date {head.dates.start}",
        f"Completion date {head.dates.completion}",
        f"Registry ID {head.registry.id}",
    ):
        assert words in " ".join(record_text.split())
    assert record_text.count(" * ") + 2 == len(ovarian.study.inclusion) + len(ovarian.study.exclusion)


def runs(text: str, length: int) -> set[tuple[str, ...]]:
    words = re.findall(r"[a-z0-9]+", text.lower())
    return {tuple(words[start : start + length]) for start in range(len(words) - length + 1)}


def test_no_sentence_of_the_record_is_copied(ovarian: OpenedStudy, record_text: str) -> None:
    assert runs(ovarian.text, 8) & runs(record_text, 8) == set()
