"""Accrual against the plan."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.unit.report.invented_study import invented_study
from trialwright.model.dossier import Dossier
from trialwright.report.accrual import accrual_figure, earliest_dates, plan_of
from trialwright.report.context import Context

pytestmark = pytest.mark.unvalidated


def test_the_plan_leaves_the_follow_up_of_the_primary_endpoint_before_completion() -> None:
    plan = plan_of(invented_study())
    assert plan is not None
    assert (plan.start, plan.end, plan.subjects) == (date(2025, 12, 15), date(2027, 11, 15), 160)
    assert "24 months" in plan.reading


@pytest.mark.parametrize("missing", ["enrolment", "dates"])
def test_no_number_or_no_dates_is_no_plan(missing: str) -> None:
    study = invented_study()
    header = study.study.model_copy(update={missing: None})
    assert plan_of(study.model_copy(update={"study": header})) is None


def test_a_follow_up_longer_than_the_trial_is_no_plan() -> None:
    study = invented_study()
    dates = study.study.dates.model_copy(update={"completion": "2026-12-31"})  # type: ignore[union-attr]
    header = study.study.model_copy(update={"dates": dates})
    assert plan_of(study.model_copy(update={"study": header})) is None


def test_the_curve_begins_at_nobody_and_ends_with_everybody_soon_after_the_last(
    context: Context, by_arm: Dossier
) -> None:
    figure = accrual_figure(context)
    assert figure is not None
    rows = [line.split(",") for line in figure.data.splitlines()[1:]]
    last = max(earliest_dates(context, "allocation")["ADT"].max(), date(2027, 11, 15))
    assert last < by_arm.cutoff - timedelta(days=365)
    for label, total in (("Registered", 200), ("Allocated", 160)):
        own = [(day, int(n)) for reached, day, n, _ in rows if reached == label]
        assert own[0][1] == 0
        # the planned end, 15 November 2027, comes after the last allocation or before it: a month after the later one
        assert own[-1] == ((last + timedelta(days=31)).isoformat(), total)
        assert own == sorted(own)
    assert "Plan" in figure.wide
    assert earliest_dates(context, "allocation").height == 160
