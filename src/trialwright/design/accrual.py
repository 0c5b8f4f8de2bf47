"""Who comes when: arrival, consent, registration, cycles before the allocation, the day of decision, and the arms."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from trialwright.design.plan import Plan
from trialwright.design.subset import shifted
from trialwright.numerics.sampling import Draws

__all__ = ["Entry", "allocated_arms", "arrivals", "calendar_entry", "drawn_sites"]

BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]

REGISTRATION_DAYS: Final = (1, 10)
BASELINE_SCAN_DAYS: Final = (5, 20)
FIRST_CYCLE_DAYS: Final = (3, 10)
MAX_DELAY_DAYS: Final = 7
DELAYED_SHARE: Final = 0.2
DECISION_SCAN_DAYS: Final = (14, 20)
DECISION_DAYS: Final = (3, 10)
BLOCK_FACTORS: Final = (2, 3)


@dataclass(frozen=True, slots=True)
class Entry:
    """Day numbers of a subject's way to the decision about allocation.

    Parameters
    ----------
    consent, registration : ndarray of int, shape (subjects,)
        Consent, and the day the first gate is judged.
    cycles : ndarray of int, shape (subjects,)
        Cycles given before the decision.
    cycle_days, delays : ndarray of int, shape (subjects, most cycles)
        First day of each cycle, and its delay in days against the plan; cycles beyond `cycles` are not given.
    baseline_scan, decision_scan, decision : ndarray of int, shape (subjects,)
        Scan before the first cycle, scan before the decision, and the day the last gate is judged.
    """

    consent: IntArray
    registration: IntArray
    cycles: IntArray
    cycle_days: IntArray
    delays: IntArray
    baseline_scan: IntArray
    decision_scan: IntArray
    decision: IntArray

    def moved(self, by: IntArray) -> Entry:
        """All days of each subject moved by as many days.

        Parameters
        ----------
        by : ndarray of int
            Days to add, one a subject.

        Returns
        -------
        Entry
            Cycles and delays unchanged.
        """
        kept = ("cycles", "delays")
        days = {part.name: getattr(self, part.name) for part in fields(self) if part.name not in kept}
        return replace(self, **shifted(days, by))


def arrivals(plan: Plan, draws: Draws, share_eligible: float) -> IntArray:
    """Days of consent: a Poisson process from the study's start.

    Parameters
    ----------
    plan : Plan
        The plan.
    draws : Draws
        Random numbers of the first subjects, none left out.
    share_eligible : float
        Share of the subjects screened who are allocated in the end; the rate is the scenario's rate of accrual divided
        by it, so that those who are allocated come at the scenario's rate.

    Returns
    -------
    ndarray of int
        Day numbers, ascending.

    Examples
    --------
    >>> from trialwright.conduct.studies import open_study
    >>> from trialwright.design.plan import plan_of
    >>> plan = plan_of(open_study("nct07295132").study, "base", 8)
    >>> days = arrivals(plan, Draws.first(7, 0, 3), 0.5)
    >>> bool((days >= plan.start_day).all())
    True
    """
    gaps = draws.exponential("arrival") * plan.mean_gap_days * share_eligible
    return plan.start_day + np.floor(np.cumsum(gaps)).astype(np.int64)


def calendar_entry(plan: Plan, draws: Draws) -> Entry:
    """Days on which subjects enter the trial and come to the decision, if everyone is eligible.

    Parameters
    ----------
    plan : Plan
        The plan.
    draws : Draws
        Random numbers.

    Returns
    -------
    Entry
        Day numbers.

    Notes
    -----
    All whole-day distances are uniform, both ends included: registration 1 to 10 days after consent; first cycle 3 to
    10 days after registration; the scan before it 5 to 20 days earlier; each cycle at the regimen's interval after the
    one before, one in five 1 to 7 days late; each allowed number of cycles equally likely; scan for the decision 14 to
    20 days after the last cycle's first day; decision 3 to 10 days after that scan. Without cycles the scan for the
    decision lies 3 to 10 days before registration.

    Examples
    --------
    >>> from trialwright.conduct.studies import open_study
    >>> from trialwright.design.plan import plan_of
    >>> plan = plan_of(open_study("nct07295132").study, "base", 8)
    >>> entry = calendar_entry(plan, Draws.first(7, 0, 3))
    >>> bool((entry.decision > entry.registration).all())
    True
    """
    consent = arrivals(plan, draws, 1.0)
    registration = consent + draws.whole("registration", *REGISTRATION_DAYS)[:, 0]
    regimen = plan.induction
    if regimen is None or regimen.cycle is None or regimen.cycles is None:
        scan = registration - draws.whole("decision", *DECISION_DAYS)[:, 0]
        none = np.zeros((draws.count, 0), dtype=np.int64)
        cycles = np.zeros(draws.count, dtype=np.int64)
        decision = registration if plan.allocation == plan.registration else registration + 1
        return Entry(consent, registration, cycles, none, none, scan, scan, decision)
    allowed = regimen.cycles if isinstance(regimen.cycles, tuple) else (regimen.cycles,)
    cycles = np.asarray(allowed, dtype=np.int64)[draws.category("cycles", [1.0] * len(allowed))[:, 0]]
    most = max(allowed)
    late = draws.grid("late cycle", most) < DELAYED_SHARE
    delays = np.where(late, draws.whole("delay of a cycle", 1, MAX_DELAY_DAYS, most), 0)
    delays[:, 0] = 0
    first = registration + draws.whole("first cycle", *FIRST_CYCLE_DAYS)[:, 0]
    cycle_days = first[:, None] + np.cumsum(delays, axis=1) + round(regimen.cycle.days) * np.arange(most)
    last = np.take_along_axis(cycle_days, cycles[:, None] - 1, axis=1)[:, 0]
    decision_scan = last + draws.whole("decision scan", *DECISION_SCAN_DAYS)[:, 0]
    return Entry(
        consent,
        registration,
        cycles,
        cycle_days,
        delays,
        first - draws.whole("baseline scan", *BASELINE_SCAN_DAYS)[:, 0],
        decision_scan,
        decision_scan + draws.whole("decision", *DECISION_DAYS)[:, 0],
    )


def drawn_sites(plan: Plan, draws: Draws) -> IntArray:
    """Site of each subject, 0 to sites - 1; the k-th site enrols in proportion to 1 / (k + 1).

    Parameters
    ----------
    plan : Plan
        The plan.
    draws : Draws
        Random numbers.

    Returns
    -------
    ndarray of int
        One a subject.

    Examples
    --------
    >>> from trialwright.conduct.studies import open_study
    >>> from trialwright.design.plan import plan_of
    >>> plan = plan_of(open_study("nct07295132").study, "base", 8)
    >>> int(drawn_sites(plan, Draws.first(7, 0, 100)).max())
    5
    """
    return draws.category("site", [1 / (k + 2) for k in range(plan.sites)])[:, 0]


def allocated_arms(plan: Plan, decision: IntArray, seed: int, trial: int) -> IntArray:
    """Arm of each allocated subject, from permuted blocks.

    Parameters
    ----------
    plan : Plan
        The plan.
    decision : ndarray of int
        Day of allocation; blocks are filled in the order of the days, ties in the order of arrival.
    seed, trial : int
        The blocks' sizes and orders depend on these alone.

    Returns
    -------
    ndarray of int
        Index into the plan's arms.

    Notes
    -----
    A block holds each arm 2 or 3 times its ratio, both equally likely; its order is that of as many uniform numbers.

    Examples
    --------
    >>> from trialwright.conduct.studies import open_study
    >>> from trialwright.design.plan import plan_of
    >>> plan = plan_of(open_study("nct07295132").study, "base", 8)
    >>> arms = allocated_arms(plan, np.arange(120), seed=7, trial=0)
    >>> bool(abs(arms.mean() - 0.5) < 0.05)
    True
    """
    count = decision.size
    pattern = np.repeat(np.arange(len(plan.arms)), [arm.ratio or 1 for arm in plan.arms])
    smallest = pattern.size * min(BLOCK_FACTORS)
    blocks = -(-count // smallest)
    of_blocks = Draws.first(seed, trial, blocks)
    factors = np.asarray(BLOCK_FACTORS)[of_blocks.category("block size", [1.0] * len(BLOCK_FACTORS))[:, 0]]
    widest = pattern.size * max(BLOCK_FACTORS)
    filled = np.arange(widest) < (factors * pattern.size)[:, None]
    order = np.where(filled, of_blocks.grid("block order", widest), 2.0).argsort(axis=1, kind="stable")
    listed = pattern[order % pattern.size][filled]
    arms = np.empty(count, dtype=np.int64)
    arms[np.argsort(decision, kind="stable")] = listed[:count]
    return arms
