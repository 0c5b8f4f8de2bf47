"""How single words of a study file are read."""

from __future__ import annotations

import pytest

from trialwright.protocol.scalars import MAX_DIGITS, Refusal, is_word, read_plain, read_quoted

pytestmark = pytest.mark.unvalidated


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("true", True),
        ("false", False),
        ("0", 0),
        ("-7", -7),
        ("160", 160),
        ("9" * MAX_DIGITS, int("9" * MAX_DIGITS)),
        ("2.0", "2.0"),
        ("0.10", "0.10"),
        ("-0.5", "-0.5"),
        ("2025-02-30", "2025-02-30"),
        ("0.1.0", "0.1.0"),
        ("3-4", "3-4"),
        ("6 months", "6 months"),
        ("Y", "Y"),
        ("NO", "NO"),
        ("ON", "ON"),
        ("1-14", "1-14"),
        ("e5", "e5"),
        ("x1e5", "x1e5"),
        ("nan", "nan"),
        ("inf", "inf"),
        ("٣", "٣"),
    ],
)
def test_words_that_are_read(word: str, value: bool | int | str) -> None:
    read = read_plain(word)
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(
    "word",
    [
        *("0012", "00", "-01", "00.5", "1_000", "1e5", "1E5", "1.5e-3", ".5", "-.5", "5.", "+5", "+0.5", "-0"),
        *("0x1F", "0X1f", "0o7", "0b1", ".inf", "-.inf", "+.Inf", ".nan", ".NaN", "9" * (MAX_DIGITS + 1)),
        *("", "~", "null", "Null", "NULL"),
        *("yes", "Yes", "no", "No", "on", "On", "off", "Off", "True", "TRUE", "False", "FALSE"),
    ],
)
def test_words_that_are_refused(word: str) -> None:
    assert isinstance(read_plain(word), Refusal)


@pytest.mark.parametrize(
    ("word", "mend"),
    [("0012", "write 12,"), ("1_000", "write 1000,"), ("+5", "write 5,"), ("1e5", "write plain digits")],
)
def test_a_refusal_says_what_to_write(word: str, mend: str) -> None:
    refusal = read_plain(word)
    assert isinstance(refusal, Refusal)
    assert refusal.mend.startswith(mend)


@pytest.mark.parametrize("text", ["yes", "null", "0012", "1e5", "", "2.0"])
def test_quoted_words_stay_text(text: str) -> None:
    assert read_quoted(text) == text


def test_half_a_character_is_refused_quoted_and_unquoted() -> None:
    assert isinstance(read_quoted("a\ud800"), Refusal)
    assert isinstance(read_plain("a\udfff"), Refusal)


@pytest.mark.parametrize(("word", "stands"), [("on", False), ("at", True), ("Y", True), ("1", False), ("1.5", False)])
def test_which_words_can_be_keys(word: str, stands: bool) -> None:
    assert is_word(word) is stands
