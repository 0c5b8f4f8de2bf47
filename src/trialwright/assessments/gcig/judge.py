"""Response and progression of one subject by CA-125, with the rule that decided each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple, TypeVar

from trialwright.assessments.gcig.amounts import Truth
from trialwright.assessments.gcig.completions import MAX_COMPLETIONS, completions, count_completions
from trialwright.assessments.gcig.evaluability import progression_baseline, response_baselines
from trialwright.assessments.gcig.progression import Category, progression_courses
from trialwright.assessments.gcig.response import complete_responses, response_courses
from trialwright.assessments.gcig.rules import PUBLISHED, GcigRules
from trialwright.assessments.gcig.samples import Event, Excluded, Sample, Usable, usable

__all__ = ["ProgressionVerdict", "ResponseVerdict", "Span", "Verdict", "judge"]

ResponseState = Literal["RESPONSE", "NO RESPONSE", "NOT EVALUABLE", "UNDECIDED"]
ProgressionState = Literal["PD", "PD_unconfirmed", "NO PD", "NOT EVALUABLE", "UNDECIDED"]
T = TypeVar("T")

_UNDECIDED: Final = "undecided"


class Span(NamedTuple):
    """First and last day something can have been on.

    Parameters
    ----------
    first, last : int
        Days from the start of treatment.

    Examples
    --------
    >>> Span(21, 21).day, Span(21, 42).day
    (21, None)
    """

    first: int
    last: int

    @property
    def day(self) -> int | None:
        """The day, where it is certain."""
        return self.first if self.first == self.last else None


@dataclass(frozen=True, slots=True)
class ResponseVerdict:
    """Whether the marker responded.

    Parameters
    ----------
    state : {"RESPONSE", "NO RESPONSE", "NOT EVALUABLE", "UNDECIDED"}
        UNDECIDED where a limit such as ``<35`` or a partial date leaves more than one answer.
    rule : str
        Rule that decided.
    evaluable : bool or None
        Whether the subject counts in the denominator of responses; None when it cannot be told.
    baseline : Sample or None
        The pre-treatment value, where it is certain.
    days, known_days : Span or None
        When the response began, and when the confirming value was taken.
    complete : bool or None
        Whether the marker came into the normal range during the response; None when it cannot be told.
    complete_days, complete_known_days : Span or None
        When it did so, and when it was known.
    """

    state: ResponseState
    rule: str
    evaluable: Truth
    baseline: Sample | None = None
    days: Span | None = None
    known_days: Span | None = None
    complete: Truth = False
    complete_days: Span | None = None
    complete_known_days: Span | None = None


@dataclass(frozen=True, slots=True)
class ProgressionVerdict:
    """Whether the marker progressed.

    Parameters
    ----------
    state : {"PD", "PD_unconfirmed", "NO PD", "NOT EVALUABLE", "UNDECIDED"}
        PD_unconfirmed where the last samples begin a progression that none has confirmed yet.
    rule : str
        Rule that decided.
    category : {"A", "B", "C"} or None
        Category of a progression, confirmed or not.
    days, known_days : Span or None
        When it began, and when the confirming value was taken.
    """

    state: ProgressionState
    rule: str
    category: Category | None = None
    days: Span | None = None
    known_days: Span | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the samples of one subject show.

    Parameters
    ----------
    response : ResponseVerdict
        Response and complete response.
    progression : ProgressionVerdict
        Progression.
    samples : tuple of Sample
        Samples that counted, by day.
    excluded : tuple of Excluded
        Samples that did not, and why.
    flags : tuple of str
        Remarks on the samples.
    """

    response: ResponseVerdict
    progression: ProgressionVerdict
    samples: tuple[Sample, ...] = ()
    excluded: tuple[Excluded, ...] = ()
    flags: tuple[str, ...] = ()


class _Response(NamedTuple):
    """One possible answer on response."""

    state: ResponseState
    rule: str
    baseline: Sample | None = None
    day: int | None = None
    known_day: int | None = None
    complete: bool = False
    complete_day: int | None = None
    complete_known_day: int | None = None


class _Progression(NamedTuple):
    """One possible answer on progression."""

    state: ProgressionState
    rule: str
    category: Category | None = None
    day: int | None = None
    known_day: int | None = None


def judge(
    samples: Sequence[Sample], events: Sequence[Event] = (), rules: GcigRules = PUBLISHED, *, start_span_days: int = 0
) -> Verdict:
    """Response, complete response and progression of one subject.

    Parameters
    ----------
    samples : sequence of Sample
        All samples, in any order; day 0 is the start of treatment.
    events : sequence of Event
        What disturbs the marker.
    rules : GcigRules
        Thresholds and switches.
    start_span_days : int, default 0
        How many days later than day 0 treatment may have started, where its date is partial.

    Returns
    -------
    Verdict
        Certain where every value a limit leaves open and every completion of the partial dates gives the same.

    Notes
    -----
    Each day a partial date can mean is tried; with more than 5,000 combinations nothing is decided. Values that are
    only limited are followed along both answers of each comparison they leave open.

    References
    ----------
    Rustin et al., Int J Gynecol Cancer 2011;21:419-423, doi:10.1097/IGC.0b013e3182070f17.

    Examples
    --------
    >>> from trialwright.assessments.gcig.amounts import amount
    >>> course = [(-5, "400"), (21, "200"), (49, "180")]
    >>> found = judge([Sample(day, amount(value), amount("35")) for day, value in course])
    >>> found.response.state, found.response.days.day, found.response.known_days.day
    ('RESPONSE', 21, 49)
    """
    if count_completions(samples, events, start_span_days) > MAX_COMPLETIONS:
        return Verdict(
            ResponseVerdict("UNDECIDED", "gcig.response.undecided", None, complete=None),
            ProgressionVerdict("UNDECIDED", "gcig.progression.undecided"),
            flags=("too_many_partial_dates",),
        )
    responses: set[_Response] = set()
    progressions: set[_Progression] = set()
    seen: Usable | None = None
    for taken, disturbed in completions(samples, events, start_span_days):
        known = usable(taken, disturbed, rules)
        seen = seen or known
        here = _progressions(known.samples, rules)
        progressions |= here
        responses |= _responses(known.samples, here, rules)
    assert seen is not None  # there is always one completion
    return Verdict(_response(responses), _progression(progressions), seen.samples, seen.excluded, seen.flags)


def _progressions(samples: Sequence[Sample], rules: GcigRules) -> set[_Progression]:
    start = progression_baseline(samples)
    if start is None:
        return {_Progression("NOT EVALUABLE", "gcig.progression.no-baseline")}
    after = samples[start + 1 :]
    found: set[_Progression] = set()
    for course in progression_courses(samples[start], after, rules):
        if course.first is None:
            found.add(_Progression("NO PD", "gcig.progression.none"))
            continue
        day = after[course.first].day
        if course.confirmed is None:
            found.add(_Progression("PD_unconfirmed", "gcig.progression.unconfirmed", course.category, day))
            continue
        rule = f"gcig.progression.{course.category}"
        found.add(_Progression("PD", rule, course.category, day, after[course.confirmed].day))
    return found


def _responses(samples: Sequence[Sample], progressions: Iterable[_Progression], rules: GcigRules) -> set[_Response]:
    ends = {each.day if each.state == "PD" else None for each in progressions}
    after = [sample for sample in samples if sample.day > 0]
    found: set[_Response] = set()
    for baseline in response_baselines(samples, rules):
        if baseline is None:
            found.add(_Response("NOT EVALUABLE", _why_not(samples, rules)))
            continue
        for course in response_courses(baseline, after, rules):
            if course.first is None or course.confirmed is None:
                found.add(_Response("NO RESPONSE", course.rule, baseline))
                continue
            day, known = after[course.first].day, after[course.confirmed].day
            for end in ends:
                for normal in complete_responses(after, course.first, end, rules):
                    if normal is None:
                        found.add(_Response("RESPONSE", course.rule, baseline, day, known))
                        continue
                    at, sure = (after[place].day for place in normal)
                    found.add(_Response("RESPONSE", course.rule, baseline, day, known, True, at, max(known, sure)))
    return found


def _why_not(samples: Sequence[Sample], rules: GcigRules) -> str:
    inside = any(-rules.max_baseline_days <= sample.day <= 0 for sample in samples)
    return "gcig.evaluable.below-twice-uln" if inside else "gcig.evaluable.no-sample"


def _response(possible: set[_Response]) -> ResponseVerdict:
    state = _single(each.state for each in possible)
    judged = {each.state != "NOT EVALUABLE" for each in possible}
    can_be_complete = {each.complete for each in possible}
    return ResponseVerdict(
        state=state or "UNDECIDED",
        rule=_single(each.rule for each in possible) or f"gcig.response.{_UNDECIDED}",
        evaluable=_single(judged),
        baseline=_single(each.baseline for each in possible),
        days=_span(each.day for each in possible) if state else None,
        known_days=_span(each.known_day for each in possible) if state else None,
        complete=_single(can_be_complete),
        complete_days=_span(each.complete_day for each in possible) if _single(can_be_complete) else None,
        complete_known_days=_span(each.complete_known_day for each in possible) if _single(can_be_complete) else None,
    )


def _progression(possible: set[_Progression]) -> ProgressionVerdict:
    state = _single(each.state for each in possible)
    categories: set[Category | None] = {each.category for each in possible}
    return ProgressionVerdict(
        state=state or "UNDECIDED",
        rule=_single(each.rule for each in possible) or f"gcig.progression.{state or _UNDECIDED}",
        category=_single(categories),
        days=_span(each.day for each in possible) if state else None,
        known_days=_span(each.known_day for each in possible) if state else None,
    )


def _single(values: Iterable[T]) -> T | None:
    """The one value, or None when there are several."""
    different = set(values)
    return different.pop() if len(different) == 1 else None


def _span(days: Iterable[int | None]) -> Span | None:
    known = [day for day in days if day is not None]
    return Span(min(known), max(known)) if known else None
