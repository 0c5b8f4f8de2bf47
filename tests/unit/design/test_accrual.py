"""Who comes when, and which arm they get."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from tests.unit.design.studies import large, ovarian, small, with_scenario
from trialwright.design.accrual import allocated_arms
from trialwright.design.days import day_number
from trialwright.design.plan import plan_of
from trialwright.design.simulate import simulate
from trialwright.errors import StudyError

pytestmark = pytest.mark.unvalidated


@pytest.mark.independent("exponential gaps")
def test_those_allocated_come_as_a_poisson_process_at_the_scenarios_rate() -> None:
    gaps = [
        np.diff(people.screened.entry.consent[people.allocated.positions])
        for people in (simulate(ovarian(), seed=seed).people for seed in range(12))
    ]
    mean = 30.4375 / 7
    pooled = np.concatenate(gaps)
    assert pooled.mean() == pytest.approx(mean, abs=5 * mean / np.sqrt(pooled.size))
    rebuilt = np.diff(np.floor(np.cumsum(np.random.default_rng(1).exponential(mean, 20_000))))
    longest = 20
    ours, theirs = (np.bincount(np.minimum(some, longest).astype(int)) for some in (pooled, rebuilt))
    assert stats.chi2_contingency([ours, theirs]).pvalue > 1e-4


def test_accrual_lasts_as_long_for_any_number_of_subjects() -> None:
    lasted = [np.ptp(simulate(ovarian(), subjects=count, seed=3).people.allocated.days) for count in (160, 1600, 4000)]
    planned = 160 / 7 * 30.4375
    assert lasted == [pytest.approx(planned, rel=0.3), pytest.approx(planned, rel=0.1), pytest.approx(planned, rel=0.1)]


def test_the_way_to_the_decision_keeps_its_order_and_distances() -> None:
    entry = large().people.screened.entry
    last = np.take_along_axis(entry.cycle_days, entry.cycles[:, None] - 1, axis=1)[:, 0]
    for early, late, low, high in (
        (entry.consent, entry.registration, 1, 10),
        (entry.registration, entry.cycle_days[:, 0], 3, 10),
        (entry.baseline_scan, entry.cycle_days[:, 0], 5, 20),
        (last, entry.decision_scan, 14, 20),
        (entry.decision_scan, entry.decision, 3, 10),
    ):
        assert ((late - early).min(), (late - early).max()) == (low, high)
    steps = np.diff(entry.cycle_days, axis=1)
    assert np.array_equal(steps, 21 + entry.delays[:, 1:])
    assert set(entry.cycles.tolist()) == {3, 4}
    assert entry.consent.min() >= day_number(small().cutoff) - 1431


@pytest.mark.parametrize("ratios", [(1, 1), (2, 1), (1, 1, 2)])
def test_arms_come_from_full_blocks(ratios: tuple[int, ...]) -> None:
    plan = plan_of(ovarian(), "base")
    arms = tuple(plan.arms[0].model_copy(update={"ratio": ratio}) for ratio in ratios)
    plan = type(plan)(**{name: getattr(plan, name) for name in plan.__slots__ if name != "arms"}, arms=arms)
    decision = np.arange(600)
    found = allocated_arms(plan, decision, seed=4, trial=0)
    assert np.array_equal(found, allocated_arms(plan, decision, seed=4, trial=0))
    assert not np.array_equal(found, allocated_arms(plan, decision, seed=4, trial=1))
    shares = np.array(ratios) / sum(ratios)
    running = np.array([np.cumsum(found == arm) for arm in range(len(ratios))])
    surplus = running - shares[:, None] * np.arange(1, 601)
    assert np.abs(surplus).max() <= 3 * max(ratios)
    sizes = {2 * sum(ratios), 3 * sum(ratios)}
    ends = {0}
    for end in range(1, 600):
        counts = [np.bincount(found[start:end], minlength=len(ratios)) for start in ends if end - start in sizes]
        if any((count * sum(ratios) == np.array(ratios) * count.sum()).all() for count in counts):
            ends.add(end)
    assert max(ends) >= 600 - max(sizes)


def test_blocks_are_filled_in_the_order_of_the_days() -> None:
    plan = plan_of(ovarian(), "base")
    days = np.random.default_rng(1).permutation(200)
    found = allocated_arms(plan, days, seed=4, trial=0)
    assert np.array_equal(found[np.argsort(days)], allocated_arms(plan, np.arange(200), seed=4, trial=0))


def test_a_cutoff_before_the_last_allocation_is_refused() -> None:
    study = with_scenario("  short:\n    label: x\n    like: base\n    subjects: 160\n    cutoff: 20 months")
    with pytest.raises(StudyError, match="before its last subject is allocated"):
        simulate(study, scenario="short", seed=1)


def test_a_scenario_without_anyone_eligible_is_refused() -> None:
    study = with_scenario(
        "  nobody:\n    label: x\n    like: base\n    subjects: 5\n"
        "    items: {histology: {shares: {OTHER: 1.0}}, last_platinum: {days_before: {recurred_on: [200, 300]}},"
        " first_platinum: {days_before: {recurred_on: [200, 300]}}}"
    )
    with pytest.raises(StudyError, match="hardly anyone eligible"):
        simulate(study, scenario="nobody", seed=1)


def test_an_unknown_scenario_is_refused_by_name() -> None:
    with pytest.raises(StudyError, match=r"'best' is not in the study.*base, no_effect"):
        simulate(ovarian(), scenario="best", seed=1)
