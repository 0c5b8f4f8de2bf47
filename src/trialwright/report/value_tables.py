"""Tables of values that are listed, of changes, and of mean times up to a fixed time."""

from __future__ import annotations

from typing import Final

import polars as pl

from trialwright.model.endpoint import Endpoint
from trialwright.report.context import Context
from trialwright.report.estimates import in_months
from trialwright.report.table import Cell, Column, Row, Table, text_cells
from trialwright.report.typeset import decimal, sentence, share, thousands

__all__ = ["mean_time_table", "values_table"]

_MOST_CODES: Final = 20
_MEANS: Final = {
    "rm_duration": (
        "Mean time in response, months",
        "Every subject counts; whoever never responded counts with no time in response.",
    ),
    "rm_time": ("Mean time, months", "The area under the curve up to the fixed time."),
}


def values_table(context: Context, endpoint: Endpoint) -> Table | None:
    """Return what the values of one endpoint come to, over all subjects.

    Parameters
    ----------
    context : Context
        The dossier, ready to be shown.
    endpoint : Endpoint
        An endpoint that is listed or is a change.

    Returns
    -------
    Table or None
        Numbers by their mean, spread and range, codes by their counts; None when the run has no values.
    """
    values = context.dossier.derived.values
    if not values.width or (own := values.filter(pl.col("PARAMCD") == endpoint.id)).is_empty():
        return None
    changes = own["CHG"].drop_nulls().len() > 0
    figures = own["CHG" if changes else "AVAL"].drop_nulls()
    rows = _numbers(figures) if len(figures) else _codes(own)
    missing = own.height - (len(figures) if len(figures) or changes else own["AVALC"].drop_nulls().len())
    rows.append(Row(Cell("No value"), text_cells([thousands(missing)])))
    notes = ["A value that is missing is not counted as any number."]
    unit = context.dossier.study.items[endpoint.of].unit if endpoint.of in context.dossier.study.items else None
    heading = Column("Change" if changes else "Value", unit if unit and unit != "1" else "", numeric=True)
    return Table(endpoint.id.lower(), endpoint.title, (Column(""), heading), tuple(rows), tuple(notes))


def _numbers(figures: pl.Series) -> list[Row]:
    frame = figures.to_frame("V").select(
        mean=pl.col("V").mean(), sd=pl.col("V").std(), median=pl.col("V").median(), low=pl.col("V").min(),
        high=pl.col("V").max(),
    ).row(0, named=True)  # fmt: skip
    shown = [
        ("Subjects with a value", thousands(len(figures))),
        ("Mean (standard deviation)", f"{decimal(frame['mean'], 2)} ({decimal(frame['sd'], 2)})"),
        ("Median", decimal(frame["median"], 2)),
        ("Smallest to greatest", f"{decimal(frame['low'], 2)} to {decimal(frame['high'], 2)}"),
    ]
    return [Row(Cell(label), text_cells([text])) for label, text in shown]


def _codes(own: pl.DataFrame) -> list[Row]:
    counts = own["AVALC"].drop_nulls().value_counts().sort("count", "AVALC", descending=[True, False])
    shown = counts.head(_MOST_CODES)
    rows = [Row(Cell(code), text_cells([share(number, own.height)])) for code, number in shown.iter_rows()]
    rest = counts.height - shown.height
    return [*rows, Row(Cell("Other values"), text_cells([thousands(rest)]))] if rest else rows


def mean_time_table(context: Context, endpoint: Endpoint) -> Table | None:
    """Return the mean time of one endpoint up to a fixed time, one row a definition and arm.

    Parameters
    ----------
    context : Context
        The dossier, ready to be shown.
    endpoint : Endpoint
        An endpoint whose measure is a restricted mean.

    Returns
    -------
    Table or None
        Means with their limits; None when no analysis of it is stated.
    """
    rows, shown = [], ""
    for name in endpoint.resolved():
        stem = endpoint.stem(name)
        for result in context.dossier.results:
            figure = result.id.removeprefix(f"{stem}/").partition("@")[0]
            if figure in _MEANS:
                label = result.level_of or (sentence(name) if name != "used" else "All subjects")
                cell = context.estimates.cell(stem, figure, in_months, result.level_of)
                shown = figure
                rows.append(Row(Cell(label), (*text_cells([thousands(result.n or 0)]), cell)))
    if not rows:
        return None
    analysis = next(each for each in context.dossier.study.analyses if each.endpoint == endpoint.id)
    tau = analysis.tau.text if analysis.tau is not None else ""
    level = context.estimates.level(endpoint.id, shown)
    heading, note = _MEANS[shown]
    columns = (
        Column("Counted in"),
        Column("Subjects", numeric=True),
        Column(heading, f"up to {tau} ({level} CI)", numeric=True),
    )
    return Table(endpoint.id.lower(), endpoint.title, columns, tuple(rows), (note,))
