"""The Kaplan-Meier figure: curves, limits, censored subjects, and numbers at risk below the ticks they belong to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import altair as alt
import polars as pl

from trialwright.dates import DAYS_PER_MONTH
from trialwright.report.context import Context, Level
from trialwright.report.drawing import (
    NARROW,
    WIDE,
    Canvas,
    drawn,
    in_arm_styles,
    key,
    largest,
    layered,
    lettering,
    rows_of,
    smallest,
    unchecked,
)
from trialwright.report.estimates import POOLED, in_ratio, p_of
from trialwright.report.table import Cell, Column, Figure, Row, Table, frame_csv, text_cells
from trialwright.report.typeset import count, decimal, interval, percent, thousands

__all__ = ["CurveWords", "kaplan_meier_figure"]

MONTH_DAYS: Final = float(DAYS_PER_MONTH)
MAX_MARKED_SUBJECTS: Final = 500
"""Above it the marks of censored subjects run into one another and are left out."""
MAX_STEPS: Final = 600
"""More steps a curve than the page has points to draw them."""
MAX_TICKS: Final = {"wide": 9, "narrow": 5}
TICK_STEPS_MONTHS: Final = (1, 2, 3, 4, 6, 12, 24, 36, 60, 120)


@dataclass(frozen=True, slots=True)
class CurveWords:
    """What a curve is called.

    Parameters
    ----------
    stem : str
        First part of the ids of its results, ``PFS`` or ``OS~record``.
    title : str
        The endpoint, ``Progression-free survival``.
    axis : str
        What the vertical axis counts, ``Progression-free``.
    origin : str
        Where the clock starts, ``allocation``.
    """

    stem: str
    title: str
    axis: str
    origin: str


def kaplan_meier_figure(context: Context, name: str, words: CurveWords) -> Figure | None:
    """Return the figure of one time-to-event endpoint.

    Parameters
    ----------
    context : Context
        The dossier, ready to be shown.
    name : str
        ``km-pfs``; its numbers at risk stand under ``risk-pfs``.
    words : CurveWords
        What the curve is called.

    Returns
    -------
    Figure or None
        None when the run made no such curve.
    """
    curves = context.dossier.curves
    km, risk = curves.get(name), curves.get(name.replace("km-", "risk-", 1))
    if km is None or risk is None or km.is_empty():
        return None
    levels = tuple(level for level in context.levels if level.id in set(km["level"]))
    if not levels:
        return None
    limits = pl.col("lower", "upper").cast(pl.Float64).fill_nan(None)
    km = km.filter(pl.col("level").is_in([level.id for level in levels])).with_columns(limits)
    steps = _from_start(km, levels)
    risk = _every_tick(risk.filter(pl.col("level").is_in([level.id for level in levels])))
    summary = _summary(km, levels, words)
    with unchecked():
        wide, narrow = (
            drawn(
                _chart(context, steps, _thinned(risk, MAX_TICKS[canvas.name]), levels, words, canvas),
                canvas,
                name=name,
                summary=summary,
                tag=context.tag,
                engine=context.engine,
            )
            for canvas in (WIDE, NARROW)
        )
    limits_words = context.estimates.level(words.stem, "median")
    table = _table(name, km, _thinned(risk, MAX_TICKS["wide"]), levels, words, limits_words)
    return Figure(
        name,
        _caption(km, words, levels, f"{limits_words} confidence limits ({_scale(context, words.stem)} scale, shaded)"),
        summary,
        wide,
        narrow,
        table,
        _data(km, context.dossier.origin),
    )


def _from_start(km: pl.DataFrame, levels: tuple[Level, ...]) -> pl.DataFrame:
    """Steps in months and percent, each curve beginning with everyone at time 0, no denser than can be drawn."""
    start = pl.DataFrame(
        {
            "level": [level.id for level in levels],
            "time": [0.0] * len(levels),
            "surv": [1.0] * len(levels),
            "lower": [1.0] * len(levels),
            "upper": [1.0] * len(levels),
            "n_censor": [0] * len(levels),
        },
        schema_overrides={"n_censor": pl.Int64},
    )
    columns = [pl.col("level"), *(pl.col(c).cast(pl.Float64) for c in ("time", "surv", "lower", "upper"))]
    rows = pl.concat([start, km.filter(pl.col("time") > 0).select(*columns, pl.col("n_censor").cast(pl.Int64))])
    longest = largest(rows["time"]) or 1.0
    cell = (pl.col("time") / longest * MAX_STEPS).ceil().alias("cell")
    return (
        rows.group_by("level", cell, maintain_order=True)
        .agg(pl.col("time", "surv", "lower", "upper").last(), pl.col("n_censor").sum())
        .with_columns(
            label=pl.col("level").replace_strict({level.id: level.label for level in levels}),
            months=pl.col("time") / MONTH_DAYS,
            percent=100 * pl.col("surv"),
            low=100 * pl.col("lower"),
            high=100 * pl.col("upper"),
        )
    )


def _every_tick(risk: pl.DataFrame) -> pl.DataFrame:
    return risk.select("level", "n_risk", months=(pl.col("time").cast(pl.Float64) / MONTH_DAYS).round(2))


def _thinned(risk: pl.DataFrame, most: int) -> pl.DataFrame:
    """Numbers at risk at so few times that they do not touch one another, at round months where there are any."""
    times = sorted(risk["months"].unique().to_list())
    if len(times) <= most:
        return risk
    for step in TICK_STEPS_MONTHS:
        kept = [month for month in times if abs(month / step - round(month / step)) < 0.01]
        if 1 < len(kept) <= most:
            return risk.filter(pl.col("months").is_in(kept))
    stride = -(-len(times) // most)
    return risk.filter(pl.col("months").is_in(times[::stride]))


def _chart(
    context: Context,
    steps: pl.DataFrame,
    risk: pl.DataFrame,
    levels: tuple[Level, ...],
    words: CurveWords,
    canvas: Canvas,
) -> alt.LayerChart:
    height_px = 230 if canvas.is_narrow else 330
    ticks = sorted(risk["months"].unique().to_list())
    end = max(largest(steps["months"]), ticks[-1])
    x = alt.X(
        "months:Q",
        title=f"Months since {words.origin}",
        scale=alt.Scale(domain=[0, end], nice=False),
        axis=alt.Axis(values=ticks, labelExpr="'' + datum.value", labelOverlap=False, labelFlush=False),
    )
    title = f"{words.axis} (%)"
    axis, scale = alt.Axis(values=[0, 20, 40, 60, 80, 100]), alt.Scale(domain=[0, 100], nice=False)
    y, y_low = (alt.Y(field, title=title, axis=axis, scale=scale) for field in ("percent:Q", "low:Q"))
    shades, dashes = in_arm_styles([level.label for level in levels])
    limited = alt.Chart(rows_of(steps.drop_nulls(["low", "high"]), "label", "months", "low", "high"))
    limits = limited.mark_area(interpolate="step-after", opacity=0.13, strokeWidth=0)
    curve = alt.Chart(rows_of(steps, "label", "months", "percent")).mark_line(interpolate="step-after", strokeWidth=1.8)
    layers: list[alt.Chart] = [
        limits.encode(x, y_low, alt.Y2("high:Q"), alt.Fill("label:N", scale=shades, legend=None)),
        curve.encode(
            x,
            y,
            alt.Color("label:N", scale=shades, legend=None),
            alt.StrokeDash("label:N", scale=dashes, legend=None),
        ),
    ]
    censored = steps.filter(pl.col("n_censor") > 0)
    if _subjects(risk) <= MAX_MARKED_SUBJECTS and censored.height:
        marks = alt.Chart(rows_of(censored, "label", "months", "percent"))
        mark = marks.mark_point(shape="stroke", angle=90, size=34, strokeWidth=1, opacity=0.9)
        layers.append(mark.encode(x, y, alt.Stroke("label:N", scale=shades, legend=None)))
    layers += key([level.label for level in levels], canvas) if len(levels) > 1 else []
    layers += _at_risk(risk, levels, canvas, height_px, x)
    layers += _comparison(context, words, canvas, height_px)
    return layered(layers, width_px=canvas.width_px, height_px=height_px)


def _subjects(risk: pl.DataFrame) -> int:
    return int(risk.filter(pl.col("months") == pl.col("months").min())["n_risk"].sum())


def _at_risk(
    risk: pl.DataFrame, levels: tuple[Level, ...], canvas: Canvas, height_px: int, x: alt.X
) -> list[alt.Chart]:
    """Numbers below the axis, each under its tick because it shares the axis' scale."""
    first_px, line_px = height_px + 52, canvas.size_px + 5
    names = ["All" if level.id == POOLED else level.id for level in levels]
    widest = max((len(thousands(number)) for number in risk["n_risk"]), default=0)
    left_px = -max(46.0, 0.72 * canvas.size_px * max(map(len, names)) + 3.2 * widest + 8)
    layers = [lettering("Number at risk", canvas, x_px=left_px, y_px=first_px, bold=True)]
    for place, (level, name) in enumerate(zip(levels, names, strict=True), start=1):
        y_px = first_px + place * line_px
        own = [
            {"months": months, "text": thousands(number)}
            for months, number in risk.filter(pl.col("level") == level.id).select("months", "n_risk").rows()
        ]
        numbers = alt.Chart(alt.Data(values=own)).mark_text(fontSize=canvas.size_px - 1)
        layers.append(numbers.encode(x, alt.YValue(y_px), alt.Text("text:N")))
        layers.append(lettering(name, canvas, x_px=left_px, y_px=y_px))
    return layers


def _comparison(context: Context, words: CurveWords, canvas: Canvas, height_px: int) -> list[alt.Chart]:
    """Hazard ratio and test in the corner that survival curves leave free."""
    hr, p = context.estimates.find(words.stem, "hr"), context.estimates.find(words.stem, "p_logrank")
    lines = []
    if hr is not None and hr.status == "estimated" and hr.value is not None:
        lines.append(f"Hazard ratio {in_ratio(hr)}")
    if p is not None and p.status == "estimated" and p.value is not None:
        printed = p_of(p)
        lines.append(f"Log-rank p {printed if printed[0] in '<>' else '= ' + printed}")
    if not context.dossier.by_arm:
        return []
    step_px = canvas.size_px + 4
    return [
        lettering(text, canvas, x_px=10, y_px=height_px - 12 - step_px * (len(lines) - 1 - place))
        for place, text in enumerate(lines)
    ]


def _at(km: pl.DataFrame, level: str, months: float) -> tuple[float | None, float | None, float | None, int, int]:
    """Survival, its limits, events and censored subjects up to a time; no survival after a last, censored subject."""
    own = km.filter(pl.col("level") == level)
    seen = own.filter(pl.col("time") <= months * MONTH_DAYS + 1e-6).sort("time")
    if seen.is_empty():
        return 1.0, None, None, 0, 0
    last = seen.row(-1, named=True)
    events, censored = int(seen["n_event"].sum()), int(seen["n_censor"].sum())
    if seen.height == own.height and last["time"] < months * MONTH_DAYS - 1e-6 and last["surv"] > 0:
        return None, None, None, events, censored
    limits = [None if last[c] is None else float(last[c]) for c in ("lower", "upper")]
    return float(last["surv"]), limits[0], limits[1], events, censored


def _table(
    name: str,
    km: pl.DataFrame,
    risk: pl.DataFrame,
    levels: tuple[Level, ...],
    words: CurveWords,
    limits_words: str,
) -> Table:
    rows: list[Row] = []
    for level in levels:
        if len(levels) > 1:
            rows.append(Row(Cell(level.label)))
        for months, n_risk in risk.filter(pl.col("level") == level.id).sort("months").select("months", "n_risk").rows():
            surv, low, high, events, censored = _at(km, level.id, months)
            limits = interval(100 * low, 100 * high, 1) if low is not None and high is not None and months else "–"
            texts = (thousands(n_risk), thousands(events), thousands(censored), percent(surv), limits)
            rows.append(Row(Cell(f"{months:g}"), text_cells(texts), level=1 if len(levels) > 1 else 0))
    columns = (
        Column(f"Months since {words.origin}"),
        *(Column(title, numeric=True) for title in ("At risk", "Events so far", "Censored so far")),
        Column(f"{words.axis} (%)", numeric=True),
        Column(f"{limits_words} CI", numeric=True),
    )
    note = f"Every step of the curve stands in figures/{name}.csv, time in days."
    return Table(name, f"{words.title} at the ticks of the figure", columns, tuple(rows), (note,))


def _summary(km: pl.DataFrame, levels: tuple[Level, ...], words: CurveWords) -> str:
    parts = [f"Kaplan-Meier curves of {words.title.lower()} by months since {words.origin}."]
    for level in levels:
        own = km.filter(pl.col("level") == level.id)
        subjects, events = int(largest(own["n_risk"])), int(own["n_event"].sum())
        last = 100 * smallest(own["surv"])
        parts.append(
            f"{level.label}: {count(subjects, 'subject')}, {count(events, 'event')}, "
            f"{decimal(last, 0)}% at the end of the curve."
        )
    return " ".join(parts)


def _scale(context: Context, stem: str) -> str:
    """Scale of the confidence limits, as the analysis that drew them states it."""
    found = context.estimates.find(stem, "median")
    return found.settings.get("conf_type", "log-log") if found is not None else "log-log"


def _caption(km: pl.DataFrame, words: CurveWords, levels: tuple[Level, ...], limits: str) -> str:
    subjects = sum(int(largest(km.filter(pl.col("level") == level.id)["n_risk"])) for level in levels)
    marks = (
        "Short strokes mark censored subjects."
        if subjects <= MAX_MARKED_SUBJECTS
        else f"Above {MAX_MARKED_SUBJECTS} subjects the censored ones are not marked; the table counts them."
    )
    return f"{words.title}, Kaplan-Meier estimate with pointwise {limits}. {marks} A month is 30.4375 days."


def _data(km: pl.DataFrame, origin: str) -> str:
    columns = ["level", "time", "n_risk", "n_event", "n_censor", "surv", "se", "lower", "upper"]
    return frame_csv(km.select(columns).rename({"time": "time_days"}), origin=origin)
