"""Some of the subjects out of arrays that hold one entry, or one row, a subject."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from trialwright.numerics.sampling import Draws

__all__ = ["shifted", "taken"]

T = TypeVar("T")


def taken(value: T, positions: NDArray[np.int64]) -> T:
    """The same thing for some of the subjects.

    Parameters
    ----------
    value : array, dataclass or mapping
        Arrays hold subjects along their first axis; dataclasses and mappings are gone through, anything else is kept.
    positions : ndarray of int
        Positions of the subjects wanted.

    Returns
    -------
    same as value
        In the order of the positions.

    Examples
    --------
    >>> taken({"age": np.array([61, 58, 70])}, np.array([2, 0]))["age"].tolist()
    [70, 61]
    """
    if isinstance(value, np.ndarray):
        return cast("T", value[positions])
    if isinstance(value, Draws):
        return cast("T", value.of(positions))
    if isinstance(value, Mapping):
        return cast("T", {key: taken(entry, positions) for key, entry in value.items()})
    if is_dataclass(value) and not isinstance(value, type):
        parts = {part.name: taken(getattr(value, part.name), positions) for part in fields(value)}
        return cast("T", replace(value, **parts))
    return value


def shifted(days: Mapping[str, NDArray[np.int64]], by: NDArray[np.int64]) -> dict[str, NDArray[np.int64]]:
    """Days of each subject moved by as many days.

    Parameters
    ----------
    days : mapping of str to ndarray of int
        Day numbers, one entry or one row a subject.
    by : ndarray of int
        Days to add, one a subject.

    Returns
    -------
    dict of str to ndarray of int
        Moved day numbers.

    Examples
    --------
    >>> shifted({"consent": np.array([5, 6])}, np.array([1, 0]))["consent"].tolist()
    [6, 6]
    """
    return {name: entry + (by if entry.ndim == 1 else by[:, None]) for name, entry in days.items()}
