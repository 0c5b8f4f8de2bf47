"""Pictures and page that show how well a population describes marker series: predictive check, errors, fits, traces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import altair as alt
import numpy as np
import polars as pl
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from trialwright.numerics.kinetics.population_fit import PopulationFit
from trialwright.numerics.kinetics.prediction_errors import PredictionErrors
from trialwright.numerics.kinetics.predictive_check import PredictiveCheck
from trialwright.numerics.kinetics.series import Population, Series
from trialwright.numerics.kinetics.structure import FloatArray
from trialwright.report.drawing import INK, SHADES, WIDE, drawn, layered, rows_of, unchecked

__all__ = [
    "DiagnosticsPage",
    "Picture",
    "check_pictures",
    "diagnostics_page",
    "error_picture",
    "fit_picture",
    "trace_picture",
]

_TEMPLATES: Final = Path(__file__).parent / "templates"
_BINS: Final = 20
_GRID_COLUMNS: Final = 3
_MAX_TRACE_POINTS: Final = 250


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing with what a reader needs beside it.

    Parameters
    ----------
    name : str
        Name of its file.
    caption : str
        What it shows and how to read it.
    svg : str
        The drawing.
    data : polars.DataFrame
        The figures drawn.
    """

    name: str
    caption: str
    svg: str
    data: pl.DataFrame


@dataclass(frozen=True, slots=True)
class DiagnosticsPage:
    """What the page of diagnostics says.

    Parameters
    ----------
    title : str
        Heading.
    banner : str
        Status of the set, printed on top; empty for none.
    facts : tuple of (str, str)
        Name and figure.
    estimates : tuple of tuple of str
        Rows of the table of estimates: name, estimate, standard error, interval, shrinkage, spread between seeds.
    pictures : tuple of Picture
        Drawings in order.
    program : str
        Program and version.
    """

    title: str
    banner: str
    facts: tuple[tuple[str, str], ...]
    estimates: tuple[tuple[str, ...], ...]
    pictures: tuple[Picture, ...]
    program: str


def diagnostics_page(page: DiagnosticsPage) -> str:
    """Return the page of diagnostics, self-contained.

    Parameters
    ----------
    page : DiagnosticsPage
        What it says.

    Returns
    -------
    str
        HTML.
    """
    environment = Environment(loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined)
    drawings = [(picture, Markup(picture.svg)) for picture in page.pictures]
    return environment.get_template("marker_fit.html.j2").render(page=page, drawings=drawings)


def check_pictures(check: PredictiveCheck, unit: str, tag: str) -> tuple[Picture, Picture]:
    """Return the visual predictive check: percentiles of the values, and shares below the limit.

    Parameters
    ----------
    check : PredictiveCheck
        Measured figures beside simulated ones.
    unit : str
        Unit of the marker.
    tag : str
        Printed in the drawings, such as ``SIMULATED``; empty for none.

    Returns
    -------
    tuple of Picture and Picture
        Percentiles, and shares below the lower limit.
    """
    band = check.percentiles
    parts = [
        _band_rows(check, f"{level:.0%}", [np.exp(each[:, column]) for each in _figures(band)])
        for column, level in enumerate(check.levels)
    ]
    percentiles, below = pl.concat(parts), _band_rows(check, "below", _figures(check.below))
    names = ", ".join(f"{level:.0%}" for level in check.levels)
    caption = (
        f"Lines with points: {names} percentiles of the measured values. Shaded: where {check.interval:.0%} of "
        f"{check.replicates} simulated repetitions lie; broken: their median. A percentile that falls below the limit "
        "of the assay is not drawn."
    )
    rest = "Share of values below the limit of the assay, drawn in the same way."
    with unchecked():
        first = drawn(_bands(percentiles, f"Value ({unit})", log=True), WIDE, name="vpc", summary=caption, tag=tag)()
        second = drawn(
            _bands(below, "Share below the limit", log=False), WIDE, name="vpc-below", summary=rest, tag=tag
        )()
    return Picture("vpc", caption, first, percentiles), Picture("vpc-below", rest, second, below)


def _figures(band: object) -> list[FloatArray]:
    return [getattr(band, name) for name in ("measured", "low", "median", "high")]


def _band_rows(check: PredictiveCheck, what: str, figures: Sequence[FloatArray]) -> pl.DataFrame:
    measured, low, median, high = figures
    columns = {"day": check.middle_days, "measured": measured, "low": low, "median": median, "high": high}
    frame = pl.DataFrame({"what": [what] * check.values.size, "values": check.values, **columns})
    return frame.with_columns(pl.col(pl.Float64).fill_nan(None))


def _bands(rows: pl.DataFrame, title: str, *, log: bool) -> alt.LayerChart:
    scale = alt.Scale(type="log") if log else alt.Scale(domainMin=0)
    chart = alt.Chart(rows_of(rows, "what", "day", "measured", "low", "median", "high"))
    x, what = alt.X("day:Q", title="Days since the start of treatment"), alt.Detail("what:N")

    def y(field: str) -> alt.Y:
        return alt.Y(field, title=title, scale=scale)

    return layered(
        [
            chart.mark_area(opacity=0.25, color=SHADES[0]).encode(x, y("low:Q"), alt.Y2("high:Q"), what),
            chart.mark_line(strokeDash=[5, 3], color=SHADES[0]).encode(x, y("median:Q"), what),
            chart.mark_line(color=SHADES[1]).encode(x, y("measured:Q"), what),
            chart.mark_circle(color=SHADES[1], opacity=1, size=30).encode(x, y("measured:Q"), what),
        ],
        width_px=WIDE.width_px,
        height_px=280,
    )


def error_picture(errors: PredictionErrors, tag: str) -> Picture:
    """Return the distribution of the prediction errors beside the normal one.

    Parameters
    ----------
    errors : PredictionErrors
        One a value.
    tag : str
        Printed in the drawing.

    Returns
    -------
    Picture
        A histogram; the line is what a population that is right leads to expect.
    """
    npde = errors.npde[np.isfinite(errors.npde)]
    edges = np.linspace(-4.0, 4.0, _BINS + 1)
    counts = np.histogram(np.clip(npde, -4.0, 4.0), edges)[0]
    middle = (edges[:-1] + edges[1:]) / 2
    expected = npde.size * np.exp(-(middle**2) / 2) / np.sqrt(2 * np.pi) * (edges[1] - edges[0])
    rows = pl.DataFrame({"from": edges[:-1], "to": edges[1:], "middle": middle, "values": counts, "expected": expected})
    caption = (
        f"Normalised prediction distribution errors of {npde.size} values: mean {errors.mean:.3f} (p "
        f"{errors.p_mean:.3f}), variance {errors.variance:.3f} (p {errors.p_variance:.3f}), normality p "
        f"{errors.p_normal:.3f}. The line is the standard normal distribution."
    )
    chart = alt.Chart(rows_of(rows, "from", "to", "middle", "values", "expected"))
    with unchecked():
        layers = [
            chart.mark_rect(color="#c9cbce", stroke="white").encode(
                alt.X("from:Q", title="Prediction error"),
                alt.X2("to:Q"),
                alt.Y("values:Q", title="Values"),
                alt.Y2Datum(0),
            ),
            chart.mark_line(color=INK, strokeWidth=2).encode(alt.X("middle:Q"), alt.Y("expected:Q")),
        ]
        svg = drawn(
            layered(layers, width_px=WIDE.width_px, height_px=220), WIDE, name="npde", summary=caption, tag=tag
        )()
    return Picture("npde", caption, svg, rows)


def fit_picture(
    series: Series, names: Sequence[str], population: Population, ln_theta: FloatArray, tag: str
) -> Picture:
    """Return some subjects' samples with their fitted curves.

    Parameters
    ----------
    series : Series
        Samples of the subjects to draw.
    names : sequence of str
        Their ids.
    population : Population
        The population.
    ln_theta : ndarray of shape (n, p)
        ln parameters of each subject.
    tag : str
        Printed in the drawing.

    Returns
    -------
    Picture
        One small plot a subject, on a logarithmic axis.
    """
    grid = np.linspace(0.0, float(series.t_days.max(initial=1.0)), 61)
    levels = population.model.curve(grid, ln_theta, float(population.beta_sign))
    kinds = np.array(["below the limit", "measured", "above the limit"])[series.censor + 1]
    samples = pl.DataFrame(
        {
            "subject": [names[owner] for owner in series.owner],
            "day": series.t_days,
            "value": np.exp(series.ln_value),
            "kind": kinds,
        }
    )
    curves = pl.DataFrame(
        {"subject": np.repeat(list(names), grid.size), "day": np.tile(grid, len(names)), "value": levels.ravel()}
    ).with_columns(kind=pl.lit("curve"))
    rows = pl.concat([samples, curves])
    caption = (
        "Samples and most probable curve of subjects from the slowest to the fastest rate. Circle: measured; triangle: "
        "known only to lie below the limit it stands at, or, pointing up, above it."
    )
    with unchecked():
        data = rows_of(rows, "subject", "day", "value", "kind")
        x = alt.X("day:Q", title="Days")
        y = alt.Y("value:Q", title=None, scale=alt.Scale(type="log"))
        shape = alt.Shape(
            "kind:N",
            legend=None,
            scale=alt.Scale(
                domain=["below the limit", "measured", "above the limit"],
                range=["triangle-down", "circle", "triangle-up"],
            ),
        )
        line = alt.Chart().mark_line(color=SHADES[0]).encode(x, y).transform_filter("datum.kind === 'curve'")
        dots = (
            alt.Chart()
            .mark_point(color=SHADES[1], filled=False, size=34)
            .encode(x, y, shape)
            .transform_filter("datum.kind !== 'curve'")
        )
        layers = alt.LayerChart(data=data, layer=[line, dots], width=170, height=110)
        chart = layers.facet(facet=alt.Facet("subject:N", title=None, sort=list(names)), columns=_GRID_COLUMNS)
        svg = drawn(chart, WIDE, name="fits", summary=caption, tag=tag)()
    return Picture("fits", caption, svg, rows)


def trace_picture(fits: Sequence[PopulationFit], tag: str) -> Picture:
    """Return how the estimates moved from iteration to iteration.

    Parameters
    ----------
    fits : sequence of PopulationFit
        Fits of the same series with different seeds.
    tag : str
        Printed in the drawing.

    Returns
    -------
    Picture
        One small plot an estimate, one line a seed; they should end close together.
    """
    parts = []
    for fit in fits:
        step = max(1, fit.traces.shape[0] // _MAX_TRACE_POINTS)
        kept = np.arange(0, fit.traces.shape[0], step)
        parts += [
            pl.DataFrame({"estimate": [name] * kept.size, "seed": [str(fit.seed)] * kept.size, "iteration": kept + 1,
                          "value": fit.traces[kept, place]})
            for place, name in enumerate(fit.names)
        ]  # fmt: skip
    rows = pl.concat(parts)
    caption = (
        "Estimates by iteration of SAEM, one line a seed, on the scale of estimation; the mean of the iterations "
        f"after {fits[0].exploration} is taken. Lines that end apart are not settled."
    )
    with unchecked():
        chart = alt.Chart(rows_of(rows, "estimate", "seed", "iteration", "value"), width=170, height=100).mark_line(
            strokeWidth=1
        )
        plot = chart.encode(
            alt.X("iteration:Q", title="Iteration"),
            alt.Y("value:Q", title=None, scale=alt.Scale(zero=False)),
            alt.Color("seed:N", legend=None, scale=alt.Scale(range=list(SHADES))),
        )
        faceted = plot.facet(
            facet=alt.Facet("estimate:N", title=None, sort=list(fits[0].names)), columns=_GRID_COLUMNS
        ).resolve_scale(y="independent")
        svg = drawn(faceted, WIDE, name="traces", summary=caption, tag=tag)()
    return Picture("traces", caption, svg, rows)
