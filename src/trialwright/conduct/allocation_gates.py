"""What must hold before an arm is drawn: consent, being in the trial, eligibility at every gate, known strata."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

import polars as pl

from trialwright.allocation.design import Cell, Design
from trialwright.assessments.adjudication import adjudicated
from trialwright.assessments.responses import study_responses
from trialwright.endpoints.moments import time_point_dates
from trialwright.errors import StudyError
from trialwright.model.frames import Frames
from trialwright.model.items import item_place, values_at
from trialwright.model.study import Study
from trialwright.screening.judge import Context, eligibility, verdict_of

__all__ = ["allocated_already", "refusals", "strata_of"]

_LEFT: Final = (
    "SCREEN FAILURE", "WITHDRAWAL BY SUBJECT", "LOST TO FOLLOW-UP", "DEATH", "STUDY TERMINATED BY SPONSOR", "COMPLETED",
)  # fmt: skip


def refusals(study: Study, frames: Frames, subject: str, on: date) -> tuple[str, ...]:
    """Everything that forbids to allocate a subject on a day, as known on that day.

    Parameters
    ----------
    study : Study
        The study.
    frames : Frames
        Its data.
    subject : str
        ``USUBJID``.
    on : date
        Day of the allocation.

    Returns
    -------
    tuple of str
        In words; empty when nothing does. What is not known forbids, as what is known to be wrong does.
    """
    known = frames.until(on)
    person = known["DM"].filter(pl.col("USUBJID") == subject)
    if person.is_empty():
        return (f"nothing is known of {subject} on {on}",)
    return (
        *_without_consent(person, on),
        *_has_left(known, person, subject),
        *_not_eligible(study, known, subject, on),
    )


def _without_consent(person: pl.DataFrame, on: date) -> Iterator[str]:
    written, latest = person["RFICDTC"][0], person["RFICHI"][0]
    if written is None:
        yield "no consent to the trial is on record (DM RFICDTC)"
    elif latest is None or latest > on:
        yield f"consent is dated {written}, so it is not certain that it was given by {on}"


def _has_left(frames: Frames, person: pl.DataFrame, subject: str) -> Iterator[str]:
    ended = frames["DS"].filter(pl.col("USUBJID") == subject, pl.col("DSDECOD").is_in(list(_LEFT)))
    for what, day in ended.select("DSDECOD", "DSSTDTC").unique(maintain_order=True).iter_rows():
        yield f"the subject has left the trial: {what.lower()}{f' on {day}' if day else ''} (DS)"
    if person["DTHDTC"][0] is not None or person["DTHFL"][0] == "Y":
        yield "the subject has died (DM)"


def _not_eligible(study: Study, frames: Frames, subject: str, on: date) -> Iterator[str]:
    points = time_point_dates(study, frames)
    frames = adjudicated(study, frames, points).frames
    responses, _ = study_responses(study, frames, points)
    context = Context(study, frames, responses)
    judged = []
    for gate in _gates_until_allocation(study):
        moments = _moment(study, points, gate, subject, on)
        if moments["AT"].null_count():
            yield f"{gate} was not reached by {on}"
        judged.append(eligibility(study, gate, moments, context).with_columns(GATE=pl.lit(gate)))
    verdicts = pl.concat(judged)
    asked = pl.DataFrame({"USUBJID": [subject]})
    if verdict_of(study, asked, verdicts)["VERDICT"][0] == "ELIGIBLE":
        return
    if verdicts.is_empty() or not study.inclusion:
        yield "the study states no criterion by which the subject could be found eligible"
    excluding = {each.id for each in study.exclusion}
    wanting = verdicts.filter(pl.col("VERDICT") != "MET")
    for criterion, verdict, reason, gate in wanting.select("CRITID", "VERDICT", "REASON", "GATE").iter_rows():
        failed = "excludes" if criterion in excluding else "is not met"
        words = failed if verdict == "NOT_MET" else f"cannot be told yet ({reason.replace('_', ' ')})"
        yield f"{criterion} at {gate} {words}"


def _gates_until_allocation(study: Study) -> Iterator[str]:
    at = study.allocation.at if study.allocation else ""
    if at not in study.gates:
        raise StudyError(
            f"{at or 'the allocation'} is no gate, so nobody is judged there",
            where="/allocation/at",
            mend="add gate: true to its time point",
        )
    for gate in study.gates:
        yield gate
        if gate == at:
            return


def _moment(study: Study, points: pl.DataFrame, gate: str, subject: str, on: date) -> pl.DataFrame:
    """Day the gate is judged on: the day of the allocation for its own gate, else the day it was reached."""
    if study.allocation is not None and gate == study.allocation.at:
        day: date | None = on
    else:
        reached = points.filter(pl.col("USUBJID") == subject, pl.col("POINT") == gate)
        day = reached["ADT"][0] if reached.height else None
    return pl.DataFrame({"USUBJID": [subject], "AT": [day]}, schema={"USUBJID": pl.String, "AT": pl.Date})


def strata_of(study: Study, design: Design, frames: Frames, subject: str, on: date) -> tuple[Cell, tuple[str, ...]]:
    """Levels of a subject's strata as known on a day, and what is wanting.

    Parameters
    ----------
    study : Study
        The study.
    design : Design
        Its design.
    frames : Frames
        Its data.
    subject : str
        ``USUBJID``.
    on : date
        Day of the allocation.

    Returns
    -------
    cell : tuple of str
        Levels in the order of the strata; empty text where one is wanting.
    wanting : tuple of str
        In words.
    """
    moments = pl.DataFrame({"USUBJID": [subject], "AT": [on]})
    levels, wanting = [], []
    for factor in design.factors:
        found = values_at(item_place(study, factor.name), frames, moments)
        level = found["VALUE"][0] if found.height else None
        if level is None:
            wanting.append(f"the stratum {factor.name} is not known on {on}")
        elif level not in factor.levels:
            wanting.append(f"the stratum {factor.name} is '{level}', which is none of its codes")
        levels.append(level or "")
    return tuple(levels), tuple(wanting)


def allocated_already(study: Study, frames: Frames, subject: str) -> bool:
    """Whether the data say that a subject has an arm or a day of allocation.

    Parameters
    ----------
    study : Study
        The study.
    frames : Frames
        Its data.
    subject : str
        ``USUBJID``.

    Returns
    -------
    bool
        Whatever the register says.
    """
    person = frames["DM"].filter(pl.col("USUBJID") == subject)
    points = time_point_dates(study, frames)
    at = study.allocation.at if study.allocation else ""
    reached = points.filter(pl.col("USUBJID") == subject, pl.col("POINT") == at)
    return bool(reached.height or person["ARMCD"].drop_nulls().len())
