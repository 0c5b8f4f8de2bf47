"""The keys of the study file, written from the models that read it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from trialwright.model.study import Study

COMMON = ("source", "remark")
SOURCES = ("Recorded", "Inferred", "Assumption")
WORDS = {
    "^[a-z][a-z0-9_]*$": "name",
    "^[A-Z][A-Z0-9]{0,7}$": "id in capitals",
    "^[0-9]+ (day|week|month|year)s?$": "calendar interval",
    "^/": "path of ids",
}
COMPARATORS = ("at_least", "at_most", "above", "below", "between", "in", "equals")


def spaced(name: str) -> str:
    """Heading for a model, from its name."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name.strip("_")).capitalize()


def named(reference: dict[str, Any]) -> str:
    """Name of the model a reference leads to."""
    return str(reference["$ref"]).rsplit("/", 1)[-1]


def is_node(options: list[dict[str, Any]]) -> bool:
    """Whether these are the kinds of a criterion's node."""
    return any(option.get("$ref", "").endswith("/ItemIs") for option in options)


def kind_of(schema: dict[str, Any]) -> str:
    """What may stand there, in words."""
    options = [option for option in schema.get("anyOf", schema.get("oneOf", [])) if option.get("type") != "null"]
    if options:
        if is_node(options):
            return "condition"
        return " or ".join(dict.fromkeys(kind_of(option) for option in options))
    if "$ref" in schema:
        return spaced(named(schema))
    if "const" in schema:
        return f"`{schema['const']}`"
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    return kind_of_type(schema)


def kind_of_type(schema: dict[str, Any]) -> str:
    """Words for a plain JSON type."""
    kind = schema.get("type", "value")
    if kind == "array":
        inside = schema.get("items")
        return f"list of {kind_of(inside)}" if inside else "pair"
    if kind == "object":
        values = schema.get("additionalProperties") or next(iter(schema.get("patternProperties", {}).values()), None)
        return f"mapping of {kind_of(values)}" if isinstance(values, dict) else "mapping"
    if kind == "string":
        return WORDS.get(schema.get("pattern", ""), "text")
    return {"integer": "whole number", "boolean": "`true`, `false`"}.get(str(kind), str(kind))


def references(schema: object) -> Iterator[str]:
    """Models a schema leads to, in the order they stand."""
    if isinstance(schema, dict):
        if "$ref" in schema:
            yield named(schema)
        for value in schema.values():
            yield from references(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from references(value)


def section(name: str, schema: dict[str, Any]) -> Iterator[str]:
    """Heading, summary and keys of one model."""
    yield from [f"### {spaced(name)}", "", str(schema.get("description", "")).split("\n\n")[0].replace("``", "`"), ""]
    own = {key: value for key, value in schema.get("properties", {}).items() if key not in COMMON}
    if set(COMPARATORS) <= set(own):
        own = {key: value for key, value in own.items() if key not in COMPARATORS}
    if {"at", "within", "status"} <= set(own) and "id" in own and name not in ("Inclusion", "Exclusion"):
        own = {key: value for key, value in own.items() if key not in ("id", "text", "at", "within", "status")}
    required = set(schema.get("required", []))
    yield from ["| key | value | when absent |", "|---|---|---|"]
    for key, value in own.items():
        yield f"| `{key}` | {kind_of(value)} | {'refused' if key in required else absent(value)} |"
    yield ""


def absent(schema: dict[str, Any]) -> str:
    """What holds when a key is left out."""
    default = schema.get("default")
    if default is None or default == []:
        return "–"
    return f"`{str(default).lower()}`"


def keys() -> str:
    """A section for every model of the study file, in the order a reader meets them."""
    whole = Study.model_json_schema(by_alias=True)
    models: dict[str, dict[str, Any]] = whole["$defs"]
    order: list[str] = []
    waiting = list(dict.fromkeys(references(whole["properties"])))
    while waiting:
        name = waiting.pop(0)
        if name in order or name in SOURCES:
            continue
        order.append(name)
        waiting = [*(found for found in dict.fromkeys(references(models[name])) if found not in order), *waiting]
    lines = [*section("StudyFile", {**whole, "description": "The whole file."})]
    for name in order:
        lines += section(name, models[name])
    return "\n".join(lines)
