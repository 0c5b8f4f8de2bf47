"""A parameter set fitted to a cohort's own series, with the evidence of how well it describes them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

import numpy as np

from trialwright.assessments.kelim import population_of
from trialwright.conduct.kelim_cohort import Cohort
from trialwright.conduct.kelim_map import ENGINE, SIMULATED
from trialwright.conduct.kelim_sets import open_set
from trialwright.errors import EstimationError, InputError
from trialwright.exchange.parameter_sets import write_set
from trialwright.model.parameter_set import (
    Correlation,
    Covariate,
    Cutoff,
    ErrorModel,
    FitReport,
    ParameterSet,
    Provenance,
    Setting,
    SetUse,
)
from trialwright.numerics.kinetics.hierarchy import Covariates
from trialwright.numerics.kinetics.map_estimate import map_estimates
from trialwright.numerics.kinetics.population_fit import PopulationFit, fit_population
from trialwright.numerics.kinetics.saem import SaemOptions
from trialwright.numerics.kinetics.seed_spread import SeedSpread, seed_spread
from trialwright.numerics.kinetics.structure import FloatArray

__all__ = ["FitRequest", "Fitted", "fit_cohort", "fit_set"]

_SETTLED_IN_SE: Final = 0.5
"""Estimates of different seeds that lie further apart than this many standard errors have not settled."""


@dataclass(frozen=True, slots=True)
class FitRequest:
    """What is asked of `fit_cohort`.

    Parameters
    ----------
    id, version : str
        Of the set to be made.
    setting : Setting
        Where it will hold.
    citation : str
        Which cohort it was fitted to.
    start : str
        Set whose structure, error model and values the fit starts from.
    seed : int
        Seed of the first run; each further run takes the next one.
    runs : int
        Runs with different seeds; the first one is kept, the others tell whether it has settled.
    cutoff_per_day : float or None
        Given cutoff; None takes the median of the cohort's own most probable rates.
    effects : tuple of (covariate, parameter)
        Which covariate moves which parameter.
    options : SaemOptions
        Length of a run.
    """

    id: str
    version: str
    setting: Setting
    citation: str
    start: str = "demo"
    seed: int = 1
    runs: int = 3
    cutoff_per_day: float | None = None
    effects: tuple[tuple[str, str], ...] = ()
    options: SaemOptions = field(default_factory=SaemOptions)


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """A set with the fits it came from.

    Parameters
    ----------
    parameter_set : ParameterSet
        Of status ``local_fit``.
    fits : tuple of PopulationFit
        The first is the one in the set.
    spread : SeedSpread or None
        Between seeds; None with a single run.
    doubts : tuple of str
        Why the fit should not be relied on yet; empty when nothing speaks against it.
    """

    parameter_set: ParameterSet
    fits: tuple[PopulationFit, ...]
    spread: SeedSpread | None
    doubts: tuple[str, ...]


def fit_cohort(cohort: Cohort, request: FitRequest, *, say: Callable[[str], None] = lambda message: None) -> Fitted:
    """Return the parameter set that describes a cohort best.

    Parameters
    ----------
    cohort : Cohort
        The subjects, all arms together.
    request : FitRequest
        What is asked.
    say : callable, optional
        Told how far the fit has come.

    Returns
    -------
    Fitted
        The set and its fits.

    Raises
    ------
    EstimationError
        If there are too few subjects.
    InputError
        If a covariate acts on a parameter the model does not have.
    """
    start = open_set(request.start).content
    if cohort.subjects.is_empty():
        raise EstimationError("no subject has enough samples", mend="see kelim map for what is missing in each")
    moved, centres = _moved(cohort, start, request)
    fits = [
        fit_population(
            cohort.series,
            population_of(start),
            covariates=moved,
            options=request.options,
            seed=request.seed + run,
            progress=_teller(say, run, request.runs),
        )
        for run in range(request.runs)
    ]
    spread = seed_spread(fits) if len(fits) > 1 else None
    made = _set_of(cohort, request, start, fits[0], centres)
    return Fitted(made, tuple(fits), spread, tuple(_doubts(fits[0], spread)))


def fit_set(fitted: Fitted, out: Path) -> SetUse:
    """Write a fitted set.

    Parameters
    ----------
    fitted : Fitted
        The set.
    out : pathlib.Path
        File to write.

    Returns
    -------
    SetUse
        The set as it stands in the file.

    Raises
    ------
    NotAllowedError
        If another set stands there.
    """
    return write_set(fitted.parameter_set, out)


def _teller(say: Callable[[str], None], run: int, runs: int) -> Callable[[int, int], None]:
    told = -1

    def tell(done: int, due: int) -> None:
        nonlocal told
        tenth = 10 * done // due
        if tenth > told:
            told = tenth
            say(f"run {run + 1} of {runs}: {10 * tenth}%")

    return tell


def _moved(cohort: Cohort, start: ParameterSet, request: FitRequest) -> tuple[Covariates | None, dict[str, float]]:
    """Covariates as the fit takes them, centred at the median of the cohort."""
    if not request.effects or cohort.covariates is None:
        return None, {}
    for name, parameter in request.effects:
        if parameter not in start.parameters:
            raise InputError(f"{name} cannot act on {parameter}", mend=f"take one of {', '.join(start.parameters)}")
    names = tuple(dict.fromkeys(name for name, _ in request.effects))
    own = cohort.subjects.select("USUBJID").join(cohort.covariates, on="USUBJID", how="left", maintain_order="left")
    values = own.select(names).to_numpy().astype(np.float64)
    centres = np.median(values, axis=0)
    on = tuple((name, parameter.upper()) for name, parameter in request.effects)
    return Covariates(names, values - centres, on), dict(zip(names, centres.tolist(), strict=True))


def _set_of(
    cohort: Cohort, request: FitRequest, start: ParameterSet, fit: PopulationFit, centres: dict[str, float]
) -> ParameterSet:
    population, names = fit.population, start.parameters
    sd = population.sd_ln
    natural = dict(zip(fit.natural_names, fit.natural, strict=True))
    effects = tuple(
        Covariate(name=name, on=parameter, slope=float(natural[f"{name} on {parameter.upper()}"]), centre=centres[name])
        for name, parameter in request.effects
    )
    cut = request.cutoff_per_day
    origin: Literal["given", "local_median"] = "local_median" if cut is None else "given"
    if cut is None:
        modes = map_estimates(cohort.series, population, ln_typical=fit.ln_typical)
        cut = float(np.median(modes.rate_per_day[modes.converged]))
    invented = f"{SIMULATED}: " if cohort.simulated else ""
    plain = {
        "id": request.id,
        "version": request.version,
        "status": "local_fit",
        "marker": start.marker,
        "unit": start.unit,
        "structural_model": start.structural_model,
        "beta_sign": start.beta_sign,
        "theta": dict(zip(names, population.typical.tolist(), strict=True)),
        "omega": dict(zip(names, sd.tolist(), strict=True)),
        "corr": tuple(_correlations(population.omega, sd, names)),
        "error": ErrorModel(
            type=population.error.kind,
            sigma=population.error.sigma,
            additive=population.error.additive if population.error.kind == "combined" else None,
            exponent=population.error.exponent if population.error.kind == "boxcox_additive" else None,
        ),
        "c0_mode": start.c0_mode,
        "window_days": cohort.rules.last_day,
        "min_n": cohort.rules.min_values,
        "cutoff": Cutoff(value=cut, origin=origin),
        "covariates": effects,
        "setting": request.setting,
        "provenance": Provenance(citation=f"{invented}{request.citation}"),
        "fit_report": _fit_report(cohort, fit),
    }
    return ParameterSet.model_validate(plain)


def _correlations(omega: FloatArray, sd: FloatArray, names: Sequence[str]) -> list[Correlation]:
    return [
        Correlation(between=(names[j], names[i]), value=float(omega[i, j] / (sd[i] * sd[j])))
        for i in range(len(names))
        for j in range(i)
        if omega[i, j] != 0
    ]


def _fit_report(cohort: Cohort, fit: PopulationFit) -> FitReport:
    errors = {
        name.lower(): float(se) if np.isfinite(se) else None
        for name, se in zip(fit.natural_names, fit.natural_se, strict=True)
    }
    parameters = fit.population.model.parameters
    return FitReport(
        subjects=fit.subjects,
        samples=fit.values,
        blq_share=fit.below / fit.values,
        method="SAEM, then Newton steps on the likelihood by importance sampling",
        seed=fit.seed,
        minus_two_ll=fit.minus_two_ll,
        minus_two_ll_mcse=fit.minus_two_ll_error,
        standard_errors=errors,
        shrinkage={
            name.lower(): float(share)
            for name, share in zip(parameters, fit.shrinkage, strict=True)
            if np.isfinite(share)
        },
        data_sha256=cohort.sha256,
        engine=ENGINE,
    )


def _doubts(fit: PopulationFit, spread: SeedSpread | None) -> list[str]:
    found = []
    if not np.isfinite(fit.se).all():
        found.append("the samples do not tell all quantities: a standard error does not exist")
    elif not fit.at_maximum:
        worst = fit.natural_names[int(np.argmax(np.abs(fit.to_maximum_in_se)))]
        found.append(f"{worst} may lie more than half a standard error from the maximum of the likelihood")
    if spread is not None:
        rate = spread.names.index(f"ln {fit.population.model.parameters[fit.population.model.rate]}")
        if not spread.in_se[rate] <= _SETTLED_IN_SE:
            found.append(f"the typical rate differs between seeds by {spread.in_se[rate]:.2f} standard errors")
    return found
