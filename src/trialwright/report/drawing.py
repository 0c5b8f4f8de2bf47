"""How figures are drawn: one theme, two widths, and SVG that stands alone and inside the page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import ClassVar, Final, Literal, Self
from xml.sax.saxutils import escape

import altair as alt
import polars as pl
from altair.utils.schemapi import debug_mode

from trialwright.report.engine import Drawing, Engine, at_once
from trialwright.report.hatching import hatched

__all__ = [
    "DASHES",
    "FONT",
    "INK",
    "NARROW",
    "SHADES",
    "WIDE",
    "Canvas",
    "described",
    "drawn",
    "in_arm_styles",
    "key",
    "largest",
    "layered",
    "lettering",
    "smallest",
    "rows_of",
    "unchecked",
]

FONT: Final = (
    "Helvetica Neue, Helvetica, Arial, Liberation Sans, Noto Sans CJK KR, Noto Sans KR, Apple SD Gothic Neo, "
    "Malgun Gothic, Noto Sans CJK SC, Noto Sans, sans-serif"
)
"""Latin first, then what has Hangul; nothing is fetched."""

INK: Final = "#1f2328"
SHADES: Final = ("#0b3c5d", "#c2571a", "#3f7d58", "#7a5195", "#7d6608", "#555555")
"""Colours whose greys lie apart; the line pattern says the same without colour."""

DASHES: Final = ((1, 0), (7, 3), (2, 2), (9, 3, 2, 3), (4, 2), (1, 3))


@dataclass(frozen=True, slots=True)
class Canvas:
    """A width a figure is drawn for.

    Parameters
    ----------
    name : str
        ``wide`` or ``narrow``.
    width_px : int
        Width of the plot itself, without its axes.
    size_px : int
        Size of the letters.
    """

    name: str
    width_px: int
    size_px: int

    @property
    def is_narrow(self) -> bool:
        """Whether the figure is drawn for a telephone."""
        return self.name == "narrow"


WIDE: Final = Canvas("wide", 600, 12)
NARROW: Final = Canvas("narrow", 262, 11)


def _theme(canvas: Canvas) -> dict[str, object]:
    size = canvas.size_px
    return {
        "aria": False,
        "font": FONT,
        "background": "white",
        "padding": 4,
        "view": {"stroke": None},
        "axis": {
            "domainColor": INK,
            "tickColor": INK,
            "labelColor": INK,
            "titleColor": INK,
            "labelFontSize": size - 1,
            "titleFontSize": size,
            "titleFontWeight": "normal",
            "titlePadding": 8,
            "tickSize": 5,
            "grid": False,
            "labelLimit": 0,  # a limit has every word measured three times, which is most of the time drawing takes
            "labelFlush": False,
            "titleLimit": 0,
        },
        "title": {
            "anchor": "end",
            "fontSize": size - 2,
            "fontWeight": "bold",
            "color": "#6b6b6b",
            "offset": 8,
        },
        "text": {"fontSize": size, "color": INK},
    }


@contextmanager
def unchecked() -> Iterator[None]:
    """Suspend Altair's own check of every part of a chart, which takes longer than drawing it.

    Yields
    ------
    None
        While the charts are put together; the drawing itself still refuses what it cannot read.
    """
    with debug_mode(False):
        yield


def largest(values: pl.Series) -> float:
    """Return the largest of some numbers, 0 when there is none.

    Parameters
    ----------
    values : polars.Series
        Numbers; empty cells do not count.

    Returns
    -------
    float
        The largest.

    Examples
    --------
    >>> largest(pl.Series([1, None, 3]))
    3.0
    """
    found = values.cast(pl.Float64).max()
    return found if isinstance(found, float) else 0.0


def smallest(values: pl.Series) -> float:
    """Return the smallest of some numbers, 0 when there is none.

    Parameters
    ----------
    values : polars.Series
        Numbers; empty cells do not count.

    Returns
    -------
    float
        The smallest.

    Examples
    --------
    >>> smallest(pl.Series([2, None, 3]))
    2.0
    """
    found = values.cast(pl.Float64).min()
    return found if isinstance(found, float) else 0.0


def layered(layers: Sequence[alt.Chart], *, width_px: int, height_px: int) -> alt.LayerChart:
    """Return layers over one another in one plot.

    Parameters
    ----------
    layers : sequence of altair.Chart
        The lowest first.
    width_px, height_px : int
        Size of the plot, without its axes.

    Returns
    -------
    altair.LayerChart
        The chart.
    """
    chart = _Layers(width=width_px, height=height_px)
    chart["layer"] = list(layers)
    return chart


class _Layers(alt.LayerChart):
    """Layers that stay as they are: Altair copies its own twice over to look for what they have in common."""

    def copy(self, deep: bool | Iterable[object] = True, ignore: list[str] | None = None) -> Self:
        """Return the layers themselves."""
        return self


def rows_of(frame: pl.DataFrame, *columns: str) -> alt.Data:
    """Return columns of a frame as a chart's data.

    Parameters
    ----------
    frame : polars.DataFrame
        The data, already so few rows as are drawn.
    *columns : str
        The columns that are drawn.

    Returns
    -------
    altair.Data
        The rows, inline.
    """
    return alt.Data(values=_Rows(frame.select(*columns).to_dicts()))


class _Rows:
    """Rows that stay as they are: Altair copies and walks a list cell by cell, several times a chart."""

    _schema: ClassVar = MappingProxyType({"type": "array"})  # what it knows its own parts by

    def __init__(self, rows: list[dict[str, object]]) -> None:
        self._rows = rows

    def to_dict(self) -> list[dict[str, object]]:
        """Return the rows, not copied."""
        return self._rows


def lettering(text: str, canvas: Canvas, *, x_px: float, y_px: float, bold: bool = False) -> alt.Chart:
    """Return words at a place of the plot, left-aligned.

    Parameters
    ----------
    text : str
        The words.
    canvas : Canvas
        The width the figure is drawn for.
    x_px, y_px : float
        Place in points from the plot's upper left corner; it may lie outside the plot.
    bold : bool, default False
        Whether the words are a heading.

    Returns
    -------
    altair.Chart
        A layer.
    """
    weight: Literal["bold", "normal"] = "bold" if bold else "normal"
    mark = alt.Chart(alt.Data(values=[{"text": text}])).mark_text(
        align="left", fontSize=canvas.size_px - 1, fontWeight=weight
    )
    layer: alt.Chart = mark.encode(alt.Text("text:N"), alt.XValue(x_px), alt.YValue(y_px))
    return layer


_KEY_LINE_PX: Final = 17


def key(labels: list[str], canvas: Canvas) -> list[alt.Chart]:
    """Return the key of a figure, one line a label above the plot, with the label's shade and line pattern.

    Parameters
    ----------
    labels : list of str
        Labels of the curves, in order.
    canvas : Canvas
        The width the figure is drawn for.

    Returns
    -------
    list of altair.Chart
        Layers.
    """
    layers: list[alt.Chart] = []
    for place, label in enumerate(labels):
        y_px = -6 - _KEY_LINE_PX * (len(labels) - place - 0.5)
        sample = alt.Chart(alt.Data(values=[{}])).mark_rule(
            strokeWidth=2, color=SHADES[place % len(SHADES)], strokeDash=list(DASHES[place % len(DASHES)])
        )
        layers.append(sample.encode(alt.XValue(0), alt.X2Value(30), alt.YValue(y_px)))
        layers.append(lettering(label, canvas, x_px=38, y_px=y_px))
    return layers


def in_arm_styles(labels: list[str]) -> tuple[alt.Scale, alt.Scale]:
    """Return scales that give each label its shade and its line pattern.

    Parameters
    ----------
    labels : list of str
        Labels of the curves, in order.

    Returns
    -------
    tuple of altair.Scale and altair.Scale
        Colour and line pattern; a single curve is drawn in ink.
    """
    shades = [INK] if len(labels) == 1 else [SHADES[i % len(SHADES)] for i in range(len(labels))]
    dashes = [list(DASHES[i % len(DASHES)]) for i in range(len(labels))]
    return alt.Scale(domain=labels, range=shades), alt.Scale(domain=labels, range=dashes)


def drawn(
    chart: alt.LayerChart | alt.FacetChart,
    canvas: Canvas,
    *,
    name: str,
    summary: str,
    tag: str,
    engine: Engine = at_once,
) -> Drawing:
    """Return what gives a chart as SVG; its drawing has begun.

    Parameters
    ----------
    chart : altair.LayerChart or altair.FacetChart
        The chart, with the size of its plot set.
    canvas : Canvas
        The width it is drawn for.
    name : str
        Name of the figure; ids inside the SVG begin with it, so that several stand in one page.
    summary : str
        The figure in words.
    tag : str
        State and origin of the data, printed in the figure itself so that it travels with a copy; empty for none.
    engine : callable
        Who draws it.

    Returns
    -------
    callable
        Gives an ``svg`` element with title and description.
    """
    spec = chart.to_dict(validate=False)
    spec["config"] = _theme(canvas)
    if tag:
        spec["title"] = {"text": tag}
    svg = engine(json.dumps(spec, ensure_ascii=False))

    @cache
    def drawing() -> str:
        return described(hatched(svg()), name=f"{name}-{canvas.name}", summary=summary)

    return drawing


def described(svg: str, *, name: str, summary: str) -> str:
    """Return an SVG that tells its content to a reader who cannot see it, its ids made unique.

    Parameters
    ----------
    svg : str
        An ``svg`` element with ``width``, ``height`` and ``viewBox``.
    name : str
        What its ids begin with.
    summary : str
        The figure in words.

    Returns
    -------
    str
        The same drawing with role, title and description.

    Examples
    --------
    >>> described('<svg width="1"><g clip-path="url(#c)"/></svg>', name="a", summary="A < B")
    '<svg role="img" aria-labelledby="a-summary" width="1"><title id="a-summary">A &lt; B</title>...</svg>'
    """
    svg = re.sub(r'\bid="([^"]+)"', rf'id="{name}-\1"', svg)
    svg = re.sub(r"url\(#([^)]+)\)", rf"url(#{name}-\1)", svg)
    svg = re.sub(r' (?:aria-[a-z]+|role|pointer-events)="[^"]*"', "", svg)
    opening, rest = svg.split(">", 1)
    opening = opening.replace("<svg", f'<svg role="img" aria-labelledby="{name}-summary"', 1)
    return f'{opening}><title id="{name}-summary">{escape(summary)}</title>{rest}'
