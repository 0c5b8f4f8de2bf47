"""The flow of subjects in numbers: who came, who left at which stage and why, who was analysed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

from trialwright.model.items import item_place, rows_at
from trialwright.model.study import Arm
from trialwright.report.context import Context
from trialwright.report.estimates import POOLED
from trialwright.report.procedures import not_done
from trialwright.report.typeset import sentence

__all__ = ["Branch", "Flow", "Leaving", "Stage", "flow_of"]

MAX_REASONS: Final = 6
DIED: Final = "Died"
ENDS_FOLLOW_UP: Final = ("FOLLOW-UP", "DATA")
_DEAD: Final = (pl.col("DTHFL") == "Y") | pl.col("DTHDTC").is_not_null()


@dataclass(frozen=True, slots=True)
class Leaving:
    """Subjects who went no further, each counted under one reason.

    Parameters
    ----------
    label : str
        What they did not reach.
    n : int
        How many.
    reasons : tuple of (reason, count)
        Why they were refused or left, most frequent first.
    waiting : int
        Those of whom no end is recorded, so that they may still get there; with the reasons' counts they add up to `n`.
    waiting_label : str
        What these are called.
    """

    label: str
    n: int
    reasons: tuple[tuple[str, int], ...]
    waiting: int = 0
    waiting_label: str = ""

    @property
    def lines(self) -> tuple[tuple[str, int, bool], ...]:
        """Line, count and whether it heads those after it: all, who left with the reasons, who may still come."""
        reasons = tuple((reason, n, False) for reason, n in self.reasons)
        if not self.waiting:
            return ((self.label, self.n, True), *reasons)
        left = (("Refused or left", self.n - self.waiting, True),) if reasons else ()
        return ((self.label, self.n, True), *left, *reasons, (self.waiting_label, self.waiting, True))


@dataclass(frozen=True, slots=True)
class Stage:
    """Subjects who reached a stage, and those of them who left before the next.

    Parameters
    ----------
    label : str
        What they reached.
    n : int
        How many.
    leaving : Leaving or None
        Who left before the next stage; None at the last.
    """

    label: str
    n: int
    leaving: Leaving | None


@dataclass(frozen=True, slots=True)
class Branch:
    """What became of the allocated subjects of one arm, or of all together.

    Parameters
    ----------
    level : str
        Arm, or ``ALL``.
    title : str
        The arm in words.
    allocated : int
        Subjects allocated.
    treatment, follow_up, analysis : tuple of (line, count)
        Lines of the three boxes.
    """

    level: str
    title: str
    allocated: int
    treatment: tuple[tuple[str, int], ...]
    follow_up: tuple[tuple[str, int], ...]
    analysis: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Flow:
    """The whole flow.

    Parameters
    ----------
    stages : tuple of Stage
        From the first contact to allocation.
    branches : tuple of Branch
        One an arm, or one for all.
    """

    stages: tuple[Stage, ...]
    branches: tuple[Branch, ...]


def flow_of(context: Context) -> Flow:
    """Return the flow of subjects through a trial, counted from its data alone.

    Parameters
    ----------
    context : Context
        The dossier, ready to be shown.

    Returns
    -------
    Flow
        At each stage the number is that of the next stage, those who left, and those of whom no end is recorded. Arms
        are told apart only where figures by arm may be shown.

    References
    ----------
    Hopewell et al., PLOS Med 2025;22:e1004587, doi:10.1371/journal.pmed.1004587 (CONSORT 2025).
    """
    study, frames = context.dossier.study, context.dossier.frames
    reached = [("Assessed for eligibility", "", frames["DM"].select("USUBJID").unique())]
    for gate in study.gates:
        place = item_place(study, study.time_points[gate].item)
        subjects = rows_at(place, frames).select("USUBJID").unique()
        reached.append((_reached_words(gate), context.point_words(gate), subjects))
    ended = _disposition(context)
    stages = []
    for (label, _, subjects), following in zip(reached, [*reached[1:], None], strict=True):
        leaving = None
        if following is not None:
            gone = subjects.join(following[2], on="USUBJID", how="anti")
            leaving = _leaving(context, gone, ended, following[:2])
        stages.append(Stage(label, subjects.height, leaving))
    allocated = reached[-1][2]
    return Flow(tuple(stages), tuple(_branches(context, allocated, ended)))


def _reached_words(gate: str) -> str:
    return {"registration": "Registered", "allocation": "Allocated"}.get(
        gate, sentence(f"reached {gate.replace('_', ' ')}")
    )


def _disposition(context: Context) -> pl.DataFrame:
    """First end a subject's record gives, in words; ends of treatment alone are no end of the trial."""
    rows = context.dossier.frames["DS"].filter(pl.col("DSCAT") == "DISPOSITION EVENT")
    scope = pl.col("DSSCOPE").is_null() | pl.col("DSSCOPE").is_in(ENDS_FOLLOW_UP)
    reason = (
        pl.when((pl.col("DSDECOD") == "SCREEN FAILURE") & pl.col("DSTERM").is_not_null())
        .then(pl.col("DSTERM"))
        .otherwise(pl.col("DSDECOD"))
    )
    first = (
        rows.filter(scope)
        .sort("USUBJID", "DSSTLO", "DSSEQ", nulls_last=True)
        .group_by("USUBJID", maintain_order=True)
        .first()
    )
    return first.select("USUBJID", "DSDECOD", reason.alias("REASON"))


def _leaving(context: Context, gone: pl.DataFrame, ended: pl.DataFrame, following: tuple[str, str]) -> Leaving:
    """Who did not reach the next stage: a death ends the way there also where no end of the trial is recorded."""
    label, point = following
    dead = context.dossier.frames["DM"].filter(_DEAD).select("USUBJID", DIED=pl.lit(DIED))
    known = (
        gone.join(ended, on="USUBJID", how="left")
        .join(dead, on="USUBJID", how="left")
        .select("USUBJID", REASON=pl.coalesce("REASON", "DIED"))
        .drop_nulls("REASON")
    )
    return Leaving(
        f"Not {label[:1].lower()}{label[1:]}",
        gone.height,
        _reasons(known),
        gone.height - known.height,
        f"Still before {point} at the cutoff",
    )


def _reasons(known: pl.DataFrame) -> tuple[tuple[str, int], ...]:
    counted = known.group_by("REASON").len("n").sort("n", "REASON", descending=[True, False])
    pairs = [(_words(reason), int(n)) for reason, n in counted.iter_rows()]
    if len(pairs) <= MAX_REASONS:
        return tuple(pairs)
    rest = pairs[MAX_REASONS - 1 :]
    return (*pairs[: MAX_REASONS - 1], (f"{len(rest)} other reasons", sum(n for _, n in rest)))


def _words(reason: str) -> str:
    """Terms in capitals read as a sentence; a site's own words stay as they are."""
    return reason.capitalize() if reason.isupper() else sentence(reason)


def _branches(context: Context, allocated: pl.DataFrame, ended: pl.DataFrame) -> list[Branch]:
    study = context.dossier.study
    if not context.dossier.by_arm:
        return [_branch(context, POOLED, "All allocated subjects", allocated, ended, ())]
    arms = context.dossier.frames["DM"].select("USUBJID", "ARMCD", "ACTARMCD").join(allocated, on="USUBJID")
    branches = []
    for arm in study.arms:
        own = arms.filter(pl.col("ARMCD") == arm.id)
        treatment = _treatment(context, arm, own)
        branches.append(_branch(context, arm.id, f"{arm.id}: {arm.label}", own.select("USUBJID"), ended, treatment))
    return branches


def _branch(
    context: Context,
    level: str,
    title: str,
    subjects: pl.DataFrame,
    ended: pl.DataFrame,
    treatment: tuple[tuple[str, int], ...],
) -> Branch:
    own = ended.join(subjects, on="USUBJID", how="semi")
    left = {
        code: own.filter(pl.col("DSDECOD") == code).height
        for code in ("LOST TO FOLLOW-UP", "WITHDRAWAL BY SUBJECT", "COMPLETED")
    }
    follow_up = [
        ("Died", context.dossier.frames["DM"].join(subjects, on="USUBJID", how="semi").filter(_DEAD).height),
        ("Lost to follow-up", left["LOST TO FOLLOW-UP"]),
        ("Withdrew from follow-up", left["WITHDRAWAL BY SUBJECT"]),
    ]
    if left["COMPLETED"]:
        follow_up.append(("Completed follow-up", left["COMPLETED"]))
    return Branch(level, title, subjects.height, treatment, tuple(follow_up), _analysis(context, subjects))


def _treatment(context: Context, arm: Arm, own: pl.DataFrame) -> tuple[tuple[str, int], ...]:
    """Arm received as recorded, and whether the arm's procedure was done."""
    study, frames = context.dossier.study, context.dossier.frames
    lines = [
        ("Received the allocated arm", own.filter(pl.col("ACTARMCD") == pl.col("ARMCD")).height),
        ("Received another arm", own.filter(pl.col("ACTARMCD") != pl.col("ARMCD")).height),
        ("Arm received not recorded", own.filter(pl.col("ACTARMCD").is_null()).height),
    ]
    lines = [line for line in lines if line[1]] or lines[:1]
    gives = arm.gives if isinstance(arm.gives, tuple) else ()
    for regimen in study.regimens:
        if regimen.id not in gives or regimen.procedure is None:
            continue
        place = item_place(study, regimen.procedure)
        done = own.join(rows_at(place, frames), on="USUBJID", how="semi")
        rest = own.join(done, on="USUBJID", how="anti")
        reasons = rest.join(not_done(frames, place), on="USUBJID", how="inner")
        lines.append((f"{regimen.label} done", done.height))
        for reason, n in (
            reasons.group_by("PRREASND").len().sort("len", "PRREASND", descending=[True, False]).iter_rows()
        ):
            lines.append((f"Not done: {'no reason recorded' if reason is None else reason.lower()}", int(n)))
        if rest.height > reasons.height:
            lines.append(("Not done, or not recorded yet", rest.height - reasons.height))
    return tuple(lines)


def _analysis(context: Context, subjects: pl.DataFrame) -> tuple[tuple[str, int], ...]:
    study, adtte = context.dossier.study, context.dossier.derived.adtte
    lines: list[tuple[str, int]] = []
    for endpoint in study.endpoints:
        definition = next(iter(endpoint.resolved()))
        if endpoint.role != "primary" or endpoint.resolved()[definition].measure != "time to event":
            continue
        rows = adtte.filter(
            (pl.col("PARAMCD") == endpoint.id) & (pl.col("DEFID") == definition) & pl.col("AVAL").is_not_null()
        )
        analysed = subjects.join(rows, on="USUBJID", how="semi").height
        lines.append((f"Analysed for {endpoint.title[:1].lower()}{endpoint.title[1:]}", analysed))
        if analysed < subjects.height:
            lines.append(("Left out, see the data findings", subjects.height - analysed))
    return tuple(lines)
