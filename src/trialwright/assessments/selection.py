"""Whether the targets chosen at baseline are those the criteria allow."""

from __future__ import annotations

from typing import Final

import polars as pl

from trialwright.assessments.measurability import MEASURABLE, completed, measurability

__all__ = ["organ", "selection_doubts"]

_MAX_TARGETS: Final = 5
_MAX_TARGETS_AN_ORGAN: Final = 2
_THICK_TENTHS_MM: Final = 50


def organ() -> pl.Expr:
    """Organ a lesion counts for: paired organs are one, and so are all lymph nodes together.

    Returns
    -------
    polars.Expr
        Of a frame with ``NODAL`` and ``ORGAN``.

    Examples
    --------
    >>> lesions = pl.DataFrame({"NODAL": [False, True], "ORGAN": ["LUNG, LEFT", "LYMPH NODE, AXILLA"]})
    >>> lesions.select(organ()).to_series().to_list()
    ['LUNG', 'LYMPH NODE']
    """
    plain = pl.col("ORGAN").str.replace(r"(,| )\s*(LEFT|RIGHT)\b.*$", "").str.replace(r"^(LEFT|RIGHT)\s+", "")
    return pl.when(pl.col("NODAL").fill_null(value=False)).then(pl.lit("LYMPH NODE")).otherwise(plain)


def selection_doubts(lesions: pl.DataFrame, *, viable: bool = False) -> pl.DataFrame:
    """Doubts about the choice of targets.

    Parameters
    ----------
    lesions : polars.DataFrame
        Lesions at baseline: ``S LNK GROUP`` (0 target, 1 non-target) and columns of
        `trialwright.assessments.measurability.COLUMNS`.
    viable : bool, default False
        Judge by the viable diameter.

    Returns
    -------
    polars.DataFrame
        ``S RULE TEXT``, sorted. R03 more targets than five, or than two in an organ; R02 a target that cannot be
        measured; R05 a measurable lesion left out although a place was free; R04 a node on thick slices.

    References
    ----------
    Eisenhauer et al., Eur J Cancer 2009;45:228-247, doi:10.1016/j.ejca.2008.10.026, section 4.1; EORTC, RECIST
    frequently asked questions, on paired organs and lymph nodes.

    Examples
    --------
    >>> one = pl.DataFrame({"S": [0], "LNK": ["T1"], "GROUP": [0], "LENGTH": [99], "NODAL": [False]})
    >>> selection_doubts(one)["TEXT"].to_list()
    ['lesion below its limit: T1']
    """
    known = completed(lesions).with_columns(PLACE=organ(), IS=measurability(viable=viable))
    target = pl.col("GROUP") == 0
    known = known.with_columns(
        TARGETS=target.sum().over("S"),
        HERE=pl.when(pl.col("PLACE").is_not_null()).then(target.sum().over("S", "PLACE")).otherwise(0),
    )
    left_out = (
        (pl.col("GROUP") == 1)
        & (pl.col("IS") == MEASURABLE)
        & (pl.col("TARGETS") < _MAX_TARGETS)
        & (pl.col("HERE") < _MAX_TARGETS_AN_ORGAN)
    )
    small = target & (pl.col("IS") != MEASURABLE)
    before = pl.lit(value=not viable) & (pl.col("PRIOR") == "NOT PROGRESSED").fill_null(value=False)
    node = pl.col("NODAL").fill_null(value=False)
    thick = (pl.col("SLICE") > _THICK_TENTHS_MM).fill_null(value=False)
    kinds = (
        ("R03", "more than five targets", target & (pl.col("TARGETS") > _MAX_TARGETS), ("S",)),
        ("R03", "more than two in an organ", target & (pl.col("HERE") > _MAX_TARGETS_AN_ORGAN), ("S",)),
        ("R02", "previously treated without progression", small & before, ("S", "LNK")),
        ("R02", "node below 15 mm", small & node & ~before, ("S", "LNK")),
        ("R02", "lesion below its limit", small & ~node & ~before, ("S", "LNK")),
        ("R05", "measurable lesion left out", left_out, ("S", "LNK")),
        ("R04", "slice too thick", target & node & thick, ("S", "LNK")),
    )
    found = []
    for rule, text, holds, key in kinds:
        words = pl.format("{}: {}", pl.lit(text), "LNK") if "LNK" in key else pl.lit(text)
        found.append(known.filter(holds).select("S", RULE=pl.lit(rule), TEXT=words).unique())
    return pl.concat(found).sort("S", "RULE", "TEXT")
