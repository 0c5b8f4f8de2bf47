"""Response by CA-125: a fall to half that lasts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from trialwright.assessments.gcig.amounts import Truth, at_most
from trialwright.assessments.gcig.rules import WITHIN_NORMAL, GcigRules
from trialwright.assessments.gcig.samples import Sample

__all__ = ["ResponseCourse", "ResponseRule", "complete_responses", "response_courses"]

ResponseRule = Literal[
    "gcig.response.confirmed",
    "gcig.response.unconfirmed",
    "gcig.response.rise",
    "gcig.response.never-half",
    "gcig.response.no-later-sample",
]

_NEVER: Final = -1
_BROKEN: Final = -2
_BOTH: Final = (True, False)
_ONE: Final = {True: (True,), False: (False,), None: _BOTH}


@dataclass(frozen=True, slots=True)
class ResponseCourse:
    """How a marker can have gone from one pre-treatment value on.

    Parameters
    ----------
    rule : str
        Rule that decided.
    first : int or None
        Position of the first value at half or less, of a response or of one still to be confirmed.
    confirmed : int or None
        Position of the value that confirmed it.

    Examples
    --------
    >>> ResponseCourse("gcig.response.unconfirmed", 1).confirmed is None
    True
    """

    rule: ResponseRule
    first: int | None = None
    confirmed: int | None = None


def response_courses(baseline: Sample, samples: Sequence[Sample], rules: GcigRules) -> frozenset[ResponseCourse]:
    """Courses that the samples after treatment began can be.

    Parameters
    ----------
    baseline : Sample
        The pre-treatment value.
    samples : sequence of Sample
        Usable samples after treatment began, by day.
    rules : GcigRules
        Thresholds and switches.

    Returns
    -------
    frozenset of ResponseCourse
        One course where every comparison can be told; several where a limit such as ``<5`` leaves more than one.

    Notes
    -----
    The first value at or below half of the pre-treatment one begins a response. Each later value may exceed the value
    before it by 10 % (``C <= 1.10 * previous``), or be within the normal range; one that does neither ends it, and
    begins a new one if it is itself at half or less. A value 28 days or more after the first confirms; it must be at
    half or less, too, unless `GcigRules.lenient_confirm` is set.

    References
    ----------
    Rustin et al., Int J Gynecol Cancer 2011;21:419-423, doi:10.1097/IGC.0b013e3182070f17.

    Examples
    --------
    >>> from trialwright.assessments.gcig.amounts import amount
    >>> days = [(21, "190"), (42, "120"), (63, "60")]
    >>> taken = [Sample(day, amount(value), amount("35")) for day, value in days]
    >>> response_courses(Sample(-5, amount("400"), amount("35")), taken, GcigRules())
    frozenset({ResponseCourse(rule='gcig.response.confirmed', first=0, confirmed=2)})
    """
    if not samples:
        return frozenset({ResponseCourse("gcig.response.no-later-sample")})
    found: set[ResponseCourse] = set()
    live = {_NEVER}
    for place, sample in enumerate(samples):
        halved = _ONE[at_most(sample.value, rules.response_factor, baseline.value)]
        kept = _ONE[_may_follow(sample, samples[place - 1], rules)] if place else _BOTH
        reached: set[int] = set()
        for first in live:
            for stays in kept if first >= 0 else (False,):
                for half in halved:
                    if not stays:
                        reached.add(place if half else _ended(first))
                    elif _confirms(samples[first], sample, half=half, rules=rules):
                        found.add(ResponseCourse("gcig.response.confirmed", first, place))
                    else:
                        reached.add(first)
        live = reached
        if not live:
            break
    found.update(_unfinished(first) for first in live)
    return frozenset(found)


def _ended(first: int) -> int:
    return _NEVER if first == _NEVER else _BROKEN


def _unfinished(first: int) -> ResponseCourse:
    if first >= 0:
        return ResponseCourse("gcig.response.unconfirmed", first)
    return ResponseCourse("gcig.response.never-half" if first == _NEVER else "gcig.response.rise")


def _may_follow(sample: Sample, previous: Sample, rules: GcigRules) -> Truth:
    """Whether a sample keeps a response alive: no rise beyond the assay's variation, or within the normal range."""
    steady = at_most(sample.value, rules.rise_factor, previous.value)
    if steady:
        return True
    normal = at_most(sample.value, WITHIN_NORMAL, sample.uln)
    if normal:
        return True
    return False if steady is False and normal is False else None


def _confirms(first: Sample, sample: Sample, *, half: bool, rules: GcigRules) -> bool:
    return sample.day - first.day >= rules.min_confirm_days and (half or rules.lenient_confirm)


def complete_responses(
    samples: Sequence[Sample], first: int, before_day: int | None, rules: GcigRules
) -> frozenset[tuple[int, int] | None]:
    """First normal values that a response can have reached.

    Parameters
    ----------
    samples : sequence of Sample
        Usable samples after treatment began, by day.
    first : int
        Position of the response's first value.
    before_day : int or None
        Day of progression by CA-125; values from that day on do not count.
    rules : GcigRules
        Whether a normal value must be confirmed.

    Returns
    -------
    frozenset of (int, int) or None
        Positions of the normal value and of the one from which it is known; None is no complete response.

    Notes
    -----
    A value within the normal range (``C <= ULN``) during a response. With `GcigRules.cr_confirmed` a second normal
    value 28 days or more later must follow with none above the range between.

    Examples
    --------
    >>> from trialwright.assessments.gcig.amounts import amount
    >>> taken = [Sample(21, amount("30"), amount("35")), Sample(42, amount("34"), amount("35"))]
    >>> complete_responses(taken, 0, None, GcigRules())
    frozenset({(0, 0)})
    """
    reached = [
        place
        for place in range(first, len(samples))
        if before_day is None or samples[place].day < before_day
    ]  # fmt: skip
    normal = [_ONE[at_most(samples[place].value, WITHIN_NORMAL, samples[place].uln)] for place in reached]
    return frozenset(
        _unconfirmed(reached, normal) if not rules.cr_confirmed else _twice(samples, reached, normal, rules)
    )


def _unconfirmed(reached: Sequence[int], normal: Sequence[tuple[bool, ...]]) -> Iterator[tuple[int, int] | None]:
    for place, can_be in zip(reached, normal, strict=True):
        if True in can_be:
            yield place, place
        if False not in can_be:
            return
    yield None


def _twice(
    samples: Sequence[Sample], reached: Sequence[int], normal: Sequence[tuple[bool, ...]], rules: GcigRules
) -> set[tuple[int, int] | None]:
    found: set[tuple[int, int] | None] = set()
    live: set[int] = {_NEVER}
    for place, can_be in zip(reached, normal, strict=True):
        after: set[int] = set()
        for begun in live:
            for is_normal in can_be:
                if not is_normal:
                    after.add(_NEVER)
                elif begun == _NEVER:
                    after.add(place)
                elif samples[place].day - samples[begun].day >= rules.min_confirm_days:
                    found.add((begun, place))
                else:
                    after.add(begun)
        live = after
    return found | ({None} if live else set())
