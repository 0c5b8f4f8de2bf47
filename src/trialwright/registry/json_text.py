"""JSON with the place of every value in its text, so that a statement can be shown where it was read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, NoReturn

from trialwright.errors import InputError
from trialwright.model.record import Span

__all__ = ["Leaf", "LeafValue", "leaves", "path_text", "places_of_letters"]

MAX_DEPTH: Final = 64
"""Deepest nesting that is read."""

LeafValue = str | int | bool | Decimal | None
"""What stands at a leaf; an empty list or mapping is the text ``[]`` or ``{}``."""

_BLANK = re.compile(r"[ \t\n\r]*")
_LETTER = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.|[^\\]", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Leaf:
    """A value that holds no others.

    Parameters
    ----------
    path : tuple of str or int
        Keys and places in lists, counted from 0.
    value : str, int, bool, Decimal or None
        The value; of an empty list or mapping its two signs as text.
    span : Span
        Where it stands in the text.
    empty : bool, default False
        Whether it is an empty list or mapping.

    Examples
    --------
    >>> Leaf(("a", 0), 1, Span(6, 1)).path
    ('a', 0)
    """

    path: tuple[str | int, ...]
    value: LeafValue
    span: Span
    empty: bool = False


def path_text(path: tuple[str | int, ...]) -> str:
    """Key path as one text.

    Parameters
    ----------
    path : tuple of str or int
        Keys and places in lists.

    Returns
    -------
    str
        Such as ``locations[3].city``; signs that cannot be shown are replaced.

    Examples
    --------
    >>> path_text(("locations", 3, "city"))
    'locations[3].city'
    """
    joined = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path).lstrip(".")
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in joined)


def leaves(text: str, name: str = "record") -> Iterator[Leaf]:
    """Every leaf of a JSON text, in its order.

    Parameters
    ----------
    text : str
        The whole text.
    name : str, default "record"
        Name of the file, for messages.

    Yields
    ------
    Leaf
        Numbers with a point as Decimal.

    Raises
    ------
    InputError
        With line and column, if the text is no JSON, ends too early, or gives a key twice.

    Examples
    --------
    >>> [(path_text(leaf.path), leaf.value) for leaf in leaves('{"a": [1, {"b": "x"}], "c": {}}')]
    [('a[0]', 1), ('a[1].b', 'x'), ('c', '{}')]
    """
    scanner = _Scanner(text, name)
    yield from scanner.value(())
    scanner.skip()
    if scanner.at < len(text):
        scanner.refuse("something stands behind the end of the JSON")


@dataclass(slots=True)
class _Scanner:
    text: str
    name: str
    at: int = 0
    decoder: json.JSONDecoder = field(init=False)

    def __post_init__(self) -> None:
        self.decoder = json.JSONDecoder(parse_float=Decimal, parse_constant=self._constant)

    def _constant(self, word: str) -> NoReturn:
        self.refuse(f"{word} is no value of JSON")

    def refuse(self, what: str) -> NoReturn:
        line = self.text.count("\n", 0, self.at) + 1
        column = self.at - (self.text.rfind("\n", 0, self.at) + 1) + 1
        raise InputError(what, where=f"{self.name}:{line}:{column}", mend="fetch the record again")

    def cut_off(self) -> NoReturn:
        self.at = len(self.text)
        self.refuse("the JSON ends before it is complete; the file is cut off")

    def skip(self) -> str:
        """Next letter after blanks, empty at the end."""
        found = _BLANK.match(self.text, self.at)
        self.at = found.end() if found else self.at
        return self.text[self.at : self.at + 1]

    def expect(self, letters: str) -> str:
        letter = self.skip()
        if not letter:
            self.cut_off()
        if letter not in letters:
            self.refuse(f"{' or '.join(letters)} is expected here, not {letter!r}")
        self.at += 1
        return letter

    def value(self, path: tuple[str | int, ...]) -> Iterator[Leaf]:
        if len(path) > MAX_DEPTH:
            self.refuse(f"more than {MAX_DEPTH} levels lie inside each other")
        letter = self.skip()
        if not letter:
            self.cut_off()
        if letter in "{[":
            yield from self.container(path, letter)
        else:
            start = self.at
            scalar = self.scalar()
            yield Leaf(path, scalar, Span(start, self.at - start))

    def container(self, path: tuple[str | int, ...], opening: str) -> Iterator[Leaf]:
        start, closing = self.at, "}" if opening == "{" else "]"
        self.at += 1
        if self.skip() == closing:
            self.at += 1
            yield Leaf(path, opening + closing, Span(start, self.at - start), empty=True)
            return
        seen: set[str | int] = set()
        while True:
            key = self.key(seen) if opening == "{" else len(seen)
            seen.add(key)
            yield from self.value((*path, key))
            if self.expect(f",{closing}") == closing:
                return

    def key(self, seen: set[str | int]) -> str:
        if self.expect('"') == '"':
            self.at -= 1
        key = self.scalar()
        if not isinstance(key, str):
            self.refuse("a key is no text")
        if key in seen:
            self.refuse(f"the key {key!r} stands twice")
        self.expect(":")
        return key

    def scalar(self) -> LeafValue:
        try:
            value, self.at = self.decoder.raw_decode(self.text, self.at)
        except ValueError as error:
            rest = self.text[self.at :]
            if "Unterminated" in str(error) or len(rest.strip()) <= len("false"):
                self.cut_off()
            self.refuse("no value of JSON stands here")
        if value is not None and not isinstance(value, str | int | Decimal):
            self.refuse("no value of JSON stands here")
        return value


def places_of_letters(written: str) -> list[int]:
    r"""Where each letter of a JSON text value stands in what is written between the quotes.

    Parameters
    ----------
    written : str
        Text between the quotes, with its escapes.

    Returns
    -------
    list of int
        One offset a letter of the decoded text, and at the end the length of `written`.

    Examples
    --------
    >>> places_of_letters(r"a\nb\u2265c")
    [0, 1, 3, 4, 10, 11]
    """
    return [*(found.start() for found in _LETTER.finditer(written)), len(written)]
