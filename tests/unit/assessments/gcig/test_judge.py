"""Verdicts of whole courses: against a second reading of the criteria, and where nothing may be guessed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.second_gcig import second_progression, second_response
from tests.unit.assessments.gcig.courses import course, happened, progression, response, told
from trialwright.assessments.gcig import UNKNOWN, GcigRules, Ratio, Sample, amount, judge
from trialwright.assessments.gcig.amounts import Amount
from trialwright.assessments.gcig.judge import DecidingRows, Span

pytestmark = pytest.mark.independent(
    "the criteria a second time, as one formula over all pairs of samples, in fractions"
)

VALUES = (
    "1", "5", "15", "30", "34.9", "35", "35.1", "38", "38.6", "60", "66", "69.9", "70", "70.1", "72", "77", "79.2",
    "99", "100", "108.9", "110", "140", "150", "199.9", "200", "200.1", "209", "220", "400", "440", "800",
)  # fmt: skip
LATER = (34, 35, 41, 42, 48, 49, 55, 56, 63, 70, 77, 84, 98, 112)
DAYS = st.lists(st.sampled_from([*range(-21, 30), *LATER]), min_size=1, max_size=9, unique=True)


@st.composite
def exact_courses(draw: st.DrawFn) -> list[Sample]:
    days = draw(DAYS)
    samples = []
    for place, day in enumerate(days, 1):
        value, uln = draw(st.sampled_from(VALUES)), draw(st.sampled_from(["35", "35", "35", "30", "40"]))
        taken, limit = amount(value), amount(uln)
        assert taken is not None
        assert limit is not None
        samples.append(Sample(day, taken, limit, number=place))
    return samples


@settings(max_examples=400)
@given(exact_courses(), st.booleans())
def test_a_second_reading_of_the_criteria_gives_the_same(samples: list[Sample], lenient: bool) -> None:
    verdict = judge(samples, rules=GcigRules(lenient_confirm=lenient))
    found, expected = verdict.response, second_response(samples, lenient=lenient)
    if isinstance(expected, str):
        assert (found.state, found.evaluable) == ("NOT EVALUABLE", False)
    elif expected is None:
        assert (found.state, found.evaluable) == ("NO RESPONSE", True)
    else:
        assert (found.state, found.days, found.known_days) == ("RESPONSE", *(Span(day, day) for day in expected))
        by_day = {each.day: each.number for each in samples}
        assert found.rows[:2] == tuple(by_day[day] for day in expected)
    grown, again = verdict.progression, second_progression(samples)
    if isinstance(again, str):
        assert grown.state == "NOT EVALUABLE"
    elif again is None:
        assert grown.state in ("NO PD", "PD_unconfirmed")
    else:
        category, first, last = again
        assert (grown.state, grown.category, grown.days, grown.known_days) == (
            "PD", category, Span(first, first), Span(last, last),
        )  # fmt: skip


@given(exact_courses(), st.randoms(use_true_random=False))
def test_the_order_of_rows_and_the_unit_do_not_matter(samples: list[Sample], chance: object) -> None:
    plain = judge(samples)
    shuffled = list(samples)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    assert judge(shuffled) == plain
    tenfold = [
        replace(
            each,
            value=Amount(10 * each.value.low, 10 * each.value.low),
            uln=Amount(10 * each.uln.low, 10 * each.uln.low),
        )
        for each in samples
    ]
    other = judge(tenfold)
    assert told(other) == told(plain)
    assert replace(other.progression, rows=plain.progression.rows) == plain.progression


def consistent(known: object, open_: object) -> bool:
    """Whether a certain answer agrees with one that leaves something open."""
    return open_ in ("UNDECIDED", known)


def inside(span: Span | None, day: Span | None) -> bool:
    return span is None or day is None or span.first <= day.first <= day.last <= span.last


@settings(max_examples=300)
@given(exact_courses(), st.data())
def test_what_limits_leave_open_is_never_guessed(samples: list[Sample], data: st.DataObject) -> None:
    """A value hidden behind ``<`` or ``>``, or an unknown upper limit, must leave the true answer possible."""
    hidden = []
    for each in samples:
        steps = each.value.low
        shown = data.draw(st.sampled_from(["plain", "plain", "below", "above", "no limit"]))
        if shown == "below":
            hidden.append(replace(each, value=Amount(0, data.draw(st.integers(steps + 1, 3 * steps)), high_open=True)))
        elif shown == "above":
            hidden.append(replace(each, value=Amount(data.draw(st.integers(0, steps - 1)), None, low_open=True)))
        else:
            hidden.append(replace(each, uln=UNKNOWN) if shown == "no limit" else each)
    truth, found = judge(samples), judge(hidden)
    assert consistent(truth.response.state, found.response.state)
    assert found.response.evaluable in (None, truth.response.evaluable)
    assert found.response.complete in (None, truth.response.complete)
    for name in ("days", "known_days", "complete_days", "complete_known_days"):
        assert inside(getattr(found.response, name), getattr(truth.response, name))
    assert consistent(truth.progression.state, found.progression.state)
    assert found.progression.category in (None, truth.progression.category)
    assert inside(found.progression.days, truth.progression.days)


@settings(max_examples=60)
@given(exact_courses(), st.data())
def test_what_partial_dates_leave_open_is_never_guessed(samples: list[Sample], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(samples) - 1))
    early, late = data.draw(st.integers(0, 15)), data.draw(st.integers(1, 15))
    blurred = list(samples)
    day = samples[place].day
    blurred[place] = replace(samples[place], day=day - early, last_day=day + late)
    truth, found = judge(samples), judge(blurred)
    assert consistent(truth.response.state, found.response.state)
    assert inside(found.response.days, truth.response.days)
    assert consistent(truth.progression.state, found.progression.state)
    assert inside(found.progression.days, truth.progression.days)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-5 400, 21 <200, 49 180", "UNDECIDED - - -"),  # 180 may be a rise from what <200 was
        ("-5 400, 21 190, 49 180", "RESPONSE 21 49 -"),
        ("-5 400, 21 <201, 49 180, 80 170", "RESPONSE - - -"),  # begins on day 21 or on day 49
        ("-5 400, 21 <201, 49 180", "UNDECIDED - - -"),
        ("-5 >400, 21 200, 49 180", "RESPONSE 21 49 -"),
        ("-5 >400, 21 201, 49 180", "UNDECIDED - - -"),
        ("-5 <70, 21 20, 49 18", "NOT EVALUABLE - - -"),
        ("-5 <71, 21 20, 49 18", "UNDECIDED - - -"),
        ("-5 <=70, 21 <5, 49 <5", "UNDECIDED - - -"),
        ("-5 >=70, 21 <5, 49 <5", "RESPONSE 21 49 21"),
        ("-10 100, -3 <71, 21 20, 49 18", "RESPONSE 21 49 21"),  # either baseline is at least 70
        ("-5 400, 21 100, 49 <36", "RESPONSE 21 49 -"),
        ("-5 400, 21 100, 49 <35", "RESPONSE 21 49 49"),
        ("-5 400, 21 100, 49 <=35", "RESPONSE 21 49 49"),
    ],
)
def test_limits_decide_where_they_can(text: str, expected: str) -> None:
    assert response(text) == expected


def test_without_an_upper_limit_only_what_needs_none_is_told() -> None:
    verdict = judge(course("-5 400, 21 190, 49 180", uln=None))
    assert (verdict.response.state, verdict.response.evaluable) == ("UNDECIDED", None)
    assert verdict.response.rule == "gcig.response.undecided"
    assert judge(course("-5 400 35, 21 190, 49 180", uln=None)).response.state == "RESPONSE"
    assert judge(course("-5 400 35, 21 190, 49 180", uln=None)).response.complete is None
    assert judge(course("-5 400 35, 21 100, 49 199", uln=None)).response.state == "UNDECIDED"
    either = judge(course("-5 400 35, 21 190, 49 210", uln=None)).response
    assert (either.state, either.rule) == ("NO RESPONSE", "gcig.response.several")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-5 <30, 60 70, 90 70", "PD C 60 90"),
        ("-5 <36, 60 70, 67 70", "UNDECIDED - - -"),  # 70 is no double of 35.9
        ("-5 <36, 60 72, 67 72", "PD - 60 67"),  # of category B or C
        ("-5 400, 30 <36, 60 71, 67 72", "UNDECIDED - - -"),
        ("-5 400, 30 <35, 60 71, 67 72", "PD A 60 67"),
        ("-5 400, 30 <100, 60 71", "UNDECIDED - - -"),
        ("-5 >1000, 30 900, 60 1700", "NO PD - - -"),
        ("-5 >1000, 30 1100, 60 2300, 70 2400", "PD B 60 70"),
    ],
)
def test_progression_with_limits(text: str, expected: str) -> None:
    assert progression(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-5 400, 15..25 190, 60 180", "RESPONSE - 60 -"),
        ("-5 400, 21 190, 49..60 180", "RESPONSE 21 - -"),
        ("-5 400, 21 190, 48..60 180", "UNDECIDED - - -"),
        ("-20..-10 400, 21 190, 60 180", "UNDECIDED - - -"),
        ("-14..-1 400, 21 190, 60 180", "RESPONSE 21 60 -"),
        ("0..1 400, 21 190, 60 180", "UNDECIDED - - -"),
        ("-5 400, 21 190, 30..60 390, 50 180", "UNDECIDED - - -"),
    ],
)
def test_partial_dates_are_tried_day_by_day(text: str, expected: str) -> None:
    assert response(text) == expected


def test_partial_dates_of_events_and_of_the_start() -> None:
    samples = course("-5 400, 38 150, 66 140, 94 130")
    assert told(judge(samples, happened("3..9"))) == "RESPONSE 38 66 -"
    assert told(judge(samples, happened("10..12"))) == "RESPONSE 66 94 -"
    assert told(judge(samples, happened("9..10"))) == "RESPONSE - - -"
    later = judge(course("-10 400, 30 150, 66 140"), start_span_days=4)
    assert (later.response.state, later.response.days, later.response.known_days) == (
        "RESPONSE", Span(26, 30), Span(62, 66),
    )  # fmt: skip
    assert later.response.rows == DecidingRows(2, 3, None)
    assert judge(course("-10 400, 30 150, 66 140"), start_span_days=5).response.state == "UNDECIDED"


def test_a_response_begins_after_the_day_treatment_starts() -> None:
    assert response("-10 100, 0 45, 28 44, 56 43") == "RESPONSE 28 56 -"
    assert response("-5 400, 1 190, 29 180") == "RESPONSE 1 29 -"


def test_a_start_that_may_be_one_day_later() -> None:
    taken = course("-14 400, 21 190, 60 180")
    assert told(judge(taken)) == "RESPONSE 21 60 -"
    assert told(judge(taken, start_span_days=1)) == "UNDECIDED - - -"


def test_samples_stand_as_at_the_first_of_the_days_they_may_be_of() -> None:
    assert [each.day for each in judge(course("-5 400, 21..23 150")).samples] == [-5, 21]


def test_too_many_partial_dates_decide_nothing() -> None:
    verdict = judge(course("-5 400, 1..100 150, 1..51 140"))
    assert verdict.flags == ("too_many_partial_dates",)
    assert (verdict.response.state, verdict.progression.state) == ("UNDECIDED", "UNDECIDED")
    assert (verdict.response.complete, len(verdict.samples)) == (None, 3)
    assert judge(course("-5 400, 1..100 150, 1..50 140")).flags != ("too_many_partial_dates",)
    assert judge(course("-5 400, 1..1667 150, 1..3 140")).flags == ("too_many_partial_dates",)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("-5 400, 21 190, 49 180", "gcig.response.confirmed"), ("-5 400, 21 190", "gcig.response.unconfirmed"),
        ("-5 400, 21 190, 42 300", "gcig.response.rise"), ("-5 400, 21 250, 42 300", "gcig.response.never-half"),
        ("-5 400", "gcig.response.no-later-sample"), ("-5 69, 21 20", "gcig.evaluable.below-twice-uln"),
        ("-15 400, 21 20", "gcig.evaluable.no-sample"), ("1 400, 21 20", "gcig.evaluable.no-sample"),
        ("-5 400, 21 190, 42 300, 63 310", "gcig.response.rise"), ("0 400, 14 190", "gcig.response.unconfirmed"),
        ("0 69, 14 190", "gcig.evaluable.below-twice-uln"), ("-14 69, 14 190", "gcig.evaluable.below-twice-uln"),
    ],
)  # fmt: skip
def test_the_rule_that_decided_a_response(text: str, rule: str) -> None:
    assert judge(course(text)).response.rule == rule


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("-5 400, 30 20, 120 70, 127 70", "gcig.progression.A"), ("-5 50, 40 100, 47 100", "gcig.progression.B"),
        ("-5 20, 60 70, 90 70", "gcig.progression.C"), ("-5 20, 60 70", "gcig.progression.unconfirmed"),
        ("-5 20, 60 69", "gcig.progression.none"), ("21 100", "gcig.progression.no-baseline"),
        ("-200 20, 60 70, 90 70", "gcig.progression.C"), ("0 20, 60 70, 90 70", "gcig.progression.C"),
        ("1 20, 60 70, 90 70", "gcig.progression.no-baseline"),
    ],
)  # fmt: skip
def test_the_rule_that_decided_a_progression(text: str, rule: str) -> None:
    assert judge(course(text)).progression.rule == rule


def test_categories_that_are_not_certain_keep_the_days() -> None:
    several = judge(course("-5 >30, 30 20, 60 71, 67 72")).progression
    assert (several.state, several.category, several.rule) == ("PD", None, "gcig.progression.several")
    assert (several.days, several.known_days) == (Span(60, 60), Span(67, 67))


def test_numbers_of_the_deciding_samples() -> None:
    verdict = judge(course("-5 400, 21 190, 42 30, 63 20, 120 71, 127 80"))
    assert verdict.response.rows == DecidingRows(2, 4, 3)
    assert verdict.progression.rows == DecidingRows(5, 6)
    waiting = judge(course("-5 20, 60 70")).progression
    assert (waiting.rows, waiting.category, waiting.days) == (DecidingRows(2), "C", Span(60, 60))
    assert judge(course("-5 400, 21 250")).response.rows == DecidingRows()
    baseline = verdict.response.baseline
    assert baseline is not None
    assert baseline.number == 1


def test_a_complete_response_is_known_with_its_response_or_later() -> None:
    assert judge(course("-5 400, 21 30, 49 20")).response.complete_known_days == Span(49, 49)
    assert judge(course("-5 400, 21 190, 49 180, 80 30")).response.complete_known_days == Span(80, 80)
    twice = judge(course("-5 400, 21 100, 42 30, 70 25, 98 20"), rules=GcigRules(cr_confirmed=True)).response
    assert (twice.complete_days, twice.complete_known_days) == (Span(42, 42), Span(70, 70))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("-5 400, 21 100, 42 30, 49 28, 69 25", None), ("-5 400, 21 100, 42 30, 49 28, 70 25", 42),
        ("-5 400, 21 100, 42 30, 49 36, 70 25", None), ("-5 400, 21 100, 42 30, 49 36, 70 25, 98 25", 70),
        ("-5 400, 21 100, 42 30, 70 36, 98 30, 126 30", 98),
    ],
)  # fmt: skip
def test_normality_that_must_be_confirmed(text: str, day: int | None) -> None:
    found = judge(course(text), rules=GcigRules(cr_confirmed=True)).response
    assert (found.complete_days.day if found.complete_days else None) == day
    assert found.complete is (day is not None)


def test_a_normal_value_from_a_progression_on_is_no_complete_response() -> None:
    before = "-5 400, 21 190, 49 180"
    assert response(f"{before}, 80 400, 90 410, 120 30") == "RESPONSE 21 49 -"
    assert response(f"{before}, 60 30, 80 400, 90 410, 120 30") == "RESPONSE 21 49 60"
    assert response(f"{before}, 80 400, 120 30") == "RESPONSE 21 49 120"
    # on the very day of the progression, by another laboratory's limit
    assert response("-5 400, 21 100, 49 90, 80 180 200, 90 190 200") == "RESPONSE 21 49 -"


def test_factors_of_a_trial() -> None:
    rules = GcigRules(response_factor=Ratio.of("0.25"), rise_factor=Ratio.of("1.5"), evaluable_factor=Ratio.of("10"))
    assert told(judge(course("-5 400, 21 100, 49 90"), rules=rules)) == "RESPONSE 21 49 -"
    assert told(judge(course("-5 400, 21 101, 49 90"), rules=rules)) == "NO RESPONSE - - -"
    assert told(judge(course("-5 349, 21 50, 49 60"), rules=rules)) == "NOT EVALUABLE - - -"
    assert told(judge(course("-5 400, 21 50, 49 75"), rules=rules)) == "RESPONSE 21 49 -"
