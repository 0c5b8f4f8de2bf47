"""Items, time points and arms: one place in the data a fact, one day a time point."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from trialwright.model.items import place_of
from trialwright.model.study import Item
from trialwright.model.tables import TABLES, Table
from trialwright.protocol.checks.bounds import unit_faults
from trialwright.protocol.problems import Fault, Path, choices, with_article
from trialwright.protocol.scope import Scope

__all__ = ["check"]

_CODE = re.compile(r"[A-Z0-9_+./-]+( [A-Z0-9_+./-]+)*", re.ASCII)
_ONLY_FOR: Final = (("values", "code"), ("by", "attestation"), ("analyte", "number"), ("unit", "number"))
"""Keys that one kind of item has, and no other."""


def check(scope: Scope) -> Iterator[Fault]:
    """Faults of items, time points and arms.

    Parameters
    ----------
    scope : Scope
        The study.

    Yields
    ------
    Fault
        In the order of the language.
    """
    for name, item in scope.study.items.items():
        yield from _keys(item, ("items", name))
        yield from _place(item, ("items", name))
    yield from _shared_tests(scope)
    yield from _time_points(scope)
    yield from _arms(scope)


def _keys(item: Item, path: Path) -> Iterator[Fault]:
    for key, kind in _ONLY_FOR:
        if getattr(item, key) is not None and item.is_ != kind:
            yield Fault(
                (*path, key), f"{item.is_} items have no {key}", f"remove it, or make it {with_article(kind)} item"
            )
    match item.is_:
        case "date":
            for key in ("domain", "column"):
                if getattr(item, key) is None:
                    yield Fault((*path, key), f'"{key}" is missing', "name where the date stands in the data")
        case "number":
            if item.unit is None:
                yield Fault((*path, "unit"), '"unit" is missing', 'name the unit of entry; write "1" for a bare number')
            else:
                yield from unit_faults((*path, "unit"), item.unit)
        case "code":
            if not item.values:
                yield Fault((*path, "values"), '"values" is missing', "list the codes with their labels")
            for code in item.values or {}:
                if not _CODE.fullmatch(code):
                    mend = "write capitals, digits, _ + . / - and single blanks"
                    yield Fault((*path, "values", code), f'"{code}" is not written as a code', mend)
        case "attestation":
            if item.by is None:
                yield Fault((*path, "by"), '"by" is missing', "name the role that answers, such as investigator")
        case "text":
            return


def _place(item: Item, path: Path) -> Iterator[Fault]:
    if item.domain is not None and item.domain not in TABLES:
        yield Fault((*path, "domain"), f'there is no domain "{item.domain}"', choices(item.domain, TABLES))
        return
    table = TABLES[item.domain or ("LB" if item.analyte else "FA")]
    for key in ("column", "date_column"):
        column = getattr(item, key)
        if column is None:
            continue
        if column not in table.by_name:
            yield Fault((*path, key), f'{table.name} has no column "{column}"', choices(column, table.by_name))
        elif (key == "date_column" or item.is_ == "date") and table.by_name[column].kind != "date":
            dates = [name for name, entry in table.by_name.items() if entry.kind == "date"]
            yield Fault((*path, key), f"{column} holds no dates", choices(column, dates))
    yield from _where(item, table, path)
    if item.test is not None and table.name != "FA":
        yield Fault(
            (*path, "test"), f"a test stands in FA, this item stands in {table.name}", "remove test, or the domain"
        )


def _where(item: Item, table: Table, path: Path) -> Iterator[Fault]:
    for column, values in item.where.items():
        if column not in table.by_name:
            yield Fault(
                (*path, "where", column), f'{table.name} has no column "{column}"', choices(column, table.by_name)
            )
            continue
        terms = table.by_name[column].terms
        for value in (values,) if isinstance(values, str) else values:
            if terms and value not in terms:
                yield Fault((*path, "where", column), f'"{value}" is not a term of {column}', choices(value, terms))


def _shared_tests(scope: Scope) -> Iterator[Fault]:
    """Two items on one test would read each other's rows."""
    first: dict[tuple[str, ...], str] = {}
    for name, item in scope.study.items.items():
        if item.is_ == "date" or (item.domain or ("LB" if item.analyte else "FA")) != "FA":
            continue
        tests = dict(place_of(name, item).where)["FATESTCD"]
        if tests in first:
            what = f'the test {", ".join(tests)} is already that of "{first[tests]}"'
            yield Fault(("items", name), what, "give one of the two items a test of its own")
        else:
            first[tests] = name


def _time_points(scope: Scope) -> Iterator[Fault]:
    for name, point in scope.study.time_points.items():
        path = ("time_points", name, "item")
        yield from scope.item(path, point.item, "date")
        item = scope.study.items.get(point.item)
        if item is not None and item.take == "all":
            yield Fault(
                path, f'"{point.item}" takes all its rows, a time point is one day', "write take: first or last"
            )
    if not scope.study.gates:
        yield Fault(("time_points",), "no time point is a gate", "add gate: true where eligibility is judged")


def _arms(scope: Scope) -> Iterator[Fault]:
    for place, arm in enumerate(scope.study.arms):
        if isinstance(arm.gives, tuple):
            for index, name in enumerate(arm.gives):
                yield from scope.named(("arms", place, "gives", index), name, "regimen")
        if arm.role == "single" and len(scope.study.arms) > 1:
            mend = "choose experimental, control or unspecified"
            yield Fault(("arms", place, "role"), "a single arm stands beside another one", mend)
