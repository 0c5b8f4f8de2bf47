"""Eligibility of all subjects at all gates of a study: who is judged when, and what follows for each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Final

import numpy as np
import polars as pl

from trialwright.model.frames import Frames
from trialwright.model.screened import Screening
from trialwright.model.study import Study
from trialwright.screening.judge import Context, screened
from trialwright.screening.screen import GateScreen

__all__ = ["MOST_WHOLE", "gate_screens", "moments_of", "screen_table", "screening_of", "with_eligibility"]

MOST_WHOLE: Final = 2000
"""With more subjects a run writes only the verdicts that are not clearly met."""

_LEFT: Final = (
    "SCREEN FAILURE", "WITHDRAWAL BY SUBJECT", "LOST TO FOLLOW-UP", "DEATH", "STUDY TERMINATED BY SPONSOR", "COMPLETED",
)  # fmt: skip
_WORDS: Final = {1: "ELIGIBLE", -1: "NOT ELIGIBLE", 0: "CANNOT TELL"}
_COUNTS: Final = {
    "GATE": pl.String, "CRITID": pl.String, "MET": pl.Int64, "NOT_MET": pl.Int64, "UNKNOWN": pl.Int64,
    "NEAR": pl.Int64,
}  # fmt: skip


def moments_of(study: Study, frames: Frames, points: pl.DataFrame, on: date) -> pl.DataFrame:
    """The day each subject is judged at, gate by gate.

    Parameters
    ----------
    study : Study
        The study.
    frames : Frames
        Its data, as known on `on`.
    points : polars.DataFrame
        ``USUBJID POINT LO HI``: dates of the time points reached.
    on : date
        Day on which those are judged who have not reached their next gate.

    Returns
    -------
    polars.DataFrame
        ``USUBJID GATE AT REACHED``, subjects in the order of their ids, gates in that of the study. A subject is judged
        at every gate it has reached, and at the next one as it stood on `on` or on the day it left the trial, whichever
        was first. ``AT`` is null where the date of a gate is not known to the day.
    """
    subjects = frames["DM"].select(pl.col("USUBJID").unique().sort())
    ended = frames["DS"].filter(pl.col("DSDECOD").is_in(list(_LEFT)) & pl.col("DSSTHI").is_not_null())
    ended = ended.group_by("USUBJID").agg(LEFT=pl.col("DSSTHI").min())
    waiting = subjects.join(ended, on="USUBJID", how="left", maintain_order="left")
    waiting = waiting.with_columns(LEFT=pl.min_horizontal(pl.col("LEFT"), pl.lit(on)))
    parts = []
    for number, gate in enumerate(study.gates):
        day = pl.when(pl.col("LO") == pl.col("HI")).then("LO")
        reached = points.filter(pl.col("POINT") == gate).select("USUBJID", DAY=day, REACHED=pl.lit(value=True))
        found = waiting.join(reached, on="USUBJID", how="left", maintain_order="left")
        came = pl.col("REACHED").fill_null(value=False)
        at = pl.when(came).then("DAY").otherwise("LEFT")
        named = {"GATE": pl.lit(gate), "AT": at, "REACHED": came, "ORDER": pl.lit(number)}
        parts.append(found.select("USUBJID", **named))
        waiting = found.filter(came).select("USUBJID", "LEFT")
    schema = {"USUBJID": pl.String, "GATE": pl.String, "AT": pl.Date, "REACHED": pl.Boolean}
    return pl.concat(parts).drop("ORDER") if parts else pl.DataFrame(schema=schema)


def gate_screens(
    study: Study, frames: Frames, moments: pl.DataFrame, responses: pl.DataFrame | None
) -> Iterator[GateScreen]:
    """Answers of every gate, one gate after the other: what is looked up for one is let go before the next.

    Parameters
    ----------
    study : Study
        The study.
    frames : Frames
        Its data.
    moments : polars.DataFrame
        As :func:`moments_of` gives them.
    responses : polars.DataFrame, optional
        Responses of the assessment series.

    Yields
    ------
    GateScreen
        In the order of the study.
    """
    context = Context(study, frames, responses)
    for gate in study.gates:
        yield screened(study, gate, moments.filter(pl.col("GATE") == gate).select("USUBJID", "AT"), context)


def screening_of(gates: Iterable[GateScreen], moments: pl.DataFrame, *, most_whole: int | None = None) -> Screening:
    """Verdicts of subjects and criteria, and how often each occurs.

    Parameters
    ----------
    gates : iterable of GateScreen
        Answers, in the order of the study.
    moments : polars.DataFrame
        As :func:`moments_of` gives them.
    most_whole : int, optional
        With more subjects than this the rows that are met are left out.

    Returns
    -------
    Screening
        The verdict of a subject at a gate counts the criteria of the gates before it, too.
    """
    size = max(moments.group_by("GATE").len()["len"].to_list(), default=0)
    complete = most_whole is None or size <= most_whole
    verdicts: list[pl.DataFrame] = []
    subjects = [pl.DataFrame(schema={"USUBJID": pl.String, "VERDICT": pl.String, "GATE": pl.String})]
    counts: list[tuple[str | int, ...]] = []
    before: Mapping[str, int] = {}
    for gate in gates:
        verdicts.append(gate.verdicts(met=complete))
        before = _passed(gate, before)
        verdict = pl.Series(list(before.values()), dtype=pl.Int8).replace_strict(_WORDS, return_dtype=pl.String)
        subjects.append(
            pl.DataFrame({"USUBJID": list(before), "VERDICT": verdict}).with_columns(GATE=pl.lit(gate.gate))
        )
        counts.extend(_counts(gate))
        del gate  # before the next one is judged
    return Screening(
        verdicts=pl.concat(verdicts) if verdicts else pl.DataFrame(schema={"USUBJID": pl.String, "VERDICT": pl.String}),
        subjects=moments.join(pl.concat(subjects), on=["USUBJID", "GATE"], how="left", maintain_order="left"),
        counts=pl.DataFrame(counts, schema=_COUNTS, orient="row"),
        complete=complete,
    )


def _passed(gate: GateScreen, before: Mapping[str, int]) -> dict[str, int]:
    """Verdict of each subject of a gate; who did not pass the gate before does not pass this one."""
    subjects = gate.moments["USUBJID"].to_list()
    earlier = np.array([before.get(subject, 1) for subject in subjects], np.int8)
    passed = np.minimum(gate.passed, earlier)
    return dict(zip(subjects, passed.tolist(), strict=True))


def _counts(gate: GateScreen) -> Iterator[tuple[str | int, ...]]:
    near = gate.near
    for name, answer in gate.answers.items():
        met, failed = int((answer.verdict == 1).sum()), int((answer.verdict == -1).sum())
        yield gate.gate, name, met, failed, answer.verdict.size - met - failed, int(near[name].sum())


def with_eligibility(adsl: pl.DataFrame, study: Study, screening: Screening) -> pl.DataFrame:
    """The subject-level table with the verdict of each gate filled in.

    Parameters
    ----------
    adsl : polars.DataFrame
        One row a subject.
    study : Study
        Its gates name the columns.
    screening : Screening
        Verdicts.

    Returns
    -------
    polars.DataFrame
        ``<GATE>ELIG`` is null where a subject was not judged at the gate.
    """
    for gate in study.gates:
        column = f"{gate.upper()}ELIG"
        if column in adsl.columns:
            found = screening.subjects.filter(pl.col("GATE") == gate).select(
                "USUBJID", pl.col("VERDICT").alias("FOUND")
            )
            joined = adsl.join(found, on="USUBJID", how="left", maintain_order="left")
            adsl = joined.with_columns(pl.col("FOUND").alias(column)).select(adsl.columns)
    return adsl


def screen_table(study: Study, verdicts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """The table SCREEN.

    Parameters
    ----------
    study : Study
        The study.
    verdicts : sequence of polars.DataFrame
        Verdicts, as :class:`~trialwright.model.screened.Screening` holds them; at least one.

    Returns
    -------
    polars.DataFrame
        As declared among the tables the program writes; EVIDENCE lists row ids, parted by ``"; "``.
    """
    parts = (
        frame.select(
            "USUBJID", "GATE", "CRITID", "VERDICT", "MARGIN", STUDYID=pl.lit(study.id),
            REASON=pl.col("REASON").replace("", None), EVIDENCE=pl.col("EVIDENCE").list.join("; ").replace("", None),
        )
        for frame in verdicts
    )  # fmt: skip
    return pl.concat(parts)
