"""Rows with a yes-or-no outcome and numbers that foretell it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from trialwright.analysis.rows import Dropped, Numbers, event_codes, numbers
from trialwright.errors import EstimationError, NumericsError

__all__ = ["Direction", "BinaryRows", "check_direction", "check_level", "binary_rows"]

Direction = Literal["higher", "lower"]


@dataclass(frozen=True, slots=True, eq=False)
class BinaryRows:
    """Outcomes and numbers of the rows that can be used.

    Parameters
    ----------
    is_case : (n,) bool
        Whether the row has the outcome.
    values : mapping of str to (n,) float
        Numbers by name.
    kept : (n_given,) bool
        Which of the given rows these are.
    dropped : tuple of Dropped
        Why the others were left out.

    Examples
    --------
    >>> rows = binary_rows([1, 0, None], {"marker": [2.0, 1.0, 3.0]})
    >>> rows.values["marker"].tolist(), rows.dropped[0].reason
    ([2.0, 1.0], 'missing outcome')
    """

    is_case: NDArray[np.bool_]
    values: Mapping[str, NDArray[np.float64]]
    kept: NDArray[np.bool_]
    dropped: tuple[Dropped, ...]

    @property
    def n(self) -> int:
        """Rows used."""
        return int(self.is_case.size)

    @property
    def cases(self) -> int:
        """Rows with the outcome."""
        return int(self.is_case.sum())

    def needs_both(self, why: str) -> None:
        """Refuse rows that all have, or all lack, the outcome.

        Raises
        ------
        EstimationError
            When there is no case or no control.
        """
        if not 0 < self.cases < self.n:
            raise EstimationError(
                f"{self.cases} of {self.n} rows have the outcome",
                where="outcome",
                why=why,
                mend="look at a group in which some have the outcome and some have not",
            )


def binary_rows(outcome: Numbers, values: Mapping[str, Numbers]) -> BinaryRows:
    """Rows with a known outcome and all their numbers, and a count of the others.

    Parameters
    ----------
    outcome : (n,) array
        1 or True with the outcome, 0 or False without; None and not-a-number are missing.
    values : mapping of str to (n,) array
        Numbers by name.

    Returns
    -------
    BinaryRows
        Rows used, and why others were left out.

    Raises
    ------
    NumericsError
        When lengths differ, an outcome is neither 0 nor 1, or no row is left.

    Examples
    --------
    >>> binary_rows([True, False], {"marker": [2, 1]}).cases
    1
    """
    coded = event_codes(outcome)
    read = {name: numbers(given, name) for name, given in values.items()}
    gaps = {"missing outcome": np.isnan(coded), **{f"missing {name}": np.isnan(v) for name, v in read.items()}}
    kept, dropped = np.ones(coded.size, dtype=np.bool_), []
    for reason, gap in gaps.items():
        if gap.size != coded.size:
            raise NumericsError(
                f"{reason.removeprefix('missing ')} has {gap.size} rows, outcome has {coded.size}",
                mend="give one value for each subject",
            )
        n = int((gap & kept).sum())
        if n:
            dropped.append(Dropped(reason, n))
            kept &= ~gap
    if not kept.any():
        reasons = ", ".join(f"{d.n} × {d.reason}" for d in dropped)
        raise NumericsError("no row can be used", why=reasons or "there are no rows")
    return BinaryRows(coded[kept] == 1, {name: v[kept] for name, v in read.items()}, kept, tuple(dropped))


def check_level(level: float) -> None:
    """Refuse a confidence level that is none.

    Parameters
    ----------
    level : float
        The level.

    Raises
    ------
    NumericsError
        When it is not between 0 and 1.

    Examples
    --------
    >>> check_level(0.95)
    """
    if not 0 < level < 1:
        raise NumericsError(f"confidence level {level} is not between 0 and 1", mend="write 0.95 for 95 %")


def check_direction(direction: str) -> None:
    """Refuse a direction that is none.

    Parameters
    ----------
    direction : str
        The direction.

    Raises
    ------
    NumericsError
        When it is neither of the two.

    Examples
    --------
    >>> check_direction("higher")
    """
    if direction not in ("higher", "lower"):
        raise NumericsError(
            f"direction {direction!r} is not known",
            why="whether higher or lower values foretell the outcome is stated beforehand, never found from the data",
            mend="use higher or lower",
        )
