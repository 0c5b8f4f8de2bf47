"""Sequences from a secret, and the same procedures in floating point."""

from __future__ import annotations

import json
from fractions import Fraction
from hashlib import sha256
from itertools import islice

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tests.unit.allocation.designs import design
from trialwright.allocation.design import NOTHING_DRAWN, Design, Factor, Hidden, Subject, Uniforms
from trialwright.allocation.engine import METHODS, allocate, entries_of, listed, scheme_of, uniforms
from trialwright.errors import StudyError
from trialwright.numerics.drbg import instantiate
from trialwright.numerics.rerandomisation import reallocate

SECRET = bytes(range(32))
SEX = Factor("sex", ("F", "M"))
SITE = Factor("site", ("1", "2", "3"))


def arms_of(of: Design, secret: bytes, subjects: list[Subject]) -> str:
    return "".join(each.arm for each in allocate(of, secret, subjects))


@pytest.mark.independent("the generator asked directly")
def test_numbers_are_those_of_the_generator() -> None:
    nonce = sha256(b"trialwright allocation 1\nx").digest()[:16]
    state = instantiate(SECRET, nonce, json.dumps(["F", "Ö"]).encode())
    for found in islice(uniforms(SECRET, design("simple"), ("F", "Ö")), 5):
        drawn, state = state.generate(64)
        assert found.opening == Fraction(int.from_bytes(drawn[:32], "big"), 2**256)
        assert found.drawing == Fraction(int.from_bytes(drawn[32:], "big"), 2**256)


@pytest.mark.unvalidated
@pytest.mark.parametrize("method", METHODS)
def test_the_same_secret_gives_the_same_arms_and_another_gives_others(method: str) -> None:
    cells = design(method).cells
    subjects = [Subject(str(i), cells[i % len(cells)]) for i in range(60)]
    first = arms_of(design(method), SECRET, subjects)
    assert first == arms_of(design(method), SECRET, subjects)
    assert first[:25] == arms_of(design(method), SECRET, subjects[:25])
    assert first != arms_of(design(method), SECRET[::-1], subjects)


@pytest.mark.unvalidated
def test_a_stratum_does_not_depend_on_the_others() -> None:
    of = design("permuted-blocks", factors=(SEX, SITE))
    listing = {}
    for each in listed(of, SECRET, 40):
        listing.setdefault(each.subject.cell, []).append(each.arm)
    assert set(listing) == set(of.cells)
    assert len({tuple(arms) for arms in listing.values()}) == 6
    order = np.random.default_rng(5).integers(0, 6, 120)
    seen = dict.fromkeys(of.cells, 0)
    for each in allocate(of, SECRET, [Subject("", of.cells[place]) for place in order]):
        place = seen[each.subject.cell]
        assert (each.position, each.arm) == (place + 1, listing[each.subject.cell][place])
        seen[each.subject.cell] += 1


@pytest.mark.unvalidated
def test_minimisation_has_no_list() -> None:
    with pytest.raises(StudyError, match="minimisation has no list"):
        listed(design("minimisation"), SECRET, 10)


@pytest.mark.unvalidated
def test_a_secret_of_another_length_is_refused() -> None:
    with pytest.raises(StudyError, match="33 bytes"):
        list(allocate(design("simple"), bytes(33), [Subject("")]))


@pytest.mark.independent("chi-square of the ratio")
@pytest.mark.parametrize(("method", "ratio"), [("simple", (1, 2, 3)), ("simple", (1, 1)), ("permuted-blocks", (2, 1))])
def test_ratio_over_many_draws(method: str, ratio: tuple[int, ...]) -> None:
    of = design(method, ratio)
    drawn = arms_of(of, SECRET, [Subject("")] * 6000)
    observed = [drawn.count(arm) for arm in of.arms]
    expected = [6000 * float(share) for share in of.shares]
    assert stats.chisquare(observed, expected).pvalue > 0.001


@pytest.mark.independent("chi-square of the ratio")
@pytest.mark.parametrize("ratio", [(1, 1), (1, 2, 3)])
@pytest.mark.parametrize("method", METHODS)
def test_ratio_over_a_hundred_thousand_first_places(method: str, ratio: tuple[int, ...]) -> None:
    of = design(method, ratio)
    u = np.random.default_rng(12).random((100_000, 8))
    arms = reallocate(scheme_of(of), entries_of(of, [of.cells[0]] * 4), u).arms
    # equal arms are drawn alike at every place; unequal ones, except by minimisation, at least at the first
    for place in range(4 if len(set(ratio)) == 1 else int(method != "minimisation")):
        observed = [(arms[:, place] == k).sum() for k in range(len(ratio))]
        assert stats.chisquare(observed, [1e5 * float(share) for share in of.shares]).pvalue > 1e-4


@pytest.mark.independent("the exact steps, in rational numbers")
@settings(max_examples=60)
@given(st.data())
def test_the_kernel_draws_as_the_steps_do(data: st.DataObject) -> None:
    method = data.draw(st.sampled_from(sorted(METHODS)))
    ratio = tuple(data.draw(st.lists(st.integers(1, 4), min_size=2, max_size=4)))
    more: dict[str, object] = {"factors": (SEX, SITE)}
    if method == "big-stick":
        more["hidden"] = Hidden(limit=data.draw(st.integers(1, 4)))
    if method == "minimisation":
        more["measure"] = data.draw(st.sampled_from(["range", "variance", "standard deviation"]))
        more["weights"] = (Fraction(data.draw(st.integers(1, 3))), Fraction(1))
        more["probability"] = Fraction(9, 10)
    if method == "biased-coin":
        more["probability"] = Fraction(7, 8)
    of = design(method, ratio, **more)
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    cells = [of.cells[place] for place in rng.integers(0, 6, 40)]
    u = rng.random((1, 80))
    found = reallocate(scheme_of(of), entries_of(of, cells), u)
    state = NOTHING_DRAWN
    for i, cell in enumerate(cells):
        pair = Uniforms(Fraction(float(u[0, 2 * i])), Fraction(float(u[0, 2 * i + 1])))
        drawn = METHODS[method].step(of, state, Subject("", cell), pair)
        assert of.arms[found.arms[0, i]] == drawn.arm
        assert found.chances[0, i] == pytest.approx(float(drawn.probability), rel=1e-12)
        assert found.best[0, i] >= found.chances[0, i]
        state = drawn.state
