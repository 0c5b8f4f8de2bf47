"""Evidence of how well a parameter set describes series: predictive check, errors, fits, traces, on one page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from trialwright.assessments.kelim import population_of, typical_of
from trialwright.conduct.kelim_cohort import Cohort
from trialwright.conduct.kelim_fit import Fitted
from trialwright.conduct.kelim_map import ENGINE, SIMULATED
from trialwright.conduct.kelim_sets import banner_of
from trialwright.errors import EstimationError, NotAllowedError
from trialwright.model.parameter_set import SetUse
from trialwright.numerics.kinetics.map_estimate import map_estimates
from trialwright.numerics.kinetics.prediction_errors import PredictionErrors, prediction_errors
from trialwright.numerics.kinetics.predictive_check import PredictiveCheck, predictive_check
from trialwright.numerics.kinetics.structure import FloatArray
from trialwright.report.marker_fit import (
    DiagnosticsPage,
    Picture,
    check_pictures,
    diagnostics_page,
    error_picture,
    fit_picture,
    trace_picture,
)

__all__ = ["Diagnosed", "diagnose", "write_diagnostics"]

_DRAWN: Final = 12
"""Subjects drawn with their fits, evenly from the slowest to the fastest rate."""


@dataclass(frozen=True, slots=True, eq=False)
class Diagnosed:
    """Checks of a set against a cohort.

    Parameters
    ----------
    use : SetUse
        The set.
    check : PredictiveCheck
        Measured percentiles beside simulated ones.
    errors : PredictionErrors or None
        None where there are too few repetitions for the longest series.
    cohort : Cohort
        The subjects.
    ln_typical : ndarray or None
        Typical ln parameters of each subject, where covariates move them.
    """

    use: SetUse
    check: PredictiveCheck
    errors: PredictionErrors | None
    cohort: Cohort
    ln_typical: FloatArray | None


def diagnose(cohort: Cohort, use: SetUse, *, replicates: int = 500, seed: int = 1) -> Diagnosed:
    """Return the checks of a set against a cohort.

    Parameters
    ----------
    cohort : Cohort
        The subjects.
    use : SetUse
        The set.
    replicates : int, default 500
        Simulated repetitions.
    seed : int, default 1
        Seed of the repetitions.

    Returns
    -------
    Diagnosed
        The checks.

    Raises
    ------
    EstimationError
        If no subject has enough samples.
    """
    if cohort.subjects.is_empty():
        raise EstimationError("no subject has enough samples", mend="see kelim map for what is missing in each")
    population = population_of(use.content)
    ln_typical = typical_of(use.content, cohort.subjects["USUBJID"], cohort.covariates)
    check = predictive_check(cohort.series, population, replicates=replicates, seed=seed, ln_typical=ln_typical)
    longest = int(np.diff(cohort.series.offsets).max())
    errors = None
    if replicates > longest:
        errors = prediction_errors(cohort.series, population, replicates=replicates, seed=seed, ln_typical=ln_typical)
    return Diagnosed(use, check, errors, cohort, ln_typical)


def write_diagnostics(folder: Path, diagnosed: Diagnosed, fitted: Fitted | None = None) -> tuple[str, ...]:
    """Write the page of diagnostics, its drawings and the figures behind them.

    Parameters
    ----------
    folder : pathlib.Path
        A new or empty folder.
    diagnosed : Diagnosed
        The checks.
    fitted : Fitted, optional
        The fits the set came from.

    Returns
    -------
    tuple of str
        Names of the files.

    Raises
    ------
    NotAllowedError
        If something stands in the folder.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise NotAllowedError("something stands here already", where=str(folder), mend="name a new folder")
    folder.mkdir(parents=True, exist_ok=True)
    pictures = tuple(_pictures(diagnosed, fitted))
    page = DiagnosticsPage(
        title=f"{diagnosed.use.content.marker}: parameter set {diagnosed.use.content.label()}",
        banner=" · ".join(filter(None, (_tag(diagnosed), banner_of(diagnosed.use)))),
        facts=tuple(_facts(diagnosed, fitted)),
        estimates=tuple(_estimates(fitted)) if fitted is not None else (),
        pictures=pictures,
        program=ENGINE,
    )
    files = ["diagnostics.html"]
    (folder / "diagnostics.html").write_text(diagnostics_page(page), encoding="utf-8")
    for picture in pictures:
        (folder / f"{picture.name}.svg").write_text(picture.svg, encoding="utf-8")
        picture.data.write_csv(folder / f"{picture.name}.csv")
        files += [f"{picture.name}.svg", f"{picture.name}.csv"]
    return tuple(files)


def _tag(diagnosed: Diagnosed) -> str:
    return SIMULATED if diagnosed.cohort.simulated else ""


def _pictures(diagnosed: Diagnosed, fitted: Fitted | None) -> Iterator[Picture]:
    tag, content = _tag(diagnosed), diagnosed.use.content
    if diagnosed.use.status == "demo":
        tag = " ".join(filter(None, (tag, "NOT FOR CLINICAL USE")))
    percentiles, below = check_pictures(diagnosed.check, content.unit, tag)
    yield percentiles
    if diagnosed.check.lower_limit is not None:
        yield below
    if diagnosed.errors is not None:
        yield error_picture(diagnosed.errors, tag)
    population, series = population_of(content), diagnosed.cohort.series
    modes = map_estimates(series, population, ln_typical=diagnosed.ln_typical)
    able = np.flatnonzero(modes.converged)
    order = able[np.argsort(modes.rate_per_day[able], kind="stable")]
    if order.size:
        chosen = np.unique(np.linspace(0, order.size - 1, min(_DRAWN, order.size)).round().astype(np.int64))
        who = order[chosen]
        names = diagnosed.cohort.subjects["USUBJID"].gather(who).to_list()
        yield fit_picture(series.subset(who), names, population, modes.ln_theta[who], tag)
    if fitted is not None:
        yield trace_picture(fitted.fits, tag)


def _facts(diagnosed: Diagnosed, fitted: Fitted | None) -> Iterator[tuple[str, str]]:
    content, cohort = diagnosed.use.content, diagnosed.cohort
    left = cohort.prepared.subjects.height - cohort.subjects.height
    yield "Subjects", f"{cohort.subjects.height} used, {left} without enough samples"
    below = int((cohort.series.censor < 0).sum())
    yield "Samples", f"{cohort.series.t_days.size}, {below} of them below the limit of the assay"
    if content.cutoff is not None:
        yield "Cutoff rate", f"{content.cutoff.value:.5g} per day ({content.cutoff.origin.replace('_', ' ')})"
    yield "Content", diagnosed.use.sha256
    if fitted is None:
        return
    fit = fitted.fits[0]
    yield "−2 ln likelihood", f"{fit.minus_two_ll:.2f} ± {fit.minus_two_ll_error:.2f} (Monte-Carlo error)"
    yield "Seeds", ", ".join(str(each.seed) for each in fitted.fits)
    yield "Doubts", "; ".join(fitted.doubts) or "none found"


def _estimates(fitted: Fitted) -> Iterator[tuple[str, ...]]:
    fit, spread = fitted.fits[0], fitted.spread
    shrinkage = dict(zip(fit.population.model.parameters, fit.shrinkage, strict=True))
    interval = fit.interval()
    for place, name in enumerate(fit.natural_names):
        share = shrinkage.get(name, float("nan"))
        se = fit.natural_se[place]
        low, high = interval[place]
        yield (
            name,
            f"{fit.natural[place]:.4g}",
            f"{se:.2g}" if np.isfinite(se) else "not known",
            f"{low:.4g} to {high:.4g}" if np.isfinite(se) else "not known",
            f"{share:.2f}" if np.isfinite(share) else "",
            f"{spread.in_se[place]:.2f}" if spread is not None and np.isfinite(spread.in_se[place]) else "",
        )
