"""Time on study, one lane a subject, with what happened on the way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import altair as alt
import polars as pl

from trialwright.model.arm_bound import arm_bound
from trialwright.model.schedule import AssessmentSeries
from trialwright.report.context import WITHHELD, Context
from trialwright.report.drawing import INK, Canvas, layered, rows_of
from trialwright.report.response_courses import NEW_THERAPY
from trialwright.report.response_figure import CROSS, evenly, figure_of, symbols
from trialwright.report.table import Cell, Column, Figure, Row, Table, text_cells
from trialwright.report.typeset import count, decimal, enumeration, thousands

__all__ = ["MAX_LANES", "swimmer_figure"]

MAX_LANES: Final = 60
"""Above so many subjects some, evenly from the longest to the shortest time, are drawn."""
_LANE_PX: Final = 11
_MONTH_DAYS: Final = 30.4375
_KINDS: Final = (
    ("response", "triangle-up", "#ffffff", "First response"),
    ("progression", "square", "#c2571a", "First progression"),
    ("procedure", "diamond", "#0b3c5d", "Operation or other procedure"),
    ("therapy", "circle", "#ffffff", "New therapy against the cancer"),
    ("death", CROSS, INK, "Death"),
    ("ongoing", "triangle-right", "#8a8f98", "Under observation at the cutoff"),
)
_ROWS: Final = 500


def swimmer_figure(context: Context, shown: Sequence[AssessmentSeries]) -> Figure | None:
    """Return the time on study of each subject.

    Parameters
    ----------
    context : Context
        The dossier, ready to be shown.
    shown : sequence of AssessmentSeries
        Series whose first response and first progression are marked.

    Returns
    -------
    Figure or None
        Lanes from the first gate to death or the last day known alive; None where nobody has reached that gate.
    """
    lanes = _lanes(context)
    if lanes.is_empty():
        return None
    events = _events(context, shown, lanes)
    drawn = evenly(lanes, MAX_LANES).with_row_index("PLACE", offset=1)
    gate = context.dossier.study.gates[0]
    label = context.dossier.study.time_points[gate].label or context.point_words(gate)
    first = label.partition(" (")[0].lower()
    summary = (
        f"Time on study of {count(lanes.height, 'subject')} since {first}: "
        f"{count(events.filter(pl.col('KIND') == 'death').height, 'death')}, "
        f"{thousands(events.filter(pl.col('KIND') == 'ongoing').height)} under observation at the cutoff."
    )

    def chart(canvas: Canvas) -> alt.LayerChart:
        return _chart(drawn, events, f"Months since {first}", canvas)

    caption = _caption(context, shown, summary, (lanes.height, drawn.height))
    data = lanes.join(
        events.pivot("KIND", index="USUBJID", values="DAY", aggregate_function="min"), on="USUBJID", how="left"
    )
    ordered = data.select("USUBJID", "END", *(kind for kind, *_ in _KINDS if kind in data.columns)).sort(
        "END", "USUBJID", descending=[True, False]
    )
    return figure_of(context, "swimmer", (caption, summary), chart, ordered, _table(ordered, first))


def _caption(context: Context, shown: Sequence[AssessmentSeries], summary: str, heights: tuple[int, int]) -> str:
    names = enumeration([f"“{series.id}”" for series in shown])
    hidden = [] if context.dossier.by_arm else sorted(arm_bound(context.dossier.study).series)
    told = not context.dossier.by_arm and bool(arm_bound(context.dossier.study).items)
    parts = [
        summary,
        "A lane ends with death or on the last day known alive; without a mark at its end the subject left the study.",
        f"Responses and progressions are the first by {names}." if names else "",
        f"Those by {enumeration([f'“{name}”' for name in hidden])} are {WITHHELD}." if hidden else "",
        f"Procedures are {WITHHELD}." if told else "",
        f"{heights[1]} of {heights[0]} subjects, evenly from the longest to the shortest time, are drawn."
        if heights[1] < heights[0]
        else "",
    ]
    return " ".join(part for part in parts if part)


def _lanes(context: Context) -> pl.DataFrame:
    """``USUBJID START END DEAD ONGOING`` of everybody who reached the first gate, the longest first."""
    adsl, gates = context.dossier.derived.adsl, context.dossier.study.gates
    column = f"{gates[0].upper()}DT" if gates else ""
    if column not in adsl.columns:
        return pl.DataFrame(schema={"USUBJID": pl.String})
    made = adsl.filter(pl.col(column).is_not_null()).select(
        "USUBJID", START=column, LAST=pl.coalesce("DTHDT", "LSTALVDT", "EOSDT", column),
        DEAD=pl.col("DTHDT").is_not_null(), ONGOING=(pl.col("EOSSTT") == "ONGOING").fill_null(value=False),
    )  # fmt: skip
    timed = made.with_columns(END=(pl.max_horizontal("LAST", "START") - pl.col("START")).dt.total_days())
    return timed.sort("END", "USUBJID", descending=[True, False])


def _events(context: Context, shown: Sequence[AssessmentSeries], lanes: pl.DataFrame) -> pl.DataFrame:
    """``USUBJID KIND DAY``, days since the first gate."""
    dossier = context.dossier
    confirmed = {
        series.id: "CRSP" if series.confirmation is not None and series.confirmation.needed else "RSP"
        for series in shown
    }
    rows = dossier.derived.adrs.filter(pl.col("ASSESSID").is_in(list(confirmed)) & (pl.col("AVALC") == "Y"))
    asked = pl.col("ASSESSID").replace_strict(confirmed, default="", return_dtype=pl.String)
    responses = rows.filter(pl.col("PARAMCD") == asked).select("USUBJID", "ADT", KIND=pl.lit("response"))
    progressions = rows.filter(pl.col("PARAMCD") == "PD").select("USUBJID", "ADT", KIND=pl.lit("progression"))
    therapies = dossier.frames["CM"].filter(pl.col("CMCAT") == NEW_THERAPY).select(
        "USUBJID", ADT="CMSTLO", KIND=pl.lit("therapy")
    )  # fmt: skip
    done = dossier.frames["PR"].filter((pl.col("PROCCUR") != "N").fill_null(value=True))
    if not dossier.by_arm and arm_bound(dossier.study).items:
        done = done.clear()
    procedures = done.select("USUBJID", ADT="PRSTLO", KIND=pl.lit("procedure"))
    first = pl.concat([responses, progressions, therapies]).drop_nulls().group_by("USUBJID", "KIND").agg(
        pl.col("ADT").min()
    )  # fmt: skip
    every = pl.concat([first.select("USUBJID", "ADT", "KIND"), procedures.drop_nulls().unique(maintain_order=True)])
    timed = every.join(lanes.select("USUBJID", "START", "END"), on="USUBJID").with_columns(
        DAY=(pl.col("ADT") - pl.col("START")).dt.total_days()
    ).filter(pl.col("DAY") >= 0)  # fmt: skip
    ends = [
        lanes.filter(flag).select("USUBJID", KIND=pl.lit(kind), DAY="END")
        for kind, flag in (("death", "DEAD"), ("ongoing", "ONGOING"))
    ]
    return pl.concat([timed.select("USUBJID", "KIND", "DAY"), *ends]).sort("USUBJID", "DAY", "KIND")


def _chart(drawn: pl.DataFrame, events: pl.DataFrame, title: str, canvas: Canvas) -> alt.LayerChart:
    height_px = max(_LANE_PX * drawn.height, 60)
    lanes = drawn.with_columns(
        LEFT=pl.lit(0.0), RIGHT=pl.col("END") / _MONTH_DAYS, UP=pl.col("PLACE") - 0.32, DOWN=pl.col("PLACE") + 0.32
    )
    marks = events.join(drawn.select("USUBJID", "PLACE"), on="USUBJID").with_columns(
        MONTH=pl.col("DAY") / _MONTH_DAYS, PLACE=pl.col("PLACE").cast(pl.Float64)
    )
    there = [kind for kind in _KINDS if (marks["KIND"] == kind[0]).any()]
    end = max([float(value) for value in lanes["RIGHT"]] + [1.0]) * 1.03
    scale = alt.Scale(domain=[0.5, drawn.height + 0.5], reverse=True, nice=False, zero=False)

    def y(field: str) -> alt.Y:
        return alt.Y(field, title=None, scale=scale, axis=None)

    x_scale = alt.Scale(domain=[0, end], nice=False)
    bars = alt.Chart(rows_of(lanes, "LEFT", "RIGHT", "UP", "DOWN"))
    layers = [
        bars.mark_rect(color="#dfe2e6").encode(
            alt.X("LEFT:Q", title=title, scale=x_scale), y("UP:Q"), alt.X2("RIGHT:Q"), alt.Y2("DOWN:Q")
        ),
        alt.Chart(rows_of(drawn, "USUBJID", "PLACE"))
        .mark_text(align="right", baseline="middle", fontSize=8, color=INK)
        .encode(alt.XValue(-4), y("PLACE:Q"), alt.Text("USUBJID:N")),
    ]
    for kind, shape, fill, _ in there:
        own = alt.Chart(rows_of(marks.filter(pl.col("KIND") == kind), "MONTH", "PLACE"))
        size = 26 if kind == "death" else 44
        layers.append(
            own.mark_point(
                shape=shape, filled=True, fill=fill, stroke=INK, strokeWidth=0.8, size=size, opacity=1
            ).encode(alt.X("MONTH:Q", title=title, scale=x_scale), y("PLACE:Q"))
        )
    layers += symbols([(shape, fill, words) for _, shape, fill, words in there], canvas)
    return layered(layers, width_px=canvas.width_px - 24, height_px=height_px)


def _table(ordered: pl.DataFrame, first: str) -> Table:
    listed = [
        (kind, words) for kind, _, _, words in _KINDS if kind in ordered.columns and kind not in ("death", "ongoing")
    ]
    columns = (
        Column("Subject"),
        Column("Months", f"since {first}", numeric=True),
        *(Column(words, "month", numeric=True) for _, words in listed),
        Column("At its end"),
    )
    rows = []
    for row in evenly(ordered, _ROWS).iter_rows(named=True):
        ending = "death" if row.get("death") is not None else "observed" if row.get("ongoing") is not None else "left"
        months = ["" if row[kind] is None else decimal(row[kind] / _MONTH_DAYS, 1) for kind, _ in listed]
        rows.append(Row(Cell(row["USUBJID"]), text_cells((decimal(row["END"] / _MONTH_DAYS, 1), *months, ending))))
    notes = (
        f"{_ROWS} of {ordered.height} subjects are printed; the file of the figure holds all, in days.",
    ) if ordered.height > _ROWS else ()  # fmt: skip
    return Table("swimmer", "Time on study of each subject", columns, tuple(rows), notes)
