"""Simulate a trial's whole path: from a study and a scenario to the tables of a data folder, with the truth beside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import polars as pl

from trialwright.design.coded import CodedTable, TypedTables
from trialwright.design.days import date_of
from trialwright.design.people import People, invented
from trialwright.design.plan import plan_of
from trialwright.design.tables import tables_of
from trialwright.design.truth import truth_of
from trialwright.model.frames import Frames
from trialwright.model.study import Study

__all__ = ["Simulated", "simulate"]


@dataclass(frozen=True, eq=False)
class Simulated:
    """One invented trial.

    Parameters
    ----------
    people : People
        The subjects as arrays.
    coded : mapping of str to CodedTable
        Domain to table, as codes.
    study : str
        Id of the study.
    scenario : str
        Name of the scenario.
    seed, trial : int
        Of the random numbers.
    cutoff : datetime.date
        Last day the tables know of.
    """

    people: People
    coded: Mapping[str, CodedTable]
    study: str
    scenario: str
    seed: int
    trial: int
    cutoff: date

    @cached_property
    def tables(self) -> Mapping[str, pl.DataFrame]:
        """Domain to text table, as a data folder holds it."""
        return {domain: table.text() for domain, table in self.coded.items()}

    @cached_property
    def truth(self) -> pl.DataFrame:
        """One row an allocated subject: what really happened, seen or not."""
        return truth_of(self.people)

    def frames(self) -> Frames:
        """The tables typed, in memory, with data origin ``simulated``.

        Returns
        -------
        Frames
            The same as if read from the folder these tables would make; a table is typed when it is first asked for.
        """
        return Frames(TypedTables(self.coded, self.study), "simulated", cutoff=self.cutoff, study=self.study)


def simulate(
    study: Study, *, scenario: str = "base", subjects: int | None = None, seed: int, trial: int = 0
) -> Simulated:
    """Invent a trial: subjects who are screened, treated, allocated, followed and lost as its scenario says.

    Parameters
    ----------
    study : Study
        The study.
    scenario : str, default "base"
        Name of one of its scenarios.
    subjects : int, optional
        Subjects allocated; the scenario's own number when absent.
    seed : int
        Of the random numbers, 0 to 2**64 - 1.
    trial : int, default 0
        Number of the trial; trials of one seed are independent.

    Returns
    -------
    Simulated
        The same for the same arguments on any machine.

    Raises
    ------
    StudyError
        When the study or the scenario states something that cannot be invented.

    Notes
    -----
    Every random number is a function of seed, trial, stream and subject. Subjects consent as a Poisson process, at the
    scenario's rate for those who are allocated, scaled so that accrual lasts as long for any number of subjects; the
    cutoff is the study's start plus the scenario's ``cutoff``. Facts are drawn from the scenario's items, or 98 % in
    favour of eligibility; whoever fails a criterion is a screen failure. Arms come from permuted blocks in the order of
    the allocation dates. Progression, death and the operation follow exponential clocks (see ``design.courses``);
    progression is seen at the first attended scan on or after its day, and nothing is seen after loss, withdrawal,
    death or cutoff.

    Examples
    --------
    >>> from trialwright.conduct.studies import open_study
    >>> invented = simulate(open_study("nct07295132").study, subjects=4, seed=7)
    >>> invented.tables["DM"]["ARMCD"].drop_nulls().len()
    4
    """
    plan = plan_of(study, scenario, subjects)
    people = invented(plan, seed, trial)
    return Simulated(
        people=people,
        coded=tables_of(people),
        study=study.id,
        scenario=scenario,
        seed=seed,
        trial=trial,
        cutoff=date_of(plan.cutoff_day),
    )
