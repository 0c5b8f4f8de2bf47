"""Rows that hold once a subject beside the best responses: clinical benefit, the last assessment, death."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from trialwright.assessments.lesion_tables import roster
from trialwright.assessments.policy import Policy
from trialwright.assessments.response_rows import DERIVED, RESPONSE_CODES, ROWS
from trialwright.assessments.series_rows import finished
from trialwright.assessments.windows import windows_of
from trialwright.model.frames import Frames
from trialwright.model.partial_dates import imputed_part
from trialwright.model.schedule import AssessmentSeries
from trialwright.model.study import Study
from trialwright.numerics.response_sequence import NO_DAY

__all__ = ["death_rows", "status_rows"]

_BENEFIT: Final = ("CR", "PR", "SD", "NON-CR/NON-PD")
_ANSWERS: Final = {
    "BOR": "MISSING", "CBOR": "MISSING", "RSP": "N", "CRSP": "N", "PD": "N", "CB": "N", "CCB": "N", "LSTA": None,
}  # fmt: skip
"""What a parameter says of a subject who was never assessed."""


def status_rows(
    study: Study, series: AssessmentSeries, frames: Frames, points: pl.DataFrame, rows: pl.DataFrame, policy: Policy
) -> pl.DataFrame:
    """Clinical benefit and last assessment of each subject of a series.

    Parameters
    ----------
    study : Study
        The study.
    series : AssessmentSeries
        The series.
    frames : Frames
        The study's tables.
    points : polars.DataFrame
        ``USUBJID POINT ADT``: dates of the time points.
    rows : polars.DataFrame
        ADRS rows of the series, best responses among them.
    policy : Policy
        The switches: days to stable disease, which assessment is the last, subjects without an origin.

    Returns
    -------
    polars.DataFrame
        ADRS rows. ``CB`` and ``CCB``: whether the best, the confirmed best response is a response or lasting stable
        disease, dated by the first response or the first assessment that shows disease under control from the day of
        stable disease on; none for subjects without disease. ``LSTA``: the last assessment, without a response where
        there was none.

    Examples
    --------
    >>> list(_ANSWERS)[-3:]
    ['CB', 'CCB', 'LSTA']
    """
    subjects = roster(frames)
    windows = windows_of(study, series, frames, points, subjects)
    counted = windows.therapy if policy.new_therapy_day == "counts" else windows.therapy - 1
    people = pl.DataFrame({"USUBJID": subjects, "S": np.arange(len(subjects)), "SINCE": windows.since, "LAST": counted})
    own = rows.filter(pl.col("ASSESSID") == series.id).join(people, on="USUBJID").with_columns(
        DAY=pl.col("ADT").to_physical().cast(pl.Int64)
    )  # fmt: skip
    used = own.filter((pl.col("PARAMCD") == "OVR") & (pl.col("ANL01FL") == "Y")).sort("S", "DAY", "SRCSEQ")
    first = used.filter(pl.col("AVALC") == "PD").group_by("S").agg(PROGRESSED=pl.col("DAY").min())
    used = used.join(first, on="S", how="left", maintain_order="left").with_columns(
        pl.col("PROGRESSED").fill_null(NO_DAY)
    )
    reached = people.filter(pl.col("SINCE") > -NO_DAY)
    parts = [
        _benefit(own, used, ("CB", "BOR", "RSP"), policy),
        _benefit(own, used, ("CCB", "CBOR", "CRSP"), policy),
        _last(used, reached, policy),
    ]
    if policy.without_origin == "missing":
        parts.append(_never_assessed(people.filter(pl.col("SINCE") <= -NO_DAY)))
    made = pl.concat(parts, how="diagonal_relaxed").with_columns(DTYPE=pl.lit(DERIVED))
    return finished(made, subjects, policy, study.id, series.id)


def _benefit(own: pl.DataFrame, used: pl.DataFrame, names: tuple[str, str, str], policy: Policy) -> pl.DataFrame:
    """Whether a best response is a benefit, and the day it was reached."""
    name, best, response = names
    judged = own.filter((pl.col("PARAMCD") == best) & (pl.col("AVALC") != "NED")).select(
        "S", YES=pl.col("AVALC").is_in(list(_BENEFIT))
    )
    responded = own.filter((pl.col("PARAMCD") == response) & (pl.col("AVALC") == "Y")).select(
        "S", "DAY", "SRCDOM", "SRCSEQ"
    )
    lasting = pl.col("DAY") >= pl.col("SINCE") + policy.min_stable_days
    counted = (pl.col("DAY") <= pl.col("LAST")) & (pl.col("DAY") < pl.col("PROGRESSED"))
    stable = used.filter(pl.col("AVALC").is_in(list(_BENEFIT)) & lasting & counted)
    reached = pl.concat([responded, stable.select("S", "DAY", "SRCDOM", "SRCSEQ")]).sort("S", "DAY", "SRCSEQ")
    reached = reached.unique("S", keep="first", maintain_order=True)
    placed = judged.join(reached, on="S", how="left", maintain_order="left")
    yes = pl.col("YES")
    return placed.select(
        "S", PARAMCD=pl.lit(name), AVALC=pl.when(yes).then(pl.lit("Y")).otherwise(pl.lit("N")),
        AVAL=yes.cast(pl.Int64), DAY=pl.when(yes).then("DAY"), SRCDOM=pl.when(yes).then("SRCDOM"),
        SRCSEQ=pl.when(yes).then("SRCSEQ"), RULEID=pl.lit(f"response.{'confirmed-' if name == 'CCB' else ''}benefit"),
    )  # fmt: skip


def _last(used: pl.DataFrame, reached: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Last assessment of each subject; without a response where there is none."""
    counts = used if policy.last_assessment == "any" else used.filter(
        (pl.col("ADEQUATE") == "Y") & (pl.col("DAY") <= pl.col("PROGRESSED"))
    )  # fmt: skip
    last = counts.unique("S", keep="last", maintain_order=True).select(
        "S", "AVALC", "AVAL", "DAY", "SRCDOM", "SRCSEQ", "ADTF"
    )
    placed = reached.select("S").join(last, on="S", how="left", maintain_order="left")
    return placed.with_columns(PARAMCD=pl.lit("LSTA"), RULEID=pl.lit("response.last-assessment"))


def _never_assessed(people: pl.DataFrame) -> pl.DataFrame:
    """Rows of subjects whose clock never started."""
    parts = [
        people.select(
            "S", PARAMCD=pl.lit(name), AVALC=pl.lit(answer, pl.String),
            AVAL=pl.lit(RESPONSE_CODES["MISSING"] if answer == "MISSING" else 0 if answer == "N" else None, pl.Int64),
            RULEID=pl.lit("response.no-origin"),
        )
        for name, answer in _ANSWERS.items()
    ]  # fmt: skip
    return pl.concat(parts).with_columns(
        DAY=pl.lit(None, pl.Int64), SRCDOM=pl.lit(None, pl.String), SRCSEQ=pl.lit(None, pl.Int64)
    )


def death_rows(frames: Frames, rows: pl.DataFrame, study: str, series: str) -> pl.DataFrame:
    """Whether each subject died.

    Parameters
    ----------
    frames : Frames
        The tables; DM holds the deaths.
    rows : polars.DataFrame
        ADRS rows of the series: who has rows in it.
    study, series : str
        Id of the study and of the series.

    Returns
    -------
    polars.DataFrame
        ADRS rows of ``PARAMCD`` DEATH. A date known in part stands at its first possible day.

    Examples
    --------
    >>> death_rows(Frames({}, "entered"), pl.DataFrame(schema=dict(ROWS)), "s", "scans").height
    0
    """
    who = rows.select("USUBJID").unique()
    dead = pl.col("DTHLO").is_not_null() | (pl.col("DTHFL") == "Y").fill_null(value=False)
    made = frames["DM"].join(who, on="USUBJID", how="semi").select(
        STUDYID=pl.lit(study), USUBJID="USUBJID", ASSESSID=pl.lit(series), PARAMCD=pl.lit("DEATH"), ADT="DTHLO",
        AVALC=pl.when(dead).then(pl.lit("Y")).otherwise(pl.lit("N")), AVAL=dead.cast(pl.Int64),
        ADEQUATE=pl.lit(None, pl.String), ANL01FL=pl.lit("Y"), DTYPE=pl.lit(DERIVED),
        RULEID=pl.lit("response.death"), POLICY=pl.lit(None, pl.String), SRCDOM=pl.when(dead).then(pl.lit("DM")),
        SRCSEQ=pl.lit(None, pl.Int64), ADTF=imputed_part(pl.col("DTHPREC")),
    )  # fmt: skip
    return made.select(pl.col(name).cast(kind) for name, kind in ROWS.items())
