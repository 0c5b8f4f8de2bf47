"""The three-valued logic against its meaning: an answer stands when every completion of the unknown ones gives it."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import numpy as np
import pytest

from trialwright.screening.answer import (
    FALSE,
    REASONS,
    TRUE,
    UNKNOWN,
    Answer,
    all_of,
    any_of,
    bounded_count,
    constant,
    negation,
    reason_bit,
    reason_text,
    stacked,
)

pytestmark = pytest.mark.independent("truth by completing every unknown answer with yes and with no")

VALUES = (TRUE, FALSE, UNKNOWN)
TRIPLES = list(product(VALUES, repeat=3))


def completed(values: tuple[np.int8, ...], holds: Callable[[list[bool]], bool]) -> int:
    choices = [(True, False) if value == UNKNOWN else (bool(value == TRUE),) for value in values]
    found = {holds(list(world)) for world in product(*choices)}
    return int(UNKNOWN) if len(found) == 2 else int(TRUE if found.pop() else FALSE)


def columns(values: list[tuple[np.int8, ...]]) -> list[Answer]:
    """One child a position, one subject a combination; child k rests on row k and is open for its own reason."""
    reasons = ("missing", "stale", "conflict")
    made = []
    for place in range(len(values[0])):
        verdict = np.array([combination[place] for combination in values], np.int8)
        reason = np.where(verdict == UNKNOWN, reason_bit(reasons[place]), 0).astype(np.uint32)
        every = np.arange(len(values))
        made.append(Answer(verdict, reason, every, np.zeros_like(every), np.full_like(every, place)))
    return made


def test_all_any_and_not_agree_with_every_completion() -> None:
    children = columns(TRIPLES)
    assert all_of(children).verdict.tolist() == [completed(triple, all) for triple in TRIPLES]
    assert any_of(children).verdict.tolist() == [completed(triple, any) for triple in TRIPLES]
    singles = [(value,) for value in VALUES]
    assert negation(columns(singles)[0]).verdict.tolist() == [completed(s, lambda w: not w[0]) for s in singles]


@pytest.mark.parametrize("at_least", [None, 0, 1, 2, 3, 4])
@pytest.mark.parametrize("at_most", [None, 0, 1, 2, 3])
def test_counts_agree_with_every_completion(at_least: int | None, at_most: int | None) -> None:
    def holds(world: list[bool]) -> bool:
        return (at_least is None or sum(world) >= at_least) and (at_most is None or sum(world) <= at_most)

    answer = bounded_count(columns(TRIPLES), at_least, at_most)
    for triple, verdict in zip(TRIPLES, answer.verdict.tolist(), strict=True):
        expected = completed(triple, holds)
        # each bound is decided for itself, so a pair of bounds that leaves both open may stay open
        assert verdict == expected or (verdict == UNKNOWN and at_least is not None and at_most is not None), triple


def test_if_is_not_condition_or_consequence() -> None:
    pairs = list(product(VALUES, repeat=2))
    condition, consequence = columns(pairs)
    answer = any_of([negation(condition), consequence])
    assert answer.verdict.tolist() == [completed(pair, lambda w: not w[0] or w[1]) for pair in pairs]


@pytest.mark.parametrize(("join", "sides"), [(all_of, (FALSE, TRUE)), (any_of, (TRUE, FALSE))])
def test_only_deciding_children_give_rows_and_reasons(
    join: Callable[[list[Answer]], Answer], sides: tuple[np.int8, np.int8]
) -> None:
    answer = join(columns(TRIPLES))
    strong, _ = sides
    for subject, triple in enumerate(TRIPLES):
        verdict = answer.verdict[subject]
        rows = sorted(answer.row[answer.subject == subject].tolist())
        decisive = strong if verdict == strong else UNKNOWN if verdict == UNKNOWN else -strong
        assert rows == [place for place, value in enumerate(triple) if value == decisive]
        named = reason_text(int(answer.reason[subject]))
        expected = [("missing", "stale", "conflict")[place] for place in rows] if verdict == UNKNOWN else []
        assert sorted(named.split("; ")) == sorted(expected or [""])


def test_a_count_rests_on_the_children_that_settle_it() -> None:
    enough = bounded_count(columns([(TRUE, TRUE, UNKNOWN)]), 2, None)
    assert (enough.verdict[0], sorted(enough.row.tolist()), int(enough.reason[0])) == (1, [0, 1], 0)
    too_few = bounded_count(columns([(FALSE, TRUE, FALSE)]), 2, None)
    assert (too_few.verdict[0], sorted(too_few.row.tolist())) == (-1, [0, 2])
    too_many = bounded_count(columns([(TRUE, TRUE, FALSE)]), None, 1)
    assert (too_many.verdict[0], sorted(too_many.row.tolist())) == (-1, [0, 1])
    few = bounded_count(columns([(FALSE, FALSE, UNKNOWN)]), None, 1)
    assert (few.verdict[0], sorted(few.row.tolist())) == (1, [0, 1])
    open_ = bounded_count(columns([(TRUE, UNKNOWN, FALSE)]), 2, None)
    assert (open_.verdict[0], open_.row.tolist(), reason_text(int(open_.reason[0]))) == (0, [1], "stale")


def test_each_reason_has_its_own_bit() -> None:
    assert len({int(reason_bit(reason)) for reason in REASONS}) == len(REASONS)
    assert reason_text(sum(int(reason_bit(reason)) for reason in REASONS)) == "; ".join(REASONS)
    with pytest.raises(KeyError):
        reason_bit("tired")


def test_stacked_answers_keep_their_rows() -> None:
    first, second = columns([(TRUE, FALSE), (FALSE, TRUE)])
    both = stacked([first, second])
    assert both.verdict.tolist() == [1, -1, -1, 1]
    assert list(zip(both.subject.tolist(), both.row.tolist(), strict=True)) == [(0, 0), (1, 0), (2, 1), (3, 1)]
    assert constant(3, UNKNOWN, "not_computed").subject.size == 0
