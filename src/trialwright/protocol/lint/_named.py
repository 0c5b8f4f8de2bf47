"""What the name of an endpoint promises, as the catalogue has it."""

from __future__ import annotations

from collections.abc import Iterator

from trialwright.model.catalogue import Spec
from trialwright.model.endpoint import Definition, Endpoint, EventWhen
from trialwright.protocol.problems import Path
from trialwright.protocol.scope import Scope

__all__ = ["TIME", "each_definition", "events_of", "kind_named", "used_definition"]

TIME = "time to event"
"""The measure of a time."""


def kind_named(scope: Scope, endpoint: Endpoint) -> Spec | None:
    """The endpoint of the catalogue whose name stands in a title; the longest name when there are several.

    Parameters
    ----------
    scope : Scope
        The study.
    endpoint : Endpoint
        An endpoint.

    Returns
    -------
    Spec or None
        None when the title holds no known name.
    """
    title = endpoint.title.casefold()
    names = [name for name in scope.catalogue.ids("endpoint") if name in title]
    return scope.catalogue.find("endpoint", max(names, key=len)) if names else None


def used_definition(endpoint: Endpoint) -> Definition:
    """The definition that is reported.

    Parameters
    ----------
    endpoint : Endpoint
        An endpoint.

    Returns
    -------
    Definition
        Complete.
    """
    return next(iter(endpoint.resolved().values()))


def each_definition(scope: Scope) -> Iterator[tuple[Path, Endpoint, str, Definition]]:
    """Every definition of every endpoint.

    Parameters
    ----------
    scope : Scope
        The study.

    Yields
    ------
    (path, endpoint, name, definition)
        The path is that of the endpoint.
    """
    for place, endpoint in enumerate(scope.study.endpoints):
        for name, definition in endpoint.resolved().items():
            yield ("endpoints", place), endpoint, name, definition


def events_of(definition: Definition) -> set[str]:
    """Events of a definition, with or without a condition.

    Parameters
    ----------
    definition : Definition
        The definition.

    Returns
    -------
    set of str
        Their names.
    """
    return {event.event if isinstance(event, EventWhen) else event for event in definition.events or ()}
