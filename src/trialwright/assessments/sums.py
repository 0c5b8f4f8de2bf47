"""Sums of the targets at every visit of a judged series, as ADTR holds them."""

from __future__ import annotations

import numpy as np
import polars as pl

from trialwright.assessments.derived import Judged
from trialwright.model.lengths import millimetres
from trialwright.numerics.lesion_records import NO_DAY

__all__ = ["sum_rows"]


def sum_rows(judged: Judged, study: str, series: str) -> pl.DataFrame:
    """Sums of the targets, the baseline's first.

    Parameters
    ----------
    judged : Judged
        The visits.
    study, series : str
        Id of the study and of the series.

    Returns
    -------
    polars.DataFrame
        ADTR rows of ``PARAMCD`` SDIAM, sorted by subject and date. ``AVAL`` is empty where not every target was
        measured; ``BASE`` and ``NADIR`` are those the visit was judged against; percentages are for display and decide
        nothing.
    """
    tables, here = judged.tables, judged.course[judged.rows]
    first = np.flatnonzero((judged.ends["baseline"] >= 0) & (judged.windows.since > -NO_DAY))
    visit = judged.ends["baseline"][first]
    base = judged.ends["base"][first]
    later = pl.DataFrame(
        {
            "S": judged.subject, "DAY": judged.day, "SUM": here["total"], "BASE": here["base"], "NADIR": here["nadir"],
            "MISSING": here["missing"], "SRCDOM": judged.domain, "SRCSEQ": judged.seq,
        }
    ).filter((pl.col("SUM") >= 0) | (pl.col("MISSING") > 0))  # fmt: skip
    start = pl.DataFrame(
        {"S": first, "DAY": tables.visits["LAST"].to_numpy()[visit].astype(np.int64), "SUM": base, "BASE": base}
    ).filter(pl.col("SUM") >= 0)
    both = pl.concat([start.with_columns(ABLFL=pl.lit("Y"), MISSING=pl.lit(0)), later], how="diagonal_relaxed")
    whole = (pl.col("SUM") >= 0) & (pl.col("MISSING") == 0)
    value, least = pl.when(whole).then("SUM"), pl.when(pl.col("NADIR") >= 0).then("NADIR")
    beginning = pl.when(pl.col("BASE") >= 0).then("BASE")
    made = both.select(
        STUDYID=pl.lit(study), USUBJID=pl.lit(tables.subjects).gather("S"), ASSESSID=pl.lit(series),
        PARAMCD=pl.lit("SDIAM"), TRLNKID=pl.lit(None, pl.String), ADT=pl.col("DAY").cast(pl.Int32).cast(pl.Date),
        AVAL=value, ABLFL="ABLFL", BASE=beginning, NADIR=least, CHG=value - beginning,
        CHGNAD=value - least, PCHG=100 * (value - beginning) / pl.when(beginning > 0).then(beginning),
        PCHGNAD=100 * (value - least) / pl.when(least > 0).then(least),
        COMPLETE=pl.when(whole).then(pl.lit("Y")).otherwise(pl.lit("N")), SRCDOM="SRCDOM", SRCSEQ="SRCSEQ",
    )  # fmt: skip
    made = made.with_columns(AVALMM=millimetres(made["AVAL"]))
    return made.sort("USUBJID", "ASSESSID", "ADT")
