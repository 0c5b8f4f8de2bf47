"""Times of lesions: how many lesions of how many subjects, how many had the event, and when."""

from __future__ import annotations

from collections.abc import Iterator

from trialwright.model.endpoint import Endpoint
from trialwright.report.clauses import clause_terms
from trialwright.report.context import Context
from trialwright.report.endpoint_tables import compared_words
from trialwright.report.estimates import POOLED, in_percent, in_ratio, p_of, whole
from trialwright.report.table import Cell, Column, Row, Table
from trialwright.report.typeset import sentence

__all__ = ["lesion_tables"]

_FIGURES = (
    ("n_lesions", "Lesions", whole),
    ("n_subjects", "Subjects they belong to", whole),
    ("n_events", "Lesions with the event", whole),
    ("n_subjects_with_event", "Subjects with such a lesion", whole),
    ("cif", "Cumulative incidence{until}, % ({level} CI)", in_percent),
    ("hr", "Hazard ratio, {compared} ({level} CI)", in_ratio),
    ("p_cox", "Test of it, p", p_of),
)
_NOTE = (
    "Each row of the data is a lesion. Lesions of one subject resemble each other, so the limits take them together; "
    "they are not those of as many subjects."
)


def lesion_tables(context: Context, endpoint: Endpoint) -> Iterator[Table]:
    """Yield the figures of each definition of an endpoint that counts lesions.

    Parameters
    ----------
    context : Context
        The dossier, ready to be shown.
    endpoint : Endpoint
        The endpoint.

    Yields
    ------
    Table
        Counts, incidence and comparison; a definition without any figure has no table.
    """
    taus = {each.id: each.tau.text for each in context.dossier.study.analyses if each.tau is not None}
    levels = {POOLED: "all subjects", **{level.id: level.label for level in context.levels}}
    for name in endpoint.resolved():
        stem, rows = endpoint.stem(name), []
        for figure, label, shown in _FIGURES:
            for level, arm in levels.items():
                found = context.estimates.find(stem, figure, level)
                if found is None:
                    continue
                until = f" to {taus[found.analysis]}" if found.analysis in taus else ""
                words = label.format(
                    level=context.estimates.level(stem, figure), until=until, compared=compared_words(context, endpoint)
                )
                head = f"{words}, {arm}" if found.level_of else words
                rows.append(Row(Cell(head), (context.estimates.cell(stem, figure, shown, level),)))
        if not rows:
            continue
        other = "" if stem == endpoint.id else f" by the definition “{name}”"
        columns = (Column(sentence(endpoint.title)), Column("Value", numeric=True))
        title = f"{endpoint.title}{other}: estimates"
        yield Table(
            stem.lower().replace("~", "-"), title, columns, tuple(rows), (_NOTE,), clause_terms(context, endpoint, name)
        )
