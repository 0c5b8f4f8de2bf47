"""Margins, thresholds, nearness, what would decide, and the rows and readings beside them."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from tests.unit.screening.trial import ITEMS, Row, Tables, answered, frames, number, sample, study
from trialwright.model.screened import CriterionAnswer
from trialwright.screening import Context, Explainer, screened

pytestmark = pytest.mark.independent("distances worked out by hand")

AT = date(2026, 3, 10)
TRIAL_ITEMS = {name: {"ask": f"{name}?", **item} for name, item in ITEMS.items()}


def explained(plain: dict[str, Any], tables: Tables, at: date = AT, **keys: object) -> CriterionAnswer:
    trial = study(inclusion=[{"id": "I1", "text": "One", "met_when": plain, **keys}])
    moments = pl.DataFrame({"USUBJID": ["S1"], "AT": [at]})
    found = screened(trial, "entry", moments, Context(trial, frames(tables)))
    (answer,) = Explainer(found).of(0)
    written = found.verdicts().row(0, named=True)
    assert (written["VERDICT"], written["MARGIN"] or "", written["NEAR"]) == (
        answer.verdict,
        answer.margin,
        answer.near,
    )
    assert sorted(written["EVIDENCE"]) == sorted({row.id for row in answer.rows})
    return answer


def ast(value: str, unit: str = "U/L", **cells: str) -> Tables:
    return {"LB": [sample("AST", value, unit, **cells)]}


@pytest.mark.parametrize(
    ("plain", "tables", "margin"),
    [
        # value less bound in the unit of the bound, whatever the unit of the value
        ({"lab": "ast", "at_most": "200 U/L"}, ast("195"), "-5 U/L (ast)"),
        ({"lab": "ast", "at_most": "200 U/L"}, ast("200"), "0 U/L (ast)"),
        ({"lab": "ast", "at_most": "200 U/L"}, ast("0.21", "U/mL"), "10 U/L (ast)"),
        ({"lab": "ast", "at_least": "0.2 U/mL"}, ast("195"), "-0.005 U/mL (ast)"),
        ({"lab": "ast", "below": "10 U/L"}, ast("<5"), "<-5 U/L (ast)"),
        ({"lab": "ast", "x_uln": {"at_most": 5}}, ast("180", LBORNRHI="35"), "5 U/L (ast)"),
        ({"lab": "bili", "at_most": "3 mg/dL"}, {"LB": [sample("BILI", "34.2", "umol/L")]}, "-1 mg/dL (bili)"),
        ({"item": "size", "above": "8 cm"}, {"FA": [number("TUMSIZE", "81", "mm")]}, "0.1 cm (size)"),
        ({"item": "lesion_count", "at_most": "5"}, {"FA": [number("LESCOUNT", "7")]}, "2 (lesion_count)"),
        ({"age": {"at_least": 18}}, {"DM": [{"BRTHDTC": "2000-03-10"}]}, "8 years (age)"),
        ({"age": {"at_least": 18}}, {"DM": [{"BRTHDTC": "2000"}]}, "7 to 8 years (age)"),
        ({"item": "histology", "equals": "A"}, {"FA": [answered("HISTOL", "A")]}, ""),
        ({"item": "lesion_count", "equals": "7"}, {"FA": [number("LESCOUNT", "7")]}, ""),
    ],
)  # fmt: skip
def test_the_margin_is_the_value_less_the_bound(plain: dict[str, Any], tables: Tables, margin: str) -> None:
    assert explained(plain, tables).margin == margin


def course(end: str, recurrence: str) -> Tables:
    return {"CM": [{"CMCLAS": "PLATINUM", "CMENDTC": end}], "MH": [{"MHCAT": "RECURRENCE", "MHSTDTC": recurrence}]}


SIX = {"interval": {"from": "last_platinum", "to": "recurred_on"}, "at_least": "6 months"}


@pytest.mark.parametrize(
    ("end", "recurrence", "margin", "threshold", "near"),
    [
        ("2024-06-28", "2025-12-20", "357 d", "2024-12-28", False),
        ("2025-08-31", "2026-02-28", "0 d", "2026-02-28", True),
        ("2025-08-31", "2026-02-27", "-1 d", "2026-02-28", False),
        # 181 days from 1 March: the six months end on 1 September, three days short
        ("2025-03-01", "2025-08-29", "-3 d", "2025-09-01", False),
        ("2025-03", "2026-01-15", "107 to 136 d", "2025-09-01/2025-09-30", False),
        # a twentieth of 184 days is 9.2 days
        ("2025-03-01", "2025-09-10", "9 d", "2025-09-01", True),
        ("2025-03-01", "2025-09-11", "10 d", "2025-09-01", False),
    ],
)  # fmt: skip
def test_margins_of_intervals_are_days_on_the_calendar(
    end: str, recurrence: str, margin: str, threshold: str, near: bool
) -> None:
    found = explained(SIX, course(end, recurrence))
    assert found.margin == f"{margin} (last_platinum to recurred_on)"
    assert found.held[0].threshold == threshold
    assert found.near == near


@pytest.mark.parametrize(
    ("value", "near"), [("190", True), ("189.9", False), ("200", True), ("200.1", False), ("100", False)]
)
def test_near_is_met_within_a_twentieth_of_the_bound(value: str, near: bool) -> None:
    assert explained({"lab": "ast", "at_most": "200 U/L"}, ast(value)).near == near


def test_nothing_is_near_a_bound_of_zero() -> None:
    plain = {"interval": {"from": "recurred_on", "to": "entry"}, "at_least": "0 days"}
    tables = {**course("2025-01-01", "2026-03-10"), "DS": [{"DSDECOD": "ENTERED INTO TRIAL", "DSSTDTC": "2026-03-10"}]}
    found = explained(plain, tables)
    assert (found.verdict, found.margin, found.near) == ("MET", "0 d (recurred_on to entry)", False)


def test_the_threshold_stands_in_the_unit_of_the_value() -> None:
    (held,) = explained({"lab": "bili", "at_most": "3.0 mg/dL"}, {"LB": [sample("BILI", "40", "umol/L")]}).held
    assert (held.value, held.unit, held.day, held.threshold) == ("40", "umol/L", "2026-03-01", "51.3 umol/L")
    (held,) = explained({"lab": "ast", "x_uln": {"at_most": "2.5"}}, ast("80", LBORNRHI="35")).held
    assert (held.bound, held.threshold, held.margin) == ("2.5 × ULN", "87.5 U/L", "-7.5 U/L")


@pytest.mark.parametrize(
    ("governing", "value", "upper", "verdict", "margin", "opposed"),
    [
        ("value", "180", "35", "MET", "-20 U/L (ast)", True), ("x_uln", "180", "35", "NOT_MET", "5 U/L (ast)", True),
        ("value", "220", "50", "NOT_MET", "20 U/L (ast)", True), ("x_uln", "220", "50", "MET", "-30 U/L (ast)", True),
        ("value", "100", "40", "MET", "-100 U/L (ast)", False), (None, "180", "35", "UNKNOWN", "", True),
        (None, "100", "30", "MET", "-50 U/L (ast)", False), (None, "250", "30", "NOT_MET", "50 U/L (ast)", False),
    ],
)  # fmt: skip
def test_both_limits_are_shown_and_a_disagreement_is_said(
    governing: str | None, value: str, upper: str, verdict: str, margin: str, opposed: bool
) -> None:
    plain = {
        "lab": "ast",
        "at_most": "200 U/L",
        "x_uln": {"at_most": 5},
        **({"governing": governing} if governing else {}),
    }
    found = explained(plain, ast(value, LBORNRHI=upper))
    assert (found.verdict, found.margin) == (verdict, margin)
    assert [held.opposed for held in found.held] == [opposed, opposed]
    assert [held.bound for held in found.held] == ["200 U/L", "5 × ULN"]
    if governing is not None:
        assert [held.decides for held in found.held] == [governing == "value", governing == "x_uln"]


def test_of_several_comparisons_the_deciding_one_nearest_to_its_bound_is_told() -> None:
    two = {"all": [{"lab": "ast", "at_most": "200 U/L"}, {"lab": "bili", "at_most": "3.0 mg/dL"}]}

    def margin(first: str, second: str) -> str:
        tables = {"LB": [sample("AST", first, "U/L"), sample("BILI", second, "mg/dL")]}
        return explained(two, tables).margin

    assert margin("100", "2.9") == "-0.1 mg/dL (bili)"
    assert margin("199", "1.0") == "-1 U/L (ast)"
    # what fails decides, however near the other one is
    assert margin("199", "9.0") == "6 mg/dL (bili)"
    either = {"any": two["all"]}
    tables = {"LB": [sample("AST", "201", "U/L"), sample("BILI", "1.0", "mg/dL")]}
    assert explained(either, tables).margin == "-2 mg/dL (bili)"


@pytest.mark.parametrize(
    ("pick", "bound", "margin"),
    [
        ("highest", {"at_most": "200 U/L"}, "10 U/L"), ("lowest", {"at_most": "200 U/L"}, "-100 U/L"),
        ("any", {"at_most": "200 U/L"}, "-100 U/L"), ("all", {"at_most": "200 U/L"}, "10 U/L"),
        ("any", {"at_least": "200 U/L"}, "10 U/L"), ("all", {"at_least": "200 U/L"}, "-100 U/L"),
        ("latest", {"at_most": "200 U/L"}, "-50 U/L"), ("first", {"at_most": "200 U/L"}, "-100 U/L"),
    ],
)  # fmt: skip
def test_the_row_that_counts_gives_the_margin(pick: str, bound: dict[str, str], margin: str) -> None:
    days = {"100": "2026-01-01", "210": "2026-01-20", "150": "2026-02-20"}
    tables = {"LB": [sample("AST", value, "U/L", day) for value, day in days.items()]}
    assert explained({"lab": "ast", "pick": pick, **bound}, tables).margin == f"{margin} (ast)"


def wanted(plain: dict[str, Any], tables: Tables, **keys: object) -> list[tuple[str, str, str]]:
    return [(want.kind, want.ask, want.reason) for want in explained(plain, tables, **keys).wants]


def test_what_would_decide_is_said_for_each_kind() -> None:
    assert wanted({"attest": "resectable"}, {}) == [("attestation", "resectable? (surgeon)", "needs_attestation")]
    assert wanted({"lab": "ast", "at_most": "200 U/L"}, {}) == [("sample", "ast?", "missing")]
    assert wanted({"item": "histology", "equals": "A"}, {}) == [("entry", "histology?", "missing")]
    history = {"history": {"of": "other_tumour", "reviewed": "reviewed"}}
    assert wanted(history, {"MH": [{"MHCAT": "RECURRENCE"}]}) == [("review", "reviewed?", "not_reviewed")]
    assert wanted({"lesions": {"take": "count"}, "at_most": 5}, {}) == [
        ("imaging", "Lesions by any method: count", "missing")
    ]
    assert wanted({"response": {"of": "imaging"}, "in": ["CR"]}, {}) == [
        ("not computed", "Response of imaging", "not_computed")
    ]
    assert wanted({"score": "nothing", "at_most": 1}, {}) == [("not computed", "score nothing", "not_computed")]
    assert wanted({"sex": "F"}, {}) == [("entry", "Sex", "missing")]
    assert wanted({"age": {"at_least": 18}}, {}) == [("entry", "Date of birth", "missing")]
    assert wanted(SIX, {}) == [("entry", "last_platinum?; recurred_on?", "missing")]
    later = {"item": "histology", "equals": "A", "at": "allocation"}
    assert wanted(later, {}) == [("waiting", "histology?", "not_reached")]
    two = {"LB": [sample("AST", "20", "U/L"), sample("AST", "21", "U/L")]}
    assert wanted({"lab": "ast", "at_most": "200 U/L"}, two) == [("entry", "ast?", "conflict")]


def test_only_what_could_still_change_the_answer_is_wanted() -> None:
    known: Row = answered("HISTOL", "A")
    lab, code = {"lab": "ast", "at_most": "200 U/L"}, {"item": "histology", "equals": "A"}
    assert [ask for _, ask, _ in wanted({"all": [lab, code, {"attest": "resectable"}]}, {"FA": [known]})] == [
        "ast?", "resectable? (surgeon)",
    ]  # fmt: skip
    assert wanted({"any": [lab, code]}, {"FA": [known]}) == []
    settled = {"all": [{"any": [lab, code]}, {"attest": "resectable"}]}
    assert [ask for _, ask, _ in wanted(settled, {"FA": [known]})] == ["resectable? (surgeon)"]
    assert wanted({"if": {"not": code}, "then": lab}, {"FA": [known]}) == []
    # one of three is enough: the open one does not matter once another is true
    assert wanted({"of": [lab, code, {"attest": "resectable"}], "at_least": 1}, {"FA": [known]}) == []


def test_a_window_says_from_when_to_when_a_fact_counts() -> None:
    stale = explained(
        {"lab": "ast", "at_most": "200 U/L"}, {"LB": [sample("AST", "20", "U/L", "2026-02-09")]}, within="1 month"
    )
    (want,) = stale.wants
    assert (want.kind, want.reason, want.since, want.until) == ("sample", "stale", date(2026, 2, 10), AT)
    (want,) = explained({"lab": "ast", "at_most": "200 U/L"}, {}).wants
    assert (want.since, want.until) == (None, None)


def test_rows_carry_column_value_and_day() -> None:
    (row,) = explained({"lab": "ast", "at_most": "200 U/L"}, ast("<5")).rows
    assert (row.id, row.column, row.value, row.day) == ("row/lb.csv:S1:1", "LBORRES", "<5", "2026-03-01")
    rows = explained(SIX, course("2025-03", "2026-01-15")).rows
    assert [(row.id, row.value) for row in rows] == [("row/cm.csv:S1:1", "2025-03"), ("row/mh.csv:S1:1", "2026-01-15")]


def test_the_reading_is_the_condition_without_sources_and_remarks() -> None:
    plain = {
        "all": [{"id": "I1.1", "lab": "ast", "at_most": "200 U/L", "status": "inferred", "remark": "no"}, {"sex": "F"}]
    }
    found = explained(plain, {}, source={"record": "I1"})
    assert found.reading == "{all: [{id: I1.1, lab: ast, at_most: 200 U/L, status: inferred}, {sex: F}]}"
    assert (found.record, found.excludes, found.text) == ("I1", False, "One")
