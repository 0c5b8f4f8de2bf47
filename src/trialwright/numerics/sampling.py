"""Random numbers that are a pure function of seed, trial, stream and subject, for any number of workers.

Nothing is kept between draws. A *stream* is a name, such as ``"death"``; a subject's number in it depends on the seed,
the trial, that name and the subject, never on how many other numbers were drawn before.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from trialwright.errors import NumericsError
from trialwright.numerics.jit import kernel

__all__ = ["MAX_SEED", "MAX_TRIAL", "Draws", "philox4x32", "stream_number"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

MAX_SEED: Final = 2**64 - 1
"""Largest seed."""

MAX_TRIAL: Final = 2**32 - 1
"""Largest number of a trial."""


@kernel
def _mixed(
    c0: np.uint64, c1: np.uint64, c2: np.uint64, c3: np.uint64, k0: np.uint64, k1: np.uint64
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    # each word holds 32 bits, so no product or sum leaves 64
    low = np.uint64(0xFFFFFFFF)
    half = np.uint64(32)
    for _ in range(10):
        even = np.uint64(0xD2511F53) * c0
        odd = np.uint64(0xCD9E8D57) * c2
        c0, c1, c2, c3 = (odd >> half) ^ c1 ^ k0, odd & low, (even >> half) ^ c3 ^ k1, even & low
        k0 = (k0 + np.uint64(0x9E3779B9)) & low
        k1 = (k1 + np.uint64(0xBB67AE85)) & low
    return c0, c1, c2, c3


@kernel
def _fill(
    out: FloatArray, subjects: IntArray, trial: np.uint64, stream: np.uint64, k0: np.uint64, k1: np.uint64
) -> None:
    half = np.uint64(32)
    drop = np.uint64(12)
    for i in range(out.shape[0]):
        for block in range((out.shape[1] + 1) // 2):
            a, b, c, d = _mixed(np.uint64(block), np.uint64(subjects[i]), trial, stream, k0, k1)
            out[i, 2 * block] = (((a << half) | b) >> drop) * 2.0**-52 + 2.0**-53
            if 2 * block + 1 < out.shape[1]:
                out[i, 2 * block + 1] = (((c << half) | d) >> drop) * 2.0**-52 + 2.0**-53


def philox4x32(counter: Sequence[int], key: Sequence[int]) -> tuple[int, int, int, int]:
    """Four pseudo-random 32-bit words of the Philox-4x32-10 block function.

    Parameters
    ----------
    counter : sequence of 4 int
        32-bit words.
    key : sequence of 2 int
        32-bit words.

    Returns
    -------
    tuple of 4 int
        32-bit words.

    Notes
    -----
    Ten rounds of two 32 x 32 -> 64 bit multiplications; each counter and key gives its own words, in any order.

    References
    ----------
    Salmon JK, Moraes MA, Dror RO, Shaw DE. Parallel random numbers: as easy as 1, 2, 3. Proceedings of SC11, 2011,
    doi 10.1145/2063384.2063405 (unverified).

    Examples
    --------
    >>> [f"{word:08x}" for word in philox4x32((0, 0, 0, 0), (0, 0))]
    ['6627e8d5', 'e169c58d', 'bc57ac4c', '9b00dbd8']
    """
    a, b, c, d = _mixed(*(np.uint64(word) for word in (*counter, *key)))
    return int(a), int(b), int(c), int(d)


@lru_cache(maxsize=4096)
def stream_number(name: str) -> int:
    """Number of a named stream: the first 32 bits of the SHA-256 of its name.

    Parameters
    ----------
    name : str
        Any text; adding a stream changes no number of another.

    Returns
    -------
    int
        0 to 2**32 - 1.

    Examples
    --------
    >>> stream_number("death") == stream_number("death")
    True
    """
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big")


@dataclass(frozen=True, slots=True, eq=False)
class Draws:
    """Random numbers of some subjects of one trial.

    Parameters
    ----------
    seed : int
        0 to 2**64 - 1.
    trial : int
        Number of the trial, 0 to 2**32 - 1.
    subjects : ndarray of int
        Indices of the subjects, each 0 to 2**32 - 1.

    Notes
    -----
    A uniform number is ``(k + 1/2) / 2**52`` with k the upper 52 bits of two words, so it is never 0 or 1. Word 0 of
    the counter numbers the blocks of a subject's draws in a stream, word 1 the subject, word 2 the trial, word 3 the
    stream; the key is the seed.

    Examples
    --------
    >>> all_three = Draws.first(7, 0, 3).uniform("age")
    >>> bool(Draws(7, 0, np.array([2])).uniform("age")[0] == all_three[2])
    True
    """

    seed: int
    trial: int
    subjects: IntArray

    def __post_init__(self) -> None:
        if not 0 <= self.seed <= MAX_SEED:
            raise NumericsError(f"seed {self.seed} is out of range", mend="take a whole number from 0 to 2**64 - 1")
        if not 0 <= self.trial <= MAX_TRIAL:
            raise NumericsError(f"trial {self.trial} is out of range", mend="take a whole number from 0 to 2**32 - 1")

    @classmethod
    def first(cls, seed: int, trial: int, count: int) -> Draws:
        """Random numbers of the first subjects of a trial.

        Parameters
        ----------
        seed, trial : int
            As above.
        count : int
            Number of subjects.

        Returns
        -------
        Draws
            Of the subjects 0 to ``count - 1``.

        Examples
        --------
        >>> Draws.first(7, 0, 3).count
        3
        """
        return cls(seed, trial, np.arange(count, dtype=np.int64))

    @property
    def count(self) -> int:
        """Number of subjects."""
        return self.subjects.size

    def of(self, positions: IntArray) -> Draws:
        """Random numbers of some of these subjects.

        Parameters
        ----------
        positions : ndarray of int
            Positions among the subjects.

        Returns
        -------
        Draws
            Each subject keeps its numbers.

        Examples
        --------
        >>> Draws.first(7, 0, 5).of(np.array([1, 4])).subjects.tolist()
        [1, 4]
        """
        return Draws(self.seed, self.trial, self.subjects[positions])

    def grid(self, stream: str, width: int) -> FloatArray:
        """Uniform numbers, `width` a subject.

        Parameters
        ----------
        stream : str
            Name of the stream.
        width : int
            Numbers a subject; the first numbers stay the same when there are more.

        Returns
        -------
        ndarray of shape (count, width)
            Inside (0, 1).

        Examples
        --------
        >>> Draws.first(1, 0, 2).grid("visits", 3).shape
        (2, 3)
        """
        out = np.empty((self.count, width))
        _fill(
            out, self.subjects, np.uint64(self.trial), np.uint64(stream_number(stream)),
            np.uint64(self.seed & 0xFFFFFFFF), np.uint64(self.seed >> 32),
        )  # fmt: skip
        return out

    def uniform(self, stream: str) -> FloatArray:
        """One uniform number a subject.

        Parameters
        ----------
        stream : str
            Name of the stream.

        Returns
        -------
        ndarray of shape (count,)
            Inside (0, 1).

        Examples
        --------
        >>> Draws.first(1, 0, 2).uniform("age").shape
        (2,)
        """
        return self.grid(stream, 1)[:, 0]

    def exponential(self, stream: str) -> FloatArray:
        """One standard exponential number a subject, by inversion: -log(u).

        Parameters
        ----------
        stream : str
            Name of the stream.

        Returns
        -------
        ndarray of shape (count,)
            Positive, mean 1.

        Examples
        --------
        >>> bool((Draws.first(1, 0, 5).exponential("death") > 0).all())
        True
        """
        return -np.log(self.uniform(stream))

    def normal(self, stream: str, width: int = 1) -> FloatArray:
        """Standard normal numbers, by inversion of the distribution function.

        Parameters
        ----------
        stream : str
            Name of the stream.
        width : int, default 1
            Numbers a subject.

        Returns
        -------
        ndarray of shape (count, width)
            Mean 0, variance 1.

        Examples
        --------
        >>> Draws.first(1, 0, 2).normal("noise", 4).shape
        (2, 4)
        """
        normal: FloatArray = ndtri(self.grid(stream, width))
        return normal

    def whole(self, stream: str, low: int, high: int, width: int = 1) -> IntArray:
        """Whole numbers, each from `low` to `high` equally likely, both ends included.

        Parameters
        ----------
        stream : str
            Name of the stream.
        low, high : int
            The ends.
        width : int, default 1
            Numbers a subject.

        Returns
        -------
        ndarray of shape (count, width)
            Whole numbers.

        Examples
        --------
        >>> draws = Draws.first(1, 0, 100).whole("dice", 1, 6)
        >>> int(draws.min()), int(draws.max())
        (1, 6)
        """
        return (low + np.floor(self.grid(stream, width) * (high - low + 1))).astype(np.int64)

    def category(self, stream: str, shares: Sequence[float], width: int = 1) -> IntArray:
        """Index of a category, drawn with the given shares.

        Parameters
        ----------
        stream : str
            Name of the stream.
        shares : sequence of float
            Not negative; they are divided by their sum.
        width : int, default 1
            Numbers a subject.

        Returns
        -------
        ndarray of shape (count, width)
            0 to ``len(shares) - 1``.

        Raises
        ------
        NumericsError
            When a share is negative or all are zero.

        Examples
        --------
        >>> sorted(set(Draws.first(1, 0, 100).category("arm", [0.0, 1.0, 1.0])[:, 0].tolist()))
        [1, 2]
        """
        weights = np.asarray(shares, dtype=np.float64)
        if weights.size == 0 or (weights < 0).any() or not weights.sum() > 0:
            raise NumericsError(f"{list(shares)} are no shares", mend="give shares of 0 or more, at least one above 0")
        ends = np.cumsum(weights) / weights.sum()
        last_possible = int(np.flatnonzero(weights)[-1])
        found = np.searchsorted(ends[:last_possible], self.grid(stream, width), side="right")
        return found.astype(np.int64)
