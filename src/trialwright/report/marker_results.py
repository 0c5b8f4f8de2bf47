"""Figures of marker models as results with ids, and what each rests on."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from trialwright.model.dossier import Dossier
from trialwright.model.marker_figures import MarkerFigures

__all__ = ["marker_edges", "marker_results"]

MOST_LISTED = 2_000
"""Of more subjects the rates stand in frames/admark.csv alone."""

_EDGES = {"from": pl.String(), "to": pl.String()}
_RESULTS = {name: pl.String() for name in ("id", "marker", "value", "low", "high", "unit", "status", "reason", "class")}


def marker_results(dossier: Dossier) -> pl.DataFrame:
    """One row a subject and marker, as ``results.json`` lists them.

    Parameters
    ----------
    dossier : Dossier
        What the report is made from.

    Returns
    -------
    polars.DataFrame
        Columns ``id marker value low high unit status reason class certainty``; numbers as text, exact. Of more than
        `MOST_LISTED` subjects none are listed.
    """
    made = [_results(figures) for figures in _listed(dossier)]
    return pl.concat(made) if made else pl.DataFrame(schema={**_RESULTS, "certainty": pl.String()})


def _listed(dossier: Dossier) -> list[MarkerFigures]:
    return [each for each in dossier.markers.values() if each.rows.width and each.rows.height <= MOST_LISTED]


def _results(figures: MarkerFigures) -> pl.DataFrame:
    estimated = pl.col("STATUS") == "ESTIMATED"
    return figures.rows.select(
        id=_named(figures),
        marker=pl.lit(figures.marker),
        value=pl.col("KELIM_PER_DAY").cast(pl.String),
        low=pl.col("KELIM_LOW").cast(pl.String),
        high=pl.col("KELIM_HIGH").cast(pl.String),
        unit=pl.lit("per day"),
        status=pl.when(estimated).then(pl.lit("estimated")).otherwise(pl.lit("not estimable")),
        reason="REASON",
        certainty=pl.lit("unverified"),
        **{"class": pl.col("CLASS")},
    ).select(*_RESULTS, "certainty")


def _named(figures: MarkerFigures) -> pl.Expr:
    return pl.concat_str(pl.lit(figures.marker), "USUBJID", separator="/")


def marker_edges(dossier: Dossier) -> pl.DataFrame:
    """What the rates and the figures made of them rest on.

    Parameters
    ----------
    dossier : Dossier
        What the report is made from.

    Returns
    -------
    polars.DataFrame
        Columns ``from to``: a rate to its samples and its clause, and, where the parameter set was fitted in the run,
        to the group of all samples; a figure of accuracy to the group of all rates.
    """
    parts = [frame for figures in _listed(dossier) for frame in _edges(dossier, figures)]
    return pl.concat(parts) if parts else pl.DataFrame(schema=_EDGES)


def _edges(dossier: Dossier, figures: MarkerFigures) -> Iterator[pl.DataFrame]:
    rates = figures.rows.select(_named(figures).alias("from"))
    samples = figures.used.select(_named(figures).alias("from"), pl.col("ROWS").str.split("+").alias("to")).explode(
        "to"
    )
    yield samples
    yield rates.with_columns(to=pl.lit(f"clause/markers/{figures.marker}"))
    fit = f"group/{figures.marker}-samples"
    if figures.fitted_subjects:
        yield rates.with_columns(to=pl.lit(fit))
        yield samples.select(pl.lit(fit).alias("from"), "to")
    everybody = f"group/{figures.marker}-rates"
    told = _told(dossier, figures.marker)
    if told:
        yield pl.DataFrame({"from": told}).with_columns(to=pl.lit(everybody))
        yield rates.select(pl.lit(everybody).alias("from"), pl.col("from").alias("to"))


def _told(dossier: Dossier, marker: str) -> list[str]:
    """Results that say how well the marker foretells."""
    endpoints = {
        endpoint.id
        for endpoint in dossier.study.endpoints
        if any(each.measure == "accuracy" and each.of == marker for each in endpoint.resolved().values())
    }
    return [result.id for result in dossier.results if result.endpoint in endpoints]
