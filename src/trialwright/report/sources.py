"""Where a statement of the study comes from, as the letters R, I and A behind it."""

from __future__ import annotations

from typing import Final

from trialwright.model.endpoint import Definition, Endpoint
from trialwright.model.statement import Assumption, Inferred, Recorded, Stated

__all__ = ["LEGEND", "Mark", "mark_of_definition", "mark_of_key"]

Mark = tuple[str, str]

LEGEND: Final[tuple[tuple[str, str], ...]] = (
    ("R", "stated in the registry record"),
    ("I", "inferred from the record"),
    ("A", "assumed: the record does not say"),
)


def mark_of_key(stated: Stated, key: str) -> Mark:
    """Return the mark of one key of a statement.

    Parameters
    ----------
    stated : Stated
        The mapping the key stands in.
    key : str
        The key; a source that covers named keys speaks for those alone, any other for the whole mapping.

    Returns
    -------
    tuple of str and str
        Letter and explanation; without a source the key is an assumption.

    Examples
    --------
    >>> mark_of_key(Stated(source=Recorded(record="P1", covers=("of",))), "of")
    ('R', 'record: P1')
    >>> mark_of_key(Stated(), "of")[0]
    'A'
    """
    for source in stated.sources:
        if source.covers and key not in source.covers:
            continue
        match source:
            case Recorded():
                return ("R", f"record: {source.record}")
            case Inferred():
                return ("I", f"inferred: {source.inferred} (from {source.from_})")
            case Assumption():
                return ("A", f"assumption: {source.assumption}")
    return ("A", "assumption: the record was not read as saying this")


def mark_of_definition(endpoint: Endpoint, definition: str, key: str) -> Mark:
    """Return the mark of a key of one definition of an endpoint.

    Parameters
    ----------
    endpoint : Endpoint
        The endpoint.
    definition : str
        Name of the definition.
    key : str
        A key such as ``events``; one the definition does not state is the endpoint's own.

    Returns
    -------
    tuple of str and str
        Letter and explanation.
    """
    own: Definition | None = endpoint.definitions.get(definition)
    if own is not None and key in own.model_fields_set:
        return mark_of_key(own, key)
    return mark_of_key(endpoint, key)
