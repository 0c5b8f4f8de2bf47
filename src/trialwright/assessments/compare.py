"""Responses as the reader wrote them against those calculated from the lesions: a table of shifts and a list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl

from trialwright.assessments.recorded import is_recorded, recorded_responses
from trialwright.assessments.response_rows import AS_ASSESSED
from trialwright.model.agreement import Agreement
from trialwright.model.frames import Frames
from trialwright.model.study import Study

__all__ = ["agreements", "compared", "kappa"]

_WITHIN_DAYS: Final = 7


def agreements(study: Study, frames: Frames, points: pl.DataFrame, responses: pl.DataFrame) -> dict[str, Agreement]:
    """Recorded against calculated responses of every series that is derived from lesions.

    Parameters
    ----------
    study : Study
        The study.
    frames : Frames
        Its tables; RS holds what was recorded.
    points : polars.DataFrame
        ``USUBJID POINT ADT``: dates of the time points that bound a series.
    responses : polars.DataFrame
        ADRS rows of the study.

    Returns
    -------
    dict of str to Agreement
        By series; a series of which nothing was recorded is left out.
    """
    found = {}
    for series in study.assessments:
        if is_recorded(series):
            continue
        as_recorded = series.model_copy(update={"settings": {**series.settings, "rows": "recorded"}})
        alone = study.model_copy(update={"assessments": (as_recorded,)})
        written, _ = recorded_responses(alone, frames, points)
        if written.height:
            own = (pl.col("ASSESSID") == series.id) & (pl.col("PARAMCD") == "OVR") & (pl.col("DTYPE") == AS_ASSESSED)
            found[series.id] = compared(written, responses.filter(own))
    return found


def compared(recorded: pl.DataFrame, calculated: pl.DataFrame) -> Agreement:
    """Recorded responses beside calculated ones, assessment by assessment.

    Parameters
    ----------
    recorded, calculated : polars.DataFrame
        OVR rows of one series each: ``USUBJID ADT AVALC``, and ``RULEID`` of the calculated ones; one row a day.

    Returns
    -------
    Agreement
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
    return Agreement(shifts, differ.select(columns), paired.height, agree, kappa(both))


def kappa(counts: Mapping[tuple[str, str], int]) -> float | None:
    """Cohen's kappa of a table of two judgements, unweighted.

    Parameters
    ----------
    counts : mapping of (str, str) to int
        How often the first said the one and the second the other.

    Returns
    -------
    float or None
        None without pairs, and where chance alone would agree always.

    Notes
    -----
    See `compared`.

    References
    ----------
    Cohen J, Educ Psychol Meas 1960;20:37-46, doi:10.1177/001316446002000104 (unverified).

    Examples
    --------
    >>> kappa({("PR", "PR"): 20, ("PR", "SD"): 5, ("SD", "PR"): 10, ("SD", "SD"): 15})
    0.4
    """
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
