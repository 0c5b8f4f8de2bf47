"""What the program offers by name: the catalogue a study file is checked against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

__all__ = ["Catalogue", "Certainty", "Spec", "SpecKind"]

Certainty = Literal["verified", "computed", "unverified"]
SpecKind = Literal[
    "response criteria",
    "marker model",
    "marker criteria",
    "dose model",
    "score",
    "method",
    "censoring rules",
    "measure",
    "endpoint",
    "lint rule",
]


@dataclass(frozen=True, slots=True)
class Spec:
    """One entry of the catalogue.

    Parameters
    ----------
    id : str
        Name used in a study file.
    kind : SpecKind
        Where the name may stand.
    summary : str
        One line.
    reference : str
        Authors, journal, year, DOI; empty for a convention of ours.
    certainty : {"verified", "computed", "unverified"}
        Whether the method was checked against its source.
    computed : bool
        False when a study file may state it and this version does not compute it; results then say so.
    settings : mapping of str to allowed values
        Keys allowed under ``settings``; an empty tuple allows any value.
    outputs : tuple of str
        Named quantities or classes it yields.
    measures : tuple of str
        For a method: measures of an endpoint it can estimate; empty means any.
    needs : tuple of str
        For a method: keys an analysis by it must have; for response criteria: keys a series by them must have.
    counts : tuple of str
        For an endpoint: events its name promises.
    never : tuple of str
        For an endpoint: events its name rules out.

    Examples
    --------
    >>> Spec("cox", "method", "Proportional hazards regression").computed
    True
    """

    id: str
    kind: SpecKind
    summary: str
    reference: str = ""
    certainty: Certainty = "verified"
    computed: bool = True
    settings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    outputs: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    counts: tuple[str, ...] = ()
    never: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All entries, by kind and id.

    Parameters
    ----------
    specs : tuple of Spec
        Entries in a stable order.

    Examples
    --------
    >>> Catalogue((Spec("cox", "method", "x"),)).ids("method")
    ('cox',)
    """

    specs: tuple[Spec, ...]

    def ids(self, kind: SpecKind) -> tuple[str, ...]:
        """Ids of one kind, sorted.

        Parameters
        ----------
        kind : SpecKind
            The kind.

        Returns
        -------
        tuple of str
            Sorted ids.
        """
        return tuple(sorted(spec.id for spec in self.specs if spec.kind == kind))

    def find(self, kind: SpecKind, name: str) -> Spec | None:
        """The entry of that kind and id.

        Parameters
        ----------
        kind : SpecKind
            The kind.
        name : str
            The id.

        Returns
        -------
        Spec or None
            None when there is none.
        """
        return next((spec for spec in self.specs if spec.kind == kind and spec.id == name), None)
