"""One table for each endpoint: its figures for every group, and what compares the groups."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import polars as pl

from trialwright.model.endpoint import Definition, Endpoint
from trialwright.model.result import Result
from trialwright.report.analyses import analysis_marks, analysis_of, comparison_words
from trialwright.report.clauses import clause_terms
from trialwright.report.context import Context, Level
from trialwright.report.drawing import largest, smallest
from trialwright.report.estimates import POOLED, in_months, in_percent, in_ratio, p_of, whole
from trialwright.report.table import Cell, Column, Row, Table, text_cells
from trialwright.report.typeset import count, decimal, enumeration, sentence, share, share_digits, thousands

__all__ = ["compared_words", "counted_words", "endings_table", "survival_table", "survivor_words"]

Shown = Callable[[Result], str]

COMPARISONS: Final[tuple[tuple[str, str, Shown], ...]] = (
    ("hr", "Hazard ratio ({level} CI)", in_ratio),
    ("p_logrank", "Log-rank test, p", p_of),
    ("shr", "Ratio of subdistribution hazards ({level} CI)", in_ratio),
    ("p_gray", "Gray's test of cumulative incidence, p", p_of),
    ("rmst_difference", "Difference of restricted means, months ({level} CI)", in_months),
    ("rmst_ratio", "Ratio of restricted means ({level} CI)", in_ratio),
    ("p_zph", "Test of proportional hazards, p", p_of),
)
AXIS_WORDS: Final = {"PFS": "Progression-free", "OS": "Alive", "DFS": "Disease-free", "EFS": "Event-free"}
UNCOUNTED: Final = {
    "missed-assessments": "because too many planned assessments were missed before it",
    "horizon-event": "because it came after the end of counting",
}
COMPETING_NOTE: Final = (
    "Other events compete with this one. The curve and its median take a subject with such an event as censored, so "
    "that they say what would be if there were none; the cumulative incidence says how many have the event."
)
_KIND_OF_END: Final = pl.col("EVNTDESC").str.replace_all(r",? on [0-9]{4}-[0-9]{2}-[0-9]{2}", "")
"""What ended a subject's time, without the day, so that like is counted with like."""


def survival_table(context: Context, endpoint: Endpoint, definition: str) -> Table | None:
    """Return the figures of one definition of a time-to-event endpoint.

    Parameters
    ----------
    context : Context
        The dossier, ready to be shown.
    endpoint : Endpoint
        The endpoint.
    definition : str
        Name of the definition.

    Returns
    -------
    Table or None
        Events, medians, milestones, restricted means, then the comparisons; a comparison that may not be shown says
        so. None when the run has no figure of this definition.
    """
    estimates, levels = context.estimates, context.levels
    stem = endpoint.stem(definition)
    lines: list[tuple[str, str, Shown]] = [
        ("n_events", "Events", whole),
        ("median", "Median, months ({level} CI)", in_months),
    ]
    free = survivor_words(endpoint, definition)
    lines += [(name, f"{free} at {words}, % ({{level}} CI)", in_percent) for name, words in estimates.milestones(stem)]
    lines.append(
        ("rmst", f"Restricted mean{_until(context, stem, 'rmst_difference', 'rmst')}, months ({{level}} CI)", in_months)
    )
    lines.append(("cif", f"Cumulative incidence{_until(context, stem, 'cif')}, % ({{level}} CI)", in_percent))
    lines.append(("follow_up", "Median follow-up by reverse Kaplan-Meier, months ({level} CI)", in_months))
    groups: list[Row] = []
    for figure, label, shown in lines:
        cells = tuple(estimates.cell(stem, figure, shown, level.id) for level in levels)
        if figure == "n_events":
            cells = tuple(
                _events(context, endpoint, definition, level, cell) for level, cell in zip(levels, cells, strict=True)
            )
        if any(cell.text for cell in cells):
            groups.append(Row(Cell(label.format(level=estimates.level(stem, figure))), cells))
    depth = 1 if len(levels) > 1 else 0
    compared = [
        Row(
            _compared_head(context, endpoint.resolved()[definition], found, label),
            (estimates.cell(stem, figure, shown)._replace(span=len(levels)),),
            depth,
        )
        for figure, label, shown in COMPARISONS
        if (found := estimates.find(stem, figure)) is not None
    ]
    if compared and depth:
        compared.insert(0, Row(Cell(compared_words(context, endpoint))))
    if not groups and not compared:
        return None
    other = "" if stem == endpoint.id else f"{definition}: {counted_words(endpoint, definition)}"
    columns = [Column(sentence(endpoint.title), other)]
    columns += [
        Column(level.id if level.id != POOLED else level.label, _n(context, stem, level), numeric=True)
        for level in levels
    ]
    name = stem.lower().replace("~", "-")
    words = f" by the definition “{definition}”, which counts {counted_words(endpoint, definition)}" if other else ""
    notes = _survival_notes(context, stem)
    if endpoint.resolved()[definition].competing:
        notes += (COMPETING_NOTE,)
    if other:
        notes += _uncounted_notes(_rows_of(context, endpoint, definition))
    return Table(
        name,
        f"{endpoint.title}{words}: estimates",
        tuple(columns),
        tuple(groups + compared),
        notes,
        clause_terms(context, endpoint, definition),
    )


def counted_words(endpoint: Endpoint, definition: str) -> str:
    """Return the events a definition counts.

    Parameters
    ----------
    endpoint : Endpoint
        The endpoint.
    definition : str
        Name of the definition.

    Returns
    -------
    str
        For example ``progression or death``.
    """
    events = endpoint.resolved()[definition].events or ()
    words = [event if isinstance(event, str) else event.event for event in events]
    return enumeration([word.replace("_", " ") for word in words], "or")


def _compared_head(context: Context, definition: Definition, result: Result, label: str) -> Cell:
    """Heading of a comparison: what it is, and in a second line how it was made and which way it points."""
    analysis = analysis_of(context, result)
    keys = ("method", "sides", "alpha", "strata") if analysis is not None and analysis.method == "logrank" else ()
    return Cell(
        label.format(level=f"{100 * (result.level or 0.95):g}%"),
        marks=analysis_marks(analysis, *keys) if analysis is not None else (),
        below=comparison_words(context, definition, result),
    )


def _until(context: Context, stem: str, *figures: str) -> str:
    """Time up to which a mean is restricted or an incidence is read, as its analysis states it."""
    names = [*figures, *(f"{figures[-1]}@{arm}" for arm in context.dossier.study.arm_ids)]
    found = next((each for name in names if (each := context.estimates.find(stem, name)) is not None), None)
    analyses = {analysis.id: analysis for analysis in context.dossier.study.analyses}
    stated = analyses.get(found.analysis) if found is not None else None
    return f" to {stated.tau.text}" if stated is not None and stated.tau is not None else ""


def survivor_words(endpoint: Endpoint, definition: str) -> str:
    """Return what the vertical axis of a survival curve counts.

    Parameters
    ----------
    endpoint : Endpoint
        The endpoint.
    definition : str
        Name of the definition.

    Returns
    -------
    str
        For example ``Progression-free``; an overall survival that counts more than deaths is not called alive.

    Examples
    --------
    >>> survivor_words(Endpoint.model_construct(id="PFS", definitions={}), "used")
    'Progression-free'
    """
    stated = endpoint.resolved()[definition].events
    if endpoint.id == "OS" and stated is not None and tuple(stated) != ("death",):
        return "Without event"
    return AXIS_WORDS.get(endpoint.id, "Event-free")


def compared_words(context: Context, endpoint: Endpoint) -> str:
    """Return which arm is compared with which.

    Parameters
    ----------
    context : Context
        The dossier, ready to be shown.
    endpoint : Endpoint
        The endpoint whose analyses compare arms.

    Returns
    -------
    str
        For example ``SCS against CHEMO``.
    """
    pairs = [
        entry.compare for entry in context.dossier.study.analyses if entry.endpoint == endpoint.id and entry.compare
    ]
    return f"{pairs[0][0]} against {pairs[0][1]}" if pairs else "Comparison"


def _n(context: Context, stem: str, level: Level) -> str:
    for figure in ("n_events", "median", "rmst"):
        found = context.estimates.find(stem, figure, level.id)
        if found is not None and found.n is not None and (found.level_of or level.id == POOLED):
            return f"n = {thousands(found.n)}"
    km = context.dossier.curves.get(f"km-{stem.lower().replace('~', '-')}")
    if km is None:
        return ""
    own = km.filter(pl.col("level") == level.id)
    return f"n = {thousands(int(largest(own['n_risk'])))}" if own.height else ""


def _events(context: Context, endpoint: Endpoint, definition: str, level: Level, cell: Cell) -> Cell:
    """Events of a group, from its result or, when there is none a group, from the derived rows."""
    if cell.text:
        return cell
    rows = _rows_of(context, endpoint, definition)
    if level.id != POOLED:
        rows = rows.filter(pl.col("ARMCD") == level.id)
    return Cell(thousands(rows.filter(pl.col("CNSR") == 0).height))


def _rows_of(context: Context, endpoint: Endpoint, definition: str) -> pl.DataFrame:
    rows = context.dossier.derived.adtte.filter(
        (pl.col("PARAMCD") == endpoint.id) & (pl.col("DEFID") == definition) & pl.col("AVAL").is_not_null()
    )
    if not context.dossier.by_arm:
        return rows.drop("ARMCD", strict=False)
    arms = context.dossier.frames["DM"].select("USUBJID", "ARMCD")
    return rows.drop("ARMCD", strict=False).join(arms, on="USUBJID", how="left")


def _survival_notes(context: Context, stem: str) -> tuple[str, ...]:
    notes = []
    counted, within = (context.estimates.find(stem, figure) for figure in ("n_events", "n_events_within_horizon"))
    if counted is not None and within is not None and counted.value is not None and within.value is not None:
        notes.append(
            f"Events counted: {decimal(counted.value, 0)}, of which within the planned follow-up: "
            f"{decimal(within.value, 0)}."
        )
    reasons = dict.fromkeys(
        r.reason
        for r in context.estimates.by_id.values()
        if r.id.startswith(f"{stem}/") and r.status == "not computed" and r.reason
    )
    notes += [f"Not computed: {reason}." for reason in reasons]
    return tuple(notes)


def endings_table(context: Context, endpoint: Endpoint, definition: str) -> Table | None:
    """Return how the subjects' times ended: which events, and why the others were censored.

    Parameters
    ----------
    context : Context
        The dossier, ready to be shown.
    endpoint : Endpoint
        The endpoint.
    definition : str
        Name of the definition.

    Returns
    -------
    Table or None
        Counts with percentages of the group; None without rows.
    """
    rows = _rows_of(context, endpoint, definition)
    if rows.is_empty():
        return None
    groups = [
        (level, rows.filter(pl.col("ARMCD") == level.id) if level.id != POOLED else rows) for level in context.levels
    ]
    printed: list[Row] = []
    digits = share_digits([own.height for _, own in groups])
    for title, is_event in (("Events", True), ("Censored", False)):
        picked = [own.filter((pl.col("CNSR") == 0) if is_event else (pl.col("CNSR") != 0)) for _, own in groups]
        totals = [share(part.height, own.height, digits) for part, (_, own) in zip(picked, groups, strict=True)]
        printed.append(Row(Cell(title), text_cells(totals)))
        counts = [dict(part.group_by(_KIND_OF_END).len().iter_rows()) for part in picked]
        kinds = sorted(
            {kind for group in counts for kind in group}, key=lambda k: (-sum(g.get(k, 0) for g in counts), str(k))
        )
        for kind in kinds:
            texts = [
                share(group.get(kind, 0), own.height, digits) for group, (_, own) in zip(counts, groups, strict=True)
            ]
            printed.append(Row(Cell(_readable(kind)), text_cells(texts), level=1))
    columns = [Column("How the time ended")]
    columns += [
        Column(level.id if level.id != POOLED else level.label, f"n = {thousands(own.height)}", numeric=True)
        for level, own in groups
    ]
    stem = endpoint.stem(definition)
    words = "" if stem == endpoint.id else f" by the definition “{definition}”"
    notes = ("Count (% of all subjects of the column, the n of its heading).", *_uncounted_notes(rows))
    name = f"{stem.lower().replace('~', '-')}-endings"
    return Table(name, f"{endpoint.title}{words}: events and censoring", tuple(columns), tuple(printed), notes)


def _uncounted_notes(rows: pl.DataFrame) -> tuple[str, ...]:
    """Who is censored although an event is documented, and how early."""
    notes = []
    for rule, why in UNCOUNTED.items():
        own = rows.filter(pl.col("RULEID").str.ends_with(f".censor.{rule}"))
        if own.height:
            one = own.height == 1
            verb, earliest = ("is", "on") if one else ("are", "the earliest on")
            notes.append(
                f"{count(own.height, 'subject')} with a documented event {verb} censored {why}, {earliest} day "
                f"{int(smallest(own['AVAL']))}."
            )
    return tuple(notes)


def _readable(kind: str | None) -> str:
    if kind is None:
        return "No reason recorded"
    return kind.capitalize() if kind.isupper() else sentence(kind)
