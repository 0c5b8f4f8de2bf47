"""Rows an estimator may use: checked, with what had to be left out counted by reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray

from trialwright.analysis.levels import Labels, Levels, encode
from trialwright.errors import NumericsError

__all__ = ["Dropped", "Numbers", "SurvivalRows", "event_codes", "numbers", "survival_rows"]

Numbers = ArrayLike | pl.Series

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Dropped:
    """Rows left out for one reason.

    Parameters
    ----------
    reason : str
        Such as ``missing time``.
    n : int
        How many rows; a row with several reasons counts under the first.

    Examples
    --------
    >>> Dropped("missing time", 2).n
    2
    """

    reason: str
    n: int


@dataclass(frozen=True, slots=True, eq=False)
class SurvivalRows:
    """Times, events and labels of the rows that can be used.

    Parameters
    ----------
    time : (n,) float
        Exit times, finite, at least 0.
    event : (n,) int8
        1 for an event, 0 for a censoring.
    entry : (n,) float or None
        Entry times, each before its exit time.
    labels : mapping of str to Levels
        Labels asked for, such as arm and strata, none missing.
    kept : (n_given,) bool or None
        Which of the given rows these are; None when all of them.
    dropped : tuple of Dropped
        Why the others were left out.

    Examples
    --------
    >>> rows = survival_rows([1.0, 2.0, None], [1, 0, 1], labels={"arm": ["A", "B", "B"]})
    >>> rows.time.tolist(), rows.dropped
    ([1.0, 2.0], (Dropped(reason='missing time', n=1),))
    """

    time: NDArray[np.float64]
    event: NDArray[np.int8]
    entry: NDArray[np.float64] | None = None
    labels: Mapping[str, Levels] = field(default_factory=dict)
    kept: NDArray[np.bool_] | None = None
    dropped: tuple[Dropped, ...] = ()

    @property
    def n(self) -> int:
        """Rows used."""
        return int(self.time.size)

    @property
    def n_events(self) -> int:
        """Events among the rows used."""
        return int(self.event.sum(dtype=np.int64))


def numbers(values: Numbers, name: str) -> NDArray[np.float64]:
    """Values as floating-point numbers, missing ones as not-a-number.

    Parameters
    ----------
    values : (n,) array, Series or sequence
        Numbers; None and not-a-number are missing.
    name : str
        What they are, for messages.

    Returns
    -------
    (n,) float
        The numbers.

    Raises
    ------
    NumericsError
        When a value is no number, is infinite, or the array has not one dimension.

    Examples
    --------
    >>> numbers([1, None], "time").tolist()
    [1.0, nan]
    """
    try:
        if isinstance(values, pl.Series):
            array = values.cast(pl.Float64, strict=True).to_numpy()
        else:
            array = np.asarray(values, dtype=np.float64)
    except (ValueError, TypeError, pl.exceptions.PolarsError) as error:
        raise NumericsError(f"{name} holds something that is not a number: {error}") from None
    if array.ndim != 1:
        raise NumericsError(f"{name} has {array.ndim} dimensions", mend="give one value a row")
    # One sum tells of any infinity without a second array; only then is its place looked up.
    if not np.isfinite(array.sum()) and np.isinf(array).any():
        raise NumericsError(f"{name} is infinite in {_where(np.isinf(array))}", mend="give finite numbers")
    return np.ascontiguousarray(array, dtype=np.float64)


def _where(rows: NDArray[np.bool_]) -> str:
    found = np.flatnonzero(rows)
    shown = ", ".join(str(i + 1) for i in found[:_SHOWN])
    more = f" and {found.size - _SHOWN} more" if found.size > _SHOWN else ""
    return f"row {shown}{more}" if found.size == 1 else f"rows {shown}{more}"


def event_codes(values: Numbers) -> NDArray[np.float64]:
    """Events as 1 and censorings as 0, missing ones as not-a-number.

    Parameters
    ----------
    values : (n,) array, Series or sequence
        1 or True for an event, 0 or False for a censoring; None and not-a-number are missing.

    Returns
    -------
    (n,) float
        The codes.

    Raises
    ------
    NumericsError
        When another code occurs, as in data sets that write 2 for an event.

    Examples
    --------
    >>> event_codes([True, False, None]).tolist()
    [1.0, 0.0, nan]
    """
    event = numbers(values, "event")
    known = event[~np.isnan(event)] if np.isnan(event.sum()) else event
    if np.all((known == 0) | (known == 1)):
        return event
    codes = [f"{v:g}" for v in np.unique(known)[: _SHOWN + 1]]
    raise NumericsError(
        f"event holds the codes {', '.join(codes)}",
        where="event",
        why="only 1 = event and 0 = censored is understood; some data sets write 1 for censored and 2 for an event",
        mend="compare with the code of the event first, such as `status == 2`",
    )


def survival_rows(
    time: Numbers,
    event: Numbers,
    *,
    entry: Numbers | None = None,
    labels: Mapping[str, Labels | None] | None = None,
    missing: Mapping[str, NDArray[np.bool_]] | None = None,
) -> SurvivalRows:
    """Rows that an estimator can use, and a count of those it cannot.

    Parameters
    ----------
    time : (n,) array
        Exit times in any one unit, at least 0.
    event : (n,) array
        1 or True for an event, 0 or False for a censoring.
    entry : (n,) array, optional
        Entry times, each before its exit time.
    labels : mapping of str to array or None, optional
        Labels by what they are, such as ``{"arm": ...}``; None stands for a label that was not given.
    missing : mapping of str to (n,) bool, optional
        Further reasons to leave a row out.

    Returns
    -------
    SurvivalRows
        Rows used, and why others were left out.

    Raises
    ------
    NumericsError
        When lengths differ, a time is negative, an entry does not come before its exit, an event code is neither 0 nor
        1, or no row is left.

    Examples
    --------
    >>> survival_rows([1.0, 2.0], [True, False]).n_events
    1
    """
    times, events = numbers(time, "time"), event_codes(event)
    gaps: dict[str, NDArray[np.bool_]] = {"missing time": np.isnan(times), "missing event": np.isnan(events)}
    entries = None if entry is None else numbers(entry, "entry")
    if entries is not None:
        gaps["missing entry"] = np.isnan(entries)
    encoded = {name: encode(values) for name, values in (labels or {}).items() if values is not None}
    gaps |= {f"missing {name}": found.is_missing for name, found in encoded.items()}
    gaps |= {f"missing {name}": where for name, where in (missing or {}).items()}
    for name, gap in gaps.items():
        if gap.size != times.size:
            raise NumericsError(
                f"{name.removeprefix('missing ')} has {gap.size} rows, time has {times.size}",
                mend="give one value for each subject",
            )
    _check_times(times, entries)
    dropped: list[Dropped] = []
    kept = np.ones(times.size, dtype=np.bool_)
    for name, gap in gaps.items():
        n = int((gap & kept).sum())
        if n:
            dropped.append(Dropped(name, n))
            kept &= ~gap
    if not kept.any():
        reasons = ", ".join(f"{d.n} × {d.reason}" for d in dropped)
        raise NumericsError("no row can be used", why=reasons or "there are no rows")
    if not dropped:
        return SurvivalRows(times, events.astype(np.int8), entries, encoded)
    return SurvivalRows(
        times[kept],
        events[kept].astype(np.int8),
        None if entries is None else entries[kept],
        {name: found.kept(kept) for name, found in encoded.items()},
        kept,
        tuple(dropped),
    )


def _check_times(time: NDArray[np.float64], entry: NDArray[np.float64] | None) -> None:
    if (time < 0).any():
        raise NumericsError(f"time is negative in {_where(time < 0)}", mend="correct the dates it was made from")
    if entry is not None and (entry >= time).any():
        raise NumericsError(
            f"entry is not before exit in {_where(entry >= time)}",
            why="such a subject is never under observation",
            mend="correct the times or leave the subject out",
        )
