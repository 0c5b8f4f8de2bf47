"""Chains of one subject's parameters have the conditional distribution they should have."""

from __future__ import annotations

import numpy as np
import pytest

from trialwright.numerics.kinetics.biexponential import BIEXPONENTIAL
from trialwright.numerics.kinetics.chains import Chains, Target, directions
from trialwright.numerics.kinetics.measured import Measured
from trialwright.numerics.kinetics.series import ErrorModel, Population, Series
from trialwright.numerics.kinetics.virtual import SamplingPlan, virtual_series

pytestmark = [
    pytest.mark.independent("sums over a grid, and the prior of the draws"),
    pytest.mark.slow,
]

DECAY = Population.independent(
    "residual_decay", [0.12, 8.0, 100.0], [0.4, 0.8, 1.0], ErrorModel("log_additive", 0.25), start_mode="observed"
)
DEMO = Population.independent(
    "biexponential", [0.06, 0.04, 6.0, 500.0], [0.45, 0.60, 1.00, 1.20], ErrorModel("log_additive", 0.20)
)


def test_directions_are_single_parameters_and_pairs_without_the_level_at_day_0() -> None:
    found = directions(BIEXPONENTIAL, BIEXPONENTIAL.parameters)
    assert found[:4].tolist() == np.eye(4).tolist()
    assert sorted(map(tuple, found[4:].tolist())) == [
        (0, 1, -1, 0), (0, 1, 1, 0), (1, -1, 0, 0), (1, 0, -1, 0), (1, 0, 1, 0), (1, 1, 0, 0),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "values",
    [[(0, 300.0), (7, 150.0), (21, 25.0), (42, 4.0, -1)], [(0, 300.0), (1, 290.0)]],
    ids=["much is known", "hardly anything is known"],
)
def test_moments_are_those_of_a_sum_over_a_grid(values: list[tuple[float, float]]) -> None:
    series = Series.of([values])
    measured = Measured.of(series, DECAY)
    known = DECAY.with_prior
    target = Target(DECAY.ln_theta[known][None], DECAY.omega[np.ix_(known, known)], DECAY.error)
    chains = Chains(measured, 200, ("RATE", "RESIDUAL"), seed=1)
    chains.begin(target)
    kept = []
    for sweep in range(120):
        chains.sweep(target)
        if sweep >= 20:
            kept.append(chains.ln_theta.copy())
    drawn = np.concatenate(kept)
    axes = [DECAY.ln_theta[j] + DECAY.sd_ln[j] * np.linspace(-5, 5, 301) for j in range(2)]
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 2)
    many = Measured.of(series.repeated(grid.shape[0]), DECAY)
    prior = -0.5 * (((grid - DECAY.ln_theta[:2]) / DECAY.sd_ln[:2]) ** 2).sum(axis=1)
    ln_weight = many.ln_likelihood(many.ln_curve(grid), DECAY.error) + prior
    weight = np.exp(ln_weight - ln_weight.max())
    weight /= weight.sum()
    mean = weight @ grid
    covariance = (grid - mean).T @ ((grid - mean) * weight[:, None])
    np.testing.assert_allclose(drawn.mean(axis=0), mean, atol=0.02)
    np.testing.assert_allclose(np.cov(drawn.T), covariance, atol=0.02)


def test_drawing_parameters_given_values_made_from_them_leaves_the_prior() -> None:
    # parameters from the prior, values from the parameters, then parameters given the values: the prior again
    made = virtual_series(DEMO, SamplingPlan(), count=800, seed=3)
    measured = Measured.of(made.series, DEMO)
    target = Target(np.tile(DEMO.ln_theta, (800, 1)), DEMO.omega, DEMO.error)
    chains = Chains(measured, 1, BIEXPONENTIAL.parameters, seed=2)
    chains.begin(target)
    for _ in range(60):
        chains.sweep(target)
    z = (chains.ln_theta - DEMO.ln_theta) / DEMO.sd_ln
    assert np.abs(z.mean(axis=0)).max() < 4 / np.sqrt(800)
    np.testing.assert_allclose(z.std(axis=0), 1.0, atol=4 / np.sqrt(1_600))
    assert np.abs(np.corrcoef(z.T) - np.eye(4)).max() < 4 / np.sqrt(800)


def test_steps_are_tuned_to_an_acceptance_of_two_fifths() -> None:
    made = virtual_series(DEMO, SamplingPlan(), count=100, seed=3)
    target = Target(np.tile(DEMO.ln_theta, (100, 1)), DEMO.omega, DEMO.error)
    chains = Chains(Measured.of(made.series, DEMO), 4, BIEXPONENTIAL.parameters, seed=2)
    chains.begin(target)
    for _ in range(60):
        chains.sweep(target)
    settled = chains.step.copy()
    for _ in range(40):
        chains.sweep(target)
    np.testing.assert_allclose(chains.step, settled, rtol=0.35)
    # the level at day 0 is well known, so its steps are short
    assert chains.step[3] < 0.5 * chains.step[2]


def test_means_and_products_are_taken_over_the_chains_of_each_subject() -> None:
    made = virtual_series(DEMO, SamplingPlan(), count=5, seed=3)
    chains = Chains(Measured.of(made.series, DEMO), 3, BIEXPONENTIAL.parameters, seed=2)
    chains.begin(Target(np.tile(DEMO.ln_theta, (5, 1)), DEMO.omega, DEMO.error))
    of_second = chains.ln_theta[[1, 6, 11]]
    np.testing.assert_allclose(chains.means()[1], of_second.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(chains.products()[1], of_second.T @ of_second / 3, rtol=1e-12)
