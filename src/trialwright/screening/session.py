"""The data as one judging uses them: rows by subject, codes and numbers as arrays, each found once a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
import polars as pl

from trialwright.model.frames import TABLES, Frames
from trialwright.model.items import Place, date_stem
from trialwright.model.study import Study
from trialwright.screening.answer import Flags, Ints
from trialwright.screening.calendar import EARLIEST, LATEST
from trialwright.screening.columns import Codes, Numbers, Span, codes_in, days_in, numbers_in
from trialwright.screening.computed import Computation

__all__ = ["RESPONSES", "Context", "Facts", "Session", "Source", "picked_span"]

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
    computed : mapping of str to Computation
        Functions by the names of scores and dose models in the catalogue; a figure without one is not computed.
    """

    study: Study
    frames: Mapping[str, pl.DataFrame]
    responses: pl.DataFrame | None = None
    computed: Mapping[str, Computation] = field(default_factory=dict)

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
class Facts:
    """Rows that answer one item, each with its subject and the days it can belong to.

    Parameters
    ----------
    domain : str
        Table of the rows.
    subject, row : int64 array, shape (k,)
        Position of the subject in the setting and of the row in the table.
    low, high : int64 array, shape (k,)
        First and last day the row can belong to.
    column : str
        Column that holds the value.
    date_column : str
        Column that dates the row.
    """

    domain: str
    subject: Ints
    row: Ints
    low: Ints
    high: Ints
    column: str = ""
    date_column: str = ""

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


@dataclass(frozen=True, slots=True)
class Source:
    """A table, and the columns an answer looked at in it.

    Parameters
    ----------
    domain : str
        CDISC domain, or ``RESPONSES``.
    column : str
        Column that holds the value.
    date_column : str
        Column that dates the row; empty where nothing does.
    """

    domain: str
    column: str
    date_column: str = ""


class Session:
    """The data as one judging uses them; what a table gives is worked out once and kept.

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
        self._codes: dict[tuple[str, str], Codes] = {}
        self._numbers: dict[tuple[str, str], Numbers] = {}
        self._filled: dict[tuple[str, str], Flags] = {}
        self._sources: dict[Source, int] = {}

    def frame(self, domain: str) -> pl.DataFrame:
        """Table of a domain.

        Parameters
        ----------
        domain : str
            CDISC domain, or ``RESPONSES``.

        Returns
        -------
        polars.DataFrame
            Without rows when it was not collected.
        """
        found = self.context.responses if domain == RESPONSES else self.context.frames.get(domain)
        return pl.DataFrame(schema={"USUBJID": pl.String}) if found is None else found

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

    def number_of(self, source: Facts | Source) -> int:
        """Number under which answers name a table and the column they looked at.

        Parameters
        ----------
        source : Facts or Source
            Rows of a table, or the table itself.

        Returns
        -------
        int
            The same for the same table and columns.
        """
        key = source if isinstance(source, Source) else Source(source.domain, source.column, source.date_column)
        return self._sources.setdefault(key, len(self._sources))

    @property
    def sources(self) -> dict[int, Source]:
        """Table and columns behind each number."""
        return {number: source for source, number in self._sources.items()}

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
            rows = self.frame(domain).select("USUBJID").with_row_index("ROW")
            pairs = rows.join(self._subjects, on="USUBJID", how="inner").select(pl.col("SUBJECT", "ROW").cast(pl.Int64))
            self._owners[domain] = (pairs["SUBJECT"].to_numpy(), pairs["ROW"].to_numpy())
        return self._owners[domain]

    def span(self, domain: str, column: str) -> Span:
        """First and last day of every row by one of its date columns.

        Parameters
        ----------
        domain, column : str
            Table and date column; a column that is not partial is its own first and last day.

        Returns
        -------
        Span
            Arrays as long as the table; a row without a date can be of any day.
        """
        key = (domain, column)
        if key not in self._spans:
            frame, stem = self.frame(domain), date_stem(column)
            low, high = (column, column) if column == stem else (f"{stem}LO", f"{stem}HI")
            self._spans[key] = Span(days_in(frame, low, EARLIEST), days_in(frame, high, LATEST))
        return self._spans[key]

    def codes(self, domain: str, column: str) -> Codes:
        """A column of codes.

        Parameters
        ----------
        domain, column : str
            Table and column; empty cells throughout when the table lacks it.

        Returns
        -------
        Codes
            As long as the table.
        """
        key = (domain, column)
        if key not in self._codes:
            self._codes[key] = codes_in(self.frame(domain), column)
        return self._codes[key]

    def numbers(self, domain: str, column: str) -> Numbers:
        """A column of measured values.

        Parameters
        ----------
        domain, column : str
            Table and a measure, a length or a whole-number column of it; a length is given in millimetres.

        Returns
        -------
        Numbers
            As long as the table.
        """
        key = (domain, column)
        if key not in self._numbers:
            self._numbers[key] = numbers_in(self.frame(domain), column, TABLES[domain].by_name[column].kind)
        return self._numbers[key]

    def filled(self, domain: str, column: str) -> Flags:
        """Which rows have a value in a column.

        Parameters
        ----------
        domain, column : str
            Table and column.

        Returns
        -------
        bool array
            As long as the table.
        """
        key = (domain, column)
        if key not in self._filled:
            frame = self.frame(domain)
            there = column in frame.columns
            self._filled[key] = frame[column].is_not_null().to_numpy() if there else np.zeros(frame.height, np.bool_)
        return self._filled[key]

    def facts(self, place: Place, *, filled: bool = True) -> Facts:
        """Rows of the setting's subjects that belong to a place.

        Parameters
        ----------
        place : Place
            Where the item stands.
        filled : bool, default True
            Only rows with a value; otherwise rows without one as well.

        Returns
        -------
        Facts
            In no particular order.
        """
        keep = self.filled(place.domain, place.column) if filled else np.ones(self.frame(place.domain).height, np.bool_)
        for column, allowed in place.where:
            keep = keep & self.codes(place.domain, column).among(allowed)
        subject, row = self.owners(place.domain)
        kept = keep[row]
        subject, row = subject[kept], row[kept]
        span = self.span(place.domain, place.date_column)
        return Facts(place.domain, subject, row, span.low[row], span.high[row], place.column, place.date_column)

    def dates(self, place: Place) -> Facts:
        """Rows of a date item, each with the days its value can be.

        Parameters
        ----------
        place : Place
            Where the date stands.

        Returns
        -------
        Facts
            As :meth:`facts`, but placed by the value and not by the column that dates the row.
        """
        facts = self.facts(place)
        span = self.span(place.domain, place.column)
        return replace(facts, low=span.low[facts.row], high=span.high[facts.row])


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
