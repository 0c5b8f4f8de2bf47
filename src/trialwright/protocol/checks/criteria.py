"""Criteria: every fact a tree names is declared, of the right kind, and compared as its kind is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import partial

from trialwright.model.criteria import (
    Age,
    All,
    Any_,
    AtLeastOf,
    Attest,
    Exclusion,
    History,
    If,
    Inclusion,
    Interval,
    ItemIs,
    Lab,
    Lesions,
    Node,
    NodeBase,
    Not,
    QuantityIs,
    Response,
    Score,
)
from trialwright.model.study import Item
from trialwright.protocol.checks.bounds import (
    ORDERED,
    bounds,
    comparators,
    interval_fault,
    number_fault,
    quantity_fault,
)
from trialwright.protocol.problems import Fault, Path, choices
from trialwright.protocol.scope import Scope

__all__ = ["check", "criterion_faults", "gate_faults", "node_faults"]

_LISTED = ("in", "equals")


def check(scope: Scope) -> Iterator[Fault]:
    """Faults of the eligibility criteria.

    Parameters
    ----------
    scope : Scope
        The study.

    Yields
    ------
    Fault
        Ids, gates and trees.
    """
    for block in ("inclusion", "exclusion"):
        for place, criterion in enumerate(getattr(scope.study, block)):
            yield from criterion_faults(scope, criterion, (block, place))
    yield from _doubled_ids(scope)


def criterion_faults(scope: Scope, criterion: Inclusion | Exclusion, path: Path) -> Iterator[Fault]:
    """Faults of one criterion.

    Parameters
    ----------
    scope : Scope
        The study.
    criterion : Inclusion or Exclusion
        The criterion.
    path : tuple of str or int
        Its path.

    Yields
    ------
    Fault
        Of its id, gates and tree.
    """
    inclusion = isinstance(criterion, Inclusion)
    letter = "I" if inclusion else "E"
    if not criterion.id.startswith(letter):
        kind = "inclusion" if inclusion else "exclusion"
        yield Fault((*path, "id"), f'"{criterion.id}" is no id of an {kind} criterion', f"begin it with {letter}")
    yield from gate_faults(scope, criterion.at, (*path, "at"))
    when = (*path, "met_when" if inclusion else "excluded_when")
    yield from node_faults(scope, criterion.when, when)


def gate_faults(scope: Scope, at: str | tuple[str, ...] | None, path: Path) -> Iterator[Fault]:
    """Faults of gates that are not declared as gates.

    Parameters
    ----------
    scope : Scope
        The study.
    at : str, tuple of str or None
        As written.
    path : tuple of str or int
        Where it stands.

    Yields
    ------
    Fault
        One a name.
    """
    for place, name in enumerate((at,) if isinstance(at, str) else at or ()):
        where = path if isinstance(at, str) else (*path, place)
        if name in scope.study.time_points and name not in scope.study.gates:
            yield Fault(where, f'"{name}" is not a gate', "add gate: true to the time point, or name a gate")
        else:
            yield from scope.named(where, name, "time point")


def _doubled_ids(scope: Scope) -> Iterator[Fault]:
    seen: Counter[str] = Counter()
    for block in ("inclusion", "exclusion"):
        for place, criterion in enumerate(getattr(scope.study, block)):
            tree = "met_when" if block == "inclusion" else "excluded_when"
            own = (((block, place), criterion.id), *_ids(criterion.when, (block, place, tree)))
            for path, name in own:
                seen[name] += 1
                if seen[name] == 2:
                    yield Fault(
                        (*path, "id"), f'the criterion id "{name}" stands twice', "give one of them another letter"
                    )


def _ids(node: Node, path: Path) -> Iterator[tuple[Path, str]]:
    if node.id is not None:
        yield path, node.id
    for below, child in _children(node, path):
        yield from _ids(child, below)


def _children(node: Node, path: Path) -> Iterator[tuple[Path, Node]]:
    match node:
        case All(all_=nodes):
            yield from (((*path, "all", place), child) for place, child in enumerate(nodes))
        case Any_(any_=nodes):
            yield from (((*path, "any", place), child) for place, child in enumerate(nodes))
        case AtLeastOf(of=nodes):
            yield from (((*path, "of", place), child) for place, child in enumerate(nodes))
        case Not():
            yield (*path, "not"), node.not_
        case If():
            yield (*path, "if"), node.if_
            yield (*path, "then"), node.then


def node_faults(scope: Scope, node: Node, path: Path) -> Iterator[Fault]:
    """Faults of a node and of everything below it.

    Parameters
    ----------
    scope : Scope
        The study.
    node : Node
        Any node.
    path : tuple of str or int
        Its path.

    Yields
    ------
    Fault
        Names, kinds, comparators, codes and units.
    """
    yield from gate_faults(scope, node.at, (*path, "at"))
    yield from _own_faults(scope, node, path)
    for below, child in _children(node, path):
        yield from node_faults(scope, child, below)


def _own_faults(scope: Scope, node: NodeBase, path: Path) -> Iterator[Fault]:
    match node:
        case ItemIs():
            yield from _item(scope, node, path)
        case Lab():
            yield from _lab(scope, node, path)
        case Interval():
            yield from _interval(scope, node, path)
        case Lesions():
            yield from _lesions(scope, node, path)
        case History():
            yield from _history(scope, node, path)
        case QuantityIs():
            yield from _quantity(scope, node, path)
        case Score():
            yield from _score(scope, node, path)
        case Response():
            yield from _response(scope, node, path)
        case Age():
            yield from comparators((*path, "age"), node.age, ORDERED)
            yield from bounds((*path, "age"), node.age, _whole, ORDERED)
        case Attest():
            yield from scope.item((*path, "attest"), node.attest, "attestation")
        case AtLeastOf():
            yield from _at_least_of(node, path)
        case _:
            return


def _at_least_of(node: AtLeastOf, path: Path) -> Iterator[Fault]:
    if node.at_least is None and node.at_most is None:
        yield Fault(path, "nothing to compare with", "add at_least or at_most")
    for key in ("at_least", "at_most"):
        count = getattr(node, key)
        if count is not None and not 0 <= count <= len(node.of):
            what = f"{key} is {count} and there are {len(node.of)} nodes"
            yield Fault((*path, key), what, f"write 0 to {len(node.of)}")


def _item(scope: Scope, node: ItemIs, path: Path) -> Iterator[Fault]:
    yield from scope.item((*path, "item"), node.item, "code", "number")
    item = scope.study.items.get(node.item)
    if item is None or item.is_ not in ("code", "number"):
        return
    if item.is_ == "code":
        yield from comparators(path, node, _LISTED)
        yield from bounds(path, node, partial(_code_fault, item), _LISTED)
    else:
        yield from comparators(path, node, (*ORDERED, *_LISTED))
        yield from bounds(path, node, _reader(item))


def _code_fault(item: Item, code: str) -> tuple[str, str] | None:
    if code in (item.values or {}):
        return None
    return f'"{code}" is not a code of the item', choices(code, item.values or {})


def _reader(item: Item) -> partial[tuple[str, str] | None]:
    return partial(quantity_fault, unit=item.unit or "1", analyte=item.analyte or "")


def _whole(bound: str) -> tuple[str, str] | None:
    if bound.isascii() and bound.isdigit():
        return None
    return f'"{bound}" is not a whole number', "write completed years as a whole number, without a unit"


def _lab(scope: Scope, node: Lab, path: Path) -> Iterator[Fault]:
    yield from scope.item((*path, "lab"), node.lab, "number")
    item = scope.study.items.get(node.lab)
    if item is not None and item.is_ == "number" and item.analyte is None:
        yield Fault(
            (*path, "lab"), f'"{node.lab}" is not measured by a laboratory', "give the item its analyte, or use item:"
        )
    yield from comparators(path, node, ORDERED, optional=node.x_uln is not None)
    if item is not None and item.is_ == "number":
        yield from bounds(path, node, _reader(item))
    if node.x_uln is not None:
        yield from comparators((*path, "x_uln"), node.x_uln, ORDERED)
        yield from bounds((*path, "x_uln"), node.x_uln, number_fault)
    if node.governing is not None and (node.x_uln is None or not node.given):
        yield Fault(
            (*path, "governing"), "there are not two limits to choose from", "remove governing, or state both limits"
        )


def _interval(scope: Scope, node: Interval, path: Path) -> Iterator[Fault]:
    yield from scope.moment((*path, "interval", "from"), node.interval.from_)
    yield from scope.moment((*path, "interval", "to"), node.interval.to)
    yield from comparators(path, node, ORDERED)
    yield from bounds(path, node, interval_fault, ORDERED)


def _lesions(scope: Scope, node: Lesions, path: Path) -> Iterator[Fault]:
    counted = node.lesions.take in ("count", "organs")
    yield from comparators(path, node, (*ORDERED, "equals") if counted else ORDERED)
    yield from bounds(path, node, _counted if counted else partial(quantity_fault, unit="mm"))
    if node.lesions.reviewed is not None:
        yield from scope.item((*path, "lesions", "reviewed"), node.lesions.reviewed, "date")


def _counted(bound: str) -> tuple[str, str] | None:
    if bound.isascii() and bound.isdigit():
        return None
    return f'"{bound}" is not a whole number', "lesions and organs are counted; write a whole number without a unit"


def _history(scope: Scope, node: History, path: Path) -> Iterator[Fault]:
    here = (*path, "history")
    yield from scope.item((*here, "of"), node.history.of, "code")
    item = scope.study.items.get(node.history.of)
    if item is not None and item.is_ == "code":
        if item.take != "all":
            mend = f"add take: all to the item {node.history.of}"
            yield Fault((*here, "of"), f'"{node.history.of}" does not take all its rows, so it is no history', mend)
        yield from scope.codes((*here, "values"), item, node.history.values or ())
        yield from scope.codes((*here, "except"), item, node.history.except_ or ())
    if node.history.reviewed is not None:
        yield from scope.item((*here, "reviewed"), node.history.reviewed, "date")


def _quantity(scope: Scope, node: QuantityIs, path: Path) -> Iterator[Fault]:
    here = (*path, "quantity")
    yield from scope.named((*here, "of"), node.quantity.of, "dose plan", "marker")
    specs = [
        spec
        for plan in scope.study.dose_plans
        if plan.id == node.quantity.of and (spec := scope.catalogue.find("dose model", plan.model))
    ] + [
        spec
        for marker in scope.study.markers
        if marker.id == node.quantity.of and (spec := scope.catalogue.find("marker model", marker.model or ""))
    ]
    for spec in specs:
        if node.quantity.name not in spec.outputs:
            what = f'"{spec.id}" yields no "{node.quantity.name}"'
            yield Fault((*here, "name"), what, choices(node.quantity.name, spec.outputs))
    yield from comparators(path, node, ORDERED)


def _score(scope: Scope, node: Score, path: Path) -> Iterator[Fault]:
    yield from scope.named((*path, "score"), node.score, "score")
    if node.part == "value":
        yield from comparators(path, node, (*ORDERED, "equals"))
        yield from bounds(path, node, number_fault)
        return
    yield from comparators(path, node, _LISTED)
    used = next((score for score in scope.study.scores if score.id == node.score), None)
    spec = scope.catalogue.find("score", used.name) if used else None
    if spec is not None and spec.outputs:
        yield from bounds(path, node, partial(_class_fault, spec.outputs))


def _class_fault(classes: tuple[str, ...], given: str) -> tuple[str, str] | None:
    return None if given in classes else (f'"{given}" is not a class of the score', choices(given, classes))


def _response(scope: Scope, node: Response, path: Path) -> Iterator[Fault]:
    here = (*path, "response", "of")
    yield from scope.named(here, node.response.of, "assessment", "marker")
    yield from comparators(path, node, _LISTED)
    for series in scope.study.assessments:
        if series.id == node.response.of:
            spec = scope.catalogue.find("response criteria", series.criteria)
            yield from bounds(path, node, partial(_verdict_fault, spec.outputs if spec else ()))
    for marker in scope.study.markers:
        if marker.id == node.response.of and marker.criteria is None:
            yield Fault(
                here, f'"{marker.id}" yields a figure, not a response', "give the marker criteria, or use quantity:"
            )
        elif marker.id == node.response.of and marker.criteria is not None:
            spec = scope.catalogue.find("marker criteria", marker.criteria)
            yield from bounds(path, node, partial(_verdict_fault, spec.outputs if spec else ()))


def _verdict_fault(verdicts: tuple[str, ...], given: str) -> tuple[str, str] | None:
    if not verdicts or given in verdicts:
        return None
    return f'"{given}" is not a response of these criteria', choices(given, verdicts)
