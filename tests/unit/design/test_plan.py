"""What a simulation takes from a study and a scenario."""

from __future__ import annotations

from datetime import date

import pytest

from tests.unit.design.studies import ovarian, with_scenario
from trialwright.design.days import date_of
from trialwright.design.plan import plan_of, resolved_scenario
from trialwright.errors import StudyError

pytestmark = pytest.mark.unvalidated


def test_figures_of_the_shipped_study() -> None:
    plan = plan_of(ovarian(), "base")
    assert date_of(plan.start_day) == date(2025, 12, 15)
    assert plan.cutoff_day - plan.start_day == 1430  # 47 months of 30.4375 days
    assert plan.mean_gap_days == pytest.approx(30.4375 / 7)
    assert (plan.registration, plan.allocation) == ("registration", "allocation")
    assert (plan.procedure, plan.residual, plan.complication) == ("operated_on", "residual", "complication")
    assert plan.next_therapy == "next_therapy"
    assert plan.slots is not None
    assert (plan.slots.every.text, plan.slots.before_days, plan.slots.after_days) == ("3 months", 14, 14)
    assert [(clock.event, clock.starts) for clock in plan.clocks] == [
        ("progression", "allocation"), ("death", "progression"), ("operated_on", "allocation"),
        ("next_therapy", "progression"),
    ]  # fmt: skip
    assert [(change.event, change.starts, change.factors) for change in plan.changes] == [
        ("progression", "surgery", (0.55, 1.0))
    ]


def test_more_subjects_come_faster() -> None:
    assert plan_of(ovarian(), "base", 1600).mean_gap_days == pytest.approx(30.4375 / 70)


def test_keys_not_given_come_from_the_scenario_it_is_like() -> None:
    study = with_scenario("  brisk:\n    label: x\n    like: no_effect\n    subjects: 80\n    cutoff: 30 months")
    figures = resolved_scenario(study, "brisk")
    assert figures.subjects == 80
    assert figures.cutoff is not None
    assert figures.cutoff.text == "30 months"
    assert figures.courses == study.scenario["no_effect"].courses
    assert figures.lapses == study.scenario["base"].lapses


def test_scenarios_like_each_other_in_a_circle_are_refused() -> None:
    study = ovarian()
    odd = study.scenario["no_effect"].model_copy(update={"like": "no_effect"})
    study = study.model_copy(update={"scenario": {**study.scenario, "no_effect": odd}})
    with pytest.raises(StudyError, match="circle: no_effect -> no_effect"):
        resolved_scenario(study, "no_effect")


def test_a_study_without_a_gate_is_refused() -> None:
    study = ovarian()
    points = {name: point.model_copy(update={"gate": False}) for name, point in study.time_points.items()}
    with pytest.raises(StudyError, match="no time point is a gate"):
        plan_of(study.model_copy(update={"time_points": points}), "base")
