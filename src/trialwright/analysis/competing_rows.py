"""Rows with competing events: which code means censored, and which cause each of the others is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from trialwright.analysis.levels import Labels, Levels, encode
from trialwright.analysis.rows import Numbers, SurvivalRows, survival_rows
from trialwright.errors import EstimationError, NumericsError

__all__ = ["FIRST_CAUSE", "CompetingRows", "absent_cause", "competing_rows"]

FIRST_CAUSE = "1"
"""Code of the cause of interest unless another is named."""

_CENSORED = "0"
_MAX_CAUSES = 20
_SHOWN = 8


@dataclass(frozen=True, slots=True, eq=False)
class CompetingRows:
    """Times, causes and labels of the rows that can be used.

    Parameters
    ----------
    rows : SurvivalRows
        Times and labels; its event is any cause.
    cause : (n,) int
        1 and up for the causes in the order of `causes`, 0 for a censoring.
    causes : tuple of str
        Codes of the causes that occur: numbers by size, text by alphabet.

    Examples
    --------
    >>> found = competing_rows([1.0, 2.0, 3.0], [0, 2, 1])
    >>> found.cause.tolist(), found.causes
    ([0, 2, 1], ('1', '2'))
    """

    rows: SurvivalRows
    cause: NDArray[np.int64]
    causes: tuple[str, ...]

    def led_by(self, cause: str) -> NDArray[np.int64]:
        """Codes with the named cause as 1, every other cause as 2, a censoring as 0.

        Raises
        ------
        EstimationError
            When no row has an event of that cause.
        """
        if cause not in self.causes:
            raise absent_cause(cause, self.causes)
        own = 1 + self.causes.index(cause)
        return np.where(self.cause == own, 1, np.where(self.cause > 0, 2, 0))


def absent_cause(cause: str, causes: Sequence[str]) -> EstimationError:
    """The refusal of a cause that does not occur.

    Parameters
    ----------
    cause : str
        The cause asked for.
    causes : sequence of str
        Causes that occur.

    Returns
    -------
    EstimationError
        To be raised.

    Examples
    --------
    >>> str(absent_cause("3", ("1", "2")))
    'event: no row has an event of the cause 3 (to mend: name one of the causes that occur: 1, 2)'
    """
    known = ", ".join(causes)
    return EstimationError(
        f"no row has an event of the cause {cause}",
        where="event",
        mend=f"name one of the causes that occur: {known}" if known else "check the codes of the event column",
    )


def _codes(event: Labels) -> Levels:
    """Codes of the event column; truth values count as 1 and 0."""
    if isinstance(event, pl.Series):
        return encode(event.cast(pl.Int8) if event.dtype == pl.Boolean else event)
    array = np.asarray(event)
    return encode(array.astype(np.int8) if array.dtype.kind == "b" else event)


def _check(codes: Levels, censored: str | None) -> None:
    shown = ", ".join(codes.names[:_SHOWN]) + (" …" if len(codes.names) > _SHOWN else "")
    if censored is None and _CENSORED not in codes.names and codes.names != ("1",):
        raise NumericsError(
            f"event holds the codes {shown} and no 0",
            where="event",
            why="without a declared code only 0 = censored is understood, and some tables write 1 for censored",
            mend=f"say which code means censored, such as {codes.names[0] if codes.names else '0'}",
        )
    if len(codes.names) > _MAX_CAUSES:
        raise NumericsError(
            f"event has {len(codes.names)} codes, more than {_MAX_CAUSES}",
            where="event",
            mend="check that the column holds causes, not times or names",
        )


def competing_rows(
    time: Numbers,
    event: Labels,
    *,
    censored: str | None = None,
    entry: Numbers | None = None,
    labels: Mapping[str, Labels | None] | None = None,
    missing: Mapping[str, NDArray[np.bool_]] | None = None,
) -> CompetingRows:
    """Rows with competing events that an estimator can use, and a count of those it cannot.

    Parameters
    ----------
    time : (n,) array
        Exit times in any one unit, at least 0.
    event : (n,) array
        Codes: one means censored, each of the others is a cause.
    censored : str, optional
        Code that means censored; 0 unless given.
    entry : (n,) array, optional
        Entry times, each before its exit time.
    labels : mapping of str to array or None, optional
        Labels by what they are, such as ``{"arm": ...}``.
    missing : mapping of str to (n,) bool, optional
        Further reasons to leave a row out.

    Returns
    -------
    CompetingRows
        Rows used, and why others were left out.

    Raises
    ------
    NumericsError
        When no code means censored and it was not said which does, or the rows cannot be used.

    Examples
    --------
    >>> competing_rows([1.0, 2.0], ["ALIVE", "CANCER"], censored="ALIVE").causes
    ('CANCER',)
    """
    codes = _codes(event)
    _check(codes, censored)
    zero = _CENSORED if censored is None else censored
    place = np.zeros(len(codes.names), dtype=np.int64)
    causes = [name for name in codes.names if name != zero]
    for number, name in enumerate(codes.names):
        place[number] = 0 if name == zero else 1 + causes.index(name)
    cause = np.where(codes.is_missing, -1, place[codes.codes] if place.size else -1)
    any_cause = np.where(cause < 0, np.nan, cause > 0)
    rows = survival_rows(time, any_cause, entry=entry, labels=labels, missing=missing)
    kept = cause if rows.kept is None else cause[rows.kept]
    seen = [name for number, name in enumerate(causes, start=1) if np.any(kept == number)]
    renumbered = np.zeros(len(causes) + 1, dtype=np.int64)
    for number, name in enumerate(causes, start=1):
        renumbered[number] = 1 + seen.index(name) if name in seen else 0
    return CompetingRows(rows, renumbered[kept], tuple(seen))
