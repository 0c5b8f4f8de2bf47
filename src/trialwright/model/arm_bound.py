"""What exists in some arms of a study only, so that a subject who has it is known to be in one of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from trialwright.model.endpoint import Definition
from trialwright.model.schedule import Marker, Regimen
from trialwright.model.study import Study

__all__ = ["ArmBound", "arm_bound"]

_NAMING = {"origin", "events", "competing", "censor", "success", "period", "of"}
"""Parts of a definition that name items and time points."""


@dataclass(frozen=True, slots=True)
class ArmBound:
    """Names of what some arms have and others lack.

    Parameters
    ----------
    items : frozenset of str
        Facts, such as the date of an operation that one arm gets.
    time_points : frozenset of str
        Time points that rest on such a fact.
    sets : frozenset of str
        Analysis sets of some arms, or of those who reached such a time point.
    series : frozenset of str
        Response series whose verdicts differ once such a procedure was done, and markers judged beyond allocation.
    endpoints : frozenset of (str, str)
        Endpoint and definition that count some arms only.
    first_dose : bool
        Whether the first dose of a drug tells the arm, since no regimen with drugs is given in all of them.
    """

    items: frozenset[str] = frozenset()
    time_points: frozenset[str] = frozenset()
    sets: frozenset[str] = frozenset()
    series: frozenset[str] = frozenset()
    endpoints: frozenset[tuple[str, str]] = frozenset()
    first_dose: bool = False


def arm_bound(study: Study) -> ArmBound:
    """What exists in some arms of a study only.

    Parameters
    ----------
    study : Study
        The study.

    Returns
    -------
    ArmBound
        Nothing for a study of one arm.

    Notes
    -----
    A regimen is common when every arm says that it gives it. An arm that leaves open what it gives shares nothing for
    certain, so what the others get counts as bound to them.

    Examples
    --------
    >>> study = Study.model_validate_json(
    ...     '{"language": 1, "study": {"id": "x", "title": "x", "version": "1.0.0",'
    ...     '"registry": {"name": "n", "id": "x"}},'
    ...     '"items": {"cut_on": {"is": "date", "ask": "When?", "domain": "PR", "column": "PRSTDTC"}},'
    ...     '"time_points": {"operation": {"item": "cut_on"}},'
    ...     '"arms": [{"id": "A", "label": "a", "role": "experimental", "gives": ["knife"]},'
    ...     '{"id": "B", "label": "b", "role": "control", "gives": []}],'
    ...     '"regimens": [{"id": "knife", "label": "Operation", "procedure": "cut_on"}]}'
    ... )
    >>> sorted(arm_bound(study).time_points)
    ['operation']
    """
    if len(study.arms) < 2:
        return ArmBound()
    items = frozenset(_items(study))
    points = frozenset(_time_points(study, items))
    sets = frozenset(entry.id for entry in study.analysis_sets if _some(study, entry.arms) or entry.reached in points)
    return ArmBound(
        items=items,
        time_points=points,
        sets=sets,
        series=frozenset(
            series.id
            for series in study.assessments
            if (series.planned_removal and series.planned_removal.procedure in items)
            or {series.baseline.last_before, series.from_} & points
        )
        | frozenset(marker.id for marker in study.markers if marker.criteria and not _before_allocation(study, marker)),
        endpoints=frozenset(
            (endpoint.id, name)
            for endpoint in study.endpoints
            for name, definition in endpoint.resolved().items()
            if _some(study, definition.arms or ()) or definition.set in sets or _names(definition, items | points)
        ),
        first_dose=not any(regimen.drugs for regimen in study.regimens if _is_common(study, regimen)),
    )


def _before_allocation(study: Study, marker: Marker) -> bool:
    """Whether a marker ends where arms begin; after that a procedure of one arm shows in what it leaves out."""
    return study.allocation is not None and marker.until == study.allocation.at


def _some(study: Study, arms: tuple[str, ...]) -> bool:
    return bool(arms) and set(arms) != set(study.arm_ids)


def _is_common(study: Study, regimen: Regimen) -> bool:
    return all(isinstance(arm.gives, tuple) and regimen.id in arm.gives for arm in study.arms)


def _items(study: Study) -> Iterator[str]:
    common = {regimen.procedure for regimen in study.regimens if _is_common(study, regimen)}
    for regimen in study.regimens:
        if regimen.procedure is not None and regimen.procedure not in common:
            yield regimen.procedure
    everywhere = {name for visit in study.visits if not _some(study, visit.arms) for name in visit.do}
    for visit in study.visits:
        if _some(study, visit.arms):
            yield from (name for name in visit.do if name in study.items and name not in everywhere)


def _time_points(study: Study, items: frozenset[str]) -> Iterator[str]:
    common = {regimen.starts for regimen in study.regimens if _is_common(study, regimen)}
    started = {regimen.starts for regimen in study.regimens} - common
    for name, point in study.time_points.items():
        if point.item in items or (name in started and not point.gate):
            yield name


def _names(definition: Definition, bound: frozenset[str]) -> bool:
    said = definition.model_dump_json(include=_NAMING)
    return any(f'"{name}"' in said for name in bound)
