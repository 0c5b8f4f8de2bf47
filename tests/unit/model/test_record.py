"""The record as a noun: addresses, groups of addresses, absences, counts."""

from __future__ import annotations

import re
from types import MappingProxyType

import pytest

from trialwright.model.record import NOTES, Absent, Kept, Record, Span, Statement

pytestmark = pytest.mark.unvalidated


def statement(address: str, text: str, path: str = "") -> Statement:
    return Statement(address, text, text, Span(0, len(text)), path or address)


def record(*statements: Statement) -> Record:
    return Record("X1", "r", "f", "0", MappingProxyType({entry.address: entry for entry in statements}))


def test_a_name_stands_for_all_below_it() -> None:
    found = record(statement("P1.measure", "PFS"), statement("P1.timeFrame", "2 years"), statement("P10.measure", "x"))
    assert found.statement("P1") == "PFS\n2 years"
    assert found.statement("P") is None
    assert [(address, len(parts)) for address, parts in found.numbered("P")] == [("P1", 2), ("P10", 1)]


def test_a_statement_with_parts_speaks_for_itself() -> None:
    assert record(statement("I9", "Bloods"), statement("I9.1", "ANC")).statement("I9") == "Bloods"


def test_what_is_not_there_is_absent() -> None:
    assert record().value("I1") == Absent("not_provided")
    assert record().statement("I1") is None


def test_a_value_read_into_several_statements_counts_once() -> None:
    found = Record(
        "X1",
        "r",
        "f",
        "0",
        {"I1": statement("I1", "a", "criteria"), "I2": statement("I2", "b", "criteria")},
        (Kept("k", None, Span(0, 4)),),
        ("c", "d"),
    )
    assert (found.counts.read, found.counts.extra, found.counts.dropped, found.counts.whole) == (1, 1, 2, 4)


def test_notes_are_named_by_words() -> None:
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", name) for name in NOTES)
    assert len(set(NOTES.values())) == len(NOTES)
