"""Plain data as a study: strict shapes, and the schema's refusals in the field's words."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Final, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from trialwright.errors import TrialwrightError
from trialwright.model.criteria import NodeBase, node_kind
from trialwright.model.statement import source_kind
from trialwright.model.study import Study
from trialwright.protocol.plain import Plain, step_into
from trialwright.protocol.problems import Fault, Path, choices

__all__ = ["Shaped", "keys_of", "shaped", "walk"]

_STAND_IN_HEADING: Final[dict[str, Plain]] = {
    "id": "unread",
    "title": "unread",
    "version": "0.0.0",
    "registry": {"name": "unread", "id": "unread"},
}
"""Stands for what of a heading cannot be read, so that the rest of the file can still be checked."""


@dataclass(frozen=True, slots=True)
class Shaped:
    """What could be built of a study file.

    Parameters
    ----------
    study : Study or None
        The study; with faults, the statements that stand on their own; None when not enough of it stands.
    faults : tuple of Fault
        Refusals of the schema.
    kept : mapping of block to list of int
        For a list block that lost entries, the places in the file of those that remain.

    Examples
    --------
    >>> shaped({"language": 1}).faults[0].what
    '"study" is missing'
    """

    study: Study | None
    faults: tuple[Fault, ...]
    kept: Mapping[str, list[int]]

    def in_file(self, path: Path) -> Path:
        """Path in the file of a path in the study.

        Parameters
        ----------
        path : tuple of str or int
            Steps in the study that was built.

        Returns
        -------
        tuple of str or int
            The same steps with the list's place as in the file.
        """
        if len(path) > 1 and isinstance(path[0], str) and isinstance(path[1], int) and path[0] in self.kept:
            return (path[0], self.kept[path[0]][path[1]], *path[2:])
        return path


def shaped(plain: Plain) -> Shaped:
    """Study built from plain data, with every refusal.

    Parameters
    ----------
    plain : Plain
        Data of the file.

    Returns
    -------
    Shaped
        The study and the faults.

    Examples
    --------
    >>> shaped({"language": 2}).study is None
    True
    """
    if not isinstance(plain, dict):
        return Shaped(None, (Fault((), "the file is not a mapping", "begin with language: 1"),), {})
    shadows = tuple(_attribute_keys(plain, (), Study))
    study, errors = _built(plain)
    faults = (*shadows, *_faults(errors, plain))
    if not faults:
        return Shaped(study, (), {})
    rest, kept = _without(plain, [fault.path for fault in faults])
    study, _ = _built(rest)
    return Shaped(study, faults, kept)


def _built(plain: dict[str, Plain]) -> tuple[Study | None, list[ErrorDetails]]:
    try:
        return Study.model_validate_json(json.dumps(plain)), []
    except ValidationError as refused:
        return None, refused.errors()


def _without(plain: dict[str, Plain], paths: list[Path]) -> tuple[dict[str, Plain], dict[str, list[int]]]:
    """Leave out each entry of a block that holds a fault, so that the rest can be checked further."""
    rest, kept = dict(plain), {}
    for block in {path[0] for path in paths if path}:
        entries = {path[1] for path in paths if path[0:1] == (block,) and len(path) > 1}
        value = plain.get(str(block))
        if block == "study" and isinstance(value, dict):
            rest["study"] = _STAND_IN_HEADING | {key: entry for key, entry in value.items() if key not in entries}
        elif block in ("study", "language"):
            rest[str(block)] = _STAND_IN_HEADING if block == "study" else 1
        elif isinstance(value, list) and entries:
            kept[str(block)] = [index for index in range(len(value)) if index not in entries]
            rest[str(block)] = [value[index] for index in kept[str(block)]]
        elif isinstance(value, dict) and entries and block != "allocation":
            rest[str(block)] = {key: entry for key, entry in value.items() if key not in entries}
        else:
            rest.pop(str(block), None)
    return rest, kept


def walk(part: BaseModel, path: Path = ()) -> Iterator[tuple[Path, BaseModel]]:
    """Every mapping of a study with its path, a mapping before what it holds.

    Parameters
    ----------
    part : BaseModel
        The study or a part of it.
    path : tuple of str or int
        Its own path.

    Yields
    ------
    tuple of path and BaseModel
        In the order of the language.

    Examples
    --------
    >>> from trialwright.model.study import Registry
    >>> list(walk(Registry(name="a", id="b")))
    [((), Registry(name='a', id='b'))]
    """
    yield path, part
    for name, info in type(part).model_fields.items():
        yield from _walk_value(getattr(part, name), (*path, info.alias or name))


def _walk_value(value: object, path: Path) -> Iterator[tuple[Path, BaseModel]]:
    if isinstance(value, BaseModel):
        yield from walk(value, path)
    elif isinstance(value, tuple):
        for index, entry in enumerate(value):
            yield from _walk_value(entry, (*path, index))
    elif isinstance(value, dict):
        for key, entry in value.items():
            yield from _walk_value(entry, (*path, key))


def keys_of(model: type[BaseModel]) -> tuple[str, ...]:
    """Keys a mapping of this kind may have, as written in a file.

    Parameters
    ----------
    model : type of BaseModel
        Class of the mapping.

    Returns
    -------
    tuple of str
        In the order of the language.

    Examples
    --------
    >>> from trialwright.model.study import Registry
    >>> keys_of(Registry)
    ('name', 'id')
    """
    return tuple(info.alias or name for name, info in model.model_fields.items())


def _models(annotation: object) -> Iterator[type[BaseModel]]:
    """Classes of mappings an annotation allows, at any depth of lists and unions but not of mappings by name."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif get_origin(annotation) in (Union, UnionType, Annotated, tuple):
        for argument in get_args(annotation):
            yield from _models(argument)


def _by_name(annotation: object) -> object | None:
    """What the values of a mapping by name are, when the annotation allows one."""
    if get_origin(annotation) is dict:
        return get_args(annotation)[1]  # type: ignore[no-any-return]  # typing gives its arguments untyped
    if get_origin(annotation) in (Union, UnionType, Annotated):
        return next((found for part in get_args(annotation) if (found := _by_name(part)) is not None), None)
    return None


def _model_of(annotation: object, plain: Plain) -> type[BaseModel] | None:
    models = list(dict.fromkeys(_models(annotation)))
    if len(models) > 1 and isinstance(plain, dict):
        kind = node_kind(plain) if issubclass(models[0], NodeBase) else source_kind(plain)
        models = [model for model in models if kind in keys_of(model)]
    return models[0] if models else None


def _mappings(plain: Plain, path: Path, annotation: object) -> Iterator[tuple[Path, dict[str, Plain], type[BaseModel]]]:
    """Every mapping of the file that stands for a model, with its path."""
    if isinstance(plain, list):
        for index, entry in enumerate(plain):
            yield from _mappings(entry, (*path, index), annotation)
        return
    if not isinstance(plain, dict):
        return
    inner = _by_name(annotation)
    if inner is not None:
        for key, entry in plain.items():
            yield from _mappings(entry, (*path, key), inner)
        return
    model = _model_of(annotation, plain)
    if model is None:
        return
    yield path, plain, model
    for name, info in model.model_fields.items():
        key = info.alias or name
        if key in plain:
            yield from _mappings(plain[key], (*path, key), info.annotation)


def _attribute_keys(plain: Plain, path: Path, root: object) -> Iterator[Fault]:
    """Keys spelled as Python attributes (``from_``) which the models would take and the language does not know."""
    for place, mapping, model in _mappings(plain, path, root):
        for key in mapping:
            if key in model.model_fields and key not in keys_of(model):
                yield Fault((*place, key), f'unknown key "{key}"', choices(key, keys_of(model)))


def _faults(errors: list[ErrorDetails], plain: dict[str, Plain]) -> Iterator[Fault]:
    models = {path: model for path, _, model in _mappings(plain, (), Study)}
    chosen: dict[Path, tuple[int, Fault]] = {}
    lists = {_path(error, plain) for error in errors if error["type"] == "tuple_type"}
    for error in errors:
        path = _path(error, plain)
        what, mend = _words(error, path, models)
        if error["type"] == "literal_error" and path in lists:
            mend = f"write a list, or {mend.removeprefix('use ')}"
        fault = Fault(path, what, mend)
        rank = _RANK.get(error["type"], 1)
        if path not in chosen or rank > chosen[path][0]:
            chosen[path] = (rank, fault)
    for path, (_, fault) in chosen.items():
        deeper = any(other != path and other[: len(path)] == path for other in chosen)
        if not deeper or not path:
            yield fault


_RANK: Final = {"value_error": 4, "missing": 4, "extra_forbidden": 4, "string_pattern_mismatch": 3, "literal_error": 2}
"""Of several refusals of one value by the branches of a union the most telling one is shown."""


def _path(error: ErrorDetails, plain: Plain) -> Path:
    """Path in the file of a refusal; its segments that name a branch of a union are left out."""
    here: Plain | None = plain
    path: list[str | int] = []
    for place, segment in enumerate(error["loc"]):
        below = step_into(here, segment)
        missing = error["type"] == "missing" and place == len(error["loc"]) - 1
        if below is not None or missing:
            here = below
            path.append(segment)
    return tuple(path)


def _words(error: ErrorDetails, path: Path, models: Mapping[Path, type[BaseModel]]) -> tuple[str, str]:
    """What is wrong and how to mend it."""
    kind, given, context = error["type"], error["input"], error.get("ctx", {})
    key = path[-1] if path else ""
    match kind:
        case "missing":
            return f'"{key}" is missing', "add it"
        case "extra_forbidden":
            model = models.get(path[:-1])
            return f'unknown key "{key}"', choices(str(key), keys_of(model)) if model else "remove it"
        case "literal_error":
            verb = "cannot stand here" if isinstance(given, list | dict) else "is not known here"
            return f"{_shown(given)} {verb}", _options(str(given), str(context.get("expected", "")))
        case "string_pattern_mismatch":
            pattern = str(context.get("pattern", ""))
            return f"{_shown(given)} is not written as it must be here", _PATTERNS.get(
                pattern, f"it must match {pattern}"
            )
        case "value_error":
            return _refused(error, given)
        case "too_short" | "string_too_short":
            return f'"{key}" is empty', "write at least one entry, or leave the key out"
        case "node_kind" | "source_kind" | "union_tag_invalid":
            return error["msg"], "write exactly one of them"
        case _:
            return _wrong_type(kind, given, error["msg"])


def _refused(error: ErrorDetails, given: object) -> tuple[str, str]:
    """What one of the language's own readers has against a value."""
    cause = getattr(error.get("ctx", {}).get("error"), "__cause__", None)
    if isinstance(cause, TrialwrightError):
        return cause.what, cause.mend
    if isinstance(given, int) and not isinstance(given, bool):
        return f"{given} has no unit", f"write the unit behind it, such as {given} days or {given} Gy"
    what, _, mend = error["msg"].removeprefix("Value error, ").partition("; ")
    return what, mend or "write it as the language has it"


def _wrong_type(kind: str, given: object, message: str) -> tuple[str, str]:
    expected = next((words for part, words in _TYPES if kind.startswith(part)), "")
    if expected:
        return f"{expected} is expected, not {_shown(given)}", f"write {expected}"
    return f"{_shown(given)}: {message[:1].lower()}{message[1:]}", "correct the value"


def _shown(given: object) -> str:
    if isinstance(given, dict):
        return "a mapping"
    if isinstance(given, list):
        return "a list"
    if isinstance(given, bool):
        return "true" if given else "false"
    return f'"{given}"' if isinstance(given, str) else str(given)


def _options(given: str, expected: str) -> str:
    options = [part.strip("' ") for part in expected.replace(" or ", ", ").split(", ") if part]
    return choices(given, options)


_TYPES: Final = (
    ("bool", "true or false"),
    ("int", "a whole number"),
    ("string", "text"),
    ("list", "a list"),
    ("tuple", "a list"),
    ("dict", "a mapping"),
    ("model", "a mapping"),
)

_PATTERNS: Final[Mapping[str, str]] = {
    "^[a-z][a-z0-9_]*$": "write small letters, digits and _, a letter first",
    "^[A-Z][A-Z0-9]{0,7}$": "write 1 to 8 capitals and digits, a letter first",
    "^[A-Z][A-Z0-9]{1,7}$": "write a column's name, 2 to 8 capitals and digits",
    "^[A-Z]{2}$": "write a domain of two capitals, such as FA",
    r"^[IE][0-9]+(\.[0-9]+)*[a-z]?$": "write I or E and the record's number, such as I9.7 or E3a",
    r"^[0-9]+\.[0-9]+\.[0-9]+$": "write three numbers, such as 0.1.0",
    "^[a-z][a-z0-9_-]*$": "write small letters, digits, _ and -, such as nct07295132",
    "^/": "write a path that begins with /, such as /arms/SCS/ratio",
    "^[A-Z][0-9]+[a-z]?$": "write a capital and a number, such as Q1",
}
