"""Laboratory values: absolute bounds, multiples of the upper limit of normal, the two together, times of day."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.screening.trial import Row, said, sample, told

pytestmark = pytest.mark.unvalidated


def ast(value: str | None, limit: str | None = "40", unit: str | None = "U/L", day: str = "2026-03-01") -> Row:
    return sample("AST", value, unit, day, **({} if limit is None else {"LBORNRHI": limit}))


def judged(lab: dict[str, Any], *rows: Row) -> str:
    return said({"lab": "ast", **lab}, {"LB": rows})


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [("200", "U/L", "T"), ("200.000001", "U/L", "F"), ("200", "IU/L", "T"), ("3.333333", "ukat/L", "T"),
     ("3.333334", "ukat/L", "F"), ("0.2", "U/mL", "T"), ("200", "mg/dL", "U:unit_mismatch")],
)  # fmt: skip
def test_absolute_bounds_in_any_unit(value: str, unit: str, expected: str) -> None:
    assert judged({"at_most": "200 U/L"}, ast(value, unit=unit)) == expected


def test_mass_and_amount_of_a_substance() -> None:
    def bilirubin(value: str) -> str:
        return said({"lab": "bili", "at_most": "3.0 mg/dL"}, {"LB": [sample("BILI", value, "umol/L")]})

    assert bilirubin("51.3") == "T"  # 3.0 x 17.1
    assert bilirubin("51.300001") == "F"


@pytest.mark.parametrize(
    ("value", "limit", "expected"),
    [("200", "40", "T"), ("200.000001", "40", "F"), ("200", "39.999999", "F"), ("200", None, "U:no_reference_range"),
     ("200", "0", "U:no_reference_range"), ("200", "<40", "U:no_reference_range"), ("<150", "40", "T"),
     ("<250", "40", "U:imprecise_value"), (">200", "40", "F")],
)  # fmt: skip
def test_a_multiple_of_the_results_own_limit(value: str, limit: str | None, expected: str) -> None:
    assert judged({"x_uln": {"at_most": 5}}, ast(value, limit)) == expected


def test_strictness_of_a_multiple() -> None:
    assert judged({"x_uln": {"below": 3}}, ast("119.999999")) == "T"
    assert judged({"x_uln": {"below": 3}}, ast("120")) == "F"
    assert judged({"x_uln": {"below": "1.5"}}, ast("59.999999")) == "T"


BOTH = {"at_most": "200 U/L", "x_uln": {"at_most": 5}}


@pytest.mark.parametrize(
    ("value", "limit", "governing", "expected"),
    [
        ("200", "40", None, "T"), ("300", "40", None, "F"), ("220", "50", None, "U:conflict"),
        ("180", "30", None, "U:conflict"), ("180", None, None, "U:no_reference_range"),
        ("220", "50", "value", "F"), ("220", "50", "x_uln", "T"), ("180", None, "value", "T"),
        ("180", None, "x_uln", "U:no_reference_range"),
    ],
)  # fmt: skip
def test_two_limits_must_agree_unless_one_governs(
    value: str, limit: str | None, governing: str | None, expected: str
) -> None:
    stated = BOTH if governing is None else {**BOTH, "governing": governing}
    assert judged(stated, ast(value, limit)) == expected
    assert judged({**stated, "pick": "highest"}, ast(value, limit)) == expected


def test_no_limit_of_another_result_is_borrowed() -> None:
    rows = [ast("200", "40", day="2026-02-01"), ast("190", None)]
    assert judged({"x_uln": {"at_most": 5}}, *rows) == "U:no_reference_range"


def test_the_latest_sample_inside_the_window_counts() -> None:
    rows = [ast("300", day="2026-02-20"), ast("100", day="2026-03-01"), ast("999", day="2026-03-11")]
    assert judged({"at_most": "200 U/L", "within": "1 month"}, *rows) == "T"
    assert judged({"at_most": "200 U/L", "within": "1 week"}, *rows) == "U:stale"
    assert judged({"at_most": "200 U/L", "pick": "highest"}, *rows) == "F"
    assert told({"lab": "ast", "at_most": "200 U/L"}, {"LB": rows})[2] == ["row/lb.csv:S1:2"]


def test_of_one_day_the_later_time_counts() -> None:
    early, late = "2026-03-01T08:00+09:00", "2026-03-01T16:30+09:00"
    assert judged({"at_most": "200 U/L"}, ast("300", day=early), ast("100", day=late)) == "T"
    assert judged({"at_most": "200 U/L", "pick": "first"}, ast("300", day=early), ast("100", day=late)) == "F"
    # without a time, or in another zone, the order is not known
    assert judged({"at_most": "200 U/L"}, ast("300", day="2026-03-01"), ast("100", day=late)) == "U:conflict"
    assert judged({"at_most": "200 U/L"}, ast("300", day="2026-03-01T08:00Z"), ast("100", day=late)) == "U:conflict"
    assert judged({"at_most": "200 U/L"}, ast("300", day=late), ast("100", day=late)) == "U:conflict"
    assert judged({"at_most": "200 U/L"}, ast("150", day="2026-03-02"), ast("300", day=late)) == "T"


def test_a_sample_not_done_is_not_a_value() -> None:
    undone = {**ast(None), "LBSTAT": "NOT DONE"}
    assert judged({"at_most": "200 U/L"}, undone) == "U:not_done"
    assert judged({"at_most": "200 U/L"}, undone, ast("100", day="2026-02-01")) == "T"
