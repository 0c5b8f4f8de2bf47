"""ClinicalTrials.gov API version 2, JSON: one study, a page of a search, or a list of studies.

Field names follow the registry's published data structure; a key without an address here is kept, never refused.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby
from typing import Final

from trialwright.errors import InputError
from trialwright.model.record import Absent, Record, Span, Statement
from trialwright.registry.contacts import is_contact
from trialwright.registry.criteria_text import pieces
from trialwright.registry.fields import FIELDS
from trialwright.registry.format import RecordFormat
from trialwright.registry.gather import Gathering, Place, hash_of
from trialwright.registry.json_text import Leaf, leaves, path_text, places_of_letters
from trialwright.registry.wording import absence, is_number, lost_signs, unescaped

__all__ = ["FORMAT"]

_ID: Final = "ctgov-api-v2"
_REGISTRY: Final = "ClinicalTrials.gov"
_NUMBER: Final = ("protocolSection", "identificationModule", "nctId")
_ONE_PERSON: Final = "INDIV"
_NAMED: Final = frozenset({"leadSponsor", "collaborators", "organization"})


def _detects(text: str) -> bool:
    return text.lstrip().startswith(("{", "["))


def _read(text: str, name: str) -> tuple[Record, ...]:
    found = list(leaves(text, name))
    if not any("protocolSection" in leaf.path[:3] for leaf in found):
        what = "this JSON holds no record of the registry's API, version 2"
        raise InputError(what, where=name, mend="fetch the study as JSON of version 2; it begins with protocolSection")
    hashed = hash_of(text)
    return tuple(
        _study(list(group), text, hashed, name) for _, group in groupby(_of_studies(found), key=lambda own: own[0])
    )


def _of_studies(found: list[Leaf]) -> Iterator[tuple[int, Leaf]]:
    """Leaves of the studies, each with the number of its study; what belongs to a page of a search is none of them."""
    for leaf in found:
        match leaf.path:
            case ("studies", int(place), *rest):
                yield place, replace(leaf, path=tuple(rest))
            case (int(place), *rest):
                yield place, replace(leaf, path=tuple(rest))
            case ("nextPageToken" | "totalCount",):
                continue
            case _:
                yield 0, leaf


def _study(numbered: list[tuple[int, Leaf]], source: str, hashed: str, name: str) -> Record:
    own = [leaf for _, leaf in numbered]
    number = next((leaf.value for leaf in own if leaf.path == _NUMBER), None)
    if not isinstance(number, str) or not is_number(number.strip()):
        where = f"{name}, study {numbered[0][0] + 1}"
        raise InputError("a study has no registry number", where=where, mend="fetch the record again")
    gathering = Gathering()
    persons = _persons(own)
    for leaf in own:
        keys = [key for key in leaf.path if isinstance(key, str)]
        if is_contact(keys) or leaf.path in persons:
            gathering.drop(path_text(leaf.path))
        else:
            _take(leaf, source, gathering)
    _compare_links(gathering)
    return gathering.record(number.strip(), _REGISTRY, _ID, hashed)


def _persons(own: list[Leaf]) -> set[tuple[str | int, ...]]:
    """Names of sponsors that are persons and not organisations."""
    single = {leaf.path[:-1] for leaf in own if leaf.path[-1:] == ("class",) and leaf.value == _ONE_PERSON}
    return {(*path, key) for path in single for key in ("name", "fullName") if any(part in _NAMED for part in path)}


def _take(leaf: Leaf, source: str, gathering: Gathering) -> None:
    pattern = ".".join("[]" if isinstance(key, int) else key for key in leaf.path).replace(".[]", "[]")
    place = Place(path_text(leaf.path), leaf.span)
    known = FIELDS.get(pattern)
    if known is None or leaf.empty:
        gathering.keep(leaf.value, place)
        return
    address = known.address.format(*(key + 1 for key in leaf.path if isinstance(key, int)))
    if address == "eligibility.criteria" and isinstance(leaf.value, str):
        _eligibility(leaf, leaf.value, source, gathering)
    elif isinstance(leaf.value, str):
        gathering.state(address, leaf.value, place, known.kind, known.terms)
    elif leaf.value is None:
        gathering.value(address, Absent("not_provided"), place)
    else:
        gathering.value(address, leaf.value, place)


def _eligibility(leaf: Leaf, text: str, source: str, gathering: Gathering) -> None:
    """The whole text, and the statements in it with their own places."""
    path = path_text(leaf.path)
    whole = Gathering().readable(unescaped(text), "eligibility.criteria")  # its parts are noted one by one
    gathering.put(Statement("eligibility.criteria", whole, whole, leaf.span, path), noted=False)
    inside = Span(leaf.span.offset + 1, leaf.span.length - 2)
    offsets = places_of_letters(inside.of(source))
    headings: dict[str, int] = defaultdict(int)
    for piece in pieces(text):
        start, end = inside.offset + offsets[piece.start], inside.offset + offsets[piece.end]
        plain = gathering.readable(unescaped(text[piece.start : piece.end]), piece.address)
        plain = re.sub(r"\s*\n\s*", "\n", plain)
        spot = Span(start, end - start)
        value = absence(plain.rstrip(".")) or plain
        gathering.put(Statement(piece.address, plain, value, spot, path, piece.under, lost_signs(plain)))
        if re.search(r"\b(?:in|ex)clusion", plain, re.IGNORECASE) and ".heading" in piece.address:
            headings[piece.address[:9]] += 1
        elif piece.address.startswith("eligibility."):
            gathering.note("section-unclear", piece.address, f'"{plain[:40]}"')
    for word, count in headings.items():
        if count > 1:
            gathering.note("section-repeated", "eligibility.criteria", f"{count} parts of {word}")


def _compare_links(gathering: Gathering) -> None:
    """Arms name interventions and interventions name arms; the two must say the same."""
    texts = {address: statement.text for address, statement in gathering.statements.items()}
    from_arms = {
        (texts.get(f"{address.split('.')[0]}.label", ""), text.partition(": ")[2] or text)
        for address, text in texts.items()
        if re.fullmatch(r"arm\d+\.intervention\d+", address)
    }
    from_interventions = {
        (text, texts.get(f"{address.split('.')[0]}.name", ""))
        for address, text in texts.items()
        if re.fullmatch(r"intervention\d+\.arm\d+", address)
    }
    for label, named in sorted(from_arms ^ from_interventions):
        gathering.note("interventions-differ", "arm1", f'"{label[:40]}" and "{named[:40]}" are linked on one side only')


FORMAT: Final = RecordFormat(
    _ID, "ClinicalTrials.gov API version 2: JSON of one study, of a page of a search, or of a list", _detects, _read
)
"""The format ``ctgov-api-v2``."""
