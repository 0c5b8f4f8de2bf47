"""Questions a record leaves open: what is missing, what contradicts itself, what could not be read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Literal

from trialwright.dates import PartialDate
from trialwright.model.record import NOTES, ReadingNote, Record
from trialwright.model.study import OpenPoint
from trialwright.protocol.plain import Plain

__all__ = ["Questions", "contradictions", "note_questions"]

Blocks = Literal["confirmation", "activation"]

_ROMAN: Final[Mapping[str, str]] = MappingProxyType({"i": "1", "ii": "2", "iii": "3", "iv": "4"})
_PHASE = re.compile(
    r"\bphase[ -]?(?P<first>iv|i{1,3}|[1-4])[ab]?(?:\s?[/-]\s?(?:phase[ -]?)?(?P<second>iv|i{1,3}|[1-4])[ab]?)?\b",
    re.IGNORECASE,
)
_WHERE_PHASE_STANDS: Final = ("identification.briefTitle", "identification.officialTitle", "description.briefSummary")
_HARMLESS: Final = frozenset({"contact-removed", "list-ambiguous"})
_NAMES_AN_EVENT = re.compile(r"\b(?:progression|relapse|recurrence|death|response)\b", re.IGNORECASE)


@dataclass(slots=True)
class Questions:
    """Open points being gathered, numbered in the order asked.

    Parameters
    ----------
    points : list of OpenPoint
        So far.

    Examples
    --------
    >>> questions = Questions()
    >>> questions.ask("/arms", "Which arms?", "none")
    >>> questions.points[0].id
    'Q1'
    """

    points: list[OpenPoint] = field(default_factory=list)

    def ask(self, about: str, question: str, taken: str, blocks: Blocks | None = "confirmation") -> None:
        """Ask something.

        Parameters
        ----------
        about : str
            Path by ids in the draft.
        question : str
            The question.
        taken : str
            What the draft takes until it is answered.
        blocks : {"confirmation", "activation"}, optional
            What the question stands in the way of.
        """
        self.points.append(
            OpenPoint(id=f"Q{len(self.points) + 1}", about=about, ask=question, taken=taken, blocks=blocks)
        )

    def plain(self) -> list[Plain]:
        """The block ``open_points`` of a study file.

        Returns
        -------
        list
            One mapping a question.
        """
        return [
            {key: value for key, value in point.model_dump().items() if value is not None and key not in _NOT_WRITTEN}
            for point in self.points
        ]


_NOT_WRITTEN: Final = frozenset({"source", "remark"})


def _phases_in(text: str) -> set[str]:
    found: set[str] = set()
    for match in _PHASE.finditer(text):
        found.update(_ROMAN.get(part.lower(), part) for part in match.group("first", "second") if part)
    return found


def contradictions(record: Record) -> Iterator[tuple[str, str, str]]:
    """Places where a record contradicts itself.

    Parameters
    ----------
    record : Record
        The record.

    Yields
    ------
    tuple of str
        Address in the record, the question, what is taken.
    """
    yield from _phase(record)
    start, registered = record.value("dates.start"), _registered(record)
    waiting = record.value("status.overall") == "NOT_YET_RECRUITING"
    if waiting and isinstance(start, PartialDate) and registered is not None and start.high < registered.low:
        question = f"The start {start.text} lies before the registration {registered.text}, and nobody is recruited"
        yield "dates.start", f"{question} yet: which is right?", "the start as the record gives it"
    yield from _shared_frames(record)


def _registered(record: Record) -> PartialDate | None:
    for address in ("dates.registered", "dates.studyFirstSubmit"):
        value = record.value(address)
        if isinstance(value, PartialDate):
            return value
    return None


def _phase(record: Record) -> Iterator[tuple[str, str, str]]:
    stated = [str(statement.value) for _, entry in record.numbered("design.phase") for statement in entry]
    fields = {term[-1] for term in stated if re.fullmatch(r"(?:EARLY_)?PHASE\d", term)}
    if not fields:
        return
    for address in _WHERE_PHASE_STANDS:
        said = _phases_in(record.statement(address) or "")
        if said - fields:
            names = "/".join(sorted(said))
            question = f"The phase field says {'/'.join(sorted(fields))}, {address} says {names}: which is right?"
            yield "design.phase", question, "the field"


def _shared_frames(record: Record) -> Iterator[tuple[str, str, str]]:
    first: dict[str, str] = {}
    for letter in "PSO":
        for address, _ in record.numbered(letter):
            frame = record.statement(f"{address}.timeFrame") or ""
            if not _NAMES_AN_EVENT.search(frame):
                continue
            measures = {record.statement(f"{name}.measure") for name in (address, first.setdefault(frame, address))}
            if len(measures) > 1:
                question = f"{address} repeats the time frame of {first[frame]}, events and all: does it hold for both?"
                yield address, question, "nothing is estimated"


def note_questions(record: Record) -> Iterator[tuple[str, str, Blocks | None]]:
    """Questions from what the reader noted, one an address and kind of note.

    Parameters
    ----------
    record : Record
        The record.

    Yields
    ------
    tuple of str
        Address in the record, the question, what it stands in the way of.
    """
    gathered: dict[tuple[str, str], list[ReadingNote]] = {}
    for note in record.notes:
        gathered.setdefault((note.id, note.about), []).append(note)
    for (name, about), notes in gathered.items():
        seen = "; ".join(note.text for note in notes)
        meaning = NOTES[name]
        question = f"{meaning[0].upper()}{meaning[1:]} ({about}: {seen}). What is meant?"
        yield about, question, None if name in _HARMLESS else "confirmation"
