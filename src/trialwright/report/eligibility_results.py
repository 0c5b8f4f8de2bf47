"""Verdicts of eligibility as results with ids, and what each rests on."""

from __future__ import annotations

import polars as pl

from trialwright.model.dossier import Dossier

__all__ = ["eligibility_edges", "eligibility_results"]


def _named(dossier: Dossier) -> pl.DataFrame:
    texts = ("USUBJID", "GATE", "CRITID", "VERDICT", "REASON", "MARGIN")
    schema = pl.Schema({**dict.fromkeys(texts, pl.String()), "EVIDENCE": pl.List(pl.String())})
    verdicts = pl.DataFrame(schema=schema) if dossier.screening is None else dossier.screening.verdicts
    return verdicts.with_columns(id=pl.concat_str("GATE", "USUBJID", "CRITID", separator="/"))


def eligibility_results(dossier: Dossier) -> pl.DataFrame:
    """One row a subject, gate and criterion, as ``results.json`` lists them.

    Parameters
    ----------
    dossier : Dossier
        What the report is made from.

    Returns
    -------
    polars.DataFrame
        Columns ``id criterion value status reason margin``; without the criteria that are met where there are very
        many subjects.
    """
    known = pl.when(pl.col("VERDICT") == "UNKNOWN").then(pl.lit("not estimable")).otherwise(pl.lit("estimated"))
    return _named(dossier).select(
        "id", criterion="CRITID", value="VERDICT", status=known, reason="REASON", margin="MARGIN"
    )


def eligibility_edges(dossier: Dossier) -> pl.DataFrame:
    """What each verdict rests on: the criterion's clause and the rows that decided.

    Parameters
    ----------
    dossier : Dossier
        What the report is made from.

    Returns
    -------
    polars.DataFrame
        Columns ``from to``.
    """
    verdicts = _named(dossier)
    included = [criterion.id for criterion in dossier.study.inclusion]
    part = pl.when(pl.col("CRITID").is_in(included)).then(pl.lit("inclusion")).otherwise(pl.lit("exclusion"))
    clauses = verdicts.select(pl.col("id").alias("from"), pl.format("clause/{}/{}", part, "CRITID").alias("to"))
    rows = verdicts.select(pl.col("id").alias("from"), pl.col("EVIDENCE").alias("to"))
    return pl.concat([clauses, rows.explode("to").drop_nulls("to")])
