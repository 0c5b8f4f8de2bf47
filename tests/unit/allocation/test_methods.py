"""Each procedure as a step: its probabilities, its bounds, its ratio, over everything that can happen."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from itertools import permutations, product
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.allocation.designs import HALF, branches, courses, design
from trialwright.allocation.chances import favouring, lowest
from trialwright.allocation.design import Factor, Hidden, State, Subject, Uniforms
from trialwright.allocation.engine import METHODS, allocate, check_design
from trialwright.allocation.methods.minimisation import imbalances
from trialwright.errors import StudyError
from trialwright.model.study import Allocation

ANYBODY = [Subject("")] * 12
RATIOS = [(1, 1), (2, 1), (1, 1, 1), (1, 2, 3)]


def first_chances(method: str, counts: tuple[int, ...], **more: object) -> dict[str, Fraction]:
    of = design(method, **more)  # type: ignore[arg-type]
    return {drawn.arm: drawn.probability for drawn in branches(of, State({(): counts}), Subject(""))}


@pytest.mark.independent("all orders of a block, counted")
@pytest.mark.parametrize(("size", "ratio"), [(2, (1, 1)), (4, (1, 1)), (6, (1, 1)), (6, (2, 1)), (6, (1, 2, 3))])
def test_all_orders_of_a_block_are_equally_likely(size: int, ratio: tuple[int, ...]) -> None:
    of = design("permuted-blocks", ratio, hidden=Hidden(sizes=(size,)))
    block = "".join(arm * (part * size // sum(ratio)) for arm, part in zip(of.arms, ratio, strict=True))
    orders = {"".join(order) for order in permutations(block)}
    assert courses(of, ANYBODY[:size]) == dict.fromkeys(orders, Fraction(1, len(orders)))


@pytest.mark.independent("each size opens a block for its part of the numbers")
def test_each_hidden_size_opens_a_block_equally_often() -> None:
    of = design("permuted-blocks", hidden=Hidden(sizes=(2, 4, 6)))
    for sixth, size in enumerate((2, 2, 4, 4, 6, 6)):
        for edge in (Fraction(sixth, 6), Fraction(sixth + 1, 6) - Fraction(1, 10**9)):
            drawn = METHODS["permuted-blocks"].step(of, State(), Subject(""), Uniforms(edge, Fraction(0)))
            assert sum(drawn.state.blocks[()]) == size - 1


@pytest.mark.independent("a block is its own in each stratum")
def test_blocks_are_kept_within_their_stratum() -> None:
    of = design("permuted-blocks", hidden=Hidden(sizes=(2,)), factors=(Factor("sex", ("F", "M")),))
    subjects = [Subject("", (sex,)) for sex in "FMFM"]
    for course in courses(of, subjects):
        assert {course[0], course[2]} == {course[1], course[3]} == {"A", "B"}


@pytest.mark.independent("Efron's coin, Soares and Wu's big stick and Wei's urn: formulas for two arms")
def test_probabilities_of_two_arms() -> None:
    third = Fraction(1, 3)
    for counts, first in {(0, 0): HALF, (3, 3): HALF, (3, 2): third, (2, 7): 1 - third}.items():
        assert first_chances("biased-coin", counts)["A"] == first
    stick = Hidden(limit=3)
    for counts, first in {(0, 0): HALF, (5, 3): HALF, (6, 3): Fraction(0), (3, 6): Fraction(1)}.items():
        assert first_chances("big-stick", counts, hidden=stick).get("A", 0) == first
    for first_arm, second in product(range(5), repeat=2):
        chance = Fraction(1 + second, 2 + first_arm + second)
        assert first_chances("wei-urn", (first_arm, second))["A"] == chance
    assert first_chances("simple", (9, 0)) == {"A": HALF, "B": HALF}


@pytest.mark.independent("worked by hand: imbalance over three factors, range, variance and standard deviation")
def test_worked_minimisation() -> None:
    of = design(
        "minimisation",
        factors=(Factor("pfi", ("6-12", ">12")), Factor("ecog", ("0", "1")), Factor("site", ("1", "2"))),
    )
    # margins A, B: PFI 6-12 4, 5; ECOG 0 7, 6; site 1 5, 3
    counts = {
        ("6-12", "0", "1"): (2, 2),
        ("6-12", "0", "2"): (2, 2),
        ("6-12", "1", "1"): (0, 1),
        (">12", "0", "1"): (3, 0),
        (">12", "0", "2"): (0, 2),
    }
    state, subject = State(counts), Subject("new", ("6-12", "0", "1"))
    assert [state.at_level(f, level, 2) for f, level in enumerate(subject.cell)] == [(4, 5), (7, 6), (5, 3)]
    expected = {"range": (5, 3), "variance": (6.5, 2.5), "standard deviation": (3.5355, 2.1213)}
    for measure, pair in expected.items():
        found = imbalances(design("minimisation", factors=of.factors, measure=measure), state, subject)
        assert [round(float(value), 4) for value in found] == list(pair)
        chances = branches(design("minimisation", factors=of.factors, measure=measure), state, subject)
        assert {d.arm: d.probability for d in chances} == {"A": Fraction(1, 5), "B": Fraction(4, 5)}


@pytest.mark.independent("counts divided by the ratio, by hand")
def test_unequal_arms_are_minimised_over_the_ratio() -> None:
    of = design("minimisation", (2, 1), factors=(Factor("sex", ("F",)),))
    assert imbalances(of, State({("F",): (4, 2)}), Subject("", ("F",))) == (HALF, Fraction(1))
    assert imbalances(of, State({("F",): (4, 1)}), Subject("", ("F",))) == (Fraction(3, 2), Fraction(0))


@pytest.mark.independent("weights, by hand")
def test_a_weight_counts() -> None:
    factors = (Factor("sex", ("F", "M")), Factor("site", ("1", "2")))
    state = State({("F", "2"): (1, 0), ("M", "1"): (0, 2)})
    subject = Subject("", ("F", "1"))
    assert imbalances(design("minimisation", factors=factors), state, subject) == (3, 3)
    heavy = design("minimisation", factors=factors, weights=(Fraction(3), Fraction(1)))
    assert imbalances(heavy, state, subject) == (7, 3)


@pytest.mark.independent("tied arms by equal chances")
@pytest.mark.parametrize("method", ["biased-coin", "minimisation"])
def test_ties_are_broken_by_equal_chances(method: str) -> None:
    subject = Subject("", ("F", "1") if method == "minimisation" else ())
    for arms in (2, 3, 4):
        of = design(method, (1,) * arms)
        assert {d.probability for d in branches(of, State(), subject)} == {Fraction(1, arms)}
    # two of three tied: each favoured half of the time
    of = design(method, (1, 1, 1), probability=Fraction(4, 5))
    state = State({subject.cell: (2, 1, 1)})
    assert [d.probability for d in branches(of, state, subject)] == [Fraction(1, 10), Fraction(9, 20), Fraction(9, 20)]


@pytest.mark.independent("the ratio, summed over which arm is favoured")
@given(st.lists(st.integers(1, 5), min_size=2, max_size=5), st.integers(1, 99))
def test_favouring_keeps_the_ratio(ratio: list[int], hundredth: int) -> None:
    least = Fraction(min(ratio), sum(ratio))
    p = least + (1 - least) * Fraction(hundredth, 100)
    of = design("biased-coin", tuple(ratio), probability=p)
    each = [favouring(of, [k]) for k in range(len(ratio))]
    for k, part in enumerate(ratio):
        assert sum(share * chances[k] for share, chances in zip(of.shares, each, strict=True)) == of.shares[k]
        assert all(0 < chance < 1 for chance in each[k])
        assert each[k][k] >= of.shares[k]
        if part == min(ratio):
            assert each[k][k] == p
    assert favouring(of, range(len(ratio))) == of.shares
    assert lowest([Fraction(2), Fraction(1), Fraction(1)]) == (1, 2)


@pytest.mark.independent("every order of arms that can happen")
@pytest.mark.parametrize("method", ["simple", "biased-coin", "wei-urn", "big-stick", "permuted-blocks"])
@pytest.mark.parametrize("ratio", [(1, 1), (1, 1, 1)])
def test_equal_arms_are_drawn_alike_at_every_place(method: str, ratio: tuple[int, ...]) -> None:
    found = courses(design(method, ratio), ANYBODY[:6])
    assert sum(found.values()) == 1
    for place in range(6):
        share: Counter[str] = Counter()
        for course, chance in found.items():
            share[course[place]] += chance  # type: ignore[assignment]
        assert set(share.values()) == {Fraction(1, len(ratio))}


@pytest.mark.independent("every order of arms that can happen")
@pytest.mark.parametrize("limit", [1, 2, 3])
@pytest.mark.parametrize("ratio", [(1, 1), (2, 1), (1, 1, 1)])
def test_the_big_stick_reaches_its_limit_and_never_passes_it(limit: int, ratio: tuple[int, ...]) -> None:
    of = design("big-stick", ratio, hidden=Hidden(limit=limit))
    worst = Fraction(0)
    for course in courses(of, ANYBODY[:8]):
        for end in range(9):
            full = [Fraction(course[:end].count(arm), part) for arm, part in zip(of.arms, ratio, strict=True)]
            worst = max(worst, max(full) - min(full))
    assert worst == limit


@pytest.mark.independent("the ratio after complete blocks, the bound within one")
@pytest.mark.parametrize("ratio", RATIOS)
def test_blocks_end_in_the_ratio(ratio: tuple[int, ...]) -> None:
    of = design("permuted-blocks", ratio, hidden=Hidden(sizes=(2 * sum(ratio),)))
    arms = [each.arm for each in allocate(of, bytes(32), [Subject("")] * (20 * sum(ratio)))]
    for end in range(0, len(arms) + 1, 2 * sum(ratio)):
        assert [arms[:end].count(arm) for arm in of.arms] == [end // sum(ratio) * part for part in ratio]


@pytest.mark.unvalidated
@pytest.mark.parametrize(
    ("method", "more", "message"),
    [
        ("permuted-blocks", {"hidden": Hidden(sizes=(17,))}, "block size"),
        ("permuted-blocks", {"hidden": Hidden()}, "block size"),
        ("big-stick", {"hidden": Hidden()}, "limit of imbalance"),
        ("biased-coin", {"probability": Fraction(1)}, "above 1/2 and below 1"),
        ("biased-coin", {"probability": HALF}, "above 1/2 and below 1"),
        ("minimisation", {"probability": Fraction(1)}, "above 1/2 and below 1"),
        ("minimisation", {"factors": ()}, "needs a factor"),
        ("minimisation", {"weights": (Fraction(1),)}, "weight above 0"),
    ],
)
def test_what_cannot_be_drawn_is_refused(method: str, more: dict[str, object], message: str) -> None:
    with pytest.raises(StudyError, match=message) as refused:
        check_design(design(method, **more))  # type: ignore[arg-type]
    assert "17" not in str(refused.value)


@pytest.mark.unvalidated
@pytest.mark.parametrize("ratio", RATIOS)
@pytest.mark.parametrize("method", METHODS)
def test_hidden_parameters_are_picked_so_that_they_fit(method: str, ratio: tuple[int, ...]) -> None:
    picked = set()
    for answers in product(range(2), range(3)):
        left = iter(answers)
        of = design(method, ratio, hidden=Hidden())
        picked.add(METHODS[method].hidden(of, lambda n, left=left: min(next(left), n - 1)))
    for hidden in picked:
        check_design(design(method, ratio, hidden=hidden))
    assert len(picked) == {"permuted-blocks": 4, "big-stick": 2}.get(method, 1)


@pytest.mark.unvalidated
def test_every_method_of_the_language_is_built() -> None:
    stated = set(get_args(Allocation.model_fields["method"].annotation))
    assert stated - {"unstated"} == set(METHODS)
    for method in METHODS.values():
        assert method.summary.endswith(".")
        assert method.reference
