"""Endpoints from data and responses, and what each subject's result comes to."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Final

import polars as pl

from trialwright.assessments.responses import study_responses
from trialwright.endpoints.derive import derive
from trialwright.endpoints.moments import time_point_dates
from trialwright.endpoints.questions import questions
from trialwright.model.frames import Frames
from trialwright.model.result import Derived
from trialwright.model.study import Study
from trialwright.screening.judge import Context, judge

__all__ = ["endpoints_from", "outcomes"]

_KEY: Final = ("USUBJID", "PARAMCD", "DEFID")
_TOLD: Final = (
    ("adtte", ("AVAL", "CNSR", "EVNTDESC", "RULEID", "SRCDOM", "SRCSEQ")),
    ("adbin", ("AVALC", "REASON", "SRCDOM", "SRCSEQ")),
    ("grades", ("AVALC", "N", "CCI", "RULEID", "SRCDOM", "SRCSEQ")),
    ("values", ()),
)
"""Columns that make a result, table by table; all of them where none are named."""


def endpoints_from(
    study: Study,
    known: Frames,
    responses: pl.DataFrame | None = None,
    *,
    cutoff: date,
    by_arm: bool = True,
    censoring: str | None = None,
) -> Derived:
    """Endpoint rows from what was known at a cut-off.

    Parameters
    ----------
    study : Study
        The study.
    known : Frames
        Its data, up to the cut-off.
    responses : polars.DataFrame, optional
        ADRS rows; made from the data when left out.
    cutoff : datetime.date
        Last day that counts.
    by_arm : bool
        Whether arms may stand in the frames.
    censoring : str, optional
        Name of a censoring rule set that holds in place of the definitions' own rules.

    Returns
    -------
    Derived
        Subject level, responses, endpoint rows and the data rows each rests on.
    """
    if responses is None:
        responses, noticed = study_responses(study, known, time_point_dates(study, known))
    else:
        noticed = []
    verdicts = {
        question.path: judge(question.node, question.moments, Context(study, question.frames, question.responses))
        for question in questions(study, known, cutoff, responses)
    }
    derived = derive(study, known, responses, verdicts, cutoff=cutoff, by_arm=by_arm, censoring=censoring)
    return replace(derived, findings=(*noticed, *derived.findings))


def outcomes(derived: Derived) -> pl.DataFrame:
    """What each result of a subject comes to, as one number to compare.

    Parameters
    ----------
    derived : Derived
        What was derived.

    Returns
    -------
    polars.DataFrame
        ``USUBJID PARAMCD DEFID OUTCOME``; two outcomes are the same number when value, status, reason, rule and
        deciding row are the same.
    """
    parts = []
    for name, told in _TOLD:
        table: pl.DataFrame = getattr(derived, name)
        if table.width and table.height:
            cells = told or tuple(column for column in table.columns if column not in (*_KEY, "STUDYID"))
            numbers = table.select(*_KEY, OUTCOME=pl.struct(pl.col(cells).cast(pl.String)).hash())
            parts.append(numbers.group_by(_KEY).agg(pl.col("OUTCOME").sort().implode().hash().first()))
    schema = {**dict.fromkeys(_KEY, pl.String()), "OUTCOME": pl.UInt64()}
    return pl.concat(parts) if parts else pl.DataFrame(schema=schema)
