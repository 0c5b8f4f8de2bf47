"""Analyses: the endpoint, the method and what it needs, the arms compared."""

from __future__ import annotations

from collections.abc import Iterator

from trialwright.model.endpoint import Analysis, Definition
from trialwright.protocol.plain import stands
from trialwright.protocol.problems import Fault, Path, choices
from trialwright.protocol.scope import Scope

__all__ = ["check"]


def check(scope: Scope) -> Iterator[Fault]:
    """Faults of the analyses.

    Parameters
    ----------
    scope : Scope
        The study.

    Yields
    ------
    Fault
        In the order of the file.
    """
    for place, analysis in enumerate(scope.study.analyses):
        path = ("analyses", place)
        yield from scope.named((*path, "endpoint"), analysis.endpoint, "endpoint")
        yield from scope.offered((*path, "method"), "method", analysis.method)
        yield from _method(scope, analysis, path)
        yield from _names(scope, analysis, path)
        yield from _levels(analysis, path)


def _method(scope: Scope, analysis: Analysis, path: Path) -> Iterator[Fault]:
    spec = scope.catalogue.find("method", analysis.method)
    yield from scope.settings((*path, "settings"), spec, analysis.settings)
    for key in spec.needs if spec else ():
        if not getattr(analysis, key):
            yield Fault((*path, key), f'"{key}" is missing', f"{analysis.method} needs it")
    for definition in _definition(scope, analysis, path):
        if isinstance(definition, Fault):
            yield definition
        elif spec and spec.measures and definition.measure is not None and definition.measure not in spec.measures:
            what = f"{analysis.method} does not estimate a {definition.measure} endpoint"
            fitting = [
                name
                for name in scope.catalogue.ids("method")
                if definition.measure in (scope.catalogue.find("method", name) or spec).measures
            ]
            yield Fault((*path, "method"), what, choices(analysis.method, fitting))


def _definition(scope: Scope, analysis: Analysis, path: Path) -> Iterator[Definition | Fault]:
    endpoint = next((entry for entry in scope.study.endpoints if entry.id == analysis.endpoint), None)
    if endpoint is None:
        return
    resolved = endpoint.resolved()
    if analysis.definition is None:
        yield next(iter(resolved.values()))
    elif analysis.definition in endpoint.definitions:
        yield resolved[analysis.definition]
    else:
        what = f'{endpoint.id} has no definition "{analysis.definition}"'
        yield Fault((*path, "definition"), what, choices(analysis.definition, endpoint.definitions))


def _names(scope: Scope, analysis: Analysis, path: Path) -> Iterator[Fault]:
    yield from scope.arms((*path, "compare"), analysis.compare or ())
    if analysis.compare is not None and len(set(analysis.compare)) == 1:
        yield Fault((*path, "compare"), "an arm is compared with itself", "name two arms")
    if isinstance(analysis.strata, tuple):
        for place, name in enumerate(analysis.strata):
            yield from scope.item((*path, "strata", place), name, "code")
    elif analysis.strata == "as allocated" and not stands(scope.plain, "/allocation"):
        yield Fault((*path, "strata"), "no allocation is stated whose strata could be used", "state the allocation")
    for place, name in enumerate(analysis.covariates):
        yield from scope.item((*path, "covariates", place), name, "code", "number", "attestation")
    if analysis.set is not None:
        yield from scope.named((*path, "set"), analysis.set, "analysis set")


def _levels(analysis: Analysis, path: Path) -> Iterator[Fault]:
    for key in ("alpha", "level"):
        share = getattr(analysis, key)
        if share is not None and not 0 < share < 1:
            yield Fault((*path, key), f"{key} is {share}", "write a share between 0 and 1, such as 0.05 or 0.95")
