"""Lines over one axis: the drawing that ROC curves, calibration, net benefit and incidences share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import altair as alt
import polars as pl

from trialwright.report.context import Context
from trialwright.report.drawing import NARROW, WIDE, Canvas, drawn, in_arm_styles, key, layered, rows_of, unchecked
from trialwright.report.table import Cell, Column, Figure, Row, Table, frame_csv, text_cells
from trialwright.report.typeset import decimal

__all__ = ["LineWords", "line_figure"]

_MAX_POINTS = 400
_TABLE_ROWS = 12


@dataclass(frozen=True, slots=True)
class LineWords:
    """How a figure of lines is called and scaled.

    Parameters
    ----------
    name : str
        Name of its files.
    title, caption, summary : str
        Heading of its table, what it shows, and the figure in words.
    x, y : str
        Titles of the axes.
    y_span : tuple of float
        Ends of the vertical axis.
    x_end : float
        Right end of the horizontal axis, which begins at 0.
    diagonal : bool
        Whether a dashed line marks where both axes are equal.
    is_stepped : bool
        Whether a line stays level up to its next point.
    """

    name: str
    title: str
    caption: str
    summary: str
    x: str
    y: str
    y_span: tuple[float, float] = (0.0, 1.0)
    x_end: float = 1.0
    diagonal: bool = False
    is_stepped: bool = False


def line_figure(context: Context, lines: Mapping[str, pl.DataFrame], words: LineWords) -> Figure:
    """Return a figure of lines.

    Parameters
    ----------
    context : Context
        The dossier, ready to be shown.
    lines : mapping of str to polars.DataFrame
        Columns ``x`` and ``y`` of each line by its label, in the order of x.
    words : LineWords
        What it is called.

    Returns
    -------
    Figure
        The figure with the table and the data behind it.
    """
    points = pl.concat(
        [_thinned(frame).select(pl.lit(label).alias("label"), "x", "y") for label, frame in lines.items()]
    ).drop_nulls()
    # A clipping of the drawing itself would carry a number that counts the drawings of the process.
    points = points.filter(pl.col("y").is_between(*words.y_span))
    with unchecked():
        wide, narrow = (
            drawn(
                _chart(points, list(lines), words, canvas),
                canvas,
                name=words.name,
                summary=words.summary,
                tag=context.tag,
                engine=context.engine,
            )
            for canvas in (WIDE, NARROW)
        )
    full = pl.concat([frame.select(pl.lit(label).alias("line"), "x", "y") for label, frame in lines.items()])
    data = frame_csv(full, origin=context.dossier.origin)
    return Figure(words.name, words.caption, words.summary, wide, narrow, _table(lines, words), data)


def _thinned(frame: pl.DataFrame) -> pl.DataFrame:
    """No more points than can be drawn apart, both ends among them."""
    if frame.height <= _MAX_POINTS:
        return frame
    return frame[[round(k * (frame.height - 1) / (_MAX_POINTS - 1)) for k in range(_MAX_POINTS)]]


def _chart(points: pl.DataFrame, labels: Sequence[str], words: LineWords, canvas: Canvas) -> alt.LayerChart:
    height_px = 230 if canvas.is_narrow else 320
    x = alt.X("x:Q", title=words.x, scale=alt.Scale(domain=[0, words.x_end], nice=False))
    y = alt.Y("y:Q", title=words.y, scale=alt.Scale(domain=list(words.y_span), nice=False))
    shades, dashes = in_arm_styles(list(labels))
    layers: list[alt.Chart] = []
    if words.diagonal:
        ends = alt.Data(values=[{"x": 0.0, "y": 0.0}, {"x": 1.0, "y": 1.0}])
        layers.append(alt.Chart(ends).mark_line(strokeDash=[3, 3], color="#777777", strokeWidth=1).encode(x, y))
    mark = alt.Chart(rows_of(points, "label", "x", "y")).mark_line(
        interpolate="step-after" if words.is_stepped else "linear", strokeWidth=1.8
    )
    layers.append(
        mark.encode(
            x,
            y,
            alt.Color("label:N", scale=shades, legend=None),
            alt.StrokeDash("label:N", scale=dashes, legend=None),
            alt.Order("x:Q"),
        )
    )
    layers += key(list(labels), canvas) if len(labels) > 1 else []
    return layered(layers, width_px=canvas.width_px, height_px=height_px)


def _table(lines: Mapping[str, pl.DataFrame], words: LineWords) -> Table:
    rows: list[Row] = []
    for label, frame in lines.items():
        if len(lines) > 1:
            rows.append(Row(Cell(label)))
        shown = min(frame.height, _TABLE_ROWS)
        picked = frame[[round(k * (frame.height - 1) / max(shown - 1, 1)) for k in range(shown)]]
        for x, y in picked.select("x", "y").iter_rows():
            text = "not observed so long" if y is None else decimal(y, 3)
            rows.append(Row(Cell(decimal(x, 2)), text_cells([text]), 1 if len(lines) > 1 else 0))
    note = f"Every point of the figure stands in figures/{words.name}.csv."
    return Table(words.name, words.title, (Column(words.x), Column(words.y, numeric=True)), tuple(rows), (note,))
