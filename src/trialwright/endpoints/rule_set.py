"""What a censoring rule set is: a name, what it makes of each situation, and where that was read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from trialwright.model.catalogue import Certainty

__all__ = ["Cell", "RuleSet"]


@dataclass(frozen=True, slots=True)
class Cell:
    """One line of a rule set: a situation and what it makes of it.

    Parameters
    ----------
    situation : str
        What happened to a subject.
    consequence : str
        Event or censoring, and its date.
    certainty : {"verified", "computed", "unverified"}
        Whether the line was read in its source.

    Examples
    --------
    >>> Cell("no progression, alive", "censored at the last adequate assessment", "unverified").certainty
    'unverified'
    """

    situation: str
    consequence: str
    certainty: Certainty


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Censoring rules under one name; a file of the folder ``rule_sets`` holds one.

    Parameters
    ----------
    id : str
        Name in a study file and on the command line.
    summary : str
        What it stands for, in one line.
    reference : str
        Where its lines come from.
    missed_assessments : int, optional
        So many missed assessments before an event censor at the last adequate one; None never does.
    new_therapy : {"censor", "ignore"}
        What a new therapy does.
    clinical_progression : bool
        Whether a progression that no scan documents is an event.
    progression_on : {"evidence", "next visit"}
        How a documented progression is dated.
    cells : tuple of Cell
        The set line by line.

    Examples
    --------
    >>> RuleSet("NONE", "nothing ends observation", "", None, "ignore", False, "evidence", ()).new_therapy
    'ignore'
    """

    id: str
    summary: str
    reference: str
    missed_assessments: int | None
    new_therapy: Literal["censor", "ignore"]
    clinical_progression: bool
    progression_on: Literal["evidence", "next visit"]
    cells: tuple[Cell, ...]

    @property
    def certainty(self) -> Certainty:
        """The weakest certainty of its lines."""
        found = {cell.certainty for cell in self.cells}
        return "unverified" if "unverified" in found else "computed" if "computed" in found else "verified"
