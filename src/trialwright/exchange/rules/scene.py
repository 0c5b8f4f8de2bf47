"""What an integrity rule sees, and how it reports rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import polars as pl

from trialwright.model.doubts import listed
from trialwright.model.finding import SHOWN_PER_COLUMN, Finding
from trialwright.model.frames import TABLES, Frames
from trialwright.model.items import Place, date_stem, place_of
from trialwright.model.study import Study

__all__ = ["Check", "Scene", "date_columns", "high", "low"]


@dataclass(frozen=True, slots=True)
class Scene:
    """A study and its tables, as an integrity rule sees them.

    Parameters
    ----------
    study : Study
        The study.
    frames : Frames
        Its typed tables.
    study_sha256 : str, default ""
        Hash of the study file; empty when it is not known.
    activated : bool, default False
        Whether the study file is activated.
    """

    study: Study
    frames: Frames
    study_sha256: str = ""
    activated: bool = False

    def place(self, item: str) -> Place:
        """Place of a declared item.

        Parameters
        ----------
        item : str
            Name of the item.

        Returns
        -------
        Place
            Table, column and rows.
        """
        return place_of(item, self.study.items[item])

    def at(self, place: Place) -> pl.DataFrame:
        """Rows of a place, with or without a value.

        Parameters
        ----------
        place : Place
            Where to look.

        Returns
        -------
        polars.DataFrame
            Rows of the domain's table.
        """
        frame = self.frames[place.domain]
        for column, allowed in place.where:
            # A column that no table declares and the file lacks is told as missing; no row is the item's then.
            frame = frame.filter(pl.col(column).is_in(list(allowed))) if column in frame.columns else frame.clear()
        return frame

    def dated(self, place: Place, column: str) -> pl.DataFrame:
        """Rows of a place that have a date.

        Parameters
        ----------
        place : Place
            Where to look.
        column : str
            Date column.

        Returns
        -------
        polars.DataFrame
            Rows whose date can be read.
        """
        frame = self.at(place)
        earliest = f"{date_stem(column)}LO"
        return frame.filter(pl.col(earliest).is_not_null()) if earliest in frame.columns else frame.clear()

    def report(
        self, rule: str, domain: str, rows: pl.DataFrame, column: str, text: Callable[[str], str], *, mend: str = ""
    ) -> Iterator[Finding]:
        """Findings for rows of a domain, at most 100 one by one.

        Parameters
        ----------
        rule : str
            Id of the rule.
        domain : str
            Domain the rows stand in.
        rows : polars.DataFrame
            Faulty rows: ``LINE``, ``USUBJID`` and, when `text` needs it, ``TEXT``; otherwise `column` is shown.
        column : str
            Column at fault.
        text : callable
            Makes the finding's words from the text of a row.
        mend : str, default ""
            How to mend it, when the rule's own words do not serve.

        Yields
        ------
        Finding
            In the order of the lines.
        """
        if rows.is_empty():
            return
        shown = pl.col("TEXT") if "TEXT" in rows.columns else pl.col(column).cast(pl.String).alias("TEXT")
        bad = rows.sort("LINE").head(SHOWN_PER_COLUMN).select("LINE", "USUBJID", shown.fill_null(""))
        words: Callable[[str | None], str] = lambda seen: text(seen or "")  # noqa: E731 - a name for the type
        yield from listed(rule, bad, rows.height, self.frames.file_of(domain), column, words, mend=mend)


@dataclass(frozen=True, slots=True)
class Check:
    """One rule's way to look at a study's tables.

    Parameters
    ----------
    rule : str
        Id of the rule, as in ``model.finding.RULES``.
    look : callable
        Yields the rule's findings.

    Examples
    --------
    >>> Check("G05", lambda scene: iter(())).rule
    'G05'
    """

    rule: str
    look: Callable[[Scene], Iterator[Finding]]


def low(column: str) -> pl.Expr:
    """Earliest day a date column can mean.

    Parameters
    ----------
    column : str
        A column that ends in ``DTC``.

    Returns
    -------
    polars.Expr
        Its ``LO`` column.

    Examples
    --------
    >>> low("DTHDTC").meta.output_name()
    'DTHLO'
    """
    return pl.col(f"{date_stem(column)}LO")


def high(column: str) -> pl.Expr:
    """Latest day a date column can mean.

    Parameters
    ----------
    column : str
        A column that ends in ``DTC``.

    Returns
    -------
    polars.Expr
        Its ``HI`` column.

    Examples
    --------
    >>> high("DTHDTC").meta.output_name()
    'DTHHI'
    """
    return pl.col(f"{date_stem(column)}HI")


def date_columns(domain: str) -> tuple[str, ...]:
    """Names of a domain's date columns.

    Parameters
    ----------
    domain : str
        CDISC domain.

    Returns
    -------
    tuple of str
        In the order of the table.

    Examples
    --------
    >>> date_columns("AE")
    ('AESTDTC', 'AEENDTC')
    """
    return tuple(column.name for column in TABLES[domain].columns if column.kind == "date")
