"""A procedure of allocation and the subjects it is applied to, as numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

__all__ = ["MEASURES", "RULES", "Entries", "Measure", "Rule", "Scheme"]

Ints = NDArray[np.int64]

Rule = Literal["simple", "permuted-blocks", "biased-coin", "big-stick", "wei-urn", "minimisation"]
Measure = Literal["range", "variance", "standard deviation"]

RULES: Final[tuple[Rule, ...]] = (
    "simple", "permuted-blocks", "biased-coin", "big-stick", "wei-urn", "minimisation",
)  # fmt: skip
"""Procedures, in the order of their numbers in the kernels."""

MEASURES: Final[tuple[Measure, ...]] = ("range", "variance", "standard deviation")
"""Measures of imbalance, in the order of their numbers in the kernels."""


@dataclass(frozen=True, slots=True)
class Scheme:
    """A procedure of allocation as numbers.

    Parameters
    ----------
    rule : str
        One of the procedures.
    ratio : tuple of int
        Subjects an arm gets in each complete round, one entry an arm.
    sizes : tuple of int
        Block sizes, each equally likely; each a multiple of the sum of the ratio. Never part of the object's text.
    probability : float
        With which the lightest arm is favoured, when its ratio is the smallest.
    limit : int
        Largest imbalance tolerated, in complete rounds. Never part of the object's text.
    start, add : float
        An urn begins with ``start`` balls times the ratio and gains ``add`` of each other arm.
    weights : tuple of float
        Of the factors that are minimised.
    measure : {"range", "variance", "standard deviation"}
        Imbalance of one factor.

    Examples
    --------
    >>> Scheme("simple", (1, 1)).arms
    2
    """

    rule: Rule
    ratio: tuple[int, ...]
    sizes: tuple[int, ...] = field(default=(), repr=False)
    probability: float = 1.0
    limit: int = field(default=0, repr=False)
    start: float = 1.0
    add: float = 1.0
    weights: tuple[float, ...] = ()
    measure: Measure = "range"

    @property
    def arms(self) -> int:
        """Number of arms."""
        return len(self.ratio)


@dataclass(frozen=True, slots=True, eq=False)
class Entries:
    """Subjects in the order in which they entered.

    Parameters
    ----------
    cells : (n,) int
        Number of the stratum each belongs to, from 0; each stratum has blocks and balance of its own.
    levels : (n, f) int
        Level of each factor that is minimised, from 0.

    Examples
    --------
    >>> Entries.alike(3).cells.tolist()
    [0, 0, 0]
    """

    cells: Ints
    levels: Ints

    @classmethod
    def alike(cls, count: int) -> Entries:
        """Subjects of one stratum.

        Parameters
        ----------
        count : int
            How many.

        Returns
        -------
        Entries
            Without factors.

        Examples
        --------
        >>> Entries.alike(2).levels.shape
        (2, 0)
        """
        return cls(np.zeros(count, np.int64), np.zeros((count, 0), np.int64))
