"""One table for each endpoint: its figures for every group, and what compares the groups."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import polars as pl

from trialwright.model.endpoint import Definition, Endpoint
from trialwright.model.result import Result
from trialwright.report.context import WITHHELD, Context, Level
from trialwright.report.drawing import largest
from trialwright.report.estimates import POOLED, in_months, in_percent, in_ratio, p_of, whole
from trialwright.report.table import Cell, Column, Row, Table, cell_of, text_cells
from trialwright.report.typeset import decimal, sentence, share, thousands

__all__ = ["complication_tables", "endings_table", "proportion_table", "survival_table", "survivor_words"]

Shown = Callable[[Result], str]

COMPARISONS: Final[tuple[tuple[str, str, Shown], ...]] = (
    ("hr", "Hazard ratio ({level} CI)", in_ratio),
    ("p_logrank", "Log-rank test, p", p_of),
    ("rmst_difference", "Difference of restricted means, months ({level} CI)", in_months),
    ("rmst_ratio", "Ratio of restricted means ({level} CI)", in_ratio),
    ("p_zph", "Test of proportional hazards, p", p_of),
)
GRADE_WORDS: Final = {
    "NONE": "No complication recorded", "I": "I", "II": "II", "IIIA": "IIIa", "IIIB": "IIIb", "IVA": "IVa",
    "IVB": "IVb", "V": "V (death)",
}  # fmt: skip
AXIS_WORDS: Final = {"PFS": "Progression-free", "OS": "Alive", "DFS": "Disease-free", "EFS": "Event-free"}
_KIND_OF_END: Final = pl.col("EVNTDESC").str.replace_all(r",? on [0-9]{4}-[0-9]{2}-[0-9]{2}", "")
"""What ended a subject's time, without the day, so that like is counted with like."""

UNKNOWN_WORDS: Final = {
    "failure": "A subject whose outcome is not known counts as a failure.",
    "left out": "A subject whose outcome is not known is left out.",
}
MAJOR: Final = ("IIIA", "IIIB", "IVA", "IVB", "V")


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
    lines.append(("rmst", f"Restricted mean{_until(context, stem)}, months ({{level}} CI)", in_months))
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
            Cell(label.format(level=estimates.level(stem, figure))),
            (replace(estimates.cell(stem, figure, shown), span=len(levels)),),
            depth,
        )
        for figure, label, shown in COMPARISONS
        if estimates.find(stem, figure)
    ]
    if compared and depth:
        compared.insert(0, Row(Cell(_compared_words(context, endpoint))))
    if not groups and not compared:
        return None
    columns = [Column(sentence(endpoint.title))]
    columns += [
        Column(level.id if level.id != POOLED else level.label, _n(context, stem, level), numeric=True)
        for level in levels
    ]
    name = stem.lower().replace("~", "-")
    caption = f"{endpoint.title}: estimates" + ("" if stem == endpoint.id else f", definition “{definition}”")
    return Table(name, caption, tuple(columns), tuple(groups + compared), _survival_notes(context, stem))


def _until(context: Context, stem: str) -> str:
    """Time up to which a mean is restricted, as its analysis states it."""
    found = context.estimates.find(stem, "rmst_difference") or context.estimates.find(stem, "rmst")
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


def _compared_words(context: Context, endpoint: Endpoint) -> str:
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
    for title, is_event in (("Events", True), ("Censored", False)):
        picked = [own.filter((pl.col("CNSR") == 0) if is_event else (pl.col("CNSR") != 0)) for _, own in groups]
        totals = [share(part.height, own.height) for part, (_, own) in zip(picked, groups, strict=True)]
        printed.append(Row(Cell(title), text_cells(totals)))
        counts = [dict(part.group_by(_KIND_OF_END).len().iter_rows()) for part in picked]
        kinds = sorted(
            {kind for group in counts for kind in group}, key=lambda k: (-sum(g.get(k, 0) for g in counts), str(k))
        )
        for kind in kinds:
            texts = [share(group.get(kind, 0), own.height) for group, (_, own) in zip(counts, groups, strict=True)]
            printed.append(Row(Cell(_readable(kind)), text_cells(texts), level=1))
    columns = [Column("How the time ended")]
    columns += [
        Column(level.id if level.id != POOLED else level.label, f"n = {thousands(own.height)}", numeric=True)
        for level, own in groups
    ]
    stem = endpoint.stem(definition)
    caption = f"{endpoint.title}: events and censoring" + (
        "" if stem == endpoint.id else f", definition “{definition}”"
    )
    return Table(
        f"{stem.lower().replace('~', '-')}-endings",
        caption,
        tuple(columns),
        tuple(printed),
        ("Count (% of the column).",),
    )


def _readable(kind: str | None) -> str:
    if kind is None:
        return "No reason recorded"
    return kind.capitalize() if kind.isupper() else sentence(kind)


def proportion_table(context: Context, endpoint: Endpoint) -> Table | None:
    """Return the shares of one endpoint, one row a definition.

    Parameters
    ----------
    context : Context
        The dossier, ready to be shown.
    endpoint : Endpoint
        An endpoint whose measure is a proportion.

    Returns
    -------
    Table or None
        Successes, subjects and the share with its limits; None when the run has none.
    """
    rows: list[Row] = []
    for name, definition in endpoint.resolved().items():
        stem = endpoint.stem(name)
        pattern = f"{stem}/rate"
        found = [r for key, r in context.estimates.by_id.items() if key == pattern or key.startswith(pattern + "@")]
        for result in found:
            words = _set_words(context, definition) + (f", {result.level_of}" if result.level_of else "")
            label = words if len(endpoint.resolved()) == 1 else f"{sentence(name)}: {words[:1].lower()}{words[1:]}"
            counts = ["" if n is None else thousands(n) for n in (result.events, result.n)]
            shown = cell_of(result, in_percent(result) if result.value is not None else "")
            rows.append(Row(Cell(label), (*text_cells(counts), shown)))
    if not rows:
        return None
    columns = (
        Column("Counted in"), Column("Successes", numeric=True), Column("Subjects", numeric=True),
        Column(f"Share, % ({context.estimates.level(endpoint.id, 'rate')} CI)", numeric=True),
    )  # fmt: skip
    used = next(iter(endpoint.resolved().values()))
    note = UNKNOWN_WORDS.get(used.unknown or "", "")
    return Table(endpoint.id.lower(), endpoint.title, columns, tuple(rows), (note,) if note else ())


def _set_words(context: Context, definition: Definition) -> str:
    words = f"{definition.set} subjects" if definition.set else "all subjects"
    if definition.arms and context.is_of_some_arms(definition):
        words += f" of arm {' and '.join(definition.arms)}"
    return sentence(words.replace("_", " "))


def complication_tables(context: Context, endpoint: Endpoint) -> tuple[Table, ...]:
    """Return the worst grades of one endpoint with the complication index, one table a definition.

    Parameters
    ----------
    context : Context
        The dossier, ready to be shown.
    endpoint : Endpoint
        An endpoint whose measure is the worst grade.

    Returns
    -------
    tuple of Table
        Empty when there are no graded subjects; a definition that counts some arms only is withheld unless figures
        by arm may be shown.

    References
    ----------
    Dindo et al., Ann Surg 2004;240:205, doi:10.1097/01.sla.0000133083.54934.ae (DOI unverified); Slankamenac et al.,
    Ann Surg 2013;258:1, doi:10.1097/SLA.0b013e318296c732.
    """
    tables = []
    for name, definition in endpoint.resolved().items():
        own = context.dossier.derived.grades.filter((pl.col("PARAMCD") == endpoint.id) & (pl.col("DEFID") == name))
        stem = endpoint.stem(name)
        columns = (
            Column("Worst grade a subject"),
            Column(_set_words(context, definition), f"n = {thousands(own.height)}", numeric=True),
        )
        if context.is_of_some_arms(definition) and not context.dossier.by_arm:
            row = Row(Cell("Grades"), (Cell(WITHHELD, kind="withheld"),))
            plain = (Column("Worst grade a subject"), Column(_set_words(context, definition), numeric=True))
            tables.append(Table(stem.lower().replace("~", "-"), endpoint.title, plain, (row,)))
        elif own.height:
            tables.append(
                Table(stem.lower().replace("~", "-"), endpoint.title, columns, _grade_rows(own), _grade_notes())
            )
    return tuple(tables)


def _grade_rows(own: pl.DataFrame) -> tuple[Row, ...]:
    counts = dict(own.group_by("AVALC").len().iter_rows())
    known = sum(n for grade, n in counts.items() if grade is not None)
    listed = [*GRADE_WORDS, *sorted(g for g in counts if g is not None and g not in GRADE_WORDS)]
    rows = [
        Row(Cell(GRADE_WORDS.get(grade, grade)), text_cells([share(counts.get(grade, 0), known)])) for grade in listed
    ]
    rows.append(Row(Cell("Major: IIIa or worse"), text_cells([share(sum(counts.get(g, 0) for g in MAJOR), known)])))
    if counts.get(None):
        rows.append(Row(Cell("Not known"), text_cells([thousands(counts[None])])))
    index = own["CCI"].cast(pl.Float64).drop_nulls()
    if index.len():
        median, low, high = (decimal(index.quantile(q, "linear"), 1) for q in (0.5, 0.25, 0.75))
        rows.append(
            Row(
                Cell("Comprehensive Complication Index, median (quartiles)"),
                text_cells([f"{median} ({low} to {high})"]),
            )
        )
    return tuple(rows)


def _grade_notes() -> tuple[str, ...]:
    return (
        "Count (% of subjects with a known grade); a subject counts once, under the worst grade.",
        "Grades after Dindo et al., Ann Surg 2004;240:205.",
        "Index after Slankamenac et al., Ann Surg 2013;258:1, from 0 to 100; higher is worse.",
    )
