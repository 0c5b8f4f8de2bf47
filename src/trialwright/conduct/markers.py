"""Marker models in a run: the set, each subject's figure, and what is drawn of them; kept for the next run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import polars as pl

from trialwright.assessments.kelim import KelimOptions, population_of, rules_of, series_of
from trialwright.assessments.marker_samples import marker_events, marker_samples, study_series
from trialwright.assessments.marker_series import PreparedSeries
from trialwright.assessments.study_kelim import study_kelim
from trialwright.conduct.kelim_map import ENGINE
from trialwright.conduct.kelim_sets import STUDY_FIT, marker_set, open_set
from trialwright.conduct.kelim_study import drawn_subjects, set_in_study
from trialwright.conduct.marker_files import as_files, packed, unpacked
from trialwright.conduct.remembered import key_of, program_key, remembered
from trialwright.conduct.studies import OpenedStudy
from trialwright.errors import EstimationError
from trialwright.model.frames import Frames
from trialwright.model.marker_figures import MarkerFigures, MarkerPictures
from trialwright.model.parameter_set import SetUse
from trialwright.model.schedule import Marker
from trialwright.numerics.kinetics.curve_band import curve_band
from trialwright.numerics.kinetics.next_sample import next_sample_value
from trialwright.numerics.kinetics.predictive_check import Band, PredictiveCheck, limit_of, predictive_check
from trialwright.numerics.sampling import stream_number

__all__ = ["MODELS", "MOST_SURE", "marker_figures"]

MODELS: Final = ("kelim",)
"""Marker models that are computed."""
MOST_SURE: Final = 2_000
"""Up to so many subjects each figure has draws from its posterior; above, the interval is that around the mode."""
_ANSWERING: Final = ("numerics/*.py", "numerics/kinetics/*.py", "assessments/*marker*.py", "assessments/*kelim*.py",
                     "assessments/series_rules.py", "assessments/parameter_sets/*.yaml", "conduct/*kelim*.py",
                     "conduct/*marker*.py", "model/parameter_set.py")  # fmt: skip
_SEED: Final = 1
_GRID_DAYS: Final = 51
_REPLICATES: Final = 200
_LATER_DAYS: Final = (7, 14, 21, 28, 35, 42)
"""Days after the last sample on which one more is tried, up to the end of the window."""

Say = Callable[[str], None]


def marker_figures(
    opened: OpenedStudy, frames: Frames, dates: pl.DataFrame, *, say: Say = lambda _: None
) -> dict[str, MarkerFigures]:
    """Return the figures of every marker model of a study.

    Parameters
    ----------
    opened : OpenedStudy
        The study.
    frames : Frames
        Its data up to the cutoff; no arm is read.
    dates : polars.DataFrame
        ``USUBJID POINT LO HI``: days of the time points each subject has reached.
    say : callable
        Told how far a fit has come.

    Returns
    -------
    dict of str to MarkerFigures
        By the id of the marker; where nothing can be computed they say why.

    Raises
    ------
    NotAllowedError
        If the study is activated and names a set that is invented.

    Notes
    -----
    The figures are a function of the clause, the samples and the program's version; the answer is kept, so that the
    same samples are fitted once.
    """
    return {
        marker.id: _figures(opened, marker, frames, dates, say)
        for marker in opened.study.markers
        if marker.model in MODELS
    }


def _figures(opened: OpenedStudy, marker: Marker, frames: Frames, dates: pl.DataFrame, say: Say) -> MarkerFigures:
    samples = marker_samples(opened.study, marker, frames, dates)
    if samples.is_empty():
        return MarkerFigures(marker.id, reason="there is no sample")
    fitted_here = marker.parameters in (None, STUDY_FIT)
    whose = opened.study.study.version if fitted_here else marker_set(opened, marker).sha256
    key = key_of(
        ENGINE.encode(),
        program_key(*_ANSWERING).encode(),
        f"{opened.study.id} {whose} {frames.origin}".encode(),
        marker.model_dump_json().encode(),
        packed(samples),
        packed(marker_events(opened.study, marker, frames, dates)),
        packed(frames["DM"].select("USUBJID")),
    )
    return unpacked(marker.id, remembered(key, lambda: as_files(_computed(opened, marker, frames, dates, say))))


def _computed(opened: OpenedStudy, marker: Marker, frames: Frames, dates: pl.DataFrame, say: Say) -> MarkerFigures:
    prepared = study_series(opened.study, marker, frames, dates, rules_of(open_set("demo").content))
    usable = prepared.subjects.filter(pl.col("STATUS") == "USABLE")
    try:
        use, fitted = set_in_study(
            opened,
            marker,
            frames,
            dates,
            seed=_SEED,
            say=lambda text: say(f"fitting the kinetics of {marker.id}, {text}"),
        )
    except EstimationError as error:
        return MarkerFigures(marker.id, excluded=prepared.excluded, eligible_subjects=usable.height, reason=str(error))
    say(f"estimating {marker.id} of each subject")
    options = KelimOptions(posterior=usable.height <= MOST_SURE, seed=_SEED, engine=ENGINE)
    found = study_kelim(opened.study, marker, frames, dates, use, options)
    names = found.prepared.subjects.select("SUBJ", "USUBJID")
    return MarkerFigures(
        marker.id,
        rows=found.rows.with_columns(pl.col("FLAGS").list.join(" ")),
        used=found.prepared.used.join(names, on="SUBJ").select("USUBJID", "T_DAYS", "VALUE", "CENSOR", "ROWS"),
        excluded=found.prepared.excluded,
        parameters=use,
        fitted_subjects=0 if fitted is None or use.content.fit_report is None else use.content.fit_report.subjects,
        eligible_subjects=usable.height,
        doubts=() if fitted is None else fitted.doubts,
        pictures=_pictures(found.prepared, found.rows, use),
    )


def _pictures(prepared: PreparedSeries, rows: pl.DataFrame, use: SetUse) -> MarkerPictures | None:
    estimated = rows.filter(pl.col("STATUS") == "ESTIMATED")
    if estimated.is_empty():
        return None
    population = population_of(use.content)
    everybody = prepared.subjects.filter(pl.col("USUBJID").is_in(estimated["USUBJID"].implode()))
    checked = series_of(prepared, drawn_subjects(everybody, _SEED))
    check = predictive_check(checked, population, replicates=_REPLICATES, seed=_SEED)
    doubtful = (pl.col("P_FAVOURABLE").fill_null(0.5) - 0.5).abs()
    subject: str = estimated.sort(doubtful, "USUBJID")["USUBJID"][0]
    own = series_of(prepared, everybody.filter(pl.col("USUBJID") == subject))
    number = np.array([stream_number(subject)], dtype=np.int64)
    last = float(own.t_days.max())
    days = np.linspace(0.0, last + _LATER_DAYS[-1], _GRID_DAYS)
    band = curve_band(own, population, days, seed=_SEED, subjects=number)
    cut = use.content.cutoff
    gain = pl.DataFrame(schema={"day": pl.Float64, "expected_change": pl.Float64, "expected_misclassified": pl.Float64})
    later = np.array([last + day for day in _LATER_DAYS if last + day <= use.content.window_days])
    if cut is not None and later.size:
        limit = limit_of(checked)
        found = next_sample_value(
            own, population, later, cut_per_day=cut.value, seed=_SEED, lloq=limit if np.isfinite(limit) else None,
            subjects=number,
        )  # fmt: skip
        gain = pl.DataFrame(
            {
                "day": later,
                "expected_change": found.expected_change[0],
                "expected_misclassified": found.expected_misclassified[0],
            }
        )
    drawn = pl.DataFrame({"day": band.days, "median": band.median, "low": band.low, "high": band.high})
    return MarkerPictures(_checked(check), subject, drawn, gain)


def _checked(check: PredictiveCheck) -> pl.DataFrame:
    parts = [_rows_of(check, f"{level:.0%}", check.percentiles, column) for column, level in enumerate(check.levels)]
    if check.lower_limit is not None:
        parts.append(_rows_of(check, "below", check.below, None))
    return pl.concat(parts)


def _rows_of(check: PredictiveCheck, what: str, band: Band, column: int | None) -> pl.DataFrame:
    figures = {"measured": band.measured, "low": band.low, "median": band.median, "high": band.high}
    columns = {name: each if column is None else np.exp(each[:, column]) for name, each in figures.items()}
    frame = pl.DataFrame({"values": check.values, "day": check.middle_days, **columns})
    return frame.select(pl.lit(what).alias("what"), pl.col("values").cast(pl.Int64), *("day", *columns)).with_columns(
        pl.col(pl.Float64).fill_nan(None)
    )
