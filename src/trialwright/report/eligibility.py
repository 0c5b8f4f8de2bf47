"""Eligibility in the report: criterion by criterion, why subjects came no further, and who is not clearly eligible."""

from __future__ import annotations

from typing import Final

import polars as pl

from trialwright.model.screened import Screening
from trialwright.report.context import Context
from trialwright.report.table import Cell, Column, Row, Table, frame_csv, text_cells
from trialwright.report.typeset import MONTH_NAMES, thousands

__all__ = ["REASON_WORDS", "criteria_counts_table", "eligibility_log_table", "screen_failures_table"]

MAX_LISTED: Final = 40

REASON_WORDS: Final = {
    "not_reached": "the moment is not reached",
    "missing": "nothing is entered",
    "stale": "what is entered lies outside the window",
    "not_done": "entered as not done",
    "conflict": "entries of one moment differ",
    "bad_code": "the code is not in the list",
    "bad_value": "the value cannot be read",
    "answered_unknown": "answered as unknown",
    "imprecise_date": "a date is not known closely enough",
    "imprecise_value": "the value is known only to lie beyond a limit",
    "unit_mismatch": "the unit does not fit",
    "no_reference_range": "the result has no upper limit of normal",
    "needs_attestation": "nobody has answered",
    "wrong_role": "answered by another role",
    "not_reviewed": "not gone through completely",
    "not_evaluable": "not evaluable",
    "invalid_input": "an input is refused",
    "not_computed": "not computed by this version",
}
"""Why an answer is unknown, in words."""


def criteria_counts_table(context: Context) -> Table | None:
    """Return how many subjects meet each criterion at each gate.

    Parameters
    ----------
    context : Context
        The dossier, ready to be shown.

    Returns
    -------
    Table or None
        Arms together; None where eligibility was not judged.
    """
    screening, study = context.dossier.screening, context.dossier.study
    if screening is None or screening.counts.is_empty():
        return None
    texts = {each.id: each.text for each in (*study.inclusion, *study.exclusion)}
    rows: list[Row] = []
    for gate in study.gates:
        counted = screening.counts.filter(pl.col("GATE") == gate)
        if counted.is_empty():
            continue
        rows.append(Row(Cell(_heading(context, screening, gate))))
        for name, *numbers in counted.select("CRITID", "MET", "NOT_MET", "UNKNOWN", "NEAR").iter_rows():
            cells = text_cells([texts[name], *(thousands(int(number)) for number in numbers)])
            rows.append(Row(Cell(name), cells, 1))
    columns = (
        Column("Criterion"), Column("Text"), Column("Eligible", numeric=True), Column("Not eligible", numeric=True),
        Column("Unknown", numeric=True), Column("Near a bound", numeric=True),
    )  # fmt: skip
    notes = (
        "By each criterion alone; an exclusion leaves a subject eligible when it does not apply.",
        "Unknown counts neither as eligible nor as not eligible.",
        "Near a bound: eligible by no more than 5% of the bound.",
    )
    return Table("eligibility", "Eligibility by criterion", columns, tuple(rows), notes)


def _heading(context: Context, screening: Screening, gate: str) -> str:
    asked = screening.subjects.filter(pl.col("GATE") == gate)
    counted = dict(asked.group_by("VERDICT").len().iter_rows())
    parts = [
        f"{thousands(counted.get(code, 0))} {word}"
        for code, word in (("ELIGIBLE", "eligible"), ("NOT ELIGIBLE", "not eligible"), ("CANNOT TELL", "cannot tell"))
    ]
    point = context.point_words(gate)
    return f"{point[:1].upper()}{point[1:]}: {thousands(asked.height)} subjects judged; {', '.join(parts)}"


def screen_failures_table(context: Context) -> Table | None:
    """Return which criteria kept subjects from a gate, as the criteria judge it.

    Parameters
    ----------
    context : Context
        The dossier, ready to be shown.

    Returns
    -------
    Table or None
        Most frequent first; None where nobody is kept from a gate.
    """
    screening, study = context.dossier.screening, context.dossier.study
    if screening is None:
        return None
    texts = {each.id: each.text for each in (*study.inclusion, *study.exclusion)}
    kept = screening.subjects.filter(~pl.col("REACHED"), pl.col("VERDICT") == "NOT ELIGIBLE").select("USUBJID", "GATE")
    failed = screening.verdicts.filter(pl.col("VERDICT") == "NOT_MET").join(kept, on=["USUBJID", "GATE"], how="semi")
    if failed.is_empty():
        return None
    failed = failed.with_columns(ALONE=pl.len().over("USUBJID", "GATE") == 1)
    counted = failed.group_by("GATE", "CRITID").agg(N=pl.len(), ALONE=pl.col("ALONE").sum())
    rows: list[Row] = []
    for gate in study.gates:
        here = counted.filter(pl.col("GATE") == gate).sort("N", "CRITID", descending=[True, False])
        if here.is_empty():
            continue
        subjects = kept.filter(pl.col("GATE") == gate).height
        rows.append(Row(Cell(f"Not eligible at {context.point_words(gate)}: {thousands(subjects)} subjects")))
        for name, n, alone in here.select("CRITID", "N", "ALONE").iter_rows():
            rows.append(Row(Cell(name), text_cells([texts[name], thousands(n), thousands(alone)]), 1))
    columns = (
        Column("Criterion"), Column("Text"), Column("Subjects", numeric=True),
        Column("For this alone", numeric=True),
    )  # fmt: skip
    notes = (
        "Judged from the data; the reasons the sites recorded stand in the flow of subjects.",
        "A subject counts at every criterion that kept it out.",
    )
    return Table("screen-failures", "Why subjects came no further", columns, tuple(rows), notes)


def eligibility_log_table(context: Context) -> Table | None:
    """Return the subjects that are not clearly eligible at a gate they were judged at.

    Parameters
    ----------
    context : Context
        The dossier, ready to be shown.

    Returns
    -------
    Table or None
        Printed when there are few, else written to its file alone; None when everybody is eligible.
    """
    screening = context.dossier.screening
    if screening is None:
        return None
    doubtful = screening.subjects.filter(pl.col("VERDICT") != "ELIGIBLE")
    if doubtful.is_empty():
        return None
    listed = screening.verdicts.filter(pl.col("VERDICT") != "MET")
    words = pl.col("REASON").str.split("; ").list.eval(pl.element().replace(REASON_WORDS)).list.join("; ")
    failing = pl.when(pl.col("VERDICT") == "NOT_MET").then("CRITID")
    open_ = pl.when(pl.col("VERDICT") == "UNKNOWN").then(pl.format("{}: {}", "CRITID", words))
    joined = listed.with_columns(FAILED=failing, OPEN=open_).group_by("USUBJID", "GATE", maintain_order=True).agg(
        pl.col("FAILED").drop_nulls().str.join(", "), pl.col("OPEN").drop_nulls().str.join("; ")
    )  # fmt: skip
    gates = {gate: context.point_words(gate) for gate in doubtful["GATE"].unique()}
    cells = doubtful.join(joined, on=["USUBJID", "GATE"], how="left", maintain_order="left").select(
        pl.col("USUBJID").alias("Subject"),
        pl.col("GATE").replace_strict(gates, return_dtype=pl.String).alias("Gate"),
        _long_date(pl.col("AT")).fill_null("not known").alias("Judged on"),
        pl.when("REACHED").then(pl.lit("yes")).otherwise(pl.lit("no")).alias("Reached"),
        pl.col("VERDICT").str.to_lowercase().alias("Verdict"),
        pl.col("FAILED").replace("", None).fill_null("–").alias("Not eligible by"),
        pl.col("OPEN").replace("", None).fill_null("–").alias("Unknown"),
    )
    shown = cells.height <= MAX_LISTED
    rows = tuple(Row(Cell(subject), text_cells(texts)) for subject, *texts in cells.iter_rows()) if shown else ()
    data = (
        "" if shown else frame_csv(cells.insert_column(0, pl.lit(None).alias("Group")), origin=context.dossier.origin)
    )
    caption = f"Eligibility log: {thousands(cells.height)} times a subject was not clearly eligible"
    note = "A subject that has not reached a gate is judged on the day it left, or on the last day that counts."
    columns = tuple(Column(name) for name in cells.columns)
    return Table("eligibility-log", caption, columns, rows, (note,), shown=shown, data=data)


def _long_date(day: pl.Expr) -> pl.Expr:
    """A column of dates in words."""
    months = dict(enumerate(MONTH_NAMES, start=1))
    month = day.dt.month().cast(pl.Int64).replace_strict(months, return_dtype=pl.String)
    return pl.format("{} {} {}", day.dt.day(), month, day.dt.year())
