"""When a subject reached the time points of a trial, and on which day a date item was answered."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from trialwright.endpoints.roster import Roster, roster_of
from trialwright.endpoints.timeline import FAR, NEVER, Ints, Picks, as_dates, limit_of, timeline
from trialwright.model.frames import Frames
from trialwright.model.items import Place, date_stem, item_place
from trialwright.model.study import Study

__all__ = ["first_possible", "item_picks", "last_possible", "time_point_dates", "time_points"]


_PRECISIONS: Final = ("D", "M", "Y", "T")


def _takes_first(study: Study, name: str, place: Place) -> bool:
    """Allocation counts once, so of two rows the first holds unless the study file says which."""
    milestone = place.domain == "DS" and ("DSDECOD", ("RANDOMIZED",)) in place.where
    return place.take == "first" or (milestone and study.items[name].take is None)


def item_picks(study: Study, roster: Roster, name: str) -> Picks:
    """Row that answers a date item, one a subject.

    Parameters
    ----------
    study : Study
        The study.
    roster : Roster
        Its subjects and tables.
    name : str
        A date item.

    Returns
    -------
    Picks
        By the item's ``take``; a date without a day counts from its first possible day. Of several RANDOMIZED rows the
        first holds unless the item states its ``take``.
    """
    place = item_place(study, name)
    sheet, stem = roster.sheet(place.domain), date_stem(place.column)
    line = timeline([sheet.part(sheet.at(place), sheet.days(f"{stem}LO"), sheet.imputed(f"{stem}PREC"))])
    if _takes_first(study, name, place):
        return line.first(limit_of(roster.size, NEVER))
    return line.last(limit_of(roster.size, FAR))


def time_points(study: Study, roster: Roster) -> dict[str, Picks]:
    """Row that dates each time point of a study, one a subject.

    Parameters
    ----------
    study : Study
        The study.
    roster : Roster
        Its subjects and tables.

    Returns
    -------
    dict of str to Picks
        By time point, in the order declared.
    """
    return {name: item_picks(study, roster, point.item) for name, point in study.time_points.items()}


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
    roster, names = roster_of(frames), list(study.time_points)
    chosen = [item_picks(study, roster, study.time_points[name].item) for name in names]
    places = [item_place(study, study.time_points[name].item) for name in names]
    found = [np.flatnonzero(picks.found) for picks in chosen]
    who = np.concatenate(found)
    point = np.repeat(np.arange(len(names)), [len(each) for each in found])
    order = np.lexsort((point, who))

    def gathered(values: list[Ints]) -> Ints:
        return np.concatenate([value[each] for value, each in zip(values, found, strict=True)])[order]

    precision = [_precision(roster, place, picks) for place, picks in zip(places, chosen, strict=True)]
    rows = pl.DataFrame(
        {
            "USUBJID": roster.subjects[who[order]],
            "POINT": point[order],
            "ADT": as_dates(gathered([picks.day for picks in chosen])),
            "HI": as_dates(gathered([last_possible(picks) for picks in chosen])),
            "PREC": gathered(precision),
            "SEQ": gathered([picks.seq for picks in chosen]),
        }
    )
    files = pl.Series([f"row/{frames.file_of(place.domain)}:" for place in places])
    tail = pl.when(pl.col("SEQ") > 0).then(pl.format(":{}", "SEQ")).otherwise(pl.lit(""))
    return rows.select(
        "USUBJID",
        POINT=pl.lit(pl.Series(names)).gather("POINT"),
        ADT="ADT",
        LO="ADT",
        HI="HI",
        PREC=pl.lit(pl.Series(_PRECISIONS)).gather("PREC"),
        ADTF=pl.lit(pl.Series([None, "D", "M", None], dtype=pl.String)).gather("PREC"),
        ROW=pl.concat_str(pl.lit(files).gather("POINT"), "USUBJID", tail),
    )


def _precision(roster: Roster, place: Place, picks: Picks) -> Ints:
    """How exactly each chosen date was written, as position in `_PRECISIONS`."""
    sheet = roster.sheet(place.domain)
    timed = sheet.equals(f"{date_stem(place.column)}PREC", "T")
    exact = np.zeros(roster.size, np.bool_)
    if timed.any():
        rows = np.flatnonzero(timed & (sheet.subject >= 0))
        same = picks.seq[sheet.subject[rows]] == sheet.seq[rows]
        exact[sheet.subject[rows[same]]] = True
    return np.where((picks.imputed == 0) & exact, 3, picks.imputed)


def last_possible(picks: Picks) -> Ints:
    """Latest day each entry can mean, when its day is the earliest one.

    Parameters
    ----------
    picks : Picks
        Rows, dated by the first day of what was not written.

    Returns
    -------
    numpy.ndarray of int64
        The day itself when it was written, otherwise the end of its month or year.
    """
    month = picks.day.astype("M8[D]").astype("M8[M]")
    after = np.where(picks.imputed == 2, month.astype("M8[Y]").astype("M8[M]") + 12, month + 1)
    last = after.astype("M8[M]").astype("M8[D]").astype(np.int64) - 1
    return np.where(picks.found & (picks.imputed > 0), last, picks.day)


def first_possible(picks: Picks) -> Ints:
    """Earliest day each entry can mean, whatever day of its month or year was taken.

    Parameters
    ----------
    picks : Picks
        Rows.

    Returns
    -------
    numpy.ndarray of int64
        The day itself when it was written, otherwise the beginning of its month or year.
    """
    month = picks.day.astype("M8[D]").astype("M8[M]")
    start = np.where(picks.imputed == 2, month.astype("M8[Y]").astype("M8[M]"), month)
    first = start.astype("M8[M]").astype("M8[D]").astype(np.int64)
    return np.where(picks.found & (picks.imputed > 0), first, picks.day)
