"""The samples of a study's marker, taken from its laboratory table by the study's own clause."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import polars as pl

from trialwright.assessments.marker_series import PreparedSeries, prepare_series
from trialwright.assessments.series_rules import RULE_SETTINGS, SeriesRules, same_unit, with_rules
from trialwright.model.frames import Frames
from trialwright.model.items import date_stem, item_place, rows_at
from trialwright.model.schedule import Marker
from trialwright.model.study import Study

__all__ = ["marker_events", "marker_rules", "marker_samples", "study_series"]

_DAYS: Final = {"days": "{}d", "weeks": "{}w", "months": "{}mo", "years": "{}y"}


def marker_rules(study: Study, marker: Marker, rules: SeriesRules) -> SeriesRules:
    """Return the rules of a parameter set as a study's clause narrows them.

    Parameters
    ----------
    study : Study
        The study.
    marker : Marker
        Its clause.
    rules : SeriesRules
        The rules of the parameter set.

    Returns
    -------
    SeriesRules
        The window is the shorter of the two, the upper limit of normal is that of each sample, and a sample shortly
        after what the clause ignores is dropped. The settings of the clause come last.

    Raises
    ------
    InputError
        If a setting is no value of its rule.
    """
    last = rules.last_day if marker.within is None else min(rules.last_day, int(marker.within.days))
    interference = "drop" if marker.ignore_after else rules.interference
    analyte = study.items[marker.item].analyte or rules.analyte
    own = replace(rules, last_day=last, uln=None, interference=interference, analyte=analyte)
    chosen = [(name, str(value)) for name, value in marker.settings.items() if name in RULE_SETTINGS]
    return with_rules(own, chosen, where=f"/markers/{marker.id}/settings")


def marker_samples(study: Study, marker: Marker, frames: Frames, dates: pl.DataFrame) -> pl.DataFrame:
    """Return every value of a study's marker with its day, whether it counts or not.

    Parameters
    ----------
    study : Study
        The study.
    marker : Marker
        Its clause.
    frames : Frames
        The study's tables.
    dates : polars.DataFrame
        ``USUBJID POINT LO HI``: earliest and latest day of each time point a subject has reached.

    Returns
    -------
    polars.DataFrame
        As `prepare_series` takes them. ``DOUBT`` says where the day of the sample or of the start cannot be told;
        ``UNTIL`` is the last day on which samples count, that of the time point itself included; where the time point
        is dated to the month only, its first possible day, so that no sample after it is taken in.
    """
    place = item_place(study, marker.item)
    stem, sequence = date_stem(place.date_column), f"{place.domain}SEQ"
    needed = (
        "USUBJID", sequence, place.column, f"{place.column}U", f"{stem}LO", f"{stem}HI", "LBASSAY", "LBORNRHIVAL",
    )  # fmt: skip
    rows = rows_at(place, frames)
    rows = rows.select(name for name in rows.columns if name in needed)
    start = _known(dates, marker.from_).rename({"DATE": "START"})
    until = _known(dates, marker.until or "", exact=False).rename({"DATE": "LAST"})
    dated = rows.join(start, on="USUBJID", how="left", maintain_order="left").join(
        until, on="USUBJID", how="left", maintain_order="left"
    )
    low, high = pl.col(f"{stem}LO"), pl.col(f"{stem}HI")
    limit = pl.col("LBORNRHIVAL").cast(pl.Float64) if place.domain == "LB" else pl.lit(None, pl.Float64)
    file = frames.file_of(place.domain)
    return dated.select(
        "USUBJID",
        pl.format(f"row/{file}:{{}}:{{}}", "USUBJID", sequence).alias("ROW"),
        (low - pl.col("START")).dt.total_days().alias("DAY"),
        pl.col(place.column).alias("VALUE"),
        pl.col(f"{place.column}U").alias("UNIT"),
        (pl.col("LBASSAY") if "LBASSAY" in rows.columns else pl.lit(None, pl.String)).alias("ASSAY"),
        limit.alias("ULN"),
        (pl.col("LAST") - pl.col("START")).dt.total_days().alias("UNTIL"),
        pl.when(pl.col("START").is_null()).then(pl.lit("no start"))
        .when(low.is_null() | (low != high)).then(pl.lit("incomplete date")).alias("DOUBT"),
    )  # fmt: skip


def marker_events(study: Study, marker: Marker, frames: Frames, dates: pl.DataFrame) -> pl.DataFrame:
    """Return the interventions after which a study's clause ignores samples.

    Parameters
    ----------
    study : Study
        The study.
    marker : Marker
        Its clause.
    frames : Frames
        The study's tables.
    dates : polars.DataFrame
        As for `marker_samples`.

    Returns
    -------
    polars.DataFrame
        ``USUBJID DAY END``: days since the start on which each began and last disturbs. A date without a day reaches
        from its first to its last possible day.
    """
    start = _known(dates, marker.from_).rename({"DATE": "START"})
    found = [pl.DataFrame(schema={"USUBJID": pl.String, "DAY": pl.Int64, "END": pl.Int64})]
    for pause in marker.ignore_after:
        place = item_place(study, pause.item)
        stem = date_stem(place.column)
        step = _DAYS[pause.within.unit].format(pause.within.amount)
        rows = rows_at(place, frames).join(start, on="USUBJID", how="inner")
        since = pl.col(f"{stem}LO"), pl.col(f"{stem}HI").dt.offset_by(step)
        days = [(day - pl.col("START")).dt.total_days() for day in since]
        found.append(rows.select("USUBJID", DAY=days[0], END=days[1]).drop_nulls())
    return pl.concat(found)


def study_series(
    study: Study, marker: Marker, frames: Frames, dates: pl.DataFrame, rules: SeriesRules
) -> PreparedSeries:
    """Return the samples of a study's marker that count, and why the others do not.

    Parameters
    ----------
    study : Study
        The study.
    marker : Marker
        Its clause.
    frames : Frames
        The study's tables.
    dates : polars.DataFrame
        As for `marker_samples`.
    rules : SeriesRules
        The rules of the parameter set; the clause narrows them.

    Returns
    -------
    PreparedSeries
        Subjects without any value of the marker are not in it.
    """
    own = marker_rules(study, marker, rules)
    samples = marker_samples(study, marker, frames, dates)
    # a limit in another unit than the value says nothing about it
    equal = [unit for unit in samples["UNIT"].drop_nulls().unique().to_list() if same_unit(unit, own)]
    samples = samples.with_columns(ULN=pl.when(pl.col("UNIT").is_in(equal)).then("ULN"))
    return prepare_series(samples, own, marker_events(study, marker, frames, dates))


def _known(dates: pl.DataFrame, point: str, *, exact: bool = True) -> pl.DataFrame:
    """Day of a time point where it is known to the day; without `exact` the first day it can have been."""
    at = dates.filter(pl.col("POINT") == point)
    return at.filter((pl.col("LO") == pl.col("HI")) | pl.lit(not exact)).select("USUBJID", DATE="LO")
