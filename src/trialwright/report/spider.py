"""Change of the sum of targets over time, one line a subject, or quantiles of very many."""

from __future__ import annotations

from typing import Final

import altair as alt
import polars as pl

from trialwright.report.context import Context
from trialwright.report.drawing import INK, Canvas, layered, rows_of
from trialwright.report.hatching import RESPONSE_SHADES, RESPONSE_SHAPES
from trialwright.report.response_courses import ResponseCourses
from trialwright.report.response_figure import MAX_DRAWN, figure_of, response_key, responses_of
from trialwright.report.rule_words import criteria_words
from trialwright.report.table import Cell, Column, Figure, Row, Table, text_cells
from trialwright.report.typeset import count, decimal, thousands
from trialwright.report.waterfall import CAP

__all__ = ["spider_figure"]

MIN_IN_BIN: Final = 5
_WEEKS: Final = 8
_FEW: Final = 120
"""Of more subjects the lines let each other through and their ends are smaller."""
_SHARES: Final = (("low", 0.05), ("quarter", 0.25), ("median", 0.5), ("three_quarters", 0.75), ("high", 0.95))


def spider_figure(context: Context, courses: ResponseCourses) -> Figure | None:
    """Return the change of each subject's sum of targets over time.

    Parameters
    ----------
    context : Context
        The dossier, ready to be shown.
    courses : ResponseCourses
        The series.

    Returns
    -------
    Figure or None
        A line a subject from the baseline scan on, its end marked by the best response; the quantiles of periods of
        eight weeks for more than 500 subjects; None where no subject has a sum after the baseline.
    """
    later = courses.sums.filter(pl.col("DAY") > 0)["USUBJID"].unique()
    points = courses.sums.filter(pl.col("USUBJID").is_in(later.implode())).with_columns(
        WEEK=pl.col("DAY") / 7, DRAWN=pl.min_horizontal("CHANGE", pl.lit(CAP))
    )
    if points.is_empty():
        return None
    binned = _binned(points)
    many = len(later) > MAX_DRAWN and binned.height > 1
    name = f"spider-{courses.name}"
    summary = (
        f"Change of the sum of targets of {count(len(later), 'subject')} over time, series “{courses.series.id}” "
        f"by {criteria_words(courses.series.criteria)}, "
        f"{count(points.height - len(later), 'assessment')} after the baseline."
    )
    caption = (
        f"{summary} Quantiles of periods of {_WEEKS} weeks: the line is the median, the bands hold the middle half and "
        "90% of subjects."
        if many
        else f"{summary} One line a subject, its end marked by the {courses.best_words}; broken lines at a fall of 30% "
        "and a rise of 20% from the baseline."
    )
    cut = points.filter(pl.col("CHANGE") > CAP).height
    if cut and not many:
        caption += f" {count(cut, 'value')} above {CAP:.0f}% {'is' if cut == 1 else 'are'} drawn there."

    def chart(canvas: Canvas) -> alt.LayerChart:
        return _quantiles(binned, canvas) if many else _lines(points, canvas)

    data = points.select("USUBJID", "ADT", "DAY", "MM", "CHANGE", "BEST")
    return figure_of(context, name, (caption, summary), chart, data, _table(binned, name))


def _binned(points: pl.DataFrame) -> pl.DataFrame:
    """Quantiles of the last value of each subject in each period, where at least five subjects have one."""
    placed = points.filter(pl.col("DAY") > 0).with_columns(PERIOD=(pl.col("DAY") - 1) // (7 * _WEEKS))
    one = placed.sort("DAY").unique(["USUBJID", "PERIOD"], keep="last", maintain_order=True)
    made = one.group_by("PERIOD").agg(
        pl.len().cast(pl.Int64).alias("subjects"),
        *(pl.col("CHANGE").quantile(share, "linear").alias(name) for name, share in _SHARES),
    )
    return made.filter(pl.col("subjects") >= MIN_IN_BIN).sort("PERIOD").with_columns(
        WEEK=(pl.col("PERIOD") + 0.5) * _WEEKS
    )  # fmt: skip


def _axes(top: float) -> tuple[alt.Scale, list[int]]:
    return alt.Scale(domain=[-100, top], nice=False, zero=False), [
        tick for tick in (-100, -75, -50, -30, 0, 20, 50, 75, 100) if tick <= top
    ]


def _frame(canvas: Canvas, layers: list[alt.Chart], scale: alt.Scale, ticks: list[int]) -> alt.LayerChart:
    bounds = alt.Chart(alt.Data(values=[{"at": -30}, {"at": 0}, {"at": 20}]))
    rule = bounds.mark_rule(strokeDash=[5, 3], color="#555555", strokeWidth=0.8).encode(
        alt.Y("at:Q", title="Change from the baseline (%)", scale=scale, axis=alt.Axis(values=ticks))
    )
    return layered([rule, *layers], width_px=canvas.width_px, height_px=260 if canvas.is_narrow else 320)


def _lines(points: pl.DataFrame, canvas: Canvas) -> alt.LayerChart:
    last = points.sort("DAY").unique("USUBJID", keep="last", maintain_order=True)
    found = responses_of(last["BEST"])
    codes = [code for code, _ in found]
    scale, ticks = _axes(min(max(float(value) for value in [20.0, *points["DRAWN"]]), CAP) + 5)
    end = max(float(value) for value in points["WEEK"])
    x = alt.X("WEEK:Q", title="Weeks since the baseline scan", scale=alt.Scale(domain=[0, end * 1.03], nice=False))
    y = alt.Y("DRAWN:Q", title="Change from the baseline (%)", scale=scale, axis=alt.Axis(values=ticks))
    shades = [RESPONSE_SHADES[code] if code != "NE" else INK for code in codes]
    stroke = alt.Stroke("BEST:N", legend=None, scale=alt.Scale(domain=codes, range=shades))
    fill = alt.Fill("BEST:N", legend=None, scale=alt.Scale(domain=codes, range=[RESPONSE_SHADES[c] for c in codes]))
    shape = alt.Shape("BEST:N", legend=None, scale=alt.Scale(domain=codes, range=[RESPONSE_SHAPES[c] for c in codes]))
    lines = alt.Chart(rows_of(points, "USUBJID", "WEEK", "DRAWN", "BEST"))
    ends = alt.Chart(rows_of(last, "WEEK", "DRAWN", "BEST"))
    size = 26 if canvas.is_narrow or last.height > _FEW else 44
    layers = [
        lines.mark_line(strokeWidth=1.1, opacity=0.75 if last.height <= _FEW else 0.5).encode(
            x, y, alt.Detail("USUBJID:N"), stroke
        ),
        ends.mark_point(filled=True, size=size, opacity=1, stroke=INK, strokeWidth=0.7).encode(x, y, shape, fill),
        *response_key(found, canvas, as_lines=True),
    ]
    return _frame(canvas, layers, scale, ticks)


def _quantiles(binned: pl.DataFrame, canvas: Canvas) -> alt.LayerChart:
    top = max(float(value) for value in [20.0, *binned["high"]])
    scale, ticks = _axes(top + 5)
    x = alt.X("WEEK:Q", title="Weeks since the baseline scan", scale=alt.Scale(domainMin=0, nice=False))
    axis = alt.Axis(values=ticks)
    data = alt.Chart(rows_of(binned, "WEEK", "low", "quarter", "median", "three_quarters", "high"))

    def y(field: str) -> alt.Y:
        return alt.Y(field, title="Change from the baseline (%)", scale=scale, axis=axis)

    layers = [
        data.mark_area(opacity=0.16, color=INK).encode(x, y("low:Q"), alt.Y2("high:Q")),
        data.mark_area(opacity=0.22, color=INK).encode(x, y("quarter:Q"), alt.Y2("three_quarters:Q")),
        data.mark_line(strokeWidth=2.4, color=INK).encode(x, y("median:Q")),
        data.mark_circle(size=36, color=INK, opacity=1).encode(x, y("median:Q")),
    ]
    return _frame(canvas, layers, scale, ticks)


def _table(binned: pl.DataFrame, name: str) -> Table:
    columns = (
        Column("Weeks since the baseline scan"),
        Column("Subjects", numeric=True),
        Column("Median", "%", numeric=True),
        Column("Middle half", "%", numeric=True),
        Column("Middle 90%", "%", numeric=True),
    )
    rows = tuple(
        Row(
            Cell(f"{row['PERIOD'] * _WEEKS} to {(row['PERIOD'] + 1) * _WEEKS}"),
            text_cells(
                (
                    thousands(row["subjects"]), decimal(row["median"], 1),
                    f"{decimal(row['quarter'], 1)} to {decimal(row['three_quarters'], 1)}",
                    f"{decimal(row['low'], 1)} to {decimal(row['high'], 1)}",
                )
            ),
        )
        for row in binned.iter_rows(named=True)
    )  # fmt: skip
    notes = (
        "The last value of each subject in each period; periods with fewer than five subjects are left out.",
        "The file of the figure holds every value.",
    )
    return Table(name, "Change of the sum of targets by period", columns, rows, notes)
