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

__all__ = ["DecidingRows", "ProgressionVerdict", "ResponseVerdict", "Span", "Verdict", "judge"]

ResponseState = Literal["RESPONSE", "NO RESPONSE", "NOT EVALUABLE", "UNDECIDED"]
ProgressionState = Literal["PD", "PD_unconfirmed", "NO PD", "NOT EVALUABLE", "UNDECIDED"]
T = TypeVar("T")


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


class DecidingRows(NamedTuple):
    """Numbers of the samples an answer rests on.

    Parameters
    ----------
    first, confirming, normal : int or None
        Row of the first value, of the one that confirmed it, and of the first one within the normal range; None where
        there is none or it is not certain which.
    """

    first: int | None = None
    confirming: int | None = None
    normal: int | None = None


NO_ROWS: Final = DecidingRows()


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
    rows : DecidingRows
        Numbers of the samples these days are those of.
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
    rows: DecidingRows = NO_ROWS


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
    rows : DecidingRows
        Numbers of the samples these days are those of.
    """

    state: ProgressionState
    rule: str
    category: Category | None = None
    days: Span | None = None
    known_days: Span | None = None
    rows: DecidingRows = NO_ROWS


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
    rows: DecidingRows = NO_ROWS


class _Progression(NamedTuple):
    """One possible answer on progression."""

    state: ProgressionState
    rule: str
    category: Category | None = None
    day: int | None = None
    known_day: int | None = None
    rows: DecidingRows = NO_ROWS


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
    dated: list[Sample | Event] = [*samples, *events]
    if start_span_days == 0 and all(each.last_day is None for each in dated):
        return _verdict([(samples, events)], rules)
    if count_completions(samples, events, start_span_days) > MAX_COMPLETIONS:
        return Verdict(
            ResponseVerdict("UNDECIDED", "gcig.response.undecided", None, complete=None),
            ProgressionVerdict("UNDECIDED", "gcig.progression.undecided"),
            tuple(samples),
            flags=("too_many_partial_dates",),
        )
    return _verdict(completions(samples, events, start_span_days), rules)


def _verdict(courses: Iterable[tuple[Sequence[Sample], Sequence[Event]]], rules: GcigRules) -> Verdict:
    """What all courses of samples with known days have in common; there is at least one."""
    responses: set[_Response] = set()
    progressions: set[_Progression] = set()
    seen: list[Usable] = []
    for taken, disturbed in courses:
        known = usable(taken, disturbed, rules)
        seen = seen or [known]
        here = _progressions(known.samples, rules)
        progressions |= here
        responses |= _responses(known.samples, here, rules)
    (first,) = seen
    return Verdict(_response(responses), _progression(progressions), first.samples, first.excluded, first.flags)


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
        first = after[course.first]
        if course.confirmed is None:
            rule, rows = "gcig.progression.unconfirmed", DecidingRows(first.number)
            found.add(_Progression("PD_unconfirmed", rule, course.category, first.day, rows=rows))
            continue
        again = after[course.confirmed]
        rule, rows = f"gcig.progression.{course.category}", DecidingRows(first.number, again.number)
        found.add(_Progression("PD", rule, course.category, first.day, again.day, rows))
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
            first, again = after[course.first], after[course.confirmed]
            plain = _Response("RESPONSE", course.rule, baseline, first.day, again.day)
            for end in ends:
                for normal in complete_responses(after, course.first, end, rules):
                    rows = DecidingRows(first.number, again.number)
                    if normal is None:
                        found.add(plain._replace(rows=rows))
                        continue
                    at, sure = (after[place] for place in normal)
                    known = max(again.day, sure.day)
                    found.add(
                        plain._replace(
                            complete=True,
                            complete_day=at.day,
                            complete_known_day=known,
                            rows=rows._replace(normal=at.number),
                        )
                    )
    return found


def _why_not(samples: Sequence[Sample], rules: GcigRules) -> str:
    inside = any(-rules.max_baseline_days <= sample.day <= 0 for sample in samples)
    return "gcig.evaluable.below-twice-uln" if inside else "gcig.evaluable.no-sample"


def _response(possible: set[_Response]) -> ResponseVerdict:
    if len(possible) == 1:
        (only,) = possible
        return ResponseVerdict(
            only.state, only.rule, only.state != "NOT EVALUABLE", only.baseline, _at(only.day), _at(only.known_day),
            only.complete, _at(only.complete_day), _at(only.complete_known_day), only.rows,
        )  # fmt: skip
    state = _single(each.state for each in possible)
    complete = _single(each.complete for each in possible)
    return ResponseVerdict(
        state=state or "UNDECIDED",
        rule=_single(each.rule for each in possible) or f"gcig.response.{'several' if state else 'undecided'}",
        evaluable=_single(each.state != "NOT EVALUABLE" for each in possible),
        baseline=_single(each.baseline for each in possible),
        days=_span(each.day for each in possible) if state else None,
        known_days=_span(each.known_day for each in possible) if state else None,
        complete=complete,
        complete_days=_span(each.complete_day for each in possible) if complete else None,
        complete_known_days=_span(each.complete_known_day for each in possible) if complete else None,
        rows=_rows([each.rows for each in possible]),
    )


def _progression(possible: set[_Progression]) -> ProgressionVerdict:
    if len(possible) == 1:
        (only,) = possible
        return ProgressionVerdict(
            only.state, only.rule, only.category, _at(only.day), _at(only.known_day), only.rows
        )  # fmt: skip
    state = _single(each.state for each in possible)
    category = _single({each.category for each in possible})
    return ProgressionVerdict(
        state=state or "UNDECIDED",
        rule=_single(each.rule for each in possible) or f"gcig.progression.{'several' if state else 'undecided'}",
        category=category,
        days=_span(each.day for each in possible) if state else None,
        known_days=_span(each.known_day for each in possible) if state else None,
        rows=_rows([each.rows for each in possible]),
    )


def _at(day: int | None) -> Span | None:
    return None if day is None else Span(day, day)


def _rows(possible: Sequence[DecidingRows]) -> DecidingRows:
    return DecidingRows(*(_single(numbers) for numbers in zip(*possible, strict=True)))


def _single(values: Iterable[T]) -> T | None:
    """The one value, or None when there are several."""
    different = set(values)
    return different.pop() if len(different) == 1 else None


def _span(days: Iterable[int | None]) -> Span | None:
    known = [day for day in days if day is not None]
    return Span(min(known), max(known)) if known else None
