"""Courses of a serial marker on a logarithmic axis: a line a subject, or quantiles where there are many."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Final

import altair as alt
import numpy as np
import polars as pl

from trialwright.errors import UnitError
from trialwright.model.items import item_place, rows_at
from trialwright.model.schedule import Marker
from trialwright.report.accrual import earliest_dates
from trialwright.report.context import Context
from trialwright.report.drawing import (
    INK,
    NARROW,
    WIDE,
    Canvas,
    drawn,
    largest,
    layered,
    lettering,
    rows_of,
    smallest,
    unchecked,
)
from trialwright.report.table import Cell, Column, Figure, Row, Table, frame_csv, text_cells
from trialwright.report.typeset import count, decimal, enumeration, thousands
from trialwright.units import conversion_factor

__all__ = ["Courses", "courses_of", "marker_figure"]

MAX_LINES: Final = 500
MAX_POINTS: Final = 50_000
"""More points than this are not drawn one by one; a drawing program runs out of memory long before a table does."""
MIN_IN_BIN: Final = 5
MAX_NAMED_DAYS: Final = 8
DAYS_BEFORE: Final = 7
SHARES: Final = (("low", 0.05), ("quarter", 0.25), ("median", 0.5), ("three_quarters", 0.75), ("high", 0.95))


@dataclass(frozen=True, slots=True)
class Courses:
    """Values of a marker by subject and day.

    Parameters
    ----------
    values : polars.DataFrame
        ``USUBJID day value below``: days since the marker's own start, value in `unit`, whether the laboratory gave
        only a limit (``<5``).
    unit : str
        Unit of the values.
    limit : float or None
        The one upper limit of normal that all values share.
    left_out : int
        Values without a number, a whole date or a convertible unit.
    """

    values: pl.DataFrame
    unit: str
    limit: float | None
    left_out: int

    @property
    def points(self) -> pl.DataFrame:
        """``USUBJID day value``, one row for each day of a subject: the middle of what was measured that day."""
        days = self.values.group_by("USUBJID", "day").agg(pl.col("value").median())
        return days.sort("USUBJID", "day")

    @property
    def are_many(self) -> bool:
        """Whether quantiles are drawn instead of a line for each subject."""
        if self.values["USUBJID"].n_unique() > MAX_LINES:
            return True
        return self.values.select("USUBJID", "day").n_unique() > MAX_POINTS


def courses_of(context: Context, marker: Marker) -> Courses:
    """Return the values of a marker inside its own window.

    Parameters
    ----------
    context : Context
        The dossier, ready to be shown.
    marker : Marker
        The marker; its item is a laboratory value with a unit.

    Returns
    -------
    Courses
        The values, converted to the item's unit, and how many could not be used.
    """
    item = context.dossier.study.items[marker.item]
    unit = item.unit or ""
    rows = rows_at(item_place(context.dossier.study, marker.item), context.dossier.frames)
    factors = {text: _factor(text, unit, item.analyte or "") for text in rows["LBORRESU"].drop_nulls().unique()}
    start = earliest_dates(context, marker.from_).rename({"ADT": "STARTDT"})
    until = float(marker.within.days) if marker.within is not None else None
    dated = rows.join(start, on="USUBJID", how="inner").with_columns(
        day=(pl.col("LBLO") - pl.col("STARTDT")).dt.total_days(),
        factor=pl.col("LBORRESU").replace_strict(factors, default=None, return_dtype=pl.Float64),
    )
    inside = pl.col("day") >= -DAYS_BEFORE
    dated = dated.filter(inside & (pl.col("day") <= until) if until is not None else inside)
    value = pl.col("LBVAL").cast(pl.Float64) * pl.col("factor")
    usable = value.is_not_null() & (value > 0) & (pl.col("LBLO") == pl.col("LBHI"))
    values = dated.filter(usable).select(
        "USUBJID", "day", value.alias("value"), (pl.col("LBCMP") == "<").alias("below")
    )
    limits = (dated["LBORNRHIVAL"].cast(pl.Float64) * dated["factor"]).drop_nulls().unique()
    limit = float(limits[0]) if limits.len() == 1 else None
    return Courses(values.sort("USUBJID", "day"), unit, limit, dated.height - values.height)


def _factor(text: str, unit: str, analyte: str) -> float | None:
    try:
        return float(conversion_factor(from_unit=text, to_unit=unit, analyte=analyte))
    except UnitError:
        return None


def marker_figure(context: Context, marker: Marker) -> Figure | None:
    """Return the figure of a marker's courses.

    Parameters
    ----------
    context : Context
        The dossier, ready to be shown.
    marker : Marker
        The marker.

    Returns
    -------
    Figure or None
        None when there is no usable value, or too many for lines and no day that five subjects share. All subjects are
        shown together.
    """
    courses = courses_of(context, marker)
    if courses.values.is_empty():
        return None
    item = context.dossier.study.items[marker.item]
    name = f"courses-{marker.item.replace('_', '-')}"
    last = int(largest(courses.values["day"]))
    planned = _planned_days(context, marker, last)
    binned = _binned(courses.values, planned or list(range(-DAYS_BEFORE, last + DAYS_BEFORE, DAYS_BEFORE)))
    if courses.are_many and binned.is_empty():
        return None
    subjects = courses.values["USUBJID"].n_unique()
    origin = context.point_words(marker.from_)
    axis = f"{item.ask} ({courses.unit})"
    summary = f"{item.ask} of {count(subjects, 'subject')} by days since {origin}, logarithmic axis. " + _fall(
        binned, courses.unit
    )
    with unchecked():
        wide, narrow = (
            drawn(
                _chart(courses, binned, subjects, (f"Days since {origin}", axis), canvas),
                canvas,
                name=name,
                summary=summary,
                tag=context.tag,
                engine=context.engine,
            )
            for canvas in (WIDE, NARROW)
        )
    data = frame_csv(binned, origin=context.dossier.origin)
    table = _table(name, binned, courses, (item.ask, origin), planned)
    return Figure(name, _caption(courses, subjects, item.ask), summary, wide, narrow, table, data)


def _planned_days(context: Context, marker: Marker, last: int) -> list[int]:
    """Days since the marker's start on which the study's visits plan a value; empty when none says so."""
    lengths = {"days": 1, "weeks": 7, "months": 30, "years": 365}
    planned: set[int] = set()
    for visit in context.dossier.study.visits:
        if marker.item not in visit.do:
            continue
        if visit.when.on == marker.from_:
            planned.add(0)
        if visit.when.after != marker.from_:
            continue
        first, every = visit.when.first, visit.when.every
        start = 0 if first is None else first.amount * lengths[first.unit]
        step = 0 if every is None else every.amount * lengths[every.unit]
        most = visit.when.times or (1 if not step else last // step + 1)
        planned.update(start + step * place for place in range(most if step else 1))
    return sorted(planned)


def _binned(values: pl.DataFrame, planned: list[int]) -> pl.DataFrame:
    """Quantiles of one value a subject, the nearest to each planned day, where at least five subjects have one."""
    days = np.asarray(planned, np.int64)
    measured = values["day"].to_numpy()
    after = np.searchsorted(days, measured).clip(1, max(len(days) - 1, 1))
    before = after - 1
    after = after.clip(0, len(days) - 1)
    nearest = np.where(days[after] - measured < measured - days[before], days[after], days[before])
    near = values.with_columns(planned=pl.Series(nearest), away=pl.Series(np.abs(measured - nearest)))
    # beyond half the interval a value belongs to no planned day
    near = near.filter(pl.col("away") <= _reach_days(planned)).sort("away", "day")
    one_each = near.unique(["USUBJID", "planned"], keep="first", maintain_order=True)
    return (
        one_each.group_by("planned")
        .agg(
            pl.col("USUBJID").n_unique().cast(pl.Int64).alias("subjects"),
            *(pl.col("value").quantile(share, "linear").alias(name) for name, share in SHARES),
        )
        .filter(pl.col("subjects") >= MIN_IN_BIN)
        .sort("planned")
        .rename({"planned": "day"})
    )


def _reach_days(planned: list[int]) -> int:
    gaps = [later - earlier for earlier, later in pairwise(planned)]
    return min(gaps) // 2 if gaps else DAYS_BEFORE


def _chart(
    courses: Courses, binned: pl.DataFrame, subjects: int, titles: tuple[str, str], canvas: Canvas
) -> alt.LayerChart:
    height_px = 230 if canvas.is_narrow else 300
    many = courses.are_many
    days = binned["day"] if many else courses.values["day"]
    low, top = (
        (smallest(binned["low"]), largest(binned["high"]))
        if many
        else (smallest(courses.values["value"]), largest(courses.values["value"]))
    )
    first, last = smallest(days), largest(days)
    scale = alt.Scale(type="log", domain=[low, top], nice=True)
    step = (7 if last - first < 60 else 14) * (2 if canvas.is_narrow else 1)
    x_axis = alt.Axis(values=list(range(0, int(last) + 1, step)))
    x = alt.X("day:Q", title=titles[0], scale=alt.Scale(domain=[min(first, 0.0), last], nice=False), axis=x_axis)
    axis = alt.Axis(values=_log_ticks(low, top), labelExpr="format(datum.value, ',~g')")

    def y(field: str) -> alt.Y:
        return alt.Y(field, title=titles[1], scale=scale, axis=axis)

    layers: list[alt.Chart] = []
    if not many:
        lines = alt.Chart(rows_of(courses.points, "USUBJID", "day", "value"))
        layers.append(
            lines.mark_line(strokeWidth=0.6, color="#8a8f98", opacity=0.55).encode(
                x, y("value:Q"), alt.Detail("USUBJID:N")
            )
        )
    else:
        bands = alt.Chart(rows_of(binned, "day", "low", "quarter", "three_quarters", "high"))
        layers.append(bands.mark_area(opacity=0.16, color=INK).encode(x, y("low:Q"), alt.Y2("high:Q")))
        layers.append(bands.mark_area(opacity=0.22, color=INK).encode(x, y("quarter:Q"), alt.Y2("three_quarters:Q")))
    if courses.limit is not None:
        limit = alt.Chart(alt.Data(values=[{"value": courses.limit}]))
        layers.append(limit.mark_rule(strokeDash=[4, 3], color="#555555").encode(y("value:Q")))
    middle = alt.Chart(rows_of(binned, "day", "median"))
    layers.append(middle.mark_line(strokeWidth=2.6, color=INK).encode(x, y("median:Q")))
    layers.append(middle.mark_circle(size=36, color=INK, opacity=1).encode(x, y("median:Q")))
    layers += _key(courses, subjects, canvas)
    return layered(layers, width_px=canvas.width_px, height_px=height_px)


def _log_ticks(low: float, top: float) -> list[float]:
    """Powers of ten; with 2 and 5 between them where the axis is short."""
    steps = (1, 2, 5) if top < 50 * low else (1,)
    return [step * 10.0**power for power in range(-3, 9) for step in steps]


def _key(courses: Courses, subjects: int, canvas: Canvas) -> list[alt.Chart]:
    lines = [("Median of subjects around each planned day", 2.6, [1, 0], INK)]
    lines.append(
        ("One subject", 0.6, [1, 0], "#8a8f98")
        if not courses.are_many
        else ("Middle half (dark) and middle 90% (light) of subjects", 7.0, [1, 0], "#c9cbce")
    )
    if courses.limit is not None:
        lines.append((f"Upper limit of normal, {decimal(courses.limit, 0)} {courses.unit}", 1.0, [4, 3], "#555555"))
    layers: list[alt.Chart] = []
    for place, (text, width, dash, color) in enumerate(lines):
        y_px = -8 - 17 * (len(lines) - place - 0.5)
        sample = alt.Chart(alt.Data(values=[{}])).mark_rule(strokeWidth=width, strokeDash=dash, color=color)
        layers.append(sample.encode(alt.XValue(0), alt.X2Value(30), alt.YValue(y_px)))
        layers.append(lettering(text, canvas, x_px=38, y_px=y_px))
    return layers


def _fall(binned: pl.DataFrame, unit: str) -> str:
    if binned.height < 2:
        return ""
    first, last = binned.row(0, named=True), binned.row(-1, named=True)
    return (
        f"The median goes from {decimal(first['median'], 0)} {unit} around day {first['day']} to "
        f"{decimal(last['median'], 0)} {unit} around day {last['day']}."
    )


def _caption(courses: Courses, subjects: int, ask: str) -> str:
    below = int(courses.values["below"].fill_null(False).sum())
    parts = [f"{ask} of {count(subjects, 'subject')}, {count(courses.values.height, 'value')}, all arms together."]
    if courses.are_many:
        parts.append(f"More than {MAX_LINES} subjects or {MAX_POINTS} days are shown by quantiles, not one by one.")
    elif courses.points.height < courses.values.height:
        parts.append("Several values of one day are drawn at their median.")
    if below:
        parts.append(
            f"{count(below, 'value')} below the laboratory's limit {'is' if below == 1 else 'are'} drawn at that limit."
        )
    if courses.left_out:
        parts.append(f"{count(courses.left_out, 'value')} without number, unit or whole date left out.")
    return " ".join(parts)


def _table(name: str, binned: pl.DataFrame, courses: Courses, words: tuple[str, str], planned: list[int]) -> Table:
    columns = (
        Column(f"Planned day since {words[1]}"),
        Column("Subjects", numeric=True),
        Column("Median", courses.unit, numeric=True),
        Column("Middle half", courses.unit, numeric=True),
        Column("Middle 90%", courses.unit, numeric=True),
    )
    rows = []
    for row in binned.iter_rows(named=True):
        half = f"{_three(row['quarter'])} to {_three(row['three_quarters'])}"
        most = f"{_three(row['low'])} to {_three(row['high'])}"
        texts = (thousands(row["subjects"]), _three(row["median"]), half, most)
        rows.append(Row(Cell(str(row["day"])), text_cells(texts)))
    notes = (
        f"Days with fewer than {MIN_IN_BIN} subjects are left out; each subject counts once, by the nearest value.",
        f"Values from {DAYS_BEFORE} days before {words[1]} on. {_planned_words(planned)}",
    )
    return Table(name, f"{words[0]} around each planned day", columns, tuple(rows), notes)


def _planned_words(planned: list[int]) -> str:
    if not planned:
        return "The study plans no days for it; weeks are shown."
    days = enumeration([str(day) for day in planned]) if len(planned) <= MAX_NAMED_DAYS else "as the visits say"
    return f"Planned days: {days}. Values more than {_reach_days(planned)} days from each are drawn, not summarised."


def _three(value: float) -> str:
    """Three figures are what a laboratory value carries."""
    return f"{Decimal(f'{value:.3g}'):f}"
