"""Two states of a study file side by side: what changes, and whose verdict."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from trialwright.assessments.adjudication import adjudicated
from trialwright.assessments.responses import study_responses
from trialwright.conduct.run import read_data
from trialwright.conduct.studies import OpenedStudy
from trialwright.endpoints.moments import time_point_dates
from trialwright.errors import InputError
from trialwright.exchange.manifest import read_manifest
from trialwright.model.finding import Finding
from trialwright.model.frames import Frames
from trialwright.model.study import Study
from trialwright.protocol.diff import Change, diff
from trialwright.screening.judge import Context, eligibility, verdict_of

__all__ = ["NOT_ASKED", "Amendment", "Flip", "amend"]

NOT_ASKED: Final = "NOT ASKED"
"""Stands for the verdict of a criterion that one of the two files does not have at that gate."""

_KEY: Final = ["GATE", "USUBJID", "CRITID"]


@dataclass(frozen=True, slots=True)
class Flip:
    """A verdict that differs between two study files on the same data.

    Parameters
    ----------
    subject, gate : str
        Whose verdict, and where it is judged.
    criterion : str
        Id of the criterion; empty for the verdict over all of them.
    old, new : str
        The two verdicts; ``NOT ASKED`` where a file has no such criterion at that gate.
    old_reason, new_reason : str
        Why a verdict is unknown; empty unless it is.

    Examples
    --------
    >>> Flip("OV-01-001", "registration", "I4", "NOT_MET", "MET", "", "").new
    'MET'
    """

    subject: str
    gate: str
    criterion: str
    old: str
    new: str
    old_reason: str
    new_reason: str


@dataclass(frozen=True, slots=True)
class Amendment:
    """What an amendment of a study file does.

    Parameters
    ----------
    old, new : OpenedStudy
        The two study files.
    changes : tuple of Change
        Every statement that differs.
    judged : int or None
        Subjects who reached a gate and were judged under both; None when no data were given.
    flips : tuple of Flip
        Verdicts that differ.
    findings : tuple of Finding
        What reading the data found.

    Examples
    --------
    >>> from trialwright.conduct.studies import open_study
    >>> study = open_study("nct07295132")
    >>> amend(study, study, None).changes
    ()
    """

    old: OpenedStudy
    new: OpenedStudy
    changes: tuple[Change, ...]
    judged: int | None
    flips: tuple[Flip, ...]
    findings: tuple[Finding, ...]


def amend(old: OpenedStudy, new: OpenedStudy, data: Path | None) -> Amendment:
    """What changes between two study files, and with data whose verdict.

    Parameters
    ----------
    old, new : OpenedStudy
        Two states of one study.
    data : Path, optional
        Data folder made for one of the two.

    Returns
    -------
    Amendment
        Verdicts are those at the gates each subject has reached, under both files, on the same rows.

    Raises
    ------
    InputError
        If the files are of two trials.
    DataError
        If the data cannot be read, or a finding stops.
    """
    if old.study.id != new.study.id:
        what = f"the files state two trials, {old.study.id} and {new.study.id}"
        raise InputError(what, mend="name two states of one study file")
    changes = diff(old.study, new.study)
    if data is None:
        return Amendment(old, new, changes, None, (), ())
    frames, findings = read_data(data, _made_for(data, old, new))
    before, after = _verdicts(old.study, frames), _verdicts(new.study, frames)
    judged = pl.concat([before, after])["USUBJID"].n_unique()
    return Amendment(old, new, changes, judged, _flips(before, after), tuple(findings))


def _made_for(data: Path, old: OpenedStudy, new: OpenedStudy) -> OpenedStudy:
    """The study whose hash the folder names; the older one when it names neither."""
    return new if data.is_dir() and read_manifest(data).canonical_sha256 == new.sha256 else old


def _verdicts(study: Study, frames: Frames) -> pl.DataFrame:
    """Verdict of every criterion and of all of them (an empty id), for the subjects who reached a gate."""
    points = time_point_dates(study, frames)
    frames = adjudicated(study, frames, points).frames
    responses, _ = study_responses(study, frames, points)
    context = Context(study, frames, responses)
    schema = dict.fromkeys(("GATE", "USUBJID", "CRITID", "VERDICT", "REASON"), pl.String)
    found = [pl.DataFrame(schema=schema)]
    for gate in study.gates:
        day = pl.when(pl.col("LO") == pl.col("HI")).then("LO")
        moments = points.filter(pl.col("POINT") == gate).select("USUBJID", AT=day)
        single = eligibility(study, gate, moments, context)
        whole = verdict_of(study, moments, single).with_columns(CRITID=pl.lit(""), REASON=pl.lit(""))
        found += [rows.select(pl.lit(gate).alias("GATE"), *list(schema)[1:]) for rows in (whole, single)]
    return pl.concat(found)


def _flips(before: pl.DataFrame, after: pl.DataFrame) -> tuple[Flip, ...]:
    both = before.join(after, on=_KEY, how="full", coalesce=True, suffix="_NEW", maintain_order="left_right")
    verdicts = [pl.col(name).fill_null(NOT_ASKED) for name in ("VERDICT", "VERDICT_NEW")]
    reasons = [pl.col(name).fill_null("") for name in ("REASON", "REASON_NEW")]
    differ = both.select("USUBJID", "GATE", "CRITID", *verdicts, *reasons)
    differ = differ.filter(pl.col("VERDICT") != pl.col("VERDICT_NEW")).sort("USUBJID", maintain_order=True)
    return tuple(Flip(*row) for row in differ.iter_rows())
