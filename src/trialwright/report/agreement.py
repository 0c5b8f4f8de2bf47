"""Recorded against calculated responses in the report: a table of shifts, and the assessments on which they differ."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from trialwright.model.agreement import Agreement
from trialwright.report.context import Context
from trialwright.report.table import Cell, Column, Row, Table, text_cells
from trialwright.report.typeset import decimal, thousands

__all__ = ["agreement_tables"]

_ORDER: Final = ("CR", "PR", "SD", "NON-CR/NON-PD", "NED", "PD", "NE", "-")
_SHOWN: Final = 50


def agreement_tables(context: Context) -> Iterator[Table]:
    """Tables of each response series that is derived from lesions and was judged by its reader, too.

    Parameters
    ----------
    context : Context
        The dossier, ready to be shown.

    Yields
    ------
    Table
        The shifts of a series, then its disagreements where there are any.
    """
    for series, agreement in context.dossier.agreements.items():
        yield _shifts(series, agreement)
        if agreement.disagreements.height:
            yield _listing(series, agreement)


def _shifts(series: str, agreement: Agreement) -> Table:
    counts = {(left, right): many for left, right, many in agreement.shifts.iter_rows()}
    there = {code for pair in counts for code in pair}
    codes = [*(code for code in _ORDER if code in there), *sorted(there - set(_ORDER))]
    rows = tuple(
        Row(Cell(_words(code)), text_cells([thousands(counts.get((code, other), 0)) for other in codes]))
        for code in codes
        if any((code, other) in counts for other in codes)
    )
    kappa = "cannot be told" if agreement.kappa is None else decimal(agreement.kappa, 2)
    notes = (
        f"Assessments that both judged: {thousands(agreement.pairs)}, alike: {thousands(agreement.agree)}.",
        f"Cohen's kappa, unweighted: {kappa}.",
        "Calculated from the lesions as the study file says. The two never replace each other.",
    )
    columns = (Column("Recorded", "calculated:"), *(Column(_words(code), numeric=True) for code in codes))
    name = f"agreement-{series.replace('_', '-')}"
    return Table(name, f"Responses of “{series}”: recorded against calculated, all arms together", columns, rows, notes)


def _words(code: str) -> str:
    return "not judged" if code == "-" else code


def _listing(series: str, agreement: Agreement) -> Table:
    found = agreement.disagreements
    rows = tuple(
        Row(Cell(subject), text_cells([str(day), _words(recorded), _words(calculated), rule or ""]))
        for subject, day, recorded, calculated, rule in found.select(
            "USUBJID", "ADT", "RECORDED", "CALCULATED", "RULEID"
        ).iter_rows()
    )
    columns = (Column("Subject"), Column("Date"), Column("Recorded"), Column("Calculated"), Column("Rule"))
    name = f"disagreements-{series.replace('_', '-')}"
    caption = f"Assessments of “{series}” on which the two differ"
    return Table(name, caption, columns, rows, shown=found.height <= _SHOWN)
