"""Endpoints as the field knows them, one module each; adding an endpoint is adding a module with an ``ENDPOINT``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from trialwright.endpoints.endpoint_kind import EndpointKind
from trialwright.model.catalogue import Spec
from trialwright.model.library import discover

__all__ = ["kinds", "specs"]


@cache
def kinds() -> Mapping[str, EndpointKind]:
    """Endpoints of the library by name.

    Returns
    -------
    mapping of str to EndpointKind
        One for each file of this folder.

    Examples
    --------
    >>> kinds()["duration of response"].code
    'DOR'
    """
    return discover(__name__, "ENDPOINT", EndpointKind)


def specs() -> Sequence[Spec]:
    """The library as entries of the catalogue.

    Returns
    -------
    sequence of Spec
        In the order of the names.

    Examples
    --------
    >>> {spec.kind for spec in specs()}
    {'endpoint'}
    """
    return tuple(kind.spec for kind in kinds().values())
