"""Responses of a data folder by named criteria, without a study file: from its lesions, or from recorded responses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import polars as pl

from trialwright.assessments.adjudication import INDEPENDENT, Adjudication, adjudicated
from trialwright.assessments.checks import lesion_findings
from trialwright.assessments.compare import compared
from trialwright.assessments.criterion import criteria
from trialwright.assessments.gcig.study_rows import ca125_responses
from trialwright.assessments.policy import POLICIES, Policy, switched
from trialwright.assessments.recorded import recorded_responses
from trialwright.assessments.recorded_best import recorded_best
from trialwright.assessments.responses import judged, judged_rows
from trialwright.assessments.status_rows import death_rows, status_rows
from trialwright.assessments.sums import sum_rows
from trialwright.errors import DataError, InputError
from trialwright.exchange.folder import read_folder, whole_or_nothing
from trialwright.exchange.tables_out import write_tables
from trialwright.model.agreement import Agreement
from trialwright.model.finding import Finding
from trialwright.model.frames import Frames
from trialwright.model.study import Study

__all__ = ["GCIG", "ORIGINS", "Responded", "RespondRequest", "respond", "write_responded"]

GCIG: Final = "gcig"
_SERIES: Final = "responses"
_CA125: Final = "ca125_response"
ORIGINS: Final[Mapping[str, str]] = {
    "randomisation": "DS RANDOMIZED",
    "registration": "DS ENTERED INTO TRIAL",
    "treatment": "first row of EX",
    "baseline": "first scan",
}
"""What day 0 may be, and where it is read; without a choice the first of these that the subject has."""


@dataclass(frozen=True, slots=True)
class RespondRequest:
    """What is asked of `respond`.

    Parameters
    ----------
    data : pathlib.Path
        The data folder.
    criteria : str
        Response criteria of the catalogue, or ``gcig``.
    policy : str
        Name in `trialwright.assessments.policy.POLICIES`.
    switches : mapping of str to str
        Switches that stand above the policy.
    evaluator : str
        Whose reading.
    rows : {"", "derived", "recorded"}
        From lesions or from recorded responses; without a choice from lesions where there are any.
    origin : str
        Name in `ORIGINS`, or empty.
    baseline_days : int
        Most days between the baseline and day 0.
    removal : str
        PRCAT of a planned procedure that removes targets; the first scan within three months is then a new baseline.
    readers : tuple of str
        The two independent readers, where more stand in the data.
    adjudicator : str
        Who decides between them; empty takes the one whose name begins with ADJUDICATOR.
    """

    data: Path
    criteria: str
    policy: str = "default"
    switches: Mapping[str, str] = field(default_factory=dict)
    evaluator: str = "INVESTIGATOR"
    rows: str = ""
    origin: str = ""
    baseline_days: int = 28
    removal: str = ""
    readers: tuple[str, ...] = ()
    adjudicator: str = ""


@dataclass(frozen=True, slots=True)
class Responded:
    """Responses of a folder.

    Parameters
    ----------
    rows : str
        ``derived`` or ``recorded``, ``marker`` for GCIG.
    policy : Policy
        The switches in force.
    responses : polars.DataFrame
        ADRS rows.
    sums : polars.DataFrame or None
        ADTR rows; None where nothing was derived from lesions.
    comparison : Agreement or None
        Recorded against derived responses; None where there is only one of the two.
    findings : tuple of Finding
        What is doubtful.
    readings : Adjudication or None
        Two independent readers, judged apart; None where there are no two.
    """

    rows: str
    policy: Policy
    responses: pl.DataFrame
    sums: pl.DataFrame | None
    comparison: Agreement | None
    findings: tuple[Finding, ...]
    readings: Adjudication | None = None


def respond(request: RespondRequest, *, say: Callable[[str], None] = lambda _: None) -> Responded:
    """Responses of every subject of a folder.

    Parameters
    ----------
    request : RespondRequest
        What is asked.
    say : callable
        Told what is being done.

    Returns
    -------
    Responded
        The responses.

    Raises
    ------
    DataError
        If the folder cannot be read, a finding of severity E stands against it, or nothing dates day 0.
    InputError
        If the criteria, the policy or a switch is not known.
    """
    if request.criteria != GCIG and request.criteria not in criteria():
        known = ", ".join((*criteria(), GCIG))
        raise InputError(f"no criteria {request.criteria!r}", where="--criteria", mend=f"use one of {known}")
    if request.policy not in POLICIES:
        mend = f"use one of {', '.join(POLICIES)}"
        raise InputError(f"no policy {request.policy!r}", where="--policy", mend=mend)
    switches = {**POLICIES[request.policy], **request.switches}
    policy = switched(Policy(), switches)
    say("reading the data folder")
    frames, findings = read_folder(request.data)
    wrong = [finding for finding in findings if finding.severity == "E"]
    if wrong:
        first = wrong[0]
        more = f", and {len(wrong) - 1} more findings like it" if len(wrong) > 1 else ""
        raise DataError(f"{first.id} {first.text}{more}", where=f"{request.data}/{first.where}", mend=first.mend)
    points = _points(frames, request)
    say("judging responses")
    if request.criteria == GCIG:
        study = _study(request, "recorded")
        rows, more_findings = ca125_responses(study, frames, points)
        return Responded("marker", policy, rows, None, None, (*findings, *more_findings))
    way = request.rows or ("derived" if frames["TU"].height else "recorded")
    study = _study(request, way)
    read = adjudicated(study, frames, points, switches)
    found = _judged(request, (study, way), read.frames, points, switches)
    told = (*findings, *read.findings, *found.findings)
    return replace(found, policy=policy, findings=told, readings=read if read.agreements else None)


def _judged(
    request: RespondRequest,
    asked: tuple[Study, str],
    frames: Frames,
    points: pl.DataFrame,
    switches: Mapping[str, str],
) -> Responded:
    """Responses from one reading of each subject."""
    study, way = asked
    if way == "recorded":
        written, noticed = recorded_responses(study, frames, points)
        rows, lost = recorded_best(study, frames, points, written, switches)
        rows = pl.concat([rows, death_rows(frames, rows, study.id, _SERIES)])
        return Responded(way, Policy(), rows, None, None, (*noticed, *lost))
    return _from_lesions(request, study, frames, points, switches)


def _from_lesions(
    request: RespondRequest,
    study: Study,
    frames: Frames,
    points: pl.DataFrame,
    switches: Mapping[str, str],
) -> Responded:
    series, criterion = study.assessments[0], criteria()[request.criteria]
    found, policy = judged(study, series, frames, points, switches)
    doubts = lesion_findings(found, series, criterion, policy, frames)
    rows = judged_rows(study, series, frames, points, (found, policy))
    rows = pl.concat([rows, status_rows(study, series, frames, points, rows, policy)])
    rows = pl.concat([rows, death_rows(frames, rows, study.id, series.id)])
    comparison = None
    if frames["RS"].height:
        written, _ = recorded_responses(_study(request, "recorded"), frames, points)
        ours = rows.filter((pl.col("PARAMCD") == "OVR") & (pl.col("DTYPE") == "AS ASSESSED"))
        comparison = compared(written, ours)
    return Responded("derived", policy, rows, sum_rows(found, study.id, series.id), comparison, tuple(doubts))


def _points(frames: Frames, request: RespondRequest) -> pl.DataFrame:
    """Day 0 of each subject, under the name of the one time point of the study that is made up for the folder."""
    if request.origin and request.origin not in ORIGINS:
        mend = f"use one of {', '.join(ORIGINS)}"
        raise InputError(f"no origin {request.origin!r}", where="--origin", mend=mend)
    milestones = frames["DS"].select("USUBJID", "DSDECOD", LO="DSSTLO", HI="DSSTHI")
    found = {
        "randomisation": milestones.filter(pl.col("DSDECOD") == "RANDOMIZED"),
        "registration": milestones.filter(pl.col("DSDECOD") == "ENTERED INTO TRIAL"),
        "treatment": frames["EX"].select("USUBJID", LO="EXSTLO", HI="EXSTHI"),
        "baseline": frames["TU"].select("USUBJID", LO="TULO", HI="TUHI"),
    }
    names = (request.origin,) if request.origin else tuple(ORIGINS)
    dated = pl.concat(
        [
            found[name].drop_nulls("LO").select("USUBJID", "LO", "HI", RANK=pl.lit(rank))
            for rank, name in enumerate(names)
        ]
    )
    if dated.is_empty():
        where = str(request.data)
        why = f"day 0 is read from {', '.join(ORIGINS[name] for name in names)}"
        raise DataError("nothing dates day 0", where=where, why=why, mend="add ds with the day of randomisation")
    first = dated.sort("USUBJID", "RANK", "LO").unique("USUBJID", keep="first", maintain_order=True)
    return first.select("USUBJID", POINT=pl.lit("origin"), ADT="LO", LO="LO", HI="HI")


def _study(request: RespondRequest, rows: str) -> Study:
    """A study with nothing but one series, or with one marker, that begins on day 0."""
    series: dict[str, object] = {
        "id": _SERIES,
        "criteria": request.criteria,
        "baseline": {"last_before": "origin", "within": f"{request.baseline_days} days"},
        "from": "origin",
        "evaluator": request.evaluator,
        "settings": {"rows": rows},
    }
    if request.readers or request.adjudicator:
        if request.evaluator != INDEPENDENT:
            mend = f"say --evaluator '{INDEPENDENT}'"
            raise InputError("readers are named, and the investigator's reading is asked for", mend=mend)
        named = {"readers": request.readers, "adjudicator": request.adjudicator}
        series["settings"] = {"rows": rows, **{name: value for name, value in named.items() if value}}
    if request.removal:
        series["planned_removal"] = {"procedure": "removed_on", "new_baseline": {"within": "3 months"}}
    removed = {"domain": "PR", "column": "PRSTDTC", "where": {"PRCAT": request.removal, "PROCCUR": "Y"}}
    sampled = {"item": "ca125", "criteria": "gcig-2011-response", "from": "origin", "used_for": ("report",)}
    chosen: dict[str, object]
    if request.criteria == GCIG:
        chosen = {"markers": ({"id": _SERIES, **sampled},)}
    elif criteria()[request.criteria].with_ca125:
        series["marker"] = _CA125
        chosen = {"assessments": (series,), "markers": ({"id": _CA125, **sampled},)}
    else:
        chosen = {"assessments": (series,)}
    return Study.model_validate(
        {
            "language": 1,
            "study": {
                "id": _SERIES,
                "title": "A data folder",
                "version": "0.0.0",
                "registry": {"name": "-", "id": "-"},
            },
            "items": {
                "start": {"is": "date", "ask": "Day 0?", "domain": "DS", "column": "DSSTDTC"},
                "removed_on": {"is": "date", "ask": "Removed?", "take": "first", **removed},
                "ca125": {"is": "number", "ask": "CA-125?", "analyte": "CA125", "unit": "U/mL"},
            },
            "time_points": {"origin": {"item": "start"}},
            "arms": ({"id": "A", "label": "all", "role": "unspecified"},),
            **chosen,
        }
    )


def write_responded(found: Responded, out: Path) -> tuple[str, ...]:
    """Write the responses, the sums and the comparison of a folder, whole or not at all.

    Parameters
    ----------
    found : Responded
        What `respond` gave.
    out : pathlib.Path
        Directory to write; it must not exist or be empty.

    Returns
    -------
    tuple of str
        Files written.

    Raises
    ------
    DataError
        If something stands there.
    """
    with whole_or_nothing(out) as folder:
        tables = {"ADRS": found.responses}
        if found.sums is not None:
            tables["ADTR"] = found.sums
        files = list(write_tables(folder, tables))
        if found.comparison is not None:
            found.comparison.shifts.write_csv(folder / "shifts.csv")
            found.comparison.disagreements.write_csv(folder / "disagreements.csv")
            files += ["shifts.csv", "disagreements.csv"]
        if found.readings is not None:
            files += _write_readings(found.readings, folder)
    return tuple(files)


def _write_readings(readings: Adjudication, folder: Path) -> list[str]:
    """Write what each reader found, on whom the two differ, and how far they agree."""
    (agreement,) = readings.agreements.values()
    tables = {
        "readings.csv": readings.rows,
        "adjudication.csv": agreement.subjects,
        "reader-shifts.csv": agreement.shifts,
    }
    for name, table in tables.items():
        table.write_csv(folder / name)
    return list(tables)
