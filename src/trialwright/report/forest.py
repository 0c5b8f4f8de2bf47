"""The forest figure: hazard ratios in subgroups, each with its limits, on one logarithmic axis."""

from __future__ import annotations

import math
from typing import Final

import altair as alt
import polars as pl

from trialwright.report.context import Context
from trialwright.report.drawing import INK, NARROW, WIDE, Canvas, drawn, lettering, text_width, unchecked
from trialwright.report.table import Cell, Column, Figure, Row, Table, as_csv, text_cells
from trialwright.report.typeset import decimal, interval, p_value, sentence, thousands

__all__ = ["forest_figure"]

TICKS: Final = (0.05, 0.1, 0.2, 0.25, 0.5, 1.0, 2.0, 4.0, 5.0, 10.0, 20.0)
LINE_PX: Final = 22
COLUMNS: Final = ("factor", "level", "n", "events", "hr", "lower", "upper", "p_interaction", "status")


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
    raw = forest.select(COLUMNS).with_columns(numbers).to_dicts()
    rows = [_worded(context, row) for row in raw]
    compared = _compared(context, stem)
    summary = f"Hazard ratios for {title.lower()} in {len(rows)} rows of subgroups; the table below gives each of them."
    with unchecked():
        wide, narrow = (
            drawn(_chart(rows, compared, canvas), canvas, name=name, summary=summary, tag=context.tag)
            for canvas in (WIDE, NARROW)
        )
    caption = (
        f"{title}: hazard ratio {' against '.join(compared)} in subgroups, with 95% confidence limits. The dashed line marks no "
        "difference. Interaction p: likelihood-ratio test of the product term, one test a factor, not adjusted for "
        "multiplicity. Squares grow with the number of events."
    )
    texts = [["" if row[c] is None else str(row[c]) for c in COLUMNS] for row in raw]
    data = as_csv(list(COLUMNS), texts, origin=context.dossier.origin)
    return Figure(name, caption, summary, wide, narrow, _table(name, rows, title), data)


def _worded(context: Context, row: dict[str, object]) -> dict[str, object]:
    """The row with factor and level in the words of the study's items."""
    factor, level = str(row["factor"] or ""), str(row["level"] or "")
    if factor in ("", "all"):
        return {**row, "factor": "", "level": "All subjects"}
    item = context.dossier.study.items.get(factor)
    words = (item.values or {}) if item is not None else {}
    label = item.ask.rstrip("?") if item is not None else factor.replace("_", " ")
    return {**row, "factor": sentence(label), "level": sentence(words.get(level, level))}


def _compared(context: Context, stem: str) -> tuple[str, str]:
    study = context.dossier.study
    pairs = [a.compare for a in study.analyses if a.compare and a.endpoint == stem.split("~")[0]]
    if pairs:
        return pairs[0]
    experimental = [arm.id for arm in study.arms if arm.role == "experimental"] or [study.arm_ids[0]]
    others = [arm for arm in study.arm_ids if arm != experimental[0]]
    return experimental[0], others[0]


def _limits(rows: list[dict[str, object]]) -> tuple[float, float]:
    """Ends of the axis: ticks that hold the estimates and most limits, so that one wide interval hides no other."""
    values = [float(row[c]) for row in rows for c in ("hr", "lower", "upper") if row[c] is not None]  # type: ignore[arg-type]
    inner = [value for value in values if TICKS[0] <= value <= TICKS[-1]]
    low = max((t for t in TICKS if t <= min(inner, default=0.5)), default=TICKS[0])
    high = min((t for t in TICKS if t >= max(inner, default=2.0)), default=TICKS[-1])
    return min(low, 0.25), max(high, 2.0)


def _chart(rows: list[dict[str, object]], compared: tuple[str, str], canvas: Canvas) -> alt.LayerChart:
    lines = _lines(rows)
    low, high = _limits(rows)
    label_px, plot_px = (118, 150) if canvas.is_narrow else (176, 236)
    height_px = LINE_PX * len(lines)
    ticks = [t for t in TICKS if low <= t <= high and t not in ((0.2, 5.0) if canvas.is_narrow else ())]
    ticks = [t for t in ticks if t not in (0.25, 4.0) or 0.2 not in ticks]
    scale = alt.Scale(type="log", domain=[low, high], nice=False, clamp=True)
    axis = alt.Axis(values=ticks, labelExpr="'' + datum.value", labelOverlap=False)
    x, x_low = (alt.X(field, title="Hazard ratio (log scale)", scale=scale, axis=axis) for field in ("hr:Q", "lower:Q"))
    y = alt.Y("at:Q", scale=alt.Scale(domain=[0, len(lines)], reverse=True, nice=False), axis=None)
    drawn_rows = [
        {**row, "at": at + 0.5} for at, (row, _) in enumerate(lines) if row is not None and row["hr"] is not None
    ]
    one = alt.Chart(alt.Data(values=[{"hr": 1.0, "at": 0.0, "to": len(lines)}]))
    data = alt.Data(values=drawn_rows)
    most = max([int(row["events"]) for row in drawn_rows] or [1])  # type: ignore[call-overload]
    size = alt.Size("events:Q", scale=alt.Scale(domain=[0, most], range=[16, 130]), legend=None)
    layers: list[alt.Chart] = [
        one.mark_rule(strokeDash=[3, 3], color="#777777").encode(x, y, alt.Y2("to:Q")),
        alt.Chart(data).mark_rule(strokeWidth=1.4, color=INK).encode(x_low, alt.X2("upper:Q"), y),
        alt.Chart(data).mark_square(color=INK, opacity=1).encode(x, y, size),
    ]
    for at, (row, text) in enumerate(lines):
        y_px = LINE_PX * (at + 0.5)
        indent_px = 12 if row is not None and row["factor"] else 0
        fitted = _fitted(text, label_px - indent_px - 6, canvas)
        layers.append(lettering(fitted, canvas, x_px=indent_px - label_px, y_px=y_px, bold=row is None))
        if row is not None:
            layers += _columns(row, canvas, plot_px, y_px)
    layers += _heads(compared, canvas, plot_px, label_px, height_px)
    return alt.layer(*layers).properties(width=plot_px, height=height_px)


def _lines(rows: list[dict[str, object]]) -> list[tuple[dict[str, object] | None, str]]:
    """Lines of the figure: a heading for each factor, its levels below it."""
    lines: list[tuple[dict[str, object] | None, str]] = []
    factor = None
    for row in rows:
        if row["factor"] != factor and row["factor"]:
            lines.append((None, sentence(str(row["factor"]))))
        factor = row["factor"]
        lines.append((row, str(row["level"])))
    return lines


def _fitted(text: str, width_px: float, canvas: Canvas) -> str:
    """The text, cut with an ellipsis where it would run into the plot; the table has it whole."""
    while text_width(text, canvas.size_px - 1) > width_px and len(text) > 4:
        text = text[:-2].rstrip("… ") + "…"
    return text


def _columns(row: dict[str, object], canvas: Canvas, plot_px: int, y_px: float) -> list[alt.Chart]:
    if canvas.is_narrow:
        return []
    printed = "not estimable"
    if row["hr"] is not None:
        printed = f"{decimal(float(row['hr']), 2)} ({interval(_float(row['lower']), _float(row['upper']), 2)})"  # type: ignore[arg-type]
    texts = [(f"{row['events']}/{row['n']}", plot_px + 18), (printed, plot_px + 84)]
    return [lettering(text, canvas, x_px=x_px, y_px=y_px) for text, x_px in texts]


def _float(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None


def _heads(compared: tuple[str, str], canvas: Canvas, plot_px: int, label_px: int, height_px: int) -> list[alt.Chart]:
    favours = [
        lettering(f"\u2190 favours {compared[0]}", canvas, x_px=0, y_px=height_px + 50),
        lettering(
            f"favours {compared[1]} \u2192",
            canvas,
            x_px=plot_px - 12 - 5.6 * len(compared[1] + "favours"),
            y_px=height_px + 50,
        ),
    ]
    if canvas.is_narrow:
        return [lettering("Subgroup", canvas, x_px=-label_px, y_px=-12, bold=True), *favours]
    heads = [("Subgroup", -label_px), ("Events/n", plot_px + 18), ("Hazard ratio (95% CI)", plot_px + 84)]
    return [lettering(text, canvas, x_px=x_px, y_px=-12, bold=True) for text, x_px in heads] + favours


def _table(name: str, rows: list[dict[str, object]], title: str) -> Table:
    printed: list[Row] = []
    factor = None
    for row in rows:
        if row["factor"] and row["factor"] != factor:
            printed.append(Row(Cell(sentence(str(row["factor"])))))
        p = "" if row["factor"] == factor or not row["factor"] else p_value(_float(row["p_interaction"]))
        factor = row["factor"]
        hr = _float(row["hr"])
        ratio = str(row["status"]) if hr is None else decimal(hr, 2)
        limits = "" if hr is None else interval(_float(row["lower"]), _float(row["upper"]), 2)
        texts = (thousands(int(str(row["n"]))), thousands(int(str(row["events"]))), ratio, limits, p)
        printed.append(Row(Cell(str(row["level"])), text_cells(texts), level=1 if row["factor"] else 0))
    heads = ("Subjects", "Events", "Hazard ratio", "95% CI", "Interaction p")
    columns = (Column("Subgroup"), *(Column(head, numeric=True) for head in heads))
    return Table(name, f"{title} in subgroups", columns, tuple(printed))
