"""The forest figure: hazard ratios in subgroups, each with its limits, on one logarithmic axis."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import altair as alt
import polars as pl

from trialwright.report.context import Context
from trialwright.report.drawing import INK, NARROW, WIDE, Canvas, drawn, layered, lettering, unchecked
from trialwright.report.table import Cell, Column, Figure, Row, Table, frame_csv, text_cells
from trialwright.report.typeset import decimal, interval, p_value, sentence, thousands
from trialwright.report.wrapping import text_width

__all__ = ["forest_figure"]

TICKS: Final = (0.05, 0.1, 0.2, 0.25, 0.5, 1.0, 2.0, 4.0, 5.0, 10.0, 20.0)
LINE_PX: Final = 22
COLUMNS: Final = ("factor", "level", "n", "events", "hr", "lower", "upper", "p_interaction", "status")


@dataclass(frozen=True, slots=True)
class _Line:
    """One row of the forest, in words."""

    factor: str
    level: str
    n: int
    events: int
    hr: float | None
    lower: float | None
    upper: float | None
    p: float | None
    status: str

    @property
    def limits(self) -> str:
        return "" if self.hr is None else interval(self.lower, self.upper, 2)


def forest_figure(context: Context, name: str, title: str, stem: str) -> Figure | None:
    """Return the forest of one endpoint.

    Parameters
    ----------
    context : Context
        The dossier, ready to be shown.
    name : str
        ``forest-pfs``.
    title : str
        The endpoint in words.
    stem : str
        First part of the ids of its results.

    Returns
    -------
    Figure or None
        None when the run made none; a hazard ratio between arms is shown only by arm.
    """
    forest = context.dossier.curves.get(name)
    if forest is None or forest.is_empty() or not context.dossier.by_arm:
        return None
    numbers = pl.col("hr", "lower", "upper", "p_interaction").cast(pl.Float64).fill_nan(None)
    raw = forest.select(COLUMNS).with_columns(numbers)
    rows = [_worded(context, _Line(*row)) for row in raw.iter_rows()]
    compared = _compared(context, stem)
    summary = f"Hazard ratios for {title.lower()} in {len(rows)} rows of subgroups; the table below gives each of them."
    with unchecked():
        wide, narrow = (
            drawn(
                _chart(rows, compared, canvas),
                canvas,
                name=name,
                summary=summary,
                tag=context.tag,
                engine=context.engine,
            )
            for canvas in (WIDE, NARROW)
        )
    level = context.estimates.level(stem, "hr")
    caption = (
        f"{title}: hazard ratio {' against '.join(compared)} in subgroups, with {level} confidence limits. "
        "The dashed line marks no difference; squares grow with the number of events. Interaction p: likelihood-ratio "
        "test of the product term, one test a factor, not adjusted for multiplicity."
    )
    data = frame_csv(raw, origin=context.dossier.origin)
    return Figure(name, caption, summary, wide, narrow, _table(name, rows, title, level), data)


def _worded(context: Context, line: _Line) -> _Line:
    """The row with factor and level in the words of the study's items."""
    if line.factor in ("", "all"):
        return replace(line, factor="", level="All subjects")
    item = context.dossier.study.items.get(line.factor)
    words = (item.values or {}) if item is not None else {}
    label = item.ask.rstrip("?") if item is not None else line.factor.replace("_", " ")
    return replace(line, factor=sentence(label), level=sentence(words.get(line.level, line.level)))


def _compared(context: Context, stem: str) -> tuple[str, str]:
    study = context.dossier.study
    pairs = [a.compare for a in study.analyses if a.compare and a.endpoint == stem.partition("~")[0]]
    if pairs:
        return pairs[0]
    experimental = [arm.id for arm in study.arms if arm.role == "experimental"] or [study.arm_ids[0]]
    others = [arm for arm in study.arm_ids if arm != experimental[0]]
    return experimental[0], others[0]


def _limits(rows: list[_Line]) -> tuple[float, float]:
    """Ends of the axis: ticks that hold the estimates and most limits, so that one wide interval hides no other."""
    values = [value for row in rows for value in (row.hr, row.lower, row.upper) if value is not None]
    inner = [value for value in values if TICKS[0] <= value <= TICKS[-1]]
    low = max((t for t in TICKS if t <= min(inner, default=0.5)), default=TICKS[0])
    high = min((t for t in TICKS if t >= max(inner, default=2.0)), default=TICKS[-1])
    return min(low, 0.25), max(high, 2.0)


def _chart(rows: list[_Line], compared: tuple[str, str], canvas: Canvas) -> alt.LayerChart:
    lines = _lines(rows)
    low, high = _limits(rows)
    label_px, plot_px = (118, 150) if canvas.is_narrow else (176, 236)
    height_px = LINE_PX * len(lines)
    scale = alt.Scale(type="log", domain=[low, high], nice=False, clamp=True)
    axis = alt.Axis(values=_ticks(low, high, canvas), labelExpr="'' + datum.value", labelOverlap=False)
    x, x_low = (alt.X(field, title="Hazard ratio (log scale)", scale=scale, axis=axis) for field in ("hr:Q", "lower:Q"))
    y = alt.Y("at:Q", scale=alt.Scale(domain=[0, len(lines)], reverse=True, nice=False), axis=None)
    estimated = [(at + 0.5, row) for at, (row, _, _) in enumerate(lines) if row is not None and row.hr is not None]
    one = alt.Chart(alt.Data(values=[{"hr": 1.0, "at": 0.0, "to": len(lines)}]))
    data = alt.Data(
        values=[{"at": at, "hr": r.hr, "lower": r.lower, "upper": r.upper, "events": r.events} for at, r in estimated]
    )
    most = max((row.events for _, row in estimated), default=1)
    size = alt.Size("events:Q", scale=alt.Scale(domain=[0, most], range=[16, 130]), legend=None)
    layers: list[alt.Chart] = [
        one.mark_rule(strokeDash=[3, 3], color="#777777").encode(x, y, alt.Y2("to:Q")),
        alt.Chart(data).mark_rule(strokeWidth=1.4, color=INK).encode(x_low, alt.X2("upper:Q"), y),
        alt.Chart(data).mark_square(color=INK, opacity=1).encode(x, y, size),
    ]
    for at, (row, text, beside) in enumerate(lines):
        y_px = LINE_PX * (at + 0.5)
        indent_px = 12 if row is not None and row.factor else 0
        fitted = _fitted(text, label_px - indent_px - 6, canvas)
        layers.append(lettering(fitted, canvas, x_px=indent_px - label_px, y_px=y_px, bold=row is None))
        if row is not None:
            layers += _columns(row, canvas, plot_px, y_px)
        elif beside and not canvas.is_narrow:
            layers.append(lettering(beside, canvas, x_px=plot_px + 84, y_px=y_px))
    layers += _heads(compared, canvas, (plot_px, label_px, height_px))
    return layered(layers, width_px=plot_px, height_px=height_px)


def _ticks(low: float, high: float, canvas: Canvas) -> list[float]:
    """Ticks that do not touch one another: fifths or quarters, never both."""
    inside = [tick for tick in TICKS if low <= tick <= high]
    other = (0.2, 5.0) if canvas.is_narrow or low > 0.2 else (0.25, 4.0)
    return [tick for tick in inside if tick not in other]


def _lines(rows: list[_Line]) -> list[tuple[_Line | None, str, str]]:
    """Lines of the figure: a heading for each factor with its test of interaction, its levels below it."""
    lines: list[tuple[_Line | None, str, str]] = []
    factor = ""
    for row in rows:
        if row.factor and row.factor != factor:
            lines.append((None, row.factor, _interaction_words(row.p)))
        factor = row.factor
        lines.append((row, row.level, ""))
    return lines


def _interaction_words(p: float | None) -> str:
    if p is None:
        return ""
    printed = p_value(p)
    return f"Interaction p {printed}" if printed.startswith("<") else f"Interaction p = {printed}"


def _fitted(text: str, width_px: float, canvas: Canvas) -> str:
    """The text, cut with an ellipsis where it would run into the plot; the table has it whole."""
    while text_width(text, canvas.size_px - 1) > width_px and len(text) > 4:
        text = text[:-2].rstrip("… ") + "…"
    return text


def _columns(row: _Line, canvas: Canvas, plot_px: int, y_px: float) -> list[alt.Chart]:
    if canvas.is_narrow:
        return []
    printed = "not estimable" if row.hr is None else f"{decimal(row.hr, 2)} ({row.limits})"
    texts = [(f"{row.events}/{row.n}", plot_px + 18), (printed, plot_px + 84)]
    return [lettering(text, canvas, x_px=x_px, y_px=y_px) for text, x_px in texts]


def _heads(compared: tuple[str, str], canvas: Canvas, sizes: tuple[int, int, int]) -> list[alt.Chart]:
    plot_px, label_px, height_px = sizes
    right = f"favours {compared[1]} \u2192"
    right_px = plot_px - text_width(right, canvas.size_px - 1)
    favours = [
        lettering(f"\u2190 favours {compared[0]}", canvas, x_px=0, y_px=height_px + 50),
        lettering(right, canvas, x_px=right_px, y_px=height_px + 50),
    ]
    if canvas.is_narrow:
        return [lettering("Subgroup", canvas, x_px=-label_px, y_px=-12, bold=True), *favours]
    heads = [("Subgroup", -label_px), ("Events/n", plot_px + 18), ("Hazard ratio (limits)", plot_px + 84)]
    return [lettering(text, canvas, x_px=x_px, y_px=-12, bold=True) for text, x_px in heads] + favours


def _table(name: str, rows: list[_Line], title: str, level: str) -> Table:
    printed: list[Row] = []
    factor = ""
    for row in rows:
        is_new = bool(row.factor) and row.factor != factor
        if is_new:
            printed.append(Row(Cell(row.factor)))
        factor = row.factor
        ratio = row.status if row.hr is None else decimal(row.hr, 2)
        texts = (thousands(row.n), thousands(row.events), ratio, row.limits, p_value(row.p) if is_new else "")
        printed.append(Row(Cell(row.level), text_cells(texts), level=1 if row.factor else 0))
    heads = ("Subjects", "Events", "Hazard ratio", f"{level} CI", "Interaction p")
    columns = (Column("Subgroup"), *(Column(head, numeric=True) for head in heads))
    return Table(name, f"{title} in subgroups", columns, tuple(printed))
