"""Whether a tumour marker lies above its upper limit at each visit, where a complete response needs it normal."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from trialwright.assessments.lesion_tables import LesionTables
from trialwright.model.frames import Frames
from trialwright.model.items import item_place, rows_at
from trialwright.model.study import Study

__all__ = ["ABOVE", "NORMAL", "NOT_NEEDED", "UNKNOWN", "marker_states"]

NOT_NEEDED: Final = 0
NORMAL: Final = 1
ABOVE: Final = 2
UNKNOWN: Final = 3


def marker_states(
    study: Study, marker: str, frames: Frames, tables: LesionTables, anchor: npt.NDArray[np.int64], within_days: int
) -> npt.NDArray[np.int8]:
    """State of a marker at each visit of a series.

    Parameters
    ----------
    study : Study
        The study.
    marker : str
        A marker of the study; its samples stand in LB, each with the upper limit of its own result.
    frames : Frames
        The study's tables.
    tables : LesionTables
        The visits.
    anchor : numpy.ndarray of int64
        Last day of the baseline, one a subject.
    within_days : int
        Most days between a visit and the sample read with it.

    Returns
    -------
    numpy.ndarray of int8
        `NOT_NEEDED` for a subject whose last sample up to the baseline was not above its limit; otherwise `NORMAL`,
        `ABOVE` or, without a sample or a limit in reach, `UNKNOWN`. A sample without a limit says nothing.

    References
    ----------
    Eisenhauer et al., Eur J Cancer 2009;45:228-247, doi:10.1016/j.ejca.2008.10.026, section 4.3.3.
    """
    item = next(entry.item for entry in study.markers if entry.id == marker)
    who = pl.DataFrame({"USUBJID": tables.subjects, "S": np.arange(len(tables.subjects))})
    rows = rows_at(item_place(study, item), frames).join(who, on="USUBJID").filter(pl.col("LBLO").is_not_null())
    limit = pl.col("LBORNRHIVAL")
    above = pl.when(pl.col("LBCMP").is_in(["<", "<="]) & (pl.col("LBVAL") > limit)).then(None)
    samples = rows.select(
        "S", DAY=pl.col("LBHI").to_physical().cast(pl.Int64), HIGH=above.otherwise(pl.col("LBVAL") > limit)
    ).drop_nulls().sort("S", "DAY")  # fmt: skip
    visits = tables.visits.select("VISIT", "S", DAY="LAST").sort("S", "DAY")
    near = visits.join_asof(
        samples, on="DAY", by="S", strategy="nearest", tolerance=within_days, check_sortedness=False
    ).sort("VISIT")
    base = pl.DataFrame({"S": np.arange(len(anchor)), "DAY": anchor})
    before = (
        base.join_asof(samples, on="DAY", by="S", strategy="backward", check_sortedness=False) if base.height else base
    )
    first = before.sort("S")["HIGH"] if "HIGH" in before.columns else pl.Series([], dtype=pl.Boolean)
    state = near["HIGH"].cast(pl.Int8).fill_null(2).to_numpy()
    needed = first.fill_null(value=True).to_numpy()[tables.visits["S"].to_numpy()]
    return np.where(needed, np.array([NORMAL, ABOVE, UNKNOWN], np.int8)[state], NOT_NEEDED).astype(np.int8)
