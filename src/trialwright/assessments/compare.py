"""Responses as the reader wrote them against those calculated from the lesions: a table of shifts and a list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

__all__ = ["Comparison", "compared"]

_WITHIN_DAYS: Final = 7


@dataclass(frozen=True, slots=True)
class Comparison:
    """Recorded against calculated responses.

    Parameters
    ----------
    shifts : polars.DataFrame
        ``RECORDED CALCULATED N``, sorted; a response without a partner stands beside ``-``.
    disagreements : polars.DataFrame
        ``USUBJID ADT RECORDED CALCULATED RULEID DAYS``, sorted: assessments on which the two differ; ``DAYS`` is how
        far apart they were dated.
    pairs, agree : int
        Assessments both judged, and those they judged alike.
    kappa : float or None
        Cohen's kappa over the pairs, unweighted; None where chance alone would agree always.
    """

    shifts: pl.DataFrame
    disagreements: pl.DataFrame
    pairs: int
    agree: int
    kappa: float | None


def compared(recorded: pl.DataFrame, calculated: pl.DataFrame) -> Comparison:
    """Recorded responses beside calculated ones, assessment by assessment.

    Parameters
    ----------
    recorded, calculated : polars.DataFrame
        OVR rows of one series each: ``USUBJID ADT AVALC``, and ``RULEID`` of the calculated ones; one row a day.

    Returns
    -------
    Comparison
        Rows of one subject are paired when their dates lie at most seven days apart, the nearest first.

    Notes
    -----
    Kappa is (p_o − p_e) / (1 − p_e), with the share p_o of pairs judged alike and the share p_e expected from the two
    margins.

    References
    ----------
    Cohen J, Educ Psychol Meas 1960;20:37-46, doi:10.1177/001316446002000104 (unverified).

    Examples
    --------
    >>> from datetime import date
    >>> rows = {"USUBJID": ["A", "A"], "ADT": [date(2026, 1, 1), date(2026, 3, 1)], "RULEID": ["", ""]}
    >>> found = compared(pl.DataFrame({**rows, "AVALC": ["SD", "PD"]}), pl.DataFrame({**rows, "AVALC": ["SD", "SD"]}))
    >>> found.pairs, found.agree
    (2, 1)
    """
    ours = calculated.select("USUBJID", "ADT", "RULEID", CALCULATED="AVALC", MINE="ADT").sort("USUBJID", "ADT")
    theirs = recorded.select("USUBJID", "ADT", RECORDED="AVALC").sort("USUBJID", "ADT").with_row_index("ROW")
    near = theirs.join_asof(
        ours, on="ADT", by="USUBJID", strategy="nearest", tolerance=f"{_WITHIN_DAYS}d", check_sortedness=False
    )
    near = near.with_columns(DAYS=(pl.col("MINE") - pl.col("ADT")).dt.total_days())
    # of several recorded rows near one calculated one the nearest is its partner
    rank = pl.col("DAYS").abs().rank("ordinal").over("USUBJID", "MINE")
    near = near.with_columns(KEPT=(rank == 1) & pl.col("MINE").is_not_null())
    paired = near.filter("KEPT")
    alone = near.filter(~pl.col("KEPT")).select("USUBJID", "ADT", "RECORDED", CALCULATED=pl.lit("-"))
    rest = ours.join(paired.select("USUBJID", "MINE"), on=["USUBJID", "MINE"], how="anti")
    rest = rest.select("USUBJID", "ADT", "CALCULATED", "RULEID", RECORDED=pl.lit("-"))
    every = pl.concat([paired.drop("ROW", "KEPT", "MINE"), alone, rest], how="diagonal_relaxed")
    shifts = every.group_by("RECORDED", "CALCULATED").agg(N=pl.len().cast(pl.Int64)).sort("RECORDED", "CALCULATED")
    differ = every.filter(pl.col("RECORDED") != pl.col("CALCULATED")).sort("USUBJID", "ADT")
    agree = paired.filter(pl.col("RECORDED") == pl.col("CALCULATED")).height
    both = {(left, right): n for left, right, n in shifts.iter_rows() if "-" not in (left, right)}
    columns = ["USUBJID", "ADT", "RECORDED", "CALCULATED", "RULEID", "DAYS"]
    return Comparison(shifts, differ.select(columns), paired.height, agree, _kappa(both))


def _kappa(counts: Mapping[tuple[str, str], int]) -> float | None:
    total = sum(counts.values())
    if not total:
        return None
    rows: dict[str, int] = {}
    columns: dict[str, int] = {}
    for (left, right), n in counts.items():
        rows[left] = rows.get(left, 0) + n
        columns[right] = columns.get(right, 0) + n
    alike = sum(n for (left, right), n in counts.items() if left == right)
    chance = sum(n * columns.get(name, 0) for name, n in rows.items())
    if chance == total * total:
        return None
    return (alike * total - chance) / (total * total - chance)
