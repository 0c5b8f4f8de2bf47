"""Candidate events of a time-to-event endpoint, and the first of them for each subject."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from trialwright.endpoints.best import best_response
from trialwright.endpoints.cohort import Cohort
from trialwright.endpoints.timeline import NEVER, Flags, Ints, Picks, limit_of
from trialwright.model.criteria import Node
from trialwright.model.derivation import subject_findings
from trialwright.model.endpoint import Definition, EventWhen
from trialwright.model.finding import Finding

__all__ = ["Candidate", "FirstEvents", "candidates", "condition", "first_events"]

RESPONSES: Final = {"progression": ("PD",), "response": ("CR", "PR"), "complete_response": ("CR",)}
"""Responses that make each assessed event."""

BEST: Final = "best_response"
"""The event of reaching the best response a subject ever has."""

NEVER_FREE: Final = "never_free"
"""The event of never being rendered free of disease."""

_WORDS: Final = {
    "progression": "Progression",
    "death": "Death",
    "response": "Response",
    "complete_response": "Complete response",
    BEST: "Best response",
    NEVER_FREE: "Never free of disease",
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """One thing that can end a subject's time in an endpoint.

    Parameters
    ----------
    event : str
        ``death``, ``progression``, ``response``, ``complete_response`` or a date item.
    competing : bool
        Whether it competes with the endpoint's own events.
    when : Node, optional
        Condition judged on the day of the event.
    path : str
        Path of the condition's node.
    clinical : bool, default False
        Whether it is a date item that tells a progression no scan documents.

    Examples
    --------
    >>> Candidate("death", competing=False, when=None, path="").words
    'Death'
    """

    event: str
    competing: bool
    when: Node | None
    path: str
    clinical: bool = False

    @property
    def words(self) -> str:
        """The event in words."""
        if self.clinical:
            return "Progression that no scan documents"
        return _WORDS.get(self.event, self.event.replace("_", " ").capitalize())

    @property
    def assessed(self) -> bool:
        """Whether it is read from a response series."""
        return self.event in RESPONSES or self.event == BEST


def candidates(endpoint: str, name: str, definition: Definition, clinical: str = "") -> tuple[Candidate, ...]:
    """Events of a definition in the order in which they win on one day.

    Parameters
    ----------
    endpoint, name : str
        PARAMCD and name of the definition.
    definition : Definition
        The definition.
    clinical : str, default ""
        Date item of a progression without a scan, where the rules count one.

    Returns
    -------
    tuple of Candidate
        Own events before competing ones, assessed events before deaths and dates.
    """
    found = [Candidate(clinical, competing=False, when=None, path="", clinical=True)] if clinical else []
    for key, events in (("events", definition.events), ("competing", definition.competing)):
        for number, event in enumerate(events or ()):
            path = f"/endpoints/{endpoint}/{name}/{key}/{number}/when"
            if isinstance(event, EventWhen):
                found.append(Candidate(event.event, key == "competing", event.when, path))
            else:
                found.append(Candidate(event, key == "competing", None, ""))
    return tuple(sorted(found, key=lambda candidate: (candidate.competing, not candidate.assessed)))


def occurrence(cohort: Cohort, candidate: Candidate, series: str | None) -> Picks:
    """First occurrence of an event, whatever its condition.

    Parameters
    ----------
    cohort : Cohort
        The subjects.
    candidate : Candidate
        The event.
    series : str, optional
        Response series of an assessed event.

    Returns
    -------
    Picks
        One row a subject.
    """
    if candidate.event == "death":
        return cohort.observation.deaths
    if candidate.event == BEST:
        return best_response(cohort, series or "")
    if candidate.assessed:
        rows = cohort.assessed(series or "", RESPONSES[candidate.event])
        return rows.first(limit_of(cohort.roster.size, NEVER))
    return cohort.item(candidate.event)


@dataclass(frozen=True, slots=True, eq=False)
class FirstEvents:
    """The first event of each subject.

    Parameters
    ----------
    picks : Picks
        Its row.
    kind : numpy.ndarray of int64
        Which candidate it is, -1 for none.
    candidates : tuple of Candidate
        The candidates.
    findings : tuple of Finding
        Events whose condition cannot be judged.
    """

    picks: Picks
    kind: Ints
    candidates: tuple[Candidate, ...]
    findings: tuple[Finding, ...]

    @property
    def competing(self) -> Flags:
        """Whose first event is a competing one."""
        return self.among([candidate.competing for candidate in self.candidates])

    def among(self, kinds: list[bool]) -> Flags:
        """Whose first event is one of some candidates.

        Parameters
        ----------
        kinds : list of bool
            One a candidate.

        Returns
        -------
        numpy.ndarray of bool
            One a subject.
        """
        return np.asarray([*kinds, False], np.bool_)[self.kind]


def first_events(cohort: Cohort, found: tuple[Candidate, ...], series: str | None, where: str) -> FirstEvents:
    """First event of each subject.

    Parameters
    ----------
    cohort : Cohort
        The subjects.
    found : tuple of Candidate
        Candidates in the order in which they win on one day.
    series : str, optional
        Response series.
    where : str
        Endpoint, for findings.

    Returns
    -------
    FirstEvents
        An event whose condition is F is not counted; one whose condition cannot be judged is not counted and listed. A
        progression that was claimed without a scan gives way to one that a scan documents later.
    """
    n = cohort.roster.size
    best, kind = Picks.none(n), np.full(n, -1, np.int64)
    findings: list[Finding] = []
    for number, candidate in enumerate(found):
        picks = occurrence(cohort, candidate, series)
        if candidate.when is not None:
            holds, unknown = condition(cohort, candidate.path)
            names = cohort.roster.names(unknown & picks.found)
            text = f"whether {candidate.words.lower()} counts cannot be judged; it is not counted"
            findings.extend(subject_findings("T06", where, names, text))
            picks = picks.where(holds)
        if candidate.clinical:
            documented = cohort.assessed(series or "", RESPONSES["progression"]).first(picks.day)
            picks = picks.where(~documented.found)
        earlier = picks.found & (~best.found | (picks.day < best.day))
        best, kind = picks.where(earlier, best), np.where(earlier, number, kind)
    return FirstEvents(best, kind, found, tuple(findings))


def condition(cohort: Cohort, path: str) -> tuple[Flags, Flags]:
    """Answers to the condition of an event.

    Parameters
    ----------
    cohort : Cohort
        The subjects.
    path : str
        Path of the condition's node.

    Returns
    -------
    holds, unknown : numpy.ndarray of bool
        For whom it holds, and for whom it cannot be judged.
    """
    answers = cohort.answers(path)
    if answers is None:
        nobody = np.zeros(cohort.roster.size, np.bool_)
        return nobody, ~nobody
    verdict = answers["VERDICT"].fill_null("U").to_numpy()
    return verdict == "T", verdict == "U"
