"""The rules eligibility is judged by, one by one, each with values of its own."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from tests.unit.screening.trial import answered, moments, number, said, sample, study
from tests.unit.screening.trial import frames as typed
from trialwright.errors import UnitError
from trialwright.screening import Context, eligibility, verdict_of
from trialwright.units import conversion_factor

pytestmark = pytest.mark.independent("each rule worked out by hand")

YES, NO, OPEN = ({"item": "histology", "equals": "A"}, {"item": "histology", "equals": "B"}, {"sex": "F"})
FACTS = {"FA": [answered("HISTOL", "A")]}
LETTERS = {"T": YES, "F": NO, "U": OPEN}
ORDER = {"F": 0, "U": 1, "T": 2}


@pytest.mark.parametrize(("first", "second"), list(product("TFU", repeat=2)))
def test_and_or_and_if_have_the_tables_of_three_valued_logic(first: str, second: str) -> None:
    pair = [LETTERS[first], LETTERS[second]]
    assert said({"all": pair}, FACTS)[0] == min(first, second, key=ORDER.__getitem__)
    assert said({"any": pair}, FACTS)[0] == max(first, second, key=ORDER.__getitem__)
    negated = {"T": "F", "F": "T", "U": "U"}[first]
    assert said({"not": pair[0]}, FACTS)[0] == negated
    assert said({"if": pair[0], "then": pair[1]}, FACTS)[0] == max(negated, second, key=ORDER.__getitem__)


@pytest.mark.parametrize("letters", list(product("TFU", repeat=3)))
@pytest.mark.parametrize("n", [0, 1, 2, 3])
def test_at_least_n_is_true_or_false_as_soon_as_the_open_ones_cannot_change_it(
    letters: tuple[str, ...], n: int
) -> None:
    children = [LETTERS[letter] for letter in letters]
    true, open_ = letters.count("T"), letters.count("U")
    least = "T" if true >= n else "F" if true + open_ < n else "U"
    most = "T" if true + open_ <= n else "F" if true > n else "U"
    assert said({"of": children, "at_least": n}, FACTS)[0] == least
    assert said({"of": children, "at_most": n}, FACTS)[0] == most


@pytest.mark.parametrize(
    ("inclusion", "exclusion", "expected"),
    [
        (YES, NO, "ELIGIBLE"), (NO, NO, "NOT ELIGIBLE"), (YES, YES, "NOT ELIGIBLE"), (OPEN, NO, "CANNOT TELL"),
        (YES, OPEN, "CANNOT TELL"), (OPEN, OPEN, "CANNOT TELL"),
        # what is missing never hides what is violated
        (NO, OPEN, "NOT ELIGIBLE"), (OPEN, YES, "NOT ELIGIBLE"),
    ],
)  # fmt: skip
def test_overall_every_inclusion_and_no_exclusion(inclusion: object, exclusion: object, expected: str) -> None:
    trial = study(
        inclusion=[{"id": "I1", "text": "x", "met_when": inclusion}],
        exclusion=[{"id": "E1", "text": "x", "excluded_when": exclusion}],
    )
    at = moments("2026-03-10")
    found = eligibility(trial, "entry", at, Context(trial, typed(FACTS)))
    assert verdict_of(trial, at, found)["VERDICT"].to_list() == [expected]


def test_a_male_subject_meets_a_condition_on_pregnancy_whatever_is_missing() -> None:
    plain = {"if": {"sex": "F"}, "then": {"item": "cause", "equals": "OTHER"}}
    assert said(plain, {"DM": [{"SEX": "M"}]}) == "T"
    assert said(plain, {"DM": [{"SEX": "F"}]}) == "U:missing"
    assert said(plain, {"DM": [{"SEX": "U"}]}) == "U:missing; answered_unknown"


@pytest.mark.parametrize(
    ("plain", "tables", "reason"),
    [
        ({"lab": "ast", "at_most": "200 U/L"}, {}, "missing"),
        ({"lab": "ast", "at_most": "200 U/L", "within": "1 month"},
         {"LB": [sample("AST", "20", "U/L", "2026-02-09")]}, "stale"),
        ({"lab": "ast", "at_most": "200 U/L"}, {"LB": [sample("AST", "20", "mg/dL")]}, "unit_mismatch"),
        ({"lab": "ast", "at_most": "200 U/L", "within": "1 month"},
         {"LB": [sample("AST", "20", "U/L", "2026-02")]}, "imprecise_date"),
        ({"lab": "ast", "at_most": "200 U/L"},
         {"LB": [sample("AST", "20", "U/L"), sample("AST", "300", "U/L")]}, "conflict"),
        ({"attest": "resectable"}, {}, "needs_attestation"),
        ({"lab": "ast", "x_uln": {"at_most": 5}}, {"LB": [sample("AST", "20", "U/L")]}, "no_reference_range"),
        ({"history": {"of": "other_tumour", "reviewed": "reviewed"}}, {"MH": []}, "not_reviewed"),
    ],
)  # fmt: skip
def test_unknown_says_why(plain: dict[str, Any], tables: dict[str, Any], reason: str) -> None:
    assert said(plain, tables) == f"U:{reason}"


def test_no_earlier_treatment_is_known_only_after_a_complete_review() -> None:
    none = {"not": {"history": {"of": "medicine", "reviewed": "reviewed"}}}
    empty = {"CM": [{"CMCAT": "OTHER"}]}
    assert said(none, empty) == "U:not_reviewed"
    assert said(none, {**empty, "FA": [answered("HXREVIEW", "Y", "2026-03-10")]}) == "T"
    assert said(none, {**empty, "FA": [answered("HXREVIEW", "Y", "2026-03-11")]}) == "U:not_reviewed"
    assert said(none, {"CM": [{"CMCAT": "CONCOMITANT", "CMCLAS": "HEPARIN", "CMSTDTC": "2020"}]}) == "F"


SIX = {"interval": {"from": "last_platinum", "to": "recurred_on"}, "at_least": "6 months"}


def platinum(end: str, recurrence: str) -> dict[str, Any]:
    return {"CM": [{"CMCLAS": "PLATINUM", "CMENDTC": end}], "MH": [{"MHCAT": "RECURRENCE", "MHSTDTC": recurrence}]}


@pytest.mark.parametrize(
    ("end", "recurrence", "expected"),
    [
        # every day of April but the first fifteen leaves less than six months to 15 October
        ("2025-04", "2025-10-15", "U:imprecise_date"), ("2025-04", "2025-10-30", "T"), ("2025-04", "2025-09-30", "F"),
        ("2025-04", "2025-10-01", "U:imprecise_date"),
        ("2025-08-31", "2026-02-28", "T"), ("2025-08-31", "2026-02-27", "F"), ("2023-08-31", "2024-02-28", "F"),
        ("2023-08-31", "2024-02-29", "T"), ("2025-03-01", "2025-08-29", "F"), ("2025-03-01", "2025-09-01", "T"),
    ],
)  # fmt: skip
def test_months_are_added_on_the_calendar_and_clipped_to_its_end(end: str, recurrence: str, expected: str) -> None:
    assert said(SIX, platinum(end, recurrence)) == expected


@pytest.mark.parametrize(
    ("key", "recurrence", "expected"),
    [
        ("at_least", "2025-08-01", "T"), ("at_least", "2025-07-31", "F"), ("above", "2025-08-01", "F"),
        ("above", "2025-08-02", "T"), ("at_most", "2025-08-01", "T"), ("at_most", "2025-08-02", "F"),
        ("below", "2025-08-01", "F"), ("below", "2025-07-31", "T"),
    ],
)  # fmt: skip
def test_at_least_so_long_ago_is_met_on_the_day_and_more_than_so_long_the_day_after(
    key: str, recurrence: str, expected: str
) -> None:
    plain = {"interval": SIX["interval"], key: "6 months"}
    assert said(plain, platinum("2025-02-01", recurrence)) == expected


@pytest.mark.parametrize(
    ("window", "day", "expected"),
    [
        ("4 weeks", "2026-02-10", "T"), ("4 weeks", "2026-02-09", "U:stale"), ("28 days", "2026-02-10", "T"),
        ("1 month", "2026-02-10", "T"), ("1 month", "2026-02-09", "U:stale"), ("1 month", "2026-03-10", "T"),
        ("1 month", "2026-03-11", "U:missing"), ("2 years", "2024-03-10", "T"), ("2 years", "2024-03-09", "U:stale"),
    ],
)  # fmt: skip
def test_a_window_holds_both_of_its_ends(window: str, day: str, expected: str) -> None:
    plain = {"lab": "ast", "at_most": "200 U/L", "within": window}
    assert said(plain, {"LB": [sample("AST", "20", "U/L", day)]}) == expected


def test_a_window_of_one_month_before_the_end_of_march_begins_at_the_end_of_february() -> None:
    plain = {"lab": "ast", "at_most": "200 U/L", "within": "1 month"}
    assert said(plain, {"LB": [sample("AST", "20", "U/L", "2026-02-28")]}, at="2026-03-31") == "T"
    assert said(plain, {"LB": [sample("AST", "20", "U/L", "2026-02-27")]}, at="2026-03-31") == "U:stale"


def test_without_a_moment_nothing_is_decided() -> None:
    assert said({"lab": "ast", "at_most": "200 U/L"}, {"LB": [sample("AST", "20", "U/L")]}, at=None) == "U:not_reached"


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (("2026-03-01", "300"), ("2026-03-05", "20"), "T"), (("2026-03-05", "300"), ("2026-03-01", "20"), "F"),
        (("2026-03-05T08:00", "300"), ("2026-03-05T09:30", "20"), "T"),
        (("2026-03-05T09:30", "300"), ("2026-03-05T08:00", "20"), "F"),
        (("2026-03-05", "300"), ("2026-03-05", "20"), "U:conflict"),
        (("2026-03-05", "20"), ("2026-03-05", "20"), "T"), (("2026-03-05", "20"), ("2026-03-05", "20.0"), "T"),
        (("2026-03-05T08:00", "20"), ("2026-03-05T08:00", "21"), "U:conflict"),
        (("2026-03-05", "20"), ("2026-03-11", "300"), "T"),
    ],
)  # fmt: skip
def test_the_latest_sample_by_the_moment_counts_and_two_of_one_time_are_a_conflict(
    first: tuple[str, str], second: tuple[str, str], expected: str
) -> None:
    tables = {"LB": [sample("AST", value, "U/L", day) for day, value in (first, second)]}
    assert said({"lab": "ast", "at_most": "200 U/L"}, tables) == expected


@pytest.mark.parametrize(
    ("pick", "expected"),
    [("latest", "T"), ("any", "T"), ("all", "F"), ("highest", "F"), ("lowest", "T"), ("first", "F")],
)
def test_the_pick_is_an_option_of_the_criterion(pick: str, expected: str) -> None:
    tables = {"LB": [sample("AST", "300", "U/L", "2026-02-01"), sample("AST", "20", "U/L", "2026-03-01")]}
    assert said({"lab": "ast", "at_most": "200 U/L", "pick": pick}, tables) == expected


def test_a_washout_of_the_longer_or_the_shorter_of_days_and_half_lives() -> None:
    """A half-life that nobody knows leaves it open, unless the days alone decide."""
    days = {"interval": {"from": "last_platinum", "to": "recurred_on"}, "at_least": "28 days"}
    unknown = {"item": "lesion_count", "at_most": 5}
    enough, short = platinum("2026-01-01", "2026-01-29"), platinum("2026-01-01", "2026-01-28")
    assert said({"all": [days, unknown]}, short) == "F"
    assert said({"all": [days, unknown]}, enough) == "U:missing"
    assert said({"any": [days, unknown]}, enough) == "T"
    assert said({"any": [days, unknown]}, short) == "U:missing"


@pytest.mark.parametrize(
    ("value", "upper", "key", "multiple", "expected"),
    [
        ("120", "40", "at_most", "3", "T"), ("120.1", "40", "at_most", "3", "F"), ("120", "40", "below", "3", "F"),
        ("119.9", "40", "below", "3", "T"), ("87.5", "35", "at_most", "2.5", "T"),
        ("87.6", "35", "at_most", "2.5", "F"),
    ],
)  # fmt: skip
def test_a_multiple_of_the_upper_limit_is_that_of_the_result_and_keeps_its_strictness(
    value: str, upper: str, key: str, multiple: str, expected: str
) -> None:
    plain = {"lab": "ast", "x_uln": {key: multiple}}
    assert said(plain, {"LB": [sample("AST", value, "U/L", LBORNRHI=upper)]}) == expected


@pytest.mark.parametrize(
    ("item", "value", "unit", "bound", "expected"),
    [
        # a value that is turned into the bound exactly lies on it, which is inside for at most and at least
        ("bili", "51.3", "umol/L", {"at_most": "3.0 mg/dL"}, "T"),
        ("bili", "51.3", "umol/L", {"below": "3.0 mg/dL"}, "F"),
        ("bili", "51.300001", "umol/L", {"at_most": "3.0 mg/dL"}, "F"),
        ("bili", "51.299999", "umol/L", {"at_least": "3.0 mg/dL"}, "F"),
        ("ast", "3.0", "IU/L", {"at_most": "3.0 U/L"}, "T"), ("ast", "3.00", "U/L", {"at_least": "3 U/L"}, "T"),
    ],
)  # fmt: skip
def test_values_are_compared_as_reported_and_units_exactly(
    item: str, value: str, unit: str, bound: dict[str, str], expected: str
) -> None:
    test = {"bili": "BILI", "ast": "AST"}[item]
    assert said({"lab": item, **bound}, {"LB": [sample(test, value, unit)]}) == expected


@pytest.mark.parametrize(
    ("analyte", "start", "end", "factor"),
    [
        ("NEUT", "10*9/L", "/uL", 1000), ("NEUT", "10*3/uL", "10*9/L", 1), ("HGB", "g/dL", "g/L", 10),
        ("CA125", "U/mL", "kU/L", 1), ("AST", "IU/L", "U/L", 1),
    ],
)  # fmt: skip
def test_counts_and_concentrations_turn_into_each_other(analyte: str, start: str, end: str, factor: int) -> None:
    assert conversion_factor(from_unit=start, to_unit=end, analyte=analyte) == factor


@pytest.mark.parametrize(
    ("analyte", "start", "end"),
    [("CREAT", "mL/min/{1.73_m2}", "mL/min"), ("AST", "U/L", "g/L")],
)
def test_what_only_looks_alike_is_not_turned_into_each_other(analyte: str, start: str, end: str) -> None:
    with pytest.raises(UnitError):
        conversion_factor(from_unit=start, to_unit=end, analyte=analyte)


@pytest.mark.parametrize(
    ("value", "bound", "expected"),
    [
        ("<0.5", {"at_most": "1 cm"}, "T"), ("<0.5", {"at_least": "1 cm"}, "F"), ("<0.5", {"at_most": "0.5 cm"}, "T"),
        ("<0.5", {"at_least": "0.5 cm"}, "F"), ("<0.5", {"at_least": "0.4 cm"}, "U:imprecise_value"),
        (">10", {"above": "10 cm"}, "T"), (">10", {"at_most": "10 cm"}, "F"),
        (">10", {"at_least": "11 cm"}, "U:imprecise_value"),
        ("<=10", {"below": "10 cm"}, "U:imprecise_value"), (">=10", {"at_least": "10 cm"}, "T"),
    ],
)  # fmt: skip
def test_a_value_with_a_sign_decides_only_where_all_it_allows_agrees(
    value: str, bound: dict[str, str], expected: str
) -> None:
    assert said({"item": "size", **bound}, {"FA": [number("TUMSIZE", value, "cm")]}) == expected


@pytest.mark.parametrize(
    ("birth", "expected"),
    [
        ("2008-03-10", "T"),
        ("2008-03-11", "F"),
        ("2008-02-29", "T"),
        ("2008", "U:imprecise_date"),
        ("2007", "T"),
        ("2009", "F"),
    ],
)
def test_age_is_counted_in_completed_years(birth: str, expected: str) -> None:
    assert said({"age": {"at_least": 18}}, {"DM": [{"BRTHDTC": birth}]}) == expected


def test_whoever_is_born_on_a_leap_day_completes_a_year_on_28_february() -> None:
    assert said({"age": {"at_least": 18}}, {"DM": [{"BRTHDTC": "2008-02-29"}]}, at="2026-02-28") == "T"
    assert said({"age": {"at_least": 18}}, {"DM": [{"BRTHDTC": "2008-02-29"}]}, at="2026-02-27") == "F"
