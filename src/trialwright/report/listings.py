"""Lists of the report: what the record does not say, data findings, every estimate, methods and input files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from trialwright.model.finding import RULES, Finding
from trialwright.model.silence import Silence
from trialwright.report.context import Context
from trialwright.report.estimates import bounds_in_months, in_words
from trialwright.report.table import Cell, Column, Row, Table, cell_of, text_cells
from trialwright.report.typeset import count, sentence, thousands

__all__ = [
    "assumptions_table",
    "estimates_table",
    "findings_table",
    "grouped_findings_table",
    "inputs_table",
    "methods_table",
    "open_points_table",
    "software_table",
]

MAX_LISTED: Final = 40
"""Findings listed one by one in the page; more are grouped there and listed in the file."""

SEVERITY_WORDS: Final = {"E": "Error", "W": "Warning", "I": "Note"}


def open_points_table(silences: Sequence[Silence]) -> Table | None:
    """Return the open questions, those that block something first.

    Parameters
    ----------
    silences : sequence of Silence
        Gaps of the record, in the order they are to be read.

    Returns
    -------
    Table or None
        None when no question is open.
    """
    order = {"confirmation": 0, "activation": 1, "": 2}
    points = sorted((s for s in silences if not s.why), key=lambda s: order.get(s.blocks, 2))
    rows = [Row(Cell(s.text), text_cells([s.taken or "nothing", s.blocks or "–", s.path])) for s in points]
    columns = (Column("Question"), Column("Taken until it is answered"), Column("Blocks"), Column("Place"))
    return Table("open-points", "Open questions", columns, tuple(rows)) if rows else None


def assumptions_table(silences: Sequence[Silence]) -> Table | None:
    """Return the assumptions, grouped by the part of the study they belong to.

    Parameters
    ----------
    silences : sequence of Silence
        Gaps of the record, in the order they are to be read.

    Returns
    -------
    Table or None
        None when nothing is assumed.
    """
    assumed = [s for s in silences if s.why]
    rows: list[Row] = []
    part = ""
    for silence in assumed:
        own = silence.path.strip("/").split("/")[0]
        if own != part:
            rows.append(Row(Cell(sentence(own.replace("_", " ")))))
            part = own
        place = silence.path.removeprefix(f"/{own}").strip("/")
        rows.append(Row(Cell(place), text_cells([_assumed_words(silence), silence.why]), 1))
    columns = (Column("Place"), Column("Assumed"), Column("Because"))
    return Table("assumptions", "Assumptions", columns, tuple(rows)) if rows else None


def _assumed_words(silence: Silence) -> str:
    """Each key with its own value, where the two lists are as long as one another."""
    keys = [key.replace("_", " ") for key in silence.text.split(", ")]
    values = silence.taken.split("; ")
    if len(keys) != len(values):
        return f"{', '.join(keys)}: {silence.taken}"
    return "; ".join(f"{key} {value}" for key, value in zip(keys, values, strict=True) if value)


def grouped_findings_table(context: Context) -> Table | None:
    """Return the findings counted by rule.

    Parameters
    ----------
    context : Context
        The dossier, ready to be shown.

    Returns
    -------
    Table or None
        Worst first; None without findings.
    """
    groups: dict[str, list[Finding]] = {}
    for finding in context.dossier.findings:
        groups.setdefault(finding.id, []).append(finding)
    ranked = sorted(groups.items(), key=lambda item: ("EWI".index(item[1][0].severity), item[0]))
    rows = []
    for rule, own in ranked:
        first = own[0]
        meaning = RULES[rule].meaning if rule in RULES else _shown(context, first)
        texts = (SEVERITY_WORDS[first.severity], thousands(len(own)), sentence(meaning), sentence(first.mend))
        rows.append(Row(Cell(rule), text_cells(texts)))
    columns = (
        Column("Rule"),
        Column("Severity"),
        Column("Findings", numeric=True),
        Column("What it sees"),
        Column("What to do"),
    )
    return Table("findings", "Data findings by rule", columns, tuple(rows)) if rows else None


def findings_table(context: Context) -> Table | None:
    """Return the findings one by one.

    Parameters
    ----------
    context : Context
        The dossier, ready to be shown.

    Returns
    -------
    Table or None
        Printed when there are few, else written to its file alone; None without findings.
    """
    found = context.dossier.findings
    rows = [
        Row(Cell(f.id), text_cells([SEVERITY_WORDS[f.severity], f.where, f.subject, f.column, _shown(context, f)]))
        for f in found
    ]
    columns = (
        Column("Rule"),
        Column("Severity"),
        Column("Place"),
        Column("Subject"),
        Column("Column"),
        Column("What is there"),
    )
    caption = f"Data findings, {count(len(found), 'entry', 'entries')}"
    return Table("findings-listed", caption, columns, tuple(rows), shown=len(found) <= MAX_LISTED) if rows else None


def _shown(context: Context, finding: Finding) -> str:
    """The finding's text, unless it names an arm that may not be shown."""
    if context.dossier.by_arm:
        return finding.text
    names = [name for arm in context.dossier.study.arms for name in (arm.id, arm.label)]
    return "withheld, because it names an arm" if any(name in finding.text for name in names) else finding.text


def estimates_table(context: Context) -> Table:
    """Return every estimate of the run.

    Parameters
    ----------
    context : Context
        The dossier, ready to be shown.

    Returns
    -------
    Table
        One row a result, by its id.
    """
    rows = []
    for result in context.dossier.results:
        shown = cell_of(result, in_words(result) if result.value is not None else bounds_in_months(result))
        counts = ["" if n is None or result.status == "withheld" else thousands(n) for n in (result.n, result.events)]
        level = f"{100 * result.level:g}%" if result.level and result.level != 0.95 else ""
        method = ", ".join(part for part in (result.method, result.set.replace("_", " "), level) if part)
        rows.append(Row(Cell(result.id, result.id), (shown, *text_cells([*counts, method, result.certainty]))))
    columns = (
        Column("Id"), Column("Estimate (limits)", numeric=True), Column("n", numeric=True),
        Column("Events", numeric=True), Column("Method and set"), Column("Certainty"),
    )  # fmt: skip
    note = "Limits are 95% confidence limits unless the method says otherwise."
    return Table("estimates", "Every estimate of this run", columns, tuple(rows), (note,))


def methods_table(context: Context) -> Table:
    """Return methods and constants with their references and certainty.

    Parameters
    ----------
    context : Context
        The dossier, ready to be shown.

    Returns
    -------
    Table
        In the order of the dossier.
    """
    rows = [Row(Cell(p.subject), text_cells([p.version, p.reference, p.certainty])) for p in context.dossier.provenance]
    columns = (Column("Method or constant"), Column("Kind or value"), Column("Reference"), Column("Certainty"))
    note = "Certainty: verified against its source; computed here by a second way; unverified, or only assumed."
    return Table("methods", "Methods and constants", columns, tuple(rows), (note,))


def inputs_table(context: Context) -> Table | None:
    """Return the files the run read, with their hashes.

    Parameters
    ----------
    context : Context
        The dossier, ready to be shown.

    Returns
    -------
    Table or None
        None when the data came from no file.
    """
    rows = [Row(Cell(name), text_cells([digest])) for name, digest in sorted(context.dossier.frames.inputs.items())]
    return Table("inputs", "Files read", (Column("File"), Column("SHA-256")), tuple(rows)) if rows else None


def software_table(context: Context) -> Table:
    """Return the software with its versions.

    Parameters
    ----------
    context : Context
        The dossier, ready to be shown.

    Returns
    -------
    Table
        The program first.
    """
    rows = [Row(Cell(name), text_cells([version])) for name, version in context.dossier.software.items()]
    return Table("software", "Software", (Column("Name"), Column("Version")), tuple(rows))
