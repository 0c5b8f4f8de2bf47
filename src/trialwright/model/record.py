"""The registry record: statements a person or a study file can point to, each with its place in the source."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Final, Literal, Protocol

from trialwright.dates import CalendarInterval, PartialDate

__all__ = [
    "NOTES",
    "Absence",
    "Absent",
    "Kept",
    "ReadingCounts",
    "ReadingNote",
    "Record",
    "RecordText",
    "RecordValue",
    "Span",
    "Statement",
]

Absence = Literal["not_provided", "not_applicable", "unbounded"]

NOTES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "contact-removed": "an e-mail address or a telephone number was taken out of a text",
        "date-unreadable": "a date is not written as one; it is kept as text",
        "encoding-damaged": "letters look damaged, or a sign is written as web pages write it; both are kept",
        "exponent-lost": "a power of ten seems to have lost its superscript; it is kept as it is",
        "half-character": "half of a character stands in a text; a sign of replacement stands in its place",
        "interventions-differ": "the arms name other interventions than the interventions name arms",
        "length-unreadable": "an age is not written as a number and a unit; it is kept as text",
        "list-ambiguous": "commas part a list whose entries may hold commas themselves",
        "number-unreadable": "a number is not written as one; it is kept as text",
        "row-unsplit": "measure, time frame and description of an endpoint cannot be told apart",
        "section-repeated": "inclusion or exclusion criteria stand in several parts, perhaps one for each cohort",
        "section-unclear": "text of the eligibility stands under no heading of inclusion or exclusion",
        "sign-lost": "a bare = stands before a number; it may have been a sign with a direction",
        "stated-twice": "two values claim one address",
        "statement-glued": "a statement may hold a second one",
        "term-unknown": "a term is not one of the registry's list; it is kept as it is",
    }
)
"""What a reader may have to say about a record, by id."""


@dataclass(frozen=True, slots=True)
class Span:
    """Where something stands in the source, in characters.

    Parameters
    ----------
    offset : int
        Characters before it.
    length : int
        Characters it takes, with whatever escapes the source writes.

    Examples
    --------
    >>> Span(4, 2).of("ECOG 0-1")
    ' 0'
    """

    offset: int
    length: int

    def of(self, source: str) -> str:
        """Text that stands there.

        Parameters
        ----------
        source : str
            The whole source.

        Returns
        -------
        str
            As the source writes it.
        """
        return source[self.offset : self.offset + self.length]


@dataclass(frozen=True, slots=True)
class Absent:
    """A value the record says is not there, with the kind of absence.

    Parameters
    ----------
    reason : {"not_provided", "not_applicable", "unbounded"}
        Nobody said, it does not apply, or there is no limit.

    Examples
    --------
    >>> Absent("unbounded").reason
    'unbounded'
    """

    reason: Absence


RecordValue = str | int | bool | Decimal | PartialDate | CalendarInterval | Absent
"""Value of a statement; enumerated terms are text in capitals, ages are calendar intervals."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a record.

    Parameters
    ----------
    address : str
        Such as ``I9.7``, ``S1.timeFrame`` or ``enrollment.count``.
    text : str
        As written, escapes undone.
    value : RecordValue
        What it means.
    span : Span
        Where it stands in the source.
    path : str
        Key path in the source, or label on the page.
    under : str, default ""
        Address of the heading it stands under, where there is one.
    lost_signs : tuple of int, default ()
        Places in `text` of a bare ``=`` before a number. The sign is kept as it is.

    Examples
    --------
    >>> Statement("enrollment.count", "160", 160, Span(0, 3), "Enrollment").value
    160
    """

    address: str
    text: str
    value: RecordValue
    span: Span
    path: str
    under: str = ""
    lost_signs: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Kept:
    """Something the reader has no address for, kept as it is.

    Parameters
    ----------
    path : str
        Key path in the source, or place on the page.
    value : str, int, bool, Decimal or None
        As the source has it.
    span : Span
        Where it stands in the source.

    Examples
    --------
    >>> Kept("hasResults", False, Span(0, 5)).path
    'hasResults'
    """

    path: str
    value: str | int | bool | Decimal | None
    span: Span


@dataclass(frozen=True, slots=True)
class ReadingNote:
    """Something in a record that a person should look at.

    Parameters
    ----------
    id : str
        Key of `NOTES`.
    about : str
        Address of the statement, or path where there is none.
    text : str
        What was seen there; never the content of a contact.

    Examples
    --------
    >>> ReadingNote("sign-lost", "I9.7", "= 200").id
    'sign-lost'
    """

    id: str
    about: str
    text: str


@dataclass(frozen=True, slots=True)
class ReadingCounts:
    """How many values of the source went where.

    Parameters
    ----------
    read : int
        Values that became statements.
    extra : int
        Values kept without an address.
    dropped : int
        Values of contacts, left out.

    Examples
    --------
    >>> ReadingCounts(60, 3, 4).whole
    67
    """

    read: int
    extra: int
    dropped: int

    @property
    def whole(self) -> int:
        """All values of the source."""
        return self.read + self.extra + self.dropped


class RecordText(Protocol):
    """A registry record that can be asked for a statement by its address, or searched for a fragment."""

    @property
    def id(self) -> str:
        """Registry number."""
        ...

    @property
    def text(self) -> str:
        """The whole record as text."""
        ...

    def statement(self, address: str) -> str | None:
        """The statement at an address such as ``I2``, ``S1.timeFrame`` or ``enrollment.count``.

        Parameters
        ----------
        address : str
            Statement id or dotted name.

        Returns
        -------
        str or None
            None when the record holds no such statement.
        """
        ...


@dataclass(frozen=True, slots=True)
class Record:
    """A trial's entry in a public registry, as imported; contacts are not in it.

    Parameters
    ----------
    id : str
        Registry number.
    registry : str
        Name of the registry.
    format : str
        Id of the format it was read from.
    sha256 : str
        Hash of the source's text in UTF-8.
    statements : mapping of str to Statement
        By address, in the order of the source.
    extra : tuple of Kept
        What no address is known for.
    dropped : tuple of str
        Key paths of contacts that were left out; their content is nowhere.
    notes : tuple of ReadingNote
        What a person should look at.

    Examples
    --------
    >>> count = Statement("enrollment.count", "160", 160, Span(0, 3), "Enrollment")
    >>> record = Record("NCT1", "ClinicalTrials.gov", "mirror-a", "", {count.address: count})
    >>> record.statement("enrollment.count"), record.value("enrollment.type")
    ('160', Absent(reason='not_provided'))
    """

    id: str
    registry: str
    format: str
    sha256: str
    statements: Mapping[str, Statement]
    extra: tuple[Kept, ...] = ()
    dropped: tuple[str, ...] = ()
    notes: tuple[ReadingNote, ...] = field(default=())

    @property
    def text(self) -> str:
        """Every statement's text, one a line, in the order of the source."""
        return "\n".join(statement.text for statement in self.statements.values())

    @property
    def counts(self) -> ReadingCounts:
        """How many values of the source went where; a value read into several statements counts once."""
        read = {statement.path for statement in self.statements.values()}
        return ReadingCounts(len(read), len(self.extra), len(self.dropped))

    def statement(self, address: str) -> str | None:
        """Text at an address.

        Parameters
        ----------
        address : str
            Statement id or dotted name; ``S1`` and ``dates`` stand for all that lies below them.

        Returns
        -------
        str or None
            Texts below a name that is no statement itself are joined by line breaks; None when there is nothing.
        """
        found = self.statements.get(address)
        if found is not None:
            return found.text
        below = [entry.text for key, entry in self.statements.items() if key.startswith(f"{address}.")]
        return "\n".join(below) if below else None

    def value(self, address: str) -> RecordValue:
        """Value at an address.

        Parameters
        ----------
        address : str
            Statement id or dotted name.

        Returns
        -------
        RecordValue
            `Absent` with the reason ``not_provided`` when the record holds no such statement.
        """
        found = self.statements.get(address)
        return Absent("not_provided") if found is None else found.value

    def numbered(self, stem: str) -> Iterator[tuple[str, tuple[Statement, ...]]]:
        """Entries of a list, each with the statements below it.

        Parameters
        ----------
        stem : str
            Letter or word before the number, such as ``I``, ``P`` or ``arm``.

        Yields
        ------
        tuple of str and tuple of Statement
            Address of the entry (``I2``) and its statements in the order of the source, its own first.

        Examples
        --------
        >>> count = Statement("I1", "Adult", "Adult", Span(0, 5), "x")
        >>> [address for address, _ in Record("N", "r", "f", "", {"I1": count}).numbered("I")]
        ['I1']
        """
        shape = re.compile(rf"({re.escape(stem)}[1-9][0-9]*)(\..+)?")
        entries: dict[str, list[Statement]] = {}
        for address, statement in self.statements.items():
            found = shape.fullmatch(address)
            if found is not None:
                entries.setdefault(found.group(1), []).append(statement)
        for address, statements in entries.items():
            yield address, tuple(statements)
