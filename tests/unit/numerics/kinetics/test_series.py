"""Series, populations and error models refuse what cannot be meant."""

from __future__ import annotations

import numpy as np
import pytest

from trialwright.errors import NumericsError
from trialwright.numerics.kinetics.series import ErrorModel, Population, Series

pytestmark = pytest.mark.unvalidated

LOG = ErrorModel("log_additive", 0.2)
THETA, SD = np.log([0.06, 0.04, 6.0, 500.0]), np.array([0.45, 0.6, 1.0, 1.2])


def test_series_of_lists() -> None:
    series = Series.of([[(0, 850.0), (21, 5.0, -1)], [], [(3, 9e4, 1)]])
    assert series.count == 3
    assert series.offsets.tolist() == [0, 2, 2, 3]
    assert series.owner.tolist() == [0, 0, 2]
    assert series.censor.tolist() == [0, -1, 1]
    np.testing.assert_allclose(np.exp(series.ln_value), [850, 5, 9e4])


def test_subset_and_repetition() -> None:
    series = Series.of([[(0, 1.0), (1, 2.0)], [], [(2, 3.0)]])
    part = series.subset(np.array([2, 0, 0]))
    assert part.t_days.tolist() == [2, 0, 1, 0, 1]
    assert part.offsets.tolist() == [0, 1, 3, 5]
    assert series.repeated(2).t_days.tolist() == [0, 1, 2, 0, 1, 2]
    assert series.repeated(2).offsets.tolist() == [0, 2, 2, 3, 5, 5, 6]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([[(-5, 400.0)]], "negative"),
        ([[(np.nan, 400.0)]], "not a number"),
        ([[(0, 0.0)]], "above 0"),
        ([[(0, np.inf)]], "not a number"),
        ([[(0, 4.0, 2)]], "censoring"),
    ],
)
def test_values_that_cannot_be(rows: list[list[tuple[float, ...]]], said: str) -> None:
    with pytest.raises(NumericsError, match=said):
        Series.of(rows)


@pytest.mark.parametrize("offsets", [[0, 1], [1, 2], [0, 2, 1, 2]])
def test_offsets_that_do_not_fit(offsets: list[int]) -> None:
    with pytest.raises(NumericsError, match="offsets"):
        Series(np.array(offsets), np.zeros(2), np.zeros(2), np.zeros(2, dtype=np.int64))


def test_lengths_that_differ() -> None:
    with pytest.raises(NumericsError, match="differ in length"):
        Series(np.array([0, 2]), np.zeros(2), np.zeros(1), np.zeros(2, dtype=np.int64))


def test_free_parameters_and_their_prior() -> None:
    estimated = Population("biexponential", THETA, np.diag(SD**2), LOG)
    observed = Population("biexponential", THETA, np.diag(SD**2), LOG, start_mode="observed")
    flat = Population("biexponential", THETA, np.diag([*SD[:3] ** 2, 0.0]), LOG, start_mode="free_flat")
    assert [p.free.tolist() for p in (estimated, observed, flat)] == [[0, 1, 2, 3], [0, 1, 2], [0, 1, 2, 3]]
    assert [p.with_prior.tolist() for p in (estimated, observed, flat)] == [[0, 1, 2, 3], [0, 1, 2], [0, 1, 2]]
    assert observed.free_flags == (1, 1, 1, 0)
    np.testing.assert_allclose(np.diag(estimated.precision), SD**-2.0)
    np.testing.assert_allclose(np.diag(flat.precision), [*SD[:3] ** -2.0, 0.0])
    np.testing.assert_allclose(estimated.typical, [0.06, 0.04, 6, 500])


def test_precision_inverts_a_correlated_covariance() -> None:
    omega = np.diag(SD**2) + 0.1
    population = Population("biexponential", THETA, omega, LOG)
    np.testing.assert_allclose(population.precision @ omega, np.eye(4), atol=1e-12)
    np.testing.assert_allclose(population.sd_ln, np.sqrt(np.diag(omega)))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"structure": "triexponential"}, "no structural model"),
        ({"ln_theta": THETA[:3]}, "4 parameters"),
        ({"ln_theta": np.array([np.nan, 0, 0, 0])}, "finite"),
        ({"omega": -np.eye(4)}, "positive definite"),
        ({"omega": np.triu(np.ones((4, 4)) * 0.1) + np.eye(4)}, "symmetric"),
        ({"beta_sign": 0}, "neither"),
        ({"start_mode": "guessed"}, "no start mode"),
    ],
)
def test_populations_that_cannot_be(change: dict[str, object], said: str) -> None:
    given = {"structure": "biexponential", "ln_theta": THETA, "omega": np.diag(SD**2), "error": LOG, **change}
    with pytest.raises(NumericsError, match=said):
        Population(**given)  # type: ignore[arg-type]


def test_typical_values_are_above_0() -> None:
    with pytest.raises(NumericsError, match="not all above 0"):
        Population.independent("biexponential", [0.06, 0.04, 0.0, 500], SD.tolist(), LOG)


@pytest.mark.parametrize(
    ("kind", "sigma", "additive", "said"),
    [
        ("poisson", 0.2, 0.0, "no error model"),
        ("log_additive", 0.0, 0.0, "not above 0"),
        ("proportional", float("nan"), 0.0, "not above 0"),
        ("combined", 0.2, -1.0, "0 or more"),
    ],
)
def test_error_models_that_cannot_be(kind: str, sigma: float, additive: float, said: str) -> None:
    with pytest.raises(NumericsError, match=said):
        ErrorModel(kind, sigma, additive)  # type: ignore[arg-type]


def test_error_constants_stand_in_the_order_of_the_kernels() -> None:
    assert ErrorModel("combined", 0.2, 3.0, 0.5).constants.tolist() == [0.2, 3.0, 0.5]
    kinds = ("log_additive", "proportional", "combined", "boxcox_additive")
    assert [ErrorModel(kind, 0.1).code for kind in kinds] == [0, 1, 2, 3]
