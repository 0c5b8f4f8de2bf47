"""What stands in a folder, found by reading the folder: the only place that imports by name.

The import linter cannot see an import by name, so a test sees to it that no other module does it.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol, TypeVar

__all__ = ["Entry", "discover", "load_object"]


class Entry(Protocol):
    """Anything a folder of one-file entries holds: it has an id."""

    @property
    def id(self) -> str:
        """Name of the entry, unique in its folder."""
        ...


EntryT = TypeVar("EntryT", bound=Entry)


def discover(package: str, constant: str, kind: type[EntryT]) -> Mapping[str, EntryT]:
    """Entries of a library folder by their id, sorted.

    Parameters
    ----------
    package : str
        Dotted name of the folder, one entry a module.
    constant : str
        Name under which every module holds its entry, such as ``"METHOD"``.
    kind : type
        Class every entry is an instance of.

    Returns
    -------
    Mapping[str, EntryT]
        Read-only, in the order of the ids. Modules whose name begins with ``_`` are not entries.

    Raises
    ------
    LookupError
        When a module lacks the constant or two modules claim one id.
    TypeError
        When an entry is of another kind.

    Examples
    --------
    >>> from trialwright.errors import TrialwrightError
    >>> discover("trialwright.cli.nothing", "ENTRY", TrialwrightError)
    Traceback (most recent call last):
        ...
    ModuleNotFoundError: No module named 'trialwright.cli.nothing'
    """
    found: dict[str, tuple[EntryT, str]] = {}
    folder = importlib.import_module(package)
    for _, name, _ in pkgutil.iter_modules(folder.__path__):
        if name.startswith("_"):
            continue
        place = f"{package}.{name}"
        entry = getattr(importlib.import_module(place), constant, None)
        if entry is None:
            raise LookupError(f"{place}: every module of {package} must define {constant}")
        if not isinstance(entry, kind):
            raise TypeError(f"{place}.{constant}: is a {type(entry).__name__}, must be a {kind.__name__}")
        if entry.id in found:
            raise LookupError(f"{place}: the id {entry.id!r} is already taken by {found[entry.id][1]}")
        found[entry.id] = (entry, place)
    return MappingProxyType({key: found[key][0] for key in sorted(found)})


def load_object(place: str) -> object:
    """Object that stands at a dotted place, importing its module now.

    Parameters
    ----------
    place : str
        Module and attribute, as in ``"trialwright.errors:DataError"``.

    Returns
    -------
    object
        The attribute of the module.

    Raises
    ------
    LookupError
        When the module has no such attribute, or the place is not written ``module:attribute``.

    Examples
    --------
    >>> load_object("trialwright.errors:DataError").exit_code
    2
    """
    module, colon, attribute = place.partition(":")
    if not (module and colon and attribute):
        raise LookupError(f"{place!r}: a place is written module:attribute")
    try:
        return getattr(importlib.import_module(module), attribute)
    except AttributeError as gone:
        raise LookupError(f"{module} has no {attribute}") from gone
