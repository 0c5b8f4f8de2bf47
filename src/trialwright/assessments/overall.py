"""Overall response of a time point: one table, its first matching row decides and gives its name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

from trialwright.numerics.lesion_records import FOUND, STATES
from trialwright.numerics.response_sequence import CODES

__all__ = ["OVERALL", "OverallRow", "overall_of", "overall_rules"]

Small = npt.NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class OverallRow:
    """One row of the table of overall responses.

    Parameters
    ----------
    rule : str
        Name of the row.
    new, target, non_target : str
        States that match, as in a spec test, parted by blanks; ``any`` matches all, ``no-pd`` all but progression.
    overall : str
        The overall response.

    Examples
    --------
    >>> OVERALL[0].overall
    'PD'
    """

    rule: str
    new: str
    target: str
    non_target: str
    overall: str


OVERALL: Final = (
    OverallRow("new-lesion", "UNEQUIVOCAL", "any", "any", "PD"),
    OverallRow("target-progression", "any", "PD", "any", "PD"),
    OverallRow("non-target-progression", "any", "any", "PD", "PD"),
    OverallRow("new-lesions-not-assessed", "NOT-ASSESSED", "CR", "CR none", "NE"),
    OverallRow("new-lesions-not-assessed", "NOT-ASSESSED", "none", "CR none", "NE"),
    OverallRow("target-complete", "any", "CR", "CR none", "CR"),
    OverallRow("non-target-persists", "any", "CR", "NON", "PR"),
    OverallRow("non-target-not-evaluated", "any", "CR", "NE", "PR"),
    OverallRow("target-partial", "any", "PR", "no-pd", "PR"),
    OverallRow("target-stable", "any", "SD", "no-pd", "SD"),
    OverallRow("target-not-evaluable", "any", "NE", "no-pd", "NE"),
    OverallRow("non-target-complete", "any", "none", "CR", "CR"),
    OverallRow("non-target-only", "any", "none", "NON", "NON-CR/NON-PD"),
    OverallRow("non-target-only-not-evaluated", "any", "none", "NE", "NE"),
    OverallRow("no-disease", "any", "none", "none", "NED"),
)
"""Overall response by RECIST 1.1; without targets and non-targets there is no evidence of disease."""

_STATES: Final = {
    "none": STATES.none, "CR": STATES.cr, "PR": STATES.pr, "SD": STATES.sd, "NON": STATES.non, "PD": STATES.pd,
    "NE": STATES.ne,
}  # fmt: skip
_FOUND: Final = {
    "none": FOUND.none, "EQUIVOCAL": FOUND.equivocal, "UNEQUIVOCAL": FOUND.unequivocal,
    "NOT-ASSESSED": FOUND.not_assessed,
}  # fmt: skip
_OVERALL: Final = {
    "NED": CODES.ned, "CR": CODES.cr, "PR": CODES.pr, "SD": CODES.sd, "NON-CR/NON-PD": CODES.non, "PD": CODES.pd,
    "NE": CODES.ne,
}  # fmt: skip


def _matching(words: str, known: dict[str, int]) -> list[int]:
    if words == "any":
        return list(known.values())
    if words == "no-pd":
        return [number for name, number in known.items() if name != "PD"]
    return [known[word] for word in words.split()]


@cache
def _lookup() -> npt.NDArray[np.int8]:
    """Overall response and row of the table, by the states of new lesions, targets and non-targets."""
    found = np.full((2, len(_FOUND), len(_STATES), len(_STATES)), -1, np.int8)
    for number, row in reversed(list(enumerate(OVERALL))):
        cells = np.ix_(_matching(row.new, _FOUND), _matching(row.target, _STATES), _matching(row.non_target, _STATES))
        found[0][cells] = _OVERALL[row.overall]
        found[1][cells] = number
    return found


def overall_rules() -> Sequence[str]:
    """Names of the rows, in the order of the table.

    Returns
    -------
    sequence of str
        One a row.

    Examples
    --------
    >>> overall_rules()[-1]
    'no-disease'
    """
    return [row.rule for row in OVERALL]


def overall_of(new: Small, target: Small, non_target: Small) -> tuple[Small, Small]:
    """Overall response of time points and the row of the table that gave it.

    Parameters
    ----------
    new, target, non_target : numpy.ndarray of int8
        States, as `trialwright.numerics.lesion_records` numbers them.

    Returns
    -------
    overall : numpy.ndarray of int8
        Response, as in AVAL.
    row : numpy.ndarray of int8
        Position in `OVERALL`.

    References
    ----------
    Eisenhauer et al., Eur J Cancer 2009;45:228-247, doi:10.1016/j.ejca.2008.10.026, tables 1 and 2.

    Examples
    --------
    >>> no, complete, there = np.int8(0), np.int8(STATES.cr), np.int8(STATES.non)
    >>> overall_of(np.array([no]), np.array([complete]), np.array([there]))[0].tolist() == [CODES.pr]
    True
    """
    found = _lookup()[:, new, target, non_target]
    return found[0], found[1]
