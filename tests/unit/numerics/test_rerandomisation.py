"""The re-randomisation test against a slow one, and against the log-rank test when nothing is drawn."""

from __future__ import annotations

from fractions import Fraction
from math import sqrt

import numpy as np
import pytest

from tests.unit.allocation.designs import design
from trialwright.allocation.design import NOTHING_DRAWN, Design, Factor, Hidden, Subject, Uniforms
from trialwright.allocation.engine import METHODS, entries_of, scheme_of
from trialwright.analysis.survival import logrank
from trialwright.errors import NumericsError
from trialwright.numerics.rerandomisation import FollowUp, reallocate, rerandomisation_p, rerandomised_logrank
from trialwright.numerics.scheme import Entries, Scheme

FACTORS = (Factor("sex", ("F", "M")), Factor("site", ("1", "2")))


def slow_z(time: list[float], event: list[int], stratum: list[int], arm: list[str], pair: tuple[str, str]) -> float:
    """Log-rank z by going through every event time of every stratum."""
    u, v = Fraction(0), Fraction(0)
    rows = [row for row in zip(time, event, stratum, arm, strict=True) if row[3] in pair]
    for part in set(stratum):
        within = [row for row in rows if row[2] == part]
        for moment in {row[0] for row in within if row[1]}:
            at_risk = [row for row in within if row[0] >= moment]
            dying = [row for row in at_risk if row[0] == moment and row[1]]
            n, d = len(at_risk), len(dying)
            n1, d1 = (sum(row[3] == pair[1] for row in found) for found in (at_risk, dying))
            u += d1 - Fraction(d * n1, n)
            if n > 1:
                v += Fraction(d * n1 * (n - n1) * (n - d), n * n * (n - 1))
    return float(u) / sqrt(v) if v else 0.0


def slow_arms(of: Design, cells: list[tuple[str, ...]], u: np.ndarray) -> list[str]:
    state, arms = NOTHING_DRAWN, []
    for i, cell in enumerate(cells):
        pair = Uniforms(Fraction(float(u[2 * i])), Fraction(float(u[2 * i + 1])))
        drawn = METHODS[of.method].step(of, state, Subject("", cell), pair)
        arms.append(drawn.arm)
        state = drawn.state
    return arms


@pytest.mark.independent("exact steps and a log-rank test in rational numbers, run by run")
@pytest.mark.parametrize("ratio", [(1, 1), (2, 1, 1)])
@pytest.mark.parametrize("method", ["permuted-blocks", "minimisation", "biased-coin", "simple"])
def test_p_equals_that_of_a_slow_test(method: str, ratio: tuple[int, ...]) -> None:
    of = design(method, ratio, factors=FACTORS)
    rng = np.random.default_rng(len(method) + len(ratio))
    n, runs = 24, 60
    cells = [of.cells[place] for place in rng.integers(0, 4, n)]
    time = rng.integers(1, 15, n).astype(float)
    event, stratum = rng.integers(0, 2, n).astype(np.int8), rng.integers(0, 2, n)
    u = rng.random((runs, 2 * n))
    pair = (0, len(ratio) - 1)
    letters = (of.arms[pair[0]], of.arms[pair[1]])
    found = rerandomised_logrank(scheme_of(of), entries_of(of, cells), FollowUp(time, event, stratum), u, compared=pair)
    slow = [
        slow_z(time.tolist(), event.tolist(), stratum.tolist(), slow_arms(of, cells, u[run]), letters)
        for run in range(runs)
    ]
    assert found == pytest.approx(slow, abs=1e-12)
    for observed in (slow[0], 0.0, 1.5):
        count = sum(abs(z) >= abs(observed) - 1e-9 for z in slow)
        assert rerandomisation_p(observed, found) == (1 + count) / (runs + 1)


@pytest.mark.independent("the general log-rank test")
def test_z_is_that_of_the_log_rank_test() -> None:
    rng = np.random.default_rng(4)
    n = 160
    time, event = rng.exponential(10, n).round(1), rng.integers(0, 2, n)
    stratum, u = rng.integers(0, 3, n), rng.random((5, 2 * n))
    scheme = Scheme("permuted-blocks", (1, 1), sizes=(4, 6))
    drawn = reallocate(scheme, Entries.alike(n), u).arms
    found = rerandomised_logrank(scheme, Entries.alike(n), FollowUp(time, event.astype(np.int8), stratum), u)
    assert found == pytest.approx([logrank(time, event, arm, strata=stratum).z for arm in drawn], abs=1e-10)


@pytest.mark.slow  # with the compiler switched off
@pytest.mark.independent("all allocations of a small trial, counted")
def test_p_comes_near_that_of_all_allocations() -> None:
    time, event = np.arange(1.0, 9.0), np.ones(8, np.int8)
    of = design("permuted-blocks", hidden=Hidden(sizes=(4,)))
    arms = "ABABBAAB"
    blocks = ["AABB", "ABAB", "ABBA", "BAAB", "BABA", "BBAA"]
    every = [slow_z(time.tolist(), [1] * 8, [0] * 8, list(a + b), ("A", "B")) for a in blocks for b in blocks]
    observed = slow_z(time.tolist(), [1] * 8, [0] * 8, list(arms), ("A", "B"))
    known = sum(abs(z) >= abs(observed) - 1e-12 for z in every) / 36
    u = np.random.default_rng(1).random((40_000, 16))
    z = rerandomised_logrank(scheme_of(of), Entries.alike(8), FollowUp(time, event, np.zeros(8, np.int64)), u)
    assert rerandomisation_p(observed, z) == pytest.approx(known, abs=0.01)


@pytest.mark.unvalidated
def test_nothing_to_compare_is_zero_and_the_arms_as_they_were_count() -> None:
    follow_up = FollowUp(np.array([1.0, 2.0]), np.zeros(2, np.int8), np.zeros(2, np.int64))
    z = rerandomised_logrank(Scheme("simple", (1, 1)), Entries.alike(2), follow_up, np.full((3, 4), 0.1))
    assert z.tolist() == [0, 0, 0]
    assert rerandomisation_p(3.0, np.zeros(99)) == 0.01
    assert rerandomisation_p(-2.0, np.array([2.0 - 1e-12, -2.0, 1.0])) == 0.75


@pytest.mark.unvalidated
@pytest.mark.parametrize(
    ("scheme", "message"),
    [
        (Scheme("simple", (1,)), "nothing to draw"),
        (Scheme("permuted-blocks", (1, 1)), "do not fit the ratio"),
        (Scheme("permuted-blocks", (2, 1), sizes=(4,)), "do not fit the ratio"),
        (Scheme("minimisation", (1, 1), probability=0.8, weights=(1.0,)), "factors and weights"),
    ],
)
def test_what_does_not_fit_is_refused(scheme: Scheme, message: str) -> None:
    with pytest.raises(NumericsError, match=message):
        reallocate(scheme, Entries.alike(2), np.zeros((1, 4)))


@pytest.mark.unvalidated
def test_numbers_that_do_not_fit_are_refused() -> None:
    simple, two = Scheme("simple", (1, 1)), Entries.alike(2)
    with pytest.raises(NumericsError, match="random numbers"):
        reallocate(simple, two, np.zeros((1, 3)))
    with pytest.raises(NumericsError, match="courses"):
        rerandomised_logrank(
            simple, two, FollowUp(np.zeros(3), np.zeros(3, np.int8), np.zeros(3, np.int64)), np.zeros((1, 4))
        )
    with pytest.raises(NumericsError, match="no run"):
        rerandomisation_p(1.0, np.empty(0))
