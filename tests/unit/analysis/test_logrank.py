"""The public face of the log-rank test."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import CensoredData
from scipy.stats import logrank as scipy_logrank
from statsmodels.duration.survfunc import survdiff

from trialwright.analysis.survival import logrank
from trialwright.errors import EstimationError, NumericsError

pytestmark = pytest.mark.independent("scipy.stats.logrank and statsmodels survdiff")


def rows(seed: int, n: int = 120) -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(seed)
    arm = rng.integers(0, 3, n)
    return np.ceil(rng.exponential(20 + 5 * arm)), rng.integers(0, 2, n), arm, rng.integers(0, 4, n)


@pytest.mark.parametrize("seed", range(3))
def test_two_arms_against_scipy(seed: int) -> None:
    time, event, arm, _ = rows(seed)
    two = arm < 2
    time, event, arm = time[two], event[two], arm[two]
    samples = [
        CensoredData(uncensored=time[(arm == a) & (event == 1)], right=time[(arm == a) & (event == 0)]) for a in (0, 1)
    ]
    theirs = scipy_logrank(*samples)
    found = logrank(time, event, arm)
    assert found.p == pytest.approx(theirs.pvalue, rel=1e-9)
    assert abs(found.z) == pytest.approx(abs(theirs.statistic), rel=1e-9)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("stratified", [False, True])
def test_three_arms_against_statsmodels(seed: int, stratified: bool) -> None:
    time, event, arm, stratum = rows(seed)
    theirs = survdiff(time, event, arm, strata=stratum if stratified else None)
    found = logrank(time, event, arm, strata=stratum if stratified else None)
    assert (found.chisq, found.p) == pytest.approx(theirs, rel=1e-9)
    assert found.n_strata == (4 if stratified else 1)


def test_z_is_negative_when_the_second_arm_has_fewer_events_than_expected() -> None:
    found = logrank([1, 2, 3, 8, 9, 10], [1] * 6, ["A", "A", "A", "B", "B", "B"])
    assert found.groups[1].observed < found.groups[1].expected
    assert found.z < 0
    assert found.z**2 == pytest.approx(found.chisq)


def test_a_missing_stratum_leaves_the_row_out() -> None:
    found = logrank([1, 2, 3, 4], [1, 1, 1, 1], ["A", "B", "A", "B"], strata=["x", "x", None, "x"])
    assert (found.n, found.dropped[0].reason) == (3, "missing strata")


def test_an_arm_without_events_keeps_its_test() -> None:
    found = logrank([1, 2, 3, 4, 5, 6], [1, 1, 1, 0, 0, 0], ["A", "A", "A", "B", "B", "B"])
    assert found.groups[1].observed == 0
    assert found.chisq > 0
    assert found.p < 0.05


def test_no_events_at_all_give_no_statistic_rather_than_a_p_of_1() -> None:
    found = logrank([1, 2], [0, 0], ["A", "B"])
    assert (found.chisq, found.p, found.df, found.is_estimable) == (None, None, 0, False)


def test_one_arm_is_not_enough() -> None:
    with pytest.raises(EstimationError, match="two arms"):
        logrank([1, 2], [1, 1], ["A", "A"])


def test_weights_must_not_be_negative() -> None:
    with pytest.raises(NumericsError, match="negative"):
        logrank([1, 2], [1, 1], ["A", "B"], rho=-1)


def test_shape() -> None:
    shape = logrank([1, 2, 3], [1, 1, 0], ["A", "B", "B"]).to_dict()
    assert list(shape) == ["chisq", "df", "p", "groups", "variance"]
    assert list(shape["groups"][0]) == ["level", "n", "observed", "expected"]
    assert np.shape(shape["variance"]) == (2, 2)


def test_a_column_of_names_is_no_column_of_arms() -> None:
    with pytest.raises(NumericsError, match="300 levels"):
        logrank(np.arange(300), np.ones(300), np.arange(300))
