"""Random numbers: published words, independence of order and size, and the distributions asked for."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from trialwright.errors import NumericsError
from trialwright.numerics.sampling import Draws, philox4x32, stream_number

pytestmark = pytest.mark.unvalidated

MASK = 0xFFFFFFFF


@pytest.mark.published("Random123, known answers of philox4x32-10")
@pytest.mark.parametrize(
    ("counter", "key", "words"),
    [
        ("00000000 00000000 00000000 00000000", "00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
        ("ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"),
        ("243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"),
    ],
)
def test_known_answers(counter: str, key: str, words: str) -> None:
    def split(text: str) -> list[int]:
        return [int(word, 16) for word in text.split()]

    assert list(philox4x32(split(counter), split(key))) == split(words)


def by_hand(counter: list[int], key: list[int]) -> list[int]:
    """Philox-4x32-10 in whole numbers without bounds."""
    c, k = list(counter), list(key)
    for _ in range(10):
        p, q = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(q >> 32) ^ c[1] ^ k[0], q & MASK, (p >> 32) ^ c[3] ^ k[1], p & MASK]
        k = [(k[0] + 0x9E3779B9) & MASK, (k[1] + 0xBB67AE85) & MASK]
    return c


@pytest.mark.independent("the same rounds in Python's whole numbers")
@given(st.lists(st.integers(0, MASK), min_size=6, max_size=6))
def test_any_block(words: list[int]) -> None:
    assert list(philox4x32(words[:4], words[4:])) == by_hand(words[:4], words[4:])


@pytest.mark.independent("the same rounds in Python's whole numbers")
def test_uniform_numbers_are_made_of_the_upper_52_bits_of_two_words() -> None:
    seed, trial, subject = 2**40 + 12345, 9, 3
    numbers = Draws(seed, trial, np.array([subject])).grid("death", 3)[0]
    for place, number in enumerate(numbers):
        block, half = divmod(place, 2)
        words = by_hand([block, subject, trial, stream_number("death")], [seed & MASK, seed >> 32])
        bits = (words[2 * half] << 32 | words[2 * half + 1]) >> 12
        assert number == (bits + 0.5) / 2**52


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**32 - 1), st.integers(1, 40))
def test_a_subject_keeps_its_numbers(seed: int, trial: int, count: int) -> None:
    everyone = Draws.first(seed, trial, 40)
    some = everyone.of(np.array([count - 1, 0]))
    assert np.array_equal(some.grid("x", 5), everyone.grid("x", 5)[[count - 1, 0]])
    assert np.array_equal(everyone.grid("x", 2), everyone.grid("x", 5)[:, :2])


def test_seed_trial_stream_and_subject_all_matter() -> None:
    number = Draws.first(1, 0, 1).uniform("a")[0]
    others = [
        Draws.first(2, 0, 1).uniform("a")[0],
        Draws.first(1 + 2**32, 0, 1).uniform("a")[0],
        Draws.first(1, 1, 1).uniform("a")[0],
        Draws.first(1, 0, 1).uniform("b")[0],
        Draws.first(1, 0, 2).uniform("a")[1],
    ]
    assert len({number, *others}) == 6


def first_numbers(trial: int) -> list[float]:
    return Draws.first(7, trial, 50).uniform("death").tolist()


def test_workers_draw_the_same_numbers() -> None:
    alone = [first_numbers(trial) for trial in range(8)]
    with ThreadPoolExecutor(4) as workers:
        assert list(workers.map(first_numbers, range(8))) == alone


@pytest.mark.slow  # with the compiler switched off
def test_numbers_lie_strictly_between_0_and_1() -> None:
    numbers = Draws.first(3, 0, 200_000).grid("x", 4)
    assert 0 < numbers.min() < 1e-5
    assert 1 - 1e-5 < numbers.max() < 1


@pytest.mark.slow  # with the compiler switched off
@pytest.mark.independent("scipy's distribution functions")
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_distributions(seed: int) -> None:
    draws = Draws.first(seed, 0, 20_000)
    assert stats.kstest(draws.uniform("u"), "uniform").pvalue > 1e-4
    assert stats.kstest(draws.exponential("e"), "expon").pvalue > 1e-4
    assert stats.kstest(draws.normal("n")[:, 0], "norm").pvalue > 1e-4
    whole = np.bincount(draws.whole("w", -2, 2)[:, 0] + 2, minlength=5)
    assert stats.chisquare(whole).pvalue > 1e-4
    shares = np.array([0.5, 0.0, 0.3, 0.2])
    found = np.bincount(draws.category("c", shares.tolist())[:, 0], minlength=4)
    assert found[1] == 0
    assert stats.chisquare(found[shares > 0], 20_000 * shares[shares > 0]).pvalue > 1e-4


@pytest.mark.slow  # with the compiler switched off
@pytest.mark.independent("correlation of independent numbers")
def test_streams_and_trials_are_uncorrelated() -> None:
    columns = [Draws.first(5, trial, 20_000).uniform(stream) for trial in (0, 1) for stream in ("a", "b", "c")]
    off_diagonal = np.corrcoef(columns)[np.triu_indices(6, 1)]
    assert np.abs(off_diagonal).max() < 5 / np.sqrt(20_000)


def test_a_category_without_share_never_comes_even_at_the_end() -> None:
    assert set(Draws.first(1, 0, 5000).category("c", [0.4, 0.6, 0.0])[:, 0].tolist()) == {0, 1}


@pytest.mark.parametrize("shares", [[], [0.0, 0.0], [1.0, -0.1]])
def test_impossible_shares_are_refused(shares: list[float]) -> None:
    with pytest.raises(NumericsError, match="shares"):
        Draws.first(1, 0, 1).category("c", shares)


@pytest.mark.parametrize(("seed", "trial"), [(-1, 0), (2**64, 0), (0, -1), (0, 2**32)])
def test_impossible_seeds_and_trials_are_refused(seed: int, trial: int) -> None:
    with pytest.raises(NumericsError, match="out of range"):
        Draws.first(seed, trial, 1)
