"""Formats are told apart; what is no record is refused with what it seems to be."""

from __future__ import annotations

import hashlib

import pytest

from tests.unit.registry.records import PAGE, study, text_of
from trialwright.errors import InputError
from trialwright.registry import read_records
from trialwright.registry.read import formats

pytestmark = pytest.mark.unvalidated

SAMPLES = {"ctgov-api-v2": text_of(study()), "mirror-a": PAGE}


@pytest.mark.parametrize("name", formats())
def test_each_format_recognises_its_own_and_no_other(name: str) -> None:
    assert {other for other, text in SAMPLES.items() if formats()[name].detects(text)} == {name}
    assert formats()[name].summary


@pytest.mark.parametrize("name", SAMPLES)
def test_a_byte_order_mark_and_blank_lines_do_no_harm(name: str) -> None:
    (record,) = read_records("\ufeff\n\n" + SAMPLES[name])
    (plain,) = read_records(SAMPLES[name])
    assert record.format == name
    assert {a: s.text for a, s in record.statements.items()} == {a: s.text for a, s in plain.statements.items()}


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "the file is empty"),
        (" \n\t\n", "the file is empty"),
        ("<!DOCTYPE html><html><body>502 Bad Gateway</body></html>", "a web page, perhaps an error page"),
        ("\n<HTML lang=en>", "a web page, perhaps an error page"),
        ("Too many requests <body>", "a web page, perhaps an error page"),
        ('<?xml version="1.0"?><clinical_study/>', "XML, which is not read"),
        ("PK\x03\x04\x00\x00", "this is no text"),
        ("a letter about a trial", "no registry record of a known format"),
        ("Skip to content\n\nA shop", "no registry record of a known format"),
        ('"just a word"', "no registry record of a known format"),
    ],
)
def test_what_is_no_record_is_refused(text: str, what: str) -> None:
    with pytest.raises(InputError, match=what) as refused:
        read_records(text, "r.txt")
    assert (refused.value.exit_code, refused.value.where) == (2, "r.txt")
    assert refused.value.mend


@pytest.mark.parametrize("name", SAMPLES)
def test_a_record_knows_the_hash_of_its_source(name: str) -> None:
    (record,) = read_records(SAMPLES[name])
    assert record.sha256 == hashlib.sha256(SAMPLES[name].encode()).hexdigest()
