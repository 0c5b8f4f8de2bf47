"""iRECIST responses of a judged series as rows beside those that endpoints read."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from trialwright.assessments.derived import Judged
from trialwright.assessments.immune import IMMUNE_WORDS, ImmuneCourse, ImmuneVisit, immune_course
from trialwright.assessments.policy import Policy
from trialwright.assessments.response_rows import AS_ASSESSED, DERIVED
from trialwright.numerics.lesion_records import NO_DAY
from trialwright.numerics.response_sequence import CODES

__all__ = ["immune_courses", "immune_rows"]

_PLAIN: Final = {word: code for code, word in IMMUNE_WORDS.items()}


def immune_courses(judged: Judged, policy: Policy) -> list[ImmuneCourse]:
    """Course of each subject by iRECIST.

    Parameters
    ----------
    judged : Judged
        The visits, judged by RECIST 1.1.
    policy : Policy
        The switches.

    Returns
    -------
    list of ImmuneCourse
        One a subject, in the order of the roster.
    """
    here = judged.course[judged.rows]
    visits = [
        ImmuneVisit(*each)
        for each in zip(
            judged.day.tolist(), judged.target.tolist(), here["non_target"].tolist(), judged.strict.tolist(),
            here["part"].tolist(), here["new_count"].tolist(), here["new_sum"].tolist(),
            (here["new_worse"] == 1).tolist(), strict=True,
        )
    ]  # fmt: skip
    start, since = judged.start.tolist(), judged.windows.since.tolist()
    return [
        immune_course(visits[start[s] : start[s + 1]], since[s] + policy.min_stable_days) for s in range(len(since))
    ]


def immune_rows(judged: Judged, policy: Policy) -> tuple[pl.DataFrame, np.ndarray[tuple[int], np.dtype[np.int8]]]:
    """Rows by iRECIST, and what each assessment means to endpoints.

    Parameters
    ----------
    judged : Judged
        The visits, judged by RECIST 1.1.
    policy : Policy
        The switches.

    Returns
    -------
    rows : polars.DataFrame
        ``S PARAMCD DAY AVALC AVAL RULEID SRCDOM SRCSEQ DTYPE``: IOVR at each assessment; IBOR and IPD once a subject;
        OVR PD, derived, on the day of the unconfirmed progression that counts.
    codes : numpy.ndarray of int8
        Overall response of each assessment without its progression, as in AVAL: an unconfirmed progression is neither
        a response nor a progression until it is settled, so it is not evaluable.
    """
    courses = immune_courses(judged, policy)
    said = [word for course in courses for word in course.responses]
    codes = np.array([_PLAIN.get(word, CODES.ne) for word in said], np.int8)
    kept = judged.windows.since > -NO_DAY
    start = judged.start.tolist()
    once: list[tuple[int, str, str, int, int | None]] = []
    for s, course in enumerate(courses):
        if not kept[s]:
            continue
        best = None if course.best_at is None else start[s] + course.best_at
        progressed = None if course.progression is None else start[s] + course.progression
        once.append((s, "IBOR", course.best, 0, best))
        once.append((s, "IPD", "N" if progressed is None else "Y", int(progressed is not None), progressed))
        if progressed is not None:
            once.append((s, "OVR", "PD", CODES.pd, progressed))
    rows = pl.DataFrame(
        once,
        schema={"S": pl.Int64, "PARAMCD": pl.String, "AVALC": pl.String, "AVAL": pl.Int64, "ROW": pl.Int64},
        orient="row",
    ).with_columns(AVAL=pl.when(pl.col("PARAMCD") != "IBOR").then("AVAL"), DTYPE=pl.lit(DERIVED))
    every = pl.DataFrame(
        {"S": judged.subject, "AVALC": said, "ROW": np.arange(len(said))},
        schema={"S": pl.Int64, "AVALC": pl.String, "ROW": pl.Int64},
    ).with_columns(PARAMCD=pl.lit("IOVR"), DTYPE=pl.lit(AS_ASSESSED))
    places = pl.DataFrame(
        {"ROW": np.arange(len(said)), "DAY": judged.day, "SRCDOM": judged.domain, "SRCSEQ": judged.seq}
    )
    both = pl.concat([every, rows], how="diagonal_relaxed").join(places, on="ROW", how="left", maintain_order="left")
    return both.drop("ROW").with_columns(RULEID=pl.format("immune.{}", pl.col("PARAMCD").str.to_lowercase())), codes
