"""Whom a node is judged for, at which moment, inside which window and on which data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

import numpy as np
import polars as pl

from trialwright.dates import CalendarInterval
from trialwright.errors import StudyError
from trialwright.model.criteria import Node
from trialwright.model.frames import Frames
from trialwright.model.items import Place, date_stem, item_place
from trialwright.model.study import Study
from trialwright.model.values import TwoSidedWindow
from trialwright.screening.answer import Answer, Flags, Ints, Reasons, reason_bit
from trialwright.screening.calendar import EARLIEST, LATEST, days_after, days_before

__all__ = ["RESPONSES", "Context", "Facts", "Reach", "Session", "Setting", "Span", "day_numbers", "picked_span"]

Reach: TypeAlias = str | TwoSidedWindow | CalendarInterval | None
"""A window as the study file states it: ``"ever"``, one interval back, two sides, or none."""

RESPONSES: Final = "RESPONSES"
"""Name under which answers point to rows of the responses; their ids name the table they were read from."""


@dataclass(frozen=True, slots=True)
class Context:
    """The study and the data its nodes are judged on.

    Parameters
    ----------
    study : Study
        Declares the items and time points the nodes name.
    frames : mapping of domain to typed frame
        The tables; a domain that is not there was not collected.
    responses : polars.DataFrame, optional
        Responses of the assessment series: ``USUBJID ASSESSID ADT AVALC ADEQUATE RSSEQ``; None when they were not
        judged.
    """

    study: Study
    frames: Mapping[str, pl.DataFrame]
    responses: pl.DataFrame | None = None

    def file_of(self, domain: str) -> str:
        """File a domain was read from.

        Parameters
        ----------
        domain : str
            CDISC domain.

        Returns
        -------
        str
            File name, such as ``lb.csv``.
        """
        return self.frames.file_of(domain) if isinstance(self.frames, Frames) else f"{domain.lower()}.csv"


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
class Facts:
    """Rows that answer one item, each with its subject and the days it can belong to.

    Parameters
    ----------
    domain : str
        Table of the rows.
    frame : polars.DataFrame
        That table.
    subject, row : int64 array, shape (k,)
        Position of the subject in the setting and of the row in the table.
    low, high : int64 array, shape (k,)
        First and last day the row can belong to.
    """

    domain: str
    frame: pl.DataFrame
    subject: Ints
    row: Ints
    low: Ints
    high: Ints

    def kept(self, keep: Flags) -> Facts:
        """The rows for which a flag is set.

        Parameters
        ----------
        keep : bool array, shape (k,)
            Which rows stay.

        Returns
        -------
        Facts
            Of the same table.
        """
        return replace(self, subject=self.subject[keep], row=self.row[keep], low=self.low[keep], high=self.high[keep])

    def column(self, name: str) -> pl.Series:
        """Values of one column in the rows.

        Parameters
        ----------
        name : str
            Column of the table.

        Returns
        -------
        polars.Series
            Of length k; empty cells throughout when the table lacks the column.
        """
        if name not in self.frame.columns:
            return pl.Series(name, [None] * self.row.size, dtype=pl.String)
        return self.frame[name].gather(self.row)


def day_numbers(frame: pl.DataFrame, stem: str) -> Span:
    """First and last day of a typed date column.

    Parameters
    ----------
    frame : polars.DataFrame
        A typed table.
    stem : str
        Stem of the column, ``LB`` for ``LBDTC``.

    Returns
    -------
    Span
        A cell without a date can be any day.
    """

    def numbers(column: str, empty: int) -> Ints:
        if column not in frame.columns:
            return np.full(frame.height, empty, np.int64)
        return frame[column].cast(pl.Date).to_physical().cast(pl.Int64).fill_null(empty).to_numpy()

    return Span(numbers(f"{stem}LO", EARLIEST), numbers(f"{stem}HI", LATEST))


class Session:
    """The data as one judging uses them: which rows are whose, found once a table.

    Parameters
    ----------
    context : Context
        Study and data.
    subjects : polars.Series
        ``USUBJID`` of every moment, in order; a subject may have several moments.
    """

    def __init__(self, context: Context, subjects: pl.Series) -> None:
        self.context = context
        self.size = subjects.len()
        self._subjects = pl.DataFrame({"USUBJID": subjects}).with_row_index("SUBJECT")
        self._owners: dict[str, tuple[Ints, Ints]] = {}
        self._spans: dict[tuple[str, str], Span] = {}
        self._tables: dict[str, int] = {}

    def frame(self, domain: str) -> pl.DataFrame:
        """Table of a domain.

        Parameters
        ----------
        domain : str
            CDISC domain.

        Returns
        -------
        polars.DataFrame
            Without rows or columns when it was not collected.
        """
        found = self.context.responses if domain == RESPONSES else self.context.frames.get(domain)
        return pl.DataFrame({"USUBJID": []}, schema={"USUBJID": pl.String}) if found is None else found

    def collected(self, domain: str) -> bool:
        """Whether the data hold a table of the domain, be it without rows.

        Parameters
        ----------
        domain : str
            CDISC domain.

        Returns
        -------
        bool
            False means that nothing of it is known.
        """
        frames = self.context.frames
        return frames.collected(domain) if isinstance(frames, Frames) else domain in frames

    def number_of(self, domain: str) -> int:
        """Number under which answers name a table.

        Parameters
        ----------
        domain : str
            CDISC domain.

        Returns
        -------
        int
            The same for the same domain.
        """
        return self._tables.setdefault(domain, len(self._tables))

    @property
    def tables(self) -> dict[int, str]:
        """Domain behind each number."""
        return {number: domain for domain, number in self._tables.items()}

    def owners(self, domain: str) -> tuple[Ints, Ints]:
        """Which row of a table belongs to which subject.

        Parameters
        ----------
        domain : str
            CDISC domain.

        Returns
        -------
        subject, row : int64 array
            One pair a row and moment of its subject.
        """
        if domain not in self._owners:
            self._owners[domain] = self.owners_in(self.frame(domain))
        return self._owners[domain]

    def owners_in(self, frame: pl.DataFrame) -> tuple[Ints, Ints]:
        """Which row of any frame with ``USUBJID`` belongs to which subject.

        Parameters
        ----------
        frame : polars.DataFrame
            With a column ``USUBJID``.

        Returns
        -------
        subject, row : int64 array
            One pair a row and moment of its subject.
        """
        pairs = frame.select("USUBJID").with_row_index("ROW").join(self._subjects, on="USUBJID", how="inner")
        return pairs["SUBJECT"].cast(pl.Int64).to_numpy(), pairs["ROW"].cast(pl.Int64).to_numpy()

    def span(self, domain: str, column: str) -> Span:
        """First and last day of every row by one of its date columns.

        Parameters
        ----------
        domain, column : str
            Table and date column.

        Returns
        -------
        Span
            Arrays as long as the table.
        """
        key = (domain, column)
        if key not in self._spans:
            self._spans[key] = day_numbers(self.frame(domain), date_stem(column))
        return self._spans[key]

    def facts(self, place: Place, *, filled: bool = True, date_column: str | None = None) -> Facts:
        """Rows of the setting's subjects that belong to a place.

        Parameters
        ----------
        place : Place
            Where the item stands.
        filled : bool, default True
            Only rows with a value; otherwise rows without one as well.
        date_column : str, optional
            Column that dates the rows; the place's own when left out.

        Returns
        -------
        Facts
            In no particular order.
        """
        frame = self.frame(place.domain)
        keep = np.ones(frame.height, np.bool_)
        if filled:
            keep &= _filled(frame, place.column)
        for column, allowed in place.where:
            keep &= _equals_one_of(frame, column, allowed)
        subject, row = self.owners(place.domain)
        kept = keep[row]
        subject, row = subject[kept], row[kept]
        span = self.span(place.domain, date_column or place.date_column)
        return Facts(place.domain, frame, subject, row, span.low[row], span.high[row])


def _filled(frame: pl.DataFrame, column: str) -> Flags:
    if column not in frame.columns:
        return np.zeros(frame.height, np.bool_)
    return frame[column].is_not_null().to_numpy()


def _equals_one_of(frame: pl.DataFrame, column: str, allowed: tuple[str, ...]) -> Flags:
    if column not in frame.columns:
        return np.zeros(frame.height, np.bool_)
    cells = frame[column].cast(pl.String)
    found = cells == allowed[0] if len(allowed) == 1 else cells.is_in(list(allowed))
    return found.fill_null(value=False).to_numpy()


@dataclass(frozen=True, slots=True)
class Setting:
    """Subjects at their moments, as one node sees them.

    Parameters
    ----------
    session : Session
        The data.
    at : int64 array, shape (n,)
        Moment of each subject, in days since 1970-01-01; 0 where there is none.
    absent : uint32 array, shape (n,)
        Why there is no moment, as bits; 0 where there is one.
    reach : Reach
        Window inherited from above.
    ask : callable
        Answers a child node in a setting.
    """

    session: Session
    at: Ints
    absent: Reasons
    reach: Reach
    ask: Callable[[Node, Setting], Answer]

    @property
    def size(self) -> int:
        """Number of subjects."""
        return self.session.size

    @property
    def study(self) -> Study:
        """The study."""
        return self.session.context.study

    @property
    def window(self) -> Span:
        """First and last day in which a fact counts, both inside."""
        if isinstance(self.reach, CalendarInterval):
            return Span(days_before(self.at, self.reach), self.at)
        if isinstance(self.reach, TwoSidedWindow):
            return Span(days_before(self.at, self.reach.before), days_after(self.at, self.reach.after))
        return Span(np.full(self.size, EARLIEST, np.int64), self.at)

    def place(self, name: str) -> Place:
        """Place of an item, or of the item that dates a time point.

        Parameters
        ----------
        name : str
            Declared item or time point.

        Returns
        -------
        Place
            Where the fact stands.
        """
        point = self.study.time_points.get(name)
        return item_place(self.study, name if point is None else point.item)

    def inside(self, node: Node) -> Setting:
        """The setting a node's own ``at`` and ``within`` make of this one; the nearest wins.

        Parameters
        ----------
        node : Node
            Any node.

        Returns
        -------
        Setting
            This one when the node states neither.

        Raises
        ------
        StudyError
            If a node below a criterion names several gates.
        """
        found = self if node.within is None else replace(self, reach=node.within)
        if node.at is None:
            return found
        if not isinstance(node.at, str):
            raise StudyError(
                f"a node inside a criterion names several gates ({', '.join(node.at)})",
                why="one node has one moment",
                mend="put the list of gates on the criterion",
            )
        return found.moved_to(node.at)

    def moved_to(self, point: str) -> Setting:
        """The same subjects at another time point.

        Parameters
        ----------
        point : str
            Declared time point.

        Returns
        -------
        Setting
            With that time point's dates; a partial date gives no moment.
        """
        place = self.place(point)
        facts = self.session.facts(place)
        dates = picked_span(facts, place.take, self.size)
        reached = np.zeros(self.size, np.bool_)
        reached[facts.subject] = True
        known = reached & (dates.low == dates.high)
        absent = np.where(reached, reason_bit("imprecise_date"), reason_bit("not_reached"))
        return replace(self, at=np.where(known, dates.low, 0), absent=np.where(known, np.uint32(0), absent))


def picked_span(facts: Facts, take: str, n: int) -> Span:
    """First and last day the first or the last of each subject's dates can be.

    Parameters
    ----------
    facts : Facts
        Rows whose days are the dates.
    take : str
        ``first``, otherwise the last.
    n : int
        Number of subjects.

    Returns
    -------
    Span
        For subjects without a row, a span that ends before it begins.
    """
    if take == "first":
        low, high = np.full(n, LATEST, np.int64), np.full(n, LATEST, np.int64)
        np.minimum.at(low, facts.subject, facts.low)
        np.minimum.at(high, facts.subject, facts.high)
    else:
        low, high = np.full(n, EARLIEST, np.int64), np.full(n, EARLIEST, np.int64)
        np.maximum.at(low, facts.subject, facts.low)
        np.maximum.at(high, facts.subject, facts.high)
    return Span(low, high)
