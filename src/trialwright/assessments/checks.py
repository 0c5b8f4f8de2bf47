"""What is doubtful in the lesions of a judged series: findings, one a subject and doubt."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from trialwright.assessments.criterion import Criterion
from trialwright.assessments.derived import Judged
from trialwright.assessments.immune_rows import immune_courses
from trialwright.assessments.lesion_tables import STATE_KINDS, state_word
from trialwright.assessments.policy import Policy
from trialwright.assessments.selection import selection_doubts
from trialwright.model.derivation import subject_findings
from trialwright.model.finding import Finding
from trialwright.model.frames import Frames
from trialwright.model.schedule import AssessmentSeries
from trialwright.numerics.lesion_records import FOUND, KINDS, SETTLED, TARGET_RULES, Limits

__all__ = ["lesion_findings"]

Flags = npt.NDArray[np.bool_]

_JUMP_TIMES: Final = 3
_MIN_JUMP_TENTHS_MM: Final = 200
_SMALL_NEW_NODE_TENTHS_MM: Final = 150


def lesion_findings(
    judged: Judged, series: AssessmentSeries, criterion: Criterion, policy: Policy, frames: Frames
) -> list[Finding]:
    """Findings on the lesions of one series.

    Parameters
    ----------
    judged : Judged
        The visits.
    series : AssessmentSeries
        The series.
    criterion : Criterion
        Its criteria.
    policy : Policy
        The switches.
    frames : Frames
        The study's tables; TU is read for what was written of a lesion at first sight.

    Returns
    -------
    list of Finding
        R01 to R16, R19 and R20, by rule; at most a hundred subjects are named for each, the rest counted.
    """
    found: list[Finding] = []
    limits = criterion.figures(policy, new_baseline=False)
    doubts = [*_of_rows(judged, limits), *_of_lesions(judged, frames, criterion)]
    doubts.append(_unread_states(judged, series, frames))
    if criterion.immune:
        doubts.append(("R16", _not_looked_at(judged, policy), "an unconfirmed progression was not looked at in time"))
    for rule, who, text in sorted(doubts, key=lambda each: each[0]):
        found.extend(subject_findings(rule, series.id, judged.tables.subjects.gather(who).to_list(), text))
    return found


Doubt = tuple[str, list[int], str]


def _owners(judged: Judged, holds: Flags) -> list[int]:
    owners: list[int] = np.unique(judged.subject[holds]).tolist()
    return owners


def _of_rows(judged: Judged, limits: Limits) -> Iterator[Doubt]:
    here = judged.course[judged.rows]
    yield "R01", _owners(judged, here["settled"] == SETTLED.no_baseline), "no baseline, so nothing can be judged"
    rules = [TARGET_RULES.index(name) for name in ("disappearance", "nodes-normal")]
    grown = (10 * here["part"] >= limits.growth_tenths * here["nadir"]) & (
        here["part"] - here["nadir"] >= limits.min_growth
    )
    text = "all targets gone or normal nodes although their sum grew by the limits of progression"
    yield "R07", _owners(judged, np.isin(here["rule"], rules) & grown), text
    yield "R08", _owners(judged, _jumps(judged)), f"the sum of the targets changed more than {_JUMP_TIMES}-fold at once"
    text = "a lesion that the planned removal took is there again; it is a progression from that scan on"
    yield "R19", _owners(judged, here["returned"] == 1), text
    text = "the new baseline came after its window"
    yield "R13", _owners(judged, here["settled"] == SETTLED.late_new_baseline), text
    yield "R15", _owners(judged, here["new"] == FOUND.not_assessed), "new lesions were not looked for at a scan"


def _jumps(judged: Judged) -> Flags:
    """Complete sums far from the complete sum before them, or from the baseline they are the first to be held to."""
    here = judged.course[judged.rows]
    frame = pl.DataFrame({"S": judged.subject, "SUM": here["total"], "BASE": here["base"]})
    known = pl.when(pl.col("SUM") >= 0).then("SUM")
    before = known.forward_fill().shift(1).over("S", "BASE").fill_null(pl.col("BASE"))
    low, high = pl.min_horizontal(known, before), pl.max_horizontal(known, before)
    jump = (high >= _JUMP_TIMES * low) & (high - low >= _MIN_JUMP_TENTHS_MM) & (low > 0) & known.is_not_null()
    return frame.select(jump.fill_null(value=False)).to_series().to_numpy()


def _of_lesions(judged: Judged, frames: Frames, criterion: Criterion) -> Iterator[Doubt]:
    tables = judged.tables
    if tables.lesions.is_empty():
        return
    anchor = pl.Series(judged.windows.anchor)
    lesions = tables.lesions.with_columns(ANCHOR=anchor.gather(tables.lesions["S"]))
    judged_at_all = pl.Series(judged.ends["baseline"]).gather(lesions["S"]) >= 0
    lesions = lesions.filter(judged_at_all)
    yield from _selection(judged, lesions, frames, criterion)
    target = pl.col("GROUP") == 0
    unmeasured = lesions.join(tables.looks.select("L").unique(), on="L", how="anti").filter(target)
    yield "R04", _whose(unmeasured), "a target has no row with the diameter that counts"
    removal = pl.Series(judged.windows.removal).gather(lesions["S"])
    late = (pl.col("GROUP") < 2) & (pl.col("FIRST") > pl.col("ANCHOR")) & (pl.col("FIRST") <= removal)
    early = (pl.col("GROUP") == 2) & (pl.col("FIRST") <= pl.col("ANCHOR"))
    yield "R10", _whose(lesions.filter(early | late)), "a lesion's first sight does not fit what it is called"
    twice = tables.looks.filter((pl.col("KIND") == KINDS.measured) & (pl.col("VALUE") >= 0))
    twice = twice.group_by("VISIT", "L").agg(pl.col("VALUE").n_unique()).filter(pl.col("VALUE") > 1)
    text = "a lesion has two measurements at one assessment that differ; the later one counts"
    yield "R11", _whose(lesions.join(twice, on="L", how="semi")), text
    if criterion.diameter == "VDIAM":
        whole = lesions.filter(target & (pl.col("DIAMETER") == "LDIAM"))
        yield "R12", _whose(whole), "no viable diameter was measured, so the whole one counts"
    nodes = tables.looks.filter((pl.col("VALUE") >= 0) & (pl.col("VALUE") < _SMALL_NEW_NODE_TENTHS_MM))
    small = lesions.filter((pl.col("GROUP") == 2) & pl.col("NODAL")).join(nodes, on="L", how="semi")
    yield "R14", _whose(small), "a new lymph node has a short axis below 15 mm"


def _unread_states(judged: Judged, series: AssessmentSeries, frames: Frames) -> Doubt:
    """Subjects with a state that no rule can read, written by the reader of the series or by nobody named."""
    by = (pl.col("TREVAL") == series.evaluator) | pl.col("TREVAL").is_null()
    done = ~pl.col("TRSTAT").eq_missing("NOT DONE") & ~pl.col("TRORIG").eq_missing("NOT EVALUABLE")
    stated = frames["TR"].filter(by & done & (pl.col("TRTESTCD") == "TUMSTATE") & state_word().is_not_null())
    unread = stated.filter(~state_word().is_in(list(STATE_KINDS)))["USUBJID"].unique()
    owners = np.flatnonzero(judged.tables.subjects.is_in(unread.implode()).to_numpy()).tolist()
    return "R20", owners, f"a state of a lesion is none of {', '.join(STATE_KINDS)}; the lesion counts as not evaluable"


def _whose(lesions: pl.DataFrame) -> list[int]:
    return lesions["S"].unique().sort().to_list()


def _selection(judged: Judged, lesions: pl.DataFrame, frames: Frames, criterion: Criterion) -> Iterator[Doubt]:
    """Doubts about the choice of targets, with what was written of each at first sight."""
    start = pl.DataFrame({"VISIT": judged.ends["baseline"]}).filter(pl.col("VISIT") >= 0).cast(pl.UInt32).unique()
    measured = judged.tables.looks.filter(pl.col("KIND") == KINDS.measured).join(start, on="VISIT", how="semi")
    sizes = measured.group_by("L").agg(LENGTH=pl.col("VALUE").last().cast(pl.Int64))
    first = frames["TU"]
    places = judged.tables.subjects.to_frame("USUBJID").with_row_index("S").cast({"S": pl.Int64})
    written = first.join(places, on="USUBJID").select(
        "S", SEQ="TUSEQ", KIND="TUKIND", PRIOR="TUPRIOR", SLICE=(pl.col("TUSLICEVAL") * 10).cast(pl.Int64)
    )
    known = (
        lesions.filter(pl.col("GROUP") < 2).join(sizes, on="L", how="left").join(written, on=["S", "SEQ"], how="left")
    )
    target = pl.col("GROUP") == 0
    known = known.filter(target | pl.col("LENGTH").is_not_null()).with_columns(VIABLE="LENGTH")
    doubts = selection_doubts(known, viable=criterion.diameter == "VDIAM")
    for rule, text in (
        doubts.select("RULE", pl.col("TEXT").str.extract(r"^([^:]+)")).unique().sort("RULE", "TEXT").rows()
    ):
        own = doubts.filter((pl.col("RULE") == rule) & pl.col("TEXT").str.starts_with(text))
        yield rule, _whose(own), text


def _not_looked_at(judged: Judged, policy: Policy) -> list[int]:
    """Subjects whose unconfirmed progression was looked at again too early or too late."""
    found = []
    start, days = judged.start.tolist(), judged.day.tolist()
    for s, course in enumerate(immune_courses(judged, policy)):
        for number, said in enumerate(course.responses[:-1]):
            wait = days[start[s] + number + 1] - days[start[s] + number]
            first = said == "iUPD" and (number == 0 or course.responses[number - 1] != "iUPD")
            if first and not policy.min_immune_days <= wait <= policy.max_immune_days:
                found.append(s)
                break
    return found
