"""Courses of a marker typed in as short text, for the tests of the GCIG criteria."""

from __future__ import annotations

from trialwright.assessments.gcig import UNKNOWN, Event, GcigRules, Sample, Verdict, amount, judge
from trialwright.assessments.gcig.samples import EventKind


def course(text: str, uln: str | None = "35") -> list[Sample]:
    """Samples of ``day value`` pairs parted by commas; ``3..9 value`` is a partial date, a third word an own limit."""
    samples = []
    for number, part in enumerate(text.split(","), 1):
        day, value, *own = part.split()
        low, _, high = day.partition("..")
        taken, limit = amount(value), own[0] if own else uln
        assert taken is not None
        samples.append(
            Sample(
                int(low), taken, (amount(limit) if limit else None) or UNKNOWN, number=number,
                last_day=int(high) if high else None,
            )
        )  # fmt: skip
    return samples


def happened(text: str, kind: EventKind = "interference") -> list[Event]:
    """Events on days parted by commas; ``3..9`` is a partial date."""
    events = []
    for part in text.split(","):
        low, _, high = part.strip().partition("..")
        events.append(Event(int(low), kind, last_day=int(high) if high else None, name="paracentesis"))
    return events


def response(text: str, uln: str | None = "35", **rules: object) -> str:
    """State, days and complete response of a course in one line."""
    return told(judge(course(text, uln), (), GcigRules(**rules)))  # type: ignore[arg-type]  # keys are checked by the class


def told(verdict: Verdict) -> str:
    """What a verdict says about response, in one line."""
    found = verdict.response
    days = [None if span is None else span.day for span in (found.days, found.known_days, found.complete_days)]
    parts = [str(day) if day is not None else "-" for day in days]
    return f"{found.state} {' '.join(parts)}"


def progression(text: str, uln: str | None = "35") -> str:
    """State, category and days of progression in one line."""
    found = judge(course(text, uln)).progression
    days = [None if span is None else span.day for span in (found.days, found.known_days)]
    parts = [str(day) if day is not None else "-" for day in days]
    return f"{found.state} {found.category or '-'} {' '.join(parts)}"
