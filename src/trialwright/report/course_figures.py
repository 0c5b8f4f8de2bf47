"""The pictures of one subject's course: lesions and sums with what happened, and a marker with its curve."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

import altair as alt
import polars as pl

from trialwright.model.schedule import AssessmentSeries, Marker
from trialwright.model.subject_course import MarkerCurve, SubjectCourse, Visit
from trialwright.report.context import Context
from trialwright.report.drawing import INK, SHADES, Canvas, layered, lettering, rows_of
from trialwright.report.hatching import RESPONSE_SHADES, RESPONSE_SHAPES, RESPONSE_WORDS
from trialwright.report.lesion_map import lesion_map, lesion_map_figure
from trialwright.report.marker_courses import courses_of
from trialwright.report.response_figure import CROSS, figure_of, symbols
from trialwright.report.rule_words import criteria_words, rule_words
from trialwright.report.table import Cell, Column, Figure, Row, Table, text_cells
from trialwright.report.typeset import count, decimal, long_date

__all__ = ["course_figures"]

_MARKS: Final = (
    ("procedure", "diamond", "#0b3c5d", "Operation or other procedure"),
    ("therapy", "circle", "#ffffff", "New therapy against the cancer"),
    ("dose", "M-0.12,-1L0.12,-1L0.12,1L-0.12,1Z", INK, "Dose of the trial's treatment"),
    ("adverse event", "triangle-left", "#7d6608", "Adverse event"),
    ("death", CROSS, INK, "Death"),
)
_LANE_PX: Final = 14
_LESION: Final = "#9aa0a8"


def course_figures(context: Context, course: SubjectCourse) -> Iterator[Figure]:
    """Return the pictures of one subject.

    Parameters
    ----------
    context : Context
        The dossier of this subject, ready to be shown.
    course : SubjectCourse
        The course.

    Yields
    ------
    Figure
        For each series with sums its lesions, sums and events over time, and its lesion map; for each marker model its
        samples with the curve.
    """
    for series in context.dossier.study.assessments:
        visits = [visit for visit in course.visits if visit.series == series.id]
        if any(visit.sum_mm is not None for visit in visits):
            yield _sums(context, course, series, visits)
        found = lesion_map(context, series, course.subject) if visits else None
        if found is not None:
            yield lesion_map_figure(context, found, f"lesions-{series.id.replace('_', '-')}")
    for curve in course.curves:
        marker = next(each for each in context.dossier.study.markers if each.id == curve.marker)
        figure = _marker(context, course, marker, curve)
        if figure is not None:
            yield figure


def _code(visit: Visit) -> str:
    return visit.calculated or visit.recorded


def _sums(context: Context, course: SubjectCourse, series: AssessmentSeries, visits: list[Visit]) -> Figure:
    start = min(visit.day for visit in visits if visit.sum_mm is not None)
    name = f"course-{series.id.replace('_', '-')}"
    decided = next((visit for visit in visits if visit.decides), None)
    whole = [visit for visit in visits if visit.sum_mm is not None]
    summary = (
        f"Lesions of {course.subject}, series “{series.id}” by {criteria_words(series.criteria)}: sum of targets "
        f"{decimal(whole[0].sum_mm, 1)} mm on {long_date(whole[0].day)}, smallest "
        f"{decimal(min(visit.sum_mm or 0.0 for visit in whole), 1)} mm, {count(len(whole), 'sum')}."
    )
    ending = (
        f" The upright broken line is the scan that decided progression, {long_date(decided.day)}."
        if decided is not None
        else ""
    )
    later = [event for event in course.events if (event.day - start).days > _last_day(visits, start)]
    named = {event.words: long_date(event.day) for event in reversed(later) if event.kind in ("therapy", "death")}
    after = f" Later: {'; '.join(f'{words} on {day}' for words, day in reversed(named.items()))}." if named else ""
    caption = (
        f"{summary} Thick: sum, marked by the overall response; thin: each lesion by its name; level broken lines: 30% "
        f"below the baseline, and {'20% and at least 5 mm' if _needs_5_mm(series) else '20%'} above the smallest sum."
        f"{ending}{after}"
    )

    def chart(canvas: Canvas) -> alt.LayerChart:
        return _sum_chart(context, course, (series, start, visits), canvas)

    data = pl.DataFrame(
        [(v.day, v.sum_mm, v.base_mm, v.nadir_mm, v.calculated, v.recorded, v.rule, v.source) for v in visits],
        schema={
            "ADT": pl.Date, "SUM": pl.Float64, "BASE": pl.Float64, "NADIR": pl.Float64, "CALCULATED": pl.String,
            "RECORDED": pl.String, "RULEID": pl.String, "ROW": pl.String,
        },
        orient="row",
    )  # fmt: skip
    return figure_of(context, name, (caption, summary), chart, data, visits_table(name, series, visits))


def _sum_chart(
    context: Context, course: SubjectCourse, what: tuple[AssessmentSeries, date, list[Visit]], canvas: Canvas
) -> alt.LayerChart:
    series, start, visits = what
    lesions = pl.DataFrame(schema={"TRLNKID": pl.String, "DAY": pl.Int64, "MM": pl.Float64})
    if context.dossier.lesions is not None:
        rows = context.dossier.lesions.filter((pl.col("ASSESSID") == series.id) & (pl.col("PARAMCD") != "SDIAM"))
        lesions = rows.select(
            "TRLNKID", DAY=(pl.col("ADT") - pl.lit(start)).dt.total_days(), MM=pl.col("AVAL") / 10
        ).sort("TRLNKID", "DAY")  # fmt: skip
    sums = pl.DataFrame(
        [((v.day - start).days, v.sum_mm, _code(v)) for v in visits if v.sum_mm is not None],
        schema={"DAY": pl.Int64, "MM": pl.Float64, "CODE": pl.String},
        orient="row",
    )
    days = [(event.kind, (event.day - start).days) for event in course.events]
    events = [(kind, day) for kind, day in days if 0 <= day <= _last_day(visits, start)]
    height_px = 230 if canvas.is_narrow else 280
    there = [mark for mark in _MARKS if any(kind == mark[0] for kind, _ in events)]
    end = _last_day(visits, start)
    x_scale = alt.Scale(domain=[-0.02 * end, end * 1.03], nice=False, zero=False)
    top = max(float(value) for value in [*sums["MM"], *lesions["MM"], *_levels(series, visits), 10.0]) * 1.05
    top *= height_px / (height_px - 8 - _LANE_PX * len(there))
    y_scale = alt.Scale(domain=[0, top], nice=False)
    x = alt.X("DAY:Q", title="Days since the first scan", scale=x_scale)
    y = alt.Y("MM:Q", title="Length (mm)", scale=y_scale)
    layers = [
        alt.Chart(rows_of(lesions, "TRLNKID", "DAY", "MM"))
        .mark_line(color=_LESION, strokeWidth=1, point={"color": _LESION, "size": 14, "filled": True})
        .encode(x, y, alt.Detail("TRLNKID:N")),
        _named_lesions(lesions, (x, y), 14 * top / height_px, canvas),
        *_bounds(series, visits, y_scale, canvas),
        alt.Chart(rows_of(sums, "DAY", "MM")).mark_line(color=INK, strokeWidth=2.2).encode(x, y),
    ]
    decided = [{"DAY": (visit.day - start).days} for visit in visits if visit.decides]
    if decided:
        rule = alt.Chart(alt.Data(values=decided)).mark_rule(color="#c2571a", strokeDash=[6, 3], strokeWidth=1.6)
        layers.append(rule.encode(x))
    codes = [code for code in RESPONSE_WORDS if (sums["CODE"] == code).any()]
    for code in codes:
        own = alt.Chart(rows_of(sums.filter(pl.col("CODE") == code), "DAY", "MM"))
        layers.append(
            own.mark_point(
                shape=RESPONSE_SHAPES[code], filled=True, fill=RESPONSE_SHADES[code], stroke=INK, size=70, opacity=1
            ).encode(x, y)
        )
    layers += _lanes(there, events, x_scale, height_px)
    entries = [(RESPONSE_SHAPES[code], RESPONSE_SHADES[code], f"Sum: {RESPONSE_WORDS[code].lower()}") for code in codes]
    entries += [(shape, fill, words) for _, shape, fill, words in there]
    layers += symbols(entries, canvas)
    return layered(layers, width_px=canvas.width_px, height_px=height_px)


def _last_day(visits: list[Visit], start: date) -> int:
    """Day up to which is drawn: a quarter beyond the last assessment, and eight weeks at least."""
    last = max((visit.day - start).days for visit in visits)
    return max(last * 5 // 4, last + 56)


def _needs_5_mm(series: AssessmentSeries) -> bool:
    """Whether progression needs an absolute growth, too."""
    asked = str(series.settings.get("mrecist_abs_5mm", False)).lower() == "true"
    return asked or not series.criteria.endswith("mrecist")


def _levels(series: AssessmentSeries, visits: list[Visit]) -> list[float]:
    """Lengths that make a partial response and a progression, against the last baseline and the smallest sum."""
    base = [visit.base_mm for visit in visits if visit.base_mm is not None]
    sums = [visit.sum_mm for visit in visits if visit.sum_mm is not None]
    if not base or not sums:
        return []
    return [0.7 * base[-1], max(1.2 * min(sums), min(sums) + (5 if _needs_5_mm(series) else 0))]


def _bounds(series: AssessmentSeries, visits: list[Visit], y_scale: alt.Scale, canvas: Canvas) -> Iterator[alt.Chart]:
    named = zip(("−30%", "+20%, 5 mm" if _needs_5_mm(series) else "+20%"), _levels(series, visits), strict=False)
    levels = [{"at": level, "text": words} for words, level in named]
    y = alt.Y("at:Q", title="Length (mm)", scale=y_scale)
    data = alt.Chart(alt.Data(values=levels))
    yield data.mark_rule(strokeDash=[3, 3], color="#555555", strokeWidth=0.8).encode(y)
    words = data.mark_text(align="right", baseline="bottom", dy=-2, fontSize=canvas.size_px - 2, color="#555555")
    yield words.encode(alt.XValue(canvas.width_px), y, alt.Text("text:N"))


def _named_lesions(lesions: pl.DataFrame, axes: tuple[alt.X, alt.Y], apart_mm: float, canvas: Canvas) -> alt.Chart:
    """Name of each target beside its last length; names of lesions that end on one height stand together."""
    last = lesions.sort("DAY").unique("TRLNKID", keep="last", maintain_order=True).sort("MM", "TRLNKID")
    rows: list[tuple[int, float, str]] = []
    for day, length, name in last.select("DAY", "MM", "TRLNKID").iter_rows():
        if rows and rows[-1][0] == day and length - rows[-1][1] < apart_mm:
            rows[-1] = (day, rows[-1][1], f"{rows[-1][2]}, {name}")
        else:
            rows.append((day, length, name))
    placed = pl.DataFrame(rows, schema={"DAY": pl.Int64, "MM": pl.Float64, "TRLNKID": pl.String}, orient="row")
    mark = alt.Chart(rows_of(placed, "DAY", "MM", "TRLNKID")).mark_text(
        align="left", baseline="middle", dx=5, fontSize=canvas.size_px - 2, color="#555555"
    )
    named: alt.Chart = mark.encode(*axes, alt.Text("TRLNKID:N"))
    return named


def _lanes(
    there: list[tuple[str, str, str, str]], events: list[tuple[str, int]], x_scale: alt.Scale, height_px: int
) -> Iterator[alt.Chart]:
    """Events at the upper edge of the plot, one lane a kind, so that marks of one day do not hide each other."""
    for place, (kind, shape, fill, _) in enumerate(there):
        own = [{"DAY": day} for each, day in events if each == kind]
        mark = alt.Chart(alt.Data(values=own)).mark_point(
            shape=shape, filled=True, fill=fill, stroke=INK, strokeWidth=0.9, size=50, opacity=1,
        )  # fmt: skip
        layer: alt.Chart = mark.encode(
            alt.X("DAY:Q", title="Days since the first scan", scale=x_scale), alt.YValue(8 + _LANE_PX * place)
        )
        yield layer


def visits_table(name: str, series: AssessmentSeries, visits: list[Visit]) -> Table:
    """Return the assessments of a series as a table.

    Parameters
    ----------
    name : str
        Name of the table.
    series : AssessmentSeries
        The series.
    visits : list of Visit
        Its assessments.

    Returns
    -------
    Table
        Sums, states, responses calculated and recorded, and what decided in plain words.
    """
    columns = (
        Column("Date"), Column("Sum", "mm", numeric=True), Column("Smallest before", "mm", numeric=True),
        Column("Targets, others, new"), Column("Calculated"), Column("Recorded"), Column("Why"),
    )  # fmt: skip
    rows = []
    for visit in visits:
        parts = " / ".join(part or "–" for part in (visit.target, visit.non_target, visit.new))
        why = "baseline" if visit.is_baseline and not visit.rule else rule_words(visit.rule)
        row = f" ({visit.source.removeprefix('row/')})" if visit.source else ""
        texts = (
            decimal(visit.sum_mm, 1), decimal(visit.nadir_mm, 1), "" if parts == "– / – / –" else parts,
            visit.calculated, visit.recorded, f"{why}{'; decides progression' if visit.decides else ''}{row}",
        )  # fmt: skip
        rows.append(Row(Cell(visit.day.isoformat()), text_cells(texts)))
    notes = (
        "Responses are calculated from the lesions as the study file says; the reader's own stand beside them.",
        "A smallest sum counts from before the assessment, the baseline included.",
    )
    return Table(
        name, f"Assessments of series “{series.id}” by {criteria_words(series.criteria)}", columns, tuple(rows), notes
    )


def _marker(context: Context, course: SubjectCourse, marker: Marker, curve: MarkerCurve) -> Figure | None:
    values = courses_of(context, marker)
    points = values.values.sort("day").filter(pl.col("value") > 0)
    if points.is_empty():
        return None
    asked = context.dossier.study.items[marker.item].ask
    name = f"marker-{marker.id.replace('_', '-')}"
    summary = f"{asked} of {course.subject}, {count(points.height, 'value')}. {_rate_words(curve)}"
    caption = (
        f"{summary} {'Line and band: median curve and its 90% credible band.' if curve.band.height else ''}".strip()
    )

    def chart(canvas: Canvas) -> alt.LayerChart:
        x = alt.X("day:Q", title=f"Days since {context.point_words(marker.from_)}", scale=alt.Scale(nice=False))

        def y(field: str) -> alt.Y:
            ticks = alt.Axis(values=[10.0**power for power in range(-3, 7)], labelExpr="format(datum.value, ',~g')")
            return alt.Y(field, title=f"{asked} ({values.unit})", scale=alt.Scale(type="log", nice=True), axis=ticks)

        layers: list[alt.Chart] = []
        if curve.band.height:
            band = alt.Chart(rows_of(curve.band, "day", "median", "low", "high"))
            layers.append(band.mark_area(opacity=0.22, color=SHADES[0]).encode(x, y("low:Q"), alt.Y2("high:Q")))
            layers.append(band.mark_line(color=SHADES[0], strokeWidth=2).encode(x, y("median:Q")))
        if values.limit is not None:
            limit = alt.Chart(alt.Data(values=[{"value": values.limit}])).mark_rule(strokeDash=[4, 3], color="#555555")
            layers.append(limit.encode(y("value:Q")))
            layers.append(
                lettering(
                    f"Broken line: upper limit of normal, {values.limit:g} {values.unit}", canvas, x_px=0, y_px=-10
                )
            )
        drawn = alt.Chart(rows_of(points, "day", "value"))
        layers.append(drawn.mark_circle(color=INK, opacity=1, size=46).encode(x, y("value:Q")))
        return layered(layers, width_px=canvas.width_px, height_px=200 if canvas.is_narrow else 240)

    rows = tuple(
        Row(Cell(str(day)), text_cells((f"{'<' if below else ''}{value:g}",)))
        for day, value, below in points.select("day", "value", "below").iter_rows()
    )
    columns = (Column(f"Days since {context.point_words(marker.from_)}"), Column("Value", values.unit, numeric=True))
    table = Table(name, f"{asked} of {course.subject}", columns, rows)
    return figure_of(context, name, (caption, summary), chart, points.select("day", "value", "below"), table)


def _rate_words(curve: MarkerCurve) -> str:
    rate = curve.figures.get("KELIM_PER_DAY")
    if not isinstance(rate, float):
        return f"KELIM was not estimated: {curve.reason}."
    low, high = curve.figures.get("KELIM_LOW"), curve.figures.get("KELIM_HIGH")
    span = f" (90% {low:.4f} to {high:.4f})" if isinstance(low, float) and isinstance(high, float) else ""
    return f"KELIM {rate:.4f} per day{span}."
