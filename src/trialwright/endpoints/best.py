"""Best and confirmed responses of a series, from the overall responses of its assessments up to any day."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from trialwright.endpoints.cohort import ASSESSED, Cohort
from trialwright.endpoints.rules import therapy_item
from trialwright.endpoints.timeline import DOMAINS, FLAGS, NEVER, Flags, Ints, Picks, as_dates
from trialwright.model.endpoint import Definition
from trialwright.model.schedule import AssessmentSeries
from trialwright.numerics.response_sequence import (
    CODES,
    CR_THEN_DISEASE,
    NO_DAY,
    BestResponses,
    SequenceRules,
    best_responses,
    read_again,
)

__all__ = [
    "RESPONSES",
    "Best",
    "best_of",
    "best_response",
    "best_rows",
    "first_response",
    "needs_confirmation",
    "sequence_rules",
]

Codes = npt.NDArray[np.int8]

RESPONSES: Final = (*ASSESSED, "MISSING")
"""Responses by their number in AVAL."""

MIN_STABLE_DAYS: Final = 42
MIN_CONFIRM_DAYS: Final = 28
MAX_NE: Final = 1


@dataclass(frozen=True, slots=True, eq=False)
class Best:
    """Best responses of a series, one a subject, and the assessments they were found in.

    Parameters
    ----------
    found : BestResponses
        Responses and their positions in `rows`.
    rows : Picks
        Assessments of all subjects, by subject and day.
    """

    found: BestResponses
    rows: Picks

    def at(self, position: Ints) -> Picks:
        """Assessments at some positions, one a subject.

        Parameters
        ----------
        position : numpy.ndarray of int64
            Positions in `rows`, -1 for none.

        Returns
        -------
        Picks
            None where there is no position.
        """
        if not len(self.rows.day):
            return Picks.none(len(position))
        place, rows = np.maximum(position, 0), self.rows
        return Picks(rows.day[place], rows.domain[place], rows.seq[place], rows.imputed[place]).where(position >= 0)


def needs_confirmation(series: AssessmentSeries) -> bool:
    """Whether a response of a series counts only once it is confirmed.

    Parameters
    ----------
    series : AssessmentSeries
        The series.

    Returns
    -------
    bool
        As the study file says; without a word no confirmation is needed.
    """
    return series.confirmation is not None and series.confirmation.needed


def sequence_rules(series: AssessmentSeries) -> SequenceRules:
    """Rules by which the responses of a series make a best response.

    Parameters
    ----------
    series : AssessmentSeries
        The series.

    Returns
    -------
    SequenceRules
        Stable disease counts from ``stable_from`` on, else from day 42; a response is confirmed after 28 days unless
        ``confirmation`` says otherwise; the settings ``min_stable_days`` and ``min_confirm_days`` stand above both. Of
        a length that is no whole number of days the started day counts whole. Verdicts a reader recorded stand as they
        are.
    """
    settings = series.settings
    recorded = settings.get("rows") == "recorded"
    disease = str(settings.get("cr_then_disease", "as_collected" if recorded else "pd"))
    confirm = ceil(series.confirmation.after.days) if series.confirmation is not None else MIN_CONFIRM_DAYS
    stable = ceil(series.stable_from.days) if series.stable_from is not None else MIN_STABLE_DAYS
    return SequenceRules(
        int(str(settings.get("min_stable_days", stable))),
        int(str(settings.get("min_confirm_days", confirm))),
        int(str(settings.get("max_ne", MAX_NE))),
        str(settings.get("accept_one_sd", "false")).lower() == "true",
        CR_THEN_DISEASE.index(disease),
    )


def best_of(cohort: Cohort, series: str, until: Ints | None = None) -> Best:
    """Best and confirmed best responses of a series.

    Parameters
    ----------
    cohort : Cohort
        The subjects.
    series : str
        Response series.
    until : numpy.ndarray of int64, optional
        Last day that counts, one a subject; the cut-off when left out.

    Returns
    -------
    Best
        Assessments after the first day of a new cancer therapy do not count (with ``new_therapy_day: excluded`` nor
        those on it), nor those after the last day.
    """
    stated = cohort.study.series(series)
    subject, every, number = cohort.sequence(series, ASSESSED)
    n = cohort.roster.size
    therapy = therapy_item(cohort.study, Definition())
    begun = cohort.item(therapy) if therapy else Picks.none(n)
    excluded = stated.settings.get("new_therapy_day") == "excluded"
    last = np.where(begun.found, begun.day - int(excluded), NO_DAY)
    last = np.minimum(last, cohort.end if until is None else until)
    rules = sequence_rules(stated)
    origin = cohort.points[stated.from_].day if stated.from_ is not None else np.full(n, NEVER, np.int64)
    counts = (every.day <= last[subject]) & ~_removed(cohort, stated, subject, every.day, number)
    kept = np.flatnonzero(counts)
    rows = Picks(every.day[kept], every.domain[kept], every.seq[kept], every.imputed[kept])
    bounds = np.searchsorted(subject[kept], np.arange(n + 1)).astype(np.int64)
    code = number[kept].astype(np.int8)
    own = read_again(bounds, rows.day, code, rules)
    return Best(best_responses(bounds, rows.day, own, (origin, last), rules), rows)


def _removed(cohort: Cohort, stated: AssessmentSeries, subject: Ints, day: Ints, number: Ints) -> Flags:
    """Assessments after the planned removal of the targets that tell of no response: all but NED, PD and NE."""
    if stated.planned_removal is None:
        return np.zeros(len(day), np.bool_)
    removal = cohort.item(stated.planned_removal.procedure)
    after = removal.found[subject] & (day >= removal.day[subject])
    return np.asarray(after & ~np.isin(number, (CODES.ned, CODES.pd, CODES.ne)), np.bool_)


def first_response(cohort: Cohort, series: str, codes: tuple[str, ...], *, confirmed: bool) -> Picks:
    """First response of a series, confirmed or not.

    Parameters
    ----------
    cohort : Cohort
        The subjects.
    series : str
        Response series.
    codes : tuple of str
        Responses that count; CR alone asks for a complete one.
    confirmed : bool
        Whether only a confirmed response counts; its day is that of the first of the two assessments.

    Returns
    -------
    Picks
        Assessment of each subject that responded.
    """
    if cohort.has_best(series):
        parameter = ("CRSP" if confirmed else "RSP") if "PR" in codes else ("CBOR" if confirmed else "BOR")
        return cohort.judged(series, parameter, ("Y",) if "PR" in codes else codes)
    best = best_of(cohort, series)
    found = best.found
    if "PR" in codes:
        return best.at(found.confirmed_response_row if confirmed else found.response_row)
    reached = found.confirmed if confirmed else found.best
    row = found.confirmed_row if confirmed else found.best_row
    return best.at(np.where(reached == CODES.cr, row, -1))


def best_response(cohort: Cohort, series: str) -> Picks:
    """First assessment that shows the best response of a subject who responded.

    Parameters
    ----------
    cohort : Cohort
        The subjects.
    series : str
        Response series; its confirmed best response where it needs confirmation.

    Returns
    -------
    Picks
        None where the best response is neither CR nor PR.
    """
    confirmed = needs_confirmation(cohort.study.series(series))
    if cohort.has_best(series):
        return cohort.judged(series, "CBOR" if confirmed else "BOR", ("CR", "PR"))
    best = best_of(cohort, series)
    reached = best.found.confirmed if confirmed else best.found.best
    row = best.found.confirmed_row if confirmed else best.found.best_row
    return best.at(np.where((reached == CODES.cr) | (reached == CODES.pr), row, -1))


def best_rows(cohort: Cohort, series: str, until: Ints | None = None) -> pl.DataFrame:
    """Best and confirmed best response as rows of ADRS.

    Parameters
    ----------
    cohort : Cohort
        The subjects.
    series : str
        Response series.
    until : numpy.ndarray of int64, optional
        Last day that counts, one a subject; the cut-off when left out.

    Returns
    -------
    polars.DataFrame
        Columns of the responses given; a subject without an assessment that counts has no row.
    """
    best = best_of(cohort, series, until)
    found = best.found
    parts = []
    for parameter, code, row in (("BOR", found.best, found.best_row), ("CBOR", found.confirmed, found.confirmed_row)):
        picks = best.at(row)
        who = np.flatnonzero(picks.found)
        parts.append(_rows(cohort, series, parameter, picks, code, who))
    return pl.concat(parts)


def _rows(cohort: Cohort, series: str, parameter: str, picks: Picks, code: Codes, who: Ints) -> pl.DataFrame:
    number = code[who].astype(np.int64)
    frame = pl.DataFrame(
        {
            "STUDYID": pl.repeat(cohort.study.id, len(who), eager=True),
            "USUBJID": cohort.roster.subjects[who],
            "ASSESSID": pl.repeat(series, len(who), eager=True),
            "PARAMCD": pl.repeat(parameter, len(who), eager=True),
            "ADT": as_dates(picks.day[who]),
            "AVALC": pl.Series(np.asarray(RESPONSES)[number], dtype=pl.String),
            "AVAL": number,
            "ADEQUATE": pl.Series(np.where(number < CODES.ne, "Y", "N"), dtype=pl.String),
            "ANL01FL": pl.repeat("Y", len(who), eager=True),
            "DTYPE": pl.repeat("DERIVED", len(who), eager=True),
            "RULEID": pl.repeat(f"response.{_RULES[parameter]}", len(who), eager=True),
            "SRCDOM": pl.Series([DOMAINS[number] for number in picks.domain[who]], dtype=pl.String),
            "SRCSEQ": picks.seq[who],
            "ADTF": pl.Series([FLAGS[number] for number in picks.imputed[who]], dtype=pl.String),
        }
    )
    schema = cohort.responses.schema
    return frame.select(
        [
            (pl.col(name) if name in frame.columns else pl.lit(None)).cast(dtype).alias(name)
            for name, dtype in schema.items()
        ]
    )


_RULES: Final = {"BOR": "best", "CBOR": "confirmed-best"}
