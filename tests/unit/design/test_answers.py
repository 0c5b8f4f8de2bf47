"""Answers: the scenario's draws, and what is invented where it says nothing."""

from __future__ import annotations

import numpy as np
import pytest

from tests.unit.design.studies import ovarian, with_scenario
from trialwright.design.answers import answers_of, asked_of, date_draws
from trialwright.design.facts import Answer
from trialwright.design.plan import plan_of
from trialwright.errors import StudyError
from trialwright.numerics.sampling import Draws

pytestmark = pytest.mark.unvalidated

COUNT = 20_000
SILENT = "  silent:\n    label: x\n    subjects: 10"


def share(answer: Answer, word: str) -> float:
    return float(answer.is_any(lambda other: other == word).mean())


@pytest.mark.independent("shares of the scenario")
def test_shares_of_the_scenario_are_kept() -> None:
    plan = plan_of(ovarian(), "base")
    answers = answers_of(plan, asked_of(plan), Draws.first(1, 0, COUNT))
    for key, word, expected in (
        (("histology", "registration"), "EPITHELIAL", 0.97),
        (("recurrences", "registration"), "2", 0.1),
        (("resectable", "allocation"), "Y", 0.8),
        (("residual", ""), "GYN_R1", 0.15),
    ):
        assert share(answers[key], word) == pytest.approx(expected, abs=5 * np.sqrt(expected * (1 - expected) / COUNT))


def test_without_a_draw_answers_mostly_speak_for_eligibility() -> None:
    plan = plan_of(with_scenario(SILENT), "silent")
    answers = answers_of(plan, asked_of(plan), Draws.first(1, 0, COUNT))
    for key, word in (
        (("histology", "registration"), "EPITHELIAL"),
        (("recurrences", "registration"), "1"),
        (("refractory", "registration"), "N"),
        (("archived_tissue", "registration"), "EVALUABLE"),
        (("resectable", "allocation"), "Y"),
        (("palliative_only", "allocation"), "N"),
    ):
        assert share(answers[key], word) == pytest.approx(0.98, abs=0.005), key


def test_an_attestation_asked_at_two_gates_is_answered_twice() -> None:
    plan = plan_of(ovarian(), "base")
    answers = answers_of(plan, asked_of(plan), Draws.first(1, 0, COUNT))
    first, second = answers["comorbidity", "registration"], answers["comorbidity", "allocation"]
    assert not np.array_equal(first.codes, second.codes)


def test_whether_another_tumour_bears_is_no_only_where_there_is_one() -> None:
    plan = plan_of(with_scenario(SILENT), "silent")
    answers = answers_of(plan, asked_of(plan), Draws.first(1, 0, COUNT))
    has_tumour = answers["other_tumour", "registration"].codes >= 0
    bears = answers["other_tumour_bears", "registration"].is_any(lambda word: word == "Y")
    assert has_tumour.mean() == pytest.approx(0.03, abs=0.006)
    assert not bears[~has_tumour].any()


@pytest.mark.parametrize(
    ("draw", "low", "middle", "high"),
    [
        ("{normal: [5, 1]}", 3.35, 5.0, 6.65),
        ("{lognormal: [5, 0.5]}", 2.2, 5.0, 11.4),
        ("{uniform: [10, 20]}", 10.5, 15.0, 19.5),
    ],
)
@pytest.mark.independent("quantiles of the distributions")
def test_numbers_are_drawn_as_the_scenario_says(draw: str, low: float, middle: float, high: float) -> None:
    plan = plan_of(with_scenario(f"{SILENT}\n    items: {{recurrences: {draw}}}"), "silent")
    answer = answers_of(plan, asked_of(plan), Draws.first(1, 0, COUNT))["recurrences", "registration"]
    values = np.array([float(word) for word in answer.words])[answer.codes]
    assert np.quantile(values, [0.05, 0.5, 0.95]) == pytest.approx([low, middle, high], rel=0.04)


def test_a_value_that_is_always_so() -> None:
    plan = plan_of(with_scenario(f"{SILENT}\n    items: {{recurrences: {{always: 1}}}}"), "silent")
    assert share(answers_of(plan, asked_of(plan), Draws.first(1, 0, 9))["recurrences", "registration"], "1") == 1


def test_two_items_of_the_same_rows_get_the_same_day_inside_its_bounds() -> None:
    plan = plan_of(ovarian(), "base")
    recurred = np.full(COUNT, 20_000)
    placed = date_draws(plan, Draws.first(1, 0, COUNT), {"recurred_on": recurred})
    assert np.array_equal(placed["last_platinum"], placed["first_platinum"])
    assert (recurred - placed["last_platinum"]).min() == 150
    assert (recurred - placed["last_platinum"]).max() == 900


def test_a_date_before_nothing_is_refused() -> None:
    plan = plan_of(ovarian(), "base")
    with pytest.raises(StudyError, match="before 'recurred_on', which has no day"):
        date_draws(plan, Draws.first(1, 0, 5), {})
