"""Sources and open points: what they speak of is there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from pydantic import BaseModel

from trialwright.model.statement import Stated
from trialwright.protocol.plain import stands
from trialwright.protocol.problems import Fault, Path, choices
from trialwright.protocol.provenance import study_path
from trialwright.protocol.scope import Scope
from trialwright.protocol.shape import keys_of, walk

__all__ = ["check"]

_MAY_BE_ABSENT: Final = frozenset({"study", "inclusion", "exclusion", "assessments", "markers", "dose_plans", "scores",
                                   "regimens", "visits", "allocation", "analysis_sets", "endpoints", "analyses",
                                   "scenario"})  # fmt: skip


def check(scope: Scope) -> Iterator[Fault]:
    """Faults of sources and open points.

    Parameters
    ----------
    scope : Scope
        The study.

    Yields
    ------
    Fault
        Keys covered that are not there or are covered twice; open points about nothing.
    """
    for path, part in walk(scope.study):
        if isinstance(part, Stated):
            yield from _covers(part, path)
    yield from _open_points(scope)


def _covers(part: Stated, path: Path) -> Iterator[Fault]:
    given = [key for key in _written(part) if key not in ("source", "remark")]
    listed = isinstance(part.source, tuple)
    seen: Counter[str] = Counter()
    for place, source in enumerate(part.sources):
        here: Path = (*path, "source", place) if listed else (*path, "source")
        for index, key in enumerate(source.covers):
            seen[key] += 1
            if key not in given:
                what = f'the source covers "{key}", which does not stand beside it'
                yield Fault((*here, "covers", index), what, choices(key, given))
            elif seen[key] > 1:
                yield Fault((*here, "covers", index), f'"{key}" is covered by two sources', "keep one")
    if sum(1 for source in part.sources if not source.covers) > 1:
        yield Fault((*path, "source"), "two sources cover everything", "say with covers which of them covers what")


def _written(part: BaseModel) -> list[str]:
    return [
        key
        for key, name in zip(keys_of(type(part)), type(part).model_fields, strict=True)
        if name in part.model_fields_set
    ]


def _open_points(scope: Scope) -> Iterator[Fault]:
    known: set[str] = set()
    built: set[str] = set()
    seen: Counter[str] = Counter()
    for place, point in enumerate(scope.study.open_points):
        seen[point.id] += 1
        if seen[point.id] > 1:
            yield Fault(("open_points", place, "id"), f'"{point.id}" stands twice', "choose another id")
        if not known:
            known, built = _paths(scope)
        if point.about in known or stands(scope.plain, point.about):
            continue
        holder = point.about.rpartition("/")[0]
        if holder in built or not stands(scope.plain, holder):
            what = f"there is nothing at {point.about}"
            yield Fault(("open_points", place, "about"), what, choices(point.about, sorted(known)))


def _paths(scope: Scope) -> tuple[set[str], set[str]]:
    """Paths by ids an open point may be about, and those that hold something in the study as it was built.

    What stands in the file and was not built has a fault of its own; a key missing below it says nothing new.
    """
    known, built = {f"/{block}" for block in _MAY_BE_ABSENT}, {"/"}
    for path, part in walk(scope.study):
        here = study_path(scope.study, path)
        known.add(here)
        built.add(here)
        for key, name in zip(keys_of(type(part)), type(part).model_fields, strict=True):
            value, below = getattr(part, name), f"{here}/{key}".replace("//", "/")
            known.add(below)
            if value is not None:
                built.add(below)
            if isinstance(value, dict):
                known.update(f"{below}/{entry}" for entry in value)
    return known, built
