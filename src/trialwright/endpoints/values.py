"""The value of an item that counts on a day, one a subject, as written and in the item's own unit."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from trialwright.endpoints.cohort import Cohort
from trialwright.endpoints.roster import Sheet
from trialwright.endpoints.timeline import NEVER, Flags, Ints, Picks, timeline
from trialwright.errors import UnitError
from trialwright.model.items import Place, date_stem, item_place
from trialwright.units import conversion_factor

__all__ = ["value_picks", "with_values"]

_RESULTS: Final = {"LB": "LBVAL", "FA": "FAVAL", "QS": "QSVAL", "XP": "XPVAL", "XD": "XDVAL", "VS": "VSVAL"}
_UNITS: Final = {"LB": "LBORRESU", "FA": "FAORRESU", "XP": "XPORRESU", "XD": "XDORRESU", "VS": "VSORRESU"}


def value_picks(cohort: Cohort, name: str, since: Ints, until: Ints) -> Picks:
    """Row of an item that counts between two days.

    Parameters
    ----------
    cohort : Cohort
        The subjects.
    name : str
        The item.
    since, until : numpy.ndarray of int64
        First and last day that count, one a subject.

    Returns
    -------
    Picks
        The last row with a value, or the first where the item takes its first; none where there is none.
    """
    place = item_place(cohort.study, name)
    sheet = cohort.roster.sheet(place.domain)
    day = sheet.days(f"{date_stem(place.date_column)}LO")
    line = timeline([sheet.part(_filled(sheet, place), day)])
    if place.take == "first":
        picks = line.first(since)
        return picks.where(picks.found & (picks.day <= until))
    picks = line.last(until)
    return picks.where(picks.found & (picks.day >= since))


def _filled(sheet: Sheet, place: Place) -> Flags:
    """Rows of an item with an answer."""
    filled: Flags = sheet.frame[place.column].is_not_null().to_numpy()
    return filled & sheet.at(place)


def with_values(cohort: Cohort, name: str, picks: Picks) -> pl.DataFrame:
    """Values of some rows of an item.

    Parameters
    ----------
    cohort : Cohort
        The subjects.
    name : str
        The item.
    picks : Picks
        A row a subject, or none.

    Returns
    -------
    polars.DataFrame
        ``AVALC`` as written and ``AVAL`` in the item's unit, one row a subject; a result below or above what could be
        measured, or in a unit that does not convert, has no ``AVAL``.
    """
    place = item_place(cohort.study, name)
    sheet = cohort.roster.sheet(place.domain)
    seq = f"{place.domain}SEQ"
    frame = sheet.frame.select(
        "USUBJID",
        pl.col(seq).alias("SEQ"),
        AVALC=pl.col(place.column).cast(pl.String),
        AVAL=_number(cohort, name, place, sheet.frame),
    ).unique(["USUBJID", "SEQ"], keep="first", maintain_order=True)
    asked = pl.DataFrame({"USUBJID": cohort.roster.subjects, "SEQ": np.where(picks.found, picks.seq, NEVER)})
    found = asked.join(frame, on=["USUBJID", "SEQ"], how="left", maintain_order="left")
    return found.select("AVALC", "AVAL")


def _number(cohort: Cohort, name: str, place: Place, frame: pl.DataFrame) -> pl.Expr:
    """Exact result as a number in the item's unit."""
    item, column = cohort.study.items[name], _RESULTS.get(place.domain, "")
    if item.is_ != "number" or column not in frame.columns:
        return pl.lit(None, pl.Float64)
    value, units = pl.col(column).cast(pl.Float64), _UNITS.get(place.domain, "")
    exact = pl.col(column.replace("VAL", "CMP")).fill_null("") == ""
    if units and item.unit:
        factors = {unit: _factor(unit, item.unit, item.analyte or "") for unit in frame[units].drop_nulls().unique()}
        factor = pl.col(units).replace_strict(factors, default=None, return_dtype=pl.Float64)
        value = value * (factor if factors else pl.lit(None, pl.Float64))
    return pl.when(exact).then(value)


def _factor(unit: str, wanted: str, analyte: str) -> float | None:
    try:
        return float(conversion_factor(from_unit=unit, to_unit=wanted, analyte=analyte))
    except UnitError:
        return None
