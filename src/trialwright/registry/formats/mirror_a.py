"""A page of a mirror of ClinicalTrials.gov: labels and values on alternating lines, then sections under headings.

The page glues measure, time frame and description of an endpoint together; they are cut where exactly one cut is
possible, otherwise the row stays whole and is noted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from trialwright.errors import InputError
from trialwright.model.record import Absent, Record, Span, Statement
from trialwright.registry.format import RecordFormat
from trialwright.registry.gather import Gathering, Place, hash_of
from trialwright.registry.wording import Kind, absence, is_number, lost_signs

__all__ = ["FORMAT"]

_ID: Final = "mirror-a"
_OPENING: Final = "Skip to content"
_NUMBER_LABEL: Final = "Registry ID"
_DISCLAIMER: Final = "For informational purposes only"
_TABLE_HEAD: Final = "MeasureTime frameDescription"
_FOOT: Final = "Source:"

_PAIRS: Final[dict[str, tuple[str, Kind, str]]] = {
    "Status": ("status.overall", "term", "status"),
    "Study type": ("design.studyType", "term", "studyType"),
    "Source": ("registry.name", "text", ""),
    _NUMBER_LABEL: ("identification.nctId", "text", ""),
    "Enrollment": ("enrollment.count", "count", ""),
    "Registered": ("dates.registered", "date", ""),
    "Start date": ("dates.start", "date", ""),
    "Primary completion date": ("dates.primaryCompletion", "date", ""),
    "Completion date": ("dates.completion", "date", ""),
    "Last updated": ("dates.lastUpdate", "date", ""),
    "Allocation": ("design.allocation", "term", "allocation"),
    "Intervention model": ("design.interventionModel", "term", "interventionModel"),
    "Primary purpose": ("design.primaryPurpose", "term", "primaryPurpose"),
    "Masking": ("design.masking", "term", "masking"),
    "Observational model": ("design.observationalModel", "term", "observationalModel"),
    "Time perspective": ("design.timePerspective", "term", "timePerspective"),
    "Sex/Gender": ("eligibility.sex", "term", "sex"),
    "Healthy volunteers": ("eligibility.healthyVolunteers", "flag", ""),
}
_LABELS: Final = frozenset({*_PAIRS, "Phases", "Age"})
_PARAGRAPHS: Final = {
    "Brief summary": "description.briefSummary",
    "Detailed description": "description.detailedDescription",
    "Intervention model description": "design.interventionModelDescription",
}

_ROLE = re.compile(
    r"(?P<role>Lead Sponsor|Collaborator)(?P<class>NIH|FED|OTHER_GOV|INDIV|INDUSTRY|NETWORK|AMBIG|OTHER|UNKNOWN)"
)
_ITEM_BREAK = re.compile(r" \* (?=[A-Z])")
_FRAME_OPENS = re.compile(
    r"(?<=[a-z)])(?=From\b|Baseline|Up to\b|[Pp]ostoperative|Time of\b|Within\b|At\b|Through\b|Day|Week|Month|Year|\d)"
)
_FRAME_CLOSES = re.compile(r"(?:months?|years?|weeks?|days?|surgery\)|Baseline|termination\))(?=[A-Z]|the\b|$)")


@dataclass(frozen=True, slots=True)
class _Line:
    """A line that is not blank: its text and where it stands."""

    text: str
    start: int

    def part(self, begin: int, end: int) -> Span:
        return Span(self.start + begin, end - begin)

    def place(self, path: str) -> Place:
        return Place(path, Span(self.start, len(self.text)))


def _lines(text: str) -> Iterator[_Line]:
    start = 0
    for written in text.splitlines(keepends=True):
        plain = written.strip()
        if plain:
            yield _Line(plain, start + written.index(plain))
        start += len(written)


def _detects(text: str) -> bool:
    lines = [line.text for line in _lines(text)]
    return bool(lines) and lines[0] == _OPENING and _NUMBER_LABEL in lines


def _read(text: str, name: str) -> tuple[Record, ...]:
    lines = list(_lines(text))[1:]
    gathering = Gathering()
    first = next((place for place, line in enumerate(lines) if line.text in _LABELS), len(lines))
    for address, line in zip(
        ("identification.briefTitle", "identification.officialTitle"), lines[:first], strict=False
    ):
        gathering.state(address, line.text, line.place(address.partition(".")[2]))
    for line in lines[2:first]:
        gathering.keep(line.text, line.place("head"))
    begins = [first, *(place for place, line in enumerate(lines) if place >= first and line.text in _SECTIONS)]
    for begin, end in pairwise([*begins, len(lines)]):
        _section(lines[begin:end], gathering)
    number = gathering.statements.get("identification.nctId")
    if number is None or not is_number(number.text):
        raise InputError("the page names no registry number", where=name, mend="save the whole page again")
    registry = gathering.statements.get("registry.name")
    return (gathering.record(number.text, registry.text if registry else "not named", _ID, hash_of(text)),)


def _section(lines: list[_Line], gathering: Gathering) -> None:
    reader = _SECTIONS.get(lines[0].text) if lines else None
    if reader is None:
        _pairs(lines, gathering, "head")
        return
    body = [line for line in lines[1:] if not line.text.startswith((_FOOT, _DISCLAIMER))]
    reader(lines[0].text, body, gathering)
    for line in lines[1:]:
        if line not in body:
            gathering.keep(line.text, line.place("foot"))


def _pairs(lines: list[_Line], gathering: Gathering, section: str) -> None:
    """Labels and values on alternating lines; a label that another label follows has no value."""
    label = ""
    for line in lines:
        if line.text in _LABELS:
            label = line.text
        elif label:
            _pair(label, line, f"{section}, {label}", gathering)
            label = ""
        else:
            gathering.keep(line.text, line.place(section))


def _pair(label: str, line: _Line, path: str, gathering: Gathering) -> None:
    if label == "Phases":
        for count, found in enumerate(re.finditer(r"[^/,|\s][^/,|]*", line.text), 1):
            place = Place(path, line.part(found.start(), found.end()))
            gathering.state(f"design.phase{count}", found.group().rstrip(), place, "term", "phase")
    elif label == "Age":
        _ages(line, path, gathering)
    else:
        address, kind, terms = _PAIRS[label]
        gathering.state(address, line.text, line.place(path), kind, terms)


def _ages(line: _Line, path: str, gathering: Gathering) -> None:
    """``19 Years to No maximum``; text of another form stays whole."""
    low, between, high = line.text.partition(" to ")
    if not between:
        gathering.state("eligibility.age", line.text, line.place(path))
        return
    gathering.state("eligibility.minimumAge", low, Place(path, line.part(0, len(low))), "age")
    gathering.state("eligibility.maximumAge", high, Place(path, line.part(len(low) + 4, len(line.text))), "age")


def _paragraphs(heading: str, lines: list[_Line], gathering: Gathering) -> None:
    address = _PARAGRAPHS[heading]
    for count, line in enumerate(lines, 1):
        gathering.state(
            address if count == 1 else f"{address}.part{count}", line.text, line.place(_nth(heading, count))
        )


def _nth(heading: str, count: int) -> str:
    return heading if count == 1 else f"{heading}, line {count}"


def _list(heading: str, lines: list[_Line], gathering: Gathering) -> None:
    """Conditions or keywords, parted by commas that may also stand inside an entry."""
    stem = heading.lower().removesuffix("s")
    count = 0
    for row, line in enumerate(lines, 1):
        entries = list(re.finditer(r"[^,\s][^,]*", line.text))
        for entry in entries:
            count += 1
            place = Place(_nth(heading, row), line.part(entry.start(), entry.end()))
            gathering.state(f"{stem}{count}", entry.group().rstrip(), place)
        if len(entries) > 1:
            gathering.note("list-ambiguous", f"{stem}1", f"{len(entries)} entries by the commas")


def _interventions(heading: str, lines: list[_Line], gathering: Gathering) -> None:
    """The page prints a name or a description and does not say which."""
    for count, line in enumerate(lines, 1):
        gathering.state(f"intervention{count}.text", line.text, line.place(_nth(heading, count)))


def _sponsors(heading: str, lines: list[_Line], gathering: Gathering) -> None:
    collaborators = 0
    waiting = iter(enumerate(lines, 1))
    for count, line in waiting:
        following = next(waiting, None)
        role = _ROLE.fullmatch(following[1].text) if following else None
        if following is None or role is None:
            for number, unknown in ((count, line), *((following,) if following else ())):
                gathering.keep(unknown.text, unknown.place(_nth(heading, number)))
            continue
        collaborators += role["role"] == "Collaborator"
        stem = "sponsor" if role["role"] == "Lead Sponsor" else f"collaborator{collaborators}"
        if role["class"] == "INDIV":
            gathering.drop(_nth(heading, count))
        else:
            gathering.state(f"{stem}.name", line.text, line.place(_nth(heading, count)))
        where = Place(_nth(heading, following[0]), following[1].part(role.start("class"), role.end("class")))
        gathering.state(f"{stem}.class", role["class"], where, "term", "class")


def _design(heading: str, lines: list[_Line], gathering: Gathering) -> None:
    _pairs(lines, gathering, heading)


def _criteria(heading: str, lines: list[_Line], gathering: Gathering) -> None:
    letter = heading[0].upper()
    count = 0
    for row, line in enumerate(lines, 1):
        begin = 2 if line.text.startswith("* ") else 0
        if row > 1 and not begin:
            gathering.note("section-unclear", f"{letter}{count}", "a line that is no list item stands behind it")
            gathering.keep(line.text, line.place(_nth(heading, row)))
            continue
        if absence(line.text[begin:].rstrip(".")):
            gathering.value(
                f"{heading.partition(' ')[0].lower()}.criteria", Absent("not_provided"), line.place(heading)
            )
            continue
        cuts = [found.start() for found in _ITEM_BREAK.finditer(line.text, begin)]
        for start, end in pairwise([begin - 3, *cuts, len(line.text)]):
            count += 1
            _criterion(f"{letter}{count}", line, (start + 3, end), _nth(heading, row), gathering)


def _criterion(address: str, line: _Line, where: tuple[int, int], path: str, gathering: Gathering) -> None:
    text = gathering.readable(line.text[slice(*where)].strip(), address)
    gathering.put(Statement(address, text, text, line.part(*where), path, lost_signs=lost_signs(text)))
    if " * " in text:
        gathering.note("statement-glued", address, "an asterisk stands between two blanks in it")


def _endpoints(heading: str, lines: list[_Line], gathering: Gathering) -> None:
    letter, count = "", 0
    for line in lines:
        if line.text in ("Primary", "Secondary", "Other"):
            letter, count = line.text[0], 0
        elif line.text != _TABLE_HEAD:
            count += 1
            _row(f"{letter}{count}" if letter else f"endpoint{count}", line, gathering, f"{heading}, {letter}{count}")


def _row(address: str, line: _Line, gathering: Gathering, path: str) -> None:
    cuts = list(_cuts(line.text))
    if len(cuts) != 1:
        gathering.note("row-unsplit", address, f"{len(cuts)} ways to cut the row")
        gathering.state(f"{address}.row", line.text, line.place(path))
        return
    (first, second), end = cuts[0], len(line.text)
    for part, begin, stop in (("measure", 0, first), ("timeFrame", first, second), ("description", second, end)):
        if begin < stop:
            gathering.state(f"{address}.{part}", line.text[begin:stop], Place(path, line.part(begin, stop)))


def _cuts(text: str) -> Iterator[tuple[int, int]]:
    """Pairs of places where a row may be cut: a time frame begins, and the first end of one after it."""
    for opening in _FRAME_OPENS.finditer(text):
        closings = [closing.end() for closing in _FRAME_CLOSES.finditer(text, opening.start())]
        inside = [end for end in closings if end < len(text)]
        yield from ((opening.start(), end) for end in inside or closings)


def _contacts(heading: str, lines: list[_Line], gathering: Gathering) -> None:
    for count in range(1, len(lines) + 1):
        gathering.drop(f"{heading}, line {count}")


def _results(heading: str, lines: list[_Line], gathering: Gathering) -> None:
    for count, line in enumerate(lines, 1):
        missing = absence(line.text)
        if missing is None:
            gathering.keep(line.text, line.place(_nth(heading, count)))
        else:
            gathering.value("results.listed" if count == 1 else f"results.listed{count}", missing, line.place(heading))


def _kept(heading: str, lines: list[_Line], gathering: Gathering) -> None:
    for count, line in enumerate(lines, 1):
        gathering.keep(line.text, line.place(_nth(heading, count)))


_Reader = Callable[[str, list[_Line], Gathering], None]

_SECTIONS: Final[dict[str, _Reader]] = {
    "Conditions": _list,
    "Keywords": _list,
    "Brief summary": _paragraphs,
    "Detailed description": _paragraphs,
    "Interventions": _interventions,
    "Sponsors": _sponsors,
    "Study design": _design,
    "Intervention model description": _paragraphs,
    "Eligibility": _design,
    "Inclusion criteria": _criteria,
    "Exclusion criteria": _criteria,
    "Design outcomes": _endpoints,
    "Contacts": _contacts,
    "Outcome results": _results,
    "Investigators": _contacts,
    "Officials": _contacts,
    "Study officials": _contacts,
    "Arms": _kept,
    "Documents": _kept,
    "Locations": _kept,
    "Publications": _kept,
    "References": _kept,
}

FORMAT: Final = RecordFormat(
    _ID, "a mirror's page of labels and values whose rows of endpoints are glued together", _detects, _read
)
"""The format ``mirror-a``."""
