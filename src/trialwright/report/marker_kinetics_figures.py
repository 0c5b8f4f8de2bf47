"""The pictures of a marker's elimination rates: one subject with its band, the cohort, the predictive check."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import altair as alt
import polars as pl

from trialwright.model.kelim_words import class_words
from trialwright.model.marker_figures import MarkerFigures, MarkerPictures
from trialwright.report.context import Context
from trialwright.report.drawing import INK, NARROW, SHADES, WIDE, Canvas, drawn, layered, rows_of, unchecked
from trialwright.report.table import Cell, Column, Figure, Row, Table, frame_csv, text_cells
from trialwright.report.typeset import count, decimal, percent

__all__ = ["kinetics_figures"]

MAX_BARS: Final = 500
"""Above so many subjects the cohort is drawn by shares, not one by one."""
_CUT: Final = "#555555"
_LEVEL: Final = "90%"
Chart = Callable[[Canvas], alt.LayerChart]


def kinetics_figures(context: Context, figures: MarkerFigures) -> Iterator[Figure]:
    """Return the pictures of a marker's rates.

    Parameters
    ----------
    context : Context
        The dossier, ready to be shown.
    figures : MarkerFigures
        The marker's figures.

    Yields
    ------
    Figure
        One subject's series with its band, the rates of all subjects, and the predictive check; none without rates.
    """
    if figures.pictures is None or figures.parameters is None:
        return
    name = figures.marker.replace("_", "-")
    unit = figures.parameters.content.unit
    marker = next(each for each in context.dossier.study.markers if each.id == figures.marker)
    axis = f"Days since {context.point_words(marker.from_)}"
    yield _subject(context, figures, figures.pictures, f"kinetics-{name}-subject", (unit, axis))
    yield _cohort(context, figures, f"kinetics-{name}-cohort")
    yield _check(context, figures.pictures, f"kinetics-{name}-check", (unit, axis))


def _figure(
    context: Context, name: str, words: tuple[str, str], chart: Chart, frame: pl.DataFrame, table: Table
) -> Figure:
    caption, summary = words
    with unchecked():
        wide, narrow = (
            drawn(chart(canvas), canvas, name=name, summary=summary, tag=context.tag, engine=context.engine)
            for canvas in (WIDE, NARROW)
        )
    data = frame_csv(frame, origin=context.dossier.origin)
    return Figure(name, caption, summary, wide, narrow, table, data)


def _subject(
    context: Context, figures: MarkerFigures, pictures: MarkerPictures, name: str, words: tuple[str, str]
) -> Figure:
    unit, axis = words
    own = figures.rows.filter(pl.col("USUBJID") == pictures.subject).row(0, named=True)
    samples = figures.used.filter(pl.col("USUBJID") == pictures.subject).select(
        day="T_DAYS",
        value="VALUE",
        kind=pl.col("CENSOR").replace_strict({-1: "below", 0: "measured", 1: "above"}, return_dtype=pl.String),
    )
    first = (
        f"Subject {pictures.subject}, whose class is least sure: {count(samples.height, 'sample')}, median curve and "
        f"its {_LEVEL} credible band, drawn on beyond the last sample. KELIM {own['KELIM_PER_DAY']:.4f} per day"
    )
    span = "" if own["KELIM_LOW"] is None else f" ({_LEVEL} {own['KELIM_LOW']:.4f} to {own['KELIM_HIGH']:.4f})"
    sure = ""
    if own["STD_KELIM"] is not None:
        uncertainty = str(own["UNCERTAINTY"])
        sure = f", {class_words(own['STD_KELIM'], own['P_FAVOURABLE'], uncertainty=uncertainty)}"
    summary = first + span + sure + "."
    caption = f"{summary} {_gain_words(pictures)}".strip()

    def chart(canvas: Canvas) -> alt.LayerChart:
        scale = alt.Scale(type="log", nice=True)
        x = alt.X("day:Q", title=axis, scale=alt.Scale(domainMin=0, nice=False))

        def y(field: str) -> alt.Y:
            return alt.Y(field, title=f"Value ({unit})", scale=scale)

        band = alt.Chart(rows_of(pictures.band, "day", "median", "low", "high"))
        shape = alt.Shape(
            "kind:N",
            legend=None,
            scale=alt.Scale(domain=["below", "measured", "above"], range=["triangle-down", "circle", "triangle-up"]),
        )
        layers = [
            band.mark_area(opacity=0.22, color=SHADES[0]).encode(x, y("low:Q"), alt.Y2("high:Q")),
            band.mark_line(color=SHADES[0], strokeWidth=2).encode(x, y("median:Q")),
            alt.Chart(rows_of(samples, "day", "value", "kind"))
            .mark_point(color=INK, filled=True, opacity=1, size=46)
            .encode(x, y("value:Q"), shape),
        ]
        return layered(layers, width_px=canvas.width_px, height_px=220 if canvas.is_narrow else 280)

    rows = tuple(
        Row(
            Cell(decimal(day, 0)),
            text_cells((f"{'<' if kind == 'below' else '>' if kind == 'above' else ''}{value:g}",)),
        )
        for day, value, kind in samples.iter_rows()
    )
    table = Table(
        name,
        f"Samples of subject {pictures.subject}",
        (Column(axis), Column("Value", unit, numeric=True)),
        rows,
        _gain_notes(pictures),
    )
    return _figure(context, name, (caption, summary), chart, pictures.band, table)


def _gain_words(pictures: MarkerPictures) -> str:
    if pictures.gain.is_empty():
        return ""
    best = pictures.gain.sort("expected_misclassified", "day").row(0, named=True)
    return (
        f"One more sample would make it surer, most of all on day {decimal(best['day'], 0)}: the probability is "
        f"expected to move by {decimal(best['expected_change'], 2)}, and the chance of the wrong class to become "
        f"{decimal(best['expected_misclassified'], 2)}."
    )


def _gain_notes(pictures: MarkerPictures) -> tuple[str, ...]:
    parts = [
        f"day {decimal(day, 0)}: {decimal(wrong, 3)}"
        for day, wrong in pictures.gain.select("day", "expected_misclassified").iter_rows()
    ]
    return (f"Expected chance of the wrong class after one more sample on {'; '.join(parts)}.",) if parts else ()


def _cohort(context: Context, figures: MarkerFigures, name: str) -> Figure:
    estimated = figures.rows.filter(pl.col("STATUS") == "ESTIMATED").sort("KELIM_PER_DAY", "USUBJID")
    rates = estimated.select(
        place=pl.int_range(1, estimated.height + 1), rate="KELIM_PER_DAY", low="KELIM_LOW", high="KELIM_HIGH"
    )
    cutoff = None if figures.parameters is None else figures.parameters.content.cutoff
    many = rates.height > MAX_BARS
    if many:
        step = pl.Series([round(k * (rates.height - 1) / (MAX_BARS - 1)) for k in range(MAX_BARS)])
        rates = rates[step.unique().sort()]
    middle = estimated["KELIM_PER_DAY"].median()
    shown = decimal(float(middle), 4) if isinstance(middle, float) else "not known"
    undecided = 0
    if cutoff is not None:
        undecided = estimated.filter(
            (pl.col("KELIM_LOW") < cutoff.value) & (pl.col("KELIM_HIGH") >= cutoff.value)
        ).height
    summary = f"KELIM of {count(estimated.height, 'subject')} from the slowest to the fastest, median {shown} per day."
    line = "" if cutoff is None else f" The broken line is the cutoff, {cutoff.value:.4g} per day."
    doubt = (
        ""
        if cutoff is None
        else f" The interval of {percent(undecided / max(estimated.height, 1), 0)}% of subjects holds the cutoff."
    )
    few = f" {MAX_BARS} subjects, evenly from slowest to fastest, are drawn." if many else ""
    caption = f"{summary} Point: most probable rate; bar: {_LEVEL} interval.{line}{doubt}{few}"

    def chart(canvas: Canvas) -> alt.LayerChart:
        x = alt.X(
            "place:Q", title="Subjects by their rate", scale=alt.Scale(domain=[0, estimated.height + 1], nice=False)
        )

        def y(field: str) -> alt.Y:
            return alt.Y(field, title="KELIM (per day)", scale=alt.Scale(type="log", nice=True))

        bars = alt.Chart(rows_of(rates, "place", "rate", "low", "high"))
        layers = [
            bars.mark_rule(color="#9aa0a8", strokeWidth=1).encode(x, y("low:Q"), alt.Y2("high:Q")),
            bars.mark_circle(color=INK, opacity=1, size=10 if canvas.is_narrow else 14).encode(x, y("rate:Q")),
        ]
        if cutoff is not None:
            rule = alt.Chart(alt.Data(values=[{"rate": cutoff.value}]))
            layers.append(rule.mark_rule(strokeDash=[5, 3], color=_CUT).encode(y("rate:Q")))
        return layered(layers, width_px=canvas.width_px, height_px=220 if canvas.is_narrow else 280)

    shares = (0.05, 0.25, 0.5, 0.75, 0.95)
    rows = tuple(
        Row(Cell(f"{percent(each, 0)}%"), text_cells((f"{float(value):.4f}" if isinstance(value, float) else "",)))
        for each in shares
        for value in [estimated["KELIM_PER_DAY"].quantile(each, "linear")]
    )
    table = Table(name, "Percentiles of KELIM", (Column("Percentile"), Column("KELIM", "per day", numeric=True)), rows)
    data = estimated.select("USUBJID", "KELIM_PER_DAY", "KELIM_LOW", "KELIM_HIGH", "STD_KELIM", "P_FAVOURABLE", "CLASS")
    return _figure(context, name, (caption, summary), chart, data, table)


def _check(context: Context, pictures: MarkerPictures, name: str, words: tuple[str, str]) -> Figure:
    unit, axis = words
    bands = pictures.check.filter(pl.col("what") != "below")
    inside = bands.filter(pl.col("measured").is_not_null() & pl.col("low").is_not_null())
    within = inside.filter(pl.col("measured").is_between("low", "high")).height
    summary = (
        f"Visual predictive check: {within} of {inside.height} percentiles of the measured values lie where 95% of "
        "simulated repetitions do."
    )
    caption = (
        f"{summary} Lines with points: 5th, 50th and 95th percentile of the measured values; shaded: simulated; "
        "broken: the median of the simulated. A percentile that falls below the limit of the assay is not drawn."
    )

    def chart(canvas: Canvas) -> alt.LayerChart:
        rows = alt.Chart(rows_of(bands, "what", "day", "measured", "low", "median", "high"))
        x, what = alt.X("day:Q", title=axis), alt.Detail("what:N")

        def y(field: str) -> alt.Y:
            return alt.Y(field, title=f"Value ({unit})", scale=alt.Scale(type="log"))

        layers = [
            rows.mark_area(opacity=0.25, color=SHADES[0]).encode(x, y("low:Q"), alt.Y2("high:Q"), what),
            rows.mark_line(strokeDash=[5, 3], color=SHADES[0]).encode(x, y("median:Q"), what),
            rows.mark_line(color=SHADES[1]).encode(x, y("measured:Q"), what),
            rows.mark_circle(color=SHADES[1], opacity=1, size=30).encode(x, y("measured:Q"), what),
        ]
        return layered(layers, width_px=canvas.width_px, height_px=220 if canvas.is_narrow else 280)

    columns = (
        Column("Percentile and day"),
        Column("Values", numeric=True),
        Column("Measured", unit, numeric=True),
        Column("Simulated, 95%", unit, numeric=True),
    )
    rows = tuple(
        Row(
            Cell(f"{what}, day {decimal(day, 0)}"),
            text_cells((str(values), _three(measured), f"{_three(low)} to {_three(high)}")),
        )
        for what, values, day, measured, low, high in bands.select(
            "what", "values", "day", "measured", "low", "high"
        ).iter_rows()
    )
    table = Table(name, "Measured and simulated percentiles", columns, rows)
    return _figure(context, name, (caption, summary), chart, pictures.check, table)


def _three(value: float | None) -> str:
    return "below the limit" if value is None else f"{value:.3g}"
