"""The subjects a population of marker kinetics is fitted to or compared with."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from trialwright.assessments.kelim import series_of
from trialwright.assessments.marker_series import PreparedSeries, prepare_series
from trialwright.assessments.series_rules import SeriesRules
from trialwright.conduct.kelim_map import SIMULATED, read_events
from trialwright.errors import DataError
from trialwright.exchange.series_in import SeriesColumns, series_blocks
from trialwright.numerics.kinetics.series import Series

__all__ = ["Cohort", "cohort_of", "read_cohort"]


@dataclass(frozen=True, slots=True, eq=False)
class Cohort:
    """Subjects a population is fitted to.

    Parameters
    ----------
    prepared : PreparedSeries
        Samples that count, and why the others do not.
    rules : SeriesRules
        Rules by which they were chosen.
    subjects : polars.DataFrame
        Rows of ``prepared.subjects`` that are used.
    series : Series
        Their samples.
    covariates : polars.DataFrame or None
        ``USUBJID`` and what may move typical values.
    simulated : bool
        Whether any of them is invented.
    sha256 : str or None
        Hash of the file they were read from.
    """

    prepared: PreparedSeries
    rules: SeriesRules
    subjects: pl.DataFrame
    series: Series
    covariates: pl.DataFrame | None
    simulated: bool
    sha256: str | None


def read_cohort(
    data: Path, rules: SeriesRules, *, events: Path | None = None, covariates: Sequence[str] = ()
) -> Cohort:
    """Return the subjects of a table.

    Parameters
    ----------
    data : pathlib.Path
        Table of samples; it is held in memory.
    rules : SeriesRules
        Rules for samples.
    events : pathlib.Path, optional
        Interventions that raise the marker.
    covariates : sequence of str
        Columns of the table that may move typical values.

    Returns
    -------
    Cohort
        Only subjects whose rate could be calculated.

    Raises
    ------
    DataError
        If the table cannot be read, a covariate is missing, or a sample has to be corrected first.
    """
    wanted = SeriesColumns(numbers=("ULN", "UNTIL", *covariates))
    samples = pl.concat([block.samples for block in series_blocks(data, wanted)])
    absent = [name for name in covariates if name not in samples.columns]
    if absent:
        raise DataError(f"there is no column {absent[0]}", where=data.name, mend="add it, one value a subject")
    facts = samples.group_by("USUBJID").agg(pl.col(list(covariates)).drop_nulls().first()) if covariates else None
    with data.open("rb") as source:
        digest = hashlib.file_digest(source, "sha256").hexdigest()
    prepared = prepare_series(samples, rules, None if events is None else read_events(events))
    wrong = prepared.subjects.filter(pl.col("STATUS") == "ERROR")
    if wrong.height:
        first = wrong.row(0, named=True)
        raise DataError(
            f"{wrong.height} subjects have samples to correct, first {first['USUBJID']}: {first['EXCLUDED']}",
            where=data.name,
            why="a set is fitted once and never changed",
            mend="correct the samples, or say --rule 'errors=leave out'",
        )
    simulated = "ORIGIN" in samples.columns and bool((samples["ORIGIN"] == SIMULATED).any())
    return cohort_of(prepared, rules, covariates=facts, simulated=simulated, sha256=digest)


def cohort_of(
    prepared: PreparedSeries,
    rules: SeriesRules,
    *,
    covariates: pl.DataFrame | None,
    simulated: bool,
    sha256: str | None = None,
) -> Cohort:
    """Return the subjects of prepared series whose rate can be calculated.

    Parameters
    ----------
    prepared : PreparedSeries
        Samples that count.
    rules : SeriesRules
        Rules by which they were chosen.
    covariates : polars.DataFrame or None
        ``USUBJID`` and what may move typical values; subjects without all of it are left out.
    simulated : bool
        Whether any subject is invented.
    sha256 : str, optional
        Hash of the file they were read from.

    Returns
    -------
    Cohort
        The subjects.
    """
    usable = prepared.subjects.filter(pl.col("STATUS") == "USABLE")
    if covariates is not None:
        known = covariates.drop_nulls()["USUBJID"].implode()
        usable = usable.filter(pl.col("USUBJID").is_in(known))
    return Cohort(prepared, rules, usable, series_of(prepared, usable), covariates, simulated, sha256)
