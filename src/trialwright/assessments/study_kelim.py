"""The elimination rate of a study's marker in each subject: a function of its clause, the data and the set."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from trialwright.assessments.kelim import ROW_SCHEMA, KelimOptions, kelim_rows, rules_of
from trialwright.assessments.marker_samples import study_series
from trialwright.assessments.marker_series import PreparedSeries
from trialwright.model.frames import Frames
from trialwright.model.parameter_set import SetUse
from trialwright.model.schedule import Marker
from trialwright.model.study import Study

__all__ = ["StudyKelim", "study_kelim"]


@dataclass(frozen=True, slots=True, eq=False)
class StudyKelim:
    """A marker's rate in each subject of a study.

    Parameters
    ----------
    rows : polars.DataFrame
        The columns of `ROW_SCHEMA`, one row a subject of DM, in its order.
    prepared : PreparedSeries
        Samples that count and samples that do not, each with its row in the data.
    """

    rows: pl.DataFrame
    prepared: PreparedSeries


def study_kelim(
    study: Study, marker: Marker, frames: Frames, dates: pl.DataFrame, use: SetUse, options: KelimOptions
) -> StudyKelim:
    """Return the elimination rate of a study's marker in each subject, or why there is none.

    Parameters
    ----------
    study : Study
        The study.
    marker : Marker
        Its clause: item, start, window, the time point up to which samples count, what is ignored.
    frames : Frames
        The study's tables.
    dates : polars.DataFrame
        ``USUBJID POINT LO HI``: earliest and latest day of each time point a subject has reached.
    use : SetUse
        The parameter set.
    options : KelimOptions
        How sure a figure is made.

    Returns
    -------
    StudyKelim
        The same samples count in every arm: nothing here knows who is in which.

    Raises
    ------
    InputError
        If the set has covariates; a study's clause names none.
    """
    prepared = study_series(study, marker, frames, dates, rules_of(use.content))
    found = kelim_rows(prepared, use, options)
    everybody = frames["DM"].select("USUBJID").unique(maintain_order=True)
    rows = everybody.join(found, on="USUBJID", how="left", maintain_order="left").with_columns(
        STATUS=pl.col("STATUS").fill_null("NOT CALCULABLE"),
        REASON=pl.when(pl.col("STATUS").is_null()).then(pl.lit("no sample")).otherwise("REASON"),
        N_USED=pl.col("N_USED").fill_null(0),
        N_CENSORED=pl.col("N_CENSORED").fill_null(0),
        FLAGS=pl.col("FLAGS").fill_null([]),
        PARAMSET=pl.lit(use.content.label()),
        PARAMSET_STATUS=pl.lit(use.status),
        PARAMSET_SHA256=pl.lit(use.sha256),
        ENGINE=pl.lit(options.engine),
    )
    return StudyKelim(rows.select(list(ROW_SCHEMA)), prepared)
