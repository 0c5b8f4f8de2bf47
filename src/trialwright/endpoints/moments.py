"""When a subject reached the time points of a trial, and on which day a date item was answered."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from trialwright.endpoints.timeline import FAR, NEVER, Ints, Picks, Roster, as_days
from trialwright.model.frames import Frames
from trialwright.model.items import Place, date_stem, item_place
from trialwright.model.partial_dates import imputed_part
from trialwright.model.study import Study

__all__ = ["item_picks", "imputed_parts", "time_point_dates", "time_points"]


def imputed_parts(precision: pl.Series) -> Ints:
    """Which part of each date is imputed, as its number.

    Parameters
    ----------
    precision : polars.Series
        ``Y M D T`` or null.

    Returns
    -------
    numpy.ndarray of int64
        1 the day, 2 month and day, 0 nothing.

    Examples
    --------
    >>> imputed_parts(pl.Series(["D", "M", "Y", None])).tolist()
    [0, 1, 2, 0]
    """
    return np.where(precision.eq_missing("M").to_numpy(), 1, np.where(precision.eq_missing("Y").to_numpy(), 2, 0))


def _chosen(frames: Mapping[str, pl.DataFrame], place: Place) -> pl.DataFrame:
    keep = pl.col(f"{date_stem(place.column)}LO").is_not_null()
    for column, allowed in place.where:
        keep = keep & pl.col(column).is_in(list(allowed))
    return frames[place.domain].filter(keep)


def _takes_first(study: Study, name: str, place: Place) -> bool:
    """Allocation counts once, so of two rows the first holds unless the study file says which."""
    milestone = place.domain == "DS" and ("DSDECOD", ("RANDOMIZED",)) in place.where
    return place.take == "first" or (milestone and study.items[name].take is None)


def item_picks(study: Study, roster: Roster, frames: Mapping[str, pl.DataFrame], name: str) -> Picks:
    """Row that answers a date item, one a subject.

    Parameters
    ----------
    study : Study
        The study.
    roster : Roster
        Its subjects.
    frames : mapping of domain to typed frame
        The study's tables.
    name : str
        A date item.

    Returns
    -------
    Picks
        By the item's ``take``; a date without a day counts from its first possible day. Of several RANDOMIZED rows the
        first holds unless the item states its ``take``.
    """
    place = item_place(study, name)
    rows = _chosen(frames, place)
    stem = date_stem(place.column)
    part = (place.domain, rows, as_days(rows[f"{stem}LO"]), imputed_parts(rows[f"{stem}PREC"]))
    line = roster.timeline([part])
    if _takes_first(study, name, place):
        return line.first(np.full(roster.size, NEVER, np.int64))
    return line.last(np.full(roster.size, FAR, np.int64))


def time_points(study: Study, roster: Roster, frames: Mapping[str, pl.DataFrame]) -> dict[str, Picks]:
    """Row that dates each time point of a study, one a subject.

    Parameters
    ----------
    study : Study
        The study.
    roster : Roster
        Its subjects.
    frames : mapping of domain to typed frame
        The study's tables.

    Returns
    -------
    dict of str to Picks
        By time point, in the order declared.
    """
    return {name: item_picks(study, roster, frames, point.item) for name, point in study.time_points.items()}


def time_point_dates(study: Study, frames: Frames) -> pl.DataFrame:
    """Date of every time point each subject has reached.

    Parameters
    ----------
    study : Study
        The study.
    frames : Frames
        Its tables, up to the cut-off.

    Returns
    -------
    polars.DataFrame
        ``USUBJID POINT ADT LO HI PREC ADTF ROW``, sorted by subject in the order of the time points. ``LO`` and ``HI``
        are the earliest and latest day the entry can mean, ``ADT`` is the day by the rule ``point-earliest``, ``ADTF``
        the part that was imputed, ``ROW`` the row as ``row/ds.csv:ID:2``.

    Examples
    --------
    >>> study = Study.model_validate_json(
    ...     '{"language": 1, "study": {"id": "x", "title": "X", "version": "0.1.0",'
    ...     ' "registry": {"name": "R", "id": "1"}},'
    ...     '"items": {"began": {"is": "date", "ask": "Start?", "domain": "DM", "column": "RFICDTC"}},'
    ...     '"time_points": {"start": {"item": "began"}}, "arms": [{"id": "A", "label": "a", "role": "single"}]}'
    ... )
    >>> from trialwright.model.frames import frames_from_text
    >>> frames, _ = frames_from_text({"DM": pl.DataFrame({"USUBJID": ["1"], "RFICDTC": ["2026-03"]})}, "entered")
    >>> time_point_dates(study, frames).select("ADT", "ADTF", "ROW").rows()
    [(datetime.date(2026, 3, 1), 'D', 'row/dm.csv:1')]
    """
    roster = Roster.of(frames["DM"])
    made = [_dates_of(study, roster, frames, name, order) for order, name in enumerate(study.time_points)]
    return pl.concat(made).sort("USUBJID", "ORDER").drop("ORDER")


def _dates_of(study: Study, roster: Roster, frames: Frames, name: str, order: int) -> pl.DataFrame:
    item = study.time_points[name].item
    place = item_place(study, item)
    picks = item_picks(study, roster, frames, item)
    sequence = f"{place.domain}SEQ"
    rows, stem = _chosen(frames, place), date_stem(place.column)
    seq = pl.col(sequence).fill_null(0) if sequence in rows.columns else pl.lit(0, pl.Int64)
    dates = rows.select("USUBJID", SEQ=seq, LO=f"{stem}LO", HI=f"{stem}HI", PREC=f"{stem}PREC").unique(
        ["USUBJID", "SEQ"], keep="first", maintain_order=True
    )
    found = pl.DataFrame({"USUBJID": roster.subjects, "SEQ": picks.seq}).filter(pl.Series(picks.found))
    file = frames.file_of(place.domain)
    tail = pl.format(":{}", "SEQ") if sequence in rows.columns else pl.lit("")
    return found.join(dates, on=["USUBJID", "SEQ"], how="left", maintain_order="left").select(
        "USUBJID",
        POINT=pl.lit(name),
        ADT="LO",
        LO="LO",
        HI="HI",
        PREC="PREC",
        ADTF=imputed_part(pl.col("PREC")),
        ROW=pl.concat_str(pl.lit(f"row/{file}:"), "USUBJID", tail),
        ORDER=pl.lit(order, pl.Int32),
    )
