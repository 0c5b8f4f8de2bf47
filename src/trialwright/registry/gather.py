"""A record being gathered: every value of the source is stated, kept or left out, once."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType

from trialwright.model.record import Absent, Kept, ReadingNote, Record, RecordValue, Span, Statement
from trialwright.registry.contacts import without_contacts
from trialwright.registry.wording import Kind, looks_damaged, lost_exponents, lost_signs, typed, unescaped

__all__ = ["Gathering", "Place", "hash_of"]

_HALF = re.compile("[\ud800-\udfff]")


def hash_of(source: str) -> str:
    """SHA-256 of a source's text in UTF-8.

    Parameters
    ----------
    source : str
        The whole text, which may hold several records.

    Returns
    -------
    str
        64 hexadecimal digits.

    Examples
    --------
    >>> hash_of("")[:8]
    'e3b0c442'
    """
    return hashlib.sha256(source.encode("utf-8", errors="surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands.

    Parameters
    ----------
    path : str
        Key path, or label on the page.
    span : Span
        Characters of the source.

    Examples
    --------
    >>> Place("Enrollment", Span(0, 3)).path
    'Enrollment'
    """

    path: str
    span: Span


@dataclass(slots=True)
class Gathering:
    """What has been gathered of one record so far.

    Parameters
    ----------
    statements, extra, dropped, notes
        As in a record.

    Examples
    --------
    >>> gathering = Gathering()
    >>> gathering.state("enrollment.count", "160", Place("Enrollment", Span(0, 3)), "count")
    >>> gathering.record("NCT1", "a registry", "a format", "").value("enrollment.count")
    160
    """

    statements: dict[str, Statement] = field(default_factory=dict)
    extra: list[Kept] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    notes: list[ReadingNote] = field(default_factory=list)

    def state(self, address: str, text: str, place: Place, kind: Kind = "text", terms: str = "") -> None:
        """Take a text in as a statement of a kind; what cannot be read stays text and is noted.

        Parameters
        ----------
        address : str
            Its address.
        text : str
            As written.
        place : Place
            Where it stands.
        kind : {"text", "term", "date", "age", "count", "flag"}, default "text"
            What it should be.
        terms : str, default ""
            Key of the list of terms.
        """
        plain = self.readable(unescaped(text) if kind == "text" else text, address)
        value, unreadable = typed(plain, kind, terms)
        if unreadable:
            self.note(unreadable, address, f'"{plain[:60]}"')
        signs = lost_signs(plain) if kind == "text" else ()
        self.put(Statement(address, plain, value, place.span, place.path, lost_signs=signs))

    def put(self, statement: Statement, *, noted: bool = True) -> None:
        """Take a statement in as it is; signs and powers of ten that were lost are noted.

        Parameters
        ----------
        statement : Statement
            Where its address is taken already the first one stands, and this one is kept beside.
        noted : bool, default True
            False for a text whose parts are taken in one by one.
        """
        if statement.address in self.statements:
            self.note("stated-twice", statement.address, "the first one stands, the other is kept without an address")
            self.extra.append(Kept(statement.path, statement.text, statement.span))
            return
        self.statements[statement.address] = statement
        if not noted:
            return
        if statement.lost_signs:
            near = ", ".join(f'"{statement.text[at : at + 12].strip()}"' for at in statement.lost_signs)
            self.note("sign-lost", statement.address, near)
        for written in lost_exponents(statement.text):
            self.note("exponent-lost", statement.address, f'"{written}"')

    def value(self, address: str, value: RecordValue, place: Place) -> None:
        """Take in a value that the source itself gives a type.

        Parameters
        ----------
        address : str
            Its address.
        value : RecordValue
            Flag, number or absence.
        place : Place
            Where it stands.
        """
        text = "" if isinstance(value, Absent) else str(value)
        self.put(Statement(address, text, value, place.span, place.path))

    def keep(self, value: str | int | bool | Decimal | None, place: Place) -> None:
        """Keep a value that no address is known for.

        Parameters
        ----------
        value : str, int, bool, Decimal or None
            As the source has it.
        place : Place
            Where it stands.
        """
        if isinstance(value, str):
            value = self.readable(value, place.path)
        self.extra.append(Kept(place.path, value, place.span))

    def drop(self, path: str) -> None:
        """Leave a contact out, and remember where it stood.

        Parameters
        ----------
        path : str
            Key path; never the content.
        """
        self.dropped.append(path)

    def note(self, id: str, about: str, text: str) -> None:  # noqa: A002 - notes have ids
        """Remember something that a person should look at.

        Parameters
        ----------
        id : str
            Key of the list of notes.
        about : str
            Address or path.
        text : str
            What was seen.
        """
        self.notes.append(ReadingNote(id, about, text))

    def readable(self, text: str, about: str) -> str:
        """Text without contacts and without halves of characters; either is noted.

        Parameters
        ----------
        text : str
            As written.
        about : str
            Address or path, for the note.

        Returns
        -------
        str
            Unchanged where there is nothing to note; letters of another encoding stay as they are.
        """
        if _HALF.search(text):
            self.note("half-character", about, "a letter cannot be shown")
            text = _HALF.sub("\ufffd", text)
        elif looks_damaged(text):
            self.note("encoding-damaged", about, "some letters cannot be trusted")
        plain, removed = without_contacts(text)
        if removed:
            self.note("contact-removed", about, f"{removed} taken out")
        return plain

    def record(self, id: str, registry: str, format: str, sha256: str) -> Record:  # noqa: A002 - a record has both
        """The record, complete.

        Parameters
        ----------
        id : str
            Registry number.
        registry : str
            Name of the registry.
        format : str
            Id of the format.
        sha256 : str
            Hash of the text it was read from.

        Returns
        -------
        Record
            Read-only from here on.
        """
        statements = MappingProxyType(dict(self.statements))
        return Record(
            id, registry, format, sha256, statements, tuple(self.extra), tuple(self.dropped), tuple(self.notes)
        )
