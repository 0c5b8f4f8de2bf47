"""Dated rows of many subjects, searched at once: the last row up to a day, the first row from a day on.

Days are whole numbers counted from 1 January 1970. A subject's row is looked up by binary search in one sorted array
over all subjects, so that no step goes subject by subject.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Self

import numpy as np
import numpy.typing as npt
import polars as pl

from trialwright.model.slots import FAR, NEVER
from trialwright.model.tables import TABLES

__all__ = [
    "DOMAINS",
    "FAR",
    "FLAGS",
    "NEVER",
    "Flags",
    "Ints",
    "Part",
    "Picks",
    "Timeline",
    "as_dates",
    "as_days",
    "day_number",
    "few_a_day",
    "limit_of",
    "timeline",
]

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

DOMAINS: Final = tuple(TABLES)
"""Domains in a fixed order; a row's domain is its position here."""

FLAGS: Final = (None, "D", "M", "Y")
"""Imputed part of a date by its number."""

_EPOCH: Final = date(1970, 1, 1)
_NOT_A_DAY: Final = np.iinfo(np.int64).min  # what numpy takes for "no date"
_SHIFT: Final = 40_000  # days before 1970 that a date may lie, so that keys stay positive
_SPAN: Final = 1 << 17  # more days than lie between the earliest and the latest date


def day_number(day: date) -> int:
    """Days from 1 January 1970.

    Parameters
    ----------
    day : datetime.date
        A day.

    Returns
    -------
    int
        Negative before 1970.

    Examples
    --------
    >>> day_number(date(1970, 1, 2))
    1
    """
    return (day - _EPOCH).days


def as_days(dates: pl.Series) -> Ints:
    """Day numbers of a column of dates.

    Parameters
    ----------
    dates : polars.Series
        Dates, null where there is none.

    Returns
    -------
    numpy.ndarray of int64
        `NEVER` where there is none.

    Examples
    --------
    >>> as_days(pl.Series([date(1970, 1, 2), None])).tolist()
    [1, -1000000]
    """
    return dates.to_physical().cast(pl.Int64).fill_null(NEVER).to_numpy()


def as_dates(days: Ints) -> pl.Series:
    """Dates of day numbers.

    Parameters
    ----------
    days : numpy.ndarray of int64
        Day numbers.

    Returns
    -------
    polars.Series
        Dates, null for `NEVER` and `FAR`.

    Examples
    --------
    >>> as_dates(np.array([1, NEVER])).to_list()
    [datetime.date(1970, 1, 2), None]
    """
    return pl.Series(np.where(np.abs(days) < FAR, days, _NOT_A_DAY).astype("M8[D]"), dtype=pl.Date)


@dataclass(frozen=True, slots=True)
class Picks:
    """One dated row, or none, for each subject of a roster.

    Parameters
    ----------
    day : numpy.ndarray of int64
        Day of the row, `NEVER` where there is none.
    domain : numpy.ndarray of int64
        Position in `DOMAINS`, -1 where there is none.
    seq : numpy.ndarray of int64
        Sequence number, 0 where the domain has none.
    imputed : numpy.ndarray of int64
        Position in `FLAGS`.

    Examples
    --------
    >>> Picks.none(2).found.tolist()
    [False, False]
    """

    day: Ints
    domain: Ints
    seq: Ints
    imputed: Ints

    @classmethod
    def none(cls, n: int) -> Self:
        """No row for anybody.

        Parameters
        ----------
        n : int
            Number of subjects.

        Returns
        -------
        Picks
            All empty.
        """
        zeros = np.zeros(n, np.int64)
        return cls(np.full(n, NEVER, np.int64), np.full(n, -1, np.int64), zeros, zeros)

    @property
    def found(self) -> Flags:
        """Who has a row."""
        return self.domain >= 0

    def where(self, keep: Flags, other: Self | None = None) -> Self:
        """These rows where a condition holds, others elsewhere.

        Parameters
        ----------
        keep : numpy.ndarray of bool
            Who keeps these rows.
        other : Picks, optional
            Rows of the rest; none when left out.

        Returns
        -------
        Picks
            A new object.
        """
        rest = type(self).none(len(self.day)) if other is None else other
        mine = (self.day, self.domain, self.seq, self.imputed)
        theirs = (rest.day, rest.domain, rest.seq, rest.imputed)
        return type(self)(*(np.where(keep, a, b) for a, b in zip(mine, theirs, strict=True)))

    def on(self, day: Ints) -> Self:
        """The same rows with another day.

        Parameters
        ----------
        day : numpy.ndarray of int64
            New days, taken where there is a row.

        Returns
        -------
        Picks
            A new object.
        """
        return type(self)(np.where(self.found, day, NEVER), self.domain, self.seq, self.imputed)


@dataclass(frozen=True, slots=True, eq=False)
class Timeline:
    """Dated rows of all subjects, sorted for search; built by `timeline`.

    Parameters
    ----------
    subject : numpy.ndarray of int64
        Position of the row's subject in the roster.
    picks : Picks
        The rows, aligned with `subject`.
    keys : numpy.ndarray of int64
        Subject and day as one sorted number.

    Notes
    -----
    Of several rows of one subject and day the first is found: the earlier table, then the lower sequence number.
    """

    subject: Ints
    picks: Picks
    keys: Ints

    @property
    def size(self) -> int:
        """Number of rows."""
        return len(self.keys)

    def last(self, limit: Ints, subject: Ints | None = None) -> Picks:
        """Last row up to a day, the day included.

        Parameters
        ----------
        limit : numpy.ndarray of int64
            Latest day, one a subject.
        subject : numpy.ndarray of int64, optional
            Subjects the limits belong to; all of the roster when left out.

        Returns
        -------
        Picks
            One row a limit.
        """
        who = np.arange(len(limit)) if subject is None else subject
        found = np.searchsorted(self.keys, _key(who, limit), side="right") - 1
        return self._at(self._start_of_day(found), who)

    def first(self, since: Ints, subject: Ints | None = None) -> Picks:
        """First row from a day on, the day included.

        Parameters
        ----------
        since : numpy.ndarray of int64
            Earliest day, one a subject.
        subject : numpy.ndarray of int64, optional
            Subjects the days belong to; all of the roster when left out.

        Returns
        -------
        Picks
            One row a day given.
        """
        who = np.arange(len(since)) if subject is None else subject
        found = np.searchsorted(self.keys, _key(who, since), side="left")
        return self._at(found, who)

    def count(self, since: Ints, until: Ints) -> Ints:
        """Number of rows between two days, both included.

        Parameters
        ----------
        since, until : numpy.ndarray of int64
            Days, one a subject.

        Returns
        -------
        numpy.ndarray of int64
            Rows a subject.
        """
        who = np.arange(len(since))
        low = np.searchsorted(self.keys, _key(who, since), side="left")
        high = np.searchsorted(self.keys, _key(who, until), side="right")
        return np.asarray(np.maximum(high - low, 0), np.int64)

    def _start_of_day(self, position: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
        if not self.size:
            return position
        start = np.searchsorted(self.keys, self.keys[np.maximum(position, 0)], side="left")
        return np.where(position < 0, position, start)

    def _at(self, position: npt.NDArray[np.intp], who: npt.NDArray[np.integer]) -> Picks:
        if not self.size:
            return Picks.none(len(who))
        inside = (position >= 0) & (position < self.size)
        place = np.where(inside, position, 0)
        picks = self.picks
        taken = Picks(picks.day[place], picks.domain[place], picks.seq[place], picks.imputed[place])
        return taken.where(inside & (self.subject[place] == who))


def _key(subject: npt.NDArray[np.integer], day: Ints) -> Ints:
    shifted = np.clip(day + _SHIFT, 0, _SPAN - 1)
    return np.asarray(subject.astype(np.int64) * _SPAN + shifted)


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Rows of one table that go into a timeline.

    Parameters
    ----------
    domain : str
        CDISC domain.
    subject : numpy.ndarray of int64
        Position of each row's subject, -1 for a subject that is not in the roster.
    seq : numpy.ndarray of int64
        Sequence number of each row, 0 where the domain has none.
    day : numpy.ndarray of int64
        Day of each row; a row on `NEVER` is left out.
    imputed : numpy.ndarray of int64, optional
        Imputed part of the day, as position in `FLAGS`.
    """

    domain: str
    subject: Ints
    seq: Ints
    day: Ints
    imputed: Ints | None = None


def few_a_day(part: Part) -> Part:
    """The same rows without the third and later ones of a subject and day that stand together.

    Parameters
    ----------
    part : Part
        Rows of one table.

    Returns
    -------
    Part
        The row of each day that a timeline finds, and one more where it is not alone: who asks whether a day, or a
        span of days, has one row gets the same answer.

    Examples
    --------
    >>> whose, day, seq = np.array([0, 0, 0, 0, 1]), np.array([10, 10, 10, 12, 12]), np.array([1, 2, 3, 4, 1])
    >>> few_a_day(Part("FA", whose, seq, day)).seq.tolist()
    [1, 2, 4, 1]
    """
    kept = np.flatnonzero((part.subject >= 0) & (part.day > NEVER))
    whose, day, seq = part.subject[kept], part.day[kept], part.seq[kept]
    again = (np.diff(whose) == 0) & (np.diff(day) == 0) & (np.diff(seq) >= 0)
    few = np.ones(len(kept), np.bool_)
    few[2:] = ~(again[1:] & again[:-1])
    imputed = None if part.imputed is None else part.imputed[kept][few]
    return Part(part.domain, whose[few], seq[few], day[few], imputed)


def timeline(parts: Sequence[Part]) -> Timeline:
    """Rows of several tables as one timeline.

    Parameters
    ----------
    parts : sequence of Part
        Of rows of one subject on one day, those of an earlier part come first.

    Returns
    -------
    Timeline
        Sorted by subject, day, part and sequence number.

    Examples
    --------
    >>> one = np.array([0, 0]), np.array([1, 2]), np.array([10, 12])
    >>> timeline([Part("RS", *one)]).last(np.array([11])).seq.tolist()
    [1]
    """
    columns: list[tuple[Ints, ...]] = []
    for rank, part in enumerate(parts):
        keep = np.flatnonzero((part.subject >= 0) & (part.day > NEVER))
        n = len(keep)
        imputed = np.zeros(n, np.int64) if part.imputed is None else part.imputed[keep]
        code = np.full(n, DOMAINS.index(part.domain))
        columns.append((part.subject[keep], part.day[keep], np.full(n, rank), code, part.seq[keep], imputed))
    if not columns:
        empty = np.empty(0, np.int64)
        return Timeline(empty, Picks.none(0), empty)
    whose, days, ranks, codes, seqs, parted = (np.concatenate(column) for column in zip(*columns, strict=True))
    keys = _key(whose, days)
    # parts follow one another, so a stable sort keeps their order; only shuffled files need the sequence numbers
    order = np.argsort(keys, kind="stable")
    tied = (np.diff(keys[order]) == 0) & (np.diff(ranks[order]) == 0)
    if (tied & (np.diff(seqs[order]) < 0)).any():
        order = np.lexsort((seqs, ranks, keys))
    picks = Picks(days[order], codes[order], seqs[order], parted[order])
    return Timeline(whose[order], picks, keys[order])


def limit_of(n: int, day: date | int) -> Ints:
    """The same day for every subject.

    Parameters
    ----------
    n : int
        Number of subjects.
    day : datetime.date or int
        The day.

    Returns
    -------
    numpy.ndarray of int64
        Day numbers.

    Examples
    --------
    >>> limit_of(2, date(1970, 1, 2)).tolist()
    [1, 1]
    """
    return np.full(n, day_number(day) if isinstance(day, date) else day, np.int64)
