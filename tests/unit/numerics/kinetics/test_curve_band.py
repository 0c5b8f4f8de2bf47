"""The band of a curve against draws from the prior weighted by the likelihood, written with numpy alone."""

from __future__ import annotations

import numpy as np
import pytest

from trialwright.errors import NumericsError
from trialwright.numerics.kinetics.curve_band import curve_band
from trialwright.numerics.kinetics.series import ErrorModel, Population, Series

pytestmark = pytest.mark.slow  # with the compiler switched off a posterior takes minutes

SAMPLES = [(0.0, 410.0), (22.0, 180.0), (44.0, 90.0)]
TYPICAL, SPREAD, SIGMA = np.array([0.06, 0.04, 6.0, 500.0]), np.array([0.45, 0.6, 1.0, 1.2]), 0.2
POPULATION = Population.independent(
    "biexponential", TYPICAL.tolist(), SPREAD.tolist(), ErrorModel("log_additive", SIGMA)
)
DAYS = np.array([0.0, 22.0, 60.0, 100.0])


def level(theta: np.ndarray, day: float) -> np.ndarray:
    k, b, p, c0 = theta.T
    return c0 * np.exp(-k * day) + p * (np.exp(-b * day) - np.exp(-k * day)) / (k - b)


@pytest.mark.independent("prior draws weighted by the likelihood, numpy alone")
def test_band_is_that_of_weighted_prior_draws() -> None:
    random = np.random.default_rng(20)
    theta = TYPICAL * np.exp(SPREAD * random.standard_normal((2_000_000, 4)))
    ln_weight = sum(-0.5 * ((np.log(value) - np.log(level(theta, day))) / SIGMA) ** 2 for day, value in SAMPLES)
    weight = np.exp(ln_weight - np.max(ln_weight))
    weight /= weight.sum()
    found = curve_band(Series.of([SAMPLES]), POPULATION, DAYS, seed=3)
    for place, day in enumerate(DAYS):
        values = level(theta, float(day))
        order = np.argsort(values)
        below = np.cumsum(weight[order])
        expected = [values[order[np.searchsorted(below, share)]] for share in (0.05, 0.5, 0.95)]
        band = [found.low[place], found.median[place], found.high[place]]
        assert np.log(band) == pytest.approx(np.log(expected), abs=0.06)


@pytest.mark.unvalidated
def test_same_seed_same_band_whatever_the_grid() -> None:
    one = curve_band(Series.of([SAMPLES]), POPULATION, DAYS, seed=3)
    other = curve_band(Series.of([SAMPLES]), POPULATION, DAYS[2:], seed=3)
    assert one.high[2:].tolist() == other.high.tolist()


@pytest.mark.unvalidated
def test_a_band_is_that_of_one_subject() -> None:
    with pytest.raises(NumericsError, match="one subject, not of 2"):
        curve_band(Series.of([SAMPLES, SAMPLES]), POPULATION, DAYS, seed=3)
