"""How invented data fall short of perfect: observation that ends early, dates known in part, missing values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from trialwright.design.coded import DAY, MONTH, YEAR
from trialwright.design.courses import Course
from trialwright.design.days import NEVER
from trialwright.design.plan import Plan
from trialwright.numerics.sampling import Draws

__all__ = ["Observation", "missing", "observed", "partly_known"]

BoolArray = NDArray[np.bool_]
FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

ALWAYS: Final = -NEVER
DAYS_PER_YEAR: Final = 365.25


@dataclass(frozen=True, slots=True)
class Observation:
    """How long allocated subjects are seen; day numbers, `NEVER` for what does not come.

    Parameters
    ----------
    lost, withdrawn : ndarray of int
        Last contact before loss to follow-up; day of withdrawal from follow-up.
    death : ndarray of int
        Day of a death that is known by the cutoff.
    last : ndarray of int
        Last day on which anything but a death can be recorded.
    """

    lost: IntArray
    withdrawn: IntArray
    death: IntArray
    last: IntArray


def observed(plan: Plan, course: Course, allocation: IntArray, draws: Draws) -> Observation:
    """Ends of observation.

    Parameters
    ----------
    plan : Plan
        The plan.
    course : Course
        True moments.
    allocation : ndarray of int
        Day numbers.
    draws : Draws
        Random numbers.

    Returns
    -------
    Observation
        Loss and withdrawal come at exponential times from allocation, at the scenario's rates a year; the earlier one
        counts, and none of them on the day of death or later. Nothing is recorded after the cutoff.

    Examples
    --------
    >>> from trialwright.conduct.studies import open_study
    >>> from trialwright.design.plan import plan_of
    >>> plan = plan_of(open_study("nct07295132").study, "base", 8)
    >>> from trialwright.design.people import invented
    >>> people = invented(plan, seed=7, trial=0)
    >>> bool((people.allocated.seen.last <= plan.cutoff_day).all())
    True
    """
    death = allocation + np.ceil(np.minimum(course.death, NEVER)).astype(np.int64)
    lost = allocation + _days_to("loss", plan.lapses.lost_per_year, draws)
    withdrawn = allocation + _days_to("withdrawal", plan.lapses.withdrawn_per_year, draws)
    end = np.minimum(lost, withdrawn)
    ends_early = (end < death) & (end <= plan.cutoff_day)
    known = ~ends_early & (death <= plan.cutoff_day)
    last = np.minimum(np.where(ends_early, end, plan.cutoff_day), death - 1)
    return Observation(
        np.where(ends_early & (lost <= withdrawn), lost, NEVER),
        np.where(ends_early & (lost > withdrawn), withdrawn, NEVER),
        np.where(known, death, NEVER),
        last,
    )


def _days_to(stream: str, per_year: float, draws: Draws) -> IntArray:
    if per_year <= 0:
        return np.full(draws.count, NEVER, dtype=np.int64)
    return np.ceil(draws.exponential(stream) * DAYS_PER_YEAR / per_year).astype(np.int64)


def partly_known(
    plan: Plan,
    stream: str,
    days: IntArray,
    draws: Draws,
    *,
    after: IntArray | int = ALWAYS,
    before: IntArray | int = NEVER,
    years: bool = False,
) -> IntArray:
    """Precision with which dates are written.

    Parameters
    ----------
    plan : Plan
        The plan.
    stream : str
        What the dates are; names the random numbers.
    days : ndarray of int
        Day numbers.
    draws : Draws
        Random numbers.
    after, before : ndarray of int or int, optional
        Days the date must certainly lie between; one in the same month (or year) is written in full, so that the order
        of two dates never becomes doubtful.
    years : bool, default False
        One partial date in four is a year alone.

    Returns
    -------
    ndarray of int
        `DAY`, `MONTH` or `YEAR`, one a date; the scenario's share is partial where the order allows it.

    Examples
    --------
    >>> from trialwright.conduct.studies import open_study
    >>> from trialwright.design.plan import plan_of
    >>> plan = plan_of(open_study("nct07295132").study, "base", 8)
    >>> days = np.full(1000, 20000)
    >>> sorted(set(partly_known(plan, "birth", days, Draws.first(7, 0, 1000), years=True).tolist())) == [
    ...     DAY,
    ...     MONTH,
    ...     YEAR,
    ... ]
    True
    """
    share = plan.lapses.partial_dates
    if share <= 0:
        return np.full(days.shape, DAY, dtype=np.int64)
    number = draws.uniform(f"partial date {stream}")
    month = days.astype("datetime64[D]").astype("datetime64[M]")
    first_of_month = month.astype("datetime64[D]").astype(np.int64)
    last_of_month = (month + 1).astype("datetime64[D]").astype(np.int64) - 1
    fits = (first_of_month > after) & (last_of_month < np.minimum(before, plan.cutoff_day + 1))
    precision = np.where((number < share) & fits, MONTH, DAY)
    if not years:
        return precision
    year = days.astype("datetime64[D]").astype("datetime64[Y]")
    first_of_year = year.astype("datetime64[D]").astype(np.int64)
    last_of_year = (year + 1).astype("datetime64[D]").astype(np.int64) - 1
    whole_year = (
        (number < share / 4) & (first_of_year > after) & (last_of_year < np.minimum(before, plan.cutoff_day + 1))
    )
    return np.where(whole_year, YEAR, precision)


def missing(plan: Plan, stream: str, draws: Draws, width: int = 1) -> BoolArray:
    """Which values are not there.

    Parameters
    ----------
    plan : Plan
        The plan.
    stream : str
        What the values are; names the random numbers.
    draws : Draws
        Random numbers.
    width : int, default 1
        Values a subject.

    Returns
    -------
    ndarray of bool, shape (subjects, width)
        True for the scenario's share of them.

    Examples
    --------
    >>> from trialwright.conduct.studies import open_study
    >>> from trialwright.design.plan import plan_of
    >>> plan = plan_of(open_study("nct07295132").study, "base", 8)
    >>> missing(plan, "marker", Draws.first(7, 0, 3), 2).shape
    (3, 2)
    """
    if plan.lapses.missing_values <= 0:
        return np.zeros((draws.count, width), dtype=np.bool_)
    return draws.grid(f"missing {stream}", width) < plan.lapses.missing_values
