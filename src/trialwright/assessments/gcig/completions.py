"""Partial dates: every day they can mean, one course of samples for each combination."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product
from math import prod
from typing import Final

from trialwright.assessments.gcig.samples import Event, Sample

__all__ = ["MAX_COMPLETIONS", "completions", "count_completions"]

MAX_COMPLETIONS: Final = 5000
"""More combinations than these are not tried: two dates known to the year alone would make 133,225."""


def count_completions(samples: Sequence[Sample], events: Sequence[Event], start_span_days: int = 0) -> int:
    """How many combinations of days the partial dates leave open.

    Parameters
    ----------
    samples : sequence of Sample
        Samples of one subject.
    events : sequence of Event
        Events of the subject.
    start_span_days : int, default 0
        How many days later than day 0 treatment may have started.

    Returns
    -------
    int
        1 when every day is known.

    Examples
    --------
    >>> from trialwright.assessments.gcig.amounts import UNKNOWN
    >>> count_completions([Sample(0, UNKNOWN, last_day=30), Sample(40, UNKNOWN)], [])
    31
    """
    return prod(len(days) for days in _possible_days(samples, events)) * (start_span_days + 1)


def completions(
    samples: Sequence[Sample], events: Sequence[Event], start_span_days: int = 0
) -> Iterator[tuple[Sequence[Sample], Sequence[Event]]]:
    """Samples and events with known days, once for each combination.

    Parameters
    ----------
    samples : sequence of Sample
        Samples of one subject.
    events : sequence of Event
        Events of the subject.
    start_span_days : int, default 0
        How many days later than day 0 treatment may have started.

    Yields
    ------
    samples, events
        Their days counted from the start of treatment of this combination.

    Examples
    --------
    >>> from trialwright.assessments.gcig.amounts import UNKNOWN
    >>> [taken[0].day for taken, _ in completions([Sample(5, UNKNOWN)], [], start_span_days=2)]
    [5, 4, 3]
    """
    days = _possible_days(samples, events)
    for later in range(start_span_days + 1):
        for chosen in product(*days):
            taken = [replace(each, day=day - later, last_day=None) for each, day in zip(samples, chosen, strict=False)]
            after = chosen[len(samples) :]
            disturbed = [replace(each, day=day - later, last_day=None) for each, day in zip(events, after, strict=True)]
            yield taken, disturbed


def _possible_days(samples: Sequence[Sample], events: Sequence[Event]) -> list[range]:
    dated: list[Sample | Event] = [*samples, *events]
    return [range(each.day, (each.day if each.last_day is None else each.last_day) + 1) for each in dated]
