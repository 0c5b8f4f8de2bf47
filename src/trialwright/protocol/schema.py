"""The shape of a study file as JSON Schema, for editors and other programs."""

from __future__ import annotations

from typing import Final

from trialwright.model.study import Study

__all__ = ["study_schema"]

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

Schema = bool | int | float | str | None | list["Schema"] | dict[str, "Schema"]


def study_schema() -> dict[str, Schema]:
    """JSON Schema of a study file of language 1.

    Returns
    -------
    dict
        Draft 2020-12. It states shapes, not names: what a name stands for is checked when the file is loaded.

    Notes
    -----
    A key is left out when there is nothing to say, so no value may be null. A decimal is a number to other readers of
    YAML and text to this program, so numbers are allowed wherever a decimal is.

    Examples
    --------
    >>> study_schema()["required"]
    ['language', 'study', 'items', 'time_points', 'arms']
    """
    shape = _tidy(Study.model_json_schema(by_alias=True, mode="validation"))
    if not isinstance(shape, dict):
        raise TypeError("a schema of a mapping is a mapping")
    return {"$schema": _DIALECT, **shape, "title": "Study file, language 1"}


def _tidy(part: Schema) -> Schema:
    """Leave out null, generated titles and all but the first line of descriptions; let decimals be numbers."""
    if isinstance(part, list):
        return [_tidy(entry) for entry in part]
    if not isinstance(part, dict):
        return part
    tidy = {key: _tidy(value) for key, value in part.items() if not _is_noise(key, value)}
    if isinstance(part.get("properties"), dict):
        tidy["properties"] = {key: _tidy(value) for key, value in _entries(part["properties"])}
    branches = tidy.get("anyOf")
    if isinstance(branches, list):
        branches = [branch for branch in branches if branch != {"type": "null"}]
        del tidy["anyOf"]
        tidy |= branches[0] if len(branches) == 1 and isinstance(branches[0], dict) else {"anyOf": _numbers(branches)}
    if "patternProperties" in tidy:
        tidy.setdefault("additionalProperties", False)
    description = tidy.get("description")
    if isinstance(description, str):
        tidy["description"] = description.partition("\n")[0]
    return tidy


def _entries(part: Schema) -> list[tuple[str, Schema]]:
    return list(part.items()) if isinstance(part, dict) else []


def _is_noise(key: str, value: Schema) -> bool:
    return (key == "title" and isinstance(value, str)) or (key == "default" and value is None)


def _numbers(branches: list[Schema]) -> list[Schema]:
    """A whole number beside text is how exact numbers are declared; written in YAML they are numbers."""
    kinds = [branch.get("type") for branch in branches if isinstance(branch, dict)]
    if kinds.count("integer") == 1 and "string" in kinds:
        return [{"type": "number"} if branch == {"type": "integer"} else branch for branch in branches]
    return branches
