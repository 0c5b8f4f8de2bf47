"""Endpoints: each definition holds what its measure needs, and nothing its measure has no use for."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Final

from trialwright.model.endpoint import LESION_TIMES, Censor, Definition, Endpoint, EventWhen, FirstResponse, NeverFree
from trialwright.protocol.checks.criteria import node_faults
from trialwright.protocol.problems import Fault, Path, choices
from trialwright.protocol.scope import Scope

__all__ = ["check"]

_BY_CONTACTS: Final = ("last known alive", "last survival contact")
_DISEASE_EVENTS: Final = ("progression", "response", "complete_response", "best_response")
_EVENT_WORDS: Final = ("death", *_DISEASE_EVENTS)

_OF_SCHEDULES: Final = ("rules", "missed_assessments", "missed_by", "clinical_progression", "progression_on")
"""Keys of a censoring that count planned assessments or read verdicts of subjects."""

_NEEDS: Final[dict[str, tuple[str, ...]]] = {
    "time to event": ("origin", "events", "censor", "set"),
    LESION_TIMES: ("origin", "events", "censor", "set", "assessment"),
    "proportion": ("success", "set"),
    "worst grade": ("of", "set"),
    "restricted mean": ("of", "horizon"),
    "change": ("of", "set", "period"),
    "accuracy": ("of", "predicts", "set"),
    "listing": (),
}
_TAKES: Final[dict[str, tuple[str, ...]]] = {
    "time to event": ("competing", "horizon", "assessment", "milestones", "never_free", "add_one", "of"),
    LESION_TIMES: ("competing", "horizon", "add_one"),
    "proportion": ("arms", "unknown", "period", "assessment"),
    "worst grade": ("arms", "period"),
    "restricted mean": ("set", "arms", "origin", "add_one"),
    "change": ("arms",),
    "accuracy": ("arms", "period"),
    "listing": ("set", "arms", "assessment", "of", "period"),
}
_MEASURED_KEYS: Final = tuple(
    key for key in Definition.model_fields if key not in ("measure", "estimand", "source", "remark")
)


def check(scope: Scope) -> Iterator[Fault]:
    """Faults of the endpoints.

    Parameters
    ----------
    scope : Scope
        The study.

    Yields
    ------
    Fault
        Of the endpoint itself and of each of its definitions.
    """
    for place, endpoint in enumerate(scope.study.endpoints):
        path = ("endpoints", place)
        yield from _use(endpoint, path)
        if endpoint.role == "primary" and all(entry.estimand is None for entry in endpoint.resolved().values()):
            mend = "state treatment, population, variable, intercurrent and summary"
            yield Fault((*path, "estimand"), "a primary endpoint has no estimand", mend)
        for name, definition in endpoint.resolved().items():
            yield from _definition(scope, endpoint, name, definition, path)


def _use(endpoint: Endpoint, path: Path) -> Iterator[Fault]:
    if endpoint.definitions and endpoint.use is None:
        yield Fault(
            (*path, "use"), '"use" is missing', f"name the definition to report: {', '.join(endpoint.definitions)}"
        )
    elif endpoint.use is not None and endpoint.use not in endpoint.definitions:
        what = f'there is no definition "{endpoint.use}"'
        yield Fault((*path, "use"), what, choices(endpoint.use, endpoint.definitions))


def _at(endpoint: Endpoint, name: str, key: str, path: Path) -> Path:
    """Where a key of a definition stands: in the definition, or in the endpoint it comes from."""
    own = endpoint.definitions.get(name)
    stated_on_endpoint = key in endpoint.model_fields_set
    if own is not None and (key in own.model_fields_set or not stated_on_endpoint):
        return (*path, "definitions", name, key)
    return (*path, key)


def _definition(scope: Scope, endpoint: Endpoint, name: str, definition: Definition, path: Path) -> Iterator[Fault]:
    at = partial(_at, endpoint, name, path=path)
    if definition.measure is None:
        yield Fault(at("measure"), '"measure" is missing', f"use one of {', '.join(_NEEDS)}")
        return
    yield from scope.offered(at("measure"), "measure", definition.measure)
    for key in _MEASURED_KEYS:
        stated = getattr(definition, key) is not None
        if key in _NEEDS[definition.measure] and not stated:
            yield Fault(at(key), f'"{key}" is missing', f"a {definition.measure} endpoint needs it")
        elif stated and key not in (*_NEEDS[definition.measure], *_TAKES[definition.measure]):
            yield Fault(at(key), f"{key} says nothing about a {definition.measure} endpoint", "remove it")
    yield from _names(scope, definition, at("set"), at("arms"), at("assessment"), at("period"))
    yield from _events(scope, definition, at("origin"), at("events"), at("competing"), at("assessment"))
    if definition.censor is not None:
        yield from _censor(scope, definition, definition.censor, at("censor"), at("assessment"))
    if definition.never_free is not None:
        yield from _never_free(scope, definition, definition.never_free, at("never_free"))
    if definition.measure == LESION_TIMES:
        yield from _lesions(scope, definition, at("origin"), at("events"), at("censor"))
    if definition.success is not None:
        yield from node_faults(scope, definition.success, at("success"))
    yield from _of(scope, endpoint, definition, at("of"), at("predicts"))
    if definition.estimand is not None:
        population = (*at("estimand"), "population")
        yield from scope.named(population, definition.estimand.population, "analysis set")


def _names(
    scope: Scope, definition: Definition, of_set: Path, arms: Path, series: Path, period: Path
) -> Iterator[Fault]:
    if definition.set is not None:
        yield from scope.named(of_set, definition.set, "analysis set")
    yield from scope.arms(arms, definition.arms or ())
    if definition.assessment is not None:
        yield from scope.named(series, definition.assessment, "assessment")
    if definition.period is not None:
        yield from scope.named((*period, "from"), definition.period.from_, "time point")


def _events(
    scope: Scope, definition: Definition, origin: Path, events: Path, competing: Path, series: Path
) -> Iterator[Fault]:
    if isinstance(definition.origin, FirstResponse):
        yield from scope.named((*origin, "of"), definition.origin.of, "assessment")
    elif definition.origin is not None:
        yield from scope.named(origin, definition.origin, "time point")
    plain: list[str] = []
    for path, listed in ((events, definition.events), (competing, definition.competing)):
        for place, event in enumerate(listed or ()):
            name = event.event if isinstance(event, EventWhen) else event
            here = (*path, place)
            if isinstance(event, EventWhen):
                yield from node_faults(scope, event.when, (*here, "when"))
                here = (*here, "event")
            elif name in plain:
                yield Fault(here, f'"{name}" is listed twice', "keep one, or tell the two apart with when")
            else:
                plain.append(name)
            if name not in _EVENT_WORDS:
                yield from _event_item(scope, here, name)
            elif name in _DISEASE_EVENTS and definition.assessment is None:
                yield Fault(series, '"assessment" is missing', f"name the series {name} is read from")


def _event_item(scope: Scope, path: Path, name: str) -> Iterator[Fault]:
    if name in scope.study.items:
        yield from scope.item(path, name, "date")
    else:
        known = [*_EVENT_WORDS, *(item for item, entry in scope.study.items.items() if entry.is_ == "date")]
        yield Fault(path, f'"{name}" is no event', choices(name, known))


def _never_free(scope: Scope, definition: Definition, clause: NeverFree, path: Path) -> Iterator[Fault]:
    yield from scope.named((*path, "reached"), clause.reached, "time point")
    if clause.reached == definition.origin or isinstance(definition.origin, FirstResponse):
        mend = "let the clock start before, as at allocation, or remove never_free"
        yield Fault((*path, "reached"), "whoever is never free of disease has no origin", mend)


def _lesions(scope: Scope, definition: Definition, origin: Path, events: Path, censor: Path) -> Iterator[Fault]:
    """What only holds for lesions: the clock of each starts at its own procedure, and its own zone is looked at."""
    point = scope.study.time_points.get(definition.origin) if isinstance(definition.origin, str) else None
    item = scope.study.items.get(point.item) if point is not None else None
    if point is None or (item is not None and item.domain != "PR"):
        mend = "name the time point of a procedure, whose rows tell the lesion in PRLNKID"
        yield Fault(origin, "the clock of a lesion starts at the procedure that was done on it", mend)
    if any(event in _DISEASE_EVENTS and event != "progression" for event in definition.events or ()):
        yield Fault(events, "of a zone only progression is read", "keep progression alone")
    whole = (event for event in (*(definition.events or ()), *(definition.competing or ())))
    if any(isinstance(event, EventWhen) and event.event in _DISEASE_EVENTS for event in whole):
        yield Fault(events, "the progression of a zone takes no condition", "write progression alone")
    if definition.censor is not None and definition.censor.at != "last scan of the zone":
        yield Fault((*censor, "at"), "a lesion counts up to the last scan of its zone", "at: last scan of the zone")
    for key in _OF_SCHEDULES:
        if definition.censor is not None and key in definition.censor.model_fields_set:
            yield Fault((*censor, key), f"{key} says nothing about lesions", "remove it")


def _is_of_lesions(endpoint: Endpoint) -> bool:
    return any(definition.measure == LESION_TIMES for definition in endpoint.resolved().values())


def _censor(scope: Scope, definition: Definition, censor: Censor, path: Path, series: Path) -> Iterator[Fault]:
    if censor.rules is not None:
        yield from scope.offered((*path, "rules"), "censoring rules", censor.rules)
    if censor.at == "last score" and definition.of is None:
        yield Fault((*path[:-1], "of"), '"of" is missing', "name the score whose last value ends the time")
    elif definition.of is not None and definition.measure == "time to event" and censor.at != "last score":
        yield Fault((*path, "at"), "of says nothing about this censoring", "remove of, or write at: last score")
    by_rows = censor.at not in (*_BY_CONTACTS, "last score")
    if definition.assessment is None and (censor.missed_assessments or by_rows):
        yield Fault(series, '"assessment" is missing', "name the series whose assessments count")
    if censor.clinical_progression is not None:
        yield from scope.item((*path, "clinical_progression"), censor.clinical_progression, "date")
    if censor.new_therapy is None:
        return
    here = (*path, "new_therapy")
    yield from scope.item((*here, "is"), censor.new_therapy.is_, "date")
    if censor.new_therapy.then == "event" and censor.new_therapy.is_ not in (definition.events or ()):
        yield Fault((*here, "then"), "the new therapy is to be an event and is not listed", "add the item to events")


def _of(scope: Scope, endpoint: Endpoint, definition: Definition, path: Path, predicts: Path) -> Iterator[Fault]:
    if definition.of is None:
        return
    match definition.measure:
        case "worst grade":
            yield from scope.item(path, definition.of, "code", "number")
        case "change" | "time to event":
            if definition.of in scope.study.items:
                yield from scope.item(path, definition.of, "number")
            else:
                yield from scope.named(path, definition.of, "item", "score")
                score = next((each for each in scope.study.scores if each.id == definition.of), None)
                if definition.measure == "time to event" and score is not None and score.item is None:
                    yield Fault(path, f"{score.id} is computed, and only a recorded score is dated", "name an item")
        case "accuracy":
            yield from scope.named(path, definition.of, "marker")
        case "restricted mean":
            yield from scope.named(path, definition.of, "endpoint")
        case _:
            yield from scope.named(path, definition.of, "item", "score", "marker", "assessment")
    for place, name in enumerate(definition.predicts or ()):
        yield from scope.named((*predicts, place), name, "endpoint")
        if name == endpoint.id:
            yield Fault((*predicts, place), "an endpoint does not foretell itself", "remove it")
        elif any(each.id == name and _is_of_lesions(each) for each in scope.study.endpoints):
            yield Fault((*predicts, place), f"{name} counts lesions, and a marker is a subject's", "remove it")
