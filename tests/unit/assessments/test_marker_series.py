"""Which samples of a marker count: both sides of every limit, and a reason for whatever does not."""

from __future__ import annotations

import math
from collections.abc import Sequence

import polars as pl
import pytest

from trialwright.assessments.marker_series import PreparedSeries, prepare_series
from trialwright.assessments.series_rules import ERRORS, FLAGS, REASONS, SeriesRules, same_unit, with_rules
from trialwright.errors import InputError

pytestmark = pytest.mark.unvalidated

Row = tuple[object, ...]
GOOD: Sequence[Row] = ((0, "400"), (21, "200"), (42, "100"))


def samples(*rows: Row, subject: str = "P", **columns: Sequence[object]) -> pl.DataFrame:
    """Samples of one patient: day, value, unit (U/mL when absent)."""
    return pl.DataFrame(
        {
            "ROW": [str(number) for number in range(len(rows))],
            "USUBJID": [subject] * len(rows),
            "DAY": pl.Series([row[0] for row in rows], dtype=pl.Int64),
            "VALUE": pl.Series([row[1] for row in rows], dtype=pl.String),
            "UNIT": pl.Series([row[2] if len(row) > 2 else "U/mL" for row in rows], dtype=pl.String),
            **columns,
        }
    )


def reasons(prepared: PreparedSeries) -> dict[str, str]:
    return dict(prepared.excluded.select("ROW", "REASON").iter_rows())


def one(prepared: PreparedSeries) -> dict[str, object]:
    assert prepared.subjects.height == 1
    return prepared.subjects.row(0, named=True)


def flags(*rows: Row, rules: SeriesRules | None = None, **columns: Sequence[object]) -> list[str]:
    found = one(prepare_series(samples(*rows, **columns), rules or SeriesRules()))["FLAGS"]
    assert isinstance(found, list)
    return found


def test_a_plain_series_is_taken_as_it_is() -> None:
    prepared = prepare_series(samples(*GOOD), SeriesRules())
    assert one(prepared)["STATUS"] == "USABLE"
    assert prepared.excluded.is_empty()
    assert prepared.used.select("T_DAYS", "VALUE", "CENSOR").rows() == [(0, 400.0, 0), (21, 200.0, 0), (42, 100.0, 0)]


@pytest.mark.parametrize(("day", "reason"), [(-15, "before window"), (-14, None), (100, None), (101, "after window")])
def test_the_window_is_closed_at_both_ends(day: int, reason: str | None) -> None:
    prepared = prepare_series(samples(*GOOD, (day, "90")), SeriesRules())
    assert reasons(prepared).get("3") == reason
    assert one(prepared)["N_USED"] == (4 if reason is None else 3)


@pytest.mark.parametrize(("until", "reason"), [(42, None), (41, "after until")])
def test_a_sample_on_the_last_day_counts_and_one_after_it_does_not(until: int, reason: str | None) -> None:
    prepared = prepare_series(samples(*GOOD, UNTIL=[until] * 3), SeriesRules())
    assert reasons(prepared).get("2") == reason


def test_only_the_last_sample_before_treatment_stands_for_the_start() -> None:
    prepared = prepare_series(samples((-12, "500"), (-3, "450"), *GOOD), SeriesRules())
    assert reasons(prepared) == {"0": "earlier pre-treatment"}
    assert prepared.used.select("DAY", "T_DAYS").rows()[:2] == [(-3, 0), (0, 0)]


def test_a_day_that_is_rejected_leaves_the_one_before_it() -> None:
    rows = samples((-12, "500"), (-3, "450"), (-3, "300"), *GOOD[1:], (60, "50"), ASSAY=["A", "A", "B", "A", "A", "A"])
    prepared = prepare_series(rows, SeriesRules())
    assert reasons(prepared) == {"1": "same day, assays differ", "2": "same day, assays differ"}
    assert prepared.used.row(0, named=True)["DAY"] == -12


def test_values_of_one_day_by_one_assay_become_their_geometric_mean() -> None:
    prepared = prepare_series(samples((0, "400"), (0, "100"), *GOOD[1:]), SeriesRules())
    assert math.isclose(prepared.used["VALUE"][0], 200.0, rel_tol=1e-14)
    assert prepared.used["ROWS"][0] == "0+1"
    assert one(prepared)["FLAGS"] == ["same_day_mean"]
    refused = prepare_series(samples((0, "400"), (0, "100"), *GOOD), SeriesRules(same_day="reject"))
    assert reasons(refused) == dict.fromkeys(("0", "1", "2"), "same day")


@pytest.mark.parametrize("assays", [["A", "B"], ["A", None]])
def test_a_day_with_different_assays_or_one_unnamed_is_rejected(assays: list[str | None]) -> None:
    rows = samples((0, "400"), (0, "100"), *GOOD[1:], (60, "50"), ASSAY=[*assays, "A", "A", "A"])
    prepared = prepare_series(rows, SeriesRules())
    assert reasons(prepared) == dict.fromkeys(("0", "1"), "same day, assays differ")
    assert prepared.used.height == 3


def test_a_limit_and_a_number_of_one_day_are_not_averaged() -> None:
    prepared = prepare_series(samples(*GOOD, (60, "<5"), (60, "7")), SeriesRules())
    assert reasons(prepared) == dict.fromkeys(("3", "4"), "same day, limits")
    same = prepare_series(samples(*GOOD, (60, "<5"), (60, "<5")), SeriesRules())
    assert same.used.select("VALUE", "CENSOR").row(-1) == (pytest.approx(5.0, rel=1e-14), -1)
    apart = prepare_series(samples(*GOOD, (60, "<5"), (60, "<7")), SeriesRules())
    assert reasons(apart) == dict.fromkeys(("3", "4"), "same day, limits")


@pytest.mark.parametrize(
    ("text", "value", "censor"),
    [("<5", 5.0, -1), ("<= 5", 5.0, -1), (">10000", 10000.0, 1), (">=7.5", 7.5, 1), (" 12.50 ", 12.5, 0)],
)
def test_limits_are_limits_and_never_half_of_them(text: str, value: float, censor: int) -> None:
    prepared = prepare_series(samples(*GOOD, (60, text)), SeriesRules())
    assert prepared.used.select("VALUE", "CENSOR").row(-1) == (value, censor)


@pytest.mark.parametrize(
    ("value", "unit", "reason"),
    [
        ("0", "U/mL", "value not positive"),
        ("0.000", "U/mL", "value not positive"),
        ("<0", "U/mL", "value not positive"),
        ("-3", "U/mL", "value not positive"),
        ("12,5", "U/mL", "value unreadable"),
        ("1e3", "U/mL", "value unreadable"),
        ("high", "U/mL", "value unreadable"),
        ("NaN", "U/mL", "value unreadable"),
        ("inf", "U/mL", "value unreadable"),
        ("<", "U/mL", "value unreadable"),
        ("9" * 400, "U/mL", "value unreadable"),
        (None, "U/mL", "value missing"),
        (" ", "U/mL", "value missing"),
        ("90", None, "unit missing"),
        ("90", "U/L", "unit refused"),
        ("90", "ng/mL", "unit refused"),
        ("90", "furlong", "unit refused"),
    ],
)
def test_a_sample_that_is_wrong_is_an_error_and_never_dropped_silently(
    value: str | None, unit: str | None, reason: str
) -> None:
    prepared = prepare_series(samples(*GOOD, (60, value, unit)), SeriesRules())
    assert reasons(prepared) == {"3": reason}
    assert (one(prepared)["STATUS"], one(prepared)["REASON"]) == ("ERROR", reason)
    left_out = prepare_series(samples(*GOOD, (60, value, unit)), SeriesRules(errors="leave out"))
    assert (one(left_out)["STATUS"], one(left_out)["EXCLUDED"]) == ("USABLE", f"3: {reason}")


def test_an_unreadable_day_is_an_error() -> None:
    prepared = prepare_series(samples(*GOOD, (None, "90")), SeriesRules())
    assert one(prepared)["REASON"] == "day unreadable"


def test_what_is_wrong_outside_the_window_does_not_matter() -> None:
    prepared = prepare_series(samples(*GOOD, (300, "0"), (101, "text")), SeriesRules())
    assert one(prepared)["STATUS"] == "USABLE"
    assert set(reasons(prepared).values()) == {"after window"}


@pytest.mark.parametrize("unit", ["U/mL", "kU/L", "IU/mL", "[IU]/mL", "k[IU]/L", "[arb'U]/mL"])
def test_units_of_one_size_are_taken_without_a_factor(unit: str) -> None:
    assert same_unit(unit, SeriesRules())
    assert prepare_series(samples(*((*row, unit) for row in GOOD)), SeriesRules()).used["VALUE"].sum() == 700.0


@pytest.mark.parametrize("unit", ["U/L", "mU/mL", "ng/mL", "", "u/ml"])
def test_other_units_are_refused(unit: str) -> None:
    assert not same_unit(unit, SeriesRules())


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (GOOD[:2], "2 usable values, 3 are due"),
        (((0, "400"), (21, "<5"), (42, "<5")), "1 values that are no limits, 2 are due"),
        (((0, "400"), (6, "200"), (13, "100")), "samples span 13 days, 14 are due"),
        (((-14, "400"), (6, "200"), (13, "100")), "samples span 13 days, 14 are due"),
    ],
)
def test_too_little_is_not_calculable(rows: Sequence[Row], reason: str) -> None:
    prepared = prepare_series(samples(*rows), SeriesRules())
    assert (one(prepared)["STATUS"], one(prepared)["REASON"]) == ("NOT CALCULABLE", reason)


def test_just_enough_is_usable() -> None:
    assert one(prepare_series(samples((0, "400"), (7, "200"), (14, "100")), SeriesRules()))["STATUS"] == "USABLE"
    assert one(prepare_series(samples((0, "400"), (7, "200"), (42, "<5")), SeriesRules()))["STATUS"] == "USABLE"


@pytest.mark.parametrize(("first", "told"), [(-14, True), (7, True), (8, False)])
def test_no_sample_around_the_start_is_low_information(first: int, told: bool) -> None:
    assert ("low_information" in flags((first, "400"), (21, "200"), (42, "100"))) is not told


@pytest.mark.parametrize(("value", "low"), [("69.9", True), ("70", False)])
def test_a_start_below_twice_the_upper_limit_is_flagged(value: str, low: bool) -> None:
    assert ("low_baseline" in flags((0, value), (21, "50"), (42, "40"))) is low


def test_the_upper_limit_is_that_of_the_sample_first() -> None:
    assert "low_baseline" in flags(*GOOD, ULN=[201.0, 35.0, 35.0])
    assert "low_baseline" not in flags(*GOOD, ULN=[200.0, 35.0, 35.0])
    assert flags(*GOOD, rules=SeriesRules(uln=None)) == ["no_upper_limit"]


@pytest.mark.parametrize(("day", "near"), [(13, False), (14, True), (42, True), (43, False)])
def test_a_sample_within_28_days_after_an_intervention_is_flagged_or_dropped(day: int, near: bool) -> None:
    events = pl.DataFrame({"USUBJID": ["P", "Q"], "DAY": [day, 42]})
    flagged = prepare_series(samples(*GOOD), SeriesRules(), events)
    disturbed = one(flagged)["FLAGS"] == ["interference"]
    sample_42_only = prepare_series(
        samples((0, "400"), (5, "300"), (42, "100")), SeriesRules(interference="drop"), events
    )
    assert (reasons(sample_42_only).get("2") == "interference") is near
    assert disturbed is (near or day == 13)  # an intervention on day 13 disturbs the sample of day 21


def test_an_intervention_can_name_its_own_last_day() -> None:
    events = pl.DataFrame({"USUBJID": ["P", "P"], "DAY": [1, 30], "END": [50, 31]})
    prepared = prepare_series(samples(*GOOD, (51, "80")), SeriesRules(interference="drop"), events)
    assert reasons(prepared) == {"1": "interference", "2": "interference"}


def test_a_change_of_assay_within_the_window_is_flagged() -> None:
    assert flags(*GOOD, ASSAY=["A", "A", "B"]) == ["assay_change"]
    assert flags(*GOOD, (101, "80"), ASSAY=["A", "A", "A", "B"]) == []
    assert flags(*GOOD, ASSAY=["A", None, "A"]) == []


def test_patients_come_out_in_the_order_they_went_in_even_when_their_rows_are_scattered() -> None:
    two = pl.concat([samples(*GOOD, subject="Z"), samples(*GOOD, subject="A")])
    mixed = two[[0, 3, 1, 4, 2, 5]]
    whole, parted = prepare_series(two, SeriesRules()), prepare_series(mixed, SeriesRules())
    assert whole.subjects["USUBJID"].to_list() == parted.subjects["USUBJID"].to_list() == ["Z", "A"]
    assert whole.used.drop("ROWS").equals(parted.used.drop("ROWS"))


def test_no_sample_disappears() -> None:
    rows = samples((-20, "1"), (-5, "9"), (-5, "9"), *GOOD, (60, "0"), (101, "7"), (None, "7"))
    prepared = prepare_series(rows, SeriesRules(errors="leave out"))
    used = [row for rows in prepared.used["ROWS"] for row in rows.split("+")]
    assert sorted([*used, *prepared.excluded["ROW"]]) == sorted(rows["ROW"])


def test_every_reason_and_flag_has_words() -> None:
    assert set(ERRORS) <= set(REASONS)
    assert all(FLAGS.values())


def test_rules_can_be_set_by_name() -> None:
    changed = with_rules(SeriesRules(), [("last_day", "50"), ("uln", "none"), ("errors", "leave out")])
    assert (changed.last_day, changed.uln, changed.errors) == (50, None, "leave out")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("lastday", "50"), ("last_day", "5.5"), ("uln", "x"), ("errors", "ignore"), ("last_day", "0"), ("unit", "g/L"),
        ("first_day", "1"), ("min_values", "0"),
    ],
)  # fmt: skip
def test_a_rule_that_makes_no_sense_is_refused(name: str, value: str) -> None:
    with pytest.raises(InputError):
        with_rules(SeriesRules(), [(name, value)])
