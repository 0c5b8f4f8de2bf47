"""How a plain word of a study file is read: true, false, a whole number, or text; anything doubtful is refused."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

__all__ = ["Refusal", "is_word", "read_plain", "read_quoted"]

MAX_DIGITS: Final = 15
"""Digits of a whole number; more do not pass unharmed through every JSON reader."""

_WHOLE = re.compile(r"-?(0|[1-9][0-9]*)", re.ASCII)
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)\.[0-9]+", re.ASCII)
_NUMBER_LIKE = re.compile(
    r"[+-]?(?:0[xX][0-9a-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|\.(?:inf|Inf|INF)|"
    r"(?:[0-9][0-9_]*\.?[0-9_]*|\.[0-9][0-9_]*)(?:[eE][+-]?[0-9]+)?)|\.(?:nan|NaN|NAN)",
    re.ASCII,
)
_EMPTY: Final = frozenset({"", "~", "null", "Null", "NULL"})
_FLAG_LIKE: Final = frozenset({"yes", "Yes", "no", "No", "on", "On", "off", "Off", "True", "TRUE", "False", "FALSE"})


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a word cannot be read.

    Parameters
    ----------
    what : str
        What is wrong.
    mend : str
        What to do about it.

    Examples
    --------
    >>> read_plain("0012").mend
    'write 12, or quote it if text is meant'
    """

    what: str
    mend: str


def read_plain(word: str) -> bool | int | str | Refusal:
    """Value of an unquoted word.

    Parameters
    ----------
    word : str
        The word as it stands in the file.

    Returns
    -------
    bool, int, str or Refusal
        ``true`` and ``false`` become flags, whole numbers become whole numbers, everything else stays text: decimals
        and dates too, so that nothing is rounded. Spellings that programs read differently are refused.

    Examples
    --------
    >>> read_plain("2.0"), read_plain("160"), read_plain("true")
    ('2.0', 160, True)
    """
    if word in ("true", "false"):
        return word == "true"
    if word in _EMPTY:
        return Refusal("empty value", "quote the text or leave the key out")
    if word in _FLAG_LIKE:
        return Refusal(f"{word} is neither a flag nor quoted text", "write true or false, or quote it if text is meant")
    if _WHOLE.fullmatch(word):
        return _whole(word)
    if _DECIMAL.fullmatch(word):
        return word
    if _NUMBER_LIKE.fullmatch(word):
        return Refusal(f"{word} is not a number of this language", _plainly(word))
    return read_quoted(word)


def is_word(word: str) -> bool:
    """Whether an unquoted word can stand as a key.

    Parameters
    ----------
    word : str
        The word as it stands in the file.

    Returns
    -------
    bool
        False for numbers, flags, empty words and whatever `read_plain` refuses.

    Examples
    --------
    >>> is_word("ratio"), is_word("12"), is_word("0.5"), is_word("null")
    (True, False, False, False)
    """
    return isinstance(read_plain(word), str) and not _DECIMAL.fullmatch(word)


def _whole(word: str) -> int | Refusal:
    if len(word.lstrip("-")) > MAX_DIGITS:
        return Refusal(f"a number of {len(word)} digits is too long", f"write at most {MAX_DIGITS} digits, or quote it")
    if word == "-0":
        return Refusal("-0 is not a number of this language", "write 0")
    return int(word)


def read_quoted(text: str) -> str | Refusal:
    """Text as quoted in the file.

    Parameters
    ----------
    text : str
        The text between the quotes.

    Returns
    -------
    str or Refusal
        The text itself, unless it holds half of a character.

    Examples
    --------
    >>> read_quoted("yes")
    'yes'
    """
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        return Refusal("the text holds half of a character", "remove the escape that begins with \\ud")
    return text


def _plainly(word: str) -> str:
    digits = word.lstrip("+").lstrip("0").replace("_", "")
    if _WHOLE.fullmatch(digits) or _DECIMAL.fullmatch(digits):
        return f"write {digits}, or quote it if text is meant"
    return "write plain digits such as 12 or 0.5, or quote it if text is meant"
