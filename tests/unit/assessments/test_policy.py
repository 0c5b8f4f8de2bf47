"""Switches of the response rules."""

from __future__ import annotations

import json
from dataclasses import fields

import pytest

from trialwright.assessments.policy import POLICIES, SWITCHES, Policy, policy_of, switched
from trialwright.errors import InputError
from trialwright.model.schedule import AssessmentSeries

pytestmark = pytest.mark.unvalidated


def series(**keys: object) -> AssessmentSeries:
    baseline = {"last_before": "start", "within": "28 days"}
    return AssessmentSeries.model_validate_json(
        json.dumps({"id": "s", "criteria": "recist-1.1", "baseline": baseline, **keys})
    )


def test_every_field_is_a_switch_and_every_policy_sets_known_ones() -> None:
    assert {field.name for field in fields(Policy)} == set(SWITCHES)
    assert all(switched(Policy(), switches) for switches in POLICIES.values())
    assert switched(Policy(), POLICIES["default"]) == Policy()


def test_each_allowed_value_of_a_switch_is_taken() -> None:
    for name, allowed in SWITCHES.items():
        for value in allowed or ("3",):
            assert value == "*" or str(getattr(switched(Policy(), {name: value}), name)).lower() == value


@pytest.mark.parametrize(
    ("switches", "message"),
    [({"pr_cary": "strict"}, "no switch"), ({"pr_carry": "loose"}, "cannot be"), ({"max_ne": "-1"}, "whole number")],
)
def test_what_is_not_known_is_refused(switches: dict[str, str], message: str) -> None:
    with pytest.raises(InputError, match=message):
        switched(Policy(), switches)


def test_clauses_of_the_study_file_are_switches_and_settings_stand_above_them() -> None:
    stated = series(stable_from="5 weeks", confirmation={"needed": True, "after": "4 weeks"})
    assert policy_of(stated).text == "min_stable_days=35; confirmation=true"
    set_ = series(stable_from="5 weeks", settings={"min_stable_days": 50, "rows": "derived"})
    assert policy_of(set_).min_stable_days == 50
    assert policy_of(set_, {"min_stable_days": "60"}).min_stable_days == 60


def test_a_started_day_counts_whole() -> None:
    assert policy_of(series(stable_from="1 month")).min_stable_days == 31
