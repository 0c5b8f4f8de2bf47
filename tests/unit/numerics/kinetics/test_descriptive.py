"""Slope, half-life, nadir and time to normalisation, worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from trialwright.errors import NumericsError
from trialwright.numerics.kinetics.descriptive import half_life, log_slope, nadir, time_to_normalisation
from trialwright.numerics.kinetics.series import Series

pytestmark = pytest.mark.independent("numpy.polyfit and hand counts")

ROWS = [
    [(0, 400.0), (21, 190.0), (42, 80.0), (63, 85.0)],
    [(0, 400.0), (21, 30.0), (42, 20.0, -1), (63, 20.0), (84, 20.0, -1)],
    [(0, 50.0)],
    [],
    [(0, 900.0, 1), (21, 300.0), (42, 400.0)],
    [(5, 40.0), (5, 60.0)],
]
SERIES = Series.of(ROWS)


def test_slope_is_that_of_the_least_squares_line() -> None:
    found = log_slope(SERIES)
    first = np.polyfit([0, 21, 42, 63], np.log([400, 190, 80, 85]), 1)[0]
    second = np.polyfit([0, 21, 63], np.log([400, 30, 20]), 1)[0]
    np.testing.assert_allclose(found[:2], [first, second], rtol=1e-12)
    assert np.isnan(found[[2, 3, 5]]).all()
    assert found[4] == pytest.approx(np.log(4 / 3) / 21)


def test_half_life_only_where_the_marker_falls() -> None:
    found = half_life(SERIES)
    assert found[0] == pytest.approx(-np.log(2) / log_slope(SERIES)[0])
    assert np.isnan(found[2:]).all()


def test_nadir_and_whether_it_lies_below_a_limit() -> None:
    found = nadir(SERIES)
    np.testing.assert_allclose(found.value, [80, 20, 50, np.nan, 300, 40])
    np.testing.assert_allclose(found.day, [42, 42, 0, np.nan, 21, 5])
    assert found.below.tolist() == [False, True, False, False, False, False]


def test_first_day_at_or_below_the_upper_limit_of_normal() -> None:
    np.testing.assert_allclose(time_to_normalisation(SERIES, 35.0), [np.nan, 21, np.nan, np.nan, np.nan, np.nan])
    np.testing.assert_allclose(time_to_normalisation(SERIES, 80.0)[:3], [42, 21, 0])
    unsure = Series.of([[(0, 100.0), (21, 40.0, -1), (42, 30.0)]])
    assert time_to_normalisation(unsure, 35.0).tolist() == [42.0]
    assert time_to_normalisation(unsure, np.array([35.0, 40.0, 35.0])).tolist() == [21.0]
    with pytest.raises(NumericsError, match="not above 0"):
        time_to_normalisation(SERIES, 0.0)
