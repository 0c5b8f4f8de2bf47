"""Days that bound a series for each subject: its baseline window, its rows, a planned removal, a new therapy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from trialwright.model.frames import Frames
from trialwright.model.items import date_stem, item_place, rows_at
from trialwright.model.schedule import AssessmentSeries
from trialwright.model.slots import NO_DAYS, moved
from trialwright.model.study import Study
from trialwright.numerics.lesion_records import NO_DAY

__all__ = ["Windows", "windows_of"]


Ints = npt.NDArray[np.int64]

_NEXT_THERAPY: Final = "SUBSEQUENT CANCER THERAPY"


@dataclass(frozen=True, slots=True, eq=False)
class Windows:
    """Bounds of each subject, as days since 1970; one entry a subject.

    Parameters
    ----------
    opens, anchor : numpy.ndarray of int64
        First and last day on which the baseline may lie; ``-NO_DAY`` where the time point was not reached.
    since, until : numpy.ndarray of int64
        First and last day of the rows; ``-NO_DAY`` where the first is not reached, ``NO_DAY`` where there is no last.
    removal, removal_closes : numpy.ndarray of int64
        Day of the planned removal and last day of the new baseline, ``NO_DAY`` where it was not done.
    therapy : numpy.ndarray of int64
        Start of a new cancer therapy, ``NO_DAY`` where there is none.
    """

    opens: Ints
    anchor: Ints
    since: Ints
    until: Ints
    removal: Ints
    removal_closes: Ints
    therapy: Ints


def _days(subjects: pl.Series, dated: pl.DataFrame, missing: int) -> Ints:
    """Days of ``USUBJID DAY`` in the order of the subjects."""
    placed = pl.DataFrame({"USUBJID": subjects}).join(dated, on="USUBJID", how="left", maintain_order="left")
    return placed["DAY"].to_physical().cast(pl.Int64).fill_null(missing).to_numpy().copy()


def _point(subjects: pl.Series, moments: pl.DataFrame, name: str, missing: int) -> Ints:
    own = moments.filter(pl.col("POINT") == name).select("USUBJID", DAY="ADT").unique("USUBJID", keep="first")
    return _days(subjects, own, missing)


def _removals(study: Study, series: AssessmentSeries, frames: Frames, subjects: pl.Series) -> tuple[Ints, Ints]:
    plan, never = series.planned_removal, np.full(len(subjects), NO_DAY, np.int64)
    if plan is None:
        return never, never
    place = item_place(study, plan.procedure)
    rows = rows_at(place, frames).with_columns(DAY=pl.col(f"{date_stem(place.column)}LO")).drop_nulls("DAY")
    which = pl.col("DAY").min() if place.take == "first" else pl.col("DAY").max()
    day = _days(subjects, rows.group_by("USUBJID").agg(which), NO_DAY)
    within = plan.new_baseline.within if plan.new_baseline is not None else NO_DAYS
    done = day < NO_DAY
    return day, np.where(done, moved(np.where(done, day, 0), within), NO_DAY)


def windows_of(
    study: Study, series: AssessmentSeries, frames: Frames, moments: pl.DataFrame, subjects: pl.Series
) -> Windows:
    """Bounds of a series for each subject.

    Parameters
    ----------
    study : Study
        The study.
    series : AssessmentSeries
        The series.
    frames : Frames
        The study's tables; the procedure of a planned removal and new therapies (CM) are read.
    moments : polars.DataFrame
        ``USUBJID POINT ADT``: dates of the time points.
    subjects : polars.Series
        USUBJID, sorted.

    Returns
    -------
    Windows
        One entry a subject. A removal with a date known in part stands at its first possible day.
    """
    anchor = _point(subjects, moments, series.baseline.last_before, -NO_DAY)
    reached = anchor > -NO_DAY
    opens = np.where(reached, moved(np.where(reached, anchor, 0), series.baseline.within, -1), -NO_DAY)
    since = anchor if series.from_ is None else _point(subjects, moments, series.from_, -NO_DAY)
    until = np.full(len(subjects), NO_DAY) if series.until is None else _point(subjects, moments, series.until, NO_DAY)
    removal, closes = _removals(study, series, frames, subjects)
    started = frames["CM"].filter((pl.col("CMCAT") == _NEXT_THERAPY) & pl.col("CMSTLO").is_not_null())
    first = started.group_by("USUBJID").agg(DAY=pl.col("CMSTLO").min())
    return Windows(opens, anchor, since, until, removal, closes, _days(subjects, first, NO_DAY))
