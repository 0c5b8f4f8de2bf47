"""The curve of a cumulative incidence where other events compete."""

from __future__ import annotations

import polars as pl

from trialwright.numerics.constants import DAYS_PER_MONTH
from trialwright.report.context import Context
from trialwright.report.drawing import largest
from trialwright.report.estimates import POOLED
from trialwright.report.line_figure import LineWords, line_figure
from trialwright.report.table import Figure
from trialwright.report.typeset import percent

__all__ = ["incidence_figure"]


def incidence_figure(
    context: Context, name: str, title: str, origin: str, *, counted: str = "subject"
) -> Figure | None:
    """Return the cumulative incidence of one endpoint.

    Parameters
    ----------
    context : Context
        The dossier, ready to be shown.
    name : str
        ``cif-ltp``.
    title, origin : str
        The endpoint, and what the months are counted from.
    counted : str, default "subject"
        What has the event: a subject or a lesion.

    Returns
    -------
    Figure or None
        None when the run made none that may be shown.
    """
    curve = context.dossier.curves.get(name)
    if curve is None or curve.is_empty():
        return None
    labels = {POOLED: "All subjects", **({level.id: level.label for level in context.levels})}
    lines = {}
    for level in curve["level"].unique(maintain_order=True):
        if level in labels and (context.dossier.by_arm or level == POOLED):
            own = curve.filter(pl.col("level") == level)
            start = pl.DataFrame({"x": [0.0], "y": [0.0]})
            lines[labels[level]] = pl.concat(
                [start, own.select(x=pl.col("time").cast(pl.Float64) / DAYS_PER_MONTH.value, y="cif")]
            )
    if not lines:
        return None
    last = {label: percent(float(frame["y"][-1])) for label, frame in lines.items()}
    words = LineWords(
        name=name,
        title=f"Cumulative incidence of {title.lower()}",
        caption=f"{title}: cumulative incidence (Aalen and Johansen); a {counted} with a competing event has neither "
        "this event nor a censoring. A month is 30.4375 days.",
        summary=f"Cumulative incidence of {title.lower()}: "
        + "; ".join(f"{label} {share} at the end" for label, share in last.items())
        + ".",
        x=f"Months since {origin}",
        y="Cumulative incidence",
        x_end=max(largest(frame["x"]) for frame in lines.values()) or 1.0,
        is_stepped=True,
    )
    return line_figure(context, lines, words)
