"""What must hold of every judging: order of rows, completions of partial dates, added facts, changes of unit."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import product
from random import Random
from typing import Any

import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from tests.unit.screening.trial import Row, answered, frames, moments, sample, study, told
from trialwright.dates import PartialDate
from trialwright.screening import Context, Explainer, eligibility, screened
from trialwright.units import convert

AT = date(2026, 3, 10)
DAYS = st.integers(-70, 5).map(lambda step: (AT + timedelta(days=step)).isoformat())
PARTIAL = st.one_of(DAYS, DAYS, DAYS.map(lambda day: day[:7]))
NODES: list[dict[str, Any]] = [
    {"item": "histology", "equals": "A"},
    {"item": "histology", "in": ["A", "B"], "pick": "all", "within": "1 month"},
    {"item": "histology", "equals": "B", "pick": "any", "within": "6 weeks"},
    {"item": "histology", "equals": "C", "pick": "first"},
    {"lab": "ast", "at_most": "200 U/L", "x_uln": {"at_most": 5}, "within": "1 month"},
    {"lab": "ast", "above": "0.1 U/mL", "pick": "highest"},
    {"attest": "resectable"},
    {"history": {"of": "other_tumour", "reviewed": "reviewed"}, "within": "1 month"},
    {"interval": {"from": "last_platinum", "to": "recurred_on"}, "at_least": "2 weeks"},
]
ALL_NODES = {"any": [{"all": NODES}, {"of": NODES, "at_least": 4}, {"if": NODES[0], "then": NODES[6]}]}


TRIAL = study(
    inclusion=[
        {"id": f"I{place}", "text": "x", "met_when": plain} for place, plain in enumerate([*NODES, ALL_NODES], 1)
    ]
)


def judged(tables: dict[str, list[Row]], at: pl.DataFrame) -> pl.DataFrame:
    """Every node, as a criterion of its own."""
    return eligibility(TRIAL, "entry", at, Context(TRIAL, frames(tables)))


@st.composite
def histories(draw: st.DrawFn) -> dict[str, list[Row]]:
    """Some rows of every table for a few subjects."""
    subjects = st.sampled_from(["S1", "S2", "S3"])

    def rows(*fields: tuple[str, st.SearchStrategy[str | None]]) -> list[Row]:
        return draw(st.lists(st.fixed_dictionaries({"USUBJID": subjects, **dict(fields)}), max_size=9))

    fact = rows(
        ("FATESTCD", st.sampled_from(["HISTOL", "RESECTAB", "HXREVIEW"])),
        ("FASTRESC", st.sampled_from(["A", "B", "C", "Y", "N", "UNKNOWN", None])),
        ("FAEVAL", st.sampled_from(["SURGEON", "RADIOLOGIST"])),
        ("FADTC", st.one_of(PARTIAL, st.none())),
    )
    values = rows(
        ("LBTESTCD", st.just("AST")), ("LBORRES", st.sampled_from(["20", "200", "201", "<150", ">90"])),
        ("LBORRESU", st.sampled_from(["U/L", "U/L", "IU/L", "mg/dL"])),
        ("LBORNRHI", st.sampled_from(["40", "39", None])),
        ("LBDTC", PARTIAL),
    )  # fmt: skip
    tumours = rows(
        ("MHCAT", st.sampled_from(["OTHER MALIGNANCY", "RECURRENCE"])),
        ("MHDECOD", st.sampled_from(["SKIN", None, "X"])),
        ("MHSTDTC", PARTIAL), ("MHENDTC", st.one_of(st.none(), PARTIAL)),
    )  # fmt: skip
    medicines = rows(("CMCAT", st.just("PRIOR")), ("CMCLAS", st.just("PLATINUM")), ("CMENDTC", PARTIAL))
    return {"FA": fact, "LB": values, "MH": tumours, "CM": medicines}


@pytest.mark.independent("the same data in another order")
@settings(max_examples=40)
@given(histories(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(tables: dict[str, list[Row]], chance: Random) -> None:
    numbered = {
        domain: [{f"{domain}SEQ": str(place), **row} for place, row in enumerate(rows, 1)]
        for domain, rows in tables.items()
    }
    shuffled = {domain: chance.sample(rows, len(rows)) for domain, rows in numbered.items()}
    at = moments(AT.isoformat(), ["S3", "S1", "S2"])
    first, second = (judged(data, at) for data in (numbered, shuffled))
    assert_frame_equal(first, second)


def completions(text: str) -> list[date]:
    found = PartialDate.parse(text)
    return [found.low + timedelta(days=step) for step in range((found.high - found.low).days + 1)]


def nearest_says(rows: list[tuple[date, str]], since: date, pick: str) -> str:
    inside = [(day, code) for day, code in rows if since <= day <= AT]
    if not inside:
        return "nothing"
    nearest = (min if pick == "first" else max)(day for day, _ in inside)
    codes = {code for day, code in inside if day == nearest}
    return "conflict" if len(codes) > 1 else codes.pop()


@pytest.mark.independent("every completion of every partial date, one by one")
@settings(max_examples=150)
@given(st.lists(st.tuples(PARTIAL, st.sampled_from(["A", "B"])), min_size=1, max_size=3), st.integers(5, 60),
       st.sampled_from(["latest", "first"]))  # fmt: skip
def test_a_picked_value_stands_when_every_completion_gives_it(
    rows: list[tuple[str, str]], days: int, pick: str
) -> None:
    months = [text for text, _ in rows if len(text) == 7]
    if len(months) > 2:
        rows = rows[:2]
    since = AT - timedelta(days=days)
    worlds = product(*(completions(text) for text, _ in rows))
    codes = [code for _, code in rows]
    found = {nearest_says(list(zip(world, codes, strict=True)), since, pick) for world in worlds}
    verdict, reason, _ = told(
        {"item": "histology", "equals": "A", "pick": pick, "within": f"{days} days"},
        {"FA": [answered("HISTOL", code, text) for text, code in rows]},
    )
    expected = {"A": "T", "B": "F"}.get(next(iter(found)), "U") if len(found) == 1 else "U"
    # two partial dates that are certain to leave one code last may be too entangled to see; never the other way
    assert verdict == expected or (verdict == "U" and reason == "imprecise_date"), (rows, found)
    if all(len(text) == 10 for text, _ in rows):
        assert verdict == expected


@pytest.mark.independent("every completion of a begin and an end, one by one")
@settings(max_examples=80)
@given(PARTIAL, st.one_of(st.none(), PARTIAL), st.integers(5, 60))
def test_a_history_overlaps_when_every_completion_does(begin: str, end: str | None, days: int) -> None:
    since = AT - timedelta(days=days)
    ends = [AT + timedelta(days=999), *completions(begin)] if end is None else completions(end)
    worlds = [(first, last) for first, last in product(completions(begin), ends) if first <= last]
    assume(worlds)
    found = {first <= AT and last >= since for first, last in worlds}
    verdict, reason, _ = told(
        {"history": {"of": "other_tumour", "reviewed": "reviewed"}, "within": f"{days} days"},
        {
            "MH": [{"MHCAT": "OTHER MALIGNANCY", "MHDECOD": "SKIN", "MHSTDTC": begin, "MHENDTC": end}],
            "FA": [answered("HXREVIEW", "Y", AT.isoformat())],
        },
    )
    expected = "U" if len(found) == 2 else "T" if found.pop() else "F"
    assert (verdict, reason) == (expected, "imprecise_date" if expected == "U" else "")


def has_partial_dates(tables: dict[str, list[Row]]) -> bool:
    cells = (cell for rows in tables.values() for row in rows for name, cell in row.items() if name.endswith("DTC"))
    return any(cell is not None and len(cell) < 10 for cell in cells)


@pytest.mark.unvalidated
@settings(max_examples=40)
@given(histories(), st.integers(0, 60), st.sampled_from(["A", "B", "C"]), st.sampled_from(["SURGEON", "RADIOLOGIST"]),
       st.sampled_from(["Y", "N"]), st.sampled_from(["20", "200", "300"]))  # fmt: skip
def test_a_sound_new_fact_opens_a_true_answer_only_by_conflict(
    tables: dict[str, list[Row]], age: int, code: str, role: str, answer: str, value: str
) -> None:
    day = (AT - timedelta(days=age)).isoformat()
    added: dict[str, list[Row]] = {
        "FA": [answered("HISTOL", code, day), {**answered("RESECTAB", answer, day), "FAEVAL": role}],
        "LB": [sample("AST", value, "U/L", day, LBORNRHI="40")],
        "MH": [{"MHCAT": "OTHER MALIGNANCY", "MHDECOD": "SKIN", "MHSTDTC": day, "MHENDTC": day}],
    }
    at = moments(AT.isoformat())
    before = judged(tables, at)
    for domain, rows in added.items():
        after = judged({**tables, domain: [*tables[domain], *rows]}, at).filter(before["VERDICT"] == "MET")
        # beside a value without a day another value is a conflict whose order cannot be told
        excused = "conflict|imprecise_date" if has_partial_dates(tables) else "conflict"
        opened = after.filter((pl.col("VERDICT") == "UNKNOWN") & ~pl.col("REASON").str.contains(excused))
        assert opened.is_empty(), opened


@pytest.mark.independent("the same amounts written in other units")
@settings(max_examples=100)
@given(
    st.decimals("0", "999", places=3), st.decimals("0", "999", places=3), st.booleans(),
    st.sampled_from(["at_least", "at_most", "above", "below"]),
    st.sampled_from(["U/L", "U/mL", "mU/mL", "kU/L", "U/dL"]),
    st.sampled_from(["U/L", "U/mL", "mU/mL", "U/dL"]),
)  # fmt: skip
def test_a_change_of_unit_never_changes_a_verdict(
    value: Decimal, bound: Decimal, same: bool, relation: str, written: str, stated: str
) -> None:
    bound = value if same else bound
    entered = convert(value, from_unit="U/L", to_unit=written)
    limit = convert(bound, from_unit="U/L", to_unit=stated)
    plain = {"lab": "ast", relation: f"{limit.normalize():f} {stated}"}
    holds = {
        "at_least": value >= bound, "at_most": value <= bound, "above": value > bound, "below": value < bound,
    }[relation]  # fmt: skip
    verdict, reason, _ = told(plain, {"LB": [sample("AST", f"{entered.normalize():f}", written)]})
    assert (verdict, reason) == ("T" if holds else "F", "")


BOUNDS = st.sampled_from(["0.1", "2", "3", "199.5", "200", "200.5"])


@pytest.mark.independent("value less bound in fractions")
@settings(max_examples=80)
@given(
    value=st.decimals(min_value=0, max_value=400, places=2),
    bound=BOUNDS,
    unit=st.sampled_from(["U/L", "U/mL"]),
    relation=st.sampled_from(["at_least", "at_most", "above", "below"]),
)
def test_the_margin_is_exact_and_its_sign_agrees_with_the_verdict(
    value: Decimal, bound: str, unit: str, relation: str
) -> None:
    trial = study(inclusion=[{"id": "I1", "text": "x", "met_when": {"lab": "ast", relation: f"{bound} {unit}"}}])
    data = frames({"LB": [sample("AST", str(value), "U/L")]})
    row = screened(trial, "entry", moments(AT.isoformat()), Context(trial, data)).verdicts().row(0, named=True)
    away = Fraction(value) / (1000 if unit == "U/mL" else 1) - Fraction(bound)
    assert Fraction(row["MARGIN"].split(" ")[0]) == away
    holds = {"at_least": away >= 0, "at_most": away <= 0, "above": away > 0, "below": away < 0}[relation]
    assert row["VERDICT"] == ("MET" if holds else "NOT_MET")
    assert row["NEAR"] == (holds and abs(away) <= Fraction(bound) / 20)


@pytest.mark.independent("what is wanted is entered")
@settings(max_examples=40)
@given(histories())
def test_an_unknown_criterion_says_what_would_help_and_a_known_one_wants_nothing(
    tables: dict[str, list[Row]],
) -> None:
    found = screened(TRIAL, "entry", moments(AT.isoformat(), ["S1", "S2", "S3"]), Context(TRIAL, frames(tables)))
    explain = Explainer(found)
    for subject in range(3):
        for answer in explain.of(subject):
            assert bool(answer.wants) == (answer.verdict == "UNKNOWN")
            assert {want.reason for want in answer.wants} == set(answer.reasons)
