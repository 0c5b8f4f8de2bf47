"""Clocks with changing hazards: against the cumulative hazard, and against a plain rebuilding of the scenario."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tests.unit.design.studies import large, ovarian, with_scenario
from trialwright.design.courses import inverted
from trialwright.design.simulate import simulate
from trialwright.errors import StudyError

MONTH = 365.25 / 12
positive = st.floats(0.01, 50)


def cumulative(time: float, hazard: float, start: float, changes: list[tuple[float, float]]) -> float:
    """Hazard gathered by a time, in steps between the changes."""
    edges = sorted([start, *(at for at, _ in changes if start < at < time), time])
    total = 0.0
    for low, high in pairwise(edges):
        rate = hazard * math.prod(by for at, by in changes if at <= low)
        total += rate * (high - low)
    return total


@pytest.mark.independent("cumulative hazard by steps")
@given(
    positive,
    positive,
    st.floats(0, 20),
    st.lists(st.tuples(st.floats(0, 40), st.floats(0.1, 5)), min_size=0, max_size=3),
)
def test_the_hazard_gathered_by_the_event_is_the_target(
    target: float, hazard: float, start: float, changes: list[tuple[float, float]]
) -> None:
    moments = np.array([[at for at, _ in changes]])
    factors = np.array([[by for _, by in changes]])
    found = inverted(np.array([target]), np.array([hazard]), np.array([start]), moments, factors)
    assert found[0] >= start
    assert cumulative(found[0], hazard, start, changes) == pytest.approx(target, rel=1e-9)


@pytest.mark.unvalidated
def test_clocks_that_never_run_never_end() -> None:
    one, none = np.ones(1), np.zeros((1, 0))
    assert inverted(one, 0 * one, 0 * one, none, none).tolist() == [math.inf]
    assert inverted(one, one, np.array([math.inf]), none, none).tolist() == [math.inf]
    never = np.array([[math.inf]])
    assert inverted(one, one, 0 * one, never, 9 * np.ones((1, 1))).tolist() == [1.0]


def rebuilt(count: int, seed: int) -> dict[str, np.ndarray]:
    """The base scenario's courses, written from their description with numpy's own generator."""
    rng = np.random.default_rng(seed)
    arm = rng.integers(0, 2, count)  # 0 is SCS
    h0, target = math.log(2) / (12 * MONTH), rng.exponential(size=count)
    planned = np.where(arm == 0, np.ceil(rng.exponential(28 / math.log(2), count)), np.inf)
    untouched = target / h0
    done = untouched > planned
    factor = np.where(rng.random(count) < 0.75, 0.55, 1.0)
    with np.errstate(invalid="ignore"):
        progression = np.where(done, planned + (target - h0 * planned) / (h0 * factor), untouched)
    death = progression + rng.exponential(24 * MONTH / math.log(2), count)
    return {"arm": arm, "done": done, "progression": progression, "death": death}


@pytest.mark.independent("the scenario rebuilt with numpy's generator")
@pytest.mark.parametrize(("arm", "code"), [("SCS", 0), ("CHEMO", 1)])
def test_moments_follow_the_scenario(arm: str, code: int) -> None:
    truth, other = large().truth, rebuilt(40_000, 1)
    ours, theirs = truth.filter(truth["ARMCD"] == arm), other["arm"] == code
    for column, name in (("PROGRESSION_TIME", "progression"), ("DEATH_TIME", "death")):
        assert stats.ks_2samp(ours[column].to_numpy(), other[name][theirs]).pvalue > 1e-3
    done, share = ours["OPERATED"].is_not_null().mean(), other["done"][theirs].mean()
    assert done == pytest.approx(share, abs=5 * math.sqrt(max(share * (1 - share), 1e-9) / ours.height) + 1e-12)


@pytest.mark.unvalidated
def test_order_of_the_moments() -> None:
    truth = large().truth
    assert (truth["DEATH_TIME"] > truth["PROGRESSION_TIME"]).all()
    operated = truth.filter(truth["OPERATED"].is_not_null())
    assert (operated["ARMCD"] == "SCS").all()
    assert (operated["PROGRESSION_TIME"] > operated["OPERATED"]).all()
    assert (operated["OPERATED"] >= 1).all()
    not_done = truth.filter(truth["OPERATED"].is_null() & truth["PLANNED"].is_not_null())
    assert not_done.height > 50
    assert (not_done["PROGRESSION_TIME"] <= not_done["PLANNED"]).all()


@pytest.mark.independent("exponential distribution")
def test_a_scenario_like_another_keeps_all_but_its_courses() -> None:
    assert simulate(ovarian(), scenario="no_effect", seed=5).cutoff == simulate(ovarian(), seed=5).cutoff
    truth = large("no_effect").truth
    for arm in ("SCS", "CHEMO"):
        times = truth.filter(truth["ARMCD"] == arm)["PROGRESSION_TIME"].to_numpy()
        assert stats.kstest(times * math.log(2) / (12 * MONTH), "expon").pvalue > 1e-3


@pytest.mark.independent("the first of two exponential clocks")
def test_two_clocks_of_one_event_compete_and_a_death_forestalls_the_operation() -> None:
    study = with_scenario(
        "  frail:\n    label: x\n    like: base\n    subjects: 160\n    courses:\n"
        "      - {event: progression, from: allocation, median: {CHEMO: 120 months, SCS: 120 months}}\n"
        "      - {event: death, from: allocation, median: {CHEMO: 3 months, SCS: 3 months}}\n"
        "      - {event: death, from: allocation, median: {CHEMO: 6 months, SCS: 6 months}}\n"
        "      - {event: operated_on, from: allocation, median: {SCS: 28 days}}"
    )
    truth = simulate(study, scenario="frail", subjects=2000, seed=9).truth
    assert stats.kstest(truth["DEATH_TIME"].to_numpy() * math.log(2) / (2 * MONTH), "expon").pvalue > 1e-3
    surgical = truth.filter(truth["ARMCD"] == "SCS")
    died_first = surgical.filter(surgical["DEATH_TIME"] <= surgical["PLANNED"])
    assert died_first.height > 100
    assert died_first["OPERATED"].null_count() == died_first.height


@pytest.mark.unvalidated
def test_a_course_from_an_unknown_moment_is_refused() -> None:
    study = with_scenario(
        "  odd:\n    label: x\n    like: base\n    subjects: 20\n"
        "    courses: [{event: progression, from: death, median: {CHEMO: 12 months, SCS: 12 months}}]"
    )
    with pytest.raises(StudyError, match="starts at 'death'"):
        simulate(study, scenario="odd", seed=1)
