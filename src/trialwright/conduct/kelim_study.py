"""KELIM in a trial: the parameter set its study file names, or one fitted to its own subjects, all arms together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np
import polars as pl

from trialwright.assessments.kelim import rules_of
from trialwright.assessments.marker_samples import marker_rules, study_series
from trialwright.assessments.marker_series import PreparedSeries
from trialwright.conduct.kelim_cohort import cohort_of
from trialwright.conduct.kelim_fit import FitRequest, Fitted, fit_cohort
from trialwright.conduct.kelim_sets import STUDY_FIT, marker_set, open_set
from trialwright.conduct.studies import OpenedStudy
from trialwright.errors import EstimationError
from trialwright.model.frames import Frames
from trialwright.model.parameter_set import Setting, SetUse, status_of
from trialwright.model.schedule import Marker
from trialwright.numerics.kinetics.saem import SaemOptions
from trialwright.numerics.sampling import Draws, stream_number

__all__ = ["LEAST_FITTED", "MOST_FITTED", "drawn_subjects", "fit_in_study", "set_in_study"]

LEAST_FITTED: Final = 30
"""A trial with fewer subjects whose series suffice fits no set of its own."""
MOST_FITTED: Final = 250
"""A larger trial fits its set to so many subjects, drawn by the seed."""


def fit_in_study(
    opened: OpenedStudy,
    marker: Marker,
    frames: Frames,
    dates: pl.DataFrame,
    *,
    seed: int = 1,
    runs: int = 1,
    options: SaemOptions | None = None,
    say: Callable[[str], None] = lambda message: None,
) -> Fitted:
    """Return a parameter set fitted to the subjects of a trial, whatever their arm.

    Parameters
    ----------
    opened : OpenedStudy
        The study.
    marker : Marker
        The marker's clause.
    frames : Frames
        The study's tables.
    dates : polars.DataFrame
        ``USUBJID POINT LO HI``, as `time_point_dates` gives them.
    seed, runs : int
        As in `FitRequest`.
    options : SaemOptions, optional
        Length of a run.
    say : callable, optional
        Told how far the fit has come.

    Returns
    -------
    Fitted
        The set, named after study and marker; its cutoff is the median of the subjects' own rates.

    Raises
    ------
    EstimationError
        If there are fewer than `LEAST_FITTED` subjects with enough samples.

    Notes
    -----
    Of more than `MOST_FITTED` subjects so many are drawn at random, whatever their samples and arms.
    """
    start = open_set("demo").content
    rules = rules_of(start)
    prepared = _fitted(study_series(opened.study, marker, frames, dates, rules), seed)
    cohort = cohort_of(
        prepared, marker_rules(opened.study, marker, rules), covariates=None, simulated=frames.origin == "simulated"
    )
    request = FitRequest(
        id=f"{opened.study.id}-{marker.id}".replace("_", "-"),
        version=opened.study.study.version,
        setting=Setting(line="any", regimen=f"as in {opened.study.id}"),
        citation=f"fitted to the subjects of {opened.study.id}, all arms together",
        seed=seed,
        runs=runs,
        options=options or SaemOptions(),
    )
    return fit_cohort(cohort, request, say=say)


def drawn_subjects(subjects: pl.DataFrame, seed: int) -> pl.DataFrame:
    """Return as many subjects as a fit takes, drawn at random where there are more.

    Parameters
    ----------
    subjects : polars.DataFrame
        A row for each, with ``USUBJID``.
    seed : int
        Seed of the lot; a subject's lot follows from it and from the ``USUBJID``.

    Returns
    -------
    polars.DataFrame
        At most `MOST_FITTED` of them, in their order.
    """
    if subjects.height <= MOST_FITTED:
        return subjects
    numbers = np.array([stream_number(name) for name in subjects["USUBJID"]], dtype=np.int64)
    lot = pl.Series(Draws(seed, 0, numbers).uniform("subjects a set is fitted to"))
    return subjects.filter(lot.rank("ordinal") <= MOST_FITTED)


def _fitted(prepared: PreparedSeries, seed: int) -> PreparedSeries:
    """The subjects a set is fitted to: those whose series suffice, or as many of them as are enough."""
    usable = prepared.subjects.filter(pl.col("STATUS") == "USABLE")
    if usable.height < LEAST_FITTED:
        raise EstimationError(
            f"{usable.height} subjects have enough samples, {LEAST_FITTED} are needed to fit a set",
            mend="wait for more subjects, or name a parameter set in the study file",
        )
    return replace(prepared, subjects=drawn_subjects(usable, seed))


def set_in_study(
    opened: OpenedStudy,
    marker: Marker,
    frames: Frames,
    dates: pl.DataFrame,
    *,
    seed: int = 1,
    say: Callable[[str], None] = lambda message: None,
) -> tuple[SetUse, Fitted | None]:
    """Return the parameter set a marker's clause asks for.

    Parameters
    ----------
    opened : OpenedStudy
        The study.
    marker : Marker
        The marker's clause.
    frames : Frames
        The study's tables.
    dates : polars.DataFrame
        ``USUBJID POINT LO HI``.
    seed : int, default 1
        Seed of a fit.
    say : callable, optional
        Told how far a fit has come.

    Returns
    -------
    tuple of SetUse and (Fitted or None)
        The set, and its fits where it was fitted to the study's own subjects.

    Raises
    ------
    NotAllowedError
        If the study is activated and the set is invented.
    EstimationError
        If a set is to be fitted and there are too few subjects.
    """
    if marker.parameters in (None, STUDY_FIT):
        fitted = fit_in_study(opened, marker, frames, dates, seed=seed, say=say)
        return status_of(fitted.parameter_set, None), fitted
    return marker_set(opened, marker), None
