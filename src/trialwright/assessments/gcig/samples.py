"""Samples of one subject, and which of them may be used."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from operator import attrgetter
from typing import Final, Literal

from trialwright.assessments.gcig.amounts import UNKNOWN, Amount, hull
from trialwright.assessments.gcig.rules import GcigRules

__all__ = ["INTERFERENCES", "MOUSE_ANTIBODIES", "Event", "EventKind", "Excluded", "Sample", "Usable", "usable"]

EventKind = Literal["interference", "mouse antibodies"]

INTERFERENCES: Final = (
    "peritoneal", "pleural", "paracentesis", "thoracentesis", "pleurodesis", "laparotomy", "laparoscopy",
)  # fmt: skip
"""What disturbs CA-125 for a time: medical or surgical interference with peritoneum or pleura."""

MOUSE_ANTIBODIES: Final = "mouse antibodies"


@dataclass(frozen=True, slots=True)
class Sample:
    """One measured value.

    Parameters
    ----------
    day : int
        Days from the start of treatment; the first possible one where the date is partial.
    value : Amount
        The concentration.
    uln : Amount
        Upper limit of normal of the laboratory that measured it; `UNKNOWN` when not given.
    assay : str
        Assay; empty when not given.
    number : int
        Number of the row it stands in.
    last_day : int or None
        Last possible day; None when the day is known.

    Examples
    --------
    >>> Sample(21, Amount(190, 190)).last_day is None
    True
    """

    day: int
    value: Amount
    uln: Amount = UNKNOWN
    assay: str = ""
    number: int = 0
    last_day: int | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """Something that disturbs the marker.

    Parameters
    ----------
    day : int
        Days from the start of treatment; the first possible one where the date is partial.
    kind : {"interference", "mouse antibodies"}
        An interference with peritoneum or pleura passes, mouse antibodies stay.
    within_days : int or None
        How long an interference disturbs; None takes the rule's own length.
    last_day : int or None
        Last possible day; None when the day is known.
    name : str
        What was done, in the words of the data.

    Examples
    --------
    >>> Event(10, "interference", name="paracentesis").within_days is None
    True
    """

    day: int
    kind: EventKind
    within_days: int | None = None
    last_day: int | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Excluded:
    """A sample that does not count, and why.

    Parameters
    ----------
    sample : Sample
        The sample.
    reason : str
        Why, in words.
    """

    sample: Sample
    reason: str


@dataclass(frozen=True, slots=True)
class Usable:
    """Samples that count, one a day, in order.

    Parameters
    ----------
    samples : tuple of Sample
        By day.
    excluded : tuple of Excluded
        The others.
    flags : tuple of str
        ``assay_change`` where two assays were used, ``two_values_one_day`` where a day has several values.
    """

    samples: tuple[Sample, ...]
    excluded: tuple[Excluded, ...] = ()
    flags: tuple[str, ...] = ()


_DAY = attrgetter("day")


def usable(samples: Iterable[Sample], events: Sequence[Event], rules: GcigRules) -> Usable:
    """Samples that may be judged.

    Parameters
    ----------
    samples : iterable of Sample
        Samples with known days, in any order.
    events : sequence of Event
        What disturbs the marker, with known days.
    rules : GcigRules
        How long it disturbs.

    Returns
    -------
    Usable
        Several values of one day are one sample that can lie anywhere between them; a day with two assays is left out.

    Notes
    -----
    A sample on the day of an interference or up to 28 days after it does not count, nor one on the day of mouse
    antibodies or any time after it. What does not count is invisible to every rule.

    Examples
    --------
    >>> taken = [Sample(d, Amount(v, v)) for d, v in ((21, 150), (42, 100))]
    >>> [each.day for each in usable(taken, [Event(10, "interference")], GcigRules()).samples]
    [42]
    """
    ordered = sorted(samples, key=_DAY)
    excluded: list[Excluded] = []
    if events:
        ordered = [each for each in ordered if not _disturbed(each, events, rules, excluded)]
    flags = []
    if any(one.day == other.day for one, other in pairwise(ordered)):
        ordered = _one_a_day(ordered, excluded)
        flags.append("two_values_one_day")
    assays = {each.assay for each in ordered if each.assay}
    if len(assays) > 1:
        flags.append("assay_change")
    return Usable(tuple(ordered), tuple(excluded), tuple(flags))


def _disturbed(sample: Sample, events: Sequence[Event], rules: GcigRules, excluded: list[Excluded]) -> bool:
    for event in events:
        after = sample.day - event.day
        if after < 0:
            continue
        name = event.name or event.kind
        if event.kind == "mouse antibodies":
            if not rules.assay_unaffected:
                excluded.append(Excluded(sample, f"after {name} on day {event.day}"))
                return True
            continue
        longest = rules.max_interference_days if event.within_days is None else event.within_days
        if after <= longest:
            excluded.append(Excluded(sample, f"{after} days after {name} on day {event.day}"))
            return True
    return False


def _one_a_day(ordered: Sequence[Sample], excluded: list[Excluded]) -> list[Sample]:
    kept = []
    for _, same in groupby(ordered, key=_DAY):
        first, *others = same
        if len({each.assay for each in (first, *others) if each.assay}) > 1:
            excluded.extend(Excluded(each, "two assays on one day") for each in (first, *others))
            continue
        value, uln = first.value, first.uln
        for other in others:
            value, uln = hull(value, other.value), hull(uln, other.uln)
        kept.append(Sample(first.day, value, uln, first.assay, first.number))
    return kept
