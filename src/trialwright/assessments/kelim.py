"""The elimination rate of a marker in each subject, with its class and how sure both are.

The rate is the KELIM of a parameter set. It is divided by the set's own cutoff; at 1 or above the class is favourable.
A class means little without its probability, so the two stand side by side.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
import polars as pl
from scipy.special import ndtr, ndtri

from trialwright.assessments.marker_series import PreparedSeries
from trialwright.assessments.series_rules import SeriesRules
from trialwright.errors import InputError
from trialwright.model.parameter_set import ParameterSet, SetUse
from trialwright.numerics.kinetics.descriptive import half_life, log_slope, nadir, time_to_normalisation
from trialwright.numerics.kinetics.estimates import MapEstimates, PosteriorSummary
from trialwright.numerics.kinetics.map_estimate import map_estimates
from trialwright.numerics.kinetics.posterior import posterior
from trialwright.numerics.kinetics.series import ErrorModel, Population, Series
from trialwright.numerics.kinetics.structure import FloatArray
from trialwright.numerics.sampling import stream_number

__all__ = [
    "MAX_PLAUSIBLE_PER_DAY",
    "ROW_SCHEMA",
    "KelimOptions",
    "kelim_rows",
    "population_of",
    "rules_of",
    "series_of",
    "typical_of",
]

MAX_PLAUSIBLE_PER_DAY: Final = 0.15
"""A faster rate is flagged: cell-based simulation work on CA-125 has 0.11 a day for the plasma (J Transl Med 2018)."""

ROW_SCHEMA: Final[Mapping[str, pl.DataType]] = MappingProxyType(
    {
        "USUBJID": pl.String(),
        "STATUS": pl.String(),
        "REASON": pl.String(),
        "KELIM_PER_DAY": pl.Float64(),
        "KELIM_MEDIAN": pl.Float64(),
        "KELIM_LOW": pl.Float64(),
        "KELIM_HIGH": pl.Float64(),
        "STD_KELIM": pl.Float64(),
        "SD_LN_KELIM": pl.Float64(),
        "P_FAVOURABLE": pl.Float64(),
        "P_ERROR": pl.Float64(),
        "UNCERTAINTY": pl.String(),
        "CLASS": pl.String(),
        "OBJECTIVE": pl.Float64(),
        "N_MODES": pl.Int32(),
        "OTHER_MODE_PER_DAY": pl.Float64(),
        "LOG_SLOPE_PER_DAY": pl.Float64(),
        "HALF_LIFE_DAYS": pl.Float64(),
        "NADIR": pl.Float64(),
        "NADIR_DAY": pl.Float64(),
        "NORMAL_DAY": pl.Float64(),
        "N_USED": pl.Int32(),
        "N_CENSORED": pl.Int32(),
        "SPAN_DAYS": pl.Int64(),
        "FLAGS": pl.List(pl.String()),
        "EXCLUDED": pl.String(),
        "PARAMSET": pl.String(),
        "PARAMSET_STATUS": pl.String(),
        "PARAMSET_SHA256": pl.String(),
        "ENGINE": pl.String(),
    }
)
"""Columns of `kelim_rows`: a row for each subject, whether there is a figure or not."""


@dataclass(frozen=True, slots=True)
class KelimOptions:
    """How sure a figure is made, and what made it.

    Parameters
    ----------
    posterior : bool
        Draws from the posterior; without it the interval is that of a normal distribution around the mode of ln KELIM,
        which is indicative only.
    seed : int
        Seed of those draws; a subject's draws follow from it and from the ``USUBJID``.
    level : float
        Probability inside the credible interval.
    engine : str
        Program and version.

    Examples
    --------
    >>> KelimOptions().level
    0.9
    """

    posterior: bool = False
    seed: int = 0
    level: float = 0.90
    engine: str = ""


def rules_of(parameter_set: ParameterSet) -> SeriesRules:
    """Return the rules for samples that a parameter set goes with.

    Parameters
    ----------
    parameter_set : ParameterSet
        The set.

    Returns
    -------
    SeriesRules
        With its unit, its last day and its smallest number of values.
    """
    return SeriesRules(
        unit=parameter_set.unit,
        analyte=parameter_set.marker,
        last_day=parameter_set.window_days,
        min_values=parameter_set.min_n,
    )


def population_of(parameter_set: ParameterSet) -> Population:
    """Return a parameter set as the estimators take it.

    Parameters
    ----------
    parameter_set : ParameterSet
        The set.

    Returns
    -------
    Population
        Typical values, covariance and residual error.
    """
    names = parameter_set.parameters
    sd = np.array([parameter_set.omega[name] for name in names])
    correlation = np.eye(len(names))
    for pair in parameter_set.corr:
        i, j = (names.index(name) for name in pair.between)
        correlation[i, j] = correlation[j, i] = pair.value
    error = parameter_set.error
    return Population(
        parameter_set.structural_model,
        np.log([parameter_set.theta[name] for name in names]),
        correlation * np.outer(sd, sd),
        ErrorModel(error.type, error.sigma, error.additive or 0.0, 1.0 if error.exponent is None else error.exponent),
        parameter_set.beta_sign,
        parameter_set.c0_mode,
    )


def typical_of(parameter_set: ParameterSet, subjects: pl.Series, covariates: pl.DataFrame | None) -> FloatArray | None:
    """Return the typical ln parameters of each subject, where covariates move them.

    Parameters
    ----------
    parameter_set : ParameterSet
        The set.
    subjects : polars.Series
        ``USUBJID``.
    covariates : polars.DataFrame or None
        ``USUBJID`` and a column for each covariate of the set, one row a subject.

    Returns
    -------
    ndarray of shape (n, p) or None
        None when the set has no covariates; nan for a subject without a value.

    Raises
    ------
    InputError
        If the set has covariates and the table does not hold them.
    """
    if not parameter_set.covariates:
        return None
    wanted = sorted({effect.name for effect in parameter_set.covariates})
    absent = [name for name in wanted if covariates is None or name not in covariates.columns]
    if covariates is None or absent:
        raise InputError(
            f"the parameter set asks for {', '.join(absent)} of each subject",
            why="its typical values depend on it",
            mend="add a column of that name to the table",
        )
    own = pl.DataFrame({"USUBJID": subjects}).join(
        covariates.select("USUBJID", *wanted), on="USUBJID", how="left", maintain_order="left"
    )
    names = parameter_set.parameters
    ln_typical = np.tile(np.log([parameter_set.theta[name] for name in names]), (subjects.len(), 1))
    for effect in parameter_set.covariates:
        value = own[effect.name].cast(pl.Float64).fill_null(float("nan")).to_numpy()
        ln_typical[:, names.index(effect.on)] += effect.slope * (value - effect.centre)
    return ln_typical


def series_of(prepared: PreparedSeries, subjects: pl.DataFrame) -> Series:
    """Return the samples of some subjects as the estimators take them.

    Parameters
    ----------
    prepared : PreparedSeries
        Samples that count.
    subjects : polars.DataFrame
        Rows of ``prepared.subjects``, in their order.

    Returns
    -------
    Series
        One entry a subject.
    """
    of_these = prepared.used.filter(pl.col("SUBJ").is_in(subjects["SUBJ"].implode()))
    counts = subjects["N_USED"].to_numpy().astype(np.int64)
    return Series(
        np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        np.array(of_these["T_DAYS"], dtype=np.float64),
        np.log(of_these["VALUE"].to_numpy()),
        np.array(of_these["CENSOR"], dtype=np.int64),
    )


def kelim_rows(
    prepared: PreparedSeries, use: SetUse, options: KelimOptions, covariates: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Return the elimination rate of each subject, or why there is none.

    Parameters
    ----------
    prepared : PreparedSeries
        Samples that count.
    use : SetUse
        The parameter set.
    options : KelimOptions
        How sure a figure is made.
    covariates : polars.DataFrame, optional
        ``USUBJID`` and the covariates of the set.

    Returns
    -------
    polars.DataFrame
        The columns of `ROW_SCHEMA`, a row for each subject of `prepared` in its order. ``STD_KELIM``, ``CLASS`` and
        ``P_FAVOURABLE`` are empty where the set has no cutoff.

    Raises
    ------
    InputError
        If the set has covariates and none are given.
    """
    usable = prepared.subjects.filter(pl.col("STATUS") == "USABLE")
    ln_typical = typical_of(use.content, usable["USUBJID"], covariates)
    if ln_typical is not None:
        known = np.isfinite(ln_typical).all(axis=1)
        usable, ln_typical = usable.filter(pl.Series(known)), ln_typical[known]
    series = series_of(prepared, usable)
    figures = _figures(series, use.content, options, usable["USUBJID"], ln_typical)
    figures = figures.with_columns(_described(series, _limits(prepared, usable))).with_columns(SUBJ=usable["SUBJ"])
    rows = prepared.subjects.join(figures, on="SUBJ", how="left", maintain_order="left")
    usable_here = pl.col("STATUS") == "USABLE"
    without_figure = usable_here & pl.col("OBJECTIVE").is_null()
    not_asked = usable_here & pl.col("N_MODES").is_null()
    flags = pl.concat_list(
        "FLAGS",
        *(pl.when(pl.col(name)).then(pl.lit(name)) for name in ("implausible_rate", "multimodal", "class_below_half")),
    ).list.drop_nulls()
    return rows.with_columns(
        STATUS=pl.when(without_figure).then(pl.lit("NOT CALCULABLE"))
        .when(usable_here).then(pl.lit("ESTIMATED")).otherwise("STATUS"),
        REASON=pl.when(not_asked).then(pl.lit("a covariate of the parameter set is missing"))
        .when(without_figure).then(pl.lit("no most probable parameters were found")).otherwise("REASON"),
        FLAGS=flags,
        PARAMSET=pl.lit(use.content.label()),
        PARAMSET_STATUS=pl.lit(use.status),
        PARAMSET_SHA256=pl.lit(use.sha256),
        ENGINE=pl.lit(options.engine),
    ).select(pl.col(name).cast(dtype) for name, dtype in ROW_SCHEMA.items())  # fmt: skip


def _limits(prepared: PreparedSeries, subjects: pl.DataFrame) -> FloatArray:
    """Upper limit of normal of each sample; where there is none, one that nothing falls to."""
    of_these = prepared.used.filter(pl.col("SUBJ").is_in(subjects["SUBJ"].implode()))
    return np.array(of_these["ULN"].fill_null(np.finfo(np.float64).tiny), dtype=np.float64)


def _described(series: Series, limits: FloatArray) -> list[pl.Series]:
    """What the samples show without a model, under names of their own: none of it is KELIM."""
    lowest = nadir(series)
    figures = {
        "LOG_SLOPE_PER_DAY": log_slope(series),
        "HALF_LIFE_DAYS": half_life(series),
        "NADIR": lowest.value,
        "NADIR_DAY": lowest.day,
        "NORMAL_DAY": time_to_normalisation(series, limits),
    }
    return [pl.Series(name, values, dtype=pl.Float64).fill_nan(None) for name, values in figures.items()]


def _figures(
    series: Series,
    parameter_set: ParameterSet,
    options: KelimOptions,
    subjects: pl.Series,
    ln_typical: FloatArray | None,
) -> pl.DataFrame:
    population = population_of(parameter_set)
    found = map_estimates(series, population, ln_typical=ln_typical)
    cut = None if parameter_set.cutoff is None else parameter_set.cutoff.value
    columns = _from_mode(found, cut, options.level)
    if options.posterior and series.count:
        numbers = np.array([stream_number(name) for name in subjects], dtype=np.int64)
        drawn = posterior(
            series, population, cut_per_day=cut, level=options.level, seed=options.seed, subjects=numbers,
            ln_typical=ln_typical,
        )  # fmt: skip
        columns |= _from_draws(drawn)
    finite = pl.when(pl.col(pl.Float64).is_finite()).then(pl.col(pl.Float64))
    frame = pl.DataFrame(columns).with_columns(finite)
    settled = pl.Series(found.converged)
    figures = [name for name in frame.columns if name != "N_MODES"]
    frame = frame.with_columns(pl.when(settled).then(pl.col(figures)))
    p_class = pl.when(pl.col("STD_KELIM") >= 1).then("P_FAVOURABLE").otherwise(1 - pl.col("P_FAVOURABLE"))
    return frame.with_columns(
        CLASS=pl.when(pl.col("STD_KELIM") >= 1).then(pl.lit("FAVOURABLE"))
        .when(pl.col("STD_KELIM") < 1).then(pl.lit("UNFAVOURABLE")),
        implausible_rate=pl.col("KELIM_PER_DAY") > MAX_PLAUSIBLE_PER_DAY,
        multimodal=pl.col("N_MODES") > 1,
        class_below_half=p_class < 0.5,
    )  # fmt: skip


def _from_mode(found: MapEstimates, cut: float | None, level: float) -> dict[str, pl.Series]:
    rate, sd = found.rate_per_day, found.sd_ln_rate
    reach = float(ndtri(0.5 + level / 2)) * sd
    nothing = np.full(rate.size, np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        beyond = nothing if cut is None else ndtr(np.log(rate / cut) / sd)
    floats = {
        "KELIM_PER_DAY": rate,
        "KELIM_MEDIAN": nothing,
        "KELIM_LOW": rate * np.exp(-reach),
        "KELIM_HIGH": rate * np.exp(reach),
        "STD_KELIM": nothing if cut is None else rate / cut,
        "SD_LN_KELIM": sd,
        "P_FAVOURABLE": beyond,
        "P_ERROR": nothing,
        "OBJECTIVE": found.objective,
        "OTHER_MODE_PER_DAY": found.second_rate_per_day,
    }
    columns = {name: pl.Series(values, dtype=pl.Float64) for name, values in floats.items()}
    columns["UNCERTAINTY"] = pl.Series(["laplace"] * rate.size, dtype=pl.String)
    columns["N_MODES"] = pl.Series(found.n_modes, dtype=pl.Int32)
    return columns


def _from_draws(drawn: PosteriorSummary) -> dict[str, pl.Series]:
    floats = {
        "KELIM_MEDIAN": drawn.median,
        "KELIM_LOW": drawn.low,
        "KELIM_HIGH": drawn.high,
        "SD_LN_KELIM": drawn.sd_ln,
        "P_FAVOURABLE": drawn.p_at_least,
        "P_ERROR": drawn.p_error,
    }
    columns = {name: pl.Series(values, dtype=pl.Float64) for name, values in floats.items()}
    columns["UNCERTAINTY"] = pl.Series(["posterior"] * drawn.low.size, dtype=pl.String)
    return columns
