"""The posterior against worked examples, a dense grid, and its own Monte-Carlo error."""

from __future__ import annotations

import numpy as np
import pytest

from tests.unit.numerics.kinetics.quadrature import Grid
from trialwright.errors import NumericsError
from trialwright.numerics.kinetics.importance import weighted_draws
from trialwright.numerics.kinetics.map_estimate import map_estimates
from trialwright.numerics.kinetics.posterior import posterior
from trialwright.numerics.kinetics.series import ErrorModel, Population, Series

pytestmark = pytest.mark.slow  # with the compiler switched off a posterior takes minutes

LOG = ErrorModel("log_additive", 0.2)
SD = [0.45, 0.6, 1.0, 1.2]
DEMO = Population.independent("biexponential", [0.06, 0.04, 6, 500], SD, LOG)
P2 = [(0, 850.0), (21, 640.0), (42, 470.0), (63, 350.0)]
P4 = [(0, 410.0), (22, 180.0), (44, 90.0)]
P8 = [(5, 2600.0), (26, 1500.0), (47, 800.0), (68, 430.0), (89, 240.0)]
EARLY_RISE = [(0, 681.5), (13, 1322.3), (29, 372.1), (43, 155.6)]
HCG = Population.independent(
    "residual_decay", [0.169, 24.7, 14400], [0.35, 1.5, 1.0], ErrorModel("log_additive", 0.344)
)
GTN = [(0, 20000.0), (7, 7000.0), (14, 2100.0), (28, 130.0), (42, 30.0, -1)]
OBSERVED = Population("biexponential", DEMO.ln_theta, DEMO.omega, LOG, start_mode="observed")

worked = pytest.mark.independent("long Markov chains of another implementation, printed in the reference examples")
grid = pytest.mark.independent("integration over a dense grid")


@worked
def test_worked_examples() -> None:
    found = posterior(Series.of([P2, P4, P8]), DEMO, seed=11, cut_per_day=0.06, draws=40_000)
    np.testing.assert_allclose(found.mean, [0.03198, 0.05326, 0.03229], atol=3e-4)
    np.testing.assert_allclose(found.low, [0.0172, 0.0338, 0.0256], atol=3e-4)
    np.testing.assert_allclose(found.high, [0.0591, 0.0858, 0.0428], atol=1.2e-3)
    np.testing.assert_allclose(found.p_at_least, [0.047, 0.255, 0.005], atol=1e-2)
    assert found.median[0] == pytest.approx(0.0282, abs=3e-4)
    assert (found.effective_size > 8000).all()


@grid
@pytest.mark.parametrize(
    ("population", "rows", "start", "cut"),
    [(HCG, GTN, None, 0.18), (OBSERVED, EARLY_RISE, 681.5, 0.06), (OBSERVED, P4, 410.0, 0.05)],
    ids=["hcg", "two modes", "plain"],
)
def test_every_figure_agrees_with_a_grid(
    population: Population, rows: list[tuple[float, ...]], start: float | None, cut: float
) -> None:
    dense = Grid(population, rows, start)
    found = posterior(Series.of([rows]), population, seed=2, cut_per_day=cut, level=0.8, draws=40_000)

    def close(figure: np.ndarray, error: np.ndarray, expected: float, grain: float) -> bool:
        return abs(figure[0] - expected) < 4 * error[0] + grain

    width = dense.quantile(0.9) - dense.quantile(0.1)
    mean_ln = dense.mean(np.log(dense.rate))
    sd_ln = np.sqrt(dense.mean((np.log(dense.rate) - mean_ln) ** 2))
    assert close(found.mean, found.mean_error, dense.mean(dense.rate), 0.005 * width)
    assert close(found.sd_ln, found.sd_ln_error, sd_ln, 0.005 * sd_ln)
    assert close(found.median, found.median_error, dense.quantile(0.5), 0.04 * width)
    assert close(found.low, found.low_error, dense.quantile(0.1), 0.04 * width)
    assert close(found.high, found.high_error, dense.quantile(0.9), 0.04 * width)
    assert close(found.p_at_least, found.p_error, dense.at_least(cut), 0.02)
    assert found.ln_mean[0, 0] == pytest.approx(mean_ln, abs=0.01)
    np.testing.assert_allclose(
        found.ln_sd[0, :3], [np.sqrt(dense.mean((x - dense.mean(x)) ** 2)) for x in dense.points], rtol=0.05
    )


@grid
@pytest.mark.parametrize(("population", "rows", "start"), [(HCG, GTN, None), (OBSERVED, EARLY_RISE, 681.5)])
def test_evidence_agrees_with_a_grid(
    population: Population, rows: list[tuple[float, ...]], start: float | None
) -> None:
    series = Series.of([rows])
    found = weighted_draws(series, population, map_estimates(series, population), seed=4, draws=40_000)
    expected = Grid(population, rows, start).ln_evidence
    assert abs(found.ln_evidence[0] - expected) < 4 * found.ln_evidence_error[0] + 0.01


@pytest.mark.independent("spread of repeated runs")
def test_monte_carlo_errors_are_honest() -> None:
    series = Series.of([P2, P4, EARLY_RISE])
    runs = [posterior(series, DEMO, seed=seed, cut_per_day=0.06, draws=2000) for seed in range(40)]
    for figure, error in (
        ("mean", "mean_error"), ("median", "median_error"), ("low", "low_error"), ("high", "high_error"),
        ("sd_ln", "sd_ln_error"), ("p_at_least", "p_error"),
    ):  # fmt: skip
        spread = np.std([getattr(run, figure) for run in runs], axis=0, ddof=1)
        stated = np.sqrt(np.mean([np.square(getattr(run, error)) for run in runs], axis=0))
        assert (spread < 1.6 * stated).all(), figure
        assert (spread > 0.4 * stated).all(), figure


@pytest.mark.unvalidated
def test_figures_follow_from_seed_and_subject_alone() -> None:
    series = Series.of([P2, P4, P8])
    whole = posterior(series, DEMO, seed=1, cut_per_day=0.06, draws=500)
    again = posterior(
        series.subset(np.array([2, 1])), DEMO, seed=1, cut_per_day=0.06, draws=500, subjects=np.array([2, 1])
    )
    np.testing.assert_array_equal(again.mean, whole.mean[[2, 1]])
    np.testing.assert_array_equal(again.p_at_least, whole.p_at_least[[2, 1]])
    other = posterior(series, DEMO, seed=2, cut_per_day=0.06, draws=500)
    assert (other.mean != whole.mean).all()


@pytest.mark.unvalidated
def test_many_patients_keep_their_order_over_blocks() -> None:
    series = Series.of([P2, P8] * 10)
    found = posterior(series, DEMO, seed=1, draws=400)
    assert (found.mean[0::2] < 0.036).all()
    assert found.mean.shape == (20,)
    assert np.isnan(found.p_at_least).all()


@pytest.mark.independent("without values the posterior is the prior")
def test_without_values_the_prior_is_found() -> None:
    found = posterior(Series.of([[]]), DEMO, seed=1, cut_per_day=0.06, draws=20_000)
    assert abs(found.p_at_least[0] - 0.5) < 4 * found.p_error[0]
    np.testing.assert_allclose(found.ln_sd[0], SD, rtol=0.05)
    assert found.high[0] == pytest.approx(0.06 * np.exp(1.645 * 0.45), rel=0.05)


@pytest.mark.unvalidated
def test_a_patient_who_cannot_be_estimated_has_no_figures() -> None:
    found = posterior(Series.of([[(0, 10.0, -1), (21, 9.0)], P4]), OBSERVED, seed=1, cut_per_day=0.06, draws=200)
    assert np.isnan([found.mean[0], found.p_at_least[0], found.effective_size[0]]).all()
    assert np.isfinite([found.mean[1], found.p_at_least[1]]).all()


@pytest.mark.unvalidated
def test_no_probability_is_claimed_beyond_the_draws() -> None:
    found = posterior(Series.of([P8]), DEMO, seed=1, cut_per_day=5.0, draws=500)
    assert found.p_at_least[0] == 0.0
    assert found.p_error[0] == pytest.approx(1 / found.effective_size[0])


@pytest.mark.unvalidated
def test_a_level_without_a_prior_is_sampled_about_its_mode() -> None:
    flat = Population("biexponential", DEMO.ln_theta, DEMO.omega, LOG, start_mode="free_flat")
    found = posterior(Series.of([P4]), flat, seed=1, draws=20_000)
    wide = Population.independent("biexponential", [0.06, 0.04, 6, 410], [*SD[:3], 30.0], LOG)
    close = posterior(Series.of([P4]), wide, seed=1, draws=20_000)
    assert found.mean[0] == pytest.approx(close.mean[0], rel=0.03)
    assert found.ln_sd[0, 3] == pytest.approx(close.ln_sd[0, 3], rel=0.1)


@pytest.mark.unvalidated
def test_impossible_requests_are_refused() -> None:
    series = Series.of([P4])
    with pytest.raises(NumericsError, match="credible level"):
        posterior(series, DEMO, seed=1, level=1.0)
    with pytest.raises(NumericsError, match="not above 0"):
        posterior(series, DEMO, seed=1, cut_per_day=0.0)
    with pytest.raises(NumericsError, match="too few"):
        posterior(series, DEMO, seed=1, draws=1)
    lost = map_estimates(Series.of([[(0, 10.0, -1)]]), OBSERVED)
    with pytest.raises(NumericsError, match="without a mode"):
        weighted_draws(Series.of([[(0, 10.0, -1)]]), OBSERVED, lost, seed=1)
