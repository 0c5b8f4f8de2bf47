"""Every lesion of one subject at every visit, as it was measured, with the scan that decided progression."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

import altair as alt
import polars as pl

from trialwright.model.dossier import Dossier
from trialwright.model.schedule import AssessmentSeries
from trialwright.report.context import Context
from trialwright.report.drawing import INK, Canvas, layered
from trialwright.report.response_courses import read_by
from trialwright.report.response_figure import figure_of
from trialwright.report.table import Cell, Column, Figure, Row, Table, text_cells
from trialwright.report.typeset import count, long_date

__all__ = ["LesionMap", "busiest", "lesion_map", "lesion_map_figure"]

_GROUPS: Final = {"TARGET": 0, "NON-TARGET": 1, "NEW": 2}
_STATES: Final = {
    "ABSENT": "0", "TOO SMALL": "small", "MERGED": "merged", "REMOVED": "removed", "NOT EVALUABLE": "NE",
    "NOT DONE": "ND", "PRESENT": "there", "EQUIVOCAL": "doubtful", "UNEQUIVOCAL": "there",
    "UNEQUIVOCAL PROGRESSION": "grown",
}  # fmt: skip
_CELL_PX: Final = 22
_VISIT_DAYS: Final = 7
"""Days over which the scans of one visit may be spread."""
_VISITS: Final = {"wide": 10, "narrow": 4}
_LABEL_PX: Final = {"wide": 150, "narrow": 98}
_LABEL_LETTERS: Final = {"wide": 24, "narrow": 15}


@dataclass(frozen=True, slots=True, eq=False)
class LesionMap:
    """Lesions of one subject by visit.

    Parameters
    ----------
    subject : str
        The subject.
    series : AssessmentSeries
        The series.
    visits : tuple of date
        Last day of each visit.
    lesions : polars.DataFrame
        ``LNK GROUP ORGAN FIRST``: targets, then non-targets, then new lesions.
    cells : polars.DataFrame
        ``LNK VISIT MM SHARE TEXT SEQ``: what was found; ``SHARE`` of the lesion's own first length, ``SEQ`` of TR.
    decided : date or None
        Visit whose scan decided the first progression.
    """

    subject: str
    series: AssessmentSeries
    visits: tuple[date, ...]
    lesions: pl.DataFrame
    cells: pl.DataFrame
    decided: date | None


def busiest(dossier: Dossier, series: AssessmentSeries) -> str | None:
    """Subject with a progression, most visits and most lesions, the first by name among equals.

    Parameters
    ----------
    dossier : Dossier
        The data.
    series : AssessmentSeries
        The series.

    Returns
    -------
    str or None
        None where no lesion was looked at again.
    """
    looks = read_by(dossier.frames, "TR", series).filter(pl.col("TRHI").is_not_null())
    counted = looks.group_by("USUBJID").agg(VISITS=pl.col("TRHI").n_unique(), LESIONS=pl.col("TRLNKID").n_unique())
    several = counted.filter(pl.col("VISITS") > 1)
    if several.is_empty():
        return None
    rows = dossier.derived.adrs
    known = rows.filter((pl.col("ASSESSID") == series.id) & (pl.col("PARAMCD") == "PD") & (pl.col("AVALC") == "Y"))
    told = several.with_columns(PD=pl.col("USUBJID").is_in(known["USUBJID"].implode()))
    ordered = told.sort("PD", "VISITS", "LESIONS", "USUBJID", descending=[True, True, True, False])
    return str(ordered["USUBJID"][0])


def lesion_map(context: Context, series: AssessmentSeries, subject: str) -> LesionMap | None:
    """Lesions of one subject by visit.

    Parameters
    ----------
    context : Context
        The dossier, ready to be shown.
    series : AssessmentSeries
        The series: its reader and its first progression.
    subject : str
        The subject.

    Returns
    -------
    LesionMap or None
        None where the subject has no lesions.

    Notes
    -----
    Looks of one time point group are one visit, dated by its last day; without a group each day is one. What was seen
    more than a week after the last assessment of the series is left out.
    """
    own = pl.col("USUBJID") == subject
    lesions = read_by(context.dossier.frames, "TU", series).filter(own & pl.col("TUHI").is_not_null())
    rows = context.dossier.derived.adrs.filter(own & (pl.col("ASSESSID") == series.id) & (pl.col("PARAMCD") == "OVR"))
    looks = read_by(context.dossier.frames, "TR", series).filter(own & pl.col("TRHI").is_not_null())
    judged = rows["ADT"].drop_nulls().to_list()
    if judged:
        # a later scan is none of this series, and may tell the arm
        last = max(judged) + timedelta(days=_VISIT_DAYS)
        lesions, looks = lesions.filter(pl.col("TUHI") <= last), looks.filter(pl.col("TRHI") <= last)
    if lesions.is_empty() or looks.is_empty():
        return None
    listed = lesions.sort("TUHI", "TUSEQ").unique("TULNKID", keep="first", maintain_order=True).select(
        LNK="TULNKID", GROUP="TUORRES", ORGAN=pl.col("TULOC").cast(pl.String), FIRST="TUHI",
        RANK=pl.col("TUORRES").replace_strict(dict(_GROUPS), default=3, return_dtype=pl.Int64),
    ).sort("RANK", "FIRST", "LNK").drop("RANK")  # fmt: skip
    dated = looks.with_columns(VISIT=pl.when(pl.col("TRLNKGRP").is_null()).then("TRHI").otherwise(
        pl.col("TRHI").max().over("TRLNKGRP")
    ))  # fmt: skip
    figures = ("VDIAM", "LDIAM", "LPERP") if series.criteria.endswith("mrecist") else ("LDIAM", "VDIAM", "LPERP")
    nodal = listed.filter(pl.col("ORGAN").str.starts_with("LYMPH NODE").fill_null(value=False))["LNK"].to_list()
    order = {test: place for place, test in enumerate((*figures, "TUMSTATE"))}
    rank = pl.when(pl.col("TRLNKID").is_in(nodal) & (pl.col("TRTESTCD") == "LPERP")).then(-1).otherwise(
        pl.col("TRTESTCD").replace_strict(order, default=9, return_dtype=pl.Int64)
    )  # fmt: skip
    one = dated.sort(rank, "TRSEQ").unique(["TRLNKID", "VISIT"], keep="first", maintain_order=True)
    cells = one.select(LNK="TRLNKID", VISIT="VISIT", MM=pl.col("TRVAL") / 10, TEXT=_text(), SEQ="TRSEQ").sort("VISIT")
    first = cells.filter(pl.col("MM") > 0).group_by("LNK", maintain_order=True).agg(BASE=pl.col("MM").first())
    shared = cells.join(first, on="LNK", how="left").with_columns(SHARE=pl.col("MM") / pl.col("BASE")).drop("BASE")
    if (shared["MM"] % 1 > 0).any():
        exact = pl.when(pl.col("MM").is_not_null()).then(pl.col("MM").round(1).cast(pl.String)).otherwise("TEXT")
        shared = shared.with_columns(TEXT=exact)
    visits = tuple(sorted(set(cells["VISIT"])))
    return LesionMap(subject, series, visits, listed, shared, _decided(context, series, subject, cells))


def _text() -> pl.Expr:
    """What stands in a cell: the length, or what was written in its place."""
    state = pl.coalesce("TRSTAT", pl.when(pl.col("TRTESTCD") == "TUMSTATE").then("TRORRES"), "TRORIG")
    words = state.replace_strict(_STATES, default=None, return_dtype=pl.String)
    length = (pl.col("TRVAL") / 10).round(1).cast(pl.String).str.replace(r"\.0$", "")
    return pl.when(pl.col("TRVAL").is_not_null()).then(length).otherwise(words.fill_null("NE"))


def _decided(context: Context, series: AssessmentSeries, subject: str, cells: pl.DataFrame) -> date | None:
    rows = context.dossier.derived.adrs.filter(
        (pl.col("USUBJID") == subject) & (pl.col("ASSESSID") == series.id) & (pl.col("PARAMCD") == "PD")
        & (pl.col("AVALC") == "Y") & pl.col("ADT").is_not_null()
    )  # fmt: skip
    if rows.is_empty():
        return None
    day: date = rows["ADT"][0]
    near = [visit for visit in sorted(set(cells["VISIT"])) if abs((visit - day).days) <= _VISIT_DAYS]
    return min(near, key=lambda visit: abs((visit - day).days)) if near else None


def lesion_map_figure(context: Context, found: LesionMap, name: str) -> Figure:
    """Return the lesions of one subject at every visit.

    Parameters
    ----------
    context : Context
        The dossier, ready to be shown.
    found : LesionMap
        The lesions.
    name : str
        Name of the figure.

    Returns
    -------
    Figure
        A row a lesion, a column a visit; darker cells are longer in proportion to the lesion's first length.
    """
    new = found.lesions.filter(pl.col("GROUP") == "NEW").height
    fresh = f", of which {new} new" if new else ", none of them new"
    summary = (
        f"Lesions of subject {found.subject}, series “{found.series.id}”, at {count(len(found.visits), 'visit')}: "
        f"{count(found.lesions.height, 'lesion')}{fresh}."
    )
    decided = (
        "" if found.decided is None
        else f" The framed visit, {long_date(found.decided)}, is that of the scan that decided progression."
    )  # fmt: skip
    caption = (
        f"{summary} Lengths in millimetres as they were measured, days since the first visit shown; the darker a cell, "
        f"the longer the lesion compared with its first length.{' A thick edge marks a new lesion.' if new else ''}"
        f"{decided}"
    )

    def chart(canvas: Canvas) -> alt.LayerChart:
        return _chart(found, canvas)

    return figure_of(context, name, (caption, summary), chart, found.cells, _table(found, name))


def _blocks(found: LesionMap, canvas: Canvas) -> Iterator[tuple[int, tuple[date, ...]]]:
    """Upper edge in cells and visits of each block of columns that fits the width."""
    step = _VISITS[canvas.name]
    for block in range(0, len(found.visits), step):
        yield block // step * (found.lesions.height + 3), found.visits[block : block + step]


def _chart(found: LesionMap, canvas: Canvas) -> alt.LayerChart:
    width, left = canvas.width_px + 40, _LABEL_PX[canvas.name]
    column = (width - left) / _VISITS[canvas.name]
    values = {(row["LNK"], row["VISIT"]): row for row in found.cells.iter_rows(named=True)}
    start = found.visits[0]
    boxes, texts, heads, frames = [], [], [], []
    bottom = 0
    for top, visits in _blocks(found, canvas):
        for place, visit in enumerate(visits):
            x = left + place * column
            heads.append({"x": x + column / 2, "y": (top + 1) * _CELL_PX, "text": f"day {(visit - start).days}"})
            if visit == found.decided:
                edge = {"x": x + 0.5, "x2": x + column - 1.5, "y": (top + 0.5) * _CELL_PX}
                frames.append({**edge, "y2": (top + 1.65 + found.lesions.height) * _CELL_PX})
        for line, lesion in enumerate(found.lesions.iter_rows(named=True)):
            y = (top + 1.5 + line) * _CELL_PX
            label = f"{lesion['LNK']} {(lesion['ORGAN'] or '').lower()}".strip()
            texts.append({"x": 0, "y": y + _CELL_PX / 2, "text": _short(label, canvas), "align": "left", "dark": False})
            for place, visit in enumerate(visits):
                cell = values.get((lesion["LNK"], visit))
                if cell is None:
                    continue
                x = left + place * column
                share = 0.0 if cell["SHARE"] is None else min(max(float(cell["SHARE"]), 0.0), 1.5)
                box = {"x": x + 3, "x2": x + column - 4, "y": y + 1, "y2": y + _CELL_PX - 1, "share": share}
                boxes.append({**box, "edge": 2.2 if lesion["GROUP"] == "NEW" else 0.6})
                centre = {"x": x + column / 2, "y": y + _CELL_PX / 2}
                said = "center" if cell["MM"] is not None else "word"
                texts.append({**centre, "text": cell["TEXT"], "align": said, "dark": share > 0.75})
        bottom = int((top + 2 + found.lesions.height) * _CELL_PX)
    return layered(_layers(boxes, texts, heads, frames, (width, bottom), canvas), width_px=width, height_px=bottom)


def _layers(
    boxes: list[dict[str, float]], texts: list[dict[str, object]], heads: list[dict[str, object]],
    frames: list[dict[str, float]], size: tuple[float, int], canvas: Canvas,
) -> list[alt.Chart]:  # fmt: skip
    across = alt.Scale(domain=[0, size[0]], nice=False, zero=False)
    down = alt.Scale(domain=[0, size[1]], nice=False, zero=False, reverse=True)
    x, y = alt.X("x:Q", scale=across, axis=None), alt.Y("y:Q", scale=down, axis=None)
    shade = alt.Fill("share:Q", legend=None, scale=alt.Scale(domain=[0, 1.5], range=["#f4f6f8", "#0b3c5d"]))
    edge = alt.StrokeWidth("edge:Q", legend=None, scale=None)
    layers = [
        alt.Chart(alt.Data(values=boxes))
        .mark_rect(stroke=INK)
        .encode(x, y, alt.X2("x2:Q"), alt.Y2("y2:Q"), shade, edge)
    ]
    for kind, dark in (("left", False), ("center", False), ("center", True), ("word", False), ("word", True)):
        own = [each for each in texts if each["align"] == kind and each["dark"] == dark]
        align: Literal["left", "center"] = "left" if kind == "left" else "center"
        # a word has to stand inside its cell
        letters = canvas.size_px - (3 if kind == "word" else 1)
        mark = alt.Chart(alt.Data(values=own)).mark_text(
            align=align, fontSize=letters, color="#ffffff" if dark else INK
        )
        layers.append(mark.encode(x, y, alt.Text("text:N")))
    layers.append(
        alt.Chart(alt.Data(values=heads))
        .mark_text(fontSize=canvas.size_px - 2, color=INK)
        .encode(x, y, alt.Text("text:N"))
    )
    if frames:
        outline = alt.Chart(alt.Data(values=frames)).mark_rect(
            fill=None, stroke="#c2571a", strokeWidth=2.4, strokeDash=[5, 2]
        )
        layers.append(outline.encode(x, y, alt.X2("x2:Q"), alt.Y2("y2:Q")))
    return layers


def _short(label: str, canvas: Canvas) -> str:
    most = _LABEL_LETTERS[canvas.name]
    return label if len(label) <= most else f"{label[: most - 1]}…"


def _table(found: LesionMap, name: str) -> Table:
    marks = ["decided" if visit == found.decided else "" for visit in found.visits]
    dated = [Column(visit.isoformat(), mark, numeric=True) for visit, mark in zip(found.visits, marks, strict=True)]
    columns = (Column("Lesion"), Column("Kind and place"), *dated)
    values = {(lnk, visit): text for lnk, visit, text in found.cells.select("LNK", "VISIT", "TEXT").iter_rows()}
    rows = tuple(
        Row(
            Cell(lesion["LNK"]),
            text_cells(
                (
                    f"{lesion['GROUP'].lower()}, {(lesion['ORGAN'] or 'place not given').lower()}",
                    *(values.get((lesion["LNK"], visit), "") for visit in found.visits),
                )
            ),
        )
        for lesion in found.lesions.iter_rows(named=True)
    )
    codes = "0: absent; small: too small to measure; NE: not evaluable; ND: not done; there: present and not measured"
    notes = (f"Lengths in mm. {codes}.",)
    return Table(name, f"Lesions of subject {found.subject} at each visit", columns, rows, notes)
