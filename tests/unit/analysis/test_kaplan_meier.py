"""The public face of the Kaplan–Meier estimates."""

from __future__ import annotations

import numpy as np
import pytest

from tests.oracles import OVARIAN
from trialwright.analysis.survival import kaplan_meier, median_follow_up, milestones, n_at_risk, quantiles
from trialwright.errors import NumericsError

pytestmark = pytest.mark.double_programmed("R survival 3.5-3")

TIME, EVENT, ARM = OVARIAN[:, 0], OVARIAN[:, 1], OVARIAN[:, 2].astype(int)


def test_log_log_is_the_default() -> None:
    (group,) = kaplan_meier([1, 2, 3, 4, 5], [0, 1, 1, 0, 1]).groups
    assert (group.lower[1], group.upper[1]) == pytest.approx((0.1279469, 0.9605486), abs=5e-8)


def test_shape_is_one_array_a_column_with_null_where_there_is_no_figure() -> None:
    shape = kaplan_meier([1, 2], [0, 1]).to_dict()
    assert shape == {
        "groups": [
            {
                "level": "all",
                "time": [1.0, 2.0],
                "n_risk": [2, 1],
                "n_event": [0, 1],
                "n_censor": [1, 0],
                "surv": [1.0, 0.0],
                "se": [0.0, None],
                "lower": [None, None],
                "upper": [None, None],
            }
        ]
    }


@pytest.mark.parametrize(
    ("conf_type", "one", "two"),
    [("log-log", (156, None), (464, None)), ("plain", (268, None), (475, None)), ("arcsin", (268, None), (464, None))],
)
def test_ovarian_medians(conf_type: str, one: tuple[float | None, ...], two: tuple[float | None, ...]) -> None:
    first, second = quantiles(TIME, EVENT, probabilities=[0.5], arm=ARM, conf_type=conf_type).groups
    assert (first.quantiles[0].estimate, second.quantiles[0].estimate) == (638.0, None)
    assert (first.quantiles[0].lower, first.quantiles[0].upper) == one
    assert (second.quantiles[0].lower, second.quantiles[0].upper) == two


def test_a_median_not_reached_is_null_never_the_last_time() -> None:
    (group,) = quantiles([1, 2, 3], [1, 0, 0], probabilities=[0.5]).groups
    assert group.quantiles[0].estimate is None


def test_an_arm_without_events_stays_at_1() -> None:
    none, some = kaplan_meier([1, 2, 3, 4], [0, 0, 1, 1], arm=["A", "A", "B", "B"]).groups
    assert (none.events, none.curve.surv.tolist()) == (0, [1.0, 1.0])
    assert some.curve.surv[-1] == 0
    assert quantiles([1, 2, 3, 4], [0, 0, 1, 1], arm=["A", "A", "B", "B"]).groups[0].quantiles[1].estimate is None


def test_times_made_by_two_routes_are_one_time() -> None:
    months, other_way = 3.3, 3 * 1.1
    assert other_way != months
    (group,) = kaplan_meier([months, other_way, 5.0], [1, 1, 0]).groups
    assert group.curve.n_event.tolist() == [2, 0]


def test_times_are_merged_over_all_groups_before_they_are_parted() -> None:
    noisy = 1.1 + 1e-12
    first, second = kaplan_meier([1.1, noisy], [1, 1], arm=["B", "A"]).groups
    assert first.curve.time[0] == second.curve.time[0]


def test_strata_part_the_rows_further() -> None:
    found = kaplan_meier([1, 2, 3, 4], [1, 1, 1, 1], arm=["A", "A", "B", "B"], strata=["x", "y", "x", "x"])
    assert [(g.level, g.n) for g in found.groups] == [("A, x", 1), ("A, y", 1), ("B, x", 2)]


def test_ovarian_milestone_and_what_stands_before_the_first_observation() -> None:
    first, second = milestones(TIME, EVENT, [180], arm=ARM).groups
    (mark,) = first.milestones
    assert (mark.n_risk, mark.surv, mark.se) == (10, pytest.approx(0.769230769230769), pytest.approx(0.116854542355808))
    assert (mark.lower, mark.upper) == pytest.approx((0.442141497926556, 0.919115326239281))
    (mark,) = second.milestones
    assert (mark.surv, mark.lower, mark.upper) == (1.0, 1.0, 1.0)


def test_a_milestone_beyond_a_last_censoring_is_flagged() -> None:
    (group,) = milestones([1, 2, 3], [1, 1, 0], [3, 3.1]).groups
    assert [m.is_beyond_follow_up for m in group.milestones] == [False, True]
    assert group.milestones[1].n_risk == 0


def test_a_milestone_beyond_a_last_event_is_known() -> None:
    (group,) = milestones([1, 2], [1, 1], [9]).groups
    assert (group.milestones[0].surv, group.milestones[0].is_beyond_follow_up) == (0.0, False)


def test_numbers_at_risk() -> None:
    found = n_at_risk(TIME, EVENT, [0, 365, 730], arm=ARM)
    assert [(g.level, g.n_risk) for g in found.groups] == [("1", (13, 8, 4)), ("2", (13, 12, 6))]


def test_follow_up_is_the_curve_with_the_codes_swapped_and_the_tie_rule_kept() -> None:
    (group,) = median_follow_up([1, 2, 2, 3, 4], [1, 1, 0, 0, 0]).groups
    # At 2 the subject with the event is still at risk of being censored: 3/4, then 3/8.
    assert (group.quantiles[0].estimate, group.events) == (3.0, 3)


def test_missing_rows_are_counted() -> None:
    found = kaplan_meier([1, None, 3], [1, 1, None])
    assert {d.reason: d.n for d in found.dropped} == {"missing time": 1, "missing event": 1}


@pytest.mark.parametrize("level", [0.0, 1.0, 95.0])
def test_an_impossible_level_is_refused(level: float) -> None:
    with pytest.raises(NumericsError, match="between 0 and 1"):
        kaplan_meier([1, 2], [1, 1], level=level)


def test_impossible_shares_and_times_are_refused() -> None:
    with pytest.raises(NumericsError, match="median"):
        quantiles([1, 2], [1, 1], probabilities=[50])
    with pytest.raises(NumericsError, match="negative"):
        milestones([1, 2], [1, 1], [-1])
    with pytest.raises(NumericsError, match="missing"):
        n_at_risk([1, 2], [1, 1], [np.nan])
