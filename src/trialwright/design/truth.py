"""What really happened to the invented subjects, whether it was seen or not."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from trialwright.design.book import subject_ids
from trialwright.design.days import NEVER
from trialwright.design.people import People

__all__ = ["truth_of"]

FloatArray = NDArray[np.float64]


def truth_of(people: People) -> pl.DataFrame:
    """One row an allocated subject.

    Parameters
    ----------
    people : People
        The invented trial.

    Returns
    -------
    polars.DataFrame
        USUBJID, ARMCD, ALLOCATED; days since allocation of the true PROGRESSION and DEATH (rounded up to whole days,
        null if never), of the operation PLANNED and OPERATED (null where not done), of the DOCUMENTED progression, of
        LOSS and WITHDRAWAL (null where observation did not end so); RESIDUAL the operation would leave; the marker's
        CA0, KELIM, BETA and KPROD.

    Notes
    -----
    Days without rounding stand in PROGRESSION_TIME and DEATH_TIME.

    Examples
    --------
    >>> from trialwright.conduct.studies import open_study
    >>> from trialwright.design.plan import plan_of
    >>> plan = plan_of(open_study("nct07295132").study, "base", 8)
    >>> from trialwright.design.people import invented
    >>> people = invented(plan, seed=7, trial=0)
    >>> truth_of(people).height
    8
    """
    allocated, plan, marker = people.allocated, people.plan, people.screened.marker
    course, positions = allocated.course, allocated.positions
    columns: dict[str, pl.Series | list[str]] = {
        "USUBJID": subject_ids(people).gather(positions),
        "ARMCD": pl.Series(plan.study.arm_ids).gather(allocated.arms),
        "ALLOCATED": pl.Series(allocated.days.astype(np.int32)).cast(pl.Date),
        "PROGRESSION": _whole_days(np.ceil(course.progression)),
        "DEATH": _whole_days(np.ceil(course.death)),
        "PLANNED": _whole_days(course.planned),
        "OPERATED": _whole_days(course.operated),
        "DOCUMENTED": _since(allocated.scans.documented, allocated.days),
        "LOSS": _since(allocated.seen.lost, allocated.days),
        "WITHDRAWAL": _since(allocated.seen.withdrawn, allocated.days),
        "PROGRESSION_TIME": pl.Series(course.progression),
        "DEATH_TIME": pl.Series(course.death),
    }
    if plan.residual:
        answer = people.screened.facts.answers[plan.residual, ""]
        columns["RESIDUAL"] = pl.Series(answer.words).gather(answer.codes[positions])
    if marker is not None:
        for name in ("ca0", "kelim", "beta", "kprod"):
            columns[name.upper()] = pl.Series(getattr(marker, name)[positions])
    return pl.DataFrame(columns)


def _whole_days(times: FloatArray) -> pl.Series:
    return pl.Series(np.where(np.isfinite(times), times, np.nan)).fill_nan(None).cast(pl.Int64)


def _since(days: NDArray[np.int64], start: NDArray[np.int64]) -> pl.Series:
    return _whole_days(np.where(days < NEVER, days - start, np.inf).astype(np.float64))
