"""Best change of the sum of targets, one bar a subject."""

from __future__ import annotations

from typing import Final

import altair as alt
import polars as pl

from trialwright.report.context import Context
from trialwright.report.drawing import INK, Canvas, layered, rows_of
from trialwright.report.hatching import RESPONSE_WORDS, fill_of
from trialwright.report.response_courses import ResponseCourses
from trialwright.report.response_figure import MAX_DRAWN, evenly, figure_of, response_key, responses_of, symbols
from trialwright.report.rule_words import criteria_words
from trialwright.report.table import Cell, Column, Figure, Row, Table, text_cells
from trialwright.report.typeset import count, decimal

__all__ = ["CAP", "waterfall_figure"]

CAP: Final = 100.0
"""Percent at which a rising bar is cut."""
_ROWS: Final = 500
_ACROSS: Final = {"wide": "Subjects, from the largest rise to the largest fall", "narrow": "Subjects, by change"}


def waterfall_figure(context: Context, courses: ResponseCourses) -> Figure | None:
    """Return the best change of each subject's sum of targets.

    Parameters
    ----------
    context : Context
        The dossier, ready to be shown.
    courses : ResponseCourses
        The series.

    Returns
    -------
    Figure or None
        Bars from the largest rise to the largest fall, filled by the best response; None where no subject has a sum
        after the baseline.

    Notes
    -----
    Change = 100 (smallest sum − sum at the baseline) / sum at the baseline, over sums that count, see
    `trialwright.report.response_courses.response_courses`.
    """
    measured = courses.subjects.filter(pl.col("CHANGE").is_not_null()).sort(
        "CHANGE", "USUBJID", descending=[True, False]
    )
    if measured.is_empty():
        return None
    shown = evenly(measured, MAX_DRAWN).with_row_index("PLACE", offset=1).with_columns(
        DRAWN=pl.min_horizontal("CHANGE", pl.lit(CAP))
    )  # fmt: skip
    name = f"waterfall-{courses.name}"

    def chart(canvas: Canvas) -> alt.LayerChart:
        return _chart(shown, canvas)

    ordered = pl.concat([measured, courses.subjects.filter(pl.col("CHANGE").is_null()).sort("USUBJID")])
    return figure_of(context, name, _words(courses, measured, shown), chart, ordered, _table(courses, ordered, name))


def _words(courses: ResponseCourses, measured: pl.DataFrame, shown: pl.DataFrame) -> tuple[str, str]:
    fell = measured.filter(pl.col("CHANGE") <= -30).height
    summary = (
        f"Best change of the sum of targets of {count(measured.height, 'subject')}, series “{courses.series.id}” by "
        f"{criteria_words(courses.series.criteria)}: {fell} fell by 30% or more."
    )
    cut = measured.filter(pl.col("CHANGE") > CAP).height
    lost = courses.subjects.height - measured.height
    parts = [
        summary,
        f"One bar a subject, filled by the {courses.best_words}; broken lines at a fall of 30% and a rise of 20%.",
        "Percentages are for display: responses are judged in tenths of a millimetre.",
        "A cross marks a new lesion." if measured["NEW"].any() else "",
        f"{count(cut, 'bar')} above {CAP:.0f}% {'is' if cut == 1 else 'are'} cut there." if cut else "",
        f"{count(lost, 'subject')} without a sum that counts after the baseline: no bar." if lost else "",
        f"{shown.height} of the subjects, evenly from the largest rise to the largest fall, are drawn."
        if shown.height < measured.height
        else "",
    ]
    return " ".join(part for part in parts if part), summary


def _chart(shown: pl.DataFrame, canvas: Canvas) -> alt.LayerChart:
    top = min(max(float(value) for value in [20.0, *shown["DRAWN"]]), CAP) + 8
    height_px = 250 if canvas.is_narrow else 320
    gap = 0.08 if shown.height <= 120 else 0.0
    bars = shown.with_columns(
        LEFT=pl.col("PLACE") - 0.5 + gap, RIGHT=pl.col("PLACE") + 0.5 - gap, ZERO=pl.lit(0.0),
        ABOVE=pl.max_horizontal("DRAWN", pl.lit(0.0)) + 4,
    )  # fmt: skip
    found = responses_of(shown["BEST"])
    scale = alt.Scale(domain=[-100, top], nice=False, zero=False)
    ticks = [tick for tick in (-100, -75, -50, -30, 0, 20, 50, 75, 100) if tick <= top]
    bare = alt.Axis(labels=False, ticks=False, domain=False)
    across = alt.Scale(domain=[0.5, shown.height + 0.5], nice=False, zero=False)
    x = alt.X("LEFT:Q", title=_ACROSS[canvas.name], axis=bare, scale=across)

    def y(field: str) -> alt.Y:
        title = "Best change from the baseline (%)"
        return alt.Y(field, title=title, scale=scale, axis=alt.Axis(values=ticks))

    fill = alt.Fill(
        "BEST:N",
        legend=None,
        scale=alt.Scale(domain=[code for code, _ in found], range=[fill_of(code) for code, _ in found]),
    )
    data = alt.Chart(rows_of(bars, "LEFT", "RIGHT", "ZERO", "DRAWN", "BEST"))
    edge = 0.5 if shown.height <= 120 else 0.0
    drawn_bars = data.mark_rect(stroke=INK, strokeWidth=edge)
    bounds = alt.Chart(alt.Data(values=[{"at": -30}, {"at": 20}]))
    zero = alt.Chart(alt.Data(values=[{"at": 0}]))
    new = bars.filter("NEW").with_columns(MIDDLE=pl.col("PLACE").cast(pl.Float64))
    layers = [
        drawn_bars.encode(x, y("ZERO:Q"), alt.X2("RIGHT:Q"), alt.Y2("DRAWN:Q"), fill),
        bounds.mark_rule(strokeDash=[5, 3], color="#555555").encode(y("at:Q")),
        zero.mark_rule(color=INK, strokeWidth=1).encode(y("at:Q")),
    ]
    labels = [("cross", INK, "New lesion")] if new.height else []
    if new.height:
        crosses = alt.Chart(rows_of(new, "MIDDLE", "ABOVE")).mark_point(
            shape="cross", size=18 if canvas.is_narrow else 28, filled=True, color=INK, opacity=1
        )
        layers.append(crosses.encode(alt.X("MIDDLE:Q", title=_ACROSS[canvas.name], axis=bare), y("ABOVE:Q")))
    layers += [*response_key(found, canvas, below=len(labels)), *symbols(labels, canvas)]
    return layered(layers, width_px=canvas.width_px, height_px=height_px)


def _table(courses: ResponseCourses, ordered: pl.DataFrame, name: str) -> Table:
    columns = (
        Column("Subject"),
        Column("Baseline", "mm", numeric=True),
        Column("Smallest sum", "mm", numeric=True),
        Column("Change", "%", numeric=True),
        Column("Day", "since the baseline scan", numeric=True),
        Column(courses.best_words.capitalize()),
        Column("New lesion"),
    )
    rows = tuple(
        Row(
            Cell(row["USUBJID"]),
            text_cells(
                (
                    decimal(row["BASELINE"], 1), decimal(row["MM"], 1), decimal(row["CHANGE"], 1),
                    "" if row["DAY"] is None else str(row["DAY"]), RESPONSE_WORDS.get(row["BEST"], row["BEST"]),
                    "yes" if row["NEW"] else "",
                )
            ),
        )
        for row in evenly(ordered, _ROWS).iter_rows(named=True)
    )  # fmt: skip
    counted = "Sums that count: every target measured, up to the first progression or the start of a new therapy"
    notes = [f"{counted}, against the first baseline."]
    if ordered.height > _ROWS:
        notes.append(f"{_ROWS} of {ordered.height} subjects are printed; the file of the figure holds all.")
    return Table(name, "Best change of each subject", columns, rows, tuple(notes))
