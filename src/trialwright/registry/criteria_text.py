"""Eligibility as registries write it: one text of headings, lists and nested lists, taken apart into statements."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Literal

from trialwright.registry.wording import absence

__all__ = ["Piece", "pieces"]

Section = Literal["I", "E", ""]

_HEADING = re.compile(
    r"(?:[*•-]\s+|\*\*)?(?:key\s+|main\s+|major\s+|general\s+|study\s+|subject\s+|patients?\s+)*"
    r"(?P<which>in|ex)clusions?(?:\s+criteri(?:a|on|um|ar))?"
    r"(?P<more>[^:：.;]{0,60}?)\s*(?:\*\*)?(?:[:：]\s*(?:\*\*)?(?P<rest>.*)|)$",
    re.IGNORECASE,
)
_MARK = re.compile(
    r"(?P<indent>[ \t]*)"
    r"(?:[*•·▪◦○●-][ \t]+|\(?(?:\d{1,2}|[a-zA-Z]|[ivxIVX]{1,5})\\?[.)][ \t]+)(?=\S)"
)
_TAB: Final = 4


@dataclass(frozen=True, slots=True)
class Piece:
    r"""One statement of an eligibility text, or one of its headings.

    Parameters
    ----------
    address : str
        ``I3``, ``E1.2``; ``inclusion.heading1`` and ``eligibility.text1`` for what is no criterion.
    start, end : int
        Where it stands in the text, list mark left out.
    under : str
        Address of the heading it stands under.

    Examples
    --------
    >>> [piece.address for piece in pieces("Inclusion Criteria:\n\n* Adult\n\nExclusion Criteria:\n\n* Ill")]
    ['inclusion.heading1', 'I1', 'exclusion.heading1', 'E1']
    """

    address: str
    start: int
    end: int
    under: str = ""


@dataclass(slots=True)
class _Open:
    """An item that deeper lines may still belong to."""

    indent: int
    address: str
    children: int = 0


@dataclass(slots=True)
class _Reader:
    section: Section = ""
    counts: dict[str, int] = field(default_factory=dict)
    under: str = ""
    stack: list[_Open] = field(default_factory=list)
    found: list[Piece] = field(default_factory=list)
    after_blank: bool = True

    def following(self, name: str) -> str:
        self.counts[name] = self.counts.get(name, 0) + 1
        return f"{name}{self.counts[name]}"

    def heading(self, which: Section, start: int, end: int) -> None:
        self.section, self.stack = which, []
        self.under = self.following("inclusion.heading" if which == "I" else "exclusion.heading")
        self.found.append(Piece(self.under, start, end))

    def item(self, indent: int, start: int, end: int) -> None:
        while self.stack and indent <= self.stack[-1].indent:
            self.stack.pop()
        if self.stack:
            parent = self.stack[-1]
            parent.children += 1
            address = f"{parent.address}.{parent.children}"
        else:
            address = self.following(self.section or "eligibility.text")
        if self.section:
            self.stack.append(_Open(indent, address))
        self.found.append(Piece(address, start, end, self.under))

    def subheading(self, start: int, end: int) -> None:
        """A line that ends in a colon and has no mark: the items below it are counted on."""
        self.stack = []
        self.under = self.following("inclusion.heading" if self.section == "I" else "exclusion.heading")
        self.found.append(Piece(self.under, start, end))

    def continued(self, end: int) -> None:
        last = self.found[-1]
        self.found[-1] = Piece(last.address, last.start, end, last.under)

    def line(self, text: str, start: int) -> None:
        plain = text.strip()
        if not plain:
            self.after_blank = True
            return
        first = start + len(text) - len(text.lstrip())
        end = start + len(text.rstrip())
        found = _HEADING.fullmatch(plain)
        if found is not None and _is_heading(found):
            self._section(found, first, end)
        else:
            self._below(text, start, first, end)
        self.after_blank = False

    def _section(self, found: re.Match[str], first: int, end: int) -> None:
        rest = found["rest"] or ""
        which: Section = "I" if found["which"].lower() == "in" else "E"
        self.heading(which, first, end if not rest or absence(rest.rstrip(".")) else first + found.start("rest"))
        if rest and not absence(rest.rstrip(".")):
            self.after_blank = True
            self._below(rest, first + found.start("rest"), first + found.start("rest"), end)

    def _below(self, text: str, start: int, first: int, end: int) -> None:
        marked = _MARK.match(text)
        indent = len(text[: first - start].replace("\t", " " * _TAB))
        if marked is not None:
            self.item(indent, start + marked.end(), end)
        elif self._goes_on(indent):
            self.continued(end)
        elif self.section and text.rstrip().endswith((":", "：")):
            self.subheading(first, end)
        else:
            self.stack = []
            self.item(0, first, end)

    def _goes_on(self, indent: int) -> bool:
        """Whether an unmarked line belongs to the item before it: set below it, or right behind it."""
        if not self.found or "heading" in self.found[-1].address:
            return False
        return (bool(self.stack) and indent > self.stack[-1].indent) or not self.after_blank


def _is_heading(found: re.Match[str]) -> bool:
    """A heading ends in a colon or is nothing but the words; a sentence that begins like one is none."""
    return ":" in found.group() or "：" in found.group() or not found["more"].strip()


def pieces(text: str) -> tuple[Piece, ...]:
    r"""Statements and headings of an eligibility text.

    Parameters
    ----------
    text : str
        The text with its line breaks and list marks.

    Returns
    -------
    tuple of Piece
        In the order of the text. Statements are counted through a section whatever marks the text gives them; an
        item set below another one is a part of it (``I9.7``); what stands under no heading is ``eligibility.text1``.

    Examples
    --------
    >>> text = "Inclusion Criteria:\n\n1. Bloods:\n   * ANC\n   * Hb\n2. Adult\n\nExclusion Criteria: None"
    >>> [(piece.address, text[piece.start : piece.end]) for piece in pieces(text)][:4]
    [('inclusion.heading1', 'Inclusion Criteria:'), ('I1', 'Bloods:'), ('I1.1', 'ANC'), ('I1.2', 'Hb')]
    """
    reader = _Reader()
    for text_line, start in _lines(text):
        reader.line(text_line, start)
    return tuple(reader.found)


def _lines(text: str) -> Iterator[tuple[str, int]]:
    start = 0
    for written in text.splitlines(keepends=True):
        yield written.rstrip("\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029"), start
        start += len(written)
