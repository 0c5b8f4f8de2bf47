"""Which samples count: interference, mouse antibodies, several values of one day, assays."""

from __future__ import annotations

import pytest

from tests.unit.assessments.gcig.courses import course, happened, told
from trialwright.assessments.gcig import UNKNOWN, Event, GcigRules, Sample, amount, judge
from trialwright.assessments.gcig.completions import completions, count_completions
from trialwright.assessments.gcig.samples import usable

pytestmark = pytest.mark.independent("days counted by hand")

RULES = GcigRules()


def days(text: str, events: list[Event], rules: GcigRules = RULES) -> list[int]:
    return [each.day for each in usable(course(text), events, rules).samples]


def test_days_around_an_interference() -> None:
    text = "9 50, 10 50, 11 50, 38 50, 39 50"
    assert days(text, happened("10")) == [9, 39]
    assert days(text, [Event(10, "interference", within_days=1)]) == [9, 38, 39]
    assert days(text, [Event(10, "interference", within_days=0)]) == [9, 11, 38, 39]
    assert days(text, happened("-18")) == [11, 38, 39]
    assert days(text, []) == [9, 10, 11, 38, 39]


def test_days_around_mouse_antibodies() -> None:
    text = "9 50, 10 50, 11 50, 400 50"
    assert days(text, happened("10", "mouse antibodies")) == [9]
    assert days(text, happened("10", "mouse antibodies"), GcigRules(assay_unaffected=True)) == [9, 10, 11, 400]
    assert days(text, happened("500", "mouse antibodies")) == [9, 10, 11, 400]


def test_what_was_left_out_says_why() -> None:
    found = usable(course("9 50, 21 60, 50 70"), [*happened("10"), *happened("45", "mouse antibodies")], RULES)
    assert [(each.sample.number, each.reason) for each in found.excluded] == [
        (2, "11 days after paracentesis on day 10"),
        (3, "after paracentesis on day 45"),
    ]
    unnamed = usable(course("9 50"), [Event(9, "interference")], RULES)
    assert unnamed.excluded[0].reason == "0 days after interference on day 9"


def test_what_is_not_given_is_empty() -> None:
    bare = Sample(3, UNKNOWN)
    assert (bare.uln, bare.assay, bare.number, bare.last_day) == (UNKNOWN, "", 0, None)


def one(day: int, value: str, assay: str = "", number: int = 1) -> Sample:
    taken, limit = amount(value), amount("35")
    assert taken is not None
    assert limit is not None
    return Sample(day, taken, limit, assay, number)


def test_values_of_one_day_are_one_sample_that_may_lie_anywhere_between_them() -> None:
    found = usable([one(21, "190"), one(21, "210", number=2), one(5, "300")], (), RULES)
    assert [(each.day, str(each.value), each.number) for each in found.samples] == [
        (5, "300", 1),
        (21, "190 to 210", 1),
    ]
    assert found.flags == ("two_values_one_day",)
    assert usable([one(21, "190"), one(21, "190")], (), RULES).samples[0].value == amount("190")
    before, after = one(-5, "400"), one(49, "180")
    same = [before, one(21, "190"), one(21, "199"), after]
    assert told(judge(same)) == "RESPONSE 21 49 -"
    apart = [before, one(21, "190"), one(21, "210"), after]
    assert told(judge(apart)) == "UNDECIDED - - -"


def test_assays() -> None:
    mixed = [one(-5, "400", "a"), one(21, "190", "a"), one(21, "180", "b"), one(49, "170", "a")]
    found = usable(mixed, (), RULES)
    assert [each.day for each in found.samples] == [-5, 49]
    assert {each.reason for each in found.excluded} == {"two assays on one day"}
    assert len(found.excluded) == 2
    assert "assay_change" not in found.flags
    changed = usable([one(-5, "400", "a"), one(21, "190", "b")], (), RULES)
    assert changed.flags == ("assay_change",)
    unnamed = usable([one(-5, "400", "a"), one(-5, "400"), one(21, "190")], (), RULES)
    assert unnamed.flags == ("two_values_one_day",)
    assert len(unnamed.samples) == 2


def test_completions_of_partial_dates() -> None:
    samples, events = course("1..3 50, 9 50"), happened("4..5")
    assert count_completions(samples, events) == 6
    assert count_completions(samples, events, 1) == 12
    tried = [(taken[0].day, taken[1].day, done[0].day) for taken, done in completions(samples, events)]
    assert tried == [(1, 9, 4), (1, 9, 5), (2, 9, 4), (2, 9, 5), (3, 9, 4), (3, 9, 5)]
    assert all(each.last_day is None for taken, done in completions(samples, events) for each in (*taken, *done))
    later = [(taken[0].day, done[0].day) for taken, done in completions(course("9 50"), happened("4"), 1)]
    assert later == [(9, 4), (8, 3)]
