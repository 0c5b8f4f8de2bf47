"""Guesses and balance: closed forms, everything summed, and runs."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import permutations
from math import comb, sqrt

import numpy as np
import pytest

from tests.studies import loaded
from tests.unit.allocation.designs import design
from trialwright.allocation.design import Factor, Hidden
from trialwright.allocation.predictability import advice, behaviour, candidates, exact, simulated
from trialwright.errors import InputError

N = 160
STICK = {limit: design("big-stick", hidden=Hidden(limit=limit)) for limit in (2, 3, 4)}
COIN = {p: design("biased-coin", probability=Fraction(p)) for p in ("2/3", "4/5")}


def block_guessing(half: int) -> tuple[Fraction, Fraction]:
    """Closed form of the share guessed and the share certain in blocks of two equal arms."""
    guessed = (half + (Fraction(4**half, comb(2 * half, half)) - 1) / 2) / (2 * half)
    return guessed, Fraction(1, half + 1)


@pytest.mark.independent("closed form for blocks of one size")
@pytest.mark.parametrize("half", [1, 2, 3, 4])
def test_exact_figures_of_blocks(half: int) -> None:
    found = exact(design("permuted-blocks", hidden=Hidden(sizes=(2 * half,))), 2 * half * 5)
    guessed, certain = block_guessing(half)
    assert (found.guessed, found.certain) == pytest.approx((float(guessed), float(certain)), rel=1e-12)
    assert (found.sd, found.far, found.largest) == (0, 0, half)


@pytest.mark.independent("all orders of a block, counted")
@pytest.mark.parametrize("half", [1, 2, 3, 4])
def test_block_guessing_by_counting(half: int) -> None:
    right = certain = Fraction(0)
    orders = set(permutations("A" * half + "B" * half))
    for order in orders:
        for place, arm in enumerate(order):
            ahead = order[:place].count("A") - order[:place].count("B")
            right += Fraction(1, 2) if ahead == 0 else (arm == "B") if ahead > 0 else (arm == "A")
            certain += len(set(order[place:])) == 1
    subjects = len(orders) * 2 * half
    assert block_guessing(half) == (right / subjects, certain / subjects)


@pytest.mark.independent("20,000 runs of another program, n = 160, two equal arms")
def test_exact_figures() -> None:
    simple = exact(design("simple"), N)
    assert (simple.guessed, simple.certain) == pytest.approx((0.5, 0))
    assert simple.sd == pytest.approx(sqrt(N))
    assert round(simple.far, 2) == 0.48
    assert [round(exact(COIN[p], N).guessed, 3) for p in COIN] == [0.624, 0.687]
    assert [round(exact(COIN[p], N).sd, 1) for p in COIN] == [2.1, 1.1]
    sticks = [exact(STICK[limit], N) for limit in (2, 3, 4)]
    assert [round(stick.guessed, 3) for stick in sticks] == [0.623, 0.582, 0.56]
    # printed from runs, so the last digit may differ by one
    assert [stick.certain for stick in sticks] == pytest.approx([0.247, 0.163, 0.120], abs=0.001)
    assert [stick.largest for stick in sticks] == [2, 3, 4]
    urn = exact(design("wei-urn"), N)
    assert round(urn.guessed, 3) == 0.532
    assert urn.sd == pytest.approx(7.3, abs=0.05)


@pytest.mark.independent("everything that can happen, summed")
@pytest.mark.parametrize("name", ["simple", "biased-coin", "big-stick", "wei-urn"])
def test_runs_agree_with_the_sum_over_everything(name: str) -> None:
    known, found = exact(design(name), 40), simulated(design(name), 40, runs=8000, seed=3)
    error = 0.5 / sqrt(8000 * 40) * 6
    assert found.guessed == pytest.approx(known.guessed, abs=error)
    assert found.best == pytest.approx(known.best, abs=error)
    assert found.certain == pytest.approx(known.certain, abs=error)
    assert found.sd == pytest.approx(known.sd, rel=0.04)
    assert found.far == pytest.approx(known.far, abs=0.02)
    assert found.shares == pytest.approx((0.5, 0.5), abs=0.01)
    assert found.runs == 8000


@pytest.mark.independent("the closed form for blocks")
@pytest.mark.parametrize("half", [1, 2, 3])
def test_runs_agree_with_the_closed_form(half: int) -> None:
    found = simulated(design("permuted-blocks", hidden=Hidden(sizes=(2 * half,))), 60, runs=4000, seed=1)
    guessed, certain = block_guessing(half)
    assert (found.guessed, found.certain) == pytest.approx((float(guessed), float(certain)), abs=0.005)
    assert found.largest == half
    assert found.sd == 0


@pytest.mark.unvalidated
def test_hidden_sizes_lie_between_their_blocks() -> None:
    found = simulated(design("permuted-blocks", hidden=Hidden(sizes=(4, 6))), 240, runs=2000, seed=1)
    assert float(block_guessing(3)[0]) < found.guessed < float(block_guessing(2)[0])


@pytest.mark.unvalidated
def test_minimisation_balances_margins_and_keeps_the_ratio() -> None:
    of = design("minimisation", (2, 1))
    found = simulated(of, 90, runs=2000, seed=2)
    assert found.shares == pytest.approx((2 / 3, 1 / 3), abs=0.01)
    loose = simulated(design("simple", (2, 1)), 90, runs=2000, seed=2)
    assert found.sd < loose.sd / 3
    assert 0.75 < found.best < 0.95


@pytest.mark.unvalidated
def test_the_same_seed_gives_the_same_figures() -> None:
    one, two, other = (simulated(COIN["2/3"], 30, runs=1500, seed=seed) for seed in (7, 7, 8))
    assert one == two != other


@pytest.mark.unvalidated
def test_no_exact_figures_for_other_designs() -> None:
    assert behaviour(COIN["2/3"], 10, runs=100, seed=1).runs is None
    assert behaviour(design("minimisation"), 10, runs=100, seed=1).runs == 100
    for of in (design("permuted-blocks"), design("minimisation"), design("simple", (2, 1))):
        with pytest.raises(InputError, match="no exact figures"):
            exact(of, 10)


@pytest.mark.unvalidated
def test_candidates_hold_no_hidden_parameter_of_the_design() -> None:
    of = design("permuted-blocks", hidden=Hidden(sizes=(34,)), factors=(Factor("sex", ("F", "M")),))
    shown = candidates(of)
    assert [each.words for each in shown if "34" in each.words or 34 in each.design.hidden.sizes] == []
    assert sum("minimisation" in each.words for each in shown) == 3
    assert len(candidates(replace(of, factors=()))) == len(shown) - 3
    for each in shown:
        assert np.isfinite(simulated(each.design, 20, runs=20, seed=1).guessed)


@pytest.mark.unvalidated
def test_too_many_strata_and_open_sites_are_named() -> None:
    study = loaded()
    few = design("permuted-blocks", factors=(Factor("grade", ("G1", "G2", "G3")),))
    many = replace(few, factors=(Factor("grade", tuple(str(i) for i in range(14))),))
    assert advice(study, few, 160) == ()
    assert "14 strata are too many" in advice(study, many, 160)[0]
    assert advice(study, replace(many, method="minimisation"), 160) == ()
    open_label = loaded(
        (
            "  grade: {is: code, ask: Tumour grade,",
            "  grade: {is: code, domain: DM, column: SITEID, ask: Tumour grade,",
        ),
    )
    masked = open_label.model_copy(
        update={"study": open_label.study.model_copy(update={"masking": "None (open label)"})}
    )
    assert "a site can guess" in advice(masked, few, 160)[0]
