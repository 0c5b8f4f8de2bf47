"""A study file as plain data with the line of every part: YAML without aliases, anchors, tags or guesses.

The events of the parser are turned into plain data here, by own rules for scalars, so that no number is rounded and
nothing is built from a tag.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Final, NoReturn

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from trialwright.protocol.plain import Mark, Plain, path_by_ids
from trialwright.protocol.problems import Fault, Path, Problem, StudyFileErrors
from trialwright.protocol.scalars import Refusal, is_word, read_plain, read_quoted

__all__ = ["MAX_BYTES", "MAX_DEPTH", "Tree", "read_tree"]

MAX_BYTES: Final = 5_000_000
"""Largest study file that is read."""

MAX_DEPTH: Final = 48
"""Deepest nesting that is read."""


@dataclass(frozen=True, slots=True)
class Tree:
    r"""Plain data of a file and where each part stands.

    Parameters
    ----------
    plain : Plain
        Mappings, lists, flags, whole numbers and text.
    marks : mapping of path to (line, column)
        Place of every value; of a key's value, the place of the key.
    name : str
        Name of the file.

    Examples
    --------
    >>> read_tree("a: 1\nb: [x]\n", name="s.yaml").marks["b", 0]
    (2, 5)
    """

    plain: Plain
    marks: Mapping[Path, Mark]
    name: str


@dataclass(slots=True)
class _Reader:
    events: Iterator[Event]
    name: str
    marks: dict[Path, Mark] = field(default_factory=dict)
    faults: list[tuple[Mark, Fault]] = field(default_factory=list)

    def stop(self, event: Event, what: str, mend: str, path: Path = ()) -> NoReturn:
        line, column = _mark(event)
        raise StudyFileErrors([Problem(self.name, line, column, _written(path), what, mend)])

    def following(self) -> Event:
        event = next(self.events)
        if isinstance(event, AliasEvent):
            self.stop(
                event, f"the alias *{event.anchor} stands here", "write the value out; every statement stands once"
            )
        if isinstance(event, NodeEvent) and event.anchor is not None:
            self.stop(event, f"the anchor &{event.anchor} stands here", "remove it; every statement stands once")
        tag = getattr(event, "tag", None)
        if tag is not None:
            self.stop(event, f"the tag {tag} stands here", "remove it; a study file holds no types and no code")
        return event

    def value(self, event: Event, path: Path, mark: Mark) -> Plain:
        self.marks[path] = mark
        if len(path) > MAX_DEPTH:
            self.stop(event, f"more than {MAX_DEPTH} levels lie inside each other", "write it flatter", path)
        if isinstance(event, MappingStartEvent):
            return self.mapping(path)
        if isinstance(event, SequenceStartEvent):
            return self.sequence(path)
        if isinstance(event, ScalarEvent):
            return self.scalar(event, path, mark)
        return self.stop(event, "a value is missing here", "write the value", path)

    def scalar(self, event: ScalarEvent, path: Path, mark: Mark) -> Plain:
        read = read_plain(event.value) if event.style is None else read_quoted(event.value)
        if isinstance(read, Refusal):
            self.faults.append((mark, Fault(path, read.what, read.mend)))
            return str(event.value)
        return read

    def sequence(self, path: Path) -> list[Plain]:
        found: list[Plain] = []
        event = self.following()
        while not isinstance(event, SequenceEndEvent):
            found.append(self.value(event, (*path, len(found)), _mark(event)))
            event = self.following()
        return found

    def mapping(self, path: Path) -> dict[str, Plain]:
        found: dict[str, Plain] = {}
        event = self.following()
        while not isinstance(event, MappingEndEvent):
            key = self.key(event, path)
            mark = _mark(event)
            if key in found:
                line = self.marks[*path, key][0]
                fault = Fault(
                    (*path, key), f'the key "{key}" stands twice', f"keep one; the first stands in line {line}"
                )
                self.faults.append((mark, fault))
            found[key] = self.value(self.following(), (*path, key), mark)
            event = self.following()
        return found

    def key(self, event: Event, path: Path) -> str:
        if not isinstance(event, ScalarEvent):
            self.stop(event, "a list or a mapping stands as a key", "write a word as the key", path)
        if event.style is not None:
            if not event.value:
                self.faults.append((_mark(event), Fault(path, "empty key", "write a word as the key")))
            return str(event.value)
        if event.value == "":
            fault = Fault(path, "empty key", "quote text that holds a comma or a colon and a blank")
            self.faults.append((_mark(event), fault))
        elif not is_word(event.value) and event.value not in _WORDS_AS_KEYS:
            fault = Fault(path, f"the key {event.value} is not text", "quote it or write a word")
            self.faults.append((_mark(event), fault))
        return str(event.value)


_WORDS_AS_KEYS: Final = frozenset({"on"})


def read_tree(text: str, *, name: str) -> Tree:
    """Plain data of a study file with the place of every part.

    Parameters
    ----------
    text : str
        Content of the file.
    name : str
        Its name, for messages.

    Returns
    -------
    Tree
        The data and the marks.

    Raises
    ------
    StudyFileErrors
        If the file is too large, is not YAML, holds an alias, an anchor, a tag, a directive, a second document, a key
        that is doubled, empty or not text, or a scalar that this language does not read.

    Examples
    --------
    >>> read_tree("a: 0012", name="s.yaml")
    Traceback (most recent call last):
        ...
    trialwright.protocol.problems.StudyFileErrors: s.yaml:1:1  /a  0012 is not a number of this language  write 12, ...
    """
    _check_text(text, name)
    reader = _Reader(_events(text, name), name)
    next(reader.events)
    start = next(reader.events)
    if not isinstance(start, DocumentStartEvent):
        raise StudyFileErrors(
            [Problem(name, 1, 1, "/", "the file is empty", "write a study; `schema` shows its shape")]
        )
    if start.version is not None or start.tags:
        reader.stop(start, "a YAML directive stands here", "remove the line that begins with %")
    root = reader.following()
    plain = reader.value(root, (), _mark(root))
    next(reader.events)
    more = next(reader.events)
    if isinstance(more, DocumentStartEvent):
        reader.stop(more, "a second document begins here", "keep one study a file and remove the ---")
    if reader.faults:
        raise StudyFileErrors(
            [
                Problem(name, mark[0], mark[1], path_by_ids(plain, fault.path), fault.what, fault.mend)
                for mark, fault in reader.faults
            ]
        )
    return Tree(plain, reader.marks, name)


def _check_text(text: str, name: str) -> None:
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > MAX_BYTES:
        what = f"the file holds {size / 1e6:.1f} MB, the limit is {MAX_BYTES / 1e6:.0f} MB"
        raise StudyFileErrors([Problem(name, 1, 1, "/", what, "a study file states a trial and holds no data")])
    at = text.find("\ufeff")
    if at >= 0:
        line = text.count("\n", 0, at) + 1
        column = at - (text.rfind("\n", 0, at) + 1) + 1
        raise StudyFileErrors(
            [Problem(name, line, column, "/", "a byte-order mark stands here", "save the file as UTF-8 without BOM")]
        )


def _events(text: str, name: str) -> Iterator[Event]:
    try:
        yield from YAML(typ="safe", pure=True).parse(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        what = " ".join(part for part in (error.problem, error.context) if part) or "the text is not YAML"
        mend = "indent with blanks only" if "\\t" in what else "check indentation, quotes and brackets up to this place"
        raise StudyFileErrors([Problem(name, place[0], place[1], "/", f"not YAML: {what}", mend)]) from error
    except YAMLError as error:
        what = str(error).splitlines()[0]
        where = getattr(error, "position", 0)
        place = (text.count("\n", 0, where) + 1, where - (text.rfind("\n", 0, where) + 1) + 1)
        raise StudyFileErrors(
            [Problem(name, place[0], place[1], "/", f"not YAML: {what}", "remove the character that cannot be printed")]
        ) from error


def _mark(event: Event) -> Mark:
    return event.start_mark.line + 1, event.start_mark.column + 1


def _written(path: Path) -> str:
    """Path down to the first list: what stands in it is not read yet, so its ids are not known."""
    return "/" + "/".join(str(key) for key in takewhile(lambda key: isinstance(key, str), path))
