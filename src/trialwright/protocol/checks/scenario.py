"""Scenarios: figures for declared facts, in shares that add up, on clocks that start somewhere."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from trialwright.model.scenario import Course, ItemDraw, Lapses, MarkerDraw, Scenario
from trialwright.model.study import Item
from trialwright.protocol.checks.bounds import number_fault
from trialwright.protocol.checks.criteria import node_faults
from trialwright.protocol.problems import Fault, Path, choices
from trialwright.protocol.scope import Scope

__all__ = ["check"]

_DRAWS: Final = ("shares", "normal", "lognormal", "uniform", "always", "days_before")
_CLOCKS: Final = ("progression", "death")


def check(scope: Scope) -> Iterator[Fault]:
    """Faults of the scenarios.

    Parameters
    ----------
    scope : Scope
        The study.

    Yields
    ------
    Fault
        In the order of the file.
    """
    for name, scenario in scope.study.scenario.items():
        path = ("scenario", name)
        yield from _like(scope, name, scenario, path)
        if scenario.accrual is not None and (scenario.accrual.per_month <= 0):
            yield Fault((*path, "accrual", "per_month"), "nobody is accrued", "write a number above 0")
        for item, draw in (scenario.items or {}).items():
            yield from _draw(scope, item, draw, (*path, "items", item))
        for marker, figures in (scenario.markers or {}).items():
            yield from _marker(scope, marker, figures, (*path, "markers", marker))
        for place, course in enumerate(scenario.courses or ()):
            yield from _course(scope, course, (*path, "courses", place))
        yield from _started(scenario, path)
        if scenario.lapses is not None:
            yield from _lapses(scenario.lapses, (*path, "lapses"))


def _like(scope: Scope, name: str, scenario: Scenario, path: Path) -> Iterator[Fault]:
    seen, other = {name}, scenario.like
    while other is not None:
        if other not in scope.study.scenario:
            if len(seen) == 1:
                yield Fault((*path, "like"), f'there is no scenario "{other}"', choices(other, scope.study.scenario))
            return
        if other in seen:
            yield Fault((*path, "like"), "the scenarios rest on each other in a circle", "let one of them stand alone")
            return
        seen.add(other)
        other = scope.study.scenario[other].like


def _draw(scope: Scope, name: str, draw: ItemDraw, path: Path) -> Iterator[Fault]:
    yield from scope.item(path, name)
    given = [way for way in _DRAWS if getattr(draw, way) is not None]
    if len(given) != 1:
        what = f"{' and '.join(given)} together" if given else "no way to draw it"
        yield Fault(path, what, f"write one of {', '.join(_DRAWS)}")
    item = scope.study.items.get(name)
    if draw.shares is not None:
        yield from _shares(item, draw.shares, (*path, "shares"))
    if draw.always is not None and item is not None:
        yield from _value(item, str(draw.always), (*path, "always"))
    if draw.uniform is not None and draw.uniform[0] > draw.uniform[1]:
        yield Fault((*path, "uniform"), "the upper end lies below the lower one", "exchange them")
    if draw.normal is not None and draw.normal[1] < 0:
        yield Fault((*path, "normal"), "a standard deviation below 0", "write 0 or more")
    if draw.lognormal is not None and (draw.lognormal[0] <= 0 or draw.lognormal[1] < 0):
        yield Fault((*path, "lognormal"), "a median not above 0, or a standard deviation below 0", "correct them")
    for other, (low, high) in (draw.days_before or {}).items():
        here = (*path, "days_before", other)
        yield from scope.item(here, other, "date")
        if low > high:
            yield Fault(here, "the upper end lies below the lower one", "exchange them")


def _shares(item: Item | None, shares: dict[str, Decimal], path: Path) -> Iterator[Fault]:
    for value, share in shares.items():
        if item is not None:
            yield from _value(item, value, (*path, value))
        if share < 0:
            yield Fault((*path, value), f"a share of {share}", "write 0 or more")
    if sum(shares.values()) != 1:
        yield Fault(path, f"the shares add up to {sum(shares.values())}", "let them add up to 1")


def _value(item: Item, value: str, path: Path) -> Iterator[Fault]:
    """Fault of a value that the item could not hold."""
    if item.is_ == "code" and value not in (item.values or {}):
        yield Fault(path, f'"{value}" is not a code of the item', choices(value, item.values or {}))
    elif item.is_ == "attestation" and value not in ("Y", "N"):
        yield Fault(path, f'"{value}" is no answer', "use Y or N")
    elif item.is_ == "number":
        wrong = number_fault(value)
        if wrong:
            yield Fault(path, *wrong)


def _marker(scope: Scope, name: str, figures: MarkerDraw, path: Path) -> Iterator[Fault]:
    yield from scope.named(path, name, "marker")
    marker = next((entry for entry in scope.study.markers if entry.id == name), None)
    spec = scope.catalogue.find("marker model", marker.model or "") if marker else None
    for key in ("typical", "spread"):
        for parameter in getattr(figures, key):
            if spec is not None and parameter not in spec.outputs:
                what = f'the model has no parameter "{parameter}"'
                yield Fault((*path, key, parameter), what, choices(parameter, spec.outputs))
    if figures.noise < 0:
        yield Fault((*path, "noise"), "noise below 0", "write 0 or more")


def _course(scope: Scope, course: Course, path: Path) -> Iterator[Fault]:
    if course.event not in _CLOCKS:
        yield from scope.item((*path, "event"), course.event, "date")
    if course.from_ not in _CLOCKS:
        yield from scope.moment((*path, "from"), course.from_)
    if (course.median is None) == (course.hazard_ratio is None):
        yield Fault(
            path,
            "not exactly one of median and hazard_ratio",
            "write median to start a clock, hazard_ratio to change one",
        )
    for key in ("median", "hazard_ratio"):
        for arm in getattr(course, key) or {}:
            yield from scope.named((*path, key, arm), arm, "arm")
    for arm, ratio in (course.hazard_ratio or {}).items():
        if ratio <= 0:
            yield Fault((*path, "hazard_ratio", arm), f"a hazard ratio of {ratio}", "write a number above 0")
    for arm, median in (course.median or {}).items():
        if median.days <= 0:
            yield Fault((*path, "median", arm), "a median of no time", "write a duration above 0")
    if course.when is not None:
        yield from node_faults(scope, course.when, (*path, "when"))


def _started(scenario: Scenario, path: Path) -> Iterator[Fault]:
    """A hazard can only be changed on a clock that runs."""
    running = {course.event for course in scenario.courses or () if course.median is not None}
    for place, course in enumerate(scenario.courses or ()):
        if course.hazard_ratio is not None and course.event not in running:
            what = f'no clock of "{course.event}" runs whose hazard could change'
            yield Fault((*path, "courses", place), what, "add a line with its median")


def _lapses(lapses: Lapses, path: Path) -> Iterator[Fault]:
    for key in type(lapses).model_fields:
        share = getattr(lapses, key)
        if share is not None and not 0 <= share <= 1:
            yield Fault((*path, key), f"{key} is {share}", "write a number from 0 to 1")
