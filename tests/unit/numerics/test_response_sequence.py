"""Best responses of sequences, and responses that are carried."""

from __future__ import annotations

import numpy as np
import pytest

from trialwright.numerics.response_sequence import (
    CODES,
    NO_DAY,
    SequenceRules,
    best_responses,
    carried_responses,
    read_again,
)

pytestmark = pytest.mark.independent("worked out by hand")

PLAIN = SequenceRules(42, 28, 1, False, 0)
WORDS = {"NED": 0, "CR": 1, "PR": 2, "SD": 3, "NON": 4, "PD": 5, "NE": 6, "MISSING": 7}


def codes(*words: str) -> np.ndarray:
    return np.array([WORDS[word] for word in words], np.int8)


def found(given: dict[int, str], rules: SequenceRules = PLAIN, last: int = NO_DAY) -> tuple[int, ...]:
    start, day, code = np.array([0, len(given)]), np.array(list(given), np.int64), codes(*given.values())
    best = best_responses(start, day, code, (np.array([0]), np.array([last])), rules)
    return tuple(int(each[0]) for each in best)


def test_rows_of_the_results() -> None:
    # progression, best, confirmed, rows of best, confirmed, response, confirmed response
    assert found({42: "SD", 84: "PR", 126: "CR", 168: "CR", 210: "PD"}) == (4, 1, 1, 2, 2, 1, 1)
    assert found({42: "PR", 69: "PR"}) == (-1, 2, 3, 0, 0, 0, -1)
    assert found({}) == (-1, 7, 7, -1, -1, -1, -1)
    assert found({30: "SD", 41: "NE"}) == (-1, 6, 6, 0, 0, -1, -1)


def test_what_lies_before_the_origin_or_after_the_last_day_does_not_count() -> None:
    assert found({-1: "CR", 42: "SD"})[1] == CODES.sd
    assert found({42: "SD", 84: "PR"}, last=83)[1] == CODES.sd
    assert found({42: "SD", 84: "PR"}, last=84)[1] == CODES.pr
    assert found({42: "SD", 84: "PD"}, last=50) == (1, 3, 3, 0, 0, -1, -1), "the progression is still known"


def test_freedom_from_disease_stands_between_persisting_disease_and_progression() -> None:
    assert found({42: "NED", 84: "PD"})[1:3] == (CODES.ned, CODES.ned)
    assert found({42: "NED", 84: "NON"})[1:3] == (CODES.non, CODES.non)


def test_several_subjects_do_not_mix() -> None:
    start = np.array([0, 1, 1, 3])
    day, code = np.array([42, 42, 70]), codes("PR", "PR", "PR")
    best = best_responses(start, day, code, (np.zeros(3, np.int64), np.full(3, NO_DAY)), PLAIN)
    assert best.confirmed.tolist() == [CODES.sd, CODES.missing, CODES.pr]
    assert best.confirmed_response_row.tolist() == [-1, -1, 1]


@pytest.mark.parametrize(
    ("mode", "given", "expected"),
    [
        (0, ("CR", "NE", "PR", "PR"), ("CR", "NE", "PD", "PR")),
        (0, ("CR", "NON"), ("CR", "PD")),
        (0, ("CR", "PD"), ("CR", "PD")),
        (1, ("CR", "PR"), ("PR", "PR")),
        (1, ("CR", "CR", "SD"), ("CR", "CR", "PD")),
        (2, ("CR", "PR"), ("CR", "PR")),
    ],
)
def test_disease_after_a_complete_response(mode: int, given: tuple[str, ...], expected: tuple[str, ...]) -> None:
    day = 42 * np.arange(1, len(given) + 1)
    rules = PLAIN._replace(cr_then_disease=mode)
    assert read_again(np.array([0, len(given)]), day, codes(*given), rules).tolist() == codes(*expected).tolist()


def test_a_partial_response_is_carried_until_progression() -> None:
    start, day = np.array([0, 6]), 42 * np.arange(1, 7)
    given = codes("SD", "PR", "SD", "NE", "PD", "SD")
    carried = carried_responses(start, day, given, PLAIN, confirmed=False)
    assert carried.tolist() == codes("SD", "PR", "PR", "NE", "PD", "SD").tolist()
    assert carried_responses(start, day, given, PLAIN, confirmed=True).tolist() == given.tolist()
    twice = codes("PR", "PR", "SD", "SD", "SD", "SD")
    assert carried_responses(start, day, twice, PLAIN, confirmed=True).tolist() == codes(*["PR"] * 6).tolist()
