"""Pictures of a population's fit: sound drawings that carry their tag, and figures that leave out what is not known."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import numpy as np
import polars as pl
import pytest

from trialwright.numerics.kinetics.prediction_errors import PredictionErrors
from trialwright.numerics.kinetics.predictive_check import Band, PredictiveCheck
from trialwright.numerics.kinetics.series import ErrorModel, Population, Series
from trialwright.report.marker_fit import (
    DiagnosticsPage,
    Picture,
    check_pictures,
    diagnostics_page,
    error_picture,
    fit_picture,
)

pytestmark = pytest.mark.unvalidated

NOISE = ErrorModel("log_additive", 0.2)
DEMO = Population.independent("biexponential", [0.06, 0.04, 6, 500], [0.45, 0.6, 1.0, 1.2], NOISE)


def band(*rows: object) -> Band:
    values = np.array(rows, dtype=np.float64)
    return Band(values, values - 0.1, values, values + 0.1)


CHECK = PredictiveCheck(
    edges_days=np.array([0.0, 30.0, 60.0]),
    middle_days=np.array([0.0, 42.0]),
    values=np.array([5, 4]),
    levels=np.array([0.05, 0.5]),
    percentiles=band((3.0, 5.0), (np.nan, 2.0)),
    below=band(0.0, 0.2),
    lower_limit=5.0,
    replicates=50,
    interval=0.95,
)


def sound(picture: Picture) -> str:
    ET.fromstring(picture.svg)
    return picture.svg


def test_a_percentile_below_the_limit_is_not_drawn() -> None:
    percentiles, below = check_pictures(CHECK, "U/mL", "SIMULATED")
    assert "SIMULATED" in sound(percentiles)
    assert "SIMULATED" in sound(below)
    shown = percentiles.data.filter(pl.col("what") == "5%")
    assert shown["measured"].to_list() == [pytest.approx(np.exp(3.0)), None]
    assert below.data["measured"].to_list() == [0.0, 0.2]


def test_the_errors_are_counted_into_bins() -> None:
    npde = np.array([-9.0, -0.1, 0.1, np.nan, 9.0])
    errors = PredictionErrors(npde, np.full(5, 0.5), 0.0, 1.0, 0.9, 0.8, 0.7)
    picture = error_picture(errors, "")
    sound(picture)
    assert picture.data["values"].sum() == 4
    assert (picture.data["values"][0], picture.data["values"][-1]) == (1, 1)
    assert picture.data["expected"].sum() == pytest.approx(4, abs=0.01)


def test_a_subject_is_drawn_with_curve_and_limits() -> None:
    series = Series.of([[(0, 410.0), (22, 180.0), (44, 5.0, -1)]])
    picture = fit_picture(series, ["<A&B>"], DEMO, DEMO.ln_theta[None, :], "")
    assert "&lt;A&amp;B&gt;" in sound(picture)
    assert picture.data.filter(pl.col("kind") != "curve")["kind"].to_list() == [
        "measured",
        "measured",
        "below the limit",
    ]
    assert picture.data.filter(pl.col("kind") == "curve")["value"][0] == pytest.approx(500.0)


def test_the_page_escapes_what_it_is_told() -> None:
    percentiles, _ = check_pictures(CHECK, "U/mL", "")
    page = diagnostics_page(DiagnosticsPage("<T>", "BANNER", (("Doubts", "a < b"),), (), (percentiles,), "x 1"))
    assert "&lt;T&gt;" in page
    assert "a &lt; b" in page
    assert page.count("<svg") == 1
    assert "BANNER" in page
