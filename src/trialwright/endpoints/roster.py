"""The subjects of a study and its tables as arrays, each row with the position of its subject."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

import numpy as np
import polars as pl

from trialwright.endpoints.timeline import NEVER, Flags, Ints, Part, as_days
from trialwright.model.frames import Frames
from trialwright.model.items import Place

__all__ = ["Roster", "Sheet", "forget_roster", "roster_of"]


_USUAL: Final = ("DS", "SC", "FA", "CM", "EX", "PR", "LB", "TU", "TR", "RS", "AE", "QS", "VS", "SS")


@dataclass(frozen=True, eq=False)
class Sheet:
    """One table as arrays.

    Parameters
    ----------
    domain : str
        CDISC domain.
    frame : polars.DataFrame
        Its typed table.
    subject : numpy.ndarray of int64
        Position of each row's subject in the roster, -1 when it is not there.
    """

    domain: str
    frame: pl.DataFrame
    subject: Ints

    @cached_property
    def seq(self) -> Ints:
        """Sequence number of each row, 0 where the domain has none."""
        name = f"{self.domain}SEQ"
        if name not in self.frame.columns:
            return np.zeros(self.frame.height, np.int64)
        return np.asarray(np.nan_to_num(self.frame[name].to_numpy()), np.int64)

    def days(self, column: str) -> Ints:
        """Day numbers of a column of dates.

        Parameters
        ----------
        column : str
            For example ``DSSTLO``.

        Returns
        -------
        numpy.ndarray of int64
            `NEVER` where there is none.
        """
        return as_days(self.frame[column])

    def imputed(self, column: str) -> Ints:
        """Which part of a date is not written.

        Parameters
        ----------
        column : str
            Its precision, for example ``DSSTPREC``.

        Returns
        -------
        numpy.ndarray of int64
            1 the day, 2 month and day, 0 nothing.
        """
        return np.where(self.equals(column, "M"), 1, np.where(self.equals(column, "Y"), 2, 0))

    def equals(self, column: str, *values: str) -> Flags:
        """Rows in which a column holds one of some values.

        Parameters
        ----------
        column : str
            A text column.
        *values : str
            Values that count.

        Returns
        -------
        numpy.ndarray of bool
            False where the cell is empty.
        """
        cells, found = self.frame[column], np.zeros(self.frame.height, np.bool_)
        for value in values:
            found |= (cells == value).fill_null(value=False).to_numpy()
        return found

    def at(self, place: Place) -> Flags:
        """Rows in which an item stands, whatever its answer.

        Parameters
        ----------
        place : Place
            Where the item stands.

        Returns
        -------
        numpy.ndarray of bool
            One a row.
        """
        keep = np.ones(self.frame.height, np.bool_)
        for column, allowed in place.where:
            keep &= self.equals(column, *allowed)
        return keep

    def part(self, keep: Flags, day: Ints, imputed: Ints | None = None) -> Part:
        """Rows of the table for a timeline.

        Parameters
        ----------
        keep : numpy.ndarray of bool
            Rows that count.
        day : numpy.ndarray of int64
            Day of each row.
        imputed : numpy.ndarray of int64, optional
            Imputed part of each day.

        Returns
        -------
        Part
            The rows.
        """
        return Part(self.domain, self.subject, self.seq, np.where(keep, day, NEVER), imputed)


@dataclass(frozen=True, eq=False)
class Roster:
    """The subjects of a study in the order of their ids, and its tables.

    Parameters
    ----------
    frames : Frames
        The study's tables.

    Examples
    --------
    >>> from trialwright.model.frames import frames_from_text
    >>> frames, _ = frames_from_text({"DM": pl.DataFrame({"USUBJID": ["b", "a"]})}, "entered")
    >>> Roster(frames).position(pl.Series(["a", "x"])).tolist()
    [0, -1]
    """

    frames: Frames

    @cached_property
    def dm(self) -> pl.DataFrame:
        """DM, one row a subject, sorted by USUBJID."""
        return self.frames["DM"].unique("USUBJID", keep="first", maintain_order=True).sort("USUBJID")

    @property
    def size(self) -> int:
        """Number of subjects."""
        return self.dm.height

    @property
    def subjects(self) -> pl.Series:
        """USUBJID of each subject."""
        return self.dm["USUBJID"]

    @cached_property
    def person(self) -> Sheet:
        """DM in the order of the roster."""
        return Sheet("DM", self.dm, np.arange(self.size, dtype=np.int64))

    def position(self, subjects: pl.Series) -> Ints:
        """Position of subjects in the roster.

        Parameters
        ----------
        subjects : polars.Series
            USUBJID of any rows.

        Returns
        -------
        numpy.ndarray of int64
            -1 for a subject that is not in the roster.
        """
        known = self.subjects
        if not len(known) or not len(subjects):
            return np.full(len(subjects), -1, np.int64)
        begins = subjects.ne_missing(subjects.shift())  # rows of a subject stand together; each run is looked up once
        begins[0] = True
        heads = subjects.filter(begins)
        place = np.minimum(known.search_sorted(heads).to_numpy(), len(known) - 1).astype(np.int64)
        same = (known[place] == heads).fill_null(value=False).to_numpy()
        found: Ints = np.where(same, place, -1)[np.cumsum(begins.to_numpy()) - 1]
        return found

    @cached_property
    def _sheets(self) -> dict[str, Sheet]:
        """Tables that every derivation looks at, their subjects looked up at once."""
        tables = {domain: self.frames[domain] for domain in _USUAL}
        positions = self.position(pl.concat([frame["USUBJID"] for frame in tables.values()]))
        ends = np.cumsum([frame.height for frame in tables.values()])
        parts = np.split(positions, ends[:-1])
        return {
            "DM": self.person,
            **{domain: Sheet(domain, tables[domain], part) for domain, part in zip(tables, parts, strict=True)},
        }

    def sheet(self, domain: str) -> Sheet:
        """One table as arrays.

        Parameters
        ----------
        domain : str
            CDISC domain.

        Returns
        -------
        Sheet
            Empty when the table was not collected.
        """
        sheets = self._sheets
        if domain not in sheets:
            frame = self.frames[domain]
            sheets[domain] = Sheet(domain, frame, self.position(frame["USUBJID"]))
        return sheets[domain]

    def names(self, who: Flags) -> list[str]:
        """USUBJID of some subjects.

        Parameters
        ----------
        who : numpy.ndarray of bool
            Whom to name.

        Returns
        -------
        list of str
            In the order of the roster.
        """
        chosen = np.flatnonzero(who)
        return self.subjects[chosen].to_list() if len(chosen) else []


@dataclass(frozen=True, slots=True, eq=False)
class _Same:
    """Tables that are the same only if they are the same object."""

    frames: Frames

    def __hash__(self) -> int:
        return id(self.frames)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.frames is other.frames


@lru_cache(maxsize=1)
def _kept(same: _Same) -> Roster:
    return Roster(same.frames)


def roster_of(frames: Frames) -> Roster:
    """Roster of some tables, made once for the functions that look at the same tables one after the other.

    Parameters
    ----------
    frames : Frames
        The study's tables, which never change.

    Returns
    -------
    Roster
        The same object for the same tables.
    """
    return _kept(_Same(frames))


def forget_roster() -> None:
    """Let go of the tables that were looked at last, once nothing more is derived from them."""
    _kept.cache_clear()
