"""Many two-arm trials at once give what the general kernels give for each."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.oracles import OVARIAN
from trialwright.analysis.survival import cox, logrank, rmst
from trialwright.errors import EstimationError
from trialwright.numerics.two_arm import two_arm_statistics

pytestmark = pytest.mark.independent("the general kernels; R for the ovarian figures")


def trials(seed: int, m: int, n: int, days: bool) -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(seed)
    arm = rng.integers(0, 2, (m, n))
    time, censored = rng.exponential(12 * (1 + 0.5 * arm)), rng.uniform(6, 30, (m, n))
    observed = np.minimum(time, censored)
    return np.ceil(observed) if days else observed, (time <= censored).astype(int), arm


@pytest.mark.parametrize("days", [False, True])
def test_against_the_general_kernels(days: bool) -> None:
    time, event, arm = trials(1, 12, 40, days)
    found = two_arm_statistics(time, event, arm, tau=10.0)
    for k in range(12):
        assert found.logrank_z[k] == pytest.approx(logrank(time[k], event[k], arm[k]).z, rel=1e-10)
        (term,) = cox(time[k], event[k], {"arm": arm[k]}).terms
        assert (found.log_hr[k], found.log_hr_se[k]) == pytest.approx((term.coef, term.se), rel=1e-7)
        (pair,) = rmst(time[k], event[k], arm=arm[k], tau=10.0).comparisons
        assert found.rmst_difference[k] == pytest.approx(pair.difference.estimate, abs=1e-10)
        assert found.rmst_difference_se[k] == pytest.approx(pair.difference.se, abs=1e-10)


def test_small_trials_are_not_estimable_in_the_same_cases() -> None:
    time, event, arm = trials(2, 60, 5, days=True)
    found = two_arm_statistics(time, event, arm, tau=8.0)
    seen = set()
    for k in range(60):
        both, any_event = len(set(arm[k])) == 2, event[k].any()
        z = logrank(time[k], event[k], arm[k]).z if both else None
        assert math.isnan(found.logrank_z[k]) == (z is None)
        estimable = bool(both and any_event and cox(time[k], event[k], {"arm": arm[k]}).is_estimable)
        assert math.isnan(found.log_hr[k]) != estimable
        try:
            known = len(rmst(time[k], event[k], arm=arm[k], tau=8.0).comparisons) == 1
        except EstimationError:
            known = False
        assert math.isnan(found.rmst_difference[k]) != known
        seen.add((estimable, known))
    assert len(seen) >= 3


def test_ovarian_figures() -> None:
    time, event, arm = OVARIAN[None, :, 0], OVARIAN[None, :, 1], OVARIAN[None, :, 2] - 1
    found = two_arm_statistics(time, event, arm, tau=730.0)
    assert found.logrank_z[0] ** 2 == pytest.approx(1.06273986129141)
    assert (found.log_hr[0], found.log_hr_se[0]) == pytest.approx((-0.596380049392283, 0.586989526366481))
    assert found.rmst_difference[0] == pytest.approx(120.608547008547)
