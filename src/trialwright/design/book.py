"""Sheets of one trial under way."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import polars as pl

from trialwright.design.people import People
from trialwright.design.sheet import Sheet
from trialwright.design.treatment import Treatment

__all__ = ["Book", "subject_ids"]


@dataclass(slots=True)
class Book:
    """Sheets under way, with the subjects they are about.

    Parameters
    ----------
    people : People
        The invented trial.
    treatment : Treatment
        What was given and taken.
    sheets : dict of str to Sheet
        Sheets by domain.
    """

    people: People
    treatment: Treatment
    sheets: dict[str, Sheet] = field(default_factory=dict)

    def sheet(self, domain: str) -> Sheet:
        """The sheet of a domain, begun when it is first asked for.

        Parameters
        ----------
        domain : str
            CDISC domain.

        Returns
        -------
        Sheet
            The sheet.
        """
        return self.sheets.setdefault(domain, Sheet(domain))


def subject_ids(people: People) -> pl.Series:
    """USUBJID of everyone screened: ``SIM``, the site's number, and a running number.

    Parameters
    ----------
    people : People
        The invented trial.

    Returns
    -------
    polars.Series
        Such as ``SIM01-000123``.

    Examples
    --------
    >>> from trialwright.conduct.studies import open_study
    >>> from trialwright.design.plan import plan_of
    >>> plan = plan_of(open_study("nct07295132").study, "base", 8)
    >>> from trialwright.design.people import invented
    >>> people = invented(plan, seed=7, trial=0)
    >>> subject_ids(people)[0][-7:]
    '-000001'
    """
    sites = pl.Series([f"SIM{number + 1:02d}-" for number in range(people.plan.sites)])
    running = pl.Series(np.arange(1, people.screened.draws.count + 1)).cast(pl.String).str.zfill(6)
    return sites.gather(pl.Series(people.screened.sites.astype(np.uint32))) + running
