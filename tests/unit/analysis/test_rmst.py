"""The public face of the restricted means."""

from __future__ import annotations

import pytest

from tests.oracles import OVARIAN
from trialwright.analysis.survival import rmst
from trialwright.errors import EstimationError, NumericsError

pytestmark = pytest.mark.double_programmed("R survRM2 1.0-4")

TIME, EVENT, ARM = OVARIAN[:, 0], OVARIAN[:, 1], OVARIAN[:, 2].astype(int)


def test_ovarian_difference_and_ratio() -> None:
    found = rmst(TIME, EVENT, arm=ARM, tau=730)
    (pair,) = found.comparisons
    difference, ratio, loss = pair.difference, pair.ratio, pair.loss_ratio
    assert (pair.comparison, pair.reference) == ("2", "1")
    assert (difference.estimate, difference.lower, difference.upper, difference.p) == pytest.approx(
        (120.608547008547, -43.6094782213881, 284.826572238482, 0.150014839058922)
    )
    assert (ratio.estimate, ratio.lower, ratio.upper, ratio.p) == pytest.approx(
        (1.24733580122273, 0.905287488762086, 1.71862156533219, 0.176536667264415)
    )
    assert (loss.estimate, loss.lower, loss.upper, loss.p) == pytest.approx(
        (0.502376821406909, 0.20338628001277, 1.24090214281446, 0.13566511599325)
    )


def test_the_reference_decides_the_sign() -> None:
    found = rmst(TIME, EVENT, arm=ARM, tau=730, reference="2")
    assert found.comparisons[0].difference.estimate == pytest.approx(-120.608547008547)
    assert [arm.level for arm in found.arms] == ["2", "1"]


def test_a_horizon_after_a_last_censoring_is_refused() -> None:
    with pytest.raises(EstimationError, match="1106"):
        rmst(TIME, EVENT, arm=ARM, tau=1200)


def test_a_horizon_at_the_last_censoring_is_allowed() -> None:
    assert rmst([1, 2, 3], [1, 1, 0], tau=3).arms[0].rmst == pytest.approx(2.0)


def test_a_horizon_after_a_last_event_is_allowed() -> None:
    (arm,) = rmst([1, 2, 3], [1, 0, 1], tau=100).arms
    assert not arm.is_carried_forward
    assert arm.rmst == pytest.approx(1 + 2 / 3 + 2 / 3)


def test_carrying_forward_must_be_asked_for_and_is_said() -> None:
    (arm,) = rmst([1, 2], [1, 0], tau=4, carry_forward=True).arms
    assert arm.is_carried_forward
    assert arm.rmst == pytest.approx(1 + 3 * 0.5)


def test_more_than_two_arms_are_each_compared_with_the_reference() -> None:
    found = rmst([1, 2, 3, 4, 5, 6], [1] * 6, arm=["A", "B", "C"] * 2, tau=4)
    shape = found.to_dict()
    assert [(c["comparison"], c["reference"]) for c in shape["difference"]] == [("B", "A"), ("C", "A")]
    assert list(shape["arms"][0]) == ["level", "rmst", "se", "lower", "upper"]


def test_one_arm_has_no_difference() -> None:
    shape = rmst([1, 2, 3], [1, 1, 1], tau=2).to_dict()
    assert (shape["difference"], shape["ratio"]) == (None, None)


@pytest.mark.parametrize("tau", [0, -1, float("nan"), float("inf")])
def test_an_impossible_horizon_is_refused(tau: float) -> None:
    with pytest.raises(NumericsError, match="horizon"):
        rmst([1, 2], [1, 1], tau=tau)


def test_nobody_lost_leaves_no_ratio_of_losses() -> None:
    (pair,) = rmst([5, 6, 7, 8], [1, 1, 1, 1], arm=["A", "B", "A", "B"], tau=4).comparisons
    assert pair.loss_ratio.estimate is None
    assert (pair.difference.estimate, pair.difference.p) == (0.0, None)
