"""Simulate a trial's whole path: from a study and a scenario to the tables of a data folder, with the truth beside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from trialwright.design.days import date_of
from trialwright.design.people import invented
from trialwright.design.plan import plan_of
from trialwright.design.tables import tables_of
from trialwright.design.truth import truth_of
from trialwright.errors import DataError
from trialwright.model.frames import Frames, frames_from_text
from trialwright.model.study import Study

__all__ = ["Simulated", "simulate"]


@dataclass(frozen=True, slots=True, eq=False)
class Simulated:
    """One invented trial.

    Parameters
    ----------
    tables : mapping of str to polars.DataFrame
        Domain to text table, as a data folder holds it.
    truth : polars.DataFrame
        One row an allocated subject: what really happened, seen or not.
    study : str
        Id of the study.
    scenario : str
        Name of the scenario.
    seed, trial : int
        Of the random numbers.
    cutoff : datetime.date
        Last day the tables know of.
    """

    tables: Mapping[str, pl.DataFrame]
    truth: pl.DataFrame
    study: str
    scenario: str
    seed: int
    trial: int
    cutoff: date

    def frames(self) -> Frames:
        """The tables typed, in memory, with data origin ``simulated``.

        Returns
        -------
        Frames
            As if read from the folder these tables would make.

        Raises
        ------
        DataError
            When a cell that was invented cannot be read back.
        """
        frames, findings = frames_from_text(self.tables, "simulated", cutoff=self.cutoff, study=self.study)
        if findings:
            first = findings[0]
            raise DataError(first.text, where=f"{first.where} {first.column}", why="an invented cell cannot be read")
        return frames


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
    """
    plan = plan_of(study, scenario, subjects)
    people = invented(plan, seed, trial)
    return Simulated(
        tables=tables_of(people),
        truth=truth_of(people),
        study=study.id,
        scenario=scenario,
        seed=seed,
        trial=trial,
        cutoff=date_of(plan.cutoff_day),
    )
