"""Subgroups and their tests of interaction."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chi2
from statsmodels.duration.hazard_regression import PHReg

from trialwright.analysis.forest import forest
from trialwright.analysis.survival import cox
from trialwright.errors import EstimationError, NumericsError

pytestmark = pytest.mark.independent("statsmodels PHReg for the interaction")


def rows(seed: int = 5, n: int = 160) -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(seed)
    arm, sex = rng.integers(0, 2, n), rng.integers(0, 2, n)
    time = np.ceil(rng.exponential(20 * np.exp(0.5 * arm * sex)))
    return time, rng.integers(0, 2, n), np.array(["control", "surgery"])[arm], np.array(["f", "m"])[sex]


def test_each_level_has_the_hazard_ratio_of_its_own_rows() -> None:
    time, event, arm, sex = rows()
    found = forest(time, event, arm, {"sex": sex})
    assert (found.reference, found.comparison) == ("control", "surgery")
    for row in found.factors[0].rows:
        chosen = sex == row.level
        (term,) = cox(time[chosen], event[chosen], {"arm": arm[chosen]}).terms
        assert (row.hr, row.lower, row.upper) == (term.hr, term.lower, term.upper)
        assert sum(row.n) == chosen.sum()
        assert sum(row.events) == event[chosen].sum()
    (overall,) = cox(time, event, {"arm": arm}).terms
    assert found.overall.hr == overall.hr


def test_interaction_is_the_likelihood_ratio_of_the_product() -> None:
    time, event, arm, sex = rows()
    a, s = (arm == "surgery").astype(float), (sex == "m").astype(float)
    columns = ([a, s], [a, s, a * s])
    reduced, full = (PHReg(time, np.column_stack(x), status=event, ties="efron").fit(disp=False).llf for x in columns)
    statistic = 2 * (full - reduced)
    (factor,) = forest(time, event, arm, {"sex": sex}).factors
    assert factor.interaction_chisq == pytest.approx(statistic, abs=1e-6)
    assert factor.interaction_p == pytest.approx(chi2.sf(statistic, 1), abs=1e-6)
    assert factor.interaction_df == 1


def test_fewer_than_ten_events_are_not_estimable() -> None:
    time, event, arm, sex = rows()
    few = np.flatnonzero((sex == "m") & (event == 1))
    event = event.copy()
    event[few[9:]] = 0
    female, male = forest(time, event, arm, {"sex": sex}).factors[0].rows
    assert female.status == "estimated"
    assert (male.status, male.hr, male.reason) == ("not estimable", None, "9 events, fewer than 10")
    assert forest(time, event, arm, {"sex": sex}, min_events=9).factors[0].rows[1].status == "estimated"


def test_a_level_in_one_arm_only_or_without_events_in_one_arm_is_not_estimable() -> None:
    time, event, arm, sex = rows()
    one_arm = np.where((sex == "m") & (arm == "control"), "f", sex)
    male = forest(time, event, arm, {"sex": one_arm}).factors[0].rows[1]
    assert (male.status, male.reason) == ("not estimable", "subjects in one arm only")
    none = np.where((sex == "m") & (arm == "control"), 0, event)
    male = forest(time, none, arm, {"sex": sex}).factors[0].rows[1]
    assert male.status == "not estimable"
    assert "no finite estimate" in male.reason


def test_the_reference_turns_the_ratio_round() -> None:
    time, event, arm, sex = rows()
    found = forest(time, event, arm, {"sex": sex}, reference="surgery")
    assert found.overall.hr == pytest.approx(1 / forest(time, event, arm, {}).overall.hr)
    assert found.comparison == "control"


def test_missing_labels_are_counted_for_their_factor_alone() -> None:
    time, event, arm, sex = rows()
    gaps = [None if i < 7 else s for i, s in enumerate(sex)]
    found = forest(time, event, arm, {"sex": gaps, "all": ["x"] * 160})
    assert (found.factors[0].dropped[0].n, found.factors[1].dropped) == (7, ())
    assert (found.factors[1].interaction_p, found.factors[1].interaction_df) == (None, 0)
    assert sum(sum(row.n) for row in found.factors[0].rows) == 153


def test_no_subgroup_has_a_p_value_of_its_own() -> None:
    time, event, arm, sex = rows()
    shape = forest(time, event, arm, {"sex": sex}).to_dict()
    assert all("p" not in row for row in shape["factors"][0]["rows"])
    assert set(shape["factors"][0]["interaction"]) == {"chisq", "df", "p"}


def test_what_is_no_comparison_of_two_arms_is_refused() -> None:
    with pytest.raises(EstimationError, match="hold 3"):
        forest([1, 2, 3], [1, 1, 1], ["A", "B", "C"], {})
    with pytest.raises(NumericsError, match="sex has 1 rows"):
        forest([1, 2, 3], [1, 1, 1], ["A", "B", "B"], {"sex": ["f"]})
