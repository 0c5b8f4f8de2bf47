"""Columns of a table as arrays: days, codes and exact numbers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from trialwright.model.cells import TERM
from trialwright.screening.answer import Flags, Ints

__all__ = ["Codes", "Numbers", "Span", "codes_in", "days_in", "numbers_in"]

_MILLION: Final = 10**6
_SIGNS: Final = {"": 0, "<": 1, "<=": 2, ">": 3, ">=": 4}


@dataclass(frozen=True, slots=True)
class Span:
    """First and last day a row can belong to.

    Parameters
    ----------
    low, high : int64 array
        Days since 1970-01-01.
    """

    low: Ints
    high: Ints


@dataclass(frozen=True, slots=True)
class Codes:
    """A column of codes as whole numbers.

    Parameters
    ----------
    numbers : int64 array, shape (k,)
        Position of each cell's code in `labels`; -1 for an empty cell.
    labels : tuple of str
        Codes that occur in the table.
    """

    numbers: Ints
    labels: tuple[str, ...]

    def at(self, rows: Ints) -> Codes:
        """The same column in some rows.

        Parameters
        ----------
        rows : int64 array
            Positions of rows.

        Returns
        -------
        Codes
            As long as `rows`.
        """
        return Codes(self.numbers[rows], self.labels)

    def among(self, allowed: Collection[str]) -> Flags:
        """Which cells hold one of some codes.

        Parameters
        ----------
        allowed : collection of str
            Codes.

        Returns
        -------
        bool array, shape (k,)
            False for an empty cell.

        Examples
        --------
        >>> Codes(np.array([0, 1, -1]), ("Y", "N")).among(["Y"]).tolist()
        [True, False, False]
        """
        wanted = np.array([*(label in allowed for label in self.labels), False])
        found: Flags = wanted[self.numbers]
        return found


@dataclass(frozen=True, slots=True)
class Numbers:
    """A column of numbers, exact.

    Parameters
    ----------
    value : int64 array, shape (k,)
        Millionths; 0 where there is no number.
    sign : int64 array, shape (k,)
        0 measured, 1 to 4 for a value known only to be ``<``, ``<=``, ``>`` or ``>=`` the number.
    readable : bool array, shape (k,)
        Whether there is a number.
    """

    value: Ints
    sign: Ints
    readable: Flags

    def at(self, rows: Ints) -> Numbers:
        """The same column in some rows.

        Parameters
        ----------
        rows : int64 array
            Positions of rows.

        Returns
        -------
        Numbers
            As long as `rows`.
        """
        return Numbers(self.value[rows], self.sign[rows], self.readable[rows])


def days_in(frame: pl.DataFrame, column: str, empty: int) -> Ints:
    """A column of dates as day numbers.

    Parameters
    ----------
    frame : polars.DataFrame
        A table.
    column : str
        A date column.
    empty : int
        Number of an empty cell, and of every cell where the table lacks the column.

    Returns
    -------
    int64 array
        Days since 1970-01-01.
    """
    if column not in frame.columns:
        return np.full(frame.height, empty, np.int64)
    return frame[column].to_physical().cast(pl.Int64).fill_null(empty).to_numpy()


def codes_in(frame: pl.DataFrame, column: str) -> Codes:
    """A column of text as codes.

    Parameters
    ----------
    frame : polars.DataFrame
        A table.
    column : str
        Any column; empty cells throughout where the table lacks it.

    Returns
    -------
    Codes
        As long as the table.

    Examples
    --------
    >>> codes_in(pl.DataFrame({"SEX": ["M", "F", None]}), "SEX").numbers.tolist()
    [1, 0, -1]
    """
    if column not in frame.columns:
        return Codes(np.full(frame.height, -1, np.int64), ())
    cells = frame[column]
    cells = cells if cells.dtype in (pl.String, TERM) else cells.cast(pl.String)
    labels = cells.unique().drop_nulls().cast(pl.String).sort()
    numbers = cells.cast(pl.Enum(labels)).to_physical().cast(pl.Int64).fill_null(-1)
    return Codes(numbers.to_numpy(), tuple(labels.to_list()))


def numbers_in(frame: pl.DataFrame, column: str, kind: str) -> Numbers:
    """A column of numbers, exact.

    Parameters
    ----------
    frame : polars.DataFrame
        A typed table.
    column : str
        Its column as entered.
    kind : str
        ``measure``, ``length`` or ``int``; a length is given in millimetres.

    Returns
    -------
    Numbers
        As long as the table.

    Examples
    --------
    >>> numbers_in(pl.DataFrame({"AGE": [59]}), "AGE", "int").value.tolist()
    [59000000]
    """
    stem = column.removesuffix("ORRES") if column.endswith("ORRES") else column
    name = column if kind == "int" else f"{stem}VAL"
    if name not in frame.columns:
        nothing = np.zeros(frame.height, np.int64)
        return Numbers(nothing, nothing, np.zeros(frame.height, np.bool_))
    if kind == "measure":
        millionths = frame[name].cast(pl.Decimal(38, 6)).to_physical().cast(pl.Int64, strict=False)
    else:
        # lengths are whole tenths of a millimetre
        millionths = frame[name].cast(pl.Int64) * (_MILLION // 10 if kind == "length" else _MILLION)
    sign = np.zeros(frame.height, np.int64)
    if f"{stem}CMP" in frame.columns and kind == "measure":
        signs = codes_in(frame, f"{stem}CMP")
        sign = np.array([*(_SIGNS[label] for label in signs.labels), 0], np.int64)[signs.numbers]
    return Numbers(millionths.fill_null(0).to_numpy(), sign, millionths.is_not_null().to_numpy())
