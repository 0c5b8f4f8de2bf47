"""Responses by a marker in the report: how many subjects responded, progressed or could not be judged."""

from __future__ import annotations

from typing import Final

import polars as pl

from trialwright.model.schedule import Marker
from trialwright.report.context import Context
from trialwright.report.table import Cell, Column, Row, Table, text_cells
from trialwright.report.typeset import thousands

__all__ = ["marker_responses_table"]

_WHY: Final = {
    "gcig.response.unconfirmed": "fell to half, not confirmed yet",
    "gcig.response.rise": "fell to half and rose again",
    "gcig.response.never-half": "never fell to half",
    "gcig.response.no-later-sample": "no sample after treatment began",
    "gcig.evaluable.below-twice-uln": "pre-treatment value below twice the upper limit of normal",
    "gcig.evaluable.no-sample": "no usable sample within two weeks before treatment",
}
"""Rules that give no response, in words."""

_CATEGORIES: Final = {
    "gcig.progression.A": "from a value that had become normal",
    "gcig.progression.B": "from a value that never was normal",
    "gcig.progression.C": "from a value that was normal before treatment",
}


def marker_responses_table(context: Context, marker: Marker) -> Table | None:
    """Return how many subjects responded by a marker.

    Parameters
    ----------
    context : Context
        The dossier, ready to be shown.
    marker : Marker
        A marker with criteria.

    Returns
    -------
    Table or None
        Arms together; None where nobody has a sample that could be judged.
    """
    judged = context.dossier.derived.adrs.filter(pl.col("ASSESSID") == marker.id)
    best = judged.filter(pl.col("PARAMCD") == "BOR")
    if best.is_empty():
        return None
    rows = [_row("Subjects with a sample", best.height)]
    for code, title in (("RESPONSE", "Response"), ("NO RESPONSE", "No response"), ("NE", "Not evaluable or undecided")):
        here = best.filter(pl.col("AVALC") == code)
        rows.append(_row(title, here.height))
        if code == "RESPONSE":
            rows.append(_row("complete: within the normal range", _count(judged, "CRCA125"), 1))
            continue
        reasons = here.group_by("RULEID").len("N").sort("N", "RULEID", descending=[True, False])
        rows += [
            _row(_WHY.get(rule, "limits or partial dates leave it open"), many, 1) for rule, many in reasons.iter_rows()
        ]
    grown = judged.filter(pl.col("PARAMCD") == "PDCA125")
    rows.append(_row("Progression", grown.height))
    kinds = dict(grown["RULEID"].value_counts().iter_rows())
    rows += [_row(words, kinds[rule], 1) for rule, words in _CATEGORIES.items() if rule in kinds]
    note = "Judged by the GCIG criteria (unverified) from the samples the study file lets count."
    name = f"responses-{marker.id.replace('_', '-')}"
    caption = f"Response by {context.dossier.study.items[marker.item].ask}, all arms together"
    return Table(name, caption, (Column("Response"), Column("Subjects", numeric=True)), tuple(rows), (note,))


def _row(title: str, many: int, level: int = 0) -> Row:
    return Row(Cell(title), text_cells([thousands(many)]), level)


def _count(judged: pl.DataFrame, parameter: str) -> int:
    return judged.filter(pl.col("PARAMCD") == parameter)["USUBJID"].n_unique()
