"""How far fits of one population with different seeds lie apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from trialwright.errors import NumericsError
from trialwright.numerics.kinetics.population_fit import PopulationFit
from trialwright.numerics.kinetics.structure import FloatArray

__all__ = ["SeedSpread", "seed_spread"]


@dataclass(frozen=True, slots=True, eq=False)
class SeedSpread:
    """Spread of the estimates between seeds.

    Parameters
    ----------
    names : tuple of str
        Of the estimated numbers.
    sd : ndarray of shape (m,)
        SD between seeds, on the scale of estimation.
    in_se : ndarray of shape (m,)
        The same in standard errors; well below 1, or the fits have not settled.
    minus_two_ll_range : float
        Largest minus smallest −2 ln likelihood.
    minus_two_ll_error : float
        Largest Monte-Carlo error among them: a range within a few of these is noise.

    Examples
    --------
    >>> SeedSpread(("ln KELIM",), np.array([0.002]), np.array([0.05]), 1.2, 0.5).in_se.tolist()
    [0.05]
    """

    names: tuple[str, ...]
    sd: FloatArray
    in_se: FloatArray
    minus_two_ll_range: float
    minus_two_ll_error: float


def seed_spread(fits: Sequence[PopulationFit]) -> SeedSpread:
    """Spread of the estimates between fits of the same series with different seeds.

    Parameters
    ----------
    fits : sequence of PopulationFit
        Two or more.

    Returns
    -------
    SeedSpread
        By estimated number.

    Raises
    ------
    NumericsError
        When there are fewer than two fits, or they estimate different numbers.

    Examples
    --------
    >>> from trialwright.numerics.kinetics.population_fit import fit_population
    >>> from trialwright.numerics.kinetics.saem import SaemOptions
    >>> from trialwright.numerics.kinetics.series import ErrorModel, Population
    >>> from trialwright.numerics.kinetics.virtual import SamplingPlan, virtual_series
    >>> error = ErrorModel("log_additive", 0.2)
    >>> known = Population.independent("residual_decay", [0.1, 20, 900], [0.3, 0.5, 1], error)
    >>> series = virtual_series(known, SamplingPlan(), count=40, seed=1).series
    >>> options = SaemOptions(exploration=30, smoothing=30, draws=500, newton_draws=500)
    >>> found = seed_spread([fit_population(series, known, options=options, seed=seed) for seed in (1, 2)])
    >>> bool(found.in_se[0] < 0.5)
    True
    """
    if len(fits) < 2 or len({fit.names for fit in fits}) != 1:
        raise NumericsError("the spread between seeds needs two or more fits of the same numbers")
    sd = np.std([fit.estimate for fit in fits], axis=0, ddof=1)
    likelihoods = [fit.minus_two_ll for fit in fits]
    return SeedSpread(
        names=fits[0].names,
        sd=sd,
        in_se=sd / np.mean([fit.se for fit in fits], axis=0),
        minus_two_ll_range=max(likelihoods) - min(likelihoods),
        minus_two_ll_error=max(fit.minus_two_ll_error for fit in fits),
    )
