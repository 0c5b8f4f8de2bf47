"""Likelihoods of ln values are proper densities, and residuals behind a limit have the right size."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import truncnorm

from trialwright.errors import EstimationError, NumericsError
from trialwright.numerics.kinetics.measured import Measured
from trialwright.numerics.kinetics.series import ErrorModel, Population, Series

pytestmark = pytest.mark.independent("numerical integration and scipy's truncated normal distribution")

LN_THETA = np.log([[0.1, 20.0, 400.0]])
ERRORS = [
    ErrorModel("log_additive", 0.2),
    ErrorModel("proportional", 0.2),
    ErrorModel("combined", 0.15, additive=4.0),
    ErrorModel("boxcox_additive", 0.3, exponent=0.2),
]


def measured(value: float, mark: int = 0, *, error: ErrorModel = ERRORS[0], mode: str = "estimated") -> Measured:
    known = Population.independent("residual_decay", [0.1, 20, 400], [1, 1, 1], error, start_mode=mode)  # type: ignore[arg-type]
    return Measured.of(Series.of([[(0, 400.0), (14, value, mark)]]), known)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.kind)
def test_the_likelihood_is_a_density_of_ln_values(error: ErrorModel) -> None:
    def density(ln_value: float) -> float:
        one = measured(float(np.exp(ln_value)), error=error, mode="observed")
        return float(np.exp(one.ln_likelihood(one.ln_curve(LN_THETA[:, :2]), error)[0]))

    total, _ = quad(density, -2.0, 9.0, points=[4.0, 4.6, 5.2], limit=200)
    # what the error model puts at or below 0 has no logarithm
    assert total == pytest.approx(1.0, abs=2e-3)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.kind)
def test_below_a_limit_counts_the_density_below_it(error: ErrorModel) -> None:
    limit = 85.0

    def density(ln_value: float) -> float:
        one = measured(float(np.exp(ln_value)), error=error, mode="observed")
        return float(np.exp(one.ln_likelihood(one.ln_curve(LN_THETA[:, :2]), error)[0]))

    below, _ = quad(density, -2.0, np.log(limit), points=[4.0], limit=200)
    exact = measured(limit, error=error)
    curve = exact.ln_curve(LN_THETA)
    plain = measured(limit, error=error, mode="observed")
    of_first = exact.ln_likelihood(curve, error) - plain.ln_likelihood(curve[1:], error)
    for mark, expected in ((-1, below), (1, 1.0 - below)):
        one = measured(limit, mark, error=error)
        share = np.exp(one.ln_likelihood(curve, error) - of_first)[0]
        assert share == pytest.approx(expected, abs=2e-3)


def test_squared_residuals_behind_a_limit_are_those_of_a_normal_cut_off_there() -> None:
    error = ErrorModel("log_additive", 0.2)
    curve = measured(1.0).ln_curve(LN_THETA)
    first = np.log(400.0) - curve[0]
    for mark, (low, high) in {-1: (-np.inf, None), 1: (None, np.inf)}.items():
        for z in (-2.5, 0.0, 1.5):
            one = measured(float(np.exp(curve[1] + 0.2 * z)), mark)
            cut = truncnorm(z if low is None else low, z if high is None else high)
            expected = (first**2 + 0.04 * float(cut.moment(2))) / 2
            assert one.mean_square(curve, error) == pytest.approx(expected, rel=1e-7)


def test_sigma_is_the_root_of_the_mean_square_whatever_the_scale() -> None:
    for error in (ERRORS[0], ERRORS[1], ERRORS[3]):
        one = measured(120.0, error=error)
        curve = one.ln_curve(LN_THETA)
        best = np.sqrt(one.mean_square(curve, error))
        at = [
            float(one.ln_likelihood(curve, ErrorModel(error.kind, best * f, exponent=error.exponent))[0])
            for f in (0.99, 1.0, 1.01)
        ]
        assert max(at) == at[1]


def test_a_fixed_level_is_the_first_value_and_carries_no_likelihood() -> None:
    one = measured(100.0, mode="observed")
    assert one.series.t_days.tolist() == [14.0]
    np.testing.assert_allclose(one.whole(np.log([[0.1, 20.0]])), LN_THETA, rtol=1e-12)
    two = one.subset(np.array([0, 0]))
    np.testing.assert_allclose(two.whole(np.log([[0.1, 20.0], [0.2, 20.0]]))[:, 2], np.log(400.0))


def test_what_cannot_be_fitted_is_refused() -> None:
    error = ErrorModel("log_additive", 0.2)
    known = Population.independent("residual_decay", [0.1, 20, 400], [1, 1, 1], error)
    with pytest.raises(NumericsError, match="subject 1 has no value"):
        Measured.of(Series.of([[(0, 5.0)], []]), known)
    with pytest.raises(EstimationError, match="within the limits"):
        Measured.of(Series.of([[(0, 5.0, -1)]]), known)
    observed = Population.independent("residual_decay", [0.1, 20, 400], [1, 1, 1], error, start_mode="observed")
    with pytest.raises(NumericsError, match="first value of subject 0 lies beyond a limit"):
        Measured.of(Series.of([[(0, 5.0, -1), (7, 4.0)]]), observed)
    flat = Population.independent("residual_decay", [0.1, 20, 400], [1, 1, 1], error, start_mode="free_flat")
    with pytest.raises(NumericsError, match="no prior"):
        Measured.of(Series.of([[(0, 5.0)]]), flat)
