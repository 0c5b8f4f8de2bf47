"""Influence of rows on an incidence against numerical derivatives, and its variance where nothing is clustered."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from trialwright.numerics.clustered_incidence import clustered_variance, incidence_influence
from trialwright.numerics.competing import cumulative_incidence_curve

pytestmark = pytest.mark.independent("numerical derivatives by the weight of a row")

Floats = NDArray[np.float64]
AT = np.array([0.5, 3.0, 8.0, 20.0, 1e3])
STEP = 1e-6


def drawn(seed: int, n: int = 30) -> tuple[Floats, NDArray[np.int64]]:
    rng = np.random.default_rng(seed)
    return np.round(rng.exponential(10.0, n)).clip(1.0), rng.integers(0, 3, n)


def weighted(time: Floats, cause: NDArray[np.int64], weight: Floats, at: float) -> float:
    """Incidence of the first cause with weights, step by step from its definition."""
    free, found = 1.0, 0.0
    for moment in np.unique(time[time <= at]):
        at_risk = weight[time >= moment].sum()
        here = time == moment
        found += free * weight[here & (cause == 1)].sum() / at_risk
        free *= 1.0 - weight[here & (cause > 0)].sum() / at_risk
    return found


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_influence_is_the_derivative_by_the_weight_of_a_row(seed: int) -> None:
    time, cause = drawn(seed)
    steps = STEP * np.eye(time.size)
    numerical = np.array(
        [
            [(weighted(time, cause, 1 + d, at) - weighted(time, cause, 1 - d, at)) / (2 * STEP) for d in steps]
            for at in AT
        ]
    )
    np.testing.assert_allclose(incidence_influence(time, cause, 2, AT), numerical, atol=1e-8)


def test_a_row_in_each_cluster_gives_the_variance_of_independent_rows() -> None:
    time, cause = drawn(4)
    curve = cumulative_incidence_curve(time, cause, 2, variance="greenwood")
    found = clustered_variance(incidence_influence(time, cause, 2, curve.time), np.arange(time.size))
    np.testing.assert_allclose(found, curve.variance[0], atol=1e-14)


def test_rows_doubled_within_their_clusters_tell_no_more_than_once() -> None:
    time, cause = drawn(5)
    once = clustered_variance(incidence_influence(time, cause, 2, AT), np.arange(time.size))
    twice = incidence_influence(np.repeat(time, 2), np.repeat(cause, 2), 2, AT)
    np.testing.assert_allclose(clustered_variance(twice, np.repeat(np.arange(time.size), 2)), once, atol=1e-14)
    assert (clustered_variance(twice, np.arange(2 * time.size))[1:] < 0.6 * once[1:]).all()
