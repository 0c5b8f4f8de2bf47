"""The accrual curve: subjects counted as they came, against the straight line of the plan."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import altair as alt
import polars as pl

from trialwright.dates import DAYS_PER_MONTH, CalendarInterval
from trialwright.model.items import date_stem, item_place, rows_at
from trialwright.model.study import Study
from trialwright.report.context import Context
from trialwright.report.drawing import (
    NARROW,
    WIDE,
    Canvas,
    drawn,
    in_arm_styles,
    key,
    largest,
    layered,
    rows_of,
    unchecked,
)
from trialwright.report.table import Cell, Column, Figure, Row, Table, as_csv, text_cells
from trialwright.report.typeset import count, decimal, long_date, sentence, thousands

__all__ = ["Plan", "accrual_figure", "earliest_dates", "plan_of"]

NAME: Final = "accrual"
PLAN_LABEL: Final = "Plan"
AFTER_LAST: Final = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class Plan:
    """The straight line accrual is held against.

    Parameters
    ----------
    start, end : datetime.date
        First and last day of planned accrual.
    subjects : int
        Planned number on the last day.
    reading : str
        How the last day was found.
    """

    start: date
    end: date
    subjects: int
    reading: str


def plan_of(study: Study) -> Plan | None:
    """Return the planned accrual that a study's dates leave room for.

    Parameters
    ----------
    study : Study
        The study.

    Returns
    -------
    Plan or None
        From the planned start to the day that leaves the primary endpoint's planned follow-up before completion; None
        when the study states no number, start or completion.
    """
    header = study.study
    if header.enrolment is None or header.enrolment.planned is None or header.dates is None:
        return None
    start, completion = header.dates.start, header.dates.completion
    if start is None or completion is None:
        return None
    primary = [endpoint for endpoint in study.endpoints if endpoint.role == "primary"]
    horizons = [d.horizon.of for e in primary for d in e.resolved().values() if d.horizon is not None]
    first, last = date.fromisoformat(start), date.fromisoformat(completion)
    if not horizons:
        return Plan(first, last, header.enrolment.planned, "even accrual from the planned start to planned completion")
    longest = max(horizons, key=lambda horizon: horizon.days)
    # a length of days and a fraction has no calendar form, and is then taken away as days
    end = (
        CalendarInterval.parse(longest.text).subtract_from(last)
        if longest.text.split(" ")[0].isdigit()
        else last - timedelta(days=round(float(longest.days)))
    )
    if end <= first:
        return None
    reading = (
        f"even accrual from the planned start until {longest.text} before planned completion, our reading of the plan"
    )
    return Plan(first, end, header.enrolment.planned, reading)


def earliest_dates(context: Context, point: str) -> pl.DataFrame:
    """Return the day each subject reached a time point.

    Parameters
    ----------
    context : Context
        The dossier, ready to be shown.
    point : str
        A time point of the study.

    Returns
    -------
    polars.DataFrame
        ``USUBJID ADT``, whole dates only, one row a subject.
    """
    study = context.dossier.study
    place = item_place(study, study.time_points[point].item)
    stem = date_stem(place.column)
    rows = rows_at(place, context.dossier.frames)
    whole = rows.filter(pl.col(f"{stem}LO") == pl.col(f"{stem}HI"))
    return whole.group_by("USUBJID").agg(pl.col(f"{stem}LO").min().alias("ADT")).sort("ADT", "USUBJID")


def accrual_figure(context: Context) -> Figure | None:
    """Return the accrual figure.

    Parameters
    ----------
    context : Context
        The dossier, ready to be shown.

    Returns
    -------
    Figure or None
        None when nobody has reached a gate yet.
    """
    study, cutoff = context.dossier.study, context.dossier.cutoff
    counted = study.study.enrolment.counts if study.study.enrolment else None
    points = list(dict.fromkeys([*study.gates, *([counted] if counted else [])]))
    reached = {point: earliest_dates(context, point) for point in points}
    reached = {point: days for point, days in reached.items() if days.height}
    if not reached:
        return None
    plan = plan_of(study)
    until = _axis_end(reached, plan, cutoff)
    steps = pl.concat([_steps(_label(point), days, until) for point, days in reached.items()])
    labels = [_label(point) for point in reached] + ([PLAN_LABEL] if plan else [])
    summary = _summary(reached, plan, cutoff)
    with unchecked():
        wide, narrow = (
            drawn(
                _chart(steps, plan, labels, until, canvas),
                canvas,
                name=NAME,
                summary=summary,
                tag=context.tag,
                engine=context.engine,
            )
            for canvas in (WIDE, NARROW)
        )
    caption = (
        f"Subjects who reached {' and '.join(context.point_words(p) for p in reached)}, up to {long_date(cutoff)}."
    )
    caption += f" Plan: {plan.reading}." if plan else " The study states no plan to hold accrual against."
    rows = [[label, day.isoformat(), str(n)] for label, day, n in steps.select("label", "day", "n").iter_rows()]
    data = as_csv(["reached", "day", "subjects"], rows, origin=context.dossier.origin)
    return Figure(NAME, caption, summary, wide, narrow, _table(reached, plan, cutoff), data)


def _label(point: str) -> str:
    return {"registration": "Registered", "allocation": "Allocated"}.get(point, sentence(point.replace("_", " ")))


def _axis_end(reached: dict[str, pl.DataFrame], plan: Plan | None, cutoff: date) -> date:
    """Last day drawn: a month after the last subject or the planned end, and not beyond the cutoff."""
    lasts: list[date] = [days["ADT"][-1] for days in reached.values()]
    return min(cutoff, max([*lasts, *([plan.end] if plan else [])]) + AFTER_LAST)


def _steps(label: str, days: pl.DataFrame, until: date) -> pl.DataFrame:
    """Running count by day, one row a day on which somebody came; it begins at 0 and ends where the axis does."""
    by_day = days.group_by("ADT").len("n").sort("ADT").with_columns(pl.col("n").cum_sum().cast(pl.Int64))
    first: date = by_day["ADT"][0]
    total = int(by_day["n"][-1])
    ends = pl.DataFrame({"ADT": [first - timedelta(days=1), max(until, by_day["ADT"][-1])], "n": [0, total]})
    joined = pl.concat([ends.head(1), by_day, ends.tail(1)])
    return joined.unique("ADT", keep="first", maintain_order=True).select(
        pl.lit(label).alias("label"), pl.col("ADT").alias("day"), "n"
    )


def _chart(steps: pl.DataFrame, plan: Plan | None, labels: list[str], until: date, canvas: Canvas) -> alt.LayerChart:
    height_px = 190 if canvas.is_narrow else 250
    dated = steps.with_columns(day=pl.col("day").cast(pl.String))
    shades, dashes = in_arm_styles(labels)
    days = [*steps["day"], *([plan.start, plan.end] if plan else [])]
    ticks = [
        alt.DateTime(year=day.year, month=day.month, date=1, utc=True)
        for day in _month_starts(min(days), max(days), canvas)
    ]
    x = alt.X(
        "day:T",
        title="Calendar date",
        timeUnit="utcyearmonthdate",
        axis=alt.Axis(format="%b %Y", values=ticks, labelOverlap=False),
        scale=alt.Scale(nice=False),
    )
    most = max(largest(steps["n"]), plan.subjects if plan else 1)
    y = alt.Y("n:Q", title="Subjects", scale=alt.Scale(domain=[0, most], nice=True), axis=alt.Axis(tickCount=6))
    shade = alt.Color("label:N", scale=shades, legend=None)
    dash = alt.StrokeDash("label:N", scale=dashes, legend=None)
    came = alt.Chart(rows_of(dated, "label", "day", "n"))
    layers = [came.mark_line(interpolate="step-after", strokeWidth=1.8).encode(x, y, shade, dash)]
    if plan:
        line = [(plan.start, 0), (plan.end, plan.subjects)]
        if until > plan.end:
            line.append((until, plan.subjects))
        values = [{"label": PLAN_LABEL, "day": day.isoformat(), "n": n} for day, n in line]
        layers.append(alt.Chart(alt.Data(values=values)).mark_line(strokeWidth=1.4).encode(x, y, shade, dash))
    layers += key(labels, canvas)
    return layered(layers, width_px=canvas.width_px, height_px=height_px)


def _month_starts(first: date, last: date, canvas: Canvas) -> list[date]:
    """First days of so few months that their names do not touch."""
    most = 4 if canvas.is_narrow else 8
    months = range(12 * first.year + first.month, 12 * last.year + last.month)
    for step in (1, 2, 3, 6, 12, 24, 60):
        kept = [date(month // 12, month % 12 + 1, 1) for month in months if month % step == 0]
        if len(kept) <= most:
            return kept
    return [first, last]


def _rate(days: pl.DataFrame) -> str:
    span = (days["ADT"][-1] - days["ADT"][0]).days + 1
    return decimal(days.height / span * float(DAYS_PER_MONTH), 1)


def _table(reached: dict[str, pl.DataFrame], plan: Plan | None, cutoff: date) -> Table:
    rows = []
    for point, days in reached.items():
        texts = (thousands(days.height), days["ADT"][0].isoformat(), days["ADT"][-1].isoformat(), _rate(days))
        rows.append(Row(Cell(_label(point)), text_cells(texts)))
    if plan:
        rate = decimal(plan.subjects / ((plan.end - plan.start).days) * float(DAYS_PER_MONTH), 1)
        texts = (thousands(plan.subjects), plan.start.isoformat(), plan.end.isoformat(), rate)
        rows.append(Row(Cell(PLAN_LABEL), text_cells(texts)))
    columns = (
        Column("Reached"),
        Column("Subjects", numeric=True),
        Column("First day", numeric=True),
        Column("Last day", numeric=True),
        Column("Per month", numeric=True),
    )
    note = f"Counted up to {long_date(cutoff)}; a month is 30.4375 days."
    return Table("accrual", "Accrual", columns, tuple(rows), (note,))


def _summary(reached: dict[str, pl.DataFrame], plan: Plan | None, cutoff: date) -> str:
    parts = [f"Cumulative accrual by calendar date up to {long_date(cutoff)}."]
    parts += [f"{_label(point)}: {count(days.height, 'subject')}." for point, days in reached.items()]
    parts += [f"Plan: {plan.subjects} by {long_date(plan.end)}."] if plan else []
    return " ".join(parts)
