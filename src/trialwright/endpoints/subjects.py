"""The subject-level table: one row a subject, with dates, memberships, strata and how observation ended."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from trialwright.endpoints.cohort import Cohort
from trialwright.endpoints.measure import output_schema
from trialwright.endpoints.timeline import FAR, NEVER, Ints, Picks, as_dates, as_days, limit_of

__all__ = ["flag_column", "subject_rows"]

_ENDS: Final = ("COMPLETED", "SCREEN FAILURE", "STUDY TERMINATED BY SPONSOR")
"""Reasons that end observation whatever was ended."""

_STATUS: Final = ("ONGOING", "COMPLETED", "NOT STARTED", "DISCONTINUED")


def flag_column(analysis_set: str) -> str:
    """Column of an analysis set's flag.

    Parameters
    ----------
    analysis_set : str
        Id of the set.

    Returns
    -------
    str
        The first six characters in capitals, and ``FL``.

    Examples
    --------
    >>> flag_column("randomised"), flag_column("operated")
    ('RANDOMFL', 'OPERATFL')
    """
    return analysis_set.upper()[:6] + "FL"


def subject_rows(cohort: Cohort, *, by_arm: bool) -> pl.DataFrame:
    """ADSL rows of all subjects.

    Parameters
    ----------
    cohort : Cohort
        The subjects.
    by_arm : bool
        Whether the arms may be shown; without it their columns are left out.

    Returns
    -------
    polars.DataFrame
        Sorted by USUBJID. A date and an eligibility for each gate (the latter null: not judged here), a flag for each
        analysis set, a column for each stratum factor. Other time points are left out: a date of surgery tells the arm.
    """
    dm, study = cohort.roster.dm, cohort.study
    last_alive = cohort.observation.last_alive(cohort.end)
    status, ended = _end_of_observation(cohort)
    point = study.allocation.at if study.allocation else None
    allocated = cohort.points[point] if point is not None else Picks.none(cohort.roster.size)
    arms = ["ARMCD", "ARM", "ACTARMCD"] if by_arm else []
    made = dm.select(
        "USUBJID",
        "SITEID",
        "AGE",
        "SEX",
        *arms,
        STUDYID=pl.lit(study.id),
        RFICDT="RFICLO",
        RANDDT=as_dates(allocated.day),
        TRTSDT=as_dates(_first_dose(cohort)),
        DTHDT=as_dates(cohort.observation.deaths.day),
        LSTALVDT=as_dates(last_alive.day),
        DTHCAUSE=_cause_of_death(cohort),
        EOSSTT=status,
        EOSDT=as_dates(ended),
        **{f"{name.upper()}DT": as_dates(cohort.points[name].day) for name in study.gates},
        **{f"{name.upper()}ELIG": pl.lit(None, pl.String) for name in study.gates},
        **{flag_column(name): membership.codes for name, membership in cohort.sets.items()},
    )
    made = _with_strata(cohort, made)
    declared = [name for name in output_schema("ADSL") if name in made.columns]
    return made.select(*declared, *[name for name in made.columns if name not in declared])


def _first_dose(cohort: Cohort) -> Ints:
    doses = cohort.frames["EX"]
    line = cohort.roster.timeline([("EX", doses, as_days(doses["EXSTLO"]), None)])
    return line.first(limit_of(cohort.roster.size, NEVER)).day


def _last_text(cohort: Cohort, rows: pl.DataFrame, column: str, domain: str, day: Ints) -> pl.Series:
    """Text of each subject's last row of a table, null where there is none."""
    picks = cohort.roster.timeline([(domain, rows, day, None)]).last(limit_of(cohort.roster.size, FAR))
    one = rows.select("USUBJID", SEQ=f"{domain}SEQ", VALUE=column).unique(["USUBJID", "SEQ"], keep="first")
    asked = cohort.roster.dm.select("USUBJID", SEQ=pl.when(pl.Series(picks.found)).then(pl.Series(picks.seq)))
    return asked.join(one, on=["USUBJID", "SEQ"], how="left", maintain_order="left")["VALUE"]


def _cause_of_death(cohort: Cohort) -> pl.Series:
    causes = cohort.frames["FA"].filter(pl.col("FATESTCD") == "DTHCAUSE")
    return _last_text(cohort, causes, "FASTRESC", "FA", as_days(causes["FALO"]))


def _end_of_observation(cohort: Cohort) -> tuple[pl.Series, Ints]:
    """Status and day: death, loss and withdrawal from follow-up discontinue, whatever else was recorded."""
    ds, n = cohort.frames["DS"], cohort.roster.size
    reason, scope = ds["DSDECOD"].fill_null("").to_numpy(), ds["DSSCOPE"].fill_null("").to_numpy()
    ended = np.isin(reason, _ENDS) & (scope != "TREATMENT")
    day = as_days(ds["DSSTLO"])
    status, when = np.zeros(n, np.int64), np.full(n, NEVER, np.int64)
    for number, keep in (
        (1, ended & (reason == "COMPLETED")),
        (2, ended & (reason == "SCREEN FAILURE")),
        (3, ended & (reason == "STUDY TERMINATED BY SPONSOR")),
    ):
        picks = cohort.roster.timeline([("DS", ds, np.where(keep, day, NEVER), None)]).first(limit_of(n, NEVER))
        status, when = np.where(picks.found, number, status), np.where(picks.found, picks.day, when)
    seen = cohort.observation
    for picks in (seen.withdrawn, seen.lost, seen.deaths):
        sooner = picks.found & ((when == NEVER) | (picks.day <= when))
        status, when = np.where(sooner, 3, status), np.where(sooner, picks.day, when)
    return pl.Series(_STATUS).gather(status), when


def _with_strata(cohort: Cohort, made: pl.DataFrame) -> pl.DataFrame:
    strata = cohort.frames["SC"].filter(pl.col("SCTESTCD").str.contains(r"^STRAT\d+$"))
    for factor in sorted(strata["SCTESTCD"].unique().to_list()):
        rows = strata.filter(pl.col("SCTESTCD") == factor)
        made = made.with_columns(_last_text(cohort, rows, "SCORRES", "SC", as_days(rows["SCLO"])).alias(factor))
    return made
