"""Agreement in the report: recorded against calculated responses, and one independent reader against another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

import polars as pl

from trialwright.model.agreement import Agreement, ReaderAgreement
from trialwright.report.context import Context
from trialwright.report.table import Cell, Column, Row, Table, text_cells
from trialwright.report.typeset import decimal, thousands

__all__ = ["agreement_tables"]

_ORDER: Final = ("CR", "PR", "SD", "NON-CR/NON-PD", "NED", "PD", "NE", "-")
_SHOWN: Final = 50


def agreement_tables(context: Context) -> Iterator[Table]:
    """Tables of how far two judgements of a response series agree.

    Parameters
    ----------
    context : Context
        The dossier, ready to be shown.

    Yields
    ------
    Table
        Of each series that is derived from lesions and was judged by its reader, too, the shifts and the
        disagreements; of each that two independent readers read, the shifts and the subjects on whom they differ.
    """
    for series, agreement in context.dossier.agreements.items():
        yield _shifts(series, agreement)
        if agreement.disagreements.height:
            yield _listing(series, agreement)
    for series, readings in context.dossier.readings.items():
        yield _readers(series, readings)
        if readings.differ:
            yield _adjudicated(series, readings)


def _shifts(series: str, agreement: Agreement) -> Table:
    codes, rows = _counted(agreement.shifts)
    notes = (
        f"Assessments that both judged: {_alike(agreement.agree, agreement.pairs, agreement.kappa)}",
        "Calculated from the lesions as the study file says. The two never replace each other.",
    )
    columns = (Column("Recorded", "calculated:"), *(Column(_words(code), numeric=True) for code in codes))
    name = f"agreement-{_stem(series)}"
    return Table(name, f"Responses of “{series}”: recorded against calculated, all arms together", columns, rows, notes)


def _counted(shifts: pl.DataFrame) -> tuple[Sequence[str], tuple[Row, ...]]:
    """Responses that occur, and a row for each of those the first of two said."""
    counts = {(left, right): many for left, right, many in shifts.iter_rows()}
    there = {code for pair in counts for code in pair}
    codes = [*(code for code in _ORDER if code in there), *sorted(there - set(_ORDER))]
    rows = tuple(
        Row(Cell(_words(code)), text_cells([thousands(counts.get((code, other), 0)) for other in codes]))
        for code in codes
        if any((code, other) in counts for other in codes)
    )
    return codes, rows


def _alike(agree: int, pairs: int, kappa: float | None) -> str:
    told = "cannot be told" if kappa is None else decimal(kappa, 2)
    return f"{thousands(pairs)}, alike: {thousands(agree)}. Cohen's kappa, unweighted: {told}."


def _stem(series: str) -> str:
    return series.replace("_", "-")


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
    name = f"disagreements-{_stem(series)}"
    caption = f"Assessments of “{series}” on which the two differ"
    return Table(name, caption, columns, rows, shown=found.height <= _SHOWN)


def _readers(series: str, found: ReaderAgreement) -> Table:
    codes, rows = _counted(found.shifts)
    first, second = found.readers
    best = "confirmed best response" if found.best == "CBOR" else "best response"
    waiting = f"; {thousands(found.awaiting)} of them wait for a decision" if found.awaiting else ""
    differ = (
        f"The readers differ in {best} or progression on {thousands(found.differ)} of "
        f"{thousands(found.subjects.height)} subjects{waiting}."
    )
    notes = (
        f"Assessments that both judged: {_alike(found.agree, found.pairs, found.kappa)}",
        f"Subjects with a {best} by both: {_alike(found.best_agree, found.best_pairs, found.best_kappa)}",
        differ,
        "Each was judged apart. The accepted record counts, else the adjudicator's reading, else what both say.",
    )
    columns = (Column(first, f"{second}:"), *(Column(_words(code), numeric=True) for code in codes))
    caption = f"Responses of “{series}” by two independent readers, all arms together"
    return Table(f"readers-{_stem(series)}", caption, columns, rows, notes)


def _adjudicated(series: str, found: ReaderAgreement) -> Table:
    first, second = found.readers
    differing = found.subjects.filter(pl.col("DIFFER") != "")
    names = ("USUBJID", "BEST_1", "PROGRESSION_1", "BEST_2", "PROGRESSION_2", "DIFFER", "CHOSEN", "BY")
    rows = tuple(
        Row(
            Cell(subject),
            text_cells(
                [_judged(best, day), _judged(other, end), differ, f"{chosen} ({by})" if chosen else "not decided"]
            ),
        )
        for subject, best, day, other, end, differ, chosen, by in differing.select(names).iter_rows()
    )
    columns = tuple(map(Column, ("Subject", first, second, "They differ in", "What counts")))
    caption = f"Subjects of “{series}” on whom the readers differ"
    notes = ("Best response by each reader, and the day of the first progression where there was one.",)
    return Table(f"adjudication-{_stem(series)}", caption, columns, rows, notes, shown=differing.height <= _SHOWN)


def _judged(best: str | None, progression: date | None) -> str:
    end = "" if progression is None else f", PD {progression}"
    return f"{best or 'not assessed'}{end}"
