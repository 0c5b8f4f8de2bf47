"""Limits of one share and of the difference of two."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.stats import binomtest, chi2_contingency

from trialwright.errors import NumericsError
from trialwright.numerics.proportions import (
    clopper_pearson_limits,
    constrained_proportions,
    miettinen_nurminen_limits,
    newcombe_limits,
    wilson_limits,
)

pytestmark = [pytest.mark.double_programmed("R 4.2.2 binom.test and prop.test; ratesci 1.0.0; scipy.stats")]

ONE = [
    (18, 30, (0.406034930051819, 0.773442351171406), (0.423203602533225, 0.754093718831982)),
    (0, 30, (0.0, 0.115703308222028), (0.0, 0.113513393173969)),
    (30, 30, (0.884296691777972, 1.0), (0.886486606826031, 1.0)),
    (1, 30, (0.000843570926630479, 0.172169455633413), (0.00590859038161246, 0.166703909914092)),
    (72, 80, (0.812434892536568, 0.955829059846371), (0.814893111938959, 0.948452384432619)),
]
TWO = [
    ((56, 70, 48, 80), (0.0524314724023649, 0.333872654036906), (0.0528297, 0.3381729), (0.0533338, 0.3377295)),
    ((9, 10, 3, 10), (0.170522723934503, 0.809017973535488), (0.1700250, 0.8406495), (0.1821265, 0.8369503)),
    ((10, 10, 0, 20), (0.679086037141915, 1.0), (0.7156186, 1.0), (0.7224672, 1.0)),
    ((5, 56, 0, 29), (-0.0381371479035369, 0.192560013855112), (-0.0325966, 0.1933310), (-0.0313271, 0.1925600)),
]


@pytest.mark.parametrize(("x", "n", "exact", "score"), ONE)
def test_one_share(x: int, n: int, exact: tuple[float, float], score: tuple[float, float]) -> None:
    assert clopper_pearson_limits(x, n) == pytest.approx(exact, abs=1e-12)
    assert wilson_limits(x, n) == pytest.approx(score, abs=1e-12)


def test_the_open_side_keeps_half_of_the_error() -> None:
    assert clopper_pearson_limits(0, 30)[1] == pytest.approx(1 - 0.025 ** (1 / 30))
    # The one-sided limit at 95 % is the two-sided one at 90 %.
    assert clopper_pearson_limits(0, 30, level=0.90)[1] == pytest.approx(0.0950338528553041)


def test_ends_are_exactly_the_ends() -> None:
    assert clopper_pearson_limits(0, 7)[0] == wilson_limits(0, 7)[0] == 0.0
    assert clopper_pearson_limits(7, 7)[1] == wilson_limits(7, 7)[1] == 1.0


@pytest.mark.parametrize("n", [1, 5, 23])
def test_one_share_against_scipy(n: int) -> None:
    for x in range(n + 1):
        test = binomtest(x, n)
        assert clopper_pearson_limits(x, n) == pytest.approx(tuple(test.proportion_ci(method="exact")), abs=1e-10)
        assert wilson_limits(x, n) == pytest.approx(tuple(test.proportion_ci(method="wilson")), abs=1e-12)


@pytest.mark.parametrize(("counts", "newcombe", "score", "mee"), TWO)
def test_difference_of_two_shares(
    counts: tuple[int, int, int, int],
    newcombe: tuple[float, float],
    score: tuple[float, float],
    mee: tuple[float, float],
) -> None:
    assert newcombe_limits(*counts) == pytest.approx(newcombe, abs=1e-12)
    assert miettinen_nurminen_limits(*counts) == pytest.approx(score, abs=1e-7)
    assert miettinen_nurminen_limits(*counts, correction=False) == pytest.approx(mee, abs=1e-7)


def test_swapping_the_groups_turns_the_interval_round() -> None:
    for counts, *_ in TWO:
        x1, n1, x2, n2 = counts
        for limits in (newcombe_limits, miettinen_nurminen_limits):
            lower, upper = limits(*counts)
            assert limits(x2, n2, x1, n1) == pytest.approx((-upper, -lower), abs=1e-10)


@pytest.mark.parametrize("difference", [-0.9, -0.3, 0.0, 0.25, 0.8])
@pytest.mark.parametrize("counts", [(56, 70, 48, 80), (9, 10, 3, 10), (10, 10, 0, 20), (0, 5, 0, 6), (5, 5, 6, 6)])
def test_constrained_shares_are_the_most_likely_ones(counts: tuple[int, int, int, int], difference: float) -> None:
    x1, n1, x2, n2 = counts
    p1, p2 = constrained_proportions(*counts, difference)
    assert p1 - p2 == pytest.approx(difference, abs=1e-9)

    def minus_loglik(p: float) -> float:
        with np.errstate(divide="ignore", invalid="ignore"):
            parts = [
                x * np.log(q)
                for x, q in ((x1, p + difference), (x2, p), (n1 - x1, 1 - p - difference), (n2 - x2, 1 - p))
                if x
            ]
        return -float(np.sum(parts))

    low, high = max(0.0, -difference), min(1.0, 1 - difference)
    best = minimize_scalar(minus_loglik, bounds=(low, high), method="bounded", options={"xatol": 1e-10})
    assert minus_loglik(p2) <= best.fun + 1e-6


def test_the_limit_at_zero_is_where_the_pooled_test_says_5_percent() -> None:
    # Without the factor N/(N − 1) the test at 0 is the chi-square test without continuity correction.
    x1, n1, x2, n2 = 56, 70, 48, 80
    p = chi2_contingency([[x1, n1 - x1], [x2, n2 - x2]], correction=False).pvalue
    lower, _ = miettinen_nurminen_limits(x1, n1, x2, n2, level=1 - p, correction=False)
    assert lower == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(("x", "n"), [(-1, 3), (4, 3), (0, 0)])
def test_impossible_counts_are_refused(x: int, n: int) -> None:
    for limits in (clopper_pearson_limits, wilson_limits):
        with pytest.raises(NumericsError):
            limits(x, n)
    with pytest.raises(NumericsError):
        miettinen_nurminen_limits(x, n, 1, 2)


def test_an_impossible_level_is_refused() -> None:
    with pytest.raises(NumericsError, match="95"):
        clopper_pearson_limits(1, 2, level=95)
