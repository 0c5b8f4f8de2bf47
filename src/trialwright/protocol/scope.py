"""What may be named in a study file, and what the program offers, for the checks to ask."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from trialwright.model.catalogue import Catalogue, Spec, SpecKind
from trialwright.model.study import Item, Study
from trialwright.model.values import RESERVED_NAMES
from trialwright.protocol.plain import Plain
from trialwright.protocol.problems import Fault, Path, choices, with_article

__all__ = ["NAMED_BLOCKS", "Declared", "Scope", "scope_of", "scope_of_study"]

NAMED_BLOCKS: Final[Mapping[str, str]] = {
    "items": "item",
    "time_points": "time point",
    "arms": "arm",
    "assessments": "assessment",
    "markers": "marker",
    "dose_plans": "dose plan",
    "scores": "score",
    "regimens": "regimen",
    "visits": "visit",
    "analysis_sets": "analysis set",
    "endpoints": "endpoint",
    "analyses": "analysis",
}
"""Blocks whose entries declare names of the one namespace, with the word for such an entry."""


@dataclass(frozen=True, slots=True)
class Declared:
    """A name, what it is the name of, and where it is declared.

    Parameters
    ----------
    name : str
        The name.
    what : str
        Such as ``item`` or ``visit``.
    path : tuple of str or int
        Path in the file.

    Examples
    --------
    >>> Declared("ca125", "item", ("items", "ca125")).what
    'item'
    """

    name: str
    what: str
    path: Path


@dataclass(frozen=True, slots=True)
class Scope:
    """A study with everything its names can stand for.

    Parameters
    ----------
    study : Study
        What could be built of the file.
    catalogue : Catalogue
        What the program offers.
    declared : tuple of Declared
        Every declaration of the file, doubled ones too.
    plain : Plain
        The file's data, what could not be built of it included.

    Examples
    --------
    >>> from trialwright.conduct.catalogue import catalogue
    >>> from trialwright.conduct.studies import open_study
    >>> scope_of_study(open_study("nct07295132").study, catalogue()).names("arm")
    ('SCS', 'CHEMO')
    """

    study: Study
    catalogue: Catalogue
    declared: tuple[Declared, ...]
    plain: Plain

    def names(self, *kinds: str) -> tuple[str, ...]:
        """Declared names of these kinds.

        Parameters
        ----------
        *kinds : str
            Such as ``item``.

        Returns
        -------
        tuple of str
            In the order of the file.
        """
        return tuple(entry.name for entry in self.declared if entry.what in kinds)

    def named(self, path: Path, name: str, *kinds: str) -> Iterator[Fault]:
        """Fault of a name that is not declared, or is the name of something else.

        Parameters
        ----------
        path : tuple of str or int
            Where the name stands.
        name : str
            The name.
        *kinds : str
            What it may be the name of.

        Yields
        ------
        Fault
            At most one.
        """
        found = {entry.what for entry in self.declared if entry.name == name}
        if found & set(kinds):
            return
        wanted = " or ".join(kinds)
        if found:
            what = f'"{name}" is {with_article(sorted(found)[0])}, {with_article(wanted)} is needed'
        elif name in RESERVED_NAMES:
            what = f'"{name}" cannot stand here, {with_article(wanted)} is needed'
        else:
            what = f'"{name}" is not declared'
        yield Fault(path, what, choices(name, self.names(*kinds)))

    def item(self, path: Path, name: str, *kinds: str) -> Iterator[Fault]:
        """Fault of a name that is not an item of one of these kinds.

        Parameters
        ----------
        path : tuple of str or int
            Where the name stands.
        name : str
            The name.
        *kinds : str
            Such as ``date``; none allows every kind.

        Yields
        ------
        Fault
            At most one.
        """
        item = self.study.items.get(name)
        if item is None:
            yield from self.named(path, name, "item")
        elif kinds and item.is_ not in kinds:
            fitting = [other for other, entry in self.study.items.items() if entry.is_ in kinds]
            wanted = " or ".join(kinds)
            yield Fault(
                path,
                f'"{name}" is {with_article(item.is_)} item, {with_article(wanted)} item is needed',
                choices(name, fitting),
            )

    def moment(self, path: Path, name: str) -> Iterator[Fault]:
        """Fault of a name that is neither a time point nor a date item.

        Parameters
        ----------
        path : tuple of str or int
            Where the name stands.
        name : str
            The name.

        Yields
        ------
        Fault
            At most one.
        """
        if name in self.study.items:
            yield from self.item(path, name, "date")
        else:
            yield from self.named(path, name, "time point", "item")

    def arms(self, path: Path, arms: Iterable[str]) -> Iterator[Fault]:
        """Fault of each name that is not an arm.

        Parameters
        ----------
        path : tuple of str or int
            Where the list or mapping of arms stands.
        arms : iterable of str
            Arm ids.

        Yields
        ------
        Fault
            One an unknown arm.
        """
        for place, arm in enumerate(arms):
            yield from self.named((*path, place), arm, "arm")

    def offered(self, path: Path, kind: SpecKind, name: str) -> Iterator[Fault]:
        """Fault of an id the catalogue does not hold.

        Parameters
        ----------
        path : tuple of str or int
            Where the id stands.
        kind : SpecKind
            Kind of catalogue entry.
        name : str
            The id.

        Yields
        ------
        Fault
            At most one.
        """
        if self.catalogue.find(kind, name) is None:
            yield Fault(path, f'this version has no {kind} "{name}"', choices(name, self.catalogue.ids(kind)))

    def settings(self, path: Path, spec: Spec | None, settings: Mapping[str, object]) -> Iterator[Fault]:
        """Faults of settings an entry of the catalogue does not take.

        Parameters
        ----------
        path : tuple of str or int
            Where the settings stand.
        spec : Spec or None
            The catalogue's entry.
        settings : mapping of str to value
            As written.

        Yields
        ------
        Fault
            One a key or value that is not allowed.
        """
        if spec is None:
            return
        for key, value in settings.items():
            if key not in spec.settings:
                yield Fault((*path, key), f'"{spec.id}" has no setting "{key}"', choices(key, spec.settings))
            elif spec.settings[key] and str(value) not in spec.settings[key]:
                mend = choices(str(value), spec.settings[key])
                yield Fault((*path, key), f'"{value}" is not a value of the setting "{key}"', mend)

    def codes(self, path: Path, item: Item, codes: Iterable[str]) -> Iterator[Fault]:
        """Fault of each code that is not in an item's closed list.

        Parameters
        ----------
        path : tuple of str or int
            Where the list of codes stands.
        item : Item
            A code item.
        codes : iterable of str
            As written.

        Yields
        ------
        Fault
            One an unknown code.
        """
        for place, code in enumerate(codes):
            if code not in (item.values or {}):
                yield Fault((*path, place), f'"{code}" is not a code of the item', choices(code, item.values or {}))


def scope_of(study: Study, catalogue: Catalogue, plain: Plain) -> Scope:
    """Scope of a study file.

    Parameters
    ----------
    study : Study
        What could be built of the file.
    catalogue : Catalogue
        What the program offers.
    plain : Plain
        The file's data, so that what could not be built still counts as declared.

    Returns
    -------
    Scope
        For the checks.
    """
    return Scope(study, catalogue, tuple(_declarations(plain)), plain)


def scope_of_study(study: Study, catalogue: Catalogue) -> Scope:
    """Scope of a study that is loaded already.

    Parameters
    ----------
    study : Study
        A loaded study.
    catalogue : Catalogue
        What the program offers.

    Returns
    -------
    Scope
        For the lint rules.
    """
    return scope_of(study, catalogue, study.model_dump(mode="json", by_alias=True))


def _declarations(plain: Plain) -> Iterator[Declared]:
    if not isinstance(plain, dict):
        return
    for block, what in NAMED_BLOCKS.items():
        entries = plain.get(block)
        if isinstance(entries, dict):
            for name in entries:
                yield Declared(name, what, (block, name))
        elif isinstance(entries, list):
            for place, entry in enumerate(entries):
                own = entry.get("id") if isinstance(entry, dict) else None
                if isinstance(own, str):
                    yield Declared(own, what, (block, place, "id"))
