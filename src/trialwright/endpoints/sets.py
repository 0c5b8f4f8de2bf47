"""Analysis sets: who belongs, who does not, and of whom it cannot be told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from trialwright.endpoints.roster import Roster
from trialwright.endpoints.timeline import Flags, Picks
from trialwright.model.derivation import subject_findings
from trialwright.model.finding import Finding
from trialwright.model.schedule import AnalysisSet
from trialwright.model.study import Study

__all__ = ["Membership", "exclusion_path", "memberships"]


@dataclass(frozen=True, slots=True, eq=False)
class Membership:
    """Who belongs to one analysis set.

    Parameters
    ----------
    inside : numpy.ndarray of bool
        Members, those in doubt among them.
    doubtful : numpy.ndarray of bool
        Members for whom an exclusion cannot be judged.
    reached : Picks
        The row by which each subject reached the set's time point.
    findings : tuple of Finding
        Members in doubt.
    """

    inside: Flags
    doubtful: Flags
    reached: Picks
    findings: tuple[Finding, ...]

    @property
    def codes(self) -> pl.Series:
        """``Y``, ``N`` or, for a member in doubt, ``U``."""
        return pl.Series(np.where(self.doubtful, "U", np.where(self.inside, "Y", "N")), dtype=pl.String)


def exclusion_path(analysis_set: AnalysisSet, criterion: str) -> str:
    """Path of a predicate that excludes from an analysis set.

    Parameters
    ----------
    analysis_set : AnalysisSet
        The set.
    criterion : str
        Id of the exclusion.

    Returns
    -------
    str
        For example ``/analysis_sets/e2e3/exclude/E2``.
    """
    return f"/analysis_sets/{analysis_set.id}/exclude/{criterion}"


def memberships(
    study: Study, roster: Roster, points: Mapping[str, Picks], verdicts: Mapping[str, pl.DataFrame]
) -> dict[str, Membership]:
    """Members of every analysis set of a study.

    Parameters
    ----------
    study : Study
        The study.
    roster : Roster
        Its subjects.
    points : mapping of str to Picks
        Rows of the time points reached by the cut-off.
    verdicts : mapping of str to polars.DataFrame
        Answers of the predicates that exclude, by path.

    Returns
    -------
    dict of str to Membership
        A subject belongs who reached the set's time point in one of its arms and is not excluded. A subject whose
        exclusion cannot be judged stays in and is listed.
    """
    return {entry.id: _membership(entry, roster, points, verdicts) for entry in study.analysis_sets}


def _membership(
    entry: AnalysisSet, roster: Roster, points: Mapping[str, Picks], verdicts: Mapping[str, pl.DataFrame]
) -> Membership:
    reached = points[entry.reached]
    inside = reached.found
    if entry.arms:
        inside = inside & roster.person.equals("ARMCD", *entry.arms)
    doubtful = np.zeros(roster.size, np.bool_)
    for criterion in entry.exclude:
        answers = verdicts.get(exclusion_path(entry, criterion.id))
        verdict = np.full(roster.size, "U")
        if answers is not None:
            place = roster.position(answers["USUBJID"])
            verdict[place[place >= 0]] = answers["VERDICT"].fill_null("U").to_numpy()[place >= 0]
        inside = inside & (verdict != "T")
        doubtful = doubtful | (verdict == "U")
    doubtful = doubtful & inside
    names = roster.names(doubtful)
    text = f"an exclusion from the set '{entry.id}' cannot be judged; the subject stays in"
    return Membership(
        inside, doubtful, reached, tuple(subject_findings("T07", f"/analysis_sets/{entry.id}", names, text))
    )
