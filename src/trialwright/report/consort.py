"""The flow diagram after CONSORT 2025, drawn as SVG for a page and for a telephone."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final
from xml.sax.saxutils import escape

from trialwright.report.context import Context
from trialwright.report.drawing import FONT, INK, described
from trialwright.report.engine import finished
from trialwright.report.flow import Branch, Flow, Leaving, flow_of
from trialwright.report.table import Cell, Column, Figure, Row, Table, as_csv, text_cells
from trialwright.report.typeset import thousands
from trialwright.report.wrapping import wrapped

__all__ = ["consort_figure"]

NAME: Final = "consort"


@dataclass(frozen=True, slots=True)
class _Paper:
    """Measures of one drawing, in points."""

    name: str
    width: float
    main: tuple[float, float]
    side: tuple[float, float]
    size: float

    @property
    def line(self) -> float:
        return self.size * 1.34

    @property
    def pad(self) -> float:
        return self.size * 0.7


_WIDE: Final = _Paper("wide", 660, (60, 245), (365, 295), 12)
_NARROW: Final = _Paper("narrow", 330, (0, 159.75), (174, 156), 10.5)


@dataclass(slots=True)
class _Sheet:
    """Elements drawn so far."""

    paper: _Paper
    parts: list[str] = field(default_factory=list)

    def box(self, x: float, y: float, width: float, lines: list[tuple[str, bool]], *, dashed: bool = False) -> float:
        """Draw a box with its lines wrapped to its width; returns its height."""
        paper = self.paper
        inner = width - 2 * paper.pad
        wrapped_lines = [(text, bold) for line, bold in lines for text in wrapped(line, inner, paper.size, bold=bold)]
        height = len(wrapped_lines) * paper.line + 2 * paper.pad - 2
        dash = ' stroke-dasharray="4 3"' if dashed else ""
        self.parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" '
            f'fill="white" stroke="{INK}"{dash}/>'
        )
        for place, (text, bold) in enumerate(wrapped_lines):
            at = y + paper.pad + place * paper.line + paper.size * 0.9
            weight = ' font-weight="bold"' if bold else ""
            self.parts.append(f'<text x="{x + paper.pad:.1f}" y="{at:.1f}"{weight}>{escape(text)}</text>')
        return height

    def arrow(self, *points: tuple[float, float]) -> None:
        """Draw a line through points with a head at its end."""
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self.parts.append(f'<polyline points="{path}" fill="none" stroke="{INK}"/>')
        y0, (x, y) = points[-2][1], points[-1]
        if y != y0:
            head = f"{x - 3.5:.1f},{y - 6:.1f} {x + 3.5:.1f},{y - 6:.1f} {x:.1f},{y:.1f}"
        else:
            head = f"{x - 6:.1f},{y - 3.5:.1f} {x - 6:.1f},{y + 3.5:.1f} {x:.1f},{y:.1f}"
        self.parts.append(f'<polygon points="{head}" fill="{INK}"/>')


def consort_figure(context: Context) -> Figure:
    """Return the flow diagram with the counts behind it.

    Parameters
    ----------
    context : Context
        The dossier, ready to be shown.

    Returns
    -------
    Figure
        Arms are told apart only where figures by arm may be shown.

    References
    ----------
    Hopewell et al., PLOS Med 2025;22:e1004587, doi:10.1371/journal.pmed.1004587.
    """
    flow = flow_of(context)
    summary = _summary(flow)
    wide, narrow = (
        finished(described(_svg(flow, paper, context.tag), name=f"{NAME}-{paper.name}", summary=summary))
        for paper in (_WIDE, _NARROW)
    )
    caption = (
        "Flow of subjects after CONSORT 2025, counted from the data; each subject who left stands under one reason."
    )
    if not context.dossier.by_arm:
        caption += " The arms are shown together: withheld; run with --by-arm."
    rows = [[stage, line, str(n)] for stage, line, n in _counts(flow)]
    data = as_csv(["stage", "line", "subjects"], rows, origin=context.dossier.origin)
    return Figure(NAME, caption, summary, wide, narrow, _table(flow), data)


def _n(label: str, n: int) -> str:
    return f"{label} (n\u00a0=\u00a0{thousands(n)})"


def _leaving_lines(leaving: Leaving) -> list[tuple[str, bool]]:
    return [(_n(line, n), heads) for line, n, heads in leaving.lines]


def _svg(flow: Flow, paper: _Paper, tag: str) -> str:
    sheet = _Sheet(paper)
    y = paper.size * 1.8 if tag else 1.0
    x, width = paper.main
    center = x + width / 2
    gap = paper.size * 1.5
    for place, stage in enumerate(flow.stages):
        height = sheet.box(x, y, width, [(_n(stage.label, stage.n), True)])
        bottom = y + height
        if stage.leaving is not None:
            side_x, side_width = paper.side
            middle = bottom + gap
            side_height = sheet.box(side_x, middle, side_width, _leaving_lines(stage.leaving))
            level = middle + side_height / 2
            bottom = middle + side_height
            sheet.arrow((center, level), (side_x, level))
        if place < len(flow.stages) - 1:
            sheet.arrow((center, y + height), (center, bottom + gap))
            y = bottom + gap
        else:
            y += height
    end = _draw_branches(sheet, flow.branches, center, y)
    tagged = (
        f'<text x="{paper.width:.0f}" y="{paper.size:.1f}" text-anchor="end" font-weight="bold" '
        f'font-size="{paper.size - 2:.1f}" fill="#6b6b6b">{escape(tag)}</text>'
    )
    body = "".join([tagged if tag else "", *sheet.parts])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{paper.width + 2:.0f}" height="{end + 2:.0f}" '
        f'viewBox="-1 0 {paper.width + 2:.0f} {end + 2:.0f}">'
        f'<g font-family="{FONT}" font-size="{paper.size}" fill="{INK}">'
        f"{body}</g></svg>"
    )


def _draw_branches(sheet: _Sheet, branches: tuple[Branch, ...], center: float, y: float) -> float:
    """Arms side by side, their boxes of one kind at one height; returns the lowest point."""
    paper = sheet.paper
    gap = paper.size * 1.5
    between = paper.size
    if len(branches) == 1:
        columns = [paper.main]
    else:
        width = (paper.width - between * (len(branches) - 1)) / len(branches)
        columns = [(place * (width + between), width) for place in range(len(branches))]
    top = y + 2 * gap if len(branches) > 1 else y + gap
    for x, width in columns:
        middle = x + width / 2
        points = (
            [(center, y), (middle, top)]
            if abs(middle - center) < 1
            else [(center, y), (center, y + gap), (middle, y + gap), (middle, top)]
        )
        sheet.arrow(*points)
    titles = [[(b.title, True), (_n("Allocated", b.allocated), False), *_lines(b.treatment)] for b in branches]
    boxes = [
        titles,
        [[("Follow-up", True), *_lines(b.follow_up)] for b in branches],
        [[("Analysis", True), *_lines(b.analysis)] for b in branches],
    ]
    boxes = boxes[1:] if len(branches) == 1 else boxes
    bottom = top
    for place, row in enumerate(boxes):
        heights = [sheet.box(x, bottom, width, lines) for (x, width), lines in zip(columns, row, strict=True)]
        next_top = bottom + max(heights) + gap
        if place < len(boxes) - 1:
            for (x, width), height in zip(columns, heights, strict=True):
                sheet.arrow((x + width / 2, bottom + height), (x + width / 2, next_top))
            bottom = next_top
        else:
            bottom += max(heights)
    return bottom


def _lines(pairs: tuple[tuple[str, int], ...]) -> list[tuple[str, bool]]:
    return [(_n(line, n), False) for line, n in pairs]


def _counts(flow: Flow) -> list[tuple[str, str, int]]:
    counts: list[tuple[str, str, int]] = []
    for stage in flow.stages:
        counts.append(("Enrolment", stage.label, stage.n))
        if stage.leaving is not None:
            whole, *parts = stage.leaving.lines
            counts.append(("Enrolment", whole[0], whole[1]))
            counts += [
                ("Enrolment", f"{whole[0]}: {line[:1].lower() if heads else line[:1]}{line[1:]}", n)
                for line, n, heads in parts
            ]
    for branch in flow.branches:
        counts.append((branch.title, "Allocated", branch.allocated))
        for pairs in (branch.treatment, branch.follow_up, branch.analysis):
            counts += [(branch.title, line, n) for line, n in pairs]
    return counts


def _table(flow: Flow) -> Table:
    rows: list[Row] = []
    group = ""
    for stage, line, n in _counts(flow):
        if stage != group:
            rows.append(Row(Cell(stage)))
            group = stage
        rows.append(Row(Cell(line), text_cells([thousands(n)]), level=1))
    return Table(NAME, "Flow of subjects", (Column("Stage"), Column("Subjects", numeric=True)), tuple(rows))


def _summary(flow: Flow) -> str:
    parts = [f"{stage.label}: {thousands(stage.n)}" for stage in flow.stages]
    parts += [f"{b.title}: {thousands(b.allocated)} allocated" for b in flow.branches if len(flow.branches) > 1]
    return "Flow of subjects. " + "; ".join(parts) + "."
