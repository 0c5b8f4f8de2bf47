"""Strategies for intercurrent events: followed, or refused with a finding and no rows."""

from __future__ import annotations

import pytest

from tests.unit.endpoints.trial import PFS, changed, derived, folder, ids, study
from trialwright.endpoints import derive
from trialwright.model.study import Study

pytestmark = pytest.mark.unvalidated

LINE = "A: SCS 2026-01-01; SD 2026-02-12; therapy 2026-03-01; PD 2026-03-26"
THERAPY = "unplanned new cancer therapy"


def stated(strategy: str, *, event: str = THERAPY, then: str = "censor", **keys: object) -> Study:
    estimand = {
        "treatment": "a", "population": "randomised", "variable": "b", "summary": "c",
        "intercurrent": [{"event": event, "strategy": strategy}],
    }  # fmt: skip
    censor = {"at": "last adequate assessment", "new_therapy": {"is": "next_therapy", "then": then}}
    return study(changed(PFS, estimand=estimand, censor=censor, **keys))


@pytest.mark.parametrize(
    ("strategy", "then", "followed"),
    [
        ("hypothetical", "censor", True),
        ("while on treatment", "censor", True),
        ("treatment policy", "ignore", True),
        ("treatment policy", "censor", False),
        ("hypothetical", "ignore", False),
        ("composite", "censor", False),
        ("composite", "ignore", False),
    ],
)
def test_a_new_therapy_is_met_as_the_estimand_says_or_not_at_all(strategy: str, then: str, followed: bool) -> None:
    found = derived(stated(strategy, then=then), folder(LINE))
    assert found.adtte.is_empty() is not followed
    assert ("T22" in ids(found)) is not followed


def test_a_composite_counts_the_therapy_among_the_events() -> None:
    trial = stated("composite", then="event", events=["progression", "death", "next_therapy"])
    found = derived(trial, folder(LINE))
    assert found.adtte["RULEID"].to_list() == ["PFS.next_therapy"]


@pytest.mark.parametrize(
    ("event", "strategy", "followed"),
    [
        ("operation not done", "treatment policy", True),
        ("death", "composite", True),
        ("operation not done", "hypothetical", False),
        ("operation not done", "principal stratum", False),
        (THERAPY, "principal stratum", False),
    ],
)
def test_what_no_row_can_follow_is_refused(event: str, strategy: str, followed: bool) -> None:
    found = derived(stated(strategy, event=event), folder(LINE))
    assert found.adtte.is_empty() is not followed
    assert ("T21" in ids(found)) is not followed


@pytest.mark.parametrize(
    ("events", "found"), [(["progression"], ["T22"]), (["progression", "death"], []), (["death"], [])]
)
def test_a_death_is_a_composite_only_where_it_is_an_event(events: list[str], found: list[str]) -> None:
    made = derived(stated("composite", event="death", events=events), folder(LINE))
    assert [each for each in ids(made) if each in ("T21", "T22")] == found
    assert made.adtte.is_empty() is bool(found)


@pytest.mark.parametrize(("stop", "found"), [("ignore", ["T21"]), ("censor", [])])
def test_while_on_treatment_needs_a_stop_of_treatment_that_censors(stop: str, found: list[str]) -> None:
    censor = {"at": "last adequate assessment", "treatment_stop": stop}
    estimand = {
        "treatment": "a", "population": "randomised", "variable": "b", "summary": "c",
        "intercurrent": [{"event": "treatment stopped", "strategy": "while on treatment"}],
    }  # fmt: skip
    made = derived(study(changed(PFS, estimand=estimand, censor=censor)), folder(LINE))
    assert [each for each in ids(made) if each in ("T21", "T22")] == found
    assert made.adtte.is_empty() is bool(found)


def test_a_rule_set_asked_for_takes_the_place_of_the_strategy() -> None:
    trial = stated("hypothetical")
    frames = folder(LINE)
    responses = derived(trial, frames).adrs
    assert frames.cutoff is not None
    found = derive(trial, frames, responses, {}, cutoff=frames.cutoff, by_arm=True, censoring="EMA_ITT")
    assert found.adtte["RULEID"].to_list() == ["PFS.progression.recorded"]


def test_definitions_that_are_not_reported_owe_the_estimand_nothing() -> None:
    trial = stated(
        "hypothetical",
        use="main",
        definitions={
            "main": {},
            "policy": {"censor": {"at": "last adequate assessment"}},
        },
    )
    assert derived(trial, folder(LINE)).adtte["DEFID"].to_list() == ["main", "policy"]
