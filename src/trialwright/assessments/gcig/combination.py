"""Response and progression by scans and CA-125 together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from trialwright.model.catalogue import Certainty

__all__ = [
    "CERTAINTY",
    "MAX_DAYS_OF_RESPONSE",
    "Combined",
    "FirstEvent",
    "MarkerResponse",
    "NewLesion",
    "NonTarget",
    "Scans",
    "Target",
    "combined_response",
    "first_event",
]

Target = Literal["CR", "PR", "SD", "PD", "NE", "NONE"]
NonTarget = Literal["CR", "NON-CR/NON-PD", "PD", "NE", "NONE"]
NewLesion = Literal["NONE", "EQUIVOCAL", "UNEQUIVOCAL", "NOT_ASSESSED"]
MarkerResponse = Literal["CR", "PR", "NORMAL", "NON-PR/NON-PD", "PD", "NE"]

CERTAINTY: Final[Certainty] = "unverified"
"""The table was recalled, not seen in the paper."""

MAX_DAYS_OF_RESPONSE: Final = 28
"""A progression on scans up to so many days after a response by CA-125 takes it back."""


@dataclass(frozen=True, slots=True)
class Scans:
    """What the scans show.

    Parameters
    ----------
    target : {"CR", "PR", "SD", "PD", "NE", "NONE"}
        Target lesions; NONE when the disease is not measurable on scans.
    nontarget : {"CR", "NON-CR/NON-PD", "PD", "NE", "NONE"}
        Non-target lesions; NONE when there are none.
    new : {"NONE", "EQUIVOCAL", "UNEQUIVOCAL", "NOT_ASSESSED"}
        New lesions; only UNEQUIVOCAL ones count.
    alone : str
        Overall response by the scans alone.
    """

    target: Target
    nontarget: NonTarget
    new: NewLesion
    alone: str

    @property
    def is_progression(self) -> bool:
        """Whether the scans show progression."""
        return "PD" in (self.target, self.nontarget) or self.new == "UNEQUIVOCAL"


class Combined(NamedTuple):
    """Response by scans and CA-125 together.

    Parameters
    ----------
    overall : str
        The response.
    rule : str
        Row of the table that gave it.
    certainty : {"verified", "computed", "unverified"}
        Whether the row was checked against its source.
    """

    overall: str
    rule: str
    certainty: Certainty


@dataclass(frozen=True, slots=True)
class _Row:
    rule: str
    holds: Callable[[Scans, MarkerResponse], bool]
    overall: str


_RESPONDED: Final = ("CR", "PR")
_NEITHER: Final = ("NORMAL", "NON-PR/NON-PD")
_GONE: Final = ("CR", "NONE")
_NOT_PD: Final = ("CR", "NON-CR/NON-PD", "NONE")

_MEASURABLE: Final[Sequence[_Row]] = (
    _Row("cr-cr-normal", lambda s, m: s.target == "CR" and s.nontarget in _GONE and m in ("CR", "NORMAL"), "CR"),
    _Row("cr-persisting", lambda s, m: s.target == "CR" and s.nontarget == "NON-CR/NON-PD", "PR"),
    _Row("cr-cr-above-normal", lambda s, m: s.target == "CR" and s.nontarget in _GONE and m == "PR", "PR"),
    _Row("cr-not-evaluated", lambda s, m: s.target == "CR" and s.nontarget == "NE" and m in _RESPONDED, "PR"),
    _Row("pr", lambda s, m: s.target == "PR", "PR"),
    _Row("not-evaluated-ca125", lambda s, m: s.target == "NE" and s.nontarget in _NOT_PD and m in _RESPONDED, "PR"),
    _Row("sd-ca125", lambda s, m: s.target == "SD" and s.nontarget in _NOT_PD and m in _RESPONDED, "PR"),
    _Row("sd", lambda s, m: s.target == "SD" and m in _NEITHER, "SD"),
)
_CA125_ONLY: Final[Sequence[_Row]] = (
    _Row("ca125-only-cr", lambda s, m: s.nontarget == "CR" and m == "CR", "CR"),
    _Row("ca125-only-pr", lambda s, m: s.nontarget == "NON-CR/NON-PD" and m in _RESPONDED, "PR"),
    _Row("ca125-only-sd", lambda s, m: s.nontarget in ("CR", "NON-CR/NON-PD") and m in _NEITHER, "SD"),
)
# Combinations the table does not name, each with the reading nearest to the rows it does name.
_UNNAMED: Final[Sequence[_Row]] = (
    _Row("unnamed-marker-above-normal", lambda s, m: s.alone == "CR" and m == "NON-PR/NON-PD", "PR"),
    _Row(
        "unnamed-ca125-only-above-normal", lambda s, m: s.target == "NONE" and s.nontarget == "CR" and m == "PR", "PR"
    ),
)


def combined_response(scans: Scans, ca125: MarkerResponse, *, days_after_ca125_response: int | None = None) -> Combined:
    """Best response by scans and CA-125 together.

    Parameters
    ----------
    scans : Scans
        What the scans show.
    ca125 : {"CR", "PR", "NORMAL", "NON-PR/NON-PD", "PD", "NE"}
        Response by CA-125: CR within the normal range, PR above it; NORMAL without a response; NE not evaluable.
    days_after_ca125_response : int, optional
        Day of a progression on scans less the day of the response by CA-125; negative when the scans came first.

    Returns
    -------
    Combined
        The response, and the row of the table that gave it.

    Notes
    -----
    Without an evaluable marker the scans decide alone. Progression of either is progression; a progression on scans
    more than 28 days after a response by CA-125 leaves that response standing as the best one, read for progressions
    after the response only. A complete response with new lesions not looked for is NE.

    References
    ----------
    Rustin et al., Int J Gynecol Cancer 2011;21:419-423, doi:10.1097/IGC.0b013e3182070f17 (table unverified).

    Examples
    --------
    >>> combined_response(Scans("SD", "CR", "NONE", alone="SD"), "PR").overall
    'PR'
    """
    if ca125 == "NE":
        return Combined(scans.alone, "gcig.combined.scans-alone", CERTAINTY)
    if scans.is_progression and ca125 in _RESPONDED:
        days = days_after_ca125_response
        if days is not None and days > MAX_DAYS_OF_RESPONSE:
            return Combined("PR", "gcig.combined.pd-after-ca125-response", CERTAINTY)
        return Combined("PD", "gcig.combined.pd-scans", CERTAINTY)
    if scans.is_progression:
        return Combined("PD", "gcig.combined.pd-scans", CERTAINTY)
    if ca125 == "PD":
        return Combined("PD", "gcig.combined.pd-ca125", CERTAINTY)
    named = _CA125_ONLY if scans.target == "NONE" else _MEASURABLE
    for row in (*named, *_UNNAMED):
        if row.holds(scans, ca125):
            overall = "NE" if row.overall == "CR" and scans.new == "NOT_ASSESSED" else row.overall
            return Combined(overall, f"gcig.combined.{row.rule}", CERTAINTY)
    return Combined(scans.alone, "gcig.combined.unnamed-scans-alone", CERTAINTY)


class FirstEvent(NamedTuple):
    """First event of progression-free survival.

    Parameters
    ----------
    day : int or None
        Its day; None when there is none.
    source : {"scans", "ca125", "death"} or None
        What showed it.
    """

    day: int | None
    source: Literal["scans", "ca125", "death"] | None


def first_event(
    *,
    scan_progression: int | None = None,
    ca125_progression: int | None = None,
    death: int | None = None,
    scans_respond: bool = False,
    response_overrides: bool = False,
) -> FirstEvent:
    """First of progression on scans, progression by CA-125 and death.

    Parameters
    ----------
    scan_progression, ca125_progression, death : int, optional
        Days.
    scans_respond : bool, default False
        Whether the scans show a response on treatment on the day CA-125 progresses.
    response_overrides : bool, default False
        Let such a response override a rise of the marker, as older texts do.

    Returns
    -------
    FirstEvent
        On one day scans come before CA-125, and both before death.

    References
    ----------
    Rustin et al., Int J Gynecol Cancer 2011;21:419-423, doi:10.1097/IGC.0b013e3182070f17.

    Examples
    --------
    >>> first_event(scan_progression=150, ca125_progression=120)
    FirstEvent(day=120, source='ca125')
    """
    marker = None if response_overrides and scans_respond else ca125_progression
    days: tuple[tuple[int | None, Literal["scans", "ca125", "death"]], ...] = (
        (scan_progression, "scans"), (marker, "ca125"), (death, "death"),
    )  # fmt: skip
    found = [(day, source) for day, source in days if day is not None]
    return FirstEvent(*min(found, key=lambda each: each[0])) if found else FirstEvent(None, None)
