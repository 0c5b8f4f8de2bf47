"""Figures as plain data: what is not a number becomes null."""

from __future__ import annotations

import math
from collections.abc import Iterable

__all__ = ["plain", "plain_list"]


def plain(value: float) -> float | None:
    """A number, or None where there is none.

    Parameters
    ----------
    value : float
        A figure; not-a-number and infinities stand for its absence.

    Returns
    -------
    float or None
        The figure.

    Examples
    --------
    >>> plain(float("nan")) is None
    True
    """
    number = float(value)
    return number if math.isfinite(number) else None


def plain_list(values: Iterable[float]) -> list[float | None]:
    """Numbers, with None where there is none.

    Parameters
    ----------
    values : iterable of float
        Figures.

    Returns
    -------
    list of float or None
        The figures.

    Examples
    --------
    >>> plain_list([1.0, float("nan")])
    [1.0, None]
    """
    return [plain(value) for value in values]
