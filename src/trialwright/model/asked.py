"""What a visit or a criterion asks for: the single facts behind it, each with its place in the data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final, Literal

from trialwright.model.criteria import (
    Attest,
    Exclusion,
    History,
    Inclusion,
    Interval,
    ItemIs,
    Lab,
    Lesions,
    Node,
    Response,
    Score,
    children_of,
)
from trialwright.model.items import Place, item_place
from trialwright.model.schedule import AssessmentSeries, Visit
from trialwright.model.study import Study

__all__ = ["Asked", "asked_at", "asked_by_criteria", "criteria_at", "facts_behind", "never_missing"]

Kind = Literal["date", "number", "code", "text", "attestation", "response"]

_RECORDED: Final = "recorded"


@dataclass(frozen=True, slots=True)
class Asked:
    """One fact that is asked for.

    Parameters
    ----------
    name : str
        Item, or response series.
    kind : {"date", "number", "code", "text", "attestation", "response"}
        Kind of the answer.
    ask : str
        The question.
    places : tuple of Place
        Where an answer may stand; the first is where a form puts it.
    by : str, default ""
        Role that answers, in capitals; empty when anybody may.
    also : tuple of str
        Further names the same answer serves.
    seen_in : tuple of Place
        Where an examination stands that has no answer yet.

    Examples
    --------
    >>> Asked("ca125", "number", "CA-125", ()).by
    ''
    """

    name: str
    kind: Kind
    ask: str
    places: tuple[Place, ...]
    by: str = ""
    also: tuple[str, ...] = ()
    seen_in: tuple[Place, ...] = ()

    @property
    def is_standing(self) -> bool:
        """Whether the answer holds from the day it was given on, so that no window limits it."""
        if self.kind == "attestation" or self.kind == "response" or not self.places:
            return False
        domain = self.places[0].domain
        return domain != "FA" if self.kind == "date" else domain not in ("LB", "VS", "QS", "XP", "XD")


def facts_behind(study: Study, name: str) -> tuple[Asked, ...]:
    """The facts a name of the study file asks for.

    Parameters
    ----------
    study : Study
        The study.
    name : str
        Item, response series, marker, score or dose plan.

    Returns
    -------
    tuple of Asked
        A marker asks for its samples, a score and a dose plan for what they are computed from; nothing for a name that
        asks nobody, such as ``age``.

    Examples
    --------
    >>> study = Study.model_validate_json(
    ...     '{"language": 1, "study": {"id": "x", "title": "X", "version": "0.1.0",'
    ...     ' "registry": {"name": "R", "id": "1"}}, "time_points": {"start": {"item": "began"}},'
    ...     ' "items": {"began": {"is": "date", "ask": "Start?", "domain": "DM", "column": "RFICDTC"}},'
    ...     ' "arms": [{"id": "A", "label": "a", "role": "single"}]}'
    ... )
    >>> [asked.ask for asked in facts_behind(study, "began")]
    ['Start?']
    """
    if name in study.items:
        item = study.items[name]
        by = item.by.upper() if item.by else ""
        return (Asked(name, item.is_, item.ask, (item_place(study, name),), by),)
    if name in study.time_points:
        return facts_behind(study, study.time_points[name].item)
    for series in study.assessments:
        if series.id == name:
            return (_response(series),)
    below: list[str] = [marker.item for marker in study.markers if marker.id == name]
    for score in study.scores:
        if score.id == name:
            below += [score.item] if score.item else list((score.inputs or {}).values())
    for plan in study.dose_plans:
        if plan.id == name:
            for value in (*plan.inputs.values(), *(plan.delivered or {}).values()):
                below += [value] if isinstance(value, str) else list(value)
    return _merged(asked for other in below if other != name for asked in facts_behind(study, other))


def _response(series: AssessmentSeries) -> Asked:
    criteria, reader = series.criteria.replace("-", " ").upper(), (series.evaluator,)
    where = (("RSCAT", (criteria,)), ("RSEVAL", reader), ("RSTESTCD", ("OVRLRESP",)))
    scans = (
        Place("TR", "TRORRES", (("TREVAL", reader),), "TRDTC", "all"),
        Place("TU", "TUORRES", (("TUEVAL", reader),), "TUDTC", "all"),
        Place("FA", "FASTRESC", (("FATESTCD", ("LESREVEW",)),), "FADTC", "all"),
    )
    read = Place("RS", "RSORRES", where, "RSDTC", "all")
    recorded = series.settings.get("rows") == _RECORDED
    places, seen_in = ((read,), scans) if recorded else ((read, *scans), ())
    return Asked(series.id, "response", f"Response by {criteria}", places, series.evaluator, (), seen_in)


def _merged(found: Iterable[Asked]) -> tuple[Asked, ...]:
    """Facts without repetition; response series that one reading serves become one."""
    kept: dict[object, Asked] = {}
    for asked in found:
        key = asked.places[:1] if asked.kind == "response" else asked.name
        first = kept.setdefault(key, asked)
        if first.name != asked.name and asked.name not in first.also:
            kept[key] = replace(first, also=(*first.also, asked.name))
    return tuple(kept.values())


def asked_at(study: Study, visit: Visit) -> tuple[Asked, ...]:
    """The facts a visit asks for.

    Parameters
    ----------
    study : Study
        The study.
    visit : Visit
        One of its visits.

    Returns
    -------
    tuple of Asked
        In the order of the visit, each once.
    """
    return _merged(asked for name in visit.do for asked in facts_behind(study, name))


def criteria_at(study: Study, gate: str) -> tuple[Inclusion | Exclusion, ...]:
    """Criteria judged at a gate.

    Parameters
    ----------
    study : Study
        The study.
    gate : str
        One of its gates.

    Returns
    -------
    tuple of Inclusion or Exclusion
        Inclusion first; a criterion without gate is judged at the first one.
    """
    criteria: tuple[Inclusion | Exclusion, ...] = (*study.inclusion, *study.exclusion)
    first = study.gates[:1]
    return tuple(c for c in criteria if gate in (first if c.at is None else (c.at,) if isinstance(c.at, str) else c.at))


def asked_by_criteria(study: Study, gate: str) -> tuple[Asked, ...]:
    """The facts that the criteria judged at a gate rest on.

    Parameters
    ----------
    study : Study
        The study.
    gate : str
        One of its gates.

    Returns
    -------
    tuple of Asked
        Each once. The date of the gate itself is not among them: who has it has passed the gate.
    """
    own = study.time_points[gate].item
    names = (name for criterion in criteria_at(study, gate) for name in _named(criterion.when))
    found = _merged(asked for name in names for asked in facts_behind(study, name))
    return tuple(asked for asked in found if asked.name != own)


def _named(node: Node) -> Iterator[str]:
    match node:
        case ItemIs():
            yield node.item
        case Lab():
            yield node.lab
        case Attest():
            yield node.attest
        case Interval():
            yield from (node.interval.from_, node.interval.to)
        case History():
            yield from (name for name in (node.history.of, node.history.reviewed) if name)
        case Lesions():
            yield from (name for name in (node.lesions.reviewed,) if name)
        case Score():
            yield node.score
        case Response():
            yield node.response.of
        case _:
            for child in children_of(node):
                yield from _named(child)


def never_missing(study: Study) -> frozenset[str]:
    """Items whose absence tells nothing: lists that may be empty, and events that may never come.

    Parameters
    ----------
    study : Study
        The study.

    Returns
    -------
    frozenset of str
        Items with ``take: all``, and those an endpoint names as event, competing event or new therapy.
    """
    found = {name for name, item in study.items.items() if item.take == "all"}
    for endpoint in study.endpoints:
        for definition in endpoint.resolved().values():
            for event in (*(definition.events or ()), *(definition.competing or ())):
                found.add(event if isinstance(event, str) else event.event)
            if definition.censor is not None and definition.censor.new_therapy is not None:
                found.add(definition.censor.new_therapy.is_)
    return frozenset(found & set(study.items))
