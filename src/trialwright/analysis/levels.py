"""Labels of rows, such as arms and strata, as codes with their names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray

from trialwright.errors import NumericsError

__all__ = ["Labels", "Levels", "encode", "joined"]

Labels = ArrayLike | pl.Series | Sequence[object]

# Whole-number codes up to this range are counted instead of sorted.
_MAX_RANGE = 100_000
_PANDAS_MISSING = ("NAType", "NaTType")


@dataclass(frozen=True, slots=True, eq=False)
class Levels:
    """Codes of rows and the names of the codes.

    Parameters
    ----------
    codes : (n,) int
        Position of each row's label in `names`; −1 where the label is missing.
    names : tuple of str
        Distinct labels in order: numbers by size, text by alphabet.

    Examples
    --------
    >>> levels = encode(["B", "A", None])
    >>> levels.codes.tolist(), levels.names
    ([1, 0, -1], ('A', 'B'))
    """

    codes: NDArray[np.int64]
    names: tuple[str, ...]

    @property
    def is_missing(self) -> NDArray[np.bool_]:
        """Where the label is missing."""
        return self.codes < 0

    def kept(self, rows: NDArray[np.bool_]) -> Levels:
        """Labels of the chosen rows alone; names that no longer occur are left out."""
        codes = self.codes[rows]
        counts = np.bincount(codes[codes >= 0], minlength=len(self.names))
        if np.all(counts > 0):
            return Levels(codes, self.names)
        place = np.cumsum(counts > 0) - 1
        return Levels(
            np.where(codes >= 0, place[codes], -1), tuple(n for n, c in zip(self.names, counts, strict=True) if c)
        )

    def led_by(self, reference: str) -> Levels:
        """The same labels with one of them moved to the front.

        Raises
        ------
        NumericsError
            When no row carries that label.
        """
        if reference not in self.names:
            raise NumericsError(
                f"reference level {reference!r} does not occur", mend=f"use one of {', '.join(self.names)}"
            )
        first = self.names.index(reference)
        order = [first, *(i for i in range(len(self.names)) if i != first)]
        place = np.empty(len(order), dtype=np.int64)
        place[order] = np.arange(len(order))
        return Levels(np.where(self.codes >= 0, place[self.codes], -1), tuple(self.names[i] for i in order))


def encode(values: Labels) -> Levels:
    """Codes and names of labels.

    Parameters
    ----------
    values : (n,) array, Series or sequence
        Text, whole numbers, truth values, or numbers; None, not-a-number and empty text are missing.

    Returns
    -------
    Levels
        Codes and names.

    Examples
    --------
    >>> encode(np.array([10, 2, 10])).names
    ('2', '10')
    """
    if isinstance(values, pl.Series):
        series = values
    else:
        array = np.asarray(values)
        if array.dtype.kind in "biu":
            return _encode_whole(array)
        if array.dtype.kind in "OU":
            # Text arrays made from lists would turn a missing number into the word nan; objects do not.
            series = pl.Series([None if _is_absent(v) else v for v in np.asarray(values, dtype=object)], strict=False)
        else:
            series = pl.Series(array)
    if series.dtype.is_numeric() or series.dtype == pl.Boolean:
        return _encode_numbers(series)
    text = series.cast(pl.String)
    text = text.set(text == "", None)
    names = text.drop_nulls().unique().sort()
    codes = text.replace_strict(names, pl.Series(range(len(names)), dtype=pl.Int64), default=None)
    return Levels(codes.fill_null(-1).to_numpy().astype(np.int64), tuple(names.to_list()))


def _is_absent(value: object) -> bool:
    """Whether a label is None, not-a-number, or the mark by which pandas says missing."""
    return value is None or (isinstance(value, float) and value != value) or type(value).__name__ in _PANDAS_MISSING


def _encode_whole(array: NDArray[np.generic]) -> Levels:
    whole = array.astype(np.int64)
    if whole.size == 0:
        return Levels(whole, ())
    low, high = int(whole.min()), int(whole.max())
    if high - low > _MAX_RANGE:
        distinct, codes = np.unique(whole, return_inverse=True)
        return Levels(codes.astype(np.int64), tuple(str(v) for v in distinct.tolist()))
    shifted = whole - low
    present = np.bincount(shifted) > 0
    place = np.cumsum(present) - 1
    found = [int(v) + low for v in np.flatnonzero(present)]
    names = tuple(str(bool(v)) if array.dtype.kind == "b" else str(v) for v in found)
    return Levels(place[shifted].astype(np.int64), names)


def _encode_numbers(series: pl.Series) -> Levels:
    if series.null_count() == 0 and not series.dtype.is_float():
        return _encode_whole(series.to_numpy())
    numbers = series.cast(pl.Float64).to_numpy().astype(np.float64)
    codes = np.full(numbers.size, -1, dtype=np.int64)
    known = ~np.isnan(numbers)
    distinct, codes[known] = np.unique(numbers[known], return_inverse=True)
    if series.dtype == pl.Boolean:
        return Levels(codes, tuple(str(bool(v)) for v in distinct))
    return Levels(codes, tuple(str(int(v)) if v.is_integer() else repr(v) for v in distinct.tolist()))


def joined(parts: Sequence[Levels]) -> Levels:
    """Combinations of several labels that occur, such as arm by stratum.

    Parameters
    ----------
    parts : sequence of Levels
        Labels of the same rows.

    Returns
    -------
    Levels
        One code for each combination, named by its parts with a comma between; missing where a part is.

    Examples
    --------
    >>> joined([encode(["A", "B"]), encode([1, 2])]).names
    ('A, 1', 'B, 2')
    """
    codes = np.zeros_like(parts[0].codes)
    missing = np.zeros(codes.size, dtype=np.bool_)
    names = [""]
    for part in parts:
        codes = codes * len(part.names) + np.maximum(part.codes, 0)
        missing |= part.is_missing
        names = [f"{a}, {b}" if a else b for a in names for b in part.names]
    return Levels(np.where(missing, -1, codes), tuple(names)).kept(np.ones(codes.size, dtype=np.bool_))
