"""New lesions seen by PET: certain at once only where a PET of the baseline was negative there."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from trialwright.assessments.lesion_tables import LesionTables
from trialwright.model.frames import Frames
from trialwright.numerics.lesion_records import KINDS

__all__ = ["settle_by_other_scan"]

_PET: Final = "PET"


def settle_by_other_scan(tables: LesionTables, frames: Frames, anchor: npt.NDArray[np.int64]) -> None:
    """Make new lesions of a PET equivocal where no PET was done at baseline; another kind of scan settles them.

    Parameters
    ----------
    tables : LesionTables
        Lesions and looks; their arrays are changed.
    frames : Frames
        The study's tables. A PET of the baseline shows in TU, in TR, or in a review (FA) whose ``FAOBJ`` names it.
    anchor : numpy.ndarray of int64
        Last day of the baseline, one a subject.

    References
    ----------
    Eisenhauer et al., Eur J Cancer 2009;45:228-247, doi:10.1016/j.ejca.2008.10.026, section 4.3.5.
    """
    by_pet = pl.col("METHOD").str.contains(_PET).fill_null(value=False)
    new = tables.lesions.filter((pl.col("GROUP") == 2) & by_pet)
    if new.is_empty():
        return
    ends = pl.DataFrame({"USUBJID": tables.subjects, "S": np.arange(len(anchor)), "ANCHOR": anchor})
    seen = pl.concat(
        [
            frames["TU"].filter(pl.col("TUMETHOD").cast(pl.String).str.contains(_PET)).select("USUBJID", DAY="TULO"),
            frames["TR"].filter(pl.col("TRMETHOD").cast(pl.String).str.contains(_PET)).select("USUBJID", DAY="TRLO"),
            frames["FA"].filter(pl.col("FAOBJ").str.contains(_PET)).select("USUBJID", DAY="FALO"),
        ]
    ).drop_nulls().join(ends, on="USUBJID")  # fmt: skip
    had = seen.filter(pl.col("DAY").to_physical() <= pl.col("ANCHOR")).select("S").unique()
    open_ = new.join(had, on="S", how="anti")["L"].to_numpy()
    tables.lesion_array["certain"][open_] = False
    looks, rows = tables.look_array, tables.looks
    other = (~rows["METHOD"].str.contains(_PET).fill_null(value=False)).to_numpy()
    there = np.isin(looks["kind"], (KINDS.measured, KINDS.present, KINDS.too_small)) & ~(looks["value"] == 0)
    settles = other & there & np.isin(looks["lesion"], open_)
    looks["kind"][settles] = KINDS.unequivocal
