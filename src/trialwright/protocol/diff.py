"""What changes between two study files: every statement added, removed, changed or moved, by its path of ids."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final, Literal

from trialwright.model.study import Study
from trialwright.protocol.canonical import canonical_json

__all__ = ["Change", "Effect", "Stated", "diff"]

Effect = Literal["meaning", "rehearsal", "words"]
"""What a change can touch: verdicts and figures, invented data only, or nothing but what is printed."""

_WORDS: Final = frozenset({"ask", "label", "open_points", "remark", "source", "text", "title", "version"})
_NAMED: Final = frozenset(
    {"definitions", "delivered", "inputs", "items", "scenario", "settings", "time_points", "values", "where"}
)
_ID_KEYS: Final = ("id", "drug")

Stated = bool | int | str | list["Stated"] | dict[str, "Stated"] | None
"""What stands at a place of a study: flags, whole numbers, text, lists, mappings, or nothing."""


@dataclass(frozen=True, slots=True)
class Change:
    """One statement that differs between two study files.

    Parameters
    ----------
    path : str
        Path by ids, such as ``/inclusion/I4/met_when/age/at_least``; an entry without id is named by its place, counted
        from 1 in the newer file, or in the older one when it was removed.
    kind : {"added", "removed", "changed", "moved"}
        What happened; ``moved`` means that entries stand in another order.
    old, new : Stated
        What is stated, without what is left open; None where nothing is.
    effect : {"meaning", "rehearsal", "words"}
        What the change can touch. Every change changes the hash.

    Examples
    --------
    >>> Change("/arms/A/label", "changed", "Drug", "Drug X", "words").effect
    'words'
    """

    path: str
    kind: Literal["added", "removed", "changed", "moved"]
    old: Stated
    new: Stated
    effect: Effect


@dataclass(frozen=True, slots=True)
class _Place:
    """A place in both files: its steps, and what a change there touches."""

    steps: tuple[str, ...] = ()
    effect: Effect = "meaning"

    @property
    def path(self) -> str:
        return "/" + "/".join(self.steps)

    def below(self, key: str) -> _Place:
        named = bool(self.steps) and self.steps[-1] in _NAMED
        effect = self.effect
        if effect == "meaning" and not named:
            effect = "words" if key in _WORDS else "rehearsal" if self.steps == () and key == "scenario" else "meaning"
        return _Place((*self.steps, key), effect)

    def change(self, old: Stated, new: Stated) -> Change:
        kind: Literal["added", "removed", "changed"] = (
            "added" if old is None else "removed" if new is None else "changed"
        )
        # a code renamed for the reader is words, a code that comes or goes is not
        relabelled = kind == "changed" and len(self.steps) > 1 and self.steps[-2] == "values"
        return Change(self.path, kind, old, new, "words" if relabelled else self.effect)


def diff(old: Study, new: Study) -> tuple[Change, ...]:
    """Every statement that differs between two loaded studies.

    Parameters
    ----------
    old, new : Study
        Two states of a study file.

    Returns
    -------
    tuple of Change
        In the order of the older file, what was added behind. Empty exactly when both have the same hash.

    Notes
    -----
    The canonical forms are compared, defaults filled in, so that comments, line breaks and the order of keys do not
    count. Entries with an id are matched by it. Entries without one, such as the nodes below ``all``, are matched by
    the longest run they have in common.

    Examples
    --------
    >>> def study(ratio: int) -> Study:
    ...     return Study.model_validate_json(
    ...         '{"language": 1, "study": {"id": "x", "title": "X", "version": "0.1.0",'
    ...         ' "registry": {"name": "R", "id": "1"}},'
    ...         ' "items": {"began": {"is": "date", "ask": "Start?", "domain": "DM", "column": "RFICDTC"}},'
    ...         ' "time_points": {"start": {"item": "began"}},'
    ...         f' "arms": [{{"id": "A", "label": "a", "role": "single", "ratio": {ratio}}}]}}'
    ...     )
    >>> [(change.path, change.old, change.new) for change in diff(study(1), study(2))]
    [('/arms/A/ratio', 1, 2)]
    """
    return tuple(_changes(_Place(), _stated(json.loads(canonical_json(old))), _stated(json.loads(canonical_json(new)))))


def _stated(value: Stated) -> Stated:
    """Data without keys that state nothing."""
    if isinstance(value, dict):
        return {key: _stated(part) for key, part in value.items() if part is not None}
    if isinstance(value, list):
        return [_stated(part) for part in value]
    return value


def _changes(place: _Place, old: Stated, new: Stated) -> Iterator[Change]:
    if _same(old, new):
        return
    if isinstance(old, dict) and isinstance(new, dict):
        for key in [*old, *(key for key in new if key not in old)]:
            yield from _changes(place.below(key), old.get(key), new.get(key))
    elif isinstance(old, list) and isinstance(new, list):
        yield from _listed(place, old, new)
    else:
        yield place.change(old, new)


def _same(old: Stated, new: Stated) -> bool:
    # 1 and true are equal in Python and not in a study file
    return json.dumps(old, sort_keys=True) == json.dumps(new, sort_keys=True)


def _listed(place: _Place, old: list[Stated], new: list[Stated]) -> Iterator[Change]:
    mine, theirs = _by_id(old), _by_id(new)
    if mine is None or theirs is None:
        mappings = all(isinstance(entry, dict) for entry in (*old, *new))
        yield from _by_run(place, old, new) if mappings else (place.change(old, new),)
        return
    for name in [*mine, *(name for name in theirs if name not in mine)]:
        yield from _changes(_Place((*place.steps, name), place.effect), mine.get(name), theirs.get(name))
    before = [name for name in mine if name in theirs]
    after = [name for name in theirs if name in mine]
    if before != after:
        yield Change(place.path, "moved", list(before), list(after), place.effect)


def _by_id(entries: list[Stated]) -> dict[str, Stated] | None:
    """Entries by their ids; None when not every entry has one of its own."""
    found: dict[str, Stated] = {}
    for entry in entries:
        names = [entry.get(key) for key in _ID_KEYS] if isinstance(entry, dict) else []
        name = next((name for name in names if isinstance(name, str)), None)
        if name is None or name in found:
            return None
        found[name] = entry
    return found


def _by_run(place: _Place, old: list[Stated], new: list[Stated]) -> Iterator[Change]:
    before, after = ([json.dumps(entry, sort_keys=True) for entry in entries] for entries in (old, new))
    runs = SequenceMatcher(None, before, after, autojunk=False)
    for what, old_from, old_to, new_from, new_to in runs.get_opcodes():
        if what == "equal":
            continue
        paired = min(old_to - old_from, new_to - new_from)
        for step in range(paired):
            here = _Place((*place.steps, str(new_from + step + 1)), place.effect)
            yield from _changes(here, old[old_from + step], new[new_from + step])
        for position in range(old_from + paired, old_to):
            yield _Place((*place.steps, str(position + 1)), place.effect).change(old[position], None)
        for position in range(new_from + paired, new_to):
            yield _Place((*place.steps, str(position + 1)), place.effect).change(None, new[position])
