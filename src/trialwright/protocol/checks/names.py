"""Names: each has one meaning in a file, and none is a word of the language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from trialwright.model.values import RESERVED_NAMES
from trialwright.protocol.problems import Fault
from trialwright.protocol.scope import Declared

__all__ = ["name_faults"]


def name_faults(declared: Iterable[Declared]) -> Iterator[Fault]:
    """Faults of names that are reserved or declared before.

    Parameters
    ----------
    declared : iterable of Declared
        Every declaration of a file, those that could not be built included; their paths are paths in the file.

    Yields
    ------
    Fault
        One a name that cannot stand.

    Examples
    --------
    >>> twice = [Declared("a", "item", ("items", "a")), Declared("a", "visit", ("visits", 0, "id"))]
    >>> [fault.path for fault in name_faults(twice)]
    [('visits', 0, 'id')]
    """
    first: dict[str, str] = {}
    for entry in declared:
        if entry.name in RESERVED_NAMES:
            yield Fault(entry.path, f'"{entry.name}" is a word of the language', "choose another name")
        elif entry.name in first:
            what = f'"{entry.name}" is already the name of another {first[entry.name]}'
            if first[entry.name] != entry.what:
                what = f'"{entry.name}" is the name of this {entry.what} and of the {first[entry.name]} declared before'
            yield Fault(entry.path, what, "choose another name; a name has one meaning in a file")
        else:
            first[entry.name] = entry.what
