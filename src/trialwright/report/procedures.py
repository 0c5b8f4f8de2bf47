"""Procedures the study plans: for whom one was recorded as not done, and why."""

from __future__ import annotations

import polars as pl

from trialwright.model.frames import Frames
from trialwright.model.items import Place

__all__ = ["not_done"]


def not_done(frames: Frames, place: Place) -> pl.DataFrame:
    """Return the subjects for whom a procedure is recorded as not done.

    Parameters
    ----------
    frames : Frames
        Data up to the cutoff.
    place : Place
        Where the date of the procedure stands.

    Returns
    -------
    polars.DataFrame
        ``USUBJID PRREASND``, one row a subject; the reason is null where none was recorded.
    """
    where = [pl.col(column).is_in(list(values)) for column, values in place.where if column != "PROCCUR"]
    planned = frames["PR"].filter(pl.col("PROCCUR") == "N", *where)
    return planned.select("USUBJID", "PRREASND").unique("USUBJID", keep="first", maintain_order=True)
