"""Where a study's items stand in the data: one place an item, and the rows that answer it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from trialwright.model.study import Item, Study

__all__ = ["DATE_COLUMNS", "Place", "date_stem", "item_of", "item_place", "place_of", "rows_at", "values_at"]

DATE_COLUMNS: Mapping[str, str] = {
    "DM": "RFICDTC", "DS": "DSSTDTC", "SC": "SCDTC", "FA": "FADTC", "MH": "MHSTDTC", "CM": "CMSTDTC", "EX": "EXSTDTC",
    "PR": "PRSTDTC", "LB": "LBDTC", "TU": "TUDTC", "TR": "TRDTC", "RS": "RSDTC", "AE": "AESTDTC", "QS": "QSDTC",
    "VS": "VSDTC", "SS": "SSDTC", "XP": "XPDTC", "XD": "XDDTC",
}  # fmt: skip
"""The column that dates a row of each domain, unless an item names another."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an item's value stands.

    Parameters
    ----------
    domain, column : str
        Table and column of the value.
    where : tuple of (column, allowed values)
        Rows that belong to the item.
    date_column : str
        Column that dates the row.
    take : {"first", "last", "all", "latest"}
        Which row counts.
    """

    domain: str
    column: str
    where: tuple[tuple[str, tuple[str, ...]], ...]
    date_column: str
    take: str


def place_of(name: str, item: Item) -> Place:
    """Place of an item, with the language's defaults filled in.

    Parameters
    ----------
    name : str
        The item's name in the study file.
    item : Item
        The item.

    Returns
    -------
    Place
        A number with an analyte stands in LB, other facts without a domain in FA under their test code; a date has
        its own domain and column.

    Examples
    --------
    >>> item = Item.model_validate_json('{"is": "code", "ask": "Histology?", "values": {"A": "a"}}')
    >>> place_of("histology", item).where
    (('FATESTCD', ('HISTOLOG',)),)
    """
    domain = item.domain or ("LB" if item.analyte else "FA")
    where = {column: (value,) if isinstance(value, str) else value for column, value in item.where.items()}
    column = item.column
    if domain == "LB" and item.analyte:
        where.setdefault("LBTESTCD", (item.analyte,))
    if domain == "FA" and "FATESTCD" not in where:
        where["FATESTCD"] = (item.test or name.upper().replace("_", "")[:8],)
    if column is None:
        column = {"LB": "LBORRES"}.get(domain) or ("FAORRES" if item.is_ == "number" else "FASTRESC")
    if item.is_ == "date":
        return Place(domain, column, tuple(sorted(where.items())), item.date_column or column, item.take or "last")
    date_column = item.date_column or DATE_COLUMNS[domain]
    return Place(domain, column, tuple(sorted(where.items())), date_column, item.take or "latest")


def item_of(study: Study, name: str) -> str:
    """Item in which a number stands.

    Parameters
    ----------
    study : Study
        The study.
    name : str
        An item, or a score.

    Returns
    -------
    str
        The item, or that in which the score is recorded; empty for a score that is computed.

    Examples
    --------
    >>> item_of(Study.model_construct(items={}, scores=()), "ecog")
    ''
    """
    if name in study.items:
        return name
    return next((score.item or "" for score in study.scores if score.id == name), "")


def date_stem(column: str) -> str:
    """Stem of the typed columns of a date column, ``DSST`` of ``DSSTDTC``.

    Parameters
    ----------
    column : str
        A column that ends in ``DTC``.

    Returns
    -------
    str
        The column's name without ``DTC``; ``LO``, ``HI`` and ``PREC`` are put behind it.

    Examples
    --------
    >>> date_stem("RFICDTC")
    'RFIC'
    """
    return column.removesuffix("DTC")


def rows_at(place: Place, frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Rows that belong to a place, with a value, in the order of their dates.

    Parameters
    ----------
    place : Place
        Where to look.
    frames : mapping of domain to typed frame
        The study's tables.

    Returns
    -------
    polars.DataFrame
        The domain's own columns, sorted by subject, date and sequence number; rows without a value are left out.

    Examples
    --------
    >>> place = Place("DM", "RFICDTC", (), "RFICDTC", "last")
    >>> dm = pl.DataFrame({"USUBJID": ["1"], "RFICDTC": ["2026-01-05"], "RFICLO": ["2026-01-05"]})
    >>> rows_at(place, {"DM": dm}).height
    1
    """
    frame = frames[place.domain]
    keep = pl.col(place.column).is_not_null()
    for column, allowed in place.where:
        keep = keep & pl.col(column).is_in(list(allowed))
    order = ["USUBJID", f"{date_stem(place.date_column)}LO", f"{place.domain}SEQ"]
    return frame.filter(keep).sort([column for column in order if column in frame.columns])


def item_place(study: Study, name: str) -> Place:
    """Place of a declared item of a study.

    Parameters
    ----------
    study : Study
        The study.
    name : str
        A declared item.

    Returns
    -------
    Place
        Its place.

    Raises
    ------
    KeyError
        If the item is not declared; a loaded study names only declared items.
    """
    return place_of(name, study.items[name])


def values_at(place: Place, frames: Mapping[str, pl.DataFrame], moments: pl.DataFrame) -> pl.DataFrame:
    """Latest value of an item known at each subject's moment.

    Parameters
    ----------
    place : Place
        Where the item stands.
    frames : mapping of domain to typed frame
        The study's tables.
    moments : polars.DataFrame
        ``USUBJID`` and ``AT`` (date); rows dated after ``AT`` are not known yet.

    Returns
    -------
    polars.DataFrame
        ``USUBJID VALUE``, one row for each subject with a value, the value as text.

    Examples
    --------
    >>> from datetime import date
    >>> place = Place("DM", "SEX", (), "RFICDTC", "latest")
    >>> dm = pl.DataFrame({"USUBJID": ["1"], "SEX": ["F"], "RFICLO": [date(2026, 1, 5)]})
    >>> values_at(place, {"DM": dm}, pl.DataFrame({"USUBJID": ["1"], "AT": [date(2026, 2, 1)]})).rows()
    [('1', 'F')]
    """
    low = f"{date_stem(place.date_column)}LO"
    known = rows_at(place, frames).join(moments, on="USUBJID", how="inner").filter(pl.col(low) <= pl.col("AT"))
    value = pl.col(place.column).cast(pl.String).alias("VALUE")
    return known.group_by("USUBJID", maintain_order=True).agg(value.last())
