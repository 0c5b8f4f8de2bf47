"""The definitions at the foot of a table say what the derivation does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from trialwright.conduct.studies import open_study
from trialwright.dates import Duration
from trialwright.endpoints import contacts
from trialwright.endpoints.cohort import ASSESSED
from trialwright.endpoints.horizon import last_whole_day
from trialwright.model.dossier import Dossier
from trialwright.report.clauses import ADEQUATE, CONTACTS, clause_terms
from trialwright.report.context import Context

pytestmark = pytest.mark.unvalidated


def test_words_and_derivation_know_the_same_responses_and_the_same_contacts() -> None:
    assert set(ADEQUATE) == set(ASSESSED) - {"NE"}
    assert set(CONTACTS) == set(contacts._NOT_DONE)


def of_the_ovarian_trial(by_arm: Dossier, endpoint: str, definition: str) -> dict[str, str]:
    study = open_study("nct07295132").study
    return dict(clause_terms(Context.of(replace(by_arm, study=study)), study.endpoint(endpoint), definition))


def test_the_clauses_of_progression_free_survival_are_all_defined(by_arm: Dossier) -> None:
    terms = of_the_ovarian_trial(by_arm, "PFS", "used")
    assert list(terms) == [
        "Adequate assessment", "Missed assessments", "New therapy", "Loss and withdrawal", "Followed for",
    ]  # fmt: skip
    assert "RECIST 1.1, investigator" in terms["Adequate assessment"]
    assert "CR, PR, SD, non-CR/non-PD, PD or NED" in terms["Adequate assessment"]
    assert "after 2 or more planned assessments missed" in terms["Missed assessments"]
    assert "every 3 months after allocation" in terms["Missed assessments"]
    assert "window 14 days before to 14 days after" in terms["Missed assessments"]
    assert "last adequate assessment up to that day" in terms["New therapy"]
    assert terms["Followed for"] == "24 months is the planned length of follow-up; later events count too."


def test_overall_survival_says_what_counts_as_a_contact(by_arm: Dossier) -> None:
    terms = of_the_ovarian_trial(by_arm, "OS", "corrected")
    assert "Adequate assessment" not in terms
    for contact in CONTACTS.values():
        assert contact in terms["Last known alive"]


def test_the_end_of_counting_is_the_last_whole_day_of_the_derivation(by_arm: Dossier) -> None:
    study = open_study("nct07295132").study
    horizon = study.endpoint("OS").resolved()["record"].horizon
    assert horizon is not None
    words = of_the_ovarian_trial(by_arm, "OS", "record")["Followed for"]
    assert f"ends on day {last_whole_day(horizon) + 1}, the last whole day within 24 months (730.5 days)" in words


def test_another_definition_repeats_no_clause_of_the_reported_one(by_arm: Dossier) -> None:
    assert "Last known alive" not in of_the_ovarian_trial(by_arm, "OS", "record")
    assert clause_terms(Context.of(by_arm), by_arm.study.endpoint("OS"), "corrected")


@pytest.mark.parametrize(
    ("then", "words"),
    [("censor", "ends counting"), ("ignore", "Counting goes on"), ("event", "counts as an event")],
)
def test_each_effect_of_a_new_therapy_has_its_words(by_arm: Dossier, then: str, words: str) -> None:
    endpoint = by_arm.study.endpoint("PFS")
    assert endpoint.censor is not None
    assert endpoint.censor.new_therapy is not None
    therapy = endpoint.censor.new_therapy.model_copy(update={"then": then})
    changed = endpoint.model_copy(update={"censor": endpoint.censor.model_copy(update={"new_therapy": therapy})})
    assert words in dict(clause_terms(Context.of(by_arm), changed, "used"))["New therapy"]


def test_missed_assessments_without_planned_ones_end_nobodys_time(by_arm: Dossier) -> None:
    assert not any("after" in visit.do for visit in by_arm.study.visits)
    terms = dict(clause_terms(Context.of(by_arm), by_arm.study.endpoint("PFS"), "used"))
    assert "nobody is censored by it" in terms["Missed assessments"]


def test_a_horizon_of_whole_days_ends_on_its_last_day(by_arm: Dossier) -> None:
    endpoint = by_arm.study.endpoint("PFS")
    assert endpoint.horizon is not None
    horizon = endpoint.horizon.model_copy(update={"of": Duration.parse("90 days"), "is_": "administrative censoring"})
    terms = dict(clause_terms(Context.of(by_arm), endpoint.model_copy(update={"horizon": horizon}), "used"))
    assert terms["Followed for"] == (
        "Counting ends on day 90, the last whole day within 90 days; later events do not count."
    )
