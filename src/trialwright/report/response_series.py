"""How responses are read: the criteria of each series, its reader, and whether its responses are calculated."""

from __future__ import annotations

from typing import Final

from trialwright.model.schedule import AssessmentSeries
from trialwright.report.context import Context
from trialwright.report.sources import mark_of_key
from trialwright.report.table import Cell, Column, Row, Table

__all__ = ["series_table"]

_CALCULATED: Final = "calculated from the lesions"
_RECORDED: Final = "as the reader recorded them"


def series_table(context: Context) -> Table | None:
    """Return the response series of a study, with the rows each takes its responses from.

    Parameters
    ----------
    context : Context
        The dossier, ready to be shown.

    Returns
    -------
    Table or None
        One row a series, each cell with its source mark; None for a study without series.
    """
    rows = tuple(_row(context, series) for series in context.dossier.study.assessments)
    if not rows:
        return None
    columns = (
        Column("Series"), Column("Criteria"), Column("Lesions"), Column("Reader"), Column("Baseline"), Column("Rows"),
        Column("Responses"),
    )  # fmt: skip
    named = "A result that rests on calculated responses names every row without which it would be another one."
    notes = [named]
    if any(_is_recorded(series) for series in context.dossier.study.assessments):
        notes.append("Of a series that takes recorded responses the lesions are listed and decide nothing.")
    return Table("response-series", "How responses are read", columns, rows, tuple(notes))


def _is_recorded(series: AssessmentSeries) -> bool:
    return series.settings.get("rows") == "recorded"


def _row(context: Context, series: AssessmentSeries) -> Row:
    baseline = series.baseline
    last = context.point_words(baseline.last_before)
    first = context.point_words(series.from_ or baseline.last_before)
    until = f" until {context.point_words(series.until)}" if series.until is not None else ""
    cells = (
        Cell(series.criteria, marks=(mark_of_key(series, "criteria"),)),
        Cell(_lesions(series)),
        Cell(series.evaluator.lower(), marks=(mark_of_key(series, "evaluator"),)),
        Cell(f"last before {last}, within {baseline.within.text}", marks=(mark_of_key(baseline, "within"),)),
        Cell(f"from {first}{until}", marks=(mark_of_key(series, "from"),)),
        Cell(_RECORDED if _is_recorded(series) else _CALCULATED, marks=(mark_of_key(series, "settings"),)),
    )
    return Row(Cell(series.id.replace("_", " ")), cells)


def _lesions(series: AssessmentSeries) -> str:
    scope = series.lesions
    parts = ["treated" if series.only == "treated" else "untreated"] if series.only is not None else []
    parts += [place.lower() for place in (scope.location or ())] if scope is not None else []
    parts += [method.lower() for method in (scope.method or ())] if scope is not None else []
    return ", ".join(parts) or "all"
