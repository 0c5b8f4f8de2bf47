"""What the figures of responses share: drawing at both widths, the key of responses, choosing whom to draw."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

import altair as alt
import polars as pl

from trialwright.report.context import Context
from trialwright.report.drawing import INK, NARROW, WIDE, Canvas, drawn, lettering, unchecked
from trialwright.report.hatching import RESPONSE_ORDER, RESPONSE_SHADES, RESPONSE_SHAPES, RESPONSE_WORDS, fill_of
from trialwright.report.table import Figure, Table, frame_csv
from trialwright.report.typeset import count

__all__ = ["CROSS", "MAX_DRAWN", "Words", "evenly", "figure_of", "response_key", "responses_of", "symbols"]

MAX_DRAWN: Final = 500
"""Above so many subjects a figure does not draw them one by one."""

LINE_PX: Final = 17
CROSS: Final = "M-0.8,-1L0,-0.2L0.8,-1L1,-0.8L0.2,0L1,0.8L0.8,1L0,0.2L-0.8,1L-1,0.8L-0.2,0L-1,-0.8Z"
"""Outline of a slanting cross."""
Words = tuple[str, str]
"""Caption and summary."""
Chart = Callable[[Canvas], alt.LayerChart]


def figure_of(context: Context, name: str, words: Words, chart: Chart, frame: pl.DataFrame, table: Table) -> Figure:
    """Return a figure drawn for a page and for a telephone.

    Parameters
    ----------
    context : Context
        The dossier, ready to be shown.
    name : str
        Name of the figure.
    words : tuple of str
        Caption and summary.
    chart : callable
        Makes the chart for a width.
    frame : polars.DataFrame
        What the figure is drawn from, for its CSV.
    table : Table
        What is printed below it.

    Returns
    -------
    Figure
        The figure.
    """
    caption, summary = words
    with unchecked():
        wide, narrow = (
            drawn(chart(canvas), canvas, name=name, summary=summary, tag=context.tag, engine=context.engine)
            for canvas in (WIDE, NARROW)
        )
    data = frame_csv(frame, origin=context.dossier.origin)
    return Figure(name, caption, summary, wide, narrow, table, data)


def responses_of(codes: pl.Series) -> list[tuple[str, str]]:
    """Return responses that occur, the best first, each with its words and the number of subjects.

    Parameters
    ----------
    codes : polars.Series
        One response a subject.

    Returns
    -------
    list of (code, words)
        For example ``("PR", "Partial response, 12 subjects")``.

    Examples
    --------
    >>> responses_of(pl.Series(["PD", "PR", "PD"]))
    [('PR', 'Partial response, 1 subject'), ('PD', 'Progression, 2 subjects')]
    """
    found = dict(codes.value_counts().iter_rows())
    return [
        (code, f"{RESPONSE_WORDS[code]}, {count(found[code], 'subject')}") for code in RESPONSE_ORDER if code in found
    ]


def response_key(
    labels: Iterable[tuple[str, str]], canvas: Canvas, *, as_lines: bool = False, below: int = 0
) -> Iterator[alt.Chart]:
    """Return the key of responses above a plot, one line each.

    Parameters
    ----------
    labels : iterable of (code, words)
        Response and what stands beside its sample.
    canvas : Canvas
        The width the figure is drawn for.
    as_lines : bool, default False
        Whether the sample is a line that ends in a symbol, not an area.
    below : int, default 0
        Lines of the key that stand below these.

    Yields
    ------
    altair.Chart
        Layers.
    """
    listed = list(labels)
    for place, (code, words) in enumerate(listed):
        y_px = -8 - LINE_PX * (below + len(listed) - place - 0.5)
        sample = alt.Chart(alt.Data(values=[{}]))
        if as_lines:
            rule = sample.mark_rule(color=RESPONSE_SHADES[code] if code != "NE" else INK, strokeWidth=1.4)
            yield rule.encode(alt.XValue(0), alt.X2Value(18), alt.YValue(y_px))
            point = sample.mark_point(
                shape=RESPONSE_SHAPES[code], size=44, filled=True, fill=RESPONSE_SHADES[code], stroke=INK,
                strokeWidth=0.7, opacity=1,
            )  # fmt: skip
            yield point.encode(alt.XValue(18), alt.YValue(y_px))
        else:
            box = sample.mark_rect(fill=fill_of(code), stroke=INK, strokeWidth=0.6)
            yield box.encode(alt.XValue(0), alt.X2Value(24), alt.YValue(y_px - 5.5), alt.Y2Value(y_px + 5.5))
        yield lettering(words, canvas, x_px=32, y_px=y_px)


def symbols(marks: Sequence[tuple[str, str, str]], canvas: Canvas, *, below: int = 0) -> Iterator[alt.Chart]:
    """Return the key of symbols above a plot, one line each.

    Parameters
    ----------
    marks : sequence of (shape, fill, words)
        Symbol, its fill, and what stands beside it.
    canvas : Canvas
        The width the figure is drawn for.
    below : int, default 0
        Lines of the key that stand below these.

    Yields
    ------
    altair.Chart
        Layers.
    """
    for place, (shape, fill, words) in enumerate(marks):
        y_px = -8 - LINE_PX * (below + len(marks) - place - 0.5)
        point = alt.Chart(alt.Data(values=[{}])).mark_point(
            shape=shape, size=50, filled=True, fill=fill, stroke=INK, strokeWidth=0.9, opacity=1
        )
        yield point.encode(alt.XValue(12), alt.YValue(y_px))
        yield lettering(words, canvas, x_px=32, y_px=y_px)


def evenly(frame: pl.DataFrame, most: int) -> pl.DataFrame:
    """Return rows of a sorted frame, evenly from its first to its last.

    Parameters
    ----------
    frame : polars.DataFrame
        Sorted rows.
    most : int
        Rows to keep, at least two.

    Returns
    -------
    polars.DataFrame
        The frame itself where it has no more.

    Examples
    --------
    >>> evenly(pl.DataFrame({"a": range(7)}), 3)["a"].to_list()
    [0, 3, 6]
    """
    if frame.height <= most:
        return frame
    return frame[[round(place * (frame.height - 1) / (most - 1)) for place in range(most)]]
