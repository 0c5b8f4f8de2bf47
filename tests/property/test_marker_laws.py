"""Laws that the kinetics of a marker obey whatever the data."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import log_ndtr

from trialwright.numerics.kinetics.biexponential import BIEXPONENTIAL
from trialwright.numerics.kinetics.map_estimate import map_estimates
from trialwright.numerics.kinetics.series import ErrorModel, Population, Series

pytestmark = pytest.mark.independent("symmetries that hold by definition")

SD = [0.45, 0.6, 1.0, 1.2]
LOG = ErrorModel("log_additive", 0.2)
DEMO = Population.independent("biexponential", [0.06, 0.04, 6, 500], SD, LOG)

rate = st.floats(1e-4, 2.0)
amount = st.floats(1e-3, 1e5)
parameters = st.tuples(rate, rate, amount, amount)
value = st.tuples(st.floats(0, 100), st.floats(1.0, 1e4), st.sampled_from([0, 0, 0, -1, 1]))
patient = st.lists(value, min_size=1, max_size=7)


def levels(theta: tuple[float, ...], days: np.ndarray, sign: float = -1.0) -> np.ndarray:
    return BIEXPONENTIAL.curve(days, np.log(np.array([theta])), sign)[0]


DAYS = np.array([0.0, 1.0, 20.0, 50.0, 100.0])


@given(parameters)
def test_exchanging_the_rates_gives_the_same_curve(theta: tuple[float, ...]) -> None:
    others, admissible, _ = BIEXPONENTIAL.exchanged(np.log(np.array([theta])), -1.0)
    # where production is made up of two amounts that nearly cancel, its digits are lost, and the curve's with them
    k, b, production, start = theta
    kept = abs(production + start * (b - k)) / max(production, start * abs(b - k))
    if admissible[0] and kept > 1e-3:
        np.testing.assert_allclose(BIEXPONENTIAL.curve(DAYS, others)[0], levels(theta, DAYS), rtol=1e-9)


@given(parameters, st.floats(1e-3, 1e3))
def test_levels_scale_with_production_and_start(theta: tuple[float, ...], factor: float) -> None:
    k, b, production, start = theta
    scaled = levels((k, b, production * factor, start * factor), DAYS)
    np.testing.assert_allclose(scaled, factor * levels(theta, DAYS), rtol=1e-11)


@given(parameters, st.floats(0.1, 10))
def test_the_unit_of_time_does_not_matter(theta: tuple[float, ...], factor: float) -> None:
    k, b, production, start = theta
    other = levels((k / factor, b / factor, production / factor, start), DAYS * factor)
    np.testing.assert_allclose(other, levels(theta, DAYS), rtol=1e-10)


@given(parameters)
def test_levels_lie_between_elimination_alone_and_production_without_decay(theta: tuple[float, ...]) -> None:
    k, _, production, start = theta
    alone = start * np.exp(-k * DAYS)
    steady = alone + production * -np.expm1(-k * DAYS) / k
    found = levels(theta, DAYS)
    assert (found >= alone * (1 - 1e-12)).all()
    assert (found <= steady * (1 + 1e-12)).all()
    assert (levels(theta, DAYS, 1.0) >= steady * (1 - 1e-12)).all()


@settings(max_examples=60)
@given(st.lists(patient, min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_neither_the_order_of_values_nor_of_patients_matters(rows: list[list[tuple[float, ...]]], shuffler) -> None:  # type: ignore[no-untyped-def]
    found = map_estimates(Series.of(rows), DEMO)
    assert found.converged.all()
    order = list(range(len(rows)))
    shuffler.shuffle(order)
    mixed = [[rows[i][0], *shuffler.sample(rows[i][1:], len(rows[i]) - 1)] for i in order]
    again = map_estimates(Series.of(mixed), DEMO)
    np.testing.assert_allclose(again.objective, found.objective[order], rtol=1e-8, atol=1e-9)


@settings(max_examples=60)
@given(patient)
def test_a_mode_is_stationary_and_no_worse_than_its_neighbours(rows: list[tuple[float, ...]]) -> None:
    series = Series.of([rows])
    found = map_estimates(series, DEMO)
    assert found.objective[0] <= found.second_objective[0] or np.isnan(found.second_objective[0])
    for shift in 1e-3 * np.vstack([np.eye(4), -np.eye(4)]):
        assert objective(series, found.ln_theta + shift) >= found.objective[0] - 1e-9


def objective(series: Series, ln_theta: np.ndarray) -> float:
    eta = ln_theta[0] - DEMO.ln_theta
    curve = np.array([float(np.log(levels(tuple(np.exp(ln_theta[0])), np.array([t]))[0])) for t in series.t_days])
    z = (series.ln_value - curve) / DEMO.error.sigma
    from_values = np.where(series.censor == 0, 0.5 * z * z, -log_ndtr(-series.censor * z))
    return float(0.5 * eta @ DEMO.precision @ eta + from_values.sum())
