"""Fit of a population to the series of many subjects: estimates, standard errors, likelihood, shrinkage, traces."""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from typing import Final, Literal, TypeAlias

import numpy as np
from scipy.special import ndtri

from trialwright.errors import EstimationError
from trialwright.numerics.kinetics.hierarchy import Covariates, Hierarchy
from trialwright.numerics.kinetics.marginal import Centres, Marginal, marginal
from trialwright.numerics.kinetics.measured import Measured
from trialwright.numerics.kinetics.saem import Progress, SaemOptions, saem
from trialwright.numerics.kinetics.series import ABOVE, BELOW, Population, Series
from trialwright.numerics.kinetics.structure import FloatArray
from trialwright.numerics.sampling import MAX_SEED

__all__ = ["CovarianceFrom", "PopulationFit", "fit_population"]

CovarianceFrom: TypeAlias = Literal["observed information", "products of scores"]
"""What the covariance of the estimates comes from."""

_LONGEST_STEP: Final = 1.0
_SETTLED: Final = 0.25
_NEAR: Final = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class PopulationFit:
    """A population fitted to series, and how sure it is.

    Parameters
    ----------
    population : Population
        The estimate; covariates at 0.
    names : tuple of str
        Names of the estimated numbers on the scale without bounds they are estimated on, such as ``ln KELIM``,
        ``ln omega KELIM``, ``AGE on KELIM``, ``atanh rho KELIM BETA``, ``ln sigma``.
    estimate : ndarray of shape (m,)
        The estimated numbers.
    covariance : ndarray of shape (m, m)
        Of the estimates; nan where it does not exist.
    covariance_from : {"observed information", "products of scores"}
        What it comes from: the inverse observed information, or, where that is not positive definite, the inverse of
        the summed products of the subjects' scores. The latter is a sign that the series hardly tell some number.
    to_maximum_in_se : ndarray of shape (m,)
        Estimated distance to the maximum of the likelihood, in standard errors; its own noise included.
    minus_two_ll, minus_two_ll_error : float
        −2 ln likelihood of the ln values, and its Monte-Carlo standard error.
    effective_size : ndarray of shape (n,)
        Effective number of draws of each subject that the likelihood rests on.
    ln_mean, ln_sd : ndarray of shape (n, p)
        Conditional mean and SD of each subject's ln parameters; SD 0 where a parameter is fixed.
    ln_typical : ndarray of shape (n, p)
        Typical ln parameters of each subject, moved by covariates.
    shrinkage : ndarray of shape (p,)
        1 − SD of the conditional means about the typical values / omega, on the ln scale; nan where a parameter has no
        omega. 0: the values tell each subject's parameter; 1: they tell nothing.
    traces : ndarray of shape (iterations, m)
        All estimated numbers after each iteration of SAEM.
    exploration : int
        Number of those iterations in which the newest draws counted fully.
    seed : int
        Seed of the fit.
    values, below, above : int
        Number of values, of those below a limit and of those above one.

    Examples
    --------
    >>> PopulationFit.__slots__[:3]
    ('population', 'names', 'estimate')
    """

    population: Population
    names: tuple[str, ...]
    estimate: FloatArray
    covariance: FloatArray
    covariance_from: CovarianceFrom
    to_maximum_in_se: FloatArray
    minus_two_ll: float
    minus_two_ll_error: float
    effective_size: FloatArray
    ln_mean: FloatArray
    ln_sd: FloatArray
    ln_typical: FloatArray
    shrinkage: FloatArray
    traces: FloatArray
    exploration: int
    seed: int
    values: int
    below: int
    above: int

    @property
    def subjects(self) -> int:
        """Number of subjects."""
        return int(self.ln_mean.shape[0])

    @property
    def se(self) -> FloatArray:
        """Standard error of each estimate, on the scale it is estimated on."""
        with np.errstate(invalid="ignore"):
            se: FloatArray = np.sqrt(np.diag(self.covariance))
        return se

    @property
    def natural_names(self) -> tuple[str, ...]:
        """Names of the estimates on their own scale, such as ``KELIM``, ``omega KELIM``, ``sigma``."""
        return tuple(name.removeprefix("ln ").removeprefix("atanh ") for name in self.names)

    @property
    def natural(self) -> FloatArray:
        """Estimates on their own scale."""
        return self._own_scale(self.estimate)

    @property
    def natural_se(self) -> FloatArray:
        """Standard errors on that scale, by the delta method."""
        slope = np.ones(self.estimate.size)
        for j, name in enumerate(self.names):
            if name.startswith("ln "):
                slope[j] = np.exp(self.estimate[j])
            elif name.startswith("atanh "):
                slope[j] = 1.0 - np.tanh(self.estimate[j]) ** 2
        se: FloatArray = slope * self.se
        return se

    @property
    def aic(self) -> float:
        """Akaike's criterion: −2 ln likelihood + 2 m."""
        return self.minus_two_ll + 2 * self.estimate.size

    @property
    def bic(self) -> float:
        """Schwarz's criterion with the number of subjects: −2 ln likelihood + m ln n."""
        return self.minus_two_ll + self.estimate.size * log(self.subjects)

    @property
    def at_maximum(self) -> bool:
        """Whether every estimate lies within half a standard error of the maximum of the likelihood, as far as seen."""
        return bool((np.abs(self.to_maximum_in_se) < _NEAR).all())

    def interval(self, level: float = 0.95) -> FloatArray:
        """Confidence intervals on the own scale of each estimate.

        Parameters
        ----------
        level : float, default 0.95
            Confidence level.

        Returns
        -------
        ndarray of shape (m, 2)
            Lower and upper ends: Wald intervals on the scale without bounds, carried over.
        """
        half = float(ndtri(0.5 + level / 2)) * self.se
        return np.stack([self._own_scale(self.estimate - half), self._own_scale(self.estimate + half)], axis=1)

    def _own_scale(self, numbers: FloatArray) -> FloatArray:
        shown = numbers.copy()
        for j, name in enumerate(self.names):
            if name.startswith("ln "):
                shown[j] = np.exp(numbers[j])
            elif name.startswith("atanh "):
                shown[j] = np.tanh(numbers[j])
        return shown


def fit_population(
    series: Series,
    start: Population,
    *,
    covariates: Covariates | None = None,
    options: SaemOptions | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> PopulationFit:
    """Population fitted to series by SAEM, then by Newton steps to the maximum of the likelihood.

    Parameters
    ----------
    series : Series
        Values of n subjects.
    start : Population
        Where the fit begins; its structure, kind of error, sign of BETA and start mode stay.
    covariates : Covariates, optional
        What moves typical parameters.
    options : SaemOptions, optional
        Length of the run.
    seed : int, default 0
        The fit is a function of it, whatever the number of processors.
    progress : callable, optional
        Told the number of steps done and the number there are.

    Returns
    -------
    PopulationFit
        Estimates with standard errors, likelihood and shrinkage.

    Raises
    ------
    NumericsError
        When a subject has no value, a covariate is missing, or the start mode has no prior.
    EstimationError
        When there are too few subjects, or their values are impossible under the population.

    Notes
    -----
    The likelihood of this model is flat along a ridge of rate and amount of production, where the EM algorithm moves
    slowly. SAEM therefore ends near the maximum, not on it; a few Newton steps with the score and the observed
    information from importance sampling go the rest of the way, with few draws first and, while an estimate lies a
    quarter of a standard error or more from the maximum, with all of them. The remaining distance is reported.

    References
    ----------
    As in `saem.saem` and `marginal.marginal`. Shrinkage: Savic RM, Karlsson MO. AAPS J 2009;11:558-69, doi
    10.1208/s12248-009-9133-0 (unverified).

    Examples
    --------
    >>> from trialwright.numerics.kinetics.series import ErrorModel
    >>> from trialwright.numerics.kinetics.virtual import SamplingPlan, virtual_series
    >>> error = ErrorModel("log_additive", 0.2)
    >>> known = Population.independent("residual_decay", [0.1, 20, 900], [0.3, 0.5, 1], error)
    >>> series = virtual_series(known, SamplingPlan(), count=60, seed=1).series
    >>> options = SaemOptions(exploration=60, smoothing=60, annealing=30, draws=1000, newton_draws=500)
    >>> fit = fit_population(series, known, options=options, seed=1)
    >>> fit.names[0], bool(abs(fit.estimate[0] - known.ln_theta[0]) < 3 * fit.se[0])
    ('ln RATE', True)
    """
    chosen = options or SaemOptions()
    measured = Measured.of(series, start)
    hierarchy = Hierarchy.of(start, series.count, covariates, correlated=chosen.correlated)
    if series.count <= hierarchy.size:
        raise EstimationError(
            f"{series.count} subjects cannot tell {hierarchy.size} numbers of a population",
            mend="fit more subjects, or take a population that is known",
        )
    steps = chosen.iterations + chosen.newton_steps + 1

    def tell(done: int, _: int) -> None:
        if progress is not None:
            progress(done, steps)

    explored = saem(measured, hierarchy, chosen, seed, tell)
    vector, centres = explored.vector, Centres(explored.mean, explored.covariance)
    for step in range(chosen.newton_steps):
        near = marginal(measured, hierarchy, vector, centres, draws=chosen.newton_draws, seed=_seed(seed, 1 + step))
        vector, centres = _moved(hierarchy, vector, near), near.centres
        tell(chosen.iterations + step + 1, steps)
    found = marginal(measured, hierarchy, vector, centres, draws=chosen.draws, seed=_seed(seed, 0))
    for step in range(chosen.newton_steps):
        if not found.curved or np.abs(_in_standard_errors(found)).max() < _SETTLED:
            break
        vector = _moved(hierarchy, vector, found)
        again = _seed(seed, 1 + chosen.newton_steps + step)
        found = marginal(measured, hierarchy, vector, found.centres, draws=chosen.draws, seed=again)
    tell(steps, steps)
    return _fit(series, measured, hierarchy, vector, found, explored.traces, chosen, seed)


def _seed(seed: int, step: int) -> int:
    """Seed of the draws after the chains."""
    return (seed + (step + 1) * 0x9E3779B97F4A7C15) & MAX_SEED


def _moved(hierarchy: Hierarchy, vector: FloatArray, near: Marginal) -> FloatArray:
    """The vector after Newton's step, shortened as a whole where it would be long or leave the range of covariances.

    No estimate moves by more than a standard error, and none at all where the likelihood is not curved downwards.
    """
    if not near.curved:
        return vector
    step = near.to_maximum
    longest = float(np.abs(_in_standard_errors(near)).max())
    step = step * min(1.0, _LONGEST_STEP / max(longest, 1e-12))
    while not hierarchy.proper(vector + step):
        step = 0.5 * step
    return vector + step


def _in_standard_errors(near: Marginal) -> FloatArray:
    """Newton's step in standard errors."""
    with np.errstate(invalid="ignore"):
        step: FloatArray = near.to_maximum / np.sqrt(np.diag(near.covariance))
    return step


def _fit(
    series: Series,
    measured: Measured,
    hierarchy: Hierarchy,
    vector: FloatArray,
    found: Marginal,
    traces: FloatArray,
    options: SaemOptions,
    seed: int,
) -> PopulationFit:
    means = hierarchy.means(vector)
    sd, p = np.zeros((series.count, measured.model.size)), measured.positions
    sd[:, p] = np.sqrt(np.einsum("nii->ni", found.centres.covariance))
    shrinkage = np.full(measured.model.size, np.nan)
    omega, _ = hierarchy.spread(vector)
    shrinkage[p] = 1.0 - _root_mean_square(found.centres.mean - means) / omega
    return PopulationFit(
        population=hierarchy.population(vector),
        names=hierarchy.names,
        estimate=vector,
        covariance=found.covariance,
        covariance_from="observed information" if found.curved else "products of scores",
        to_maximum_in_se=_in_standard_errors(found),
        minus_two_ll=found.minus_two_ll,
        minus_two_ll_error=found.minus_two_ll_error,
        effective_size=found.effective_size,
        ln_mean=measured.whole(found.centres.mean),
        ln_sd=sd,
        ln_typical=measured.whole(means),
        shrinkage=shrinkage,
        traces=traces,
        exploration=options.exploration,
        seed=seed,
        values=int(series.t_days.size),
        below=int((series.censor == BELOW).sum()),
        above=int((series.censor == ABOVE).sum()),
    )


def _root_mean_square(apart: FloatArray) -> FloatArray:
    size: FloatArray = np.sqrt(np.square(apart).mean(axis=0))
    return size
