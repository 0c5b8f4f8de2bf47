"""The subject-level table: one row a subject, with dates, memberships, strata and how observation ended."""

from __future__ import annotations

import re
from typing import Final

import numpy as np
import polars as pl

from trialwright.endpoints.cohort import Cohort
from trialwright.endpoints.measure import output_schema
from trialwright.endpoints.timeline import NEVER, Flags, Ints, Picks, as_dates, limit_of, timeline
from trialwright.model.items import DATE_COLUMNS, date_stem

__all__ = ["subject_rows"]

_ENDS: Final = ("COMPLETED", "SCREEN FAILURE", "STUDY TERMINATED BY SPONSOR")
"""Reasons that end observation whatever was ended."""

_STRATUM: Final = re.compile(r"STRAT\d+")
_STATUS: Final = ("ONGOING", "COMPLETED", "NOT STARTED", "DISCONTINUED")


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
    columns: dict[str, pl.Expr | pl.Series] = {
        **{name: pl.col(name) for name in ("USUBJID", "SITEID", "AGE", "SEX")},
        **({name: pl.col(name) for name in ("ARMCD", "ARM", "ACTARMCD")} if by_arm else {}),
        "STUDYID": pl.lit(study.id),
        "RFICDT": pl.col("RFICLO"),
        "RANDDT": as_dates(allocated.day),
        "TRTSDT": as_dates(_first_dose(cohort)),
        "DTHDT": as_dates(np.where(cohort.observation.held, NEVER, cohort.observation.deaths.day)),
        "LSTALVDT": as_dates(last_alive.day),
        "DTHCAUSE": _cause_of_death(cohort),
        "EOSSTT": status,
        "EOSDT": as_dates(ended),
        **{f"{name.upper()}DT": as_dates(cohort.points[name].day) for name in study.gates},
        **{f"{name.upper()}ELIG": pl.lit(None, pl.String) for name in study.gates},
        **{study.set_flags[name]: membership.codes for name, membership in cohort.sets.items()},
        **_strata(cohort),
    }
    order = [name for name in output_schema("ADSL") if name in columns]
    order += [name for name in columns if name not in order]
    return dm.select(**{name: columns[name] for name in order})


def _first_dose(cohort: Cohort) -> Ints:
    doses = cohort.roster.sheet("EX")
    line = timeline([doses.part(np.ones(doses.frame.height, np.bool_), doses.days("EXSTLO"))])
    return line.first(limit_of(cohort.roster.size, NEVER)).day


def _last_text(cohort: Cohort, domain: str, keep: Flags, column: str) -> pl.Series:
    """Text of each subject's last row of those that count, null where there is none."""
    sheet = cohort.roster.sheet(domain)
    texts = np.full(cohort.roster.size, None, np.object_)
    rows = np.flatnonzero(keep & (sheet.subject >= 0))
    if len(rows):
        day = sheet.days(f"{date_stem(DATE_COLUMNS[domain])}LO")[rows]
        ordered = rows[np.lexsort((sheet.seq[rows], day))]
        texts[sheet.subject[ordered]] = sheet.frame[column].to_numpy()[ordered]
    return pl.Series(texts.tolist(), dtype=pl.String)


def _cause_of_death(cohort: Cohort) -> pl.Series:
    return _last_text(cohort, "FA", cohort.roster.sheet("FA").equals("FATESTCD", "DTHCAUSE"), "FASTRESC")


def _end_of_observation(cohort: Cohort) -> tuple[pl.Series, Ints]:
    """Status and day: death, loss and withdrawal from follow-up discontinue, whatever else was recorded."""
    ds, n = cohort.roster.sheet("DS"), cohort.roster.size
    stopped = ds.equals("DSSCOPE", "TREATMENT")
    day = ds.days("DSSTLO")
    status, when = np.zeros(n, np.int64), np.full(n, NEVER, np.int64)
    for number, reason in enumerate(_ENDS, 1):
        picks = timeline([ds.part(ds.equals("DSDECOD", reason) & ~stopped, day)]).first(limit_of(n, NEVER))
        status, when = np.where(picks.found, min(number, 3), status), np.where(picks.found, picks.day, when)
    seen = cohort.observation
    for picks in (seen.withdrawn, seen.lost, seen.deaths):
        sooner = picks.found & ((when == NEVER) | (picks.day <= when))
        status, when = np.where(sooner, 3, status), np.where(sooner, picks.day, when)
    when = np.where(seen.held & (when == seen.deaths.day), NEVER, when)
    return pl.Series(_STATUS)[status], when


def _strata(cohort: Cohort) -> dict[str, pl.Series]:
    strata = cohort.roster.sheet("SC")
    factors = strata.frame["SCTESTCD"].unique().drop_nulls().to_list() if strata.frame.height else []
    return {
        factor: _last_text(cohort, "SC", strata.equals("SCTESTCD", factor), "SCORRES")
        for factor in sorted(factors)
        if _STRATUM.fullmatch(factor)
    }
